//! What Creem's refusals mean to the operator. Creem's own messages are never repeated: they may quote what we sent.

use http::StatusCode;

use super::objects::ErrorBody;
use crate::checkout::provider::ProviderError;
use crate::checkout::transport::Answer;

/// A refusal, and whether it is about the buyer's address.
pub struct Refusal {
    pub error: ProviderError,
    pub is_about_email: bool,
}

impl Refusal {
    /// Reads an answer that is no success, and logs it with the id under which Creem's support finds it.
    pub fn of(answer: &Answer) -> Self {
        let body = answer.json::<ErrorBody>().unwrap_or_default();
        let trace_id = body.trace_id.as_deref().filter(|id| is_plain(id)).unwrap_or("none");
        tracing::warn!(
            provider = "creem",
            status = answer.status.as_u16(),
            trace_id,
            request_id = answer.request_id,
            "a provider refused"
        );
        let is_about_email = answer.status == StatusCode::BAD_REQUEST && body.message.to_string().contains("email");
        Self { error: error(answer.status, trace_id), is_about_email }
    }
}

/// No answer at all, or one that makes no sense.
impl From<ProviderError> for Refusal {
    fn from(error: ProviderError) -> Self {
        Self { error, is_about_email: false }
    }
}

fn error(status: StatusCode, trace_id: &str) -> ProviderError {
    match status.as_u16() {
        401 | 403 => ProviderError::Refused(
            "Creem doesn't take the key: CREEM_API_KEY must be an API key of your store that has not been revoked, \
             and CREEM_API_BASE, where it is set, that of the same mode"
                .to_owned(),
        ),
        404 => ProviderError::Unknown,
        400..=499 if status != StatusCode::CONFLICT && status != StatusCode::TOO_MANY_REQUESTS => {
            ProviderError::Refused(format!("Creem answered {status}; its support finds the request by the trace id {trace_id}"))
        }
        _ => ProviderError::Unavailable(format!("Creem answered {status}").into()),
    }
}

/// An id as ids look, so that nothing else gets into our log in its place.
fn is_plain(id: &str) -> bool {
    (1..=64).contains(&id.len()) && id.bytes().all(|symbol| symbol.is_ascii_alphanumeric() || symbol == b'-')
}
