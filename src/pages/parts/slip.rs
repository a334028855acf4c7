//! The slip above a refused form: how many things to correct, what was kept, and a link to each.

use leptos::prelude::*;

use super::super::Refusal;
use crate::error::Error;

/// Shows this page's refusal, if there is one. `kept` says what did not happen and what is still there.
#[component]
pub fn Slip(#[prop(default = "Nothing was changed.")] kept: &'static str) -> impl IntoView {
    let refusal = Refusal::of_this_page()?;
    let links =
        refusal.wrongs().into_iter().map(|wrong| view! { <li><a href=format!("#{}", wrong.field)>{wrong.message}</a></li> });
    let links = links.collect_view();
    // An error without a field is a whole sentence that often says already what did not happen.
    let kept = (!links.is_empty()).then(|| view! { <p>{kept}</p> });
    let list = (!links.is_empty()).then(|| view! { <ul>{links}</ul> });
    let request = matches!(refusal.error, Error::Internal(_)).then(|| view! { <p>"Try again in a minute."</p> });
    Some(view! {
        <div class="slip" role="alert" tabindex="-1" id="refusal" autofocus>
            <h2>{refusal.heading()}</h2>
            {kept}
            {list}
            {request}
        </div>
    })
}
