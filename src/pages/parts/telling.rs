//! A membership's time in words: what runs when, in one sentence, and why what runs or waits now does so. Written from the timeline and
//! the gifts that it comes from, and from nothing else.

use std::time::Duration;

use crate::catalog::Tier;
use crate::memberships::{Source, Span, Stretch, StretchKind, ahead, current, spans};
use crate::shop::{GiftTime, OtherEnd};
use crate::values::{Timestamp, Zone};

const DAY: Duration = Duration::from_hours(24);
const OWN: &str = "your own subscription";

/// Somebody's time as it is told to them.
#[derive(Clone, Copy)]
pub struct Telling<'a> {
    pub timeline: &'a [Stretch],
    pub gifts: &'a [GiftTime],
    pub today: Timestamp,
    /// In which days are written.
    pub zone: &'a Zone,
}

/// What a source still has to run.
pub(super) enum Rest {
    None,
    Days(String),
    /// A subscription has no end yet.
    Open,
}

impl Telling<'_> {
    /// "Founder from today to 21 May 2027, then Member again until 31 May 2027."
    pub fn in_a_sentence(&self) -> String {
        let coming = spans(&ahead(self.timeline, self.today));
        if coming.is_empty() {
            return "No membership.".to_owned();
        }
        let mut known: Vec<Tier> = self.tier_until_now().into_iter().collect();
        let mut before: Option<Span> = None;
        let mut parts = Vec::new();
        for span in coming {
            let again = if before.is_some() && known.contains(&span.tier) { " again" } else { "" };
            let then = if before.is_some() { "then " } else { "" };
            parts.push(format!("{then}{}{again}{}", span.tier.title(), self.length_of(span, before)));
            known.push(span.tier);
            before = Some(span);
        }
        parts.join(", ") + "."
    }

    /// What runs at this moment and why, and what pauses or waits for it.
    pub fn now(&self) -> String {
        let Some(running) = current(self.timeline, self.today) else { return "Nothing runs.".to_owned() };
        let mut sentences = vec![format!("{} runs: {}.", running.tier.title(), self.reason(running, running.from))];
        for held_up in self.timeline.iter().filter(|stretch| stretch.kind != StretchKind::Runs && self.is_now(stretch)) {
            let why = why_not(held_up, running);
            sentences.push(match held_up.kind {
                StretchKind::Paused => match self.rest(&held_up.source, self.today) {
                    Rest::Days(days) if held_up.until.is_none() => {
                        format!("{} is paused: its {days} wait until {OWN} ends.", held_up.tier.title())
                    }
                    Rest::Days(days) => format!("{} is paused with {days} left, {why}.", held_up.tier.title()),
                    Rest::Open | Rest::None => format!("{} is paused, {why}.", held_up.tier.title()),
                },
                StretchKind::Waits | StretchKind::Runs => format!("{} wait, {why}.", self.what(held_up)),
            });
        }
        sentences.join(" ")
    }

    /// "12 months, a gift from Ada", with the day on which it was redeemed where it began later.
    pub(super) fn reason(&self, stretch: &Stretch, begins_at: Timestamp) -> String {
        let Some(gift) = self.gift(&stretch.source) else { return OWN.to_owned() };
        let reason = format!("{}, {}", gift.months.in_figures(), from_whom(gift));
        if self.zone.day(gift.redeemed_at) == self.zone.day(begins_at) {
            return reason;
        }
        format!("{reason}, redeemed on {}", self.zone.date(gift.redeemed_at))
    }

    /// "3 months of Member, a gift from Dora,": what waits.
    pub(super) fn what(&self, stretch: &Stretch) -> String {
        let title = stretch.tier.title();
        self.gift(&stretch.source).map_or_else(
            || format!("The days of {title} that you subscribed to"),
            |gift| format!("{} of {title}, {},", gift.months.in_figures(), from_whom(gift)),
        )
    }

    pub(super) fn gift(&self, source: &Source) -> Option<&GiftTime> {
        let Source::Grant(id) = source else { return None };
        self.gifts.iter().find(|gift| gift.grant_id == *id)
    }

    /// What a source runs from `after` on.
    pub(super) fn rest(&self, source: &Source, after: Timestamp) -> Rest {
        let later = self
            .timeline
            .iter()
            .filter(|stretch| stretch.kind == StretchKind::Runs && stretch.source == *source && stretch.from >= after);
        let ran = later.map(length).sum::<Option<Duration>>();
        match ran.map(|ran| ran + self.held_back(source)) {
            Some(Duration::ZERO) => Rest::None,
            Some(total) => Rest::Days(days(total)),
            None => Rest::Open,
        }
    }

    /// What of a gift that has begun is left when a subscription stops it that nobody has ended.
    fn held_back(&self, source: &Source) -> Duration {
        let runs: Vec<&Stretch> =
            self.timeline.iter().filter(|stretch| stretch.kind == StretchKind::Runs && stretch.source == *source).collect();
        let never_ends = self.timeline.iter().any(|stretch| stretch.source == *source && stretch.until.is_none());
        let Some((first, gift)) = runs.first().zip(self.gift(source)).filter(|_| never_ends) else { return Duration::ZERO };
        let whole = self.zone.add_months(first.from, gift.months.count()).since(first.from);
        let ran = runs.iter().copied().filter_map(length).sum();
        whole.saturating_sub(ran)
    }

    fn is_now(&self, stretch: &Stretch) -> bool {
        stretch.from <= self.today && stretch.until.is_none_or(|until| self.today < until)
    }

    /// The tier that the time up to this moment was of.
    fn tier_until_now(&self) -> Option<Tier> {
        let ran = self.timeline.iter().filter(|stretch| stretch.kind == StretchKind::Runs && stretch.from < self.today);
        ran.filter(|stretch| stretch.until.is_none_or(|until| self.today <= until)).map(|stretch| stretch.tier).next()
    }

    /// From when to when, as far as what stands before it doesn't say so.
    fn length_of(&self, span: Span, before: Option<Span>) -> String {
        let begins = match before {
            None if span.from < self.today => String::new(),
            None if span.from == self.today => " from today".to_owned(),
            Some(before) if before.until == Some(span.from) => String::new(),
            None | Some(_) => format!(" from {}", self.zone.date(span.from)),
        };
        match span.until {
            None => format!("{begins} until you cancel it"),
            Some(until) if begins.is_empty() => format!(" until {}", self.zone.date(until)),
            Some(until) => format!("{begins} to {}", self.zone.date(until)),
        }
    }
}

