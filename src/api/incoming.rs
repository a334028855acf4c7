//! A request's body as JSON: what is none is refused by name before a field of it is read. Knows no endpoint.

use std::error::Error as _;
use std::fmt;

use axum::body::{Bytes, to_bytes};
use axum::extract::{FromRequest, Request};
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use http_body_util::LengthLimitError;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

use super::problem::Problem;
use crate::Error;

/// The longest body of any request, in bytes.
pub const BODY_MAX: usize = 64 * 1024;

const ACCEPT_POST: HeaderName = HeaderName::from_static("accept-post");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// A request that was read whole; whether it makes sense is asked later, once it is known who asks.
pub struct Incoming {
    pub headers: HeaderMap,
    pub(super) bytes: Result<Bytes, Lost>,
}

/// Why a body could not be read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// It is longer than any of ours.
    TooLarge,
    /// The connection ended before it did, or its parts were not told as HTTP tells them.
    BrokenOff,
}

/// Why a body is no JSON object.
#[derive(Debug)]
pub enum Unread {
    Lost(Lost),
    /// Said to be something else, or in another charset or encoding.
    OtherType,
    Empty,
    /// `at` counts bytes from the start.
    NotJson {
        at: usize,
        why: String,
    },
    NotObject(Value),
}

/// The members of a JSON object as they stand there, doubled ones too.
#[derive(Debug, Default)]
pub struct Object(Vec<(String, Value)>);

/// What stands under one name.
#[derive(Debug, PartialEq)]
pub enum Member<'a> {
    Absent,
    Once(&'a Value),
    Twice,
}

impl<S: Sync> FromRequest<S> for Incoming {
    type Rejection = std::convert::Infallible;

    async fn from_request(request: Request, _: &S) -> Result<Self, Self::Rejection> {
        let (parts, body) = request.into_parts();
        let bytes = to_bytes(body, BODY_MAX).await.map_err(|error| Lost::by(&error));
        Ok(Self { headers: parts.headers, bytes })
    }
}

impl Lost {
    /// A limit stands before us too, so that it may be told of from further within.
    fn by(error: &axum::Error) -> Self {
        let mut cause = error.source();
        while let Some(error) = cause {
            if error.is::<LengthLimitError>() {
                return Self::TooLarge;
            }
            cause = error.source();
        }
        Self::BrokenOff
    }
}

impl Incoming {
    /// The JSON object that the body holds.
    pub fn object(&self) -> Result<Object, Unread> {
        let bytes = self.bytes.as_ref().map_err(|lost| Unread::Lost(*lost))?;
        if bytes.is_empty() {
            return Err(Unread::Empty);
        }
        if !is_json(&self.headers) {
            return Err(Unread::OtherType);
        }
        if let Ok(object) = serde_json::from_slice(bytes) {
            return Ok(object);
        }
        match serde_json::from_slice(bytes) {
            Ok(other) => Err(Unread::NotObject(other)),
            Err(error) => Err(Unread::NotJson { at: place(bytes, &error), why: reason(&error) }),
        }
    }
}

/// `application/json` in UTF-8, said or not, and not compressed. Said twice it is neither, since programs read one of the two and not the
/// same one.
fn is_json(headers: &HeaderMap) -> bool {
    let plain = headers.get_all(CONTENT_ENCODING).iter().all(|encoding| encoding.as_bytes().eq_ignore_ascii_case(b"identity"));
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (Some(said), None) = (types.next().and_then(|value| value.to_str().ok()), types.next()) else { return false };
    let mut parts = said.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|kind| kind.eq_ignore_ascii_case("application/json"));
    let is_utf8 = parts.filter_map(|part| part.split_once('=')).all(|(name, value)| {
        !name.trim().eq_ignore_ascii_case("charset") || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
    });
    plain && is_json && is_utf8
}

/// Where in the body reading stopped.
fn place(bytes: &[u8], error: &serde_json::Error) -> usize {
    let before: usize = bytes.split_inclusive(|byte| *byte == b'\n').take(error.line().saturating_sub(1)).map(<[u8]>::len).sum();
    before.saturating_add(error.column()).saturating_sub(1).min(bytes.len())
}

/// The reader's word without its place, which is said beside it.
fn reason(error: &serde_json::Error) -> String {
    let whole = error.to_string();
    whole.split(" at line ").next().unwrap_or_default().to_owned()
}

impl Object {
    pub fn member(&self, name: &str) -> Member<'_> {
        let mut found = self.0.iter().filter(|(member, _)| member == name).map(|(_, value)| value);
        match (found.next(), found.next()) {
            (None, _) => Member::Absent,
            (Some(value), None) => Member::Once(value),
            (Some(_), Some(_)) => Member::Twice,
        }
    }
}

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Object(members))
            }
        }
        deserializer.deserialize_map(Members)
    }
}

