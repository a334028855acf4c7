//! Somebody's browser: cookies, a form's `Origin`, and the patience of somebody whose page did not load.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT, COOKIE, HeaderMap, HeaderName, LOCATION, ORIGIN, SET_COOKIE};
use reqwest::redirect::Policy;
use reqwest::{Client, RequestBuilder};

use super::Result;
use super::shop::Shop;

/// Which network somebody comes from, as the proxy before the shop would say.
const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const PATIENCE: Duration = Duration::from_secs(10);

pub struct Browser {
    client: Client,
    shop: Arc<Shop>,
    address: String,
    cookies: BTreeMap<String, String>,
    /// Which server the next request goes to, as a balancer before them would say.
    turn: usize,
}

/// What came back.
pub struct Answer {
    pub status: u16,
    /// Where it leads.
    pub location: String,
}

impl Browser {
    /// In a network of its own, so that nobody is taken for somebody who guesses.
    pub fn new(shop: &Arc<Shop>) -> Result<Self> {
        let person = shop.next_person();
        let [_, a, b, c] = person.to_be_bytes();
        let address = format!("10.{a}.{b}.{c}");
        let client = Client::builder().redirect(Policy::none()).timeout(PATIENCE).build()?;
        Ok(Self { client, shop: Arc::clone(shop), address, cookies: BTreeMap::new(), turn: usize::try_from(person)? })
    }

    /// `None` where nobody answered, or only that the shop is out of reach: the same can be tried again.
    pub async fn get(&mut self, path: &str) -> Result<Option<Answer>> {
        let origin = self.origin()?;
        self.send(self.client.get(format!("{origin}{path}"))).await
    }

    /// Sends a form of the shop's.
    pub async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Result<Option<Answer>> {
        let origin = self.origin()?;
        let ours = self.shop.origins.first().cloned().unwrap_or_default();
        self.send(form(self.client.post(format!("{origin}{path}")).header(ORIGIN, ours), fields)).await
    }

    /// Presses a button of a page that is not the shop's and does not fall over.
    pub async fn press(&self, url: &str, fields: &[(&str, &str)]) -> Result<Answer> {
        let answer = form(self.client.post(url), fields).send().await?.error_for_status()?;
        Ok(Answer { status: answer.status().as_u16(), location: location(answer.headers()) })
    }

    fn origin(&mut self) -> Result<String> {
        self.turn += 1;
        let origin = self.shop.origins.get(self.turn % self.shop.origins.len()).ok_or("there is no server")?;
        Ok(origin.clone())
    }

    async fn send(&mut self, request: RequestBuilder) -> Result<Option<Answer>> {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = request.header(ACCEPT, "text/html").header(X_FORWARDED_FOR, &self.address);
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies.join("; "));
        }
        let Ok(answer) = request.send().await else { return Ok(None) };
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        // Cut off in the middle is no answer either.
        let Ok(body) = answer.text().await else { return Ok(None) };
        match status {
            503 => return Ok(None),
            500.. => return Err(format!("the shop answered {status}:\n{body}").into()),
            _ => {}
        }
        self.keep_cookies(&headers);
        Ok(Some(Answer { status, location: location(&headers) }))
    }

    fn keep_cookies(&mut self, headers: &HeaderMap) {
        let set = headers.get_all(SET_COOKIE).iter().filter_map(|value| value.to_str().ok());
        for (cookie, attributes) in set.filter_map(|set| set.split_once(';')) {
            let Some((name, value)) = cookie.split_once('=') else { continue };
            if value.is_empty() || attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
    }
}

fn location(headers: &HeaderMap) -> String {
    headers.get(LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

fn form(request: RequestBuilder, fields: &[(&str, &str)]) -> RequestBuilder {
    let body: String = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    request.header("content-type", "application/x-www-form-urlencoded").body(body)
}
