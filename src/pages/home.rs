//! `/`: what this is, what it costs, how it goes.

use leptos::prelude::*;

use super::parts::course::When;
use super::parts::{CardFront, Course, Cut, Frame, Stop};
use super::shopfront;
use crate::catalog::{Months, Tier};
use crate::shop::Card;
use crate::values::{Occasion, PersonName};

#[component]
pub fn HomePage() -> impl IntoView {
    let card = sample().map(|card| view! { <CardFront card/> });
    view! {
        <Frame
            title="Give a membership"
            class="home"
            description="A membership as a gift: choose it, write a few words, and it arrives on the day you say. It begins when it is redeemed."
        >
            <section class="hero pair">
                <div class="stack">
                    <h1>"Give a year, tied with a ribbon."</h1>
                    <p class="lead">
                        "Choose a membership, write a few words, and we bring it on the day you say. It begins when they redeem it."
                    </p>
                    <p class="row"><a class="btn" href="/gift">"Make a gift"</a>" "<a href="/redeem">"I have been given one"</a></p>
                </div>
                <div class="hang"><span class="fall"></span>{card}</div>
            </section>
            <Prices/>
            <Steps/>
        </Frame>
    }
    .into_any()
}

/// The card of the first view. The names are everybody's, so they always parse.
fn sample() -> Option<Card> {
    let name = |name| PersonName::parse(name).ok();
    Some(Card {
        tier: Tier::Founder,
        months: Months::Twelve,
        occasion: Occasion::JustBecause,
        recipient_name: name("Bea")?,
        giver_name: name("Ada"),
        message: None,
        is_for_oneself: false,
    })
}

#[component]
fn Prices() -> impl IntoView {
    let heads = Tier::ALL.map(|tier| view! { <th scope="col">{tier.title()}</th> }).collect_view();
    let rows = Months::ALL.map(|months| view! { <PriceRow months/> }).collect_view();
    view! {
        <section class="ruled" aria-labelledby="prices">
            <div class="stack">
                <h2 id="prices">"Cut to length"</h2>
                <p class="small">"Paid once. Nothing renews by itself, neither for you nor for them."</p>
            </div>
            <table class="nums">
                <thead><tr><th scope="col"><span class="vh">"Length"</span></th>{heads}</tr></thead>
                <tbody>{rows}</tbody>
            </table>
        </section>
    }
    .into_any()
}

/// One length, each price a way to the form with that choice made.
#[component]
fn PriceRow(months: Months) -> impl IntoView {
    let catalog = &shopfront().catalog;
    let cell = |tier: Tier| {
        let offer = catalog.offer(tier, months)?;
        let href = format!("/gift?tier={tier}&duration_months={}", months.count());
        let label = format!("{}: {}", offer.title(), offer.price.brief());
        Some(view! { <td><a href=href aria-label=label>{offer.price.brief()}</a></td> })
    };
    view! { <tr><th scope="row"><Cut months/>{months.in_figures()}</th>{Tier::ALL.map(cell).collect_view()}</tr> }
}

#[component]
fn Steps() -> impl IntoView {
    let stop = |when, title: &str, text: &str| Stop { when, title: title.to_owned(), text: Some(text.to_owned()) };
    let stops = vec![
        stop(
            When::Past,
            "You write the card",
            "Say who it is for, and what you want to tell them. We mail it now or on a day you choose, or you hand it over.",
        ),
        stop(
            When::Past,
            "You pay on our payment provider’s page",
            "We never see your card number. The receipt and a link to your gift arrive by email.",
        ),
        stop(
            When::Now,
            "They open it",
            "The membership begins when they redeem it, not when you pay. Until then you can change who it is for, free of charge.",
        ),
    ];
    view! {
        <section class="ruled" aria-labelledby="how">
            <h2 id="how">"From your desk to theirs"</h2>
            <Course stops/>
        </section>
    }
    .into_any()
}
