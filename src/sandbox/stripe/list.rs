//! Stripe's lists: newest first, page by page.

use serde_json::{Value, json};

use super::call::Outcome;
use super::error::StripeError;
use super::form::Form;

/// How many a page has that wasn't told.
const USUAL_PAGE: usize = 10;
const LARGEST_PAGE: i64 = 100;

/// The page that `limit`, `starting_after` and `ending_before` ask for, of rows that come newest first with their ids.
pub fn page<'a, T>(rows: impl Iterator<Item = (&'a str, T)>, form: &Form, url: &str, shape: impl Fn(T) -> Value) -> Outcome {
    let limit = match form.integer("limit")? {
        None => USUAL_PAGE,
        Some(limit @ 1..=LARGEST_PAGE) => usize::try_from(limit).unwrap_or(USUAL_PAGE),
        Some(_) => return Err(StripeError::parameter("parameter_invalid_integer", "limit", "A limit is between 1 and 100.")),
    };
    let mut rows: Vec<(&str, T)> = rows.collect();
    let place_of = |rows: &[(&str, T)], name| form.text(name).and_then(|id| rows.iter().position(|(known, _)| *known == id));
    if let Some(last_seen) = place_of(&rows, "starting_after") {
        rows.drain(..=last_seen);
    }
    let mut has_more = rows.len() > limit;
    if let Some(first_seen) = place_of(&rows, "ending_before") {
        rows.truncate(first_seen);
        has_more = rows.len() > limit;
        rows.drain(..rows.len().saturating_sub(limit));
    }
    let data: Vec<Value> = rows.into_iter().take(limit).map(|(_, row)| shape(row)).collect();
    Ok(list(&data, has_more, url))
}

/// A list that is there whole.
pub fn whole(data: &[Value], url: &str) -> Value {
    list(data, false, url)
}

fn list(data: &[Value], has_more: bool, url: &str) -> Value {
    json!({ "object": "list", "data": data, "has_more": has_more, "url": url })
}
