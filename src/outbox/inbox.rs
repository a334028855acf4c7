//! Mail into the sandbox's inbox, where a shop in test mode reads what it would have sent.

use std::time::Duration;

use async_trait::async_trait;
use serde::Serialize;
use url::Url;

use super::mailer::{Mailer, Outgoing, SendError};

const TIMEOUT: Duration = Duration::from_secs(10);

/// Posts each mail as JSON to the sandbox.
#[derive(Debug)]
pub struct SandboxMailer {
    client: reqwest::Client,
    inbox: Url,
    key: String,
}

/// What the sandbox's inbox takes.
#[derive(Serialize)]
struct Delivered<'a> {
    message_id: &'a str,
    to: &'a str,
    from: &'a str,
    subject: &'a str,
    text: &'a str,
    html: &'a str,
    /// In place of the two headers by which a mail program unsubscribes its reader.
    one_click: Option<&'a str>,
}

impl SandboxMailer {
    /// `inbox` is where mails are posted, `key` the bearer key that the sandbox wrote down for us.
    #[must_use]
    pub const fn new(client: reqwest::Client, inbox: Url, key: String) -> Self {
        Self { client, inbox, key }
    }
}

#[async_trait]
impl Mailer for SandboxMailer {
    async fn send(&self, mail: &Outgoing) -> Result<(), SendError> {
        let from = format!("{} <{}>", mail.from_name, mail.from.as_str());
        let delivered = Delivered {
            message_id: &mail.message_id,
            to: mail.mail.to.as_str(),
            from: &from,
            subject: &mail.mail.subject,
            text: &mail.mail.text,
            html: &mail.mail.html,
            one_click: mail.mail.one_click.as_ref().map(|link| link.0.as_str()),
        };
        let request = self.client.post(self.inbox.clone()).bearer_auth(&self.key).timeout(TIMEOUT).json(&delivered);
        let answer = request.send().await.map_err(|_| SendError::Temporary("sandbox_unreachable".to_owned()))?;
        match answer.status() {
            status if status.is_success() => Ok(()),
            status => Err(SendError::Temporary(format!("sandbox_{}", status.as_u16()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use axum::http::{HeaderMap, StatusCode};
    use axum::routing::post;
    use axum::{Json, Router};
    use serde_json::{Value, json};

    use super::*;
    use crate::emails::{Rendered, SecretLink};
    use crate::values::{Email, Timestamp};

    /// A sandbox that answers `status`, and what it was given.
    async fn sandbox(status: StatusCode) -> (SandboxMailer, Arc<Mutex<Vec<(String, Value)>>>) {
        let given = Arc::<Mutex<Vec<(String, Value)>>>::default();
        let taken = Arc::clone(&given);
        let take = async move |headers: HeaderMap, Json(mail): Json<Value>| {
            let key = headers.get("authorization").unwrap().to_str().unwrap().to_owned();
            taken.lock().unwrap().push((key, mail));
            status
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let inbox = Url::parse(&format!("http://{}/inbox.json", listener.local_addr().unwrap())).unwrap();
        tokio::spawn(async { axum::serve(listener, Router::new().route("/inbox.json", post(take))).await });
        // Another test may have been first; either way there is a provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        (SandboxMailer::new(reqwest::Client::new(), inbox, "key_1".to_owned()), given)
    }

    fn mail() -> Outgoing {
        Outgoing {
            message_id: "out_0123456789abcdef@ribbon.example".to_owned(),
            from: Email::parse("gifts@ribbon.example").unwrap(),
            from_name: "Ribbon".to_owned(),
            reply_to: Email::parse("help@ribbon.example").unwrap(),
            sent_at: Timestamp::from_seconds(0),
            mail: Rendered {
                to: Email::parse("bea@example.com").unwrap(),
                to_name: None,
                subject: "Ada has given you something".to_owned(),
                html: "<p>Bea</p>".to_owned(),
                text: "Bea".to_owned(),
                one_click: Some(SecretLink(Url::parse("https://ribbon.example/reminders/stop?token=t1").unwrap())),
            },
        }
    }

    #[tokio::test]
    async fn a_mail_is_posted_with_the_sandboxs_key() {
        let (mailer, given) = sandbox(StatusCode::CREATED).await;
        mailer.send(&mail()).await.unwrap();
        let expected = json!({
            "message_id": "out_0123456789abcdef@ribbon.example",
            "to": "bea@example.com",
            "from": "Ribbon <gifts@ribbon.example>",
            "subject": "Ada has given you something",
            "text": "Bea",
            "html": "<p>Bea</p>",
            "one_click": "https://ribbon.example/reminders/stop?token=t1",
        });
        assert_eq!(*given.lock().unwrap(), [("Bearer key_1".to_owned(), expected)]);
    }

    #[tokio::test]
    async fn a_sandbox_that_is_away_or_refuses_is_tried_again() {
        let (mailer, _) = sandbox(StatusCode::UNAUTHORIZED).await;
        assert_eq!(mailer.send(&mail()).await, Err(SendError::Temporary("sandbox_401".to_owned())));
        let away = SandboxMailer { inbox: Url::parse("http://127.0.0.1:1/inbox.json").unwrap(), ..mailer };
        assert_eq!(away.send(&mail()).await, Err(SendError::Temporary("sandbox_unreachable".to_owned())));
    }
}
