//! How a gift's mail fares: when it is due, and what is heard of it. What is heard of an older generation's mail
//! changes nothing.

use super::{Delivery, Gift, GiftState};
use crate::values::{Day, Timestamp, Zone};

/// How far ahead a gift may be scheduled.
const FURTHEST_MONTHS: u32 = 12;

/// The first and the last day on which a gift can be mailed later: from the next morning on, a year ahead, on the calendar of `zone`.
pub fn days_to_choose(zone: &Zone, now: Timestamp) -> (Day, Day) {
    let today = zone.day(now);
    let is_early = zone.morning_of(today).is_some_and(|morning| now < morning);
    let first = if is_early { today } else { today.tomorrow().unwrap_or(today) };
    (first, zone.day(zone.add_months(now, FURTHEST_MONTHS)))
}

/// Nine in the morning of `day` in the giver's zone; `None` for a day that can't be chosen.
pub fn due_on(day: Day, zone: &Zone, now: Timestamp) -> Option<Timestamp> {
    let (first, last) = days_to_choose(zone, now);
    zone.morning_of(day).filter(|_| first <= day && day <= last)
}

impl Gift {
    /// When its mail is to go out; `None` while it isn't to. A moment that has passed means now.
    #[must_use]
    pub fn delivery_due(&self) -> Option<Timestamp> {
        match (&self.state, &self.delivery) {
            (GiftState::Purchased { .. }, Delivery::Scheduled { due_at }) => Some(*due_at),
            (
                GiftState::Purchased { .. },
                Delivery::LinkOnly
                | Delivery::Sent { .. }
                | Delivery::Delivered { .. }
                | Delivery::Bounced { .. }
                | Delivery::Failed { .. },
            )
            | (
                GiftState::Pending
                | GiftState::Held { .. }
                | GiftState::Redeemed { .. }
                | GiftState::Canceled { .. }
                | GiftState::Refunded { .. }
                | GiftState::Declined { .. }
                | GiftState::Expired { .. },
                _,
            ) => None,
        }
    }

    /// The mail of `generation` went out; `None` where that changes nothing.
    #[must_use]
    pub fn sent(&self, generation: i64, now: Timestamp) -> Option<Self> {
        let is_news = match &self.delivery {
            Delivery::LinkOnly | Delivery::Scheduled { .. } | Delivery::Failed { .. } => true,
            Delivery::Sent { .. } | Delivery::Delivered { .. } | Delivery::Bounced { .. } => false,
        };
        self.heard(is_news, generation, Delivery::Sent { sent_at: now })
    }

    /// The mail of `generation` reached its mailbox; `None` where that changes nothing.
    #[must_use]
    pub fn delivered(&self, generation: i64, now: Timestamp) -> Option<Self> {
        let is_news = match &self.delivery {
            Delivery::Scheduled { due_at } => *due_at <= now,
            Delivery::Sent { .. } | Delivery::Failed { .. } => true,
            Delivery::LinkOnly | Delivery::Delivered { .. } | Delivery::Bounced { .. } => false,
        };
        self.heard(is_news, generation, Delivery::Delivered { delivered_at: now })
    }

    /// The mail of `generation` was refused by its mailbox; `None` where that changes nothing, as for a gift that its recipient has opened
    /// all the same or that has ended. One that was to be sent once more to whoever had opened it is news for who asked for that.
    #[must_use]
    pub fn bounced(&self, generation: i64, now: Timestamp) -> Option<Self> {
        let is_news = match &self.delivery {
            Delivery::Scheduled { due_at } => *due_at <= now,
            Delivery::Sent { .. } | Delivery::Delivered { .. } | Delivery::Failed { .. } => self.opened_at.is_none(),
            Delivery::LinkOnly | Delivery::Bounced { .. } => false,
        };
        self.heard(is_news && self.is_awaited(), generation, Delivery::Bounced { bounced_at: now })
    }

    /// The last try to send the mail of `generation` failed; `None` where that changes nothing.
    #[must_use]
    pub fn delivery_failed(&self, generation: i64, now: Timestamp) -> Option<Self> {
        let is_news = match &self.delivery {
            Delivery::Scheduled { .. } => true,
            Delivery::LinkOnly
            | Delivery::Sent { .. }
            | Delivery::Delivered { .. }
            | Delivery::Bounced { .. }
            | Delivery::Failed { .. } => false,
        };
        self.heard(is_news && self.is_awaited(), generation, Delivery::Failed { failed_at: now })
    }

    /// Whether its mail is known not to have arrived, and its recipient has not found the way to it since.
    #[must_use]
    pub fn is_astray(&self) -> bool {
        match &self.delivery {
            Delivery::Bounced { bounced_at: lost_at } | Delivery::Failed { failed_at: lost_at } => {
                self.opened_at.is_none_or(|opened_at| opened_at < *lost_at)
            }
            Delivery::LinkOnly | Delivery::Scheduled { .. } | Delivery::Sent { .. } | Delivery::Delivered { .. } => false,
        }
    }

