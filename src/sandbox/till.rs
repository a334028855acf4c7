//! What a payment provider keeps of a hosted checkout, whoever it is: sessions, payments, refunds, disputes and subscriptions.
//! Pure: every change takes its moment and its ids, and says what happened; who is told of it stands elsewhere.

use serde::{Deserialize, Serialize};

pub use self::subscriptions::{Begins, Recurrence, Renewal, Standing, Subscription, Turn, Unit};
use crate::values::{Currency, Money, Timestamp};

mod subscriptions;
#[cfg(test)]
mod tests;

/// The providers that this sandbox speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provider {
    Stripe,
    Creem,
    Flowglad,
}

/// One hosted checkout.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Session {
    pub id: String,
    pub provider: Provider,
    pub created_at: Timestamp,
    pub expires_at: Timestamp,
    pub lines: Vec<Line>,
    pub currency: Currency,
    /// Where its hosted page is.
    pub url: String,
    pub success_url: String,
    pub cancel_url: Option<String>,
    /// What the request or the buyer said of the buyer's address.
    pub buyer_email: Option<String>,
    /// The request as it came, for what only its own protocol understands.
    pub asked: serde_json::Value,
    /// `None` for what is paid once.
    #[serde(default)]
    pub begins: Option<Begins>,
    pub stage: Stage,
}

/// One thing on the bill.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Line {
    pub id: String,
    pub name: String,
    pub description: Option<String>,
    pub quantity: i64,
    /// The price of one, in minor units.
    pub unit: i64,
    pub price_id: String,
    pub product_id: String,
    /// True where the price stands in the provider's catalog, false where the request brought it.
    pub is_catalog: bool,
    /// How often it is paid again; `None` for what is paid once.
    #[serde(default)]
    pub every: Option<Recurrence>,
}

/// How far a session has come.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// Waits for its buyer. A declined attempt leaves its handle.
    Open {
        declined: Option<Handle>,
    },
    /// Confirmed with a delayed method; the money is under way.
    Processing(Handle),
    Paid(Payment),
    /// Completed with nothing to pay.
    Free,
    /// A delayed payment that came to nothing.
    Failed(Handle),
    Expired {
        declined: Option<Handle>,
    },
}

/// The provider's ids of one payment: what a refund names, and the charge behind it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Handle {
    pub payment: String,
    pub charge: String,
    pub at: Timestamp,
}

/// Money that arrived, and what became of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Payment {
    pub handle: Handle,
    pub refunds: Vec<Refund>,
    pub dispute: Option<Dispute>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Refund {
    pub id: String,
    pub at: Timestamp,
    /// In minor units of the session's currency.
    pub amount: i64,
    pub asked: serde_json::Value,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Dispute {
    pub id: String,
    pub at: Timestamp,
    pub amount: i64,
    pub verdict: Verdict,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Pending,
    Won,
    Lost,
}

/// What a change was, for whoever is to be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Happening {
    Completed,
    Declined,
    Settled,
    Failed,
    Expired,
    /// The refund's id.
    Refunded(String),
    Disputed,
    DisputeClosed,
}

/// Why a change can't be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("The session is no longer open.")]
    NotOpen,
    #[error("No delayed payment is under way here.")]
    NotProcessing,
    #[error("Nothing was paid here.")]
    NotPaid,
    #[error("Everything has been refunded already.")]
    AllRefunded,
    /// What is left to be refunded, in minor units.
    #[error("That is more than is left of the payment.")]
    TooMuch { left: i64 },
    #[error("The payment is disputed.")]
    Disputed,
    #[error("No dispute is open here.")]
    NotDisputed,
    #[error("The subscription has ended.")]
    Ended,
    #[error("The subscription ends with this period already.")]
    EndScheduled,
    #[error("Nobody asked for the subscription to end.")]
    EndNotScheduled,
    #[error("The subscription is paused already.")]
    Paused,
    #[error("The subscription is not paused.")]
    NotPaused,
}

impl Session {
    pub fn total(&self) -> Money {
        Money::new(sum(&self.lines), self.currency)
    }

    pub const fn is_open(&self) -> bool {
        matches!(self.stage, Stage::Open { .. })
    }

