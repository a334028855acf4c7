//! What the operator reads of gifts: how one stands, its money and every change, and which are held; nothing that redeems them.

use super::Shop;
use crate::checkout::Order;
use crate::gifts::{Gift, GiftState};
use crate::store::{gifts as gift_rows, orders};
use crate::values::{GiftId, Money, Zone};
use crate::{Error, Result};

/// More than an operator goes through at once.
const HELD_MAX: i64 = 1_000;

impl Shop {
    /// One line for the gift, one for its order, and one for each of its changes, oldest first.
    pub async fn gift_history(&self, id: &GiftId) -> Result<Vec<String>> {
        let mut connection = self.store.connection().await?;
        let gift = gift_rows::find(&mut connection, id).await?.ok_or(Error::GiftNotFound)?;
        let order = orders::find(&mut connection, &gift.order_id).await?.ok_or(Error::GiftNotFound)?;
        let events = gift_rows::events(&mut connection, id).await?;
        let line = |event: &gift_rows::Event| format!("  {}  {}", self.zone.date_and_time(event.at), event.what);
        Ok([in_one_line(&gift, &self.zone), money(&order)].into_iter().chain(events.iter().map(line)).collect())
    }

    /// One line for each gift that is held, longest first.
    pub async fn held_gifts(&self) -> Result<Vec<String>> {
        let held = gift_rows::held(&mut *self.store.connection().await?, HELD_MAX).await?;
        Ok(held.iter().map(|gift| in_one_line(gift, &self.zone)).collect())
    }
}

fn in_one_line(gift: &Gift, zone: &Zone) -> String {
    let Gift { id, tier, months, recipient_email, state, delivery, .. } = gift;
    let state = match state {
        GiftState::Held { reason, held_at, .. } => format!("held ({}) since {}", reason.name(), zone.date_and_time(*held_at)),
        GiftState::Pending
        | GiftState::Purchased { .. }
        | GiftState::Redeemed { .. }
        | GiftState::Canceled { .. }
        | GiftState::Refunded { .. }
        | GiftState::Declined { .. }
        | GiftState::Expired { .. } => state.name().to_owned(),
    };
    let (tier, months, address) = (tier.title(), months.in_figures(), recipient_email.masked());
    format!("{id}: {tier} for {months}, to {address}; {state}, {}", delivery.name())
}

/// `order_…: partially_refunded; €172.80 agreed, €172.80 paid, €10.00 paid back; stripe pi_…`
fn money(order: &Order) -> String {
    let paid = order.paid.map(|paid| format!(", {} paid", paid.exact())).unwrap_or_default();
    let back = Money::new(order.refunded_minor, order.sum().currency);
    let back = if back.is_zero() { String::new() } else { format!(", {} paid back", back.exact()) };
    let payment = order.payment.as_ref().map(|payment| format!("; {} {}", order.provider, payment.0)).unwrap_or_default();
    format!("  {}: {}; {} agreed{paid}{back}{payment}", order.id, order.state.name(), order.total.exact())
}
