//! Orders whose event never came are settled by asking.

use futures::StreamExt as _;

use super::{Fulfilled, Shop};
use crate::checkout::{CheckoutSession, Fact};
use crate::error::Cause;
use crate::store::{self, orders};
use crate::values::CheckoutSessionId;
use crate::{Error, Result};

/// What one round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reconciled {
    pub asked: u32,
    pub changed: u32,
    pub failed: u32,
}

/// What the provider answered about one session.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub fulfilled: Fulfilled,
    /// Money is on its way and not there yet.
    pub is_under_way: bool,
}

/// How many sessions one round takes up, and how many of them at a time.
const ROUND: i64 = 100;
const AT_ONCE: usize = 4;

impl Shop {
    /// Asks the providers about every session that is due. Servers share the work: whoever moves a session's next check first has the turn.
    pub async fn reconcile(&self) -> Result<Reconciled> {
        let now = self.clock.now();
        let due = orders::sessions_to_check(&mut *self.store.connection().await?, now, ROUND).await?;
        let answers = futures::stream::iter(due).map(|session| self.check_on(session)).buffer_unordered(AT_ONCE);
        let rounds: Vec<_> = answers.collect().await;
        let mut done = Reconciled::default();
        for answer in rounds.into_iter().flatten() {
            done.asked += 1;
            match answer {
                Ok(Fulfilled::Applied) => done.changed += 1,
                Ok(Fulfilled::Noted) => {}
                Err(error) => {
                    done.failed += 1;
                    tracing::warn!(tag = error.tag(), cause = ?error.cause(), "a session could not be checked");
                }
            }
        }
        Ok(done)
    }

    /// `None` where another server has the turn.
    async fn check_on(&self, session: CheckoutSession) -> Option<Result<Fulfilled>> {
        match self.take_turn(&session).await {
            Ok(true) => {}
            Ok(false) => return None,
            Err(error) => return Some(Err(error)),
        }
        Some(self.ask(&session.id).await.map(|asked| asked.fulfilled))
    }

    async fn take_turn(&self, session: &CheckoutSession) -> Result<bool> {
        let mut connection = self.store.connection().await?;
        match orders::advance_session(&mut connection, session, &session.checking(self.clock.now())).await {
            Ok(()) => Ok(true),
            Err(store::Error::Stale) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Asks the provider what became of a session and lets the answer take effect. A session whose opening was cut short is opened again
    /// first, under the same key, to learn what the provider calls it; one past its time, or of an order that was paid otherwise, has lapsed.
    pub(super) async fn ask(&self, id: &CheckoutSessionId) -> Result<Asked> {
        let (session, order) = {
            let mut connection = self.store.connection().await?;
            let session = orders::session(&mut connection, id).await?.ok_or(Error::NotFound)?;
            let order = orders::find(&mut connection, &session.order_id).await?.ok_or(Error::NotFound)?;
            (session, order)
        };
        let provider =
            self.provider(session.provider).ok_or_else(|| Error::internal("the order's provider is no longer configured"))?;
        if session.opened.is_none() && (session.expires_at <= self.clock.now() || !order.awaits_payment()) {
            let fulfilled = self.lapse_unopened(&session.id).await?;
            return Ok(Asked { fulfilled, is_under_way: false });
        }
        let opened = self.open_session(&order, &session).await?;
        let event = provider
            .retrieve(&opened.provider_id, self.clock.now())
            .await
            .map_err(|error| Error::ProviderUnavailable(Cause::from(error)))?;
        let fulfilled = self.fulfil(&event).await?;
        Ok(Asked { fulfilled, is_under_way: event.facts.contains(&Fact::Processing) })
    }
}
