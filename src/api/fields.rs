//! Reads a body's members one after another and keeps all that is wrong with them. Types are judged here; what a value means is the
//! shop's to say.

use serde_json::Value;
use url::Url;

use super::incoming::{Member, Object};
use super::problem::Problem;
use super::return_urls::Origins;
use crate::error::Wrong;

/// A body that is being read.
pub struct Fields<'a> {
    object: &'a Object,
    wrongs: Vec<Wrong>,
}

impl<'a> Fields<'a> {
    pub const fn of(object: &'a Object) -> Self {
        Self { object, wrongs: Vec::new() }
    }

    /// A text that must be there and hold something.
    pub fn text(&mut self, name: &'static str) -> String {
        match self.object.member(name) {
            Member::Once(Value::String(text)) if text.is_empty() => self.wrong(name, format!("Fill in {name}: it is empty")),
            Member::Once(Value::String(text)) => text.clone(),
            Member::Absent => self.wrong(name, format!("Send {name}: it is missing")),
            Member::Once(other) => self.wrong(name, of_another_type(name, "a text", other)),
            Member::Twice => self.doubled(name),
        }
    }

    /// A text that may be missing, null or empty.
    pub fn text_or_null(&mut self, name: &'static str) -> String {
        match self.object.member(name) {
            Member::Once(Value::String(text)) => text.clone(),
            Member::Absent | Member::Once(Value::Null) => String::new(),
            Member::Once(other) => self.wrong(name, of_another_type(name, "a text or null", other)),
            Member::Twice => self.doubled(name),
        }
    }

    /// A text that may be missing, and holds something where it isn't.
    pub fn optional_text(&mut self, name: &'static str) -> Option<String> {
        match self.object.member(name) {
            Member::Absent => None,
            Member::Once(_) | Member::Twice => Some(self.text(name)).filter(|text| !text.is_empty()),
        }
    }

    /// A whole number, however JSON writes it: 3, 3.0, 3e0. `None` where it is none, which is then wrong, saying what to send.
    pub fn whole_number(&mut self, name: &'static str, advice: &str) -> Option<u32> {
        match self.object.member(name) {
            Member::Once(Value::Number(number)) => {
                let whole = whole(number);
                if whole.is_none() {
                    self.wrong(name, advice.to_owned());
                }
                return whole;
            }
            Member::Absent => self.wrong(name, format!("Send {name}: it is missing")),
            Member::Once(other) => self.wrong(name, of_another_type(name, "a number", other)),
            Member::Twice => self.doubled(name),
        };
        None
    }

    /// An address to which a buyer may be sent back.
    pub fn return_url(&mut self, name: &'static str, origins: &Origins) -> Option<Url> {
        let before = self.wrongs.len();
        let text = self.text(name);
        if self.wrongs.len() > before {
            return None;
        }
        origins.read(&text).map_err(|refused| self.wrong(name, refused.advice().to_owned())).ok()
    }

    /// What the shop says of the values, where their types were right.
    pub fn judged(&mut self, wrongs: Vec<Wrong>) {
        for wrong in wrongs {
            if self.wrongs.iter().all(|known| known.field != wrong.field) {
                self.wrongs.push(wrong);
            }
        }
    }

    /// Whether all was right; else everything that wasn't, in the order of `names`.
    pub fn end(mut self, names: &[&str]) -> Result<(), Problem> {
        self.wrongs.sort_by_key(|wrong| names.iter().position(|name| *name == wrong.field));
        if self.wrongs.is_empty() { Ok(()) } else { Err(Problem::invalid(self.wrongs)) }
    }

    fn doubled(&mut self, name: &'static str) -> String {
        self.wrong(name, format!("Send {name} once: it stands there twice"))
    }

    fn wrong(&mut self, name: &'static str, advice: String) -> String {
        self.wrongs.push(Wrong::new(name, advice));
        String::new()
    }
}

fn of_another_type(name: &str, wanted: &str, got: &Value) -> String {
    let got = match got {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    };
    format!("Send {name} as {wanted}: it is {got}")
}

fn whole(number: &serde_json::Number) -> Option<u32> {
    if let Some(whole) = number.as_u64() {
        return u32::try_from(whole).ok();
    }
    // Few lengths are sold, so the few numbers that can be meant are asked for: no arithmetic with what has a point.
    let bits = number.as_f64()?.to_bits();
    (1..=MONTHS_MAX).find(|whole| f64::from(*whole).to_bits() == bits)
}

/// The longest length that anybody could mean.
const MONTHS_MAX: u32 = 120;

#[cfg(test)]
mod tests {
    use super::*;

    fn object(json: &str) -> Object {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn a_whole_number_is_one_however_json_writes_it() {
        for (json, number) in [
            ("3", Some(3)),
            ("3.0", Some(3)),
            ("3e0", Some(3)),
            ("0.3e1", Some(3)),
            ("12.000", Some(12)),
            ("3.5", None),
            ("-3", None),
            ("1e300", None),
            ("\"3\"", None),
            ("true", None),
            ("[3]", None),
        ] {
            let object = object(&format!("{{\"n\":{json}}}"));
            let mut fields = Fields::of(&object);
            assert_eq!(fields.whole_number("n", "Send 3"), number, "{json}");
            assert_eq!(fields.end(&["n"]).is_ok(), number.is_some(), "{json}");
        }
    }

    #[test]
    fn every_wrong_member_is_named_once_in_the_order_of_the_documents() {
        let object = object(r#"{"b":1,"c":"x","c":"x","d":"","e":null,"f":null}"#);
        let mut fields = Fields::of(&object);
        for name in ["f", "d", "c", "b", "a"] {
            fields.text(name);
        }
        assert_eq!(fields.text_or_null("e"), "");
        assert_eq!(fields.optional_text("g"), None);
        fields.judged(vec![Wrong::new("a", "said already"), Wrong::new("e", "Shorten it")]);
        let messages: Vec<String> = fields.wrongs.iter().map(|wrong| wrong.message.clone()).collect();
        assert_eq!(
            messages,
            [
                "Send f as a text: it is null",
                "Fill in d: it is empty",
                "Send c once: it stands there twice",
                "Send b as a text: it is a number",
                "Send a: it is missing",
                "Shorten it"
            ]
        );
        assert_eq!(fields.end(&["a", "b", "c", "d", "e", "f"]).unwrap_err().status(), 400);
    }
}
