//! Histories of an account, written by hand or made at random, and the laws that hold for the timeline of every one.

use std::time::Duration;

use proptest::prelude::*;

use super::{Grant, Ledger, Source, Stretch, StretchKind, SubscriptionPeriod, timeline};
use crate::catalog::{Months, Tier};
use crate::values::{AccountId, Timestamp, Zone};

/// What can happen to an account's time. Numbers count grants, or subscriptions, from one.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Give(Tier, Months),
    Void(usize),
    Open(Tier),
    Close(usize),
}

type History = Vec<(Timestamp, Deed)>;

/// Noon in Greenwich.
pub(crate) fn day(text: &str) -> Timestamp {
    Timestamp::from_millis(format!("{text}T12:00:00Z").parse::<jiff::Timestamp>().unwrap().as_millisecond())
}

/// Reads lines such as `2026-11-21 give member 3`, `2026-12-01 void 1`, `2026-12-02 open founder` and `2026-12-03 close 1`.
pub(crate) fn ledger_of(history: &str) -> Ledger {
    let deed = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let deed = match words[1] {
            "give" => Deed::Give(words[2].parse().unwrap(), words[3].parse().unwrap()),
            "void" => Deed::Void(words[2].parse().unwrap()),
            "open" => Deed::Open(words[2].parse().unwrap()),
            "close" => Deed::Close(words[2].parse().unwrap()),
            other => panic!("nothing is called {other}"),
        };
        (day(words[0]), deed)
    };
    ledger_after(&history.lines().map(deed).collect::<History>())
}

/// `2026-11-21 to 2027-02-21 Member runs (grant 1)`, a line a stretch.
pub(super) fn written(timeline: &[Stretch]) -> Vec<String> {
    let line = |stretch: &Stretch| {
        let until = stretch.until.map_or_else(|| "…".to_owned(), |until| Zone::UTC.day(until).to_string());
        let kind = match stretch.kind {
            StretchKind::Runs => "runs",
            StretchKind::Paused => "paused",
            StretchKind::Waits => "waits",
        };
        let (source, id) = match &stretch.source {
            Source::Grant(id) => ("grant", id.as_str()),
            Source::Subscription(id) => ("subscription", id.as_str()),
        };
        let number = id.chars().last().unwrap();
        format!("{} to {until} {} {kind} ({source} {number})", Zone::UTC.day(stretch.from), stretch.tier.title())
    };
    timeline.iter().map(line).collect()
}

fn ledger_after(history: &[(Timestamp, Deed)]) -> Ledger {
    let mut ledger = Ledger::default();
    for (at, deed) in history {
        match *deed {
            Deed::Give(tier, months) => ledger.grants.push(Grant {
                id: format!("grant_{:016}", ledger.grants.len() + 1).parse().unwrap(),
                account_id: account(),
                tier,
                months,
                granted_at: *at,
                voided_at: None,
            }),
            Deed::Open(tier) => ledger.periods.push(SubscriptionPeriod {
                id: format!("period_{:016}", ledger.periods.len() + 1).parse().unwrap(),
                account_id: account(),
                tier,
                opened_at: *at,
                closed_at: None,
            }),
            Deed::Void(number) => {
                if let Some(grant) = ledger.grants.get_mut(number - 1) {
                    grant.voided_at = grant.voided_at.or(Some(*at));
                }
            }
            Deed::Close(number) => {
                if let Some(period) = ledger.periods.get_mut(number - 1) {
                    period.closed_at = period.closed_at.or(Some(*at));
                }
            }
        }
    }
    ledger
}

fn account() -> AccountId {
    "acct_0123456789abcdef".parse().unwrap()
}

fn any_deed() -> impl Strategy<Value = Deed> {
    let tier = || prop::sample::select(Tier::ALL.to_vec());
    let months = prop::sample::select(Months::ALL.to_vec());
    prop_oneof![
        5 => (tier(), months).prop_map(|(tier, months)| Deed::Give(tier, months)),
        2 => (1_usize..6).prop_map(Deed::Void),
        2 => tier().prop_map(Deed::Open),
        2 => (1_usize..4).prop_map(Deed::Close),
    ]
}

