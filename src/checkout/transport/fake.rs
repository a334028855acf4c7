//! For tests of the adapters: a provider of our own on a free port, which answers as it is told and remembers what it was asked.
//! What an adapter asks is held against its provider's own document.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{OriginalUri, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, Method, StatusCode};
use reqwest::Client;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use url::Url;

use crate::checkout::ProviderName;
use crate::tests::specs::assert_request;

/// What a provider answers to one request.
#[derive(Clone)]
pub struct Scripted {
    pub status: u16,
    pub headers: Vec<(&'static str, &'static str)>,
    pub body: String,
    pub delay: Duration,
}

pub fn reply(status: u16, body: impl Into<String>) -> Scripted {
    Scripted { status, headers: Vec::new(), body: body.into(), delay: Duration::ZERO }
}

/// A request as it arrived.
#[derive(Clone)]
pub struct Seen {
    pub method: Method,
    pub path_and_query: String,
    pub headers: HeaderMap,
    pub body: String,
}

impl Seen {
    /// The form that was posted, name by name.
    pub fn form(&self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(self.body.as_bytes()).into_owned().collect()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

/// Listens until it is dropped, and gives its answers in turn.
pub struct FakeProvider {
    pub url: Url,
    name: Option<ProviderName>,
    script: Arc<Mutex<Script>>,
    server: JoinHandle<()>,
}

#[derive(Default)]
struct Script {
    replies: VecDeque<Scripted>,
    seen: Vec<Seen>,
}

impl FakeProvider {
    /// One whose document every request must fit, which is looked at when this is dropped.
    pub async fn of(name: ProviderName, replies: impl IntoIterator<Item = Scripted>) -> Self {
        let mut provider = Self::answering(replies).await;
        provider.name = Some(name);
        provider
    }

    /// No provider in particular, which may be asked anything.
    pub async fn answering(replies: impl IntoIterator<Item = Scripted>) -> Self {
        let script = Arc::new(Mutex::new(Script { replies: replies.into_iter().collect(), seen: Vec::new() }));
        let router = Router::new().fallback(answer).with_state(script.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, name: None, script, server }
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.script.lock().unwrap().seen.clone()
    }
}

impl Drop for FakeProvider {
    fn drop(&mut self) {
        self.server.abort();
        let Some(name) = self.name.filter(|_| !std::thread::panicking()) else { return };
        for Seen { method, path_and_query, body, .. } in self.seen() {
            assert_request(name, method.as_str(), &path_and_query, &body);
        }
    }
}

async fn answer(
    State(script): State<Arc<Mutex<Script>>>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let scripted = {
        let mut script = script.lock().unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        script.seen.push(Seen { method, path_and_query: uri.to_string(), headers, body });
        script.replies.pop_front().unwrap_or_else(|| reply(418, "nothing more was scripted"))
    };
    tokio::time::sleep(scripted.delay).await;
    let mut answer = (StatusCode::from_u16(scripted.status).unwrap(), scripted.body).into_response();
    for (name, value) in scripted.headers {
        answer.headers_mut().insert(name, value.parse().unwrap());
    }
    answer
}

pub fn client() -> Client {
    // The second test of a process finds it installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap()
}
