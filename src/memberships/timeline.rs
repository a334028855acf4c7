//! The timeline of a ledger: a sweep over its lines in the order of their times.
//!
//! It is no function of the present moment, and a line changes nothing before its own time; so what was computed for
//! the past stays as it was, whatever is added and whenever it is computed again.

use std::collections::BTreeMap;
use std::time::Duration;

use super::queue::{Place, Queued, Time};
use super::{Ledger, Stretch, StretchKind};
use crate::values::{Timestamp, Zone};

/// Every stretch of every grant and subscription, past and to come, by the time at which it begins; of those that begin
/// together the one that runs comes first. At any moment one runs at most, and one does as long as there is time left.
/// `zone` is the shop's: its calendar says when months end.
#[must_use]
pub fn timeline(ledger: &Ledger, zone: &Zone) -> Vec<Stretch> {
    let mut sweep = Sweep { zone, queue: BTreeMap::new(), running: None, at: Timestamp::from_millis(i64::MIN), done: Vec::new() };
    for (at, line) in lines(ledger) {
        sweep.run_until(at);
        match line {
            Line::Begins(place, queued) => {
                sweep.queue.insert(place, queued);
            }
            Line::Ends(place) => sweep.leave(&place),
        }
    }
    sweep.run_out();
    sweep.done.sort_by_key(|stretch| (stretch.from, stretch.kind != StretchKind::Runs));
    sweep.done
}

enum Line<'a> {
    Begins(Place<'a>, Queued),
    Ends(Place<'a>),
}

/// The ledger's lines in the order of their times, each beginning before its own end.
fn lines(ledger: &Ledger) -> Vec<(Timestamp, Line<'_>)> {
    let grants = ledger.grants.iter().map(|grant| (Place::of_grant(grant), Queued::of_grant(grant), grant.voided_at));
    let periods = ledger.periods.iter().map(|period| (Place::of_period(period), Queued::of_period(period), period.closed_at));
    let mut lines = Vec::with_capacity(2 * (ledger.grants.len() + ledger.periods.len()));
    for (place, queued, ends_at) in grants.chain(periods) {
        let begins_at = place.since;
        lines.push((begins_at, Line::Begins(place.clone(), queued)));
        lines.extend(ends_at.map(|at| (at.max(begins_at), Line::Ends(place))));
    }
    lines.sort_by_key(|(at, _)| *at);
    lines
}

struct Sweep<'a> {
    zone: &'a Zone,
    queue: BTreeMap<Place<'a>, Queued>,
    /// Whose turn it was last.
    running: Option<Place<'a>>,
    /// Everything before this moment is done.
    at: Timestamp,
    done: Vec<Stretch>,
}

impl<'a> Sweep<'a> {
    fn run_until(&mut self, limit: Timestamp) {
        while self.at < limit {
            match self.run_first() {
                Some((place, Some(left))) if self.at.plus(left) <= limit => self.finish(&place, left),
                Some((place, Some(left))) => {
                    let left = left.saturating_sub(limit.since(self.at));
                    self.queue.entry(place).and_modify(|queued| queued.time = Time::Left(left));
                    self.at = limit;
                }
                Some((_, None)) | None => self.at = limit,
            }
        }
    }

    /// Runs until nothing is left, or for ever behind a subscription that nobody has closed.
    fn run_out(&mut self) {
        while let Some((place, Some(left))) = self.run_first() {
            self.finish(&place, left);
        }
        self.done.extend(self.queue.values().filter_map(|queued| queued.stretch(None)));
    }

    /// Gives the turn to the first in the queue, and says what they have left; `None` of a subscription.
    fn run_first(&mut self) -> Option<(Place<'a>, Option<Duration>)> {
        let place = self.queue.first_key_value().map(|(place, _)| place.clone())?;
        self.pause_all_but(&place);
        let queued = self.queue.get_mut(&place)?;
        self.done.extend(queued.turn(StretchKind::Runs, self.at));
        let left = match queued.time {
            Time::Months(months) => Some(self.zone.add_months(self.at, months.count()).since(self.at)),
            Time::Left(left) => Some(left),
            Time::Open => None,
        };
        Some((place, left))
    }