fn length(stretch: &Stretch) -> Option<Duration> {
    stretch.until.map(|until| until.since(stretch.from))
}

/// Why a stretch doesn't run while another does.
pub(super) fn why_not(held_up: &Stretch, running: &Stretch) -> String {
    match (&running.source, running.tier > held_up.tier) {
        (_, true) => format!("because {} comes first", running.tier.title()),
        (Source::Subscription(_), false) => format!("because {OWN} comes first"),
        (Source::Grant(_), false) => "because one gift runs after the other".to_owned(),
    }
}

pub(super) fn from_whom(gift: &GiftTime) -> String {
    match &gift.giver {
        OtherEnd::Oneself => "a gift from yourself".to_owned(),
        OtherEnd::Named(giver) => format!("a gift from {}", giver.as_str()),
        OtherEnd::Somebody => "a gift".to_owned(),
    }
}

/// "73 days": whole days, to the nearest, since a change of clocks makes one of them shorter or longer.
pub(super) fn days(length: Duration) -> String {
    match (length + DAY / 2).as_secs() / DAY.as_secs() {
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::turns::tests::Story;

    /// The six kinds of account that the founder's gift of three months of 21 November 2026 meets, and mixtures: what they read of
    /// today, and of after.
    #[test]
    fn a_dry_run_says_today_and_after_to_the_day() {
        for (history, today, after) in [
            ("", "No membership.", "Founder from today to 21 February 2027."),
            ("2026-10-21 give founder 3", "Founder until 21 January 2027.", "Founder until 21 April 2027."),
            (
                "2026-10-21 give member 3",
                "Member until 21 January 2027.",
                "Founder from today to 21 February 2027, then Member again until 23 April 2027.",
            ),
            ("2026-10-21 open founder", "Founder until you cancel it.", "Founder until you cancel it."),
            (
                "2026-10-21 open member",
                "Member until you cancel it.",
                "Founder from today to 21 February 2027, then Member again until you cancel it.",
            ),
            (
                "2026-10-21 give member 3\n2026-10-22 give member 6",
                "Member until 21 July 2027.",
                "Founder from today to 21 February 2027, then Member again until 23 October 2027.",
            ),
            (
                "2026-10-01 give member 3\n2026-10-21 give founder 3",
                "Founder until 21 January 2027, then Member until 3 April 2027.",
                "Founder until 21 April 2027, then Member until 2 July 2027.",
            ),
            (
                "2026-09-01 open member\n2026-10-21 give member 12",
                "Member until you cancel it.",
                "Founder from today to 21 February 2027, then Member again until you cancel it.",
            ),
            ("2026-06-01 give member 3", "No membership.", "Founder from today to 21 February 2027."),
        ] {
            let story = Story::of(history);
            assert_eq!(story.at("2026-11-21").in_a_sentence(), today, "{history}");
            let redeemed = Story::of(&format!("{history}\n2026-11-21 give founder 3"));
            assert_eq!(redeemed.at("2026-11-21").in_a_sentence(), after, "{history}");
        }
    }

    /// A gift of the lower tier to each of them.
    #[test]
    fn a_lower_gift_waits_for_what_is_higher() {
        for (history, after) in [
            ("2026-10-21 give founder 3", "Founder until 21 January 2027, then Member until 21 April 2027."),
            ("2026-10-21 open founder", "Founder until you cancel it."),
            ("2026-10-21 open member", "Member until you cancel it."),
        ] {
            let redeemed = Story::of(&format!("{history}\n2026-11-21 give member 3"));
            assert_eq!(redeemed.at("2026-11-21").in_a_sentence(), after, "{history}");
        }
    }

    #[test]
    fn what_runs_now_says_why_and_what_waits_for_it() {
        let story =
            Story::of("2026-10-01 give member 3\n2026-10-21 give founder 3\n2026-10-22 give founder 6\n2026-10-23 give member 6");
        assert_eq!(
            story.at("2026-11-21").now(),
            "Founder runs: 3 months, a gift from Giver 2. Member is paused with 72 days left, because Founder comes first. \
             6 months of Founder, a gift from Giver 3, wait, because one gift runs after the other. \
             6 months of Member, a gift from Giver 4, wait, because Founder comes first."
        );
        let subscribed = Story::of("2026-10-01 give member 3\n2026-10-21 open member\n2026-10-22 give member 6");
        assert_eq!(
            subscribed.at("2026-11-21").now(),
            "Member runs: your own subscription. Member is paused: its 72 days wait until your own subscription ends. \
             6 months of Member, a gift from Giver 2, wait, because your own subscription comes first."
        );
        assert_eq!(Story::of("").at("2026-11-21").now(), "Nothing runs.");
    }

    #[test]
    fn what_began_later_than_it_was_redeemed_names_that_day() {
        let story = Story::of("2026-01-01 give member 3\n2026-02-01 give member 12");
        assert_eq!(story.at("2026-11-21").now(), "Member runs: 12 months, a gift from Giver 2, redeemed on 1 February 2026.");
    }
}
