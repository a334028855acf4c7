//! What is made and changed through Flowglad's API besides sessions, and what that does to a sale.

use super::*;

impl Lab {
    async fn change(&self, path: &str, body: Value) -> Value {
        let response = self.flowglad(Method::PUT, path, body).await;
        assert_eq!(response.status(), 200, "{path}");
        json_of(response).await
    }

    /// A page on which the buyer typed `code` before pressing a button.
    async fn typed(&self, page: &Value, outcome: &str, code: &str) -> (u16, String) {
        let url = page["url"].as_str().unwrap().replace(&self.sandbox.keys.hosted_origin, &self.url(""));
        let answer = self.form(&url, &[("outcome", outcome), ("code", code)]).await;
        (answer.status().as_u16(), answer.text().await.unwrap())
    }

    async fn discount(&self, changes: Value) -> String {
        let mut discount = json!({"name": "Spring", "code": "spring", "amount": 25, "amountType": "percent", "duration": "once"});
        discount.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        self.make("/discounts", json!({ "discount": discount })).await["discount"]["id"].as_str().unwrap().to_owned()
    }

    async fn sold(&self, page: &Value) -> (Value, Value) {
        let session = self.look(&format!("/checkout-sessions/{}", id_of(page))).await["checkoutSession"].clone();
        let purchase = self.look(&format!("/purchases/{}", session["purchaseId"].as_str().unwrap())).await["purchase"].clone();
        (session, purchase)
    }
}

#[tokio::test]
async fn the_catalog_is_there_and_can_be_changed_and_added_to() {
    let lab = Lab::new().await;
    let founder = lab.look("/products/prod_founder_12").await;
    assert_eq!((&founder["name"], &founder["prices"][0]["unitPrice"]), (&json!("Founder, 12 months"), &json!(19_200)));
    let changed = json!({"id": "prod_founder_12", "name": "Founder", "active": true, "description": "For a year"});
    let changed = lab.change("/products/prod_founder_12", json!({ "product": changed })).await["product"].clone();
    assert_eq!((&changed["name"], &changed["description"]), (&json!("Founder"), &json!("For a year")));
    let rows = lab.look("/products").await["data"].clone();
    assert_eq!((rows.as_array().unwrap().len(), &rows[0]["name"]), (1, &json!("Founder")));

    let price =
        json!({"type": "single_payment", "productId": "prod_founder_12", "unitPrice": 100, "isDefault": false, "slug": "tip"});
    let price = lab.make("/prices", json!({ "price": price })).await["price"].clone();
    let path = format!("/prices/{}", price["id"].as_str().unwrap());
    let off = |kind: &str| json!({ "price": {"id": price["id"], "type": kind, "isDefault": false, "active": false} });
    assert_eq!(lab.change(&path, off("single_payment")).await["price"]["active"], false);
    assert_eq!(lab.flowglad(Method::PUT, &path, off("subscription")).await.status(), 400);
    let inactive = json!({ "checkoutSession": product(&json!({"priceSlug": "tip"})) });
    assert_eq!(lab.flowglad(Method::POST, "/checkout-sessions", inactive).await.status(), 400);
    let of_another = json!({ "product": {"id": "prod_x", "name": "Founder", "active": true} });
    assert_eq!(lab.flowglad(Method::PUT, "/products/prod_founder_12", of_another).await.status(), 400);
}

#[tokio::test]
async fn a_customer_is_changed_and_a_taken_code_refused() {
    let lab = Lab::new().await;
    let ada = json!({"externalId": "order_1", "email": "ada@example.com", "name": "Ada"});
    lab.make("/customers", json!({ "customer": ada })).await;
    lab.advance(1);
    let changed = lab.change("/customers/order_1", json!({ "customer": {"name": "Ada L.", "externalId": "order_2"} })).await;
    let changed = &changed["customer"];
    assert_eq!((&changed["name"], &changed["externalId"]), (&json!("Ada L."), &json!("order_1")));
    assert_eq!(changed["updatedAt"].as_i64().unwrap() - changed["createdAt"].as_i64().unwrap(), 1_000);
    assert_eq!(lab.flowglad(Method::PUT, "/customers/order_9", json!({ "customer": {} })).await.status(), 404);

    let id = lab.discount(json!({})).await;
    let again = json!({"name": "Again", "code": "Spring", "amount": 1, "amountType": "fixed", "duration": "once"});
    assert_eq!(lab.flowglad(Method::POST, "/discounts", json!({ "discount": again })).await.status(), 400);
    let less = json!({"id": id, "code": "spring", "amount": 10, "amountType": "percent", "duration": "forever", "active": false});
    let less = lab.change(&format!("/discounts/{id}"), json!({ "discount": less })).await["discount"].clone();
    assert_eq!((&less["name"], &less["amount"], &less["active"]), (&json!("Spring"), &json!(10), &json!(false)));
}

