//! A buyer comes back from the payment page: having paid, or not.

use super::{GiftFields, PaymentSeen, Quote, Shop, StatusPage, Thanks};
use crate::checkout::{Order, OrderState, ReturnHint};
use crate::gifts::{self, Delivery, Gift, GiftState, HoldReason};
use crate::store::{gifts as gift_rows, orders};
use crate::values::{CheckoutSessionId, OrderId};
use crate::{Error, Result};

impl Shop {
    /// The thanks page. Where the order isn't settled yet the provider is asked about the session that the signed token names. What the
    /// provider added to the `query` that the buyer came back with is a hint: it lets the page say that we are waiting to hear, and no more.
    pub async fn thanks(&self, token: &str, query: &str) -> Result<Thanks> {
        let (order_id, session_id) = gifts::read_order_token(&self.secrets, token).ok_or(Error::NotFound)?;
        let payment = self.payment_seen(&order_id, &session_id, query).await?;
        let gift = self.gift_of(&order_id).await?;
        let payment = match &gift.state {
            GiftState::Held { reason: HoldReason::Refund, .. } => PaymentSeen::TakenBack,
            GiftState::Held { .. } => PaymentSeen::Checked,
            GiftState::Pending
            | GiftState::Purchased { .. }
            | GiftState::Redeemed { .. }
            | GiftState::Canceled { .. }
            | GiftState::Refunded { .. }
            | GiftState::Declined { .. }
            | GiftState::Expired { .. } => payment,
        };
        Ok(Thanks { payment, status_page: self.show(&gift).await? })
    }

    /// A subscriber comes back from the payment page. Where the order isn't settled yet the provider is asked about the session that the
    /// signed token names; a token that isn't ours says nothing.
    pub async fn subscribed(&self, token: &str, query: &str) -> Result<()> {
        match gifts::read_order_token(&self.secrets, token) {
            Some((order_id, session_id)) => self.payment_seen(&order_id, &session_id, query).await.map(|_| ()),
            None => Ok(()),
        }
    }

    /// The gift that the buyer turned back from paying, to fill the form again.
    pub async fn canceled(&self, token: &str) -> Result<Canceled> {
        let (order_id, _) = gifts::read_order_token(&self.secrets, token).ok_or(Error::NotFound)?;
        let gift = self.gift_of(&order_id).await?;
        let order = self.order(&order_id).await?;
        Ok(match gift.state {
            GiftState::Pending if order.is_under_way() => Canceled::PaidAfterAll(Box::new(self.show(&gift).await?)),
            GiftState::Pending | GiftState::Canceled { .. } => {
                let quote = match &order.promo_code {
                    Some(name) => self.quote_for(name, Some(&order.id)).await?,
                    None => None,
                };
                let fields = GiftFields { order: token.to_owned(), ..self.fields_of(&gift, &order) };
                Canceled::NotPaid { fields: Box::new(fields), quote }
            }
            GiftState::Purchased { .. }
            | GiftState::Held { .. }
            | GiftState::Redeemed { .. }
            | GiftState::Refunded { .. }
            | GiftState::Declined { .. }
            | GiftState::Expired { .. } => Canceled::PaidAfterAll(Box::new(self.show(&gift).await?)),
        })
    }

    /// The form as it must have been filled in for this gift.
    pub(super) fn fields_of(&self, gift: &Gift, order: &Order) -> GiftFields {
        let (delivery, due_at) = match gift.delivery {
            Delivery::LinkOnly => ("link", None),
            // A day that has passed can't be chosen again.
            Delivery::Scheduled { due_at } if due_at > self.clock.now() => ("email", Some(due_at)),
            Delivery::Scheduled { .. }
            | Delivery::Sent { .. }
            | Delivery::Delivered { .. }
            | Delivery::Bounced { .. }
            | Delivery::Failed { .. } => ("email", None),
        };
        let zone = gift.time_zone.as_ref().unwrap_or(&self.zone);
        GiftFields {
            tier: gift.tier.to_string(),
            duration_months: gift.months.count().to_string(),
            occasion: gift.occasion.to_string(),
            recipient_name: gift.recipient_name.as_str().to_owned(),
            recipient_email: gift.recipient_email.as_str().to_owned(),
            // Whatever was asked about the addresses has been answered.
            recipient_email_answer: gift.recipient_email.as_str().to_owned(),
            message: gift.message.as_ref().map(|message| message.as_str().to_owned()).unwrap_or_default(),
            buyer_name: gift.giver_name.as_ref().map(|name| name.as_str().to_owned()).unwrap_or_default(),
            buyer_email: gift.giver_email.as_ref().map(|email| email.as_str().to_owned()).unwrap_or_default(),
            buyer_email_answer: gift.giver_email.as_ref().map(|email| email.as_str().to_owned()).unwrap_or_default(),
            delivery: delivery.to_owned(),
            deliver_on: due_at.map(|due_at| zone.day(due_at).to_string()).unwrap_or_default(),
            time_zone: gift.time_zone.as_ref().map(|zone| zone.name().to_owned()).unwrap_or_default(),
            promo_code: order.promo_code.as_ref().map(ToString::to_string).unwrap_or_default(),
            order: String::new(),
        }
    }

