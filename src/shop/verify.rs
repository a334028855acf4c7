//! Verifying the address of an account that somebody registered. The mailbox alone is not enough: its owner may never have
//! heard of the account. It takes the session that registered, or the password that was chosen.

use std::net::IpAddr;

use super::{Raced, Shop, until_unraced};
use crate::accounts::{Account, Password, Purpose};
use crate::store::{accounts, one_time_links};
use crate::values::{AccountId, LinkId, Timestamp};
use crate::{Error, Result};

/// What somebody shows beside the link.
#[derive(Clone, Debug)]
pub enum Registrant {
    /// They are signed in to this account.
    SignedIn(AccountId),
    /// They typed this password.
    Knows(Password),
    /// Nothing yet.
    Nobody,
}

impl Registrant {
    /// A password that was typed counts, also where somebody else is signed in.
    pub fn of(signed_in: Option<&Account>, typed: String) -> Self {
        match signed_in {
            _ if !typed.is_empty() => Self::Knows(Password::typed(typed)),
            Some(account) => Self::SignedIn(account.id.clone()),
            None => Self::Nobody,
        }
    }
}

impl Shop {
    /// Verifies the link's account. Pressed twice by whoever is signed in to it, the second time changes nothing.
    pub async fn verify(&self, id: &LinkId, token: &str, by: &Registrant, from: IpAddr) -> Result<Account> {
        let now = self.clock.now();
        if let Some(verified) = self.verified_before(id, by).await? {
            return Ok(verified);
        }
        let (_, account) = self.open_link(&mut *self.store.connection().await?, id, token, now).await?;
        self.admit_registrant(&account, by, from).await?;
        until_unraced(async || self.verify_once(id, token, now).await).await
    }

    async fn verify_once(&self, id: &LinkId, token: &str, now: Timestamp) -> Result<Account, Raced> {
        let mut tx = self.store.begin().await?;
        let (link, account) = self.open_link(&mut tx, id, token, now).await?;
        let Purpose::Verify = link.purpose else { return Err(Raced::Refused(Error::LinkEnded)) };
        one_time_links::use_up(&mut tx, &link, now).await?;
        let verified = self.change(&mut tx, &account, &account.verify(now), now).await?;
        tx.commit().await?;
        Ok(verified)
    }

    /// The link's account, where it is verified and theirs already.
    async fn verified_before(&self, id: &LinkId, by: &Registrant) -> Result<Option<Account>> {
        let Registrant::SignedIn(account_id) = by else { return Ok(None) };
        let mut connection = self.store.connection().await?;
        let is_theirs = one_time_links::find(&mut connection, id).await?.is_some_and(|link| &link.account_id == account_id);
        let account = if is_theirs { accounts::find(&mut connection, account_id).await? } else { None };
        Ok(account.filter(Account::is_verified))
    }

    async fn admit_registrant(&self, account: &Account, by: &Registrant, from: IpAddr) -> Result<()> {
        match by {
            Registrant::SignedIn(id) if id == &account.id => Ok(()),
            Registrant::SignedIn(_) | Registrant::Nobody => {
                Err(Error::invalid("password", "Enter the password that you chose when you registered"))
            }
            Registrant::Knows(password) => {
                let message = "Enter the password that you chose when you registered; this is another";
                self.demand_password(account, password, from, "password", message).await
            }
        }
    }

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
