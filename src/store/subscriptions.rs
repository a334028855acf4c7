//! Subscriptions for oneself, as their providers tell of them.

use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::engine::change_one;
use super::error::{Error, Result};
use super::row::Read;
use crate::checkout::{ProviderName, ProviderSubscriptionId, Subscription, SubscriptionState};
use crate::values::{AccountId, OrderId, Timestamp};

pub async fn insert(connection: &mut AnyConnection, subscription: &Subscription) -> Result<()> {
    let columns = Columns::of(&subscription.state);
    sqlx::query(
        "insert into subscriptions (id, version, order_id, account_id, tier, provider, mode, provider_subscription_id,
             state, paid_until, ends_at, ended_at, as_of, next_check_at, period_id, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
    )
    .bind(subscription.id.as_str())
    .bind(subscription.version)
    .bind(subscription.order_id.as_str())
    .bind(subscription.account_id.as_str())
    .bind(subscription.tier.as_str())
    .bind(subscription.provider.as_str())
    .bind(subscription.mode.as_str())
    .bind(subscription.provider_id.as_ref().map(|id| id.0.clone()))
    .bind(subscription.state.name())
    .bind(columns.paid_until)
    .bind(columns.ends_at)
    .bind(columns.ended_at)
    .bind(subscription.as_of.map(Timestamp::millis))
    .bind(subscription.next_check_at.map(Timestamp::millis))
    .bind(subscription.period_id.as_ref().map(|id| id.as_str().to_owned()))
    .bind(subscription.created_at.millis())
    .execute(connection)
    .await?;
    Ok(())
}

/// Writes `after` over `before`; [`Error::Stale`] where somebody else was faster, [`Error::Duplicate`] where the provider's name of it is
/// another's already.
pub async fn advance(connection: &mut AnyConnection, before: &Subscription, after: &Subscription) -> Result<()> {
    let columns = Columns::of(&after.state);
    let query = sqlx::query(
        "update subscriptions
         set version = version + 1, provider_subscription_id = $3, state = $4, paid_until = $5, ends_at = $6, ended_at = $7,
             as_of = $8, next_check_at = $9, period_id = $10
         where id = $1 and version = $2",
    )
    .bind(before.id.as_str())
    .bind(before.version)
    .bind(after.provider_id.as_ref().map(|id| id.0.clone()))
    .bind(after.state.name())
    .bind(columns.paid_until)
    .bind(columns.ends_at)
    .bind(columns.ended_at)
    .bind(after.as_of.map(Timestamp::millis))
    .bind(after.next_check_at.map(Timestamp::millis))
    .bind(after.period_id.as_ref().map(|id| id.as_str().to_owned()));
    change_one(connection, query).await
}

pub async fn by_order(connection: &mut AnyConnection, order_id: &OrderId) -> Result<Option<Subscription>> {
    let row = sqlx::query("select * from subscriptions where order_id = $1").bind(order_id.as_str());
    row.fetch_optional(connection).await?.as_ref().map(subscription).transpose()
}

pub async fn by_provider_id(
    connection: &mut AnyConnection,
    provider: ProviderName,
    id: &ProviderSubscriptionId,
) -> Result<Option<Subscription>> {
    let row = sqlx::query("select * from subscriptions where provider = $1 and provider_subscription_id = $2")
        .bind(provider.as_str())
        .bind(&id.0);
    row.fetch_optional(connection).await?.as_ref().map(subscription).transpose()
}

/// The subscription of an account that neither waits for its first payment nor has ended; the newest where there are several.
pub async fn living_of(connection: &mut AnyConnection, account_id: &AccountId) -> Result<Option<Subscription>> {
    let row = sqlx::query(
        "select * from subscriptions
         where account_id = $1 and state not in ('promised', 'ended')
         order by created_at desc, id desc
         limit 1",
    )
    .bind(account_id.as_str());
    row.fetch_optional(connection).await?.as_ref().map(subscription).transpose()
}

/// Those about which the provider is to be asked by now, longest overdue first.
pub async fn due(connection: &mut AnyConnection, now: Timestamp, limit: i64) -> Result<Vec<Subscription>> {
    let rows = sqlx::query(
        "select * from subscriptions
         where next_check_at <= $1
         order by next_check_at
         limit $2",
    )
    .bind(now.millis())
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.iter().map(subscription).collect()
}

/// The columns that a state is spread over.
#[derive(Default)]
struct Columns {
    paid_until: Option<i64>,
    ends_at: Option<i64>,
    ended_at: Option<i64>,
}

impl Columns {
    fn of(state: &SubscriptionState) -> Self {
        let millis = |at: Option<Timestamp>| at.map(Timestamp::millis);
        match *state {
            SubscriptionState::Promised | SubscriptionState::Paused => Self::default(),
            SubscriptionState::Active { paid_until, ends_at } => {
                Self { paid_until: millis(paid_until), ends_at: millis(ends_at), ended_at: None }
            }
            SubscriptionState::PastDue { paid_until } => Self { paid_until: millis(paid_until), ..Self::default() },
            SubscriptionState::Ended { ended_at } => Self { ended_at: Some(ended_at.millis()), ..Self::default() },
        }
    }
}

fn state(row: &AnyRow) -> Result<SubscriptionState> {
    Ok(match row.text("state")?.as_str() {
        "promised" => SubscriptionState::Promised,
        "active" => {
            SubscriptionState::Active { paid_until: row.time_or_null("paid_until")?, ends_at: row.time_or_null("ends_at")? }
        }
        "past_due" => SubscriptionState::PastDue { paid_until: row.time_or_null("paid_until")? },
        "paused" => SubscriptionState::Paused,
        "ended" => SubscriptionState::Ended { ended_at: row.time("ended_at")? },
        _ => return Err(Error::Unreadable("state")),
    })
}

fn subscription(row: &AnyRow) -> Result<Subscription> {
    Ok(Subscription {
        id: row.parsed("id")?,
        version: row.number("version")?,
        order_id: row.parsed("order_id")?,
        account_id: row.parsed("account_id")?,
        tier: row.parsed("tier")?,
        provider: row.parsed("provider")?,
        mode: row.parsed("mode")?,
        provider_id: row.text_or_null("provider_subscription_id")?.map(ProviderSubscriptionId),
        state: state(row)?,
        period_id: row.parsed_or_null("period_id")?,
        as_of: row.time_or_null("as_of")?,
        next_check_at: row.time_or_null("next_check_at")?,
        created_at: row.time("created_at")?,
    })
}
