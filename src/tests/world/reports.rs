//! Whoever carries the shop's mail, and says afterwards what became of one.

use axum::body::Body;
use http::Request;
use http::header::CONTENT_TYPE;
use serde_json::json;

use super::{Answer, Mail, World, answer_to};
use crate::checkout::signatures::standard_headers;
use crate::values::Timestamp;

/// By which reports are signed.
pub const REPORT_SECRET: &str = "whsec_cmliYm9uJ3Mgb3duIHNlY3JldCBvZiByZXBvcnRz";

impl World {
    /// `mail.bounced`, of a mail that was sent, signed just now.
    pub async fn reports(&self, kind: &str, mail: &Mail) -> Answer {
        let body = json!({ "type": kind, "message_id": format!("<{}>", mail.message_id), "reason": "as bob@example.com said" });
        self.reports_signed(&body.to_string(), Some((REPORT_SECRET, self.now()))).await
    }

    /// Any bytes, signed with this secret at that moment, or not at all.
    pub async fn reports_signed(&self, body: &str, signed: Option<(&str, Timestamp)>) -> Answer {
        const PATH: &str = "/webhooks/mail";
        let mut request = Request::post(PATH).header(CONTENT_TYPE, "application/json");
        if let Some((secret, at)) = signed {
            for (name, value) in standard_headers(secret, "msg_1", at, body.as_bytes()).unwrap() {
                request = request.header(name, value);
            }
        }
        answer_to(&self.router, request.body(Body::from(body.to_owned())).unwrap(), PATH).await
    }
}
