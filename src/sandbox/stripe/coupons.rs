//! Stripe's coupons, and what one takes off a session.

use serde_json::{Value, json};

use super::call::{Asked, Outcome};
use super::error::StripeError;
use super::form::Form;
use super::list::page;
use super::objects::{extend, find, newest_first, object, object_id, removed};
use super::{metadata, promotions};
use crate::sandbox::till::{Line, Provider};
use crate::sandbox::world::{Change, State};
use crate::values::{Currency, Timestamp};

const KNOWN: &[&str] = &[
    "amount_off",
    "applies_to",
    "currency",
    "currency_options",
    "duration",
    "duration_in_months",
    "id",
    "max_redemptions",
    "metadata",
    "name",
    "percent_off",
    "redeem_by",
];

/// `POST /v1/coupons`.
pub fn create(change: &mut Change<'_>, asked: &Asked<'_>) -> Outcome {
    let form = asked.form;
    form.only(KNOWN)?;
    let id = form.text("id").map_or_else(|| change.id(""), str::to_owned);
    if find(&change.state.stripe.coupons, &id).is_some() {
        return Err(StripeError::parameter("resource_already_exists", "id", "Coupon already exists."));
    }
    let (percent, amount) = (form.text("percent_off"), form.integer("amount_off")?);
    let currency = match (percent, amount) {
        (Some(percent), None) => {
            hundredths(percent).filter(|hundredths| (1..=10_000).contains(hundredths)).map(|_| None).ok_or_else(|| {
                StripeError::parameter("parameter_invalid", "percent_off", "A percentage is above 0 and at most 100.")
            })?
        }
        (None, Some(1..)) => Some(super::prices::currency(form, "currency")?),
        (None, Some(_)) => {
            return Err(StripeError::parameter("parameter_invalid_integer", "amount_off", "This value must be positive."));
        }
        (None, None) => return Err(StripeError::missing("percent_off")),
        (Some(_), Some(_)) => {
            return Err(StripeError::parameter(
                "parameter_invalid",
                "amount_off",
                "Send either `percent_off` or `amount_off`, not both.",
            ));
        }
    };
    let duration = form.word("duration", &["forever", "once", "repeating"])?.unwrap_or("once");
    let months = form.integer("duration_in_months")?;
    if (duration == "repeating") != months.is_some() {
        return Err(StripeError::parameter(
            "parameter_invalid",
            "duration_in_months",
            "Repeating coupons have a duration in months, and no others.",
        ));
    }
    let mut coupon = object("coupon", &id, &[]);
    extend(
        &mut coupon,
        json!({
            "amount_off": amount, "created": change.now.seconds(), "currency": currency.map(|currency: Currency| currency.as_str().to_lowercase()),
            "duration": duration, "duration_in_months": months, "max_redemptions": form.integer("max_redemptions")?,
            "metadata": metadata::checked(form, "metadata")?, "name": form.limited("name", 40)?,
            "percent_off": percent.and_then(|percent| serde_json::from_str::<Value>(percent).ok()), "redeem_by": form.integer("redeem_by")?,
            "times_redeemed": 0, "valid": true,
        }),
    );
    if form.has("applies_to[products]") {
        coupon.insert("applies_to".to_owned(), json!({ "products": form.texts("applies_to[products]") }));
    }
    let coupon = Value::Object(coupon);
    change.state.stripe.coupons.push(coupon.clone());
    Ok(shown(change.state, &coupon, change.now))
}

/// `GET /v1/coupons/{id}`.
pub fn one(state: &State, asked: &Asked<'_>) -> Outcome {
    let found = find(&state.stripe.coupons, asked.id).ok_or_else(|| StripeError::unknown("coupon", "coupon", asked.id))?;
    Ok(shown(state, found, asked.world.now()))
}

/// `GET /v1/coupons`.
pub fn all(state: &State, asked: &Asked<'_>) -> Outcome {
    let now = asked.world.now();
    page(newest_first(&state.stripe.coupons), asked.form, "/v1/coupons", |coupon| shown(state, coupon, now))
}

/// `DELETE /v1/coupons/{id}`. What it took off stays off.
pub fn remove(change: &mut Change<'_>, asked: &Asked<'_>) -> Outcome {
    let coupons = &mut change.state.stripe.coupons;
    let place = coupons.iter().position(|coupon| object_id(coupon) == asked.id);
    let place = place.ok_or_else(|| StripeError::unknown("coupon", "coupon", asked.id))?;
    coupons.remove(place);
    Ok(removed("coupon", asked.id))
}

/// A coupon as it stands now.
pub fn shown(state: &State, coupon: &Value, now: Timestamp) -> Value {
    let used = used(state, |line| line.product_id == object_id(coupon));
    let mut shown = coupon.clone();
    shown["times_redeemed"] = json!(used);
    shown["valid"] = json!(is_valid(coupon, used, now));
    shown
}

