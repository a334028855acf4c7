//! Creem's customers: everybody who bought, and those who were made through the API. One address is one customer.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::call::{Call, Outcome};
use super::error::CreemError;
use super::objects::{self, id_of, iso, object, record};
use crate::sandbox::till::{Provider, Session};
use crate::sandbox::world::{Change, State};
use crate::values::Timestamp;

/// What somebody wrote down of a customer; a buyer has a record only once that is so.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Customer {
    email: String,
    name: Option<String>,
    #[serde(default)]
    metadata: Value,
    created_at: Timestamp,
    updated_at: Timestamp,
}

/// The id of whoever has this address: the same at every checkout.
pub fn id_for(email: &str) -> String {
    let hash = Sha256::digest(email.trim().to_lowercase().as_bytes());
    let text = data_encoding::BASE32_DNSSEC.encode(&hash);
    format!("cust_{}", text.chars().take(24).collect::<String>())
}

/// Whose a checkout is. Drawn when it is opened, as the address that the buyer comes back to names it.
pub fn id_of_buyer(session: &Session) -> String {
    objects::kept(session, "/customer_id").as_str().map_or_else(|| id_of("cust_", &session.id), str::to_owned)
}

/// The customer of a checkout, whole.
pub fn of_session(state: &State, session: &Session) -> Value {
    let id = id_of_buyer(session);
    let customer = state.creem.customers.get(&id).cloned().unwrap_or_else(|| buyer(session));
    shown(&id, &customer)
}

fn buyer(session: &Session) -> Customer {
    Customer {
        email: session.buyer_email.clone().unwrap_or_else(|| "guest@example.com".to_owned()),
        name: objects::kept(session, "/request/customer/name").as_str().map(str::to_owned),
        metadata: Value::Null,
        created_at: session.created_at,
        updated_at: session.created_at,
    }
}

fn shown(id: &str, customer: &Customer) -> Value {
    let mut object = object("customer", id);
    object.extend(record(json!({
        "email": customer.email, "name": customer.name, "country": "US",
        "created_at": iso(customer.created_at), "updated_at": iso(customer.updated_at),
    })));
    object.extend(Some(&customer.metadata).filter(|value| value.is_object()).map(|value| ("metadata".to_owned(), value.clone())));
    Value::Object(object)
}

/// By id: those with a record, and every other buyer as the first checkout has it.
fn all(state: &State) -> BTreeMap<String, Customer> {
    let mut all = state.creem.customers.clone();
    for session in state.sessions.iter().filter(|session| session.provider == Provider::Creem && session.is_completed()) {
        all.entry(id_of_buyer(session)).or_insert_with(|| buyer(session));
    }
    all
}

/// The address of a customer whom a checkout names by id.
pub fn email_of(state: &State, id: &str) -> Option<String> {
    all(state).remove(id).map(|customer| customer.email)
}

/// `GET /v1/customers`, by id or by address.
pub fn read(state: &State, call: &Call) -> Outcome {
    let all = all(state);
    let found = match (call.asked("customer_id"), call.asked("email")) {
        (Some(id), _) => all.get_key_value(id),
        (None, Some(email)) => all.iter().find(|(_, customer)| customer.email.eq_ignore_ascii_case(email)),
        (None, None) => return Err(CreemError::bad("customer_id or email must be a string")),
    };
    found.map(|(id, customer)| shown(id, customer)).ok_or_else(unknown)
}

/// `GET /v1/customers/list`.
pub fn list(state: &State, call: &Call) -> Outcome {
    call.page(all(state).iter().map(|(id, customer)| shown(id, customer)).collect())
}

/// `POST /v1/customers`.
pub fn create(change: &mut Change<'_>, call: &Call) -> Outcome {
    let body = &call.body;
    let email = body.email("email")?.ok_or_else(|| CreemError::bad("email must be an email"))?;
    let name = body.required("name")?;
    let id = id_for(email);
    if all(change.state).contains_key(&id) {
        return Err(CreemError::bad("A customer with this email exists."));
    }
    let customer = Customer {
        email: email.to_owned(),
        name: Some(name.to_owned()),
        metadata: body.get("metadata").cloned().unwrap_or_default(),
        created_at: change.now,
        updated_at: change.now,
    };
    Ok(put(change, id, customer))
}

/// `PATCH /v1/customers`.
pub fn update(change: &mut Change<'_>, call: &Call) -> Outcome {
    let body = &call.body;
    let id = body.required("customer_id")?;
    let mut customer = all(change.state).remove(id).ok_or_else(unknown)?;
    if let Some(name) = body.text("name")? {
        customer.name = Some(name.to_owned());
    }
    if let Some(metadata) = body.get("metadata") {
        customer.metadata = metadata.clone();
    }
    customer.updated_at = change.now;
    Ok(put(change, id.to_owned(), customer))
}

/// `GET /v1/customers/{id}/orders`.
pub fn orders(state: &State, call: &Call, id: &str) -> Outcome {
    let _known = email_of(state, id).ok_or_else(unknown)?;
    let theirs = objects::checkouts(state).filter(|session| session.is_completed() && id_of_buyer(session) == id);
    call.page(theirs.map(objects::order).collect())
}

/// `POST /v1/customers/billing`: the sandbox's own page stands in for the customer's.
pub fn portal(state: &State, call: &Call) -> Outcome {
    let _known = email_of(state, call.body.required("customer_id")?).ok_or_else(unknown)?;
    Ok(json!({ "customer_portal_link": format!("{}/", call.world().keys.hosted_origin) }))
}

fn put(change: &mut Change<'_>, id: String, customer: Customer) -> Value {
    let shown = shown(&id, &customer);
    change.state.creem.customers.insert(id, customer);
    shown
}

fn unknown() -> CreemError {
    CreemError::unknown("Customer")
}
