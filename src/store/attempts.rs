//! Counters of attempts, each for a window of time. A bucket is a digest: the table tells nobody's address.

use std::time::Duration;

use sqlx::AnyConnection;

use super::error::Result;
use super::row::Read;
use crate::values::Timestamp;

/// A bucket as it is after one more attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Count {
    pub attempts: i64,
    /// When the bucket is empty again.
    pub expires_at: Timestamp,
}

/// Counts one attempt, in one statement: a thousand at once are a thousand. The first opens the window, the last does not
/// lengthen it.
pub async fn count(connection: &mut AnyConnection, bucket: &str, window: Duration, now: Timestamp) -> Result<Count> {
    let row = sqlx::query(
        "insert into attempts (bucket, failures, first_at, expires_at)
         values ($1, 1, $2, $3)
         on conflict (bucket) do update
         set failures = case when attempts.expires_at <= excluded.first_at then 1 else attempts.failures + 1 end,
             first_at = case when attempts.expires_at <= excluded.first_at then excluded.first_at else attempts.first_at end,
             expires_at = case when attempts.expires_at <= excluded.first_at then excluded.expires_at else attempts.expires_at end
         returning failures, expires_at",
    )
    .bind(bucket)
    .bind(now.millis())
    .bind(now.plus(window).millis())
    .fetch_one(connection)
    .await?;
    Ok(Count { attempts: row.number("failures")?, expires_at: row.time("expires_at")? })
}

/// Takes one attempt back: it was no failure.
pub async fn forgive(connection: &mut AnyConnection, bucket: &str) -> Result<()> {
    sqlx::query("update attempts set failures = failures - 1 where bucket = $1 and failures > 0")
        .bind(bucket)
        .execute(connection)
        .await?;
    Ok(())
}

/// Drops what no longer counts; how many rows that were.
pub async fn sweep(connection: &mut AnyConnection, now: Timestamp) -> Result<u64> {
    let swept = sqlx::query("delete from attempts where expires_at <= $1").bind(now.millis()).execute(connection).await?;
    Ok(swept.rows_affected())
}
