//! Creem: hosted checkouts of its own products, whole refunds and webhooks. Creem is the merchant of record.
//! Only translates; it decides nothing about orders.
//!
//! Creem has no idempotency for checkouts, and finds none by our `request_id`. A crash between its answer and our note of it leaves a
//! checkout that nobody has the address of, so nobody can pay it; whoever takes the order up again opens another, and only that one is
//! shown and asked about. Repeats carry the same `Idempotency-Key` all the same: Creem's documents know it for products.

mod calls;
mod objects;
mod options;
mod redirect;
mod refusal;
mod request;
mod subscriptions;
#[cfg(test)]
mod tests;
mod translation;

use std::time::Duration;

use async_trait::async_trait;
use http::HeaderMap;
use reqwest::Client;
use serde::de::IgnoredAny;
use url::Url;

use self::objects::{Event, RefundAnswer, RefundStatus, Standing};
pub use self::options::CreemOptions;
use self::refusal::Refusal;
use super::provider::{
    BackUrls, CancelWhen, Capabilities, Mode, NewSession, Notice, OpenSession, PaymentId, Provider, ProviderError, ProviderEvent,
    ProviderName, ProviderSessionId, ProviderSubscriptionId, Refund, ReturnHint,
};
use super::signatures::{TOLERANCE, verify_creem};
use super::transport::{Transport, unavailable};
use crate::values::{Money, Timestamp};

/// Where Creem's own payment pages are.
const HOSTED: [&str; 2] = ["https://creem.io", "https://*.creem.io"];

pub struct CreemSettings {
    /// `creem_test_…` or `creem_…`; it decides the mode.
    pub api_key: String,
    /// Of this shop's webhook endpoint.
    pub webhook_secret: String,
    /// [`CreemSettings::api`], or a stand-in for it.
    pub api_base: Url,
    /// The origin of the payment pages, where it isn't Creem's own or the stand-in's.
    pub checkout_origin: Option<String>,
    /// For one try; a request takes at most twice that.
    pub timeout: Duration,
    pub options: CreemOptions,
}

impl CreemSettings {
    /// Creem keeps its two worlds on two hosts, and a key opens one of them.
    #[must_use]
    pub const fn api(mode: Mode) -> &'static str {
        match mode {
            Mode::Test => "https://test-api.creem.io",
            Mode::Live => "https://api.creem.io",
        }
    }
}

pub struct Creem {
    settings: CreemSettings,
    transport: Transport,
}

impl Creem {
    /// `client` must not follow redirects: the key would travel with them.
    #[must_use]
    pub fn new(settings: CreemSettings, client: Client) -> Self {
        let transport = Transport::new(client, settings.timeout);
        Self { settings, transport }
    }
}

#[async_trait]
impl Provider for Creem {
    fn name(&self) -> ProviderName {
        ProviderName::Creem
    }

    fn mode(&self) -> Mode {
        if self.settings.api_key.starts_with("creem_test_") { Mode::Test } else { Mode::Live }
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities { own_price: true, partial_refund: false, cancel_session: false, refund_events: true, dispute_ends: false }
    }

    fn can_charge(&self, amount: Money) -> bool {
        request::PRICES.contains(&amount.minor)
    }

    fn checkout_origins(&self) -> Vec<String> {
        if let Some(origin) = &self.settings.checkout_origin {
            return vec![origin.clone()];
        }
        let base = &self.settings.api_base;
        if [Mode::Test, Mode::Live].into_iter().any(|mode| base.as_str().starts_with(CreemSettings::api(mode))) {
            return HOSTED.map(str::to_owned).to_vec();
        }
        vec![base.origin().ascii_serialization()]
    }

    fn return_hint(&self, session: &ProviderSessionId, query: &str) -> ReturnHint {
        redirect::hint(session, query, &self.settings.api_key, self.settings.options.redirect_signature)
    }

    /// Asks for the product first: only then is it known whether its price is the one that the buyer was shown.
    async fn open(&self, session: &NewSession, back: &BackUrls) -> Result<OpenSession, ProviderError> {
        let item = request::only_item(session)?;
        let product = self.product(request::product_id(item)?).await?;
        request::check(item, &product)?;
        let discount = match &self.settings.options.discount_code {
            Some(code) if !request::is_listed_price(item, &product) => self.discount(code).await?,
            Some(_) | None => None,
        };
        let charge = request::charge(item, &product, discount.as_ref())?;
        let body = request::new_checkout(session, back, item, &product, charge, &self.settings.options);
        let opened = self.create(body, session.id.as_str()).await?;
        let page = opened.page.as_deref().ok_or_else(|| ProviderError::Unavailable("an open checkout has no page".into()))?;
        Ok(OpenSession {
            provider_id: ProviderSessionId(opened.id),
            url: Url::parse(page).map_err(unavailable)?,
            // Creem doesn't say when it will.
            expires_at: None,
        })
    }

