//! At which moments something begins, pauses, goes on, waits or ends in a membership's time, and why, in words.

use std::collections::BTreeMap;

use super::telling::{Rest, Telling, from_whom, why_not};
use crate::memberships::{Stretch, StretchKind, current};
use crate::shop::GiftTime;
use crate::values::Timestamp;

/// One moment at which something turns, and what does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    pub at: Timestamp,
    pub sentences: Vec<String>,
}

/// What comes together at one moment.
#[derive(Default)]
struct Moment<'a> {
    ends: Option<&'a Stretch>,
    begins: Option<&'a Stretch>,
    waits: Vec<&'a Stretch>,
    taken_back: Vec<&'a GiftTime>,
}

impl Telling<'_> {
    /// The turns of the timeline, in time order. Those before today are told in the past tense.
    pub fn turns(&self) -> Vec<Turn> {
        let mut moments: BTreeMap<Timestamp, Moment<'_>> = BTreeMap::new();
        for stretch in self.timeline {
            match stretch.kind {
                StretchKind::Runs => {
                    moments.entry(stretch.from).or_default().begins = Some(stretch);
                    if let Some(until) = stretch.until {
                        moments.entry(until).or_default().ends = Some(stretch);
                    }
                }
                StretchKind::Waits => moments.entry(stretch.from).or_default().waits.push(stretch),
                // Said where whatever runs in its place begins.
                StretchKind::Paused => {}
            }
        }
        for gift in self.gifts {
            let Some(at) = gift.taken_back_at.filter(|at| self.lasted_until(gift, *at)) else { continue };
            moments.entry(at).or_default().taken_back.push(gift);
        }
        moments.into_iter().map(|(at, moment)| Turn { at, sentences: self.told(at, &moment) }).collect()
    }

    /// Whether there was still something of it to take.
    fn lasted_until(&self, gift: &GiftTime, at: Timestamp) -> bool {
        self.timeline.iter().any(|stretch| self.gift(&stretch.source) == Some(gift) && stretch.until == Some(at))
    }

    fn told(&self, at: Timestamp, moment: &Moment<'_>) -> Vec<String> {
        let tense = Tense { is_past: at < self.today };
        let mut sentences: Vec<String> =
            moment.taken_back.iter().map(|gift| format!("{} was taken back.", capital(&from_whom(gift)))).collect();
        match (moment.ends, moment.begins) {
            (Some(ends), Some(begins)) if ends.tier == begins.tier => {
                sentences.push(self.went_on(begins, tense));
                sentences.extend(self.paused(ends, at, tense));
            }
            (Some(ends), Some(begins)) if begins.tier > ends.tier => {
                sentences.push(self.begun(begins, tense));
                sentences.extend(self.paused(ends, at, tense).or_else(|| Some(ended(ends, tense))));
            }
            (Some(ends), Some(begins)) => {
                sentences.push(ended(ends, tense));
                sentences.push(self.begun(begins, tense));
            }
            (Some(ends), None) => {
                sentences.push(ended(ends, tense));
                if !tense.is_past {
                    sentences.push("Nothing renews by itself.".to_owned());
                }
            }
            (None, Some(begins)) => sentences.push(self.begun(begins, tense)),
            (None, None) => {}
        }
        sentences.extend(moment.waits.iter().filter_map(|waits| self.waiting(waits, tense)));
        sentences
    }

    /// "Founder begins: 12 months, a gift from Ada." or "Member goes on with the 73 days left of the gift from Dora."
    fn begun(&self, begins: &Stretch, tense: Tense) -> String {
        self.set_going(begins, tense, tense.of("began", "begins"))
    }

    /// The same tier, from another source.
    fn went_on(&self, begins: &Stretch, tense: Tense) -> String {
        self.set_going(begins, tense, tense.of("went on", "goes on"))
    }

    /// `anew` is what a tier does that comes from this source for the first time.
    fn set_going(&self, begins: &Stretch, tense: Tense, anew: &str) -> String {
        let title = begins.tier.title();
        let resumes = self
            .timeline
            .iter()
            .any(|other| other.kind == StretchKind::Runs && other.source == begins.source && other.from < begins.from);
        let reason = self.reason(begins, begins.from);
        match (resumes, begins.until) {
            (false, Some(_)) => format!("{title} {anew}: {reason}."),
            (false, None) => format!("{title} {anew}: {reason}, which renews until you cancel it."),
            (true, _) => match (self.gift(&begins.source), self.rest(&begins.source, begins.from)) {
                (Some(gift), Rest::Days(rest)) => {
                    format!("{title} {} on with the {rest} left of {}.", tense.of("went", "goes"), the_gift(gift))
                }
                (Some(_) | None, _) => format!("{title} {} on: {reason}.", tense.of("went", "goes")),
            },
        }
    }

    /// What stops for something else and has time left; `None` of what has none.
    fn paused(&self, ends: &Stretch, at: Timestamp, tense: Tense) -> Option<String> {
        let pauses = tense.of("paused", "pauses");
        match (self.gift(&ends.source), self.rest(&ends.source, at)) {
            (_, Rest::None) => None,
            (Some(gift), Rest::Days(rest)) => Some(format!("{} {pauses}, with {rest} left.", capital(&the_gift(gift)))),
            (Some(gift), Rest::Open) => Some(format!("{} {pauses}.", capital(&the_gift(gift)))),
            (None, Rest::Days(_) | Rest::Open) => {
                let is = tense.of("was", "is");
                Some(format!("Your own subscription {pauses} meanwhile, and {is} charged as before."))
            }
        }
    }

    /// "3 months of Member, a gift from Dora, wait until 21 April 2027, because Founder comes first."
    fn waiting(&self, waits: &Stretch, tense: Tense) -> Option<String> {
        let running = current(self.timeline, waits.from)?;
        let until = match waits.until {
            Some(until) => format!(" until {}", self.zone.date(until)),
            None => String::new(),
        };
        let is_over = tense.is_past && waits.until.is_some_and(|until| until <= self.today);
        let wait = if is_over { "waited" } else { "wait" };
        Some(format!("{} {wait}{until}, {}.", self.what(waits), why_not(waits, running)))
    }
}

