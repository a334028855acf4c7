//! The buyer has the gift's mail sent now: once more, before its day, or after all.

use std::net::IpAddr;

use super::{Changed, Shop};
use crate::Result;
use crate::gifts::{Delivery, Gift};

impl Shop {
    /// Mails a gift now that was never mailed. Where it went out meanwhile, nothing is sent a second time.
    pub async fn send_now(&self, reference: &str, key: &str, from: IpAddr) -> Result<Changed> {
        let change = self.change_gift(reference, key, from, "sent_again", Gift::send_first).await?;
        Ok(change.or_same(Changed::SentNow))
    }

    /// Mails the gift now, with the code that it has. One that is about to leave is not mailed twice.
    pub async fn send_again(&self, reference: &str, key: &str, from: IpAddr) -> Result<Changed> {
        let change = self.change_gift(reference, key, from, "sent_again", Gift::send_again).await?;
        Ok(match change.before.delivery {
            Delivery::LinkOnly | Delivery::Scheduled { .. } => Changed::SentNow,
            Delivery::Sent { .. } | Delivery::Delivered { .. } | Delivery::Bounced { .. } | Delivery::Failed { .. } => {
                Changed::SentAgain
            }
        })
    }
}
