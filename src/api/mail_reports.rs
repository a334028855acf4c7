//! `POST /webhooks/mail`: whoever carries our mail says what became of one. What is read here is said here; the reading itself is of the
//! raw bytes, because those are signed.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use http::{HeaderMap, StatusCode};
use utoipa::ToSchema;

use super::problem::Problem;
use crate::shop::Shop;

/// What became of one mail. Members that aren't named here are ignored.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it only describes what the shop reads from the bytes that were signed")]
pub struct MailReport {
    /// `mail.delivered`, `mail.bounced` (for good) or `mail.complained`. Any other, such as `mail.deferred`, is taken and changes nothing.
    #[schema(rename = "type", example = "mail.bounced")]
    pub kind: String,
    /// The mail’s own, as its header has it; with or without the brackets.
    #[schema(example = "<out_5q1sj8d2ze000000@gifts.example.com>")]
    pub message_id: String,
    /// When it happened (RFC 3339); now where it is left out.
    #[schema(required = false, format = DateTime, example = "2026-11-21T10:00:00Z")]
    pub at: Option<String>,
    /// Why, in the mail server’s words. It isn’t kept: servers like to repeat the address there.
    #[schema(required = false, example = "550 5.1.1 no such user")]
    pub reason: Option<String>,
}

/// Report what became of a mail
///
/// For whoever carries the shop’s mail, signed by the Standard Webhooks scheme with the secret that
/// the operator set as `RIBBON_MAIL_WEBHOOK_SECRET`. The mail is known by its `Message-ID`. A gift’s mail that came back marks the gift,
/// and its buyer is told once. Sent again, late or out of order, a report does no harm; about a mail that isn’t the shop’s, or that
/// another has followed, it changes nothing.
#[utoipa::path(
    post,
    path = "/webhooks/mail",
    operation_id = "reportMail",
    tag = "Mail",
    params(
        ("webhook-id" = String, Header, description = "Names this report.", example = "msg_2Lh9KRb0pzN4LePd3XiA4v12Axj"),
        ("webhook-timestamp" = String, Header, description = "When it was signed, in seconds since 1970; at most five minutes ago.", example = "1795255200"),
        (
            "webhook-signature" = String,
            Header,
            description = "`v1,` and in base64 the HMAC-SHA256 of id, timestamp and body with full stops between; several with blanks between them.",
            example = "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="
        )
    ),
    request_body = MailReport,
    responses((status = 200, description = "Taken in, or none of the shop’s business"))
)]
pub async fn take(State(shop): State<Arc<Shop>>, headers: HeaderMap, body: Bytes) -> Result<StatusCode, Problem> {
    shop.hear_of_mail(&headers, &body).await?;
    Ok(StatusCode::OK)
}
