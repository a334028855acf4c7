//! A subscription for oneself, as its provider tells of it. Pure: each word is a whole picture, so an older one that comes late changes
//! nothing, and what was missed is made up for by the next.

use std::time::Duration;

use super::provider::{Mode, ProviderName, ProviderSubscriptionId, SubscriptionSeen, SubscriptionStatus};
use crate::catalog::Tier;
use crate::values::{AccountId, OrderId, PeriodId, SubscriptionId, Timestamp};

#[cfg(test)]
mod tests;

/// How long after its paid period has ended a subscription that told us nothing is asked about.
const GRACE: Duration = Duration::from_hours(1);
/// How often one is asked about of which no end of a period is known, or of which a payment is awaited.
const A_DAY: Duration = Duration::from_hours(24);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    pub id: SubscriptionId,
    pub version: i64,
    /// The order under which it was taken out.
    pub order_id: OrderId,
    /// Whose membership it pays for.
    pub account_id: AccountId,
    pub tier: Tier,
    pub provider: ProviderName,
    pub mode: Mode,
    /// `None` until the provider has named it.
    pub provider_id: Option<ProviderSubscriptionId>,
    pub state: SubscriptionState,
    /// The period of the membership ledger that it has opened, while it runs.
    pub period_id: Option<PeriodId>,
    /// When the provider said so; older word changes nothing.
    pub as_of: Option<Timestamp>,
    /// When the provider is to be asked how it stands; `None` while its session is asked about, and once it has ended.
    pub next_check_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubscriptionState {
    /// It waits for its first payment.
    Promised,
    Active {
        paid_until: Option<Timestamp>,
        /// Somebody has cancelled it for then.
        ends_at: Option<Timestamp>,
    },
    /// A renewal failed. It goes on while the provider tries again.
    PastDue {
        paid_until: Option<Timestamp>,
    },
    Paused,
    /// For good: another one has another name.
    Ended {
        ended_at: Timestamp,
    },
}

impl SubscriptionState {
    /// As the database and the logs write it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Promised => "promised",
            Self::Active { .. } => "active",
            Self::PastDue { .. } => "past_due",
            Self::Paused => "paused",
            Self::Ended { .. } => "ended",
        }
    }

    /// Whether the membership that it pays for runs.
    #[must_use]
    pub const fn runs(&self) -> bool {
        match self {
            Self::Active { .. } | Self::PastDue { .. } => true,
            Self::Promised | Self::Paused | Self::Ended { .. } => false,
        }
    }
}

/// What a picture means for the membership.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// It runs from now on.
    Began,
    /// It runs no more.
    Stopped,
}

impl Subscription {
    /// This subscription after its provider was seen to have it like `seen` at `as_of`, and what turned with it.
    #[must_use]
    pub fn follow(&self, seen: &SubscriptionSeen, as_of: Timestamp, now: Timestamp) -> (Self, Option<Turn>) {
        let is_old = self.as_of.is_some_and(|known| as_of < known);
        let ends = seen.status == SubscriptionStatus::Ended;
        let has_ended = matches!(self.state, SubscriptionState::Ended { .. });
        // An end is the last word, however late it comes and whatever comes after it.
        if has_ended || (is_old && !ends) {
            return (self.clone(), None);
        }
        let Some(state) = self.seen_as(seen, now) else { return (self.clone(), None) };
        let turn = match (self.state.runs(), state.runs()) {
            (false, true) => Some(Turn::Began),
            (true, false) => Some(Turn::Stopped),
            (true, true) | (false, false) => None,
        };
        let after = Self { state, as_of: Some(as_of.max(self.as_of.unwrap_or(as_of))), ..self.clone() };
        (after.asked(now), turn)
    }

    /// `None` of a picture in which nothing has begun yet.
    fn seen_as(&self, seen: &SubscriptionSeen, now: Timestamp) -> Option<SubscriptionState> {
        let SubscriptionSeen { status, paid_until, ends_at } = *seen;
        Some(match status {
            SubscriptionStatus::Incomplete => return None,
            SubscriptionStatus::Active => SubscriptionState::Active { paid_until: paid_until.or(self.paid_until()), ends_at },
            SubscriptionStatus::PastDue => SubscriptionState::PastDue { paid_until: paid_until.or(self.paid_until()) },
            SubscriptionStatus::Paused => SubscriptionState::Paused,
            SubscriptionStatus::Ended => SubscriptionState::Ended { ended_at: ends_at.unwrap_or(now).min(now) },
        })
    }

    const fn paid_until(&self) -> Option<Timestamp> {
        match self.state {
            SubscriptionState::Active { paid_until, .. } | SubscriptionState::PastDue { paid_until } => paid_until,
            SubscriptionState::Promised | SubscriptionState::Paused | SubscriptionState::Ended { .. } => None,
        }
    }

    /// Puts off the next question to when the provider should have told something by itself.
    #[must_use]
    pub fn asked(&self, now: Timestamp) -> Self {
        let tomorrow = now.plus(A_DAY);
        let next_check_at = match self.state {
            SubscriptionState::Active { paid_until: Some(until), ends_at } => {
                let due = ends_at.map_or(until, |end| end.min(until)).plus(GRACE);
                Some(if due > now { due } else { tomorrow })
            }
            SubscriptionState::Active { paid_until: None, .. } | SubscriptionState::PastDue { .. } | SubscriptionState::Paused => {
                Some(tomorrow)
            }
            SubscriptionState::Promised | SubscriptionState::Ended { .. } => None,
        };
        Self { next_check_at, ..self.clone() }
    }
}