fn ended(ends: &Stretch, tense: Tense) -> String {
    format!("{} {}.", ends.tier.title(), tense.of("ended", "ends"))
}

/// "the gift from Ada".
fn the_gift(gift: &GiftTime) -> String {
    from_whom(gift).replacen("a gift", "the gift", 1)
}

fn capital(text: &str) -> String {
    super::super::refusal::capital(text)
}

#[derive(Clone, Copy)]
struct Tense {
    is_past: bool,
}

impl Tense {
    const fn of(self, past: &'static str, present: &'static str) -> &'static str {
        if self.is_past { past } else { present }
    }
}

#[cfg(test)]
pub mod tests {
    use super::super::telling::days;
    use super::*;
    use crate::memberships::histories::{day, ledger_of};
    use crate::memberships::timeline;
    use crate::shop::OtherEnd;
    use crate::values::{PersonName, Zone};

    /// What happened to an account, and the time that it makes. The giver of the third grant is called Giver 3.
    pub struct Story {
        timeline: Vec<Stretch>,
        gifts: Vec<GiftTime>,
        zone: Zone,
    }

    impl Story {
        pub fn of(history: &str) -> Self {
            let ledger = ledger_of(history.trim());
            let gift = |(place, grant): (usize, &crate::memberships::Grant)| GiftTime {
                grant_id: grant.id.clone(),
                giver: OtherEnd::Named(PersonName::parse(&format!("Giver {}", place + 1)).unwrap()),
                months: grant.months,
                redeemed_at: grant.granted_at,
                taken_back_at: grant.voided_at,
            };
            Self {
                timeline: timeline(&ledger, &Zone::UTC),
                gifts: ledger.grants.iter().enumerate().map(gift).collect(),
                zone: Zone::UTC,
            }
        }

