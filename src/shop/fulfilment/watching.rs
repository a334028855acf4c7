//! When a session is asked about again. What is paid can still go back, and a provider's word of that can be lost like any other.

use super::{is_whole, payment_beside};
use crate::checkout::{Capabilities, CheckoutSession, Fact, Order, OrderState, PaymentMode, ProviderEvent, Watch};
use crate::shop::Shop;
use crate::store::{self, Tx, orders};
use crate::values::Timestamp;

impl Shop {
    /// Stops asking about a session that has ended, or that was paid and its order knows it: one that tells of a dispute before the payment
    /// is asked about on. So is, for half a year, what may still become of the money: a refund of it, or how a dispute ended. A provider that
    /// tells of these by itself is asked seldom, because only a word that was lost is found by it.
    pub(super) async fn settle_session(
        &self,
        tx: &mut Tx,
        order: &Order,
        session: Option<&CheckoutSession>,
        event: &ProviderEvent,
        now: Timestamp,
    ) -> Result<(), store::Error> {
        let Some(session) = session else { return Ok(()) };
        let facts = &event.facts;
        let is_undecided = matches!(order.state, OrderState::Disputed { paid_at: Some(_), .. });
        if is_undecided && let Some(watch) = self.watch(order, |tells| tells.dispute_ends) {
            return orders::advance_session(tx, session, &session.watched(watch, now)).await;
        }
        if session.next_check_at.is_none() {
            return Ok(());
        }
        let is_dealt_with = if payment_beside(order, event).is_some() { is_whole } else { Fact::is_of_payment };
        let is_paid = facts.iter().any(is_dealt_with) && !order.awaits_payment();
        if !is_paid && !facts.iter().any(Fact::ends_session) {
            return Ok(());
        }
        let watch = self.watch(order, |tells| tells.refund_events).filter(|_| can_be_refunded(facts));
        let after = watch.map_or_else(|| session.settled(), |watch| session.watched(watch, now));
        orders::advance_session(tx, session, &after).await
    }

    /// Money that came although its session had been given up can be refunded like any other. The payment need not name the session, so
    /// all of the order's are asked about; one that is over says so at once.
    pub(super) async fn watch_again(&self, tx: &mut Tx, order: &Order, facts: &[Fact], now: Timestamp) -> Result<(), store::Error> {
        let watch = self.watch(order, |tells| tells.refund_events);
        let Some(watch) = watch.filter(|_| can_be_refunded(facts)) else { return Ok(()) };
        for session in orders::sessions_of(tx, &order.id).await? {
            if session.opened.is_some() && session.next_check_at.is_none() {
                orders::advance_session(tx, &session, &session.watched(watch, now)).await?;
            }
        }
        Ok(())
    }

    /// How closely to watch what this order's provider may tell by itself; `None` of a subscription, which is asked about on its own.
    fn watch(&self, order: &Order, is_told: impl Fn(&Capabilities) -> bool) -> Option<Watch> {
        let tells = self.provider(order.provider).map(|provider| provider.capabilities());
        match order.line_item.payment_mode() {
            _ if tells.is_some_and(|tells| !is_told(&tells)) => Some(Watch::Close),
            PaymentMode::Payment => Some(Watch::Loose),
            PaymentMode::Subscription => None,
        }
    }
}

pub(super) fn can_be_refunded(facts: &[Fact]) -> bool {
    let has = |wanted: fn(&Fact) -> bool| facts.iter().any(wanted);
    has(|fact| matches!(fact, Fact::Paid { .. })) && !has(|fact| matches!(fact, Fact::Refunded { whole: true, .. }))
}
