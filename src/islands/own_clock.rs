//! Chooses the browser's own time zone on `/gift`, where the shop's stands because nobody has chosen one.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsValue;
use leptos::web_sys::js_sys::{Array, Intl::DateTimeFormat, Object, Reflect};

/// Renders nothing. The `select` that it may set is marked with `data-unchosen` and the zone that stands there meanwhile.
#[island]
pub fn OwnClock() -> impl IntoView {
    Effect::new(|_| choose_own_zone());
}

fn choose_own_zone() -> Option<()> {
    let select = document().query_selector("select[data-unchosen]").ok()??;
    let value = JsValue::from_str("value");
    // A browser that was reloaded keeps a choice that the page does not know of.
    let is_untouched = Reflect::get(&select, &value).ok()?.as_string() == select.get_attribute("data-unchosen");
    let zone = own_zone().filter(|_| is_untouched)?;
    let is_listed = Array::from(&select.children())
        .iter()
        .any(|option| Reflect::get(&option, &value).is_ok_and(|listed| listed == zone.as_str()));
    if !is_listed {
        let option = document().create_element("option").ok()?;
        option.set_text_content(Some(&zone));
        select.append_child(&option).ok()?;
    }
    Reflect::set(&select, &value, &zone.into()).ok().map(|_| ())
}

fn own_zone() -> Option<String> {
    let options = DateTimeFormat::new(&Array::new(), &Object::new()).resolved_options();
    Reflect::get(&options, &"timeZone".into()).ok()?.as_string()
}
