//! What is said a week before a membership ends.

use url::Url;

use super::givers::giver_foot;
use super::sheet::{Block, Ribbon, Sheet, strong, words};
use super::{House, SecretLink};
use crate::catalog::{Months, Tier};
use crate::values::{Email, GiftId, PersonName, Timestamp};

/// "Your membership ends on 3 March 2027".
#[derive(Clone, Debug)]
pub struct MembershipEnds {
    pub to: Email,
    /// Of what runs last.
    pub tier: Tier,
    pub ends_at: Timestamp,
    pub account_page: Url,
    /// Whether there is a subscription to go on with.
    pub sells_plans: bool,
    /// The gift form filled in as it was, for whoever gave it to themselves.
    pub again: Option<SecretLink>,
}

/// "Bea’s membership ends on 3 March 2027", for whom Bea agreed to let know.
#[derive(Clone, Debug)]
pub struct GiveAgain {
    pub to: Email,
    pub recipient_name: PersonName,
    pub tier: Tier,
    pub months: Months,
    pub ends_at: Timestamp,
    /// The gift form, filled in as it was.
    pub again: SecretLink,
    pub reference: GiftId,
}

impl MembershipEnds {
    pub(super) fn sheet(&self, House { brand, zone }: House<'_>) -> Sheet {
        let day = zone.date(self.ends_at);
        let (way_on, button) = self.way_on();
        Sheet {
            subject: format!("Your membership ends on {day}"),
            preheader: "Nothing renews by itself, and nothing is charged.".to_owned(),
            ribbon: Ribbon::of(self.tier),
            blocks: vec![
                Block::Title(words!("Your membership ends on ", &day)),
                Block::Say(words!(
                    "You are a ",
                    strong(self.tier.title()),
                    " until then. Nothing renews by itself, and nothing is charged."
                )),
                Block::Say(words!(
                    "What only members have ends with it. Your account stays, with every card that you were given, and a gift that you redeem later begins at once."
                )),
                Block::Say(words!(way_on)),
                button,
            ],
            foot: words!(
                "You get this mail, once, because a membership that belongs to this address at ",
                &brand.name,
                ", ",
                &brand.postal_address,
                ", ends. Questions go to ",
                &brand.support_email,
                "."
            ),
        }
    }

    fn way_on(&self) -> (&'static str, Block) {
        match &self.again {
            Some(again) => (
                "If you want to go on, you can give it to yourself once more. If not, there is nothing to do.",
                Block::Button { label: "Give it again", url: again.0.clone() },
            ),
            None if self.sells_plans => (
                "If you want to go on, you choose a subscription of your own on your account’s page. If not, there is nothing to do.",
                Block::Button { label: "See your account", url: self.account_page.clone() },
            ),
            None => {
                ("There is nothing for you to do.", Block::Button { label: "See your account", url: self.account_page.clone() })
            }
        }
    }
}

impl GiveAgain {
    pub(super) fn sheet(&self, House { brand, zone }: House<'_>) -> Sheet {
        let (day, name) = (zone.date(self.ends_at), &self.recipient_name);
        let length = format!("{} of {}", self.months.in_words(), self.tier.title());
        let title = words!(name, "’s membership ends on ", &day);
        Sheet {
            subject: title.text(),
            preheader: words!("You gave it. If you like, you can give again.").text(),
            ribbon: Ribbon::of(self.tier),
            blocks: vec![
                Block::Title(title),
                Block::Say(words!(
                    "You gave ",
                    name,
                    " ",
                    strong(length),
                    ". With that day it has run, and nothing renews by itself."
                )),
                Block::Say(words!(
                    "If you like, you can give again. The form is filled in as it was; the words are yours to find anew."
                )),
                Block::Button { label: "Give again", url: self.again.0.clone() },
                Block::Aside(words!(
                    name,
                    " agreed that we tell you this day, and nothing else. ",
                    name,
                    " can take that back at any time, and this mail comes once."
                )),
            ],
            foot: giver_foot(brand, &self.reference),
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::gallery::{ends, rendered};

    #[test]
    fn members_and_givers_read_the_day_what_it_means_and_the_way_on() {
        let mails: Vec<String> = ends().iter().map(|letter| rendered(letter).text).collect();
        expect![[r#"
            Your membership ends on 3 March 2027

            You are a Founder until then. Nothing renews by itself, and nothing is charged.

            What only members have ends with it. Your account stays, with every card that you were given, and a gift that you redeem later begins at once.

            If you want to go on, you choose a subscription of your own on your account’s page. If not, there is nothing to do.

            See your account:
            https://ribbon.example/account

            --

            You get this mail, once, because a membership that belongs to this address at Ribbon, 12 Harbour Street, ends. Questions go to help@ribbon.example.
            ==========
            Your membership ends on 3 March 2027

            You are a Member until then. Nothing renews by itself, and nothing is charged.

            What only members have ends with it. Your account stays, with every card that you were given, and a gift that you redeem later begins at once.

            There is nothing for you to do.

            See your account:
            https://ribbon.example/account

            --

            You get this mail, once, because a membership that belongs to this address at Ribbon, 12 Harbour Street, ends. Questions go to help@ribbon.example.
            ==========
            Your membership ends on 3 March 2027

            You are a Founder until then. Nothing renews by itself, and nothing is charged.

            What only members have ends with it. Your account stays, with every card that you were given, and a gift that you redeem later begins at once.

            If you want to go on, you can give it to yourself once more. If not, there is nothing to do.

            Give it again:
            https://ribbon.example/gift?again=gift_7h2kq9v4xw000000&key=k1

            --

            You get this mail, once, because a membership that belongs to this address at Ribbon, 12 Harbour Street, ends. Questions go to help@ribbon.example.
            ==========
            Bea’s membership ends on 3 March 2027

            You gave Bea twelve months of Founder. With that day it has run, and nothing renews by itself.

            If you like, you can give again. The form is filled in as it was; the words are yours to find anew.

            Give again:
            https://ribbon.example/gift?again=gift_7h2kq9v4xw000000&key=k1

            Bea agreed that we tell you this day, and nothing else. Bea can take that back at any time, and this mail comes once.

            --

            You get this mail because you bought this gift at Ribbon, 12 Harbour Street. Questions go to help@ribbon.example; name the reference gift_7h2kq9v4xw000000.
        "#]].assert_eq(&mails.join("==========\n"));
    }
}
