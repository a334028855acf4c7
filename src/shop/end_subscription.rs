//! Whoever subscribed ends it.

use super::Shop;
use crate::accounts::Account;
use crate::checkout::CancelWhen;
use crate::error::Cause;
use crate::store::subscriptions;
use crate::{Error, Result};

impl Shop {
    /// Asks the provider to end the account's subscription, and then how it stands: its answer is what takes effect here.
    /// [`Error::NotSubscribed`] where none runs.
    pub async fn end_subscription(&self, account: &Account, when: CancelWhen) -> Result<()> {
        let subscription = subscriptions::living_of(&mut *self.store.connection().await?, &account.id).await?;
        let subscription = subscription.ok_or(Error::NotSubscribed)?;
        let id = subscription.provider_id.as_ref().ok_or(Error::NotSubscribed)?;
        let provider =
            self.provider(subscription.provider).ok_or_else(|| Error::internal("its provider is no longer configured"))?;
        provider.cancel_subscription(id, when).await.map_err(|error| Error::ProviderUnavailable(Cause::from(error)))?;
        self.ask_about_subscription(&subscription).await?;
        Ok(())
    }
}
