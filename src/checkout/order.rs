//! An order and how what a provider says changes it. Pure: the order in which word arrives is anybody's guess,
//! so every state has an answer to every fact. Knows nothing of what was ordered, nor of sessions.

use super::provider::{Fact, LineItem, Mode, PaymentId, ProviderName};
use crate::catalog::{PromoName, Tax};
use crate::values::{Email, Money, OrderId, Timestamp};

#[cfg(test)]
mod histories;
mod sums;
#[cfg(test)]
mod tests;

/// One purchase.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    pub id: OrderId,
    pub version: i64,
    pub provider: ProviderName,
    pub mode: Mode,
    pub line_item: LineItem,
    /// What the buyer is to pay.
    pub total: Money,
    /// The price before any discount of ours.
    pub list_total: Money,
    /// The code that made `total` less than `list_total`.
    pub promo_code: Option<PromoName>,
    /// What `total` has in it, as it was when this was promised.
    pub tax: Option<Tax>,
    /// What came, without what the provider put on top; it differs from `total` where another sum was paid than was agreed.
    pub paid: Option<Money>,
    pub buyer_name: Option<String>,
    pub buyer_email: Option<Email>,
    /// Known once the provider told it; refunds and disputes name it.
    pub payment: Option<PaymentId>,
    /// The provider's cumulative figure, minor units of `total`'s currency.
    pub refunded_minor: i64,
    /// The order that was made in its stead by a buyer who turned back from paying it: the use of its promo code went along.
    pub replaced_by: Option<OrderId>,
    pub state: OrderState,
    pub created_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderState {
    Open {
        /// When its provider first said that money is under way, on the newest page that it is paid on.
        under_way_since: Option<Timestamp>,
    },
    Paid {
        paid_at: Timestamp,
    },
    PartiallyRefunded {
        paid_at: Timestamp,
    },
    Refunded {
        refunded_at: Timestamp,
    },
    /// A dispute is open.
    Disputed {
        disputed_at: Timestamp,
        /// `None` where word of the dispute came before word of the payment.
        paid_at: Option<Timestamp>,
        /// Whether the shop has had its [`Outcome::Settled`] or [`Outcome::Mismatched`]; if not, winning gives it.
        settled: bool,
    },
    Expired {
        ended_at: Timestamp,
    },
    Failed {
        ended_at: Timestamp,
    },
}

impl OrderState {
    /// Nobody has paid yet, as far as we know.
    pub const OPEN: Self = Self::Open { under_way_since: None };

    /// As the database and the logs write it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Open { .. } => "open",
            Self::Paid { .. } => "paid",
            Self::PartiallyRefunded { .. } => "partially_refunded",
            Self::Refunded { .. } => "refunded",
            Self::Disputed { .. } => "disputed",
            Self::Expired { .. } => "expired",
            Self::Failed { .. } => "failed",
        }
    }
}

/// What a fact means for whatever was ordered. The shop turns it into what happens to the gift.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Paid as agreed, or nothing was to pay. Never said twice of one order.
    Settled,
    /// Paid, but not what was agreed: the operator must look. Said in place of `Settled`.
    Mismatched,
    /// It can no longer be paid.
    Lapsed,
    /// The same, though money was under way: whoever sent it thinks it paid.
    FellThrough,
    /// All of it went back, or a dispute was lost. The last word on an order.
    Reversed,
    /// Part of it went back: totals only.
    PartlyRefunded,
    /// A dispute was opened after it was settled: hold.
    Contested,
    /// A dispute was opened before it was settled: there is nothing to hold yet, and the operator must look.
    ContestedEarly,
    /// That dispute was won: go on. What is held for another reason stays held.
    Upheld,
}

/// An order after a fact, and what follows from it for whatever was ordered.
/// A fact may change the order and have no outcome; one that changes nothing gives the same order back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    pub order: Order,
    pub outcome: Option<Outcome>,
}

impl Order {
    /// Whether word of its payment is still to come, so that the provider is to be asked on.
    #[must_use]
    pub const fn awaits_payment(&self) -> bool {
        match self.state {
            OrderState::Open { .. } | OrderState::Disputed { paid_at: None, .. } => true,
            OrderState::Paid { .. }
            | OrderState::PartiallyRefunded { .. }
            | OrderState::Refunded { .. }
            | OrderState::Disputed { paid_at: Some(_), .. }
            | OrderState::Expired { .. }
            | OrderState::Failed { .. } => false,
        }
    }

    /// Whether money is under way that is not there yet.
    #[must_use]
    pub const fn is_under_way(&self) -> bool {
        matches!(self.state, OrderState::Open { under_way_since: Some(_) })
    }

