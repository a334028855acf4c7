//! Membership time: an append-only ledger of grants, and the timeline that is computed from it.
//! Pure; knows nothing of gifts, orders or storage.

#[cfg(test)]
pub(crate) mod histories;
mod queue;
mod reading;
mod timeline;

pub use reading::{End, Span, ahead, current, end, preview, spans};
pub use timeline::timeline;

use crate::catalog::{Months, Tier};
use crate::values::{AccountId, GrantId, PeriodId, Timestamp};

/// Membership time given to an account; a line of the ledger, never rewritten.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    pub id: GrantId,
    pub account_id: AccountId,
    pub tier: Tier,
    pub months: Months,
    pub granted_at: Timestamp,
    /// Set once, when it was taken back; ends what is left of it from then on and nothing else.
    pub voided_at: Option<Timestamp>,
}

/// A period of a subscription of one's own. It is opened and closed with the times from which that counts,
/// neither of which lies before the moment at which it is written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubscriptionPeriod {
    pub id: PeriodId,
    pub account_id: AccountId,
    pub tier: Tier,
    pub opened_at: Timestamp,
    pub closed_at: Option<Timestamp>,
}

/// Everything that counts towards one account's membership, in any order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    pub grants: Vec<Grant>,
    pub periods: Vec<SubscriptionPeriod>,
}

/// One unbroken run of one state of one tier's time, half open: from `from` until just before `until`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stretch {
    pub tier: Tier,
    pub from: Timestamp,
    /// `None` for a subscription that goes on until it is cancelled, and for what waits behind one.
    pub until: Option<Timestamp>,
    pub source: Source,
    pub kind: StretchKind,
}

/// Why a stretch is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Grant(GrantId),
    Subscription(PeriodId),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StretchKind {
    /// The membership of this time is this one.
    Runs,
    /// It had begun, and waits while a higher tier runs.
    Paused,
    /// It has not begun yet.
    Waits,
}