    fn pause_all_but(&mut self, place: &Place<'a>) {
        let before = self.running.replace(place.clone()).filter(|before| before != place);
        if let Some(queued) = before.and_then(|before| self.queue.get_mut(&before)) {
            self.done.extend(queued.turn(StretchKind::Paused, self.at));
        }
    }

    fn finish(&mut self, place: &Place<'a>, left: Duration) {
        self.at = self.at.plus(left);
        self.leave(place);
    }

    /// Takes somebody out of the queue; whoever has run out is gone already.
    fn leave(&mut self, place: &Place<'a>) {
        let left = self.queue.remove(place);
        self.done.extend(left.and_then(|queued| queued.stretch(Some(self.at))));
    }
}

#[cfg(test)]
mod tests {
    use super::super::histories::{ledger_of, written};
    use super::*;

    /// What happened, and the timeline that it makes. Grants and subscriptions are numbered as they come, from one.
    #[track_caller]
    fn assert_timeline(history: &str, expected: &str) {
        let ledger = ledger_of(history);
        let expected: Vec<&str> = expected.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        assert_eq!(written(&timeline(&ledger, &Zone::UTC)), expected);
    }

    #[test]
    fn a_grant_runs_from_when_it_is_given() {
        assert_timeline("2026-11-21 give member 3", "2026-11-21 to 2027-02-21 Member runs (grant 1)");
    }

    #[test]
    fn nothing_given_is_no_time() {
        assert_timeline("", "");
    }

    #[test]
    fn equal_tiers_queue() {
        assert_timeline(
            "2026-11-21 give member 3
             2026-12-01 give member 12
             2026-12-02 give member 6",
            "2026-11-21 to 2027-02-21 Member runs (grant 1)
             2026-12-01 to 2027-02-21 Member waits (grant 2)
             2026-12-02 to 2028-02-21 Member waits (grant 3)
             2027-02-21 to 2028-02-21 Member runs (grant 2)
             2028-02-21 to 2028-08-21 Member runs (grant 3)",
        );
    }

    #[test]
    fn a_higher_tier_pauses_a_lower_one_which_goes_on_with_what_was_left() {
        assert_timeline(
            "2026-12-03 give member 3
             2027-02-21 give founder 3",
            "2026-12-03 to 2027-02-21 Member runs (grant 1)
             2027-02-21 to 2027-05-21 Founder runs (grant 2)
             2027-02-21 to 2027-05-21 Member paused (grant 1)
             2027-05-21 to 2027-05-31 Member runs (grant 1)",
        );
    }

    #[test]
    fn a_lower_tier_waits_for_a_higher_one() {
        assert_timeline(
            "2026-11-21 give founder 3
             2026-12-01 give member 3",
            "2026-11-21 to 2027-02-21 Founder runs (grant 1)
             2026-12-01 to 2027-02-21 Member waits (grant 2)
             2027-02-21 to 2027-05-21 Member runs (grant 2)",
        );
    }

    #[test]
    fn months_are_counted_from_the_day_on_which_they_begin() {
        // Given in December, begun on 30 November of the year after, clamped to the last of February.
        assert_timeline(
            "2026-11-30 give founder 12
             2026-12-24 give member 3",
            "2026-11-30 to 2027-11-30 Founder runs (grant 1)
             2026-12-24 to 2027-11-30 Member waits (grant 2)
             2027-11-30 to 2028-02-29 Member runs (grant 2)",
        );
    }

    #[test]
    fn a_pause_moves_the_end_by_exactly_its_length() {
        // 30 November to 28 February are 90 days, ten of which had run; clamping counts once.
        assert_timeline(
            "2026-11-30 give member 3
             2026-12-10 give founder 3",
            "2026-11-30 to 2026-12-10 Member runs (grant 1)
             2026-12-10 to 2027-03-10 Founder runs (grant 2)
             2026-12-10 to 2027-03-10 Member paused (grant 1)
             2027-03-10 to 2027-05-29 Member runs (grant 1)",
        );
    }

