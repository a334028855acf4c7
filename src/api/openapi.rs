//! `/openapi.json`: the description of the API, made from the code. What each endpoint takes and gives stands beside its handler; what it
//! refuses is said here, from the errors themselves, so that no tag can be forgotten in one place and told in another.

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use super::problem::{Problem, Said};
use super::{billing_checkout, catalog, gift_checkout, gift_price, gifts, links, mail_reports, membership, redeem};
use crate::Error;
use crate::error::{Cause, Wrong};

#[derive(OpenApi)]
#[openapi(
    paths(
        catalog::show,
        gift_price::ask,
        gift_checkout::create,
        gifts::show,
        gifts::list,
        redeem::redeem,
        membership::mine,
        billing_checkout::create,
        mail_reports::take
    ),
    components(schemas(Said))
)]
struct Described;

/// Why something was refused, when that happens, and where.
struct Refusal {
    problem: Problem,
    when: &'static str,
    at: At,
}

/// Which endpoints refuse something for one reason.
#[derive(Clone, Copy)]
enum At {
    /// Whatever needs a token.
    Tokens,
    /// Whatever needs the database: for its token, or to find a mail.
    Database,
    /// Whatever takes a body.
    Bodies,
    /// Whatever takes a body that must be said to be JSON; of a report its signature says what it is.
    TypedBodies,
    /// Whatever takes such a body and answers for it in the shop's own manner; the billing checkout has 422.
    OwnBodies,
    These(&'static [&'static str]),
}

const BUY: &str = "createGiftCheckoutSession";
const PRICE: &str = "priceGift";
const SHOW: &str = "showGift";
const LIST: &str = "listGifts";
const REDEEM: &str = "redeemGift";
const SUBSCRIBE: &str = "createCheckoutSession";
const REPORT: &str = "reportMail";

/// Everything that is refused, in the order of the statuses.
fn refusals() -> Vec<Refusal> {
    let wrong = Error::Invalid(vec![Wrong::new("tier", "Choose what to give: Member or Founder")]);
    let refusal = |problem: Problem, at, when| Refusal { problem, when, at };
    let error = |error: Error, at, when| refusal(error.into(), at, when);
    vec![
        error(
            wrong,
            At::These(&[BUY, PRICE, REDEEM, LIST, REPORT]),
            "Members or parameters need correcting; `fields` names all of them.",
        ),
        refusal(Problem::malformed_json("The body is no JSON object."), At::OwnBodies, "The body is empty, no JSON, or no object."),
        error(
            Error::AuthenticatedEmailRequired,
            At::These(&[REDEEM]),
            "The account's address isn't verified, or isn't `recipient_email`.",
        ),
        error(
            Error::SignatureRefused,
            At::These(&[REPORT]),
            "The signature is missing, or too old, or made with another secret or of another body.",
        ),
        error(Error::IdempotencyKeyInvalid, At::OwnBodies, "The `Idempotency-Key` is none."),
        error(Error::IdempotencyKeyReused, At::OwnBodies, "The `Idempotency-Key` came before with another body."),
        error(Error::TokenMissing, At::Tokens, "No access token came."),
        error(Error::TokenRefused, At::Tokens, "The access token isn't known, or has ended or expired."),
        error(Error::ScopeMissing("gifts:read".to_owned()), At::Tokens, "The access token was made for other things."),
        error(Error::ForeignOrigin, At::These(&[REDEEM]), "It came with a session and from another site."),
        error(Error::GiftNotFound, At::These(&[REDEEM]), "No gift has this code."),
        refusal(gifts::unknown(), At::These(&[SHOW]), "No gift of the account has this reference."),
        error(Error::NotFound, At::These(&[REPORT]), "The operator has set no secret, so no report can be believed."),
        error(Error::NotForSale, At::These(&[SUBSCRIBE]), "The shop sells no subscription of the account's plan."),
        error(Error::GiftAlreadyRedeemed, At::These(&[REDEEM]), "It has been redeemed; told to its recipient only."),
        error(Error::AlreadySubscribed, At::These(&[SUBSCRIBE]), "The account has a subscription that runs."),
        error(
            Error::GiftNotRedeemable,
            At::These(&[REDEEM]),
            "It isn't paid, or was refunded, or is being checked; or the account isn't its recipient's.",
        ),
        error(Error::TooLarge, At::Bodies, "The body has more than 65,536 bytes."),
        refusal(super::incoming::Unread::OtherType.into(), At::TypedBodies, "The body isn't said to be JSON in UTF-8."),
        error(Error::TooManyAttempts { seconds: 900 }, At::Tokens, "A limit is used up; `Retry-After` says for how many seconds."),
        error(Error::Internal(Cause::default()), At::Database, "A fault of the shop. Nothing was charged or redeemed."),
        error(
            Error::ProviderUnavailable(Cause::default()),
            At::These(&[BUY, SUBSCRIBE]),
            "The payment provider can't be reached. Nothing was charged.",
        ),
        error(Error::Unavailable(Cause::default()), At::Database, "The shop's database is away. Nothing was lost."),
    ]
}

