//! A membership's end is announced by the outbox: whatever changes an account's ledger leaves word of the end that follows from it.

use super::Shop;
use crate::memberships::{self, Source};
use crate::outbox;
use crate::store::{self, Tx, gifts as gift_rows, grants};
use crate::values::{AccountId, Timestamp};

impl Shop {
    /// Posts what is to be said before the membership ends, in the transaction that has just changed its ledger or who may know. What was
    /// posted for an end that is no longer true finds, when it is due, that there is nothing to say.
    pub(super) async fn announce_end(&self, tx: &mut Tx, account_id: &AccountId, now: Timestamp) -> Result<(), store::Error> {
        // Of two changes at once the second must see the first.
        self.store.one_at_a_time(tx, &format!("ledger of {account_id}")).await?;
        let ledger = grants::foreseen(tx, account_id, now).await?;
        let end = memberships::end(&memberships::timeline(&ledger, &self.zone));
        let Some(end) = end.filter(|end| end.at > now) else { return Ok(()) };
        self.post(tx, outbox::membership_ends(account_id, end.at, &self.zone), now).await?;
        let Source::Grant(grant_id) = &end.source else { return Ok(()) };
        match gift_rows::by_grant(tx, grant_id).await?.filter(|gift| gift.end_told) {
            Some(gift) => self.post(tx, outbox::give_again(&gift.id, end.at, &self.zone), now).await,
            None => Ok(()),
        }
    }
}
