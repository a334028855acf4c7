//! What Creem says, in the vocabulary that all providers share. Pure.
//!
//! Creem sells in its own name and may put tax on top of our price. An amount paid is what our price came to: `amount`,
//! or less where less was paid; of a product with tax on top at most the subtotal.

use serde::de::DeserializeOwned;
use serde_json::Value;

use super::objects::{
    Checkout, CheckoutStatus, Event, Expandable, Order, OrderStatus, Other, RefundStatus, Reversal, Subscription, TaxMode,
    Transaction, TransactionStatus,
};
use super::subscriptions::{Told, seen};
use crate::checkout::provider::{
    Fact, Mode, Notice, PaymentId, ProviderError, ProviderEvent, ProviderName, ProviderSessionId, ProviderSubscriptionId,
};
use crate::values::{Currency, Money, OrderId, Timestamp};

/// The metadata key under which our order's id travels.
pub const ORDER_ID: &str = "order_id";

/// The one event of a sale, and the one whose gaps are filled by asking about its checkout.
pub const CHECKOUT_COMPLETED: &str = "checkout.completed";

/// A verified webhook's event. `own_mode` stands in where the event doesn't say its mode.
pub fn notice(event: Event, own_mode: Mode, now: Timestamp) -> Result<Notice, ProviderError> {
    let kind = event.kind.or(event.other_kind).ok_or(ProviderError::Signature("what it signs is no event"))?;
    let occurred_at = event.created_at.0.unwrap_or(now);
    let said = said(&kind, event.object.or(event.data).unwrap_or_default(), occurred_at)?;
    let incomplete = said.incomplete.clone();
    Ok(Notice { event: said.event(Some(event.id), kind, own_mode, occurred_at), incomplete })
}

/// A checkout that was asked for, the transaction that paid it, and the subscription that it began.
pub fn retrieved(
    checkout: &Checkout,
    transaction: Option<&Transaction>,
    subscription: Option<&Subscription>,
    own_mode: Mode,
    now: Timestamp,
) -> Result<ProviderEvent, ProviderError> {
    // What undoes a payment stands before it: an order that hears of both at once sends no gift only to take it back.
    let mut facts = transaction.map(undone).transpose()?.unwrap_or_default();
    facts.extend(checkout_facts(checkout, transaction)?);
    facts.extend(transaction.and_then(upheld));
    facts.extend(subscription.and_then(|subscription| seen(subscription, Told::Plainly, now)).map(Fact::Subscription));
    let mut said = Said::of_checkout(checkout, facts);
    said.payment = said.payment.or_else(|| transaction.map(|transaction| PaymentId(transaction.id.clone())));
    Ok(said.event(None, "checkout".to_owned(), own_mode, now))
}

/// A subscription that was asked for.
pub fn retrieved_subscription(subscription: &Subscription, own_mode: Mode, now: Timestamp) -> ProviderEvent {
    Said::of_subscription(subscription, Told::Plainly, now).event(None, "subscription".to_owned(), own_mode, now)
}

/// What became of a transaction since it was paid. While it is charged back a dispute is open, or was lost: no word of Creem's tells
/// one from the other, so it is told as open until the operator acts.
pub fn undone(transaction: &Transaction) -> Result<Vec<Fact>, ProviderError> {
    let mut facts = Vec::new();
    let whole = transaction.is_refunded_whole();
    let refunded = transaction.refunded_amount.filter(|amount| *amount > 0);
    if let Some(total) = refunded.or(transaction.gross().filter(|_| whole)) {
        facts.push(Fact::Refunded { total: money(total, transaction.currency.as_deref())?, whole });
    }
    if transaction.status == Some(TransactionStatus::ChargedBack) {
        facts.push(Fact::Disputed);
    }
    Ok(facts)
}

/// No event says how a dispute ended. But a transaction is charged back from the first day of one, so what Creem calls paid isn't disputed
/// any more.
fn upheld(transaction: &Transaction) -> Option<Fact> {
    matches!(transaction.status, Some(TransactionStatus::Paid | TransactionStatus::PartialRefund)).then_some(Fact::DisputeWon)
}

/// What an event's object tells.
#[derive(Default)]
struct Said {
    mode: Option<String>,
    session: Option<ProviderSessionId>,
    payment: Option<PaymentId>,
    subscription: Option<ProviderSubscriptionId>,
    order_id: Option<OrderId>,
    facts: Vec<Fact>,
    incomplete: Option<String>,
}

impl Said {
    fn of_checkout(checkout: &Checkout, facts: Vec<Fact>) -> Self {
        let order = checkout.order.as_ref().and_then(Expandable::object);
        Self {
            mode: checkout.mode.clone(),
            session: Some(ProviderSessionId(checkout.id.clone())),
            payment: payment(order.and_then(|order| order.transaction.as_ref())),
            subscription: subscription_id(checkout.subscription.as_ref()),
            order_id: order_id(checkout.metadata.as_ref(), checkout.request_id.as_deref()),
            facts,
            incomplete: None,
        }
    }

