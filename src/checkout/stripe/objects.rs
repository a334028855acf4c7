//! Stripe's objects as they stand on the wire, as far as we read them. Everything that could be missing may be,
//! and every enum has room for values that Stripe invents later.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Number, Value};

use crate::checkout::expandable::has_id;
pub use crate::checkout::expandable::{Expandable, HasId, Reference};

#[derive(Deserialize)]
pub struct Event {
    pub id: String,
    #[serde(rename = "type")]
    pub kind: String,
    /// Seconds; a text in an event of Stripe's other kind, which says nothing to us.
    pub created: Option<Value>,
    pub livemode: Option<bool>,
    pub data: Option<EventData>,
}

#[derive(Deserialize)]
pub struct EventData {
    #[serde(default)]
    pub object: Value,
}

#[derive(Deserialize)]
pub struct Session {
    pub id: String,
    /// Only while it is open.
    pub url: Option<String>,
    pub status: Option<SessionStatus>,
    pub payment_status: Option<PaymentStatus>,
    pub amount_subtotal: Option<i64>,
    pub amount_total: Option<i64>,
    pub total_details: Option<TotalDetails>,
    pub currency: Option<String>,
    pub currency_conversion: Option<CurrencyConversion>,
    /// Of what is paid once; what is paid again and again is paid through its invoices.
    pub payment_intent: Option<Expandable<PaymentIntent>>,
    pub subscription: Option<Expandable<Subscription>>,
    /// A subscription's first.
    pub invoice: Option<Expandable<Invoice>>,
    pub client_reference_id: Option<String>,
    pub metadata: Option<Metadata>,
    pub expires_at: Option<i64>,
    pub livemode: Option<bool>,
}

/// Values are texts, by Stripe's promise.
pub type Metadata = HashMap<String, Value>;

#[derive(Deserialize)]
pub struct TotalDetails {
    pub amount_discount: Option<i64>,
}

/// Present where the buyer paid in a currency of their own: the amounts in ours.
#[derive(Deserialize)]
pub struct CurrencyConversion {
    pub amount_subtotal: i64,
    pub amount_total: i64,
    pub source_currency: String,
}

#[derive(Deserialize)]
pub struct PaymentIntent {
    pub id: String,
    pub status: Option<IntentStatus>,
    pub latest_charge: Option<Expandable<Charge>>,
    pub metadata: Option<Metadata>,
}

#[derive(Deserialize)]
pub struct Subscription {
    pub id: String,
    pub status: Option<SubscriptionStatus>,
    /// The end of the period that runs, and with it the subscription's.
    pub cancel_at_period_end: Option<bool>,
    /// A moment that somebody named.
    pub cancel_at: Option<i64>,
    pub ended_at: Option<i64>,
    pub items: Option<List<SubscriptionItem>>,
    pub metadata: Option<Metadata>,
    pub livemode: Option<bool>,
}

#[derive(Clone, Copy, Deserialize)]
pub struct SubscriptionItem {
    pub current_period_start: Option<i64>,
    pub current_period_end: Option<i64>,
}

#[derive(Deserialize)]
pub struct Invoice {
    pub id: String,
    pub parent: Option<InvoiceParent>,
    /// Only where it was asked for.
    pub payments: Option<List<InvoicePayment>>,
}

#[derive(Deserialize)]
pub struct InvoiceParent {
    pub subscription_details: Option<SubscriptionDetails>,
}

#[derive(Deserialize)]
pub struct SubscriptionDetails {
    pub subscription: Option<Expandable<Reference>>,
    pub metadata: Option<Metadata>,
}

#[derive(Deserialize)]
pub struct InvoicePayment {
    pub payment: Option<InvoicePaymentMade>,
}

#[derive(Deserialize)]
pub struct InvoicePaymentMade {
    pub payment_intent: Option<Expandable<Reference>>,
}

#[derive(Deserialize)]
pub struct Price {
    pub unit_amount: Option<i64>,
    pub currency: Option<String>,
}

#[derive(Deserialize)]
pub struct PromotionCode {
    pub id: String,
    promotion: Option<Promotion>,
}

#[derive(Deserialize)]
struct Promotion {
    coupon: Option<Expandable<Coupon>>,
}

#[derive(Deserialize)]
pub struct Coupon {
    pub amount_off: Option<i64>,
    pub currency: Option<String>,
    /// With decimals, up to two.
    percent_off: Option<Number>,
    pub duration: Option<String>,
}

#[derive(Deserialize)]
pub struct Charge {
    /// Cumulative.
    pub amount_refunded: Option<i64>,
    /// All of it.
    pub refunded: Option<bool>,
    /// Ever: it stays true when the dispute is won.
    pub disputed: Option<bool>,
    pub currency: Option<String>,
    pub payment_intent: Option<Expandable<Reference>>,
    pub metadata: Option<Metadata>,
}

#[derive(Deserialize)]
pub struct Dispute {
    pub id: String,
    pub status: Option<DisputeStatus>,
    pub payment_intent: Option<Expandable<Reference>>,
}

#[derive(Deserialize)]
pub struct List<T> {
    pub data: Vec<T>,
}

/// Any other object: of a refund only this matters.
#[derive(Deserialize)]
pub struct Other {
    pub payment_intent: Option<Expandable<Reference>>,
    pub metadata: Option<Metadata>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionStatus {
    Open,
    Complete,
    Expired,
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    Paid,
    Unpaid,
    NoPaymentRequired,
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntentStatus {
    Canceled,
    RequiresPaymentMethod,
    #[serde(other)]
    UnderWay,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionStatus {
    Incomplete,
    IncompleteExpired,
    Trialing,
    Active,
    PastDue,
    /// Every try to be paid has failed, and nothing is tried any more.
    Unpaid,
    Paused,
    Canceled,
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DisputeStatus {
    Won,
    Lost,
    /// Settled before it became one.
    Prevented,
    WarningClosed,
    /// Under way, in one of the many stages that Stripe tells apart.
    #[serde(other)]
    UnderWay,
}

/// What went wrong. Its message may quote what we sent, so it is never read.
#[derive(Default, Deserialize)]
pub struct ErrorBody {
    #[serde(default)]
    pub error: ErrorDetail,
}

#[derive(Default, Deserialize)]
pub struct ErrorDetail {
    pub code: Option<String>,
    pub param: Option<String>,
    #[serde(rename = "type")]
    pub kind: Option<String>,
}

impl Session {
    pub fn is_open(&self) -> bool {
        self.status == Some(SessionStatus::Open)
    }
}

impl Invoice {
    pub fn payment_intent(&self) -> Option<&str> {
        let mut paid = self.payments.as_ref()?.data.iter().filter_map(|one| one.payment.as_ref()?.payment_intent.as_ref());
        paid.next().map(Expandable::id)
    }
}

impl PromotionCode {
    pub fn coupon(&self) -> Option<&Coupon> {
        self.promotion.as_ref()?.coupon.as_ref()?.object()
    }
}

impl Coupon {
    /// Hundredths of a percent.
    pub fn hundredths(&self) -> Option<i64> {
        let text = self.percent_off.as_ref()?.to_string();
        let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
        (part.len() <= 2).then(|| format!("{whole}{part:0<2}").parse().ok())?
    }
}

has_id!(Subscription, Invoice, PaymentIntent);
