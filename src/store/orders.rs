//! Orders and their checkout sessions.

use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::engine::change_one;
use super::error::{Error, Result};
use super::row::Read;
use crate::catalog::{PriceIds, Tax};
use crate::checkout::{
    CheckoutSession, ClientUrls, LineItem, Opened, Order, OrderState, PaymentId, ProviderName, ProviderSessionId,
};
use crate::values::{CheckoutSessionId, Currency, Interval, Money, OrderId, Timestamp};

/// A new order. `fingerprint` is what makes the same form sent twice one order while it is open: then [`Error::Duplicate`].
pub async fn insert(connection: &mut AnyConnection, order: &Order, fingerprint: Option<&str>) -> Result<()> {
    let columns = Columns::of(&order.state);
    sqlx::query(
        "insert into orders (id, version, provider, mode, title, unit_price, quantity, currency, price_ids, is_list_price,
             total, list_total, buyer_name, buyer_email, buyer_email_key, payment_id, refunded,
             state, paid_at, disputed_at, disputed_settled, ended_at, fingerprint, created_at, every,
             promo_code, tax_name, tax_rate, paid, paid_currency, under_way_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25,
             $26, $27, $28, $29, $30, $31)",
    )
    .bind(order.id.as_str())
    .bind(order.version)
    .bind(order.provider.as_str())
    .bind(order.mode.as_str())
    .bind(&order.line_item.title)
    .bind(order.line_item.unit_price.minor)
    .bind(i64::from(order.line_item.quantity))
    .bind(order.total.currency.as_str())
    .bind(serde_json::to_string(&order.line_item.price_ids).unwrap_or_default())
    .bind(i64::from(order.line_item.is_list_price))
    .bind(order.total.minor)
    .bind(order.list_total.minor)
    .bind(order.buyer_name.as_deref())
    .bind(order.buyer_email.as_ref().map(|email| email.as_str().to_owned()))
    .bind(order.buyer_email.as_ref().map(crate::values::Email::key))
    .bind(order.payment.as_ref().map(|payment| payment.0.clone()))
    .bind(order.refunded_minor)
    .bind(columns.state)
    .bind(columns.paid_at)
    .bind(columns.disputed_at)
    .bind(columns.disputed_settled)
    .bind(columns.ended_at)
    .bind(fingerprint.map(str::to_owned))
    .bind(order.created_at.millis())
    .bind(order.line_item.every.map(Interval::as_str))
    .bind(order.promo_code.as_ref().map(|name| name.as_str().to_owned()))
    .bind(order.tax.as_ref().map(|tax| tax.name().to_owned()))
    .bind(order.tax.as_ref().map(Tax::rate))
    .bind(order.paid.map(|paid| paid.minor))
    .bind(order.paid.map(|paid| paid.currency.as_str().to_owned()))
    .bind(columns.under_way_at)
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn find(connection: &mut AnyConnection, id: &OrderId) -> Result<Option<Order>> {
    let row = sqlx::query("select * from orders where id = $1").bind(id.as_str()).fetch_optional(connection).await?;
    row.as_ref().map(order).transpose()
}

/// The order still open that was made from the same fields.
pub async fn open_by_fingerprint(connection: &mut AnyConnection, fingerprint: &str) -> Result<Option<Order>> {
    let row = sqlx::query("select * from orders where fingerprint = $1 and state = 'open'")
        .bind(fingerprint)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(order).transpose()
}

/// The newest order with nothing to pay that was made from the same fields after `since`, whatever became of it.
pub async fn free_by_fingerprint(connection: &mut AnyConnection, fingerprint: &str, since: Timestamp) -> Result<Option<Order>> {
    let row = sqlx::query(
        "select * from orders
         where fingerprint = $1 and total = 0 and created_at > $2
         order by created_at desc
         limit 1",
    )
    .bind(fingerprint)
    .bind(since.millis())
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(order).transpose()
}

pub async fn by_payment(connection: &mut AnyConnection, provider: ProviderName, payment: &PaymentId) -> Result<Option<Order>> {
    let row = sqlx::query("select * from orders where provider = $1 and payment_id = $2")
        .bind(provider.as_str())
        .bind(&payment.0)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(order).transpose()
}

/// Writes `after` over `before`; [`Error::Stale`] where somebody else was faster.
pub async fn advance(connection: &mut AnyConnection, before: &Order, after: &Order) -> Result<()> {
    let columns = Columns::of(&after.state);
    let query = sqlx::query(
        "update orders
         set version = version + 1, payment_id = $3, refunded = $4, state = $5, paid_at = $6, disputed_at = $7,
             disputed_settled = $8, ended_at = $9, paid = $10, paid_currency = $11, under_way_at = $12
         where id = $1 and version = $2",
    )
    .bind(before.id.as_str())
    .bind(before.version)
    .bind(after.payment.as_ref().map(|payment| payment.0.clone()))
    .bind(after.refunded_minor)
    .bind(columns.state)
    .bind(columns.paid_at)
    .bind(columns.disputed_at)
    .bind(columns.disputed_settled)
    .bind(columns.ended_at)
    .bind(after.paid.map(|paid| paid.minor))
    .bind(after.paid.map(|paid| paid.currency.as_str().to_owned()))
    .bind(columns.under_way_at);
    change_one(connection, query).await
}

