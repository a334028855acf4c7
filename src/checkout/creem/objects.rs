//! Creem's objects as they stand on the wire, as far as we read them. Everything that could be missing may be,
//! and every enum has room for values that Creem invents later.

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::checkout::expandable::has_id;
pub use crate::checkout::expandable::{Expandable, HasId};
use crate::values::{Money, Timestamp};

/// A moment, in milliseconds or in ISO 8601; `None` for anything else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moment(pub Option<Timestamp>);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let from_text = || value.as_str()?.parse().ok().map(|at: jiff::Timestamp| Timestamp::from_millis(at.as_millisecond()));
        Ok(Self(value.as_i64().map(Timestamp::from_millis).or_else(from_text)))
    }
}

/// A webhook's envelope, by either pair of names that Creem's library takes.
#[derive(Deserialize)]
pub struct Event {
    pub id: String,
    #[serde(rename = "eventType")]
    pub kind: Option<String>,
    #[serde(rename = "type")]
    pub other_kind: Option<String>,
    #[serde(default)]
    pub created_at: Moment,
    pub object: Option<Value>,
    pub data: Option<Value>,
}

#[derive(Deserialize)]
pub struct Checkout {
    pub id: String,
    pub mode: Option<String>,
    pub status: Option<CheckoutStatus>,
    #[serde(rename = "checkout_url")]
    pub page: Option<String>,
    pub request_id: Option<String>,
    pub product: Option<Expandable<Product>>,
    /// Once it is completed.
    pub order: Option<Expandable<Order>>,
    /// The one that it began.
    pub subscription: Option<Expandable<Subscription>>,
    pub metadata: Option<Value>,
}

#[derive(Deserialize)]
pub struct Product {
    pub id: String,
    pub price: Option<i64>,
    pub currency: Option<String>,
    pub billing_type: Option<BillingType>,
    pub billing_period: Option<BillingPeriod>,
    pub status: Option<ProductStatus>,
    pub tax_mode: Option<TaxMode>,
}

#[derive(Deserialize)]
pub struct Order {
    pub id: String,
    pub status: Option<OrderStatus>,
    pub transaction: Option<Expandable<Transaction>>,
    pub amount: Option<i64>,
    pub sub_total: Option<i64>,
    pub amount_paid: Option<i64>,
    pub currency: Option<String>,
}

#[derive(Deserialize)]
pub struct Transaction {
    pub id: String,
    pub status: Option<TransactionStatus>,
    /// The price; tax that Creem adds is on top of it.
    pub amount: Option<i64>,
    pub amount_paid: Option<i64>,
    pub tax_amount: Option<i64>,
    /// Cumulative.
    pub refunded_amount: Option<i64>,
    pub currency: Option<String>,
    #[serde(default)]
    pub created_at: Moment,
}

#[derive(Deserialize)]
pub struct Subscription {
    pub id: String,
    pub mode: Option<String>,
    pub status: Option<Standing>,
    pub last_transaction_id: Option<String>,
    #[serde(default)]
    pub last_transaction_date: Moment,
    #[serde(default)]
    pub current_period_start_date: Moment,
    #[serde(default)]
    pub current_period_end_date: Moment,
    #[serde(default)]
    pub canceled_at: Moment,
    #[serde(default)]
    pub updated_at: Moment,
    pub metadata: Option<Value>,
}

/// A discount of Creem's own.
#[derive(Deserialize)]
pub struct Discount {
    pub code: String,
    pub status: Option<DiscountStatus>,
    /// In percent of the price.
    pub percentage: Option<i64>,
    /// In minor units, where it isn't in percent.
    pub amount: Option<i64>,
    pub currency: Option<String>,
    pub duration: Option<DiscountDuration>,
    /// Those that it is for; all where it names none.
    pub applies_to_products: Option<Vec<String>>,
}

/// A refund or a dispute: money that goes back, and what it was paid for.
#[derive(Deserialize)]
pub struct Reversal {
    pub mode: Option<String>,
    /// Of a refund; a dispute has none.
    pub status: Option<RefundStatus>,
    pub refund_amount: Option<i64>,
    pub transaction: Option<Expandable<Transaction>>,
    pub checkout: Option<Expandable<Checkout>>,
    pub order: Option<Expandable<Order>>,
    pub subscription: Option<Expandable<Subscription>>,
}

/// Any other object.
#[derive(Default, Deserialize)]
pub struct Other {
    pub mode: Option<String>,
    pub metadata: Option<Value>,
}

#[derive(Deserialize)]
pub struct RefundAnswer {
    pub status: Option<RefundStatus>,
}

#[derive(Deserialize)]
pub struct List<T> {
    pub items: Vec<T>,
}

/// What went wrong. Its messages may quote what we sent, so they are never repeated.
#[derive(Default, Deserialize)]
pub struct ErrorBody {
    pub trace_id: Option<String>,
    #[serde(default)]
    pub message: Value,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckoutStatus {
    Pending,
    Processing,
    Completed,
    Expired,
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrderStatus {
    Pending,
    Paid,
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TransactionStatus {
    Pending,
    Paid,
    Refunded,
    PartialRefund,
    #[serde(alias = "chargeback")]
    ChargedBack,
    Declined,
    Canceled,
    Void,
    Uncollectible,
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RefundStatus {
    Succeeded,
    Failed,
    Canceled,
    /// Pending, or in a state that Creem has named since.
    #[serde(other)]
    UnderWay,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BillingType {
    Onetime,
    Recurring,
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BillingPeriod {
    Once,
    EveryDay,
    EveryMonth,
    EveryThreeMonths,
    EverySixMonths,
    EveryYear,
    /// Of the store's own making, or of a name that we don't know.
    #[serde(other)]
    Custom,
}

/// How a subscription stands, in Creem's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Active,
    Trialing,
    /// Paid until the period ends, and over then.
    ScheduledCancel,
    PastDue,
    Unpaid,
    Paused,
    Canceled,
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DiscountStatus {
    Active,
    #[serde(other)]
    Inactive,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DiscountDuration {
    Forever,
    #[serde(other)]
    Limited,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProductStatus {
    Archived,
    #[serde(other)]
    Sold,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxMode {
    /// Comes on top of the price.
    Exclusive,
    /// Within the price, also under a name that we don't know.
    #[serde(other)]
    Inclusive,
}

has_id!(Checkout, Product, Order, Subscription, Transaction);

impl Transaction {
    /// Whether nothing is left to give back.
    pub fn is_refunded_whole(&self) -> bool {
        self.status == Some(TransactionStatus::Refunded)
            || self.gross().is_some_and(|gross| gross > 0 && self.refunded_amount.is_some_and(|refunded| refunded >= gross))
    }

    /// Whether `amount` is all that wasn't given back yet, by our price or with the tax that Creem put on top.
    pub fn has_left(&self, amount: Money) -> bool {
        let paid = self.gross().unwrap_or_default();
        let wholes = [self.amount, Some(paid), Some(paid.saturating_sub(self.tax_amount.unwrap_or_default()))];
        let given_back = self.refunded_amount.unwrap_or_default();
        let is_ours = self.currency.as_deref().is_some_and(|currency| currency.eq_ignore_ascii_case(amount.currency.as_str()));
        is_ours && wholes.into_iter().flatten().any(|whole| whole.saturating_sub(given_back) == amount.minor)
    }

    /// What the buyer paid, tax on top included.
    pub fn gross(&self) -> Option<i64> {
        self.amount_paid.or(self.amount)
    }
}
