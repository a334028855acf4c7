//! Reminders of a gift that nobody has redeemed: one to its recipient, one to its giver, neither ever repeated, and each with the way to
//! stop them. A recipient's sells nothing; a giver's says of the recipient only whether the card was opened.

use super::givers::giver_foot;
use super::sheet::{Block, Line, Piece, Ribbon, Sheet, strong, words};
use super::{House, SecretLink};
use crate::catalog::{Brand, Months, Tier};
use crate::values::{Day, Email, GiftId, PersonName, Timestamp, Zone};

const TERMS: &str = "It costs you nothing and does not expire.";
/// How the link is called by which either of them stops reminders.
const STOP: &str = "No more reminders about this gift";

/// "Ada’s gift is still waiting for you".
#[derive(Clone, Debug)]
pub struct RecipientReminder {
    pub to: Email,
    pub recipient_name: PersonName,
    pub giver_name: Option<PersonName>,
    pub tier: Tier,
    pub months: Months,
    /// When the card went out.
    pub sent_at: Timestamp,
    /// With the proof, as in the gift's own mail.
    pub link: SecretLink,
    /// Where reminders are stopped, by a press on the page or by the mail program itself.
    pub stop: SecretLink,
    pub reference: GiftId,
    /// Who reads it bought it.
    pub is_for_oneself: bool,
}

/// "Bea hasn’t opened your gift yet", or redeemed.
#[derive(Clone, Debug)]
pub struct GiverReminder {
    pub to: Email,
    pub recipient_name: PersonName,
    pub recipient_email: Email,
    pub is_opened: bool,
    pub tier: Tier,
    pub months: Months,
    pub card: CardWent,
    /// The last day on which the giver may take the gift back; `None` where the shop gives nothing back on demand, or no longer.
    pub takes_back_until: Option<Day>,
    pub status_page: SecretLink,
    pub stop: SecretLink,
    pub reference: GiftId,
}

/// What became of the card, as far as we know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CardWent {
    Out(Timestamp),
    /// The mail was refused, or never taken.
    Nowhere,
    /// Its giver hands it over.
    ByHand,
}

impl RecipientReminder {
    pub(super) fn sheet(&self, House { brand, zone }: House<'_>) -> Sheet {
        let terms = if self.is_for_oneself { "There is nothing more to pay, and it does not expire." } else { TERMS };
        Sheet {
            subject: self.title().text(),
            preheader: terms.to_owned(),
            ribbon: Ribbon::of(self.tier),
            blocks: vec![
                Block::Title(self.title()),
                Block::Say(self.what_waits(brand, zone)),
                Block::Button { label: "Open your gift", url: self.link.0.clone() },
                Block::Aside(words!(
                    "Sign in or register with this address, ",
                    self.to.as_str(),
                    ", and you will see what changes before anything does. ",
                    terms,
                    if self.is_for_oneself { "" } else { " If you would rather not have it, you can say so on the same page." }
                )),
                Block::Aside(words!("This is the only reminder that we send you of it.")),
                Block::Link { label: STOP, url: self.stop.0.clone() },
            ],
            foot: self.why(brand),
        }
    }

    fn title(&self) -> Line {
        match &self.giver_name {
            _ if self.is_for_oneself => words!("Your gift to yourself is still waiting"),
            Some(name) => words!(name, "’s gift is still waiting for you"),
            None => words!("A gift is still waiting for you"),
        }
    }

    fn what_waits(&self, brand: &Brand, zone: &Zone) -> Line {
        let length = strong(format!("{} of {}", self.months.in_words(), self.tier.title()));
        let sent_on = zone.date(self.sent_at);
        if self.is_for_oneself {
            words!(
                "You have given yourself ",
                length,
                " at ",
                &brand.name,
                " on ",
                sent_on,
                ", and you have not redeemed them yet."
            )
        } else {
            words!(
                self.giver("Somebody"),
                " has given you ",
                length,
                " at ",
                &brand.name,
                ". The card came to this address on ",
                sent_on,
                ", and nobody has redeemed it yet."
            )
        }
    }

