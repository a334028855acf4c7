//! Where questions go.

use leptos::prelude::*;

use super::super::shopfront;

/// The shop's support address, to be written to.
#[component]
pub fn Letterbox() -> impl IntoView {
    let email = shopfront().brand.support_email.as_str().to_owned();
    view! { <a href=format!("mailto:{email}")>{email.clone()}</a> }
}
