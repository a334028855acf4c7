//! The page of an error that belongs to no form: what it means and the way on.

use leptos::prelude::*;

use super::parts::{Frame, Letterbox};
use crate::error::Error;

/// `request_id` is what the log calls this request; shown where somebody may want to write to us about it.
#[component]
pub fn ErrorPage(error: Error, #[prop(optional_no_strip)] request_id: Option<String>) -> impl IntoView {
    let title = heading(&error);
    let (path, words) = way_on(&error);
    let lost = matches!(error, Error::NotFound).then(|| {
        view! {
            <p>
                "Were you given something? "<a href="/redeem">"Type the code on your card"</a>". "
                "Did you give something? The link in your receipt leads to it."
            </p>
        }
    });
    let quoted = request_id.map(|id| view! { " and quote "<span class="code">{id}</span> });
    view! {
        <Frame title private=true>
            <div class="stack">
                <h1>{title}</h1>
                <p class="lead">{error.to_string()}</p>
                {lost}
                <p class="row"><a class="btn" href=path>{words}</a></p>
                <p class="small">"If that does not help, write to "<Letterbox/>{quoted}"."</p>
            </div>
        </Frame>
    }
}

const fn heading(error: &Error) -> &'static str {
    match error {
        Error::NotFound => "This page is not here",
        Error::GiftNotFound => "No gift has this code",
        Error::Unauthenticated | Error::AuthenticatedEmailRequired => "Sign in to see this",
        Error::TokenMissing | Error::TokenRefused | Error::ScopeMissing(_) => "This needs another access token",
        Error::Forbidden => "This is somebody else’s",
        Error::ForeignOrigin => "This did not come from our page",
        Error::LinkEnded => "This link has ended",
        Error::TooManyAttempts { .. } => "Wait a little",
        Error::GiftAlreadyRedeemed | Error::GiftNotRedeemable | Error::GiftNotChangeable => "This gift stays as it is",
        Error::AlreadySubscribed | Error::NotSubscribed => "Your subscription stays as it is",
        Error::NotForSale => "This is not for sale",
        Error::ProviderUnavailable(_) | Error::Unavailable(_) => "Back in a minute",
        Error::Invalid(_)
        | Error::SignInFailed
        | Error::SignatureRefused
        | Error::TooLarge
        | Error::IdempotencyKeyInvalid
        | Error::IdempotencyKeyReused => "That could not be read",
        Error::Internal(_) => "Something went wrong",
    }
}

const fn way_on(error: &Error) -> (&'static str, &'static str) {
    match error {
        Error::Unauthenticated | Error::AuthenticatedEmailRequired | Error::SignInFailed => ("/login", "Sign in"),
        Error::GiftNotFound => ("/redeem", "Type the code again"),
        Error::ProviderUnavailable(_) => ("/gift", "Back to the form"),
        Error::TokenMissing
        | Error::TokenRefused
        | Error::ScopeMissing(_)
        | Error::GiftAlreadyRedeemed
        | Error::GiftNotRedeemable
        | Error::GiftNotChangeable
        | Error::AlreadySubscribed
        | Error::NotSubscribed
        | Error::NotForSale => ("/account", "See your account"),
        Error::NotFound
        | Error::Forbidden
        | Error::ForeignOrigin
        | Error::TooLarge
        | Error::LinkEnded
        | Error::TooManyAttempts { .. }
        | Error::SignatureRefused
        | Error::IdempotencyKeyInvalid
        | Error::IdempotencyKeyReused
        | Error::Invalid(_)
        | Error::Unavailable(_)
        | Error::Internal(_) => ("/", "To the first page"),
    }
}
