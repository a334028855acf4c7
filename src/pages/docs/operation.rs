//! One endpoint, as the description of the API tells it: what `/docs` shows of it.

use serde_json::Value;

/// An endpoint.
#[derive(Clone, Debug, Default)]
pub struct Operation {
    pub id: String,
    pub method: String,
    pub path: String,
    pub summary: String,
    pub description: String,
    pub scope: Option<String>,
    pub parameters: Vec<Member>,
    pub body: Vec<Member>,
    pub answer: Vec<Member>,
    pub answer_example: String,
    pub refused: Vec<Refused>,
    body_example: Option<String>,
    /// Names and examples of those that stand in a header.
    headers: Vec<(String, String)>,
    path_example: String,
}

/// A member of a body or an answer, or a parameter.
#[derive(Clone, Debug)]
pub struct Member {
    pub name: String,
    /// "text", "number", "list".
    pub kind: String,
    pub is_needed: bool,
    pub about: String,
}

/// A status that is no success. The tag is empty where the answer has another form.
#[derive(Clone, Debug)]
pub struct Refused {
    pub status: String,
    pub tag: String,
    pub when: String,
}

/// Every endpoint, in the order in which one needs them.
pub fn operations(description: &Value) -> Vec<Operation> {
    const ORDER: [&str; 9] = [
        "showCatalog",
        "priceGift",
        "createGiftCheckoutSession",
        "showGift",
        "listGifts",
        "redeemGift",
        "showMembership",
        "createCheckoutSession",
        "reportMail",
    ];
    let paths = description.get("paths").and_then(Value::as_object).into_iter().flatten();
    let mut all: Vec<Operation> = paths
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().into_iter().flatten();
            methods.map(|(method, operation)| Operation::read(description, method, path, operation))
        })
        .collect();
    all.sort_by_key(|operation| ORDER.iter().position(|id| *id == operation.id).unwrap_or(ORDER.len()));
    all
}

impl Operation {
    fn read(description: &Value, method: &str, path: &str, operation: &Value) -> Self {
        const BODY: &str = "/requestBody/content/application~1json";
        const ANSWER: &str = "/responses/200/content/application~1json";
        let members = |place: &str| operation.pointer(&format!("{place}/schema")).map(|schema| members(description, schema));
        let example = |place: &str| operation.pointer(&format!("{place}/example")).and_then(pretty);
        let parameters = operation.get("parameters").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let examples = |stands_in: &'static str| {
            let of_kind = parameters.iter().filter(move |parameter| text(parameter, "in") == stands_in);
            of_kind.filter_map(|parameter| Some((text(parameter, "name"), text_or_none(parameter, "example")?)))
        };
        let path_example =
            examples("path").fold(path.to_owned(), |path, (name, example)| path.replace(&format!("{{{name}}}"), &example));
        Self {
            id: text(operation, "operationId"),
            method: method.to_uppercase(),
            path: path.to_owned(),
            summary: text(operation, "summary").replace('\'', "’"),
            description: text(operation, "description"),
            scope: operation.pointer("/security/0/bearer/0").and_then(Value::as_str).map(str::to_owned),
            parameters: parameters.iter().map(|parameter| Member::of_parameter(description, parameter)).collect(),
            body: members(BODY).unwrap_or_default(),
            answer: members(ANSWER).unwrap_or_default(),
            answer_example: example(ANSWER).unwrap_or_default(),
            refused: refused(operation),
            body_example: example(BODY),
            headers: examples("header").collect(),
            path_example,
        }
    }

    /// How one would ask it by hand.
    pub fn curl(&self, origin: &str) -> String {
        let mut lines = vec![format!("curl {origin}{}", self.path_example)];
        if self.scope.is_some() {
            lines.push("  -H \"Authorization: Bearer $RIBBON_TOKEN\"".to_owned());
        }
        lines.extend(self.headers.iter().map(|(name, example)| format!("  -H '{name}: {example}'")));
        if let Some(body) = &self.body_example {
            lines.push("  -H 'Content-Type: application/json'".to_owned());
            lines.push(format!("  -d '{body}'"));
        }
        lines.join(" \\\n")
    }
}

