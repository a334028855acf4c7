//! Stripe's invoices: one for each period of a subscription, made of what the till knows of it.

use serde_json::{Value, json};

use super::Expand;
use super::call::{Asked, Outcome};
use super::error::StripeError;
use super::list::{page, whole};
use super::objects::{address, asked as asked_at_first, extend, metadata, object};
use super::{coupons, subscriptions};
use crate::sandbox::till::{Handle, Line, Provider, Renewal, Session, Subscription};
use crate::sandbox::world::State;
use crate::values::Timestamp;

/// What one invoice is about.
pub struct Bill<'a> {
    session: &'a Session,
    subscription: &'a Subscription,
    /// `None` for the first period, which the session paid.
    renewal: Option<&'a Renewal>,
}

/// The invoice that paying the session paid.
pub const fn first<'a>(session: &'a Session, subscription: &'a Subscription) -> Bill<'a> {
    Bill { session, subscription, renewal: None }
}

/// That of the period that runs.
pub fn latest<'a>(session: &'a Session, subscription: &'a Subscription) -> Bill<'a> {
    Bill { session, subscription, renewal: subscription.renewals.last() }
}

impl Bill<'_> {
    /// Made of the id of what was paid by it.
    pub fn id(&self) -> String {
        match self.renewal {
            None => self.subscription.id.replacen("sub_", "in_", 1),
            Some(renewal) => renewal.handle.payment.replacen("pi_", "in_", 1),
        }
    }

    fn handle(&self) -> Option<&Handle> {
        self.renewal.map(|renewal| &renewal.handle).or_else(|| self.session.payment().map(|payment| &payment.handle))
    }

    fn is_paid(&self) -> bool {
        self.renewal.is_none_or(|renewal| renewal.is_paid)
    }

    fn lines(&self) -> &[Line] {
        if self.renewal.is_none() { &self.session.lines } else { &self.subscription.lines }
    }

    fn period(&self) -> (Timestamp, Timestamp) {
        let began = self.subscription.began_at;
        self.renewal
            .map_or_else(|| (began, self.subscription.every.after(began, 1)), |renewal| (renewal.starts_at, renewal.ends_at))
    }
}

pub fn invoice(bill: &Bill<'_>, expand: &Expand) -> Value {
    let id = bill.id();
    let (discounts, sold): (Vec<&Line>, Vec<&Line>) = bill.lines().iter().partition(|line| coupons::is_discount(line));
    let sum = |lines: &[&Line]| lines.iter().map(|line| line.unit.saturating_mul(line.quantity)).fold(0, i64::saturating_add);
    let subtotal = sum(&sold);
    let total = subtotal.saturating_add(sum(&discounts));
    let (paid, remaining) = if bill.is_paid() { (total, 0) } else { (0, total) };
    let (starts_at, ends_at) = bill.period();
    let made_at = bill.handle().map_or(starts_at, |handle| handle.at).seconds();
    let taken_off: Vec<Value> =
        discounts.iter().map(|line| json!({ "amount": line.unit.saturating_neg(), "discount": line.id })).collect();
    let lines: Vec<Value> = sold.iter().map(|line| invoice_line(bill, line)).collect();
    let form = asked_at_first(bill.session);
    let mut object = object("invoice", &id, NULLS);
    extend(
        &mut object,
        json!({
            "amount_due": total, "amount_overpaid": 0, "amount_paid": paid, "amount_remaining": remaining, "amount_shipping": 0,
            "attempt_count": 1, "attempted": true, "auto_advance": !bill.is_paid(),
            "automatic_tax": { "disabled_reason": null, "enabled": false, "liability": null, "provider": null, "status": null },
            "billing_reason": if bill.renewal.is_none() { "subscription_create" } else { "subscription_cycle" },
            "collection_method": "charge_automatically", "created": made_at,
            "currency": bill.subscription.currency.as_str().to_lowercase(), "customer": bill.subscription.customer_id,
            "customer_address": address(), "customer_email": bill.subscription.buyer_email, "customer_tax_exempt": "none", "customer_tax_ids": [],
            "default_tax_rates": [], "discounts": discounts.iter().map(|line| &line.id).collect::<Vec<_>>(),
            "effective_at": made_at, "ending_balance": 0, "issuer": { "type": "self" },
            "lines": whole(&lines, &format!("/v1/invoices/{id}/lines")),
            "metadata": {}, "number": id.trim_start_matches("in_").to_uppercase(),
            "parent": {
                "quote_details": null, "type": "subscription_details",
                "subscription_details": { "metadata": metadata(&form, "subscription_data[metadata]"), "subscription": bill.subscription.id },
            },
            "payment_settings": { "default_mandate": null, "payment_method_options": null, "payment_method_types": null },
            "period_end": ends_at.seconds(), "period_start": starts_at.seconds(),
            "post_payment_credit_notes_amount": 0, "pre_payment_credit_notes_amount": 0, "starting_balance": 0,
            "status": if bill.is_paid() { "paid" } else { "open" },
            "status_transitions": {
                "finalized_at": made_at, "marked_uncollectible_at": null, "paid_at": bill.is_paid().then_some(made_at), "voided_at": null,
            },
            "subtotal": subtotal, "subtotal_excluding_tax": subtotal, "total": total, "total_discount_amounts": taken_off,
            "total_excluding_tax": total, "total_taxes": [],
        }),
    );
    if expand.has("payments") {
        object.insert("payments".to_owned(), payments(bill, &id, total));
    }
    Value::Object(object)
}

