//! Whom a gift that nobody has redeemed reminds, and when: the recipient after a week, the giver after a month, each once at most and
//! only as long as they want it. Knows nothing of mails.

use std::time::Duration;

use super::{Delivery, Gift, GiftState};
use crate::values::{Timestamp, Zone};

/// How long after the card went out its recipient is reminded.
const RECIPIENT_AFTER: Duration = Duration::from_hours(7 * 24);
/// The same of the giver, once nothing is on its way any more; in months of the shop's calendar.
const GIVER_AFTER: u32 = 1;

/// One of the two that a reminder can go to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Whom {
    Recipient,
    Giver,
}

/// How it stands with the reminders of a gift; of its recipients, with that of the present one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reminders {
    pub recipient: Reminding,
    pub giver: Reminding,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reminding {
    /// When their one reminder went out.
    pub reminded_at: Option<Timestamp>,
    /// Since when they want none.
    pub stopped_at: Option<Timestamp>,
}

impl Reminders {
    #[must_use]
    pub const fn of(&self, whom: Whom) -> Reminding {
        match whom {
            Whom::Recipient => self.recipient,
            Whom::Giver => self.giver,
        }
    }

    fn with(self, whom: Whom, reminding: Reminding) -> Self {
        match whom {
            Whom::Recipient => Self { recipient: reminding, ..self },
            Whom::Giver => Self { giver: reminding, ..self },
        }
    }
}

impl Whom {
    /// As a signed link, the audit and the database call them.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Recipient => "recipient",
            Self::Giver => "giver",
        }
    }

    fn reminded_after(self, moment: Timestamp, zone: &Zone) -> Timestamp {
        match self {
            Self::Recipient => moment.plus(RECIPIENT_AFTER),
            Self::Giver => zone.add_months(moment, GIVER_AFTER),
        }
    }
}

impl Gift {
    /// When `whom` is to be reminded, as it looks at `now`, when something about the gift has changed; `None` where they aren't to be.
    /// A reminder that would be late already waits its whole time anew: somebody has just had this gift in hand.
    #[must_use]
    pub fn reminder_due(&self, whom: Whom, zone: &Zone, now: Timestamp) -> Option<Timestamp> {
        let waits_since = self.waits_since(whom, now)?;
        let due_at = whom.reminded_after(waits_since, zone);
        Some(if due_at > now { due_at } else { whom.reminded_after(now, zone) })
    }

    /// Whether `whom`, whose time has come, is still to be reminded.
    #[must_use]
    pub fn is_to_remind(&self, whom: Whom, now: Timestamp) -> bool {
        self.waits_since(whom, now).is_some()
    }

    /// Whether its giver has a reminder before them, however the card travels meanwhile.
    #[must_use]
    pub fn may_remind_giver(&self) -> bool {
        let is_waiting = matches!(self.state, GiftState::Purchased { .. });
        // Whoever gave it to themselves is reminded as its recipient.
        let is_somebody = self.giver_email.is_some() && !self.is_for_oneself();
        is_waiting && is_somebody && self.reminders.giver == Reminding::default()
    }

    /// Since when there is nothing more to do for the gift than to redeem it, and `whom` can be reminded of that; `None` where they can't.
    fn waits_since(&self, whom: Whom, now: Timestamp) -> Option<Timestamp> {
        let may_be = match whom {
            Whom::Recipient => {
                matches!(self.state, GiftState::Purchased { .. }) && self.reminders.recipient == Reminding::default()
            }
            Whom::Giver => self.may_remind_giver(),
        };
        if !may_be {
            return None;
        }
        match (whom, &self.delivery) {
            (_, Delivery::Sent { sent_at: at } | Delivery::Delivered { delivered_at: at })
            | (Whom::Giver, Delivery::Bounced { bounced_at: at } | Delivery::Failed { failed_at: at }) => Some(*at),
            // The link is in its giver's hands, and whoever wants to hand it over does not want us to write.
            (Whom::Giver, Delivery::LinkOnly) => Some(now),
            (_, Delivery::Scheduled { .. })
            | (Whom::Recipient, Delivery::LinkOnly | Delivery::Bounced { .. } | Delivery::Failed { .. }) => None,
        }
    }

    /// The reminder went out; `None` where one had before.
    #[must_use]
    pub fn reminded(&self, whom: Whom, now: Timestamp) -> Option<Self> {
        let before = self.reminders.of(whom);
        before.reminded_at.is_none().then(|| self.reminding(whom, Reminding { reminded_at: Some(now), ..before }))
    }

    /// `whom` wants no reminder of this gift; `None` where they had said so.
    #[must_use]
    pub fn stop_reminding(&self, whom: Whom, now: Timestamp) -> Option<Self> {
        let before = self.reminders.of(whom);
        before.stopped_at.is_none().then(|| self.reminding(whom, Reminding { stopped_at: Some(now), ..before }))
    }

    /// They want them after all; `None` where they never said otherwise.
    #[must_use]
    pub fn go_on_reminding(&self, whom: Whom) -> Option<Self> {
        let before = self.reminders.of(whom);
        before.stopped_at.is_some().then(|| self.reminding(whom, Reminding { stopped_at: None, ..before }))
    }

