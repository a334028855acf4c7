//! What Creem says of a subscription, as a picture of how it stands. Pure.

use super::objects::{Standing, Subscription};
use crate::checkout::provider::{SubscriptionSeen, SubscriptionStatus};
use crate::values::Timestamp;

/// What the telling itself says of a subscription, besides the object that it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// A payment was made: the first, or a renewal's.
    Paid,
    /// The period ended without a payment. Creem may call it active all the same, for it may yet be paid.
    Expired,
    /// Nothing more.
    Plainly,
}

impl Told {
    pub fn by_event(kind: &str) -> Self {
        match kind {
            "subscription.paid" => Self::Paid,
            "subscription.expired" => Self::Expired,
            _ => Self::Plainly,
        }
    }
}

/// How `subscription` stood at that moment; `None` where Creem has a word for it that we don't know: that changes nothing.
pub fn seen(subscription: &Subscription, told: Told, at: Timestamp) -> Option<SubscriptionSeen> {
    let standing = subscription.status?;
    let status = status(standing, told, subscription, at)?;
    let period_end = subscription.current_period_end_date.0;
    let (paid_until, ends_at) = match status {
        SubscriptionStatus::Incomplete => (None, None),
        SubscriptionStatus::Active => (period_end, period_end.filter(|_| standing == Standing::ScheduledCancel)),
        SubscriptionStatus::Paused => (period_end, None),
        SubscriptionStatus::PastDue => (paid_until(subscription), None),
        SubscriptionStatus::Ended => (paid_until(subscription), ended_at(subscription)),
    };
    Some(SubscriptionSeen { status, paid_until, ends_at })
}

fn status(standing: Standing, told: Told, subscription: &Subscription, at: Timestamp) -> Option<SubscriptionStatus> {
    let is_over = told == Told::Expired || subscription.current_period_end_date.0.is_some_and(|end| end < at);
    let was_paid =
        told == Told::Paid || subscription.last_transaction_id.is_some() || subscription.last_transaction_date.0.is_some();
    Some(match standing {
        Standing::Canceled => SubscriptionStatus::Ended,
        // Unpaid is what rests until somebody pays; past due is what Creem tries to be paid for.
        Standing::Paused | Standing::Unpaid => SubscriptionStatus::Paused,
        Standing::PastDue => SubscriptionStatus::PastDue,
        Standing::Active | Standing::Trialing | Standing::ScheduledCancel if is_over => SubscriptionStatus::PastDue,
        // A trial is time that nothing has to be paid for.
        Standing::Trialing => SubscriptionStatus::Active,
        // Active is said before the first payment too, and grants nothing then.
        Standing::Active | Standing::ScheduledCancel if was_paid => SubscriptionStatus::Active,
        Standing::Active | Standing::ScheduledCancel => SubscriptionStatus::Incomplete,
        Standing::Unknown => return None,
    })
}

/// The end of the last period that was paid: the one that runs, unless the last payment is older than it.
fn paid_until(subscription: &Subscription) -> Option<Timestamp> {
    let began = subscription.current_period_start_date.0;
    match (subscription.last_transaction_date.0, began) {
        (Some(paid), Some(began)) if paid < began => Some(began),
        (Some(_) | None, _) => subscription.current_period_end_date.0,
    }
}

/// A cancellation that was scheduled names when somebody asked for it, and ends with the period all the same.
fn ended_at(subscription: &Subscription) -> Option<Timestamp> {
    let told = subscription.canceled_at.0.max(subscription.updated_at.0);
    match (told, subscription.current_period_end_date.0) {
        (Some(told), Some(period_end)) => Some(told.min(period_end)),
        (told, period_end) => told.or(period_end),
    }
}
