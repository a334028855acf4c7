//! The provider's page on which an order is paid: opened, found again, and where it leads back to. What the verbs that sell have in common.

use super::{Raced, Shop, until_unraced};
use crate::Error;
use crate::checkout::{
    BackUrls, CheckoutSession, ClientUrls, NewSession, OpenSession, Opened, Order, PaymentMode, Provider, ProviderError,
};
use crate::error::Cause;
use crate::gifts;
use crate::store::{self, orders};
use crate::values::{CheckoutSessionId, Timestamp};

/// A session of ours that is nearer to its end than this is replaced when the same order is taken up again, in seconds.
const ABOUT_TO_END_SECONDS: u64 = 300;

impl Shop {
    /// The session under which an open order is paid: its last one, or a new one where that is about to end.
    pub(super) async fn session_for(
        &self,
        tx: &mut store::Tx,
        order: &Order,
        client_urls: Option<&ClientUrls>,
        now: Timestamp,
    ) -> Result<CheckoutSession, Raced> {
        let soon = now.plus(std::time::Duration::from_secs(ABOUT_TO_END_SECONDS));
        match orders::last_session(tx, &order.id).await? {
            Some(session) if session.expires_at > soon => Ok(session),
            Some(_) | None => {
                // Of two who find the last one ending, or of one who does and a payment that arrives, the slower begins again.
                orders::advance(tx, order, &order.taken_up_again()).await?;
                let session = self.new_session(order, client_urls, now);
                orders::insert_session(tx, &session).await?;
                Ok(session)
            }
        }
    }

    /// Opens the provider's page for a session, outside of any transaction, and keeps what the provider calls it. Repeating it is safe:
    /// the session's id is the idempotency key; and a page that a provider without such keys opened, and we lost, is one that nobody was
    /// ever sent to.
    pub(super) async fn open_session(&self, order: &Order, session: &CheckoutSession) -> crate::Result<Opened> {
        if let Some(opened) = &session.opened {
            return Ok(opened.clone());
        }
        let provider =
            self.provider(session.provider).ok_or_else(|| Error::internal("the order's provider is no longer configured"))?;
        let new = NewSession {
            id: session.id.clone(),
            order_id: order.id.clone(),
            mode: order.line_item.payment_mode(),
            line_items: vec![order.line_item.clone()],
            buyer_email: order.buyer_email.clone(),
            expires_at: session.expires_at,
        };
        let back = self.back_urls(order, session)?;
        let page = provider.open(&new, &back).await.map_err(|error| unavailable(provider.as_ref(), &error))?;
        until_unraced(|| self.keep_opened(&session.id, &page)).await
    }

    /// Keeps what the provider calls the session. Of two pages that were opened at the same moment, by a provider that can't tell a repeat,
    /// the first counts and the other is given to nobody; whatever else happened to the session meanwhile is no reason to forget its page.
    async fn keep_opened(&self, id: &CheckoutSessionId, page: &OpenSession) -> Result<Opened, Raced> {
        let mut connection = self.store.connection().await?;
        let session = orders::session(&mut connection, id).await?.ok_or(Error::NotFound)?;
        if let Some(opened) = session.opened {
            return Ok(opened);
        }
        let opened = Opened { provider_id: page.provider_id.clone(), url: page.url.clone() };
        orders::advance_session(&mut connection, &session, &session.opened(opened.clone(), page.expires_at)).await?;
        Ok(opened)
    }

    /// Where the provider sends the buyer afterwards. The signed token names order and session, so that nothing in the query is believed.
    pub(super) fn back_urls(&self, order: &Order, session: &CheckoutSession) -> crate::Result<BackUrls> {
        if let Some(ClientUrls { success, cancel }) = &session.client_urls {
            return Ok(BackUrls { success: success.clone(), cancel: cancel.clone() });
        }
        let token = gifts::order_token(&self.secrets.current, &order.id, &session.id);
        let to = |path: &str| self.public(&format!("{path}?order={token}"));
        Ok(match order.line_item.payment_mode() {
            PaymentMode::Payment => BackUrls { success: to("/gift/thanks")?, cancel: to("/gift/canceled")? },
            PaymentMode::Subscription => BackUrls { success: to("/account")?, cancel: self.public("/account")? },
        })
    }

    pub(super) fn new_session(&self, order: &Order, client_urls: Option<&ClientUrls>, now: Timestamp) -> CheckoutSession {
        let id = CheckoutSessionId::random(self.entropy.as_ref());
        CheckoutSession::promised(id, order.id.clone(), order.provider, client_urls.cloned(), now)
    }
}

/// The buyer reads that nothing was charged; the log says what the provider did.
fn unavailable(provider: &dyn Provider, error: &ProviderError) -> Error {
    Error::ProviderUnavailable(Cause::from(format!("{}: {error}", provider.name())))
}
