//! `POST /v1/checkout/sessions`: what may be asked for, and the session that comes of it.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::json;
use url::Url;

use super::call::Outcome;
use super::error::StripeError;
use super::form::Form;
use super::{Expand, lines, sessions};
use crate::sandbox::hosted;
use crate::sandbox::till::{Provider, Session, Stage};
use crate::sandbox::world::Change;
use crate::values::{Currency, Timestamp};

const LONGEST_URL: usize = 5_000;
const LONGEST_REFERENCE: usize = 200;
const LONGEST_METADATA_KEY: usize = 40;
const LONGEST_METADATA_VALUE: usize = 500;
const MOST_METADATA: usize = 50;
const LARGEST_AMOUNT: i64 = 99_999_999;
const SHORTEST_LIFE: Duration = Duration::from_mins(30);
const LONGEST_LIFE: Duration = Duration::from_hours(24);
/// A request that was written half a minute ago and asks for exactly half an hour is not refused.
const TRAVEL: Duration = Duration::from_secs(30);

/// Every parameter that Stripe knows here. Those that only dress the page are taken and given back.
const KNOWN: &[&str] = &[
    "adaptive_pricing",
    "after_expiration",
    "allow_promotion_codes",
    "allowed_payment_method_types",
    "automatic_tax",
    "billing_address_collection",
    "cancel_url",
    "client_reference_id",
    "consent_collection",
    "currency",
    "custom_fields",
    "custom_text",
    "customer",
    "customer_account",
    "customer_creation",
    "customer_email",
    "discounts",
    "excluded_payment_method_types",
    "expand",
    "expires_at",
    "integration_identifier",
    "invoice_creation",
    "line_items",
    "locale",
    "managed_payments",
    "metadata",
    "mode",
    "optional_items",
    "origin_context",
    "payment_intent_data",
    "payment_method_collection",
    "payment_method_configuration",
    "payment_method_data",
    "payment_method_options",
    "permissions",
    "phone_number_collection",
    "redirect_on_completion",
    "return_url",
    "saved_payment_method_options",
    "setup_intent_data",
    "shipping_address_collection",
    "shipping_options",
    "submit_type",
    "subscription_data",
    "success_url",
    "tax_id_collection",
    "ui_mode",
    "wallet_options",
];

pub fn create(change: &mut Change<'_>, form: &Form) -> Outcome {
    check_names(form)?;
    check_mode(form)?;
    check_discounts(form)?;
    let success_url = web_address(form, "success_url")?.ok_or_else(|| StripeError::missing("success_url"))?;
    let cancel_url = web_address(form, "cancel_url")?;
    let buyer_email = buyer_email(form)?;
    form.limited("client_reference_id", LONGEST_REFERENCE)?;
    check_metadata(form, "metadata")?;
    check_metadata(form, "payment_intent_data[metadata]")?;
    let expires_at = expires_at(form, change.now)?;
    let (lines, currency) = lines::read(change, form)?;

    let id = change.id("cs_test_");
    let session = Session {
        url: hosted::url(&change.world.keys.hosted_origin, &id),
        id,
        provider: Provider::Stripe,
        created_at: change.now,
        expires_at,
        lines,
        currency,
        success_url,
        cancel_url,
        buyer_email,
        asked: json!(form),
        begins: None,
        stage: Stage::Open { declined: None },
    };
    check_total(&session)?;
    let answer = sessions::session(&session, &Expand::of(form));
    change.state.sessions.push(session);
    Ok(answer)
}

fn check_names(form: &Form) -> Result<(), StripeError> {
    match form.top_names().find(|name| !KNOWN.contains(name)) {
        Some(name) => Err(StripeError::parameter("parameter_unknown", name, format!("Received unknown parameter: {name}"))),
        None => Ok(()),
    }
}

fn check_mode(form: &Form) -> Result<(), StripeError> {
    match form.required("mode")? {
        "payment" => {}
        mode @ ("subscription" | "setup") => {
            return Err(StripeError::parameter(
                "parameter_invalid",
                "mode",
                format!("This sandbox opens sessions in mode payment, not {mode}."),
            ));
        }
        mode => {
            return Err(StripeError::parameter(
                "parameter_invalid",
                "mode",
                format!("Invalid mode: must be one of payment, setup, or subscription, not {mode}"),
            ));
        }
    }
    match form.text("ui_mode") {
        None | Some("hosted_page" | "hosted") => Ok(()),
        Some(_) => {
            Err(StripeError::parameter("parameter_invalid", "ui_mode", "This sandbox hosts whole pages: ui_mode is hosted_page."))
        }
    }
}

