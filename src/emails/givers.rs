//! What the buyer of a gift is told: the receipt, and what became of the gift.

use super::sheet::{Block, Line, Piece, Ribbon, Sheet, Sum, strong, words};
use super::{House, SecretLink};
use crate::catalog::{Brand, Months, Tier};
use crate::values::{Email, GiftId, Money, OrderId, PersonName, Timestamp, Zone};

/// "Your gift to Bea: receipt and link".
#[derive(Clone, Debug)]
pub struct Receipt {
    pub to: Email,
    pub to_name: Option<PersonName>,
    pub recipient_name: PersonName,
    pub recipient_email: Email,
    /// "Founder, 12 months".
    pub title: String,
    pub list_price: Money,
    /// What came off the list price, and how that line is called.
    pub discount: Option<(String, Money)>,
    pub total: Money,
    /// What came, where that was another sum.
    pub paid: Option<Money>,
    /// The tax that is in what was paid, by its label.
    pub tax: Option<(String, Money)>,
    pub paid_at: Timestamp,
    pub card: CardPlan,
    /// The buyer's own page of this gift.
    pub status_page: SecretLink,
    pub order_id: OrderId,
    pub reference: GiftId,
    /// Who reads it is also whom the gift is for.
    pub is_for_oneself: bool,
}

/// How the card reaches the recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CardPlan {
    Now,
    /// Then, by the clock by which the day was chosen.
    On(Timestamp, Zone),
    /// The buyer hands it over.
    ByHand,
    /// Something about the payment is being checked first.
    Held,
}

/// "Bea has opened your gift".
#[derive(Clone, Debug)]
pub struct GiftRedeemed {
    pub to: Email,
    pub recipient_name: PersonName,
    pub tier: Tier,
    pub months: Months,
    pub redeemed_at: Timestamp,
    pub status_page: SecretLink,
    pub reference: GiftId,
}

impl Receipt {
    pub(super) fn sheet(&self, House { brand, zone }: House<'_>) -> Sheet {
        let paid_on = zone.date(self.paid_at);
        let whom = || whom(&self.recipient_name, self.is_for_oneself);
        let blocks = vec![
            Block::Title(words!("Your gift to ", whom())),
            Block::Say(self.plan()),
            Block::Button { label: "See your gift’s page", url: self.status_page.0.clone() },
            Block::Aside(words!(
                "It shows when the card was sent and when it is redeemed. The link is yours alone: whoever has it can change the gift and take the money back."
            )),
            Block::Sums(self.sums()),
            Block::Facts(self.facts(brand, paid_on)),
            Block::Aside(words!("Paid once. Nothing renews by itself.")),
        ];
        Sheet {
            subject: words!("Your gift to ", whom(), ": receipt and link").text(),
            preheader: format!(
                "{}, {} paid. Keep this mail: it has the link to your gift’s page.",
                self.title,
                self.paid.unwrap_or(self.total).exact()
            ),
            ribbon: Ribbon::Plain,
            blocks,
            foot: words!(
                "You get this receipt because this address was given when the gift was bought at ",
                &brand.name,
                ". Questions go to ",
                &brand.support_email,
                "."
            ),
        }
    }

    fn facts(&self, brand: &Brand, paid_on: String) -> Vec<(&'static str, String)> {
        let seller = [("Paid on", paid_on), ("Sold by", format!("{}, {}", brand.name, brand.postal_address))];
        let tax_id = brand.tax_id.clone().map(|id| ("Tax number", id));
        let untaxed = self.tax.is_none().then(|| ("Tax", "none stated".to_owned()));
        let references = [("Order", self.order_id.to_string()), ("Gift", self.reference.to_string())];
        seller.into_iter().chain(tax_id).chain(untaxed).chain(references).collect()
    }

    fn plan(&self) -> Line {
        let address = self.recipient_email.as_str();
        match &self.card {
            CardPlan::Now if self.is_for_oneself => {
                words!("Thank you. The card is on its way to you at ", strong(address), ", in a mail of its own.")
            }
            CardPlan::On(due_at, zone) if self.is_for_oneself => words!(
                "Thank you. The card comes to you at ",
                strong(address),
                " on ",
                zone.moment(*due_at),
                ", in a mail of its own."
            ),
            CardPlan::Held if self.is_for_oneself => words!(
                "Thank you. We are checking this payment before the card goes out. Nothing is lost, and there is nothing for you to do."
            ),
            CardPlan::ByHand if self.is_for_oneself => {
                words!("Thank you. The link and the code to redeem it are on the gift’s page.")
            }
            CardPlan::Now => words!("Thank you. The card is on its way to ", &self.recipient_name, " at ", strong(address), "."),
            CardPlan::On(due_at, zone) => {
                words!(
                    "Thank you. The card goes to ",
                    &self.recipient_name,
                    " at ",
                    strong(address),
                    " on ",
                    zone.moment(*due_at),
                    "."
                )
            }
            CardPlan::Held => words!(
                "Thank you. We are checking this payment before the card goes to ",
                &self.recipient_name,
                ". Nothing is lost, and there is nothing for you to do."
            ),
            CardPlan::ByHand => words!(
                "Thank you. Nothing is mailed to ",
                &self.recipient_name,
                ": the link and the code to hand over are on the gift’s page."
            ),
        }
    }

