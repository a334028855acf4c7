//! The mail that is the gift: the card laid flat, and what its reader needs to know of whoever sent it.

use url::Url;

use super::sheet::{Block, Dedication, Line, Piece, Ribbon, Sheet, spoken, strong, words};
use super::{House, SecretLink};
use crate::catalog::{Brand, Months, Tier};
use crate::values::{Email, GiftCode, GiftId, Message, Occasion, PersonName};

/// "Ada has given you something". It names no price, and its subject neither tier nor code. Its button is its one link: many who get it
/// have never heard of the shop.
#[derive(Clone, Debug)]
pub struct GiftForYou {
    pub to: Email,
    pub occasion: Occasion,
    pub recipient_name: PersonName,
    pub giver_name: Option<PersonName>,
    pub message: Option<Message>,
    pub tier: Tier,
    pub months: Months,
    /// With the proof, which only ever stands in this mail.
    pub link: SecretLink,
    /// Where a mail program goes whose reader wants no reminder; the letter itself does not speak of it.
    pub stop: SecretLink,
    /// Where a code is typed in.
    pub redeem_page: Url,
    pub code: GiftCode,
    pub reference: GiftId,
    /// Who reads it bought it.
    pub is_for_oneself: bool,
}

impl GiftForYou {
    pub(super) fn sheet(&self, House { brand, .. }: House<'_>) -> Sheet {
        let length = self.months.of(self.tier);
        let mut blocks = vec![Block::For(Dedication { occasion: self.occasion, name: self.recipient_name.clone() })];
        if let Some(message) = &self.message {
            blocks.push(Block::Message(message.clone()));
            blocks.extend(self.giver_name.clone().map(Block::Signature));
        }
        blocks.extend([
            Block::Say(self.who_gave_what(length, brand)),
            Block::Button { label: "Open your gift", url: self.link.0.clone() },
            Block::Aside(words!(
                "Sign in or register with this address, ",
                self.to.as_str(),
                ", and you will see what changes before anything does. ",
                self.terms()
            )),
            Block::Code {
                lead: words!("If the button does not work, type this code at ", spoken(&self.redeem_page), ":"),
                code: self.code.reveal_grouped(),
            },
        ]);
        Sheet {
            subject: if self.is_for_oneself {
                "Something from you to yourself".to_owned()
            } else {
                words!(self.giver("Somebody"), " has given you something").text()
            },
            preheader: words!("A card for ", &self.recipient_name, ". ", self.terms()).text(),
            ribbon: Ribbon::of(self.tier),
            blocks,
            foot: self.why(brand),
        }
    }

    fn who_gave_what(&self, length: String, brand: &Brand) -> Line {
        if self.is_for_oneself {
            words!("You have given yourself ", strong(length), " at ", &brand.name, ".")
        } else {
            words!(self.giver("Somebody"), " has given you ", strong(length), " at ", &brand.name, ".")
        }
    }

