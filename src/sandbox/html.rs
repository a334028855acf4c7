//! The frame of the sandbox's own pages, and the one function that makes text safe inside them.

use axum::http::{HeaderName, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use crate::values::Timestamp;

/// Nothing runs on these pages, and nothing comes from elsewhere.
const POLICY: &str =
    "default-src 'none'; style-src 'self'; img-src data:; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'";

/// Text as it stands between tags and inside quoted attributes.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for symbol in text.chars() {
        match symbol {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            _ => safe.push(symbol),
        }
    }
    safe
}

/// A whole page around `main`, which is HTML already; `title` is text.
pub fn page(status: StatusCode, title: &str, main: &str) -> Response {
    let title = escape(title);
    let html = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title} · Sandbox</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">\
         <link rel=\"stylesheet\" href=\"/sandbox.css\"><link rel=\"icon\" href=\"data:,\"></head><body>\
         <header><p class=\"label\"><strong>Sandbox payments</strong> <span>No money moves.</span></p>\
         <nav aria-label=\"Sandbox\"><a href=\"/\">Payments</a> <a href=\"/#subscriptions\">Subscriptions</a> <a href=\"/#webhooks\">Webhooks</a> <a href=\"/inbox\">Inbox</a></nav></header>\
         <main>{main}</main><footer>Times are in UTC.</footer></body></html>"
    );
    (status, page_headers(), Html(html)).into_response()
}

/// What every page here is answered with.
fn page_headers() -> [(HeaderName, &'static str); 4] {
    [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::CACHE_CONTROL, "no-store"),
        (header::REFERRER_POLICY, "same-origin"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ]
}

/// One sentence in place of what was asked for.
pub fn sorry(status: StatusCode, sentence: &str) -> Response {
    page(status, sentence, &format!("<h1>{}</h1><p><a href=\"/\">To the sandbox’s payments</a></p>", escape(sentence)))
}

/// A submit button; its words are HTML already.
pub fn button(name: &str, value: &str, words: &str) -> String {
    format!("<button name=\"{name}\" value=\"{value}\">{words}</button>")
}

/// How good a state is, for the eye alone: the word says it too.
#[derive(Clone, Copy)]
pub enum Tone {
    Good,
    Waiting,
    Bad,
    Plain,
}

/// A state in a word; its words are HTML already.
pub fn badge(tone: Tone, words: &str) -> String {
    let class = match tone {
        Tone::Good => "good",
        Tone::Waiting => "waiting",
        Tone::Bad => "bad",
        Tone::Plain => "plain",
    };
    format!("<span class=\"badge {class}\">{words}</span>")
}

/// A moment as people here read it: to the second, in UTC, as every page says at its foot.
pub fn moment(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.millis())
        .map_or_else(|_| "?".to_owned(), |at| at.strftime("%-d %b %Y, %H:%M:%S").to_string())
}

/// The style sheet of every page here.
pub async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "no-cache")], include_str!("sandbox.css"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_shown_as_text() {
        assert_eq!(escape(r#"<a href="x" id='y'>R&D</a>"#), "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;R&amp;D&lt;/a&gt;");
    }

    #[test]
    fn moments_are_written_in_utc() {
        assert_eq!(moment(Timestamp::from_seconds(1_767_225_600)), "1 Jan 2026, 00:00:00");
    }
}
