//! What Stripe's refusals mean to the operator. Stripe's own message is never repeated: it may quote what we sent.

use http::StatusCode;

use super::objects::{ErrorBody, ErrorDetail};
use crate::checkout::provider::ProviderError;
use crate::checkout::transport::Answer;

/// A refusal, and the parameter that it is about.
pub struct Refusal {
    pub error: ProviderError,
    pub code: Option<String>,
    pub param: Option<String>,
}

impl Refusal {
    /// Reads an answer that is no success, and logs it with the id under which Stripe's support finds it.
    pub fn of(answer: &Answer) -> Self {
        let detail = answer.json::<ErrorBody>().unwrap_or_default().error;
        tracing::warn!(
            provider = "stripe",
            status = answer.status.as_u16(),
            code = detail.code,
            param = detail.param,
            request_id = answer.request_id,
            "a provider refused"
        );
        Self { error: error(answer.status, &detail), code: detail.code, param: detail.param }
    }
}

/// No answer at all, or one that makes no sense.
impl From<ProviderError> for Refusal {
    fn from(error: ProviderError) -> Self {
        Self { error, code: None, param: None }
    }
}

impl ErrorDetail {
    fn is_about(&self, field: &str) -> bool {
        self.param.as_deref().is_some_and(|param| param.starts_with(field))
    }
}

fn error(status: StatusCode, detail: &ErrorDetail) -> ProviderError {
    let refused = |what: &str| ProviderError::Refused(what.to_owned());
    match (status.as_u16(), detail.code.as_deref().unwrap_or_default()) {
        (401, _) => {
            refused("Stripe doesn't know the key: STRIPE_SECRET_KEY must be a secret key of your account that has not expired")
        }
        (403, _) => refused(
            "the key may not do this: give the restricted key in STRIPE_SECRET_KEY the right to write Checkout Sessions, subscriptions and refunds",
        ),
        (404, _) => ProviderError::Unknown,
        (400, "resource_missing") if detail.param.as_deref().is_some_and(|param| param.ends_with("[price]")) => {
            refused("Stripe doesn't know the price that the catalog names: its id must be of the same account and mode as the key")
        }
        (400, _) if detail.is_about("automatic_tax") => refused(
            "Stripe can't compute the tax: set Stripe Tax up in its dashboard, or take stripe.automatic_tax out of ribbon.toml",
        ),
        (400, _) if detail.is_about("discounts") => {
            refused("Stripe doesn't take the promotion code that stripe.promotion_code in ribbon.toml names")
        }
        (400, "amount_too_small") => refused("the price is below the least that Stripe charges in this currency"),
        (400, "amount_too_large") => refused("the price is above the most that Stripe charges"),
        (400 | 402, "charge_disputed") => refused("the payment is disputed: its bank decides, and a refund is not possible"),
        (400..=499, _) if status != StatusCode::CONFLICT && status != StatusCode::TOO_MANY_REQUESTS => {
            let kind = detail.kind.as_deref().unwrap_or("an error");
            let code = detail.code.as_deref().unwrap_or("no code");
            let param = detail.param.as_deref().unwrap_or("no parameter");
            ProviderError::Refused(format!("Stripe answered {status} with {kind}, {code}, about {param}"))
        }
        _ => ProviderError::Unavailable(format!("Stripe answered {status}").into()),
    }
}
