//! Whether the giver is told when the membership ends: asked before redeeming, and changed afterwards at the gift.

use leptos::prelude::*;

use super::super::refusal::capital;
use crate::shop::{GiftLine, OtherEnd};

/// A box that nobody has ticked. `giver` is the name on the card.
#[component]
pub fn AskEnd(giver: Option<String>) -> impl IntoView {
    let words = match giver {
        Some(giver) => {
            format!("Let {giver} know a week before my membership ends. {giver} can then give again, and learns that day and nothing else.")
        }
        None => "Let whoever gave it know a week before my membership ends. They can then give again, and learn that day and nothing else."
            .to_owned(),
    };
    view! {
        <label class="tick">
            <input type="checkbox" name="end_told" value="yes"/>
            <span>{words}</span>
        </label>
    }
    .into_any()
}

/// What was chosen for a gift, and the way to the other choice.
#[component]
pub fn EndChoice(line: GiftLine) -> impl IntoView {
    let GiftLine { end_told, reference, other, .. } = line;
    let told = end_told?;
    let giver = match other {
        OtherEnd::Named(name) => name.as_str().to_owned(),
        OtherEnd::Somebody | OtherEnd::Oneself => "whoever gave it".to_owned(),
    };
    let (words, intent, button) = if told {
        (format!("{} is told a week before your membership ends.", capital(&giver)), "keep_end", format!("Don’t tell {giver}"))
    } else {
        (format!("{} is not told when your membership ends.", capital(&giver)), "tell_end", format!("Tell {giver}"))
    };
    Some(view! {
        <form class="row small" method="post" action="/account">
            <input type="hidden" name="gift" value=reference.to_string()/>
            <span>{words}</span>
            <button class="btn bare" name="intent" value=intent>{button}</button>
        </form>
    })
}
