//! `/gift`: one form, in the order in which one thinks: the membership, how long, the card, delivery, you.

use leptos::either::Either;
use leptos::prelude::*;

use super::parts::field::PickWrong;
use super::parts::sum::LengthPrice;
use super::parts::{
    Cut, Dress, EmailField, Field, Frame, Mark, MessageField, PayLabel, PayNote, Pick, Place, PreviewCard, PreviewLetter,
    PromoApplied, PromoField, Slip, Sum, Travel,
};
use super::refusal::typed_or;
use super::{Draft, Refusal, shopfront};
use crate::catalog::{Months, Tier};
use crate::shop::Quote;
use crate::values::Occasion;

/// `start` fills the form where nothing was refused: a choice that a link made, or the order that the buyer came back from.
/// With `came_back` the page says that nothing was charged for it; with a `quote` it shows what the promo code makes of the prices.
#[component]
pub fn GiftPage(
    #[prop(optional)] start: Draft,
    #[prop(optional)] came_back: bool,
    #[prop(optional_no_strip)] quote: Option<Quote>,
) -> impl IntoView {
    let draft = typed(start);
    let [name, giver_name, message] = ["recipient_name", "buyer_name", "message"].map(|field| draft.get(field).to_owned());
    // A link to a choice names nobody; a form that does was filled in by somebody.
    let private = came_back || !draft.get("recipient_email").is_empty();
    let came_back = came_back.then(|| {
        view! {
            <p class="note" role="status">
                "Nothing was charged, and everything you wrote is here."
            </p>
        }
    });
    let order = draft.get("order").to_owned();
    let order = (!order.is_empty()).then(|| view! { <input type="hidden" name="order" value=order/> });
    view! {
        <Frame
            title="Make a gift"
            place=Place::Gift
            private
            description="Choose a membership and how long it lasts, write the card, say when it goes out, and see what it costs before you pay."
        >
            <h1>"Make a gift"</h1>
            {came_back}
            <Slip kept="Nothing was charged, and everything you wrote is still here."/>
            <form class="pair order" method="post" action="/gift" novalidate>
                // The Enter key presses a form's first button, which must not be the promo code's.
                <button class="vh" tabindex="-1" aria-hidden="true">"Continue to payment"</button>
                {order}
                <div class="sheet">
                    <Membership chosen=draft.get("tier").to_owned()/>
                    <Length chosen=draft.get("duration_months").to_owned()/>
                    <TheCard draft=draft.clone()/>
                    <Delivery draft=draft.clone()/>
                    <You draft quote=quote.clone()/>
                </div>
                <aside class="stay stack" aria-label="Your gift so far">
                    <PreviewCard name giver_name=giver_name.clone()/>
                    <PreviewLetter message giver_name/>
                    <Sum quote=quote.clone()/>
                    <button class="btn wide nums"><PayLabel quote=quote.clone()/></button>
                    <p class="small"><PayNote quote/></p>
                </aside>
            </form>
        </Frame>
    }
    .into_any()
}

/// What stands in the form: what was typed, without a code that its buyer has removed, or else `start`.
pub(super) fn typed(start: Draft) -> Draft {
    let draft = typed_or(start);
    if draft.get("apply") == "none" { draft.without("promo_code") } else { draft }
}

/// The choice among `all`: the one that was made, else `otherwise`; never none.
fn chosen_or<T: Copy + PartialEq>(made: Option<T>, otherwise: T) -> impl Fn(T) -> bool {
    move |one| one == made.unwrap_or(otherwise)
}

#[component]
fn Membership(chosen: String) -> impl IntoView {
    let is_chosen = chosen_or(chosen.parse().ok(), Tier::Founder);
    let pick = |tier: Tier| {
        let blurb = shopfront().catalog.blurb(tier).to_owned();
        let id = (tier == Tier::Member).then_some("tier");
        view! {
            <Pick name="tier" value=tier.to_string() checked=is_chosen(tier) class="tier" id>
                <b>{tier.title()}</b>
                <span class="hint">{blurb}</span>
            </Pick>
        }
    };
    view! {
        <fieldset>
            <legend>"The membership"</legend>
            <PickWrong name="tier"/>
            <div class="picks two">{Tier::ALL.map(pick).collect_view()}</div>
        </fieldset>
    }
    .into_any()
}

