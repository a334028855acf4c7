//! Discounts: made through the API, typed by a buyer on the hosted page.

use serde_json::{Value, json};

use super::ORGANIZATION;
use super::call::Outcome;
use super::error::FlowgladError;
use super::fields::Fields;
use super::records::{change_of, find, record, replace, text_of};
use crate::sandbox::till::{Line, Session};
use crate::sandbox::world::{Change, State};

const FIELDS: [&str; 7] = ["name", "code", "amount", "amountType", "active", "duration", "numberOfPayments"];
const LENGTHS: std::ops::RangeInclusive<usize> = 3..=20;

/// All of them, with how often each was used.
pub fn all(state: &State) -> impl Iterator<Item = Value> {
    state.flowglad.discounts.iter().cloned().map(|mut discount| {
        let is_of = |session: &&Session| session.is_completed() && used_by(session) == Some(text_of(&discount, "id"));
        let count = state.sessions.iter().filter(is_of).count();
        if let Some(fields) = discount.as_object_mut() {
            fields.insert("redemptionCount".to_owned(), json!(count));
        }
        discount
    })
}

/// The discount that a buyer typed on the page of a session.
pub fn used_by(session: &Session) -> Option<&str> {
    session.discount().map(|line| line.price_id.as_str())
}

/// What a code typed on the page takes off, of all that is left to pay at most.
pub fn line(change: &Change<'_>, session: &Session, code: &str) -> Option<Line> {
    let is_meant =
        |discount: &&Value| text_of(discount, "code") == code.to_uppercase() && discount.get("active") == Some(&json!(true));
    let discount = change.state.flowglad.discounts.iter().find(is_meant)?;
    let (amount, total) = (discount.get("amount")?.as_i64()?, session.total().minor);
    let off = if text_of(discount, "amountType") == "percent" { total.saturating_mul(amount) / 100 } else { amount };
    Some(Line {
        id: change.id("item_"),
        name: text_of(discount, "name").to_owned(),
        description: None,
        quantity: 1,
        unit: off.clamp(0, total).checked_neg()?,
        price_id: text_of(discount, "id").to_owned(),
        product_id: String::new(),
        is_catalog: true,
        every: session.lines.first().and_then(|line| line.every).filter(|_| text_of(discount, "duration") != "once"),
    })
}

pub fn create(change: &mut Change<'_>, body: &Value) -> Outcome {
    let mut fields = Fields::of(body, "discount");
    fields.text("name");
    let own = read(fields)?;
    check_code(change.state, text_of(&own, "code"), None)?;
    let mut discount = record(&change.id("discount_"), change.now, json!({ "organizationId": ORGANIZATION, "active": true }));
    change_of(&mut discount, Some(&own), &FIELDS);
    change.state.flowglad.discounts.push(discount.clone());
    Ok(json!({ "discount": discount }))
}

pub fn update(change: &mut Change<'_>, id: &str, body: &Value) -> Outcome {
    let mut discount = find(change.state.flowglad.discounts.iter().cloned(), "Discount", "id", id)?;
    let mut fields = Fields::of(body, "discount");
    fields.same_id(id);
    let own = read(fields)?;
    check_code(change.state, text_of(&own, "code"), Some(id))?;
    change_of(&mut discount, Some(&own), &FIELDS);
    Ok(json!({ "discount": replace(&mut change.state.flowglad.discounts, discount, change.now) }))
}

/// What a request says of a discount. What it leaves out stays as it was.
fn read(mut fields: Fields<'_>) -> Outcome {
    let code = fields.text("code");
    if !LENGTHS.contains(&code.chars().count()) {
        fields.wrong("code", "invalid_length", "A code has 3 to 20 characters");
    }
    let amount = fields.required_integer("amount", 1);
    let kind = fields.one_of("amountType", &["percent", "fixed"]);
    let duration = fields.one_of("duration", &["once", "forever", "number_of_payments"]);
    let payments = if duration == "number_of_payments" { fields.required_integer("numberOfPayments", 1) } else { None };
    let (name, is_active) = (fields.optional_text("name"), fields.flag("active"));
    fields.done()?;
    let mut own = json!({
        "code": code.to_uppercase(), "amount": amount, "amountType": kind, "duration": duration, "numberOfPayments": payments,
    });
    if let Some(own) = own.as_object_mut() {
        own.extend(name.map(|name| ("name".to_owned(), json!(name))));
        own.extend(is_active.map(|is_active| ("active".to_owned(), json!(is_active))));
    }
    Ok(own)
}

/// Of two discounts with one code nobody could say which is meant.
fn check_code(state: &State, code: &str, own_id: Option<&str>) -> Result<(), FlowgladError> {
    let is_taken = |other: &Value| text_of(other, "code") == code && own_id.is_none_or(|own_id| text_of(other, "id") != own_id);
    if state.flowglad.discounts.iter().any(is_taken) {
        return Err(FlowgladError::refused("A discount with this code exists already"));
    }
    Ok(())
}
