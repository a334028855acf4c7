//! What one person wrote to another, set as a letter is: text, and nothing in it is markup or a link.

use leptos::prelude::*;

use super::card::paragraph;
use crate::values::Message;

/// A few words, below a line that says who they are from.
pub fn words(heading: String, text: &Message) -> impl IntoView + use<> {
    let paragraphs = text.paragraphs().map(|lines| paragraph(&lines)).collect_view();
    view! {
        <figure class="words">
            <figcaption>{heading}</figcaption>
            <blockquote>{paragraphs}</blockquote>
        </figure>
    }
    .into_any()
}
