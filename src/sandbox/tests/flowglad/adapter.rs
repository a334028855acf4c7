//! The shop's own adapter against the sandbox: a sale and a subscription, from the page to the last refund.

use super::*;
use crate::catalog::PriceIds;
use crate::checkout::{
    BackUrls, CancelWhen, Fact, Flowglad, FlowgladOptions, FlowgladSettings, LineItem, NewSession, OpenSession, Provider,
    ProviderEvent, Refund, SubscriptionSeen, SubscriptionStatus,
};
use crate::values::{Email, Interval, OrderId};

const ORDER: &str = "order_0123456789abcdef";
const SUM: i64 = 19_200;

fn order() -> OrderId {
    ORDER.parse().unwrap()
}

impl Lab {
    fn adapter(&self) -> Flowglad {
        let keys = &self.sandbox.keys.flowglad;
        let settings = FlowgladSettings {
            secret_key: keys.secret_key.clone(),
            webhook_secret: keys.webhook_secret.clone(),
            api_base: keys.api_base.parse().unwrap(),
            checkout_origin: None,
            options: FlowgladOptions::default(),
            timeout: Duration::from_secs(5),
        };
        Flowglad::new(settings, self.client.clone())
    }

    /// Opens a page for something that costs 192 euros, once or every so often.
    async fn opened(&self, price: &str, every: Option<Interval>) -> OpenSession {
        let item = LineItem {
            title: "Founder".to_owned(),
            unit_price: Money::new(SUM, Currency::EUR),
            quantity: 1,
            price_ids: PriceIds { flowglad: Some(price.to_owned()), ..PriceIds::default() },
            is_list_price: true,
            every,
        };
        let session = NewSession {
            id: "sess_0123456789abcdef".parse().unwrap(),
            order_id: order(),
            mode: item.payment_mode(),
            line_items: vec![item],
            buyer_email: Some(Email::parse("ada@example.com").unwrap()),
            expires_at: Timestamp::from_seconds(NOON + 3_600),
        };
        let url: url::Url = "http://shop.test/gift".parse().unwrap();
        self.adapter().open(&session, &BackUrls { success: url.clone(), cancel: url }).await.unwrap()
    }

    async fn pay(&self, page: &OpenSession) {
        self.press(&json!({ "url": page.url.as_str() }), "pay").await;
    }

    /// What the adapter makes of a webhook.
    async fn heard(&self, hook: &Hook) -> ProviderEvent {
        let now = Timestamp::from_seconds(self.clock.0.load(Ordering::SeqCst));
        let notice = self.adapter().read(&hook.headers, &hook.body, now).unwrap();
        self.adapter().complete(notice).await.unwrap()
    }

    async fn asked(&self, page: &OpenSession) -> ProviderEvent {
        self.adapter().retrieve(&page.provider_id, Timestamp::from_seconds(NOON)).await.unwrap()
    }
}

const fn paid() -> Fact {
    Fact::Paid { amount: Money::new(SUM, Currency::EUR) }
}

const fn gone(minor: i64) -> Fact {
    Fact::Refunded { total: Money::new(minor, Currency::EUR), whole: minor == SUM }
}

#[tokio::test]
async fn a_sale_is_opened_paid_heard_of_and_given_back() {
    let lab = Lab::new().await;
    let page = lab.opened("founder-12", None).await;
    assert_eq!(page.expires_at, Some(Timestamp::from_seconds(NOON + 86_400)));
    assert_eq!(lab.asked(&page).await.facts, [Fact::Open]);
    lab.pay(&page).await;
    let hooks = lab.shop.hooks(3).await;
    assert_eq!(hooks.iter().map(Hook::kind).collect::<Vec<_>>(), ["customer", "payment", "purchase"]);
    let [payment, purchase, asked] = [lab.heard(&hooks[1]).await, lab.heard(&hooks[2]).await, lab.asked(&page).await];
    for event in [&payment, &purchase, &asked] {
        assert_eq!((&event.facts, &event.order_id, &event.payment), (&vec![paid()], &Some(order()), &payment.payment));
    }
    assert_eq!(asked.session, Some(page.provider_id.clone()));

    let id = payment.payment.unwrap();
    let back = async |refund| lab.adapter().refund(&id, refund, "key").await;
    back(Refund::Part(Money::new(500, Currency::EUR))).await.unwrap();
    assert_eq!(lab.asked(&page).await.facts, [gone(500), paid()]);
    back(Refund::Whole).await.unwrap();
    back(Refund::Whole).await.unwrap();
    assert_eq!(lab.asked(&page).await.facts, [gone(SUM), paid()]);
}

