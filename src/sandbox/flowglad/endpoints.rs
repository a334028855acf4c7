//! Webhook endpoints, as Flowglad answers them: where its events go besides the shop's own address.

use serde_json::{Value, json};

use super::ORGANIZATION;
use super::call::Outcome;
use super::error::FlowgladError;
use super::fields::Fields;
use super::records::{change_of, record, text_of};
use crate::sandbox::till::Provider;
use crate::sandbox::webhooks::Endpoint;
use crate::sandbox::world::{Change, State};

const FIELDS: [&str; 4] = ["name", "url", "filterTypes", "active"];
const KINDS_OF_EVENTS: [&str; 9] = [
    "customer.created",
    "customer.updated",
    "purchase.completed",
    "payment.failed",
    "payment.succeeded",
    "subscription.created",
    "subscription.updated",
    "subscription.canceled",
    "sync.events_available",
];

/// An endpoint, and the secret by which its events are signed: nobody is told it a second time.
pub fn create(change: &mut Change<'_>, body: &Value) -> Outcome {
    let mut fields = read(body);
    fields.text("name");
    fields.text("pricingModelId");
    fields.done()?;
    let mut endpoint = Endpoint {
        id: change.id("webhook_"),
        provider: Provider::Flowglad,
        url: String::new(),
        secret: change.world.webhook_secret(),
        kinds: Vec::new(),
        is_active: true,
        made_at: change.now,
        asked: json!({ "active": true, "updatedAt": change.now.millis() }),
    };
    set(&mut endpoint, body);
    let answer = json!({ "webhook": webhook(&endpoint), "secret": endpoint.secret });
    change.state.post.register(endpoint);
    Ok(answer)
}

pub fn update(change: &mut Change<'_>, id: &str, body: &Value) -> Outcome {
    let now = change.now;
    let endpoint = change.state.post.endpoint_mut(Provider::Flowglad, id).ok_or_else(|| FlowgladError::missing("Webhook", id))?;
    let mut fields = read(body);
    fields.same_id(id);
    fields.optional_text("name");
    fields.done()?;
    set(endpoint, body);
    change_of(&mut endpoint.asked, Some(&json!({ "updatedAt": now.millis() })), &["updatedAt"]);
    Ok(json!({ "webhook": webhook(endpoint) }))
}

pub fn find(state: &State, id: &str) -> Outcome {
    let found = state.post.endpoint(Provider::Flowglad, id).ok_or_else(|| FlowgladError::missing("Webhook", id))?;
    Ok(json!({ "webhook": webhook(found) }))
}

fn read(body: &Value) -> Fields<'_> {
    let mut fields = Fields::of(body, "webhook");
    fields.web_address("url");
    fields.flag("active");
    let filters = fields.get("filterTypes").and_then(Value::as_array);
    let is_known = |kind: &Value| kind.as_str().is_some_and(|kind| KINDS_OF_EVENTS.contains(&kind));
    if !filters.is_some_and(|filters| filters.iter().all(is_known)) {
        fields.wrong("filterTypes", "invalid_value", "Expected a list of event types");
    }
    fields
}

/// Takes over what a request says that was found right.
fn set(endpoint: &mut Endpoint, body: &Value) {
    change_of(&mut endpoint.asked, body.get("webhook"), &FIELDS);
    let kinds = endpoint.asked.get("filterTypes").and_then(Value::as_array).into_iter().flatten();
    endpoint.kinds = kinds.filter_map(|kind| kind.as_str().map(str::to_owned)).collect();
    text_of(&endpoint.asked, "url").clone_into(&mut endpoint.url);
    endpoint.is_active = endpoint.asked.get("active").and_then(Value::as_bool).unwrap_or(true);
}

fn webhook(endpoint: &Endpoint) -> Value {
    let mut webhook = record(&endpoint.id, endpoint.made_at, json!({ "organizationId": ORGANIZATION }));
    change_of(&mut webhook, Some(&endpoint.asked), &[FIELDS.as_slice(), &["updatedAt"]].concat());
    webhook
}
