//! Stripe's wire format, translated.

pub struct StripeSettings {
    pub secret_key: String,
    pub webhook_secret: String,
    pub api_base: url::Url,
}

pub struct Stripe;
