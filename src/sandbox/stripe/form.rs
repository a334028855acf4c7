//! Stripe's parameters: form-encoded, nested with brackets, found here by their whole name (`line_items[0][price]`).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::error::StripeError;

/// The parameters of one request. An empty value means "not set".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Form(BTreeMap<String, String>);

impl Form {
    /// Reads a query or a body. Brackets may come raw or percent-encoded, `a[]` counts up from `a[0]`.
    pub fn parse(encoded: &[u8]) -> Self {
        let mut values = BTreeMap::new();
        for (name, value) in url::form_urlencoded::parse(encoded) {
            values.insert(numbered(&name, &values), value.into_owned());
        }
        Self(values)
    }

    /// The parameters of two places; the later one wins.
    pub fn with(mut self, more: Self) -> Self {
        self.0.extend(more.0);
        self
    }

    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    pub fn required(&self, name: &str) -> Result<&str, StripeError> {
        match self.0.get(name).map(String::as_str) {
            None => Err(StripeError::missing(name)),
            Some("") => {
                Err(StripeError::parameter("parameter_invalid_empty", name, format!("{name} is empty. Set it to a value.")))
            }
            Some(value) => Ok(value),
        }
    }

    /// Text of at most `most` characters.
    pub fn limited(&self, name: &str, most: usize) -> Result<Option<&str>, StripeError> {
        match self.text(name) {
            Some(value) if value.chars().count() > most => {
                Err(StripeError::parameter("parameter_invalid_string", name, format!("{name} is longer than {most} characters.")))
            }
            value => Ok(value),
        }
    }

    pub fn integer(&self, name: &str) -> Result<Option<i64>, StripeError> {
        self.text(name)
            .map(|value| {
                value
                    .parse()
                    .map_err(|_| StripeError::parameter("parameter_invalid_integer", name, format!("Invalid integer: {value}")))
            })
            .transpose()
    }

    pub fn flag(&self, name: &str) -> Result<Option<bool>, StripeError> {
        self.text(name)
            .map(|value| {
                value.parse().map_err(|_| StripeError::parameter("parameter_invalid", name, format!("Invalid boolean: {value}")))
            })
            .transpose()
    }

    /// One of a few words.
    pub fn word<'a>(&'a self, name: &str, words: &[&str]) -> Result<Option<&'a str>, StripeError> {
        match self.text(name) {
            Some(word) if !words.contains(&word) => Err(StripeError::parameter(
                "parameter_invalid",
                name,
                format!("Invalid {name}: must be one of {}", words.join(", ")),
            )),
            word => Ok(word),
        }
    }

    /// Nothing is asked for but what stands in `known`.
    pub fn only(&self, known: &[&str]) -> Result<(), StripeError> {
        match self.top_names().find(|name| *name != "expand" && !known.contains(name)) {
            Some(name) => Err(StripeError::parameter("parameter_unknown", name, format!("Received unknown parameter: {name}"))),
            None => Ok(()),
        }
    }

    /// True where anything stands at or below `name`.
    pub fn has(&self, name: &str) -> bool {
        let below = format!("{name}[");
        self.0.iter().any(|(known, value)| !value.is_empty() && (known == name || known.starts_with(&below)))
    }

    /// The names of a list's elements, in the order of their numbers.
    pub fn rows(&self, name: &str) -> Vec<String> {
        let mut numbers: Vec<u32> = self.parts(name).filter_map(|(part, _)| part.parse().ok()).collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers.into_iter().map(|number| format!("{name}[{number}]")).collect()
    }

    /// The texts of a list, in the order of their numbers.
    pub fn texts(&self, name: &str) -> Vec<&str> {
        self.rows(name).iter().filter_map(|row| self.text(row)).collect()
    }

    /// Takes over what `more` says of the map `name`: an empty value takes its key away, and an empty map takes all.
    pub fn update_map(&mut self, name: &str, more: &Self, named_there: &str) {
        let (here, there) = (format!("{name}["), format!("{named_there}["));
        if more.0.get(named_there).is_some_and(String::is_empty) {
            self.0.retain(|known, _| !known.starts_with(&here));
        }
        for (known, value) in more.0.iter().filter_map(|(known, value)| Some((known.strip_prefix(&there)?, value))) {
            self.0.insert(format!("{here}{known}"), value.clone());
        }
    }

    /// The values directly below `name`, by their own names.
    pub fn map(&self, name: &str) -> BTreeMap<String, String> {
        let direct = self.parts(name).filter(|(part, known)| known.len() == name.len() + part.len() + 2);
        direct.filter_map(|(part, known)| Some((part.to_owned(), self.text(known)?.to_owned()))).collect()
    }

    /// The outermost names.
    pub fn top_names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(|name| name.split('[').next().unwrap_or_default())
    }

    /// What stands in the first brackets behind `name`, with the whole name.
    fn parts<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0.keys().filter_map(move |known| {
            let (part, _) = known.strip_prefix(name)?.strip_prefix('[')?.split_once(']')?;
            Some((part, known.as_str()))
        })
    }
}

/// `a[]` as the first `a[n]` that isn't taken; any other name as it is.
fn numbered(name: &str, taken: &BTreeMap<String, String>) -> String {
    if !name.contains("[]") {
        return name.to_owned();
    }
    let mut candidates = (0..=taken.len()).map(|number| name.replace("[]", &format!("[{number}]")));
    candidates.find(|candidate| !taken.contains_key(candidate)).unwrap_or_else(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_may_be_raw_or_encoded_or_empty() {
        let raw = Form::parse(b"line_items[0][price_data][unit_amount]=4900&expand[]=a&expand[]=b");
        let encoded = Form::parse(b"line_items%5B0%5D%5Bprice_data%5D%5Bunit_amount%5D=4900&expand%5B0%5D=a&expand%5B1%5D=b");
        assert_eq!(raw, encoded);
        assert_eq!(raw.integer("line_items[0][price_data][unit_amount]"), Ok(Some(4_900)));
        assert!(raw.has("line_items[0][price_data]") && !raw.has("line_items[0][price]"));
    }

    #[test]
    fn rows_come_in_the_order_of_their_numbers() {
        let form = Form::parse(b"i[10][a]=1&i[2][a]=2&i[2][b]=3&i[x]=4");
        assert_eq!(form.rows("i"), ["i[2]", "i[10]"]);
    }

    #[test]
    fn a_map_holds_what_is_set_directly_below() {
        let form = Form::parse(b"metadata[order]=o%26o&metadata[gone]=&payment_intent_data[metadata][order]=x");
        assert_eq!(form.map("metadata"), BTreeMap::from([("order".to_owned(), "o&o".to_owned())]));
        assert_eq!(form.map("payment_intent_data[metadata]").len(), 1);
        assert!(form.map("payment_intent_data").is_empty());
    }

    #[test]
    fn missing_empty_and_nonsense_are_told_apart() {
        let form = Form::parse(b"a=&b=1x");
        let code = |error: StripeError| (error.code.unwrap(), error.param.unwrap());
        assert_eq!(code(form.required("c").unwrap_err()), ("parameter_missing", "c".to_owned()));
        assert_eq!(code(form.required("a").unwrap_err()), ("parameter_invalid_empty", "a".to_owned()));
        assert_eq!(code(form.integer("b").unwrap_err()), ("parameter_invalid_integer", "b".to_owned()));
        assert_eq!(form.integer("a"), Ok(None));
    }
}
