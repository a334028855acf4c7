//! A purchase as a form or a body tells it, read field by field: every wrong one is named, with what to do about it.

use std::net::IpAddr;

use super::doubts::settled;
use super::fields::{buyer_email, giver_name, message, months, occasion, promo_code, recipient_email, recipient_name, tier, wish};
use super::{Shop, discount};
use crate::Error;
use crate::catalog::{Catalog, Months, PromoName, Tier};
use crate::checkout::ClientUrls;
use crate::error::Wrong;
use crate::values::{Email, Message, Occasion, OrderId, PersonName, Timestamp, Zone};

/// What somebody typed, as it came.
#[derive(Clone, Debug, Default)]
pub struct GiftFields {
    pub tier: String,
    pub duration_months: String,
    /// Empty for whoever was not asked.
    pub occasion: String,
    pub recipient_name: String,
    pub recipient_email: String,
    /// Which address was meant, where the form asked; so for the buyer's.
    pub recipient_email_answer: String,
    pub message: String,
    pub buyer_name: String,
    pub buyer_email: String,
    pub buyer_email_answer: String,
    pub delivery: String,
    pub deliver_on: String,
    pub time_zone: String,
    pub promo_code: String,
    /// The signed name of the order that its buyer came back from without paying; empty for whoever did not.
    pub order: String,
}

impl GiftFields {
    /// With the addresses that were meant, and a question for each that looks mistyped and came without its answer.
    fn answered(&self) -> (Self, Vec<Wrong>) {
        let mut fields = self.clone();
        let mut questions = Vec::new();
        for (name, address, answer) in [
            ("recipient_email", &mut fields.recipient_email, &self.recipient_email_answer),
            ("buyer_email", &mut fields.buyer_email, &self.buyer_email_answer),
        ] {
            match settled(name, address, answer) {
                Ok(meant) => *address = meant,
                Err(question) => questions.push(question),
            }
        }
        (fields, questions)
    }
}

/// A purchase that makes sense.
#[derive(Clone, Debug)]
pub struct Purchase {
    pub tier: Tier,
    pub months: Months,
    pub occasion: Occasion,
    pub recipient_name: PersonName,
    pub recipient_email: Email,
    pub message: Option<Message>,
    pub giver_name: Option<PersonName>,
    pub buyer_email: Option<Email>,
    pub delivery: Wish,
    pub promo_code: Option<PromoName>,
    /// The order that its buyer came back from without paying.
    pub left: Option<OrderId>,
    pub client_urls: Option<ClientUrls>,
}

/// How the gift shall reach its recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wish {
    /// By mail, as soon as it is paid.
    Now,
    /// By mail at this moment, which was chosen by the clock of `zone`, or as soon after as it is paid.
    At { due_at: Timestamp, zone: Zone },
    /// Not by mail: the buyer hands it over.
    Link,
}

impl Shop {
    /// Reads the form of `/gift`, or says all that is wrong with it, its promo code included, and asks about addresses that look mistyped.
    /// Of a form that is right otherwise [`Shop::buy`] judges the code, because an order that was begun may have it already. `from` counts
    /// codes that there are not.
    pub async fn read_purchase(&self, fields: &GiftFields, from: IpAddr) -> Result<Purchase, Error> {
        let (fields, questions) = fields.answered();
        let mut wrongs = match Purchase::read(&fields, &self.catalog, &self.zone, self.clock.now()) {
            Ok(purchase) if questions.is_empty() => {
                return Ok(Purchase { left: self.order_left(&fields.order), ..purchase });
            }
            Ok(_) => return Err(Error::Invalid(questions)),
            Err(wrongs) => wrongs,
        };
        if wrongs.iter().all(|wrong| wrong.field != discount::FIELD) {
            match self.judge_code(&fields, from).await {
                Err(Error::Invalid(refused)) => wrongs.extend(refused),
                judged => judged?,
            }
        }
        wrongs.extend(questions);
        Err(Error::Invalid(wrongs))
    }

    /// Whether the promo code of a form lowers the price of what is chosen there.
    pub(super) async fn judge_code(&self, fields: &GiftFields, from: IpAddr) -> Result<(), Error> {
        let read = promo_code(&fields.promo_code).map_err(discount::refused)?;
        let Some(name) = read else { return Ok(()) };
        let code = self.known_code(&name, self.order_left(&fields.order).as_ref(), from).await?;
        let chosen = tier(&fields.tier).ok().zip(months(&fields.duration_months).ok());
        let Some(offer) = chosen.and_then(|(tier, months)| self.catalog.offer(tier, months)) else { return Ok(()) };
        self.discounted(&code, offer, self.clock.now()).map(|_| ()).map_err(discount::refused)
    }
}

