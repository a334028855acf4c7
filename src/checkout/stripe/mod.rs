//! Stripe: hosted Checkout Sessions, refunds and webhooks, by its API of one pinned version.
//! Only translates; it decides nothing about orders.

mod amounts;
mod form;
mod objects;
mod refusal;
#[cfg(test)]
mod tests;
mod translation;

use std::time::Duration;

use async_trait::async_trait;
use http::{HeaderMap, Method, header};
use reqwest::{Client, Request};
use serde::de::DeserializeOwned;
use url::Url;

use self::form::Form;
use self::objects::{Dispute, DisputeStatus, Event, List, Session};
use self::refusal::Refusal;
use super::provider::{
    BackUrls, CancelWhen, Capabilities, Mode, NewSession, Notice, OpenSession, PaymentId, Provider, ProviderError, ProviderEvent,
    ProviderName, ProviderSessionId, ProviderSubscriptionId, Refund, ReturnHint,
};
use super::signatures::{TOLERANCE, verify_stripe};
use super::transport::{Transport, unavailable, url};
use crate::values::{Money, Timestamp};

/// The version whose words this adapter knows. Webhook endpoints have a version of their own; what is read of events
/// is the same in all versions since 2025-03-31.
const VERSION: &str = "2026-10-28.endive";

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

    async fn get<T: DeserializeOwned>(&self, path: &[&str], query: &[(&str, &str)]) -> Result<T, ProviderError> {
        let mut url = url(&self.settings.api_base, path)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let key = url.path().to_owned();
        let request = self.request(Method::GET, url).build().map_err(unavailable)?;
        self.ask(request, &key).await.map_err(|refusal| refusal.error)
    }

    async fn post<T: DeserializeOwned>(&self, path: &[&str], form: &Form, key: &str) -> Result<T, Refusal> {
        let request = self.form_request(path, form, key)?;
        self.ask(request, key).await
    }

    fn form_request(&self, path: &[&str], form: &Form, key: &str) -> Result<Request, ProviderError> {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        self.request(Method::POST, url(&self.settings.api_base, path)?)
            .header("idempotency-key", key)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body)
            .build()
            .map_err(unavailable)
    }

    fn request(&self, method: Method, url: Url) -> reqwest::RequestBuilder {
        self.transport.client().request(method, url).bearer_auth(&self.settings.secret_key).header("stripe-version", VERSION)
    }

    async fn ask<T: DeserializeOwned>(&self, request: Request, key: &str) -> Result<T, Refusal> {
        let answer = self.transport.send(request, key).await?;
        if answer.status.is_success() { Ok(answer.json()?) } else { Err(Refusal::of(&answer)) }
    }

    /// Opens a session, without a field that Stripe refuses and that it can do without.
    async fn create(&self, mut form: Form, key: &str) -> Result<Session, ProviderError> {
        let mut key = key.to_owned();
        loop {
            let refusal = match self.post(&["v1", "checkout", "sessions"], &form, &key).await {
                Ok(session) => return Ok(session),
                Err(refusal) => refusal,
            };
            let refused = refusal.param.filter(|param| form::DISPENSABLE.contains(&param.as_str()));
            let Some(place) = form.iter().position(|(name, _)| Some(name) == refused.as_ref()) else { return Err(refusal.error) };
            let (name, _) = form.remove(place);
            // Another key, for under the first one Stripe expects the same form; and the same other key at every repeat.
            key = format!("{key}-without-{name}");
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
        let opened = self.create(form::new_session(session, back)?, session.id.as_str()).await?;
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

    /// Only a dispute is asked about again. A Stripe that doesn't know it leaves the event's own word.
    async fn complete(&self, notice: Notice) -> Result<ProviderEvent, ProviderError> {
        let Notice { mut event, incomplete } = notice;
        let Some(dispute) = incomplete else { return Ok(event) };
        match self.get::<Dispute>(&["v1", "disputes", &dispute], &[]).await {
            Ok(Dispute { status: Some(status), .. }) => event.facts = vec![translation::dispute_fact(status)],
            Ok(Dispute { status: None, .. }) | Err(ProviderError::Unknown) => {}
            Err(error) => return Err(error),
        }
        Ok(event)
    }

    async fn retrieve(&self, session: &ProviderSessionId, now: Timestamp) -> Result<ProviderEvent, ProviderError> {
        let expand = [("expand[0]", "payment_intent.latest_charge")];
        let session: Session = self.get(&["v1", "checkout", "sessions", &session.0], &expand).await?;
        let dispute = match translation::disputed_payment(&session) {
            Some(payment) => Some(self.dispute_of(payment).await?),
            None => None,
        };
        translation::retrieved(&session, dispute, self.mode(), now)
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

    async fn retrieve_subscription(&self, _: &ProviderSubscriptionId, _: Timestamp) -> Result<ProviderEvent, ProviderError> {
        Err(ProviderError::Unknown)
    }

    async fn cancel_subscription(&self, _: &ProviderSubscriptionId, _: CancelWhen) -> Result<(), ProviderError> {
        Err(ProviderError::Unknown)
    }
}
