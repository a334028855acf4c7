//! Pages that are the same for every visitor without a session: rendered once for a catalog and a build, compressed once for each
//! encoding, and answered from memory with an `ETag`.

use std::collections::HashMap;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use data_encoding::{BASE64, HEXLOWER};
use http::header::{ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, COOKIE, ETAG, IF_NONE_MATCH, VARY};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use sha2::{Digest as _, Sha256};
use tower::ServiceExt as _;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;

use super::guards::SecurityHeaders;

/// Where they stand.
const PATHS: [&str; 2] = ["/", "/gift"];
/// Best first.
const ENCODINGS: [Encoding; 3] = [Encoding::Brotli, Encoding::Gzip, Encoding::Identity];
const PAGE_BYTES_MAX: usize = 1024 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Encoding {
    Brotli,
    Gzip,
    Identity,
}

impl Encoding {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Gzip => "gzip",
            Self::Identity => "identity",
        }
    }
}

struct Kept {
    body: Bytes,
    etag: HeaderValue,
    /// All of them, the guards' included: nothing stands between this answer and its reader.
    headers: HeaderMap,
}

/// The pages in memory.
#[derive(Default)]
pub struct KeptPages {
    pages: HashMap<(&'static str, Encoding), Kept>,
    /// `sha256-…` of every inline script in them, for the content security policy of all pages: those that wake the islands are the same
    /// everywhere.
    script_hashes: Vec<String>,
    cookie_name: &'static str,
}

impl KeptPages {
    /// Renders them by asking `pages` as a visitor without a session would.
    pub async fn render(pages: &Router, cookie_name: &'static str) -> Self {
        let compressing = pages.clone().layer(CompressionLayer::new().quality(CompressionLevel::Best));
        let mut kept = Self { cookie_name, ..Self::default() };
        for path in PATHS {
            for encoding in ENCODINGS {
                let Some(body) = ask(&compressing, path, encoding).await else { continue };
                if encoding == Encoding::Identity {
                    kept.note_scripts(&String::from_utf8_lossy(&body));
                }
                let etag = format!("\"{}\"", HEXLOWER.encode(Sha256::digest(&body).get(..12).unwrap_or_default()));
                if let Ok(etag) = HeaderValue::from_str(&etag) {
                    kept.pages.insert((path, encoding), Kept { body, headers: headers(&etag, encoding), etag });
                }
            }
        }
        kept
    }

    pub fn script_hashes(&self) -> &[String] {
        &self.script_hashes
    }

    /// With the headers that every answer has.
    pub fn guarded(mut self, security: &SecurityHeaders) -> Self {
        for page in self.pages.values_mut() {
            security.write(&mut page.headers);
        }
        self
    }

    /// The answer to a request for one of them; `None` where somebody else must answer.
    pub fn answer(&self, request: &Request) -> Option<Response> {
        let page = self.find(request)?;
        let is_known = request.headers().get_all(IF_NONE_MATCH).iter().any(|sent| sent == page.etag);
        let is_head = request.method() == Method::HEAD;
        let mut response = Response::new(if is_known || is_head { Body::empty() } else { Body::from(page.body.clone()) });
        if is_known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        }
        *response.headers_mut() = page.headers.clone();
        Some(response)
    }

    fn note_scripts(&mut self, html: &str) {
        for script in inline_scripts(html) {
            let hash = format!("sha256-{}", BASE64.encode(&Sha256::digest(script)));
            if !self.script_hashes.contains(&hash) {
                self.script_hashes.push(hash);
            }
        }
    }

    fn find(&self, request: &Request) -> Option<&Kept> {
        let is_plain = matches!(*request.method(), Method::GET | Method::HEAD) && request.uri().query().is_none();
        if !is_plain || self.has_session(request.headers()) {
            return None;
        }
        let path = PATHS.into_iter().find(|path| *path == request.uri().path())?;
        let accepts = request.headers().get(ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let encoding =
            ENCODINGS.into_iter().find(|encoding| *encoding == Encoding::Identity || accepts_encoding(accepts, *encoding))?;
        self.pages.get(&(path, encoding))
    }

    fn has_session(&self, headers: &HeaderMap) -> bool {
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        cookies
            .flat_map(|cookies| cookies.split(';'))
            .any(|cookie| cookie.split('=').next().is_some_and(|name| name.trim() == self.cookie_name))
    }
}

fn headers(etag: &HeaderValue, encoding: Encoding) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.insert(VARY, HeaderValue::from_static("cookie, accept-encoding"));
    headers.insert(ETAG, etag.clone());
    if encoding != Encoding::Identity {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static(encoding.as_str()));
    }
    headers
}

async fn ask(pages: &Router, path: &'static str, encoding: Encoding) -> Option<Bytes> {
    let request = Request::get(path).header(ACCEPT_ENCODING, encoding.as_str()).body(Body::empty()).ok()?;
    let response = pages.clone().oneshot(request).await.ok()?;
    if response.status() != StatusCode::OK {
        return None;
    }
    to_bytes(response.into_body(), PAGE_BYTES_MAX).await.ok()
}

/// What stands between `<script …>` and `</script>` where there is no `src`.
fn inline_scripts(html: &str) -> impl Iterator<Item = &str> {
    html.split("<script").skip(1).filter_map(|rest| {
        let (attributes, rest) = rest.split_once('>')?;
        let (script, _) = rest.split_once("</script>")?;
        (!attributes.contains("src=") && !script.is_empty()).then_some(script)
    })
}

/// Whether the header names an encoding without refusing it by `q=0`.
fn accepts_encoding(accepts: &str, encoding: Encoding) -> bool {
    accepts.split(',').any(|part| {
        let mut words = part.split(';').map(str::trim);
        let is_named = words.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding.as_str()));
        is_named && !words.any(|word| matches!(word.replace(' ', "").as_str(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_encoding_is_used_where_it_is_asked_for() {
        assert!(accepts_encoding("gzip, deflate, br", Encoding::Brotli));
        assert!(accepts_encoding("gzip;q=0.5", Encoding::Gzip));
        assert!(!accepts_encoding("gzip, br;q=0", Encoding::Brotli));
        assert!(!accepts_encoding("", Encoding::Gzip));
    }

    #[test]
    fn inline_scripts_are_found_and_others_are_not() {
        let html = r#"<script src="/a.js"></script><script type="module">let a = 1;</script><p></p><script>b()</script>"#;
        assert_eq!(inline_scripts(html).collect::<Vec<_>>(), ["let a = 1;", "b()"]);
    }
}