impl At {
    fn applies_to(self, id: &str, operation: &Value) -> bool {
        let takes_body = operation.get("requestBody").is_some();
        match self {
            Self::Tokens => needs_token(operation),
            Self::Database => needs_token(operation) || id == REPORT,
            Self::Bodies => takes_body,
            Self::TypedBodies => takes_body && id != REPORT,
            Self::OwnBodies => takes_body && id != SUBSCRIBE && id != REPORT,
            Self::These(ids) => ids.contains(&id),
        }
    }
}

fn needs_token(operation: &Value) -> bool {
    let needs = |security: &Value| security.as_object().is_some_and(|scheme| !scheme.is_empty());
    operation.get("security").and_then(Value::as_array).is_some_and(|schemes| schemes.iter().any(needs))
}

/// The whole description of the API of the shop that stands at `origin`.
pub fn document(shop_name: &str, origin: &str) -> Value {
    let mut document = serde_json::to_value(Described::openapi()).unwrap_or_default();
    if let Some(root) = document.as_object_mut() {
        root.insert("openapi".to_owned(), "3.1.0".into());
        root.insert("info".to_owned(), info(shop_name));
        root.insert("servers".to_owned(), json!([{ "url": origin }]));
    }
    let examples = examples(&document, origin);
    let refusals = refusals();
    for operation in operations(&mut document) {
        complete(operation, &refusals, &examples);
    }
    if let Some(components) = document.get_mut("components").and_then(Value::as_object_mut) {
        components.insert("securitySchemes".to_owned(), json!({ "bearer": { "type": "http", "scheme": "bearer" } }));
    }
    document
}

fn info(shop_name: &str) -> Value {
    json!({
        "title": format!("{shop_name}: gift memberships"),
        "version": env!("CARGO_PKG_VERSION"),
        "description": "Sell and redeem gift memberships from a program of your own. Guide and examples: /docs.",
    })
}

fn operations(document: &mut Value) -> impl Iterator<Item = &mut Value> {
    let paths = document.get_mut("paths").and_then(Value::as_object_mut);
    paths.into_iter().flat_map(|paths| paths.values_mut()).filter_map(Value::as_object_mut).flat_map(|path| path.values_mut())
}

/// Adds what the macros don't know: every refusal by its status, examples, what leads on, the key that makes a request safe to repeat.
fn complete(operation: &mut Value, refusals: &[Refusal], examples: &Map<String, Value>) {
    let id = operation.get("operationId").and_then(Value::as_str).unwrap_or_default().to_owned();
    let refused: Vec<&Refusal> = refusals.iter().filter(|refusal| refusal.at.applies_to(&id, operation)).collect();
    let takes_body = operation.get("requestBody").is_some();
    if let Some(content) = operation.pointer_mut("/requestBody/content/application~1json") {
        exemplify(content, examples);
    }
    if let Some(body) = operation.get_mut("requestBody").and_then(Value::as_object_mut) {
        body.insert("required".to_owned(), true.into());
    }
    let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { return };
    for response in responses.values_mut() {
        if let Some(content) = response.pointer_mut("/content/application~1json") {
            exemplify(content, examples);
        }
    }
    if let (Some(links), Some(success)) = (links::of(&id), responses.get_mut("200").and_then(Value::as_object_mut)) {
        success.insert("links".to_owned(), links);
    }
    for refusal in refused {
        refusal.add_to(responses);
    }
    if takes_body
        && id != REPORT
        && let Some(operation) = operation.as_object_mut()
    {
        let parameters = operation.entry("parameters").or_insert_with(|| json!([]));
        if let Some(parameters) = parameters.as_array_mut() {
            parameters.push(idempotency_key());
        }
    }
}

