//! What is read off a timeline: who is a member now, at which tier for how long, when that ends, and what another grant would change.

use super::timeline::timeline;
use super::{Grant, Ledger, Source, Stretch, StretchKind};
use crate::catalog::Tier;
use crate::values::{Timestamp, Zone};

/// Unbroken membership at one tier, whatever it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub tier: Tier,
    pub from: Timestamp,
    /// `None` where a subscription goes on until it is cancelled.
    pub until: Option<Timestamp>,
}

/// How a membership ends: the moment after which nothing runs any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    pub at: Timestamp,
    /// Of what runs last.
    pub tier: Tier,
    /// What runs last.
    pub source: Source,
}

/// The dry run: the timeline if `grant` were added, by the very rule that it follows when it is.
#[must_use]
pub fn preview(ledger: &Ledger, grant: &Grant, zone: &Zone) -> Vec<Stretch> {
    let mut ledger = ledger.clone();
    ledger.grants.push(grant.clone());
    timeline(&ledger, zone)
}

/// What of a timeline isn't over at `now`: what is in course is there from its beginning.
#[must_use]
pub fn ahead(timeline: &[Stretch], now: Timestamp) -> Vec<Stretch> {
    timeline.iter().filter(|stretch| stretch.until.is_none_or(|until| until > now)).cloned().collect()
}

/// The stretch that runs at `now`: its tier is the account's, and every other stretch pauses or waits for it.
#[must_use]
pub fn current(timeline: &[Stretch], now: Timestamp) -> Option<&Stretch> {
    let holds = |stretch: &Stretch| stretch.from <= now && stretch.until.is_none_or(|until| now < until);
    timeline.iter().find(|stretch| stretch.kind == StretchKind::Runs && holds(stretch))
}

/// Which tier the account has from when until when: the stretches that run, those of one tier joined where they meet.
#[must_use]
pub fn spans(timeline: &[Stretch]) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for stretch in timeline.iter().filter(|stretch| stretch.kind == StretchKind::Runs) {
        match spans.last_mut() {
            Some(last) if last.tier == stretch.tier && last.until == Some(stretch.from) => last.until = stretch.until,
            _ => spans.push(Span { tier: stretch.tier, from: stretch.from, until: stretch.until }),
        }
    }
    spans
}

/// When it ends, whether that is over or to come; `None` where nothing ever ran, and while a subscription goes on, which then is the last
/// to run.
#[must_use]
pub fn end(timeline: &[Stretch]) -> Option<End> {
    let last = timeline.iter().rfind(|stretch| stretch.kind == StretchKind::Runs)?;
    Some(End { at: last.until?, tier: last.tier, source: last.source.clone() })
}

#[cfg(test)]
mod tests {
    use super::super::histories::{day, ledger_of, written};
    use super::*;
    use crate::catalog::Months;

    fn founder(months: Months, granted_at: Timestamp) -> Grant {
        Grant {
            id: "grant_zzzzzzzzzzzzzzzz".parse().unwrap(),
            account_id: "acct_0123456789abcdef".parse().unwrap(),
            tier: Tier::Founder,
            months,
            granted_at,
            voided_at: None,
        }
    }

    fn told(spans: &[Span]) -> Vec<String> {
        let until = |span: &Span| span.until.map_or_else(|| "cancelled".to_owned(), |until| Zone::UTC.date(until));
        spans.iter().map(|span| format!("{} from {} until {}", span.tier.title(), Zone::UTC.date(span.from), until(span))).collect()
    }

    #[test]
    fn a_dry_run_tells_today_and_after_to_the_day() {
        let now = day("2027-02-21");
        let ledger = ledger_of("2026-12-03 give member 3");
        let today = timeline(&ledger, &Zone::UTC);
        assert_eq!(told(&spans(&today)), ["Member from 3 December 2026 until 3 March 2027"]);
        let after = ahead(&preview(&ledger, &founder(Months::Three, now), &Zone::UTC), now);
        let expected = ["Founder from 21 February 2027 until 21 May 2027", "Member from 21 May 2027 until 31 May 2027"];
        assert_eq!(told(&spans(&after)), expected);
    }

    /// What an account has before a founder gift of three months on 21 November 2026, and what it has after.
    #[test]
    fn a_dry_run_for_every_kind_of_account() {
        let now = day("2026-11-21");
        for (history, expected) in [
            ("", &["Founder from 21 November 2026 until 21 February 2027"][..]),
            ("2026-10-21 give founder 3", &["Founder from 21 October 2026 until 21 April 2027"]),
            ("2026-10-21 open founder", &["Founder from 21 October 2026 until cancelled"]),
            (
                "2026-10-21 open member",
                &["Founder from 21 November 2026 until 21 February 2027", "Member from 21 February 2027 until cancelled"],
            ),
            (
                // 92 days of the first, 31 of which are gone, and six months from then.
                "2026-10-21 give member 3\n2026-10-22 give member 6",
                &["Founder from 21 November 2026 until 21 February 2027", "Member from 21 February 2027 until 23 October 2027"],
            ),
        ] {
            let after = ahead(&preview(&ledger_of(history), &founder(Months::Three, now), &Zone::UTC), now);
            assert_eq!(told(&spans(&after)), expected, "{history}");
        }
    }

