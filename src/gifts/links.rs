//! The signed parts of the links that lead to a gift: the recipient's, the buyer's, and the way back from the payment page.
//! None is stored; none is a code, and none redeems.

use super::Gift;
use crate::values::{CheckoutSessionId, Email, GiftId, OrderId, Secret, Secrets};

const PROOF: &str = "ribbon gift proof";
const PAGE: &str = "ribbon gift page";
const RETURN: &str = "ribbon order return";

/// The proof that stands only in the recipient's own mail. It names gift, generation and address,
/// so a reissue or another recipient ends it.
#[must_use]
pub fn proof(secret: &Secret, gift: &GiftId, generation: i64, recipient: &Email) -> String {
    secret.token(PROOF, &[gift.as_str(), &generation.to_string(), &recipient.key()])
}

/// Whether `proof` is [`proof`] of the same gift, generation and address. Compared in constant time.
#[must_use]
pub fn check_proof(secret: &Secret, gift: &GiftId, generation: i64, recipient: &Email, proof: &str) -> bool {
    secret.checks(PROOF, &[gift.as_str(), &generation.to_string(), &recipient.key()], proof)
}

impl Gift {
    /// The proof for the mail that goes out now; `None` where the gift's secret isn't given any more.
    #[must_use]
    pub fn proof(&self, secrets: &Secrets) -> Option<String> {
        secrets.by_id(&self.secret_id).map(|secret| proof(secret, &self.id, self.generation, &self.recipient_email))
    }

    /// Whether whoever shows `proof` reads the recipient's mailbox.
    #[must_use]
    pub fn is_proven_by(&self, secrets: &Secrets, proof: &str) -> bool {
        let secret = secrets.by_id(&self.secret_id);
        secret.is_some_and(|secret| check_proof(secret, &self.id, self.generation, &self.recipient_email, proof))
    }
}

/// The key of the buyer's own page of a gift; it stays the same whatever happens to the gift.
#[must_use]
pub fn page_key(secret: &Secret, gift: &GiftId) -> String {
    secret.token(PAGE, &[gift.as_str()])
}

/// Whether `key` opens the buyer's page, by the present secret or the one before.
#[must_use]
pub fn check_page_key(secrets: &Secrets, gift: &GiftId, key: &str) -> bool {
    secrets.check(PAGE, &[gift.as_str()], key)
}

/// What the payment page sends its buyer back with: it names the order and the session that were paid or left.
#[must_use]
pub fn order_token(secret: &Secret, order: &OrderId, session: &CheckoutSessionId) -> String {
    format!("{order}.{session}.{}", secret.token(RETURN, &[order.as_str(), session.as_str()]))
}

/// The order and the session that a token names; `None` for one that was not signed here.
#[must_use]
pub fn read_order_token(secrets: &Secrets, token: &str) -> Option<(OrderId, CheckoutSessionId)> {
    let (order, rest) = token.split_once('.')?;
    let (session, signature) = rest.split_once('.')?;
    let is_ours = secrets.check(RETURN, &[order, session], signature);
    if is_ours { Some((order.parse().ok()?, session.parse().ok()?)) } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(letter: &str) -> Secret {
        Secret::parse(&letter.repeat(32)).unwrap()
    }

    fn secrets() -> Secrets {
        Secrets { current: secret("s"), previous: None }
    }

    fn gift() -> GiftId {
        "gift_0123456789abcdef".parse().unwrap()
    }

    fn email(text: &str) -> Email {
        Email::parse(text).unwrap()
    }

    #[test]
    fn a_proof_ends_with_another_generation_or_address() {
        let mailed = proof(&secret("s"), &gift(), 1, &email("bea@example.com"));
        let checks = |generation, address| check_proof(&secret("s"), &gift(), generation, &email(address), &mailed);
        assert!(checks(1, "bea@example.com"));
        assert!(checks(1, "BEA@Example.com"), "the same address in another spelling");
        assert!(!checks(2, "bea@example.com"));
        assert!(!checks(1, "bea@example.org"));
        assert!(!check_proof(&secret("s"), &"gift_0123456789abcdeg".parse().unwrap(), 1, &email("bea@example.com"), &mailed));
    }

    #[test]
    fn no_signed_part_passes_for_another() {
        let key = page_key(&secret("s"), &gift());
        assert!(check_page_key(&secrets(), &gift(), &key));
        assert!(!check_proof(&secret("s"), &gift(), 1, &email("bea@example.com"), &key));
        assert!(!check_page_key(&secrets(), &gift(), &proof(&secret("s"), &gift(), 1, &email("bea@example.com"))));
    }

    #[test]
    fn a_page_key_outlives_the_change_of_secrets() {
        let key = page_key(&secret("s"), &gift());
        let rotated = Secrets { current: secret("t"), previous: Some(secret("s")) };
        assert!(check_page_key(&rotated, &gift(), &key));
        assert!(!check_page_key(&Secrets { current: secret("t"), previous: None }, &gift(), &key));
    }

    #[test]
    fn an_order_token_names_what_was_signed() {
        let order: OrderId = "order_0123456789abcdef".parse().unwrap();
        let session: CheckoutSessionId = "sess_0123456789abcdef".parse().unwrap();
        let token = order_token(&secret("s"), &order, &session);
        assert_eq!(read_order_token(&secrets(), &token), Some((order, session)));
        let (_, unchanged) = token.split_once('.').unwrap();
        for forged in [
            format!("order_0123456789abcdeg.{unchanged}"),
            token.replace("sess_0", "sess_1"),
            token[..40].to_owned(),
            String::new(),
        ] {
            assert_eq!(read_order_token(&secrets(), &forged), None, "{forged}");
        }
    }
}
