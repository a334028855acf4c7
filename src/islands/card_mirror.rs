//! Writes what is typed on `/gift` onto the card beside the form and into its letter, while it is typed.

use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsValue;
use leptos::web_sys::Element;
use leptos::web_sys::js_sys::Reflect;

use crate::values::TypeSize;

/// A field, and the place that shows it. The element there is marked with `data-mirrors` and the place's name, and says with `data-empty`
/// what stands in it while nothing is typed.
const MIRRORS: [(&str, &str); 4] =
    [("recipient_name", "recipient_name"), ("message", "message"), ("buyer_name", "buyer_name"), ("buyer_name", "signature")];

/// Renders nothing.
#[island]
pub fn CardMirror() -> impl IntoView {
    Effect::new(|_| {
        // A browser that was reloaded keeps what was typed without saying so.
        MIRRORS.into_iter().for_each(mirror);
        window_event_listener(ev::input, |event| {
            let typed_in = event_target::<Element>(&event).id();
            MIRRORS.into_iter().filter(|(field, _)| *field == typed_in).for_each(mirror);
        });
    });
}

fn mirror((field, place): (&str, &str)) {
    let typed = document().get_element_by_id(field);
    let shown = document().query_selector(&format!("[data-mirrors={place}]")).ok().flatten();
    let (Some(typed), Some(shown)) = (typed, shown) else { return };
    let text = Reflect::get(&typed, &JsValue::from_str("value")).ok().and_then(|value| value.as_string()).unwrap_or_default();
    let text = text.trim();
    let empty = shown.get_attribute("data-empty").unwrap_or_default();
    shown.set_text_content(Some(if text.is_empty() { &empty } else { text }));
    let Some(around) = shown.parent_element() else { return };
    match place {
        "recipient_name" => around.set_class_name(face_class(text)),
        "message" => {
            around.set_class_name(letter_class(text));
            let _ = around.toggle_attribute_with_force("hidden", text.is_empty());
        }
        "buyer_name" => around.set_class_name(giver_class(text)),
        _ => {}
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

/// The class of the line that names the giver: small where its name would push what stands below it.
#[must_use]
pub fn giver_class(name: &str) -> &'static str {
    if name.chars().count() > 28 { "from long" } else { "from" }
}

/// The class of a letter, by the room that its message takes.
#[must_use]
pub fn letter_class(message: &str) -> &'static str {
    match TypeSize::of(message) {
        TypeSize::Large => "letter short",
        TypeSize::Middle => "letter",
        TypeSize::Small => "letter long",
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
