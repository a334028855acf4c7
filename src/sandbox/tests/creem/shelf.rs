//! What a store has besides its sales: products, discounts, customers, and the questions of its pages.

use super::*;

#[tokio::test]
async fn what_is_made_is_known_also_after_a_restart() {
    let lab = Lab::new().await;
    let product = json!({"name": "Gift", "description": "A gift", "price": 4_900, "currency": "EUR", "billing_type": "onetime"});
    let id = lab.creem_post("/v1/products", product).await["id"].as_str().unwrap().to_owned();
    let discount = json!({
        "name": "Half", "code": "HALF", "type": "percentage", "percentage": 50, "duration": "once", "applies_to_products": [id]
    });
    let discount = lab.creem_post("/v1/discounts", discount).await;
    let lab = lab.restarted().await;
    assert_eq!(lab.creem_get(&format!("/v1/products/{id}")).await["price"], 4_900);
    assert_eq!(
        lab.creem_get("/v1/products/search").await["pagination"]["total_records"],
        2,
        "the catalog's is there from the start"
    );
    let checkout = lab.checkout(json!({"product_id": id, "discount_code": "HALF"})).await;
    lab.decides(&checkout, "pay").await;
    let order = lab.shop.hooks(1).await[0].json()["object"]["order"].clone();
    assert_eq!(
        (&order["sub_total"], &order["discount_amount"], &order["amount_paid"]),
        (&json!(4_900), &json!(2_450), &json!(2_450))
    );
    let path = format!("/v1/discounts/{}/delete", discount["id"].as_str().unwrap());
    assert_eq!(lab.creem(Method::DELETE, &path, Value::Null).await.1["status"], "deleted");
    assert_eq!(lab.creem(Method::GET, "/v1/discounts?discount_code=HALF", Value::Null).await.0, 404);
}

#[tokio::test]
async fn a_product_is_made_once_for_a_key_changed_and_archived() {
    let lab = Lab::new().await;
    let product = json!({"name": "Gift", "description": "A gift", "price": 4_900, "currency": "EUR", "billing_type": "onetime"});
    let made = async || {
        let keys = &lab.sandbox.keys.creem;
        let request = lab.client.post(format!("{}/v1/products", keys.api_base)).header("x-api-key", &keys.secret_key);
        json_of(request.header("idempotency-key", "once").json(&product).send().await.unwrap()).await
    };
    let (first, second) = (made().await, made().await);
    assert_eq!(first, second);
    let path = format!("/v1/products/{}", first["id"].as_str().unwrap());
    let (_, changed) = lab.creem(Method::PATCH, &path, json!({"price": 5_900, "name": "A present"})).await;
    assert_eq!((&changed["price"], &changed["name"], &changed["currency"]), (&json!(5_900), &json!("A present"), &json!("EUR")));
    assert_eq!(lab.creem(Method::DELETE, &path, Value::Null).await.1["status"], "archived");
    assert_eq!(lab.creem(Method::POST, "/v1/checkouts", json!({"product_id": first["id"]})).await.0, 400);
    let sold = lab.creem_get("/v1/products/search?status=active").await;
    assert_eq!(sold["items"].as_array().unwrap().len(), 1, "only the catalog's is left");

    let (_, of_catalog) = lab.creem(Method::PATCH, "/v1/products/prod_founder_12", json!({"price": 100})).await;
    assert_eq!(of_catalog["name"], "Founder, 12 months");
    assert_eq!(lab.creem_get("/v1/products?product_id=prod_founder_12").await["price"], 100);
    assert_eq!(lab.creem_get("/v1/products/search").await["pagination"]["total_records"], 2, "and stands there once");
}

