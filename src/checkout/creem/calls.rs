//! Requests to Creem's API, and what each is made of. Nothing here decides what an answer means.

use http::Method;
use reqwest::RequestBuilder;
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::Creem;
use super::objects::{Checkout, Discount, List, Product, Subscription, Transaction};
use super::refusal::Refusal;
use super::request::NewCheckout;
use crate::checkout::provider::ProviderError;
use crate::checkout::transport::{unavailable, url};

impl Creem {
    pub(super) async fn product(&self, id: &str) -> Result<Product, ProviderError> {
        self.get(&["v1", "products"], "product_id", id).await.map_err(|error| match error {
            ProviderError::Unknown => ProviderError::Refused(format!(
                "Creem doesn't know the product {id} that the catalog names: it must be of the same store and mode as the key"
            )),
            ProviderError::Signature(_) | ProviderError::Unavailable(_) | ProviderError::Refused(_) => error,
        })
    }

    pub(super) async fn checkout(&self, id: &str) -> Result<Checkout, ProviderError> {
        self.get(&["v1", "checkouts"], "checkout_id", id).await
    }

    pub(super) async fn transaction(&self, id: &str) -> Result<Transaction, ProviderError> {
        self.get(&["v1", "transactions"], "transaction_id", id).await
    }

    pub(super) async fn subscription(&self, id: &str) -> Result<Subscription, ProviderError> {
        self.get(&["v1", "subscriptions"], "subscription_id", id).await
    }

    /// Creem's own discount behind a code; `None` where there is none.
    pub(super) async fn discount(&self, code: &str) -> Result<Option<Discount>, ProviderError> {
        or_none(self.get(&["v1", "discounts"], "discount_code", code).await)
    }

    /// What paid a checkout; `None` while nothing did, and where Creem doesn't know.
    pub(super) async fn transaction_of(&self, checkout: &Checkout) -> Result<Option<Transaction>, ProviderError> {
        let Some(order) = &checkout.order else { return Ok(None) };
        if let Some(transaction) = order.object().and_then(|order| order.transaction.as_ref()) {
            return or_none(self.transaction(transaction.id()).await);
        }
        let list = or_none(self.get::<List<Transaction>>(&["v1", "transactions", "search"], "order_id", order.id()).await)?;
        // The first of them; what came later renewed a subscription.
        Ok(list.and_then(|list| list.items.into_iter().min_by_key(|transaction| transaction.created_at.0)))
    }

    /// The subscription that a checkout began, as it is now: the checkout may show it as it was then.
    pub(super) async fn subscription_of(&self, checkout: &Checkout) -> Result<Option<Subscription>, ProviderError> {
        match &checkout.subscription {
            Some(subscription) => or_none(self.subscription(subscription.id()).await),
            None => Ok(None),
        }
    }

    /// Opens a checkout, without the buyer's address if that is what Creem refuses: it only saves the buyer typing.
    pub(super) async fn create(&self, mut body: NewCheckout<'_>, key: &str) -> Result<Checkout, ProviderError> {
        let path = ["v1", "checkouts"];
        match self.post(&path, &body, Some(key)).await {
            Ok(checkout) => Ok(checkout),
            Err(refusal) if refusal.is_about_email && body.customer.is_some() => {
                body.customer = None;
                self.post(&path, &body, Some(&format!("{key}-without-customer"))).await.map_err(|refusal| refusal.error)
            }
            Err(refusal) => Err(refusal.error),
        }
    }

    /// Creem promises nothing of `Idempotency-Key` here. Every post of ours does the same when it is done twice, so each may be repeated.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &[&str],
        body: &impl Serialize,
        key: Option<&str>,
    ) -> Result<T, Refusal> {
        let url = url(&self.settings.api_base, path)?;
        let paced_by = key.unwrap_or(url.path()).to_owned();
        let mut request = self.request(Method::POST, url).json(body);
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        self.ask(request, &paced_by).await
    }

    async fn get<T: DeserializeOwned>(&self, path: &[&str], name: &str, value: &str) -> Result<T, ProviderError> {
        let mut url = url(&self.settings.api_base, path)?;
        url.query_pairs_mut().append_pair(name, value);
        let key = url.path().to_owned();
        self.ask(self.request(Method::GET, url), &key).await.map_err(|refusal| refusal.error)
    }

    fn request(&self, method: Method, url: Url) -> RequestBuilder {
        self.transport.client().request(method, url).header("x-api-key", &self.settings.api_key)
    }

    async fn ask<T: DeserializeOwned>(&self, request: RequestBuilder, key: &str) -> Result<T, Refusal> {
        let answer = self.transport.send(request.build().map_err(unavailable)?, key).await?;
        if answer.status.is_success() { Ok(answer.json()?) } else { Err(Refusal::of(&answer)) }
    }
}

fn or_none<T>(found: Result<T, ProviderError>) -> Result<Option<T>, ProviderError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(ProviderError::Unknown) => Ok(None),
        Err(error) => Err(error),
    }
}
