//! A gift for somebody who has its code and has not shown that it is theirs. It says the same in every state of the gift.

use leptos::prelude::*;

use super::super::parts::{Frame, MaskedAddress, MaskedCard, Place};
use super::KeepForm;
use crate::shop::Masked;
use crate::values::Email;

#[component]
pub fn MaskedPage(recipient: Masked, signed_in_as: Option<Email>, path: String) -> impl IntoView {
    let address = view! { <MaskedAddress recipient=recipient.clone()/> };
    let (title, lead, buttons, own) = match signed_in_as {
        Some(email) => (
            "This gift waits for another address",
            view! { "It is for "{address}", and you are signed in as "{email.as_str().to_owned()}"." }.into_any(),
            view! { <button class="btn" name="goes" value="login">"Sign in with another address"</button> }.into_any(),
            Some(view! { <p class="small">"Nothing was redeemed, and your own membership is as it was."</p> }),
        ),
        None => (
            "A gift waits here",
            view! { "It is for "{address}", and that address redeems it." }.into_any(),
            view! { <SignInButtons/> }.into_any(),
            None,
        ),
    };
    view! {
        <Frame title place=Place::Redeem private=true>
            <div class="pair">
                <div class="stack">
                    <h1>{title}</h1>
                    <p class="lead">{lead}</p>
                    <h2 class="gap">"If that address is yours"</h2>
                    <p>"Sign in with it, and the gift will be there. We keep it in mind meanwhile."</p>
                    <KeepForm path>{buttons}</KeepForm>
                    <h2 class="gap">"If it is not"</h2>
                    <p>"Ask whoever gave it to you. They can change the address free of charge, from the link in their receipt."</p>
                    {own}
                </div>
                <MaskedCard recipient class="stay"/>
            </div>
        </Frame>
    }
}

#[component]
pub fn SignInButtons() -> impl IntoView {
    view! {
        <button class="btn" name="goes" value="login">"Sign in"</button>
        <button class="btn quiet" name="goes" value="register">"Create an account"</button>
    }
}

/// Signed in with the right address, which nobody has shown to be theirs yet.
#[component]
pub fn UnverifiedPage(recipient_email: Email) -> impl IntoView {
    view! {
        <Frame title="Verify your address first" place=Place::Redeem private=true>
            <div class="stack">
                <h1>"Verify your address first"</h1>
                <p class="lead">
                    "This gift was sent to "{recipient_email.as_str().to_owned()}
                    ", and we want to be sure that it reaches the one it was meant for."
                </p>
                <p>
                    "Follow the link in the mail that we sent you when you made your account, or in the gift’s own mail. "
                    "Then come back here."
                </p>
                <form method="post" action="/verify">
                    <input type="hidden" name="intent" value="send_again"/>
                    <button class="btn">"Mail me the link again"</button>
                </form>
                <p class="small">"Nothing was redeemed, and the gift waits."</p>
            </div>
        </Frame>
    }
}
