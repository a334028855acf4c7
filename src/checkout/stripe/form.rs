//! The form that opens a session: nothing in it but the sale, our order's id, the buyer's address to be filled in, and what the shop set.

use super::amounts::to_stripe_amount;
use super::options::StripeOptions;
use super::translation::ORDER_ID;
use crate::checkout::provider::{BackUrls, LineItem, NewSession, PaymentMode, ProviderError};

/// Name and value, in the order in which they are sent.
pub type Form = Vec<(String, String)>;

/// Fields that only make a payment page more pleasant: where Stripe refuses one, the page opens without it.
pub const DISPENSABLE: [&str; 3] = ["customer_email", "expires_at", "locale"];

/// How the sum comes about.
#[derive(Clone, Copy)]
pub enum Charge<'a> {
    /// By Stripe's own price where it stands for what we ask, else by our amount.
    Asked,
    /// By Stripe's own price and what this promotion code of its own takes off.
    Discounted(&'a str),
}

pub fn new_session(
    session: &NewSession,
    back: &BackUrls,
    options: &StripeOptions,
    charge: Charge<'_>,
) -> Result<Form, ProviderError> {
    let (mode, metadata) = match session.mode {
        PaymentMode::Payment => ("payment", "payment_intent_data[metadata]"),
        PaymentMode::Subscription => ("subscription", "subscription_data[metadata]"),
    };
    let mut form = Form::new();
    let mut put = |name: &str, value: &str| form.push((name.to_owned(), value.to_owned()));
    put("mode", mode);
    put("client_reference_id", session.order_id.as_str());
    put(&format!("metadata[{ORDER_ID}]"), session.order_id.as_str());
    // A session's metadata is not handed down to what refunds, disputes and renewals name.
    put(&format!("{metadata}[{ORDER_ID}]"), session.order_id.as_str());
    put("success_url", &with_braces(&back.success));
    put("cancel_url", &with_braces(&back.cancel));
    put("locale", &options.locale);
    put("expires_at", &session.expires_at.seconds().to_string());
    if let Some(email) = &session.buyer_email {
        put("customer_email", email.as_str());
    }
    if options.automatic_tax {
        put("automatic_tax[enabled]", "true");
    }
    if let Charge::Discounted(code) = charge {
        put("discounts[0][promotion_code]", code);
    }
    for (place, item) in session.line_items.iter().enumerate() {
        put(&format!("line_items[{place}][quantity]"), &item.quantity.to_string());
        for (name, value) in price(item, options, charge)? {
            put(&format!("line_items[{place}]{name}"), &value);
        }
    }
    Ok(form)
}

fn price(item: &LineItem, options: &StripeOptions, charge: Charge<'_>) -> Result<Vec<(&'static str, String)>, ProviderError> {
    let is_its_own = match charge {
        Charge::Asked => item.is_list_price,
        Charge::Discounted(_) => true,
    };
    if let Some(price) = item.price_ids.stripe.as_ref().filter(|_| is_its_own) {
        return Ok(vec![("[price]", price.clone())]);
    }
    let amount = to_stripe_amount(item.unit_price).map_err(|error| ProviderError::Refused(error.to_string()))?;
    let every = item.every.map(|every| ("[price_data][recurring][interval]", every.as_str().to_owned()));
    let tax = options.tax_behavior.map(|behavior| ("[price_data][tax_behavior]", behavior.as_str().to_owned()));
    let ours = [
        ("[price_data][currency]", item.unit_price.currency.as_str().to_ascii_lowercase()),
        ("[price_data][unit_amount]", amount.to_string()),
        ("[price_data][product_data][name]", item.title.clone()),
    ];
    Ok(ours.into_iter().chain(every).chain(tax).collect())
}

/// Stripe puts the session's id in place of `{CHECKOUT_SESSION_ID}`, for clients that ask for it in their own URLs.
/// Parsing a URL may have escaped the braces.
fn with_braces(url: &url::Url) -> String {
    ["%7BCHECKOUT_SESSION_ID%7D", "%7bCHECKOUT_SESSION_ID%7d"]
        .into_iter()
        .fold(url.to_string(), |text, escaped| text.replace(escaped, "{CHECKOUT_SESSION_ID}"))
}
