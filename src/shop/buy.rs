//! A gift is promised, and its buyer sent to the payment page.

use std::net::IpAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

use super::rate_limit::Limit;
use super::{Purchase, Raced, RequestKey, Shop, Wish, until_unraced};
use crate::Error;
use crate::catalog::{Offer, PriceIds};
use crate::checkout::{CheckoutSession, LineItem, Order, OrderState};
use crate::gifts::{self, Delivery, Gift, GiftState, Reminders};
use crate::store::{self, gifts as gift_rows, orders};
use crate::values::{CheckoutSessionId, GiftCode, GiftId, Money, OrderId, Timestamp};

/// A gift that waits for its payment, or for none.
#[derive(Clone, Debug)]
pub struct Promised {
    pub gift_id: GiftId,
    /// What will redeem it, once it is paid.
    pub code: GiftCode,
    /// Our own name of the session.
    pub session_id: CheckoutSessionId,
    /// Where the buyer pays; the thanks page where nothing was to pay.
    pub url: Url,
    /// Nothing was to pay, so the gift is on its way already.
    pub is_settled: bool,
}

/// What a purchase has become in the database.
struct Promise {
    order: Order,
    gift: Gift,
    session: CheckoutSession,
}

/// What is kept of a purchase by a request with a key.
#[derive(Serialize, Deserialize)]
struct Made {
    session: CheckoutSessionId,
    /// Of the gift's code.
    generation: i64,
}

/// For how long the same form is the same purchase where nothing is to pay. An order that waits for its payment is known by that.
const SAME_GIFT: Duration = Duration::from_mins(10);

impl Shop {
    /// Promises the gift and opens the provider's page for it. The same purchase again, while its order is open, leads to the same page:
    /// a double click makes one order. A `request` with a key is known again by that alone. Nothing is charged before the buyer pays there;
    /// where nothing is to pay, nobody is asked to.
    pub async fn buy(&self, purchase: &Purchase, from: IpAddr, request: Option<&RequestKey>) -> crate::Result<Promised> {
        let bought = self.buy_or_refuse(purchase, from, request).await;
        self.keep_refusal(request, bought).await
    }

    async fn buy_or_refuse(&self, purchase: &Purchase, from: IpAddr, request: Option<&RequestKey>) -> crate::Result<Promised> {
        let now = self.clock.now();
        self.attempt(&[self.bucket_of_network(Limit::CHECKOUTS_FROM, from)]).await?;
        self.admit_code(purchase, from, now).await?;
        let Promise { order, gift, session } = until_unraced(|| self.promise(purchase, request, now)).await?;
        let is_settled = order.total.is_zero();
        let url = if is_settled {
            self.outbox_bell.notify_one();
            self.back_urls(&order, &session)?.success
        } else {
            self.open_session(&order, &session).await?.url
        };
        let code = self.code_of(&gift)?;
        Ok(Promised { gift_id: gift.id, code, session_id: session.id, url, is_settled })
    }

    /// Counts a code that there is not against whoever tries it. With a code that leaves nothing to pay a purchase is no more than a mail
    /// to somebody, and is counted as one.
    async fn admit_code(&self, purchase: &Purchase, from: IpAddr, now: Timestamp) -> crate::Result<()> {
        let Some(name) = &purchase.promo_code else { return Ok(()) };
        let code = self.known_code(name, purchase.left.as_ref(), from).await?;
        let price = code.price(self.offer(purchase)?, now);
        if price.is_ok_and(|price| price.is_zero()) {
            self.attempt(&self.mail_buckets(&purchase.recipient_email, from)).await?;
        }
        Ok(())
    }

    /// Writes order, gift and session, or finds those that the same purchase has made already. What costs nothing is paid by that.
    async fn promise(&self, purchase: &Purchase, request: Option<&RequestKey>, now: Timestamp) -> Result<Promise, Raced> {
        // Two requests of two keys are two purchases, whatever their fields are.
        let fingerprint = request.is_none().then(|| self.fingerprint(purchase)).transpose()?;
        let mut tx = self.store.begin().await?;
        let before = match &fingerprint {
            Some(fingerprint) => {
                self.store.one_at_a_time(&mut tx, fingerprint).await?;
                self.promised_before(&mut tx, purchase, fingerprint, now).await?
            }
            None => self.promised_by(&mut tx, request, now).await?,
        };
        if let Some(promise) = before {
            tx.commit().await?;
            return Ok(promise);
        }
        let (code, left) = (purchase.promo_code.as_ref(), purchase.left.as_ref());
        let price = self.price_now(&mut tx, code, left, self.offer(purchase)?, now).await?;
        let order = self.new_order(purchase, price, now)?;
        let gift = self.new_gift(purchase, &order, now);
        let session = self.new_session(&order, purchase.client_urls.as_ref(), now);
        // No provider is asked about what costs nothing: it settles as an order does that one says so of.
        let session = if price.is_zero() { session.settled() } else { session };
        orders::insert(&mut tx, &order, fingerprint.as_deref()).await?;
        self.reserve_use(&mut tx, &order, left, now).await?;
        gift_rows::insert(&mut tx, &gift, &self.code_digest(&gift)?).await?;
        orders::insert_session(&mut tx, &session).await?;
        let order = if price.is_zero() { self.settle_free(&mut tx, &order, &session, now).await? } else { order };
        let made = Made { session: session.id.clone(), generation: gift.generation };
        self.keep_made(&mut tx, request, &made, now).await?;
        tx.commit().await?;
        Ok(Promise { order, gift, session })
    }

