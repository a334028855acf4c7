//! What a body of the billing checkout gets that can't be read: 422 and a list of details, in the manner of pydantic. Gift endpoints answer
//! in the shop's own manner; see `problem`.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Serialize;
use serde_json::{Value, json};
use url::Url;
use utoipa::ToSchema;
use utoipa::openapi::ObjectBuilder;
use utoipa::openapi::schema::SchemaType;

use super::incoming::{Lost, Member, Object, Unread};
use super::problem::Problem;
use super::return_urls::{LONGEST, Origins, UrlRefused};
use crate::Error;

const BODY: &str = "body";

/// All that is wrong with a body.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HTTPValidationError)]
pub struct HttpValidationError {
    pub detail: Vec<ValidationError>,
}

/// One thing that is wrong.
#[derive(Debug, Serialize, ToSchema)]
pub struct ValidationError {
    /// Where: `body`, then the name of a member, or how many bytes in; or `header` and its name.
    #[schema(example = json!(["body", "success_url"]))]
    pub loc: Vec<Step>,
    #[schema(example = "Input should be a valid URL, relative URL without a base")]
    pub msg: String,
    /// `missing`, `json_invalid`, `model_attributes_type`, `string_type`, `url_parsing`, `url_scheme`, `url_too_long`,
    /// `url_syntax_violation`, `value_error`, `idempotency_key_invalid` or `idempotency_key_reused`.
    #[serde(rename = "type")]
    #[schema(example = "url_parsing")]
    pub kind: &'static str,
    /// What was sent there.
    #[schema(schema_with = anything)]
    pub input: Value,
    /// More about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Object, required = false, example = json!({ "error": "relative URL without a base" }))]
    pub ctx: Option<Box<Value>>,
}

fn anything() -> utoipa::openapi::Object {
    let anything = ObjectBuilder::new().schema_type(SchemaType::AnyValue);
    anything.description(Some("What was sent there.")).examples(["/welcome"]).build()
}

/// A step towards what is wrong.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Step {
    Name(&'static str),
    Place(usize),
}

/// Why the billing checkout did not do what was asked.
#[derive(Debug)]
pub enum Refused {
    /// 422: the body makes no sense.
    Body(Vec<ValidationError>),
    Otherwise(Problem),
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Self::Otherwise(problem)
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        if matches!(error, Error::IdempotencyKeyInvalid | Error::IdempotencyKeyReused) {
            let loc = vec![Step::Name("header"), Step::Name("idempotency-key")];
            return ValidationError::new(loc, error.tag(), error.to_string(), Value::Null).into();
        }
        Self::Otherwise(error.into())
    }
}

impl From<Unread> for Refused {
    fn from(unread: Unread) -> Self {
        let at_body = |kind, msg: &str, input| ValidationError::new(vec![Step::Name(BODY)], kind, msg, input);
        match unread {
            Unread::Lost(Lost::TooLarge) | Unread::OtherType => Self::Otherwise(unread.into()),
            Unread::Empty => at_body("missing", "Field required", Value::Null).into(),
            Unread::Lost(Lost::BrokenOff) => {
                at_body("json_invalid", "JSON decode error", json!({})).with_ctx(json!({ "error": "the body broke off" })).into()
            }
            Unread::NotJson { at, why } => {
                let loc = vec![Step::Name(BODY), Step::Place(at)];
                ValidationError::new(loc, "json_invalid", "JSON decode error", json!({})).with_ctx(json!({ "error": why })).into()
            }
            Unread::NotObject(other) => {
                at_body("model_attributes_type", "Input should be a valid dictionary or object to extract fields from", other)
                    .into()
            }
        }
    }
}

impl From<ValidationError> for Refused {
    fn from(error: ValidationError) -> Self {
        Self::Body(vec![error])
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        match self {
            Self::Body(detail) => (StatusCode::UNPROCESSABLE_ENTITY, Json(HttpValidationError { detail })).into_response(),
            Self::Otherwise(problem) => problem.into_response(),
        }
    }
}

impl ValidationError {
    fn new(loc: Vec<Step>, kind: &'static str, msg: impl Into<String>, input: Value) -> Self {
        Self { loc, msg: msg.into(), kind, input, ctx: None }
    }

    fn at(name: &'static str, kind: &'static str, msg: impl Into<String>, input: &Value) -> Self {
        Self::new(vec![Step::Name(BODY), Step::Name(name)], kind, msg, input.clone())
    }

    fn with_ctx(mut self, ctx: Value) -> Self {
        self.ctx = Some(Box::new(ctx));
        self
    }
}

/// An address to which a buyer may be sent back; `None` where the body has none.
pub fn return_url(object: &Object, name: &'static str, origins: &Origins) -> Result<Option<Url>, ValidationError> {
    match object.member(name) {
        Member::Absent => Ok(None),
        Member::Twice => Err(value_error(name, &Value::Null, "Send this once: it stands there twice")),
        Member::Once(input @ Value::String(text)) => origins.read(text).map(Some).map_err(|refused| of_url(name, input, refused)),
        Member::Once(other) => Err(ValidationError::at(name, "string_type", "Input should be a valid string", other)),
    }
}

fn of_url(name: &'static str, input: &Value, refused: UrlRefused) -> ValidationError {
    match refused {
        UrlRefused::Empty => unparsed(name, input, "input is empty"),
        UrlRefused::Malformed(why) => unparsed(name, input, &why.to_string()),
        UrlRefused::TooLong => {
            let msg = format!("URL should have at most {LONGEST} characters");
            ValidationError::at(name, "url_too_long", msg, input).with_ctx(json!({ "max_length": LONGEST }))
        }
        UrlRefused::Scheme => {
            const SCHEMES: &str = "'http' or 'https'";
            let msg = format!("URL scheme should be {SCHEMES}");
            ValidationError::at(name, "url_scheme", msg, input).with_ctx(json!({ "expected_schemes": SCHEMES }))
        }
        UrlRefused::OddSigns => {
            let why = "blanks, line breaks and backslashes are not allowed";
            let msg = format!("Input violated strict URL syntax rules, {why}");
            ValidationError::at(name, "url_syntax_violation", msg, input).with_ctx(json!({ "error": why }))
        }
        UrlRefused::UserInfo | UrlRefused::OtherOrigin => value_error(name, input, refused.advice()),
    }
}

fn unparsed(name: &'static str, input: &Value, why: &str) -> ValidationError {
    let msg = format!("Input should be a valid URL, {why}");
    ValidationError::at(name, "url_parsing", msg, input).with_ctx(json!({ "error": why }))
}

fn value_error(name: &'static str, input: &Value, why: &str) -> ValidationError {
    ValidationError::at(name, "value_error", format!("Value error, {why}"), input).with_ctx(json!({ "error": why }))
}
