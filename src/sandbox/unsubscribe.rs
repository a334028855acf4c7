//! The button that mail programs show beside a mail which can be unsubscribed from: one press, sent as they send it (RFC 8058).

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::html::{escape, sorry};
use super::inbox::{Mail, find};
use super::world::World;

/// How long the sender may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

const FORM: &str = "application/x-www-form-urlencoded";

/// What came of a press, as the mail's page is asked to show it.
#[derive(Default, Deserialize)]
pub struct Pressed {
    unsubscribed: Option<u16>,
}

/// On a mail's page: nothing where its sender named no address for it.
pub fn section(mail: &Mail, pressed: &Pressed) -> String {
    if mail.one_click.is_none() {
        return String::new();
    }
    let answer = pressed.unsubscribed.map(|status| {
        let taken = if status == 200 { "The sender has taken it." } else { "The sender did not take it." };
        format!(" <strong>{taken}</strong> It answered {status}.")
    });
    format!(
        "<section class=\"entry\" id=\"unsubscribe\"><form method=\"post\" action=\"/inbox/{id}/unsubscribe\"><button>Unsubscribe</button></form>\
         <p class=\"soft\">Mail programs show this button for a mail with the header <code>List-Unsubscribe-Post</code>, and send the press \
         without opening a page.{answer}</p></section>",
        id = escape(&mail.id),
        answer = answer.unwrap_or_default(),
    )
}

/// Sends the press: no cookie, no origin, nothing but that it was made.
pub async fn press(State(world): State<Arc<World>>, Path(id): Path<String>) -> Response {
    let mail = find(&world, &id).await;
    let Some((mail, link)) = mail.and_then(|mail| mail.one_click.clone().map(|link| (mail, link))) else {
        return sorry(StatusCode::NOT_FOUND, "No such mail.");
    };
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().timeout(PATIENCE).build();
    let answer = match client {
        Ok(client) => client.post(link).header(CONTENT_TYPE, FORM).body("List-Unsubscribe=One-Click").send().await,
        Err(error) => Err(error),
    };
    match answer {
        Ok(answer) => {
            Redirect::to(&format!("/inbox/{}?unsubscribed={}#unsubscribe", mail.id, answer.status().as_u16())).into_response()
        }
        Err(_) => sorry(StatusCode::BAD_GATEWAY, "The sender could not be reached."),
    }
}