/// Remembers that `by` was made in the stead of `before`, which the same form finds no more; [`Error::Stale`] where somebody else was
/// faster.
pub async fn replace(connection: &mut AnyConnection, before: &Order, by: &OrderId) -> Result<()> {
    let query = sqlx::query(
        "update orders
         set version = version + 1, replaced_by = $3, fingerprint = null
         where id = $1 and version = $2",
    )
    .bind(before.id.as_str())
    .bind(before.version)
    .bind(by.as_str());
    change_one(connection, query).await
}

pub async fn insert_session(connection: &mut AnyConnection, session: &CheckoutSession) -> Result<()> {
    sqlx::query(
        "insert into checkout_sessions (id, version, order_id, provider, provider_session_id, url, success_url, cancel_url,
             expires_at, next_check_at, checks, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind(session.id.as_str())
    .bind(session.version)
    .bind(session.order_id.as_str())
    .bind(session.provider.as_str())
    .bind(session.opened.as_ref().map(|opened| opened.provider_id.0.clone()))
    .bind(session.opened.as_ref().map(|opened| opened.url.to_string()))
    .bind(session.client_urls.as_ref().map(|urls| urls.success.to_string()))
    .bind(session.client_urls.as_ref().map(|urls| urls.cancel.to_string()))
    .bind(session.expires_at.millis())
    .bind(session.next_check_at.map(Timestamp::millis))
    .bind(session.checks)
    .bind(session.created_at.millis())
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn advance_session(connection: &mut AnyConnection, before: &CheckoutSession, after: &CheckoutSession) -> Result<()> {
    let query = sqlx::query(
        "update checkout_sessions
         set version = version + 1, provider_session_id = $3, url = $4, expires_at = $5, next_check_at = $6, checks = $7
         where id = $1 and version = $2",
    )
    .bind(before.id.as_str())
    .bind(before.version)
    .bind(after.opened.as_ref().map(|opened| opened.provider_id.0.clone()))
    .bind(after.opened.as_ref().map(|opened| opened.url.to_string()))
    .bind(after.expires_at.millis())
    .bind(after.next_check_at.map(Timestamp::millis))
    .bind(after.checks);
    change_one(connection, query).await
}

pub async fn session(connection: &mut AnyConnection, id: &CheckoutSessionId) -> Result<Option<CheckoutSession>> {
    let row = sqlx::query("select * from checkout_sessions where id = $1").bind(id.as_str()).fetch_optional(connection).await?;
    row.as_ref().map(checkout_session).transpose()
}

/// The newest session of an order.
pub async fn last_session(connection: &mut AnyConnection, order_id: &OrderId) -> Result<Option<CheckoutSession>> {
    let row = sqlx::query(
        "select * from checkout_sessions
         where order_id = $1
         order by created_at desc, id desc
         limit 1",
    )
    .bind(order_id.as_str())
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(checkout_session).transpose()
}

/// Every session of an order, oldest first.
pub async fn sessions_of(connection: &mut AnyConnection, order_id: &OrderId) -> Result<Vec<CheckoutSession>> {
    let rows = sqlx::query("select * from checkout_sessions where order_id = $1 order by created_at, id")
        .bind(order_id.as_str())
        .fetch_all(connection)
        .await?;
    rows.iter().map(checkout_session).collect()
}

pub async fn session_by_provider_id(
    connection: &mut AnyConnection,
    provider: ProviderName,
    id: &ProviderSessionId,
) -> Result<Option<CheckoutSession>> {
    let row = sqlx::query("select * from checkout_sessions where provider = $1 and provider_session_id = $2")
        .bind(provider.as_str())
        .bind(&id.0)
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(checkout_session).transpose()
}

/// Sessions about which the provider is to be asked by now, longest overdue first.
pub async fn sessions_to_check(connection: &mut AnyConnection, now: Timestamp, limit: i64) -> Result<Vec<CheckoutSession>> {
    let rows = sqlx::query(
        "select * from checkout_sessions
         where next_check_at <= $1
         order by next_check_at
         limit $2",
    )
    .bind(now.millis())
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.iter().map(checkout_session).collect()
}

/// The columns that a state is spread over.
struct Columns {
    state: &'static str,
    under_way_at: Option<i64>,
    paid_at: Option<i64>,
    disputed_at: Option<i64>,
    disputed_settled: i64,
    ended_at: Option<i64>,
}

impl Columns {
    fn of(state: &OrderState) -> Self {
        let (under_way_at, paid_at, disputed_at, ended_at) = (None, None, None, None);
        let empty = Self { state: state.name(), under_way_at, paid_at, disputed_at, disputed_settled: 0, ended_at };
        match state {
            OrderState::Open { under_way_since } => Self { under_way_at: under_way_since.map(Timestamp::millis), ..empty },
            OrderState::Paid { paid_at } | OrderState::PartiallyRefunded { paid_at } => {
                Self { paid_at: Some(paid_at.millis()), ..empty }
            }
            OrderState::Refunded { refunded_at: at }
            | OrderState::Expired { ended_at: at }
            | OrderState::Failed { ended_at: at } => Self { ended_at: Some(at.millis()), ..empty },
            OrderState::Disputed { disputed_at, paid_at, settled } => Self {
                paid_at: paid_at.map(Timestamp::millis),
                disputed_at: Some(disputed_at.millis()),
                disputed_settled: i64::from(*settled),
                ..empty
            },
        }
    }
}

fn state(row: &AnyRow) -> Result<OrderState> {
    Ok(match row.text("state")?.as_str() {
        "open" => OrderState::Open { under_way_since: row.time_or_null("under_way_at")? },
        "paid" => OrderState::Paid { paid_at: row.time("paid_at")? },
        "partially_refunded" => OrderState::PartiallyRefunded { paid_at: row.time("paid_at")? },
        "refunded" => OrderState::Refunded { refunded_at: row.time("ended_at")? },
        "disputed" => OrderState::Disputed {
            disputed_at: row.time("disputed_at")?,
            paid_at: row.time_or_null("paid_at")?,
            settled: row.flag("disputed_settled")?,
        },
        "expired" => OrderState::Expired { ended_at: row.time("ended_at")? },
        "failed" => OrderState::Failed { ended_at: row.time("ended_at")? },
        _ => return Err(Error::Unreadable("state")),
    })
}

fn order(row: &AnyRow) -> Result<Order> {
    let currency = Currency::parse(&row.text("currency")?).map_err(|_| Error::Unreadable("currency"))?;
    let price_ids: PriceIds = serde_json::from_str(&row.text("price_ids")?).map_err(|_| Error::Unreadable("price_ids"))?;
    Ok(Order {
        id: row.parsed("id")?,
        version: row.number("version")?,
        provider: row.parsed("provider")?,
        mode: row.parsed("mode")?,
        line_item: LineItem {
            title: row.text("title")?,
            unit_price: Money::new(row.number("unit_price")?, currency),
            quantity: u32::try_from(row.number("quantity")?).map_err(|_| Error::Unreadable("quantity"))?,
            price_ids,
            is_list_price: row.flag("is_list_price")?,
            every: row.parsed_or_null("every")?,
        },
        total: Money::new(row.number("total")?, currency),
        list_total: Money::new(row.number("list_total")?, currency),
        promo_code: row.parsed_or_null("promo_code")?,
        tax: tax(row)?,
        paid: paid(row)?,
        buyer_name: row.text_or_null("buyer_name")?,
        buyer_email: row.made_or_null("buyer_email")?,
        payment: row.text_or_null("payment_id")?.map(PaymentId),
        refunded_minor: row.number("refunded")?,
        replaced_by: row.parsed_or_null("replaced_by")?,
        state: state(row)?,
        created_at: row.time("created_at")?,
    })
}

fn tax(row: &AnyRow) -> Result<Option<Tax>> {
    let named = row.text_or_null("tax_name")?.zip(row.number_or_null("tax_rate")?);
    named.map(|(name, rate)| Tax::of_rate(&name, rate).map_err(|_| Error::Unreadable("tax_rate"))).transpose()
}

fn paid(row: &AnyRow) -> Result<Option<Money>> {
    let paid = row.number_or_null("paid")?.zip(row.made_or_null("paid_currency")?);
    Ok(paid.map(|(minor, currency)| Money::new(minor, currency)))
}

fn checkout_session(row: &AnyRow) -> Result<CheckoutSession> {
    let provider_id = row.text_or_null("provider_session_id")?.map(ProviderSessionId);
    let opened = provider_id.zip(row.parsed_or_null("url")?).map(|(provider_id, url)| Opened { provider_id, url });
    let client_urls = row.parsed_or_null("success_url")?.zip(row.parsed_or_null("cancel_url")?);
    Ok(CheckoutSession {
        id: row.parsed("id")?,
        version: row.number("version")?,
        order_id: row.parsed("order_id")?,
        provider: row.parsed("provider")?,
        opened,
        client_urls: client_urls.map(|(success, cancel)| ClientUrls { success, cancel }),
        expires_at: row.time("expires_at")?,
        next_check_at: row.time_or_null("next_check_at")?,
        checks: row.number("checks")?,
        created_at: row.time("created_at")?,
    })
}
