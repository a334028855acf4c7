//! Stripe's promotion codes: the words that a buyer types, each for a coupon.

use serde_json::{Value, json};

use super::Expand;
use super::call::{Asked, Outcome};
use super::error::StripeError;
use super::list::page;
use super::objects::{asked as asked_at_first, extend, find, newest_first, object, object_id};
use super::{coupons, metadata};
use crate::sandbox::till::{Line, Session};
use crate::sandbox::world::{Change, State};
use crate::values::Timestamp;

const KNOWN: &[&str] = &["active", "code", "customer", "expires_at", "max_redemptions", "metadata", "promotion", "restrictions"];

/// `POST /v1/promotion_codes`.
pub fn create(change: &mut Change<'_>, asked: &Asked<'_>) -> Outcome {
    let form = asked.form;
    form.only(KNOWN)?;
    form.required("promotion[type]")?;
    form.word("promotion[type]", &["coupon"])?;
    let coupon = form.required("promotion[coupon]")?;
    if find(&change.state.stripe.coupons, coupon).is_none() {
        return Err(StripeError::unknown_parameter("coupon", "promotion[coupon]", coupon));
    }
    let code = form.text("code").map_or_else(|| change.id("").chars().take(8).collect::<String>().to_uppercase(), str::to_owned);
    if !code.bytes().all(|symbol| symbol.is_ascii_alphanumeric() || symbol == b'-') {
        return Err(StripeError::parameter("parameter_invalid", "code", "A code has letters, digits and dashes."));
    }
    let is_taken = |made: &Value| made["active"] == true && is_code(made, &code);
    if change.state.stripe.promotion_codes.iter().any(is_taken) {
        return Err(StripeError::parameter(
            "resource_already_exists",
            "code",
            "An active promotion code with this code already exists.",
        ));
    }
    let mut made = object("promotion_code", &change.id("promo_"), &["customer_account"]);
    extend(
        &mut made,
        json!({
            "active": form.flag("active")?.unwrap_or(true), "code": code, "created": change.now.seconds(), "customer": form.text("customer"),
            "expires_at": form.integer("expires_at")?, "max_redemptions": form.integer("max_redemptions")?,
            "metadata": metadata::checked(form, "metadata")?, "promotion": { "type": "coupon", "coupon": coupon },
            "restrictions": {
                "first_time_transaction": form.flag("restrictions[first_time_transaction]")?.unwrap_or(false),
                "minimum_amount": form.integer("restrictions[minimum_amount]")?,
                "minimum_amount_currency": form.text("restrictions[minimum_amount_currency]"),
            },
            "times_redeemed": 0,
        }),
    );
    let made = Value::Object(made);
    change.state.stripe.promotion_codes.push(made.clone());
    Ok(shown(change.state, &made, change.now, &Expand::of(form)))
}

/// `GET /v1/promotion_codes/{id}`.
pub fn one(state: &State, asked: &Asked<'_>) -> Outcome {
    let found = find(&state.stripe.promotion_codes, asked.id).ok_or_else(|| unknown(asked.id))?;
    Ok(shown(state, found, asked.world.now(), &Expand::of(asked.form)))
}

/// `GET /v1/promotion_codes`: how a code that somebody typed is looked up.
pub fn all(state: &State, asked: &Asked<'_>) -> Outcome {
    let (form, now) = (asked.form, asked.world.now());
    let expand = Expand::of(form).below("data");
    let is_asked_for = |made: &Value| {
        form.text("code").is_none_or(|code| is_code(made, code))
            && form.text("active").is_none_or(|asked| is_active(state, made, now).to_string() == asked)
            && form.text("coupon").is_none_or(|coupon| made["promotion"]["coupon"] == coupon)
    };
    let codes = newest_first(&state.stripe.promotion_codes).filter(|(_, made)| is_asked_for(made));
    page(codes, form, "/v1/promotion_codes", |made| shown(state, made, now, &expand))
}

/// `POST /v1/promotion_codes/{id}`: whether it can be used, and its metadata.
pub fn update(change: &mut Change<'_>, asked: &Asked<'_>) -> Outcome {
    asked.form.only(&["active", "metadata", "restrictions"])?;
    let (active, metadata) = (asked.form.flag("active")?, metadata::checked(asked.form, "metadata")?);
    let codes = &mut change.state.stripe.promotion_codes;
    let made = codes.iter_mut().find(|made| object_id(made) == asked.id).ok_or_else(|| unknown(asked.id))?;
    if let Some(active) = active {
        made["active"] = json!(active);
    }
    if asked.form.has("metadata") {
        made["metadata"] = metadata;
    }
    let made = made.clone();
    Ok(shown(change.state, &made, change.now, &Expand::of(asked.form)))
}

/// Whether the request that opened the session lets its buyer type a code.
pub fn are_asked_for(session: &Session) -> bool {
    asked_at_first(session).text("allow_promotion_codes") == Some("true")
}

/// What the code that a buyer typed takes off; `None` for one that can't be used.
pub fn typed(change: &Change<'_>, session: &Session, code: &str) -> Option<Line> {
    let is_it = |made: &&Value| is_code(made, code) && is_active(change.state, made, change.now);
    let id = object_id(change.state.stripe.promotion_codes.iter().find(is_it)?);
    let coupon = coupon_of(change, "code", id, &session.lines).ok()?;
    coupons::line(change, "code", &coupon, id.to_owned(), &session.lines, session.currency).ok()
}

/// The coupon behind a code that is used for these lines, if it can be.
pub fn coupon_of(change: &Change<'_>, param: &str, id: &str, lines: &[Line]) -> Result<String, StripeError> {
    let refused = |message: &str| StripeError::parameter("parameter_invalid", param, message);
    let found = find(&change.state.stripe.promotion_codes, id);
    let made = found.ok_or_else(|| StripeError::unknown_parameter("promotion code", param, id))?;
    if !is_active(change.state, made, change.now) {
        return Err(refused("This promotion code is not active."));
    }
    if made["restrictions"]["first_time_transaction"] == true {
        return Err(refused("This promotion code cannot be redeemed by a guest: it is for a customer's first transaction."));
    }
    let sum = lines.iter().map(|line| line.unit.saturating_mul(line.quantity)).fold(0, i64::saturating_add);
    if made["restrictions"]["minimum_amount"].as_i64().is_some_and(|least| sum < least) {
        return Err(refused("This promotion code cannot be redeemed: the total is below its minimum amount."));
    }
    Ok(made["promotion"]["coupon"].as_str().unwrap_or_default().to_owned())
}

fn shown(state: &State, made: &Value, now: Timestamp, expand: &Expand) -> Value {
    let mut shown = made.clone();
    shown["times_redeemed"] = json!(used(state, made));
    shown["active"] = json!(is_active(state, made, now));
    let coupon = made["promotion"]["coupon"].as_str().and_then(|id| find(&state.stripe.coupons, id));
    if let Some(coupon) = coupon.filter(|_| expand.has("promotion.coupon")) {
        shown["promotion"]["coupon"] = coupons::shown(state, coupon, now);
    }
    shown
}

fn is_active(state: &State, made: &Value, now: Timestamp) -> bool {
    made["active"] == true && coupons::is_valid(made, used(state, made), now)
}

fn used(state: &State, made: &Value) -> usize {
    coupons::used(state, |line| line.price_id == object_id(made))
}

fn is_code(made: &Value, code: &str) -> bool {
    made["code"].as_str().is_some_and(|made| made.eq_ignore_ascii_case(code))
}

fn unknown(id: &str) -> StripeError {
    StripeError::unknown("promotion code", "promotion_code", id)
}
