//! Changing the password of one's own account.

use std::net::IpAddr;

use super::Shop;
use crate::accounts::{Account, Password};
use crate::{Error, Result, outbox};

impl Shop {
    /// Changes the password, ends every session of the account and tells its owner by mail. The answer is the account to be
    /// signed in to again, which keeps the browser that asked.
    pub async fn change_password(&self, account: &Account, current: &Password, typed: &str, from: IpAddr) -> Result<Account> {
        let now = self.clock.now();
        let message = "Enter your present password; this is another. Without one, sign out and choose “Forgotten password”";
        self.demand_password(account, current, from, "current_password", message).await?;
        let password = Password::choose(typed, &account.email).map_err(|error| Error::invalid("password", error.to_string()))?;
        let password_hash = self.hasher.hash(&password, self.entropy.as_ref()).await?;
        let mut tx = self.store.begin().await?;
        let changed = self.change(&mut tx, account, &account.change_password(password_hash), now).await?;
        self.post(&mut tx, outbox::password_changed(&changed.id, now), now).await?;
        tx.commit().await?;
        self.outbox_bell.notify_one();
        Ok(changed)
    }
}