fn idempotency_key() -> Value {
    json!({
        "name": "Idempotency-Key",
        "in": "header",
        "required": false,
        "description": "Makes the request safe to send again: for 24 hours the same key and the same body get the same answer.",
        "schema": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" },
        "example": "order-1042",
    })
}

impl Refusal {
    /// Beside the others of the same status: its tag, when it happens, and an example.
    fn add_to(&self, responses: &mut Map<String, Value>) {
        let said = self.problem.said();
        let status = self.problem.status().as_str().to_owned();
        let response = responses.entry(status).or_insert_with(|| {
            json!({
                "description": "",
                "content": { "application/json": { "schema": { "allOf": [
                    { "$ref": "#/components/schemas/Error" },
                    { "properties": { "error": { "enum": [] } } },
                ] }, "examples": {} } },
            })
        });
        let line = format!("`{}`: {}", said.error, self.when);
        if let Some(Value::String(description)) = response.get_mut("description") {
            let before = std::mem::take(description);
            *description = if before.is_empty() { line } else { format!("{before}\n{line}") };
        }
        if let Some(tags) = response.pointer_mut("/content/application~1json/schema/allOf/1/properties/error/enum")
            && let Some(tags) = tags.as_array_mut()
        {
            tags.push(said.error.into());
        }
        if let Some(examples) = response.pointer_mut("/content/application~1json/examples")
            && let Some(examples) = examples.as_object_mut()
        {
            examples.insert(said.error.to_owned(), json!({ "value": said }));
        }
    }
}

/// Where the examples send buyers back to, in the code. In the description it is the shop itself, so that they can be sent as they stand.
const SOMEWHERE: &str = "https://shop.example";

/// Each schema as an example, made of the examples of its properties.
fn examples(document: &Value, origin: &str) -> Map<String, Value> {
    let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
    let examples = schemas.into_iter().flatten().map(|(name, schema)| (name.clone(), example_of(document, schema)));
    let text = Value::Object(examples.collect()).to_string().replace(SOMEWHERE, origin);
    serde_json::from_str(&text).unwrap_or_default()
}

fn example_of(document: &Value, schema: &Value) -> Value {
    if let Some(path) = schema.get("$ref").and_then(Value::as_str) {
        let named = document.pointer(path.trim_start_matches('#'));
        return named.map_or(Value::Null, |named| example_of(document, named));
    }
    let first = |name: &str| schema.get(name).and_then(Value::as_array).and_then(|list| list.first());
    if let Some(example) = schema.get("example").or_else(|| first("examples")) {
        return example.clone();
    }
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        let needed =
            |name: &str| schema.get("required").and_then(Value::as_array).is_some_and(|all| all.iter().any(|one| one == name));
        let examples = properties.iter().map(|(name, property)| (name.clone(), example_of(document, property)));
        return Value::Object(examples.filter(|(name, example)| needed(name) || !example.is_null()).collect());
    }
    if let Some(items) = schema.get("items") {
        return json!([example_of(document, items)]);
    }
    let alternatives = first("enum").cloned();
    let one = schema.get("oneOf").or_else(|| schema.get("anyOf")).and_then(Value::as_array);
    let one = one.and_then(|all| all.iter().find(|schema| schema.get("$ref").is_some()));
    alternatives.or_else(|| one.map(|schema| example_of(document, schema))).unwrap_or_default()
}

fn exemplify(content: &mut Value, examples: &Map<String, Value>) {
    let reference = content.pointer("/schema/$ref").and_then(Value::as_str);
    let name = reference.and_then(|reference| reference.rsplit('/').next());
    let example = name.and_then(|name| examples.get(name)).cloned();
    if let (Some(content), Some(example)) = (content.as_object_mut(), example) {
        content.insert("example".to_owned(), example);
    }
}

/// Serves the description, written once.
pub fn serve(document: &Value) -> impl Fn() -> std::future::Ready<Response> + Clone + use<> {
    let text = axum::body::Bytes::from(document.to_string());
    move || {
        let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-cache")];
        std::future::ready((headers, text.clone()).into_response())
    }
}