    /// The payment that it names may be a renewal's, and that is no order's.
    fn of_subscription(subscription: &Subscription, told: Told, at: Timestamp) -> Self {
        Self {
            mode: subscription.mode.clone(),
            subscription: Some(ProviderSubscriptionId(subscription.id.clone())),
            order_id: order_id(subscription.metadata.as_ref(), None),
            facts: seen(subscription, told, at).map(Fact::Subscription).into_iter().collect(),
            ..Self::default()
        }
    }

    fn event(self, event_id: Option<String>, kind: String, own_mode: Mode, occurred_at: Timestamp) -> ProviderEvent {
        ProviderEvent {
            provider: ProviderName::Creem,
            mode: mode(self.mode.as_deref(), own_mode),
            event_id,
            kind,
            session: self.session,
            payment: self.payment,
            subscription: self.subscription,
            order_id: self.order_id,
            occurred_at,
            facts: self.facts,
        }
    }
}

fn said(kind: &str, object: Value, at: Timestamp) -> Result<Said, ProviderError> {
    match kind {
        CHECKOUT_COMPLETED => completed(&read(object)?, at),
        "refund.created" => refunded(&read(object)?),
        "dispute.created" => Ok(reversed(&read(object)?, vec![Fact::Disputed])),
        _ if kind.starts_with("subscription.") => Ok(Said::of_subscription(&read(object)?, Told::by_event(kind), at)),
        // Credits are no business of ours.
        _ => Ok(other(object)),
    }
}

fn completed(checkout: &Checkout, at: Timestamp) -> Result<Said, ProviderError> {
    let order = checkout.order.as_ref().and_then(Expandable::object);
    let mut facts = checkout_facts(checkout, order.and_then(|order| order.transaction.as_ref()?.object()))?;
    // The sale itself is the first payment.
    let picture = checkout.subscription.as_ref().and_then(Expandable::object).and_then(|object| seen(object, Told::Paid, at));
    let lacks_picture = checkout.subscription.is_some() && picture.is_none();
    let incomplete = (facts.is_empty() || lacks_picture).then(|| checkout.id.clone());
    facts.extend(picture.map(Fact::Subscription));
    Ok(Said { incomplete, ..Said::of_checkout(checkout, facts) })
}

/// No event tells how a refund went on, so one that is not done yet is asked about; so is one that doesn't say what it is a part of.
fn refunded(refund: &Reversal) -> Result<Said, ProviderError> {
    let transaction = refund.transaction.as_ref().and_then(Expandable::object);
    let facts = match (refund.status, transaction) {
        (Some(RefundStatus::Failed | RefundStatus::Canceled), _) => return Ok(reversed(refund, Vec::new())),
        (Some(RefundStatus::Succeeded), Some(transaction)) => refunds_so_far(refund, transaction)?,
        (Some(RefundStatus::Succeeded | RefundStatus::UnderWay) | None, _) => Vec::new(),
    };
    let said = reversed(refund, facts);
    let incomplete = said.payment.as_ref().filter(|_| said.facts.is_empty()).map(|payment| payment.0.clone());
    Ok(Said { incomplete, ..said })
}

/// The transaction's own figure is cumulative. A copy from before this refund lacks it, and then this refund is told at least.
fn refunds_so_far(refund: &Reversal, transaction: &Transaction) -> Result<Vec<Fact>, ProviderError> {
    let Some(total) = refund.refund_amount.max(transaction.refunded_amount).filter(|amount| *amount > 0) else {
        return Ok(Vec::new());
    };
    let Some(gross) = transaction.gross() else { return Ok(Vec::new()) };
    let whole = transaction.is_refunded_whole() || total >= gross;
    Ok(vec![Fact::Refunded { total: money(total, transaction.currency.as_deref())?, whole }])
}

/// A refund or a dispute names its transaction, and the checkout that it comes from. Of a subscription that is the checkout that began it,
/// also where the transaction is a renewal's: there only the payment tells whether it is the order's.
fn reversed(reversal: &Reversal, facts: Vec<Fact>) -> Said {
    let of_order = reversal.order.as_ref().and_then(Expandable::object).and_then(|order| order.transaction.as_ref());
    let checkout = reversal.checkout.as_ref().and_then(Expandable::object);
    let sold_once = reversal.checkout.as_ref().filter(|_| reversal.subscription.is_none());
    Said {
        mode: reversal.mode.clone(),
        session: sold_once.map(|checkout| ProviderSessionId(checkout.id().to_owned())),
        payment: payment(reversal.transaction.as_ref().or(of_order)),
        subscription: subscription_id(reversal.subscription.as_ref()),
        order_id: checkout.and_then(|checkout| order_id(checkout.metadata.as_ref(), checkout.request_id.as_deref())),
        facts,
        incomplete: None,
    }
}