/// Up to sixteen deeds: at the same moment, up to half a year apart, or months apart to within a millisecond,
/// which is about when a grant runs out.
fn any_history() -> impl Strategy<Value = History> {
    let apart = prop_oneof![
        1 => Just((0, 0)),
        4 => (Just(0), 0_u64..15_552_000_000),
        3 => (prop::sample::select(vec![3_u32, 6, 12]), 0_u64..=2),
    ];
    let begin = prop_oneof![2 => 1_798_000_000_000_i64..1_830_000_000_000, 1 => prop::sample::select(odd_moments())];
    (begin, prop::collection::vec((apart, any_deed()), 1..=16)).prop_map(|(begin, deeds)| {
        let mut at = Timestamp::from_millis(begin);
        let dated = deeds.into_iter().map(|((months, millis), deed)| {
            let early = Duration::from_millis(u64::from(months > 0));
            at = berlin().add_months(at, months).minus(early).plus(Duration::from_millis(millis));
            (at, deed)
        });
        dated.collect()
    })
}

/// From which months end early, or at an hour that a change of clocks leaves out or has twice.
fn odd_moments() -> Vec<i64> {
    let moments = [
        "2026-11-30T11:00:00+01:00[Europe/Berlin]",
        "2027-08-31T23:59:59.999+02:00[Europe/Berlin]",
        "2027-11-29T00:00:00+01:00[Europe/Berlin]",
        "2027-12-28T02:30:00.001+01:00[Europe/Berlin]",
        "2027-07-31T02:30:00+02:00[Europe/Berlin]",
        "2028-02-29T12:00:00+01:00[Europe/Berlin]",
    ];
    moments.map(|moment| moment.parse::<jiff::Zoned>().unwrap().timestamp().as_millisecond()).to_vec()
}

fn any_zone() -> impl Strategy<Value = Zone> {
    let names = vec!["UTC", "Europe/Berlin", "America/New_York", "Pacific/Auckland", "Australia/Lord_Howe"];
    prop::sample::select(names).prop_map(|name| Zone::parse(name).unwrap())
}

fn berlin() -> Zone {
    Zone::parse("Europe/Berlin").unwrap()
}

fn of_source<'a>(timeline: &'a [Stretch], source: &Source) -> Vec<&'a Stretch> {
    timeline.iter().filter(|stretch| stretch.source == *source).collect()
}

fn of_grant<'a>(timeline: &'a [Stretch], grant: &Grant) -> Vec<&'a Stretch> {
    of_source(timeline, &Source::Grant(grant.id.clone()))
}

fn runs<'a>(stretches: &[&'a Stretch]) -> Vec<&'a Stretch> {
    stretches.iter().copied().filter(|stretch| stretch.kind == StretchKind::Runs).collect()
}

/// How long it ran; `None` for what never ends.
fn length(stretches: &[&Stretch]) -> Option<Duration> {
    stretches.iter().map(|stretch| stretch.until.map(|until| until.since(stretch.from))).sum()
}

fn overlap(one: &Stretch, other: &Stretch) -> bool {
    one.until.is_none_or(|until| other.from < until) && other.until.is_none_or(|until| one.from < until)
}

