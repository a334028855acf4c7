//! The buyer has a new code made: the old one is dead at once.

use std::net::IpAddr;

use super::{Changed, Shop};
use crate::Result;

impl Shop {
    /// Raises the gift's generation, so that the code, the proof and the link that were out redeem nothing any more.
    pub async fn reissue(&self, reference: &str, key: &str, from: IpAddr) -> Result<Changed> {
        let secret = &self.secrets.current;
        let change = self.change_gift(reference, key, from, "reissued", |gift, now| gift.reissue(secret, now)).await?;
        Ok(Changed::Reissued(change.new_code()))
    }
}
