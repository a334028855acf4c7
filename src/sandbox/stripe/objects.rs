//! Stripe's objects as JSON: every field that Stripe always sends is there, most of them null.
//! Reads what the till knows; decides nothing.

use serde_json::{Map, Value, json};

use super::Expand;
use super::create::metadata;
use super::form::Form;
use super::list;
use crate::sandbox::SeedPrice;
use crate::sandbox::till::{Handle, Line, Payment, Session, Stage};

/// A checkout session.
pub fn session(session: &Session, expand: &Expand) -> Value {
    let form = asked(session);
    let total = session.total().minor;
    let intent = match session.handle() {
        Some(handle) if expand.has("payment_intent") => payment_intent(session, handle, &expand.below("payment_intent")),
        Some(handle) => json!(handle.payment),
        None => Value::Null,
    };
    let mut object = object("checkout.session", &session.id, SESSION_NULLS);
    extend(&mut object, session_state(session, &form));
    extend(
        &mut object,
        json!({
            "adaptive_pricing": { "enabled": false },
            "amount_subtotal": total,
            "amount_total": total,
            "automatic_tax": { "enabled": form.text("automatic_tax[enabled]") == Some("true"), "liability": null, "provider": null, "status": null },
            "cancel_url": session.cancel_url,
            "client_reference_id": form.text("client_reference_id"),
            "created": session.created_at.seconds(),
            "currency": session.currency.as_str().to_lowercase(),
            "custom_fields": [],
            "custom_text": { "after_submit": null, "shipping_address": null, "submit": null, "terms_of_service_acceptance": null },
            "customer_creation": form.text("customer_creation").unwrap_or("if_required"),
            "customer_email": form.text("customer_email"),
            "expires_at": session.expires_at.seconds(),
            "invoice_creation": invoice_creation(),
            "locale": form.text("locale"),
            "metadata": metadata(&form, "metadata"),
            "mode": "payment",
            "payment_intent": intent,
            "payment_method_collection": "if_required",
            "payment_method_options": {},
            "payment_method_types": ["card"],
            "phone_number_collection": { "enabled": false },
            "shipping_options": [],
            "submit_type": form.text("submit_type"),
            "success_url": session.success_url,
            "total_details": { "amount_discount": 0, "amount_shipping": 0, "amount_tax": 0 },
            "ui_mode": "hosted_page",
        }),
    );
    if expand.has("line_items") {
        object.insert("line_items".to_owned(), line_items(session));
    }
    Value::Object(object)
}

const SESSION_NULLS: &[&str] = &[
    "after_expiration",
    "allow_promotion_codes",
    "allowed_payment_method_types",
    "billing_address_collection",
    "client_secret",
    "collected_information",
    "consent",
    "consent_collection",
    "currency_conversion",
    "customer",
    "customer_account",
    "discounts",
    "integration_identifier",
    "invoice",
    "managed_payments",
    "origin_context",
    "payment_link",
    "payment_method_configuration_details",
    "permissions",
    "recovered_from",
    "saved_payment_method_options",
    "setup_intent",
    "shipping_address_collection",
    "shipping_cost",
    "subscription",
    "wallet_options",
];

/// What changes in the life of a session.
fn session_state(session: &Session, form: &Form) -> Value {
    let (status, payment_status) = match &session.stage {
        Stage::Open { .. } => ("open", "unpaid"),
        Stage::Processing(_) | Stage::Failed(_) => ("complete", "unpaid"),
        Stage::Paid(_) => ("complete", "paid"),
        Stage::Free => ("complete", "no_payment_required"),
        Stage::Expired { .. } => ("expired", "unpaid"),
    };
    let details = match &session.stage {
        Stage::Open { .. } | Stage::Expired { .. } if form.text("customer_email").is_none() => Value::Null,
        Stage::Open { .. } | Stage::Expired { .. } | Stage::Processing(_) | Stage::Failed(_) | Stage::Paid(_) | Stage::Free => {
            json!({
                "address": if session.is_open() { Value::Null } else { address() },
                "business_name": null,
                "email": session.buyer_email,
                "individual_name": null,
                "name": null,
                "phone": null,
                "tax_exempt": "none",
                "tax_ids": [],
            })
        }
    };
    json!({
        "status": status,
        "payment_status": payment_status,
        "url": session.is_open().then_some(&session.url),
        "customer_details": details,
    })
}

