//! Signing in by password, and whether somebody who signed in once still is.

use std::net::IpAddr;

use super::Shop;
use crate::accounts::{Account, Password};
use crate::store::accounts;
use crate::store::sessions::SignedIn;
use crate::values::Email;
use crate::{Error, Result};

impl Shop {
    /// The account that the address and the password name together. Two hashes are compared, always: that of the address's
    /// owner and that of the newest registration beside it, each with nobody's in its place where there is none. So neither the
    /// answer nor its cost tells which of them exist.
    pub async fn sign_in(&self, email: &Email, password: &Password, from: IpAddr) -> Result<Account> {
        let buckets = self.password_buckets(email, from);
        let anywhere = self.passwords_anywhere();
        self.attempt(&buckets).await?;
        self.slow_down(&anywhere).await?;
        let mut connection = self.store.connection().await?;
        let owner = accounts::verified_by_email(&mut connection, email).await?;
        let registrant = accounts::unverified_by_email(&mut connection, email).await?;
        drop(connection);
        let owner = self.if_fits(owner, password).await?;
        let registrant = self.if_fits(registrant, password).await?;
        let account = owner.or(registrant).ok_or(Error::SignInFailed)?;
        let [of_both, of_network] = buckets;
        self.forgive(&[of_both, of_network, anywhere]).await?;
        Ok(account)
    }

    async fn if_fits(&self, account: Option<Account>, password: &Password) -> Result<Option<Account>> {
        let hash = account.as_ref().and_then(|account| account.password_hash.as_ref());
        Ok(if self.hasher.fits(password, hash).await? { account } else { None })
    }

    /// The account of a session, unless everybody was signed out of it since.
    pub async fn still_signed_in(&self, signed_in: &SignedIn) -> Result<Option<Account>> {
        let account = accounts::find(&mut *self.store.connection().await?, &signed_in.account_id).await?;
        Ok(account.filter(|account| account.session_generation == signed_in.generation))
    }
}
