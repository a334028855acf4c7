//! Flowglad: hosted checkout sessions by its own prices, payments, refunds, and webhooks that Svix delivers.
//! Only translates; it decides nothing about orders.
//!
//! Flowglad has no idempotency keys, so nothing is sent twice that would be done twice. A session whose answer was lost is opened
//! again: the first one has an address that nobody was ever given, so nobody can pay there, and it ends after a day. What was paid is
//! known by the order that the metadata names, whichever session it came through.

mod objects;
mod page;
mod payments;
mod refusal;
#[cfg(test)]
mod tests;
mod translation;

use std::time::Duration;

use async_trait::async_trait;
use http::{HeaderMap, Method, header};
use reqwest::{Client, Request};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use url::Url;

use self::objects::{Payload, PriceAnswer, PurchaseAnswer, SessionAnswer, SubscriptionAnswer};
pub use self::page::{Buyer, Page, PriceName};
use self::page::{NewCustomer, NewPage};
use super::provider::{
    BackUrls, Capabilities, LineItem, Mode, NewSession, Notice, OpenSession, PaymentId, PaymentMode, Provider, ProviderError,
    ProviderEvent, ProviderName, ProviderSessionId,
};
use super::signatures::{TOLERANCE, verify_svix};
use super::transport::{Answer, Transport, unavailable, url};
use crate::values::{Email, Money, OrderId, Timestamp};

pub struct FlowgladSettings {
    /// `sk_test_…` or `sk_live_…`; it decides the mode.
    pub secret_key: String,
    /// `whsec_…`, of this shop's webhook endpoint.
    pub webhook_secret: String,
    /// [`FlowgladSettings::API`], or a stand-in for it.
    pub api_base: Url,
    /// The origin of the payment pages, where it isn't the API's own.
    pub checkout_origin: Option<String>,
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

    /// Opens a hosted page of any of Flowglad's kinds. `name` is what the buyer's receipt calls it.
    pub async fn open_page(
        &self,
        page: &Page,
        name: Option<&str>,
        order_id: &OrderId,
        back: &BackUrls,
    ) -> Result<OpenSession, ProviderError> {
        Ok(self.create(page, name, order_id, back).await?.0)
    }

    /// The page, and the id of the price that is charged there.
    async fn create(
        &self,
        page: &Page,
        name: Option<&str>,
        order_id: &OrderId,
        back: &BackUrls,
    ) -> Result<(OpenSession, Option<String>), ProviderError> {
        let body = json!({ "checkoutSession": NewPage::new(page, name, order_id, back) });
        let opened: SessionAnswer =
            self.post(&["checkout-sessions"], &body).await.map_err(|error| refusal::of_page(page, error))?;
        let url = opened.url.ok_or_else(|| ProviderError::Unavailable("an open session has no page".into()))?;
        let session = opened.checkout_session;
        let page = OpenSession {
            provider_id: ProviderSessionId(session.id),
            url: Url::parse(&url).map_err(unavailable)?,
            expires_at: session.expires.map(Timestamp::from_millis),
        };
        Ok((page, session.price_id))
    }

    /// An address can only be filled in for a customer that Flowglad knows, so the order's buyer is made known under the order's id.
    /// The page opens without one where that fails.
    async fn buyer(&self, order_id: &OrderId, email: Option<&Email>) -> Buyer {
        let Some(email) = email else { return Buyer::anonymous() };
        let customer =
            json!({ "customer": NewCustomer { external_id: order_id.as_str(), email: email.as_str(), name: email.as_str() } });
        let made = self.post::<serde_json::Value>(&["customers"], &customer).await;
        // An earlier opening of the same order's page made it.
        let is_known = made.is_ok() || self.get::<serde_json::Value>(&["customers", order_id.as_str()], &[]).await.is_ok();
        if is_known { Buyer::identified(order_id.as_str()) } else { Buyer::anonymous() }
    }

    /// Flowglad charges what its own price says. One that says otherwise than the catalog is refused before anybody can pay it.
    async fn check_price(&self, price_id: &str, item: &LineItem, mode: PaymentMode) -> Result<(), ProviderError> {
        let PriceAnswer { price } = self.get(&["prices", price_id], &[]).await?;
        if price.is_of(mode) && price.charges(item.unit_price) {
            return Ok(());
        }
        Err(ProviderError::Refused(format!(
            "Flowglad's price {price_id} is not {} {}, as the catalog has it: correct one of them",
            item.unit_price.exact(),
            match mode {
                PaymentMode::Payment => "once",
                PaymentMode::Subscription => "again and again",
            }
        )))
    }