/// What a timeline says of the time before `at`, in an order that depends on nothing else.
fn before(timeline: &[Stretch], at: Timestamp) -> Vec<Stretch> {
    let past = timeline.iter().filter(|stretch| stretch.from < at);
    let mut cut: Vec<Stretch> =
        past.map(|stretch| Stretch { until: Some(stretch.until.map_or(at, |until| until.min(at))), ..stretch.clone() }).collect();
    cut.sort_by_key(|stretch| (stretch.from, format!("{:?}", stretch.source)));
    cut
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_grant_loses_time_except_by_its_own_void(history in any_history(), zone in any_zone()) {
        let ledger = ledger_after(&history);
        let timeline = timeline(&ledger, &zone);
        for grant in &ledger.grants {
            let stretches = of_grant(&timeline, grant);
            let ran = runs(&stretches);
            let whole = ran.first().map(|first| zone.add_months(first.from, grant.months.count()).since(first.from));
            let never_ends = stretches.last().is_some_and(|last| last.until.is_none());
            if let Some(voided_at) = grant.voided_at {
                prop_assert!(length(&ran) <= Some(whole.unwrap_or_default()));
                prop_assert!(stretches.iter().all(|stretch| stretch.until.is_some_and(|until| until <= voided_at)));
            } else if never_ends {
                prop_assert!(length(&ran) < Some(whole.unwrap_or(Duration::MAX)), "it still has time, and waits");
            } else {
                prop_assert!(whole.is_some(), "it ran");
                prop_assert_eq!(length(&ran), whole);
            }
        }
    }

    #[test]
    fn once_every_subscription_has_ended_the_sum_is_what_was_granted(history in any_history(), zone in any_zone()) {
        let (last, _) = history[history.len() - 1];
        let ends = (1..=history.len()).map(|number| (last, Deed::Close(number)));
        let ledger = ledger_after(&history.iter().copied().chain(ends).collect::<History>());
        let timeline = timeline(&ledger, &zone);
        for grant in ledger.grants.iter().filter(|grant| grant.voided_at.is_none()) {
            let stretches = of_grant(&timeline, grant);
            let ran = runs(&stretches);
            prop_assert!(!ran.is_empty(), "{grant:?} never ran");
            let whole = zone.add_months(ran[0].from, grant.months.count()).since(ran[0].from);
            prop_assert_eq!(length(&ran), Some(whole), "{:?}", grant);
        }
        let open = timeline.iter().filter(|stretch| stretch.until.is_none());
        prop_assert_eq!(open.count(), 0);
    }

    /// A grant that is taken back has run until then as if it never would be.
    #[test]
    fn a_void_takes_nothing_of_what_was_before_it(history in any_history(), number in 1_usize..6) {
        let voided = ledger_after(&history);
        let Some(at) = voided.grants.get(number - 1).and_then(|grant| grant.voided_at) else { return Ok(()) };
        let is_this_void = |deed: &Deed| matches!(deed, Deed::Void(voided) if *voided == number);
        let kept: History = history.iter().copied().filter(|(_, deed)| !is_this_void(deed)).collect();
        prop_assert_eq!(before(&timeline(&voided, &berlin()), at), before(&timeline(&ledger_after(&kept), &berlin()), at));
    }

    #[test]
    fn the_order_in_which_a_ledger_is_read_makes_no_difference(history in any_history(), turn in 0_usize..8) {
        let ledger = ledger_after(&history);
        let mut other = ledger.clone();
        other.grants.reverse();
        other.periods.reverse();
        let half = turn.min(other.grants.len());
        other.grants.rotate_left(half);
        let sorted = |ledger: &Ledger| before(&timeline(ledger, &berlin()), Timestamp::from_millis(i64::MAX));
        prop_assert_eq!(sorted(&ledger), sorted(&other));
    }

    #[test]
    fn one_runs_at_a_time_and_never_a_lower_tier_before_a_higher(history in any_history()) {
        let timeline = timeline(&ledger_after(&history), &berlin());
        for (number, one) in timeline.iter().enumerate() {
            for other in timeline.iter().skip(number + 1).filter(|other| overlap(one, other)) {
                prop_assert_ne!(&one.source, &other.source);
                match (one.kind == StretchKind::Runs, other.kind == StretchKind::Runs) {
                    (true, true) => prop_assert!(false, "{one:?} and {other:?} run at once"),
                    (true, false) => prop_assert!(one.tier >= other.tier, "{other:?} is kept from running by {one:?}"),
                    (false, true) => prop_assert!(other.tier >= one.tier, "{one:?} is kept from running by {other:?}"),
                    (false, false) => {}
                }
            }
        }
    }

    #[test]
    fn time_is_never_idle_while_some_is_left(history in any_history()) {
        let timeline = timeline(&ledger_after(&history), &berlin());
        let held_up = timeline.iter().filter(|stretch| stretch.kind != StretchKind::Runs);
        for stretch in held_up {
            let meanwhile: Vec<&Stretch> =
                timeline.iter().filter(|other| other.kind == StretchKind::Runs && overlap(stretch, other)).collect();
            let mut covered = stretch.from;
            for other in meanwhile {
                prop_assert!(other.from <= covered, "nothing runs at {covered:?}");
                covered = other.until.unwrap_or(Timestamp::from_millis(i64::MAX));
            }
            prop_assert!(stretch.until.is_none_or(|until| until <= covered), "nothing runs at {covered:?}");
        }
    }

    #[test]
    fn the_stretches_of_one_grant_follow_each_other_without_a_gap(history in any_history()) {
        let ledger = ledger_after(&history);
        let timeline = timeline(&ledger, &berlin());
        for grant in &ledger.grants {
            let mut next = Some(grant.granted_at);
            for stretch in of_grant(&timeline, grant) {
                prop_assert_eq!(Some(stretch.from), next);
                next = stretch.until;
            }
        }
    }

    #[test]
    fn the_computed_past_never_changes(history in any_history()) {
        let all = timeline(&ledger_after(&history), &berlin());
        for known in 0..history.len() {
            let (now, _) = history[known];
            let then = timeline(&ledger_after(&history[..known]), &berlin());
            prop_assert_eq!(before(&then, now), before(&all, now), "after {} of {:?}", known, &history);
        }
    }

    #[test]
    fn equal_tiers_queue_in_the_order_in_which_they_were_given(history in any_history()) {
        let ledger = ledger_after(&history);
        let timeline = timeline(&ledger, &berlin());
        for (number, first) in ledger.grants.iter().enumerate() {
            for second in ledger.grants.iter().skip(number + 1).filter(|second| second.tier == first.tier) {
                let begins = runs(&of_grant(&timeline, second)).first().map(|stretch| stretch.from);
                let ends = of_grant(&timeline, first).last().map(|last| last.until);
                if let (Some(begins), Some(ends)) = (begins, ends) {
                    prop_assert!(ends.is_some_and(|ends| ends <= begins), "{second:?} overtook {first:?}");
                }
            }
        }
    }

    #[test]
    fn no_gift_time_runs_beside_an_open_subscription_of_its_tier_or_a_higher(history in any_history()) {
        let ledger = ledger_after(&history);
        let timeline = timeline(&ledger, &berlin());
        for period in ledger.periods.iter().filter(|period| period.closed_at != Some(period.opened_at)) {
            for run in timeline.iter().filter(|stretch| stretch.kind == StretchKind::Runs && stretch.tier <= period.tier) {
                let is_open = period.closed_at.is_none_or(|closed_at| run.from < closed_at)
                    && run.until.is_none_or(|until| period.opened_at < until);
                prop_assert!(!is_open || matches!(run.source, Source::Subscription(_)), "{run:?} beside {period:?}");
            }
        }
    }

    #[test]
    fn a_void_takes_no_time_from_another_grant(history in any_history(), number in 1_usize..6, after in 0_u64..31_104_000_000) {
        let ledger = ledger_after(&history);
        let (last, _) = history[history.len() - 1];
        let voided = ledger_after(&[history, vec![(last.plus(Duration::from_millis(after)), Deed::Void(number))]].concat());
        let (timeline, after) = (timeline(&ledger, &Zone::UTC), timeline(&voided, &Zone::UTC));
        for (place, grant) in ledger.grants.iter().enumerate().filter(|(place, _)| place + 1 != number) {
            let (ran, runs_now) = (runs(&of_grant(&timeline, grant)), runs(&of_grant(&after, grant)));
            match (ran.first(), runs_now.first()) {
                // Begun at the same moment: as long, to the millisecond, unless a subscription still holds it up.
                (Some(first), Some(first_now)) if first.from == first_now.from => {
                    prop_assert_eq!(length(&ran), length(&runs_now), "grant {}", place + 1);
                }
                (Some(first), Some(first_now)) => prop_assert!(first_now.from < first.from, "grant {} begins later", place + 1),
                (Some(_), None) => prop_assert!(false, "grant {} never runs", place + 1),
                (None, _) => {}
            }
        }
    }
}
