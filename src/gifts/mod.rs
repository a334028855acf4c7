//! A gift, its states, and who may redeem it. Pure: what it takes, `now` included, is handed in.

mod answer;
mod change;
mod code;
mod deliver;
mod follow;
mod links;
mod redeem;
mod refund;
mod remind;
#[cfg(test)]
mod samples;

pub use answer::ThankRefused;
pub use change::ChangeRefused;
pub use code::{code, digest};
pub use deliver::{days_to_choose, due_on};
pub use follow::{Consequence, Followed, NotHeld, OrderNews};
pub use links::{
    check_page_key, check_proof, gift_of_stop_token, order_token, page_key, proof, read_order_token, read_stop_token, stop_token,
};
pub use redeem::{RedeemRefused, Redeemer, Sight};
pub use refund::{RefundRefused, RefundRule};
pub use remind::{Reminders, Reminding, Whom};

use crate::catalog::{Months, Tier};
use crate::values::{AccountId, Email, GiftId, GrantId, Message, Occasion, OrderId, PersonName, Timestamp, Zone};

/// A tier for a number of months from a buyer to a recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gift {
    /// Its text is the public gift reference.
    pub id: GiftId,
    pub version: i64,
    pub order_id: OrderId,
    pub tier: Tier,
    pub months: Months,
    pub recipient_name: PersonName,
    pub recipient_email: Email,
    /// Who signs the card; `None` reads as "somebody".
    pub giver_name: Option<PersonName>,
    /// Where the giver is told what became of it.
    pub giver_email: Option<Email>,
    pub message: Option<Message>,
    pub occasion: Occasion,
    /// Counts codes: raising it kills the code, the proof and the link that were sent before.
    pub generation: i64,
    /// Which secret the present code is derived from.
    pub secret_id: String,
    pub delivery: Delivery,
    /// By whose clock the giver chose the day; `None` where no day was chosen.
    pub time_zone: Option<Zone>,
    /// When its present recipient first saw the card, signed in; following a link alone is no opening, as scanners do that too.
    pub opened_at: Option<Timestamp>,
    /// What the recipient answered.
    pub thanks: Option<Thanks>,
    /// What the present recipient wrote to the giver when they declined.
    pub decline_word: Option<Message>,
    pub reminders: Reminders,
    /// Whoever redeemed it wants its giver to be told when their membership ends.
    pub end_told: bool,
    pub state: GiftState,
    pub created_at: Timestamp,
}

/// What a recipient wrote to the giver, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thanks {
    pub text: Message,
    pub thanked_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GiftState {
    /// Promised; its order isn't paid.
    Pending,
    /// Paid and waiting to be redeemed.
    Purchased {
        purchased_at: Timestamp,
    },
    /// Paid, but something must be decided first.
    Held {
        purchased_at: Timestamp,
        held_at: Timestamp,
        reason: HoldReason,
        /// It had been declined before, and is so again once nothing holds it.
        declined_at: Option<Timestamp>,
    },
    Redeemed {
        purchased_at: Timestamp,
        redeemed_at: Timestamp,
        account_id: AccountId,
        grant_id: GrantId,
    },
    /// Its order can no longer be paid, by the provider's word.
    Canceled {
        canceled_at: Timestamp,
    },
    /// The money went back. Nothing comes out of this state.
    Refunded {
        refunded_at: Timestamp,
    },
    /// Its recipient would rather not have it: the giver gives it to somebody else or takes the money back.
    Declined {
        purchased_at: Timestamp,
        declined_at: Timestamp,
    },
    /// Past the time that the operator set for redeeming.
    Expired {
        expired_at: Timestamp,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldReason {
    /// The buyer's bank disputes the payment; ends when that is decided.
    Dispute,
    /// What was paid is not what was agreed; ends when the operator has looked.
    Mismatch,
    /// Its buyer asked for the money back; ends when the provider says that it went, or the operator that it didn't.
    Refund,
}

impl HoldReason {
    /// As the database and the operator read it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Dispute => "dispute",
            Self::Mismatch => "mismatch",
            Self::Refund => "refund",
        }
    }
}

impl std::str::FromStr for HoldReason {
    type Err = ();
    fn from_str(name: &str) -> Result<Self, ()> {
        [Self::Dispute, Self::Mismatch, Self::Refund].into_iter().find(|reason| reason.name() == name).ok_or(())
    }
}

/// How the gift reaches its recipient; a state of its own beside the gift's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The buyer hands it over: no mail goes to the recipient.
    LinkOnly,
    /// To be mailed at `due_at`, or as soon after as it is paid.
    Scheduled {
        due_at: Timestamp,
    },
    Sent {
        sent_at: Timestamp,
    },
    /// The recipient's side said that it has the mail.
    Delivered {
        delivered_at: Timestamp,
    },
    Bounced {
        bounced_at: Timestamp,
    },
    /// The last try failed; the buyer is told.
    Failed {
        failed_at: Timestamp,
    },
}

impl Gift {
    /// Whether its buyer gives it to themselves: both are reached at one address. Whatever is said of a giver and a recipient asks here
    /// whether they are two.
    #[must_use]
    pub fn is_for_oneself(&self) -> bool {
        self.giver_email.as_ref() == Some(&self.recipient_email)
    }

    /// The same gift in another state. Its version is raised by whoever writes it.
    fn in_state(&self, state: GiftState) -> Self {
        Self { state, ..self.clone() }
    }
}

impl GiftState {
    /// As the database, the API and the operator read it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Purchased { .. } => "purchased",
            Self::Held { .. } => "held",
            Self::Redeemed { .. } => "redeemed",
            Self::Canceled { .. } => "canceled",
            Self::Refunded { .. } => "refunded",
            Self::Declined { .. } => "declined",
            Self::Expired { .. } => "expired",
        }
    }
}

impl Delivery {
    /// As the database and the operator read it.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::LinkOnly => "link_only",
            Self::Scheduled { .. } => "scheduled",
            Self::Sent { .. } => "sent",
            Self::Delivered { .. } => "delivered",
            Self::Bounced { .. } => "bounced",
            Self::Failed { .. } => "failed",
        }
    }
}