    /// What is kept, the gift's own mail has said.
    fn why(&self, brand: &Brand) -> Line {
        let whoever = if self.is_for_oneself { Piece::from("whoever bought the gift") } else { self.giver("somebody") };
        words!(
            "You get this mail because ",
            whoever,
            " entered your name and this address at ",
            &brand.name,
            ", ",
            &brand.postal_address,
            ". To object, write to ",
            brand.support_email.as_str(),
            " and name the reference ",
            self.reference.as_str(),
            "."
        )
    }

    fn giver(&self, unnamed: &str) -> Piece {
        self.giver_name.as_ref().map_or_else(|| Piece::from(unnamed), Piece::from)
    }
}

impl GiverReminder {
    pub(super) fn sheet(&self, House { brand, zone }: House<'_>) -> Sheet {
        let title = || {
            let not_yet = if self.is_opened { " hasn’t redeemed your gift yet" } else { " hasn’t opened your gift yet" };
            words!(&self.recipient_name, not_yet)
        };
        Sheet {
            subject: title().text(),
            preheader: "Nothing is lost, and there is no hurry: it does not expire.".to_owned(),
            ribbon: Ribbon::Plain,
            blocks: vec![
                Block::Title(title()),
                Block::Say(self.what_happened(zone)),
                Block::Say(words!("Nothing is lost, and there is no hurry: the gift does not expire.")),
                Block::Say(words!("If something should change, on its page you can ", self.choices(), ".")),
                Block::Button { label: "See your gift’s page", url: self.status_page.0.clone() },
                Block::Aside(words!("This is the only reminder that we send you of it.")),
                Block::Link { label: STOP, url: self.stop.0.clone() },
            ],
            foot: giver_foot(brand, &self.reference),
        }
    }

    fn what_happened(&self, zone: &Zone) -> Line {
        let length = format!("{} of {}", self.months.in_words(), self.tier.title());
        let address = strong(self.recipient_email.as_str());
        match self.card {
            CardWent::Out(at) => words!("The card for ", length, " went to ", address, " on ", zone.date(at), "."),
            CardWent::Nowhere => words!("The card for ", length, " did not reach ", address, "."),
            CardWent::ByHand => {
                words!("The link and the code for ", length, " are yours to hand over. We have mailed nothing to ", address, ".")
            }
        }
    }