    /// Its buyer is sent to another page to pay it: what was under way on the one before is no longer what they wait for.
    #[must_use]
    pub fn taken_up_again(&self) -> Self {
        if self.is_under_way() { self.with(OrderState::OPEN) } else { self.clone() }
    }

    /// Whether it holds a use of this code that nobody has paid for, nor is about to.
    #[must_use]
    pub fn reserves(&self, code: &PromoName) -> bool {
        self.state == OrderState::OPEN && self.uses_promo_code() && self.promo_code.as_ref() == Some(code)
    }

    /// Whether its promo code counts as used: while it can be paid, unless the use was taken along to another order, and from its payment
    /// on, also when the money went back since.
    #[must_use]
    pub const fn uses_promo_code(&self) -> bool {
        match self.state {
            OrderState::Open { .. } => self.promo_code.is_some() && self.replaced_by.is_none(),
            OrderState::Paid { .. }
            | OrderState::PartiallyRefunded { .. }
            | OrderState::Refunded { .. }
            | OrderState::Disputed { .. } => self.promo_code.is_some(),
            OrderState::Expired { .. } | OrderState::Failed { .. } => false,
        }
    }

    /// The payment of which something is left to give back; `None` while there is none, or its bank decides about it.
    #[must_use]
    pub const fn refundable_payment(&self) -> Option<&PaymentId> {
        match self.state {
            OrderState::Paid { .. } | OrderState::PartiallyRefunded { .. } => self.payment.as_ref(),
            OrderState::Open { .. }
            | OrderState::Refunded { .. }
            | OrderState::Disputed { .. }
            | OrderState::Expired { .. }
            | OrderState::Failed { .. } => None,
        }
    }

    /// What `fact` makes of this order. Total: every state has an answer to every fact, repeats and late ones included.
    #[must_use]
    pub fn apply(&self, fact: &Fact, now: Timestamp) -> Applied {
        match *fact {
            Fact::Open | Fact::Declined | Fact::Subscription(_) => self.unchanged(),
            Fact::Processing => self.under_way(now),
            Fact::Paid { amount } => self.paid(amount, now),
            Fact::Free => self.paid(Money::new(0, self.total.currency), now),
            Fact::Failed => self.ended(OrderState::Failed { ended_at: now }),
            Fact::Expired => self.ended(OrderState::Expired { ended_at: now }),
            Fact::Refunded { total, whole: true } => self.refunded(total, now),
            Fact::Refunded { total, whole: false } => self.partly_refunded(total),
            Fact::Disputed => self.disputed(now),
            Fact::DisputeWon => self.dispute_won(),
            Fact::DisputeLost => self.dispute_lost(now),
        }
    }

    fn under_way(&self, now: Timestamp) -> Applied {
        match self.state {
            OrderState::Open { under_way_since: None } => {
                Applied { order: self.with(OrderState::Open { under_way_since: Some(now) }), outcome: None }
            }
            OrderState::Open { under_way_since: Some(_) }
            | OrderState::Paid { .. }
            | OrderState::PartiallyRefunded { .. }
            | OrderState::Refunded { .. }
            | OrderState::Disputed { .. }
            | OrderState::Expired { .. }
            | OrderState::Failed { .. } => self.unchanged(),
        }
    }

    /// Only the first word of a payment counts. While a dispute is open, a payment as agreed waits for its end.
    fn paid(&self, amount: Money, now: Timestamp) -> Applied {
        let agreed = amount == self.total;
        let outcome = if agreed { Outcome::Settled } else { Outcome::Mismatched };
        let order = Self { paid: Some(amount), ..self.clone() };
        match self.state {
            OrderState::Open { .. } | OrderState::Expired { .. } | OrderState::Failed { .. } => {
                order.becomes(self.paid_state(now), outcome)
            }
            OrderState::Disputed { paid_at: None, disputed_at, .. } => {
                let state = OrderState::Disputed { disputed_at, paid_at: Some(now), settled: !agreed };
                Applied { order: order.with(state), outcome: (!agreed).then_some(outcome) }
            }
            OrderState::Disputed { paid_at: Some(_), .. }
            | OrderState::Paid { .. }
            | OrderState::PartiallyRefunded { .. }
            | OrderState::Refunded { .. } => self.unchanged(),
        }
    }

    /// An end is believed only of an order that no money has come for.
    fn ended(&self, end: OrderState) -> Applied {
        match self.state {
            OrderState::Open { under_way_since: None } => self.becomes(end, Outcome::Lapsed),
            OrderState::Open { under_way_since: Some(_) } => self.becomes(end, Outcome::FellThrough),
            OrderState::Paid { .. }
            | OrderState::PartiallyRefunded { .. }
            | OrderState::Refunded { .. }
            | OrderState::Disputed { .. }
            | OrderState::Expired { .. }
            | OrderState::Failed { .. } => self.unchanged(),
        }
    }

