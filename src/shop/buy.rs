//! A gift is promised, and its buyer sent to the payment page.

use std::net::IpAddr;

use url::Url;

use super::rate_limit::Limit;
use super::{Purchase, Raced, Shop, Wish, until_unraced};
use crate::Error;
use crate::catalog::Offer;
use crate::checkout::{
    BackUrls, CheckoutSession, ClientUrls, LineItem, NewSession, OpenSession, Opened, Order, OrderState, Provider, ProviderError,
};
use crate::error::Cause;
use crate::gifts::{self, Delivery, Gift, GiftState};
use crate::store::{self, gifts as gift_rows, orders};
use crate::values::{CheckoutSessionId, GiftId, OrderId, Timestamp};

/// A promise that waits for its payment.
#[derive(Clone, Debug)]
pub struct Promised {
    pub gift_id: GiftId,
    /// Our own name of the session.
    pub session_id: CheckoutSessionId,
    /// Where the buyer pays.
    pub url: Url,
}

/// A session of ours that is nearer to its end than this is replaced when the same order is taken up again, in seconds.
const ABOUT_TO_END_SECONDS: u64 = 300;

impl Shop {
    /// Promises the gift and opens the provider's page for it. The same purchase again, while its order is open, leads to the same page:
    /// a double click makes one order. Nothing is charged before the buyer pays there.
    pub async fn buy(&self, purchase: &Purchase, from: IpAddr) -> crate::Result<Promised> {
        let now = self.clock.now();
        self.attempt(&[self.bucket_of_network(Limit::CHECKOUTS_FROM, from)]).await?;
        let (order, gift_id, session) = until_unraced(|| self.promise(purchase, now)).await?;
        let opened = self.open_session(&order, &session).await?;
        Ok(Promised { gift_id, session_id: session.id, url: opened.url })
    }

    /// Writes order, gift and session, or finds those that the same purchase has made already.
    async fn promise(&self, purchase: &Purchase, now: Timestamp) -> Result<(Order, GiftId, CheckoutSession), Raced> {
        let fingerprint = self.fingerprint(purchase)?;
        let mut tx = self.store.begin().await?;
        if let Some(order) = orders::open_by_fingerprint(&mut tx, &fingerprint).await? {
            let gift = gift_rows::by_order(&mut tx, &order.id).await?.ok_or(Error::GiftNotFound)?;
            let session = self.session_for(&mut tx, &order, purchase, now).await?;
            tx.commit().await?;
            return Ok((order, gift.id, session));
        }
        let order = self.new_order(purchase, now)?;
        let gift = self.new_gift(purchase, &order, now);
        let session = self.new_session(&order, purchase, now);
        orders::insert(&mut tx, &order, Some(&fingerprint)).await?;
        gift_rows::insert(&mut tx, &gift, &self.code_digest(&gift)?).await?;
        orders::insert_session(&mut tx, &session).await?;
        tx.commit().await?;
        Ok((order, gift.id, session))
    }

