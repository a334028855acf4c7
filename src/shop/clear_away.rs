//! What has run out is cleared away: sessions, counters, and what was answered to requests with keys.

use super::{Shop, requests};
use crate::Result;
use crate::store::{attempts, idempotency_keys, sessions};

impl Shop {
    pub async fn clear_away(&self) -> Result<()> {
        let now = self.clock.now();
        let mut connection = self.store.connection().await?;
        sessions::sweep(&mut connection, now).await?;
        attempts::sweep(&mut connection, now).await?;
        idempotency_keys::sweep(&mut connection, now.minus(requests::KEPT_FOR)).await?;
        Ok(())
    }

    /// The database is reachable and its tables are this program's.
    pub async fn is_ready(&self) -> Result<bool> {
        Ok(self.store.is_ready().await?)
    }
}
