//! The line items of a request: a price of the catalog, or one that the request brings.

use super::catalog;
use super::error::StripeError;
use super::form::Form;
use crate::sandbox::till::Line;
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
        (Some(id), false) => catalog_line(change, &price, id)?,
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

fn catalog_line(change: &Change<'_>, param: &str, id: &str) -> Result<(Line, Currency), StripeError> {
    let known = change.world.settings.prices.iter().find(|price| price.price_id == id);
    let price = known.ok_or_else(|| StripeError::unknown_parameter("price", param, id))?;
    let line = Line {
        id: change.id("li_"),
        name: price.product_name.clone(),
        description: None,
        quantity: 1,
        unit: price.price.minor,
        price_id: id.to_owned(),
        product_id: catalog::product_id(price),
        is_catalog: true,
        every: None,
    };
    Ok((line, price.price.currency))
}

/// A line whose price the request brings.
fn own_line(change: &Change<'_>, form: &Form, data: &str) -> Result<(Line, Currency), StripeError> {
    let param = format!("{data}[currency]");
    let text = form.required(&param)?;
    let currency = Currency::parse(text)
        .map_err(|_| StripeError::parameter("parameter_invalid", &param, format!("Invalid currency: {text}.")))?;
    let name = form.required(&format!("{data}[product_data][name]"))?.to_owned();
    let line = Line {
        id: change.id("li_"),
        name,
        description: form.text(&format!("{data}[product_data][description]")).map(str::to_owned),
        quantity: 1,
        unit: unit_amount(form, data)?,
        price_id: change.id("price_"),
        product_id: change.id("prod_"),
        is_catalog: false,
        every: None,
    };
    Ok((line, currency))
}

/// `unit_amount`, or a `unit_amount_decimal` without decimals.
fn unit_amount(form: &Form, data: &str) -> Result<i64, StripeError> {
    let (whole, decimal) = (format!("{data}[unit_amount]"), format!("{data}[unit_amount_decimal]"));
    let amount = match form.integer(&whole)? {
        Some(amount) => Some(amount),
        None => form.integer(&decimal)?,
    };
    let amount = amount.ok_or_else(|| StripeError::missing(&whole))?;
    if amount < 0 {
        return Err(StripeError::parameter("parameter_invalid_integer", &whole, "This value must be greater than or equal to 0."));
    }
    Ok(amount)
}
