//! What a shop may set of Stripe beyond its keys: `[stripe]` in `ribbon.toml`.

use serde::Deserialize;

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StripeOptions {
    /// The language of the payment page, as `de` or `pt-BR`; `auto` is the browser's.
    pub locale: String,
    /// Whether Stripe Tax computes the tax of every sale; it must be set up in Stripe's dashboard first.
    pub automatic_tax: bool,
    /// Whether tax is within the shop's prices or comes on top. Where it isn't said, Stripe's dashboard says it.
    pub tax_behavior: Option<TaxBehavior>,
    /// The promotion code of Stripe's own that brings its prices down to the shop's. Sent where it does just that.
    pub promotion_code: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TaxBehavior {
    Inclusive,
    Exclusive,
}

impl TaxBehavior {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Inclusive => "inclusive",
            Self::Exclusive => "exclusive",
        }
    }
}

impl Default for StripeOptions {
    fn default() -> Self {
        Self { locale: "auto".to_owned(), automatic_tax: false, tax_behavior: None, promotion_code: None }
    }
}
