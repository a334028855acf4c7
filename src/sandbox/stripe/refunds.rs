//! Stripe's refunds and disputes: asked for, read, and shaped.

use serde_json::{Map, Value, json};

use super::call::{Asked, Outcome};
use super::error::StripeError;
use super::form::Form;
use super::list::page;
use super::metadata;
use super::objects::{extend, object};
use crate::sandbox::till::{Dispute, Handle, Payment, Refund, Session, Verdict};
use crate::sandbox::world::{Change, State};

const KNOWN: &[&str] = &["amount", "charge", "currency", "instructions_email", "metadata", "payment_intent", "reason"];
/// How long a shop has to answer a dispute, in seconds.
const EVIDENCE_SECONDS: i64 = 7 * 86_400;

/// `POST /v1/refunds`.
pub fn create(change: &mut Change<'_>, asked: &Asked<'_>) -> Outcome {
    let form = asked.form;
    form.only(KNOWN)?;
    metadata::checked(form, "metadata")?;
    let session = session_of(change.state, form)?;
    let amount = form.integer("amount")?;
    form.word("reason", &["duplicate", "fraudulent", "requested_by_customer"])?;
    let (id, now, words) = (change.id("re_"), change.now, json!(form));
    let session_id = session.id.clone();
    match change.act(&session_id, |session| session.refund(id.clone(), amount, words, now)) {
        Some(Ok(session)) => find(std::slice::from_ref(&session), &id),
        Some(Err(refusal)) => Err(StripeError::refused(refusal)),
        None => Err(StripeError::unknown_parameter("payment_intent", "payment_intent", &session_id)),
    }
}

/// `GET /v1/refunds`, of one payment or of all.
pub fn all(state: &State, asked: &Asked<'_>) -> Outcome {
    let refunds = payments(state, asked.form).flat_map(|(session, payment)| {
        payment.refunds.iter().rev().map(move |refund| (refund.id.as_str(), (session, &payment.handle, refund)))
    });
    page(refunds, asked.form, "/v1/refunds", |(session, handle, refund)| refund_object(session, handle, refund))
}

/// `GET /v1/refunds/{id}`.
pub fn one(state: &State, asked: &Asked<'_>) -> Outcome {
    find(&state.sessions, asked.id)
}

/// `GET /v1/disputes`, of one payment or of all.
pub fn disputes(state: &State, asked: &Asked<'_>) -> Outcome {
    let disputes = payments(state, asked.form).filter_map(|(session, payment)| {
        let dispute = payment.dispute.as_ref()?;
        Some((dispute.id.as_str(), (session, &payment.handle, dispute)))
    });
    page(disputes, asked.form, "/v1/disputes", |(session, handle, dispute)| dispute_object(session, handle, dispute))
}

/// `GET /v1/disputes/{id}`.
pub fn dispute(state: &State, asked: &Asked<'_>) -> Outcome {
    let id = asked.id;
    let mut paid = state.sessions.iter().rev().filter_map(|session| Some((session, session.payment()?)));
    let found = paid.find_map(|(session, payment)| {
        let dispute = payment.dispute.as_ref().filter(|dispute| dispute.id == id)?;
        Some(dispute_object(session, &payment.handle, dispute))
    });
    found.ok_or_else(|| StripeError::unknown("dispute", "dispute", id))
}

/// What was paid, newest first, narrowed by `payment_intent` or `charge`.
fn payments<'a>(state: &'a State, form: &'a Form) -> impl Iterator<Item = (&'a Session, &'a Payment)> {
    state.sessions.iter().rev().filter_map(|session| Some((session, session.payment()?))).filter(|(_, payment)| {
        let is_asked_for = |name, id: &str| form.text(name).is_none_or(|asked| asked == id);
        is_asked_for("payment_intent", &payment.handle.payment) && is_asked_for("charge", &payment.handle.charge)
    })
}

