//! What a buyer's change of a gift came to, so that the page can say what was done and not what was asked for.

use std::str::FromStr;

use super::change_gift::Change;
use crate::gifts::{Delivery, GiftState};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// Nothing was different.
    Same,
    /// On its way once more, with the same code.
    SentAgain,
    /// On its way for the first time, before its day or after all.
    SentNow,
    /// No day is waited for, but that its payment is settled.
    SentOncePaid,
    /// It is for another address.
    Readdressed(NewCode),
    /// The name or the spelling of the address; code and mail stay.
    Corrected,
    Reissued(NewCode),
    Reworded,
    /// The mail with the old words had gone out.
    RewordedAfterSending,
    Rescheduled,
    /// It is not mailed any more; the buyer has link and code.
    ToHandOver,
    /// The same, and they have them once its payment is settled.
    ToHandOverOncePaid,
    /// The buyer's own, of this gift.
    RemindersOff,
    RemindersOn,
    /// The gift is stopped, and the provider is asked for the money.
    RefundAsked,
    /// The gift has ended; nothing had been paid for it.
    TakenBack,
}

/// How a new code gets to its recipient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewCode {
    MailedNow,
    /// On its day, or once its payment is settled.
    MailedLater,
    ByHand,
    /// Once its payment is settled.
    ByHandLater,
}

impl Changed {
    pub const ALL: [Self; 22] = [
        Self::Same,
        Self::SentAgain,
        Self::SentNow,
        Self::SentOncePaid,
        Self::Readdressed(NewCode::MailedNow),
        Self::Readdressed(NewCode::MailedLater),
        Self::Readdressed(NewCode::ByHand),
        Self::Readdressed(NewCode::ByHandLater),
        Self::Corrected,
        Self::Reissued(NewCode::MailedNow),
        Self::Reissued(NewCode::MailedLater),
        Self::Reissued(NewCode::ByHand),
        Self::Reissued(NewCode::ByHandLater),
        Self::Reworded,
        Self::RewordedAfterSending,
        Self::Rescheduled,
        Self::ToHandOver,
        Self::ToHandOverOncePaid,
        Self::RemindersOff,
        Self::RemindersOn,
        Self::RefundAsked,
        Self::TakenBack,
    ];

    /// As a query parameter carries it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Same => "nothing",
            Self::SentAgain => "sent-again",
            Self::SentNow => "sent-now",
            Self::SentOncePaid => "sent-once-paid",
            Self::Readdressed(NewCode::MailedNow) => "readdressed",
            Self::Readdressed(NewCode::MailedLater) => "readdressed-later",
            Self::Readdressed(NewCode::ByHand) => "readdressed-by-hand",
            Self::Readdressed(NewCode::ByHandLater) => "readdressed-by-hand-later",
            Self::Corrected => "corrected",
            Self::Reissued(NewCode::MailedNow) => "reissued",
            Self::Reissued(NewCode::MailedLater) => "reissued-later",
            Self::Reissued(NewCode::ByHand) => "reissued-by-hand",
            Self::Reissued(NewCode::ByHandLater) => "reissued-by-hand-later",
            Self::Reworded => "reworded",
            Self::RewordedAfterSending => "reworded-after-sending",
            Self::Rescheduled => "rescheduled",
            Self::ToHandOver => "to-hand-over",
            Self::ToHandOverOncePaid => "to-hand-over-once-paid",
            Self::RemindersOff => "reminders-off",
            Self::RemindersOn => "reminders-on",
            Self::RefundAsked => "refund-asked",
            Self::TakenBack => "taken-back",
        }
    }
}

impl FromStr for Changed {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|changed| changed.as_str() == text).ok_or(())
    }
}

impl Change {
    /// `done` where there was something to do.
    pub(super) fn or_same(&self, done: Changed) -> Changed {
        if self.before == self.after { Changed::Same } else { done }
    }

    /// How the code that it has now gets to its recipient.
    pub(super) fn new_code(&self) -> NewCode {
        match self.after.delivery {
            Delivery::LinkOnly if self.is_ready() => NewCode::ByHand,
            Delivery::LinkOnly => NewCode::ByHandLater,
            Delivery::Scheduled { .. } if self.is_leaving() => NewCode::MailedNow,
            Delivery::Scheduled { .. }
            | Delivery::Sent { .. }
            | Delivery::Delivered { .. }
            | Delivery::Bounced { .. }
            | Delivery::Failed { .. } => NewCode::MailedLater,
        }
    }

    /// Whether its mail goes out at once: not before its payment is settled.
    pub(super) fn is_leaving(&self) -> bool {
        self.after.delivery_due().is_some_and(|due_at| due_at <= self.at)
    }

    /// Whether it can be redeemed, so that its buyer has the code.
    pub(super) fn is_ready(&self) -> bool {
        matches!(self.after.state, GiftState::Purchased { .. })
    }
}
