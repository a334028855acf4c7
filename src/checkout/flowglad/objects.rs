//! Flowglad's objects as they stand on the wire, as far as we read them. Everything that could be missing may be,
//! and every enum has room for values that Flowglad invents later.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::Value;

use crate::checkout::provider::CancelWhen;
use crate::values::{Interval, Money};

/// A webhook's body: which object it is about, and nothing else that we need.
#[derive(Deserialize)]
pub struct Payload {
    pub id: String,
    pub object: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionAnswer {
    pub checkout_session: Session,
    pub url: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    pub id: String,
    pub status: Option<SessionStatus>,
    pub price_id: Option<String>,
    pub purchase_id: Option<String>,
    pub output_metadata: Option<Metadata>,
    /// Milliseconds.
    pub expires: Option<i64>,
    pub livemode: Option<bool>,
}

/// Texts, numbers and flags.
pub type Metadata = HashMap<String, Value>;

#[derive(Deserialize)]
pub struct PurchaseAnswer {
    pub purchase: Purchase,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Purchase {
    pub id: String,
    pub status: Option<PurchaseStatus>,
    pub customer_id: Option<String>,
    pub price_type: Option<PriceKind>,
    /// Of what is paid once.
    pub total_purchase_value: Option<i64>,
    pub first_invoice_value: Option<i64>,
    /// The session's output metadata.
    pub metadata: Option<Metadata>,
}

#[derive(Deserialize)]
pub struct PaymentAnswer {
    pub payment: Payment,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Payment {
    pub id: String,
    pub status: Option<PaymentStatus>,
    /// With tax.
    pub amount: Option<i64>,
    pub tax_amount: Option<i64>,
    pub currency: Option<String>,
    pub purchase_id: Option<String>,
    pub subscription_id: Option<String>,
    pub customer_id: Option<String>,
    /// Milliseconds.
    pub charge_date: Option<i64>,
    pub refunded: Option<bool>,
    pub refunded_amount: Option<i64>,
    pub livemode: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Payments {
    pub data: Vec<Payment>,
    pub has_more: Option<bool>,
    pub next_cursor: Option<String>,
}

#[derive(Deserialize)]
pub struct SubscriptionAnswer {
    pub subscription: Subscription,
}

/// Its times are milliseconds.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Subscription {
    pub id: String,
    pub status: Option<SubscriptionStatus>,
    pub current_billing_period_start: Option<i64>,
    pub current_billing_period_end: Option<i64>,
    pub cancel_scheduled_at: Option<i64>,
    pub canceled_at: Option<i64>,
    /// The session's output metadata.
    pub metadata: Option<Metadata>,
    pub livemode: Option<bool>,
}

#[derive(Deserialize)]
pub struct PriceAnswer {
    pub price: Price,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Price {
    #[serde(rename = "type")]
    pub kind: Option<PriceKind>,
    #[serde(rename = "unitPrice")]
    pub unit_amount: Option<i64>,
    pub currency: Option<String>,
    pub interval_unit: Option<IntervalUnit>,
    pub interval_count: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SessionStatus {
    Open,
    Pending,
    Succeeded,
    Failed,
    Expired,
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PurchaseStatus {
    Open,
    Pending,
    Failed,
    Paid,
    Refunded,
    PartialRefund,
    Fraudulent,
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaymentStatus {
    Succeeded,
    Refunded,
    Processing,
    RequiresAction,
    RequiresConfirmation,
    Failed,
    Canceled,
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PriceKind {
    SinglePayment,
    Subscription,
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IntervalUnit {
    Month,
    Year,
    /// Days, weeks, and what else may come: nothing that the catalog sells by.
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionStatus {
    Trialing,
    CreditTrial,
    Active,
    CancellationScheduled,
    PastDue,
    Unpaid,
    Incomplete,
    IncompleteExpired,
    Canceled,
    Paused,
    #[serde(other)]
    Unknown,
}

/// What went wrong: a text, or a list of what is wrong with the request. Neither is repeated: it may quote what we sent.
#[derive(Default, Deserialize)]
pub struct ErrorBody {
    pub error: Option<Value>,
    pub code: Option<String>,
}

impl Session {
    /// False while the buyer hasn't decided, and where it is known that nobody ever will.
    pub const fn may_be_paid(&self) -> bool {
        match self.status {
            Some(SessionStatus::Succeeded | SessionStatus::Unknown) | None => true,
            Some(SessionStatus::Open | SessionStatus::Pending | SessionStatus::Failed | SessionStatus::Expired) => false,
        }
    }
}

impl Purchase {
    /// Whether there must be a payment somewhere.
    pub fn cost_something(&self) -> bool {
        let was_paid = match self.status {
            Some(PurchaseStatus::Paid | PurchaseStatus::Refunded | PurchaseStatus::PartialRefund | PurchaseStatus::Fraudulent) => {
                true
            }
            Some(PurchaseStatus::Open | PurchaseStatus::Pending | PurchaseStatus::Failed | PurchaseStatus::Unknown) | None => false,
        };
        was_paid && self.total_purchase_value.or(self.first_invoice_value) != Some(0)
    }

    pub fn begins_subscription(&self) -> bool {
        self.price_type == Some(PriceKind::Subscription)
    }

    /// Whether a payment is this purchase's, or may be of the subscription that it began: such a payment may name only its customer.
    pub fn may_be_paid_by(&self, payment: &Payment) -> bool {
        let same_customer = payment.customer_id.is_some() && payment.customer_id == self.customer_id;
        let may_be_of_subscription = self.begins_subscription() && payment.subscription_id.is_some() && same_customer;
        payment.purchase_id.as_ref().map_or(may_be_of_subscription, |purchase| *purchase == self.id)
    }
}

impl Subscription {
    /// Whether it ends as soon as that, or sooner.
    pub fn ends(&self, when: CancelWhen) -> bool {
        let is_over = matches!(self.status, Some(SubscriptionStatus::Canceled | SubscriptionStatus::IncompleteExpired));
        let is_scheduled = self.cancel_scheduled_at.is_some() || self.status == Some(SubscriptionStatus::CancellationScheduled);
        is_over || (when == CancelWhen::AtPeriodEnd && is_scheduled)
    }
}

impl Payment {
    /// Whether money came, whatever became of it.
    pub const fn is_made(&self) -> bool {
        matches!(self.status, Some(PaymentStatus::Succeeded | PaymentStatus::Refunded))
    }
}

impl Price {
    /// Whether it is paid once, or just as often as `every` says.
    pub fn is_paid(&self, every: Option<Interval>) -> bool {
        let Some(every) = every else { return self.kind == Some(PriceKind::SinglePayment) };
        let months = match self.interval_unit {
            Some(IntervalUnit::Month) => Interval::Month.months(),
            Some(IntervalUnit::Year) => Interval::Year.months(),
            Some(IntervalUnit::Unknown) | None => return false,
        };
        self.kind == Some(PriceKind::Subscription) && self.interval_count.unwrap_or(1).saturating_mul(months) == every.months()
    }

    pub fn charges(&self, price: Money) -> bool {
        let currency = self.currency.as_deref().unwrap_or_default();
        self.unit_amount == Some(price.minor) && currency.eq_ignore_ascii_case(price.currency.as_str())
    }
}
