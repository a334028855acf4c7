//! What the present choice costs. All prices stand in the page and the style sheet shows the one that is chosen,
//! so the sum follows the radio buttons without a script.

use leptos::prelude::*;

use super::super::shopfront;
use crate::catalog::{Months, Offer, Tier};

/// The class that the style sheet shows while this length is chosen.
const fn length_class(months: Months) -> &'static str {
    match months {
        Months::Three => "in d3",
        Months::Six => "in d6",
        Months::Twelve => "in d12",
    }
}

/// The class that the style sheet shows while this tier is chosen.
const fn tier_class(tier: Tier) -> &'static str {
    match tier {
        Tier::Member => "by member",
        Tier::Founder => "by founder",
    }
}

/// One text for each tier, of which the chosen tier's is seen.
#[component]
pub fn ByTier(text: fn(Tier) -> String) -> impl IntoView {
    Tier::ALL.map(|tier| view! { <span class=tier_class(tier)>{text(tier)}</span> }).collect_view()
}

/// One text for each length, of which the chosen length's is seen.
#[component]
pub fn ByLength(text: fn(Months) -> String) -> impl IntoView {
    Months::ALL.map(|months| view! { <span class=length_class(months)>{text(months)}</span> }).collect_view()
}

/// One text for each offer, of which the chosen offer's is seen.
#[component]
fn ByOffer<V: IntoView + 'static>(text: fn(&Offer) -> V) -> impl IntoView {
    let catalog = &shopfront().catalog;
    let one =
        |tier, months| catalog.offer(tier, months).map(|offer| view! { <span class=length_class(months)>{text(offer)}</span> });
    Tier::ALL
        .map(|tier| view! { <span class=tier_class(tier)>{Months::ALL.map(|months| one(tier, months)).collect_view()}</span> })
        .collect_view()
}

/// The prices of one length, of which the chosen tier's is seen.
#[component]
pub fn LengthPrice(months: Months) -> impl IntoView {
    let catalog = &shopfront().catalog;
    let price = |tier| catalog.offer(tier, months).map(|offer| offer.price.brief());
    Tier::ALL.map(|tier| view! { <span class=tier_class(tier)>{price(tier)}</span> }).collect_view()
}

/// "Founder, 12 months" and what it costs, and the sum to pay.
#[component]
pub fn Sum() -> impl IntoView {
    let price = |offer: &Offer| offer.price.brief();
    view! {
        <dl class="facts nums">
            <div>
                <dt><ByTier text=|tier| tier.title().to_owned()/>", "<ByLength text=|months| months.in_figures()/></dt>
                <dd><ByOffer text=price/></dd>
            </div>
            <div class="total">
                <dt>"To pay, once"</dt>
                <dd><ByOffer text=price/></dd>
            </div>
        </dl>
    }
    .into_any()
}

/// What the form's one button says. Where nothing is to pay, it says what happens instead.
#[component]
pub fn PayLabel() -> impl IntoView {
    let label = |offer: &Offer| {
        if offer.price.is_zero() {
            view! { <span class="mailed">"Send the gift"</span><span class="handed">"Make the gift"</span> }.into_any()
        } else {
            format!("Continue to payment: {}", offer.price.brief()).into_any()
        }
    };
    view! { <ByOffer text=label/> }
}
