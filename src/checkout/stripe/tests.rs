//! Stripe's side of the wire: recorded events, sessions as it answers them, and the requests that it is to get.

mod events;
mod requests;
mod sessions;
mod subscriptions;
mod tolerance;

use super::*;
use crate::checkout::transport::fake::client;

const SECRET_KEY: &str = "sk_test_known_to_nobody";
const WEBHOOK_SECRET: &str = "whsec_known_to_nobody";
const ORDER: &str = "order_0123456789abcdef";
const NOW: Timestamp = Timestamp::from_seconds(1_767_225_700);

fn stripe_at(api_base: &Url) -> Stripe {
    stripe(api_base.as_str(), SECRET_KEY, None)
}

fn stripe_with(api_base: &Url, options: StripeOptions) -> Stripe {
    let mut stripe = stripe_at(api_base);
    stripe.settings.options = options;
    stripe
}

fn stripe(api_base: &str, secret_key: &str, checkout_origin: Option<&str>) -> Stripe {
    let settings = StripeSettings {
        secret_key: secret_key.to_owned(),
        webhook_secret: WEBHOOK_SECRET.to_owned(),
        api_base: Url::parse(api_base).unwrap(),
        checkout_origin: checkout_origin.map(str::to_owned),
        timeout: Duration::from_secs(5),
        options: StripeOptions::default(),
    };
    Stripe::new(settings, client())
}

#[test]
fn the_key_decides_the_mode() {
    for (key, mode) in [("sk_test_1", Mode::Test), ("rk_test_1", Mode::Test), ("sk_live_1", Mode::Live), ("rk_live_1", Mode::Live)]
    {
        assert_eq!(stripe(StripeSettings::API, key, None).mode(), mode, "{key}");
    }
}

#[test]
fn payment_pages_are_where_they_are_said_to_be() {
    for (api, configured, origin) in [
        (StripeSettings::API, None, "https://checkout.stripe.com"),
        (StripeSettings::API, Some("https://pay.example.com"), "https://pay.example.com"),
        ("http://127.0.0.1:3010/", None, "http://127.0.0.1:3010"),
    ] {
        assert_eq!(stripe(api, SECRET_KEY, configured).checkout_origins(), [origin]);
    }
}