#[tokio::test]
async fn a_code_that_the_buyer_types_lowers_the_sum() {
    let lab = Lab::new().await;
    let id = lab.discount(json!({})).await;
    let page = lab.page().await;
    let (status, text) = lab.typed(&page, "pay", "sprung").await;
    assert!(status == 200 && text.contains("No discount has this code"), "{text}");
    assert_eq!(lab.typed(&page, "pay", "spring").await.0, 303);
    let (session, purchase) = lab.sold(&page).await;
    assert_eq!((&session["discountId"], &purchase["totalPurchaseValue"]), (&json!(id), &json!(14_400)));
    assert_eq!(lab.look("/payments").await["data"][0]["amount"], 14_400);
    assert_eq!(lab.look(&format!("/discounts/{id}")).await["discount"]["redemptionCount"], 1);
}

#[tokio::test]
async fn a_discount_of_everything_leaves_no_payment_and_no_word_of_it() {
    let lab = Lab::new().await;
    lab.discount(json!({"amount": 1_000_000, "amountType": "fixed"})).await;
    let page = lab.page().await;
    assert_eq!(lab.typed(&page, "pay", "SPRING").await.0, 303);
    let (session, purchase) = lab.sold(&page).await;
    assert_eq!((&session["status"], &purchase["status"]), (&json!("succeeded"), &json!("paid")));
    assert_eq!(lab.look("/payments").await["data"], json!([]));
    lab.shop.hooks(0).await;
}

