//! Invoices: the bill behind every payment, as Flowglad answers it. Read off the payment and what was sold.

use serde_json::{Value, json};

use super::call::Outcome;
use super::error::FlowgladError;
use super::records::{find as find_record, record, text_of};
use super::{ORGANIZATION, payments};
use crate::sandbox::till::{Line, Session};
use crate::sandbox::world::State;
use crate::values::Timestamp;

pub fn find(state: &State, id: &str) -> Outcome {
    let payment = find_record(payments::all(state), "Invoice", "invoiceId", id)?;
    let session = payments::session_behind(state, &payment).ok_or_else(|| FlowgladError::missing("Invoice", id))?;
    let lines: Vec<Value> = session.lines.iter().map(|line| line_item(id, session, line)).collect();
    Ok(json!({ "invoice": invoice(id, &payment), "invoiceLineItems": lines }))
}

fn invoice(id: &str, payment: &Value) -> Value {
    let of = |field: &str| payment.get(field).cloned().unwrap_or_default();
    let subscription = of("subscriptionId");
    let (kind, purchase) = if subscription.is_null() { ("purchase", of("purchaseId")) } else { ("subscription", Value::Null) };
    let gone = payment.get("refundedAmount").and_then(Value::as_i64).unwrap_or_default();
    let status = match text_of(payment, "status") {
        "refunded" => "refunded",
        "succeeded" if gone > 0 => "partially_refunded",
        "succeeded" => "paid",
        "processing" => "awaiting_payment_confirmation",
        _ => "open",
    };
    let own = json!({
        "type": kind, "purchaseId": purchase, "subscriptionId": subscription, "billingPeriodId": of("billingPeriodId"),
        "invoiceNumber": id.replace("inv_", "SANDBOX-").to_uppercase(), "invoiceDate": of("chargeDate"), "dueDate": of("chargeDate"),
        "customerId": of("customerId"), "organizationId": ORGANIZATION, "status": status, "billingRunId": null,
        "billingPeriodStartDate": null, "billingPeriodEndDate": null, "ownerMembershipId": null, "pdfURL": null,
        "receiptPdfURL": null, "memo": null, "bankPaymentOnly": false, "currency": of("currency"), "taxAmount": null,
        "subtotal": of("amount"), "taxType": null, "taxCountry": null, "taxState": null, "taxRatePercentage": null,
        "applicationFee": null,
    });
    record(id, moment(payment), own)
}

fn line_item(invoice: &str, session: &Session, line: &Line) -> Value {
    let own = json!({
        "invoiceId": invoice, "quantity": line.quantity, "priceId": Some(&line.price_id).filter(|_| line.unit >= 0),
        "description": line.name, "price": line.unit, "type": "static", "ledgerAccountId": null, "ledgerAccountCredit": null,
    });
    record(&line.id, session.created_at, own)
}

fn moment(payment: &Value) -> Timestamp {
    Timestamp::from_millis(payment.get("createdAt").and_then(Value::as_i64).unwrap_or_default())
}
