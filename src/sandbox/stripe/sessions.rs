//! Stripe's checkout sessions and their lines as JSON.
//! Reads what the till knows; decides nothing.

use serde_json::{Value, json};

use super::form::Form;
use super::objects::{address, asked, extend, metadata, object};
use super::prices::Terms;
use super::{Expand, coupons, invoices, list, payments, prices, subscriptions};
use crate::sandbox::till::{Line, Session, Stage};
use crate::sandbox::world::State;

/// A checkout session.
pub fn session(state: &State, session: &Session, expand: &Expand) -> Value {
    let form = asked(session);
    let total = session.total().minor;
    let off = session.discount().map_or(0, |line| line.unit.saturating_neg());
    let intent = match session.handle().filter(|_| session.begins.is_none()) {
        Some(handle) if expand.has("payment_intent") => payments::payment_intent(session, handle, &expand.below("payment_intent")),
        Some(handle) => json!(handle.payment),
        None => Value::Null,
    };
    let mut object = object("checkout.session", &session.id, SESSION_NULLS);
    extend(&mut object, session_state(session, &form));
    extend(&mut object, begun(state, session, &form, expand));
    extend(
        &mut object,
        json!({
            "adaptive_pricing": { "enabled": false },
            "allow_promotion_codes": form.text("allow_promotion_codes").map(|asked| asked == "true"),
            "amount_subtotal": total.saturating_add(off),
            "amount_total": total,
            "automatic_tax": { "enabled": false, "liability": null, "provider": null, "status": null },
            "cancel_url": session.cancel_url,
            "client_reference_id": form.text("client_reference_id"),
            "created": session.created_at.seconds(),
            "currency": session.currency.as_str().to_lowercase(),
            "custom_fields": [],
            "custom_text": { "after_submit": null, "shipping_address": null, "submit": null, "terms_of_service_acceptance": null },
            "customer_email": form.text("customer_email"),
            "discounts": session.discount().map(|line| [discount(line)]),
            "expires_at": session.expires_at.seconds(),
            "invoice_creation": invoice_creation(),
            "locale": form.text("locale"),
            "metadata": metadata(&form, "metadata"),
            "payment_intent": intent,
            "payment_method_options": {},
            "payment_method_types": ["card"],
            "phone_number_collection": { "enabled": false },
            "shipping_options": [],
            "submit_type": form.text("submit_type"),
            "success_url": session.success_url,
            "total_details": { "amount_discount": off, "amount_shipping": 0, "amount_tax": 0 },
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
    "allowed_payment_method_types",
    "billing_address_collection",
    "client_secret",
    "collected_information",
    "consent",
    "consent_collection",
    "currency_conversion",
    "customer_account",
    "integration_identifier",
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
    "wallet_options",
];

/// What a session in mode subscription begins, and one in mode payment doesn't.
fn begun(state: &State, session: &Session, form: &Form, expand: &Expand) -> Value {
    let Some(begins) = &session.begins else {
        return json!({
            "customer": form.text("customer"), "customer_creation": form.text("customer_creation").unwrap_or("if_required"),
            "invoice": null, "mode": "payment", "payment_method_collection": "if_required", "subscription": null,
        });
    };
    let subscription = state.subscription_of(session);
    let invoice = subscription.map(|subscription| invoices::first(session, subscription));
    json!({
        "customer": subscription.map(|_| begins.customer_id.as_str()).or_else(|| form.text("customer")),
        "customer_creation": null,
        "invoice": invoice.map(|bill| {
            if expand.has("invoice") { invoices::invoice(&bill, &expand.below("invoice")) } else { json!(bill.id()) }
        }),
        "mode": "subscription",
        "payment_method_collection": form.text("payment_method_collection").unwrap_or("always"),
        "subscription": subscription.map(|subscription| {
            if expand.has("subscription") { subscriptions::subscription(session, subscription) } else { json!(subscription.id) }
        }),
    })
}

fn discount(line: &Line) -> Value {
    match line.price_id.as_str() {
        "" => json!({ "coupon": line.product_id, "promotion_code": null }),
        code => json!({ "coupon": null, "promotion_code": code }),
    }
}

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
    let mut off = session.discount().map_or(0, |line| line.unit.saturating_neg());
    let mut rows = Vec::new();
    for line in session.lines.iter().filter(|line| !coupons::is_discount(line)) {
        // What is taken off is taken off the first lines first.
        let off_line = off.min(line.unit.saturating_mul(line.quantity));
        off = off.saturating_sub(off_line);
        rows.push(line_item(session, line, off_line));
    }
    list::whole(&rows, &format!("/v1/checkout/sessions/{}/line_items", session.id))
}

fn line_item(session: &Session, line: &Line, off: i64) -> Value {
    let amount = line.unit.saturating_mul(line.quantity);
    json!({
        "id": line.id,
        "object": "item",
        "adjustable_quantity": null,
        "amount_discount": off,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount.saturating_sub(off),
        "currency": session.currency.as_str().to_lowercase(),
        "description": line.name,
        "metadata": {},
        "price": price_of(line, session),
        "quantity": line.quantity,
    })
}

pub fn price_of(line: &Line, session: &Session) -> Value {
    prices::price(&Terms {
        id: &line.price_id,
        product: &line.product_id,
        unit: line.unit,
        currency: session.currency,
        every: line.every,
        made_at: session.created_at,
        is_active: line.is_catalog,
    })
}
