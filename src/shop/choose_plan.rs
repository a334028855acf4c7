//! An account chooses which subscription its checkout sells.

use super::{Raced, Shop, until_unraced};
use crate::accounts::Account;
use crate::catalog::Tier;
use crate::store::{self, accounts};
use crate::{Error, Result};

impl Shop {
    /// [`Error::NotForSale`] where the shop has no plan of the tier. A subscription that runs stays as it is.
    pub async fn choose_plan(&self, account: &Account, tier: Tier) -> Result<Account> {
        self.catalog.plan(tier).ok_or(Error::NotForSale)?;
        until_unraced(|| self.choose_plan_once(account, tier)).await
    }

    async fn choose_plan_once(&self, account: &Account, tier: Tier) -> Result<Account, Raced> {
        let mut tx = self.store.begin().await?;
        let before = accounts::find(&mut tx, &account.id).await?.ok_or(Error::Unauthenticated)?;
        let after = accounts::advance(&mut tx, &before, &before.choose_plan(tier)).await?;
        tx.commit().await.map_err(store::Error::from)?;
        Ok(after)
    }
}