/// An event that changes nothing is recorded with what it is about, if that can be told.
fn other(object: Value) -> Said {
    let other: Other = serde_json::from_value(object).unwrap_or_default();
    Said { mode: other.mode, order_id: order_id(other.metadata.as_ref(), None), ..Said::default() }
}

fn checkout_facts(checkout: &Checkout, transaction: Option<&Transaction>) -> Result<Vec<Fact>, ProviderError> {
    match checkout.status {
        Some(CheckoutStatus::Pending) => Ok(vec![Fact::Open]),
        Some(CheckoutStatus::Processing) => Ok(vec![Fact::Processing]),
        Some(CheckoutStatus::Expired) => Ok(vec![Fact::Expired]),
        Some(CheckoutStatus::Completed | CheckoutStatus::Unknown) | None => completed_facts(checkout, transaction),
    }
}

/// Only what the order or its transaction calls paid fulfils. Where neither is told, neither is anything else.
fn completed_facts(checkout: &Checkout, transaction: Option<&Transaction>) -> Result<Vec<Fact>, ProviderError> {
    let order = checkout.order.as_ref().and_then(Expandable::object);
    let status = transaction.and_then(|transaction| transaction.status);
    Ok(match (order.and_then(|order| order.status), status) {
        (Some(OrderStatus::Paid), _)
        | (
            None | Some(OrderStatus::Unknown),
            Some(
                TransactionStatus::Paid
                | TransactionStatus::Refunded
                | TransactionStatus::PartialRefund
                | TransactionStatus::ChargedBack,
            ),
        ) => vec![paid(checkout, order, transaction)?],
        (
            _,
            Some(
                TransactionStatus::Declined
                | TransactionStatus::Canceled
                | TransactionStatus::Void
                | TransactionStatus::Uncollectible,
            ),
        ) => vec![Fact::Failed],
        (Some(OrderStatus::Pending), _) | (_, Some(TransactionStatus::Pending)) => vec![Fact::Processing],
        (Some(OrderStatus::Unknown) | None, Some(TransactionStatus::Unknown) | None) => Vec::new(),
    })
}

/// The order's figures, or the transaction's where the order is an id alone.
fn paid(checkout: &Checkout, order: Option<&Order>, transaction: Option<&Transaction>) -> Result<Fact, ProviderError> {
    let tax_mode = checkout.product.as_ref().and_then(Expandable::object).and_then(|product| product.tax_mode);
    let subtotal = order.and_then(|order| order.sub_total).filter(|_| tax_mode == Some(TaxMode::Exclusive));
    let of_order = order.map(|order| [order.amount, order.amount_paid, subtotal]);
    let of_transaction = transaction.map(|transaction| [transaction.amount, transaction.amount_paid, None]);
    let least = |figures: [Option<i64>; 3]| figures.into_iter().flatten().min();
    let net = of_order.and_then(least).or_else(|| of_transaction.and_then(least));
    let net = net.ok_or_else(|| nonsense("a paid checkout names no amount"))?;
    let currency = order.and_then(|order| order.currency.as_deref());
    let amount = money(net, currency.or_else(|| transaction.and_then(|transaction| transaction.currency.as_deref())))?;
    Ok(if amount.is_zero() { Fact::Free } else { Fact::Paid { amount } })
}

fn payment(transaction: Option<&Expandable<Transaction>>) -> Option<PaymentId> {
    transaction.map(|transaction| PaymentId(transaction.id().to_owned()))
}

fn subscription_id(subscription: Option<&Expandable<Subscription>>) -> Option<ProviderSubscriptionId> {
    subscription.map(|subscription| ProviderSubscriptionId(subscription.id().to_owned()))
}

fn order_id(metadata: Option<&Value>, request_id: Option<&str>) -> Option<OrderId> {
    let of_metadata = metadata.and_then(|metadata| metadata.get(ORDER_ID)?.as_str()?.parse().ok());
    of_metadata.or_else(|| request_id?.parse().ok())
}

/// Creem has called its two worlds by several names.
fn mode(text: Option<&str>, own: Mode) -> Mode {
    match text {
        Some("test" | "sandbox" | "local") => Mode::Test,
        Some("prod" | "live") => Mode::Live,
        Some(_) | None => own,
    }
}

fn money(amount: i64, currency: Option<&str>) -> Result<Money, ProviderError> {
    let currency = Currency::parse(currency.unwrap_or_default()).map_err(|_| nonsense("an amount has no currency"))?;
    Ok(Money::new(amount, currency))
}

/// An event that we act on must have the parts that we act on; else Creem sends it again, when we may know better.
fn read<T: DeserializeOwned>(object: Value) -> Result<T, ProviderError> {
    serde_json::from_value(object).map_err(|error| ProviderError::Unavailable(error.into()))
}

fn nonsense(what: &'static str) -> ProviderError {
    ProviderError::Unavailable(what.into())
}