    /// The session under which an open order is paid: its last one, or a new one where that is about to end.
    async fn session_for(
        &self,
        tx: &mut store::Tx,
        order: &Order,
        purchase: &Purchase,
        now: Timestamp,
    ) -> Result<CheckoutSession, Raced> {
        let soon = now.plus(std::time::Duration::from_secs(ABOUT_TO_END_SECONDS));
        match orders::last_session(tx, &order.id).await? {
            Some(session) if session.expires_at > soon => Ok(session),
            Some(_) | None => {
                // Of two who find the last one ending, or of one who does and a payment that arrives, the slower begins again.
                orders::advance(tx, order, order).await?;
                let session = self.new_session(order, purchase, now);
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
    fn back_urls(&self, order: &Order, session: &CheckoutSession) -> crate::Result<BackUrls> {
        if let Some(ClientUrls { success, cancel }) = &session.client_urls {
            return Ok(BackUrls { success: success.clone(), cancel: cancel.clone() });
        }
        let token = gifts::order_token(&self.secrets.current, &order.id, &session.id);
        let to = |path: &str| self.public(&format!("{path}?order={token}"));
        Ok(BackUrls { success: to("/gift/thanks")?, cancel: to("/gift/canceled")? })
    }

    fn new_order(&self, purchase: &Purchase, now: Timestamp) -> crate::Result<Order> {
        let offer = self.offer(purchase)?;
        let provider = self.provider(self.selling).ok_or_else(|| Error::internal("no payment provider is configured"))?;
        Ok(Order {
            id: OrderId::random(self.entropy.as_ref()),
            version: 1,
            provider: self.selling,
            mode: provider.mode(),
            line_item: LineItem {
                title: offer.title(),
                unit_price: offer.price,
                quantity: 1,
                price_ids: offer.price_ids.clone(),
                is_list_price: true,
                every: None,
            },
            total: offer.price,
            list_total: offer.price,
            buyer_name: purchase.giver_name.as_ref().map(|name| name.as_str().to_owned()),
            buyer_email: purchase.buyer_email.clone(),
            payment: None,
            refunded_minor: 0,
            state: OrderState::Open,
            created_at: now,
        })
    }

    fn new_gift(&self, purchase: &Purchase, order: &Order, now: Timestamp) -> Gift {
        Gift {
            id: GiftId::random(self.entropy.as_ref()),
            version: 1,
            order_id: order.id.clone(),
            tier: purchase.tier,
            months: purchase.months,
            recipient_name: purchase.recipient_name.clone(),
            recipient_email: purchase.recipient_email.clone(),
            giver_name: purchase.giver_name.clone(),
            giver_email: purchase.buyer_email.clone(),
            message: purchase.message.clone(),
            generation: 1,
            secret_id: self.secrets.current.id().to_owned(),
            delivery: match purchase.delivery {
                Wish::Now => Delivery::Scheduled { due_at: now },
                Wish::At { due_at, .. } => Delivery::Scheduled { due_at },
                Wish::Link => Delivery::LinkOnly,
            },
            time_zone: match &purchase.delivery {
                Wish::At { zone, .. } => Some(zone.clone()),
                Wish::Now | Wish::Link => None,
            },
            state: GiftState::Pending,
            created_at: now,
        }
    }

    fn new_session(&self, order: &Order, purchase: &Purchase, now: Timestamp) -> CheckoutSession {
        let id = CheckoutSessionId::random(self.entropy.as_ref());
        CheckoutSession::promised(id, order.id.clone(), order.provider, purchase.client_urls.clone(), now)
    }

    /// What makes two purchases the same one, unreadable for whoever sees the table. The price and where it is paid are of it: an order
    /// that was begun before the operator changed either is not taken up again.
    fn fingerprint(&self, purchase: &Purchase) -> crate::Result<String> {
        let price = self.offer(purchase)?.price;
        let Purchase { tier, months, recipient_name, recipient_email, message, giver_name, buyer_email, delivery, client_urls } =
            purchase;
        let delivery = match delivery {
            Wish::Now => "now".to_owned(),
            Wish::At { due_at, zone } => format!("{} {}", due_at.millis(), zone.name()),
            Wish::Link => "link".to_owned(),
        };
        let urls = client_urls.as_ref().map(|urls| format!("{} {}", urls.success, urls.cancel));
        Ok(self.secrets.current.token(
            "same purchase",
            &[
                self.selling.as_str(),
                &price.minor.to_string(),
                price.currency.as_str(),
                tier.as_str(),
                &months.count().to_string(),
                recipient_name.as_str(),
                &recipient_email.key(),
                message.as_ref().map_or("", |message| message.as_str()),
                giver_name.as_ref().map_or("", |name| name.as_str()),
                &buyer_email.as_ref().map(crate::values::Email::key).unwrap_or_default(),
                &delivery,
                &urls.unwrap_or_default(),
            ],
        ))
    }

    fn offer(&self, purchase: &Purchase) -> crate::Result<&Offer> {
        self.catalog.offer(purchase.tier, purchase.months).ok_or_else(|| Error::internal("an offer is missing"))
    }

    /// What the gift's present code is looked up by.
    pub(super) fn code_digest(&self, gift: &Gift) -> crate::Result<String> {
        let code = gift.code(&self.secrets).ok_or_else(|| Error::internal("the secret of a gift's code isn't given any more"))?;
        Ok(gifts::digest(&code))
    }
}

/// The buyer reads that nothing was charged; the log says what the provider did.
fn unavailable(provider: &dyn Provider, error: &ProviderError) -> Error {
    Error::ProviderUnavailable(Cause::from(format!("{}: {error}", provider.name())))
}
