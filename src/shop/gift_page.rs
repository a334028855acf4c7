//! The buyer's own page of a gift: what happened to it, and its receipt.

use sqlx::AnyConnection;

use super::open_gift::card;
use super::{DeliverySeen, Knot, KnotKind, Receipt, Shop, StatusPage};
use crate::checkout::{Order, OrderState};
use crate::gifts::{self, Delivery, Gift, GiftState};
use crate::store::{gifts as gift_rows, orders};
use crate::values::{GiftId, Money, Timestamp};
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
        let standing = self.standing(&mut connection, gift, None, now).await?;
        let code = gift.code(&self.secrets).filter(|_| matches!(gift.state, GiftState::Purchased { .. }));
        let redeem_url = match &code {
            Some(code) => Some(self.public(&format!("/redeem/{}", code.reveal()))?.to_string()),
            None => None,
        };
        Ok(StatusPage {
            reference: gift.id.clone(),
            card: card(gift),
            recipient_email: gift.recipient_email.clone(),
            buyer_email: gift.giver_email.clone(),
            receipt: receipt(&order),
            course: course(gift, &order, now),
            standing,
            delivery: delivery(&gift.delivery, now),
            is_changeable: gift.is_changeable(),
            path: self.gift_path(&gift.id),
            code: code.map(|code| code.reveal_grouped()),
            redeem_url,
        })
    }

    /// The path of a gift's page, with the signature that opens it.
    pub(super) fn gift_path(&self, id: &GiftId) -> String {
        format!("/gifts/{id}?key={}", gifts::page_key(&self.secrets.current, id))
    }
}

fn receipt(order: &Order) -> Receipt {
    Receipt {
        title: order.line_item.title.clone(),
        list_price: order.list_total,
        discount: discount(order),
        total: order.total,
        paid_at: paid_at(&order.state),
        refunded: (order.refunded_minor > 0).then(|| Money::new(order.refunded_minor, order.total.currency)),
    }
}

/// What a promo code took off, and how the line is called.
fn discount(order: &Order) -> Option<(String, Money)> {
    let off = order.list_total.minus(order.total).ok().filter(|off| off.minor > 0)?;
    let name = order.promo_code.as_ref();
    Some((name.map_or_else(|| "Discount".to_owned(), |name| format!("Promo code {name}")), off))
}

const fn paid_at(state: &OrderState) -> Option<Timestamp> {
    match state {
        OrderState::Paid { paid_at } | OrderState::PartiallyRefunded { paid_at } => Some(*paid_at),
        OrderState::Disputed { paid_at, .. } => *paid_at,
        OrderState::Open | OrderState::Refunded { .. } | OrderState::Expired { .. } | OrderState::Failed { .. } => None,
    }
}

pub(super) fn delivery(delivery: &Delivery, now: Timestamp) -> DeliverySeen {
    match delivery {
        Delivery::Scheduled { due_at } if *due_at <= now => DeliverySeen::Leaving,
        Delivery::LinkOnly => DeliverySeen::LinkOnly,
        Delivery::Scheduled { due_at } => DeliverySeen::Scheduled { due_at: *due_at },
        Delivery::Sent { sent_at } => DeliverySeen::Sent { sent_at: *sent_at },
        Delivery::Delivered { delivered_at } => DeliverySeen::Delivered { delivered_at: *delivered_at },
        Delivery::Bounced { bounced_at } => DeliverySeen::Bounced { bounced_at: *bounced_at },
        Delivery::Failed { failed_at } => DeliverySeen::Failed { failed_at: *failed_at },
    }
}

/// The knots of a gift's ribbon: what happened, and what is still to come.
fn course(gift: &Gift, order: &Order, now: Timestamp) -> Vec<Knot> {
    let happened = |what, at: Timestamp| Knot { at: Some(at), what, has_happened: true };
    let to_come = |what, at| Knot { at, what, has_happened: false };
    let ended = |what, at: Timestamp| vec![happened(KnotKind::Ordered, gift.created_at), happened(what, at)];
    let paid = |purchased_at: &Timestamp| happened(KnotKind::Paid, paid_at(&order.state).unwrap_or(*purchased_at));
    match &gift.state {
        GiftState::Pending => vec![happened(KnotKind::Ordered, gift.created_at), to_come(KnotKind::Paid, None)],
        GiftState::Purchased { purchased_at } => {
            vec![paid(purchased_at), delivered(&gift.delivery, now), to_come(KnotKind::Redeemed, None)]
        }
        GiftState::Held { purchased_at, held_at, .. } => vec![paid(purchased_at), happened(KnotKind::Held, *held_at)],
        GiftState::Redeemed { purchased_at, redeemed_at, .. } => {
            vec![paid(purchased_at), delivered(&gift.delivery, now), happened(KnotKind::Redeemed, *redeemed_at)]
        }
        GiftState::Canceled { canceled_at } => ended(KnotKind::Canceled, *canceled_at),
        GiftState::Refunded { refunded_at } => ended(KnotKind::Refunded, *refunded_at),
        GiftState::Declined { declined_at, .. } => ended(KnotKind::Declined, *declined_at),
        GiftState::Expired { expired_at } => ended(KnotKind::Expired, *expired_at),
    }
}

fn delivered(delivery: &Delivery, now: Timestamp) -> Knot {
    let (what, at, has_happened) = match delivery {
        Delivery::Scheduled { due_at } if *due_at <= now => (KnotKind::Leaving, None, false),
        Delivery::LinkOnly => (KnotKind::HandedOver, None, true),
        Delivery::Scheduled { due_at } => (KnotKind::Scheduled, Some(*due_at), false),
        Delivery::Sent { sent_at } => (KnotKind::Sent, Some(*sent_at), true),
        Delivery::Delivered { delivered_at } => (KnotKind::Delivered, Some(*delivered_at), true),
        Delivery::Bounced { bounced_at } => (KnotKind::Bounced, Some(*bounced_at), true),
        Delivery::Failed { failed_at } => (KnotKind::NotDelivered, Some(*failed_at), true),
    };
    Knot { at, what, has_happened }
}
