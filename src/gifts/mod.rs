//! A gift, its states, and who may redeem it. Pure: what it takes, `now` included, is handed in.

mod code;
mod links;

pub use code::{code, digest};
pub use links::{check_page_key, check_proof, order_token, page_key, proof, read_order_token};

use crate::catalog::{Months, Tier};
use crate::values::{AccountId, Email, GiftId, GrantId, Message, OrderId, PersonName, Timestamp};

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
    /// Counts codes: raising it kills the code, the proof and the link that were sent before.
    pub generation: i64,
    /// Which secret the present code is derived from.
    pub secret_id: String,
    pub delivery: Delivery,
    pub state: GiftState,
    pub created_at: Timestamp,
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
    Refunded {
        refunded_at: Timestamp,
    },
    Declined {
        declined_at: Timestamp,
    },
    Expired {
        expired_at: Timestamp,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HoldReason {
    Dispute,
    Mismatch,
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
    Bounced {
        bounced_at: Timestamp,
    },
    /// The last try failed; the buyer is told.
    Failed {
        failed_at: Timestamp,
    },
}
