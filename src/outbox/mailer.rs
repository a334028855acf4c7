//! How a mail leaves the house: one trait, with SMTP and the sandbox's inbox behind it.

use async_trait::async_trait;

use crate::emails::Rendered;
use crate::values::{Email, OutboxId, Timestamp};

/// A mail with everything that is on its envelope and in its headers.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// Without brackets. The same at every try of one entry, so that a mail that went out twice can be told as one.
    pub message_id: String,
    pub from: Email,
    pub from_name: String,
    /// Where an answer goes.
    pub reply_to: Email,
    pub sent_at: Timestamp,
    pub mail: Rendered,
}

/// Why a mail did not leave. The text is a tag fit for a log: servers like to repeat the address in theirs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Later it may work.
    #[error("{0}")]
    Temporary(String),
    /// The recipient's side will never take this mail.
    #[error("{0}")]
    Refused(String),
}

#[async_trait]
pub trait Mailer: Send + Sync {
    /// Ok only once the other side has taken it over.
    async fn send(&self, mail: &Outgoing) -> Result<(), SendError>;
}

impl Outgoing {
    pub(super) fn message_id(entry: &OutboxId, from: &Email) -> String {
        format!("{entry}@{}", from.domain())
    }
}
