//! What the outbox asks of payment providers. Each may be asked for any number of times: the provider, or what it says was done, makes
//! it once.

use sqlx::AnyConnection;

use super::mailer::SendError;
use super::task::Task;
use super::worker::Worker;
use crate::checkout::{CancelWhen, Order, PaymentId, Provider, ProviderError, ProviderName, ProviderSubscriptionId, Refund};
use crate::gifts::{Gift, GiftState, HoldReason};
use crate::store::outbox::Entry;
use crate::store::{self, Tx, orders};
use crate::values::{CheckoutSessionId, OrderId, Timestamp};

pub(super) enum Errand<'a> {
    Refund { order_id: &'a OrderId, payment: &'a str },
    CancelSession(&'a CheckoutSessionId),
    EndSubscription { order_id: &'a OrderId, subscription: &'a str },
}

impl<'a> Errand<'a> {
    /// `None` of a task that is a mail.
    pub(super) const fn of(task: &'a Task) -> Option<Self> {
        match task {
            Task::RefundPayment { order_id, payment } => Some(Self::Refund { order_id, payment: payment.as_str() }),
            Task::CancelSession { session_id } => Some(Self::CancelSession(session_id)),
            Task::EndSubscription { order_id, subscription } => {
                Some(Self::EndSubscription { order_id, subscription: subscription.as_str() })
            }
            Task::Receipt { .. }
            | Task::GiftForYou { .. }
            | Task::RecipientReminder { .. }
            | Task::GiverReminder { .. }
            | Task::GiftRedeemed { .. }
            | Task::GiftRefunded { .. }
            | Task::GiftTakenBack { .. }
            | Task::PaymentFailed { .. }
            | Task::ThankYou { .. }
            | Task::GiftDeclined { .. }
            | Task::DeliveryFailed { .. }
            | Task::VerifyAddress { .. }
            | Task::SignInLink { .. }
            | Task::ResetPassword { .. }
            | Task::PasswordChanged { .. }
            | Task::AddressChangeConfirm { .. }
            | Task::AddressChanged { .. }
            | Task::AccountExists { .. }
            | Task::AccessTokenMade { .. }
            | Task::GiveAgain { .. }
            | Task::MembershipEnds { .. }
            | Task::OperatorNotice { .. }
            | Task::OrderNotice { .. }
            | Task::WorkParked { .. } => None,
        }
    }
}

impl Worker {
    /// `None` where there is nothing to ask for any more.
    pub(super) async fn run(&self, errand: Errand<'_>, entry: &Entry) -> store::Result<Option<Result<(), SendError>>> {
        let mut connection = self.writer.store.connection().await?;
        let done = match errand {
            Errand::Refund { order_id, payment } => {
                let Some(order) = orders::find(&mut connection, order_id).await? else { return Ok(None) };
                // The operator may have let the gift go on, or the money may be back already.
                if is_of(&order, payment) && taken_back(&mut connection, order_id).await?.is_none() {
                    return Ok(None);
                }
                drop(connection);
                let Some(provider) = self.provider(order.provider) else { return Ok(Some(Err(not_configured()))) };
                provider.refund(&PaymentId(payment.to_owned()), Refund::Whole, entry.id.as_str()).await
            }
            Errand::CancelSession(id) => {
                let session = orders::session(&mut connection, id).await?;
                drop(connection);
                let Some(session) = session.filter(|session| session.next_check_at.is_some()) else { return Ok(None) };
                let Some(opened) = session.opened else { return Ok(None) };
                let Some(provider) = self.provider(session.provider) else { return Ok(Some(Err(not_configured()))) };
                provider.cancel(&opened.provider_id).await
            }
            Errand::EndSubscription { order_id, subscription } => {
                let Some(order) = orders::find(&mut connection, order_id).await? else { return Ok(None) };
                drop(connection);
                let Some(provider) = self.provider(order.provider) else { return Ok(Some(Err(not_configured()))) };
                provider.cancel_subscription(&ProviderSubscriptionId(subscription.to_owned()), CancelWhen::Now).await
            }
        };
        Ok(Some(done.map_err(|error| failure(&error, entry))))
    }

    /// The money of a gift is on its way back. Where the provider never tells that it has arrived, it is asked soon.
    pub(super) async fn watch_refund(&self, tx: &mut Tx, order_id: &OrderId, payment: &str, now: Timestamp) -> store::Result<()> {
        let Some(order) = orders::find(tx, order_id).await?.filter(|order| is_of(order, payment)) else { return Ok(()) };
        if self.provider(order.provider).is_none_or(|provider| provider.capabilities().refund_events) {
            return Ok(());
        }
        for session in orders::sessions_of(tx, order_id).await? {
            if session.opened.is_some() {
                orders::advance_session(tx, &session, &session.asked_soon(now)).await?;
            }
        }
        Ok(())
    }

    fn provider(&self, name: ProviderName) -> Option<&dyn Provider> {
        self.providers.iter().map(AsRef::as_ref).find(|provider| provider.name() == name)
    }
}

/// The gift of this order, while its buyer waits for the money.
pub(super) async fn taken_back(connection: &mut AnyConnection, order_id: &OrderId) -> store::Result<Option<Gift>> {
    let gift = store::gifts::by_order(connection, order_id).await?;
    Ok(gift.filter(|gift| matches!(gift.state, GiftState::Held { reason: HoldReason::Refund, .. })))
}

/// Else it was paid beside the one that settled the order.
fn is_of(order: &Order, payment: &str) -> bool {
    order.payment.as_ref().is_some_and(|settled_by| settled_by.0 == payment)
}

fn not_configured() -> SendError {
    SendError::Temporary("provider_not_configured".to_owned())
}

fn failure(error: &ProviderError, entry: &Entry) -> SendError {
    tracing::warn!(outbox = %entry.id, kind = entry.kind, %error, "a provider did not do it");
    match error {
        ProviderError::Unavailable(_) | ProviderError::Signature(_) => SendError::Temporary("provider_unavailable".to_owned()),
        ProviderError::Refused(_) => SendError::Refused("provider_refused".to_owned()),
        ProviderError::Unknown => SendError::Refused("provider_does_not_know_it".to_owned()),
    }
}
