//! The one way in which what a provider says takes effect. The webhook, the return page and the reconciler all come through
//! [`Shop::fulfil`]: each alone is enough, and all at once do it once.

#[cfg(test)]
mod disputes;
#[cfg(test)]
mod interleavings;
mod ordered;
#[cfg(test)]
mod random_histories;
#[cfg(test)]
mod sharing;
#[cfg(test)]
mod subscribing;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod watching;

use self::ordered::Ordered;
use super::{Raced, Shop, discount, until_unraced};
use crate::Error;
use crate::checkout::{Applied, CheckoutSession, Fact, Order, PaymentId, ProviderEvent};
use crate::gifts::Gift;
use crate::outbox;
use crate::store::{self, Tx, orders, provider_events, subscriptions};
use crate::values::{CheckoutSessionId, EventId, OrderId, Timestamp};

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fulfilled {
    /// It changed an order.
    Applied,
    /// It was recorded and changed nothing: known already, of no consequence, or about no order of ours.
    Noted,
}

impl Shop {
    /// Records the event and lets it take effect, in one transaction.
    pub(super) async fn fulfil(&self, event: &ProviderEvent) -> crate::Result<Fulfilled> {
        let now = self.clock.now();
        let fulfilled = until_unraced(|| self.fulfil_once(event, now)).await?;
        self.outbox_bell.notify_one();
        Ok(fulfilled)
    }

    async fn fulfil_once(&self, event: &ProviderEvent, now: Timestamp) -> Result<Fulfilled, Raced> {
        let mut tx = self.store.begin().await?;
        // Word of a refund and word of whose payment it is, both at once, must not miss each other; nor may words of a subscription.
        for name in [event.payment.as_ref().map(|id| &id.0), event.subscription.as_ref().map(|id| &id.0)].into_iter().flatten() {
            self.store.one_at_a_time(&mut tx, &format!("{} {name}", event.provider)).await?;
        }
        if is_known(&mut tx, event).await? {
            return Ok(Fulfilled::Noted);
        }
        let Some((order, session, ordered)) = find_order(&mut tx, event).await? else {
            self.record(&mut tx, event, now, None).await?;
            tx.commit().await?;
            return Ok(Fulfilled::Noted);
        };
        let (after, changed) = if let Some(payment) = payment_beside(&order, event) {
            self.paid_twice(&mut tx, &order, &ordered, payment, &event.facts, now).await?;
            (order.clone(), false)
        } else {
            let news = self.link_payment(&mut tx, &order, event, now).await?;
            let linked = Order { payment: payment_of(&order, event).cloned(), ..order.clone() };
            let (after, followed) = self.apply(&mut tx, &order, linked, &ordered, session.as_ref(), &news, now).await?;
            let followed = self.hear_of_subscription(&mut tx, followed, event, now).await?;
            let changed = after != order || followed != ordered;
            (after, changed)
        };
        self.settle_session(&mut tx, &after, session.as_ref(), event, now).await?;
        if order.awaits_payment() && !after.awaits_payment() {
            self.close_other_sessions(&mut tx, &after, session.as_ref(), now).await?;
        }
        if changed {
            self.watch_again(&mut tx, &after, &event.facts, now).await?;
        }
        if changed || event.event_id.is_some() {
            self.record(&mut tx, event, now, Some(now)).await?;
        }
        tx.commit().await?;
        Ok(if changed { Fulfilled::Applied } else { Fulfilled::Noted })
    }

    /// A buyer may have another page of the same order open: where the provider can, it is ended, so that nobody pays twice.
    pub(super) async fn close_other_sessions(
        &self,
        tx: &mut Tx,
        order: &Order,
        paid: Option<&CheckoutSession>,
        now: Timestamp,
    ) -> Result<(), store::Error> {
        let can_cancel = self.provider(order.provider).is_some_and(|provider| provider.capabilities().cancel_session);
        for session in orders::sessions_of(tx, &order.id).await? {
            let is_open = session.opened.is_some() && session.next_check_at.is_some();
            if can_cancel && is_open && paid.is_none_or(|paid| paid.id != session.id) {
                self.post(tx, outbox::cancel_session(&session.id), now).await?;
            }
        }
        Ok(())
    }

