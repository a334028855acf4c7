//! `POST /v1/checkout/sessions`: what may be asked for, and the session that comes of it.

use std::time::Duration;

use axum::http::StatusCode;
use serde_json::json;
use url::Url;

use super::call::{Asked, Outcome};
use super::error::StripeError;
use super::form::Form;
use super::{Expand, coupons, customers, lines, metadata, sessions};
use crate::sandbox::hosted;
use crate::sandbox::till::{Begins, Provider, Session, Stage};
use crate::sandbox::world::Change;
use crate::values::{Currency, Timestamp};

const LONGEST_URL: usize = 5_000;
const LONGEST_REFERENCE: usize = 200;
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
    "branding_settings",
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
    "customer_update",
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
    "name_collection",
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

pub fn create(change: &mut Change<'_>, asked: &Asked<'_>) -> Outcome {
    let form = asked.form;
    form.only(KNOWN)?;
    let mode = mode(form)?;
    let success_url = web_address(form, "success_url")?.ok_or_else(|| StripeError::missing("success_url"))?;
    let cancel_url = web_address(form, "cancel_url")?;
    let buyer_email = buyer_email(change, form)?;
    form.limited("client_reference_id", LONGEST_REFERENCE)?;
    for name in ["metadata", "payment_intent_data[metadata]", "subscription_data[metadata]"] {
        metadata::checked(form, name)?;
    }
    let expires_at = expires_at(form, change.now)?;
    let (mut lines, currency) = lines::read(change, form)?;
    let every = lines::recurrence(mode, &lines)?;
    lines.extend(coupons::asked_for(change, form, &lines, currency)?);

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
        begins: every.map(|every| Begins {
            subscription_id: change.id("sub_"),
            customer_id: form.text("customer").map_or_else(|| change.id("cus_"), str::to_owned),
            every,
        }),
        asked: json!(form),
        stage: Stage::Open { declined: None },
    };
    check_total(&session)?;
    let answer = sessions::session(change.state, &session, &Expand::of(form));
    change.state.sessions.push(session);
    Ok(answer)
}

fn mode(form: &Form) -> Result<&str, StripeError> {
    form.required("mode")?;
    let mode = form.word("mode", &["payment", "setup", "subscription"])?.unwrap_or_default();
    let foreign = match mode {
        "payment" => "subscription_data",
        "subscription" => "payment_intent_data",
        _ => {
            return Err(StripeError::parameter(
                "parameter_invalid",
                "mode",
                "This sandbox charges: it opens no session in mode setup.",
            ));
        }
    };
    if form.has(foreign) {
        return Err(StripeError::parameter(
            "parameter_invalid",
            foreign,
            format!("You can not pass `{foreign}` in `{mode}` mode."),
        ));
    }
    match form.text("ui_mode") {
        None | Some("hosted_page" | "hosted") => Ok(mode),
        Some(_) => {
            Err(StripeError::parameter("parameter_invalid", "ui_mode", "This sandbox hosts whole pages: ui_mode is hosted_page."))
        }
    }
}

pub fn web_address(form: &Form, name: &str) -> Result<Option<String>, StripeError> {
    let Some(text) = form.limited(name, LONGEST_URL)? else { return Ok(None) };
    match Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Ok(Some(text.to_owned())),
        Ok(_) | Err(_) => {
            Err(StripeError::parameter("url_invalid", name, "Not a valid URL: it must begin with http:// or https://."))
        }
    }
}

/// Of the customer that is named, or as it is given.
fn buyer_email(change: &Change<'_>, form: &Form) -> Result<Option<String>, StripeError> {
    if let Some(id) = form.text("customer") {
        let customer =
            customers::known(change.state, id).ok_or_else(|| StripeError::unknown_parameter("customer", "customer", id))?;
        return Ok(customer["email"].as_str().map(str::to_owned));
    }
    match form.text("customer_email") {
        Some(email) if !email.contains('@') || email.chars().any(char::is_whitespace) => {
            Err(StripeError::parameter("email_invalid", "customer_email", "Invalid email address."))
        }
        email => Ok(email.map(str::to_owned)),
    }
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