/// Whether it can be used once more.
pub fn is_valid(limited: &Value, used: usize, now: Timestamp) -> bool {
    let most = limited["max_redemptions"].as_u64().and_then(|most| usize::try_from(most).ok());
    let until = limited["redeem_by"].as_i64().or(limited["expires_at"].as_i64());
    most.is_none_or(|most| used < most) && until.is_none_or(|until| now.seconds() < until)
}

/// How many sessions were completed with a discount that `is_meant`.
pub fn used(state: &State, is_meant: impl Fn(&Line) -> bool) -> usize {
    let completed = state.sessions.iter().filter(|session| session.provider == Provider::Stripe && session.is_completed());
    completed.filter(|session| session.discount().is_some_and(&is_meant)).count()
}

/// Whether a line takes something off. It names its coupon as its product, and its code as its price.
pub const fn is_discount(line: &Line) -> bool {
    line.unit < 0
}

/// The line that `discounts` of a request adds to the others: one that is below nothing.
pub fn asked_for(change: &Change<'_>, form: &Form, lines: &[Line], currency: Currency) -> Result<Option<Line>, StripeError> {
    let rows = form.rows("discounts");
    let [row] = rows.as_slice() else {
        return if rows.is_empty() {
            Ok(None)
        } else {
            Err(StripeError::parameter("parameter_invalid", "discounts", "Send one discount at most."))
        };
    };
    if form.has("allow_promotion_codes") {
        let message = "You may only specify one of these parameters: allow_promotion_codes, discounts.";
        return Err(StripeError::parameter("parameter_invalid", "discounts", message));
    }
    let (by_coupon, by_code) = (format!("{row}[coupon]"), format!("{row}[promotion_code]"));
    let (param, code, coupon_id) = match (form.text(&by_coupon), form.text(&by_code)) {
        (Some(id), None) => (by_coupon, String::new(), id.to_owned()),
        (None, Some(id)) => {
            let coupon_id = promotions::coupon_of(change, &by_code, id, lines)?;
            (by_code, id.to_owned(), coupon_id)
        }
        (Some(_), Some(_)) | (None, None) => {
            return Err(StripeError::parameter("parameter_invalid", row, "Send either `coupon` or `promotion_code`."));
        }
    };
    line(change, &param, &coupon_id, code, lines, currency).map(Some)
}

/// What a coupon takes off, as a line of the bill. A coupon that repeats for some months takes it off every payment here.
pub fn line(
    change: &Change<'_>,
    param: &str,
    coupon_id: &str,
    code: String,
    lines: &[Line],
    currency: Currency,
) -> Result<Line, StripeError> {
    let coupon = find(&change.state.stripe.coupons, coupon_id);
    let coupon = coupon.ok_or_else(|| StripeError::unknown_parameter("coupon", param, coupon_id))?;
    if shown(change.state, coupon, change.now)["valid"] == false {
        return Err(StripeError::parameter("coupon_expired", param, format!("Coupon expired: {coupon_id}")));
    }
    let off = off(coupon, lines, currency).ok_or_else(|| {
        StripeError::parameter("parameter_invalid", param, "The coupon does not apply to anything in this session.")
    })?;
    Ok(Line {
        id: change.id("di_"),
        name: coupon["name"].as_str().unwrap_or("Discount").to_owned(),
        description: None,
        quantity: 1,
        unit: off.saturating_neg(),
        price_id: code,
        product_id: coupon_id.to_owned(),
        is_catalog: false,
        every: lines.iter().find_map(|line| line.every).filter(|_| coupon["duration"] != "once"),
    })
}

/// What a coupon takes off these lines; `None` where it is for other products or another currency.
fn off(coupon: &Value, lines: &[Line], currency: Currency) -> Option<i64> {
    let only: Option<Vec<&str>> =
        coupon.pointer("/applies_to/products").and_then(Value::as_array).map(|ids| ids.iter().filter_map(Value::as_str).collect());
    let is_meant = |line: &&Line| only.as_ref().is_none_or(|ids| ids.contains(&line.product_id.as_str()));
    let sum = lines.iter().filter(is_meant).map(|line| line.unit.saturating_mul(line.quantity)).reduce(i64::saturating_add)?;
    match coupon["amount_off"].as_i64() {
        Some(amount) => (coupon["currency"].as_str() == Some(&currency.as_str().to_lowercase())).then_some(amount.min(sum)),
        None => Some(sum.saturating_mul(hundredths(&coupon["percent_off"].to_string())?).saturating_add(5_000) / 10_000),
    }
}

/// "25.5" percent as 2550.
fn hundredths(text: &str) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let is_decimal = [whole, part].iter().all(|digits| digits.bytes().all(|digit| digit.is_ascii_digit())) && !whole.is_empty();
    (is_decimal && part.len() <= 2).then(|| format!("{whole}{part:0<2}").parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_has_two_decimals_at_most_and_no_sign() {
        for (text, read) in
            [("25.5", Some(2_550)), ("100", Some(10_000)), ("0.01", Some(1)), ("1.005", None), ("-5", None), (".5", None)]
        {
            assert_eq!(hundredths(text), read, "{text}");
        }
    }
}
