//! The gift that a session keeps for somebody while they sign in: what it is, how they came by it, and never its code.

use serde::{Deserialize, Serialize};

use super::MailboxProof;
use crate::values::GiftId;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    pub gift_id: GiftId,
    /// A new recipient or a reissue raises the gift's, and then this no longer counts.
    pub generation: i64,
    /// They came by the link of the recipient's own mail.
    pub proven: bool,
}

impl Kept {
    /// What registering takes as proof of the recipient's mailbox.
    pub fn proof(&self) -> Option<MailboxProof> {
        self.proven.then(|| MailboxProof { gift_id: self.gift_id.clone(), generation: self.generation })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_link_of_the_recipients_own_mail_proves_a_mailbox() {
        let kept = Kept { gift_id: "gift_0123456789abcdef".parse().unwrap(), generation: 3, proven: true };
        let proof = MailboxProof { gift_id: kept.gift_id.clone(), generation: 3 };
        assert_eq!(kept.proof(), Some(proof));
        assert_eq!(Kept { proven: false, ..kept }.proof(), None);
    }
}
