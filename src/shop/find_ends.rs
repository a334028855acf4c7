//! Ledgers that an earlier version wrote are read once for their end, which is then announced as that of any other.

use super::Shop;
use crate::Result;
use crate::store::ends_to_find;

/// How many are read in one go.
const AT_ONCE: i64 = 100;

impl Shop {
    /// Reads the next of them, and says how many those were; zero once all are read. Servers that meet at one account post the same.
    pub async fn find_ends(&self) -> Result<usize> {
        let now = self.clock.now();
        let accounts = ends_to_find::next(&mut *self.store.connection().await?, AT_ONCE).await?;
        for account_id in &accounts {
            let mut tx = self.store.begin().await?;
            ends_to_find::found(&mut tx, account_id).await?;
            self.announce_end(&mut tx, account_id, now).await?;
            tx.commit().await?;
        }
        if !accounts.is_empty() {
            self.outbox_bell.notify_one();
        }
        Ok(accounts.len())
    }
}