    async fn payment_seen(&self, order_id: &OrderId, session_id: &CheckoutSessionId, query: &str) -> Result<PaymentSeen> {
        let is_under_way = match self.order_state(order_id).await? {
            OrderState::Open { .. } => match self.ask(session_id).await {
                Ok(asked) => asked.is_under_way || self.is_said_completed(session_id, query).await?,
                // It may well be paid: the page says that we are waiting to hear.
                Err(error) => {
                    tracing::warn!(order = %order_id, tag = error.tag(), cause = ?error.cause(), "a returning buyer's provider could not be asked");
                    true
                }
            },
            OrderState::Paid { .. }
            | OrderState::PartiallyRefunded { .. }
            | OrderState::Refunded { .. }
            | OrderState::Disputed { .. }
            | OrderState::Expired { .. }
            | OrderState::Failed { .. } => false,
        };
        Ok(match self.order_state(order_id).await? {
            OrderState::Open { under_way_since: Some(_) } => PaymentSeen::Processing,
            OrderState::Open { under_way_since: None } if is_under_way => PaymentSeen::Processing,
            OrderState::Open { under_way_since: None } => PaymentSeen::Open,
            // Nothing of it was settled yet.
            OrderState::Disputed { settled: false, .. } => PaymentSeen::Checked,
            OrderState::Paid { .. } | OrderState::PartiallyRefunded { .. } | OrderState::Disputed { .. } => PaymentSeen::Paid,
            OrderState::Refunded { .. } => PaymentSeen::PaidBack,
            OrderState::Expired { .. } | OrderState::Failed { .. } => PaymentSeen::Ended,
        })
    }

    /// Whether the provider signed that the buyer completed its page, though it tells of no payment yet.
    async fn is_said_completed(&self, session_id: &CheckoutSessionId, query: &str) -> Result<bool> {
        let session = orders::session(&mut *self.store.connection().await?, session_id).await?.ok_or(Error::NotFound)?;
        let Some((provider, opened)) = self.provider(session.provider).zip(session.opened) else { return Ok(false) };
        Ok(match provider.return_hint(&opened.provider_id, query) {
            ReturnHint::Completed => true,
            ReturnHint::None => false,
            ReturnHint::Forged => {
                tracing::warn!(order = %session.order_id, provider = %session.provider, "a buyer came back with a signature that isn't the provider's");
                false
            }
        })
    }

    async fn order_state(&self, id: &OrderId) -> Result<OrderState> {
        Ok(self.order(id).await?.state)
    }

    async fn order(&self, id: &OrderId) -> Result<Order> {
        orders::find(&mut *self.store.connection().await?, id).await?.ok_or(Error::NotFound)
    }

    async fn gift_of(&self, order_id: &OrderId) -> Result<Gift> {
        gift_rows::by_order(&mut *self.store.connection().await?, order_id).await?.ok_or(Error::NotFound)
    }
}

/// What a buyer finds who turned back.
#[derive(Clone, Debug)]
pub enum Canceled {
    NotPaid {
        fields: Box<GiftFields>,
        /// Where a promo code lowered the price.
        quote: Option<Quote>,
    },
    /// It was paid in another window, or the money for it is under way.
    PaidAfterAll(Box<StatusPage>),
}
