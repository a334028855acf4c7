//! A recipient thanks the giver, once.

use super::fields::letter;
use super::{GiftKey, Raced, Shop, until_unraced};
use crate::accounts::Account;
use crate::gifts::ThankRefused;
use crate::store::{self, gifts as gift_rows};
use crate::values::{GiftId, Message};
use crate::{Error, Result, outbox};

/// Where the form says what is wrong with them.
const FIELD: &str = "thanks";

impl Shop {
    /// Keeps what `account`, which redeemed the gift behind `key`, says to its giver. It stands on the giver's page from then on, and is
    /// mailed to them where they left an address. Said twice in the same words, it was said once.
    pub async fn thank(&self, key: &GiftKey, account: &Account, text: &str) -> Result<GiftId> {
        let text = words(text)?;
        let thanked = until_unraced(async || {
            let now = self.clock.now();
            let mut tx = self.store.begin().await?;
            let before = self.gift_to(&mut tx, key, Some(account)).await?;
            let after = before.thank(&account.id, text.clone(), now).map_err(refused)?;
            if after != before {
                gift_rows::advance(&mut tx, &before, &after, &self.code_digest(&after)?, "thanked", now).await?;
                self.post(&mut tx, outbox::thank_you(&after.id), now).await?;
                tx.commit().await.map_err(store::Error::from)?;
            }
            Ok::<_, Raced>(after.id)
        })
        .await?;
        self.outbox_bell.notify_one();
        Ok(thanked)
    }
}

fn refused(why: ThankRefused) -> Error {
    match why {
        ThankRefused::NotTheirs => Error::GiftNotFound,
        ThankRefused::Oneself => Error::invalid(FIELD, "This gift is from yourself, so there is nobody to write to"),
        ThankRefused::Thanked => Error::invalid(FIELD, "You have said your thanks for this gift, and they stand as you wrote them"),
    }
}

fn words(text: &str) -> Result<Message> {
    let read = letter(FIELD, "your thanks", text).map_err(|wrong| Error::Invalid(vec![wrong]))?;
    read.ok_or_else(|| Error::invalid(FIELD, "Write a few words first"))
}
