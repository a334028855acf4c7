//! What Flowglad says, in the vocabulary that all providers share. Pure.
//!
//! An amount paid is what our price came to: the payment's amount less the tax that Flowglad put on top.

use super::objects::{Metadata, Payload, Payment, PaymentStatus, Purchase, PurchaseStatus, Session, SessionStatus};
use crate::checkout::provider::{Fact, Mode, Notice, PaymentId, ProviderError, ProviderEvent, ProviderName, ProviderSessionId};
use crate::values::{Currency, Money, OrderId, Timestamp};

/// The metadata key under which our order's id travels.
pub const ORDER_ID: &str = "order_id";

/// A verified webhook. Its kind is the object's, for Flowglad says no other; what matters of it must be asked for.
pub fn notice(payload: Payload, event_id: &str, own_mode: Mode, now: Timestamp) -> Notice {
    let Payload { id, object } = payload;
    let payment = (object == "payment").then(|| PaymentId(id.clone()));
    let matters = matches!(object.as_str(), "payment" | "purchase" | "subscription");
    let event = ProviderEvent {
        provider: ProviderName::Flowglad,
        mode: own_mode,
        event_id: Some(event_id.to_owned()),
        kind: object,
        session: None,
        payment,
        subscription: None,
        order_id: None,
        occurred_at: now,
        facts: Vec::new(),
    };
    Notice { event, incomplete: matters.then_some(id) }
}

/// A session that was asked for. One that succeeded says no more than that: its purchase knows the rest.
pub fn retrieved(session: &Session, own_mode: Mode, now: Timestamp) -> ProviderEvent {
    let facts = match session.status {
        Some(SessionStatus::Open) => vec![Fact::Open],
        Some(SessionStatus::Pending) => vec![Fact::Processing],
        Some(SessionStatus::Failed) => vec![Fact::Failed],
        Some(SessionStatus::Expired) => vec![Fact::Expired],
        Some(SessionStatus::Succeeded | SessionStatus::Unknown) | None => Vec::new(),
    };
    ProviderEvent {
        provider: ProviderName::Flowglad,
        mode: mode(session.livemode, own_mode),
        event_id: None,
        kind: "checkout_session".to_owned(),
        session: Some(ProviderSessionId(session.id.clone())),
        payment: None,
        subscription: None,
        order_id: order_id(session.output_metadata.as_ref()),
        occurred_at: now,
        facts,
    }
}

/// What a payment says. What undoes it stands before it: an order that hears of both at once sends no gift only to take it back.
pub fn add_payment(event: &mut ProviderEvent, payment: &Payment) -> Result<(), ProviderError> {
    event.mode = mode(payment.livemode, event.mode);
    event.payment = Some(PaymentId(payment.id.clone()));
    event.facts.extend(refunds(payment)?);
    event.facts.extend(match payment.status {
        Some(PaymentStatus::Succeeded | PaymentStatus::Refunded) => vec![paid(payment)?],
        Some(PaymentStatus::Processing | PaymentStatus::RequiresAction | PaymentStatus::RequiresConfirmation) => {
            vec![Fact::Processing]
        }
        // Whether another may follow only the session knows; it is asked in its turn.
        Some(PaymentStatus::Failed | PaymentStatus::Canceled) => vec![Fact::Declined],
        Some(PaymentStatus::Unknown) | None => Vec::new(),
    });
    Ok(())
}

/// What a purchase says that has no payment. One with a price that is called paid has one that we must find another time.
pub fn add_unpaid_purchase(event: &mut ProviderEvent, purchase: &Purchase) -> Result<(), ProviderError> {
    if purchase.cost_something() {
        return Err(nonsense("a paid purchase has no payment yet"));
    }
    let fact = match purchase.status {
        Some(PurchaseStatus::Paid | PurchaseStatus::Refunded | PurchaseStatus::PartialRefund | PurchaseStatus::Fraudulent) => {
            Fact::Free
        }
        Some(PurchaseStatus::Open) => Fact::Open,
        Some(PurchaseStatus::Pending) => Fact::Processing,
        Some(PurchaseStatus::Failed) => Fact::Declined,
        Some(PurchaseStatus::Unknown) | None => return Ok(()),
    };
    event.facts.push(fact);
    Ok(())
}

pub fn order_id(metadata: Option<&Metadata>) -> Option<OrderId> {
    metadata?.get(ORDER_ID)?.as_str()?.parse().ok()
}

/// Nothing where nothing was refunded. The figure is of the whole payment, tax included. Whether all has gone back the amounts
/// tell best: a status or a flag may stand for any refund.
fn refunds(payment: &Payment) -> Result<Vec<Fact>, ProviderError> {
    let is_said = payment.refunded == Some(true) || payment.status == Some(PaymentStatus::Refunded);
    let gone = payment.refunded_amount.or(payment.amount.filter(|_| is_said)).filter(|gone| *gone > 0);
    let Some(gone) = gone else { return Ok(Vec::new()) };
    let whole = payment.amount.map_or(is_said, |amount| gone >= amount);
    Ok(vec![Fact::Refunded { total: money(gone, payment)?, whole }])
}

fn paid(payment: &Payment) -> Result<Fact, ProviderError> {
    let amount = payment.amount.ok_or_else(|| nonsense("a payment names no amount"))?;
    Ok(Fact::Paid { amount: money(amount.saturating_sub(payment.tax_amount.unwrap_or_default()), payment)? })
}

fn mode(livemode: Option<bool>, own: Mode) -> Mode {
    match livemode {
        Some(true) => Mode::Live,
        Some(false) => Mode::Test,
        None => own,
    }
}

fn money(amount: i64, payment: &Payment) -> Result<Money, ProviderError> {
    let currency = payment.currency.as_deref().unwrap_or_default();
    let currency = Currency::parse(currency).map_err(|_| nonsense("an amount has no currency"))?;
    Ok(Money::new(amount, currency))
}

fn nonsense(what: &'static str) -> ProviderError {
    ProviderError::Unavailable(what.into())
}