    #[test]
    fn gift_time_waits_behind_a_subscription_until_it_is_closed() {
        assert_timeline(
            "2026-11-01 open member
             2026-11-21 give member 3",
            "2026-11-01 to … Member runs (subscription 1)
             2026-11-21 to … Member waits (grant 1)",
        );
        assert_timeline(
            "2026-11-01 open member
             2026-11-21 give member 3
             2027-01-01 close 1",
            "2026-11-01 to 2027-01-01 Member runs (subscription 1)
             2026-11-21 to 2027-01-01 Member waits (grant 1)
             2027-01-01 to 2027-04-01 Member runs (grant 1)",
        );
    }

    #[test]
    fn a_subscription_that_begins_pauses_gift_time_of_its_tier() {
        assert_timeline(
            "2026-11-21 give member 3
             2026-12-01 open member
             2026-12-31 close 1",
            "2026-11-21 to 2026-12-01 Member runs (grant 1)
             2026-12-01 to 2026-12-31 Member runs (subscription 1)
             2026-12-01 to 2026-12-31 Member paused (grant 1)
             2026-12-31 to 2027-03-23 Member runs (grant 1)",
        );
    }

    #[test]
    fn a_higher_gift_runs_over_a_lower_subscription() {
        assert_timeline(
            "2026-11-01 open member
             2026-11-21 give founder 3",
            "2026-11-01 to 2026-11-21 Member runs (subscription 1)
             2026-11-21 to 2027-02-21 Founder runs (grant 1)
             2026-11-21 to 2027-02-21 Member paused (subscription 1)
             2027-02-21 to … Member runs (subscription 1)",
        );
    }

    #[test]
    fn a_subscription_that_begins_behind_a_higher_gift_waits_for_it() {
        assert_timeline(
            "2026-11-21 give founder 3
             2026-12-01 open member",
            "2026-11-21 to 2027-02-21 Founder runs (grant 1)
             2026-12-01 to 2027-02-21 Member waits (subscription 1)
             2027-02-21 to … Member runs (subscription 1)",
        );
    }

    #[test]
    fn a_void_ends_what_is_left_and_leaves_what_was() {
        assert_timeline(
            "2026-11-21 give founder 3
             2026-11-21 give member 3
             2026-12-21 void 1",
            "2026-11-21 to 2026-12-21 Founder runs (grant 1)
             2026-11-21 to 2026-12-21 Member waits (grant 2)
             2026-12-21 to 2027-03-21 Member runs (grant 2)",
        );
    }

    #[test]
    fn a_void_of_what_waits_or_has_run_out_takes_nothing_from_the_others() {
        let member = "2026-11-21 to 2027-02-21 Member runs (grant 1)";
        assert_timeline(
            "2026-11-21 give member 3
             2026-12-01 give member 12
             2026-12-11 void 2",
            &format!("{member}\n2026-12-01 to 2026-12-11 Member waits (grant 2)"),
        );
        assert_timeline("2026-11-21 give member 3\n2027-03-01 void 1", member);
    }

    #[test]
    fn what_is_voided_as_it_is_given_has_no_time() {
        assert_timeline("2026-11-21 give member 3\n2026-11-21 void 1", "");
    }

    #[test]
    fn of_those_that_begin_together_the_one_that_runs_comes_first() {
        assert_timeline(
            "2026-11-21 open founder
             2026-11-21 give member 3
             2026-12-01 void 1",
            "2026-11-21 to … Founder runs (subscription 1)
             2026-11-21 to 2026-12-01 Member waits (grant 1)",
        );
    }

    /// A clock that was set back may write an end before its beginning.
    #[test]
    fn what_ends_before_it_begins_has_no_time_and_takes_none() {
        assert_timeline(
            "2026-11-20 give member 3
             2026-11-21 give founder 3
             2026-11-19 void 2
             2026-11-22 open founder
             2026-11-18 close 1",
            "2026-11-20 to 2027-02-20 Member runs (grant 1)",
        );
    }

    #[test]
    fn months_end_by_the_shops_calendar_and_clock() {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        let ledger = ledger_of("2027-01-15 give member 6");
        let runs = timeline(&ledger, &berlin);
        // Noon in Greenwich is one o'clock in Berlin, in summer two: the hour in Berlin stays.
        let hours = runs[0].until.unwrap().since(runs[0].from).as_secs() / 3600;
        assert_eq!(hours, 181 * 24 - 1);
    }
}
