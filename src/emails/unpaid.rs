//! What a buyer is told whose money was under way and did not arrive.

use super::givers::whom;
use super::sheet::{Block, Ribbon, Sheet, strong, words};
use super::{House, SecretLink};
use crate::values::{Email, GiftId, Money, PersonName};

/// "Your payment did not go through".
#[derive(Clone, Debug)]
pub struct PaymentFailed {
    pub to: Email,
    pub recipient_name: PersonName,
    /// Who reads it is also whom the gift was for.
    pub is_for_oneself: bool,
    /// "Founder, 12 months".
    pub title: String,
    /// What was to be paid.
    pub total: Money,
    /// The form, filled in as it was for this gift.
    pub form: SecretLink,
    pub reference: GiftId,
}

impl PaymentFailed {
    pub(super) fn sheet(&self, House { brand, .. }: House<'_>) -> Sheet {
        let whom = || whom(&self.recipient_name, self.is_for_oneself);
        Sheet {
            subject: "Your payment did not go through".to_owned(),
            preheader: words!("Nothing was charged, and your gift to ", whom(), " was not sent.").text(),
            ribbon: Ribbon::Plain,
            blocks: vec![
                Block::Title(words!("Your payment did not go through")),
                Block::Say(words!(
                    "The payment of ",
                    strong(self.total.exact()),
                    " for your gift to ",
                    whom(),
                    " (",
                    &self.title,
                    ") was under way and did not arrive."
                )),
                Block::Say(words!("Nothing was charged, and the gift was not sent.")),
                Block::Button { label: "Make the gift again", url: self.form.0.clone() },
                Block::Aside(words!(
                    "The form is filled in as it was, your message included. The link is yours alone: whoever has it can read what you wrote."
                )),
            ],
            foot: words!(
                "You get this mail because this address was given when the gift was ordered at ",
                &brand.name,
                ", ",
                &brand.postal_address,
                ". Questions go to ",
                &brand.support_email,
                "; name the reference ",
                self.reference.as_str(),
                "."
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::Letter;
    use super::super::gallery::{payment_failed, rendered};

    #[test]
    fn a_buyer_reads_that_nothing_was_charged_and_how_to_go_on() {
        let mail = rendered(&Letter::PaymentFailed(payment_failed()));
        assert_eq!(mail.subject, "Your payment did not go through");
        expect![[r#"
            Your payment did not go through

            The payment of €172.80 for your gift to Bea (Founder, 12 months) was under way and did not arrive.

            Nothing was charged, and the gift was not sent.

            Make the gift again:
            https://ribbon.example/gift/canceled?order=o1

            The form is filled in as it was, your message included. The link is yours alone: whoever has it can read what you wrote.

            --

            You get this mail because this address was given when the gift was ordered at Ribbon, 12 Harbour Street. Questions go to help@ribbon.example; name the reference gift_7h2kq9v4xw000000.
        "#]].assert_eq(&mail.text);
    }
}
