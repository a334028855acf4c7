//! The card: closed with its ribbon and seal, masked, as a preview, sealed to be opened, and open.

use leptos::prelude::*;

use super::super::refusal::capital;
use super::sum::{ByLength, ByTier};
use super::{Cut, giver};
use crate::catalog::Tier;
use crate::islands::{CardMirror, face_class};
use crate::shop::{Card, Masked};
use crate::values::PersonName;

/// The poured edge of the wax.
const WAX: &str = "M92.8 36.8C95.7 42.9 97.4 51.7 96.2 58.6S89.9 72.4 85.3 77.7S74.4 88 68.1 90.4S54.4 92.2 47.4 92S32.3 92.4 26 89.4S13 80.2 10 74.1S8.2 59.5 8.2 52.4S7.5 38.2 9.8 31.8S16.8 18.7 22.2 14.4S35.1 6.9 42 5.6S57.6 3.9 63.6 6.5S73.6 16.6 78.5 21.7S89.8 30.6 92.8 36.8z";
/// The bow that is pressed into it.
const BOW: &str = "M51 48C45 35 29 28 26 38S38 55 51 48C57 35 73 28 76 38S64 55 51 48C48 57 43 65 37 70M51 48C54 57 59 65 65 70";

const fn woven(tier: Tier) -> &'static str {
    match tier {
        Tier::Member => "member",
        Tier::Founder => "founder",
    }
}

#[component]
fn Seal() -> impl IntoView {
    view! {
        <svg class="seal" viewBox="0 0 100 100" aria-hidden="true">
            <path class="wax" d=WAX/>
            <path class="glow" d="M12 46A40 40 0 0 1 40 11"/>
            <circle class="rim" cx="52" cy="49" r="34"/>
            <path class="dip" d="M22 62A32.5 32.5 0 0 1 65 19"/>
            <path class="bow" d=BOW/>
            <path class="bow hi" d=BOW/>
        </svg>
    }
    .into_any()
}

/// Paper, ribbon, seal, and what is written beside them. Made of spans, so that it may stand in a `summary`.
#[component]
fn Cover(children: Children) -> impl IntoView {
    view! {
        <span class="cover">
            <span class="band"></span>
            <Seal/>
            {children()}
        </span>
    }
    .into_any()
}

#[component]
fn Face(name: String, giver_name: Option<PersonName>) -> impl IntoView {
    let from = giver_name.map(|giver| view! { <i>"from "{giver.as_str().to_owned()}</i> });
    let class = face_class(&name);
    view! { <span class=class><i>"for"</i><b>{name}</b>{from}</span> }
}

fn names(card: Card) -> (String, Option<PersonName>) {
    (card.recipient_name.into(), card.giver_name)
}

/// The sealed card as a picture.
#[component]
pub fn CardFront(card: Card, #[prop(optional)] class: &'static str) -> impl IntoView {
    let length = format!("{}, {}", card.tier.title(), card.months.in_words());
    let class = format!("card {} {class}", woven(card.tier));
    let (name, giver_name) = names(card);
    let label = match &giver_name {
        Some(giver) => format!("The sealed card, for {name}, from {}", giver.as_str()),
        None => format!("The sealed card, for {name}"),
    };
    view! {
        <div class=class role="img" aria-label=label>
            <Cover>
                <Face name giver_name/>
                <span class="length">{length}</span>
            </Cover>
        </div>
    }
    .into_any()
}

/// Somebody else's card: a letter of a name and nothing more. Plain ribbon, whatever the tier.
#[component]
pub fn MaskedCard(recipient: Masked, #[prop(optional)] class: &'static str) -> impl IntoView {
    view! {
        <div class=format!("card {class}") role="img" aria-label="A sealed card without a name">
            <Cover><span class="face"><i>"for"</i><b class="mask">{recipient.name}</b></span></Cover>
        </div>
    }
    .into_any()
}

/// The address of that card: dots for the eye, a sentence for the ear.
#[component]
pub fn MaskedAddress(recipient: Masked) -> impl IntoView {
    view! { <span class="mask" role="img" aria-label=recipient.in_words>{recipient.email}</span> }
}

/// The card beside the form. The style sheet lets it follow tier and length, the island the names.
#[component]
pub fn PreviewCard(name: String, giver_name: String) -> impl IntoView {
    const NOBODY: &str = "them";
    const YOU: &str = "you";
    let or = |text: &str, empty: &str| if text.is_empty() { empty.to_owned() } else { text.to_owned() };
    view! {
        <div class="card founder" role="img" aria-label="How the card will look: sealed, with their name and yours">
            <Cover>
                <span class=face_class(&name)>
                    <i>"for"</i>
                    <b data-mirrors="recipient_name" data-empty=NOBODY>{or(&name, NOBODY)}</b>
                    <i>"from "<span data-mirrors="buyer_name" data-empty=YOU>{or(&giver_name, YOU)}</span></i>
                </span>
                <span class="length">
                    <ByTier text=|tier| tier.title().to_owned()/>", "<ByLength text=|months| months.in_words()/>
                </span>
            </Cover>
            <CardMirror/>
        </div>
    }
    .into_any()
}

/// The sealed card that opens under whoever holds the proof.
#[component]
pub fn SealedCard(card: Card) -> impl IntoView {
    let (name, giver_name) = names(card.clone());
    let class = format!("unwrap card {}", woven(card.tier));
    view! {
        <details class=class>
            <summary>
                <span class="vh">"Gift card. "</span>
                <span class="wrapping">
                    <Cover>
                        <Face name giver_name/>
                        <span class="length press">"Open the card"</span>
                    </Cover>
                </span>
            </summary>
            <Inside card/>
        </details>
    }
    .into_any()
}

/// The open card. With `opens` its cover is seen turning over once; the text is there from the start.
#[component]
pub fn OpenCard(card: Card, #[prop(optional)] opens: bool) -> impl IntoView {
    let (name, giver_name) = names(card.clone());
    let class = format!("unwrap card {}", woven(card.tier));
    let cover = opens.then(|| view! { <div class="wrapping" aria-hidden="true"><Cover><Face name giver_name/></Cover></div> });
    view! { <div class=class>{cover}<Inside card/></div> }
}

/// Lining and letter.
#[component]
fn Inside(card: Card) -> impl IntoView {
    let what = format!("{} of {}", capital(&card.months.in_words()), card.tier.title());
    let paragraphs = card.message.as_ref().map(|message| message.paragraphs().map(|lines| paragraph(&lines)).collect_view());
    let wordless = card.message.is_none().then(|| view! { <p>{format!("For {}.", card.recipient_name.as_str())}</p> });
    let signature = card.giver_name.is_some().then(|| view! { <p class="signed">{giver(card.giver_name.as_ref())}</p> });
    view! {
        <article class="inside" aria-label="The card">
            <div class="lining">
                <p class="what">{what}</p>
                <Cut months=card.months/>
            </div>
            <div class="letter">{paragraphs}{wordless}{signature}</div>
        </article>
    }
    .into_any()
}

fn paragraph(lines: &[&str]) -> impl IntoView + use<> {
    view! { <p>{lines.join("\n")}</p> }
}
