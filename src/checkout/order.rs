//! An order and how what a provider says changes it.

use super::provider::{Fact, LineItem, Mode, PaymentId, ProviderName};
use crate::values::{Email, Money, OrderId, Timestamp};

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
    pub buyer_name: Option<String>,
    pub buyer_email: Option<Email>,
    /// Known once the provider told it; refunds and disputes name it.
    pub payment: Option<PaymentId>,
    /// The provider's cumulative figure, minor units of `total`'s currency.
    pub refunded_minor: i64,
    pub state: OrderState,
    pub created_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderState {
    Open,
    Paid {
        paid_at: Timestamp,
    },
    PartiallyRefunded {
        paid_at: Timestamp,
    },
    Refunded {
        refunded_at: Timestamp,
    },
    /// A dispute is open; `partially` where a part had been refunded before it.
    Disputed {
        paid_at: Timestamp,
        disputed_at: Timestamp,
        partially: bool,
    },
    Expired {
        ended_at: Timestamp,
    },
    Failed {
        ended_at: Timestamp,
    },
}

/// What a fact means for whatever was ordered. The shop turns it into what happens to the gift.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Paid as agreed, or nothing was to pay.
    Settled,
    /// Paid, but not what was agreed: the operator must look.
    Mismatched,
    /// It can no longer be paid.
    Lapsed,
    /// All of it went back, or a dispute was lost.
    Reversed,
    /// Part of it went back: totals only.
    PartlyRefunded,
    /// A dispute was opened: hold.
    Contested,
    /// A dispute was won: go on.
    Upheld,
}

/// An order after a fact, and what follows from it. `outcome` is `None` where the fact changed nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    pub order: Order,
    pub outcome: Option<Outcome>,
}

impl Order {
    /// What `fact` makes of this order. Total: every state has an answer to every fact, repeats and late ones included.
    #[must_use]
    pub fn apply(&self, fact: &Fact, now: Timestamp) -> Applied {
        let _ = (fact, now);
        Applied { order: self.clone(), outcome: None }
    }
}

impl OrderState {
    /// As the database and the log write it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Paid { .. } => "paid",
            Self::PartiallyRefunded { .. } => "partially_refunded",
            Self::Refunded { .. } => "refunded",
            Self::Disputed { .. } => "disputed",
            Self::Expired { .. } => "expired",
            Self::Failed { .. } => "failed",
        }
    }
}
