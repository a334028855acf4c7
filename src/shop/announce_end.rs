//! A membership's end is announced by the outbox: whatever changes an account's ledger leaves word of the end that follows from it.

use super::Shop;
use crate::memberships;
use crate::outbox;
use crate::store::{self, Tx, grants};
use crate::values::{AccountId, Timestamp};

impl Shop {
    /// Posts what is to be said before the membership ends, in the transaction that has just changed its ledger. What was posted for an
    /// end that is no longer true finds, when it is due, that there is nothing to say.
    pub(super) async fn announce_end(&self, tx: &mut Tx, account_id: &AccountId, now: Timestamp) -> Result<(), store::Error> {
        // Of two changes at once the second must see the first.
        self.store.one_at_a_time(tx, &format!("ledger of {account_id}")).await?;
        let ledger = grants::foreseen(tx, account_id).await?;
        let end = memberships::end(&memberships::timeline(&ledger, &self.zone)).filter(|end| end.at > now);
        match end {
            Some(end) => self.post(tx, outbox::membership_ends(account_id, end.at, &self.zone), now).await,
            None => Ok(()),
        }
    }
}
