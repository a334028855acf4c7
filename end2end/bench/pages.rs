//! What a page costs beside the same bytes from memory.

use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::response::IntoResponse as _;
use axum::serve::ListenerExt as _;
use reqwest::header::{ACCEPT, ACCEPT_ENCODING, HeaderMap, LOCATION, ORIGIN};
use tokio::net::TcpListener;

use crate::load::load;
use crate::program::{SANDBOX, SHOP};
use crate::{ROUNDS, Result, median, ratio, say};

pub async fn pages() -> Result<()> {
    let link = buy_a_gift().await?;
    for (name, path) in [("/gift", "/gift".to_owned()), ("/redeem/{code}", link)] {
        let (headers, body) = fetch(&path).await?;
        let memory = from_memory(headers, body).await?;
        let (mut ours, mut bare) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            bare.push(load(&memory, get(&memory, "/")).await?);
            ours.push(load(SHOP, get(SHOP, &path)).await?);
        }
        say(&format!("{name}: {} of the requests per second of the same bytes from memory", ratio(median(ours), median(bare))))?;
    }
    Ok(())
}

/// Buys a gift at the sandbox, and gives the path that its mail leads to.
async fn buy_a_gift() -> Result<String> {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
    let own = format!("http://{SHOP}");
    let form = "tier=founder&duration_months=12&recipient_name=Bea&recipient_email=bea%40example.com&buyer_name=Ada\
                &buyer_email=ada%40example.com&delivery=email&message=Thirty+years.";
    let post = |url: String, origin: String, body: &'static str| {
        client
            .post(url)
            .header(ORIGIN, origin)
            .header(ACCEPT, "text/html")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
    };
    let bought = post(format!("{own}/gift"), own.clone(), form).send().await?;
    let hosted = bought.headers().get(LOCATION).ok_or("no payment page")?.to_str()?.to_owned();
    post(hosted, format!("http://{SANDBOX}"), "outcome=pay").send().await?.error_for_status()?;
    for _ in 0..100 {
        let inbox: serde_json::Value = client.get(format!("http://{SANDBOX}/inbox.json")).send().await?.json().await?;
        let texts = inbox.as_array().into_iter().flatten().filter_map(|mail| mail.get("text")?.as_str());
        if let Some(link) = texts.flat_map(str::split_whitespace).find_map(|word| word.strip_prefix(&format!("{own}/redeem/"))) {
            return Ok(format!("/redeem/{link}"));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Err("the gift's mail did not come".into())
}

async fn fetch(path: &str) -> Result<(HeaderMap, Bytes)> {
    let answer = reqwest::Client::new().get(format!("http://{SHOP}{path}")).header(ACCEPT_ENCODING, "br").send().await?;
    Ok((answer.headers().clone(), answer.bytes().await?))
}

/// Serves one answer from memory and does nothing else; gives its address.
async fn from_memory(headers: HeaderMap, body: Bytes) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    let answer = move || {
        let mut answer = body.clone().into_response();
        let kept = headers.iter().filter(|(name, _)| !matches!(name.as_str(), "content-length" | "date" | "transfer-encoding"));
        answer.headers_mut().extend(kept.map(|(name, value)| (Some(name.clone()), value.clone())));
        std::future::ready(answer)
    };
    let router = Router::new().fallback(answer);
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

fn get(address: &str, path: &str) -> impl Fn() -> String + Clone + use<> {
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nAccept-Encoding: br\r\nAccept: text/html\r\n\r\n");
    move || request.clone()
}
