//! What has run out is cleared away: sessions and counters.

use super::Shop;
use crate::Result;
use crate::store::{attempts, sessions};

impl Shop {
    pub async fn clear_away(&self) -> Result<()> {
        let now = self.clock.now();
        let mut connection = self.store.connection().await?;
        sessions::sweep(&mut connection, now).await?;
        attempts::sweep(&mut connection, now).await?;
        Ok(())
    }

    /// The database is reachable and its tables are this program's.
    pub async fn is_ready(&self) -> Result<bool> {
        Ok(self.store.is_ready().await?)
    }
}
