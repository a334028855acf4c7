//! Stripe: hosted Checkout Sessions, subscriptions, refunds and webhooks, by its API of one pinned version.
//! Only translates; it decides nothing about orders.

mod amounts;
mod calls;
mod form;
mod objects;
mod opening;
mod options;
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

use self::form::Form;
use self::objects::{Dispute, DisputeStatus, Event, Expandable, Invoice, List, PaymentIntent, Session};
pub use self::options::StripeOptions;
use super::provider::{
    BackUrls, CancelWhen, Capabilities, Mode, NewSession, Notice, OpenSession, PaymentId, Provider, ProviderError, ProviderEvent,
    ProviderName, ProviderSessionId, ProviderSubscriptionId, Refund, ReturnHint,
};
use super::signatures::{TOLERANCE, verify_stripe};
use super::transport::{Transport, unavailable};
use crate::values::{Money, Timestamp};

/// Where Stripe's own payment pages are.
const HOSTED: &str = "https://checkout.stripe.com";

pub struct StripeSettings {
    /// `sk_test_…`, `sk_live_…` or a restricted `rk_…`; it decides the mode.
    pub secret_key: String,
    /// `whsec_…`, of this shop's webhook endpoint.
    pub webhook_secret: String,
    /// [`StripeSettings::API`], or a stand-in for it.
    pub api_base: Url,
    /// The origin of the payment pages, where it isn't Stripe's own or the stand-in's.
    pub checkout_origin: Option<String>,
    /// For one try; a request takes at most twice that.
    pub timeout: Duration,
    pub options: StripeOptions,
}

impl StripeSettings {
    pub const API: &str = "https://api.stripe.com";
}

pub struct Stripe {
    settings: StripeSettings,
    transport: Transport,
}

impl Stripe {
    /// `client` must not follow redirects: the key would travel with them.
    #[must_use]
    pub fn new(settings: StripeSettings, client: Client) -> Self {
        let transport = Transport::new(client, settings.timeout);
        Self { settings, transport }
    }

    /// A session with all that hangs on it.
    async fn session(&self, id: &ProviderSessionId, now: Timestamp) -> Result<ProviderEvent, ProviderError> {
        let expand =
            [("expand[0]", "payment_intent.latest_charge"), ("expand[1]", "subscription"), ("expand[2]", "invoice.payments")];
        let session: Session = self.get(&["v1", "checkout", "sessions", &id.0], &expand).await?;
        let invoiced = self.invoiced(&session).await?;
        let dispute = match translation::disputed_payment(&session, invoiced.as_ref()) {
            Some(payment) => Some(self.dispute_of(payment).await?),
            None => None,
        };
        translation::retrieved(&session, invoiced.as_ref(), dispute, self.mode(), now)
    }

