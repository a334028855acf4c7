//! Every page in every state, rendered through the real door and held to what all pages promise.
//! With `RIBBON_GALLERY` set, the pages are also written to `target/gallery`, to be looked at.

mod cards;
mod html;
mod own;
mod scenes;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use axum::body::Body;
use leptos::prelude::*;

use super::{Notice, Refusal, Shell, Shopfront, SignedIn};
use crate::catalog::{Brand, Catalog};
use crate::values::Zone;
use html::{Tag, Tags};
use scenes::{HOSTILE, Scene};

async fn rendered(scene: &Scene) -> String {
    // Starts the executor that the handler below wakes; a server does so when it lists its routes.
    let _ = leptos_axum::generate_route_list(|| ());
    let (refusal, notice, signed_in, view) = (scene.refusal.clone(), scene.notice, scene.is_signed_in, scene.view);
    let front = Arc::new(Shopfront {
        brand: Brand::default(),
        catalog: Catalog::default(),
        sandbox_url: scene.is_test_mode.then(|| "http://localhost:3010".to_owned()),
        zone: Zone::parse("Europe/Berlin").unwrap(),
        css_href: "../../style/main.css".to_owned(),
        accent_sheet: None,
    });
    let context = move || {
        provide_context(Arc::clone(&front));
        provide_context(SignedIn(signed_in));
        refusal.clone().into_iter().for_each(provide_context::<Refusal>);
        notice.into_iter().for_each(provide_context::<Notice>);
    };
    let options = LeptosOptions::builder().output_name("ribbon").build();
    let app = move || view! { <Shell options=options.clone()>{view()}</Shell> };
    let response = leptos_axum::render_app_async_with_context(context, app)(http::Request::new(Body::empty())).await;
    let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
    String::from_utf8(bytes.to_vec()).unwrap()
}

async fn all_pages() -> BTreeMap<&'static str, String> {
    let mut pages = BTreeMap::new();
    for scene in scenes::all() {
        let html = rendered(&scene).await;
        assert!(pages.insert(scene.name, html).is_none(), "two scenes are called {}", scene.name);
    }
    pages
}

#[tokio::test]
async fn every_page_can_be_looked_at() {
    let pages = all_pages().await;
    assert!(pages.values().all(|html| html.contains("<main") && html.contains("</footer></body>")));
    if std::env::var_os("RIBBON_GALLERY").is_some() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/gallery");
        std::fs::create_dir_all(&folder).unwrap();
        for (name, html) in pages {
            std::fs::write(folder.join(format!("{name}.html")), html).unwrap();
        }
    }
}

#[tokio::test]
async fn every_page_has_one_heading_one_title_and_no_styles_or_handlers_of_its_own() {
    for (name, html) in all_pages().await {
        let tags = Tags::of(&html);
        assert_eq!(tags.named("h1").count(), 1, "{name}");
        assert_eq!(html.matches("<title>").count(), 1, "{name}");
        assert!(!html.contains("<title></title>") && html.contains("lang=\"en\""), "{name}");
        for tag in tags.all() {
            let inline = tag.attributes.keys().find(|key| key.as_str() == "style" || key.starts_with("on"));
            assert_eq!(inline, None, "{name}: <{}>", tag.name);
        }
    }
}

#[tokio::test]
async fn every_control_has_a_label_and_every_pointer_finds_its_element() {
    for (name, html) in all_pages().await {
        let tags = Tags::of(&html);
        let ids: Vec<&str> = tags.all().filter_map(|tag| tag.get("id")).collect();
        let unique: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), unique.len(), "{name}: an id stands twice among {ids:?}");
        let labelled: BTreeSet<&str> = tags.named("label").filter_map(|tag| tag.get("for")).collect();
        for control in tags.all().filter(|tag| is_typed_in(tag)) {
            assert!(control.get("id").is_some_and(|id| labelled.contains(id)), "{name}: {control:?} has no label");
        }
        for pointer in tags.all().flat_map(pointers) {
            assert!(unique.contains(pointer), "{name}: nothing is called {pointer}");
        }
    }
}

