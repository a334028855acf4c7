//! The signed parts of the links that lead to a gift: the recipient's, the buyer's, and the way back from the payment page.
//! None is stored; none is a code, and none redeems.

use super::{Gift, Whom};
use crate::values::{CheckoutSessionId, Email, GiftId, OrderId, Secret, Secrets};

const PROOF: &str = "ribbon gift proof";
const PAGE: &str = "ribbon gift page";
const REMINDERS: &str = "ribbon gift reminders";
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

/// What the link in a reminder carries, by which its reader stops them: it names the gift and which of the two they are. A recipient's
/// ends when the gift goes to another address; a reissue leaves it alone, since it is the same person's.
#[must_use]
pub fn stop_token(secret: &Secret, gift: &Gift, whom: Whom) -> String {
    format!(
        "{}.{}.{}",
        gift.id,
        whom.name(),
        secret.token(REMINDERS, &[gift.id.as_str(), whom.name(), &stopping_address(gift, whom)])
    )
}

/// The gift that a token is about, before anybody has looked whether it was signed here.
#[must_use]
pub fn gift_of_stop_token(token: &str) -> Option<GiftId> {
    token.split_once('.')?.0.parse().ok()
}

/// Who stops the reminders of `gift` by this token; `None` for one that is another gift's, another recipient's, or was not signed here.
#[must_use]
pub fn read_stop_token(secrets: &Secrets, gift: &Gift, token: &str) -> Option<Whom> {
    let (named, rest) = token.split_once('.')?;
    let (name, signature) = rest.split_once('.')?;
    let whom = [Whom::Recipient, Whom::Giver].into_iter().find(|whom| whom.name() == name)?;
    let address = stopping_address(gift, whom);
    let is_ours = named == gift.id.as_str() && secrets.check(REMINDERS, &[named, name, &address], signature);
    is_ours.then_some(whom)
}

/// The giver of a gift stays the same.
fn stopping_address(gift: &Gift, whom: Whom) -> String {
    match whom {
        Whom::Recipient => gift.recipient_email.key(),
        Whom::Giver => String::new(),
    }
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
    use super::super::samples::gift_that_is;
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
    fn a_stop_token_is_good_for_one_person_of_one_gift_alone() {
        let gift = gift_that_is("purchased");
        let [of_recipient, of_giver] = [Whom::Recipient, Whom::Giver].map(|whom| stop_token(&secret("s"), &gift, whom));
        let read = |gift: &Gift, token: &str| read_stop_token(&secrets(), gift, token);
        assert_eq!(read(&gift, &of_recipient), Some(Whom::Recipient));
        assert_eq!(read(&gift, &of_giver), Some(Whom::Giver));
        assert_eq!(gift_of_stop_token(&of_giver), Some(gift.id.clone()));
        let reissued = Gift { generation: 2, ..gift.clone() };
        let readdressed = Gift { recipient_email: email("carl@example.com"), ..reissued.clone() };
        let another = Gift { id: "gift_0123456789abcdeg".parse().unwrap(), ..gift.clone() };
        let of = |gift: &Gift| [read(gift, &of_recipient), read(gift, &of_giver)];
        assert_eq!(of(&reissued), [Some(Whom::Recipient), Some(Whom::Giver)]);
        assert_eq!(of(&readdressed), [None, Some(Whom::Giver)], "it is another recipient's");
        assert_eq!(of(&another), [None, None]);
        for forged in [
            of_recipient.replace(".recipient.", ".giver."),
            of_recipient.replace("gift_0", "gift_1"),
            format!("{}.giver.{}", gift.id, page_key(&secret("s"), &gift.id)),
            format!("{}.recipient.{}", gift.id, proof(&secret("s"), &gift.id, 1, &gift.recipient_email)),
            of_recipient[..of_recipient.len() - 1].to_owned(),
            String::new(),
        ] {
            assert_eq!(read(&gift, &forged), None, "{forged}");
        }
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
