//! Writes the names that are typed on `/gift` onto the card beside the form, while they are typed.

use leptos::prelude::*;
use leptos::web_sys::{Element, HtmlInputElement};
use leptos::{ev, wasm_bindgen::JsCast};

/// The fields that the card shows. The element that shows one is marked with `data-mirrors` and the field's name,
/// and says with `data-empty` what stands there while nothing is typed.
const FIELDS: [&str; 2] = ["recipient_name", "buyer_name"];

/// Renders nothing.
#[island]
pub fn CardMirror() -> impl IntoView {
    Effect::new(|_| {
        // A browser that was reloaded keeps what was typed without saying so.
        FIELDS.into_iter().for_each(mirror);
        window_event_listener(ev::input, |event| {
            let field = event_target::<Element>(&event).id();
            if FIELDS.contains(&field.as_str()) {
                mirror(&field);
            }
        });
    });
}

fn mirror(field: &str) {
    let typed = document().get_element_by_id(field).and_then(|input| input.dyn_into::<HtmlInputElement>().ok());
    let shown = document().query_selector(&format!("[data-mirrors={field}]")).ok().flatten();
    let (Some(typed), Some(shown)) = (typed, shown) else { return };
    let text = typed.value();
    let text = text.trim();
    let empty = shown.get_attribute("data-empty").unwrap_or_default();
    shown.set_text_content(Some(if text.is_empty() { &empty } else { text }));
    if shown.tag_name() == "B"
        && let Some(face) = shown.parent_element()
    {
        face.set_class_name(face_class(text));
    }
}

/// The class of a card's face, by the length of the name that stands on it: large, `long` or `longest`.
#[must_use]
pub fn face_class(name: &str) -> &'static str {
    let letters = name.chars().count();
    let longest_word = name.split_whitespace().map(|word| word.chars().count()).max().unwrap_or(0);
    if longest_word > 13 || letters > 28 {
        "face longest"
    } else if longest_word > 8 || letters > 12 {
        "face long"
    } else {
        "face"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_is_written_smaller() {
        for (name, class) in [
            ("Bea", "face"),
            ("Bea Lindgren", "face"),
            ("Bea Lindgrens", "face long"),
            ("Ángelaísa", "face long"),
            ("Maximilianesan", "face longest"),
            ("Bea and Carl and Dora and Emil", "face longest"),
            ("", "face"),
        ] {
            assert_eq!(face_class(name), class, "{name}");
        }
    }
}
