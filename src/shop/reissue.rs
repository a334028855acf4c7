//! The buyer has a new code made: the old one is dead at once.

use super::Shop;
use crate::Result;

impl Shop {
    /// Raises the gift's generation, so that the code, the proof and the link that were out redeem nothing any more.
    pub async fn reissue(&self, reference: &str, key: &str) -> Result<()> {
        self.change_gift(reference, key, "reissued", |gift, now| gift.reissue(&self.secrets.current, now)).await
    }
}
