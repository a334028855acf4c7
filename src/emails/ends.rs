//! What is said a week before a membership ends.

use url::Url;

use super::House;
use super::sheet::{Block, Ribbon, Sheet, strong, words};
use crate::catalog::Tier;
use crate::values::{Email, Timestamp};

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
}

impl MembershipEnds {
    pub(super) fn sheet(&self, House { brand, zone }: House<'_>) -> Sheet {
        let day = zone.date(self.ends_at);
        let way_on = if self.sells_plans {
            words!(
                "If you want to go on, you choose a subscription of your own on your account’s page. If not, there is nothing to do."
            )
        } else {
            words!("There is nothing for you to do.")
        };
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
                Block::Say(way_on),
                Block::Button { label: "See your time", url: self.account_page.clone() },
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
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::gallery::{ends, rendered};

    #[test]
    fn a_member_reads_the_day_what_it_means_and_the_way_on() {
        let mails: Vec<String> = ends().iter().map(|letter| rendered(letter).text).collect();
        expect![[r#"
            Your membership ends on 3 March 2027

            You are a Founder until then. Nothing renews by itself, and nothing is charged.

            What only members have ends with it. Your account stays, with every card that you were given, and a gift that you redeem later begins at once.

            If you want to go on, you choose a subscription of your own on your account’s page. If not, there is nothing to do.

            See your time:
            https://ribbon.example/account

            --

            You get this mail, once, because a membership that belongs to this address at Ribbon, 12 Harbour Street, ends. Questions go to help@ribbon.example.
            ==========
            Your membership ends on 3 March 2027

            You are a Member until then. Nothing renews by itself, and nothing is charged.

            What only members have ends with it. Your account stays, with every card that you were given, and a gift that you redeem later begins at once.

            There is nothing for you to do.

            See your time:
            https://ribbon.example/account

            --

            You get this mail, once, because a membership that belongs to this address at Ribbon, 12 Harbour Street, ends. Questions go to help@ribbon.example.
        "#]].assert_eq(&mails.join("==========\n"));
    }
}
