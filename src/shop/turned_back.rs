//! An order that its buyer turned back from paying. The use that it holds of its promo code they take along to the next one.

use sqlx::AnyConnection;

use super::{Raced, Shop};
use crate::catalog::{PromoCode, PromoName};
use crate::checkout::Order;
use crate::gifts;
use crate::store::{self, Tx, orders, promo_codes};
use crate::values::{OrderId, Timestamp};

/// Of how many forms in a row, each a correction of the one before, the last is found.
const CORRECTIONS_MAX: usize = 50;

impl Shop {
    /// The order that the signed token of a form names; nothing by a token that was not signed here.
    pub(super) fn order_left(&self, token: &str) -> Option<OrderId> {
        gifts::read_order_token(&self.secrets, token).map(|(order, _)| order)
    }

    /// The code as it counts for whoever left that order: the use that they hold already is not in their way.
    pub(super) async fn counted_for(
        &self,
        connection: &mut AnyConnection,
        code: PromoCode,
        left: Option<&OrderId>,
    ) -> Result<PromoCode, store::Error> {
        let holder = holder(connection, left, &code.name).await?;
        Ok(if holder.is_some() { PromoCode { uses: code.uses - 1, ..code } } else { code })
    }

    /// Reserves a use for `order`, or moves the one that its buyer holds; then nobody is to pay any more for the order that held it.
    pub(super) async fn reserve_use(
        &self,
        tx: &mut Tx,
        order: &Order,
        left: Option<&OrderId>,
        now: Timestamp,
    ) -> Result<(), Raced> {
        let Some(name) = &order.promo_code else { return Ok(()) };
        let Some(holder) = holder(tx, left, name).await? else { return Ok(promo_codes::reserve(tx, name, now).await?) };
        // Of this and a payment of it that arrives, the slower begins again.
        orders::replace(tx, &holder, &order.id).await?;
        Ok(self.close_other_sessions(tx, &holder, None, now).await?)
    }
}

/// The order that holds a use of this code for whoever left `left`: that one, or the last that was made in its stead.
async fn holder(connection: &mut AnyConnection, left: Option<&OrderId>, name: &PromoName) -> Result<Option<Order>, store::Error> {
    let mut next = left.cloned();
    for _ in 0..CORRECTIONS_MAX {
        let Some(id) = next else { return Ok(None) };
        let Some(order) = orders::find(connection, &id).await? else { return Ok(None) };
        if order.replaced_by.is_none() {
            return Ok(Some(order).filter(|order| order.reserves(name)));
        }
        next = order.replaced_by;
    }
    Ok(None)
}
