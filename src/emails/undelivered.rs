//! What the giver is told when the card did not arrive: why, how to correct the address, and what can be handed over instead.

use super::givers::giver_foot;
use super::sheet::{Block, Line, Ribbon, Sheet, strong, words};
use super::{House, SecretLink};
use crate::values::{Email, GiftCode, GiftId, PersonName};

/// "We could not deliver your gift to Bea".
#[derive(Clone, Debug)]
pub struct DeliveryFailed {
    pub to: Email,
    pub recipient_name: PersonName,
    pub recipient_email: Email,
    pub fault: DeliveryFault,
    /// What the giver can pass on instead; `None` while the payment is being checked.
    pub by_hand: Option<ByHand>,
    /// Where the address is corrected.
    pub status_page: SecretLink,
    pub reference: GiftId,
}

/// Why a card did not arrive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryFault {
    /// The recipient's mail server refused the address, or the mail.
    Refused,
    /// It could not be reached, or put us off until we gave up.
    NotReached,
}

/// The code, and the page that it opens: without the proof, which is its recipient's alone.
#[derive(Clone, Debug)]
pub struct ByHand {
    pub link: SecretLink,
    pub code: GiftCode,
}

impl DeliveryFailed {
    pub(super) fn sheet(&self, House { brand, .. }: House<'_>) -> Sheet {
        let (waits, then) = if self.by_hand.is_some() {
            (
                "Nothing is lost: the gift is paid and waits.",
                "There the card goes out again, to another address or to the same one.",
            )
        } else {
            (
                "Nothing is lost: the gift is paid, and its payment is being checked before it goes on.",
                "The card goes out again once that is done, to the address that stands there then.",
            )
        };
        let mut blocks = vec![
            Block::Title(words!("We could not deliver your gift to ", &self.recipient_name)),
            Block::Say(self.what_happened()),
            Block::Say(words!(waits)),
            Block::Button { label: "Correct the address", url: self.status_page.0.clone() },
            Block::Aside(words!(then)),
        ];
        blocks.extend(self.by_hand.as_ref().map(|by_hand| self.hand_over(by_hand)));
        Sheet {
            subject: words!("We could not deliver your gift to ", &self.recipient_name).text(),
            preheader: waits.to_owned(),
            ribbon: Ribbon::Plain,
            blocks,
            foot: giver_foot(brand, &self.reference),
        }
    }

    fn what_happened(&self) -> Line {
        let (address, domain) = (self.recipient_email.as_str(), self.recipient_email.domain());
        match self.fault {
            DeliveryFault::Refused => {
                words!("The mail server of ", domain, " refused our mail to ", strong(address), ", so the card did not arrive.")
            }
            DeliveryFault::NotReached => words!(
                "We tried for two days to deliver the card to ",
                strong(address),
                ". The mail server of ",
                domain,
                " did not take it."
            ),
        }
    }

    fn hand_over(&self, ByHand { link, code }: &ByHand) -> Block {
        let lead = words!(
            "If the address is right, hand the gift over yourself: pass on ",
            &link.0,
            " or the code below. ",
            &self.recipient_name,
            " signs in with ",
            self.recipient_email.as_str(),
            " to redeem it. Another address ends this code and makes a new one."
        );
        Block::Code { lead, code: code.reveal_grouped() }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::Letter;
    use super::super::gallery::{delivery_failed, rendered};
    use super::*;

    #[test]
    fn a_giver_is_told_why_the_card_did_not_arrive_what_to_correct_and_what_to_pass_on() {
        let mail = rendered(&Letter::DeliveryFailed(delivery_failed()));
        assert_eq!(mail.subject, "We could not deliver your gift to Bea");
        expect![[r#"
            We could not deliver your gift to Bea

            The mail server of example.com refused our mail to bea@example.com, so the card did not arrive.

            Nothing is lost: the gift is paid and waits.

            Correct the address:
            https://ribbon.example/gifts/gift_7h2kq9v4xw000000?key=k1

            There the card goes out again, to another address or to the same one.

            If the address is right, hand the gift over yourself: pass on https://ribbon.example/redeem/7K2M9QWX4HTVB3NE6RYD8PZC or the code below. Bea signs in with bea@example.com to redeem it. Another address ends this code and makes a new one.
            7K2M 9QWX 4HTV B3NE 6RYD 8PZC

            --

            You get this mail because you bought this gift at Ribbon, 12 Harbour Street. Questions go to help@ribbon.example; name the reference gift_7h2kq9v4xw000000.
        "#]].assert_eq(&mail.text);
    }

    #[test]
    fn what_was_never_taken_is_told_from_what_was_refused() {
        let letter = DeliveryFailed { fault: DeliveryFault::NotReached, ..delivery_failed() };
        let text = rendered(&Letter::DeliveryFailed(letter)).text;
        assert!(text.contains("We tried for two days to deliver the card to bea@example.com."), "{text}");
    }

    #[test]
    fn while_the_payment_is_checked_there_is_nothing_to_pass_on() {
        let text = rendered(&Letter::DeliveryFailed(DeliveryFailed { by_hand: None, ..delivery_failed() })).text;
        assert!(text.contains("its payment is being checked") && !text.contains("/redeem"), "{text}");
    }
}
