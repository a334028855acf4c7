//! Whose turn it is: everybody who has time left, in the order in which they run.

use std::cmp::Reverse;
use std::time::Duration;

use super::{Grant, Source, Stretch, StretchKind, SubscriptionPeriod};
use crate::catalog::{Months, Tier};
use crate::values::Timestamp;

/// Who runs before whom: the higher tier; in it a subscription before gift time; then whatever came first.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place<'a> {
    tier: Reverse<Tier>,
    is_grant: bool,
    pub(super) since: Timestamp,
    id: &'a str,
}

/// Somebody in the queue, and the stretch that they are in.
pub(super) struct Queued {
    tier: Tier,
    source: Source,
    pub(super) time: Time,
    kind: StretchKind,
    from: Timestamp,
}

/// The time that is left to run.
#[derive(Clone, Copy)]
pub(super) enum Time {
    /// Months of the calendar: how long they are turns out when they begin.
    Months(Months),
    Left(Duration),
    /// Until the subscription is closed.
    Open,
}

impl<'a> Place<'a> {
    pub(super) fn of_grant(grant: &'a Grant) -> Self {
        Self { tier: Reverse(grant.tier), is_grant: true, since: grant.granted_at, id: grant.id.as_str() }
    }

    pub(super) fn of_period(period: &'a SubscriptionPeriod) -> Self {
        Self { tier: Reverse(period.tier), is_grant: false, since: period.opened_at, id: period.id.as_str() }
    }
}

impl Queued {
    pub(super) fn of_grant(grant: &Grant) -> Self {
        let time = Time::Months(grant.months);
        let source = Source::Grant(grant.id.clone());
        Self { tier: grant.tier, source, time, kind: StretchKind::Waits, from: grant.granted_at }
    }

    pub(super) fn of_period(period: &SubscriptionPeriod) -> Self {
        let source = Source::Subscription(period.id.clone());
        Self { tier: period.tier, source, time: Time::Open, kind: StretchKind::Waits, from: period.opened_at }
    }

    /// Begins another stretch at `at`, and gives the one that ends there.
    pub(super) fn turn(&mut self, kind: StretchKind, at: Timestamp) -> Option<Stretch> {
        if self.kind == kind {
            return None;
        }
        let before = self.stretch(Some(at));
        self.kind = kind;
        self.from = at;
        before
    }

    /// The present stretch, ended at `until`; `None` for one that would have no length.
    pub(super) fn stretch(&self, until: Option<Timestamp>) -> Option<Stretch> {
        let has_length = until.is_none_or(|until| self.from < until);
        has_length.then(|| Stretch { tier: self.tier, from: self.from, until, source: self.source.clone(), kind: self.kind })
    }
}
