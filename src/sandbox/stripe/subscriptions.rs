//! Stripe's subscriptions: shaped, read, changed and ended.

use serde_json::{Map, Value, json};

use super::call::{Asked, Outcome};
use super::error::StripeError;
use super::list::{page, whole};
use super::objects::{asked as asked_at_first, extend, metadata as said_metadata, object};
use super::{coupons, invoices, metadata, prices, sessions};
use crate::sandbox::till::{Line, Provider, Session, Standing, Subscription};
use crate::sandbox::world::{Change, State};
use crate::values::Timestamp;

/// A subscription; `session` began it.
pub fn subscription(session: &Session, subscription: &Subscription) -> Value {
    let form = asked_at_first(session);
    let (began, ended) = (subscription.began_at.seconds(), subscription.ended_at().map(Timestamp::seconds));
    let asked = subscription.end_asked_at;
    let end = asked.map(|_| ended.unwrap_or_else(|| subscription.period_end().seconds()));
    let items: Vec<Value> = subscription
        .lines
        .iter()
        .filter(|line| !coupons::is_discount(line))
        .map(|line| item(session, subscription, line))
        .collect();
    let mut object = object("subscription", &subscription.id, NULLS);
    extend(
        &mut object,
        json!({
            "automatic_tax": { "disabled_reason": null, "enabled": false, "liability": null },
            "billing_cycle_anchor": began,
            "billing_mode": { "flexible": null, "type": "classic" },
            "billing_schedules": [],
            "cancel_at": end,
            "cancel_at_period_end": asked.is_some() && ended.is_none(),
            "canceled_at": asked.map(Timestamp::seconds).or(ended),
            "cancellation_details": {
                "comment": null, "feedback": null, "feedback_option": null,
                "reason": (asked.is_some() || ended.is_some()).then_some("cancellation_requested"),
            },
            "collection_method": "charge_automatically",
            "created": began,
            "currency": subscription.currency.as_str().to_lowercase(),
            "customer": subscription.customer_id,
            "default_tax_rates": [],
            "description": form.text("subscription_data[description]"),
            "discounts": [],
            "ended_at": ended,
            "invoice_settings": { "account_tax_ids": null, "custom_fields": null, "description": null, "footer": null, "issuer": { "type": "self" } },
            "items": whole(&items, &format!("/v1/subscription_items?subscription={}", subscription.id)),
            "latest_invoice": invoices::latest(session, subscription).id(),
            "metadata": said_metadata(&form, "subscription_data[metadata]"),
            "payment_settings": { "payment_method_options": null, "payment_method_types": null, "save_default_payment_method": "off" },
            "start_date": began,
            "status": status(subscription),
            "trial_settings": { "end_behavior": { "missing_payment_method": "create_invoice" } },
        }),
    );
    Value::Object(object)
}

const NULLS: &[&str] = &[
    "application",
    "application_fee_percent",
    "billing_cycle_anchor_config",
    "billing_thresholds",
    "customer_account",
    "days_until_due",
    "default_payment_method",
    "default_source",
    "managed_payments",
    "next_pending_invoice_item_invoice",
    "on_behalf_of",
    "pause_collection",
    "pending_invoice_item_interval",
    "pending_setup_intent",
    "pending_update",
    "schedule",
    "test_clock",
    "transfer_data",
    "trial_end",
    "trial_start",
];

const fn status(subscription: &Subscription) -> &'static str {
    match subscription.standing {
        Standing::Active => "active",
        Standing::PastDue => "past_due",
        Standing::Paused => "paused",
        Standing::Ended { .. } => "canceled",
    }
}

fn item(session: &Session, subscription: &Subscription, line: &Line) -> Value {
    json!({
        "id": item_id(line),
        "object": "subscription_item",
        "billing_thresholds": null,
        "created": subscription.began_at.seconds(),
        "current_period_end": subscription.period_end().seconds(),
        "current_period_start": subscription.period_start().seconds(),
        "current_trial": null,
        "discounts": [],
        "metadata": {},
        "plan": plan(session, line),
        "price": sessions::price_of(line, session),
        "quantity": line.quantity,
        "subscription": subscription.id,
        "tax_rates": [],
    })
}

