//! The fields of a request's one object, read one by one; everything wrong with them is said at once.

use serde_json::{Map, Value};
use url::Url;

use super::error::{FlowgladError, Issue};

/// The object that a body wraps in its name, and what was found wrong in it so far.
pub struct Fields<'a> {
    name: &'static str,
    object: Option<&'a Map<String, Value>>,
    issues: Vec<Issue>,
}

impl<'a> Fields<'a> {
    pub fn of(body: &'a Value, name: &'static str) -> Self {
        let object = body.get(name).and_then(Value::as_object);
        let mut fields = Self { name, object, issues: Vec::new() };
        if object.is_none() {
            fields.issues.push(Issue { code: "invalid_type", path: vec![name.to_owned()], message: "Expected object".to_owned() });
        }
        fields
    }

    /// The field as it came; null is as good as nothing.
    pub fn get(&self, field: &str) -> Option<&'a Value> {
        self.object?.get(field).filter(|value| !value.is_null())
    }

    pub fn wrong(&mut self, field: &str, code: &'static str, message: &str) {
        self.issues.push(Issue { code, path: vec![self.name.to_owned(), field.to_owned()], message: message.to_owned() });
    }

    pub fn optional_text(&mut self, field: &str) -> Option<&'a str> {
        let value = self.get(field)?;
        if value.as_str().is_none() {
            self.wrong(field, "invalid_type", "Expected string");
        }
        value.as_str()
    }

    /// Empty where it is missing, which is wrong and noted.
    pub fn text(&mut self, field: &str) -> &'a str {
        self.require(field);
        self.optional_text(field).unwrap_or_default()
    }

    pub fn web_address(&mut self, field: &str) -> &'a str {
        let text = self.text(field);
        let is_address = Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if !text.is_empty() && !is_address {
            self.wrong(field, "invalid_format", "Invalid URL");
        }
        text
    }

    pub fn integer(&mut self, field: &str, least: i64) -> Option<i64> {
        let value = self.get(field)?;
        match value.as_i64() {
            Some(number) if number >= least => Some(number),
            Some(_) => {
                self.wrong(field, "too_small", &format!("Must be at least {least}"));
                None
            }
            None => {
                self.wrong(field, "invalid_type", "Expected a whole number");
                None
            }
        }
    }

    /// `None` where it is missing too, which is wrong and noted.
    pub fn required_integer(&mut self, field: &str, least: i64) -> Option<i64> {
        self.require(field);
        self.integer(field, least)
    }

    /// The id in a body that changes a record must be the path's own.
    pub fn same_id(&mut self, id: &str) {
        let given = self.text("id");
        if !given.is_empty() && given != id {
            self.wrong("id", "custom", "The id is another than the path's");
        }
    }

    /// False where it is missing, which is wrong and noted.
    pub fn required_flag(&mut self, field: &str) -> bool {
        self.require(field);
        self.flag(field).unwrap_or_default()
    }

    fn require(&mut self, field: &str) {
        if self.get(field).is_none() && self.object.is_some() {
            self.wrong(field, "invalid_type", "Required");
        }
    }

    pub fn flag(&mut self, field: &str) -> Option<bool> {
        let value = self.get(field)?;
        if value.as_bool().is_none() {
            self.wrong(field, "invalid_type", "Expected boolean");
        }
        value.as_bool()
    }

    pub fn one_of(&mut self, field: &str, allowed: &[&str]) -> &'a str {
        let text = self.text(field);
        if !text.is_empty() && !allowed.contains(&text) {
            self.wrong(field, "invalid_value", &format!("Expected one of {}", allowed.join(", ")));
        }
        text
    }

    pub fn done(self) -> Result<(), FlowgladError> {
        if self.issues.is_empty() { Ok(()) } else { Err(FlowgladError::Issues(self.issues)) }
    }
}
