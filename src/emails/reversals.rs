//! What people are told when the money for a gift has gone back: its giver, and whoever had redeemed it.

use super::givers::{giver_foot, whom};
use super::sheet::{Block, Ribbon, Sheet, strong, words};
use super::{House, SecretLink};
use crate::catalog::{Brand, Months, Tier};
use crate::values::{Email, GiftId, Money, PersonName};

/// "The payment for your gift to Bea has gone back".
#[derive(Clone, Debug)]
pub struct GiftRefunded {
    pub to: Email,
    pub recipient_name: PersonName,
    /// What was paid.
    pub total: Money,
    /// It had been redeemed by then.
    pub was_redeemed: bool,
    pub status_page: SecretLink,
    pub reference: GiftId,
    /// Who reads it is also whom the gift was for.
    pub is_for_oneself: bool,
}

/// "Your gift of twelve months has ended".
#[derive(Clone, Debug)]
pub struct GiftTakenBack {
    pub to: Email,
    pub tier: Tier,
    pub months: Months,
    pub account_page: url::Url,
    pub reference: GiftId,
}

impl GiftRefunded {
    pub(super) fn sheet(&self, House { brand, .. }: House<'_>) -> Sheet {
        if self.total.is_zero() {
            return self.of_nothing(brand);
        }
        let title = words!("The payment for your gift to ", whom(&self.recipient_name, self.is_for_oneself), " has gone back");
        let gift = match (self.was_redeemed, self.is_for_oneself) {
            (true, true) => words!("What was left of it has ended. Any other time that you have is as long as before."),
            (true, false) => {
                words!("What was left of the membership has ended, and we have told ", &self.recipient_name, " so.")
            }
            (false, _) => words!("The gift can’t be redeemed any more: its link and its code lead to nothing."),
        };
        Sheet {
            subject: title.text(),
            preheader: "The gift has ended with it.".to_owned(),
            ribbon: Ribbon::Plain,
            blocks: vec![
                Block::Title(title),
                Block::Say(words!(
                    strong(self.total.exact()),
                    " went back the way it came. Until it stands in your account, a bank can take some days."
                )),
                Block::Say(gift),
                Block::Button { label: "See your gift’s page", url: self.status_page.0.clone() },
                Block::Aside(words!("If you did not ask for this, write to ", &brand.support_email, ".")),
            ],
            foot: giver_foot(brand, &self.reference),
        }
    }
}

impl GiftRefunded {
    /// A gift for which nothing had been paid.
    fn of_nothing(&self, brand: &Brand) -> Sheet {
        let title = words!("Your gift to ", whom(&self.recipient_name, self.is_for_oneself), " has been taken back");
        Sheet {
            subject: title.text(),
            preheader: "Nothing had been paid for it.".to_owned(),
            ribbon: Ribbon::Plain,
            blocks: vec![
                Block::Title(title),
                Block::Say(words!("The gift can’t be redeemed any more: its link and its code lead to nothing.")),
                Block::Say(words!("Nothing had been paid for it, so nothing goes back.")),
                Block::Button { label: "See your gift’s page", url: self.status_page.0.clone() },
                Block::Aside(words!("If you did not ask for this, write to ", &brand.support_email, ".")),
            ],
            foot: giver_foot(brand, &self.reference),
        }
    }
}

impl GiftTakenBack {
    pub(super) fn sheet(&self, House { brand, .. }: House<'_>) -> Sheet {
        let length = self.months.of(self.tier);
        Sheet {
            subject: format!("Your gift of {length} has ended"),
            preheader: "The payment for it has gone back. Everything else that you have goes on.".to_owned(),
            ribbon: Ribbon::Plain,
            blocks: vec![
                Block::Title(words!("Your gift of ", &length, " has ended")),
                Block::Say(words!(
                    "The payment for it has gone back, so what was left of it has ended. Any other time that you have is as long as before."
                )),
                Block::Button { label: "See your time", url: self.account_page.clone() },
            ],
            foot: words!(
                "You get this mail because you redeemed ",
                self.reference.as_str(),
                " at ",
                &brand.name,
                ". Questions go to ",
                &brand.support_email,
                "."
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::gallery::{self, rendered};

    #[test]
    fn giver_and_recipient_read_what_went_back_and_what_that_means_for_them() {
        let texts: Vec<String> = gallery::reversals().iter().map(|letter| rendered(letter).text).collect();
        expect![[r#"
            The payment for your gift to Bea has gone back

            €172.80 went back the way it came. Until it stands in your account, a bank can take some days.

            The gift can’t be redeemed any more: its link and its code lead to nothing.

            See your gift’s page:
            https://ribbon.example/gifts/gift_7h2kq9v4xw000000?key=k1

            If you did not ask for this, write to help@ribbon.example.

            --

            You get this mail because you bought this gift at Ribbon, 12 Harbour Street. Questions go to help@ribbon.example; name the reference gift_7h2kq9v4xw000000.
            ==========
            The payment for your gift to Bea has gone back

            €172.80 went back the way it came. Until it stands in your account, a bank can take some days.

            What was left of the membership has ended, and we have told Bea so.

            See your gift’s page:
            https://ribbon.example/gifts/gift_7h2kq9v4xw000000?key=k1

            If you did not ask for this, write to help@ribbon.example.

            --

            You get this mail because you bought this gift at Ribbon, 12 Harbour Street. Questions go to help@ribbon.example; name the reference gift_7h2kq9v4xw000000.
            ==========
            Your gift to Bea has been taken back

            The gift can’t be redeemed any more: its link and its code lead to nothing.

            Nothing had been paid for it, so nothing goes back.

            See your gift’s page:
            https://ribbon.example/gifts/gift_7h2kq9v4xw000000?key=k1

            If you did not ask for this, write to help@ribbon.example.

            --

            You get this mail because you bought this gift at Ribbon, 12 Harbour Street. Questions go to help@ribbon.example; name the reference gift_7h2kq9v4xw000000.
            ==========
            Your gift of twelve months of Founder has ended

            The payment for it has gone back, so what was left of it has ended. Any other time that you have is as long as before.

            See your time:
            https://ribbon.example/account

            --

            You get this mail because you redeemed gift_7h2kq9v4xw000000 at Ribbon. Questions go to help@ribbon.example.
        "#]].assert_eq(&texts.join("==========\n"));
    }
}