pub fn item_id(line: &Line) -> String {
    line.id.replace("li_", "si_")
}

/// What a price was called before there were prices; Stripe still tells it.
fn plan(session: &Session, line: &Line) -> Value {
    let mut plan: Map<String, Value> =
        object("plan", &line.price_id, &["meter", "nickname", "tiers_mode", "transform_usage", "trial_period_days"]);
    let every = line.every;
    extend(
        &mut plan,
        json!({
            "active": line.is_catalog, "amount": line.unit, "amount_decimal": line.unit.to_string(), "billing_scheme": "per_unit",
            "created": session.created_at.seconds(), "currency": session.currency.as_str().to_lowercase(),
            "interval": every.map_or("month", |every| prices::interval(every.unit)), "interval_count": every.map_or(1, |every| every.count),
            "metadata": {}, "product": line.product_id, "usage_type": "licensed",
        }),
    );
    Value::Object(plan)
}

/// `GET /v1/subscriptions/{id}`.
pub fn one(state: &State, asked: &Asked<'_>) -> Outcome {
    let (session, found) = find(state, asked.id)?;
    Ok(subscription(session, found))
}

/// `GET /v1/subscriptions`: without a status, those that have not ended.
pub fn all(state: &State, asked: &Asked<'_>) -> Outcome {
    let form = asked.form;
    let is_asked_for = |one: &&Subscription| {
        let fits = match form.text("status") {
            None => one.ended_at().is_none(),
            Some("all") => true,
            Some("ended") => one.ended_at().is_some(),
            Some(asked) => status(one) == asked,
        };
        one.provider == Provider::Stripe && fits && form.text("customer").is_none_or(|customer| one.customer_id == customer)
    };
    let known = state.subscriptions.iter().rev().filter(is_asked_for);
    let rows = known.filter_map(|one| Some((one.id.as_str(), (state.session(&one.session_id)?, one))));
    page(rows, form, "/v1/subscriptions", |(session, one)| subscription(session, one))
}

/// `POST /v1/subscriptions/{id}`: whether it ends with its period, and its metadata.
pub fn update(change: &mut Change<'_>, asked: &Asked<'_>) -> Outcome {
    asked.form.only(&["cancel_at_period_end", "description", "metadata", "proration_behavior"])?;
    metadata::checked(asked.form, "metadata")?;
    let wanted = asked.form.flag("cancel_at_period_end")?;
    let (session, found) = find(change.state, asked.id)?;
    if found.ended_at().is_some() {
        let message = "A canceled subscription can only update its cancellation_details and metadata.";
        return Err(StripeError::parameter("parameter_invalid", "cancel_at_period_end", message));
    }
    let (session_id, is_asked, now) = (session.id.clone(), found.end_asked_at.is_some(), change.now);
    if let Some(session) = change.state.sessions.iter_mut().find(|session| session.id == session_id) {
        let mut form = asked_at_first(session);
        form.update_map("subscription_data[metadata]", asked.form, "metadata");
        session.asked = json!(form);
    }
    let turned = match wanted {
        Some(true) if !is_asked => change.turn(asked.id, |subscription| subscription.schedule_end(now)),
        Some(false) if is_asked => change.turn(asked.id, |subscription| subscription.call_off_end(now)),
        Some(_) | None => None,
    };
    turned.transpose().map_err(StripeError::refused)?;
    one(change.state, asked)
}

/// `DELETE /v1/subscriptions/{id}`: ends it at once. Stripe knows none that has ended already.
pub fn cancel(change: &mut Change<'_>, asked: &Asked<'_>) -> Outcome {
    let now = change.now;
    match change.turn(asked.id, |subscription| subscription.end(now)) {
        Some(Ok(_)) => one(change.state, asked),
        Some(Err(_)) | None => Err(unknown(asked.id)),
    }
}

fn find<'a>(state: &'a State, id: &str) -> Result<(&'a Session, &'a Subscription), StripeError> {
    let found = state.subscription(id).filter(|subscription| subscription.provider == Provider::Stripe);
    found.and_then(|found| Some((state.session(&found.session_id)?, found))).ok_or_else(|| unknown(id))
}

fn unknown(id: &str) -> StripeError {
    StripeError::unknown("subscription", "id", id)
}
