//! What all of Stripe's objects have in common. Every field that Stripe always sends is there, most of them null.

use serde_json::{Map, Value, json};

use super::form::Form;
use crate::sandbox::till::Session;

/// What the request that opened the session said.
pub fn asked(session: &Session) -> Form {
    serde_json::from_value(session.asked.clone()).unwrap_or_default()
}

/// The beginning of every object. Nothing here is ever live.
pub fn object(kind: &str, id: &str, nulls: &[&str]) -> Map<String, Value> {
    let mut object: Map<String, Value> = nulls.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
    extend(&mut object, json!({ "id": id, "object": kind, "livemode": false }));
    object
}

pub fn extend(object: &mut Map<String, Value>, more: Value) {
    if let Value::Object(more) = more {
        object.extend(more);
    }
}

pub fn object_id(object: &Value) -> &str {
    object["id"].as_str().unwrap_or_default()
}

/// Objects that were made one after another, the newest first, with their ids.
pub fn newest_first(made: &[Value]) -> impl Iterator<Item = (&str, &Value)> {
    made.iter().rev().map(|object| (object_id(object), object))
}

pub fn find<'a>(made: &'a [Value], id: &str) -> Option<&'a Value> {
    made.iter().rev().find(|object| object_id(object) == id)
}

/// What is said of something that was taken away.
pub fn removed(kind: &str, id: &str) -> Value {
    json!({ "id": id, "object": kind, "deleted": true })
}

/// Nobody is asked for one here.
pub fn address() -> Value {
    json!({ "city": null, "country": null, "line1": null, "line2": null, "postal_code": null, "state": null })
}

/// The metadata of a request, as the objects made of it carry it.
pub fn metadata(form: &Form, name: &str) -> Value {
    json!(form.map(name))
}
