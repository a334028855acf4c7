//! What Flowglad's refusals mean to the operator. Flowglad's own message is never repeated: it may quote what we sent.

use serde_json::Value;

use super::objects::ErrorBody;
use super::page::Page;
use crate::checkout::provider::ProviderError;
use crate::checkout::transport::Answer;

/// Reads an answer that is no success, in JSON or in plain text, and logs it with the id under which Flowglad's support finds it.
pub fn of(answer: &Answer) -> ProviderError {
    let body = answer.json::<ErrorBody>().unwrap_or_default();
    let wrong = fields(body.error.as_ref());
    let status = answer.status;
    tracing::warn!(
        provider = "flowglad",
        status = status.as_u16(),
        code = body.code,
        fields = wrong,
        request_id = answer.request_id,
        "a provider refused"
    );
    let refused = |what: &str| ProviderError::Refused(what.to_owned());
    match status.as_u16() {
        401 => refused(
            "Flowglad doesn't know the key: FLOWGLAD_SECRET_KEY must be a secret key of your organization that is still active",
        ),
        403 => refused("the key may not do this: FLOWGLAD_SECRET_KEY must be a secret key of your organization"),
        404 => ProviderError::Unknown,
        408 | 409 | 429 | 500.. => ProviderError::Unavailable(format!("Flowglad answered {status}").into()),
        _ => {
            let code = body.code.as_deref().unwrap_or("no code");
            ProviderError::Refused(format!("Flowglad answered {status} with {code}, about {wrong}"))
        }
    }
}

/// Why a page wasn't opened. What Flowglad refuses after it has understood the request is the price, or what else the page names.
pub fn of_page(page: &Page, error: ProviderError) -> ProviderError {
    let why = match (page, error) {
        (_, error @ (ProviderError::Signature(_) | ProviderError::Unavailable(_))) => return error,
        (Page::Product { price, .. }, ProviderError::Unknown) => {
            format!("Flowglad doesn't know the price {}: it must be of the same organization and mode as the key", price.as_str())
        }
        (Page::Product { price, .. }, ProviderError::Refused(why)) if why.contains(NO_FIELD) => format!(
            "{why}: the price {} must be of the same organization and mode as the key, be active, and belong to no default product",
            price.as_str()
        ),
        (_, ProviderError::Unknown) => "Flowglad doesn't know the customer or the subscription".to_owned(),
        (_, ProviderError::Refused(why)) => why,
    };
    ProviderError::Refused(why)
}

const NO_FIELD: &str = "no field";

/// The fields that a list of issues names, as in `checkoutSession.successUrl`.
fn fields(error: Option<&Value>) -> String {
    let issues = error.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let paths: Vec<String> = issues.iter().filter_map(|issue| Some(path(issue.get("path")?.as_array()?))).collect();
    if paths.is_empty() { NO_FIELD.to_owned() } else { paths.join(", ") }
}

fn path(steps: &[Value]) -> String {
    let step = |step: &Value| step.as_str().map_or_else(|| step.to_string(), str::to_owned);
    steps.iter().map(step).collect::<Vec<_>>().join(".")
}
