//! Subscriptions as Flowglad answers them: the till's, in Flowglad's words; how they end, and go on after all.

use serde_json::{Value, json};

use super::ORGANIZATION;
use super::call::Outcome;
use super::error::FlowgladError;
use super::fields::Fields;
use super::objects::{self, SESSION_PREFIX, asked, customer_field, price_field};
use super::records::record;
use crate::sandbox::till::{Begins, Provider, Recurrence, Refusal, Session, Standing, Subscription, Turn, Unit};
use crate::sandbox::world::{Change, State};

const PREFIX: &str = "sub_";

/// How often a price is paid again; `None` for one that is paid once.
pub fn interval(price: &Value) -> Option<Recurrence> {
    let text = |name: &str| price.get(name).and_then(Value::as_str);
    let unit = match text("intervalUnit")? {
        "day" => Unit::Day,
        "week" => Unit::Week,
        "year" => Unit::Year,
        _ => Unit::Month,
    };
    let count = price.get("intervalCount").and_then(Value::as_u64).and_then(|count| u32::try_from(count).ok()).unwrap_or(1);
    (text("type") == Some("subscription")).then_some(Recurrence { count, unit })
}

/// What paying a new product's session begins. Its ids are those of the session behind other prefixes.
pub fn begins(session_id: &str, customer: Option<&str>, every: Recurrence) -> Begins {
    let ending = session_id.strip_prefix(SESSION_PREFIX).unwrap_or(session_id);
    let customer_id = customer.map_or_else(|| objects::customer_id(session_id), str::to_owned);
    Begins { subscription_id: format!("{PREFIX}{ending}"), customer_id, every }
}

/// The subscription that paying `session` by such a price began.
pub fn subscription(session: &Session, subscription: &Subscription) -> Value {
    let end = subscription.period_end();
    let (status, canceled_at, scheduled_at) = match (subscription.standing, subscription.end_asked_at) {
        (Standing::Active, None) => ("active", None, None),
        (Standing::Active, Some(_)) => ("cancellation_scheduled", None, Some(end.millis())),
        (Standing::PastDue, _) => ("past_due", None, None),
        (Standing::Paused, _) => ("paused", None, None),
        (Standing::Ended { at }, _) => ("canceled", Some(at.millis()), None),
    };
    let own = json!({
        "startDate": subscription.began_at.millis(), "customerId": customer_field(session, "id"), "organizationId": ORGANIZATION,
        "status": status, "defaultPaymentMethodId": null, "backupPaymentMethodId": null, "trialEnd": null,
        "currentBillingPeriodStart": subscription.period_start().millis(), "currentBillingPeriodEnd": end.millis(),
        "metadata": asked(session)("outputMetadata"), "canceledAt": canceled_at, "cancelScheduledAt": scheduled_at,
        "cancellationReason": null, "replacedBySubscriptionId": null, "isFreePlan": false, "doNotCharge": false,
        "priceId": price_field(session, "id"), "runBillingAtPeriodStart": true,
        "interval": price_field(session, "intervalUnit"), "intervalCount": price_field(session, "intervalCount"),
        "billingCycleAnchorDate": subscription.began_at.millis(), "name": asked(session)("outputName"), "renews": true,
        "scheduledAdjustmentAt": null, "current": status != "canceled",
    });
    record(&subscription.id, subscription.began_at, own)
}

/// All of them, with the sessions that began them.
pub fn ours(state: &State) -> impl Iterator<Item = (&Session, &Subscription)> {
    let ours = state.subscriptions.iter().filter(|subscription| subscription.provider == Provider::Flowglad);
    ours.filter_map(|subscription| Some((state.session(&subscription.session_id)?, subscription)))
}

pub fn all(state: &State) -> impl Iterator<Item = Value> {
    ours(state).map(|(session, own)| subscription(session, own))
}

pub fn find(state: &State, id: &str) -> Outcome {
    let found = ours(state).find(|(_, subscription)| subscription.id == id);
    found.map(|(session, own)| subscription(session, own)).ok_or_else(|| FlowgladError::missing("Subscription", id))
}

pub fn cancel(change: &mut Change<'_>, id: &str, body: &Value) -> Outcome {
    let mut fields = Fields::of(body, "cancellation");
    let timing = fields.one_of("timing", &["immediately", "at_end_of_current_billing_period"]);
    fields.done()?;
    let now = change.now;
    turn(change, id, |subscription| if timing == "immediately" { subscription.end(now) } else { subscription.schedule_end(now) })
}

pub fn uncancel(change: &mut Change<'_>, id: &str) -> Outcome {
    let now = change.now;
    turn(change, id, |subscription| subscription.call_off_end(now))
}

fn turn(change: &mut Change<'_>, id: &str, turn: impl FnOnce(&mut Subscription) -> Result<Turn, Refusal>) -> Outcome {
    find(change.state, id)?;
    change.turn(id, turn).ok_or_else(|| FlowgladError::missing("Subscription", id))??;
    find(change.state, id)
}
