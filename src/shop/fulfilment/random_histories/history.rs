//! What can happen in a shop, at random. Numbers point: to the third page, the first gift; they wrap around.

use std::fmt;
use std::time::Duration;

use proptest::prelude::*;

use super::page::Deed;
use crate::checkout::ProviderName;

#[derive(Clone, Debug)]
pub struct History {
    pub provider: ProviderName,
    pub steps: Vec<Step>,
    /// How money ends that is still under way at the end.
    pub ends_well: bool,
}

impl Step {
    /// Whether the shop hears of it: else it can't have changed anything there.
    pub const fn is_at_the_shop(&self) -> bool {
        !matches!(self, Self::AtThePage(..) | Self::Pass(_) | Self::Silence(_) | Self::NoMail(_))
    }
}

/// A line a step.
impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "At {}, where late money {}:", self.provider, if self.ends_well { "arrives" } else { "falls through" })?;
        self.steps.iter().try_for_each(|step| writeln!(f, "  {step:?}"))
    }
}

#[derive(Clone, Debug)]
pub enum Step {
    Buy(Wish),
    /// The same form once more.
    BuyAgain(u8),
    AtThePage(u8, Deed),
    /// A notice that nobody has heard yet.
    Hear(u8),
    HearAgain(u8),
    /// Word that any page was paid, by somebody who doesn't have the provider's key.
    Forge(u8),
    ComeBack(u8),
    /// Turns back from a page without paying, and sends the form with another name.
    Correct(u8),
    Reconcile,
    SendMail,
    Pass(Duration),
    Redeem(u8),
    RedeemByAnOldCode(u8),
    RedeemAsSomebodyElse(u8),
    Reissue(u8),
    Readdress(u8, u8),
    SendAgain(u8),
    /// Its buyer asks for the money.
    TakeBack(u8),
    Decline(u8),
    /// So many of the next calls to the provider are not answered.
    Silence(u8),
    /// So many of the next mails do not leave.
    NoMail(u8),
    AtOnce(Vec<Self>),
}

#[derive(Clone, Debug)]
pub struct Wish {
    pub recipient: u8,
    pub tier: &'static str,
    pub months: &'static str,
    pub delivery: Delivered,
    /// A promo code, or none.
    pub code: &'static str,
}

#[derive(Clone, Copy, Debug)]
pub enum Delivered {
    Now,
    OnADay,
    ByHand,
}

/// The promo codes that the shop has: half off for a few, and nothing left to pay.
pub const HALF: &str = "HALF";
pub const FREE: &str = "FREE";
pub const HALVES_MAX: i64 = 2;

/// When a session of a day is about to end.
const NEARLY_A_DAY: Duration = Duration::from_mins(24 * 60 - 3);

pub fn any_history(provider: ProviderName) -> impl Strategy<Value = History> {
    let beginning = prop_oneof![7 => Just(Vec::new()), 1 => Just(paid_in_two_windows())];
    let steps = prop::collection::vec(prop_oneof![9 => any_step(), 1 => at_once()], 1..140);
    (beginning, steps, any::<bool>()).prop_map(move |(beginning, steps, ends_well)| History {
        provider,
        steps: [beginning, steps].concat(),
        ends_well,
    })
}

/// Before anybody hears of either, which chance alone seldom brings about.
fn paid_in_two_windows() -> Vec<Step> {
    let wish = Wish { recipient: 0, tier: "member", months: "3", delivery: Delivered::Now, code: "" };
    let pay = |page| Step::AtThePage(page, Deed::Pay);
    vec![Step::Buy(wish), Step::Pass(NEARLY_A_DAY), Step::BuyAgain(0), pay(0), pay(1)]
}

/// Time stands still meanwhile, or a mail could be on its way for days, and another worker would rightly send it again.
fn at_once() -> impl Strategy<Value = Step> {
    let any = any_step().prop_map(|step| if matches!(step, Step::Pass(_)) { Step::SendMail } else { step });
    prop::collection::vec(any, 2..5).prop_map(Step::AtOnce)
}

fn any_step() -> impl Strategy<Value = Step> {
    let n = any::<u8>;
    prop_oneof![
        6 => any_wish().prop_map(Step::Buy),
        8 => n().prop_map(Step::BuyAgain),
        40 => (n(), any_deed()).prop_map(|(page, deed)| Step::AtThePage(page, deed)),
        16 => n().prop_map(Step::Hear),
        4 => n().prop_map(Step::HearAgain),
        1 => n().prop_map(Step::Forge),
        3 => n().prop_map(Step::ComeBack),
        2 => n().prop_map(Step::Correct),
        4 => Just(Step::Reconcile),
        4 => Just(Step::SendMail),
        7 => any_pause().prop_map(Step::Pass),
        6 => n().prop_map(Step::Redeem),
        1 => n().prop_map(Step::RedeemByAnOldCode),
        1 => n().prop_map(Step::RedeemAsSomebodyElse),
        1 => n().prop_map(Step::Reissue),
        1 => (n(), n()).prop_map(|(gift, person)| Step::Readdress(gift, person)),
        1 => n().prop_map(Step::SendAgain),
        2 => n().prop_map(Step::TakeBack),
        2 => n().prop_map(Step::Decline),
        1 => (1_u8..4).prop_map(Step::Silence),
        1 => (1_u8..4).prop_map(Step::NoMail),
    ]
}

fn any_wish() -> impl Strategy<Value = Wish> {
    let delivery = prop_oneof![5 => Just(Delivered::Now), 1 => Just(Delivered::OnADay), 1 => Just(Delivered::ByHand)];
    let (tier, months) = (prop::sample::select(vec!["member", "founder"]), prop::sample::select(vec!["3", "6", "12"]));
    let code = prop_oneof![5 => Just(""), 2 => Just(HALF), 1 => Just(FREE)];
    (any::<u8>(), tier, months, delivery, code).prop_map(|(recipient, tier, months, delivery, code)| Wish {
        recipient,
        tier,
        months,
        delivery,
        code,
    })
}

/// What can seldom be done is tried often.
fn any_deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        10 => Just(Deed::Pay),
        2 => Just(Deed::PayTooLittle),
        5 => Just(Deed::PayLater),
        7 => Just(Deed::Arrive),
        6 => Just(Deed::FallThrough),
        2 => Just(Deed::Decline),
        3 => Just(Deed::Expire),
        6 => Just(Deed::PayAfterAll),
        2 => Just(Deed::RefundPart),
        2 => Just(Deed::RefundRest),
        5 => Just(Deed::Dispute),
        6 => Just(Deed::WinDispute),
        5 => Just(Deed::LoseDispute),
    ]
}

fn any_pause() -> impl Strategy<Value = Duration> {
    let minutes = |minutes| Just(Duration::from_mins(minutes));
    prop_oneof![3 => minutes(1), 2 => minutes(17), 2 => minutes(240), 5 => Just(NEARLY_A_DAY), 2 => minutes(3 * 24 * 60)]
}
