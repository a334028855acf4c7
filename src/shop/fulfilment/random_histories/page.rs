//! A provider's payment page as it truly is: what people did there, and where the money is. Knows nothing of what anybody was told.

use crate::checkout::{Fact, PaymentId};
use crate::values::{CheckoutSessionId, Money, OrderId, Timestamp};

/// What somebody does at a payment page, or later with the money that came of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    Pay,
    /// Less than the price: a provider's own price that nobody kept equal to ours.
    PayTooLittle,
    /// By a bank debit, of which nobody knows for days whether it arrives.
    PayLater,
    Arrive,
    FallThrough,
    /// The card is refused; the buyer may try another.
    Decline,
    Expire,
    /// The provider had given the page up, and money comes all the same.
    PayAfterAll,
    RefundPart,
    RefundRest,
    Dispute,
    WinDispute,
    LoseDispute,
}

#[derive(Clone, Debug)]
pub struct Page {
    pub session: CheckoutSessionId,
    pub order: OrderId,
    pub price: Money,
    pub expires_at: Timestamp,
    pub state: PageState,
    pub payment: Option<Payment>,
    /// A buyer was led here. A page whose address was lost on its way to us nobody pays at.
    pub is_shown: bool,
    /// Nothing has happened since the provider was last asked.
    pub is_known: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageState {
    Open,
    UnderWay,
    Paid,
    Failed,
    Expired,
}

#[derive(Clone, Debug)]
pub struct Payment {
    pub id: PaymentId,
    /// Without the tax that the provider puts on top.
    pub net: Money,
    pub gross: Money,
    pub refunded_minor: i64,
    pub dispute: Option<Fact>,
}

/// Where the money of a payment is at last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Stays,
    /// It stays, and is not what was asked.
    TooLittle,
    /// A dispute about it is open.
    Contested,
    /// All of it went back.
    Gone,
}

impl Page {
    /// Pages end by themselves.
    pub fn state_at(&self, now: Timestamp) -> PageState {
        if self.state == PageState::Open && self.expires_at <= now { PageState::Expired } else { self.state }
    }

    /// Whether nothing happens here any more unless somebody moves money.
    pub fn is_final(&self, now: Timestamp) -> bool {
        match self.state_at(now) {
            PageState::Open | PageState::UnderWay => false,
            PageState::Paid | PageState::Failed | PageState::Expired => true,
        }
    }

    /// The payment, once its money has come.
    pub fn money(&self) -> Option<&Payment> {
        self.payment.as_ref().filter(|_| self.state == PageState::Paid)
    }

    /// Does what can be done, and says whether it could.
    pub fn happen(&mut self, deed: Deed, now: Timestamp, new_payment: impl FnOnce() -> PaymentId) -> bool {
        let before = self.state_at(now);
        match (deed, before) {
            (Deed::Pay | Deed::PayTooLittle, PageState::Open) | (Deed::PayAfterAll, PageState::Failed | PageState::Expired) => {
                let missing = if deed == Deed::PayTooLittle { 100 } else { 0 };
                self.pay(Money { minor: self.price.minor - missing, ..self.price }, PageState::Paid, new_payment());
            }
            (Deed::PayLater, PageState::Open) => self.pay(self.price, PageState::UnderWay, new_payment()),
            (Deed::Arrive, PageState::UnderWay) => self.state = PageState::Paid,
            (Deed::FallThrough, PageState::UnderWay) => self.state = PageState::Failed,
            (Deed::Expire, PageState::Open) => self.state = PageState::Expired,
            (Deed::Decline, PageState::Open) => {}
            (Deed::RefundPart | Deed::RefundRest | Deed::Dispute | Deed::WinDispute | Deed::LoseDispute, PageState::Paid) => {
                return self.payment.as_mut().is_some_and(|payment| payment.move_money(deed));
            }
            _ => return false,
        }
        true
    }

    fn pay(&mut self, net: Money, state: PageState, id: PaymentId) {
        // Some buyers live where the provider must add tax.
        let is_taxed = self.session.as_str().ends_with(|symbol: char| symbol.is_ascii_digit());
        let tax = if is_taxed { net.minor / 5 } else { 0 };
        let gross = Money { minor: net.minor + tax, ..net };
        self.payment = Some(Payment { id, net, gross, refunded_minor: 0, dispute: None });
        self.state = state;
    }

    /// Everything that is to be said of the page, in the order in which adapters say it: what undoes a payment before the payment.
    pub fn facts(&self, now: Timestamp) -> Vec<Fact> {
        match (self.state_at(now), &self.payment) {
            (PageState::Paid, Some(payment)) => payment.facts(),
            (PageState::Open | PageState::Paid, _) => vec![Fact::Open],
            (PageState::UnderWay, _) => vec![Fact::Processing],
            (PageState::Failed, _) => vec![Fact::Failed],
            (PageState::Expired, _) => vec![Fact::Expired],
        }
    }

    pub fn is_paid_as_agreed(&self) -> bool {
        self.money().is_some_and(|payment| payment.net == self.price)
    }

    pub fn fate(&self) -> Option<Fate> {
        self.money().map(|payment| {
            if payment.is_gone() {
                Fate::Gone
            } else if payment.net != self.price {
                Fate::TooLittle
            } else if payment.dispute == Some(Fact::Disputed) {
                Fate::Contested
            } else {
                Fate::Stays
            }
        })
    }
}

impl Payment {
    pub fn is_gone(&self) -> bool {
        self.refunded_minor >= self.gross.minor || self.dispute == Some(Fact::DisputeLost)
    }

    fn move_money(&mut self, deed: Deed) -> bool {
        let left = self.gross.minor - self.refunded_minor;
        match (deed, &self.dispute) {
            _ if self.is_gone() => return false,
            (Deed::RefundPart, _) if left > 1_000 => self.refunded_minor += 1_000,
            (Deed::RefundRest, _) => self.refunded_minor = self.gross.minor,
            (Deed::Dispute, None) => self.dispute = Some(Fact::Disputed),
            (Deed::WinDispute, Some(Fact::Disputed)) => self.dispute = Some(Fact::DisputeWon),
            (Deed::LoseDispute, Some(Fact::Disputed)) => self.dispute = Some(Fact::DisputeLost),
            _ => return false,
        }
        true
    }

    pub fn facts(&self) -> Vec<Fact> {
        let paid = Fact::Paid { amount: self.net };
        self.refunds().into_iter().chain(self.dispute.clone()).chain([paid]).collect()
    }

    pub fn refunds(&self) -> Option<Fact> {
        let total = Money { minor: self.refunded_minor, ..self.gross };
        (self.refunded_minor > 0).then_some(Fact::Refunded { total, whole: self.refunded_minor >= self.gross.minor })
    }
}
