//! The signature that Creem adds to the address that a buyer comes back to. A hint at most: it says that Creem sent the buyer,
//! never that the buyer has paid, so the shop asks Creem about the session that its own token names.

use subtle::ConstantTimeEq as _;
use url::Url;

use super::options::RedirectScheme;
use crate::checkout::signatures::{creem_redirect_signature, creem_sorted_redirect_signature};

/// What Creem adds; whatever else stands in the query is the shop's own.
const ADDED: [&str; 6] = ["request_id", "checkout_id", "order_id", "customer_id", "subscription_id", "product_id"];

/// Whether Creem signed what it added to `address`.
pub fn is_signed(address: &Url, api_key: &str, scheme: RedirectScheme) -> bool {
    let query: Vec<_> = address.query_pairs().collect();
    let Some((_, signature)) = query.iter().find(|(name, _)| name == "signature") else { return false };
    let added: Vec<(&str, &str)> =
        query.iter().map(|(name, value)| (&**name, &**value)).filter(|(name, _)| ADDED.contains(name)).collect();
    let expected = match scheme {
        RedirectScheme::Salted => creem_redirect_signature(api_key, &added),
        RedirectScheme::Sorted => creem_sorted_redirect_signature(api_key, &added),
    };
    !added.is_empty() && bool::from(expected.as_bytes().ct_eq(signature.to_ascii_lowercase().as_bytes()))
}