impl Member {
    fn of_parameter(description: &Value, parameter: &Value) -> Self {
        Self {
            name: text(parameter, "name"),
            kind: parameter.get("schema").map(|schema| kind(description, schema)).unwrap_or_default(),
            is_needed: parameter.get("required").and_then(Value::as_bool).unwrap_or_default(),
            about: text(parameter, "description"),
        }
    }
}

/// The members of an object, those of the objects in it under their whole names.
fn members(description: &Value, schema: &Value) -> Vec<Member> {
    let schema = followed(description, schema);
    let needed: Vec<&str> =
        schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    let properties = schema.get("properties").and_then(Value::as_object).into_iter().flatten();
    let mut properties: Vec<(&String, &Value)> = properties.collect();
    properties.sort_by_key(|(name, _)| !needed.contains(&name.as_str()));
    properties
        .into_iter()
        .flat_map(|(name, property)| {
            let about = [property, followed(description, property)].map(|schema| text(schema, "description"));
            let itself = Member {
                name: name.clone(),
                kind: kind(description, property),
                is_needed: needed.contains(&name.as_str()),
                about: about.into_iter().find(|about| !about.is_empty()).unwrap_or_default(),
            };
            let inner = followed(description, property);
            let (inner, mark) = match inner.get("items") {
                Some(items) => (items, "[]"),
                None => (inner, ""),
            };
            let within = members(description, inner)
                .into_iter()
                .map(move |member| Member { name: format!("{name}{mark}.{}", member.name), ..member });
            std::iter::once(itself).chain(within)
        })
        .collect()
}

/// A schema with its reference followed; of several, the one that isn't null.
fn followed<'a>(description: &'a Value, schema: &'a Value) -> &'a Value {
    if let Some(place) = schema.get("$ref").and_then(Value::as_str) {
        let named = description.pointer(place.trim_start_matches('#'));
        return named.map_or(schema, |named| followed(description, named));
    }
    let alternatives = schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array);
    let named = alternatives.and_then(|all| all.iter().find(|one| one.get("$ref").is_some()));
    named.map_or(schema, |named| followed(description, named))
}

/// What a value is, in a word or two.
fn kind(description: &Value, schema: &Value) -> String {
    let schema = followed(description, schema);
    let types: Vec<&str> = match schema.get("type") {
        Some(Value::Array(types)) => types.iter().filter_map(Value::as_str).collect(),
        Some(one) => one.as_str().into_iter().collect(),
        None => Vec::new(),
    };
    let words = types.iter().map(|kind| match *kind {
        "string" => "text",
        "integer" | "number" => "number",
        "array" => "list",
        "boolean" => "true or false",
        other => other,
    });
    let words: Vec<&str> = words.collect();
    let choices: Vec<String> = schema.get("enum").and_then(Value::as_array).into_iter().flatten().map(written).collect();
    if choices.is_empty() { words.join(" or ") } else { choices.join(", ") }
}

fn written(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Every status but 200, a line each where one status has several reasons.
fn refused(operation: &Value) -> Vec<Refused> {
    let responses = operation.get("responses").and_then(Value::as_object).into_iter().flatten();
    responses
        .filter(|(status, _)| *status != "200")
        .flat_map(|(status, response)| {
            let description = text(response, "description");
            let lines: Vec<Refused> = description.lines().map(|line| Refused::read(status, line)).collect();
            lines
        })
        .collect()
}

impl Refused {
    /// From "`tag`: when".
    fn read(status: &str, line: &str) -> Self {
        let (tag, when) = line.strip_prefix('`').and_then(|line| line.split_once("`: ")).unwrap_or(("", line));
        Self { status: status.to_owned(), tag: tag.to_owned(), when: when.to_owned() }
    }
}

fn text(value: &Value, name: &str) -> String {
    text_or_none(value, name).unwrap_or_default()
}

fn text_or_none(value: &Value, name: &str) -> Option<String> {
    value.get(name)?.as_str().map(str::to_owned)
}

fn pretty(value: &Value) -> Option<String> {
    serde_json::to_string_pretty(value).ok()
}