    const fn terms(&self) -> &'static str {
        if self.is_for_oneself {
            "There is nothing more to pay, and it does not expire."
        } else {
            "It costs you nothing and does not expire."
        }
    }

    /// Why it came, what is kept of its reader, who sees that, and how to object: what somebody may want to know who never asked for a mail.
    fn why(&self, brand: &Brand) -> Line {
        if self.is_for_oneself {
            return self.why_to_oneself(brand);
        }
        words!(
            "You get this mail because ",
            self.giver("somebody"),
            " entered your name and this address at ",
            &brand.name,
            ", ",
            &brand.postal_address,
            ", to give you this. We keep both with the gift, and with them its message and when it was mailed, opened and redeemed. ",
            self.giver("Whoever gave it"),
            " can see that, and so can we; it serves nothing else. To object, decline the gift on the page that the button opens, or write to ",
            brand.support_email.as_str(),
            " and name the reference ",
            self.reference.as_str(),
            ". Once the gift goes to another address, we keep yours no longer."
        )
    }

    /// Nobody has shown yet that whoever typed the address in is its owner.
    fn why_to_oneself(&self, brand: &Brand) -> Line {
        words!(
            "You get this mail because this address was entered at ",
            &brand.name,
            ", ",
            &brand.postal_address,
            ", as the buyer’s and as the recipient’s. We keep it with the gift, and with it your name, the message and when the gift was mailed, opened and redeemed; it serves nothing else. To object, write to ",
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

impl Ribbon {
    pub(super) const fn of(tier: Tier) -> Self {
        match tier {
            Tier::Member => Self::Plain,
            Tier::Founder => Self::Threaded,
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::gallery::{gift_for_you, rendered, to_oneself};
    use super::super::{Letter, Rendered};
    use super::*;

    fn mail(change: impl FnOnce(&mut GiftForYou)) -> Rendered {
        let mut letter = gift_for_you();
        change(&mut letter);
        rendered(&Letter::GiftForYou(letter))
    }

    #[test]
    fn the_card_says_who_gave_what_and_why_it_came() {
        let mail = mail(|_| ());
        assert_eq!(mail.subject, "Ada has given you something");
        expect![[r#"
            for Bea

            Thirty years, and you still lend me the better umbrella.

            Here is something to read in the rain.

            Ada

            Ada has given you twelve months of Founder at Ribbon.

            Open your gift:
            https://ribbon.example/redeem/7K2M9QWX4HTVB3NE6RYD8PZC?proof=p1

            Sign in or register with this address, bea@example.com, and you will see what changes before anything does. It costs you nothing and does not expire.

            If the button does not work, type this code at ribbon.example/redeem:
            7K2M 9QWX 4HTV B3NE 6RYD 8PZC

            --

            You get this mail because Ada entered your name and this address at Ribbon, 12 Harbour Street, to give you this. We keep both with the gift, and with them its message and when it was mailed, opened and redeemed. Ada can see that, and so can we; it serves nothing else. To object, decline the gift on the page that the button opens, or write to help@ribbon.example and name the reference gift_7h2kq9v4xw000000. Once the gift goes to another address, we keep yours no longer.
        "#]]
        .assert_eq(&mail.text);
    }

    #[test]
    fn whoever_gives_to_themselves_reads_of_one_person_from_the_receipt_to_the_end() {
        let mails = to_oneself().iter().map(rendered).collect::<Vec<_>>();
        let texts: Vec<String> = mails.iter().map(|mail| format!("Subject: {}\n\n{}", mail.subject, mail.text)).collect();
        expect![[r#"
            Subject: Your gift to yourself: receipt and link

            Your gift to yourself

            Thank you. The card is on its way to you at ada@example.com, in a mail of its own.

            See your gift’s page:
            https://ribbon.example/gifts/gift_7h2kq9v4xw000000?key=k1

            It shows when the card was sent and when it is redeemed. The link is yours alone: whoever has it can change the gift and take the money back.

            Founder, 12 months    €192.00
            Promo code SPRING24   −€19.20
            Total                 €172.80
            Including 19 % VAT     €27.59

            Paid on: 21 November 2026
            Sold by: Ribbon, 12 Harbour Street
            Order: order_3m8rt5n1yc000000
            Gift: gift_7h2kq9v4xw000000

            Paid once. Nothing renews by itself.

            --

            You get this receipt because this address was given when the gift was bought at Ribbon. Questions go to help@ribbon.example.
            ==========
            Subject: Something from you to yourself

            for Ada

            For the winter. You have earned every page.

            Ada

            You have given yourself twelve months of Founder at Ribbon.

            Open your gift:
            https://ribbon.example/redeem/7K2M9QWX4HTVB3NE6RYD8PZC?proof=p1

            Sign in or register with this address, ada@example.com, and you will see what changes before anything does. There is nothing more to pay, and it does not expire.

            If the button does not work, type this code at ribbon.example/redeem:
            7K2M 9QWX 4HTV B3NE 6RYD 8PZC

            --

            You get this mail because this address was entered at Ribbon, 12 Harbour Street, as the buyer’s and as the recipient’s. We keep it with the gift, and with it your name, the message and when the gift was mailed, opened and redeemed; it serves nothing else. To object, write to help@ribbon.example and name the reference gift_7h2kq9v4xw000000.
            ==========
            Subject: The payment for your gift to yourself has gone back

            The payment for your gift to yourself has gone back

            €172.80 went back the way it came. Until it stands in your account, a bank can take some days.

            The gift can’t be redeemed any more: its link and its code lead to nothing.

            See your gift’s page:
            https://ribbon.example/gifts/gift_7h2kq9v4xw000000?key=k1

            If you did not ask for this, write to help@ribbon.example.

            --

            You get this mail because you bought this gift at Ribbon, 12 Harbour Street. Questions go to help@ribbon.example; name the reference gift_7h2kq9v4xw000000.
            ==========
            Subject: The payment for your gift to yourself has gone back

            The payment for your gift to yourself has gone back

            €172.80 went back the way it came. Until it stands in your account, a bank can take some days.

            What was left of it has ended. Any other time that you have is as long as before.

            See your gift’s page:
            https://ribbon.example/gifts/gift_7h2kq9v4xw000000?key=k1

            If you did not ask for this, write to help@ribbon.example.

            --

            You get this mail because you bought this gift at Ribbon, 12 Harbour Street. Questions go to help@ribbon.example; name the reference gift_7h2kq9v4xw000000.
        "#]].assert_eq(&texts.join("==========\n"));
    }

    #[test]
    fn the_cover_says_what_the_card_is_for() {
        for (occasion, says) in [
            (Occasion::Birthday, "Happy birthday, Bea"),
            (Occasion::ThankYou, "Thank you, Bea"),
            (Occasion::Holidays, "Happy holidays, Bea"),
            (Occasion::JustBecause, "for Bea"),
        ] {
            let mail = mail(|letter| letter.occasion = occasion);
            assert!(mail.text.starts_with(says), "{}", mail.text);
            let (greeting, _) = says.rsplit_once(' ').unwrap();
            assert_eq!(mail.html.matches(&format!(">{greeting}</p>")).count(), 1, "{occasion}");
            assert!(!mail.subject.to_lowercase().contains("birthday"));
        }
    }

    #[test]
    fn a_giver_without_a_name_is_somebody_and_a_card_without_a_message_is_one_still() {
        let mail = mail(|letter| (letter.giver_name, letter.message) = (None, None));
        assert_eq!(mail.subject, "Somebody has given you something");
        assert!(mail.text.starts_with("for Bea\n\nSomebody has given you twelve months of Founder at Ribbon.\n"), "{}", mail.text);
        assert!(mail.text.contains("because somebody entered your name"), "{}", mail.text);
    }

    #[test]
    fn whatever_a_person_wrote_is_text() {
        let mail = mail(|letter| {
            letter.recipient_name = PersonName::parse("</td><script>alert(1)</script>").unwrap();
            letter.giver_name = Some(PersonName::parse(r#"A"da' & <b>"#).unwrap());
            letter.message =
                Some(Message::parse("</td><img src=x onerror=alert(1)>\nhttps://elsewhere.example/ [a](javascript:1)").unwrap());
        });
        for markup in ["<script", "<img", "<b>", "href=\"https://elsewhere", "</td>&lt;"] {
            assert!(!mail.html.contains(markup), "{markup} in {}", mail.html);
        }
        assert!(mail.html.contains("&lt;/td&gt;&lt;script&gt;alert(1)&lt;/script&gt;"));
        assert!(mail.html.contains("A&quot;da&#39; &amp; &lt;b&gt;"));
        assert!(mail.html.contains("<br>https://elsewhere.example/ [a](javascript:1)</p>"));
        assert_eq!(mail.subject, r#"A"da' & <b> has given you something"#);
    }

    #[test]
    fn it_has_one_link_and_no_price() {
        let mail = mail(|_| ());
        let links: Vec<&str> = mail.html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(links, [gift_for_you().link.0.as_str()]);
        assert_eq!(mail.text.matches("://").count(), 1, "{}", mail.text);
        for sum in ["€", "EUR", "price", "192"] {
            assert!(!mail.html.contains(sum) && !mail.text.contains(sum), "{sum}");
        }
        for told in ["Founder", "twelve", "7K2M"] {
            assert!(!mail.subject.contains(told) && !mail.html.split("<table").next().unwrap().contains(told), "{told}");
        }
    }

    #[test]
    fn a_founders_ribbon_has_two_threads_and_a_members_none() {
        let threads = |tier| mail(|letter| letter.tier = tier).html.matches("width=\"1\"").count();
        // Beside the cover, and beside the letter below it.
        assert_eq!((threads(Tier::Member), threads(Tier::Founder)), (0, 2 * 2));
    }

    #[test]
    fn a_name_from_right_to_left_leaves_the_sentence_in_order() {
        let mail = mail(|letter| letter.giver_name = Some(PersonName::parse("عدا").unwrap()));
        assert_eq!(mail.subject, "\u{2068}عدا\u{2069} has given you something");
        assert!(mail.html.contains("<bdi>عدا</bdi> has given you <strong"));
    }

    #[test]
    fn longer_names_are_set_smaller() {
        let size = |name: &str| {
            let mail = mail(|letter| letter.recipient_name = PersonName::parse(name).unwrap());
            let heading = mail.html.split("<h1").nth(1).unwrap().to_owned();
            heading.split("font:400 ").nth(1).unwrap().split("px").next().unwrap().to_owned()
        };
        assert_eq!([size("Bea"), size("Bea and Carl Lind"), size("Wolfeschlegelstein")], ["48", "36", "26"]);
    }
}