    fn reminding(&self, whom: Whom, reminding: Reminding) -> Self {
        Self { reminders: self.reminders.with(whom, reminding), ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{EVERY_STATE, email, gift_that_is, name, secret, table};
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_millis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    fn noon(day: &str) -> Timestamp {
        at(&format!("{day}T12:00:00Z"))
    }

    /// A gift on whose `delivery` something was last heard on 31 January 2027.
    fn gift(delivery: &str) -> Gift {
        let heard_at = noon("2027-01-31");
        let delivery = match delivery {
            "by hand" => Delivery::LinkOnly,
            "scheduled" => Delivery::Scheduled { due_at: heard_at },
            "sent" => Delivery::Sent { sent_at: heard_at },
            "delivered" => Delivery::Delivered { delivered_at: heard_at },
            "bounced" => Delivery::Bounced { bounced_at: heard_at },
            "failed" => Delivery::Failed { failed_at: heard_at },
            other => panic!("no delivery is called {other}"),
        };
        Gift { delivery, ..gift_that_is("purchased") }
    }

    fn due(gift: &Gift, whom: Whom, now: Timestamp) -> String {
        gift.reminder_due(whom, &Zone::UTC, now).map_or_else(|| "·".to_owned(), |due_at| Zone::UTC.day(due_at).to_string())
    }

    #[test]
    fn how_a_gift_travels_says_who_is_reminded_and_when() {
        let rows = table(
            "
            delivery  | recipient  | giver
            by hand   | ·          | 2027-03-01
            scheduled | ·          | ·
            sent      | 2027-02-07 | 2027-02-28
            delivered | 2027-02-07 | 2027-02-28
            bounced   | ·          | 2027-02-28
            failed    | ·          | 2027-02-28
            ",
        );
        for (delivery, cells) in rows {
            let gift = gift(delivery);
            let told = [Whom::Recipient, Whom::Giver].map(|whom| due(&gift, whom, noon("2027-02-01")));
            assert_eq!(told.each_ref().map(String::as_str)[..], cells, "{delivery}");
        }
    }

    #[test]
    fn only_what_waits_to_be_redeemed_reminds_anybody() {
        for state in EVERY_STATE {
            let gift = Gift { delivery: gift("sent").delivery, ..gift_that_is(state) };
            let reminds = [Whom::Recipient, Whom::Giver].map(|whom| gift.is_to_remind(whom, noon("2027-02-28")));
            assert_eq!(reminds, [state == "purchased"; 2], "{state}");
        }
    }

    #[test]
    fn a_month_is_one_of_the_shops_calendar() {
        let auckland = Zone::parse("Pacific/Auckland").unwrap();
        // There it is 1 February already.
        let due_at = gift("sent").reminder_due(Whom::Giver, &auckland, noon("2027-02-01"));
        assert_eq!(due_at, Some(noon("2027-02-28")));
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        let sent = Gift { delivery: Delivery::Sent { sent_at: noon("2027-03-20") }, ..gift("sent") };
        assert_eq!(
            sent.reminder_due(Whom::Giver, &berlin, noon("2027-03-20")),
            Some(at("2027-04-20T11:00:00Z")),
            "noon stays noon"
        );
    }

    #[test]
    fn what_would_be_late_waits_its_whole_time_anew() {
        for (now, recipient, giver) in [
            ("2027-02-06", "2027-02-07", "2027-02-28"),
            ("2027-02-07", "2027-02-14", "2027-02-28"),
            ("2027-02-28", "2027-03-07", "2027-03-28"),
            ("2027-05-10", "2027-05-17", "2027-06-10"),
        ] {
            let told = [Whom::Recipient, Whom::Giver].map(|whom| due(&gift("sent"), whom, noon(now)));
            assert_eq!(told, [recipient, giver], "{now}");
        }
    }

    #[test]
    fn each_is_reminded_once_and_only_as_long_as_they_want_it() {
        let now = noon("2027-02-10");
        for (whom, other) in [(Whom::Recipient, Whom::Giver), (Whom::Giver, Whom::Recipient)] {
            let reminded = gift("sent").reminded(whom, now).unwrap();
            let stopped = gift("sent").stop_reminding(whom, now).unwrap();
            for silent in [&reminded, &stopped] {
                assert!(!silent.is_to_remind(whom, now) && silent.is_to_remind(other, now), "{whom:?}");
            }
            assert_eq!((reminded.reminded(whom, now), stopped.stop_reminding(whom, now)), (None, None), "{whom:?}");
            assert_eq!(stopped.go_on_reminding(whom), Some(gift("sent")), "{whom:?}");
            assert_eq!(gift("sent").go_on_reminding(whom), None, "{whom:?}");
            let both = reminded.stop_reminding(whom, now).unwrap();
            assert!(!both.go_on_reminding(whom).unwrap().is_to_remind(whom, now), "what was sent stays sent: {whom:?}");
        }
    }

    #[test]
    fn a_giver_who_left_no_address_or_gave_it_to_themselves_is_not_reminded_as_one() {
        for giver_email in [None, Some(email("BEA@example.com"))] {
            let gift = Gift { giver_email, ..gift("sent") };
            let reminds = [Whom::Recipient, Whom::Giver].map(|whom| gift.is_to_remind(whom, noon("2027-02-28")));
            assert_eq!(reminds, [true, false], "{:?}", gift.giver_email);
        }
    }

    #[test]
    fn another_recipient_has_been_told_nothing_and_has_stopped_nothing() {
        let now = noon("2027-02-10");
        let told = [Whom::Recipient, Whom::Giver]
            .into_iter()
            .fold(gift("sent"), |gift, whom| gift.reminded(whom, now).and_then(|gift| gift.stop_reminding(whom, now)).unwrap());
        let of = |gift: Result<Gift, _>| gift.unwrap().reminders;
        let carl = of(told.readdress(name("Carl"), email("carl@example.com"), &secret("s"), now));
        assert_eq!(carl, Reminders { recipient: Reminding::default(), giver: told.reminders.giver });
        assert_eq!(of(told.readdress(name("Beatrice"), email("bea@example.com"), &secret("s"), now)), told.reminders);
        assert_eq!(of(told.reissue(&secret("s"), now)), told.reminders);
        assert_eq!(of(told.send_again(now)), told.reminders);
    }
}
