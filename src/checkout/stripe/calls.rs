//! Calls of Stripe's API, each safe to repeat: a question, a change by an idempotency key, or one that is the same when made twice.

use http::{Method, header};
use reqwest::RequestBuilder;
use serde::de::DeserializeOwned;
use url::Url;

use super::Stripe;
use super::form::Form;
use super::refusal::Refusal;
use crate::checkout::provider::ProviderError;
use crate::checkout::transport::{unavailable, url};

/// The version whose words this adapter knows. Webhook endpoints have a version of their own; what is read of events
/// is the same in all versions since 2025-03-31.
const VERSION: &str = "2026-10-28.endive";

impl Stripe {
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &[&str], query: &[(&str, &str)]) -> Result<T, ProviderError> {
        let mut url = url(&self.settings.api_base, path)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let key = url.path().to_owned();
        self.ask(self.request(Method::GET, url), &key).await.map_err(|refusal| refusal.error)
    }

    /// Does what `key` stands for once, however often it is asked.
    pub(super) async fn post<T: DeserializeOwned>(&self, path: &[&str], form: &Form, key: &str) -> Result<T, Refusal> {
        let request = self.request(Method::POST, url(&self.settings.api_base, path)?).header("idempotency-key", key);
        self.ask(with_form(request, form), key).await
    }

    /// Makes something so, which does no harm where it is so already. Without a key: under one, Stripe would answer for a day what it
    /// answered first, and not look again.
    pub(super) async fn put<T: DeserializeOwned>(&self, method: Method, path: &[&str], form: &Form) -> Result<T, Refusal> {
        let url = url(&self.settings.api_base, path)?;
        let key = url.path().to_owned();
        let request = self.request(method, url);
        self.ask(if form.is_empty() { request } else { with_form(request, form) }, &key).await
    }

    fn request(&self, method: Method, url: Url) -> RequestBuilder {
        self.transport.client().request(method, url).bearer_auth(&self.settings.secret_key).header("stripe-version", VERSION)
    }

    async fn ask<T: DeserializeOwned>(&self, request: RequestBuilder, key: &str) -> Result<T, Refusal> {
        let answer = self.transport.send(request.build().map_err(unavailable)?, key).await?;
        if answer.status.is_success() { Ok(answer.json()?) } else { Err(Refusal::of(&answer)) }
    }
}

fn with_form(request: RequestBuilder, form: &Form) -> RequestBuilder {
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(body)
}
