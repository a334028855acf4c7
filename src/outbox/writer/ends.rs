//! The mails about a membership's end, each written from the timeline as it is when it goes out.

use url::Url;

use super::Writer;
use crate::accounts::Account;
use crate::emails::{GiveAgain, Letter, MembershipEnds, SecretLink};
use crate::gifts::{self, Gift, GiftState};
use crate::memberships::{self, End, Source};
use crate::outbox::task;
use crate::store::{self, gifts as gift_rows, grants};
use crate::values::{AccountId, GiftId, Timestamp};

impl Writer {
    /// To the member; `None` where the end has moved to another day, for which whatever moved it posted anew, or has passed.
    pub(super) async fn membership_ends(
        &self,
        account_id: &AccountId,
        ends_at: Timestamp,
        now: Timestamp,
    ) -> store::Result<Option<Letter>> {
        let Some(end) = self.end_to_come(account_id, now).await? else { return Ok(None) };
        let account = self.account(account_id).await?.filter(Account::is_verified);
        let Some(account) = account.filter(|_| self.zone.day(end.at) == self.zone.day(ends_at)) else { return Ok(None) };
        let again = match &end.source {
            Source::Grant(id) => gift_rows::by_grant(&mut *self.store.connection().await?, id).await?,
            Source::Subscription(_) => None,
        };
        Ok(Some(Letter::MembershipEnds(MembershipEnds {
            tier: end.tier,
            ends_at: end.at,
            account_page: self.page(&["account"]),
            sells_plans: self.sells_plans,
            again: again.filter(|gift| gift.giver_email.as_ref() == Some(&account.email)).map(|gift| self.form_again(&gift.id)),
            to: account.email,
        })))
    }

    /// To the giver of what runs last, by what the recipient wants now; `None` also where both are one, whom the other mail tells.
    pub(super) async fn give_again(&self, gift_id: &GiftId, now: Timestamp) -> store::Result<Option<Letter>> {
        let Some(gift) = self.gift(gift_id).await?.filter(|gift| gift.end_told) else { return Ok(None) };
        let GiftState::Redeemed { account_id, grant_id, .. } = &gift.state else { return Ok(None) };
        let end = self.end_to_come(account_id, now).await?.filter(|end| end.source == Source::Grant(grant_id.clone()));
        let end = end.filter(|end| task::announced_at(end.at, &self.zone) <= now);
        let account = self.account(account_id).await?;
        Ok(end.zip(account).and_then(|(end, account)| self.give_again_to(&gift, &end, &account)).map(Letter::GiveAgain))
    }

    fn give_again_to(&self, gift: &Gift, end: &End, account: &Account) -> Option<GiveAgain> {
        let giver = gift.giver_to_tell().filter(|giver| **giver != account.email)?;
        Some(GiveAgain {
            to: giver.clone(),
            recipient_name: gift.recipient_name.clone(),
            tier: gift.tier,
            months: gift.months,
            ends_at: end.at,
            again: self.form_again(&gift.id),
            reference: gift.id.clone(),
        })
    }

    /// How the membership ends, if that is to come.
    async fn end_to_come(&self, account_id: &AccountId, now: Timestamp) -> store::Result<Option<End>> {
        let ledger = grants::foreseen(&mut *self.store.connection().await?, account_id, now).await?;
        Ok(memberships::end(&memberships::timeline(&ledger, &self.zone)).filter(|end| end.at > now))
    }

    /// The form for the same gift once more, filled in; whoever has the buyer's key may have it.
    fn form_again(&self, gift: &GiftId) -> SecretLink {
        let mut page: Url = self.page(&["gift"]);
        let key = gifts::page_key(&self.secrets.current, gift);
        page.query_pairs_mut().append_pair("again", gift.as_str()).append_pair("key", &key);
        SecretLink(page)
    }
}
