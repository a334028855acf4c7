//! Stripe's prices: those of the shop's catalog, those that were made, and those that a request brought.

use serde_json::{Value, json};

use super::call::{Asked, Outcome};
use super::error::StripeError;
use super::form::Form;
use super::list::page;
use super::objects::{extend, find, newest_first, object, object_id};
use super::{metadata, products};
use crate::sandbox::SeedPrice;
use crate::sandbox::till::{Recurrence, Unit};
use crate::sandbox::world::{Change, State, World};
use crate::values::{Currency, Timestamp};

const KNOWN: &[&str] = &[
    "active",
    "billing_scheme",
    "currency",
    "currency_options",
    "lookup_key",
    "metadata",
    "nickname",
    "product",
    "product_data",
    "recurring",
    "tax_behavior",
    "transfer_lookup_key",
    "unit_amount",
    "unit_amount_decimal",
];

/// What a price says.
pub struct Terms<'a> {
    pub id: &'a str,
    pub product: &'a str,
    pub unit: i64,
    pub currency: Currency,
    pub every: Option<Recurrence>,
    pub made_at: Timestamp,
    /// It can be bought again.
    pub is_active: bool,
}

pub fn price(terms: &Terms<'_>) -> Value {
    let mut object =
        object("price", terms.id, &["custom_unit_amount", "lookup_key", "nickname", "tiers_mode", "transform_quantity"]);
    extend(
        &mut object,
        json!({
            "active": terms.is_active, "billing_scheme": "per_unit", "created": terms.made_at.seconds(),
            "currency": terms.currency.as_str().to_lowercase(), "metadata": {}, "product": terms.product,
            "recurring": terms.every.map(recurring), "tax_behavior": "unspecified",
            "type": if terms.every.is_some() { "recurring" } else { "one_time" },
            "unit_amount": terms.unit, "unit_amount_decimal": terms.unit.to_string(),
        }),
    );
    Value::Object(object)
}

fn recurring(every: Recurrence) -> Value {
    json!({
        "interval": interval(every.unit), "interval_count": every.count, "meter": null, "trial_period_days": null, "usage_type": "licensed",
    })
}

pub const fn interval(unit: Unit) -> &'static str {
    match unit {
        Unit::Day => "day",
        Unit::Week => "week",
        Unit::Month => "month",
        Unit::Year => "year",
    }
}

/// How often a price is paid again; `None` for one that is paid once.
pub fn recurrence(price: &Value) -> Option<Recurrence> {
    let recurring = price.get("recurring").filter(|recurring| recurring.is_object())?;
    let unit = unit(recurring["interval"].as_str()?)?;
    Some(Recurrence { count: recurring["interval_count"].as_u64().and_then(|count| count.try_into().ok()).unwrap_or(1), unit })
}

fn unit(word: &str) -> Option<Unit> {
    [Unit::Day, Unit::Week, Unit::Month, Unit::Year].into_iter().find(|unit| interval(*unit) == word)
}

/// What `recurring` asks for below `name`.
pub fn asked_recurrence(form: &Form, name: &str) -> Result<Option<Recurrence>, StripeError> {
    if !form.has(name) {
        return Ok(None);
    }
    let (word, count) = (format!("{name}[interval]"), format!("{name}[interval_count]"));
    let unit = unit(form.required(&word)?).ok_or_else(|| {
        StripeError::parameter("parameter_invalid", &word, "Invalid interval: must be one of day, month, week, or year")
    })?;
    match form.integer(&count)?.unwrap_or(1).try_into() {
        Ok(count @ 1..=1_095) => Ok(Some(Recurrence { count, unit })),
        Ok(_) | Err(_) => {
            Err(StripeError::parameter("parameter_invalid_integer", &count, "Invalid interval_count: at most three years."))
        }
    }
}

/// A price that was made, or one of the catalog.
pub fn known(world: &World, state: &State, id: &str) -> Option<Value> {
    let seeded = || world.settings.prices.iter().find(|price| price.price_id == id).map(seed_price);
    find(&state.stripe.prices, id).cloned().or_else(seeded)
}