    /// What the request has made before, as it was promised then.
    async fn promised_by(
        &self,
        tx: &mut store::Tx,
        request: Option<&RequestKey>,
        now: Timestamp,
    ) -> Result<Option<Promise>, Raced> {
        let Some(made) = self.made_before::<Made>(tx, request, now).await? else { return Ok(None) };
        let session = orders::session(tx, &made.session).await?.ok_or(Error::NotFound)?;
        let order = orders::find(tx, &session.order_id).await?.ok_or(Error::NotFound)?;
        let gift = gift_rows::by_order(tx, &order.id).await?.ok_or(Error::GiftNotFound)?;
        Ok(Some(Promise { order, gift: Gift { generation: made.generation, ..gift }, session }))
    }

    /// What the same form has made before: an order that is still open, keeping its price whatever became of its code, or lately one with
    /// nothing to pay.
    async fn promised_before(
        &self,
        tx: &mut store::Tx,
        purchase: &Purchase,
        fingerprint: &str,
        now: Timestamp,
    ) -> Result<Option<Promise>, Raced> {
        let (order, session) = if let Some(order) = orders::open_by_fingerprint(tx, fingerprint).await? {
            let session = self.session_for(tx, &order, purchase.client_urls.as_ref(), now).await?;
            (order, session)
        } else if let Some(order) = orders::free_by_fingerprint(tx, fingerprint, now.minus(SAME_GIFT)).await? {
            let session = orders::last_session(tx, &order.id).await?.ok_or(Error::NotFound)?;
            (order, session)
        } else {
            return Ok(None);
        };
        let gift = gift_rows::by_order(tx, &order.id).await?.ok_or(Error::GiftNotFound)?;
        Ok(Some(Promise { order, gift, session }))
    }

    fn new_order(&self, purchase: &Purchase, price: Money, now: Timestamp) -> crate::Result<Order> {
        let offer = self.offer(purchase)?;
        let provider = self.provider(self.selling).ok_or_else(|| Error::internal("no payment provider is configured"))?;
        Ok(Order {
            id: OrderId::random(self.entropy.as_ref()),
            version: 1,
            provider: self.selling,
            mode: provider.mode(),
            line_item: LineItem {
                title: offer.title(),
                unit_price: price,
                quantity: 1,
                price_ids: offer.price_ids.clone(),
                is_list_price: price == offer.price,
                every: None,
            },
            total: price,
            list_total: offer.price,
            promo_code: purchase.promo_code.clone(),
            buyer_name: purchase.giver_name.as_ref().map(|name| name.as_str().to_owned()),
            buyer_email: purchase.buyer_email.clone(),
            payment: None,
            tax: self.catalog.tax().cloned(),
            paid: None,
            refunded_minor: 0,
            replaced_by: None,
            state: OrderState::OPEN,
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
            occasion: purchase.occasion,
            opened_at: None,
            thanks: None,
            decline_word: None,
            reminders: Reminders::default(),
            end_told: false,
            state: GiftState::Pending,
            created_at: now,
        }
    }

    /// What makes two purchases the same one, unreadable for whoever sees the table. The list price, where it is paid and what it is
    /// called there are of it: an order that was begun before the operator changed one of them is not taken up again.
    fn fingerprint(&self, purchase: &Purchase) -> crate::Result<String> {
        let offer = self.offer(purchase)?;
        let (price, PriceIds { stripe, creem, flowglad }) = (offer.price, &offer.price_ids);
        let known_as = [stripe, creem, flowglad].map(|id| id.as_deref().unwrap_or_default());
        let Purchase {
            tier,
            months,
            occasion,
            recipient_name,
            recipient_email,
            message,
            giver_name,
            buyer_email,
            delivery,
            promo_code,
            left: _,
            client_urls,
        } = purchase;
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
                &known_as.join(" "),
                tier.as_str(),
                &months.count().to_string(),
                occasion.as_str(),
                recipient_name.as_str(),
                &recipient_email.key(),
                message.as_ref().map_or("", |message| message.as_str()),
                giver_name.as_ref().map_or("", |name| name.as_str()),
                &buyer_email.as_ref().map(crate::values::Email::key).unwrap_or_default(),
                &delivery,
                promo_code.as_ref().map_or("", |name| name.as_str()),
                &urls.unwrap_or_default(),
            ],
        ))
    }

    fn offer(&self, purchase: &Purchase) -> crate::Result<&Offer> {
        self.catalog.offer(purchase.tier, purchase.months).ok_or_else(|| Error::internal("an offer is missing"))
    }

    /// What the gift's present code is looked up by.
    pub(super) fn code_digest(&self, gift: &Gift) -> crate::Result<String> {
        Ok(gifts::digest(&self.code_of(gift)?))
    }

    fn code_of(&self, gift: &Gift) -> crate::Result<GiftCode> {
        gift.code(&self.secrets).ok_or_else(|| Error::internal("the secret of a gift's code isn't given any more"))
    }
}
