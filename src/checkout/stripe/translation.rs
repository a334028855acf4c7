//! What Stripe says, in the vocabulary that all providers share. Pure.
//!
//! An amount paid is what our price came to: Stripe's total less the tax that Stripe put on top. Tax within the price
//! is part of the price, in Stripe's subtotal as in ours, so it is the subtotal less discounts that is compared.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::amounts::from_stripe_amount;
use super::objects::{
    Charge, Dispute, DisputeStatus, Event, Expandable, HasId, IntentStatus, Invoice, Metadata, Other, PaymentIntent, PaymentStatus,
    Session, SessionStatus, Subscription,
};
use super::subscriptions;
use crate::checkout::provider::{
    Fact, Mode, Notice, PaymentId, ProviderError, ProviderEvent, ProviderName, ProviderSessionId, ProviderSubscriptionId,
};
use crate::values::{Currency, Money, OrderId, Timestamp};

/// The metadata key under which our order's id travels.
pub const ORDER_ID: &str = "order_id";

/// A verified webhook's event. `own_mode` stands in where the event doesn't say its mode.
pub fn notice(event: Event, own_mode: Mode, now: Timestamp) -> Result<Notice, ProviderError> {
    let object = event.data.map(|data| data.object).unwrap_or_default();
    let said = said(&event.kind, object)?;
    let created = event.created.as_ref().and_then(Value::as_i64);
    let event = ProviderEvent {
        provider: ProviderName::Stripe,
        mode: mode(event.livemode, own_mode),
        event_id: Some(event.id),
        kind: event.kind,
        session: said.session,
        payment: said.payment,
        subscription: said.subscription,
        order_id: said.order_id,
        occurred_at: created.map_or(now, Timestamp::from_seconds),
        facts: said.facts,
    };
    Ok(Notice { event, incomplete: said.incomplete })
}

/// What was read by asking.
pub fn asked(kind: &str, said: Said, livemode: Option<bool>, own_mode: Mode, now: Timestamp) -> ProviderEvent {
    ProviderEvent {
        provider: ProviderName::Stripe,
        mode: mode(livemode, own_mode),
        event_id: None,
        kind: kind.to_owned(),
        session: said.session,
        payment: said.payment,
        subscription: said.subscription,
        order_id: said.order_id,
        occurred_at: now,
        facts: said.facts,
    }
}

/// A session that was asked for: the payment of its invoice where it has one, and what became of its dispute if there is one. Of its
/// own it brings its payment and its subscription.
pub fn retrieved(
    session: &Session,
    invoiced: Option<&PaymentIntent>,
    dispute: Option<DisputeStatus>,
    own_mode: Mode,
    now: Timestamp,
) -> Result<ProviderEvent, ProviderError> {
    let charge = intent_of(session, invoiced).and_then(charge_of);
    // What undoes a payment stands before it: an order that hears of both at once sends no gift only to take it back.
    let mut facts = charge.map(refunds).transpose()?.unwrap_or_default();
    facts.extend(dispute.map(dispute_fact));
    facts.extend(session_facts(session)?);
    facts.extend(session.subscription.as_ref().and_then(Expandable::object).and_then(subscriptions::fact));
    let mut said = Said::of_session(session, facts);
    said.payment = said.payment.or_else(|| invoiced.map(|intent| PaymentId(intent.id.clone())));
    Ok(asked("checkout.session", said, session.livemode, own_mode, now))
}

/// The payment of a session whose charge was disputed, now or once.
pub fn disputed_payment<'a>(session: &'a Session, invoiced: Option<&'a PaymentIntent>) -> Option<&'a str> {
    let intent = intent_of(session, invoiced)?;
    charge_of(intent).filter(|charge| charge.disputed == Some(true)).map(|_| intent.id.as_str())
}

pub fn dispute_fact(status: DisputeStatus) -> Fact {
    match status {
        DisputeStatus::UnderWay => Fact::Disputed,
        DisputeStatus::Won | DisputeStatus::Prevented | DisputeStatus::WarningClosed => Fact::DisputeWon,
        DisputeStatus::Lost => Fact::DisputeLost,
    }
}

