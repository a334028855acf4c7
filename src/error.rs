//! What a person or a client may be told when something can't be done: a sentence, a status and a stable tag.
//! Nothing private stands in a sentence; the cause of a fault is kept beside it, for the log alone.

use std::fmt;
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The one public error. `Display` is the sentence that a person reads.
#[derive(Clone, Debug, Serialize, Deserialize, thiserror::Error)]
pub enum Error {
    /// 422: some fields of a form or a body need correcting.
    #[error("{}", correct(.0))]
    Invalid(Vec<Wrong>),
    /// 401: a token or a session is needed.
    #[error("Sign in first.")]
    Unauthenticated,
    /// 401: a program sent no access token.
    #[error("Send an access token, as in “Authorization: Bearer ribbon_…”. One is made on the account’s page.")]
    TokenMissing,
    /// 401: an access token that isn't known, or has ended or expired.
    #[error("This access token isn’t known here, or it has ended or expired. Make another on the account’s page.")]
    TokenRefused,
    /// 403: the access token was made for other things; the scope that it lacks.
    #[error("This access token lacks the scope {0}.")]
    ScopeMissing(String),
    /// 400: a key that can't be kept.
    #[error("An Idempotency-Key is 1 to 255 visible ASCII characters, sent once.")]
    IdempotencyKeyInvalid,
    /// 400: the key came before, with another body.
    #[error("This Idempotency-Key came before with another body. Take a new key for a new request.")]
    IdempotencyKeyReused,
    /// 403: signed in, but not for this.
    #[error("This account may not do that.")]
    Forbidden,
    /// 403: an unsafe request that did not come from our own pages.
    #[error("This came from another site, so nothing was done. Open the page here and try again.")]
    ForeignOrigin,
    /// 413: a body longer than any of ours.
    #[error("That is more than is taken here at once. Shorten it and send it again.")]
    TooLarge,
    /// 404: nothing stands under this address.
    #[error("There is nothing here.")]
    NotFound,
    /// 422: address or password wrong; never says which.
    #[error("That address and password don’t match an account here.")]
    SignInFailed,
    /// 422: a one-time link that was used, is too old, or never was.
    #[error("This link has been used or is too old. Ask for a new one.")]
    LinkEnded,
    /// 429: too many failures; `seconds` until the next try.
    #[error("Too many tries. Wait {} and try again.", how_long(*.seconds))]
    TooManyAttempts { seconds: u64 },
    /// 400: redeeming needs a verified address equal to `recipient_email`.
    #[error("Sign in with a verified account of the address that the gift was sent to.")]
    AuthenticatedEmailRequired,
    /// 404: no gift has this code.
    #[error(
        "No gift has this code. Look at its 24 letters and figures once more, or for a newer mail: a code that was replaced is dead."
    )]
    GiftNotFound,
    /// 409: redeemed before, told to its recipient only.
    #[error("This gift has been redeemed already.")]
    GiftAlreadyRedeemed,
    /// 412: anything else that forbids redeeming, and everything for whoever isn't the recipient.
    #[error("This gift can’t be redeemed.")]
    GiftNotRedeemable,
    /// 412: the gift is past the point where its giver could change it.
    #[error("This gift can’t be changed any more.")]
    GiftNotChangeable,
    /// 409: one subscription at a time.
    #[error("You have a subscription already. End it first, or let it go on.")]
    AlreadySubscribed,
    /// 409: there is no subscription to end.
    #[error("No subscription of yours runs.")]
    NotSubscribed,
    /// 404: the shop has no plan of this tier.
    #[error("This shop sells no such subscription.")]
    NotForSale,
    /// 400: a webhook whose signature is missing, stale or wrong.
    #[error("The signature does not fit.")]
    SignatureRefused,
    /// 503: the payment page can't be reached, or its answer made no sense. Nothing was charged.
    #[error("The payment page can’t be reached just now. Nothing was charged; try again in a minute.")]
    ProviderUnavailable(Cause),
    /// 503: the database is away.
    #[error("The shop is out of reach just now. Nothing was lost; try again in a minute.")]
    Unavailable(Cause),
    /// 500: a fault of ours.
    #[error("Something went wrong on our side. Nothing was charged or redeemed.")]
    Internal(Cause),
}

/// One field and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrong {
    /// The field's name in the form and in the API.
    pub field: String,
    /// What to do, then why if it isn't plain; no full stop.
    pub message: String,
    /// Nothing is wrong with it: somebody is asked whether they meant it, once.
    #[serde(default)]
    pub is_question: bool,
}

impl Wrong {
    pub fn new(field: &str, message: impl Into<String>) -> Self {
        Self { field: field.to_owned(), message: message.into(), is_question: false }
    }

    /// Something to be answered rather than corrected; it ends with a question mark.
    pub fn question(field: &str, message: impl Into<String>) -> Self {
        Self { is_question: true, ..Self::new(field, message) }
    }
}

