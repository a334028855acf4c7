//! What can be made through Flowglad's API besides sessions, kept as it is answered; and customers, the plainest of it.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::call::Outcome;
use super::error::FlowgladError;
use super::fields::Fields;
use super::{ORGANIZATION, PRICING_MODEL, announce_customer};
use crate::sandbox::world::Change;
use crate::values::Timestamp;

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Records {
    pub customers: Vec<Value>,
    pub products: Vec<Value>,
    pub prices: Vec<Value>,
    pub discounts: Vec<Value>,
}

pub fn create_customer(change: &mut Change<'_>, body: &Value) -> Outcome {
    let mut fields = Fields::of(body, "customer");
    let (external_id, email, name) = (fields.text("externalId"), fields.text("email"), fields.text("name"));
    if !email.is_empty() && !email.contains('@') {
        fields.wrong("email", "invalid_format", "Invalid email");
    }
    fields.done()?;
    let customers = &change.state.flowglad.customers;
    if customers.iter().any(|customer| customer.get("externalId").and_then(Value::as_str) == Some(external_id)) {
        return Err(FlowgladError::refused(format!("A customer with external id {external_id} exists already")));
    }
    let customer = customer(&change.id("cust_"), external_id, email, name, change.now);
    change.state.flowglad.customers.push(customer.clone());
    announce_customer(change, &customer);
    Ok(json!({ "data": { "customer": customer } }))
}

/// A customer as Flowglad answers it.
pub fn customer(id: &str, external_id: &str, email: &str, name: &str, at: Timestamp) -> Value {
    let own = json!({
        "organizationId": ORGANIZATION, "email": email, "name": name, "invoiceNumberBase": null, "archived": false,
        "logoURL": null, "iconURL": null, "domain": null, "billingAddress": null, "externalId": external_id, "userId": null,
    });
    record(id, at, own)
}

pub fn update_customer(change: &mut Change<'_>, external_id: &str, body: &Value) -> Outcome {
    let mut customer = find(change.state.flowglad.customers.iter().cloned(), "Customer", "externalId", external_id)?;
    let mut fields = Fields::of(body, "customer");
    let email = fields.optional_text("email");
    if email.is_some_and(|email| !email.contains('@')) {
        fields.wrong("email", "invalid_format", "Invalid email");
    }
    fields.optional_text("name");
    fields.done()?;
    change_of(&mut customer, body.get("customer"), &["email", "name", "logoURL", "iconURL", "domain", "userId"]);
    Ok(json!({ "customer": replace(&mut change.state.flowglad.customers, customer, change.now) }))
}

/// The record among `rows` whose `field` is `value`.
pub fn find(mut rows: impl Iterator<Item = Value>, what: &str, field: &str, value: &str) -> Outcome {
    rows.find(|row| row.get(field).and_then(Value::as_str) == Some(value)).ok_or_else(|| FlowgladError::missing(what, value))
}

/// What every record has, before its own. Nothing here is ever live.
pub fn record(id: &str, at: Timestamp, own: Value) -> Value {
    let mut record = json!({
        "id": id, "createdAt": at.millis(), "updatedAt": at.millis(), "livemode": false, "pricingModelId": PRICING_MODEL,
    });
    if let (Some(record), Value::Object(own)) = (record.as_object_mut(), own) {
        record.extend(own);
    }
    record
}

/// Copies what is `given` of the `allowed` fields.
pub fn change_of(record: &mut Value, given: Option<&Value>, allowed: &[&str]) {
    let (Some(record), Some(given)) = (record.as_object_mut(), given.and_then(Value::as_object)) else { return };
    for (name, value) in given.iter().filter(|(name, _)| allowed.contains(&name.as_str())) {
        record.insert(name.clone(), value.clone());
    }
}

/// Puts a changed record in the place of the one with its id, or beside the others where there was none yet.
pub fn replace(rows: &mut Vec<Value>, mut record: Value, now: Timestamp) -> Value {
    if let Some(fields) = record.as_object_mut() {
        fields.insert("updatedAt".to_owned(), json!(now.millis()));
    }
    match rows.iter_mut().find(|row| row.get("id") == record.get("id")) {
        Some(row) => row.clone_from(&record),
        None => rows.push(record.clone()),
    }
    record
}

/// Empty where there is none.
pub fn text_of<'a>(record: &'a Value, field: &str) -> &'a str {
    record.get(field).and_then(Value::as_str).unwrap_or_default()
}
