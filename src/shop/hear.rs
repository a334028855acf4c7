//! A provider tells us something by webhook.

use http::HeaderMap;

use super::{Fulfilled, Shop};
use crate::Error;
use crate::checkout::{ProviderError, ProviderName};
use crate::error::Cause;
use crate::store::provider_events;

impl Shop {
    /// Verifies the raw bytes, completes what they leave out, and lets it take effect. [`Error::SignatureRefused`] where they are not the
    /// provider's own; [`Error::NotFound`] for a provider that isn't configured.
    pub async fn hear(&self, provider: ProviderName, headers: &HeaderMap, body: &[u8]) -> crate::Result<Fulfilled> {
        let now = self.clock.now();
        let provider = self.provider(provider).ok_or(Error::NotFound)?;
        let notice = match provider.read(headers, body, now) {
            Ok(notice) => notice,
            Err(ProviderError::Signature(why)) => {
                tracing::warn!(provider = %provider.name(), why, "a webhook was refused");
                provider_events::refuse(&mut *self.store.connection().await?, provider.name().as_str(), why, now).await?;
                return Err(Error::SignatureRefused);
            }
            Err(error @ (ProviderError::Unavailable(_) | ProviderError::Refused(_) | ProviderError::Unknown)) => {
                return Err(Error::ProviderUnavailable(Cause::from(error)));
            }
        };
        // What we can't take in now the provider sends again later, because the answer isn't 200.
        let event = provider.complete(notice).await.map_err(|error| Error::ProviderUnavailable(Cause::from(error)))?;
        tracing::info!(provider = %event.provider, kind = event.kind, event = event.event_id, "a provider told us something");
        self.fulfil(&event).await
    }
}