    async fn get<T: DeserializeOwned>(&self, path: &[&str], query: &[(&str, &str)]) -> Result<T, ProviderError> {
        let mut url = self.url(path)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let key = url.path().to_owned();
        let request = self.request(Method::GET, url).build().map_err(unavailable)?;
        read(&self.transport.send(request, &key).await?)
    }

    /// Sends `body` once, whatever comes of it.
    async fn post<T: DeserializeOwned>(&self, path: &[&str], body: &impl Serialize) -> Result<T, ProviderError> {
        let request: Request = self
            .request(Method::POST, self.url(path)?)
            .header(header::CONTENT_TYPE, "application/json")
            .body(serde_json::to_vec(body).map_err(unavailable)?)
            .build()
            .map_err(unavailable)?;
        read(&self.transport.send_once_only(request).await?)
    }

    fn url(&self, path: &[&str]) -> Result<Url, ProviderError> {
        url(&self.settings.api_base, &[&["api", "v1"], path].concat())
    }

    fn request(&self, method: Method, url: Url) -> reqwest::RequestBuilder {
        self.transport.client().request(method, url).bearer_auth(&self.settings.secret_key)
    }
}

fn read<T: DeserializeOwned>(answer: &Answer) -> Result<T, ProviderError> {
    if answer.status.is_success() { answer.json() } else { Err(refusal::of(answer)) }
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
        Capabilities { own_price: false, partial_refund: true, cancel_session: false, refund_events: false }
    }

    fn checkout_origins(&self) -> Vec<String> {
        let own = || self.settings.api_base.origin().ascii_serialization();
        vec![self.settings.checkout_origin.clone().unwrap_or_else(own)]
    }

    async fn open(&self, session: &NewSession, back: &BackUrls) -> Result<OpenSession, ProviderError> {
        let (item, price) = page::sale(&session.line_items)?;
        let buyer = self.buyer(&session.order_id, session.buyer_email.as_ref()).await;
        let page = Page::Product { buyer, price, quantity: item.quantity, preserve_billing_cycle_anchor: None };
        let (opened, price_id) = self.create(&page, Some(&item.title), &session.order_id, back).await?;
        if let Some(price_id) = price_id {
            self.check_price(&price_id, item, session.mode).await?;
        }
        Ok(opened)
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
                self.add_purchase(event, id, &purchase).await
            }
            None => Ok(event),
        }
    }

    async fn cancel(&self, _session: &ProviderSessionId) -> Result<(), ProviderError> {
        Err(ProviderError::Refused("Flowglad ends its sessions by itself, a day after they were opened".to_owned()))
    }

    /// Without a key to tell a repeat by, what the payment says was refunded decides. So the whole can be asked for any number of
    /// times; a part is refunded only while nothing else was.
    async fn refund(&self, payment: &PaymentId, amount: Money, _key: &str) -> Result<(), ProviderError> {
        self.refund_what_is_due(&payment.0, amount).await
    }
}

impl Flowglad {
    async fn complete_payment(&self, mut event: ProviderEvent, id: &str) -> Result<ProviderEvent, ProviderError> {
        let payment = self.payment(id).await?;
        translation::add_payment(&mut event, &payment)?;
        if let Some(purchase) = &payment.purchase_id {
            let PurchaseAnswer { purchase } = self.get(&["purchases", purchase], &[]).await?;
            event.order_id = translation::order_id(purchase.metadata.as_ref());
        }
        Ok(event)
    }

    /// A purchase of which the metadata names no order of ours is somebody else's.
    async fn complete_purchase(&self, mut event: ProviderEvent, id: &str) -> Result<ProviderEvent, ProviderError> {
        let PurchaseAnswer { purchase } = self.get(&["purchases", id], &[]).await?;
        event.order_id = translation::order_id(purchase.metadata.as_ref());
        if event.order_id.is_none() {
            return Ok(event);
        }
        self.add_purchase(event, id, &purchase).await
    }

    /// Its payments come as payments; of the subscription itself only the order is told.
    async fn complete_subscription(&self, mut event: ProviderEvent, id: &str) -> Result<ProviderEvent, ProviderError> {
        let SubscriptionAnswer { subscription } = self.get(&["subscriptions", id], &[]).await?;
        event.order_id = translation::order_id(subscription.metadata.as_ref());
        Ok(event)
    }
}