    /// Holds in every state: money that went back must have come.
    fn refunded(&self, total: Money, now: Timestamp) -> Applied {
        let order = Self { refunded_minor: self.raised_to(total), ..self.clone() };
        match self.state {
            OrderState::Refunded { .. } => Applied { order, outcome: None },
            OrderState::Open { .. }
            | OrderState::Paid { .. }
            | OrderState::PartiallyRefunded { .. }
            | OrderState::Disputed { .. }
            | OrderState::Expired { .. }
            | OrderState::Failed { .. } => order.becomes(OrderState::Refunded { refunded_at: now }, Outcome::Reversed),
        }
    }

    /// Before word of the payment only the total is kept: paid is still what fulfils.
    fn partly_refunded(&self, total: Money) -> Applied {
        let order = Self { refunded_minor: self.raised_to(total), ..self.clone() };
        if order == *self {
            return self.unchanged();
        }
        match self.state {
            OrderState::Paid { paid_at } | OrderState::PartiallyRefunded { paid_at } => {
                order.becomes(OrderState::PartiallyRefunded { paid_at }, Outcome::PartlyRefunded)
            }
            OrderState::Open { .. } | OrderState::Disputed { .. } | OrderState::Expired { .. } | OrderState::Failed { .. } => {
                Applied { order, outcome: Some(Outcome::PartlyRefunded) }
            }
            OrderState::Refunded { .. } => Applied { order, outcome: None },
        }
    }

    fn disputed(&self, now: Timestamp) -> Applied {
        match self.state {
            OrderState::Paid { paid_at } | OrderState::PartiallyRefunded { paid_at } => {
                let state = OrderState::Disputed { disputed_at: now, paid_at: Some(paid_at), settled: true };
                self.becomes(state, Outcome::Contested)
            }
            OrderState::Open { .. } | OrderState::Expired { .. } | OrderState::Failed { .. } => {
                let state = OrderState::Disputed { disputed_at: now, paid_at: None, settled: false };
                self.becomes(state, Outcome::ContestedEarly)
            }
            OrderState::Disputed { .. } | OrderState::Refunded { .. } => self.unchanged(),
        }
    }

    /// Back to what it was; to open where the payment itself was never told of, for only that fulfils.
    fn dispute_won(&self) -> Applied {
        match self.state {
            OrderState::Disputed { paid_at: Some(paid_at), settled: true, .. } => {
                self.becomes(self.paid_state(paid_at), Outcome::Upheld)
            }
            OrderState::Disputed { paid_at: Some(paid_at), settled: false, .. } => {
                self.becomes(self.paid_state(paid_at), Outcome::Settled)
            }
            OrderState::Disputed { paid_at: None, .. } => Applied { order: self.with(OrderState::OPEN), outcome: None },
            OrderState::Open { .. }
            | OrderState::Paid { .. }
            | OrderState::PartiallyRefunded { .. }
            | OrderState::Refunded { .. }
            | OrderState::Expired { .. }
            | OrderState::Failed { .. } => self.unchanged(),
        }
    }

    /// The bank took the money back. It is no refund of ours, so the refunded total stays.
    fn dispute_lost(&self, now: Timestamp) -> Applied {
        match self.state {
            OrderState::Refunded { .. } => self.unchanged(),
            OrderState::Open { .. }
            | OrderState::Paid { .. }
            | OrderState::PartiallyRefunded { .. }
            | OrderState::Disputed { .. }
            | OrderState::Expired { .. }
            | OrderState::Failed { .. } => self.becomes(OrderState::Refunded { refunded_at: now }, Outcome::Reversed),
        }
    }

    /// The refunded total after a provider named `total`: cumulative, and an older figure that comes late lowers nothing.
    /// A sum in another currency says nothing in ours.
    fn raised_to(&self, total: Money) -> i64 {
        if total.currency == self.total.currency { self.refunded_minor.max(total.minor) } else { self.refunded_minor }
    }

    fn paid_state(&self, paid_at: Timestamp) -> OrderState {
        if self.refunded_minor > 0 { OrderState::PartiallyRefunded { paid_at } } else { OrderState::Paid { paid_at } }
    }

    fn unchanged(&self) -> Applied {
        Applied { order: self.clone(), outcome: None }
    }

    fn becomes(&self, state: OrderState, outcome: Outcome) -> Applied {
        Applied { order: self.with(state), outcome: Some(outcome) }
    }

    fn with(&self, state: OrderState) -> Self {
        Self { state, ..self.clone() }
    }
}
