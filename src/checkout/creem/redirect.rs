//! The signature that Creem adds to the address that a buyer comes back to. A hint at most: it says that Creem sent the buyer,
//! never that the buyer has paid, so the shop asks Creem about the session that its own token names.

use super::options::RedirectScheme;
use crate::checkout::provider::{ProviderSessionId, ReturnHint};
use crate::checkout::signatures::{creem_redirect_signature, creem_sorted_redirect_signature};
use subtle::ConstantTimeEq as _;

/// What Creem adds; whatever else stands in the query is the shop's own.
const ADDED: [&str; 6] = ["request_id", "checkout_id", "order_id", "customer_id", "subscription_id", "product_id"];

/// What the query says with which a buyer came back from that session. A completed page of another session is none of this one's.
pub fn hint(session: &ProviderSessionId, query: &str, api_key: &str, scheme: RedirectScheme) -> ReturnHint {
    let query: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).collect();
    let Some((_, signature)) = query.iter().find(|(name, _)| name == "signature") else { return ReturnHint::None };
    let added: Vec<(&str, &str)> =
        query.iter().map(|(name, value)| (&**name, &**value)).filter(|(name, _)| ADDED.contains(name)).collect();
    let expected = match scheme {
        RedirectScheme::Salted => creem_redirect_signature(api_key, &added),
        RedirectScheme::Sorted => creem_sorted_redirect_signature(api_key, &added),
    };
    if added.is_empty() || !bool::from(expected.as_bytes().ct_eq(signature.to_ascii_lowercase().as_bytes())) {
        return ReturnHint::Forged;
    }
    if added.contains(&("checkout_id", &session.0)) { ReturnHint::Completed } else { ReturnHint::None }
}