    /// Ends a session that has outlived its time without its provider ever naming us its page, and the order with it. Nobody was sent
    /// there, so nobody can have paid; there is nothing to ask about either.
    pub(super) async fn lapse_unopened(&self, id: &CheckoutSessionId) -> crate::Result<Fulfilled> {
        let now = self.clock.now();
        until_unraced(|| self.lapse_unopened_once(id, now)).await
    }

    async fn lapse_unopened_once(&self, id: &CheckoutSessionId, now: Timestamp) -> Result<Fulfilled, Raced> {
        let mut tx = self.store.begin().await?;
        let session = orders::session(&mut tx, id).await?.ok_or(Error::NotFound)?;
        let order = orders::find(&mut tx, &session.order_id).await?.ok_or(Error::NotFound)?;
        if session.opened.is_some() || session.next_check_at.is_none() {
            return Ok(Fulfilled::Noted);
        }
        let ordered = Ordered::under(&mut tx, &order).await?.ok_or(Error::NotFound)?;
        let (after, _) = self.apply(&mut tx, &order, order.clone(), &ordered, Some(&session), &[Fact::Expired], now).await?;
        orders::advance_session(&mut tx, &session, &session.settled()).await?;
        tx.commit().await?;
        Ok(if after == order { Fulfilled::Noted } else { Fulfilled::Applied })
    }

    /// An order with nothing to pay settles as one does that its provider says so of. Answers the order as it was written.
    pub(super) async fn settle_free(
        &self,
        tx: &mut Tx,
        order: &Order,
        session: &CheckoutSession,
        now: Timestamp,
    ) -> Result<Order, Raced> {
        let ordered = Ordered::under(tx, order).await?.ok_or(Error::NotFound)?;
        let (after, _) = self.apply(tx, order, order.clone(), &ordered, Some(session), &[Fact::Free], now).await?;
        Ok(after)
    }

    /// An order with nothing to pay is over as one is whose money went back.
    pub(super) async fn reverse_free(&self, tx: &mut Tx, order: &Order, gift: Gift, now: Timestamp) -> Result<(), Raced> {
        let nothing = Fact::Refunded { total: order.total, whole: true };
        let ordered = Ordered::Gift(Box::new(gift));
        self.apply(tx, order, order.clone(), &ordered, None, &[nothing], now).await?;
        Ok(())
    }

    /// What the event says, and before it what others said earlier about the payment that this one tells us the order of: an order that
    /// hears at once that it was paid and that the money went back sends no gift only to take it back.
    async fn link_payment(&self, tx: &mut Tx, order: &Order, event: &ProviderEvent, now: Timestamp) -> Result<Vec<Fact>, Raced> {
        let mut facts = Vec::new();
        if let Some(payment) = payment_of(order, event).filter(|_| order.payment.is_none()) {
            for (id, earlier) in provider_events::waiting_for(tx, event.provider, payment).await? {
                let is_of_another_session = earlier.session.is_some() && earlier.session != event.session;
                if earlier.mode == order.mode && !is_of_another_session {
                    facts.extend(earlier.facts);
                    provider_events::mark_applied(tx, &id, now).await?;
                }
            }
        }
        facts.extend(event.facts.iter().cloned());
        Ok(facts)
    }

    /// Applies the facts one by one to the order, which is `linked` to its payment, and, with what follows from each, to what was ordered.
    /// Answers both as they were written.
    #[expect(clippy::too_many_arguments, reason = "an order before and after, what it is for, and what is said of it")]
    async fn apply(
        &self,
        tx: &mut Tx,
        order: &Order,
        linked: Order,
        ordered: &Ordered,
        session: Option<&CheckoutSession>,
        facts: &[Fact],
        now: Timestamp,
    ) -> Result<(Order, Ordered), Raced> {
        let is_superseded = is_superseded(tx, order, session).await?;
        let (mut after, mut ordered) = (linked, ordered.clone());
        for fact in facts {
            // The buyer has a later page of the same order before them: how an earlier one fares, short of paying, is no news.
            if is_superseded && (fact.ends_session() || *fact == Fact::Processing) {
                continue;
            }
            let Applied { order: next, outcome } = after.apply(fact, now);
            after = next;
            if let Some(outcome) = outcome {
                tracing::info!(order = %order.id, fact = fact.name(), ?outcome, "an order changed");
                ordered = self.follow(tx, ordered, order, outcome, now).await?;
            }
        }
        if after != *order {
            orders::advance(tx, order, &after).await?;
            discount::count_use(tx, order, &after).await?;
        }
        Ok((after, ordered))
    }

