//! The buyer has the gift's mail sent once more, with the same code.

use super::Shop;
use crate::Result;
use crate::gifts::Gift;

impl Shop {
    /// Mails the gift now: once more, before its day, or after all.
    pub async fn send_again(&self, reference: &str, key: &str) -> Result<()> {
        self.change_gift(reference, key, "sent_again", Gift::send_again).await
    }
}