fn find(sessions: &[Session], id: &str) -> Outcome {
    let mut paid = sessions.iter().rev().filter_map(|session| Some((session, session.payment()?)));
    let found = paid.find_map(|(session, payment)| {
        let refund = payment.refunds.iter().find(|refund| refund.id == id)?;
        Some(refund_object(session, &payment.handle, refund))
    });
    found.ok_or_else(|| StripeError::unknown("refund", "refund", id))
}

fn session_of<'a>(state: &'a State, form: &Form) -> Result<&'a Session, StripeError> {
    if let Some(payment) = form.text("payment_intent") {
        let found = state.session_of_payment(payment);
        return found.ok_or_else(|| StripeError::unknown_parameter("payment_intent", "payment_intent", payment));
    }
    let charge = form.text("charge").ok_or_else(|| StripeError::missing("payment_intent"))?;
    let found = state.session_of_charge(charge);
    found.ok_or_else(|| StripeError::unknown_parameter("charge", "charge", charge))
}

pub fn refund_object(session: &Session, handle: &Handle, refund: &Refund) -> Value {
    let asked: Form = serde_json::from_value(refund.asked.clone()).unwrap_or_default();
    let mut object = without_mode(object("refund", &refund.id, REFUND_NULLS));
    extend(
        &mut object,
        json!({
            "amount": refund.amount,
            "charge": handle.charge,
            "created": refund.at.seconds(),
            "currency": session.currency.as_str().to_lowercase(),
            "metadata": asked.map("metadata"),
            "payment_intent": handle.payment,
            "reason": asked.text("reason"),
            "status": "succeeded",
        }),
    );
    Value::Object(object)
}

const REFUND_NULLS: &[&str] = &[
    "balance_transaction",
    "customer",
    "customer_account",
    "payment_method",
    "receipt_number",
    "source_transfer_reversal",
    "transfer_reversal",
];

/// Refunds don't say whether they are live.
fn without_mode(mut object: Map<String, Value>) -> Map<String, Value> {
    object.remove("livemode");
    object
}

pub fn dispute_object(session: &Session, handle: &Handle, dispute: &Dispute) -> Value {
    let status = match dispute.verdict {
        Verdict::Pending => "needs_response",
        Verdict::Won => "won",
        Verdict::Lost => "lost",
    };
    let mut object = object("dispute", &dispute.id, &["intended_submission_method"]);
    extend(
        &mut object,
        json!({
            "amount": dispute.amount,
            "balance_transactions": [],
            "charge": handle.charge,
            "created": dispute.at.seconds(),
            "currency": session.currency.as_str().to_lowercase(),
            "enhanced_eligibility_types": [],
            "evidence": evidence(),
            "evidence_details": {
                "due_by": dispute.at.seconds().saturating_add(EVIDENCE_SECONDS), "enhanced_eligibility": {}, "has_evidence": false,
                "past_due": false, "submission_count": 0, "submission_method": "not_submitted",
            },
            "is_charge_refundable": false,
            "metadata": {},
            "payment_intent": handle.payment,
            "reason": "fraudulent",
            "status": status,
        }),
    );
    Value::Object(object)
}

/// Nobody submitted any.
fn evidence() -> Value {
    const NAMES: [&str; 27] = [
        "access_activity_log",
        "billing_address",
        "cancellation_policy",
        "cancellation_policy_disclosure",
        "cancellation_rebuttal",
        "customer_communication",
        "customer_email_address",
        "customer_name",
        "customer_purchase_ip",
        "customer_signature",
        "duplicate_charge_documentation",
        "duplicate_charge_explanation",
        "duplicate_charge_id",
        "product_description",
        "receipt",
        "refund_policy",
        "refund_policy_disclosure",
        "refund_refusal_explanation",
        "service_date",
        "service_documentation",
        "shipping_address",
        "shipping_carrier",
        "shipping_date",
        "shipping_documentation",
        "shipping_tracking_number",
        "uncategorized_file",
        "uncategorized_text",
    ];
    let mut evidence: Map<String, Value> = NAMES.iter().map(|name| ((*name).to_owned(), Value::Null)).collect();
    evidence.insert("enhanced_evidence".to_owned(), json!({}));
    Value::Object(evidence)
}
