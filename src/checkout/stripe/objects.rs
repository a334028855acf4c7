//! Stripe's objects as they stand on the wire, as far as we read them. Everything that could be missing may be,
//! and every enum has room for values that Stripe invents later.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

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
    pub payment_intent: Option<Expandable<PaymentIntent>>,
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

/// Any other object: of a refund or a subscription only this matters.
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

impl HasId for PaymentIntent {
    fn id(&self) -> &str {
        &self.id
    }
}