/// `GET /v1/prices/{id}`.
pub fn one(state: &State, asked: &Asked<'_>) -> Outcome {
    known(asked.world, state, asked.id).ok_or_else(|| StripeError::unknown("price", "price", asked.id))
}

/// `GET /v1/prices`.
pub fn all(state: &State, asked: &Asked<'_>) -> Outcome {
    let form = asked.form;
    let seeded: Vec<Value> = asked.world.settings.prices.iter().map(seed_price).collect();
    let keys = form.texts("lookup_keys");
    let is_asked_for = |price: &Value| {
        let fits = |name: &str, field: &Value| form.text(name).is_none_or(|asked| field.as_str() == Some(asked));
        let is_active = form.text("active").is_none_or(|asked| price["active"] == (asked == "true"));
        let has_key = keys.is_empty() || price["lookup_key"].as_str().is_some_and(|key| keys.contains(&key));
        is_active && has_key && ["currency", "product", "type"].iter().all(|name| fits(name, &price[*name]))
    };
    let prices = newest_first(&state.stripe.prices).chain(newest_first(&seeded)).filter(|(_, price)| is_asked_for(price));
    page(prices, form, "/v1/prices", Value::clone)
}

/// `POST /v1/prices`.
pub fn create(change: &mut Change<'_>, asked: &Asked<'_>) -> Outcome {
    let form = asked.form;
    form.only(KNOWN)?;
    let currency = currency(form, "currency")?;
    let unit = unit_amount(form, "")?;
    let every = asked_recurrence(form, "recurring")?;
    let metadata = metadata::checked(form, "metadata")?;
    let product = match (form.text("product"), form.has("product_data")) {
        (Some(id), false) => products::known(asked.world, change.state, id)
            .ok_or_else(|| StripeError::unknown_parameter("product", "product", id))?,
        (None, true) => {
            let name = form.required("product_data[name]")?.to_owned();
            let product = products::made(change, &change.id("prod_"), &name);
            change.state.stripe.products.push(product.clone());
            product
        }
        (Some(_), true) => {
            return Err(StripeError::parameter(
                "parameter_invalid",
                "product",
                "Send either `product` or `product_data`, not both.",
            ));
        }
        (None, false) => return Err(StripeError::missing("product")),
    };
    let id = change.id("price_");
    let is_active = form.flag("active")?.unwrap_or(true);
    let terms = Terms { id: &id, product: object_id(&product), unit, currency, every, made_at: change.now, is_active };
    let mut made = price(&terms);
    for name in ["lookup_key", "nickname"] {
        made[name] = json!(form.text(name));
    }
    if let Some(behavior) = form.word("tax_behavior", &["exclusive", "inclusive", "unspecified"])? {
        made["tax_behavior"] = json!(behavior);
    }
    made["metadata"] = metadata;
    change.state.stripe.prices.push(made.clone());
    Ok(made)
}

pub fn currency(form: &Form, name: &str) -> Result<Currency, StripeError> {
    let text = form.required(name)?;
    Currency::parse(text).map_err(|_| StripeError::parameter("parameter_invalid", name, format!("Invalid currency: {text}.")))
}

/// `unit_amount`, or a `unit_amount_decimal` without decimals, among the fields below `data`.
pub fn unit_amount(form: &Form, data: &str) -> Result<i64, StripeError> {
    let name = |field: &str| if data.is_empty() { field.to_owned() } else { format!("{data}[{field}]") };
    let whole = name("unit_amount");
    let amount = match form.integer(&whole)? {
        Some(amount) => Some(amount),
        None => form.integer(&name("unit_amount_decimal"))?,
    };
    let amount = amount.ok_or_else(|| StripeError::missing(&whole))?;
    if amount < 0 {
        return Err(StripeError::parameter("parameter_invalid_integer", &whole, "This value must be greater than or equal to 0."));
    }
    Ok(amount)
}

/// A price of the shop's catalog.
fn seed_price(seed: &SeedPrice) -> Value {
    price(&Terms {
        id: &seed.price_id,
        product: &products::seed_id(seed),
        unit: seed.price.minor,
        currency: seed.price.currency,
        every: seed.every.map(Recurrence::from),
        made_at: Timestamp::from_seconds(0),
        is_active: true,
    })
}
