//! What an order is for, a gift or a subscription, and how it follows what is said of the order and of itself.

use super::super::{Raced, Shop};
use crate::checkout::{Fact, Order, Outcome, PaymentId, ProviderEvent, Subscription, SubscriptionSeen, Turn};
use crate::gifts::{Consequence, Gift, GiftState, OrderNews};
use crate::memberships::SubscriptionPeriod;
use crate::outbox;
use crate::store::{self, Tx, gifts as gift_rows, grants, provider_events, subscriptions};
use crate::values::{PeriodId, Timestamp};

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ordered {
    Gift(Box<Gift>),
    Subscription(Box<Subscription>),
}

impl Ordered {
    /// What was ordered under `order`; both are written together, so there is always something.
    pub(super) async fn under(tx: &mut Tx, order: &Order) -> Result<Option<Self>, store::Error> {
        if let Some(gift) = gift_rows::by_order(tx, &order.id).await? {
            return Ok(Some(Self::Gift(Box::new(gift))));
        }
        let subscription = subscriptions::by_order(tx, &order.id).await?;
        Ok(subscription.map(|subscription| Self::Subscription(Box::new(subscription))))
    }
}

impl Shop {
    /// Lets what was ordered follow its order, and posts what people are to be told of it.
    pub(super) async fn follow(
        &self,
        tx: &mut Tx,
        ordered: Ordered,
        order: &Order,
        outcome: Outcome,
        now: Timestamp,
    ) -> Result<Ordered, Raced> {
        match ordered {
            Ordered::Gift(gift) => Ok(Ordered::Gift(Box::new(self.follow_gift(tx, &gift, outcome, now).await?))),
            // It begins and ends by the provider's word on itself; money that came wrong is for the operator to see.
            Ordered::Subscription(subscription) => {
                if let Some(reason) = doubt(outcome) {
                    tracing::warn!(order = %order.id, ?outcome, "a subscription's order needs the operator");
                    self.post(tx, outbox::order_notice(&order.id, reason, &now.millis().to_string()), now).await?;
                }
                Ok(Ordered::Subscription(subscription))
            }
        }
    }

    async fn follow_gift(&self, tx: &mut Tx, gift: &Gift, outcome: Outcome, now: Timestamp) -> Result<Gift, Raced> {
        let followed = gift.follow(news(outcome), now);
        let mut after = followed.gift;
        if after != *gift {
            gift_rows::advance(tx, gift, &after, &self.code_digest(&after)?, verb(outcome), now).await?;
            after.version = gift.version + 1;
        }
        if let Some(consequence) = followed.consequence {
            self.carry_out(tx, gift, &after, consequence, now).await?;
        }
        Ok(after)
    }

    async fn carry_out(
        &self,
        tx: &mut Tx,
        before: &Gift,
        gift: &Gift,
        consequence: Consequence,
        now: Timestamp,
    ) -> Result<(), store::Error> {
        match consequence {
            Consequence::Deliver => {
                self.post(tx, outbox::receipt(&gift.order_id, &gift.id), now).await?;
                self.post_gift(tx, gift, now).await
            }
            Consequence::Resume => self.post_gift(tx, gift, now).await,
            // What is in the outbox for it finds, when it is due, that there is nothing to send any more.
            Consequence::Stop => self.post(tx, outbox::gift_refunded(&gift.id), now).await,
            Consequence::VoidGrant(grant_id) => {
                grants::void(tx, &grant_id, now).await?;
                if let GiftState::Redeemed { account_id, .. } = &before.state {
                    self.post(tx, outbox::gift_taken_back(&gift.id, account_id), now).await?;
                    self.announce_end(tx, account_id, now).await?;
                }
                self.post(tx, outbox::gift_refunded(&gift.id), now).await
            }
            Consequence::TellUnpaid => self.post(tx, outbox::payment_failed(&gift.id), now).await,
            Consequence::TellOperator(reason) => {
                tracing::warn!(gift = %gift.id, ?reason, "a gift needs the operator");
                self.post(tx, outbox::gift_doubted(&gift.id, reason, now), now).await
            }
        }
    }

    /// Leaves in the outbox what is to go out for the gift by itself: its own mail, or reminders of it.
    pub(in crate::shop) async fn post_gift(&self, tx: &mut Tx, gift: &Gift, now: Timestamp) -> Result<(), store::Error> {
        for entry in outbox::gift_for_you(gift).into_iter().chain(outbox::reminders(gift, &self.zone, now)) {
            self.post(tx, entry, now).await?;
        }
        Ok(())
    }

    /// Another payment than the one that settled the order: it changes nothing of it, and goes back, unless it has gone back already.
    pub(super) async fn paid_twice(
        &self,
        tx: &mut Tx,
        order: &Order,
        ordered: &Ordered,
        payment: &PaymentId,
        facts: &[Fact],
        now: Timestamp,
    ) -> Result<(), store::Error> {
        let is_paid = facts.iter().any(|fact| matches!(fact, Fact::Paid { .. }));
        let is_gone = facts.iter().any(|fact| matches!(fact, Fact::Refunded { whole: true, .. } | Fact::DisputeLost));
        if !is_paid || is_gone {
            return Ok(());
        }
        tracing::warn!(order = %order.id, "an order was paid a second time");
        self.post(tx, outbox::refund_payment(&order.id, payment), now).await?;
        let notice = match ordered {
            Ordered::Gift(gift) => outbox::gift_notice(&gift.id, "paid_twice", &payment.0),
            Ordered::Subscription(_) => outbox::order_notice(&order.id, "paid_twice", &payment.0),
        };
        self.post(tx, notice, now).await
    }

