//! What Creem may leave out, make null, rename or add: every field of every recorded event in turn.

use super::events::{read, recorded};
use super::*;
use crate::checkout::provider::Fact;

/// Everything in `value` that has a name, by where it stands.
fn fields(value: &Value, at: &str) -> Vec<String> {
    let Value::Object(object) = value else { return Vec::new() };
    let below = |(name, value): (&String, &Value)| {
        let at = format!("{at}/{name}");
        [vec![at.clone()], fields(value, &at)].concat()
    };
    object.iter().flat_map(below).collect()
}

fn parent<'a>(event: &'a mut Value, field: &str) -> (&'a mut serde_json::Map<String, Value>, String) {
    let (above, name) = field.rsplit_once('/').unwrap();
    (event.pointer_mut(above).unwrap().as_object_mut().unwrap(), name.to_owned())
}

/// Without these Creem is asked to send the event again, or its signature is good for nothing.
fn is_needed(field: &str) -> bool {
    matches!(field, "/eventType" | "/object") || field.ends_with("/id")
}

/// Facts that nobody may read out of an event that lacks something.
fn is_grave(fact: &Fact) -> bool {
    match fact {
        Fact::Paid { .. } | Fact::Free | Fact::Refunded { .. } | Fact::Disputed | Fact::DisputeWon | Fact::DisputeLost => true,
        Fact::Open | Fact::Processing | Fact::Declined | Fact::Failed | Fact::Expired | Fact::Subscription(_) => false,
    }
}

#[test]
fn a_field_more_anywhere_changes_nothing() {
    for event in recorded() {
        let plain = read(&event).unwrap();
        let places = fields(&event, "").into_iter().filter(|field| event.pointer(field).unwrap().is_object());
        for place in places.chain([String::new()]) {
            if place.ends_with("/metadata") {
                continue;
            }
            let mut more = event.clone();
            more.pointer_mut(&place)
                .unwrap()
                .as_object_mut()
                .unwrap()
                .insert("of_next_year".to_owned(), json!({"deep": [1, null]}));
            assert_eq!(read(&more).unwrap(), plain, "{place}");
        }
    }
}

#[test]
fn a_field_less_or_null_fails_nothing_and_is_taken_for_nothing_else() {
    for event in recorded() {
        let plain = read(&event).unwrap().event.facts;
        for field in fields(&event, "").into_iter().filter(|field| !is_needed(field)) {
            for is_null in [false, true] {
                let mut less = event.clone();
                let (object, name) = parent(&mut less, &field);
                object.remove(&name);
                if is_null {
                    object.insert(name, Value::Null);
                }
                match read(&less) {
                    Ok(notice) => {
                        let facts = notice.event.facts;
                        assert!(facts.iter().all(|fact| !is_grave(fact) || plain.contains(fact)), "{field}: {facts:?}");
                        let lacks_something = plain.iter().any(|fact| is_grave(fact) && !facts.contains(fact));
                        assert!(!lacks_something || notice.incomplete.is_some(), "{field} is missed and not asked about");
                    }
                    // A sum whose currency is missing is sent again rather than guessed at.
                    Err(ProviderError::Unavailable(_)) => assert!(field.ends_with("/currency"), "{field} is not needed"),
                    Err(error) => panic!("{field}: {error}"),
                }
            }
        }
    }
}

#[test]
fn a_word_that_we_do_not_know_fails_nothing() {
    for event in recorded() {
        for field in fields(&event, "").into_iter().filter(|field| event.pointer(field).unwrap().is_string()) {
            if field == "/eventType" || field.ends_with("/currency") {
                continue;
            }
            let mut other = event.clone();
            *other.pointer_mut(&field).unwrap() = json!("a word of next year");
            assert!(read(&other).is_ok(), "{field}");
        }
    }
}
