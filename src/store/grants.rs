//! The ledger of membership time: lines are appended and never rewritten.

use std::collections::BTreeMap;

use sqlx::AnyConnection;

use super::error::{Error, Result};
use super::row::Read;
use crate::memberships::{Grant, Ledger, SubscriptionPeriod};
use crate::values::{AccountId, GiftId, GrantId, PeriodId, Timestamp};

/// Appends a grant; a gift gives one at most, else [`Error::Duplicate`].
pub async fn append(connection: &mut AnyConnection, grant: &Grant, gift_id: Option<&GiftId>) -> Result<()> {
    sqlx::query(
        "insert into grants (id, account_id, gift_id, tier, months, granted_at)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(grant.id.as_str())
    .bind(grant.account_id.as_str())
    .bind(gift_id.map(|gift| gift.as_str().to_owned()))
    .bind(grant.tier.as_str())
    .bind(i64::from(grant.months.count()))
    .bind(grant.granted_at.millis())
    .execute(connection)
    .await?;
    Ok(())
}

/// Takes back what is left of a grant from `at` on. Once: a second void changes nothing.
pub async fn void(connection: &mut AnyConnection, id: &GrantId, at: Timestamp) -> Result<()> {
    sqlx::query(
        "insert into grant_voids (grant_id, voided_at)
         values ($1, $2)
         on conflict (grant_id) do nothing",
    )
    .bind(id.as_str())
    .bind(at.millis())
    .execute(connection)
    .await?;
    Ok(())
}

/// The grant that a gift gave; `None` of one that was never redeemed.
pub async fn of_gift(connection: &mut AnyConnection, gift_id: &GiftId) -> Result<Option<GrantId>> {
    let row = sqlx::query("select id from grants where gift_id = $1").bind(gift_id.as_str()).fetch_optional(connection).await?;
    row.as_ref().map(|row| row.parsed("id")).transpose()
}

/// When an account redeemed which gifts, whatever became of them since.
pub async fn gifts_redeemed(connection: &mut AnyConnection, account_id: &AccountId) -> Result<BTreeMap<GiftId, Timestamp>> {
    let rows = sqlx::query("select gift_id, granted_at from grants where account_id = $1 and gift_id is not null")
        .bind(account_id.as_str())
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| Ok((row.parsed("gift_id")?, row.time("granted_at")?))).collect()
}

/// Everything that counts towards an account's membership.
async fn ledger(connection: &mut AnyConnection, account_id: &AccountId) -> Result<Ledger> {
    let grants = of_account(connection, account_id).await?;
    let periods = subscriptions_of(connection, account_id).await?;
    Ok(Ledger { grants, periods })
}

/// The same as it will be: a subscription that is cancelled for a day to come is closed then. Once that day has passed its provider's word
/// is awaited, and until then it runs.
pub async fn foreseen(connection: &mut AnyConnection, account_id: &AccountId, now: Timestamp) -> Result<Ledger> {
    let mut ledger = ledger(connection, account_id).await?;
    let rows = sqlx::query(
        "select period_id, ends_at
         from subscriptions
         where account_id = $1 and period_id is not null and ends_at > $2",
    )
    .bind(account_id.as_str())
    .bind(now.millis())
    .fetch_all(connection)
    .await?;
    for row in &rows {
        let (id, ends_at) = (row.parsed::<PeriodId>("period_id")?, row.time("ends_at")?);
        for period in ledger.periods.iter_mut().filter(|period| period.id == id) {
            period.closed_at = period.closed_at.or(Some(ends_at));
        }
    }
    Ok(ledger)
}

/// All grants of an account, oldest first.
pub async fn of_account(connection: &mut AnyConnection, account_id: &AccountId) -> Result<Vec<Grant>> {
    let rows = sqlx::query(
        "select grants.*, grant_voids.voided_at
         from grants
         left join grant_voids on grant_voids.grant_id = grants.id
         where grants.account_id = $1
         order by grants.granted_at, grants.id",
    )
    .bind(account_id.as_str())
    .fetch_all(connection)
    .await?;
    let grant = |row: &sqlx::any::AnyRow| {
        let months = u32::try_from(row.number("months")?).map_err(|_| Error::Unreadable("months"))?;
        Ok(Grant {
            id: row.parsed("id")?,
            account_id: row.parsed("account_id")?,
            tier: row.parsed("tier")?,
            months: months.try_into().map_err(|_| Error::Unreadable("months"))?,
            granted_at: row.time("granted_at")?,
            voided_at: row.time_or_null("voided_at")?,
        })
    };
    rows.iter().map(grant).collect()
}

/// Opens a period of a subscription.
pub async fn open_period(connection: &mut AnyConnection, period: &SubscriptionPeriod) -> Result<()> {
    sqlx::query(
        "insert into subscription_periods (id, version, account_id, tier, opened_at, closed_at)
         values ($1, 1, $2, $3, $4, $5)",
    )
    .bind(period.id.as_str())
    .bind(period.account_id.as_str())
    .bind(period.tier.as_str())
    .bind(period.opened_at.millis())
    .bind(period.closed_at.map(Timestamp::millis))
    .execute(connection)
    .await?;
    Ok(())
}

/// Closes a period at `at`. Once: one that is closed stays closed when it was.
pub async fn close_period(connection: &mut AnyConnection, id: &PeriodId, at: Timestamp) -> Result<()> {
    sqlx::query(
        "update subscription_periods
         set version = version + 1, closed_at = $2
         where id = $1 and closed_at is null",
    )
    .bind(id.as_str())
    .bind(at.millis())
    .execute(connection)
    .await?;
    Ok(())
}

/// All periods of an account's own subscriptions, oldest first.
pub async fn subscriptions_of(connection: &mut AnyConnection, account_id: &AccountId) -> Result<Vec<SubscriptionPeriod>> {
    let rows = sqlx::query("select * from subscription_periods where account_id = $1 order by opened_at, id")
        .bind(account_id.as_str())
        .fetch_all(connection)
        .await?;
    let period = |row: &sqlx::any::AnyRow| {
        Ok(SubscriptionPeriod {
            id: row.parsed("id")?,
            account_id: row.parsed("account_id")?,
            tier: row.parsed("tier")?,
            opened_at: row.time("opened_at")?,
            closed_at: row.time_or_null("closed_at")?,
        })
    };
    rows.iter().map(period).collect()
}