fn invoice_creation() -> Value {
    json!({
        "enabled": false,
        "invoice_data": {
            "account_tax_ids": null, "custom_fields": null, "description": null, "footer": null,
            "issuer": null, "metadata": {}, "rendering_options": null,
        },
    })
}

fn address() -> Value {
    json!({ "city": null, "country": null, "line1": null, "line2": null, "postal_code": null, "state": null })
}

/// The list of a session's lines.
pub fn line_items(session: &Session) -> Value {
    let lines: Vec<Value> = session.lines.iter().map(|line| line_item(session, line)).collect();
    list::whole(&lines, &format!("/v1/checkout/sessions/{}/line_items", session.id))
}

fn line_item(session: &Session, line: &Line) -> Value {
    let amount = line.unit.saturating_mul(line.quantity);
    let currency = session.currency.as_str().to_lowercase();
    let price = price(&line.price_id, &line.product_id, line.unit, &currency, session.created_at.seconds(), line.is_catalog);
    json!({
        "id": line.id,
        "object": "item",
        "adjustable_quantity": null,
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": currency,
        "description": line.name,
        "metadata": {},
        "price": price,
        "quantity": line.quantity,
    })
}

/// A price of the catalog.
pub fn catalog_price(price_of: &SeedPrice) -> Value {
    let currency = price_of.price.currency.as_str().to_lowercase();
    price(&price_of.price_id, &product_id(price_of), price_of.price.minor, &currency, 0, true)
}

/// The product that a price of the catalog belongs to.
pub fn product_id(price: &SeedPrice) -> String {
    format!("prod_{}", price.price_id.trim_start_matches("price_"))
}

pub fn catalog_product(price: &SeedPrice) -> Value {
    let mut object =
        object("product", &product_id(price), &["description", "package_dimensions", "shippable", "tax_details", "url"]);
    extend(
        &mut object,
        json!({
            "active": true, "created": 0, "images": [], "marketing_features": [], "metadata": {}, "default_price": price.price_id,
            "name": price.product_name, "type": "service", "updated": 0,
        }),
    );
    Value::Object(object)
}

fn price(id: &str, product: &str, unit: i64, currency: &str, created: i64, is_active: bool) -> Value {
    let mut object =
        object("price", id, &["custom_unit_amount", "lookup_key", "nickname", "recurring", "tiers_mode", "transform_quantity"]);
    extend(
        &mut object,
        json!({
            "active": is_active, "billing_scheme": "per_unit", "created": created, "currency": currency, "metadata": {},
            "product": product, "tax_behavior": "unspecified", "type": "one_time", "unit_amount": unit,
            "unit_amount_decimal": unit.to_string(),
        }),
    );
    Value::Object(object)
}

/// The payment behind a session.
pub fn payment_intent(session: &Session, handle: &Handle, expand: &Expand) -> Value {
    let form = asked(session);
    let total = session.total().minor;
    let (status, received) = match &session.stage {
        Stage::Open { .. } | Stage::Failed(_) => ("requires_payment_method", 0),
        Stage::Processing(_) => ("processing", 0),
        Stage::Paid(_) => ("succeeded", total),
        Stage::Free | Stage::Expired { .. } => ("canceled", 0),
    };
    let is_canceled = status == "canceled";
    let charge = if expand.has("latest_charge") { charge(session, handle) } else { json!(handle.charge) };
    let mut object = object("payment_intent", &handle.payment, INTENT_NULLS);
    extend(
        &mut object,
        json!({
            "amount": total,
            "amount_capturable": 0,
            "amount_received": received,
            "canceled_at": is_canceled.then(|| session.expires_at.seconds()),
            "cancellation_reason": is_canceled.then_some("automatic"),
            "capture_method": "automatic_async",
            "confirmation_method": "automatic",
            "created": handle.at.seconds(),
            "currency": session.currency.as_str().to_lowercase(),
            "description": form.text("payment_intent_data[description]"),
            "last_payment_error": last_error(session),
            "latest_charge": charge,
            "metadata": metadata(&form, "payment_intent_data[metadata]"),
            "payment_method_options": {},
            "payment_method_types": ["card"],
            "receipt_email": form.text("payment_intent_data[receipt_email]"),
            "status": status,
        }),
    );
    Value::Object(object)
}

