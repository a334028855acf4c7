//! What life brings: everything that can be done here to a session, a subscription or an event, by a button or by a test.
//! Knows which word asks for what; the rules are the till's and the post's.

use serde::Deserialize;

use super::protocol;
use super::till::{Handle, Happening, Refusal, Session, Subscription, Turn, Verdict};
use super::webhooks::{Fault, Forgery};
use super::world::Change;
use crate::values::{Currency, Timestamp};

/// What is asked for; the words stand in snake case in forms and in JSON.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    Pay,
    PayLater,
    Decline,
    Expire,
    /// The money that was under way arrives, or never will.
    Settle,
    Fail,
    Refund,
    Dispute,
    Win,
    Lose,
}

#[derive(Debug, Deserialize)]
pub struct Wish {
    pub act: Deed,
    /// Of a refund, in the currency's main unit; empty for all that is left.
    #[serde(default)]
    pub amount: String,
}

/// `None` for a session that isn't there.
pub fn on_session(change: &mut Change<'_>, id: &str, wish: &Wish) -> Option<Result<Session, Refusal>> {
    let session = change.state.session(id)?;
    let prefixes = protocol::of(session.provider).prefixes();
    let amount = match wish.amount.trim() {
        "" => None,
        // What makes no sense is no amount that could be refunded.
        text => Some(minor_units(text, session.currency).unwrap_or(0)),
    };
    let handle = change.handle(session.provider);
    let (refund_id, dispute_id, now) = (change.id(prefixes.refund), change.id(prefixes.dispute), change.now);
    change.act(id, |session| -> Result<Happening, Refusal> {
        match wish.act {
            Deed::Pay => session.pay(handle),
            Deed::PayLater => session.pay_later(handle),
            Deed::Decline => session.decline(handle),
            Deed::Expire => session.expire(),
            Deed::Settle => session.settle(),
            Deed::Fail => session.fail(),
            Deed::Refund => session.refund(refund_id, amount, serde_json::Value::Null, now),
            Deed::Dispute => session.dispute(dispute_id, now),
            Deed::Win => session.decide(Verdict::Won),
            Deed::Lose => session.decide(Verdict::Lost),
        }
    })
}

/// What is asked for of a subscription.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Course {
    /// The next period is paid, or the one that runs where its payment is missing.
    Renew,
    FailRenewal,
    ScheduleEnd,
    CallOffEnd,
    /// The period is over: the end that was asked for comes, or one more period.
    ReachPeriodEnd,
    Pause,
    Resume,
    End,
}

impl Course {
    fn take(self, subscription: &mut Subscription, handle: Handle, now: Timestamp) -> Result<Turn, Refusal> {
        match self {
            Self::Renew => subscription.renew(handle),
            Self::FailRenewal => subscription.fail_renewal(handle),
            Self::ScheduleEnd => subscription.schedule_end(now),
            Self::CallOffEnd => subscription.call_off_end(now),
            Self::ReachPeriodEnd => subscription.reach_period_end(handle),
            Self::Pause => subscription.pause(now),
            Self::Resume => subscription.resume(now),
            Self::End => subscription.end(now),
        }
    }
}

/// `None` for a subscription that isn't there.
pub fn on_subscription(change: &mut Change<'_>, id: &str, course: Course) -> Option<Result<Subscription, Refusal>> {
    let handle = change.handle(change.state.subscription(id)?.provider);
    let now = change.now;
    change.turn(id, |subscription| course.take(subscription, handle, now))
}

/// What is to happen to events.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// As it should be.
    Deliver,
    Drop,
    Hold,
    Duplicate,
    Delay,
    Missign,
    Stale,
    ChangeBytes,
    Unsign,
    /// What is held goes out, in order or the newest first.
    Release,
    ReleaseReversed,
}

#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Switch {
    pub mode: Mode,
    /// For how many events; without a number until another mode is switched on.
    pub times: Option<u32>,
    /// Of a delay.
    pub seconds: Option<u32>,
}

/// How late an event is that is to be late.
const USUAL_DELAY_SECONDS: u32 = 30;

enum Order {
    Treat(Fault),
    Release { is_reversed: bool },
}

impl Switch {
    fn order(self) -> Order {
        Order::Treat(match self.mode {
            Mode::Deliver => Fault::Deliver,
            Mode::Drop => Fault::Drop,
            Mode::Hold => Fault::Hold,
            Mode::Duplicate => Fault::Duplicate,
            Mode::Delay => Fault::Delay { seconds: self.seconds.unwrap_or(USUAL_DELAY_SECONDS) },
            Mode::Missign => Fault::Forge(Forgery::WrongSecret),
            Mode::Stale => Fault::Forge(Forgery::Stale),
            Mode::ChangeBytes => Fault::Forge(Forgery::ChangedBytes),
            Mode::Unsign => Fault::Forge(Forgery::Unsigned),
            Mode::Release => return Order::Release { is_reversed: false },
            Mode::ReleaseReversed => return Order::Release { is_reversed: true },
        })
    }
}

/// For the events to come.
pub fn on_events(change: &mut Change<'_>, switch: Switch) {
    let post = &mut change.state.post;
    match switch.order() {
        // A limit of no events at all would never be counted down.
        Order::Treat(fault) => post.switch(fault, switch.times.filter(|times| *times > 0 && fault != Fault::Deliver)),
        Order::Release { is_reversed } => post.release(is_reversed, change.now),
    }
}

/// For one event that was made already; false for one that isn't there.
pub fn on_event(change: &mut Change<'_>, id: &str, switch: Switch) -> bool {
    let post = &mut change.state.post;
    match switch.order() {
        Order::Treat(fault) => post.resend(id, fault, change.now),
        Order::Release { .. } => post.release_event(id, change.now),
    }
}

/// "19.20" as 1920; `None` for what is no amount of this currency.
fn minor_units(text: &str, currency: Currency) -> Option<i64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let places = usize::try_from(currency.exponent()).ok()?;
    let is_amount = [whole, part].iter().all(|digits| digits.bytes().all(|digit| digit.is_ascii_digit())) && !whole.is_empty();
    if !is_amount || part.len() > places {
        return None;
    }
    format!("{whole}{part:0<places$}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_typed_as_people_write_it() {
        for (text, currency, minor) in [
            ("19.20", Currency::EUR, Some(1_920)),
            ("5", Currency::EUR, Some(500)),
            ("5.5", Currency::EUR, Some(550)),
            ("500", Currency::JPY, Some(500)),
            ("5.5", Currency::JPY, None),
            ("1.234", Currency::EUR, None),
            ("-1", Currency::EUR, None),
            (".5", Currency::EUR, None),
        ] {
            assert_eq!(minor_units(text, currency), minor, "{text}");
        }
    }
}
