//! A gift's code, derived from the installation's secret and never stored, and the digest it is looked up by.

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use super::Gift;
use crate::values::{GiftCode, GiftId, Secret, Secrets};

/// The code of one generation of a gift: 120 bits that only the secret's owner can make.
#[must_use]
pub fn code(secret: &Secret, gift: &GiftId, generation: i64) -> GiftCode {
    let signed = secret.sign("ribbon gift code", &[gift.as_str(), &generation.to_string()]);
    let mut bytes = [0; 15];
    bytes.iter_mut().zip(signed).for_each(|(byte, signed)| *byte = signed);
    GiftCode::from_bytes(bytes)
}

/// SHA-256 of a code in hexadecimal: what the table keeps and a typed code is looked up by.
#[must_use]
pub fn digest(code: &GiftCode) -> String {
    HEXLOWER.encode(&Sha256::digest(code.reveal()))
}

impl Gift {
    /// The code that redeems it now; `None` where its secret isn't given any more.
    #[must_use]
    pub fn code(&self, secrets: &Secrets) -> Option<GiftCode> {
        secrets.by_id(&self.secret_id).map(|secret| code(secret, &self.id, self.generation))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(letter: &str) -> Secret {
        Secret::parse(&letter.repeat(32)).unwrap()
    }

    fn gift(id: &str) -> GiftId {
        id.parse().unwrap()
    }

    #[test]
    fn a_code_is_the_same_every_time_it_is_derived() {
        // The first 120 bits of the signature, computed apart with Python's hmac and hashlib.
        let code = code(&secret("s"), &gift("gift_0123456789abcdef"), 1);
        assert_eq!(code.reveal(), "HJ87M9V4K2S2NAPCKFEDMV07");
        assert_eq!(digest(&code), "96801c8ec8f4af7b896d5646a911ab0326771a5762e7711f017e986d01c9f7d8");
    }

    #[test]
    fn gift_generation_and_secret_each_make_another_code() {
        let one = code(&secret("s"), &gift("gift_0123456789abcdef"), 1);
        assert_ne!(code(&secret("s"), &gift("gift_0123456789abcdef"), 2), one);
        assert_ne!(code(&secret("s"), &gift("gift_0123456789abcdeg"), 1), one);
        assert_ne!(code(&secret("t"), &gift("gift_0123456789abcdef"), 1), one);
    }

    #[test]
    fn a_typed_code_is_found_by_the_digest_of_the_derived_one() {
        let derived = code(&secret("s"), &gift("gift_0123456789abcdef"), 1);
        let typed = GiftCode::parse(&derived.reveal_grouped().to_lowercase().replace('0', "o").replace('1', "l")).unwrap();
        assert_eq!(digest(&typed), digest(&derived));
    }
}
