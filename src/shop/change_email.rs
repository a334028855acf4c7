//! Changing the address of one's own account: it takes the password, a link to the new address, and being signed in still when
//! that link is used. Without the last, somebody could have a stranger prove the stranger's mailbox for them.

use std::net::IpAddr;

use super::{Raced, Shop, until_unraced};
use crate::accounts::{Account, Password, Purpose};
use crate::store::{accounts, one_time_links};
use crate::values::{AccountId, Email, LinkId, Timestamp};
use crate::{Error, Result, outbox};

impl Shop {
    /// Mails a link to the new address. One that has an account already gets that news in its place; the page says the same.
    pub async fn ask_to_change_email(&self, account: &Account, new_email: &Email, password: &Password, from: IpAddr) -> Result<()> {
        let now = self.clock.now();
        if new_email == &account.email {
            return Err(Error::invalid("email", "Enter another address; this is the account’s already"));
        }
        self.demand_password(account, password, from, "password", "Enter your password; this is another").await?;
        self.attempt(&self.mail_buckets(new_email, from)).await?;
        let mut tx = self.store.begin().await?;
        match accounts::verified_by_email(&mut tx, new_email).await? {
            Some(owner) => self.post(&mut tx, outbox::account_exists(&owner.id, now), now).await?,
            None => {
                let purpose = Purpose::ChangeEmail { new_email: new_email.clone() };
                let link = self.make_link(&mut tx, account, purpose, now).await?;
                self.post(&mut tx, outbox::address_change_confirm(&link), now).await?;
            }
        }
        tx.commit().await?;
        self.outbox_bell.notify_one();
        Ok(())
    }

    /// Gives the account its new address and tells the old one.
    pub async fn change_email(&self, id: &LinkId, token: &str, signed_in: &AccountId) -> Result<Account> {
        let now = self.clock.now();
        let changed = until_unraced(|| self.change_email_once(id, token, signed_in, now)).await?;
        self.outbox_bell.notify_one();
        Ok(changed)
    }

    async fn change_email_once(&self, id: &LinkId, token: &str, signed_in: &AccountId, now: Timestamp) -> Result<Account, Raced> {
        let mut tx = self.store.begin().await?;
        let (link, account) = self.open_link(&mut tx, id, token, now).await?;
        let Some(new_email) = link.purpose.new_email() else { return Err(Raced::Refused(Error::LinkEnded)) };
        if signed_in != &account.id {
            return Err(Raced::Refused(Error::Unauthenticated));
        }
        one_time_links::use_up(&mut tx, &link, now).await?;
        let changed = self.change(&mut tx, &account, &account.change_email(new_email.clone(), now), now).await?;
        self.post(&mut tx, outbox::address_changed(&link.id), now).await?;
        tx.commit().await?;
        Ok(changed)
    }
}
