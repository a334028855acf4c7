//! Flowglad: hosted checkout sessions by its own prices, payments, refunds, and webhooks that Svix delivers.
//! Only translates; it decides nothing about orders.
//!
//! Flowglad has no idempotency keys, so nothing is sent twice that would be done twice. A session whose answer was lost is opened
//! again: the first one has an address that nobody was ever given, so nobody can pay there, and it ends after a day. What was paid is
//! known by the order that the metadata names, whichever session it came through.

mod calls;
mod completion;
mod objects;
mod opening;
mod options;
mod page;
mod payments;
mod refusal;
mod subscriptions;
#[cfg(test)]
mod tests;
mod translation;

use std::time::Duration;

use async_trait::async_trait;
use http::HeaderMap;
use reqwest::Client;
use url::Url;

use self::objects::{Payload, PurchaseAnswer, SessionAnswer};
pub use self::options::FlowgladOptions;
pub use self::page::{Buyer, Page, PriceName};
use super::provider::{
    BackUrls, CancelWhen, Capabilities, Mode, NewSession, Notice, OpenSession, PaymentId, Provider, ProviderError, ProviderEvent,
    ProviderName, ProviderSessionId, ProviderSubscriptionId, Refund, ReturnHint,
};
use super::signatures::{TOLERANCE, verify_svix};
use super::transport::Transport;
use crate::values::{Money, Timestamp};

pub struct FlowgladSettings {
    /// `sk_test_…` or `sk_live_…`; it decides the mode.
    pub secret_key: String,
    /// `whsec_…`, of this shop's webhook endpoint.
    pub webhook_secret: String,
    /// [`FlowgladSettings::API`], or a stand-in for it.
    pub api_base: Url,
    /// The origin of the payment pages, where it isn't the API's own.
    pub checkout_origin: Option<String>,
    pub options: FlowgladOptions,
    /// For one try; a request takes at most twice that.
    pub timeout: Duration,
}

impl FlowgladSettings {
    pub const API: &str = "https://app.flowglad.com";
}

pub struct Flowglad {
    settings: FlowgladSettings,
    transport: Transport,
}

impl Flowglad {
    /// `client` must not follow redirects: the key would travel with them.
    #[must_use]
    pub fn new(settings: FlowgladSettings, client: Client) -> Self {
        let transport = Transport::new(client, settings.timeout);
        Self { settings, transport }
    }
}

#[async_trait]
impl Provider for Flowglad {
    fn name(&self) -> ProviderName {
        ProviderName::Flowglad
    }

    fn mode(&self) -> Mode {
        if self.settings.secret_key.contains("_live_") { Mode::Live } else { Mode::Test }
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { own_price: false, partial_refund: true, cancel_session: false, refund_events: false, dispute_ends: false }
    }

    /// It charges only prices of its own, so each is one that it can charge.
    fn can_charge(&self, amount: Money) -> bool {
        amount.minor > 0
    }

    fn checkout_origins(&self) -> Vec<String> {
        let own = || self.settings.api_base.origin().ascii_serialization();
        vec![self.settings.checkout_origin.clone().unwrap_or_else(own)]
    }

    /// Flowglad adds nothing.
    fn return_hint(&self, _: &ProviderSessionId, _: &str) -> ReturnHint {
        ReturnHint::None
    }

    async fn open(&self, session: &NewSession, back: &BackUrls) -> Result<OpenSession, ProviderError> {
        self.open_sale(session, back).await
    }

    /// The body names an object and says nothing of it, not even what happened: everything is asked for.
    fn read(&self, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<Notice, ProviderError> {
        verify_svix(&self.settings.webhook_secret, headers, body, now, TOLERANCE)
            .map_err(|refused| ProviderError::Signature(refused.reason()))?;
        let payload: Payload = serde_json::from_slice(body).map_err(|_| ProviderError::Signature("what it signs is no event"))?;
        let id = headers.get("svix-id").and_then(|id| id.to_str().ok());
        let id = id.ok_or(ProviderError::Signature("it has no id"))?;
        Ok(translation::notice(payload, id, self.mode(), now))
    }

    /// An object that Flowglad doesn't know any more leaves the event as it is, with nothing to say.
    async fn complete(&self, notice: Notice) -> Result<ProviderEvent, ProviderError> {
        let Notice { event, incomplete } = notice;
        let Some(id) = incomplete else { return Ok(event) };
        let completed = match event.kind.as_str() {
            "payment" => self.complete_payment(event.clone(), &id).await,
            "purchase" => self.complete_purchase(event.clone(), &id).await,
            "subscription" => self.complete_subscription(event.clone(), &id).await,
            _ => return Ok(event),
        };
        match completed {
            Err(ProviderError::Unknown) => Ok(event),
            completed => completed,
        }
    }

    async fn retrieve(&self, session: &ProviderSessionId, now: Timestamp) -> Result<ProviderEvent, ProviderError> {
        let SessionAnswer { checkout_session: session, .. } = self.get(&["checkout-sessions", &session.0], &[]).await?;
        let event = translation::retrieved(&session, self.mode(), now);
        match session.purchase_id.as_deref().filter(|_| session.may_be_paid()) {
            Some(id) => {
                let PurchaseAnswer { purchase } = self.get(&["purchases", id], &[]).await?;
                self.add_purchase(event, &purchase).await
            }
            None => Ok(event),
        }
    }

    async fn cancel(&self, _session: &ProviderSessionId) -> Result<(), ProviderError> {
        Err(ProviderError::Refused("Flowglad ends its sessions by itself, a day after they were opened".to_owned()))
    }

    /// Without a key to tell a repeat by, what the payment says was refunded decides. So the whole can be asked for any number of
    /// times; a part is refunded only while nothing else was.
    async fn refund(&self, payment: &PaymentId, refund: Refund, _key: &str) -> Result<(), ProviderError> {
        self.refund_what_is_due(&payment.0, refund).await
    }

    async fn retrieve_subscription(
        &self,
        subscription: &ProviderSubscriptionId,
        now: Timestamp,
    ) -> Result<ProviderEvent, ProviderError> {
        Ok(translation::asked_for(&self.subscription(&subscription.0).await?, self.mode(), now))
    }

    async fn cancel_subscription(&self, subscription: &ProviderSubscriptionId, when: CancelWhen) -> Result<(), ProviderError> {
        self.end_subscription(&subscription.0, when).await
    }
}