#[component]
fn Length(chosen: String) -> impl IntoView {
    let is_chosen = chosen_or(chosen.parse().ok(), Months::Twelve);
    let pick = |months: Months| {
        let id = (months == Months::Three).then_some("duration_months");
        view! {
            <Pick name="duration_months" value=months.count().to_string() checked=is_chosen(months) id>
                <Cut months/>
                <b>{months.in_figures()}</b>
                <span class="price"><LengthPrice months/></span>
            </Pick>
        }
    };
    view! {
        <fieldset>
            <legend>"How long"</legend>
            <PickWrong name="duration_months"/>
            <div class="picks three nums">{Months::ALL.map(pick).collect_view()}</div>
        </fieldset>
    }
    .into_any()
}

#[component]
fn TheCard(draft: Draft) -> impl IntoView {
    let is_chosen = chosen_or(draft.get("occasion").parse().ok(), Occasion::default());
    let pick = |occasion: Occasion| {
        let id = (occasion == Occasion::Birthday).then_some("occasion");
        view! {
            <Pick name="occasion" value=occasion.to_string() checked=is_chosen(occasion) id>
                <b>{occasion.title()}</b>
                <Mark dress=Dress::For(occasion)/>
            </Pick>
        }
    };
    view! {
        <fieldset>
            <legend>"The card"</legend>
            <PickWrong name="occasion"/>
            <div class="picks two" role="radiogroup" aria-label="What is it for?">{Occasion::ALL.map(pick).collect_view()}</div>
            <Field name="recipient_name" label="Their name" value=draft.get("recipient_name")/>
            <MessageField value=draft.get("message").to_owned()/>
            <Field
                name="buyer_name"
                label="Signed"
                value=draft.get("buyer_name")
                autocomplete="given-name"
                optional=true
                hint="Left empty, the card does not say who gave it."
            />
        </fieldset>
    }
    .into_any()
}

#[component]
fn Delivery(draft: Draft) -> impl IntoView {
    view! {
        <fieldset>
            <legend>"Delivery"</legend>
            <EmailField
                name="recipient_email"
                label="Their email address"
                value=draft.get("recipient_email")
                answer=draft.get("recipient_email_answer").to_owned()
                autocomplete="off"
                hint="They sign in with this address to redeem. You can change it later."
            />
            <Travel
                by_link=draft.get("delivery") == "link"
                day=draft.get("deliver_on").to_owned()
                zone=draft.get("time_zone").to_owned()
                by_mail="Once it is paid, or on the day below."
            />
        </fieldset>
    }
    .into_any()
}

#[component]
fn You(draft: Draft, quote: Option<Quote>) -> impl IntoView {
    let is_refused = Refusal::of_this_page().is_some_and(|refusal| refusal.message("promo_code").is_some());
    let promo = match quote.filter(|_| !is_refused) {
        Some(quote) => Either::Left(view! { <PromoApplied quote/> }),
        None => Either::Right(view! { <PromoField value=draft.get("promo_code").to_owned()/> }),
    };
    view! {
        <fieldset>
            <legend>"You"</legend>
            <EmailField
                name="buyer_email"
                label="Your email address"
                value=draft.get("buyer_email")
                answer=draft.get("buyer_email_answer").to_owned()
                autocomplete="email"
                hint="For the receipt, and the link to your gift."
            />
            {promo}
        </fieldset>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_choice_is_always_made() {
        let made = |typed: &str| Months::ALL.map(chosen_or(typed.parse().ok(), Months::Twelve));
        assert_eq!(made("6"), [false, true, false]);
        assert_eq!(made("7"), [false, false, true]);
    }
}
