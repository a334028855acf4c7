//! Creem's webhook endpoints: those to which events are posted, and those whose events wait until somebody fetches them.

use serde_json::{Value, json};

use super::call::{Call, Outcome};
use super::error::CreemError;
use super::objects::{iso, object, record};
use crate::checkout::signatures::creem_header;
use crate::sandbox::till::Provider;
use crate::sandbox::webhooks::{Endpoint, Event};
use crate::sandbox::world::{Change, State};

const KINDS: [&str; 17] = [
    "checkout.completed",
    "refund.created",
    "dispute.created",
    "subscription.active",
    "subscription.paid",
    "subscription.trialing",
    "subscription.canceled",
    "subscription.scheduled_cancel",
    "subscription.past_due",
    "subscription.unpaid",
    "subscription.expired",
    "subscription.paused",
    "subscription.update",
    "credits.granted",
    "credits.consumed",
    "credits.auto_recharged",
    "customer_credits.exhausted",
];
/// Stands as the address of an endpoint to which nothing is posted.
const NOWHERE: &str = "https://cli.invalid/";
const MOST_PENDING: usize = 100;

/// `POST /v1/webhooks`. The answer has the secret, as no later one but the secret's own.
pub fn create(change: &mut Change<'_>, call: &Call) -> Outcome {
    let body = &call.body;
    let mode = body.word("delivery_mode", &["http", "cli"])?.unwrap_or("http");
    let address = body.web_address("url")?;
    let url = match (mode, address) {
        ("cli", _) => NOWHERE,
        (_, Some(url)) => url,
        (_, None) => return Err(CreemError::bad("url must be a URL address")),
    };
    let endpoint = Endpoint {
        id: change.id("wh_"),
        provider: Provider::Creem,
        url: url.to_owned(),
        secret: change.world.webhook_secret(),
        kinds: kinds(call)?.unwrap_or_default(),
        is_active: mode == "http",
        made_at: change.now,
        asked: json!({ "name": body.text("name")?, "delivery_mode": mode, "status": "enabled" }),
    };
    let mut answer = record(shown(&endpoint));
    answer.insert("secret".to_owned(), json!(endpoint.secret));
    change.state.post.register(endpoint);
    Ok(Value::Object(answer))
}

/// The kinds of events that a body asks for; none is all.
fn kinds(call: &Call) -> Result<Option<Vec<String>>, CreemError> {
    let refused = || CreemError::bad("each value in events must be one of the webhook event types");
    let Some(events) = call.body.get("events") else { return Ok(None) };
    let known = |event: &Value| event.as_str().filter(|kind| KINDS.contains(kind)).map(str::to_owned).ok_or_else(refused);
    events.as_array().ok_or_else(refused)?.iter().map(known).collect::<Result<_, _>>().map(Some)
}

fn shown(endpoint: &Endpoint) -> Value {
    let mut object = object("webhook", &endpoint.id);
    object.extend(record(json!({ "store_id": "sto_sandbox", "url": endpoint.url, "events": endpoint.kinds })));
    object.extend(record(endpoint.asked.clone()));
    Value::Object(object)
}

fn find<'a>(state: &'a State, id: &str) -> Result<&'a Endpoint, CreemError> {
    state.post.endpoint(Provider::Creem, id).ok_or_else(unknown)
}

/// `GET /v1/webhooks`, the youngest first.
pub fn list(state: &State, call: &Call) -> Outcome {
    call.page(state.post.endpoints_of(Provider::Creem).rev().map(shown).collect())
}

/// `GET /v1/webhooks/{id}`.
pub fn read(state: &State, id: &str) -> Outcome {
    find(state, id).map(shown)
}

/// `GET /v1/webhooks/{id}/secret`.
pub fn secret(state: &State, id: &str) -> Outcome {
    Ok(json!({ "secret": find(state, id)?.secret }))
}

