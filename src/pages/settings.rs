//! An account's own password and address, each changed on a page of its own.

use leptos::prelude::*;

use super::Draft;
use super::links::{Carried, OneTime};
use super::parts::{EmailField, Frame, NewPasswordField, PasswordField, Place, Slip};
use super::refusal::typed_or;
use crate::values::Email;

/// `/account/password`.
#[component]
pub fn ChangePasswordPage() -> impl IntoView {
    view! {
        <Frame title="Change your password" place=Place::Account private=true>
            <div class="stack">
                <h1>"Change your password"</h1>
                <Slip/>
                <form class="sheet slim" method="post" action="/account/password" novalidate>
                    <PasswordField name="current_password" label="Your password now"/>
                    <NewPasswordField label="New password"/>
                    <p class="row gap">
                        <button class="btn">"Change the password"</button>
                        <a href="/account">"Back to your account"</a>
                    </p>
                </form>
                <p class="small">"Every other device is signed out."</p>
            </div>
        </Frame>
    }
}

/// `/account/email`.
#[component]
pub fn ChangeAddressPage(email: Email) -> impl IntoView {
    let draft = typed_or(Draft::default());
    view! {
        <Frame title="Change your address" place=Place::Account private=true>
            <div class="stack">
                <h1>"Change your address"</h1>
                <p class="lead">"It is "{email.as_str().to_owned()}" now."</p>
                <Slip/>
                <form class="sheet slim" method="post" action="/account/email" novalidate>
                    <EmailField
                        label="New email address"
                        value=draft.get("email")
                        answer=draft.get("email_answer").to_owned()
                        autocomplete="email"
                    />
                    <PasswordField label="Your password"/>
                    <p class="row gap">
                        <button class="btn">"Mail a link to the new address"</button>
                        <a href="/account">"Back to your account"</a>
                    </p>
                </form>
                <p class="small">"The address changes when you follow that link. We tell the old one."</p>
            </div>
        </Frame>
    }
}

/// `/account/email/confirm`: where the link in the new mailbox lands.
#[component]
pub fn ConfirmAddressPage(link: OneTime) -> impl IntoView {
    view! {
        <Frame title="Confirm your new address" place=Place::Account private=true>
            <div class="stack">
                <h1>"Confirm your new address"</h1>
                <p class="lead">"From then on you sign in with it, and gifts sent to it are yours to redeem."</p>
                <Slip/>
                <form method="post" action="/account/email/confirm">
                    <Carried link/>
                    <button class="btn">"Use this address"</button>
                </form>
                <p>"The link is too old? "<a href="/account/email">"Ask for another"</a></p>
            </div>
        </Frame>
    }
}
