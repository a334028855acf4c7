//! The gifts that an account ordered, as a program of its own reads them.

use super::Shop;
use crate::accounts::Account;
use crate::checkout::Order;
use crate::gifts::Gift;
use crate::store::{gifts as gift_rows, orders};
use crate::values::{GiftId, Timestamp};
use crate::{Error, Result};

/// A gift and what was agreed for it.
#[derive(Clone, Debug)]
pub struct GiftRecord {
    pub gift: Gift,
    pub order: Order,
}

/// One page of a list of gifts, newest first.
#[derive(Clone, Debug)]
pub struct GiftRecords {
    pub records: Vec<GiftRecord>,
    /// There are more behind the last.
    pub goes_on: bool,
}

impl Shop {
    /// A gift by its public reference, for its buyer or whoever runs the shop; for anybody else there is none. What belongs to a mailbox
    /// is its account's once the address is verified.
    pub async fn gift_record(&self, reference: &GiftId, account: &Account) -> Result<GiftRecord> {
        let mut connection = self.store.connection().await?;
        let gift = gift_rows::find(&mut connection, reference).await?.ok_or(Error::GiftNotFound)?;
        let is_its_buyer = account.is_verified() && gift.giver_email.as_ref() == Some(&account.email);
        if !is_its_buyer && !account.is_admin() {
            return Err(Error::GiftNotFound);
        }
        let order = orders::find(&mut connection, &gift.order_id).await?.ok_or(Error::GiftNotFound)?;
        Ok(GiftRecord { gift, order })
    }

    /// The gifts that the account's address ordered, newest first: `limit` of them behind `after`, the last one of the page before.
    pub async fn gift_records(&self, account: &Account, after: Option<(Timestamp, &GiftId)>, limit: usize) -> Result<GiftRecords> {
        if !account.is_verified() {
            return Ok(GiftRecords { records: Vec::new(), goes_on: false });
        }
        let mut connection = self.store.connection().await?;
        let one_more = i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX);
        let gifts = gift_rows::ordered_by(&mut connection, &account.email, after, one_more).await?;
        let goes_on = gifts.len() > limit;
        let mut records = Vec::with_capacity(limit);
        for gift in gifts.into_iter().take(limit) {
            let order = orders::find(&mut connection, &gift.order_id).await?.ok_or(Error::GiftNotFound)?;
            records.push(GiftRecord { gift, order });
        }
        Ok(GiftRecords { records, goes_on })
    }
}
