//! The pages that mailed links lead to, and those that ask for such a link. A link acts on POST only:
//! programs that read mail follow every link in it, and none of them presses a button.

use leptos::prelude::*;

use super::Draft;
use super::parts::{EmailField, Frame, NewPasswordField, PasswordField, Place, Slip};
use super::refusal::typed_or;

/// What a mailed link carries in its query.
#[derive(Clone, PartialEq, Eq)]
pub struct OneTime {
    pub link: String,
    pub token: String,
}

#[component]
pub(super) fn Carried(link: OneTime) -> impl IntoView {
    view! {
        <input type="hidden" name="link" value=link.link/>
        <input type="hidden" name="token" value=link.token/>
    }
}

/// One column with a heading and a sentence; `children` are what to do.
#[component]
fn Plain(title: &'static str, lead: &'static str, children: Children) -> impl IntoView {
    view! {
        <Frame title place=Place::Account private=true>
            <div class="stack">
                <h1>{title}</h1>
                <p class="lead">{lead}</p>
                <Slip/>
                {children()}
            </div>
        </Frame>
    }
}

/// Where the mailed sign-in link lands.
#[component]
pub fn LoginOncePage(link: OneTime) -> impl IntoView {
    view! {
        <Plain title="Sign in" lead="The link is good for this one time.">
            <form method="post" action="/login/once"><Carried link/><button class="btn">"Sign in"</button></form>
            <p>"It is too old? "<a href="/login">"Ask for another"</a></p>
        </Plain>
    }
}

/// Where the link that verifies an address lands; without a `link`, the page that says it is on its way.
/// `asks_password` is for a visitor who is not signed in as the one who registered.
#[component]
pub fn VerifyPage(#[prop(optional_no_strip)] link: Option<OneTime>, #[prop(optional)] asks_password: bool) -> impl IntoView {
    let lead = match link {
        Some(_) => "One press, and your address is verified.",
        None => "We have mailed you a link. Follow it on this device, and your address is verified.",
    };
    let password = asks_password.then(|| view! { <PasswordField hint="The one that you chose when you made your account."/> });
    let verify = link.map(|link| {
        view! {
            <form class="sheet slim" method="post" action="/verify" novalidate>
                <input type="hidden" name="intent" value="verify"/>
                <Carried link/>
                {password}
                <p class="row"><button class="btn">"Verify my address"</button></p>
            </form>
        }
    });
    let again = (!asks_password).then(|| {
        view! {
            <form class="stack" method="post" action="/verify">
                <input type="hidden" name="intent" value="send_again"/>
                <p>"No mail, or the link is too old? Look among the unwanted mail first."</p>
                <button class="btn quiet">"Mail me the link again"</button>
            </form>
        }
    });
    view! { <Plain title="Verify your address" lead>{verify}{again}</Plain> }
}

/// Asks for the link that sets a new password.
#[component]
pub fn ForgotPage() -> impl IntoView {
    let draft = typed_or(Draft::default());
    view! {
        <Plain title="A new password" lead="We mail you a link with which you choose another.">
            <form class="sheet slim" method="post" action="/forgot" novalidate>
                <EmailField value=draft.get("email")/>
                <p class="row gap"><button class="btn">"Mail me a link"</button>" "<a href="/login">"Back to signing in"</a></p>
            </form>
        </Plain>
    }
}

/// Where that link lands.
#[component]
pub fn ResetPage(link: OneTime) -> impl IntoView {
    view! {
        <Plain title="Choose a new password" lead="It takes the place of the one before, and signs out every other device.">
            <form class="sheet slim" method="post" action="/reset" novalidate>
                <Carried link/>
                <NewPasswordField label="New password"/>
                <p class="row gap"><button class="btn">"Set the password"</button></p>
            </form>
            <p>"The link is too old? "<a href="/forgot">"Ask for another"</a></p>
        </Plain>
    }
}

/// What is on its way to somebody's mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mailed {
    SignInLink,
    ResetLink,
    NewAddressLink,
}

/// The page after asking for a link. It says the same for known and unknown addresses.
#[component]
pub fn MailedPage(what: Mailed) -> impl IntoView {
    let (lead, back) = match what {
        Mailed::SignInLink => ("If there is an account with that address, a link that signs you in is on its way.", "/login"),
        Mailed::ResetLink => ("If there is an account with that address, a link to a new password is on its way.", "/forgot"),
        Mailed::NewAddressLink => ("A link is on its way to the new address. Until you follow it, the old one stays.", "/account"),
    };
    view! {
        <Plain title="Look in your mailbox" lead>
            <p>
                "It works once, and only for a short time. Nothing comes? "
                "Look among the unwanted mail, and at how the address was written."
            </p>
            <p class="row"><a class="btn quiet" href=back>"Go back"</a></p>
        </Plain>
    }
}