    /// What the event says of the subscription that was ordered, and before it what others said of that subscription earlier, when nobody
    /// knew whose it was.
    pub(super) async fn hear_of_subscription(
        &self,
        tx: &mut Tx,
        ordered: Ordered,
        event: &ProviderEvent,
        now: Timestamp,
    ) -> Result<Ordered, Raced> {
        let (Ordered::Subscription(known), Some(id)) = (&ordered, &event.subscription) else { return Ok(ordered) };
        if known.provider_id.as_ref().is_some_and(|known| known != id) {
            // Two pages of one order were both gone through: one membership is enough.
            tracing::warn!(order = %known.order_id, "an order was subscribed to a second time");
            self.post(tx, outbox::end_subscription(&known.order_id, id), now).await?;
            self.post(tx, outbox::order_notice(&known.order_id, "subscribed_twice", &id.0), now).await?;
            return Ok(ordered);
        }
        let mut after = Subscription { provider_id: Some(id.clone()), ..(**known).clone() };
        if known.provider_id.is_none() {
            for (waiting, earlier) in provider_events::waiting_for_subscription(tx, event.provider, id).await? {
                if earlier.mode == event.mode {
                    after = self.see(tx, after, &earlier, now).await?;
                    provider_events::mark_applied(tx, &waiting, now).await?;
                }
            }
        }
        after = self.see(tx, after, event, now).await?;
        if after != **known {
            subscriptions::advance(tx, known, &after).await?;
            after.version = known.version + 1;
            self.announce_end(tx, &after.account_id, now).await?;
        }
        Ok(Ordered::Subscription(Box::new(after)))
    }

    /// Lets the pictures that an event has of a subscription take effect on the membership; the caller writes the subscription.
    async fn see(
        &self,
        tx: &mut Tx,
        mut subscription: Subscription,
        event: &ProviderEvent,
        now: Timestamp,
    ) -> Result<Subscription, Raced> {
        for seen in event.facts.iter().filter_map(picture) {
            let (mut after, turn) = subscription.follow(seen, event.occurred_at, now);
            match turn {
                Some(Turn::Began) => {
                    let id = PeriodId::random(self.entropy.as_ref());
                    let (account_id, tier) = (after.account_id.clone(), after.tier);
                    let period = SubscriptionPeriod { id: id.clone(), account_id, tier, opened_at: now, closed_at: None };
                    grants::open_period(tx, &period).await?;
                    after.period_id = Some(id);
                }
                Some(Turn::Stopped) => {
                    if let Some(period_id) = after.period_id.take() {
                        grants::close_period(tx, &period_id, now).await?;
                    }
                }
                None => {}
            }
            if let Some(turn) = turn {
                tracing::info!(subscription = %after.id, ?turn, state = after.state.name(), "a subscription turned");
            }
            subscription = after;
        }
        Ok(subscription)
    }
}

const fn picture(fact: &Fact) -> Option<&SubscriptionSeen> {
    if let Fact::Subscription(seen) = fact { Some(seen) } else { None }
}

/// What of an order's money somebody must look at whose subscription goes on by itself.
const fn doubt(outcome: Outcome) -> Option<&'static str> {
    match outcome {
        Outcome::Mismatched => Some("mismatch"),
        Outcome::Contested | Outcome::ContestedEarly => Some("dispute"),
        Outcome::Settled
        | Outcome::Lapsed
        | Outcome::FellThrough
        | Outcome::Reversed
        | Outcome::PartlyRefunded
        | Outcome::Upheld => None,
    }
}

const fn news(outcome: Outcome) -> OrderNews {
    match outcome {
        Outcome::Settled => OrderNews::Settled,
        Outcome::Mismatched => OrderNews::Mismatched,
        Outcome::Lapsed => OrderNews::Lapsed,
        Outcome::FellThrough => OrderNews::FellThrough,
        Outcome::Reversed => OrderNews::Reversed,
        Outcome::PartlyRefunded => OrderNews::PartlyRefunded,
        Outcome::Contested => OrderNews::Contested,
        Outcome::ContestedEarly => OrderNews::ContestedEarly,
        Outcome::Upheld => OrderNews::Upheld,
    }
}

/// What the audit says happened to the gift.
const fn verb(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Settled => "purchased",
        Outcome::Mismatched | Outcome::Contested | Outcome::ContestedEarly => "held",
        Outcome::Lapsed | Outcome::FellThrough => "canceled",
        Outcome::Reversed => "refunded",
        Outcome::PartlyRefunded => "partly_refunded",
        Outcome::Upheld => "released",
    }
}
