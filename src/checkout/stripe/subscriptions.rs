//! A subscription as Stripe tells of it: always the whole picture, from itself or by way of an invoice.

use http::Method;

use super::Stripe;
use super::form::Form;
use super::objects::{Expandable, Invoice, Subscription, SubscriptionStatus as Status};
use super::refusal::Refusal;
use super::translation::{Said, asked, order_id};
use crate::checkout::provider::{
    CancelWhen, Fact, Provider as _, ProviderError, ProviderEvent, ProviderSubscriptionId, SubscriptionSeen, SubscriptionStatus,
};
use crate::values::Timestamp;

impl Stripe {
    pub(super) async fn subscription(&self, id: &ProviderSubscriptionId, now: Timestamp) -> Result<ProviderEvent, ProviderError> {
        let subscription: Subscription = self.get(&["v1", "subscriptions", &id.0], &[]).await?;
        Ok(asked("customer.subscription", said(&subscription), subscription.livemode, self.mode(), now))
    }

    /// Of a subscription that has ended, Stripe says that it doesn't know it; only asking tells the two apart.
    pub(super) async fn end(&self, id: &ProviderSubscriptionId, when: CancelWhen) -> Result<(), ProviderError> {
        let Err(refusal) = self.ask_to_end(id, when).await else { return Ok(()) };
        match refusal.error {
            error @ (ProviderError::Refused(_) | ProviderError::Unknown) => {
                let subscription: Subscription = self.get(&["v1", "subscriptions", &id.0], &[]).await?;
                if status(&subscription) == Some(SubscriptionStatus::Ended) { Ok(()) } else { Err(error) }
            }
            error @ (ProviderError::Signature(_) | ProviderError::Unavailable(_)) => Err(error),
        }
    }

    async fn ask_to_end(&self, id: &ProviderSubscriptionId, when: CancelWhen) -> Result<Subscription, Refusal> {
        let path = ["v1", "subscriptions", &id.0];
        match when {
            CancelWhen::Now => self.put(Method::DELETE, &path, &Form::new()).await,
            CancelWhen::AtPeriodEnd => {
                let form = vec![("cancel_at_period_end".to_owned(), "true".to_owned())];
                self.put(Method::POST, &path, &form).await
            }
        }
    }
}

/// What a subscription's own events tell.
pub fn said(subscription: &Subscription) -> Said {
    Said {
        subscription: Some(ProviderSubscriptionId(subscription.id.clone())),
        order_id: order_id(subscription.metadata.as_ref()),
        facts: fact(subscription).into_iter().collect(),
        ..Said::default()
    }
}

/// An invoice was paid or not; how its subscription stands by that, only the subscription says. A renewal's payment is no order's.
pub fn invoiced(invoice: &Invoice) -> Said {
    let details = invoice.parent.as_ref().and_then(|parent| parent.subscription_details.as_ref());
    let subscription = details.and_then(|details| details.subscription.as_ref()).map(|id| Expandable::id(id).to_owned());
    Said {
        subscription: subscription.clone().map(ProviderSubscriptionId),
        order_id: order_id(details.and_then(|details| details.metadata.as_ref())),
        incomplete: subscription,
        ..Said::default()
    }
}

/// Nothing where Stripe uses a word that we don't know.
pub fn fact(subscription: &Subscription) -> Option<Fact> {
    let status = status(subscription)?;
    let moment = |seconds: Option<i64>| seconds.map(Timestamp::from_seconds);
    let items = || subscription.items.iter().flat_map(|items| &items.data);
    let period_end = items().filter_map(|item| item.current_period_end).max();
    let period_start = items().filter_map(|item| item.current_period_start).max();
    let scheduled = subscription.cancel_at.or(period_end.filter(|_| subscription.cancel_at_period_end == Some(true)));
    let (paid_until, ends_at) = match status {
        SubscriptionStatus::Active => (period_end, scheduled),
        // The period that runs is the one whose payment is missing.
        SubscriptionStatus::PastDue | SubscriptionStatus::Paused => (period_start, scheduled),
        SubscriptionStatus::Incomplete => (None, None),
        SubscriptionStatus::Ended => (None, subscription.ended_at),
    };
    Some(Fact::Subscription(SubscriptionSeen { status, paid_until: moment(paid_until), ends_at: moment(ends_at) }))
}

fn status(subscription: &Subscription) -> Option<SubscriptionStatus> {
    Some(match subscription.status? {
        Status::Incomplete => SubscriptionStatus::Incomplete,
        Status::Trialing | Status::Active => SubscriptionStatus::Active,
        Status::PastDue => SubscriptionStatus::PastDue,
        // It goes on as soon as somebody pays, and until then gives nothing.
        Status::Unpaid | Status::Paused => SubscriptionStatus::Paused,
        Status::Canceled | Status::IncompleteExpired => SubscriptionStatus::Ended,
        Status::Unknown => return None,
    })
}
