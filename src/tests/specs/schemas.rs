//! An OpenAPI document as JSON Schema: which of its schemas a request, an answer or an event must fit, and whether it does.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use jsonschema::{Draft, Validator};
use serde_json::{Map, Value, json};

/// How much a schema forbids.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reading {
    /// Fields that the document doesn't name are welcome, as they are in what a provider sends.
    Open,
    /// They are mistakes, as they are in what we send.
    Strict,
}

/// A provider's document.
pub struct Document {
    /// As it was written.
    text: Value,
    /// As a validator understands it, by how much it forbids.
    readings: BTreeMap<Reading, Value>,
    /// By reading and place; making one takes a while.
    validators: Mutex<BTreeMap<(Reading, String), Arc<Validator>>>,
}

/// What may stand beside them below a path is no operation.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// What a request's body must be.
pub struct Request {
    /// A JSON pointer.
    pub schema: String,
    /// A form rather than JSON.
    pub is_form: bool,
}

impl Document {
    pub fn new(document: Value) -> Self {
        let readings = [Reading::Open, Reading::Strict].map(|reading| (reading, translated(&document, reading, false))).into();
        Self { text: document, readings, validators: Mutex::default() }
    }

    pub fn knows(&self, method: &str, path: &str) -> bool {
        self.operation(method, path).is_some()
    }

    pub fn operations(&self) -> Vec<(String, String)> {
        let methods = |(path, methods): (&String, &Value)| {
            let named = methods.as_object().into_iter().flat_map(Map::keys).filter(|name| METHODS.contains(&name.as_str()));
            named.map(|method| (method.to_uppercase(), path.clone())).collect::<Vec<_>>()
        };
        self.text["paths"].as_object().into_iter().flatten().flat_map(methods).collect()
    }

    /// Whether a name, of which what stands in brackets is not looked at, may stand in a request's query.
    pub fn is_in_query(&self, method: &str, path: &str, name: &str) -> bool {
        let parameters = self.operation(method, path).and_then(|operation| self.text.pointer(&format!("{operation}/parameters")));
        let name = name.split('[').next();
        let is_meant = |parameter: &Value| parameter["in"] == "query" && parameter["name"].as_str() == name;
        parameters.and_then(Value::as_array).is_some_and(|parameters| parameters.iter().any(is_meant))
    }

    /// `None` for what takes no body.
    pub fn request(&self, method: &str, path: &str) -> Option<Request> {
        let operation = self.operation(method, path)?;
        let content = format!("{operation}/requestBody/content");
        let (kind, _) = self.text.pointer(&content)?.as_object()?.iter().next()?;
        Some(Request { schema: format!("{content}/{}/schema", escaped(kind)), is_form: kind.contains("form") })
    }

    pub fn answer(&self, method: &str, path: &str, status: u16) -> Option<String> {
        let operation = self.operation(method, path)?;
        [status.to_string().as_str(), "default"]
            .map(|status| format!("{operation}/responses/{status}/content/application~1json/schema"))
            .into_iter()
            .find(|place| self.text.pointer(place).is_some())
    }

    /// Of an event of that kind; of any event where the document doesn't tell them apart.
    pub fn event(&self, kind: &str) -> Option<String> {
        let hook = |list: &str, kind: &str| format!("/{list}/{}/post/requestBody/content/application~1json/schema", escaped(kind));
        [hook("x-webhooks", kind), "/components/schemas/event".to_owned(), "/components/schemas/WebhookEventPayload".to_owned()]
            .into_iter()
            .find(|place| self.text.pointer(place).is_some())
    }

    pub fn schema_named(&self, name: &str) -> Option<String> {
        let place = format!("/components/schemas/{}", escaped(name));
        self.text.pointer(&place).map(|_| place)
    }

    /// The schema at `place`, references followed.
    pub fn schema_at(&self, place: &str) -> &Value {
        self.followed(self.text.pointer(place).unwrap_or(&Value::Null))
    }

    pub fn followed<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema.get("$ref").and_then(Value::as_str).and_then(|place| place.strip_prefix('#')) {
            Some(place) => self.schema_at(place),
            None => schema,
        }
    }

    /// Everything about `value` that the schema at `place` forbids, and where.
    pub fn errors(&self, place: &str, reading: Reading, value: &Value) -> Vec<String> {
        let validator = self.validator(place, reading);
        validator
            .iter_errors(value)
            .map(|error| format!("  at {}: {}", error.instance_path(), shortened(&error.to_string())))
            .collect()
    }

    fn validator(&self, place: &str, reading: Reading) -> Arc<Validator> {
        let mut validators = self.validators.lock().unwrap();
        let made = validators.entry((reading, place.to_owned())).or_insert_with(|| {
            let mut schema = self.readings[&reading].clone();
            // A reference is a URL, in which a parameter's braces are escaped.
            schema["$ref"] = json!(format!("#{}", place.replace('{', "%7B").replace('}', "%7D")));
            let options = jsonschema::options().with_draft(Draft::Draft202012).should_validate_formats(true);
            Arc::new(options.build(&schema).unwrap_or_else(|error| panic!("{place}: {error}")))
        });
        Arc::clone(made)
    }

    /// The place of an operation. A path without a parameter in it is meant before one with.
    fn operation(&self, method: &str, path: &str) -> Option<String> {
        let path = path.split('?').next().unwrap_or_default();
        let paths = self.text["paths"].as_object()?;
        let template = paths.keys().filter(|template| fits(template, path)).min_by_key(|template| template.matches('{').count())?;
        let place = format!("/paths/{}/{}", escaped(template), method.to_ascii_lowercase());
        self.text.pointer(&place).map(|_| place)
    }
}

/// Whether `/v1/things/{id}` can mean `path`.
fn fits(template: &str, path: &str) -> bool {
    let (template, path): (Vec<_>, Vec<_>) = (template.split('/').collect(), path.split('/').collect());
    template.len() == path.len() && template.iter().zip(&path).all(|(part, given)| part.starts_with('{') || part == given)
}

/// As a part of a JSON pointer that stands in a reference.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn shortened(text: &str) -> String {
    text.chars().take(600).collect()
}

/// OpenAPI 3.0's `nullable` in JSON Schema's words, in every schema of the document; and, read strictly, no field that isn't named.
/// A part of an `allOf` (`is_part`) leaves it to the whole to forbid what none of its parts names.
fn translated(value: &Value, reading: Reading, is_part: bool) -> Value {
    let object = match value {
        Value::Object(object) => object,
        Value::Array(list) => return list.iter().map(|value| translated(value, reading, is_part)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return value.clone(),
    };
    // An example is no schema, whatever it looks like.
    let kept = object.iter().filter(|(name, value)| *name != "example" || value.get("type").is_some());
    let mut schema: Map<String, Value> =
        kept.map(|(name, value)| (name.clone(), translated(value, reading, name == "allOf"))).collect();
    let has = |names: [&str; 2]| names.iter().any(|name| schema.contains_key(*name));
    let names_fields = has(["properties", "allOf"]) && !has(["additionalProperties", "unevaluatedProperties"]);
    if reading == Reading::Strict && names_fields && !is_part {
        schema.insert("unevaluatedProperties".to_owned(), json!(false));
    }
    if schema.remove("nullable") == Some(json!(true)) {
        return json!({"anyOf": [schema, {"type": "null"}]});
    }
    Value::Object(schema)
}
