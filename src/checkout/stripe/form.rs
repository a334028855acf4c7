//! The form that opens a session: nothing in it but the sale, our order's id, and the buyer's address to be filled in.

use super::amounts::to_stripe_amount;
use super::translation::ORDER_ID;
use crate::checkout::provider::{BackUrls, LineItem, NewSession, PaymentMode, ProviderError};

/// Name and value, in the order in which they are sent.
pub type Form = Vec<(String, String)>;

/// Fields that only make a payment page more pleasant: where Stripe refuses one, the page opens without it.
pub const DISPENSABLE: [&str; 2] = ["customer_email", "expires_at"];

pub fn new_session(session: &NewSession, back: &BackUrls) -> Result<Form, ProviderError> {
    let (mode, metadata) = match session.mode {
        PaymentMode::Payment => ("payment", "payment_intent_data[metadata]"),
        PaymentMode::Subscription => ("subscription", "subscription_data[metadata]"),
    };
    let mut form = Form::new();
    let mut put = |name: &str, value: &str| form.push((name.to_owned(), value.to_owned()));
    put("mode", mode);
    put("client_reference_id", session.order_id.as_str());
    put(&format!("metadata[{ORDER_ID}]"), session.order_id.as_str());
    // A session's metadata is not handed down to what refunds and disputes name.
    put(&format!("{metadata}[{ORDER_ID}]"), session.order_id.as_str());
    put("success_url", &with_braces(&back.success));
    put("cancel_url", &with_braces(&back.cancel));
    put("locale", "auto");
    put("expires_at", &session.expires_at.seconds().to_string());
    if let Some(email) = &session.buyer_email {
        put("customer_email", email.as_str());
    }
    for (place, item) in session.line_items.iter().enumerate() {
        put(&format!("line_items[{place}][quantity]"), &item.quantity.to_string());
        for (name, value) in price(item, session.mode)? {
            put(&format!("line_items[{place}]{name}"), &value);
        }
    }
    Ok(form)
}

/// Stripe's own price where it stands for what we ask; else our amount.
fn price(item: &LineItem, mode: PaymentMode) -> Result<Vec<(&'static str, String)>, ProviderError> {
    if let Some(price) = item.price_ids.stripe.as_ref().filter(|_| item.is_list_price) {
        return Ok(vec![("[price]", price.clone())]);
    }
    if mode == PaymentMode::Subscription {
        return Err(ProviderError::Refused("a subscription needs a price of Stripe's own: name it in the catalog".to_owned()));
    }
    let amount = to_stripe_amount(item.unit_price).map_err(|error| ProviderError::Refused(error.to_string()))?;
    Ok(vec![
        ("[price_data][currency]", item.unit_price.currency.as_str().to_ascii_lowercase()),
        ("[price_data][unit_amount]", amount.to_string()),
        ("[price_data][product_data][name]", item.title.clone()),
    ])
}

/// Stripe puts the session's id in place of `{CHECKOUT_SESSION_ID}`, for clients that ask for it in their own URLs.
/// Parsing a URL may have escaped the braces.
fn with_braces(url: &url::Url) -> String {
    ["%7BCHECKOUT_SESSION_ID%7D", "%7bCHECKOUT_SESSION_ID%7d"]
        .into_iter()
        .fold(url.to_string(), |text, escaped| text.replace(escaped, "{CHECKOUT_SESSION_ID}"))
}
