//! A subscription for oneself is promised, and its buyer sent to the payment page.

use std::net::IpAddr;

use url::Url;

use super::rate_limit::Limit;
use super::{Raced, RequestKey, Shop, until_unraced};
use crate::accounts::Account;
use crate::catalog::{Plan, Tier};
use crate::checkout::{CheckoutSession, ClientUrls, LineItem, Order, OrderState, Subscription, SubscriptionState};
use crate::store::{orders, subscriptions};
use crate::values::{CheckoutSessionId, OrderId, SubscriptionId, Timestamp};
use crate::{Error, Result};

impl Shop {
    /// Promises a subscription of `tier` and opens the provider's page for it. The same again, while its order is open, leads to the same
    /// page. [`Error::AlreadySubscribed`] while another of this account runs; [`Error::NotForSale`] where the shop has no plan of the tier.
    pub async fn subscribe(
        &self,
        account: &Account,
        tier: Tier,
        client_urls: Option<&ClientUrls>,
        from: IpAddr,
        request: Option<&RequestKey>,
    ) -> Result<Url> {
        let promised = self.subscribe_or_refuse(account, tier, client_urls, from, request).await;
        self.keep_refusal(request, promised).await
    }

    async fn subscribe_or_refuse(
        &self,
        account: &Account,
        tier: Tier,
        client_urls: Option<&ClientUrls>,
        from: IpAddr,
        request: Option<&RequestKey>,
    ) -> Result<Url> {
        let now = self.clock.now();
        let plan = self.catalog.plan(tier).ok_or(Error::NotForSale)?;
        self.attempt(&[self.bucket_of_network(Limit::CHECKOUTS_FROM, from)]).await?;
        let (order, session) = until_unraced(|| self.promise_subscription(account, plan, client_urls, request, now)).await?;
        Ok(self.open_session(&order, &session).await?.url)
    }

    /// Writes order, subscription and session, or finds those that the same wish has made already.
    async fn promise_subscription(
        &self,
        account: &Account,
        plan: &Plan,
        client_urls: Option<&ClientUrls>,
        request: Option<&RequestKey>,
        now: Timestamp,
    ) -> Result<(Order, CheckoutSession), Raced> {
        let fingerprint = self.fingerprint_of_plan(account, plan, client_urls);
        let mut tx = self.store.begin().await?;
        if let Some(id) = self.made_before::<CheckoutSessionId>(&mut tx, request, now).await? {
            let session = orders::session(&mut tx, &id).await?.ok_or(Error::NotFound)?;
            let order = orders::find(&mut tx, &session.order_id).await?.ok_or(Error::NotFound)?;
            tx.commit().await?;
            return Ok((order, session));
        }
        if subscriptions::living_of(&mut tx, &account.id).await?.is_some() {
            return Err(Error::AlreadySubscribed.into());
        }
        if let Some(order) = orders::open_by_fingerprint(&mut tx, &fingerprint).await? {
            let session = self.session_for(&mut tx, &order, client_urls, now).await?;
            self.keep_made(&mut tx, request, &session.id, now).await?;
            tx.commit().await?;
            return Ok((order, session));
        }
        let order = self.order_of_plan(account, plan, now)?;
        let session = self.new_session(&order, client_urls, now);
        orders::insert(&mut tx, &order, Some(&fingerprint)).await?;
        subscriptions::insert(&mut tx, &self.new_subscription(account, plan, &order, now)).await?;
        orders::insert_session(&mut tx, &session).await?;
        self.keep_made(&mut tx, request, &session.id, now).await?;
        tx.commit().await?;
        Ok((order, session))
    }

    fn order_of_plan(&self, account: &Account, plan: &Plan, now: Timestamp) -> Result<Order> {
        let provider = self.provider(self.selling).ok_or_else(|| Error::internal("no payment provider is configured"))?;
        Ok(Order {
            id: OrderId::random(self.entropy.as_ref()),
            version: 1,
            provider: self.selling,
            mode: provider.mode(),
            line_item: LineItem {
                title: plan.title(),
                unit_price: plan.price,
                quantity: 1,
                price_ids: plan.price_ids.clone(),
                is_list_price: true,
                every: Some(plan.every),
            },
            total: plan.price,
            list_total: plan.price,
            promo_code: None,
            buyer_name: None,
            buyer_email: Some(account.email.clone()),
            payment: None,
            tax: self.catalog.tax().cloned(),
            paid: None,
            refunded_minor: 0,
            replaced_by: None,
            state: OrderState::OPEN,
            created_at: now,
        })
    }

    fn new_subscription(&self, account: &Account, plan: &Plan, order: &Order, now: Timestamp) -> Subscription {
        Subscription {
            id: SubscriptionId::random(self.entropy.as_ref()),
            version: 1,
            order_id: order.id.clone(),
            account_id: account.id.clone(),
            tier: plan.tier,
            provider: order.provider,
            mode: order.mode,
            provider_id: None,
            state: SubscriptionState::Promised,
            period_id: None,
            as_of: None,
            next_check_at: None,
            created_at: now,
        }
    }

    fn fingerprint_of_plan(&self, account: &Account, plan: &Plan, client_urls: Option<&ClientUrls>) -> String {
        let urls = client_urls.map(|urls| format!("{} {}", urls.success, urls.cancel)).unwrap_or_default();
        let price = format!("{} {} {}", plan.price.minor, plan.price.currency.as_str(), plan.every);
        let parts = [self.selling.as_str(), account.id.as_str(), plan.tier.as_str(), &price, &urls];
        self.secrets.current.token("same subscription", &parts)
    }
}
