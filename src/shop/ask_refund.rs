//! The buyer takes the money back: the gift stops at once, and the money goes as the provider does it.

use super::{Changed, Raced, Shop, until_unraced};
use crate::checkout::Order;
use crate::error::Wrong;
use crate::gifts::{Gift, RefundRefused};
use crate::store::{self, Tx, gifts as gift_rows, orders};
use crate::values::{Timestamp, Zone};
use crate::{Error, Result, outbox};

/// Where the form that asks for it says why it was refused.
const FIELD: &str = "refund";

impl Shop {
    /// Gives the whole payment back, where the operator's rule allows it and nobody has redeemed the gift. From this moment on nobody can:
    /// whoever was faster, redeeming or this, is what the gift's version says. What cost nothing ends at once.
    pub async fn ask_refund(&self, reference: &str, key: &str) -> Result<Changed> {
        let changed = until_unraced(|| self.ask_refund_once(reference, key)).await?;
        self.outbox_bell.notify_one();
        Ok(changed)
    }

    async fn ask_refund_once(&self, reference: &str, key: &str) -> Result<Changed, Raced> {
        let now = self.clock.now();
        let mut tx = self.store.begin().await?;
        let before = self.gift_by_key(&mut tx, reference, key).await?;
        let order = orders::find(&mut tx, &before.order_id).await?.ok_or(Error::NotFound)?;
        let after = before.ask_refund(self.refunds, &self.zone, now).map_err(refused)?;
        let changed = if order.total.is_zero() {
            // Nothing was paid, so no provider is asked, and it ends as one does whose money went back.
            self.reverse_free(&mut tx, &order, before, now).await?;
            Changed::TakenBack
        } else {
            self.give_back(&mut tx, &order, &before, &after, now).await?;
            Changed::RefundAsked
        };
        tx.commit().await.map_err(store::Error::from)?;
        Ok(changed)
    }

    /// Stops the gift and has its payment given back, once for each time that this is asked.
    async fn give_back(&self, tx: &mut Tx, order: &Order, before: &Gift, after: &Gift, now: Timestamp) -> Result<(), Raced> {
        if after == before {
            return Ok(());
        }
        // The operator may have let a gift go on whose payment is still disputed: the bank has that money.
        let payment = order.refundable_payment().ok_or(Error::GiftNotChangeable)?;
        gift_rows::advance(tx, before, after, &self.code_digest(after)?, "refund_asked", now).await?;
        Ok(self.post(tx, outbox::refund_gift(before, payment), now).await?)
    }
}

fn refused(why: RefundRefused) -> Error {
    match why {
        RefundRefused::NotOffered => {
            Error::Invalid(vec![Wrong::new(FIELD, "Write to us about the money: this shop gives none back by itself")])
        }
        RefundRefused::Late(day) => {
            let day = Zone::written(day);
            Error::Invalid(vec![Wrong::new(
                FIELD,
                format!("Write to us about the money: the last day to take it back here was {day}"),
            )])
        }
        RefundRefused::Unpaid | RefundRefused::Held | RefundRefused::Redeemed | RefundRefused::Ended => Error::GiftNotChangeable,
    }
}