const INTENT_NULLS: &[&str] = &[
    "allowed_payment_method_types",
    "application",
    "application_fee_amount",
    "automatic_payment_methods",
    "client_secret",
    "customer",
    "customer_account",
    "excluded_payment_method_types",
    "managed_payments",
    "next_action",
    "on_behalf_of",
    "payment_method",
    "payment_method_configuration_details",
    "payment_record",
    "processing",
    "review",
    "setup_future_usage",
    "shipping",
    "source",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_group",
];

fn last_error(session: &Session) -> Value {
    match &session.stage {
        Stage::Open { .. } | Stage::Expired { .. } => {
            json!({ "type": "card_error", "code": "card_declined", "decline_code": "generic_decline", "message": "Your card was declined." })
        }
        Stage::Failed(_) => {
            json!({ "type": "invalid_request_error", "code": "payment_intent_payment_attempt_failed", "message": "The bank refused the debit." })
        }
        Stage::Processing(_) | Stage::Paid(_) | Stage::Free => Value::Null,
    }
}

/// The charge of the latest attempt.
pub fn charge(session: &Session, handle: &Handle) -> Value {
    let total = session.total().minor;
    let payment = session.payment();
    let refunded = payment.map_or(0, Payment::refunded);
    let (status, is_paid) = match &session.stage {
        Stage::Paid(_) => ("succeeded", true),
        Stage::Processing(_) => ("pending", false),
        Stage::Open { .. } | Stage::Free | Stage::Failed(_) | Stage::Expired { .. } => ("failed", false),
    };
    let form = asked(session);
    let mut object = object("charge", &handle.charge, CHARGE_NULLS);
    extend(
        &mut object,
        json!({
            "amount": total,
            "amount_captured": if is_paid { total } else { 0 },
            "amount_refunded": refunded,
            "billing_details": { "address": address(), "email": session.buyer_email, "name": null, "phone": null, "tax_id": null },
            "captured": is_paid,
            "created": handle.at.seconds(),
            "currency": session.currency.as_str().to_lowercase(),
            "description": form.text("payment_intent_data[description]"),
            "disputed": payment.is_some_and(|payment| payment.dispute.is_some()),
            "failure_code": (status == "failed").then_some("card_declined"),
            "failure_message": (status == "failed").then_some("Your card was declined."),
            "fraud_details": {},
            "metadata": metadata(&form, "payment_intent_data[metadata]"),
            "paid": is_paid,
            "payment_intent": handle.payment,
            "refunded": is_paid && refunded >= total,
            "status": status,
        }),
    );
    Value::Object(object)
}

const CHARGE_NULLS: &[&str] = &[
    "application",
    "application_fee",
    "application_fee_amount",
    "balance_transaction",
    "calculated_statement_descriptor",
    "customer",
    "failure_balance_transaction",
    "on_behalf_of",
    "outcome",
    "payment_method",
    "payment_method_details",
    "receipt_email",
    "receipt_number",
    "receipt_url",
    "review",
    "shipping",
    "source",
    "source_transfer",
    "statement_descriptor",
    "statement_descriptor_suffix",
    "transfer_data",
    "transfer_group",
];

/// What the request that opened the session said.
fn asked(session: &Session) -> Form {
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
