//! A length of ribbon: twelve notches are a year, so that months are a length to be seen.

use leptos::prelude::*;

use crate::catalog::Months;

/// Decoration: the words beside it say the same.
#[component]
pub fn Cut(months: Months) -> impl IntoView {
    let class = match months {
        Months::Three => "cut",
        Months::Six => "cut m6",
        Months::Twelve => "cut m12",
    };
    view! { <span class=class></span> }
}
