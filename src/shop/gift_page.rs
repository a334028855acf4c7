//! The buyer's own page of a gift: what happened to it, what can still be changed, and its receipt.

mod course;
#[cfg(test)]
mod tests;

use sqlx::AnyConnection;

use super::open_gift::card;
use super::{Changes, DeliverySeen, PaidBack, Receipt, RefundSeen, RemindersAre, Shop, StatusPage};
use crate::checkout::{Fact, Order, OrderState, ProviderEvent};
use crate::gifts::{self, Delivery, Gift, GiftState, HoldReason, Whom};
use crate::store::{self, gifts as gift_rows, orders, provider_events};
use crate::values::{GiftId, Money, Timestamp, Zone};
use crate::{Error, Result};

impl Shop {
    /// The page behind the signed link in the buyer's receipt.
    pub async fn gift_page(&self, reference: &str, key: &str) -> Result<StatusPage> {
        let gift = self.gift_by_key(&mut *self.store.connection().await?, reference, key).await?;
        self.show(&gift).await
    }

    /// The gift that a signed link names. A wrong key and an unknown reference are one answer.
    pub(super) async fn gift_by_key(&self, connection: &mut AnyConnection, reference: &str, key: &str) -> Result<Gift> {
        let id: GiftId = reference.parse().map_err(|_| Error::NotFound)?;
        if !gifts::check_page_key(&self.secrets, &id, key) {
            return Err(Error::NotFound);
        }
        gift_rows::find(connection, &id).await?.ok_or(Error::NotFound)
    }

    pub(super) async fn show(&self, gift: &Gift) -> Result<StatusPage> {
        let now = self.clock.now();
        let mut connection = self.store.connection().await?;
        let order = orders::find(&mut connection, &gift.order_id).await?.ok_or(Error::NotFound)?;
        let events = gift_rows::events(&mut connection, &gift.id).await?;
        let standing = self.standing(&mut connection, gift, None, now).await?;
        let paid_back = paid_back(&mut connection, &order).await?;
        let key = gifts::page_key(&self.secrets.current, &gift.id);
        let code = gift.code(&self.secrets).filter(|_| matches!(gift.state, GiftState::Purchased { .. }));
        let redeem_url = match &code {
            Some(code) => Some(self.public(&format!("/redeem/{}", code.reveal()))?.to_string()),
            None => None,
        };
        Ok(StatusPage {
            reference: gift.id.clone(),
            card: card(gift),
            recipient_email: gift.recipient_email.clone(),
            mailed_to: gift.giver_email.clone().filter(|_| course::has_receipt(&events)),
            receipt: receipt(&order, course::paid_at(&events), paid_back),
            course: course::course(gift, &events, now),
            standing,
            is_under_way: order.is_under_way(),
            delivery: delivery(gift, &self.zone, now),
            is_opened: gift.opened_at.is_some(),
            changes: changes(gift, now),
            refund: self.refund_seen(gift, &order, now),
            path: self.gift_path(&gift.id),
            print_path: format!("/gifts/{}/print?key={key}", gift.id),
            buy_again: self.form_again(&mut connection, gift, &order).await?,
            key,
            code: code.map(|code| code.reveal_grouped()),
            redeem_url,
            thanks: gift.thanks.as_ref().map(|thanks| thanks.text.clone()),
            decline_word: gift.decline_word.clone(),
            reminders: reminders(gift),
        })
    }

    /// The path of a gift's page, with the signature that opens it.
    pub(super) fn gift_path(&self, id: &GiftId) -> String {
        format!("/gifts/{id}?key={}", gifts::page_key(&self.secrets.current, id))
    }

    /// What was never paid is taken up where its buyer left it. Money that is under way may well pay it, so that another gift is another.
    async fn form_again(&self, connection: &mut AnyConnection, gift: &Gift, order: &Order) -> Result<String> {
        let is_unpaid = matches!(gift.state, GiftState::Pending | GiftState::Canceled { .. }) && !order.is_under_way();
        Ok(match orders::last_session(connection, &order.id).await?.filter(|_| is_unpaid) {
            Some(session) => {
                format!("/gift/canceled?order={}", gifts::order_token(&self.secrets.current, &order.id, &session.id))
            }
            None => format!("/gift?again={}&key={}", gift.id, gifts::page_key(&self.secrets.current, &gift.id)),
        })
    }

