//! Typed ids: a prefix that says what it names, and sixteen symbols of randomness.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::crockford;
use super::time::Entropy;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("that is no {0}… id")]
pub struct IdError(pub &'static str);

/// 80 bits: two ids of a kind meet by chance once in 2^40 of them.
const BYTES: usize = 10;
const SYMBOLS: usize = BYTES * 8 / 5;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// A new one, from 80 random bits.
            pub fn random(entropy: &dyn Entropy) -> Self {
                let mut bytes = [0; BYTES];
                entropy.fill(&mut bytes);
                Self::from_bytes(bytes)
            }

            /// The one that stands for these 80 bits, where they come from somewhere else: a digest.
            #[must_use]
            pub fn from_bytes(bytes: [u8; BYTES]) -> Self {
                Self(format!("{}{}", $prefix, crockford::encode(&bytes, SYMBOLS)))
            }

            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $name {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                if is_id($prefix, text) { Ok(Self(text.to_owned())) } else { Err(IdError($prefix)) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

id!(AccountId, "acct_");
id!(
    /// Our own name of a checkout session; the provider has another.
    CheckoutSessionId,
    "sess_"
);
id!(
    /// A recorded provider event; the provider's own event id stands beside it.
    EventId,
    "pevt_"
);
id!(
    /// A gift's id. Its text is the **gift reference**: public, safe to print, to log and to quote to support.
    GiftId,
    "gift_"
);
id!(GrantId, "grant_");
id!(
    /// A one-time link's row; the token in the mail is derived from it.
    LinkId,
    "link_"
);
id!(OrderId, "order_");
id!(OutboxId, "out_");
id!(PeriodId, "period_");
id!(
    /// Our own name of a subscription; the provider has another.
    SubscriptionId,
    "subs_"
);
id!(
    /// An access token's row. The token itself is another text, and a secret.
    TokenId,
    "token_"
);
fn is_id(prefix: &str, text: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|tail| tail.len() == SYMBOLS && tail.chars().all(crockford::is_symbol))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Ones;
    impl Entropy for Ones {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0xff);
        }
    }

    #[test]
    fn an_id_names_its_kind() {
        let id = GiftId::random(&Ones);
        assert_eq!(id.as_str(), "gift_zzzzzzzzzzzzzzzz");
        assert_eq!(id.as_str().parse::<GiftId>(), Ok(id.clone()));
        assert_eq!(id.as_str().parse::<OrderId>(), Err(IdError("order_")));
        assert_eq!("gift_zzz".parse::<GiftId>(), Err(IdError("gift_")));
        assert_eq!("gift_zzzzzzzzzzzzzzz'".parse::<GiftId>(), Err(IdError("gift_")));
    }
}
