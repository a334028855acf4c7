//! What Flowglad may leave out or add: every field of every sample in turn.

use super::*;

/// A session that succeeded, its purchase and the list with its payment, as whole as Flowglad answers them.
fn samples() -> [Value; 3] {
    let id_and_times = json!({
        "createdAt": 1_767_225_600_000_i64, "updatedAt": 1_767_225_600_000_i64, "livemode": false, "pricingModelId": "pricing_model_1",
        "organizationId": "org_1", "customerId": "cust_1"
    });
    let session = json!({
        "id": "chckt_session_1", "status": "succeeded", "type": "product", "priceId": "price_1", "purchaseId": "prch_1",
        "invoiceId": null, "quantity": 1, "customerName": "Ada", "customerEmail": "ada@example.com", "discountId": null,
        "billingAddress": null, "paymentMethodType": "card", "successUrl": "https://shop.example/", "cancelUrl": null,
        "outputName": "Founder", "outputMetadata": {"order_id": ORDER}, "preserveBillingCycleAnchor": false,
        "targetSubscriptionId": null, "automaticallyUpdateSubscriptions": null, "expires": 1_767_312_000_000_i64
    });
    let purchase = json!({
        "id": "prch_1", "name": "Founder", "status": "paid", "priceId": "price_1", "quantity": 1, "priceType": "single_payment",
        "firstInvoiceValue": 19_200, "totalPurchaseValue": 19_200, "metadata": {"order_id": ORDER}, "position": 0
    });
    let payment = payment(json!({
        "invoiceId": "inv_1", "paymentMethod": "card", "chargeDate": 1_767_225_600_000_i64, "settlementDate": null,
        "subscriptionId": null, "subtotal": null, "taxType": null, "refundedAt": null, "failureMessage": null
    }));
    [
        json!({ "checkoutSession": with(session, id_and_times.clone()), "url": "https://app.flowglad.com/checkout/1" }),
        json!({ "purchase": with(purchase, id_and_times.clone()) }),
        list(&[with(payment, id_and_times)]),
    ]
}

/// Everything inside of `value` that has fields.
fn objects(value: &Value, at: &str) -> Vec<String> {
    let inside: Vec<(String, &Value)> = match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (format!("{at}/{name}"), value)).collect(),
        Value::Array(rows) => rows.iter().enumerate().map(|(place, value)| (format!("{at}/{place}"), value)).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return Vec::new(),
    };
    let own = value.is_object().then(|| at.to_owned());
    own.into_iter().chain(inside.into_iter().flat_map(|(at, value)| objects(value, &at))).collect()
}

/// Flowglad may think twice about an answer that lacks what is asked for; it never misleads us, and nothing breaks.
async fn retrieved(samples: [Value; 3]) -> Result<ProviderEvent, ProviderError> {
    let [session, purchase, payments] = samples;
    let provider = FakeProvider::of(ProviderName::Flowglad, [ok(&session), ok(&purchase), ok(&payments), ok(&payments)]).await;
    flowglad_at(&provider.url).retrieve(&ProviderSessionId("chckt_session_1".to_owned()), NOW).await
}

#[tokio::test]
async fn a_field_more_anywhere_changes_nothing() {
    let plain = retrieved(samples()).await.unwrap();
    assert_eq!(plain.facts, [PAID]);
    for place in 0..3 {
        for at in objects(&samples()[place], "") {
            let mut samples = samples();
            let fields = samples[place].pointer_mut(&at).unwrap().as_object_mut().unwrap();
            fields.insert("of_next_year".to_owned(), json!({"deep": [1, null]}));
            assert_eq!(retrieved(samples).await.unwrap(), plain, "{place} {at}");
        }
    }
}

/// A field that we need and that is missing makes Flowglad one to ask again; any other is not missed.
#[tokio::test]
async fn a_field_less_or_null_is_borne_and_never_taken_for_something_else() {
    for place in 0..3 {
        for at in objects(&samples()[place], "") {
            let names: Vec<String> = samples()[place].pointer(&at).unwrap().as_object().unwrap().keys().cloned().collect();
            for (name, is_null) in names.iter().flat_map(|name| [(name, false), (name, true)]) {
                let mut samples = samples();
                let fields = samples[place].pointer_mut(&at).unwrap().as_object_mut().unwrap();
                if is_null {
                    fields.insert(name.clone(), Value::Null);
                } else {
                    fields.remove(name);
                }
                match retrieved(samples).await {
                    Ok(event) => {
                        let is_quiet = event.facts.is_empty();
                        assert!(is_quiet || event.facts == [PAID], "{place} {at}/{name}: {:?}", event.facts);
                        assert!(!is_quiet || matches!(name.as_str(), "purchaseId" | "status"), "{place} {at}/{name} says nothing");
                    }
                    Err(ProviderError::Unavailable(_)) => {
                        let needed = ["checkoutSession", "purchase", "data", "id", "amount", "currency", "purchaseId", "status"];
                        assert!(needed.contains(&name.as_str()), "{place} {at}/{name} is not needed");
                    }
                    Err(error) => panic!("{place} {at}/{name}: {error}"),
                }
            }
        }
    }
}

/// `sample` without each of its fields in turn, with each of them null, and with one more: the field's name, and what became of it.
fn bent(sample: &Value) -> Vec<(String, Value)> {
    let names = sample.as_object().unwrap().keys();
    let less = names.clone().map(|name| {
        let mut bent = sample.clone();
        bent.as_object_mut().unwrap().remove(name);
        (name.clone(), bent)
    });
    let null = names.map(|name| (name.clone(), with(sample.clone(), json!({ name: null }))));
    let more = [("of_next_year".to_owned(), with(sample.clone(), json!({"of_next_year": [{}]})))];
    less.chain(null).chain(more).collect()
}

#[tokio::test]
async fn a_subscription_is_read_whatever_else_stands_there() {
    let sample = json!({
        "id": "sub_1", "createdAt": 1, "updatedAt": 1, "livemode": false, "startDate": 1, "customerId": "cust_1",
        "organizationId": "org_1", "status": "active", "defaultPaymentMethodId": null, "trialEnd": null,
        "currentBillingPeriodStart": 1, "currentBillingPeriodEnd": 2, "metadata": {"order_id": ORDER}, "canceledAt": null,
        "cancelScheduledAt": null, "priceId": "price_1", "interval": "month", "intervalCount": 1, "renews": true, "current": true
    });
    for (name, bent) in bent(&sample) {
        let provider = FakeProvider::of(ProviderName::Flowglad, [ok(&json!({ "subscription": bent }))]).await;
        let id = ProviderSubscriptionId("sub_1".to_owned());
        match flowglad_at(&provider.url).retrieve_subscription(&id, NOW).await {
            Ok(event) => assert_eq!(event.facts.len(), usize::from(name != "status"), "{name}"),
            Err(ProviderError::Unavailable(_)) => assert_eq!(name, "id"),
            Err(error) => panic!("{name}: {error}"),
        }
    }
}

#[test]
fn a_webhook_needs_to_name_its_object_and_nothing_else() {
    let samples: Vec<Value> = serde_json::from_str(include_str!("../../fixtures/flowglad-events.json")).unwrap();
    for sample in samples {
        let plain = events::read(&sample["body"]).unwrap();
        for (name, bent) in bent(&sample["body"]) {
            match events::read(&bent) {
                Ok(notice) => assert_eq!(notice, plain, "{name}"),
                Err(error) => assert!(["id", "object"].contains(&name.as_str()), "{name}: {error}"),
            }
        }
    }
}
