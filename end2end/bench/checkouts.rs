//! What a gift's checkout through the API costs beside the part of it that is the provider's: opening a page at the sandbox.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::load::{load, post};
use crate::program::{SANDBOX, SHOP};
use crate::{ROUNDS, Result, median, ratio, say};

pub async fn checkouts(token: &str, folder: &Path) -> Result<()> {
    let key = sandbox_key(folder)?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    // One count for all rounds: the same body again would lead to the same page.
    let bought = Arc::new(AtomicU64::new(0));
    for _ in 0..ROUNDS {
        theirs.push(load(SANDBOX, session_at_the_sandbox(&key)).await?);
        ours.push(load(SHOP, gift_checkout(token, &bought)).await?);
    }
    say(&format!(
        "gift checkout through the API: {} of the sessions per second that the sandbox opens by itself, which is its share of the time",
        ratio(median(ours), median(theirs))
    ))
}

/// Each for somebody else, and from a network of its own: one network may begin 300 in an hour.
fn gift_checkout(token: &str, bought: &Arc<AtomicU64>) -> impl Fn() -> String + Clone + use<> {
    let (token, bought) = (token.to_owned(), Arc::clone(bought));
    move || {
        let number = bought.fetch_add(1, Ordering::Relaxed);
        let [.., a, b, c] = number.to_be_bytes();
        let headers =
            format!("Authorization: Bearer {token}\r\nContent-Type: application/json\r\nX-Forwarded-For: 10.{a}.{b}.{c}\r\n");
        let body = format!(
            r#"{{"recipient_email":"bea{number}@example.com","recipient_name":"Bea","tier":"founder","duration_months":12,"success_url":"http://{SHOP}/","cancel_url":"http://{SHOP}/gift"}}"#
        );
        post(SHOP, "/v1/billing/gifts/checkout-session", &headers, &body)
    }
}

/// The request that the shop's own adapter makes of it.
fn session_at_the_sandbox(key: &str) -> impl Fn() -> String + Clone + use<> {
    let form = [
        ("mode", "payment"),
        ("client_reference_id", "order_0123456789abcdef"),
        ("line_items[0][quantity]", "1"),
        ("line_items[0][price_data][currency]", "eur"),
        ("line_items[0][price_data][unit_amount]", "19200"),
        ("line_items[0][price_data][product_data][name]", "Founder, 12 months"),
        ("success_url", "http://localhost/"),
        ("cancel_url", "http://localhost/gift"),
    ];
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let headers = format!("Authorization: Bearer {key}\r\nContent-Type: application/x-www-form-urlencoded\r\n");
    let request = post(SANDBOX, "/v1/checkout/sessions", &headers, &body);
    move || request.clone()
}

fn sandbox_key(folder: &Path) -> Result<String> {
    let kept = std::fs::read_to_string(folder.join("data/sandbox.env"))?;
    let key = kept.lines().find_map(|line| line.strip_prefix("STRIPE_SECRET_KEY="));
    Ok(key.ok_or("the sandbox has no key for Stripe")?.to_owned())
}
