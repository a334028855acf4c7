//! The question whether an address was meant as it was typed: asked on forms, once, and never in the way of an answer.

use crate::error::Wrong;
use crate::values::TypedEmail;

/// The address of a form's field: as it was typed or, by its answer, as it was meant.
pub(super) fn settled(field: &str, typed: &str, answer: &str) -> Result<String, Wrong> {
    match TypedEmail::read(typed, answer) {
        TypedEmail::Plain(text) | TypedEmail::Kept(text) => Ok(text),
        TypedEmail::Odd { meant, .. } => Err(Wrong::question(field, format!("Did you mean {}?", meant.as_str()))),
    }
}