/// Only money that was under way fails once its buyer has completed the page; word of that may have been lost, or come later.
const FELL_THROUGH: [Fact; 2] = [Fact::Processing, Fact::Failed];

/// What an object tells.
#[derive(Default)]
pub struct Said {
    pub session: Option<ProviderSessionId>,
    pub payment: Option<PaymentId>,
    pub subscription: Option<ProviderSubscriptionId>,
    pub order_id: Option<OrderId>,
    pub facts: Vec<Fact>,
    /// What must be asked about before it is enough.
    pub incomplete: Option<String>,
}

impl Said {
    fn of_session(session: &Session, facts: Vec<Fact>) -> Self {
        let by_reference = || session.client_reference_id.as_deref().and_then(|id| id.parse().ok());
        Self {
            session: Some(ProviderSessionId(session.id.clone())),
            payment: payment(session.payment_intent.as_ref()),
            subscription: session.subscription.as_ref().map(|subscription| ProviderSubscriptionId(subscription.id().to_owned())),
            order_id: order_id(session.metadata.as_ref()).or_else(by_reference),
            facts,
            incomplete: None,
        }
    }
}

fn said(kind: &str, object: Value) -> Result<Said, ProviderError> {
    Ok(match kind {
        "checkout.session.completed" => with_session(object, completed)?,
        "checkout.session.async_payment_succeeded" => with_session(object, |session| Ok(vec![paid(session)?]))?,
        "checkout.session.async_payment_failed" => with_session(object, |_| Ok(FELL_THROUGH.to_vec()))?,
        "checkout.session.expired" => with_session(object, |_| Ok(vec![Fact::Expired]))?,
        "payment_intent.payment_failed" => {
            let intent: PaymentIntent = read(object)?;
            Said {
                order_id: order_id(intent.metadata.as_ref()),
                payment: Some(PaymentId(intent.id)),
                facts: vec![Fact::Declined],
                ..Said::default()
            }
        }
        "charge.refunded" => {
            let charge: Charge = read(object)?;
            Said {
                payment: payment(charge.payment_intent.as_ref()),
                order_id: order_id(charge.metadata.as_ref()),
                facts: refunds(&charge)?,
                ..Said::default()
            }
        }
        kind if kind.starts_with("charge.dispute.") => disputed(read(object)?),
        kind if kind.starts_with("customer.subscription.") => subscriptions::said(&read::<Subscription>(object)?),
        "invoice.paid" | "invoice.payment_failed" => subscriptions::invoiced(&read::<Invoice>(object)?),
        // A refund's own events tell of that refund alone; `charge.refunded` comes beside them with the whole figure.
        _ => other(object),
    })
}

fn with_session(object: Value, facts: impl FnOnce(&Session) -> Result<Vec<Fact>, ProviderError>) -> Result<Said, ProviderError> {
    let session: Session = read(object)?;
    let facts = facts(&session)?;
    // What began a subscription names no payment, only an invoice that does.
    let began = session.subscription.is_some() && facts.iter().any(Fact::is_of_payment);
    let incomplete = began.then(|| session.id.clone());
    Ok(Said { incomplete, ..Said::of_session(&session, facts) })
}

/// Word that a dispute is open may be overtaken by word of its end, so Stripe is asked how it stands now.
fn disputed(dispute: Dispute) -> Said {
    let fact = dispute_fact(dispute.status.unwrap_or(DisputeStatus::UnderWay));
    Said {
        payment: payment(dispute.payment_intent.as_ref()),
        incomplete: (fact == Fact::Disputed).then_some(dispute.id),
        facts: vec![fact],
        ..Said::default()
    }
}

/// An event that changes nothing is recorded with what it is about, if that can be told.
fn other(object: Value) -> Said {
    let Ok(object) = serde_json::from_value::<Other>(object) else { return Said::default() };
    Said { payment: payment(object.payment_intent.as_ref()), order_id: order_id(object.metadata.as_ref()), ..Said::default() }
}

