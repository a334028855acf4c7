//! What the verbs that ask for a password share.

use std::net::IpAddr;

use super::Shop;
use crate::accounts::{Account, Password};
use crate::{Error, Result};

impl Shop {
    /// Goes on only with the account's password; a wrong one counts as a failure to sign in.
    pub(super) async fn demand_password(
        &self,
        account: &Account,
        password: &Password,
        from: IpAddr,
        field: &str,
        message: &str,
    ) -> Result<()> {
        let buckets = self.password_buckets(&account.email, from);
        self.attempt(&buckets).await?;
        if !self.hasher.fits(password, account.password_hash.as_ref()).await? {
            return Err(Error::invalid(field, message));
        }
        self.forgive(&buckets).await
    }
}

/// A new password for `account`, or what to do about the one that was typed.
pub(super) fn chosen(typed: &str, account: &Account) -> Result<Password> {
    Password::choose(typed, &account.email).map_err(|error| Error::invalid("password", error.to_string()))
}
