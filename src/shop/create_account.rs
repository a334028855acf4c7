//! The operator makes an account at the command line, and vouches for its address.

use super::Shop;
use super::register::Registration;
use crate::accounts::{Account, Role};
use crate::store::{self, accounts};
use crate::values::AccountId;
use crate::{Error, Result};

impl Shop {
    /// Makes an account with a role, verified where the operator says that the address is theirs. No mail goes out.
    pub async fn create_account(&self, registration: &Registration, role: Role, is_verified: bool) -> Result<Account> {
        let now = self.clock.now();
        let password_hash = self.hasher.hash(&registration.password, self.entropy.as_ref()).await?;
        let id = AccountId::random(self.entropy.as_ref());
        let account = Account { role, ..Account::register(id, registration.email.clone(), password_hash, now) };
        let account = if is_verified { account.verify(now) } else { account };
        let mut tx = self.store.begin().await?;
        let is_taken = accounts::verified_by_email(&mut tx, &account.email).await?.is_some();
        match accounts::insert(&mut tx, &account).await {
            Ok(()) if !is_taken => {}
            Ok(()) | Err(store::Error::Duplicate) => return Err(Error::invalid("email", "That address has an account already")),
            Err(error) => return Err(error.into()),
        }
        if account.is_verified() {
            accounts::displace_others(&mut tx, &account, now).await?;
        }
        tx.commit().await?;
        Ok(account)
    }
}