impl From<Unread> for Problem {
    fn from(unread: Unread) -> Self {
        match unread {
            Unread::Lost(Lost::TooLarge) => Error::TooLarge.into(),
            Unread::Lost(Lost::BrokenOff) => Self::malformed_json("The body broke off before its end."),
            Unread::OtherType => {
                let sentence = "Send the body as application/json in UTF-8, not compressed.";
                Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, Self::UNSUPPORTED_MEDIA_TYPE, sentence).with_header(ACCEPT_POST, JSON)
            }
            Unread::Empty => Self::malformed_json("The body is empty. Send a JSON object."),
            Unread::NotJson { at, why } => Self::malformed_json(format!("The body is no JSON: {why}, at byte {at}.")),
            Unread::NotObject(_) => Self::malformed_json("The body is no JSON object."),
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn incoming(content_type: Option<&str>, body: &str) -> Incoming {
        let mut headers = HeaderMap::new();
        if let Some(content_type) = content_type {
            headers.insert(CONTENT_TYPE, content_type.parse().unwrap());
        }
        Incoming { headers, bytes: Ok(Bytes::from(body.to_owned())) }
    }

    #[test]
    fn only_json_in_utf8_is_read() {
        for (content_type, is_read) in [
            ("application/json", true),
            ("Application/JSON; charset=\"UTF-8\"", true),
            ("application/json;charset=utf-8;version=1", true),
            ("application/json; charset=latin1", false),
            ("application/json; charset=utf-16", false),
            ("application/jsonp", false),
            ("text/json", false),
            ("application/x-www-form-urlencoded", false),
            ("", false),
        ] {
            assert_eq!(incoming(Some(content_type), "{}").object().is_ok(), is_read, "{content_type}");
        }
        assert!(matches!(incoming(None, "{}").object(), Err(Unread::OtherType)));
        let mut compressed = incoming(Some("application/json"), "{}");
        compressed.headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        assert!(matches!(compressed.object(), Err(Unread::OtherType)));
        let mut doubled = incoming(Some("application/json"), "{}");
        doubled.headers.append(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
        assert!(matches!(doubled.object(), Err(Unread::OtherType)));
    }

    #[tokio::test]
    async fn a_body_that_breaks_off_is_not_one_that_is_too_long() {
        let read = async |body: Body| Incoming::from_request(Request::new(body), &()).await.unwrap().bytes;
        let parts = [Ok(Bytes::from_static(b"{")), Err(std::io::Error::other("the connection ended"))];
        assert_eq!(read(Body::from_stream(futures::stream::iter(parts))).await, Err(Lost::BrokenOff));
        assert_eq!(read(Body::from(" ".repeat(BODY_MAX + 1))).await, Err(Lost::TooLarge));
        let limited = Body::new(http_body_util::Limited::new(Body::from("{ }"), 2));
        assert_eq!(read(limited).await, Err(Lost::TooLarge));
        assert_eq!(read(Body::from(" ".repeat(BODY_MAX))).await.map(|bytes| bytes.len()), Ok(BODY_MAX));
    }

    #[test]
    fn what_is_no_object_is_told_apart() {
        let read = |body: &str| incoming(Some("application/json"), body).object();
        assert!(matches!(read(""), Err(Unread::Empty)));
        for other in ["[]", "null", "\"{}\"", "3"] {
            assert!(matches!(read(other), Err(Unread::NotObject(_))), "{other}");
        }
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(5_000), "]".repeat(5_000));
        for broken in ["{", "{\"a\":", "{\"a\":1,}", "{} {}", "{\"a\":\"\\ud800\"}", "{'a':1}", "{\"a\":NaN}", deep.as_str()] {
            assert!(matches!(read(broken), Err(Unread::NotJson { .. })), "{broken:.40}");
        }
    }

    #[test]
    fn a_broken_body_is_told_where() {
        let Err(Unread::NotJson { at, why }) = incoming(Some("application/json"), "{\n \"tier\": member}").object() else {
            panic!()
        };
        assert_eq!((at, why.as_str()), (11, "expected value"));
    }

    #[test]
    fn a_doubled_member_is_neither_of_the_two() {
        let object = incoming(Some("application/json"), r#"{"a":1,"b":2,"a":1}"#).object().unwrap();
        assert_eq!(
            (object.member("a"), object.member("b"), object.member("c")),
            (Member::Twice, Member::Once(&2.into()), Member::Absent)
        );
    }
}