impl Error {
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![Wrong::new(field, message)])
    }

    pub fn internal(cause: impl Into<Cause>) -> Self {
        Self::Internal(cause.into())
    }

    /// The HTTP status that a page and, where the contract names no other, the API answers with.
    #[must_use]
    pub const fn status(&self) -> u16 {
        match self {
            Self::Invalid(_) | Self::SignInFailed | Self::LinkEnded => 422,
            Self::Unauthenticated | Self::TokenMissing | Self::TokenRefused => 401,
            Self::Forbidden | Self::ForeignOrigin | Self::ScopeMissing(_) => 403,
            Self::TooLarge => 413,
            Self::NotFound | Self::GiftNotFound | Self::NotForSale => 404,
            Self::TooManyAttempts { .. } => 429,
            Self::AuthenticatedEmailRequired
            | Self::SignatureRefused
            | Self::IdempotencyKeyInvalid
            | Self::IdempotencyKeyReused => 400,
            Self::GiftAlreadyRedeemed | Self::AlreadySubscribed | Self::NotSubscribed => 409,
            Self::GiftNotRedeemable | Self::GiftNotChangeable => 412,
            Self::ProviderUnavailable(_) | Self::Unavailable(_) => 503,
            Self::Internal(_) => 500,
        }
    }

    /// The stable name of this error in the API and the log.
    #[must_use]
    pub const fn tag(&self) -> &'static str {
        match self {
            Self::Invalid(_) => "validation_failed",
            Self::AlreadySubscribed => "already_subscribed",
            Self::NotSubscribed => "not_subscribed",
            Self::NotForSale => "not_for_sale",
            Self::Unauthenticated => "unauthenticated",
            Self::TokenMissing => "unauthorized",
            Self::TokenRefused => "invalid_token",
            Self::ScopeMissing(_) => "insufficient_scope",
            Self::IdempotencyKeyInvalid => "idempotency_key_invalid",
            Self::IdempotencyKeyReused => "idempotency_key_reused",
            Self::Forbidden => "forbidden",
            Self::ForeignOrigin => "foreign_origin",
            Self::TooLarge => "too_large",
            Self::NotFound => "not_found",
            Self::SignInFailed => "sign_in_failed",
            Self::LinkEnded => "link_ended",
            Self::TooManyAttempts { .. } => "too_many_attempts",
            Self::AuthenticatedEmailRequired => "authenticated_email_required",
            Self::GiftNotFound => "gift_not_found",
            Self::GiftAlreadyRedeemed => "gift_already_redeemed",
            Self::GiftNotRedeemable => "gift_not_redeemable",
            Self::GiftNotChangeable => "gift_not_changeable",
            Self::SignatureRefused => "signature_refused",
            Self::ProviderUnavailable(_) => "provider_unavailable",
            Self::Unavailable(_) => "unavailable",
            Self::Internal(_) => "internal",
        }
    }

    /// What the log says of it and nobody else reads.
    #[must_use]
    pub fn cause(&self) -> Option<&Cause> {
        match self {
            Self::ProviderUnavailable(cause) | Self::Unavailable(cause) | Self::Internal(cause) => Some(cause),
            Self::Invalid(_)
            | Self::Unauthenticated
            | Self::TokenMissing
            | Self::TokenRefused
            | Self::ScopeMissing(_)
            | Self::IdempotencyKeyInvalid
            | Self::IdempotencyKeyReused
            | Self::Forbidden
            | Self::ForeignOrigin
            | Self::TooLarge
            | Self::NotFound
            | Self::SignInFailed
            | Self::LinkEnded
            | Self::TooManyAttempts { .. }
            | Self::AuthenticatedEmailRequired
            | Self::GiftNotFound
            | Self::GiftAlreadyRedeemed
            | Self::GiftNotRedeemable
            | Self::GiftNotChangeable
            | Self::AlreadySubscribed
            | Self::NotSubscribed
            | Self::NotForSale
            | Self::SignatureRefused => None,
        }
    }
}

/// Why a fault happened, for the log. It never crosses the wire: it is serialized as nothing.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Cause {
    #[serde(skip)]
    error: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl<E: Into<Box<dyn std::error::Error + Send + Sync>>> From<E> for Cause {
    fn from(error: E) -> Self {
        Self { error: Some(Arc::from(error.into())) }
    }
}

/// Holds the cause of an error that crosses the wire without it, for whoever writes the log beside the answer.
#[derive(Clone, Debug, Default)]
pub struct CauseKept(Arc<Mutex<Option<Cause>>>);

impl CauseKept {
    pub fn keep(&self, error: &Error) {
        if let Ok(mut kept) = self.0.lock() {
            *kept = error.cause().cloned();
        }
    }

    #[must_use]
    pub fn take(&self) -> Option<Cause> {
        self.0.lock().ok()?.take()
    }
}

/// The whole chain of causes on one line.
impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut next = self.error.as_deref().map(|error| error as &dyn std::error::Error);
        let mut before = "";
        while let Some(error) = next {
            write!(f, "{before}{error}")?;
            before = ": ";
            next = error.source();
        }
        Ok(())
    }
}

fn correct(wrongs: &[Wrong]) -> String {
    match wrongs {
        [one] if one.is_question => one.message.clone(),
        [one] => format!("{}.", one.message),
        _ => format!("{} things to correct.", wrongs.len()),
    }
}

/// Rounded up, in the largest unit of which that leaves two or more.
fn how_long(seconds: u64) -> String {
    match (seconds.div_ceil(60), seconds.div_ceil(60 * 60)) {
        (0 | 1, _) => "a minute".to_owned(),
        (minutes @ 2..=119, _) => format!("{minutes} minutes"),
        (_, hours) => format!("{hours} hours"),
    }
}
