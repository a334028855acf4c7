//! What Flowglad says, in the vocabulary that all providers share. Pure.
//!
//! An amount paid is what our price came to: the payment's amount less the tax that Flowglad put on top.

use super::objects::{
    Metadata, Payload, Payment, PaymentStatus, Purchase, PurchaseStatus, Session, SessionStatus, Subscription,
    SubscriptionStatus as Status,
};
use crate::checkout::provider::{
    Fact, Mode, Notice, PaymentId, ProviderError, ProviderEvent, ProviderName, ProviderSessionId, ProviderSubscriptionId,
    SubscriptionSeen, SubscriptionStatus,
};
use crate::values::{Currency, Money, OrderId, Timestamp};

/// The metadata key under which our order's id travels.
pub const ORDER_ID: &str = "order_id";

/// A verified webhook. Its kind is the object's, for Flowglad says no other; what matters of it must be asked for.
pub fn notice(payload: Payload, event_id: &str, own_mode: Mode, now: Timestamp) -> Notice {
    let Payload { id, object } = payload;
    let payment = (object == "payment").then(|| PaymentId(id.clone()));
    let matters = matches!(object.as_str(), "payment" | "purchase" | "subscription");
    let subscription = (object == "subscription").then(|| ProviderSubscriptionId(id.clone()));
    let event = ProviderEvent { event_id: Some(event_id.to_owned()), payment, subscription, ..event(&object, own_mode, now) };
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
        session: Some(ProviderSessionId(session.id.clone())),
        order_id: order_id(session.output_metadata.as_ref()),
        facts,
        ..event("checkout_session", mode(session.livemode, own_mode), now)
    }
}

/// An event that says nothing yet.
fn event(kind: &str, mode: Mode, now: Timestamp) -> ProviderEvent {
    ProviderEvent {
        provider: ProviderName::Flowglad,
        mode,
        event_id: None,
        kind: kind.to_owned(),
        session: None,
        payment: None,
        subscription: None,
        order_id: None,
        occurred_at: now,
        facts: Vec::new(),
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

/// How a subscription stands; nothing in a word that isn't known here.
pub fn add_subscription(event: &mut ProviderEvent, subscription: &Subscription) {
    event.mode = mode(subscription.livemode, event.mode);
    event.subscription = Some(ProviderSubscriptionId(subscription.id.clone()));
    event.order_id = event.order_id.take().or_else(|| order_id(subscription.metadata.as_ref()));
    event.facts.extend(seen(subscription).map(Fact::Subscription));
}

/// A subscription that was asked for.
pub fn asked_for(subscription: &Subscription, own_mode: Mode, now: Timestamp) -> ProviderEvent {
    let mut event = event("subscription", own_mode, now);
    add_subscription(&mut event, subscription);
    event
}

fn seen(subscription: &Subscription) -> Option<SubscriptionSeen> {
    let moment = |millis: Option<i64>| millis.map(Timestamp::from_millis);
    let (start, end) = (moment(subscription.current_billing_period_start), moment(subscription.current_billing_period_end));
    let scheduled = moment(subscription.cancel_scheduled_at);
    let (status, paid_until, ends_at) = match subscription.status? {
        Status::Trialing | Status::CreditTrial | Status::Active => (SubscriptionStatus::Active, end, scheduled),
        Status::CancellationScheduled => (SubscriptionStatus::Active, end, scheduled.or(end)),
        // The period that runs is the one that was not paid.
        Status::PastDue => (SubscriptionStatus::PastDue, start, scheduled),
        // Flowglad has given up charging for it and not ended it.
        Status::Unpaid => (SubscriptionStatus::Paused, start, scheduled),
        Status::Paused => (SubscriptionStatus::Paused, end, scheduled),
        Status::Incomplete => (SubscriptionStatus::Incomplete, None, None),
        Status::Canceled | Status::IncompleteExpired => (SubscriptionStatus::Ended, end, moment(subscription.canceled_at)),
        Status::Unknown => return None,
    };
    Some(SubscriptionSeen { status, paid_until, ends_at })
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
