//! The mailbox of this machine: takes what the shop sends, and shows it as a person would read it.
//! Like a real one it keeps a mail twice that was sent twice, and shows only what the mail itself says.

use std::sync::Arc;

use axum::extract::rejection::JsonRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::html::{escape, moment, page, sorry};
use super::reports::{self, Fate};
use super::unsubscribe::{self, Pressed};
use super::world::World;
use crate::values::Timestamp;

/// The oldest mails make room beyond this many.
const MOST_MAILS: usize = 10_000;

/// What a mail's HTML may do in its frame: be seen, and open links in a tab of their own.
const FRAME: &str = "allow-popups allow-popups-to-escape-sandbox";

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Mail {
    pub id: String,
    pub message_id: String,
    pub to: String,
    pub from: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    pub sent_at: Timestamp,
    /// Where a press of "unsubscribe" goes.
    #[serde(default)]
    pub one_click: Option<String>,
}

/// A mail as it is handed in.
#[derive(Deserialize)]
struct Posted {
    message_id: String,
    to: String,
    from: String,
    subject: String,
    text: String,
    html: String,
    #[serde(default)]
    one_click: Option<String>,
}

/// Which mails to show; all of them without an address.
#[derive(Deserialize)]
struct Filter {
    to: Option<String>,
}

pub fn routes() -> Router<Arc<World>> {
    Router::new()
        .route("/inbox", get(list).post(take))
        .route("/inbox.json", get(list_json))
        .route("/inbox/{id}", get(read))
        .route("/inbox/{id}/html", get(read_html))
        .route("/inbox/{id}/reports", post(report))
        .route("/inbox/{id}/unsubscribe", post(unsubscribe::press))
}

async fn take(State(world): State<Arc<World>>, headers: HeaderMap, body: Result<Json<Posted>, JsonRejection>) -> Response {
    let bearer =
        headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| value.strip_prefix("Bearer "));
    if bearer != Some(&*world.keys.inbox.key) {
        return refused(StatusCode::UNAUTHORIZED, "Mail is taken with the bearer token that sandbox.env calls RIBBON_SANDBOX_KEY.");
    }
    let Json(posted) = match body {
        Ok(posted) => posted,
        Err(rejection) => return refused(rejection.status(), &rejection.body_text()),
    };
    let id = world
        .change(|change| {
            let id = change.id("mail_");
            let Posted { message_id, to, from, subject, text, html, one_click } = posted;
            let mail = Mail { id: id.clone(), message_id, to, from, subject, text, html, sent_at: change.now, one_click };
            if let Some(fate) = Fate::asked_for_by(&mail.to) {
                reports::report(change, &mail, fate);
            }
            let mails = &mut change.state.mails;
            mails.push(mail);
            let surplus = mails.len().saturating_sub(MOST_MAILS);
            mails.drain(..surplus);
            id
        })
        .await;
    (StatusCode::CREATED, Json(json!({ "id": id }))).into_response()
}

fn refused(status: StatusCode, message: &str) -> Response {
    (status, Json(json!({ "error": message }))).into_response()
}

async fn list_json(State(world): State<Arc<World>>, Query(filter): Query<Filter>) -> Json<Vec<Value>> {
    Json(newest_first(&world, &filter).await.iter().map(Mail::to_json).collect())
}

async fn list(State(world): State<Arc<World>>, Query(filter): Query<Filter>) -> Response {
    let mails = newest_first(&world, &filter).await;
    let whose = filter
        .to
        .as_deref()
        .map(|to| format!(" <p class=\"soft\">Only those to {}. <a href=\"/inbox\">Show all</a></p>", escape(to)));
    let rows: String = mails.iter().map(row).collect();
    let rows = if mails.is_empty() {
        "<p class=\"empty\">No mail yet. What the shop sends appears here.</p>".to_owned()
    } else {
        format!("<ul class=\"mails\">{rows}</ul>")
    };
    page(StatusCode::OK, "Inbox", &format!("<h1>Inbox</h1>{}{rows}", whose.unwrap_or_default()))
}

fn row(mail: &Mail) -> String {
    format!(
        "<li><a href=\"/inbox/{}\"><strong>{}</strong><br><span class=\"soft\">To {} · {}</span></a></li>",
        escape(&mail.id),
        escape(&mail.subject),
        escape(&mail.to),
        moment(mail.sent_at)
    )
}

async fn newest_first(world: &World, filter: &Filter) -> Vec<Mail> {
    let is_asked_for = |mail: &&Mail| filter.to.as_ref().is_none_or(|to| mail.to.eq_ignore_ascii_case(to.trim()));
    world.read(|state| state.mails.iter().rev().filter(is_asked_for).cloned().collect()).await
}

