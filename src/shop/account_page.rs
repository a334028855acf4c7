//! An account's own page: its time, the gifts it gave and those it was given.

use super::gift_page::delivery;
use super::{AccountView, GiftLine, OtherEnd, OwnSubscription, Shop, Standing};
use crate::Result;
use crate::accounts::Account;
use crate::gifts::{Gift, GiftState, Sight};
use crate::memberships::{self, Source, Stretch};
use crate::store::{gifts as gift_rows, grants, subscriptions};
use crate::values::{Timestamp, Zone};

/// How many gifts of each kind the page lists.
const GIFTS_MAX: i64 = 100;

impl Shop {
    /// What belongs to a mailbox (gifts given, gifts waiting) is shown to an account whose address is verified.
    pub async fn account_page(&self, account: &Account) -> Result<AccountView> {
        let now = self.clock.now();
        let mut connection = self.store.connection().await?;
        let ledger = self.ledger(&mut connection, account, now).await?;
        let timeline = memberships::timeline(&ledger, &self.zone);
        let subscription = subscriptions::living_of(&mut connection, &account.id).await?;
        let redeemed = grants::gifts_redeemed(&mut connection, &account.id).await?;
        let (mut given, mut received) = (Vec::new(), Vec::new());
        if account.is_verified() {
            for gift in gift_rows::given_by(&mut connection, &account.email, GIFTS_MAX).await? {
                let standing = self.standing(&mut connection, &gift, None, now).await?;
                given.push(line(&gift, OtherEnd::recipient_of(&gift), standing, Some(self.gift_path(&gift.id)), &self.zone, now));
            }
            for gift in gift_rows::received_by(&mut connection, &account.id, &account.email, GIFTS_MAX).await? {
                let standing = self.standing(&mut connection, &gift, Some(account), now).await?;
                // One that was taken back is no longer shown to whoever has another address by now.
                let is_shown = gift.sight(Some(&account.redeemer()), false) == Sight::Open;
                let path = is_shown.then(|| format!("/redeem?gift={}", gift.id));
                let line = line(&gift, OtherEnd::giver_of(&gift), standing, path, &self.zone, now);
                let end_told = end_told(&gift, account, &timeline, now);
                received.push(GiftLine { redeemed_at: redeemed.get(&gift.id).copied(), end_told, ..line });
            }
        }
        Ok(AccountView {
            email: account.email.clone(),
            is_verified: account.is_verified(),
            today: now,
            plan: account.plan,
            subscription: subscription.map(|subscription| OwnSubscription { tier: subscription.tier, state: subscription.state }),
            gifts: self.gifts_behind(&mut connection, &ledger).await?,
            timeline,
            given,
            received,
        })
    }
}

fn line(gift: &Gift, other: OtherEnd, standing: Standing, path: Option<String>, zone: &Zone, now: Timestamp) -> GiftLine {
    GiftLine {
        reference: gift.id.clone(),
        other,
        tier: gift.tier,
        months: gift.months,
        standing,
        delivery: delivery(gift, zone, now),
        redeemed_at: None,
        end_told: None,
        path,
    }
}

/// What `account` has chosen, as long as some of the gift's time is still to run.
fn end_told(gift: &Gift, account: &Account, timeline: &[Stretch], now: Timestamp) -> Option<bool> {
    let GiftState::Redeemed { grant_id, .. } = &gift.state else { return None };
    let source = Source::Grant(grant_id.clone());
    let is_to_run = memberships::ahead(timeline, now).iter().any(|stretch| stretch.source == source);
    gift.tell_end(&account.id, gift.end_told).filter(|_| is_to_run).map(|gift| gift.end_told)
}
