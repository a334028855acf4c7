//! `/login`: by password, or by a mailed link. `/login/link` shows the same form.

use leptos::prelude::*;

use super::parts::{CardFront, EmailField, Frame, MaskedAddress, MaskedCard, PasswordField, Place, Slip, giver};
use super::refusal::typed_or;
use super::{Draft, Refusal};
use crate::shop::RedeemView;

/// `kept` is the gift that waits meanwhile, as its visitor may see it.
#[component]
pub fn LoginPage(#[prop(optional_no_strip)] kept: Option<RedeemView>) -> impl IntoView {
    let draft = typed_or(Draft::from_iter([("email", kept_email(kept.as_ref()))]));
    view! {
        <Frame title="Sign in" place=Place::Account private=true>
            <div class="pair">
                <div class="stack">
                    <h1>"Sign in"</h1>
                    <Slip/>
                    <form class="sheet" method="post" action="/login" novalidate>
                        <section>
                            <KeptNote kept=kept.clone()/>
                            <EmailField value=draft.get("email")/>
                            <PasswordField/>
                            <p class="row gap">
                                <button class="btn">"Sign in"</button>
                                <a href="/forgot">"I forgot my password"</a>
                            </p>
                        </section>
                        <section class="stack">
                            <h2>"Without a password"</h2>
                            <p>"Fill in your address above. We mail you a link that signs you in once."</p>
                            <button class="btn quiet" formaction="/login/link">"Mail me a link"</button>
                            <p>"New here? "<a href="/register">"Create an account"</a></p>
                        </section>
                    </form>
                </div>
                <KeptCard kept/>
            </div>
        </Frame>
    }
}

/// The address that the kept gift was sent to, for whoever may know it.
pub fn kept_email(kept: Option<&RedeemView>) -> String {
    match kept {
        Some(
            RedeemView::Sealed { recipient_email, .. }
            | RedeemView::Unverified { recipient_email }
            | RedeemView::Open { recipient_email, .. },
        ) => recipient_email.as_str().to_owned(),
        Some(RedeemView::Masked { .. }) | None => String::new(),
    }
}

/// News that asks nothing: the gift is kept. A refusal says enough without it.
#[component]
pub fn KeptNote(kept: Option<RedeemView>) -> impl IntoView {
    let calm = Refusal::of_this_page().is_none();
    let sentence = match kept.filter(|_| calm)? {
        RedeemView::Sealed { card, recipient_email, .. } | RedeemView::Open { card, recipient_email, .. } => {
            let is_named = card.giver_name.is_some() && !card.is_for_oneself;
            let from = if is_named { format!(" from {}", giver(card.giver_name.as_ref())) } else { String::new() };
            view! { "The gift"{from}" is kept while you sign in. It is for "<b>{recipient_email.as_str().to_owned()}</b>"." }
                .into_any()
        }
        RedeemView::Unverified { recipient_email } => {
            view! { "The gift is kept while you sign in. It is for "<b>{recipient_email.as_str().to_owned()}</b>"." }.into_any()
        }
        RedeemView::Masked { recipient, .. } => {
            view! { "The gift is kept while you sign in. It is for "<MaskedAddress recipient/>"." }.into_any()
        }
    };
    Some(view! { <p class="note">{sentence}</p> })
}

/// The kept gift's card beside the form.
#[component]
pub fn KeptCard(kept: Option<RedeemView>) -> impl IntoView {
    match kept {
        Some(RedeemView::Sealed { card, .. } | RedeemView::Open { card, .. }) => {
            Some(view! { <CardFront card class="stay"/> }.into_any())
        }
        Some(RedeemView::Masked { recipient, .. }) => Some(view! { <MaskedCard recipient class="stay"/> }.into_any()),
        Some(RedeemView::Unverified { .. }) | None => None,
    }
}