    fn sums(&self) -> Vec<Sum> {
        let mut sums = vec![Sum { what: self.title.clone(), amount: self.list_price.exact(), is_total: false }];
        let discount = self.discount.clone();
        sums.extend(discount.map(|(what, off)| Sum { what, amount: format!("−{}", off.exact()), is_total: false }));
        sums.push(Sum { what: "Total".to_owned(), amount: self.total.exact(), is_total: true });
        sums.extend(self.paid.map(|paid| Sum { what: "Paid".to_owned(), amount: paid.exact(), is_total: true }));
        let tax = self.tax.as_ref();
        sums.extend(tax.map(|(label, tax)| Sum { what: format!("Including {label}"), amount: tax.exact(), is_total: false }));
        sums
    }
}

impl GiftRedeemed {
    pub(super) fn sheet(&self, House { brand, zone }: House<'_>) -> Sheet {
        let length = self.months.of(self.tier);
        let redeemed_on = zone.date(self.redeemed_at);
        Sheet {
            subject: words!(&self.recipient_name, " has opened your gift").text(),
            preheader: words!("Redeemed on ", &redeemed_on, ". There is nothing left for you to do.").text(),
            ribbon: Ribbon::Plain,
            blocks: vec![
                Block::Title(words!(&self.recipient_name, " has redeemed your gift")),
                Block::Say(words!("Your gift of ", strong(length), " was redeemed on ", redeemed_on, ".")),
                Block::Say(words!("There is nothing left for you to do, and nothing more to pay.")),
                Block::Button { label: "See your gift’s page", url: self.status_page.0.clone() },
            ],
            foot: giver_foot(brand, &self.reference),
        }
    }
}

/// Whom a gift is for, as its giver reads it.
pub(super) fn whom(name: &PersonName, is_for_oneself: bool) -> Piece {
    if is_for_oneself { Piece::from("yourself") } else { Piece::from(name) }
}

pub(super) fn giver_foot(brand: &Brand, reference: &GiftId) -> Line {
    words!(
        "You get this mail because you bought this gift at ",
        &brand.name,
        ", ",
        &brand.postal_address,
        ". Questions go to ",
        &brand.support_email,
        "; name the reference ",
        reference.as_str(),
        "."
    )
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::Letter;
    use super::super::gallery::{gift_redeemed, receipt, rendered};
    use super::*;
    use crate::values::Currency;

    #[test]
    fn a_receipt_has_the_sums_the_seller_and_the_way_to_the_gift() {
        let mail = rendered(&Letter::Receipt(receipt()));
        assert_eq!(mail.subject, "Your gift to Bea: receipt and link");
        expect![[r#"
            Your gift to Bea

            Thank you. The card is on its way to Bea at bea@example.com.

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
        "#]].assert_eq(&mail.text);
        assert!(mail.html.contains("<th class=\"ink rule\" scope=\"row\""));
    }

    #[test]
    fn a_receipt_always_writes_minor_units() {
        let sums = |currency| {
            let mut letter = receipt();
            (letter.list_price, letter.total, letter.discount) = (Money::new(19_200, currency), Money::new(19_200, currency), None);
            rendered(&Letter::Receipt(letter)).text
        };
        assert!(sums(Currency::EUR).contains("Total                €192.00\n"), "{}", sums(Currency::EUR));
        assert!(sums(Currency::JPY).contains("Total                ¥19,200\n"), "{}", sums(Currency::JPY));
    }

    #[test]
    fn a_receipt_without_tax_says_so_and_one_for_another_sum_has_both() {
        let paid = Some(Money::new(10_000, Currency::EUR));
        let mail = rendered(&Letter::Receipt(Receipt { tax: None, paid, ..receipt() }));
        assert!(mail.html.contains("Founder, 12 months, €100.00 paid."), "{}", mail.html);
        let text = mail.text;
        assert!(text.contains("Total                 €172.80\nPaid                  €100.00\n"), "{text}");
        assert!(text.contains("Tax: none stated\n"), "{text}");
    }

    #[test]
    fn a_receipt_says_how_the_card_arrives() {
        let says = |card| rendered(&Letter::Receipt(Receipt { card, ..receipt() })).text.lines().nth(2).unwrap().to_owned();
        assert_eq!(says(CardPlan::Now), "Thank you. The card is on its way to Bea at bea@example.com.");
        assert_eq!(
            says(CardPlan::On(Timestamp::from_seconds(1_798_056_000), Zone::parse("Pacific/Auckland").unwrap())),
            "Thank you. The card goes to Bea at bea@example.com on 24 December 2026, 09:00 in Auckland."
        );
        assert!(says(CardPlan::Held).contains("We are checking this payment before the card goes to Bea."));
        assert_eq!(
            says(CardPlan::ByHand),
            "Thank you. Nothing is mailed to Bea: the link and the code to hand over are on the gift’s page."
        );
    }

    #[test]
    fn a_giver_is_told_that_the_gift_was_opened_and_no_more() {
        let mail = rendered(&Letter::GiftRedeemed(gift_redeemed()));
        assert_eq!(mail.subject, "Bea has opened your gift");
        assert!(!mail.text.contains("bea@example.com"));
        expect![[r#"
            Bea has redeemed your gift

            Your gift of twelve months of Founder was redeemed on 21 November 2026.

            There is nothing left for you to do, and nothing more to pay.

            See your gift’s page:
            https://ribbon.example/gifts/gift_7h2kq9v4xw000000?key=k1

            --

            You get this mail because you bought this gift at Ribbon, 12 Harbour Street. Questions go to help@ribbon.example; name the reference gift_7h2kq9v4xw000000.
        "#]].assert_eq(&mail.text);
    }
}
