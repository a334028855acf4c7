//! A browser without scripts: it keeps cookies, says where its forms stand, and follows redirects when it is told to.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use http::header::{ACCEPT, CONTENT_TYPE, COOKIE, LOCATION, ORIGIN, SET_COOKIE};
use http::{HeaderMap, Request, StatusCode};
use tower::ServiceExt as _;

use super::page::{self, Form};

/// Where the shop stands for the outside world.
pub const SHOP: &str = "http://localhost:3000";

#[derive(Clone)]
pub struct Browser {
    router: Router,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
    /// Every address that the shop redirected anybody to.
    led_to: Arc<Mutex<Vec<String>>>,
    origin: Option<&'static str>,
}

/// What came back, and from where.
#[derive(Clone)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub html: String,
    /// The path at which it was asked.
    path: String,
}

impl Browser {
    pub fn new(router: Router, led_to: Arc<Mutex<Vec<String>>>) -> Self {
        Self { router, cookies: Arc::default(), led_to, origin: Some(SHOP) }
    }

    /// The same browser on a page of another site, or on none that it would name.
    pub fn standing_on(&self, origin: Option<&'static str>) -> Self {
        Self { origin, ..self.clone() }
    }

    /// Follows a link, ours or only its path.
    pub async fn opens(&self, link: &str) -> Answer {
        let path = path_of(link);
        self.asks(Request::get(path), path, Body::empty()).await
    }

    pub async fn posts(&self, link: &str, fields: &[(&str, &str)]) -> Answer {
        self.sends(path_of(link), &url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish()).await
    }

    /// Posts a body as a form, whatever is in it.
    pub async fn sends(&self, path: &str, body: &str) -> Answer {
        let mut request = Request::post(path).header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        if let Some(origin) = self.origin {
            request = request.header(ORIGIN, origin);
        }
        self.asks(request, path, Body::from(body.to_owned())).await
    }

    /// Fills in the form behind a button of a page, and presses it.
    pub async fn presses(&self, answer: &Answer, button: &str, fields: &[(&str, &str)]) -> Answer {
        let mut form = answer.form(button);
        for (name, value) in fields {
            form.fill(name, value);
        }
        let fields: Vec<(&str, &str)> = form.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        self.posts(form.action.as_deref().unwrap_or(&answer.path), &fields).await
    }

    /// Goes where an answer leads.
    pub async fn follows(&self, answer: &Answer) -> Answer {
        self.opens(answer.location()).await
    }

    pub fn cookie(&self) -> Option<String> {
        self.cookies.lock().unwrap().get("ribbon").cloned()
    }

    /// Puts a cookie into the jar, as somebody would who planted or stole it.
    pub fn takes_cookie(&self, value: &str) {
        self.cookies.lock().unwrap().insert("ribbon".to_owned(), value.to_owned());
    }

    async fn asks(&self, mut request: http::request::Builder, path: &str, body: Body) -> Answer {
        let cookies: Vec<String> = self.cookies.lock().unwrap().iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies.join("; "));
        }
        let request = request.header(ACCEPT, "text/html,application/xhtml+xml").body(body).unwrap();
        let answer = answer_to(&self.router, request, path).await;
        self.keep_cookies(&answer.headers);
        self.led_to.lock().unwrap().extend(answer.headers.get(LOCATION).map(|to| to.to_str().unwrap().to_owned()));
        answer
    }

    fn keep_cookies(&self, headers: &HeaderMap) {
        let mut cookies = self.cookies.lock().unwrap();
        for set in headers.get_all(SET_COOKIE) {
            let (cookie, attributes) = set.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = cookie.split_once('=').unwrap();
            if value.is_empty() || attributes.contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

fn path_of(link: &str) -> &str {
    link.strip_prefix(SHOP).unwrap_or(link)
}

/// Asks the router as a program would, without a browser's manners.
pub async fn answer_to(router: &Router, request: Request<Body>, path: &str) -> Answer {
    const LONGEST: usize = 4 * 1024 * 1024;
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let html = String::from_utf8(to_bytes(body, LONGEST).await.unwrap().to_vec()).unwrap();
    Answer { status: parts.status, headers: parts.headers, html, path: path.to_owned() }
}

impl Answer {
    /// What a person reads.
    pub fn text(&self) -> String {
        page::main_text(&self.html)
    }

    /// Whether a person reads this there, wherever the line breaks.
    pub fn says(&self, words: &str) -> bool {
        self.text().replace('\n', " ").contains(words)
    }

    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{} answered\n{}", self.path, self.text());
        self
    }

    /// Where it redirects to.
    #[track_caller]
    pub fn location(&self) -> &str {
        let location = self.headers.get(LOCATION);
        location.unwrap_or_else(|| panic!("{} {} leads nowhere:\n{}", self.path, self.status, self.text())).to_str().unwrap()
    }

    #[track_caller]
    pub fn form(&self, button: &str) -> Form {
        page::form_with_button(&self.html, button)
            .unwrap_or_else(|| panic!("no button “{button}” at {}:\n{}", self.path, self.text()))
    }

    /// What a field holds on the page.
    #[track_caller]
    pub fn value_of(&self, field: &str) -> String {
        page::value_of(&self.html, field).unwrap_or_else(|| panic!("no field {field} at {}", self.path))
    }

    /// The first link on the page with this in it.
    #[track_caller]
    pub fn link_with(&self, part: &str) -> String {
        let link = page::links(&self.html).into_iter().find(|link| link.contains(part));
        link.unwrap_or_else(|| panic!("no link with {part} at {}:\n{}", self.path, self.text()))
    }

    /// Status, where it leads, and what it says: for a snapshot.
    pub fn seen(&self) -> String {
        let mut seen = self.status.as_u16().to_string();
        if let Some(location) = self.headers.get(LOCATION) {
            let _ = write!(seen, " -> {}", location.to_str().unwrap());
        }
        format!("{seen}\n{}", self.text()).trim_end().to_owned()
    }
}
