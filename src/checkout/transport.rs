//! Requests to a payment provider over HTTP: bounded in time and size, and repeated where repeating is safe.
//! Knows no provider's words: whoever asks reads the answer.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use reqwest::{Client, Request, Response};
use serde::de::DeserializeOwned;
use url::Url;

use super::provider::ProviderError;

#[cfg(test)]
pub mod fake;
#[cfg(test)]
mod tests;

/// How long one try may take. The whole of a request, tries and pauses, takes at most twice that.
pub const PROVIDER_TIMEOUT: Duration = Duration::from_secs(10);

const TRIES: u32 = 3;
const FIRST_PAUSE: Duration = Duration::from_millis(400);

/// No answer of a provider that makes sense is longer.
const LONGEST_ANSWER: usize = 1024 * 1024;

/// Sends a provider's requests.
pub struct Transport {
    client: Client,
    timeout: Duration,
}

/// What a provider answered, read whole.
pub struct Answer {
    pub status: StatusCode,
    /// The provider's own id of the request, to quote to its support.
    pub request_id: Option<String>,
    should_retry: Option<bool>,
    body: Vec<u8>,
}

impl Transport {
    pub fn new(client: Client, timeout: Duration) -> Self {
        Self { client, timeout }
    }

    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Sends `request` up to three times, so it must be safe to repeat: a GET, or a POST with an idempotency key. `key` is what its repeats have in common; the pauses between them vary with it,
    /// so that many shops that fail at once don't all come back at once.
    pub async fn send(&self, request: Request, key: &str) -> Result<Answer, ProviderError> {
        let tries = self.send_again_and_again(&request, key);
        tokio::time::timeout(self.timeout.saturating_mul(2), tries).await.map_err(unavailable)?
    }

    /// Sends once what would be done twice if it were repeated. Where the answer is lost nobody knows whether it was done.
    pub async fn send_once_only(&self, request: Request) -> Result<Answer, ProviderError> {
        self.send_once(&request).await.map_err(Failure::into_error)
    }

    async fn send_again_and_again(&self, request: &Request, key: &str) -> Result<Answer, ProviderError> {
        let mut tried = 0;
        loop {
            let outcome = self.send_once(request).await;
            tried += 1;
            let again = match &outcome {
                Ok(answer) => answer.is_worth_repeating(),
                Err(failure) => failure.is_worth_repeating(),
            };
            if !again || tried == TRIES {
                return outcome.map_err(Failure::into_error);
            }
            tokio::time::sleep(pause(key, tried)).await;
        }
    }

    async fn send_once(&self, request: &Request) -> Result<Answer, Failure> {
        let mut copy = request.try_clone().ok_or(Failure::Unrepeatable)?;
        *copy.timeout_mut() = Some(self.timeout);
        let response = self.client.execute(copy).await?;
        let status = response.status();
        let request_id = text(response.headers(), "request-id").or_else(|| text(response.headers(), "x-request-id"));
        let should_retry = text(response.headers(), "stripe-should-retry").or_else(|| text(response.headers(), "x-should-retry"));
        tracing::debug!(host = request.url().host_str(), status = status.as_u16(), request_id, "a provider answered");
        let body = read(response).await?;
        Ok(Answer { status, request_id, should_retry: should_retry.and_then(|word| word.parse().ok()), body })
    }
}

impl Answer {
    /// The body as `T`. One that isn't what it should be makes the provider unavailable, not us broken.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, ProviderError> {
        serde_json::from_slice(&self.body).map_err(unavailable)
    }

    /// The provider's own word for it, where it has one; else whether it was too busy, broken, or at this very request already.
    fn is_worth_repeating(&self) -> bool {
        let by_status =
            matches!(self.status, StatusCode::CONFLICT | StatusCode::TOO_MANY_REQUESTS) || self.status.is_server_error();
        self.should_retry.unwrap_or(by_status)
    }
}

/// `base` with `path` behind it, each part escaped, so that an id from outside can't lead elsewhere.
pub fn url(base: &Url, path: &[&str]) -> Result<Url, ProviderError> {
    let mut url = base.clone();
    match url.path_segments_mut() {
        Ok(mut segments) => drop(segments.pop_if_empty().extend(path)),
        Err(()) => return Err(ProviderError::Refused(format!("{base} is no address of an API"))),
    }
    Ok(url)
}

pub fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> ProviderError {
    ProviderError::Unavailable(error.into())
}

/// Why there is no answer.
enum Failure {
    Http(reqwest::Error),
    TooLong,
    Unrepeatable,
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        Self::Http(error.without_url())
    }
}

impl Failure {
    /// A try that ran out of time has used up the buyer's patience too.
    fn is_worth_repeating(&self) -> bool {
        match self {
            Self::Http(error) => !error.is_timeout() && !error.is_builder(),
            Self::TooLong | Self::Unrepeatable => false,
        }
    }

    fn into_error(self) -> ProviderError {
        match self {
            Self::Http(error) => unavailable(error),
            Self::TooLong => ProviderError::Unavailable("the answer is longer than 1 MiB".into()),
            Self::Unrepeatable => ProviderError::Unavailable("the request can't be sent twice".into()),
        }
    }
}

async fn read(mut response: Response) -> Result<Vec<u8>, Failure> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        body.extend_from_slice(&chunk);
        if body.len() > LONGEST_ANSWER {
            return Err(Failure::TooLong);
        }
    }
    Ok(body)
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

/// Doubles with every try; between half of that and the whole, by a hash of the key, which is random enough for its purpose.
fn pause(key: &str, tried: u32) -> Duration {
    let longest = FIRST_PAUSE.saturating_mul(1 << tried.saturating_sub(1).min(8));
    let mut hasher = DefaultHasher::new();
    (key, tried).hash(&mut hasher);
    let percent = 50 + u32::try_from(hasher.finish() % 51).unwrap_or_default();
    longest.saturating_mul(percent) / 100
}
