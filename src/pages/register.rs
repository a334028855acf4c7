//! `/register`: a new account, which needs an address and a password and nothing else.

use leptos::prelude::*;

use super::Draft;
use super::login::{KeptCard, KeptNote, kept_email};
use super::parts::{EmailField, Frame, NewPasswordField, Place, Slip};
use super::refusal::typed_or;
use crate::shop::RedeemView;

/// `kept` is the gift that waits meanwhile, as its visitor may see it.
#[component]
pub fn RegisterPage(#[prop(optional_no_strip)] kept: Option<RedeemView>) -> impl IntoView {
    // The address that a gift was sent to is known to be one.
    let known = kept_email(kept.as_ref());
    let draft = typed_or(Draft::from_iter([("email", known.clone()), ("email_answer", known)]));
    let after = if matches!(kept, Some(RedeemView::Sealed { .. })) {
        "The gift’s own mail has verified that address, so you can redeem it right away."
    } else {
        "We mail you a link to verify the address."
    };
    view! {
        <Frame title="Create an account" place=Place::Account private=true>
            <div class="pair">
                <div class="stack">
                    <h1>"Create an account"</h1>
                    <Slip/>
                    <form class="sheet" method="post" action="/register" novalidate>
                        <KeptNote kept=kept.clone()/>
                        <EmailField value=draft.get("email") answer=draft.get("email_answer").to_owned()/>
                        <NewPasswordField label="Password"/>
                        <p class="row gap"><button class="btn">"Create an account"</button></p>
                        <p class="small gap">{after}</p>
                    </form>
                    <p>"You have one? "<a href="/login">"Sign in"</a></p>
                </div>
                <KeptCard kept/>
            </div>
        </Frame>
    }
}
