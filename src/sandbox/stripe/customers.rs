//! Stripe's customers: those that were made, and whoever took out a subscription.

use serde_json::{Value, json};

use super::call::{Asked, Outcome};
use super::error::StripeError;
use super::list::page;
use super::metadata;
use super::objects::{extend, find, newest_first, object};
use crate::sandbox::till::{Provider, Subscription};
use crate::sandbox::world::{Change, State};

const KNOWN: &[&str] = &[
    "address",
    "balance",
    "business_name",
    "description",
    "email",
    "individual_name",
    "invoice_prefix",
    "invoice_settings",
    "metadata",
    "name",
    "payment_method",
    "phone",
    "preferred_locales",
    "shipping",
    "source",
    "tax",
    "tax_exempt",
    "tax_id_data",
    "validate",
];

/// `POST /v1/customers`.
pub fn create(change: &mut Change<'_>, asked: &Asked<'_>) -> Outcome {
    let form = asked.form;
    form.only(KNOWN)?;
    let mut made = customer(&change.id("cus_"), form.text("email"), change.now.seconds());
    for name in ["description", "name", "phone"] {
        made[name] = json!(form.text(name));
    }
    made["metadata"] = metadata::checked(form, "metadata")?;
    change.state.stripe.customers.push(made.clone());
    Ok(made)
}

/// `GET /v1/customers/{id}`.
pub fn one(state: &State, asked: &Asked<'_>) -> Outcome {
    known(state, asked.id).ok_or_else(|| StripeError::unknown("customer", "customer", asked.id))
}

/// `GET /v1/customers`: those that were made.
pub fn all(state: &State, asked: &Asked<'_>) -> Outcome {
    let is_asked_for = |made: &Value| asked.form.text("email").is_none_or(|email| made["email"] == email);
    let customers = newest_first(&state.stripe.customers).filter(|(_, made)| is_asked_for(made));
    page(customers, asked.form, "/v1/customers", Value::clone)
}

pub fn known(state: &State, id: &str) -> Option<Value> {
    let is_theirs = |subscription: &&Subscription| subscription.provider == Provider::Stripe && subscription.customer_id == id;
    let subscriber = || {
        let first = state.subscriptions.iter().find(is_theirs)?;
        Some(customer(id, first.buyer_email.as_deref(), first.began_at.seconds()))
    };
    find(&state.stripe.customers, id).cloned().or_else(subscriber)
}

fn customer(id: &str, email: Option<&str>, created: i64) -> Value {
    let mut object =
        object("customer", id, &["address", "currency", "default_source", "description", "discount", "name", "phone", "shipping"]);
    extend(
        &mut object,
        json!({
            "balance": 0, "created": created, "delinquent": false, "email": email, "invoice_prefix": id.to_uppercase(),
            "invoice_settings": { "custom_fields": null, "default_payment_method": null, "footer": null, "rendering_options": null },
            "metadata": {}, "next_invoice_sequence": 1, "preferred_locales": [], "tax_exempt": "none",
        }),
    );
    Value::Object(object)
}
