//! Stripe's payment intents and charges as JSON.

use serde_json::{Value, json};

use super::Expand;
use super::call::{Asked, Outcome};
use super::error::StripeError;
use super::objects::{address, asked, extend, metadata, object};
use crate::sandbox::till::{Handle, Payment, Session, Stage};
use crate::sandbox::world::State;

/// `GET /v1/payment_intents/{id}`.
pub fn one(state: &State, asked: &Asked<'_>) -> Outcome {
    let found = state.session_of_payment(asked.id).and_then(|session| Some((session, session.handle()?)));
    let (session, handle) = found.ok_or_else(|| StripeError::unknown("payment_intent", "intent", asked.id))?;
    Ok(payment_intent(session, handle, &Expand::of(asked.form)))
}

/// `GET /v1/charges/{id}`.
pub fn one_charge(state: &State, asked: &Asked<'_>) -> Outcome {
    let found = state.session_of_charge(asked.id).and_then(|session| Some((session, session.handle()?)));
    let (session, handle) = found.ok_or_else(|| StripeError::unknown("charge", "charge", asked.id))?;
    Ok(charge(session, handle))
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