    /// Whether it is still to be redeemed, so that a mail that never comes is worth mending.
    const fn is_awaited(&self) -> bool {
        match &self.state {
            GiftState::Purchased { .. } | GiftState::Held { .. } => true,
            GiftState::Pending
            | GiftState::Redeemed { .. }
            | GiftState::Canceled { .. }
            | GiftState::Refunded { .. }
            | GiftState::Declined { .. }
            | GiftState::Expired { .. } => false,
        }
    }

    fn heard(&self, is_news: bool, generation: i64, delivery: Delivery) -> Option<Self> {
        (is_news && generation == self.generation).then(|| Self { delivery, ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{EVERY_STATE, NOW, PURCHASED_AT, gift_that_is, table};
    use super::*;

    const LATER: Timestamp = Timestamp::from_seconds(20_000);

    const EVERY_DELIVERY: [(&str, Delivery); 7] = [
        ("link only", Delivery::LinkOnly),
        ("due", Delivery::Scheduled { due_at: NOW }),
        ("scheduled", Delivery::Scheduled { due_at: LATER }),
        ("sent", Delivery::Sent { sent_at: PURCHASED_AT }),
        ("delivered", Delivery::Delivered { delivered_at: PURCHASED_AT }),
        ("bounced", Delivery::Bounced { bounced_at: PURCHASED_AT }),
        ("failed", Delivery::Failed { failed_at: PURCHASED_AT }),
    ];

    const COURSE: &str = "
        delivery  | sent | delivered | bounced | failed
        link only | sent | ·         | ·       | ·
        due       | sent | delivered | bounced | failed
        scheduled | sent | ·         | ·       | failed
        sent      | ·    | delivered | bounced | ·
        delivered | ·    | ·         | bounced | ·
        bounced   | ·    | ·         | ·       | ·
        failed    | sent | delivered | bounced | ·
    ";

    fn gift_delivered(delivery: &Delivery) -> Gift {
        Gift { delivery: delivery.clone(), generation: 2, ..gift_that_is("purchased") }
    }

    fn heard(gift: &Gift, generation: i64) -> [Option<Gift>; 4] {
        [
            gift.sent(generation, NOW),
            gift.delivered(generation, NOW),
            gift.bounced(generation, NOW),
            gift.delivery_failed(generation, NOW),
        ]
    }

    #[test]
    fn every_delivery_answers_to_everything_that_is_heard() {
        let rows = table(COURSE);
        assert_eq!(rows.len(), EVERY_DELIVERY.len());
        for ((delivery, cells), (name, before)) in rows.into_iter().zip(EVERY_DELIVERY) {
            assert_eq!(delivery, name);
            for (after, cell) in heard(&gift_delivered(&before), 2).into_iter().zip(cells) {
                let expected = match cell {
                    "sent" => Some(Delivery::Sent { sent_at: NOW }),
                    "delivered" => Some(Delivery::Delivered { delivered_at: NOW }),
                    "bounced" => Some(Delivery::Bounced { bounced_at: NOW }),
                    "failed" => Some(Delivery::Failed { failed_at: NOW }),
                    _ => None,
                };
                assert_eq!(after.map(|gift| gift.delivery), expected, "{delivery}, {cell}");
            }
        }
    }

    #[test]
    fn what_its_recipient_has_opened_does_not_come_back() {
        for (name, delivery) in EVERY_DELIVERY {
            let opened = Gift { opened_at: Some(PURCHASED_AT), ..gift_delivered(&delivery) };
            let [sent, delivered, bounced, failed] = heard(&opened, 2);
            let [as_sent, as_delivered, .., as_failed] = heard(&gift_delivered(&delivery), 2);
            assert_eq!(bounced.is_some(), name == "due", "{name}: only what was sent once more can");
            let unopened = |after: Option<Gift>| after.map(|gift| gift.delivery);
            assert_eq!(
                [sent, delivered, failed].map(unopened),
                [as_sent, as_delivered, as_failed].map(unopened),
                "{name}: anything else is as for any other"
            );
        }
    }

    #[test]
    fn a_gift_is_astray_from_the_mail_that_was_lost_until_it_is_opened() {
        let lost = [Delivery::Bounced { bounced_at: NOW }, Delivery::Failed { failed_at: NOW }];
        for (opened_at, is_astray) in [(None, true), (Some(PURCHASED_AT), true), (Some(NOW), false), (Some(LATER), false)] {
            for delivery in lost.clone() {
                assert_eq!(Gift { opened_at, ..gift_delivered(&delivery) }.is_astray(), is_astray, "{delivery:?}, {opened_at:?}");
            }
        }
        let going = EVERY_DELIVERY.into_iter().filter(|(name, _)| !matches!(*name, "bounced" | "failed"));
        assert!(going.map(|(_, delivery)| gift_delivered(&delivery)).all(|gift| !gift.is_astray()));
    }

    #[test]
    fn what_is_heard_of_an_older_generation_changes_nothing() {
        for (name, delivery) in EVERY_DELIVERY {
            assert_eq!(heard(&gift_delivered(&delivery), 1), [None, None, None, None], "{name}");
        }
    }

    #[test]
    fn a_mail_that_came_back_matters_only_while_the_gift_waits_for_its_recipient() {
        for state in EVERY_STATE {
            let gift = Gift { delivery: Delivery::Sent { sent_at: PURCHASED_AT }, ..gift_that_is(state) };
            let waits = matches!(state, "purchased" | "disputed" | "mismatched" | "taken back");
            assert_eq!(gift.bounced(1, NOW).is_some(), waits, "{state}");
            assert_eq!(gift.delivered(1, NOW).map(|gift| gift.state), Some(gift.state), "{state}");
            let in_hand = Gift { delivery: Delivery::Scheduled { due_at: NOW }, ..gift_that_is(state) };
            assert_eq!(in_hand.delivery_failed(1, NOW).is_some(), waits, "{state}");
        }
    }

    #[test]
    fn a_mail_is_due_only_for_a_purchased_gift_that_waits_for_it() {
        for state in EVERY_STATE {
            for (name, delivery) in EVERY_DELIVERY {
                let due = Gift { delivery, ..gift_that_is(state) }.delivery_due();
                let expected = match (state, name) {
                    ("purchased", "due") => Some(NOW),
                    ("purchased", "scheduled") => Some(LATER),
                    _ => None,
                };
                assert_eq!(due, expected, "{state}, {name}");
            }
        }
    }

    #[test]
    fn a_day_is_a_morning_from_the_next_one_to_a_year_ahead() {
        let at = |text: &str| Timestamp::from_millis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond());
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        // Half past midnight in Berlin is still the day before in Greenwich.
        let now = at("2026-11-20T23:30:00Z");
        for (day, due) in [
            ("2026-11-20", None),
            ("2026-11-21", Some(at("2026-11-21T08:00:00Z"))),
            ("2026-11-22", Some(at("2026-11-22T08:00:00Z"))),
            ("2027-03-27", Some(at("2027-03-27T08:00:00Z"))),
            ("2027-03-28", Some(at("2027-03-28T07:00:00Z"))),
            ("2027-11-21", Some(at("2027-11-21T08:00:00Z"))),
            ("2027-11-22", None),
        ] {
            assert_eq!(due_on(day.parse().unwrap(), &berlin, now), due, "{day}");
        }
    }

    #[test]
    fn a_year_ahead_ends_with_its_month_and_begins_with_the_next_morning() {
        let at = |text: &str| Timestamp::from_millis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond());
        for (zone, now, first, last) in [
            ("UTC", "2028-02-29T12:00:00Z", "2028-03-01", "2029-02-28"),
            ("UTC", "2027-02-28T12:00:00Z", "2027-03-01", "2028-02-28"),
            ("UTC", "2027-02-28T08:59:59Z", "2027-02-28", "2028-02-28"),
            ("UTC", "2027-02-28T09:00:00Z", "2027-03-01", "2028-02-28"),
            ("America/Los_Angeles", "2026-11-21T15:17:00Z", "2026-11-21", "2027-11-21"),
            ("UTC", "2026-01-31T23:59:59Z", "2026-02-01", "2027-01-31"),
            // It is the new year already where the date line is passed first, and still the old one where it is passed last.
            ("Pacific/Kiritimati", "2026-12-31T10:30:00Z", "2027-01-01", "2028-01-01"),
            ("Pacific/Niue", "2027-01-01T10:30:00Z", "2027-01-01", "2027-12-31"),
        ] {
            let days = days_to_choose(&Zone::parse(zone).unwrap(), at(now));
            assert_eq!(days, (first.parse().unwrap(), last.parse().unwrap()), "{zone}, {now}");
        }
    }

    #[test]
    fn every_day_that_is_offered_has_its_morning_in_every_zone() {
        let now = Timestamp::from_seconds(1_795_262_400);
        for zone in ["Pacific/Apia", "Asia/Beirut", "America/Nuuk", "Africa/Casablanca", "Australia/Lord_Howe", "Antarctica/Troll"]
        {
            let zone = Zone::parse(zone).unwrap();
            let (first, last) = days_to_choose(&zone, now);
            let mornings: Vec<Timestamp> = first
                .series(jiff::Span::new().days(1))
                .take_while(|day| *day <= last)
                .map(|day| due_on(day, &zone, now).unwrap())
                .collect();
            // Noon UTC is past nine everywhere but in Apia, where the day has just begun.
            assert_eq!(mornings.len(), if zone.name() == "Pacific/Apia" { 366 } else { 365 }, "{zone:?}");
            let between = mornings.array_windows().map(|[one, next]| next.since(*one).as_secs() / 60);
            assert!(between.clone().all(|minutes| (22 * 60..=26 * 60).contains(&minutes)), "{zone:?}");
            assert!(mornings.iter().all(|due_at| zone.date_and_time(*due_at).ends_with(", 09:00")), "{zone:?}");
        }
    }
}