fn is_typed_in(tag: &Tag) -> bool {
    let kind = tag.get("type").unwrap_or("text");
    matches!(tag.name.as_str(), "select" | "textarea") || (tag.name == "input" && !matches!(kind, "hidden" | "radio" | "checkbox"))
}

fn pointers(tag: &Tag) -> Vec<&str> {
    let many = ["aria-describedby", "aria-labelledby", "for"].into_iter().filter_map(|name| tag.get(name));
    let link = tag.get("href").and_then(|href| href.strip_prefix('#'));
    many.flat_map(str::split_whitespace).chain(link).collect()
}

#[tokio::test]
async fn every_form_posts_to_a_path_of_its_own_and_every_button_says_what_it_does() {
    for (name, html) in all_pages().await {
        for form in Tags::of(&html).named("form") {
            let action = form.get("action").unwrap_or_default();
            assert!(form.get("method") == Some("post") && action.starts_with('/'), "{name}: {form:?}");
        }
        for label in html.split("<button").skip(1).filter_map(|rest| rest.split("</button>").next()) {
            assert!(html::text(&format!("<button{label}")).trim().contains(' ') || label.ends_with(">Redeem"), "{name}: {label}");
        }
    }
}

#[tokio::test]
async fn what_people_typed_is_text_everywhere() {
    let mut places = 0;
    for (name, html) in all_pages().await.into_iter().filter(|(name, _)| name.contains("hostile")) {
        assert!(!html.contains(HOSTILE), "{name}");
        assert!(!html.contains("<b>alert"), "{name}");
        places += html.matches("alert(1)").count();
    }
    // Titles, cards, letters, fields, and messages beside them.
    assert!(places > 20, "{places}");
}

#[tokio::test]
async fn a_refusal_stands_above_the_form_and_beside_each_field() {
    let html = all_pages().await.remove("gift-refused").unwrap();
    assert!(html.contains("<title>4 things to correct: Make a gift · Ribbon</title>"));
    assert!(html.contains("Four things to correct"));
    let tags = Tags::of(&html);
    let invalid: Vec<_> = tags.all().filter(|tag| tag.get("aria-invalid") == Some("true")).collect();
    assert_eq!(invalid.len(), 4);
    for control in invalid {
        let id = control.get("id").unwrap();
        assert!(control.get("aria-describedby").unwrap().starts_with(&format!("{id}-error")), "{control:?}");
        assert!(html.contains(&format!("href=\"#{id}\"")), "{id} is not in the summary");
    }
    assert!(html.contains("value=\"bea@example\""), "what was typed is still there");
}

#[tokio::test]
async fn somebody_elses_gift_tells_nothing_but_a_masked_address() {
    for (name, html) in all_pages().await.into_iter().filter(|(name, _)| name.starts_with("redeem-masked")) {
        for secret in ["Bea", "Ada", "bea@example.com", "Founder", "umbrella"] {
            assert!(!html.contains(secret), "{name} tells {secret}");
        }
        assert!(html.contains("b•••@e•••.com"), "{name}");
    }
}

#[tokio::test]
async fn pages_with_anybodys_data_are_kept_out_of_search_engines() {
    let public: BTreeSet<&str> =
        all_pages().await.into_iter().filter(|(_, html)| !html.contains("noindex")).map(|(name, _)| name).collect();
    assert!(
        public.iter().all(|name| name.starts_with("home") || name.starts_with("gift") || name.starts_with("redeem-code")),
        "{public:?}"
    );
}

#[tokio::test]
async fn the_pages_are_plain_spoken() {
    for (name, html) in all_pages().await.into_iter().filter(|(name, _)| !name.contains("hostile")) {
        let text = html::text(&html).to_lowercase();
        for word in ["!", "please", "oops", "click here", "submit"] {
            assert!(!text.contains(word), "{name} says {word:?}");
        }
    }
}
