//! A recipient or a giver wants no reminder of a gift: by the link that a mail carries, with no other sign of who they are.

use sqlx::AnyConnection;

use super::{Raced, Shop, until_unraced};
use crate::gifts::{self, Gift, Whom};
use crate::store::{self, gifts as gift_rows};
use crate::{Error, Result};

/// What such a link is about, before its button is pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemindersSeen {
    pub whose: Whom,
    pub are_stopped: bool,
}

impl Shop {
    /// Looks at a link without using it: whoever only follows links, as scanners of mail do, stops nothing.
    pub async fn look_at_reminders(&self, token: &str) -> Result<RemindersSeen> {
        let (gift, whose) = self.gift_by_stop_token(&mut *self.store.connection().await?, token).await?;
        Ok(RemindersSeen { whose, are_stopped: gift.reminders.of(whose).stopped_at.is_some() })
    }

    /// Stops the reminders that `token` is about; a second time changes nothing. One that was not signed here is [`Error::NotFound`], and so
    /// is that of a recipient from before: nothing more is sent to them.
    pub async fn stop_reminders(&self, token: &str) -> Result<()> {
        until_unraced(async || {
            let now = self.clock.now();
            let mut tx = self.store.begin().await?;
            let (before, whose) = self.gift_by_stop_token(&mut tx, token).await?;
            let Some(after) = before.stop_reminding(whose, now) else { return Ok::<_, Raced>(()) };
            let what = match whose {
                Whom::Recipient => "recipient_reminders_stopped",
                Whom::Giver => "giver_reminders_stopped",
            };
            gift_rows::advance(&mut tx, &before, &after, &self.code_digest(&after)?, what, now).await?;
            tx.commit().await.map_err(store::Error::from)?;
            Ok(())
        })
        .await
    }

    async fn gift_by_stop_token(&self, connection: &mut AnyConnection, token: &str) -> Result<(Gift, Whom)> {
        let id = gifts::gift_of_stop_token(token).ok_or(Error::NotFound)?;
        let gift = gift_rows::find(connection, &id).await?.ok_or(Error::NotFound)?;
        let whose = gifts::read_stop_token(&self.secrets, &gift, token).ok_or(Error::NotFound)?;
        Ok((gift, whose))
    }
}
