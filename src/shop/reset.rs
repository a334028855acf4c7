//! Choosing a new password by a link in one's mailbox.

use super::{Raced, Shop, until_unraced};
use crate::accounts::{Account, Password, PasswordHash, Purpose};
use crate::store::one_time_links;
use crate::values::{LinkId, Timestamp};
use crate::{Error, Result, outbox};

impl Shop {
    /// Gives the link's account the new password, verified, with everybody signed out and every other link ended. A password
    /// that is refused leaves the link as it is.
    pub async fn reset(&self, id: &LinkId, token: &str, typed: &str) -> Result<Account> {
        let now = self.clock.now();
        let (_, account) = self.open_link(&mut *self.store.connection().await?, id, token, now).await?;
        let password = Password::choose(typed, &account.email).map_err(|error| Error::invalid("password", error.to_string()))?;
        let password_hash = self.hasher.hash(&password, self.entropy.as_ref()).await?;
        let account = until_unraced(|| self.reset_once(id, token, &password_hash, now)).await?;
        self.outbox_bell.notify_one();
        Ok(account)
    }

    async fn reset_once(&self, id: &LinkId, token: &str, password_hash: &PasswordHash, now: Timestamp) -> Result<Account, Raced> {
        let mut tx = self.store.begin().await?;
        let (link, account) = self.open_link(&mut tx, id, token, now).await?;
        let Purpose::Reset = link.purpose else { return Err(Raced::Refused(Error::LinkEnded)) };
        one_time_links::use_up(&mut tx, &link, now).await?;
        let account = self.change(&mut tx, &account, &account.reset_password(password_hash.clone(), now), now).await?;
        self.post(&mut tx, outbox::password_changed(&account.id, now), now).await?;
        tx.commit().await?;
        Ok(account)
    }
}
