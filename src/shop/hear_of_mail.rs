//! Whoever carries our mail reports what became of one.

use http::HeaderMap;

use super::{Raced, Shop, until_unraced};
use crate::outbox::{self, Report, ReportRefused};
use crate::store::{self, provider_events};
use crate::{Error, Result};

/// How the refused ones are counted.
const SENDER: &str = "mail";

impl Shop {
    /// Verifies the raw bytes and lets the report take effect once. What is none of our business changes nothing, and is no error.
    /// [`Error::NotFound`] where no secret was given by which a report could be believed.
    pub async fn hear_of_mail(&self, headers: &HeaderMap, body: &[u8]) -> Result<()> {
        let now = self.clock.now();
        if self.report_secrets.is_empty() {
            return Err(Error::NotFound);
        }
        let report = match Report::read(&self.report_secrets, headers, body, now) {
            Ok(Some(report)) => report,
            Ok(None) => return Ok(()),
            Err(ReportRefused::Signature(why)) => {
                tracing::warn!(why = why.reason(), "a report about a mail was refused");
                provider_events::refuse(&mut *self.store.connection().await?, SENDER, why.reason(), now).await?;
                return Err(Error::SignatureRefused);
            }
            Err(ReportRefused::Malformed(wrongs)) => return Err(Error::Invalid(wrongs)),
        };
        until_unraced(async || {
            let mut tx = self.store.begin().await?;
            outbox::take_in(&mut tx, &self.secrets, &self.zone, &report, now).await?;
            tx.commit().await.map_err(store::Error::from)?;
            Ok::<_, Raced>(())
        })
        .await?;
        self.outbox_bell.notify_one();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::testing::World;
    use crate::store::Store;
    use crate::store::testing::on_both;

    on_both!(without_a_secret_there_are_no_reports, async |store: Store| {
        let world = World::on(store);
        let heard = world.shop.hear_of_mail(&HeaderMap::new(), b"{}").await;
        assert!(matches!(heard, Err(Error::NotFound)), "{heard:?}");
        assert_eq!(provider_events::refused(&mut world.store.connection().await.unwrap()).await.unwrap(), [""; 0]);
    });
}
