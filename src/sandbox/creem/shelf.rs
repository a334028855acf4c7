//! What Creem keeps besides its checkouts, and what outlives a restart of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::call::{Call, Outcome};
use super::customers::Customer;
use super::error::CreemError;
use super::objects::{object, record};
use crate::sandbox::world::{Change, State};

/// Objects stand here as Creem shows them.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Shelf {
    pub products: Vec<Value>,
    /// Products by the key under which they were made.
    pub made: BTreeMap<String, String>,
    pub discounts: Vec<Value>,
    pub customers: BTreeMap<String, Customer>,
    /// The product that a subscription was changed to, by the subscription.
    pub upgraded: BTreeMap<String, Value>,
    pub webhooks: Vec<Value>,
}

/// `POST /v1/webhooks`. Every endpoint here has the secret of `sandbox.env`, with which all events are signed.
pub fn make_webhook(change: &mut Change<'_>, call: &Call) -> Outcome {
    let body = &call.body;
    let delivery_mode = body.word("delivery_mode", &["http", "cli"])?.unwrap_or("http");
    let address = body.web_address("url")?;
    if delivery_mode == "http" && address.is_none() {
        return Err(CreemError::bad("url must be a URL address"));
    }
    let mut webhook = object("webhook", &change.id("wh_"));
    webhook.extend(record(json!({
        "store_id": "sto_sandbox", "name": body.text("name")?, "url": address.unwrap_or_default(), "delivery_mode": delivery_mode,
        "status": "enabled", "events": body.get("events").cloned().unwrap_or_else(|| json!([])),
    })));
    change.state.creem.webhooks.push(Value::Object(webhook.clone()));
    webhook.insert("secret".to_owned(), json!(change.world.keys.creem.webhook_secret));
    Ok(Value::Object(webhook))
}

pub fn webhooks(state: &State, call: &Call) -> Outcome {
    call.page(state.creem.webhooks.clone())
}

pub fn webhook_secret(state: &State, call: &Call, id: &str) -> Outcome {
    let is_known = state.creem.webhooks.iter().any(|webhook| webhook["id"] == id);
    if is_known { Ok(json!({ "secret": call.world().keys.creem.webhook_secret })) } else { Err(CreemError::unknown("Webhook")) }
}