const NULLS: &[&str] = &[
    "account_country",
    "account_name",
    "account_tax_ids",
    "application",
    "automatically_finalizes_at",
    "custom_fields",
    "customer_account",
    "customer_name",
    "customer_phone",
    "customer_shipping",
    "default_payment_method",
    "default_source",
    "description",
    "due_date",
    "footer",
    "from_invoice",
    "last_finalization_error",
    "latest_revision",
    "next_payment_attempt",
    "on_behalf_of",
    "receipt_number",
    "rendering",
    "shipping_cost",
    "shipping_details",
    "statement_descriptor",
    "test_clock",
    "total_pretax_credit_amounts",
    "webhooks_delivered_at",
];

fn invoice_line(bill: &Bill<'_>, line: &Line) -> Value {
    let (starts_at, ends_at) = bill.period();
    let amount = line.unit.saturating_mul(line.quantity);
    let mut object = object("line_item", &line.id.replace("li_", "il_"), &["pretax_credit_amounts", "quantity_decimal"]);
    extend(
        &mut object,
        json!({
            "amount": amount, "currency": bill.subscription.currency.as_str().to_lowercase(), "description": line.name,
            "discount_amounts": [], "discountable": true, "discounts": [], "invoice": bill.id(), "metadata": {},
            "parent": {
                "invoice_item_details": null, "type": "subscription_item_details",
                "subscription_item_details": {
                    "invoice_item": null, "proration": false, "proration_details": { "credited_items": null },
                    "subscription": bill.subscription.id, "subscription_item": subscriptions::item_id(line),
                },
            },
            "period": { "end": ends_at.seconds(), "start": starts_at.seconds() },
            "pricing": {
                "type": "price_details", "unit_amount_decimal": line.unit.to_string(),
                "price_details": { "price": line.price_id, "product": line.product_id },
            },
            "quantity": line.quantity, "subscription": bill.subscription.id, "subtotal": amount, "taxes": [],
        }),
    );
    Value::Object(object)
}

/// The payments of an invoice, which Stripe tells only where it is asked to.
fn payments(bill: &Bill<'_>, id: &str, total: i64) -> Value {
    let made = bill.handle().map(|handle| {
        json!({
            "id": handle.payment.replacen("pi_", "inpay_", 1), "object": "invoice_payment", "livemode": false,
            "amount_paid": bill.is_paid().then_some(total), "amount_requested": total, "created": handle.at.seconds(),
            "currency": bill.subscription.currency.as_str().to_lowercase(), "invoice": id, "is_default": true,
            "payment": { "type": "payment_intent", "payment_intent": handle.payment },
            "status": if bill.is_paid() { "paid" } else { "open" },
            "status_transitions": { "canceled_at": null, "paid_at": bill.is_paid().then(|| handle.at.seconds()) },
        })
    });
    whole(made.as_slice(), &format!("/v1/invoice_payments?invoice={id}"))
}

/// `GET /v1/invoices/{id}`.
pub fn one(state: &State, asked: &Asked<'_>) -> Outcome {
    let found = bills(state).find(|bill| bill.id() == asked.id);
    let found = found.ok_or_else(|| StripeError::unknown("invoice", "invoice", asked.id))?;
    Ok(invoice(&found, &Expand::of(asked.form)))
}

/// `GET /v1/invoices`.
pub fn all(state: &State, asked: &Asked<'_>) -> Outcome {
    let form = asked.form;
    let is_asked_for = |bill: &Bill<'_>| {
        form.text("subscription").is_none_or(|id| bill.subscription.id == id)
            && form.text("customer").is_none_or(|id| bill.subscription.customer_id == id)
    };
    let found: Vec<(String, Bill<'_>)> = bills(state).filter(is_asked_for).map(|bill| (bill.id(), bill)).collect();
    let expand = Expand::of(form).below("data");
    page(found.iter().map(|(id, bill)| (id.as_str(), bill)), form, "/v1/invoices", |bill| invoice(bill, &expand))
}

/// Newest first.
fn bills(state: &State) -> impl Iterator<Item = Bill<'_>> {
    let subscriptions = state.subscriptions.iter().rev().filter(|subscription| subscription.provider == Provider::Stripe);
    let begun = subscriptions.filter_map(|subscription| Some((state.session(&subscription.session_id)?, subscription)));
    begun.flat_map(|(session, subscription)| {
        let renewed = subscription.renewals.iter().rev().map(move |renewal| Bill { session, subscription, renewal: Some(renewal) });
        renewed.chain(std::iter::once(first(session, subscription)))
    })
}