    /// The payment behind a session's invoice, with its charge.
    async fn invoiced(&self, session: &Session) -> Result<Option<PaymentIntent>, ProviderError> {
        let invoice = session.invoice.as_ref().and_then(Expandable::object);
        let Some(payment) = invoice.and_then(Invoice::payment_intent) else { return Ok(None) };
        match self.get(&["v1", "payment_intents", payment], &[("expand[0]", "latest_charge")]).await {
            Ok(intent) => Ok(Some(intent)),
            Err(ProviderError::Unknown) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// How a payment's last dispute stands. A Stripe that has no list of them leaves it as under way.
    async fn dispute_of(&self, payment: &str) -> Result<DisputeStatus, ProviderError> {
        match self.get::<List<Dispute>>(&["v1", "disputes"], &[("payment_intent", payment), ("limit", "1")]).await {
            Ok(list) => Ok(list.data.first().and_then(|dispute| dispute.status).unwrap_or(DisputeStatus::UnderWay)),
            Err(ProviderError::Unknown) => Ok(DisputeStatus::UnderWay),
            Err(error) => Err(error),
        }
    }

    /// What `event` left out; `None` where Stripe's answer says no more.
    async fn asked_about(&self, event: &ProviderEvent, id: String) -> Result<Option<ProviderEvent>, ProviderError> {
        let at = event.occurred_at;
        if event.kind.starts_with("checkout.session.") {
            return self.session(&ProviderSessionId(id), at).await.map(Some);
        }
        if event.kind.starts_with("invoice.") {
            return self.subscription(&ProviderSubscriptionId(id), at).await.map(Some);
        }
        let dispute: Dispute = self.get(&["v1", "disputes", &id], &[]).await?;
        Ok(dispute.status.map(|status| ProviderEvent { facts: vec![translation::dispute_fact(status)], ..event.clone() }))
    }
}

#[async_trait]
impl Provider for Stripe {
    fn name(&self) -> ProviderName {
        ProviderName::Stripe
    }

    fn mode(&self) -> Mode {
        if self.settings.secret_key.contains("_live_") { Mode::Live } else { Mode::Test }
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { own_price: true, partial_refund: true, cancel_session: true, refund_events: true, dispute_ends: true }
    }

    fn can_charge(&self, amount: Money) -> bool {
        amounts::can_charge(amount)
    }

    fn checkout_origins(&self) -> Vec<String> {
        let base = &self.settings.api_base;
        let own =
            || if base.as_str().starts_with(StripeSettings::API) { HOSTED.to_owned() } else { base.origin().ascii_serialization() };
        vec![self.settings.checkout_origin.clone().unwrap_or_else(own)]
    }

    /// Stripe adds the session's id where it is asked to, unsigned, and nobody asks it to.
    fn return_hint(&self, _: &ProviderSessionId, _: &str) -> ReturnHint {
        ReturnHint::None
    }

    async fn open(&self, session: &NewSession, back: &BackUrls) -> Result<OpenSession, ProviderError> {
        let opened = self.create(session, back).await?;
        let url = opened.url.as_deref().ok_or_else(|| ProviderError::Unavailable("an open session has no page".into()))?;
        Ok(OpenSession {
            provider_id: ProviderSessionId(opened.id),
            url: Url::parse(url).map_err(unavailable)?,
            expires_at: opened.expires_at.map(Timestamp::from_seconds),
        })
    }

    fn read(&self, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<Notice, ProviderError> {
        let signature = headers.get("stripe-signature").and_then(|value| value.to_str().ok());
        verify_stripe(&self.settings.webhook_secret, signature, body, now, TOLERANCE)
            .map_err(|refused| ProviderError::Signature(refused.reason()))?;
        let event: Event = serde_json::from_slice(body).map_err(|_| ProviderError::Signature("what it signs is no event"))?;
        translation::notice(event, self.mode(), now)
    }

    /// A Stripe that doesn't know what the event is about leaves the event's own word.
    async fn complete(&self, notice: Notice) -> Result<ProviderEvent, ProviderError> {
        let Notice { event, incomplete } = notice;
        let Some(id) = incomplete else { return Ok(event) };
        match self.asked_about(&event, id).await {
            Ok(Some(whole)) => Ok(ProviderEvent { event_id: event.event_id, kind: event.kind, ..whole }),
            Ok(None) | Err(ProviderError::Unknown) => Ok(event),
            Err(error) => Err(error),
        }
    }

    async fn retrieve(&self, session: &ProviderSessionId, now: Timestamp) -> Result<ProviderEvent, ProviderError> {
        self.session(session, now).await
    }

    /// A session that is not open any more can't be paid either, so that is no error.
    async fn cancel(&self, session: &ProviderSessionId) -> Result<(), ProviderError> {
        let path = ["v1", "checkout", "sessions", &session.0];
        let expired =
            self.post::<Session>(&[&path[..], &["expire"]].concat(), &Form::new(), &format!("expire-{}", session.0)).await;
        let Err(refusal) = expired else { return Ok(()) };
        match refusal.error {
            ProviderError::Refused(why) => {
                let session: Session = self.get(&path, &[]).await?;
                if session.is_open() { Err(ProviderError::Refused(why)) } else { Ok(()) }
            }
            error @ (ProviderError::Signature(_) | ProviderError::Unavailable(_) | ProviderError::Unknown) => Err(error),
        }
    }

    /// A payment that has gone back whole has nothing left to give, so that is no error.
    async fn refund(&self, payment: &PaymentId, refund: Refund, key: &str) -> Result<(), ProviderError> {
        let mut form = vec![("payment_intent".to_owned(), payment.0.clone())];
        if let Refund::Part(amount) = refund {
            let amount = amounts::to_stripe_amount(amount).map_err(|error| ProviderError::Refused(error.to_string()))?;
            form.push(("amount".to_owned(), amount.to_string()));
        }
        match self.post::<serde_json::Value>(&["v1", "refunds"], &form, key).await {
            Ok(_) => Ok(()),
            Err(refusal) if refusal.code.as_deref() == Some("charge_already_refunded") => Ok(()),
            Err(refusal) => Err(refusal.error),
        }
    }

    async fn retrieve_subscription(
        &self,
        subscription: &ProviderSubscriptionId,
        now: Timestamp,
    ) -> Result<ProviderEvent, ProviderError> {
        self.subscription(subscription, now).await
    }

    async fn cancel_subscription(&self, subscription: &ProviderSubscriptionId, when: CancelWhen) -> Result<(), ProviderError> {
        self.end(subscription, when).await
    }
}
