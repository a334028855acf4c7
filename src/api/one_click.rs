//! `POST /reminders/stop?token=…`: a mail program says that its reader wants no more of such mails (RFC 8058). It comes from anywhere, with
//! neither a session nor an origin: the token in its address is all that it goes by. The page at the same address is for people.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::error_json;
use crate::Error;
use crate::shop::Shop;

#[derive(Deserialize)]
pub struct Pressed {
    #[serde(default)]
    token: String,
}

/// 200 and no redirect, which such programs don't follow.
pub async fn stop(State(shop): State<Arc<Shop>>, Query(Pressed { token }): Query<Pressed>, body: Bytes) -> Response {
    if !is_one_click(&body) {
        return error_json(&Error::invalid("List-Unsubscribe", "Send it with the value One-Click"));
    }
    match shop.stop_reminders(&token).await {
        Ok(()) => "No more reminders about this gift.\n".into_response(),
        Err(error) => {
            if let Some(cause) = error.cause() {
                tracing::error!(tag = error.tag(), ?cause, "reminders could not be stopped");
            }
            error_json(&error)
        }
    }
}

/// `List-Unsubscribe=One-Click`, as a form of either kind.
fn is_one_click(body: &[u8]) -> bool {
    let is_of_a_link = url::form_urlencoded::parse(body).any(|(name, value)| name == "List-Unsubscribe" && value == "One-Click");
    let text = String::from_utf8_lossy(body);
    let mut lines = text.lines().map(str::trim);
    let is_of_parts = lines.any(|line| line.contains("name=\"List-Unsubscribe\"")) && lines.any(|line| line == "One-Click");
    is_of_a_link || is_of_parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_press_comes_as_either_kind_of_form() {
        let part = "--b\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--b--\r\n";
        for (body, is_one) in [
            ("List-Unsubscribe=One-Click", true),
            ("a=b&List-Unsubscribe=One%2DClick", true),
            (part, true),
            ("", false),
            ("List-Unsubscribe=", false),
            ("One-Click", false),
            (&part.replace("List-Unsubscribe", "Subscribe"), false),
            (&part.replace("One-Click", "No"), false),
        ] {
            assert_eq!(is_one_click(body.as_bytes()), is_one, "{body}");
        }
    }
}
