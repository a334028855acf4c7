//! A form with names in brackets as the JSON that it stands for. A form knows only texts, so what is a number, a flag, a list
//! or a record is told by the schema that it is meant for.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::schemas::Document;

/// `a[b][0]=1` as `{"a": {"b": [1]}}`, where the schema at `place` says so.
pub fn typed(document: &Document, form: &str, place: &str) -> Value {
    let mut root = Node::default();
    for (name, value) in url::form_urlencoded::parse(form.as_bytes()) {
        root.put(name.split('[').map(|part| part.trim_end_matches(']')), &value);
    }
    root.typed(document, document.schema_at(place))
}

/// A text, or what stands in brackets below a name.
#[derive(Default)]
struct Node {
    text: Option<String>,
    below: BTreeMap<String, Node>,
}

impl Node {
    fn put<'a>(&mut self, mut path: impl Iterator<Item = &'a str>, text: &str) {
        match path.next() {
            Some(name) => self.below.entry(name.to_owned()).or_default().put(path, text),
            None => self.text = Some(text.to_owned()),
        }
    }

    fn typed(&self, document: &Document, schema: &Value) -> Value {
        let schema = document.followed(schema);
        let alternatives: Vec<&Value> = ["anyOf", "oneOf"].iter().filter_map(|name| schema[*name].as_array()).flatten().collect();
        let fitting = alternatives.into_iter().map(|schema| document.followed(schema)).find(|schema| self.suits(schema));
        if let Some(schema) = fitting {
            return self.typed(document, schema);
        }
        match &self.text {
            Some(text) => scalar(text, schema),
            None if schema["type"] == "array" => {
                let mut places: Vec<_> = self.below.iter().collect();
                places.sort_by_key(|(place, _)| place.parse::<usize>().unwrap_or_default());
                places.into_iter().map(|(_, node)| node.typed(document, &schema["items"])).collect()
            }
            None => self.record(document, schema),
        }
    }

    fn record(&self, document: &Document, schema: &Value) -> Value {
        let field = |(name, node): (&String, &Self)| {
            let schema = schema["properties"].get(name).unwrap_or(&schema["additionalProperties"]);
            (name.clone(), node.typed(document, schema))
        };
        Value::Object(self.below.iter().map(field).collect::<Map<_, _>>())
    }

    /// Whether this could be what the schema means, by its shape alone; a text by its value too.
    fn suits(&self, schema: &Value) -> bool {
        match (&self.text, schema["type"].as_str()) {
            (Some(text), Some("string")) => schema["enum"].as_array().is_none_or(|words| words.contains(&json!(text))),
            (Some(text), Some("integer" | "number" | "boolean")) => !scalar(text, schema).is_string(),
            (None, Some("object" | "array")) => true,
            _ => false,
        }
    }
}

/// A text that isn't what the schema wants stays a text, for the schema to refuse.
fn scalar(text: &str, schema: &Value) -> Value {
    let read = match schema["type"].as_str() {
        Some("integer") => text.parse::<i64>().ok().map(Value::from),
        Some("number") => serde_json::from_str::<Value>(text).ok().filter(Value::is_number),
        Some("boolean") => text.parse::<bool>().ok().map(Value::from),
        _ => None,
    };
    read.unwrap_or_else(|| json!(text))
}
