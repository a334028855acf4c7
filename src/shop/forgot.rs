//! Asking for a new password.

use std::net::IpAddr;

use super::Shop;
use crate::accounts::Purpose;
use crate::store::accounts;
use crate::values::Email;
use crate::{Result, outbox};

impl Shop {
    /// Mails a link to choose a new password, where the address has an account; says the same where it has none.
    pub async fn forgot(&self, email: &Email, from: IpAddr) -> Result<()> {
        let now = self.clock.now();
        self.attempt(&self.mail_buckets(email, from)).await?;
        let mut tx = self.store.begin().await?;
        if let Some(account) = accounts::by_email(&mut tx, email).await? {
            let link = self.make_link(&mut tx, &account, Purpose::Reset, now).await?;
            self.post(&mut tx, outbox::reset_password(&link), now).await?;
        }
        tx.commit().await?;
        self.outbox_bell.notify_one();
        Ok(())
    }
}
