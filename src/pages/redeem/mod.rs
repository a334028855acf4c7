//! `/redeem`: typing a code, and what a code or a link shows, which depends on who asks.

mod decline;
mod enter;
mod masked;
mod open;
mod sealed;
mod settled;

use leptos::prelude::*;

use crate::shop::{RedeemView, Standing};
use crate::values::PersonName;

use decline::DeclinePage;
pub use enter::EnterCodePage;
use masked::{MaskedPage, UnverifiedPage};
use open::OpenPage;
use sealed::SealedPage;
use settled::SettledPage;

/// What following a redeem link shows. Its forms post to `path`, the address at which it was opened; with `declines` its recipient has
/// asked to decline it.
#[component]
pub fn RedeemPage(view: RedeemView, path: String, #[prop(optional)] declines: bool) -> impl IntoView {
    let address = Address::of(&path);
    match view {
        RedeemView::Masked { recipient, signed_in_as } => view! { <MaskedPage recipient signed_in_as path/> }.into_any(),
        RedeemView::Unverified { recipient_email } => view! { <UnverifiedPage recipient_email/> }.into_any(),
        RedeemView::Open { card, standing: Standing::Ready { .. }, .. }
        | RedeemView::Sealed { card, standing: Standing::Ready { .. }, .. }
            if declines && !card.is_for_oneself =>
        {
            view! { <DeclinePage card address/> }.into_any()
        }
        RedeemView::Sealed { card, recipient_email, signed_in_as, standing: Standing::Ready { .. } } => {
            view! { <SealedPage card recipient_email signed_in_as address/> }.into_any()
        }
        RedeemView::Sealed { card, standing, .. } => view! { <SettledPage card standing thanks=None address/> }.into_any(),
        RedeemView::Open { card, recipient_email, standing: Standing::Ready { dry_run: Some(dry_run) }, .. } => {
            view! { <OpenPage card recipient_email dry_run=*dry_run address/> }.into_any()
        }
        RedeemView::Open { card, standing, thanks, .. } => view! { <SettledPage card standing thanks address/> }.into_any(),
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

/// The way out for somebody who doesn't want it. What one gave oneself is nobody's to decline: its own page takes it back.
#[component]
fn Otherwise(is_own: bool, address: Address) -> impl IntoView {
    if is_own {
        "Have you changed your mind? The link in its receipt leads to where you can take it back.".into_any()
    } else {
        view! { <a href=address.declining()>"I would rather not have it"</a> }.into_any()
    }
}

/// Where a gift is looked at: by its link, its reference, or the session that keeps it.
#[derive(Clone, Debug)]
struct Address(String);

impl Address {
    /// A page's address without what was only for that one visit.
    fn of(path: &str) -> Self {
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let is_kept = |pair: &&str| !pair.is_empty() && !matches!(pair.split('=').next(), Some("done" | "decline"));
        let kept: Vec<&str> = query.split('&').filter(is_kept).collect();
        Self(if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) })
    }

    fn plain(&self) -> String {
        self.0.clone()
    }

    /// Where the same gift is declined.
    fn declining(&self) -> String {
        let sign = if self.0.contains('?') { '&' } else { '?' };
        format!("{}{sign}decline=1", self.0)
    }
}

/// The giver in the middle of a sentence.
fn in_sentence(giver: Option<&PersonName>) -> String {
    giver.map_or_else(|| "whoever gave it".to_owned(), |name| name.as_str().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_signs_as_somebody_is_called_so() {
        let name = PersonName::parse("Somebody").unwrap();
        assert_eq!((in_sentence(Some(&name)).as_str(), in_sentence(None).as_str()), ("Somebody", "whoever gave it"));
    }

    #[test]
    fn an_address_leads_to_the_same_gift_and_says_nothing_twice() {
        for (path, plain, declining) in [
            ("/redeem", "/redeem", "/redeem?decline=1"),
            ("/redeem?done=thanked&gift=gift_1", "/redeem?gift=gift_1", "/redeem?gift=gift_1&decline=1"),
            ("/redeem/CODE?proof=p&decline=1", "/redeem/CODE?proof=p", "/redeem/CODE?proof=p&decline=1"),
        ] {
            let address = Address::of(path);
            assert_eq!((address.plain().as_str(), address.declining().as_str()), (plain, declining));
        }
    }
}
