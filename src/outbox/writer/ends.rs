//! The mails about a membership's end, each written from the timeline as it is when it goes out.

use super::Writer;
use crate::accounts::Account;
use crate::emails::{Letter, MembershipEnds};
use crate::memberships::{self, End};
use crate::store::{self, grants};
use crate::values::{AccountId, Timestamp};

impl Writer {
    /// To the member; `None` where the end has moved to another day, for which whatever moved it posted anew, or has passed.
    pub(super) async fn membership_ends(
        &self,
        account_id: &AccountId,
        ends_at: Timestamp,
        now: Timestamp,
    ) -> store::Result<Option<Letter>> {
        let Some(end) = self.end_of(account_id, ends_at, now).await? else { return Ok(None) };
        let account = self.account(account_id).await?.filter(Account::is_verified);
        Ok(account.map(|account| {
            Letter::MembershipEnds(MembershipEnds {
                to: account.email,
                tier: end.tier,
                ends_at: end.at,
                account_page: self.page(&["account"]),
                sells_plans: self.sells_plans,
            })
        }))
    }

    /// How the membership ends, if that is on the day that was foreseen, and to come.
    async fn end_of(&self, account_id: &AccountId, foreseen: Timestamp, now: Timestamp) -> store::Result<Option<End>> {
        let ledger = grants::foreseen(&mut *self.store.connection().await?, account_id).await?;
        let end = memberships::end(&memberships::timeline(&ledger, &self.zone));
        Ok(end.filter(|end| end.at > now && self.zone.day(end.at) == self.zone.day(foreseen)))
    }
}