    fn refund_seen(&self, gift: &Gift, order: &Order, now: Timestamp) -> RefundSeen {
        let left = order.sum();
        let amount = Money { minor: left.minor - order.gone_back().minor, ..left };
        let is_there_to_give = order.total.is_zero() || order.refundable_payment().is_some();
        match (&gift.state, gift.refundable_until(self.refunds, &self.zone, now)) {
            (GiftState::Held { reason: HoldReason::Refund, .. }, _) => RefundSeen::UnderWay { amount },
            (_, Some(until)) if is_there_to_give => RefundSeen::Offered { amount, until },
            (GiftState::Purchased { .. } | GiftState::Declined { .. }, _) => RefundSeen::ByLetter,
            (
                GiftState::Pending
                | GiftState::Held { .. }
                | GiftState::Redeemed { .. }
                | GiftState::Canceled { .. }
                | GiftState::Refunded { .. }
                | GiftState::Expired { .. },
                _,
            ) => RefundSeen::None,
        }
    }
}

/// By the very rules that the changes follow.
fn changes(gift: &Gift, now: Timestamp) -> Changes {
    Changes {
        recipient: gift.is_changeable(),
        words: gift.reword(None).is_ok(),
        day: gift.reschedule(None, None).is_ok(),
        mail: gift.send_again(now).is_ok_and(|after| after != *gift),
    }
}

fn reminders(gift: &Gift) -> RemindersAre {
    if gift.may_remind_giver() {
        RemindersAre::ToCome
    } else if gift.go_on_reminding(Whom::Giver).is_some_and(|after| after.may_remind_giver()) {
        RemindersAre::Off
    } else {
        RemindersAre::Over
    }
}

/// `None` where nothing went back, or nothing had been paid.
async fn paid_back(connection: &mut AnyConnection, order: &Order) -> Result<Option<PaidBack>, store::Error> {
    let (paid, amount) = (order.sum(), order.gone_back());
    if amount.is_zero() {
        return Ok(None);
    }
    let at = match order.state {
        OrderState::Refunded { refunded_at } => Some(refunded_at),
        OrderState::Open { .. }
        | OrderState::Paid { .. }
        | OrderState::PartiallyRefunded { .. }
        | OrderState::Disputed { .. }
        | OrderState::Expired { .. }
        | OrderState::Failed { .. } => last_refund(connection, order).await?,
    };
    Ok(Some(PaidBack { amount, at, left: Money { minor: paid.minor - amount.minor, ..paid } }))
}

/// When a part of it went back for the last time, by what the provider told.
async fn last_refund(connection: &mut AnyConnection, order: &Order) -> Result<Option<Timestamp>, store::Error> {
    let Some(payment) = &order.payment else { return Ok(None) };
    let events = provider_events::of_payment(connection, order.provider, payment).await?;
    let is_refund = |event: &&ProviderEvent| event.facts.iter().any(|fact| matches!(fact, Fact::Refunded { .. }));
    Ok(events.iter().filter(is_refund).map(|event| event.occurred_at).max())
}

fn receipt(order: &Order, paid_at: Option<Timestamp>, paid_back: Option<PaidBack>) -> Receipt {
    Receipt {
        order_id: order.id.clone(),
        title: order.line_item.title.clone(),
        list_price: order.list_total,
        discount: order.discount(),
        total: order.total,
        paid: order.paid_otherwise(),
        tax: order.tax_in_it(),
        paid_at,
        paid_back,
    }
}

/// How a gift travels. A day that was chosen is told by the clock that it was chosen by.
pub(super) fn delivery(gift: &Gift, shop_zone: &Zone, now: Timestamp) -> DeliverySeen {
    match (&gift.delivery, gift.opened_at) {
        // Whoever has seen the card since its mail was lost has it.
        (Delivery::Bounced { .. } | Delivery::Failed { .. }, Some(opened_at)) if !gift.is_astray() => {
            DeliverySeen::Delivered { delivered_at: opened_at }
        }
        (Delivery::Scheduled { due_at }, _) if *due_at <= now => DeliverySeen::Leaving,
        (Delivery::LinkOnly, _) => DeliverySeen::LinkOnly,
        (Delivery::Scheduled { due_at }, _) => {
            let zone = gift.time_zone.as_ref().unwrap_or(shop_zone).clone();
            DeliverySeen::Scheduled { due_at: *due_at, zone }
        }
        (Delivery::Sent { sent_at }, _) => DeliverySeen::Sent { sent_at: *sent_at },
        (Delivery::Delivered { delivered_at }, _) => DeliverySeen::Delivered { delivered_at: *delivered_at },
        (Delivery::Bounced { bounced_at }, _) => DeliverySeen::Bounced { bounced_at: *bounced_at },
        (Delivery::Failed { failed_at }, _) => DeliverySeen::Failed { failed_at: *failed_at },
    }
}
