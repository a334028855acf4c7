//! What a webhook leaves out, asked for: everything but the id of the object that it is about.

use super::objects::PurchaseAnswer;
use super::{Flowglad, translation};
use crate::checkout::provider::{ProviderError, ProviderEvent};

impl Flowglad {
    /// The payment of a purchase is its order's. One of a subscription says how that stands now: whether it was the first only the
    /// purchase tells, of which Flowglad tells too.
    pub(super) async fn complete_payment(&self, mut event: ProviderEvent, id: &str) -> Result<ProviderEvent, ProviderError> {
        let payment = self.payment(id).await?;
        if let Some(subscription) = &payment.subscription_id {
            event.payment = None;
            return self.complete_subscription(event, subscription).await;
        }
        translation::add_payment(&mut event, &payment)?;
        if let Some(purchase) = &payment.purchase_id {
            let PurchaseAnswer { purchase } = self.get(&["purchases", purchase], &[]).await?;
            event.order_id = translation::order_id(purchase.metadata.as_ref());
        }
        Ok(event)
    }

    /// A purchase of which the metadata names no order of ours is somebody else's.
    pub(super) async fn complete_purchase(&self, mut event: ProviderEvent, id: &str) -> Result<ProviderEvent, ProviderError> {
        let PurchaseAnswer { purchase } = self.get(&["purchases", id], &[]).await?;
        event.order_id = translation::order_id(purchase.metadata.as_ref());
        if event.order_id.is_none() {
            return Ok(event);
        }
        self.add_purchase(event, &purchase).await
    }

    pub(super) async fn complete_subscription(&self, mut event: ProviderEvent, id: &str) -> Result<ProviderEvent, ProviderError> {
        translation::add_subscription(&mut event, &self.subscription(id).await?);
        Ok(event)
    }
}
