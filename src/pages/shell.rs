//! The document around every page: its head, the style sheet, and what wakes the islands.

use leptos::prelude::*;
use leptos_meta::MetaTags;

use super::shopfront;

/// The whole document. `children` is the page that the router chose.
#[component]
pub fn Shell(options: LeptosOptions, children: Children) -> impl IntoView {
    let front = shopfront();
    let accent = front.accent_sheet.clone().map(|href| view! { <link rel="stylesheet" href=href/> });
    view! {
        <!DOCTYPE html>
        <html lang="en">
            <head>
                <meta charset="utf-8"/>
                <meta name="viewport" content="width=device-width"/>
                <meta name="color-scheme" content="light dark"/>
                <link rel="stylesheet" href=front.css_href.clone()/>
                {accent}
                <link rel="icon" href="/favicon.svg" type="image/svg+xml"/>
                <HydrationScripts options islands=true/>
                <MetaTags/>
            </head>
            <body>{children()}</body>
        </html>
    }
}
