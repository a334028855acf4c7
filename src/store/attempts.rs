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

/// A bucket as it is; `None` while it is empty.
pub async fn look(connection: &mut AnyConnection, bucket: &str, now: Timestamp) -> Result<Option<Count>> {
    let row = sqlx::query("select * from attempts where bucket = $1 and expires_at > $2")
        .bind(bucket)
        .bind(now.millis())
        .fetch_optional(connection)
        .await?;
    row.map(|row| Ok(Count { attempts: row.number("failures")?, expires_at: row.time("expires_at")? })).transpose()
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;
    use crate::store::testing::on_both;

    const NOW: Timestamp = Timestamp::from_seconds(1_000);
    const WINDOW: Duration = Duration::from_mins(1);

    on_both!(a_window_opens_with_the_first_attempt_and_none_lengthens_it, async |store: Store| {
        let mut connection = store.connection().await.unwrap();
        let ends = NOW.plus(WINDOW);
        for (second, attempts) in [(0, 1), (30, 2), (59, 3)] {
            let at = NOW.plus(Duration::from_secs(second));
            assert_eq!(count(&mut connection, "a", WINDOW, at).await.unwrap(), Count { attempts, expires_at: ends });
        }
        assert_eq!(count(&mut connection, "b", WINDOW, NOW).await.unwrap().attempts, 1);
        let next = count(&mut connection, "a", WINDOW, ends).await.unwrap();
        assert_eq!(next, Count { attempts: 1, expires_at: ends.plus(WINDOW) });
    });

    on_both!(what_was_no_failure_is_taken_back, async |store: Store| {
        let mut connection = store.connection().await.unwrap();
        count(&mut connection, "a", WINDOW, NOW).await.unwrap();
        for _ in 0..3 {
            forgive(&mut connection, "a").await.unwrap();
        }
        forgive(&mut connection, "unknown").await.unwrap();
        assert_eq!(count(&mut connection, "a", WINDOW, NOW).await.unwrap().attempts, 1);
    });

    on_both!(attempts_at_once_are_counted_each, async |store: Store| {
        let one = async || count(&mut store.connection().await.unwrap(), "a", WINDOW, NOW).await.unwrap().attempts;
        let mut counts = futures::future::join_all((0..12).map(|_| one())).await;
        counts.sort_unstable();
        assert_eq!(counts, (1..=12).collect::<Vec<_>>());
    });

    on_both!(what_no_longer_counts_is_swept, async |store: Store| {
        let mut connection = store.connection().await.unwrap();
        count(&mut connection, "a", WINDOW, NOW).await.unwrap();
        count(&mut connection, "b", WINDOW * 2, NOW).await.unwrap();
        assert_eq!(sweep(&mut connection, NOW.plus(WINDOW)).await.unwrap(), 1);
        assert_eq!(sweep(&mut connection, NOW.plus(WINDOW)).await.unwrap(), 0);
    });
}
