//! The card: closed with its ribbon and seal, masked, as a preview, sealed to be opened, and open.

use leptos::prelude::*;

use super::super::refusal::capital;
use super::Cut;
use super::drawing::{Dress, Greeting, Mark, Seal};
use super::sum::{ByLength, ByTier};
use crate::catalog::Tier;
use crate::islands::{CardMirror, face_class, giver_class, letter_class};
use crate::shop::{Card, Masked};
use crate::values::{Occasion, PersonName};

/// How its ribbon is woven, as a class.
pub const fn woven(tier: Tier) -> &'static str {
    match tier {
        Tier::Member => "member",
        Tier::Founder => "founder",
    }
}

/// Paper, ribbon, seal, and what is written beside them. Made of spans, so that it may stand in a `summary`.
#[component]
fn Cover(dress: Dress, children: Children) -> impl IntoView {
    view! {
        <span class="cover">
            <Mark dress/>
            <span class="band"></span>
            <Seal dress/>
            {children()}
        </span>
    }
    .into_any()
}

#[component]
fn Face(dress: Dress, name: String, giver_name: Option<PersonName>) -> impl IntoView {
    let from =
        giver_name.map(|giver| view! { <i class=giver_class(giver.as_str())>"from "<bdi>{giver.as_str().to_owned()}</bdi></i> });
    let class = face_class(&name);
    view! { <span class=class><Greeting dress/><b dir="auto">{name}</b>{from}</span> }
}

/// The classes of a card: how its ribbon is woven, and what it is dressed for.
fn class_of(card: &Card, more: &str) -> String {
    format!("card {} {} {more}", woven(card.tier), card.occasion).trim_end().to_owned()
}

/// What a closed card is called by whoever reads it out.
const fn sealed_in_words(occasion: Occasion) -> &'static str {
    match occasion {
        Occasion::Birthday => "The sealed birthday card",
        Occasion::ThankYou => "The sealed thank-you card",
        Occasion::Holidays => "The sealed holiday card",
        Occasion::JustBecause => "The sealed card",
    }
}

fn names(card: Card) -> (String, Option<PersonName>) {
    (card.recipient_name.into(), card.giver_name)
}

/// The sealed card as a picture.
#[component]
pub fn CardFront(card: Card, #[prop(optional)] class: &'static str) -> impl IntoView {
    let length = format!("{}, {}", card.tier.title(), card.months.in_words());
    let (class, dress, sealed) = (class_of(&card, class), Dress::For(card.occasion), sealed_in_words(card.occasion));
    let (name, giver_name) = names(card);
    let label = match &giver_name {
        Some(giver) => format!("{sealed}, for {name}, from {}", giver.as_str()),
        None => format!("{sealed}, for {name}"),
    };
    view! {
        <div class=class role="img" aria-label=label>
            <Cover dress>
                <Face dress name giver_name/>
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
            <Cover dress=Dress::Plain><span class="face"><i>"for"</i><b class="mask">{recipient.name}</b></span></Cover>
        </div>
    }
    .into_any()
}

/// The address of that card: dots for the eye, a sentence for the ear.
#[component]
pub fn MaskedAddress(recipient: Masked) -> impl IntoView {
    view! { <span class="mask" role="img" aria-label=recipient.in_words>{recipient.email}</span> }
}

/// The card beside the form. The style sheet lets it follow tier, length and occasion, the island the names.
#[component]
pub fn PreviewCard(name: String, giver_name: String) -> impl IntoView {
    const NOBODY: &str = "them";
    const YOU: &str = "you";
    let or = |text: &str, empty: &str| if text.is_empty() { empty.to_owned() } else { text.to_owned() };
    view! {
        <div class="card founder" role="img" aria-label="How the card will look: sealed, with their name and yours">
            <Cover dress=Dress::Chosen>
                <span class=face_class(&name)>
                    <Greeting dress=Dress::Chosen/>
                    <b dir="auto" data-mirrors="recipient_name" data-empty=NOBODY>{or(&name, NOBODY)}</b>
                    <i class=giver_class(&giver_name)>"from "<bdi data-mirrors="buyer_name" data-empty=YOU>{or(&giver_name, YOU)}</bdi></i>
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

/// The letter that goes into it, below the card: hidden while nothing is written. Whoever listens hears it in its field already.
#[component]
pub fn PreviewLetter(message: String, giver_name: String) -> impl IntoView {
    let (class, is_empty) = (letter_class(&message), message.trim().is_empty());
    view! {
        <div class=class hidden=is_empty aria-hidden="true" lang="">
            <p data-mirrors="message">{message}</p>
            <p class="signed" dir="auto" data-mirrors="signature">{giver_name}</p>
        </div>
    }
    .into_any()
}

/// The sealed card that opens under whoever holds the proof.
#[component]
pub fn SealedCard(card: Card) -> impl IntoView {
    let (name, giver_name) = names(card.clone());
    let (class, dress) = (class_of(&card, "unwrap"), Dress::For(card.occasion));
    view! {
        <details class=class>
            <summary>
                <span class="vh">"Gift card. "</span>
                <span class="wrapping">
                    <Cover dress>
                        <Face dress name giver_name/>
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
    let (class, dress) = (class_of(&card, "unwrap"), Dress::For(card.occasion));
    let cover =
        opens.then(|| view! { <div class="wrapping" aria-hidden="true"><Cover dress><Face dress name giver_name/></Cover></div> });
    view! { <div class=class>{cover}<Inside card/></div> }
}

/// Lining and letter.
#[component]
fn Inside(card: Card) -> impl IntoView {
    let what = given_in_words(&card);
    let letter = letter_class(card.message.as_ref().map_or("", |message| message.as_str()));
    view! {
        <article class="inside" aria-label="The card">
            <div class="lining">
                <Mark dress=Dress::For(card.occasion)/>
                <p class="what">{what}</p>
                <Cut months=card.months/>
            </div>
            <div class=letter lang="">{letter_text(&card)}</div>
        </article>
    }
    .into_any()
}

/// What is given: "Twelve months of Founder".
pub fn given_in_words(card: &Card) -> String {
    capital(&card.months.of(card.tier))
}

/// The message, or for whom it is where there is none, and who signed it.
pub fn letter_text(card: &Card) -> impl IntoView + use<> {
    let paragraphs = card.message.as_ref().map(|message| message.paragraphs().map(|lines| paragraph(&lines)).collect_view());
    let wordless = card.message.is_none().then(|| view! { <p>{format!("For {}.", card.recipient_name.as_str())}</p> });
    let signature = card.giver_name.as_ref().map(|giver| view! { <p class="signed" dir="auto">{giver.as_str().to_owned()}</p> });
    (paragraphs, wordless, signature)
}

/// Each in its own direction, because a message may be in any script.
pub fn paragraph(lines: &[&str]) -> impl IntoView + use<> {
    view! { <p dir="auto">{lines.join("\n")}</p> }
}
