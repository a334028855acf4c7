//! The line items of a request: a price that is known, or one that the request brings.

use serde_json::Value;

use super::error::StripeError;
use super::form::Form;
use super::objects::object_id;
use super::{prices, products};
use crate::sandbox::till::{Line, Recurrence};
use crate::sandbox::world::Change;
use crate::values::Currency;

const MOST_LINES: usize = 100;

/// All lines, in one currency.
pub fn read(change: &Change<'_>, form: &Form) -> Result<(Vec<Line>, Currency), StripeError> {
    let rows = form.rows("line_items");
    if rows.len() > MOST_LINES {
        return Err(StripeError::parameter(
            "parameter_invalid",
            "line_items",
            format!("A session has at most {MOST_LINES} line items."),
        ));
    }
    let mut currency = None;
    let mut lines = Vec::with_capacity(rows.len());
    for row in rows {
        let (line, of_line) = line(change, form, &row)?;
        if *currency.get_or_insert(of_line) != of_line {
            return Err(StripeError::parameter("parameter_invalid", &row, "All line items of a session have the same currency."));
        }
        lines.push(line);
    }
    let currency = currency.ok_or_else(|| StripeError::missing("line_items"))?;
    Ok((lines, currency))
}

fn line(change: &Change<'_>, form: &Form, row: &str) -> Result<(Line, Currency), StripeError> {
    let price = format!("{row}[price]");
    let data = format!("{row}[price_data]");
    let (mut line, currency) = match (form.text(&price), form.has(&data)) {
        (Some(_), true) => {
            return Err(StripeError::parameter(
                "parameter_invalid",
                &price,
                "A line item has either `price` or `price_data`, not both.",
            ));
        }
        (Some(id), false) => known_line(change, &price, id)?,
        (None, true) => own_line(change, form, &data)?,
        (None, false) => return Err(StripeError::missing(&price)),
    };
    let quantity = format!("{row}[quantity]");
    form.required(&quantity)?;
    line.quantity = form.integer(&quantity)?.unwrap_or(1);
    if line.quantity < 1 {
        return Err(StripeError::parameter("parameter_invalid_integer", &quantity, "A quantity is at least 1."));
    }
    Ok((line, currency))
}

fn known_line(change: &Change<'_>, param: &str, id: &str) -> Result<(Line, Currency), StripeError> {
    let price = prices::known(change.world, change.state, id).ok_or_else(|| StripeError::unknown_parameter("price", param, id))?;
    if price["active"] != true {
        return Err(StripeError::parameter(
            "parameter_invalid",
            param,
            "The price specified is inactive. This field only accepts active prices.",
        ));
    }
    let product_id = price["product"].as_str().unwrap_or_default();
    let product = products::known(change.world, change.state, product_id).unwrap_or_default();
    let currency = price["currency"].as_str().and_then(|text| Currency::parse(text).ok());
    let line = Line {
        id: change.id("li_"),
        name: product["name"].as_str().unwrap_or_default().to_owned(),
        description: product["description"].as_str().map(str::to_owned),
        quantity: 1,
        unit: price["unit_amount"].as_i64().unwrap_or_default(),
        price_id: id.to_owned(),
        product_id: product_id.to_owned(),
        is_catalog: true,
        every: prices::recurrence(&price),
    };
    Ok((line, currency.ok_or_else(|| StripeError::unknown_parameter("price", param, id))?))
}

/// A line whose price the request brings.
fn own_line(change: &Change<'_>, form: &Form, data: &str) -> Result<(Line, Currency), StripeError> {
    let currency = prices::currency(form, &format!("{data}[currency]"))?;
    let (name, description, product_id) = product_of(change, form, data)?;
    let line = Line {
        id: change.id("li_"),
        name,
        description,
        quantity: 1,
        unit: prices::unit_amount(form, data)?,
        price_id: change.id("price_"),
        product_id,
        is_catalog: false,
        every: prices::asked_recurrence(form, &format!("{data}[recurring]"))?,
    };
    Ok((line, currency))
}

/// What the price is for: something that is known, or that the request brings as well.
fn product_of(change: &Change<'_>, form: &Form, data: &str) -> Result<(String, Option<String>, String), StripeError> {
    let param = format!("{data}[product]");
    let Some(id) = form.text(&param) else {
        let name = form.required(&format!("{data}[product_data][name]"))?.to_owned();
        let description = form.text(&format!("{data}[product_data][description]")).map(str::to_owned);
        return Ok((name, description, change.id("prod_")));
    };
    let product: Value =
        products::known(change.world, change.state, id).ok_or_else(|| StripeError::unknown_parameter("product", &param, id))?;
    let text = |name: &str| product[name].as_str().map(str::to_owned);
    Ok((text("name").unwrap_or_default(), text("description"), object_id(&product).to_owned()))
}

/// How often these lines are paid; `None` for what is paid once. What is paid once may stand beside what is paid again and again.
pub fn recurrence(mode: &str, lines: &[Line]) -> Result<Option<Recurrence>, StripeError> {
    let refused = |message: &str| StripeError::parameter("parameter_invalid", "line_items", message);
    let mut every = lines.iter().filter_map(|line| line.every);
    let first = every.next();
    match (mode, first) {
        ("payment", Some(_)) => {
            Err(refused("You specified `payment` mode but passed a recurring price. Use mode `subscription`, or one-time prices."))
        }
        ("subscription", None) => Err(refused("You must provide at least one recurring price in `subscription` mode.")),
        _ if every.any(|other| Some(other) != first) => {
            Err(refused("Checkout does not support several prices with different billing intervals."))
        }
        _ => Ok(first),
    }
}