/// No coupon was ever made here, so none can be found.
fn check_discounts(form: &Form) -> Result<(), StripeError> {
    for row in form.rows("discounts") {
        for (part, what) in [("coupon", "coupon"), ("promotion_code", "promotion code")] {
            let param = format!("{row}[{part}]");
            if let Some(id) = form.text(&param) {
                return Err(StripeError::unknown_parameter(what, &param, id));
            }
        }
    }
    Ok(())
}

fn web_address(form: &Form, name: &str) -> Result<Option<String>, StripeError> {
    let Some(text) = form.limited(name, LONGEST_URL)? else { return Ok(None) };
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(Some(text.to_owned())),
        Ok(_) | Err(_) => {
            Err(StripeError::parameter("url_invalid", name, "Not a valid URL: it must begin with http:// or https://."))
        }
    }
}

fn buyer_email(form: &Form) -> Result<Option<String>, StripeError> {
    if let Some(customer) = form.text("customer") {
        return Err(StripeError::unknown_parameter("customer", "customer", customer));
    }
    match form.text("customer_email") {
        Some(email) if !email.contains('@') || email.chars().any(char::is_whitespace) => {
            Err(StripeError::parameter("email_invalid", "customer_email", "Invalid email address."))
        }
        email => Ok(email.map(str::to_owned)),
    }
}

fn check_metadata(form: &Form, name: &str) -> Result<(), StripeError> {
    let map = form.map(name);
    if map.len() > MOST_METADATA {
        return Err(StripeError::parameter("parameter_invalid", name, format!("Metadata has at most {MOST_METADATA} keys.")));
    }
    for (key, value) in &map {
        let param = format!("{name}[{key}]");
        if key.chars().count() > LONGEST_METADATA_KEY {
            return Err(StripeError::parameter(
                "parameter_invalid",
                &param,
                format!("A metadata key has at most {LONGEST_METADATA_KEY} characters."),
            ));
        }
        if value.chars().count() > LONGEST_METADATA_VALUE {
            let message = format!("A metadata value has at most {LONGEST_METADATA_VALUE} characters.");
            return Err(StripeError::parameter("parameter_invalid", &param, message));
        }
    }
    Ok(())
}

fn expires_at(form: &Form, now: Timestamp) -> Result<Timestamp, StripeError> {
    let Some(seconds) = form.integer("expires_at")? else { return Ok(now.plus(LONGEST_LIFE)) };
    let wanted = Timestamp::from_seconds(seconds);
    let earliest = now.plus(SHORTEST_LIFE).minus(TRAVEL);
    let latest = now.plus(LONGEST_LIFE).plus(TRAVEL);
    if wanted < earliest || wanted > latest {
        let message = "The `expires_at` timestamp must be between 30 minutes and 24 hours after the session is made.";
        return Err(StripeError { param: Some("expires_at".to_owned()), ..StripeError::request(StatusCode::BAD_REQUEST, message) });
    }
    Ok(wanted)
}

fn check_total(session: &Session) -> Result<(), StripeError> {
    let total = session.total();
    if total.minor > LARGEST_AMOUNT {
        let message = format!("Amount must be no more than {LARGEST_AMOUNT} in minor units.");
        return Err(StripeError { code: Some("amount_too_large"), ..StripeError::request(StatusCode::BAD_REQUEST, message) });
    }
    let least = least_amount(total.currency);
    if total.minor > 0 && total.minor < least {
        let message = format!(
            "The Checkout Session's total must be at least {least} {} in minor units, or nothing.",
            total.currency.as_str().to_lowercase()
        );
        return Err(StripeError { code: Some("amount_too_small"), ..StripeError::request(StatusCode::BAD_REQUEST, message) });
    }
    Ok(())
}

/// The smallest sum that can be charged, in minor units.
fn least_amount(currency: Currency) -> i64 {
    match currency.as_str() {
        "GBP" => 30,
        "AED" | "MYR" | "PLN" | "RON" => 200,
        "DKK" => 250,
        "NOK" | "SEK" => 300,
        "HKD" => 400,
        "MXN" | "THB" => 1_000,
        "CZK" => 1_500,
        "HUF" => 17_500,
        _ => 50,
    }
}
