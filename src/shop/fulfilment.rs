//! The one way in which what a provider says takes effect. The webhook, the return page and the reconciler all come through
//! [`Shop::fulfil`]: each alone is enough, and all at once do it once.

#[cfg(test)]
mod interleavings;
#[cfg(test)]
mod tests;

use super::{Raced, Shop, discount, until_unraced};
use crate::Error;
use crate::checkout::{Applied, CheckoutSession, Fact, Order, Outcome, PaymentId, ProviderEvent};
use crate::gifts::{Consequence, Gift, OrderNews};
use crate::outbox;
use crate::store::{self, Tx, gifts as gift_rows, grants, orders, provider_events};
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
        if let Some(payment) = &event.payment {
            // Word of a refund and word of whose payment it is, both at once, must not miss each other.
            self.store.one_at_a_time(&mut tx, &format!("{} {}", event.provider, payment.0)).await?;
        }
        if is_known(&mut tx, event).await? {
            return Ok(Fulfilled::Noted);
        }
        let Some((order, session)) = find_order(&mut tx, event).await? else {
            self.record(&mut tx, event, now, None).await?;
            tx.commit().await?;
            return Ok(Fulfilled::Noted);
        };
        let after = if let Some(payment) = payment_beside(&order, event) {
            self.paid_twice(&mut tx, &order, payment, now).await?
        } else {
            let facts = self.link_payment(&mut tx, &order, event, now).await?;
            let linked = Order { payment: payment_of(&order, event).cloned(), ..order.clone() };
            self.apply(&mut tx, &order, linked, session.as_ref(), &facts, now).await?
        };
        self.settle_session(&mut tx, &after, session.as_ref(), &event.facts, now).await?;
        let changed = after != order;
        if changed || event.event_id.is_some() {
            self.record(&mut tx, event, now, Some(now)).await?;
        }
        tx.commit().await?;
        Ok(if changed { Fulfilled::Applied } else { Fulfilled::Noted })
    }

    /// Stops asking about a session that has ended, or that was paid and its order knows it: one that tells of a dispute before the payment
    /// is asked about on. So is, for a while, a payment that could still be refunded, where the provider doesn't tell of refunds by itself.
    async fn settle_session(
        &self,
        tx: &mut Tx,
        order: &Order,
        session: Option<&CheckoutSession>,
        facts: &[Fact],
        now: Timestamp,
    ) -> Result<(), store::Error> {
        let Some(session) = session.filter(|session| session.next_check_at.is_some()) else { return Ok(()) };
        let is_paid = facts.iter().any(Fact::is_of_payment) && !order.awaits_payment();
        if !is_paid && !facts.iter().any(Fact::ends_session) {
            return Ok(());
        }
        let tells = self.provider(session.provider).is_none_or(|provider| provider.capabilities().refund_events);
        let after = if !tells && can_be_refunded(facts) { session.watched(now) } else { session.settled() };
        orders::advance_session(tx, session, &after).await
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
        let after = self.apply(&mut tx, &order, order.clone(), Some(&session), &[Fact::Expired], now).await?;
        orders::advance_session(&mut tx, &session, &session.settled()).await?;
        tx.commit().await?;
        Ok(if after == order { Fulfilled::Noted } else { Fulfilled::Applied })
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

    /// Applies the facts one by one to the order, which is `linked` to its payment, and, with what follows from each, to the gift.
    /// Answers the order as it was written.
    pub(super) async fn apply(
        &self,
        tx: &mut Tx,
        order: &Order,
        linked: Order,
        session: Option<&CheckoutSession>,
        facts: &[Fact],
        now: Timestamp,
    ) -> Result<Order, Raced> {
        let Some(mut gift) = gift_rows::by_order(tx, &order.id).await? else { return Ok(order.clone()) };
        let is_superseded = is_superseded(tx, order, session).await?;
        let mut after = linked;
        for fact in facts {
            // A later session of the same order is open: that an earlier one ended ends nothing.
            if is_superseded && fact.ends_session() {
                continue;
            }
            let Applied { order: next, outcome } = after.apply(fact, now);
            after = next;
            if let Some(outcome) = outcome {
                tracing::info!(order = %order.id, fact = fact.name(), ?outcome, "an order changed");
                gift = self.follow(tx, &gift, outcome, now).await?;
            }
        }
        if after != *order {
            orders::advance(tx, order, &after).await?;
            discount::count_use(tx, order, &after).await?;
        }
        Ok(after)
    }

    /// Another payment than the one that settled the order: it changes nothing of it, and somebody must look at the money.
    async fn paid_twice(&self, tx: &mut Tx, order: &Order, payment: &PaymentId, now: Timestamp) -> Result<Order, Raced> {
        if let Some(gift) = gift_rows::by_order(tx, &order.id).await? {
            tracing::warn!(gift = %gift.id, "an order was paid a second time");
            self.post(tx, outbox::paid_twice(&gift.id, payment), now).await?;
        }
        Ok(order.clone())
    }

    /// Lets the gift follow its order, and posts what people are to be told of it.
    async fn follow(&self, tx: &mut Tx, gift: &Gift, outcome: Outcome, now: Timestamp) -> Result<Gift, Raced> {
        let followed = gift.follow(news(outcome), now);
        let mut after = followed.gift;
        if after != *gift {
            gift_rows::advance(tx, gift, &after, &self.code_digest(&after)?, verb(outcome), now).await?;
            after.version = gift.version + 1;
        }
        if let Some(consequence) = followed.consequence {
            self.carry_out(tx, &after, consequence, now).await?;
        }
        Ok(after)
    }

    async fn carry_out(&self, tx: &mut Tx, gift: &Gift, consequence: Consequence, now: Timestamp) -> Result<(), store::Error> {
        match consequence {
            Consequence::Deliver => {
                self.post(tx, outbox::receipt(&gift.order_id, &gift.id), now).await?;
                self.post_gift(tx, gift, now).await
            }
            Consequence::Resume => self.post_gift(tx, gift, now).await,
            // What is in the outbox for it finds, when it is due, that there is nothing to send any more.
            Consequence::Stop => Ok(()),
            Consequence::VoidGrant(grant_id) => grants::void(tx, &grant_id, now).await,
            Consequence::TellOperator(reason) => {
                tracing::warn!(gift = %gift.id, ?reason, "a gift needs the operator");
                self.post(tx, outbox::gift_doubted(&gift.id, reason, now), now).await
            }
        }
    }

    /// Leaves the gift's own mail in the outbox, where one is to go out.
    pub(super) async fn post_gift(&self, tx: &mut Tx, gift: &Gift, now: Timestamp) -> Result<(), store::Error> {
        match outbox::gift_for_you(gift) {
            Some(entry) => self.post(tx, entry, now).await,
            None => Ok(()),
        }
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

/// The order that an event is about: by its session, or by a payment that we know. It must be of the event's own provider and mode.
async fn find_order(tx: &mut Tx, event: &ProviderEvent) -> Result<Option<(Order, Option<CheckoutSession>)>, store::Error> {
    let session = match &event.session {
        Some(id) => orders::session_by_provider_id(tx, event.provider, id).await?,
        None => None,
    };
    let by_payment = match (&session, &event.payment) {
        (Some(session), _) => orders::find(tx, &session.order_id).await?,
        (None, Some(payment)) if event.session.is_none() => orders::by_payment(tx, event.provider, payment).await?,
        // A session that isn't ours, whatever payment it names.
        (None, Some(_) | None) => None,
    };
    let order = match (by_payment, named_order(event)) {
        (None, Some(id)) => orders::find(tx, id).await?,
        (order, _) => order,
    };
    let Some(order) = order else { return Ok(None) };
    if order.provider != event.provider || order.mode != event.mode {
        tracing::warn!(order = %order.id, provider = %event.provider, kind = event.kind, "an event of another provider or mode was ignored");
        return Ok(None);
    }
    Ok(Some((order, session)))
}

/// A provider whose payments name no session names the order of a new one in its metadata, where only we write. Anything but a payment
/// waits until that is known.
fn named_order(event: &ProviderEvent) -> Option<&OrderId> {
    let is_paid = event.facts.iter().any(|fact| matches!(fact, Fact::Paid { .. }));
    event.order_id.as_ref().filter(|_| is_paid && event.session.is_none())
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

fn can_be_refunded(facts: &[Fact]) -> bool {
    let has = |wanted: fn(&Fact) -> bool| facts.iter().any(wanted);
    has(|fact| matches!(fact, Fact::Paid { .. })) && !has(|fact| matches!(fact, Fact::Refunded { whole: true, .. }))
}

const fn news(outcome: Outcome) -> OrderNews {
    match outcome {
        Outcome::Settled => OrderNews::Settled,
        Outcome::Mismatched => OrderNews::Mismatched,
        Outcome::Lapsed => OrderNews::Lapsed,
        Outcome::Reversed => OrderNews::Reversed,
        Outcome::PartlyRefunded => OrderNews::PartlyRefunded,
        Outcome::Contested => OrderNews::Contested,
        Outcome::Upheld => OrderNews::Upheld,
    }
}

/// What the audit says happened to the gift.
const fn verb(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Settled => "purchased",
        Outcome::Mismatched | Outcome::Contested => "held",
        Outcome::Lapsed => "canceled",
        Outcome::Reversed => "refunded",
        Outcome::PartlyRefunded => "partly_refunded",
        Outcome::Upheld => "released",
    }
}