    /// Paid, or with nothing to pay.
    pub const fn is_completed(&self) -> bool {
        matches!(self.stage, Stage::Paid(_) | Stage::Free)
    }

    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.is_open() && self.expires_at <= now
    }

    /// The ids of the payment that was tried or made here.
    pub const fn handle(&self) -> Option<&Handle> {
        match &self.stage {
            Stage::Open { declined } | Stage::Expired { declined } => declined.as_ref(),
            Stage::Processing(handle) | Stage::Failed(handle) => Some(handle),
            Stage::Paid(payment) => Some(&payment.handle),
            Stage::Free => None,
        }
    }

    pub const fn payment(&self) -> Option<&Payment> {
        match &self.stage {
            Stage::Paid(payment) => Some(payment),
            Stage::Open { .. } | Stage::Processing(_) | Stage::Free | Stage::Failed(_) | Stage::Expired { .. } => None,
        }
    }

    /// Takes a discount off, once; false where nobody can take one off any more.
    pub fn take_off(&mut self, discount: Line) -> bool {
        let is_new = self.is_open() && self.discount().is_none();
        if is_new {
            self.lines.push(discount);
        }
        is_new
    }

    /// The line of the bill that lowers it.
    pub fn discount(&self) -> Option<&Line> {
        self.lines.iter().find(|line| line.unit < 0)
    }

    /// Pays at once; completes without a payment where nothing is to pay.
    pub fn pay(&mut self, handle: Handle) -> Result<Happening, Refusal> {
        let handle = self.attempt(handle)?;
        self.stage =
            if self.total().is_zero() { Stage::Free } else { Stage::Paid(Payment { handle, refunds: Vec::new(), dispute: None }) };
        Ok(Happening::Completed)
    }

    /// Confirms with a method whose money comes later.
    pub fn pay_later(&mut self, handle: Handle) -> Result<Happening, Refusal> {
        let handle = self.attempt(handle)?;
        self.stage = if self.total().is_zero() { Stage::Free } else { Stage::Processing(handle) };
        Ok(Happening::Completed)
    }

    /// Refuses one attempt; the session stays open.
    pub fn decline(&mut self, handle: Handle) -> Result<Happening, Refusal> {
        let handle = self.attempt(handle)?;
        self.stage = Stage::Open { declined: Some(handle) };
        Ok(Happening::Declined)
    }

    pub fn expire(&mut self) -> Result<Happening, Refusal> {
        let Stage::Open { declined } = &self.stage else { return Err(Refusal::NotOpen) };
        self.stage = Stage::Expired { declined: declined.clone() };
        Ok(Happening::Expired)
    }

    /// The delayed money arrived.
    pub fn settle(&mut self) -> Result<Happening, Refusal> {
        let Stage::Processing(handle) = &self.stage else { return Err(Refusal::NotProcessing) };
        self.stage = Stage::Paid(Payment { handle: handle.clone(), refunds: Vec::new(), dispute: None });
        Ok(Happening::Settled)
    }

    /// The delayed money will never arrive.
    pub fn fail(&mut self) -> Result<Happening, Refusal> {
        let Stage::Processing(handle) = &self.stage else { return Err(Refusal::NotProcessing) };
        self.stage = Stage::Failed(handle.clone());
        Ok(Happening::Failed)
    }

    /// Gives back `amount`, or all that is left.
    pub fn refund(
        &mut self,
        id: String,
        amount: Option<i64>,
        asked: serde_json::Value,
        at: Timestamp,
    ) -> Result<Happening, Refusal> {
        let left = self.left();
        let payment = self.paid()?;
        if payment.dispute.as_ref().is_some_and(|dispute| dispute.verdict != Verdict::Won) {
            return Err(Refusal::Disputed);
        }
        if left <= 0 {
            return Err(Refusal::AllRefunded);
        }
        let amount = amount.unwrap_or(left);
        if amount > left || amount <= 0 {
            return Err(Refusal::TooMuch { left });
        }
        payment.refunds.push(Refund { id: id.clone(), at, amount, asked });
        Ok(Happening::Refunded(id))
    }

    /// The buyer's bank takes back what was not refunded.
    pub fn dispute(&mut self, id: String, at: Timestamp) -> Result<Happening, Refusal> {
        let amount = self.left();
        let payment = self.paid()?;
        if payment.dispute.is_some() {
            return Err(Refusal::Disputed);
        }
        if amount <= 0 {
            return Err(Refusal::AllRefunded);
        }
        payment.dispute = Some(Dispute { id, at, amount, verdict: Verdict::Pending });
        Ok(Happening::Disputed)
    }

    pub fn decide(&mut self, verdict: Verdict) -> Result<Happening, Refusal> {
        match self.paid()?.dispute.as_mut() {
            Some(dispute) if dispute.verdict == Verdict::Pending => {
                dispute.verdict = verdict;
                Ok(Happening::DisputeClosed)
            }
            Some(_) | None => Err(Refusal::NotDisputed),
        }
    }

    /// What of the payment was not refunded, in minor units.
    fn left(&self) -> i64 {
        self.total().minor.saturating_sub(self.payment().map_or(0, Payment::refunded))
    }

    /// A second attempt belongs to the payment of the first.
    fn attempt(&self, handle: Handle) -> Result<Handle, Refusal> {
        let Stage::Open { declined } = &self.stage else { return Err(Refusal::NotOpen) };
        let payment = declined.as_ref().map_or(handle.payment, |before| before.payment.clone());
        Ok(Handle { payment, ..handle })
    }

    const fn paid(&mut self) -> Result<&mut Payment, Refusal> {
        match &mut self.stage {
            Stage::Paid(payment) => Ok(payment),
            Stage::Open { .. } | Stage::Processing(_) | Stage::Free | Stage::Failed(_) | Stage::Expired { .. } => {
                Err(Refusal::NotPaid)
            }
        }
    }
}

/// What all lines cost together, in minor units.
fn sum(lines: &[Line]) -> i64 {
    lines.iter().map(|line| line.unit.saturating_mul(line.quantity)).fold(0, i64::saturating_add)
}

impl Payment {
    /// Everything that went back so far, in minor units.
    pub fn refunded(&self) -> i64 {
        self.refunds.iter().map(|refund| refund.amount).fold(0, i64::saturating_add)
    }
}
