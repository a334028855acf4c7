//! The buyer writes the card's message anew.

use std::net::IpAddr;

use super::{Changed, Shop, fields};
use crate::gifts::Delivery;
use crate::{Error, Result};

impl Shop {
    /// Changes what stands on the card, behind a link that was mailed as well. The mail itself keeps the words it was sent with.
    pub async fn reword(&self, reference: &str, key: &str, message: &str, from: IpAddr) -> Result<Changed> {
        let message = fields::message(message).map_err(|wrong| Error::Invalid(vec![wrong]))?;
        let change = self.change_gift(reference, key, from, "reworded", |gift, _| gift.reword(message.clone())).await?;
        Ok(change.or_same(match change.after.delivery {
            Delivery::LinkOnly | Delivery::Scheduled { .. } => Changed::Reworded,
            Delivery::Sent { .. } | Delivery::Delivered { .. } | Delivery::Bounced { .. } | Delivery::Failed { .. } => {
                Changed::RewordedAfterSending
            }
        }))
    }
}
