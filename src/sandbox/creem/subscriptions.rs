//! Creem's subscriptions: how they are shown, found, paused, resumed, changed and ended. When they are paid is the till's.

use serde_json::{Value, json};

use super::call::{Call, Outcome};
use super::error::CreemError;
use super::objects::{self, asked, iso, kept, object, record};
use super::{customers, products};
use crate::sandbox::till::{Handle, Line, Provider, Refusal, Session, Standing, Subscription, Turn};
use crate::sandbox::world::{Change, State};

const UPDATE_BEHAVIORS: [&str; 3] = ["proration-charge-immediately", "proration-charge", "proration-none"];

/// A subscription; with its product and customer whole where it is told of by itself. `session` began it.
pub fn shown(state: &State, session: &Session, subscription: &Subscription, is_whole: bool) -> Value {
    let paid = last_paid(session, subscription);
    let product = state.creem.upgraded.get(&subscription.id).cloned().unwrap_or_else(|| objects::product(session));
    let id = product.get("id").cloned().unwrap_or_default();
    let units = subscription.lines.first().map_or(1, |line| line.quantity);
    let mut item = object("subscription_item", &subscription.id.replacen("sub_", "sitem_", 1));
    item.extend(record(json!({ "product_id": id, "units": units })));
    let mut object = object("subscription", &subscription.id);
    object.extend(record(json!({
        "product": if is_whole { product } else { id },
        "customer": if is_whole { customers::of_session(state, session) } else { json!(customers::id_of_buyer(session)) },
        "items": [item], "collection_method": "charge_automatically", "status": status(subscription),
        "last_transaction_date": iso(paid.map_or(subscription.began_at, |handle| handle.at)),
        "next_transaction_date": iso(subscription.paid_until()),
        "current_period_start_date": iso(subscription.period_start()), "current_period_end_date": iso(subscription.period_end()),
        "canceled_at": subscription.ended_at().map(iso), "created_at": iso(subscription.began_at),
        "updated_at": iso(subscription.updated_at),
    })));
    object.extend(paid.map(|handle| ("last_transaction_id".to_owned(), json!(handle.payment))));
    let discount = Some(kept(session, "/discount")).filter(|discount| discount.is_object());
    object.extend(discount.map(|discount| ("discount".to_owned(), objects::told(discount))));
    let metadata = Some(asked(session, "metadata")).filter(|value| value.is_object());
    object.extend(metadata.map(|metadata| ("metadata".to_owned(), metadata.clone())));
    Value::Object(object)
}

const fn status(subscription: &Subscription) -> &'static str {
    match (subscription.standing, subscription.end_asked_at) {
        (Standing::Active, None) => "active",
        (Standing::Active, Some(_)) => "scheduled_cancel",
        (Standing::PastDue, _) => "past_due",
        (Standing::Paused, _) => "paused",
        (Standing::Ended { .. }, _) => "canceled",
    }
}

/// The payment that was made last: a renewal's, or that of the checkout.
fn last_paid<'a>(session: &'a Session, subscription: &'a Subscription) -> Option<&'a Handle> {
    let renewed = subscription.renewals.iter().rev().find(|renewal| renewal.is_paid).map(|renewal| &renewal.handle);
    renewed.or_else(|| session.payment().map(|payment| &payment.handle))
}

/// How Creem calls what happened to one.
pub const fn event_of(turn: Turn) -> &'static str {
    match turn {
        Turn::Renewed => "subscription.paid",
        Turn::RenewalFailed => "subscription.past_due",
        Turn::EndScheduled => "subscription.scheduled_cancel",
        Turn::EndCalledOff | Turn::Resumed | Turn::Changed => "subscription.update",
        Turn::Paused => "subscription.paused",
        Turn::Ended => "subscription.canceled",
    }
}

fn find<'a>(state: &'a State, id: &str) -> Result<(&'a Session, &'a Subscription), CreemError> {
    let subscription = state.subscription(id).filter(|subscription| subscription.provider == Provider::Creem);
    let found = subscription.and_then(|subscription| Some((state.session(&subscription.session_id)?, subscription)));
    found.ok_or_else(unknown)
}

/// `GET /v1/subscriptions`.
pub fn read(state: &State, id: &str) -> Outcome {
    let (session, subscription) = find(state, id)?;
    Ok(shown(state, session, subscription, true))
}

