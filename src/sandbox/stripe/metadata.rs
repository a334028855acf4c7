//! Metadata: what a client pins on Stripe's objects, within Stripe's bounds.

use serde_json::{Value, json};

use super::error::StripeError;
use super::form::Form;

const LONGEST_KEY: usize = 40;
const LONGEST_VALUE: usize = 500;
const MOST: usize = 50;

/// What stands below `name`, as the object that is made of it carries it.
pub fn checked(form: &Form, name: &str) -> Result<Value, StripeError> {
    let map = form.map(name);
    if map.len() > MOST {
        return Err(StripeError::parameter("parameter_invalid", name, format!("Metadata has at most {MOST} keys.")));
    }
    for (key, value) in &map {
        let bound = match (key.chars().count() > LONGEST_KEY, value.chars().count() > LONGEST_VALUE) {
            (true, _) => format!("A metadata key has at most {LONGEST_KEY} characters."),
            (false, true) => format!("A metadata value has at most {LONGEST_VALUE} characters."),
            (false, false) => continue,
        };
        return Err(StripeError::parameter("parameter_invalid", &format!("{name}[{key}]"), bound));
    }
    Ok(json!(map))
}
