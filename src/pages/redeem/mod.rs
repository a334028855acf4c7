//! `/redeem`: typing a code, and what a code or a link shows, which depends on who asks.

mod enter;
mod masked;
mod open;
mod sealed;
mod settled;

use leptos::prelude::*;

use crate::shop::{RedeemView, Standing};

pub use enter::EnterCodePage;
use masked::{MaskedPage, UnverifiedPage};
use open::OpenPage;
use sealed::SealedPage;
use settled::SettledPage;

/// What following a redeem link shows. Its forms post to `path`, the address at which it was opened.
#[component]
pub fn RedeemPage(view: RedeemView, path: String) -> impl IntoView {
    match view {
        RedeemView::Masked { recipient, signed_in_as } => view! { <MaskedPage recipient signed_in_as path/> }.into_any(),
        RedeemView::Unverified { recipient_email } => view! { <UnverifiedPage recipient_email/> }.into_any(),
        RedeemView::Sealed { card, recipient_email, signed_in_as, standing: Standing::Ready { .. } } => {
            view! { <SealedPage card recipient_email signed_in_as path/> }.into_any()
        }
        RedeemView::Sealed { card, standing, .. } => view! { <SettledPage card standing/> }.into_any(),
        RedeemView::Open { card, recipient_email, standing: Standing::Ready { dry_run: Some(dry_run) } } => {
            view! { <OpenPage card recipient_email dry_run=*dry_run path/> }.into_any()
        }
        RedeemView::Open { card, standing, .. } => view! { <SettledPage card standing/> }.into_any(),
    }
}

/// Keeps the gift in mind and goes on to signing in or to a new account.
#[component]
fn KeepForm(path: String, children: Children) -> impl IntoView {
    view! {
        <form class="row" method="post" action=path>
            <input type="hidden" name="intent" value="keep"/>
            {children()}
        </form>
    }
}