    fn read(&self, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<Notice, ProviderError> {
        verify_creem(&self.settings.webhook_secret, headers, body, now, TOLERANCE)
            .map_err(|refused| ProviderError::Signature(refused.reason()))?;
        let event: Event = serde_json::from_slice(body).map_err(|_| ProviderError::Signature("what it signs is no event"))?;
        translation::notice(event, self.mode(), now)
    }

    /// A sale that left out its figures, and a refund that isn't done yet or is a part of something. As no event says how a refund
    /// went on, one under way is left to Creem to send again.
    async fn complete(&self, notice: Notice) -> Result<ProviderEvent, ProviderError> {
        let Notice { mut event, incomplete } = notice;
        let Some(id) = incomplete else { return Ok(event) };
        if event.kind == translation::CHECKOUT_COMPLETED {
            let asked = self.retrieve(&ProviderSessionId(id), event.occurred_at).await?;
            let (payment, subscription) = (event.payment.or(asked.payment), event.subscription.or(asked.subscription));
            return Ok(ProviderEvent { facts: asked.facts, payment, subscription, ..event });
        }
        event.facts = translation::undone(&self.transaction(&id).await?)?;
        if event.facts.is_empty() { Err(ProviderError::Unavailable("the refund is under way".into())) } else { Ok(event) }
    }

    async fn retrieve(&self, session: &ProviderSessionId, now: Timestamp) -> Result<ProviderEvent, ProviderError> {
        let checkout = self.checkout(&session.0).await?;
        let transaction = self.transaction_of(&checkout).await?;
        let subscription = self.subscription_of(&checkout).await?;
        translation::retrieved(&checkout, transaction.as_ref(), subscription.as_ref(), self.mode(), now)
    }

    async fn cancel(&self, _: &ProviderSessionId) -> Result<(), ProviderError> {
        Err(ProviderError::Refused("Creem has no way to end a checkout: it stays payable until Creem ends it".to_owned()))
    }

    /// All that is left of a payment, or nothing: so a repeat finds that it is done, and needs no key.
    async fn refund(&self, payment: &PaymentId, refund: Refund, key: &str) -> Result<(), ProviderError> {
        let transaction = self.transaction(&payment.0).await?;
        if transaction.is_refunded_whole() {
            return Ok(());
        }
        let is_whole = match refund {
            Refund::Whole => true,
            Refund::Part(amount) => transaction.has_left(amount),
        };
        if !is_whole {
            return Err(ProviderError::Refused(
                "Creem's API gives back whole payments only: give a part of one back in Creem's dashboard".to_owned(),
            ));
        }
        let body = serde_json::json!({ "transaction_id": transaction.id });
        match self.post::<RefundAnswer>(&["v1", "refunds"], &body, Some(key)).await {
            Ok(RefundAnswer { status: Some(RefundStatus::Failed | RefundStatus::Canceled) }) => {
                Err(ProviderError::Refused("Creem could not give the money back: its dashboard says why".to_owned()))
            }
            Ok(_) => Ok(()),
            // Somebody may have been faster, or an answer of ours was lost.
            Err(Refusal { error: ProviderError::Refused(why), .. }) => {
                let is_done = self.transaction(&payment.0).await?.is_refunded_whole();
                if is_done { Ok(()) } else { Err(ProviderError::Refused(why)) }
            }
            Err(refusal) => Err(refusal.error),
        }
    }

    async fn retrieve_subscription(
        &self,
        subscription: &ProviderSubscriptionId,
        now: Timestamp,
    ) -> Result<ProviderEvent, ProviderError> {
        Ok(translation::retrieved_subscription(&self.subscription(&subscription.0).await?, self.mode(), now))
    }

    /// Creem refuses to end what has ended; asking tells that apart from any other refusal.
    async fn cancel_subscription(&self, subscription: &ProviderSubscriptionId, when: CancelWhen) -> Result<(), ProviderError> {
        let body = match when {
            CancelWhen::Now => serde_json::json!({ "mode": "immediate" }),
            CancelWhen::AtPeriodEnd => serde_json::json!({ "mode": "scheduled", "onExecute": "cancel" }),
        };
        let path = ["v1", "subscriptions", subscription.0.as_str(), "cancel"];
        match self.post::<IgnoredAny>(&path, &body, None).await {
            Ok(_) => Ok(()),
            Err(Refusal { error: ProviderError::Refused(why), .. }) => match self.subscription(&subscription.0).await?.status {
                Some(Standing::Canceled) => Ok(()),
                Some(Standing::ScheduledCancel) if when == CancelWhen::AtPeriodEnd => Ok(()),
                Some(_) | None => Err(ProviderError::Refused(why)),
            },
            Err(refusal) => Err(refusal.error),
        }
    }
}
