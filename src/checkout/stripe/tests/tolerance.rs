//! What Stripe may add, leave out or rename: every field of every recorded event in turn.

use serde_json::{Value, json};

use super::*;
use crate::checkout::provider::Fact;

/// What an event of money can't do without; one that lacks it is sent again rather than misread.
const NEEDED: [&str; 5] = ["id", "amount_total", "currency", "amount_refunded", "amount"];

/// Every place inside of `value`, by its pointer.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    let mut inside = |name: &str, value: &Value| {
        let at = format!("{at}/{name}");
        places(value, &at, found);
        found.push(at);
    };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| inside(name, value)),
        Value::Array(rows) => rows.iter().enumerate().for_each(|(place, value)| inside(&place.to_string(), value)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Every recorded event with each place of its object in turn, and that place's own name.
fn every_place() -> impl Iterator<Item = (Value, String, String)> {
    events::recorded().into_iter().flat_map(|event| {
        let mut found = Vec::new();
        places(&event["data"]["object"], "/data/object", &mut found);
        found.into_iter().map(move |at| {
            let name = at.rsplit('/').next().unwrap().to_owned();
            (event.clone(), at, name)
        })
    })
}

fn borne(event: &Value, at: &str, name: &str) {
    match events::read(event) {
        Ok(_) => {}
        Err(ProviderError::Unavailable(_)) => assert!(NEEDED.contains(&name), "{} can't do without {at}", event["type"]),
        Err(error) => panic!("{} {at}: {error}", event["type"]),
    }
}

#[test]
fn a_field_less_is_borne() {
    for (mut event, at, name) in every_place() {
        let (parent, _) = at.rsplit_once('/').unwrap();
        let Some(fields) = event.pointer_mut(parent).unwrap().as_object_mut() else { continue };
        fields.remove(&name);
        borne(&event, &at, &name);
    }
}

#[test]
fn a_field_that_became_null_is_borne() {
    for (mut event, at, name) in every_place() {
        *event.pointer_mut(&at).unwrap() = Value::Null;
        borne(&event, &at, &name);
    }
}

#[test]
fn a_field_more_changes_nothing() {
    for (event, at, _) in every_place() {
        let plain = events::read(&event).unwrap();
        let mut more = event;
        let Some(fields) = more.pointer_mut(&at).unwrap().as_object_mut() else { continue };
        fields.insert("of_next_year".to_owned(), json!({"deep": [1, null]}));
        assert_eq!(events::read(&more).unwrap(), plain, "{at}");
    }
}

#[test]
fn a_word_of_next_year_never_pays() {
    for (mut event, at, name) in every_place() {
        let place = event.pointer_mut(&at).unwrap();
        if !place.is_string() || name == "id" || name == "currency" {
            continue;
        }
        *place = json!("a_word_of_next_year");
        let notice = events::read(&event).unwrap();
        let pays = |facts: &[Fact]| facts.iter().any(|fact| matches!(fact, Fact::Paid { .. } | Fact::Free));
        assert!(name != "payment_status" || event["type"] != "checkout.session.completed" || !pays(&notice.event.facts), "{at}");
    }
}