impl Purchase {
    /// Reads the form of `/gift`. All that is wrong comes back at once, in the order of the form.
    pub fn read(fields: &GiftFields, catalog: &Catalog, shop_zone: &Zone, now: Timestamp) -> Result<Self, Vec<Wrong>> {
        let mut wrongs = Vec::new();
        let tier = keep(&mut wrongs, tier(&fields.tier));
        let months = keep(&mut wrongs, months(&fields.duration_months));
        let occasion = keep(&mut wrongs, occasion(&fields.occasion));
        let recipient_name = keep(&mut wrongs, recipient_name(&fields.recipient_name));
        let message = keep(&mut wrongs, message(&fields.message));
        let giver_name = keep(&mut wrongs, giver_name(&fields.buyer_name));
        let recipient_email = keep(&mut wrongs, recipient_email(&fields.recipient_email));
        let delivery = keep(&mut wrongs, wish(fields, shop_zone, now));
        let buyer_email = keep(&mut wrongs, buyer_email(&fields.buyer_email));
        let promo_code = keep(&mut wrongs, promo_code(&fields.promo_code));
        let offer = tier.zip(months).and_then(|(tier, months)| catalog.offer(tier, months));
        match (offer, occasion, recipient_name, recipient_email, message, giver_name, buyer_email, delivery, promo_code) {
            (
                Some(offer),
                Some(occasion),
                Some(recipient_name),
                Some(recipient_email),
                Some(message),
                Some(giver_name),
                Some(buyer_email),
                Some(delivery),
                Some(promo_code),
            ) if wrongs.is_empty() => Ok(Self {
                tier: offer.tier,
                months: offer.months,
                occasion,
                recipient_name,
                recipient_email,
                message,
                giver_name,
                buyer_email: Some(buyer_email),
                delivery,
                promo_code,
                left: None,
                client_urls: None,
            }),
            _ => Err(wrongs),
        }
    }
}

fn keep<T>(wrongs: &mut Vec<Wrong>, read: Result<T, Wrong>) -> Option<T> {
    read.map_err(|wrong| wrongs.push(wrong)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 21 November 2026, noon UTC.
    const NOW: Timestamp = Timestamp::from_seconds(1_795_262_400);

    fn fields() -> GiftFields {
        GiftFields {
            tier: "founder".into(),
            duration_months: "12".into(),
            recipient_name: "Bea".into(),
            recipient_email: "bea@example.com".into(),
            buyer_email: "ada@example.com".into(),
            delivery: "email".into(),
            ..GiftFields::default()
        }
    }

    fn read(fields: &GiftFields) -> Result<Purchase, Vec<Wrong>> {
        Purchase::read(fields, &Catalog::default(), &Zone::UTC, NOW)
    }

    #[test]
    fn everything_wrong_is_named_at_once_in_the_order_of_the_form() {
        let names: Vec<String> = read(&GiftFields::default()).unwrap_err().into_iter().map(|wrong| wrong.field).collect();
        assert_eq!(names, ["tier", "duration_months", "recipient_name", "recipient_email", "buyer_email"]);
    }

    #[test]
    fn each_field_says_what_to_do() {
        type Spoil = fn(&mut GiftFields);
        let cases: [(Spoil, &str, &str); 9] = [
            (|f| f.tier = "gold".into(), "tier", "Choose what to give: Member or Founder"),
            (|f| f.duration_months = "13".into(), "duration_months", "Choose how long: 3, 6 or 12 months"),
            (
                |f| f.occasion = "easter".into(),
                "occasion",
                "Choose what the card is for: birthday, thank you, holidays or just because",
            ),
            (
                |f| f.recipient_email = "bea@example".into(),
                "recipient_email",
                "Enter their whole email address, for example bea@example.com",
            ),
            (
                |f| f.recipient_email = "bea@example.com\r\nBcc: x@example.com".into(),
                "recipient_email",
                "Enter their whole email address, for example bea@example.com",
            ),
            (|f| f.message = "a".repeat(501), "message", "Shorten your message to 500 characters"),
            (|f| f.buyer_name = "Ada\0".into(), "buyer_name", "Write your name on one line, in plain letters"),
            (|f| f.delivery = "pigeon".into(), "delivery", "Choose how it reaches them: by email, or by your own hand"),
            (|f| f.promo_code = "SPRING 24!".into(), "promo_code", "That is no code of ours. Remove it, or use another"),
        ];
        for (spoil, field, advice) in cases {
            let mut fields = fields();
            spoil(&mut fields);
            assert_eq!(read(&fields).unwrap_err(), [Wrong::new(field, advice)]);
        }
    }

    #[test]
    fn whoever_names_no_occasion_gives_just_because() {
        assert_eq!(read(&fields()).unwrap().occasion, Occasion::JustBecause);
        let birthday = GiftFields { occasion: "birthday".into(), ..fields() };
        assert_eq!(read(&birthday).unwrap().occasion, Occasion::Birthday);
    }

    #[test]
    fn a_day_is_chosen_from_the_next_morning_to_a_year_ahead_by_the_clock_that_was_named() {
        let on = |day: &str, zone: &str| {
            let fields = GiftFields { deliver_on: day.into(), time_zone: zone.into(), ..fields() };
            read(&fields).map(|purchase| purchase.delivery)
        };
        let tokyo = Zone::parse("Asia/Tokyo").unwrap();
        let christmas_in_tokyo = Wish::At { due_at: Timestamp::from_seconds(1_798_070_400), zone: tokyo };
        assert_eq!(on("2026-12-24", "Asia/Tokyo").unwrap(), christmas_in_tokyo);
        for wrong in ["2026-11-21", "2026-11-02", "2027-11-22", "soon", "2026-02-30"] {
            let refusal = on(wrong, "UTC").unwrap_err();
            assert_eq!(
                refusal,
                [Wrong::new("deliver_on", "Choose a day from 22 November 2026 to 21 November 2027, or none to send it at once")],
                "{wrong}"
            );
        }
        assert_eq!(
            on("2026-12-24", "Mars/Olympus").unwrap_err(),
            [Wrong::new("time_zone", "Choose by whose clock the day begins")]
        );
        assert_eq!(on("", "Mars/Olympus").unwrap(), Wish::Now);
    }

    #[test]
    fn day_and_clock_are_ignored_for_a_gift_that_is_handed_over() {
        let fields = GiftFields { delivery: "link".into(), deliver_on: "1999-01-01".into(), time_zone: "?".into(), ..fields() };
        assert_eq!(read(&fields).unwrap().delivery, Wish::Link);
    }
}