fn session_facts(session: &Session) -> Result<Vec<Fact>, ProviderError> {
    match session.status {
        Some(SessionStatus::Open) => Ok(vec![Fact::Open]),
        Some(SessionStatus::Expired) => Ok(vec![Fact::Expired]),
        Some(SessionStatus::Complete | SessionStatus::Unknown) | None => completed(session),
    }
}

/// Only "paid" and "nothing to pay" fulfil. A delayed payment that failed leaves the session complete and unpaid:
/// its payment says that it waits for another method.
fn completed(session: &Session) -> Result<Vec<Fact>, ProviderError> {
    let intent = session.payment_intent.as_ref().and_then(Expandable::object).and_then(|intent| intent.status);
    Ok(match session.payment_status {
        Some(PaymentStatus::Paid) => vec![paid(session)?],
        Some(PaymentStatus::NoPaymentRequired) => vec![Fact::Free],
        Some(PaymentStatus::Unpaid) => match intent {
            Some(IntentStatus::Canceled | IntentStatus::RequiresPaymentMethod) => FELL_THROUGH.to_vec(),
            Some(IntentStatus::UnderWay) | None => vec![Fact::Processing],
        },
        Some(PaymentStatus::Unknown) | None => Vec::new(),
    })
}

fn paid(session: &Session) -> Result<Fact, ProviderError> {
    let amount = match &session.currency_conversion {
        Some(ours) => money(ours.amount_total.min(ours.amount_subtotal), Some(&ours.source_currency))?,
        None => money(net_total(session)?, session.currency.as_deref())?,
    };
    Ok(Fact::Paid { amount })
}

fn net_total(session: &Session) -> Result<i64, ProviderError> {
    let total = session.amount_total.ok_or_else(|| nonsense("a paid session names no amount"))?;
    let discount = session.total_details.as_ref().and_then(|details| details.amount_discount).unwrap_or_default();
    let before_tax = session.amount_subtotal.map_or(total, |subtotal| subtotal.saturating_sub(discount));
    Ok(total.min(before_tax))
}

/// Nothing where nothing was refunded. The figure is of the whole charge, tax that Stripe added included.
fn refunds(charge: &Charge) -> Result<Vec<Fact>, ProviderError> {
    let Some(refunded) = charge.amount_refunded.filter(|amount| *amount > 0) else { return Ok(Vec::new()) };
    let total = money(refunded, charge.currency.as_deref())?;
    Ok(vec![Fact::Refunded { total, whole: charge.refunded == Some(true) }])
}

fn intent_of<'a>(session: &'a Session, invoiced: Option<&'a PaymentIntent>) -> Option<&'a PaymentIntent> {
    session.payment_intent.as_ref().and_then(Expandable::object).or(invoiced)
}

fn charge_of(intent: &PaymentIntent) -> Option<&Charge> {
    intent.latest_charge.as_ref()?.object()
}

fn payment<T: HasId>(payment: Option<&Expandable<T>>) -> Option<PaymentId> {
    payment.map(|payment| PaymentId(payment.id().to_owned()))
}

pub fn order_id(metadata: Option<&Metadata>) -> Option<OrderId> {
    metadata?.get(ORDER_ID)?.as_str()?.parse().ok()
}

fn mode(livemode: Option<bool>, own: Mode) -> Mode {
    match livemode {
        Some(true) => Mode::Live,
        Some(false) => Mode::Test,
        None => own,
    }
}

fn money(amount: i64, currency: Option<&str>) -> Result<Money, ProviderError> {
    let currency = Currency::parse(currency.unwrap_or_default()).map_err(|_| nonsense("an amount has no currency"))?;
    Ok(from_stripe_amount(amount, currency))
}

/// An event that we act on must have the parts that we act on; else Stripe sends it again, when we may know better.
fn read<T: DeserializeOwned>(object: Value) -> Result<T, ProviderError> {
    serde_json::from_value(object).map_err(|error| ProviderError::Unavailable(error.into()))
}

fn nonsense(what: &'static str) -> ProviderError {
    ProviderError::Unavailable(what.into())
}