    /// What a giver can do, what they are likeliest to want first.
    fn choices(&self) -> String {
        let mut choices: Vec<String> = match self.card {
            CardWent::Out(_) => vec!["send the card again", "correct the address", "hand the link over yourself", "print the card"],
            CardWent::Nowhere => {
                vec!["correct the address", "send the card again", "hand the link over yourself", "print the card"]
            }
            CardWent::ByHand => vec!["find the link again", "print the card", "correct the address", "have it mailed after all"],
        }
        .into_iter()
        .map(str::to_owned)
        .collect();
        choices.extend(self.takes_back_until.map(|day| format!("take the gift back until {}", Zone::written(day))));
        let last = choices.pop().unwrap_or_default();
        format!("{} or {last}", choices.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::Letter;
    use super::super::gallery::{giver_reminder, recipient_reminder, rendered};
    use super::*;

    #[test]
    fn a_recipient_reads_what_waits_that_it_costs_nothing_and_how_to_hear_no_more() {
        let mail = rendered(&Letter::RecipientReminder(recipient_reminder()));
        assert_eq!(mail.subject, "Ada’s gift is still waiting for you");
        assert_eq!(mail.one_click, Some(recipient_reminder().stop));
        expect![[r#"
            Ada’s gift is still waiting for you

            Ada has given you twelve months of Founder at Ribbon. The card came to this address on 21 November 2026, and nobody has redeemed it yet.

            Open your gift:
            https://ribbon.example/redeem/7K2M9QWX4HTVB3NE6RYD8PZC?proof=p1

            Sign in or register with this address, bea@example.com, and you will see what changes before anything does. It costs you nothing and does not expire. If you would rather not have it, you can say so on the same page.

            This is the only reminder that we send you of it.

            No more reminders about this gift:
            https://ribbon.example/reminders/stop?token=gift_7h2kq9v4xw000000.recipient.s1

            --

            You get this mail because Ada entered your name and this address at Ribbon, 12 Harbour Street. To object, write to help@ribbon.example and name the reference gift_7h2kq9v4xw000000.
        "#]].assert_eq(&mail.text);
        let unnamed = rendered(&Letter::RecipientReminder(RecipientReminder { giver_name: None, ..recipient_reminder() }));
        assert_eq!(unnamed.subject, "A gift is still waiting for you");
        let own = rendered(&Letter::RecipientReminder(RecipientReminder { is_for_oneself: true, ..recipient_reminder() }));
        assert_eq!(own.subject, "Your gift to yourself is still waiting");
        assert!(own.text.contains("You have given yourself twelve months") && !own.text.contains("Ada"), "{}", own.text);
        assert!(unnamed.text.contains("Somebody has given you twelve months") && unnamed.text.contains("because somebody entered"));
    }

    #[test]
    fn a_recipients_reminder_names_no_price_and_its_subject_nothing_of_the_gift() {
        let mail = rendered(&Letter::RecipientReminder(recipient_reminder()));
        for sum in ["€", "EUR", "price", "192"] {
            assert!(!mail.html.contains(sum) && !mail.text.contains(sum), "{sum}");
        }
        for told in ["Founder", "twelve", "7K2M"] {
            assert!(!mail.subject.contains(told), "{told}");
        }
    }

    #[test]
    fn a_giver_reads_how_the_card_went_and_what_they_can_do() {
        let mail = rendered(&Letter::GiverReminder(giver_reminder()));
        assert_eq!(mail.subject, "Bea hasn’t opened your gift yet");
        expect![[r#"
            Bea hasn’t opened your gift yet

            The card for twelve months of Founder went to bea@example.com on 21 November 2026.

            Nothing is lost, and there is no hurry: the gift does not expire.

            If something should change, on its page you can send the card again, correct the address, hand the link over yourself or print the card.

            See your gift’s page:
            https://ribbon.example/gifts/gift_7h2kq9v4xw000000?key=k1

            This is the only reminder that we send you of it.

            No more reminders about this gift:
            https://ribbon.example/reminders/stop?token=gift_7h2kq9v4xw000000.giver.s1

            --

            You get this mail because you bought this gift at Ribbon, 12 Harbour Street. Questions go to help@ribbon.example; name the reference gift_7h2kq9v4xw000000.
        "#]].assert_eq(&mail.text);
    }

    #[test]
    fn what_a_giver_is_told_depends_on_the_card_alone() {
        let text = |letter| rendered(&Letter::GiverReminder(letter)).text;
        let opened = rendered(&Letter::GiverReminder(GiverReminder { is_opened: true, ..giver_reminder() }));
        assert_eq!(opened.subject, "Bea hasn’t redeemed your gift yet");
        let until = Some("2026-12-31".parse().unwrap());
        let nowhere = text(GiverReminder { card: CardWent::Nowhere, takes_back_until: until, ..giver_reminder() });
        assert!(nowhere.contains("did not reach bea@example.com."), "{nowhere}");
        assert!(nowhere.contains("print the card or take the gift back until 31 December 2026."), "{nowhere}");
        let by_hand = text(GiverReminder { card: CardWent::ByHand, ..giver_reminder() });
        assert!(by_hand.contains("We have mailed nothing to bea@example.com."), "{by_hand}");
        assert!(
            by_hand.contains("you can find the link again, print the card, correct the address or have it mailed after all."),
            "{by_hand}"
        );
    }
}