/// A subscription to what costs 9 euros a month: its id.
async fn subscribed(lab: &Lab) -> String {
    let price = json!({"type": "subscription", "intervalUnit": "month", "intervalCount": 1, "unitPrice": 900, "isDefault": true});
    let made = lab.make("/products", json!({ "product": {"name": "Member"}, "price": price })).await["product"].clone();
    let price = lab.look(&format!("/products/{}", made["id"].as_str().unwrap())).await["defaultPrice"]["id"].clone();
    let page = json!({ "checkoutSession": product(&json!({"priceSlug": null, "priceId": price})) });
    let page = lab.make("/checkout-sessions", page).await;
    lab.press(&page, "pay").await;
    lab.look("/subscriptions").await["data"][0]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn each_period_has_a_payment_and_an_invoice_of_its_own() {
    let lab = Lab::new().await;
    let subscription = subscribed(&lab).await;
    let act = async |act| lab.home(&format!("/subscriptions/{subscription}"), &[("act", act)]).await;
    lab.shop.hooks(3).await;
    lab.advance(1);
    act("fail_renewal").await;
    let read = async || lab.look(&format!("/subscriptions/{subscription}")).await["subscription"].clone();
    let due = read().await;
    assert_eq!((&due["status"], &due["currentBillingPeriodStart"]), (&json!("past_due"), &json!((NOON + 31 * 86_400) * 1_000)));
    act("renew").await;
    assert_eq!(read().await["status"], "active");
    let hooks = lab.shop.hooks(5).await;
    assert_eq!(hooks[3..].iter().map(Hook::kind).collect::<Vec<_>>(), ["payment", "payment"]);

    let payments = lab.look("/payments").await["data"].clone();
    let [first, second] = payments.as_array().unwrap().as_slice() else { panic!("{payments}") };
    assert!(first["purchaseId"].is_string() && second["purchaseId"].is_null(), "{payments}");
    for payment in [first, second] {
        assert_eq!((&payment["subscriptionId"], &payment["amount"]), (&json!(subscription), &json!(900)));
        let invoice = lab.look(&format!("/invoices/{}", payment["invoiceId"].as_str().unwrap())).await;
        assert_eq!((&invoice["invoice"]["type"], &invoice["invoice"]["status"]), (&json!("subscription"), &json!("paid")));
        assert_eq!(invoice["invoiceLineItems"][0]["description"], "Member");
    }
    assert_ne!(first["billingPeriodId"], second["billingPeriodId"]);
}

#[tokio::test]
async fn an_end_that_was_asked_for_can_be_called_off() {
    let lab = Lab::new().await;
    let path = format!("/subscriptions/{}", subscribed(&lab).await);
    let later = json!({ "cancellation": {"timing": "at_end_of_current_billing_period"} });
    assert_eq!(lab.make(&format!("{path}/cancel"), later).await["subscription"]["status"], "cancellation_scheduled");
    assert_eq!(lab.make(&format!("{path}/uncancel"), json!({})).await["subscription"]["status"], "active");
    assert_eq!(lab.flowglad(Method::POST, &format!("{path}/uncancel"), json!({})).await.status(), 400);
    assert_eq!(lab.flowglad(Method::POST, "/subscriptions/sub_x/uncancel", json!({})).await.status(), 404);
}

#[tokio::test]
async fn an_endpoint_for_webhooks_is_made_read_and_changed() {
    let lab = Lab::new().await;
    let kinds = json!(["payment.succeeded"]);
    let endpoint =
        json!({"name": "Payments", "url": "http://127.0.0.1:9/", "filterTypes": kinds, "pricingModelId": "pricing_model_1"});
    let made = lab.make("/webhooks", json!({ "webhook": endpoint })).await;
    assert!(made["secret"].as_str().unwrap().starts_with("whsec_"));
    let path = format!("/webhooks/{}", made["webhook"]["id"].as_str().unwrap());
    let changes = json!({"id": made["webhook"]["id"], "url": "http://127.0.0.1:9/", "filterTypes": kinds, "active": false});
    lab.change(&path, json!({ "webhook": changes })).await;
    let read = lab.look(&path).await["webhook"].clone();
    assert_eq!((&read["active"], &read["name"], &read["filterTypes"]), (&json!(false), &json!("Payments"), &kinds));
    let unknown = json!({"name": "x", "url": "http://127.0.0.1:9/", "filterTypes": ["gift.opened"], "pricingModelId": "p"});
    assert_eq!(lab.flowglad(Method::POST, "/webhooks", json!({ "webhook": unknown })).await.status(), 400);
}

#[tokio::test]
async fn an_endpoint_hears_what_it_asked_for_by_its_own_secret() {
    let lab = Lab::new().await;
    let other = Shop::default();
    let url = format!("http://127.0.0.1:{}/webhooks/flowglad?of=another", other.open().await);
    let endpoint =
        json!({"name": "Payments", "url": url, "filterTypes": ["payment.succeeded"], "pricingModelId": "pricing_model_1"});
    let made = lab.make("/webhooks", json!({ "webhook": endpoint })).await;
    lab.press(&lab.page().await, "pay").await;
    let payment = lab.shop.hooks(2).await.remove(0);
    let heard = other.hooks(1).await.remove(0);
    assert_eq!((heard.json(), &heard.headers["svix-id"]), (payment.json(), &payment.headers["svix-id"]));
    let by = |secret: &str| verify_svix(secret, &heard.headers, &heard.body, Timestamp::from_seconds(NOON), TOLERANCE);
    assert_eq!(by(made["secret"].as_str().unwrap()), Ok(()));
    assert!(by(&lab.sandbox.keys.flowglad.webhook_secret).is_err());
}

#[tokio::test]
async fn what_was_made_is_in_its_list_and_can_be_read_by_itself() {
    let lab = Lab::new().await;
    let ada = json!({"externalId": "order_1", "email": "ada@example.com", "name": "Ada"});
    let ada = lab.make("/customers", json!({ "customer": ada })).await["data"]["customer"].clone();
    assert_eq!(lab.look("/customers").await["data"], json!([ada]));
    let page = lab.page().await;
    assert_eq!(lab.look("/checkout-sessions").await["data"], json!([page["checkoutSession"]]));
    let price = lab.look("/prices").await["data"][0].clone();
    assert_eq!(price["slug"], "founder-12");
    assert_eq!(lab.look(&format!("/prices/{}", price["id"].as_str().unwrap())).await["price"], price);
    let discount = lab.discount(json!({})).await;
    let read = lab.look(&format!("/discounts/{discount}")).await["discount"].clone();
    assert_eq!((&read["id"], &lab.look("/discounts").await["data"]), (&json!(discount), &json!([read])));
}
