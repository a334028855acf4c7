//! Asking once more for the mail that verifies an address.

use std::net::IpAddr;

use super::Shop;
use crate::Result;
use crate::accounts::Account;

impl Shop {
    /// Mails `account` what registering mailed. A verified one gets no mail.
    pub async fn verify_again(&self, account: &Account, from: IpAddr) -> Result<()> {
        if account.is_verified() {
            return Ok(());
        }
        let now = self.clock.now();
        self.attempt(&self.mail_buckets(&account.email, from)).await?;
        let mut tx = self.store.begin().await?;
        self.ask_for_proof(&mut tx, account, now).await?;
        tx.commit().await?;
        self.outbox_bell.notify_one();
        Ok(())
    }
}
