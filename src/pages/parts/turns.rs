//! A membership timeline in words: at which days something begins, pauses, goes on or ends.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::memberships::{Source, Stretch, StretchKind};
use crate::values::Timestamp;

/// One day on which something turns, and what does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    pub at: Timestamp,
    pub sentences: Vec<String>,
}

const DAY: Duration = Duration::from_hours(24);

/// The turns of a timeline, in time order. Those up to `today` are told in the past tense.
pub fn turns(timeline: &[Stretch], today: Timestamp) -> Vec<Turn> {
    let running: Vec<&Stretch> = timeline.iter().filter(|stretch| stretch.kind == StretchKind::Runs).collect();
    let mut moments: BTreeMap<Timestamp, Moment<'_>> = BTreeMap::new();
    for stretch in &running {
        moments.entry(stretch.from).or_default().begins = Some(stretch);
        if let Some(until) = stretch.until {
            moments.entry(until).or_default().ends = Some(stretch);
        }
    }
    let tell = |(at, moment): (Timestamp, Moment<'_>)| Turn { at, sentences: moment.told(&running, at < today) };
    moments.into_iter().map(tell).collect()
}

/// What ends and what begins at one moment.
#[derive(Default)]
struct Moment<'a> {
    ends: Option<&'a Stretch>,
    begins: Option<&'a Stretch>,
}

impl Moment<'_> {
    fn told(&self, running: &[&Stretch], is_past: bool) -> Vec<String> {
        let verb = |past: &'static str, present: &'static str| if is_past { past } else { present };
        let mut sentences = Vec::new();
        if let (Some(ends), Some(begins)) = (self.ends, self.begins)
            && ends.tier == begins.tier
        {
            let title = begins.tier.title();
            let sentence = if ends.source == begins.source {
                format!("{title} {} on.", verb("went", "goes"))
            } else {
                format!("{title} {} on with the next time given.", verb("went", "goes"))
            };
            return vec![sentence];
        }
        if let Some(ends) = self.ends {
            let title = ends.tier.title();
            let left = remaining(running, &ends.source, ends.until);
            sentences.push(match left {
                Rest::Days(days) => format!("{title} {}, with {days} left.", verb("paused", "pauses")),
                Rest::Open => format!("{title} {}.", verb("paused", "pauses")),
                Rest::None if is_past => format!("{title} ended."),
                Rest::None if self.begins.is_some() => format!("{title} ends."),
                Rest::None => format!("{title} ends. Nothing renews by itself."),
            });
        }
        if let Some(begins) = self.begins {
            let title = begins.tier.title();
            let resumes = running.iter().any(|other| other.source == begins.source && other.from < begins.from);
            sentences.push(match (resumes, begins.until) {
                (true, Some(until)) => format!("{title} {} on with its {}.", verb("went", "goes"), days(until.since(begins.from))),
                (true, None) => format!("{title} {} on.", verb("went", "goes")),
                (false, Some(_)) => format!("{title} {}.", verb("began", "begins")),
                (false, None) => format!("{title} {}, and renews until you cancel it.", verb("began", "begins")),
            });
        }
        sentences
    }
}

/// What a source still has to run after a moment.
enum Rest {
    None,
    Days(String),
    /// A subscription has no end yet.
    Open,
}

fn remaining(running: &[&Stretch], source: &Source, after: Option<Timestamp>) -> Rest {
    let later = running.iter().filter(|other| other.source == *source && after.is_some_and(|after| other.from >= after));
    let lengths: Vec<Option<Duration>> = later.map(|stretch| stretch.until.map(|until| until.since(stretch.from))).collect();
    if lengths.is_empty() {
        return Rest::None;
    }
    lengths.into_iter().sum::<Option<Duration>>().map_or(Rest::Open, |total| Rest::Days(days(total)))
}

/// "73 days": whole days, to the nearest, since a change of clocks makes one of them shorter or longer.
pub fn days(length: Duration) -> String {
    match (length + DAY / 2).as_secs() / DAY.as_secs() {
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Tier;
    use crate::values::Entropy;

    struct Fixed(u8);
    impl Entropy for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    fn day(number: i64) -> Timestamp {
        Timestamp::from_seconds(number * 86_400)
    }

    fn runs(tier: Tier, source: u8, from: i64, until: i64) -> Stretch {
        let source = Source::Grant(crate::values::GrantId::random(&Fixed(source)));
        Stretch { tier, from: day(from), until: Some(day(until)), source, kind: StretchKind::Runs }
    }

    fn told(timeline: &[Stretch], today: i64) -> Vec<(i64, String)> {
        turns(timeline, day(today)).into_iter().map(|turn| (turn.at.seconds() / 86_400, turn.sentences.join(" "))).collect()
    }

    fn sentences(pairs: &[(i64, &str)]) -> Vec<(i64, String)> {
        pairs.iter().map(|(at, text)| (*at, (*text).to_owned())).collect()
    }

    #[test]
    fn a_lower_tier_pauses_and_goes_on_with_its_exact_rest() {
        let timeline = [runs(Tier::Member, 1, 0, 100), runs(Tier::Founder, 2, 100, 200), runs(Tier::Member, 1, 200, 273)];
        let expected = [
            (0, "Member began."),
            (100, "Member pauses, with 73 days left. Founder begins."),
            (200, "Founder ends. Member goes on with its 73 days."),
            (273, "Member ends. Nothing renews by itself."),
        ];
        assert_eq!(told(&timeline, 100), sentences(&expected));
    }

    #[test]
    fn equal_tiers_follow_each_other() {
        let timeline = [runs(Tier::Member, 1, 0, 90), runs(Tier::Member, 2, 90, 180)];
        let expected = [
            (0, "Member began."),
            (90, "Member went on with the next time given."),
            (180, "Member ends. Nothing renews by itself."),
        ];
        assert_eq!(told(&timeline, 100), sentences(&expected));
    }

    #[test]
    fn what_only_waits_turns_nothing() {
        let waiting = Stretch { kind: StretchKind::Waits, ..runs(Tier::Member, 1, 0, 90) };
        assert_eq!(told(&[waiting], 10), []);
    }
}
