//! What the present choice costs. All prices stand in the page and the style sheet shows the one that is chosen,
//! so the sum follows the radio buttons without a script.

use leptos::prelude::*;

use super::super::shopfront;
use crate::catalog::{Months, Offer, Tier};
use crate::shop::Quote;
use crate::values::Money;

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
fn by_offer<V: IntoView + 'static>(text: impl Fn(&Offer) -> V) -> AnyView {
    let catalog = &shopfront().catalog;
    let one =
        |tier, months| catalog.offer(tier, months).map(|offer| view! { <span class=length_class(months)>{text(offer)}</span> });
    Tier::ALL
        .map(|tier| view! { <span class=tier_class(tier)>{Months::ALL.map(|months| one(tier, months)).collect_view()}</span> })
        .collect_view()
        .into_any()
}

/// What an offer costs with the code that was applied; the list price where none was, or it is not for this offer.
fn to_pay(offer: &Offer, quote: Option<&Quote>) -> Money {
    quote.and_then(|quote| quote.price(offer)).unwrap_or(offer.price)
}

/// The prices of one length, of which the chosen tier's is seen.
#[component]
pub fn LengthPrice(months: Months) -> impl IntoView {
    let catalog = &shopfront().catalog;
    let price = |tier| catalog.offer(tier, months).map(|offer| offer.price.brief());
    Tier::ALL.map(|tier| view! { <span class=tier_class(tier)>{price(tier)}</span> }).collect_view()
}

/// "Founder, 12 months" and what it costs, what a code takes off, and the sum to pay.
#[component]
pub fn Sum(quote: Option<Quote>) -> impl IntoView {
    let off = quote.as_ref().map(|quote| {
        let off = by_offer(|offer| match quote.price(offer).and_then(|price| offer.price.minus(price).ok()) {
            Some(off) => format!("−{}", off.brief()),
            None => "not for this".to_owned(),
        });
        view! { <div><dt>{quote.name.to_string()}</dt><dd>{off}</dd></div> }
    });
    view! {
        <dl class="facts nums">
            <div>
                <dt><ByTier text=|tier| tier.title().to_owned()/>", "<ByLength text=|months| months.in_figures()/></dt>
                <dd>{by_offer(|offer| offer.price.brief())}</dd>
            </div>
            {off}
            <div class="total">
                <dt>"To pay, once"</dt>
                <dd>{by_offer(move |offer| to_pay(offer, quote.as_ref()).brief())}</dd>
            </div>
        </dl>
    }
    .into_any()
}

/// What the form's one button says. Where nothing is to pay, it says what happens instead.
#[component]
pub fn PayLabel(quote: Option<Quote>) -> impl IntoView {
    by_offer(move |offer| {
        let price = to_pay(offer, quote.as_ref());
        if price.is_zero() {
            view! { <span class="mailed">"Send the gift"</span><span class="handed">"Make the gift"</span> }.into_any()
        } else {
            format!("Continue to payment: {}", price.brief()).into_any()
        }
    })
}

/// What happens behind the button.
#[component]
pub fn PayNote(quote: Option<Quote>) -> impl IntoView {
    const PAID: &str = "You pay on our payment provider’s page, and can still go back from there. Nothing renews by itself.";
    const FREE: &str = "There is nothing to pay, and nothing renews by itself.";
    if shopfront().catalog.offers().iter().all(|offer| !to_pay(offer, quote.as_ref()).is_zero()) {
        return PAID.into_any();
    }
    by_offer(move |offer| if to_pay(offer, quote.as_ref()).is_zero() { FREE } else { PAID })
}
