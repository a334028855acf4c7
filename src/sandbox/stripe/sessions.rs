//! Stripe's checkout sessions and their lines as JSON.
//! Reads what the till knows; decides nothing.

use serde_json::{Value, json};

use super::form::Form;
use super::objects::{address, asked, extend, metadata, object};
use super::{Expand, catalog, list, payments};
use crate::sandbox::till::{Line, Session, Stage};

/// A checkout session.
pub fn session(session: &Session, expand: &Expand) -> Value {
    let form = asked(session);
    let total = session.total().minor;
    let intent = match session.handle() {
        Some(handle) if expand.has("payment_intent") => payments::payment_intent(session, handle, &expand.below("payment_intent")),
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

/// The list of a session's lines.
pub fn line_items(session: &Session) -> Value {
    let lines: Vec<Value> = session.lines.iter().map(|line| line_item(session, line)).collect();
    list::whole(&lines, &format!("/v1/checkout/sessions/{}/line_items", session.id))
}

fn line_item(session: &Session, line: &Line) -> Value {
    let amount = line.unit.saturating_mul(line.quantity);
    let currency = session.currency.as_str().to_lowercase();
    let price =
        catalog::price(&line.price_id, &line.product_id, line.unit, &currency, session.created_at.seconds(), line.is_catalog);
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
