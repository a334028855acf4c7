//! What each of the three providers says of what happened at its page, and what it leaves out.

use super::page::{Deed, Page, PageState, Payment};
use crate::checkout::{Fact, PaymentId, ProviderName};
use crate::values::Timestamp;

/// What an event says.
pub struct Told {
    pub has_session: bool,
    pub payment: Option<PaymentId>,
    pub facts: Vec<Fact>,
    /// Else the provider is asked what it meant.
    pub is_complete: bool,
}

/// What a provider of this manner sends out when this was done at that page.
pub fn told(manner: ProviderName, page: &Page, deed: Deed) -> Option<Told> {
    match manner {
        ProviderName::Stripe => stripe_tells(page, deed),
        ProviderName::Creem => creem_tells(page, deed),
        ProviderName::Flowglad => flowglad_tells(page, deed),
    }
}

/// What a provider of this manner answers when it is asked about that page.
pub fn answer(manner: ProviderName, page: &Page, now: Timestamp) -> Vec<Fact> {
    match (manner, page.money()) {
        (ProviderName::Creem, Some(payment)) => creems_answer(payment),
        (ProviderName::Stripe | ProviderName::Creem | ProviderName::Flowglad, _) => page.facts(now),
    }
}

/// Whether it can be done at a provider of this manner: not all know of disputes, and at Creem one that was lost looks as if it were open.
pub fn is_known_to(manner: ProviderName, deed: Deed) -> bool {
    match manner {
        ProviderName::Stripe => true,
        ProviderName::Creem => deed != Deed::LoseDispute,
        ProviderName::Flowglad => !matches!(deed, Deed::Dispute | Deed::WinDispute | Deed::LoseDispute),
    }
}

/// Money that was there is moved.
pub fn is_of_money_moved(deed: Deed) -> bool {
    matches!(deed, Deed::RefundPart | Deed::RefundRest | Deed::Dispute | Deed::WinDispute | Deed::LoseDispute)
}

/// Sessions and payments each have events of their own; an open dispute is asked about.
fn stripe_tells(page: &Page, deed: Deed) -> Option<Told> {
    let payment = page.payment.as_ref().map(|payment| payment.id.clone());
    let of_session = |facts| Some(Told { has_session: true, payment: payment.clone(), facts, is_complete: true });
    let of_payment = |facts| Some(Told { has_session: false, payment: payment.clone(), facts, is_complete: deed != Deed::Dispute });
    let refunds = || page.payment.as_ref().and_then(Payment::refunds).into_iter().collect();
    match deed {
        Deed::Pay | Deed::PayTooLittle | Deed::PayLater | Deed::Arrive | Deed::FallThrough | Deed::Expire | Deed::PayAfterAll => {
            of_session(page.facts(page.expires_at))
        }
        Deed::Decline => Some(Told { has_session: false, payment: None, facts: vec![Fact::Declined], is_complete: true }),
        Deed::RefundPart | Deed::RefundRest => of_payment(refunds()),
        Deed::Dispute => of_payment(vec![Fact::Disputed]),
        Deed::WinDispute => of_payment(vec![Fact::DisputeWon]),
        Deed::LoseDispute => of_payment(vec![Fact::DisputeLost]),
    }
}

/// One event of a sale, with everything in it; attempts, ends and decided disputes are not told.
fn creem_tells(page: &Page, deed: Deed) -> Option<Told> {
    let payment = page.payment.as_ref()?;
    let facts = match deed {
        Deed::Pay | Deed::PayTooLittle | Deed::Arrive | Deed::PayAfterAll => vec![Fact::Paid { amount: payment.net }],
        Deed::RefundPart | Deed::RefundRest => payment.refunds().into_iter().collect(),
        Deed::Dispute => vec![Fact::Disputed],
        Deed::PayLater | Deed::FallThrough | Deed::Decline | Deed::Expire | Deed::WinDispute | Deed::LoseDispute => return None,
    };
    Some(Told { has_session: true, payment: Some(payment.id.clone()), facts, is_complete: true })
}

/// While a dispute is open the payment is charged back. One that isn't reads as if a dispute had been won, whether there ever was one or not.
fn creems_answer(payment: &Payment) -> Vec<Fact> {
    let is_disputed = payment.dispute == Some(Fact::Disputed);
    let (disputed, upheld) =
        (is_disputed.then_some(Fact::Disputed), (!is_disputed && !payment.is_gone()).then_some(Fact::DisputeWon));
    payment.refunds().into_iter().chain(disputed).chain([Fact::Paid { amount: payment.net }]).chain(upheld).collect()
}

/// An event names a payment and says nothing of it; of money that goes back there is none at all.
fn flowglad_tells(page: &Page, deed: Deed) -> Option<Told> {
    let payment = || page.payment.as_ref().map(|payment| payment.id.clone());
    let of = |payment, facts| Some(Told { has_session: false, payment, facts, is_complete: false });
    match deed {
        Deed::Pay | Deed::PayTooLittle | Deed::PayLater | Deed::Arrive | Deed::FallThrough | Deed::PayAfterAll => {
            of(payment(), Vec::new())
        }
        Deed::Decline => of(None, vec![Fact::Declined]),
        Deed::Expire | Deed::RefundPart | Deed::RefundRest | Deed::Dispute | Deed::WinDispute | Deed::LoseDispute => None,
    }
}

/// What an event that named a payment turns out to mean. Of one that failed only its session knows whether another may follow.
pub fn flowglads_answer(page: &Page, payment: &Payment) -> Vec<Fact> {
    match page.state {
        PageState::Paid => payment.facts(),
        PageState::UnderWay => vec![Fact::Processing],
        PageState::Open | PageState::Failed | PageState::Expired => vec![Fact::Declined],
    }
}
