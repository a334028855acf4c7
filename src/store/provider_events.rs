//! What the providers told us, each event once.

use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::error::{Error, Result};
use super::row::Read;
use crate::checkout::{PaymentId, ProviderEvent, ProviderName, ProviderSessionId, ProviderSubscriptionId};
use crate::values::{EventId, Timestamp};

const SECONDS_A_DAY: i64 = 24 * 60 * 60;

/// Records an event; [`Error::Duplicate`] where the provider's id of it is known. `applied_at` is `None` for one that waits for its order.
pub async fn insert(
    connection: &mut AnyConnection,
    id: &EventId,
    event: &ProviderEvent,
    received_at: Timestamp,
    applied_at: Option<Timestamp>,
) -> Result<()> {
    sqlx::query(
        "insert into provider_events (id, provider, mode, event_id, kind, session_id, payment_id, order_id, facts,
             occurred_at, received_at, applied_at, subscription_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind(id.as_str())
    .bind(event.provider.as_str())
    .bind(event.mode.as_str())
    .bind(event.event_id.as_deref())
    .bind(&event.kind)
    .bind(event.session.as_ref().map(|session| session.0.clone()))
    .bind(event.payment.as_ref().map(|payment| payment.0.clone()))
    .bind(event.order_id.as_ref().map(|order| order.as_str().to_owned()))
    .bind(serde_json::to_string(&event.facts).unwrap_or_default())
    .bind(event.occurred_at.millis())
    .bind(received_at.millis())
    .bind(applied_at.map(Timestamp::millis))
    .bind(event.subscription.as_ref().map(|subscription| subscription.0.clone()))
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn is_known(connection: &mut AnyConnection, provider: ProviderName, event_id: &str) -> Result<bool> {
    let row = sqlx::query("select id from provider_events where provider = $1 and event_id = $2")
        .bind(provider.as_str())
        .bind(event_id)
        .fetch_optional(connection)
        .await?;
    Ok(row.is_some())
}

/// Events about a payment that came before we knew whose payment it is, in the order in which they came.
pub async fn waiting_for(
    connection: &mut AnyConnection,
    provider: ProviderName,
    payment: &PaymentId,
) -> Result<Vec<(EventId, ProviderEvent)>> {
    let rows = sqlx::query(
        "select * from provider_events
         where provider = $1 and payment_id = $2 and applied_at is null
         order by occurred_at, received_at, id",
    )
    .bind(provider.as_str())
    .bind(&payment.0)
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok((row.parsed("id")?, event(row)?))).collect()
}

/// What was said of a payment and has taken effect, in the order in which it came.
pub async fn of_payment(connection: &mut AnyConnection, provider: ProviderName, payment: &PaymentId) -> Result<Vec<ProviderEvent>> {
    let rows = sqlx::query(
        "select * from provider_events
         where provider = $1 and payment_id = $2 and applied_at is not null
         order by occurred_at, received_at, id",
    )
    .bind(provider.as_str())
    .bind(&payment.0)
    .fetch_all(connection)
    .await?;
    rows.iter().map(event).collect()
}

/// Events about a subscription that came before we knew whose it is, in the order in which they came.
pub async fn waiting_for_subscription(
    connection: &mut AnyConnection,
    provider: ProviderName,
    subscription: &ProviderSubscriptionId,
) -> Result<Vec<(EventId, ProviderEvent)>> {
    let rows = sqlx::query(
        "select * from provider_events
         where provider = $1 and subscription_id = $2 and applied_at is null
         order by occurred_at, received_at, id",
    )
    .bind(provider.as_str())
    .bind(&subscription.0)
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok((row.parsed("id")?, event(row)?))).collect()
}

/// Counts a webhook that was refused for `reason`. `sender` is a provider's name, or `mail` for whoever reports on our mail.
pub async fn refuse(connection: &mut AnyConnection, sender: &str, reason: &str, at: Timestamp) -> Result<()> {
    sqlx::query(
        "insert into refused_webhooks (provider, reason, day, times, last_at)
         values ($1, $2, $3, 1, $4)
         on conflict (provider, reason, day) do update
         set times = refused_webhooks.times + 1, last_at = excluded.last_at",
    )
    .bind(sender)
    .bind(reason)
    .bind(at.seconds().div_euclid(SECONDS_A_DAY))
    .bind(at.millis())
    .execute(connection)
    .await?;
    Ok(())
}

/// How often webhooks were refused, by provider and reason.
#[cfg(test)]
pub async fn refused(connection: &mut AnyConnection) -> Result<Vec<String>> {
    let rows = sqlx::query("select * from refused_webhooks order by provider, reason, day").fetch_all(connection).await?;
    rows.iter().map(|row| Ok(format!("{} {}: {}", row.text("provider")?, row.text("reason")?, row.number("times")?))).collect()
}

pub async fn mark_applied(connection: &mut AnyConnection, id: &EventId, at: Timestamp) -> Result<()> {
    sqlx::query("update provider_events set applied_at = $2 where id = $1")
        .bind(id.as_str())
        .bind(at.millis())
        .execute(connection)
        .await?;
    Ok(())
}

fn event(row: &AnyRow) -> Result<ProviderEvent> {
    Ok(ProviderEvent {
        provider: row.parsed("provider")?,
        mode: row.parsed("mode")?,
        event_id: row.text_or_null("event_id")?,
        kind: row.text("kind")?,
        session: row.text_or_null("session_id")?.map(ProviderSessionId),
        payment: row.text_or_null("payment_id")?.map(PaymentId),
        subscription: row.text_or_null("subscription_id")?.map(ProviderSubscriptionId),
        order_id: row.parsed_or_null("order_id")?,
        occurred_at: row.time("occurred_at")?,
        facts: serde_json::from_str(&row.text("facts")?).map_err(|_| Error::Unreadable("facts"))?,
    })
}