/// `PATCH /v1/webhooks/{id}`: what the body names.
pub fn update(change: &mut Change<'_>, call: &Call, id: &str) -> Outcome {
    let (url, status) = (call.body.web_address("url")?, call.body.word("status", &["enabled", "disabled"])?);
    let kinds = kinds(call)?;
    // Null takes the name away, and only leaving it out keeps it.
    let name = call.body.0.get("name").cloned();
    let endpoint = change.state.post.endpoint_mut(Provider::Creem, id).ok_or_else(unknown)?;
    let mut asked = record(endpoint.asked.clone());
    asked.extend(name.map(|name| ("name".to_owned(), name)));
    asked.extend(status.map(|status| ("status".to_owned(), json!(status))));
    let is_posted_to = asked.get("delivery_mode").is_some_and(|mode| mode == "http");
    endpoint.is_active = is_posted_to && asked.get("status").is_some_and(|status| status == "enabled");
    endpoint.asked = Value::Object(asked);
    if let Some(url) = url.filter(|_| is_posted_to) {
        url.clone_into(&mut endpoint.url);
    }
    if let Some(kinds) = kinds {
        endpoint.kinds = kinds;
    }
    Ok(shown(endpoint))
}

/// `DELETE /v1/webhooks/{id}`.
pub fn delete(change: &mut Change<'_>, id: &str) -> Outcome {
    change.state.post.remove_endpoint(Provider::Creem, id).map(|endpoint| shown(&endpoint)).ok_or_else(unknown)
}

/// `GET /v1/webhooks/{id}/events/pending`: what has happened since the endpoint was made and nobody has acknowledged, the oldest first.
pub fn pending(state: &State, call: &Call, id: &str) -> Outcome {
    let endpoint = fetched_from(state, id)?;
    let limit = call.asked("limit").and_then(|limit| limit.parse().ok()).unwrap_or(MOST_PENDING).min(MOST_PENDING);
    let waiting = state.post.events.iter().filter(|event| waits(state, endpoint, event));
    Ok(json!({ "items": waiting.take(limit).map(|event| delivery(endpoint, event)).collect::<Vec<_>>() }))
}

/// `POST /v1/webhooks/{id}/events/{event_id}/ack`. What was answered with anything but success waits on.
pub fn acknowledge(change: &mut Change<'_>, call: &Call, id: &str, event_id: &str) -> Outcome {
    let endpoint = fetched_from(change.state, id)?;
    let is_waiting = change.state.post.events.iter().any(|event| event.id == event_id && waits(change.state, endpoint, event));
    if !is_waiting {
        return Err(CreemError::unknown("Event"));
    }
    let status = call.body.number("status_code")?.ok_or_else(|| CreemError::bad("status_code must be a number"))?;
    let is_taken = (200..300).contains(&status);
    if is_taken {
        change.state.creem.fetched.insert(fetched(id, event_id));
    }
    Ok(json!({ "id": event_id, "object": "webhook_event", "success": is_taken }))
}

fn fetched_from<'a>(state: &'a State, id: &str) -> Result<&'a Endpoint, CreemError> {
    let is_fetched_from = |endpoint: &&Endpoint| endpoint.asked.get("delivery_mode") == Some(&json!("cli"));
    let endpoint = Some(find(state, id)?).filter(is_fetched_from);
    endpoint.ok_or_else(|| CreemError::bad("Only the events of an endpoint with delivery_mode cli can be fetched."))
}

fn waits(state: &State, endpoint: &Endpoint, event: &Event) -> bool {
    event.provider == Some(Provider::Creem)
        && event.at >= endpoint.made_at
        && endpoint.asked.get("status") == Some(&json!("enabled"))
        && (endpoint.kinds.is_empty() || endpoint.kinds.contains(&event.kind))
        && !state.creem.fetched.contains(&fetched(&endpoint.id, &event.id))
}

/// By which it is remembered that an endpoint has had an event.
fn fetched(endpoint_id: &str, event_id: &str) -> String {
    format!("{endpoint_id} {event_id}")
}

fn delivery(endpoint: &Endpoint, event: &Event) -> Value {
    let signature = creem_header(&endpoint.secret, event.body.as_bytes());
    json!({
        "id": event.id, "object": "webhook_event", "event_type": event.kind, "created_at": iso(event.at), "body": event.body,
        "headers": { "content-type": "application/json", "creem-signature": signature },
    })
}

fn unknown() -> CreemError {
    CreemError::unknown("Webhook")
}
