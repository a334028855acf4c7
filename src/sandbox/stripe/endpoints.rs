//! Stripe's webhook endpoints: where its events go besides the shop's own address, each signed with a secret of its own.

use serde_json::{Map, Value, json};

use super::call::{API_VERSION, Asked, Outcome};
use super::error::StripeError;
use super::form::Form;
use super::list::page;
use super::objects::{extend, object, removed};
use super::{create, metadata};
use crate::sandbox::till::Provider;
use crate::sandbox::webhooks::Endpoint;
use crate::sandbox::world::{Change, State};

const KNOWN: &[&str] = &["api_version", "connect", "description", "enabled_events", "metadata", "url"];

/// `POST /v1/webhook_endpoints`. Its secret is told this once.
pub fn create(change: &mut Change<'_>, asked: &Asked<'_>) -> Outcome {
    let form = asked.form;
    form.only(KNOWN)?;
    let url = create::web_address(form, "url")?.ok_or_else(|| StripeError::missing("url"))?;
    metadata::checked(form, "metadata")?;
    let endpoint = Endpoint {
        id: change.id("we_"),
        provider: Provider::Stripe,
        url,
        secret: change.id("whsec_"),
        kinds: kinds(form)?,
        is_active: true,
        made_at: change.now,
        asked: json!(form),
    };
    let mut told = told(&endpoint);
    told.insert("secret".to_owned(), json!(endpoint.secret));
    change.state.post.register(endpoint);
    Ok(Value::Object(told))
}

/// `GET /v1/webhook_endpoints/{id}`.
pub fn one(state: &State, asked: &Asked<'_>) -> Outcome {
    let found = state.post.endpoint(Provider::Stripe, asked.id).ok_or_else(|| unknown(asked.id))?;
    Ok(Value::Object(told(found)))
}

/// `GET /v1/webhook_endpoints`.
pub fn all(state: &State, asked: &Asked<'_>) -> Outcome {
    let endpoints = state.post.endpoints_of(Provider::Stripe).rev().map(|endpoint| (endpoint.id.as_str(), endpoint));
    page(endpoints, asked.form, "/v1/webhook_endpoints", |endpoint| Value::Object(told(endpoint)))
}

/// `POST /v1/webhook_endpoints/{id}`.
pub fn update(change: &mut Change<'_>, asked: &Asked<'_>) -> Outcome {
    let form = asked.form;
    form.only(&["description", "disabled", "enabled_events", "metadata", "url"])?;
    let url = create::web_address(form, "url")?;
    let kinds = form.has("enabled_events").then(|| kinds(form)).transpose()?;
    let is_disabled = form.flag("disabled")?;
    let endpoint = change.state.post.endpoint_mut(Provider::Stripe, asked.id).ok_or_else(|| unknown(asked.id))?;
    endpoint.url = url.unwrap_or_else(|| endpoint.url.clone());
    endpoint.kinds = kinds.unwrap_or_else(|| endpoint.kinds.clone());
    endpoint.is_active = !is_disabled.unwrap_or(!endpoint.is_active);
    let mut known: Form = serde_json::from_value(endpoint.asked.clone()).unwrap_or_default();
    known.update_map("metadata", form, "metadata");
    endpoint.asked = json!(known);
    Ok(Value::Object(told(endpoint)))
}

/// `DELETE /v1/webhook_endpoints/{id}`.
pub fn remove(change: &mut Change<'_>, asked: &Asked<'_>) -> Outcome {
    change.state.post.remove_endpoint(Provider::Stripe, asked.id).ok_or_else(|| unknown(asked.id))?;
    Ok(removed("webhook_endpoint", asked.id))
}

fn kinds(form: &Form) -> Result<Vec<String>, StripeError> {
    let kinds: Vec<String> = form.texts("enabled_events").into_iter().map(str::to_owned).collect();
    if kinds.is_empty() { Err(StripeError::missing("enabled_events")) } else { Ok(kinds) }
}

fn told(endpoint: &Endpoint) -> Map<String, Value> {
    let asked: Form = serde_json::from_value(endpoint.asked.clone()).unwrap_or_default();
    let mut object = object("webhook_endpoint", &endpoint.id, &["application"]);
    extend(
        &mut object,
        json!({
            "api_version": asked.text("api_version").unwrap_or(API_VERSION), "created": endpoint.made_at.seconds(),
            "description": asked.text("description"), "enabled_events": endpoint.kinds, "metadata": asked.map("metadata"),
            "status": if endpoint.is_active { "enabled" } else { "disabled" }, "url": endpoint.url,
        }),
    );
    object
}

fn unknown(id: &str) -> StripeError {
    StripeError::unknown("webhook endpoint", "webhook_endpoint", id)
}
