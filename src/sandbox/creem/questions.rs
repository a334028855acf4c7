//! Up to three questions that a payment page asks: `custom_fields`, or `custom_field` as they were called before.

use serde_json::{Map, Value, json};

use super::call::Fields;
use super::error::CreemError;
use super::objects::record;

const MOST: usize = 3;
const LONGEST_KEY: usize = 200;
const LONGEST_LABEL: usize = 50;

/// The questions of a body as Creem shows them; `None` where it asks none.
pub fn read(body: &Fields) -> Result<Option<Value>, CreemError> {
    for name in ["custom_fields", "custom_field"] {
        match body.get(name) {
            None => {}
            Some(Value::Array(fields)) if fields.len() <= MOST => {
                return fields
                    .iter()
                    .map(|field| question(name, field))
                    .collect::<Result<Vec<_>, _>>()
                    .map(|fields| Some(json!(fields)));
            }
            Some(_) => return Err(CreemError::bad(format!("{name} must contain no more than {MOST} elements"))),
        }
    }
    Ok(None)
}

fn question(list: &str, field: &Value) -> Result<Value, CreemError> {
    let field = Fields(record(field.clone()));
    let kind = field.word("type", &["text", "checkbox"])?;
    let kind = kind.ok_or_else(|| CreemError::bad(format!("{list}.type must be text or checkbox")))?;
    let (key, label) = (field.required("key")?, field.required("label")?);
    if key.len() > LONGEST_KEY || !key.bytes().all(|symbol| symbol.is_ascii_alphanumeric()) {
        return Err(CreemError::bad(format!("{list}.key must be alphanumeric and up to {LONGEST_KEY} characters")));
    }
    if label.chars().count() > LONGEST_LABEL {
        return Err(CreemError::bad(format!("{list}.label must be up to {LONGEST_LABEL} characters")));
    }
    let mut question: Map<String, Value> =
        record(json!({ "type": kind, "key": key, "label": label, "optional": field.get("optional") == Some(&json!(true)) }));
    if let Some(Value::Object(limits)) = field.get("text") {
        // Creem shows the least length under another name than it takes it.
        question.insert(
            "text".to_owned(),
            json!({ "max_length": limits.get("max_length"), "minimum_length": limits.get("min_length") }),
        );
    }
    question.extend(field.get("checkbox").map(|checkbox| ("checkbox".to_owned(), checkbox.clone())));
    Ok(Value::Object(question))
}