    #[test]
    fn what_is_ahead_leaves_out_what_is_over() {
        let now = day("2026-11-21");
        let ledger = ledger_of("2025-01-01 give founder 3\n2026-10-21 give member 3");
        let expected = [
            "2026-11-21 to 2027-02-21 Founder runs (grant z)",
            "2026-11-21 to 2027-02-21 Member paused (grant 2)",
            "2027-02-21 to 2027-04-23 Member runs (grant 2)",
        ];
        assert_eq!(written(&ahead(&preview(&ledger, &founder(Months::Three, now), &Zone::UTC), now)), expected);
    }

    #[test]
    fn who_runs_now_is_found_up_to_the_last_moment() {
        let timeline = timeline(&ledger_of("2026-12-03 give member 3\n2027-02-21 give founder 3"), &Zone::UTC);
        let tier_at = |at| current(&timeline, at).map(|stretch| stretch.tier);
        let moment = std::time::Duration::from_millis(1);
        assert_eq!(tier_at(day("2026-12-03").minus(moment)), None);
        assert_eq!(tier_at(day("2026-12-03")), Some(Tier::Member));
        assert_eq!(tier_at(day("2027-02-21").minus(moment)), Some(Tier::Member));
        assert_eq!(tier_at(day("2027-02-21")), Some(Tier::Founder));
        assert_eq!(tier_at(day("2027-05-21")), Some(Tier::Member));
        assert_eq!(tier_at(day("2027-05-31")), None);
    }

    #[test]
    fn it_ends_when_the_last_that_runs_does_and_never_while_a_subscription_goes_on() {
        for (history, expected) in [
            ("", "never"),
            ("2026-11-21 give member 3", "2027-02-21, Member of grant 1"),
            ("2026-11-21 give member 3\n2026-12-01 give member 6", "2027-08-21, Member of grant 2"),
            ("2026-11-21 give member 3\n2026-12-01 give founder 3", "2027-05-22, Member of grant 1"),
            ("2026-11-21 give founder 3\n2026-12-01 give member 3", "2027-05-21, Member of grant 2"),
            // The one that was given first goes on when the other is taken back.
            ("2026-11-21 give member 3\n2026-12-01 give member 6\n2026-12-02 void 2", "2027-02-21, Member of grant 1"),
            ("2026-11-21 give member 3\n2026-12-02 void 1", "2026-12-02, Member of grant 1"),
            ("2026-11-21 give member 3\n2026-11-21 void 1", "never"),
            // Two memberships with nothing between them.
            ("2026-01-01 give member 3\n2026-11-21 give founder 3", "2027-02-21, Founder of grant 2"),
            ("2026-11-01 open member", "never"),
            ("2026-11-01 open member\n2026-11-21 give founder 3", "never"),
            ("2026-11-01 open founder\n2026-11-21 give member 3", "never"),
            ("2026-11-21 give member 3\n2026-12-01 open member", "never"),
            ("2026-11-01 open member\n2026-12-01 close 1", "2026-12-01, Member of subscription 1"),
            ("2026-11-01 open member\n2026-11-21 give member 3\n2026-12-01 close 1", "2027-03-01, Member of grant 1"),
            ("2026-11-21 give founder 3\n2026-12-01 open member\n2027-03-01 close 1", "2027-03-01, Member of subscription 1"),
        ] {
            let told = end(&timeline(&ledger_of(history), &Zone::UTC)).map_or_else(
                || "never".to_owned(),
                |End { at, tier, source }| {
                    let (source, id) = match &source {
                        Source::Grant(id) => ("grant", id.as_str()),
                        Source::Subscription(id) => ("subscription", id.as_str()),
                    };
                    format!("{}, {} of {source} {}", Zone::UTC.day(at), tier.title(), id.chars().last().unwrap())
                },
            );
            assert_eq!(told, expected, "{history}");
        }
    }

    #[test]
    fn spans_of_one_tier_join_only_where_they_meet() {
        let ledger = ledger_of("2026-01-01 give member 3\n2026-02-01 give member 3\n2027-01-01 give member 3");
        let expected = ["Member from 1 January 2026 until 1 July 2026", "Member from 1 January 2027 until 1 April 2027"];
        assert_eq!(told(&spans(&timeline(&ledger, &Zone::UTC))), expected);
    }
}
