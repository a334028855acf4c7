//! Promo codes and the count of their uses. Each change is one conditional update of what it is about, so that buyers at once need not
//! begin again, and a limit holds all the same.

use std::collections::BTreeMap;

use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::engine::change_one;
use super::error::{Error, Result};
use super::row::Read;
use crate::catalog::{Discount, PromoCode, PromoName, Tier};
use crate::values::{Currency, Money, Timestamp};

/// A new code; [`Error::Duplicate`] where there is one of that name.
pub async fn insert(connection: &mut AnyConnection, code: &PromoCode) -> Result<()> {
    let (percent, amount) = match code.discount {
        Discount::Percent(percent) => (Some(i64::from(percent.count())), None),
        Discount::Amount(amount) => (None, Some(amount)),
    };
    let tiers: Vec<&str> = code.tiers.iter().map(|tier| tier.as_str()).collect();
    sqlx::query(
        "insert into promo_codes (name, percent_off, amount_off, currency, tiers, starts_at, ends_at, uses_max, uses, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(code.name.as_str())
    .bind(percent)
    .bind(amount.map(|amount| amount.minor))
    .bind(amount.map(|amount| String::from(amount.currency)))
    .bind(tiers.join(" "))
    .bind(code.starts_at.map(Timestamp::millis))
    .bind(code.ends_at.map(Timestamp::millis))
    .bind(code.uses_max)
    .bind(code.uses)
    .bind(code.created_at.millis())
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn find(connection: &mut AnyConnection, name: &PromoName) -> Result<Option<PromoCode>> {
    let row = sqlx::query("select * from promo_codes where name = $1").bind(name.as_str()).fetch_optional(connection).await?;
    row.as_ref().map(promo_code).transpose()
}

/// Every code, the newest first.
pub async fn all(connection: &mut AnyConnection) -> Result<Vec<PromoCode>> {
    let rows = sqlx::query("select * from promo_codes order by created_at desc, name").fetch_all(connection).await?;
    rows.iter().map(promo_code).collect()
}

/// How many uses of each code are of orders that nobody has paid yet.
pub async fn reserved(connection: &mut AnyConnection) -> Result<BTreeMap<PromoName, i64>> {
    let rows = sqlx::query(
        "select promo_code, count(*) as reserved
         from orders
         where state = 'open' and promo_code is not null and replaced_by is null
         group by promo_code",
    )
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok((row.parsed("promo_code")?, row.number("reserved")?))).collect()
}

/// Takes one use for an order that is being made; [`Error::Stale`] where none is left, or the code has ended.
pub async fn reserve(connection: &mut AnyConnection, name: &PromoName, now: Timestamp) -> Result<()> {
    let query = sqlx::query(
        "update promo_codes
         set uses = uses + 1
         where name = $1 and (uses_max is null or uses < uses_max) and (ends_at is null or ends_at > $2)",
    )
    .bind(name.as_str())
    .bind(now.millis());
    change_one(connection, query).await
}

/// Gives the use of an order back that can no longer be paid.
pub async fn release(connection: &mut AnyConnection, name: &PromoName) -> Result<()> {
    change_one(connection, sqlx::query("update promo_codes set uses = uses - 1 where name = $1").bind(name.as_str())).await
}

/// Takes the use again that was given back, whatever the limit says: its order was paid after all.
pub async fn honour(connection: &mut AnyConnection, name: &PromoName) -> Result<()> {
    change_one(connection, sqlx::query("update promo_codes set uses = uses + 1 where name = $1").bind(name.as_str())).await
}

/// Ends a code that has not ended; [`Error::Stale`] where it has, or there is none.
pub async fn end(connection: &mut AnyConnection, name: &PromoName, now: Timestamp) -> Result<()> {
    let query = sqlx::query("update promo_codes set ends_at = $2 where name = $1 and (ends_at is null or ends_at > $2)")
        .bind(name.as_str())
        .bind(now.millis());
    change_one(connection, query).await
}

fn promo_code(row: &AnyRow) -> Result<PromoCode> {
    Ok(PromoCode {
        name: row.parsed("name")?,
        discount: discount(row)?,
        tiers: tiers(&row.text("tiers")?)?,
        starts_at: row.time_or_null("starts_at")?,
        ends_at: row.time_or_null("ends_at")?,
        uses_max: row.number_or_null("uses_max")?,
        uses: row.number("uses")?,
        created_at: row.time("created_at")?,
    })
}

fn discount(row: &AnyRow) -> Result<Discount> {
    if let Some(percent) = row.number_or_null("percent_off")? {
        return percent.try_into().map(Discount::Percent).map_err(|_| Error::Unreadable("percent_off"));
    }
    let minor = row.number("amount_off")?;
    let currency = Currency::parse(&row.text("currency")?).map_err(|_| Error::Unreadable("currency"))?;
    Ok(Discount::Amount(Money::new(minor, currency)))
}

fn tiers(text: &str) -> Result<Vec<Tier>> {
    text.split_whitespace().map(|tier| tier.parse().map_err(|_| Error::Unreadable("tiers"))).collect()
}
