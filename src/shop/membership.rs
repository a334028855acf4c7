//! An account's membership time, past and to come.

use super::Shop;
use crate::Result;
use crate::accounts::Account;
use crate::memberships::{self, Stretch};
use crate::values::Timestamp;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    pub now: Timestamp,
    /// In time order; of those that begin together the one that runs comes first.
    pub timeline: Vec<Stretch>,
}

impl Shop {
    pub async fn membership(&self, account: &Account) -> Result<Membership> {
        let now = self.clock.now();
        let ledger = self.ledger(&mut *self.store.connection().await?, account, now).await?;
        Ok(Membership { now, timeline: memberships::timeline(&ledger, &self.zone) })
    }
}