    async fn record(&self, tx: &mut Tx, event: &ProviderEvent, now: Timestamp, applied_at: Option<Timestamp>) -> Result<(), Raced> {
        let id = EventId::random(self.entropy.as_ref());
        Ok(provider_events::insert(tx, &id, event, now, applied_at).await?)
    }
}

async fn is_known(tx: &mut Tx, event: &ProviderEvent) -> Result<bool, store::Error> {
    match &event.event_id {
        Some(id) => provider_events::is_known(tx, event.provider, id).await,
        None => Ok(false),
    }
}

/// An order, the session that an event names, and what was ordered.
type Found = (Order, Option<CheckoutSession>, Ordered);

/// The order that an event is about: by its session, or by a payment that we know. It must be of the event's own provider and mode.
async fn find_order(tx: &mut Tx, event: &ProviderEvent) -> Result<Option<Found>, store::Error> {
    let session = match &event.session {
        Some(id) => orders::session_by_provider_id(tx, event.provider, id).await?,
        None => None,
    };
    let order = match &session {
        Some(session) => orders::find(tx, &session.order_id).await?,
        // A session that isn't ours, whatever it names.
        None if event.session.is_some() => None,
        None => match order_of_what_we_know(tx, event).await? {
            Some(order) => Some(order),
            None => match named_order(event) {
                Some(id) => orders::find(tx, id).await?,
                None => None,
            },
        },
    };
    let Some(order) = order else { return Ok(None) };
    if order.provider != event.provider || order.mode != event.mode {
        tracing::warn!(order = %order.id, provider = %event.provider, kind = event.kind, "an event of another provider or mode was ignored");
        return Ok(None);
    }
    Ok(Ordered::under(tx, &order).await?.map(|ordered| (order, session, ordered)))
}

/// The order of a payment or of a subscription that we have heard of before.
async fn order_of_what_we_know(tx: &mut Tx, event: &ProviderEvent) -> Result<Option<Order>, store::Error> {
    if let Some(payment) = &event.payment
        && let Some(order) = orders::by_payment(tx, event.provider, payment).await?
    {
        return Ok(Some(order));
    }
    let Some(id) = &event.subscription else { return Ok(None) };
    match subscriptions::by_provider_id(tx, event.provider, id).await? {
        Some(subscription) => orders::find(tx, &subscription.order_id).await,
        None => Ok(None),
    }
}

/// A provider whose payments name no session names the order of a new one in its metadata, where only we write; so does one that tells of
/// a new subscription. Anything else waits until that is known.
fn named_order(event: &ProviderEvent) -> Option<&OrderId> {
    let is_new = event.facts.iter().any(|fact| matches!(fact, Fact::Paid { .. } | Fact::Subscription(_)));
    event.order_id.as_ref().filter(|_| is_new)
}

/// Whether the order has a newer session than the one that the event is about.
async fn is_superseded(tx: &mut Tx, order: &Order, session: Option<&CheckoutSession>) -> Result<bool, store::Error> {
    let last = orders::last_session(tx, &order.id).await?;
    Ok(session.zip(last.as_ref()).is_some_and(|(session, last)| session.id != last.id))
}

/// The payment that is the order's after this event: the first of which money came or went.
fn payment_of<'a>(order: &'a Order, event: &'a ProviderEvent) -> Option<&'a PaymentId> {
    order.payment.as_ref().or_else(|| money_of(event))
}

/// The payment that the event tells of where the order has another already.
fn payment_beside<'a>(order: &Order, event: &'a ProviderEvent) -> Option<&'a PaymentId> {
    let ours = order.payment.as_ref()?;
    money_of(event).filter(|payment| *payment != ours)
}

fn money_of(event: &ProviderEvent) -> Option<&PaymentId> {
    event.payment.as_ref().filter(|_| event.facts.iter().any(Fact::is_of_money))
}

/// Says enough of a payment beside the order's: it is given back once it is known to have been made, unless it went back by itself.
const fn is_whole(fact: &Fact) -> bool {
    matches!(fact, Fact::Paid { .. } | Fact::Refunded { whole: true, .. } | Fact::DisputeLost)
}
