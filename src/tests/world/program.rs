//! A program that asks the API: with the token that it was given, and nobody's cookies.

use axum::Router;
use axum::body::{Body, to_bytes};
use http::header::{AUTHORIZATION, CONTENT_TYPE, HeaderName};
use http::{HeaderMap, Method, Request};
use serde_json::Value;
use tower::ServiceExt as _;

use super::{PASSWORD, World};
use crate::accounts::{Account, Role};
use crate::shop::{NewAccessToken, Registration};

#[derive(Clone)]
pub struct Program {
    router: Router,
    headers: Vec<(HeaderName, String)>,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl World {
    /// A program without a token.
    pub fn stranger(&self) -> Program {
        Program { router: self.router.clone(), headers: Vec::new() }
    }

    /// A program that works for a verified account of this address, and may do what `scopes` names.
    pub async fn program(&self, email: &str, scopes: &str) -> Program {
        self.program_of(&self.account(email, Role::Person, true).await, scopes).await
    }

    /// Its owner has read of it in the mail.
    pub async fn program_of(&self, account: &Account, scopes: &str) -> Program {
        let wish = NewAccessToken::read("A program", scopes, "30").unwrap();
        let (_, secret) = self.shop.create_access_token(account, &wish).await.unwrap();
        self.send_outbox().await;
        self.stranger().with(AUTHORIZATION, &format!("Bearer {}", secret.reveal()))
    }

    pub async fn account(&self, email: &str, role: Role, is_verified: bool) -> Account {
        let registration = Registration::read(email, PASSWORD).unwrap();
        self.shop.create_account(&registration, role, is_verified).await.unwrap()
    }
}

impl Program {
    /// The same program sending this header too.
    pub fn with(&self, name: HeaderName, value: &str) -> Self {
        let mut headers = self.headers.clone();
        headers.push((name, value.to_owned()));
        Self { router: self.router.clone(), headers }
    }

    pub async fn gets(&self, path: &str) -> Reply {
        self.asks(Method::GET, path, None, Vec::new()).await
    }

    pub async fn posts(&self, path: &str, body: &Value) -> Reply {
        self.sends(path, body.to_string()).await
    }

    /// Posts bytes as JSON, whatever is in them.
    pub async fn sends(&self, path: &str, body: impl Into<Vec<u8>>) -> Reply {
        self.asks(Method::POST, path, Some("application/json"), body.into()).await
    }

    pub async fn asks(&self, method: Method, path: &str, content_type: Option<&str>, body: Vec<u8>) -> Reply {
        const LONGEST: usize = 4 * 1024 * 1024;
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(content_type) = content_type {
            request = request.header(CONTENT_TYPE, content_type);
        }
        let response = self.router.clone().oneshot(request.body(Body::from(body)).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let text = String::from_utf8(to_bytes(body, LONGEST).await.unwrap().to_vec()).unwrap();
        Reply { status: parts.status.as_u16(), headers: parts.headers, text }
    }
}

impl Reply {
    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text);
        self
    }

    /// That it is no success, for this reason.
    #[track_caller]
    pub fn refuses(self, status: u16, tag: &str) -> Self {
        let reply = self.is(status);
        assert_eq!(reply.json()["error"], tag, "{}", reply.text);
        assert!(reply.json()["message"].as_str().is_some_and(|message| !message.is_empty()), "{}", reply.text);
        reply
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// A header as text; empty where there is none.
    pub fn header(&self, name: &str) -> String {
        self.headers.get(name).map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    }
}