#[tokio::test]
async fn a_discount_is_good_for_its_products_its_time_and_its_number() {
    let lab = Lab::new().await;
    let discount = json!({
        "name": "Spring", "code": "Spring", "type": "fixed", "amount": 1_200, "currency": "EUR", "duration": "once",
        "applies_to_products": ["prod_founder_12"], "max_redemptions": 1, "expiry_date": "2026-02-01T00:00:00Z"
    });
    let id = lab.creem_post("/v1/discounts", discount.clone()).await["id"].clone();
    assert_eq!(lab.creem(Method::POST, "/v1/discounts", discount).await.0, 400, "a code stands for one discount");
    let opened = lab.checkout(json!({"discount_code": "SPRING"})).await;
    assert_eq!((&opened["discount"]["id"], &opened["discount"]["discountCode"]), (&id, &json!("Spring")));
    lab.decides(&opened, "pay").await;
    let order = lab.shop.hooks(1).await[0].json()["object"]["order"].clone();
    assert_eq!((&order["discount"], &order["discount_amount"], &order["amount"]), (&id, &json!(1_200), &json!(18_000)));
    let used = lab.creem_get("/v1/discounts?discount_code=spring").await;
    assert_eq!((&used["redeem_count"], &used["status"]), (&json!(1), &json!("active")));
    let refused = async || {
        lab.creem(Method::POST, "/v1/checkouts", json!({"product_id": "prod_founder_12", "discount_code": "SPRING"})).await.0
    };
    assert_eq!(refused().await, 400, "it was redeemed as often as it can be");
    lab.advance(40 * 86_400);
    assert_eq!(lab.creem_get("/v1/discounts/search?status=expired&type=fixed").await["items"][0]["id"], id);
    assert_eq!(lab.creem_get("/v1/discounts/search?status=active").await["items"], json!([]));
}

#[tokio::test]
async fn one_address_is_one_customer() {
    let lab = Lab::new().await;
    let made = lab.creem_post("/v1/customers", json!({"email": "Ada@example.com", "name": "Ada"})).await;
    assert_eq!(lab.creem(Method::POST, "/v1/customers", json!({"email": "ada@example.com", "name": "A"})).await.0, 400);
    for _ in 0..2 {
        let checkout = lab.checkout(json!({})).await;
        lab.decides(&checkout, "pay").await;
    }
    for hook in lab.shop.hooks(2).await {
        let told = hook.json()["object"].clone();
        assert_eq!((&told["customer"]["id"], &told["order"]["customer"]), (&made["id"], &made["id"]));
    }
    let id = made["id"].as_str().unwrap();
    assert_eq!(lab.creem_get(&format!("/v1/customers/{id}/orders")).await["pagination"]["total_records"], 2);
    assert_eq!(lab.creem_get(&format!("/v1/transactions/search?customer_id={id}")).await["pagination"]["total_records"], 2);
    let (_, renamed) = lab.creem(Method::PATCH, "/v1/customers", json!({"customer_id": id, "name": "Ada L."})).await;
    assert_eq!(lab.creem_get("/v1/customers?email=ada@EXAMPLE.com").await, renamed);
    let known = lab.checkout(json!({"customer": {"id": id}})).await;
    lab.decides(&known, "pay").await;
    assert_eq!(lab.shop.hooks(3).await[2].json()["object"]["customer"]["email"], "Ada@example.com");
    let portal = lab.creem_post("/v1/customers/billing", json!({"customer_id": id})).await;
    assert!(portal["customer_portal_link"].as_str().unwrap().starts_with("http"), "{portal}");
    assert_eq!(lab.creem_get("/v1/customers/list").await["pagination"]["total_records"], 1);
}

#[tokio::test]
async fn what_a_page_asks_is_shown_under_its_newer_name() {
    let lab = Lab::new().await;
    let question = json!({"type": "text", "key": "company", "label": "Company", "optional": true, "text": {"min_length": 2, "max_length": 80}});
    for name in ["custom_fields", "custom_field"] {
        let shown = lab.checkout(json!({ name: [question] })).await["custom_fields"][0].clone();
        assert_eq!((&shown["key"], &shown["text"]["minimum_length"]), (&json!("company"), &json!(2)), "{name}");
    }
    for (changes, word) in
        [(json!({"key": "two words"}), "key"), (json!({"label": ""}), "label"), (json!({"type": "colour"}), "type")]
    {
        let mut wrong = question.clone();
        wrong.as_object_mut().unwrap().extend(changes.as_object().unwrap().clone());
        let body = json!({"product_id": "prod_founder_12", "custom_fields": [wrong]});
        let (status, error) = lab.creem(Method::POST, "/v1/checkouts", body).await;
        assert!(status == 400 && error["message"][0].as_str().unwrap().contains(word), "{error}");
    }
}