        pub fn at(&self, today: &str) -> Telling<'_> {
            Telling { timeline: &self.timeline, gifts: &self.gifts, today: day(today), zone: &self.zone }
        }
    }

    /// A line a turn, `2026-12-03: …`.
    #[track_caller]
    fn assert_told(history: &str, today: &str, expected: &str) {
        let turns = Story::of(history).at(today).turns();
        let told: Vec<String> =
            turns.iter().map(|turn| format!("{}: {}", Zone::UTC.day(turn.at), turn.sentences.join(" "))).collect();
        let expected: Vec<&str> = expected.lines().map(str::trim).collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn a_lower_tier_pauses_and_goes_on_with_its_exact_rest() {
        assert_told(
            "2026-12-03 give member 3\n2027-02-21 give founder 3",
            "2027-02-21",
            "2026-12-03: Member began: 3 months, a gift from Giver 1.
             2027-02-21: Founder begins: 3 months, a gift from Giver 2. The gift from Giver 1 pauses, with 10 days left.
             2027-05-21: Founder ends. Member goes on with the 10 days left of the gift from Giver 1.
             2027-05-31: Member ends. Nothing renews by itself.",
        );
    }

    #[test]
    fn equal_tiers_follow_each_other_and_say_so_when_they_are_given() {
        assert_told(
            "2026-11-01 give member 3\n2026-11-21 give member 3",
            "2026-11-21",
            "2026-11-01: Member began: 3 months, a gift from Giver 1.
             2026-11-21: 3 months of Member, a gift from Giver 2, wait until 1 February 2027, because one gift runs after the other.
             2027-02-01: Member goes on: 3 months, a gift from Giver 2, redeemed on 21 November 2026.
             2027-05-01: Member ends. Nothing renews by itself.",
        );
    }

    #[test]
    fn gift_time_waits_behind_a_subscription() {
        assert_told(
            "2026-10-01 open founder\n2026-11-21 give founder 3\n2026-11-21 give member 3",
            "2026-11-21",
            "2026-10-01: Founder began: your own subscription, which renews until you cancel it.
             2026-11-21: 3 months of Founder, a gift from Giver 1, wait, because your own subscription comes first. \
             3 months of Member, a gift from Giver 2, wait, because Founder comes first.",
        );
    }

    #[test]
    fn a_subscription_pauses_for_what_is_higher_and_is_charged_meanwhile() {
        assert_told(
            "2026-10-01 open member\n2026-11-21 give founder 3",
            "2026-11-21",
            "2026-10-01: Member began: your own subscription.
             2026-11-21: Founder begins: 3 months, a gift from Giver 1. \
             Your own subscription pauses meanwhile, and is charged as before.
             2027-02-21: Founder ends. Member goes on: your own subscription.",
        );
    }

    #[test]
    fn what_was_taken_back_is_said_where_it_ended() {
        assert_told(
            "2026-08-21 give founder 12\n2026-08-22 give member 3\n2026-10-21 void 1",
            "2026-11-21",
            "2026-08-21: Founder began: 12 months, a gift from Giver 1.
             2026-08-22: 3 months of Member, a gift from Giver 2, waited until 21 October 2026, because Founder comes first.
             2026-10-21: A gift from Giver 1 was taken back. Founder ended. Member began: 3 months, a gift from Giver 2, redeemed on 22 August 2026.
             2027-01-21: Member ends. Nothing renews by itself.",
        );
        assert_told(
            "2026-08-21 give member 12\n2026-08-22 give member 3\n2026-10-21 void 2",
            "2026-11-21",
            "2026-08-21: Member began: 12 months, a gift from Giver 1.
             2026-08-22: 3 months of Member, a gift from Giver 2, waited until 21 October 2026, because one gift runs after the other.
             2026-10-21: A gift from Giver 2 was taken back.
             2027-08-21: Member ends. Nothing renews by itself.",
        );
        // Taken back when all of it had run, it took nothing.
        assert_told(
            "2026-01-01 give member 3\n2026-10-21 void 1",
            "2026-11-21",
            "2026-01-01: Member began: 3 months, a gift from Giver 1.
             2026-04-01: Member ended.",
        );
    }

    #[test]
    fn days_are_counted_to_the_nearest() {
        let hours = std::time::Duration::from_hours;
        assert_eq!([days(hours(23)), days(hours(25)), days(hours(73))], ["1 day", "1 day", "3 days"]);
    }
}