async fn read(State(world): State<Arc<World>>, Path(id): Path<String>, Query(pressed): Query<Pressed>) -> Response {
    let Some(mail) = find(&world, &id).await else { return sorry(StatusCode::NOT_FOUND, "No such mail.") };
    let content = format!(
        "<p><a href=\"/inbox\">All mail</a></p><h1>{subject}</h1>\
         <dl class=\"facts\"><dt>From</dt><dd>{from}</dd><dt>To</dt><dd>{to}</dd><dt>Sent</dt><dd>{sent}</dd>\
         <dt>Message-ID</dt><dd class=\"id\">{message_id}</dd></dl>\
         <iframe sandbox=\"{FRAME}\" src=\"/inbox/{id}/html\" title=\"The mail as HTML\"></iframe>\
         {unsubscribe}{reports}<h2>The same mail as text</h2><pre>{text}</pre>",
        unsubscribe = unsubscribe::section(&mail, &pressed),
        reports = world.read(|state| reports::section(&mail, &state.post)).await,
        subject = escape(&mail.subject),
        from = escape(&mail.from),
        to = escape(&mail.to),
        sent = moment(mail.sent_at),
        message_id = escape(&mail.message_id),
        id = escape(&mail.id),
        text = linked(&mail.text),
    );
    page(StatusCode::OK, &mail.subject, &content)
}

#[derive(Clone, Copy, Deserialize)]
struct Reporting {
    fate: Fate,
}

/// Says to the shop what became of a mail.
async fn report(State(world): State<Arc<World>>, Path(id): Path<String>, Form(Reporting { fate }): Form<Reporting>) -> Response {
    let Some(mail) = find(&world, &id).await else { return sorry(StatusCode::NOT_FOUND, "No such mail.") };
    world.change(|change| reports::report(change, &mail, fate)).await;
    Redirect::to(&format!("/inbox/{}#reports", mail.id)).into_response()
}

/// The HTML part alone, shut in by its own policy also when somebody opens it outside of the frame.
async fn read_html(State(world): State<Arc<World>>, Path(id): Path<String>) -> Response {
    let Some(mail) = find(&world, &id).await else { return sorry(StatusCode::NOT_FOUND, "No such mail.") };
    let policy = format!(
        "sandbox {FRAME}; default-src 'none'; style-src 'unsafe-inline'; img-src data: http: https:; frame-ancestors 'self'"
    );
    let headers = [(header::CONTENT_SECURITY_POLICY, policy), (header::REFERRER_POLICY, "no-referrer".to_owned())];
    (headers, Html(with_new_tabs(&mail.html))).into_response()
}

pub async fn find(world: &World, id: &str) -> Option<Mail> {
    world.read(|state| state.mails.iter().rev().find(|mail| mail.id == id).cloned()).await
}

/// Makes links open beside the mailbox: pages of the shop refuse to stand in a frame.
fn with_new_tabs(html: &str) -> String {
    const BASE: &str = "<base target=\"_blank\">";
    match html.split_once("<head>") {
        Some((before, after)) => format!("{before}<head>{BASE}{after}"),
        None => format!("{BASE}{html}"),
    }
}

/// Text with its addresses made links, as mail programs do.
fn linked(text: &str) -> String {
    text.split_inclusive(char::is_whitespace).map(linked_word).collect()
}

fn linked_word(word: &str) -> String {
    let address = word.trim_end().trim_end_matches(['.', ',', ')', '>']);
    if !address.starts_with("http://") && !address.starts_with("https://") {
        return escape(word);
    }
    let rest = word.strip_prefix(address).unwrap_or_default();
    format!("<a href=\"{0}\" rel=\"noreferrer\">{0}</a>{1}", escape(address), escape(rest))
}

impl Mail {
    fn to_json(&self) -> Value {
        let sent_at = jiff::Timestamp::from_millisecond(self.sent_at.millis()).map(|at| at.to_string()).unwrap_or_default();
        json!({
            "id": self.id, "to": self.to, "from": self.from, "subject": self.subject,
            "text": self.text, "html": self.html, "sent_at": sent_at,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_in_a_text_become_links_and_markup_stays_text() {
        assert_eq!(
            linked("Open it: http://localhost:3000/redeem/A?proof=1&x=2.\n<b>"),
            "Open it: <a href=\"http://localhost:3000/redeem/A?proof=1&amp;x=2\" rel=\"noreferrer\">\
             http://localhost:3000/redeem/A?proof=1&amp;x=2</a>.\n&lt;b&gt;"
        );
    }

    #[test]
    fn links_of_a_mail_leave_its_frame() {
        assert_eq!(with_new_tabs("<html><head><title>x</title>"), "<html><head><base target=\"_blank\"><title>x</title>");
        assert_eq!(with_new_tabs("<p>x"), "<base target=\"_blank\"><p>x");
    }
}