/// `GET /v1/subscriptions/search`, the youngest first.
pub fn search(state: &State, call: &Call) -> Outcome {
    call.page(all(state).map(|(session, subscription)| shown(state, session, subscription, true)).collect())
}

/// `GET /v1/customers/{id}/subscriptions`.
pub fn of_customer(state: &State, call: &Call, id: &str) -> Outcome {
    let theirs = all(state).filter(|(session, _)| customers::id_of_buyer(session) == id);
    call.page(theirs.map(|(session, subscription)| shown(state, session, subscription, true)).collect())
}

fn all(state: &State) -> impl Iterator<Item = (&Session, &Subscription)> {
    let own = state.subscriptions.iter().rev().filter(|subscription| subscription.provider == Provider::Creem);
    own.filter_map(|subscription| Some((state.session(&subscription.session_id)?, subscription)))
}

/// `POST /v1/subscriptions/{id}/cancel`, at once where it doesn't say when.
pub fn cancel(change: &mut Change<'_>, call: &Call, id: &str) -> Outcome {
    let is_scheduled = call.body.word("mode", &["immediate", "scheduled"])? == Some("scheduled");
    if is_scheduled && call.body.word("onExecute", &["cancel", "pause"])? == Some("pause") {
        return Err(CreemError::bad(
            "A pause at the period's end can't be scheduled here: pause the subscription when it has come.",
        ));
    }
    let now = change.now;
    turn(change, id, |subscription| if is_scheduled { subscription.schedule_end(now) } else { subscription.end(now) })
}

/// `POST /v1/subscriptions/{id}/pause`.
pub fn pause(change: &mut Change<'_>, id: &str) -> Outcome {
    let now = change.now;
    turn(change, id, |subscription| subscription.pause(now))
}

/// `POST /v1/subscriptions/{id}/resume`: one that was paused, or whose end was scheduled.
pub fn resume(change: &mut Change<'_>, id: &str) -> Outcome {
    let now = change.now;
    turn(change, id, |subscription| match subscription.end_asked_at {
        Some(_) => subscription.call_off_end(now),
        None => subscription.resume(now),
    })
}

/// `POST /v1/subscriptions/{id}/upgrade`: another product from the next period on. What is left of this one isn't charged or given back.
pub fn upgrade(change: &mut Change<'_>, call: &Call, id: &str) -> Outcome {
    call.body.word("update_behavior", &UPDATE_BEHAVIORS)?;
    let product_id = call.body.required("product_id")?;
    let product = products::find(change.world, change.state, product_id).ok_or_else(|| CreemError::unknown("Product"))?;
    let (_, subscription) = find(change.state, id)?;
    let is_like_it = product.get("currency").is_some_and(|currency| currency == subscription.currency.as_str());
    let Some(every) = products::interval(&product).filter(|_| is_like_it) else {
        return Err(CreemError::bad("product_id must be a recurring product of the same currency"));
    };
    let units = subscription.lines.first().map_or(1, |line| line.quantity);
    let line = Line {
        id: change.id("line_"),
        name: product.get("name").and_then(Value::as_str).unwrap_or_default().to_owned(),
        description: None,
        quantity: units,
        unit: product.get("price").and_then(Value::as_i64).unwrap_or_default(),
        price_id: String::new(),
        product_id: product_id.to_owned(),
        is_catalog: true,
        every: Some(every),
    };
    change.state.creem.upgraded.insert(id.to_owned(), product);
    let now = change.now;
    turn(change, id, |subscription| subscription.change(vec![line], now))
}

/// `POST /v1/subscriptions/{id}`: another number of units of what it has.
pub fn update(change: &mut Change<'_>, call: &Call, id: &str) -> Outcome {
    let units = call.body.get("items").and_then(|items| items.pointer("/0/units")?.as_i64()).filter(|units| *units > 0);
    let units = units.ok_or_else(|| CreemError::bad("items must contain one item with its units"))?;
    let now = change.now;
    turn(change, id, |subscription| {
        let with_units = |line: &Line| Line { quantity: if line.unit < 0 { line.quantity } else { units }, ..line.clone() };
        subscription.change(subscription.lines.iter().map(with_units).collect(), now)
    })
}

fn turn(change: &mut Change<'_>, id: &str, turn: impl FnOnce(&mut Subscription) -> Result<Turn, Refusal>) -> Outcome {
    find(change.state, id)?;
    change.turn(id, turn).ok_or_else(unknown)??;
    read(change.state, id)
}

fn unknown() -> CreemError {
    CreemError::unknown("Subscription")
}
