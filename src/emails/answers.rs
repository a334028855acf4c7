//! What a recipient says back to the giver: thanks, or that they would rather not have it. Neither learns the other's address.

use super::givers::giver_foot;
use super::sheet::{Block, Ribbon, Sheet, strong, words};
use super::{House, SecretLink};
use crate::catalog::{Months, Tier};
use crate::values::{Email, GiftId, Message, PersonName};

/// "Bea thanks you".
#[derive(Clone, Debug)]
pub struct ThankYou {
    pub to: Email,
    pub recipient_name: PersonName,
    pub thanks: Message,
    pub tier: Tier,
    pub months: Months,
    pub status_page: SecretLink,
    pub reference: GiftId,
}

/// "Bea has declined your gift".
#[derive(Clone, Debug)]
pub struct GiftDeclined {
    pub to: Email,
    pub recipient_name: PersonName,
    pub word: Option<Message>,
    pub tier: Tier,
    pub months: Months,
    pub status_page: SecretLink,
    pub reference: GiftId,
}

impl ThankYou {
    pub(super) fn sheet(&self, House { brand, .. }: House<'_>) -> Sheet {
        let length = self.months.of(self.tier);
        let title = words!(&self.recipient_name, " thanks you");
        Sheet {
            subject: title.text(),
            preheader: words!("For your gift of ", &length, ".").text(),
            ribbon: Ribbon::Plain,
            blocks: vec![
                Block::Title(title),
                Block::Message(self.thanks.clone()),
                Block::Signature(self.recipient_name.clone()),
                Block::Say(words!("For your gift of ", strong(length), ".")),
                Block::Button { label: "See your gift’s page", url: self.status_page.0.clone() },
                Block::Aside(words!("An answer to this mail reaches us and not ", &self.recipient_name, ".")),
            ],
            foot: giver_foot(brand, &self.reference),
        }
    }
}

impl GiftDeclined {
    pub(super) fn sheet(&self, House { brand, .. }: House<'_>) -> Sheet {
        let length = self.months.of(self.tier);
        let title = words!(&self.recipient_name, " has declined your gift");
        let mut blocks = vec![Block::Title(title)];
        if let Some(word) = &self.word {
            blocks.push(Block::Message(word.clone()));
            blocks.push(Block::Signature(self.recipient_name.clone()));
        }
        blocks.extend([
            Block::Say(words!("Nobody has redeemed it, and nothing is lost: your ", strong(length), " are there to be given.")),
            Block::Say(words!(
                "On its page you choose what becomes of it: it goes to somebody else, free of charge, or you read there how the money comes back."
            )),
            Block::Button { label: "See your gift’s page", url: self.status_page.0.clone() },
        ]);
        Sheet {
            subject: words!(&self.recipient_name, " has declined your gift").text(),
            preheader: "Nothing is lost. You choose what becomes of it.".to_owned(),
            ribbon: Ribbon::Plain,
            blocks,
            foot: giver_foot(brand, &self.reference),
        }
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::Letter;
    use super::super::gallery::{answers, gift_declined, rendered, thank_you};
    use super::*;

    #[test]
    fn a_giver_reads_what_the_recipient_wrote_and_no_address() {
        let texts: Vec<String> = answers().iter().map(|letter| rendered(letter).text).collect();
        assert!(texts.iter().all(|text| !text.contains("bea@") && !text.contains("ada@")));
        expect![[r#"
            Bea thanks you

            I read it in the rain.

            Under your umbrella, as it happens.

            Bea

            For your gift of twelve months of Founder.

            See your gift’s page:
            https://ribbon.example/gifts/gift_7h2kq9v4xw000000?key=k1

            An answer to this mail reaches us and not Bea.

            --

            You get this mail because you bought this gift at Ribbon, 12 Harbour Street. Questions go to help@ribbon.example; name the reference gift_7h2kq9v4xw000000.
            ==========
            Bea has declined your gift

            I have one already, and thank you all the same.

            Bea

            Nobody has redeemed it, and nothing is lost: your twelve months of Founder are there to be given.

            On its page you choose what becomes of it: it goes to somebody else, free of charge, or you read there how the money comes back.

            See your gift’s page:
            https://ribbon.example/gifts/gift_7h2kq9v4xw000000?key=k1

            --

            You get this mail because you bought this gift at Ribbon, 12 Harbour Street. Questions go to help@ribbon.example; name the reference gift_7h2kq9v4xw000000.
            ==========
            Bea has declined your gift

            Nobody has redeemed it, and nothing is lost: your twelve months of Founder are there to be given.

            On its page you choose what becomes of it: it goes to somebody else, free of charge, or you read there how the money comes back.

            See your gift’s page:
            https://ribbon.example/gifts/gift_7h2kq9v4xw000000?key=k1

            --

            You get this mail because you bought this gift at Ribbon, 12 Harbour Street. Questions go to help@ribbon.example; name the reference gift_7h2kq9v4xw000000.
        "#]].assert_eq(&texts.join("==========\n"));
    }

    #[test]
    fn what_they_wrote_is_text() {
        let hostile = Message::parse("</td><script>alert(1)</script>\nhttps://elsewhere.example/").unwrap();
        let name = PersonName::parse("<b>Bea").unwrap();
        for letter in [
            Letter::ThankYou(ThankYou { thanks: hostile.clone(), recipient_name: name.clone(), ..thank_you() }),
            Letter::GiftDeclined(GiftDeclined { word: Some(hostile.clone()), recipient_name: name.clone(), ..gift_declined() }),
        ] {
            let html = rendered(&letter).html;
            assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;"), "{html}");
            for markup in ["<script", "<b>", "href=\"https://elsewhere"] {
                assert!(!html.contains(markup), "{markup} in {html}");
            }
        }
    }
}
