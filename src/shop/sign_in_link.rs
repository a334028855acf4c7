//! Signing in by a link in one's mailbox, beside the password: asking for it, and using it.

use std::net::IpAddr;

use super::{Raced, Shop, until_unraced};
use crate::accounts::{Account, Purpose};
use crate::store::{accounts, one_time_links};
use crate::values::{Email, LinkId, Timestamp};
use crate::{Error, Result, outbox};

impl Shop {
    /// Mails a link that signs in, where the address has an account; says the same where it has none.
    pub async fn mail_sign_in_link(&self, email: &Email, from: IpAddr) -> Result<()> {
        let now = self.clock.now();
        self.attempt(&self.mail_buckets(email, from)).await?;
        let mut tx = self.store.begin().await?;
        if let Some(account) = accounts::by_email(&mut tx, email).await? {
            let link = self.make_link(&mut tx, &account, Purpose::SignIn, now).await?;
            self.post(&mut tx, outbox::sign_in_link(&link), now).await?;
        }
        tx.commit().await?;
        self.outbox_bell.notify_one();
        Ok(())
    }

    /// The account of a mailed link, verified by it. One that was not verified before loses its password and its sessions:
    /// somebody else may have registered it, waiting.
    pub async fn sign_in_by_link(&self, id: &LinkId, token: &str) -> Result<Account> {
        let now = self.clock.now();
        until_unraced(|| self.sign_in_by_link_once(id, token, now)).await
    }

    async fn sign_in_by_link_once(&self, id: &LinkId, token: &str, now: Timestamp) -> Result<Account, Raced> {
        let mut tx = self.store.begin().await?;
        let (link, account) = self.open_link(&mut tx, id, token, now).await?;
        let Purpose::SignIn = link.purpose else { return Err(Raced::Refused(Error::LinkEnded)) };
        one_time_links::use_up(&mut tx, &link, now).await?;
        let account = self.change(&mut tx, &account, &account.enter_by_mailbox(now), now).await?;
        tx.commit().await?;
        Ok(account)
    }
}
