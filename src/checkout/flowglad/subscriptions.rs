//! Subscriptions at Flowglad: how one stands, and its end.

use serde_json::json;

use super::Flowglad;
use super::objects::{Subscription, SubscriptionAnswer};
use crate::checkout::provider::{CancelWhen, ProviderError};

impl Flowglad {
    pub(super) async fn subscription(&self, id: &str) -> Result<Subscription, ProviderError> {
        let SubscriptionAnswer { subscription } = self.get(&["subscriptions", id], &[]).await?;
        Ok(subscription)
    }

    /// Flowglad refuses to end what ends already, and its answer can be lost: then how the subscription stands decides.
    pub(super) async fn end_subscription(&self, id: &str, when: CancelWhen) -> Result<(), ProviderError> {
        let timing = match when {
            CancelWhen::Now => "immediately",
            CancelWhen::AtPeriodEnd => "at_end_of_current_billing_period",
        };
        let body = json!({ "cancellation": { "timing": timing } });
        match self.post::<SubscriptionAnswer>(&["subscriptions", id, "cancel"], &body).await {
            Ok(_) => Ok(()),
            Err(ProviderError::Unknown) => Err(ProviderError::Unknown),
            Err(error) => {
                if self.subscription(id).await?.ends(when) {
                    Ok(())
                } else {
                    Err(error)
                }
            }
        }
    }
}
