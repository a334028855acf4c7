//! The installation's secret and what is signed and derived with it.
//! Knows nothing of what a signature is for: each use names a domain of its own.

use std::fmt;

use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// What codes and links are derived from. No `Display` and a masked `Debug`; its text can't be had back.
#[derive(Clone)]
pub struct Secret {
    /// HMAC-SHA256, keyed and ready to be fed.
    keyed: Hmac<Sha256>,
    id: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a secret has at least {} characters", Secret::SHORTEST)]
pub struct SecretError;

impl Secret {
    /// In characters; 32 of hexadecimal are 128 bits.
    pub const SHORTEST: usize = 32;

    /// White space around it is dropped: it comes out of a file or an environment.
    pub fn parse(text: &str) -> Result<Self, SecretError> {
        let text = text.trim();
        if text.chars().count() < Self::SHORTEST {
            return Err(SecretError);
        }
        // HMAC takes a key of any length, so the only error that is seen is the one above.
        let keyed = Hmac::new_from_slice(text.as_bytes()).map_err(|_| SecretError)?;
        let [a, b, c, d, ..] = sign(&keyed, "ribbon secret id", &[]);
        Ok(Self { keyed, id: HEXLOWER.encode(&[a, b, c, d]) })
    }

    /// A public name of it, eight symbols, that a row keeps to say which secret it needs.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// HMAC-SHA256 over `domain` and `parts`, each with its length before it: no two lists of parts are the same bytes.
    #[must_use]
    pub fn sign(&self, domain: &str, parts: &[&str]) -> [u8; 32] {
        sign(&self.keyed, domain, parts)
    }

    /// The signature as text that a link carries.
    #[must_use]
    pub fn token(&self, domain: &str, parts: &[&str]) -> String {
        BASE64URL_NOPAD.encode(&self.sign(domain, parts))
    }

    /// Whether `token` is [`Secret::token`] of the same domain and parts. Takes as long for a wrong one as for a right one.
    #[must_use]
    pub fn checks(&self, domain: &str, parts: &[&str], token: &str) -> bool {
        self.token(domain, parts).as_bytes().ct_eq(token.as_bytes()).into()
    }
}

fn sign(keyed: &Hmac<Sha256>, domain: &str, parts: &[&str]) -> [u8; 32] {
    let mut mac = keyed.clone();
    for part in std::iter::once(&domain).chain(parts) {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part.as_bytes());
    }
    mac.finalize().into_bytes().into()
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({})", self.id)
    }
}

/// The secret that new things are derived from, and the one before it while rows still name it.
#[derive(Clone, Debug)]
pub struct Secrets {
    pub current: Secret,
    pub previous: Option<Secret>,
}

impl Secrets {
    pub fn iter(&self) -> impl Iterator<Item = &Secret> {
        std::iter::once(&self.current).chain(&self.previous)
    }

    /// The secret that a row names; `None` where it was never given, or no longer is.
    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<&Secret> {
        self.iter().find(|secret| secret.id() == id)
    }

    /// Whether `token` is good by either of them, for links of which no row says by which secret they were signed.
    #[must_use]
    pub fn check(&self, domain: &str, parts: &[&str], token: &str) -> bool {
        self.iter().any(|secret| secret.checks(domain, parts, token))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(letter: &str) -> Secret {
        Secret::parse(&letter.repeat(32)).unwrap()
    }

    #[test]
    fn a_short_secret_is_refused() {
        assert_eq!(Secret::parse(&"s".repeat(31)).err(), Some(SecretError));
        assert_eq!(Secret::parse(&format!(" {} \n", "s".repeat(31))).err(), Some(SecretError));
        assert_eq!(SecretError.to_string(), "a secret has at least 32 characters");
    }

    #[test]
    fn a_secret_read_from_a_file_is_the_one_of_the_environment() {
        let read = Secret::parse(&format!("{}\n", "s".repeat(32))).unwrap();
        assert_eq!(read.id(), secret("s").id());
        assert_ne!(read.id(), secret("t").id());
    }

    #[test]
    fn a_secret_shows_its_id_and_nothing_else() {
        let secret = secret("s");
        assert_eq!(format!("{secret:?}"), format!("Secret({})", secret.id()));
        assert_eq!(secret.id().len(), 8);
    }

    #[test]
    fn the_signature_is_hmac_sha256_over_lengths_and_texts() {
        // Computed apart, with Python's hmac and hashlib.
        let signed = HEXLOWER.encode(&secret("s").sign("a domain", &["one", "", "three"]));
        assert_eq!(signed, "822a984cef7454eeabb2d13d4d4102da2a5f45787fcf4e70a091e377af8cbf16");
    }

    #[test]
    fn parts_do_not_run_together() {
        let secret = secret("s");
        let signed = secret.sign("domain", &["ab", "c"]);
        for (domain, parts) in [
            ("domain", &["a", "bc"][..]),
            ("domain", &["abc"]),
            ("domain", &["ab", "c", ""]),
            ("domain", &["ab"]),
            ("domainab", &["c"]),
            ("other", &["ab", "c"]),
        ] {
            assert_ne!(secret.sign(domain, parts), signed, "{domain} {parts:?}");
        }
    }

    #[test]
    fn a_token_is_good_for_its_domain_parts_and_secret_alone() {
        let signed_by = secret("s");
        let token = signed_by.token("verify", &["link_1"]);
        assert!(signed_by.checks("verify", &["link_1"], &token));
        assert!(!signed_by.checks("reset", &["link_1"], &token));
        assert!(!signed_by.checks("verify", &["link_2"], &token));
        assert!(!secret("t").checks("verify", &["link_1"], &token));
        assert!(!signed_by.checks("verify", &["link_1"], ""));
        assert!(!signed_by.checks("verify", &["link_1"], &token[..42]));
    }

    #[test]
    fn the_secret_before_is_still_known_by_its_id() {
        let rotated = Secrets { current: secret("t"), previous: Some(secret("s")) };
        let before = secret("s").token("page", &["gift_1"]);
        assert!(rotated.by_id(secret("s").id()).is_some_and(|secret| secret.checks("page", &["gift_1"], &before)));
        assert!(rotated.check("page", &["gift_1"], &before));
        let forgotten = Secrets { current: secret("t"), previous: None };
        assert!(forgotten.by_id(secret("s").id()).is_none());
        assert!(!forgotten.check("page", &["gift_1"], &before));
    }
}
