//! A recipient would rather not have a gift: it goes back to its giver, who chooses what becomes of it.

use std::net::IpAddr;

use super::fields::letter;
use super::rate_limit::Limit;
use super::{GiftKey, Raced, Shop, until_unraced};
use crate::accounts::Account;
use crate::gifts::Sight;
use crate::store::{self, gifts as gift_rows};
use crate::values::{GiftId, Message};
use crate::{Error, Result, outbox};

impl Shop {
    /// Declines the gift behind `key`, for its recipient: signed in and verified, or with the proof of their mailbox. They may add a word to
    /// the giver, who is told. Answers its reference to whoever may look at it by that. `from` counts codes that no gift has.
    pub async fn decline(&self, key: &GiftKey, visitor: Option<&Account>, word: &str, from: IpAddr) -> Result<Option<GiftId>> {
        let word = letter("word", "your words", word).map_err(|wrong| Error::Invalid(vec![wrong]))?;
        let declined = until_unraced(|| self.decline_once(key, visitor, word.as_ref())).await;
        if let Err(Error::GiftNotFound) = declined {
            self.attempt(&[self.bucket_of_network(Limit::CODES_FROM, from)]).await?;
        }
        self.outbox_bell.notify_one();
        declined
    }

    async fn decline_once(
        &self,
        key: &GiftKey,
        visitor: Option<&Account>,
        word: Option<&Message>,
    ) -> Result<Option<GiftId>, Raced> {
        let now = self.clock.now();
        let mut tx = self.store.begin().await?;
        let before = self.gift_to(&mut tx, key, visitor).await?;
        let sight = self.sight(&before, key, visitor);
        let after = before.decline(sight, word.cloned(), now).map_err(Error::from)?;
        gift_rows::advance(&mut tx, &before, &after, &self.code_digest(&after)?, "declined", now).await?;
        if !after.is_for_oneself() {
            self.post(&mut tx, outbox::gift_declined(&after.id, now), now).await?;
        }
        tx.commit().await.map_err(store::Error::from)?;
        Ok((sight == Sight::Open).then_some(after.id))
    }
}
