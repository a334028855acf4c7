//! What the verbs of one-time links share: making one, opening one, and writing what it does to its account.

use super::{Raced, Shop};
use crate::accounts::{Account, LinkEnded, OneTimeLink, Purpose};
use crate::store::{self, Tx, accounts, one_time_links};
use crate::values::{AccountId, Email, LinkId, Timestamp};
use crate::{Error, Result};

/// What a page shows of a link before its button is pressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkSeen {
    pub account_id: AccountId,
    /// The mailbox that the link was sent to.
    pub email: Email,
    pub purpose: Purpose,
}

impl Shop {
    /// Looks at a link without using it: whoever only follows links, as scanners of mail do, changes nothing.
    pub async fn look_at_link(&self, id: &LinkId, token: &str) -> Result<LinkSeen> {
        let now = self.clock.now();
        let mut connection = self.store.connection().await?;
        let (link, account) = self.open_link(&mut connection, id, token, now).await?;
        let email = link.purpose.new_email().cloned().unwrap_or(link.email);
        Ok(LinkSeen { account_id: account.id, email, purpose: link.purpose })
    }

    /// A new link for `account`; the mail that carries it is the caller's to post, in the same transaction.
    pub(super) async fn make_link(
        &self,
        tx: &mut Tx,
        account: &Account,
        purpose: Purpose,
        now: Timestamp,
    ) -> Result<LinkId, store::Error> {
        let link = OneTimeLink::new(LinkId::random(self.entropy.as_ref()), account, purpose, &self.secrets.current, now);
        one_time_links::insert(tx, &link).await?;
        Ok(link.id)
    }

    /// The link and its account, for whoever has the token while the link lives.
    pub(super) async fn open_link(
        &self,
        connection: &mut sqlx::AnyConnection,
        id: &LinkId,
        token: &str,
        now: Timestamp,
    ) -> Result<(OneTimeLink, Account)> {
        let link = one_time_links::find(connection, id).await?.ok_or(Error::LinkEnded)?;
        let account = accounts::find(connection, &link.account_id).await?.ok_or(Error::LinkEnded)?;
        link.check(token, &account, &self.secrets, now)?;
        Ok((link, account))
    }

    /// Writes a change of an account and what follows from it: who was signed in is out where the change says so, and where an
    /// address was proved, the others that were registered with it can't be entered any more.
    pub(super) async fn change(&self, tx: &mut Tx, before: &Account, after: &Account, now: Timestamp) -> Result<Account, Raced> {
        if before == after {
            return Ok(before.clone());
        }
        let changed = match accounts::advance(tx, before, after).await {
            // Another account proved the address first.
            Err(store::Error::Duplicate) => return Err(Raced::Refused(Error::LinkEnded)),
            advanced => advanced?,
        };
        if after.session_generation != before.session_generation {
            accounts::end_access(tx, &changed.id, now).await?;
        }
        if after.is_verified() && (!before.is_verified() || after.email != before.email) {
            accounts::displace_others(tx, &changed, now).await?;
        }
        Ok(changed)
    }
}

impl From<LinkEnded> for Error {
    fn from(_: LinkEnded) -> Self {
        Self::LinkEnded
    }
}
