//! The mail about a payment that did not arrive.

use super::Writer;
use crate::checkout::{CheckoutSession, Order, OrderState};
use crate::emails::{PaymentFailed, SecretLink};
use crate::gifts::{self, Gift};
use crate::store::{self, orders};
use crate::values::GiftId;

impl Writer {
    /// `None` where the money came after all, or nobody's address is known.
    pub(super) async fn payment_failed(&self, gift_id: &GiftId) -> store::Result<Option<PaymentFailed>> {
        let mut connection = self.store.connection().await?;
        let Some(gift) = store::gifts::find(&mut connection, gift_id).await? else { return Ok(None) };
        let order = orders::find(&mut connection, &gift.order_id).await?;
        let session = orders::last_session(&mut connection, &gift.order_id).await?;
        Ok(order.zip(session).and_then(|(order, session)| self.of_unpaid(gift, order, &session)))
    }

    fn of_unpaid(&self, gift: Gift, order: Order, session: &CheckoutSession) -> Option<PaymentFailed> {
        matches!(order.state, OrderState::Expired { .. } | OrderState::Failed { .. }).then_some(())?;
        let mut form = self.page(&["gift", "canceled"]);
        let token = gifts::order_token(&self.secrets.current, &order.id, &session.id);
        form.query_pairs_mut().append_pair("order", &token);
        Some(PaymentFailed {
            to: order.buyer_email?,
            is_for_oneself: gift.is_for_oneself(),
            recipient_name: gift.recipient_name,
            title: order.line_item.title,
            total: order.total,
            form: SecretLink(form),
            reference: gift.id,
        })
    }
}
