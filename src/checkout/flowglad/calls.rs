//! Calls of Flowglad's API: asked again where asking is safe, told once where telling twice would do it twice.

use http::{Method, header};
use reqwest::{Request, RequestBuilder};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

use super::{Flowglad, refusal};
use crate::checkout::provider::ProviderError;
use crate::checkout::transport::{Answer, unavailable, url};

impl Flowglad {
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &[&str], query: &[(&str, &str)]) -> Result<T, ProviderError> {
        let mut url = self.url(path)?;
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let key = url.path().to_owned();
        let request = self.request(Method::GET, url).build().map_err(unavailable)?;
        read(&self.transport.send(request, &key).await?)
    }

    /// Sends `body` once, whatever comes of it.
    pub(super) async fn post<T: DeserializeOwned>(&self, path: &[&str], body: &impl Serialize) -> Result<T, ProviderError> {
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

    fn request(&self, method: Method, url: Url) -> RequestBuilder {
        self.transport.client().request(method, url).bearer_auth(&self.settings.secret_key)
    }
}

fn read<T: DeserializeOwned>(answer: &Answer) -> Result<T, ProviderError> {
    if answer.status.is_success() { answer.json() } else { Err(refusal::of(answer)) }
}
