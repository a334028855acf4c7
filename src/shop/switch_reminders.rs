//! The buyer wants no reminder of a gift, or wants it after all: on the gift's page.

use std::net::IpAddr;

use super::{Changed, Shop};
use crate::Result;
use crate::gifts::Whom;

impl Shop {
    /// Switched on again, the reminder waits its whole month anew where its time has passed meanwhile.
    pub async fn switch_reminders(&self, reference: &str, key: &str, are_on: bool, from: IpAddr) -> Result<Changed> {
        let what = if are_on { "giver_reminders_wanted" } else { "giver_reminders_stopped" };
        let change = self
            .change_gift(reference, key, from, what, |gift, now| {
                let after = if are_on { gift.go_on_reminding(Whom::Giver) } else { gift.stop_reminding(Whom::Giver, now) };
                Ok(after.unwrap_or_else(|| gift.clone()))
            })
            .await?;
        Ok(change.or_same(if are_on { Changed::RemindersOn } else { Changed::RemindersOff }))
    }
}
