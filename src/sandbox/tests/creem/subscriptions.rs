//! Subscriptions by Creem's own calls, and what each is told with.

use super::*;

impl Lab {
    /// A product of so much every month.
    async fn monthly_product(&self, price: i64) -> Value {
        let product = json!({
            "name": "Monthly", "description": "Every month", "price": price, "currency": "EUR", "billing_type": "recurring",
            "billing_period": "every-month"
        });
        self.creem_post("/v1/products", product).await["id"].clone()
    }

    /// The id of a subscription that was begun by paying nine euros.
    async fn subscribed(&self) -> String {
        let product = self.monthly_product(900).await;
        let checkout = self.checkout(json!({ "product_id": product })).await;
        self.decides(&checkout, "pay").await;
        self.shop.hooks(3).await[2].json()["object"]["id"].as_str().unwrap().to_owned()
    }
}

#[tokio::test]
async fn a_subscription_is_told_begun_paid_and_canceled() {
    let lab = Lab::new().await;
    let product = json!({
        "name": "Monthly", "description": "Every month", "price": 900, "currency": "EUR", "billing_type": "recurring",
        "billing_period": "every-month"
    });
    let product = lab.creem_post("/v1/products", product).await["id"].clone();
    let checkout = lab.checkout(json!({ "product_id": product })).await;
    lab.decides(&checkout, "pay").await;
    let hooks = lab.shop.hooks(3).await;
    assert_eq!(kinds(&hooks), ["checkout.completed", "subscription.active", "subscription.paid"]);
    let id = hooks[1].json()["object"]["id"].as_str().unwrap().to_owned();
    let cancel = format!("/v1/subscriptions/{id}/cancel");
    assert_eq!(lab.creem_post(&cancel, json!({"mode": "scheduled"})).await["status"], "scheduled_cancel");
    assert_eq!(lab.creem_post(&cancel, json!({"mode": "immediate"})).await["status"], "canceled");
    assert_eq!(lab.creem(Method::POST, &cancel, json!({})).await.0, 400);
    assert_eq!(kinds(&lab.shop.hooks(5).await)[3..], ["subscription.scheduled_cancel", "subscription.canceled"]);
}

#[tokio::test]
async fn a_subscription_rests_while_it_is_paused_and_pays_for_no_time_of_rest() {
    let lab = Lab::new().await;
    let path = format!("/v1/subscriptions/{}", lab.subscribed().await);
    let call = async |verb: &str| lab.creem(Method::POST, &format!("{path}/{verb}"), Value::Null).await;
    assert_eq!(call("pause").await.1["status"], "paused");
    assert_eq!(call("pause").await.0, 400);
    lab.advance(100 * 86_400);
    let resumed = call("resume").await.1;
    assert_eq!((&resumed["status"], &resumed["canceled_at"]), (&json!("active"), &Value::Null));
    let hooks = lab.shop.hooks(6).await;
    assert_eq!(kinds(&hooks)[3..], ["subscription.paused", "subscription.update", "subscription.paid"], "one period and not three");
    assert_eq!(call("resume").await.0, 400);
    assert_eq!(lab.creem_post(&format!("{path}/cancel"), json!({"mode": "scheduled"})).await["status"], "scheduled_cancel");
    assert_eq!(call("resume").await.1["status"], "active", "an end that was scheduled is called off");
}

#[tokio::test]
async fn a_subscription_is_changed_to_another_product_and_number() {
    let lab = Lab::new().await;
    let id = lab.subscribed().await;
    let dearer = lab.monthly_product(2_000).await;
    let upgrade = json!({"product_id": dearer, "update_behavior": "proration-none"});
    let upgraded = lab.creem_post(&format!("/v1/subscriptions/{id}/upgrade"), upgrade).await;
    assert_eq!((&upgraded["product"]["id"], &upgraded["items"][0]["product_id"]), (&dearer, &dearer));
    let units = json!({"items": [{"id": upgraded["items"][0]["id"], "units": 3}]});
    assert_eq!(lab.creem_post(&format!("/v1/subscriptions/{id}"), units).await["items"][0]["units"], 3);
    lab.advance(31 * 86_400);
    let hooks = lab.shop.hooks(6).await;
    assert_eq!(kinds(&hooks)[3..], ["subscription.update", "subscription.update", "subscription.paid"]);
    let transaction = hooks[5].json()["object"]["last_transaction_id"].as_str().unwrap().to_owned();
    let paid = lab.creem_get(&format!("/v1/transactions?transaction_id={transaction}")).await;
    assert_eq!((&paid["amount"], &paid["subscription"], &paid["type"]), (&json!(6_000), &json!(id), &json!("invoice")));
    let once = json!({"product_id": "prod_founder_12"});
    assert_eq!(lab.creem(Method::POST, &format!("/v1/subscriptions/{id}/upgrade"), once).await.0, 400);
}

#[tokio::test]
async fn subscriptions_and_their_payments_are_found_by_customer() {
    let lab = Lab::new().await;
    let id = lab.subscribed().await;
    lab.advance(31 * 86_400);
    let told = lab.shop.hooks(4).await[3].json()["object"].clone();
    let customer = told["customer"]["id"].as_str().unwrap();
    let theirs = lab.creem_get(&format!("/v1/customers/{customer}/subscriptions")).await;
    assert_eq!((&theirs["items"][0]["id"], &theirs["pagination"]["total_records"]), (&json!(id), &json!(1)));
    let paid = lab.creem_get(&format!("/v1/transactions/search?customer_id={customer}")).await;
    assert_eq!(paid["pagination"]["total_records"], 2, "the first payment and its renewal");
    assert_eq!(lab.creem_get("/v1/subscriptions/search").await["items"][0]["id"], id.as_str());
    assert_eq!(lab.creem_get(&format!("/v1/subscriptions?subscription_id={id}")).await["status"], "active");
    let renewal = json!({"transaction_id": told["last_transaction_id"]});
    assert_eq!(lab.creem(Method::POST, "/v1/refunds", renewal).await.0, 400);
}

#[tokio::test]
async fn a_discount_lasts_as_long_as_it_says() {
    for (duration, renewed) in [("once", 900), ("forever", 450)] {
        let lab = Lab::new().await;
        let product = lab.monthly_product(900).await;
        let discount = json!({
            "name": "Half", "code": "HALF", "type": "percentage", "percentage": 50, "duration": duration, "applies_to_products": [product]
        });
        lab.creem_post("/v1/discounts", discount).await;
        let checkout = lab.checkout(json!({"product_id": product, "discount_code": "HALF"})).await;
        lab.decides(&checkout, "pay").await;
        assert_eq!(lab.shop.hooks(3).await[0].json()["object"]["order"]["amount"], 450);
        lab.advance(31 * 86_400);
        let transaction = lab.shop.hooks(4).await[3].json()["object"]["last_transaction_id"].as_str().unwrap().to_owned();
        let paid = lab.creem_get(&format!("/v1/transactions?transaction_id={transaction}")).await;
        assert_eq!(paid["amount"], renewed, "{duration}");
    }
}
