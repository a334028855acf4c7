//! A course of events on a ribbon: a knot for what happened, an open ring for what is to come.
//! The words say all of it; the shapes only repeat it.

use leptos::prelude::*;

/// Where on its ribbon a stop stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    Past,
    /// The present, in which the ribbon ends.
    Now,
    Next,
}

/// One stop of a course.
pub struct Stop {
    pub when: When,
    pub title: String,
    pub text: Option<String>,
}

#[component]
pub fn Course(stops: Vec<Stop>) -> impl IntoView {
    view! { <ol class="course">{stops.into_iter().map(|stop| view! { <Knot stop/> }).collect_view()}</ol> }
}

#[component]
fn Knot(stop: Stop) -> impl IntoView {
    let (class, current) = match stop.when {
        When::Past => (None, None),
        When::Now => (Some("now"), Some("step")),
        When::Next => (Some("next"), None),
    };
    view! { <li class=class aria-current=current><b>{stop.title}</b>{stop.text}</li> }
}