#[tokio::test]
async fn a_page_that_comes_to_nothing_says_so() {
    let lab = Lab::new().await;
    let page = lab.opened("founder-12", None).await;
    let press = async |outcome| lab.press(&json!({ "url": page.url.as_str() }), outcome).await;
    press("decline").await;
    assert_eq!(lab.asked(&page).await.facts, [Fact::Open]);
    press("expire").await;
    assert_eq!(lab.asked(&page).await.facts, [Fact::Expired]);
    let later = lab.opened("founder-12", None).await;
    lab.press(&json!({ "url": later.url.as_str() }), "pay_later").await;
    assert_eq!(lab.asked(&later).await.facts, [Fact::Processing]);
}

#[tokio::test]
async fn a_subscription_begins_goes_on_and_ends() {
    let lab = Lab::new().await;
    let price = json!({
        "type": "subscription", "intervalUnit": "month", "intervalCount": 1, "unitPrice": SUM, "isDefault": true, "slug": "monthly"
    });
    lab.make("/products", json!({ "product": {"name": "Founder"}, "price": price })).await;
    let page = lab.opened("monthly", Some(Interval::Month)).await;
    lab.pay(&page).await;
    let month = |days: i64| Timestamp::from_seconds(NOON + days * 86_400);
    let stands =
        |status, paid_until, ends_at| Fact::Subscription(SubscriptionSeen { status, paid_until: Some(paid_until), ends_at });
    let active = stands(SubscriptionStatus::Active, month(31), None);
    let hooks = lab.shop.hooks(4).await;
    let asked = lab.asked(&page).await;
    let purchase = lab.heard(&hooks[3]).await;
    for event in [&asked, &purchase] {
        assert_eq!((&event.facts, &event.order_id), (&vec![paid(), active.clone()], &Some(order())));
    }
    let subscription = asked.subscription.clone().unwrap();
    for hook in &hooks[1..3] {
        let event = lab.heard(hook).await;
        assert_eq!((event.facts, event.payment, event.subscription), (vec![active.clone()], None, asked.subscription.clone()));
    }

    let act = async |act| lab.home(&format!("/subscriptions/{}", subscription.0), &[("act", act)]).await;
    act("fail_renewal").await;
    act("renew").await;
    let told = lab.shop.hooks(6).await;
    let event = lab.heard(&told[5]).await;
    assert_eq!((event.facts, event.payment), (vec![stands(SubscriptionStatus::Active, month(59), None)], None));
    assert_eq!(lab.asked(&page).await.payment, asked.payment, "the order's payment is the first");

    let end = async |when| lab.adapter().cancel_subscription(&subscription, when).await.unwrap();
    let read = async || lab.adapter().retrieve_subscription(&subscription, month(0)).await.unwrap().facts;
    end(CancelWhen::AtPeriodEnd).await;
    end(CancelWhen::AtPeriodEnd).await;
    assert_eq!(read().await, [stands(SubscriptionStatus::Active, month(59), Some(month(59)))]);
    end(CancelWhen::Now).await;
    end(CancelWhen::Now).await;
    assert_eq!(read().await, [stands(SubscriptionStatus::Ended, month(59), Some(month(0)))]);
}
