//! What Flowglad answers when it is asked about a session.

use super::*;

fn session(changes: Value) -> Value {
    let session = json!({
        "id": "chckt_session_1", "livemode": false, "status": "succeeded", "type": "product", "priceId": "price_1",
        "purchaseId": "prch_1", "outputMetadata": {"order_id": ORDER}, "expires": 1_767_312_000_000_i64
    });
    json!({ "checkoutSession": with(session, changes), "url": "https://app.flowglad.com/checkout/chckt_session_1" })
}

async fn retrieved(answers: impl IntoIterator<Item = Scripted>) -> (Result<ProviderEvent, ProviderError>, FakeProvider) {
    let provider = FakeProvider::of(ProviderName::Flowglad, answers).await;
    let event = flowglad_at(&provider.url).retrieve(&ProviderSessionId("chckt_session_1".to_owned()), NOW).await;
    (event, provider)
}

#[tokio::test]
async fn a_sessions_state_is_told_and_asks_no_further_until_it_may_be_paid() {
    for (status, facts) in [
        ("open", vec![Fact::Open]),
        ("pending", vec![Fact::Processing]),
        ("failed", vec![Fact::Failed]),
        ("expired", vec![Fact::Expired]),
    ] {
        let (event, provider) = retrieved([ok(&session(json!({ "status": status })))]).await;
        let event = event.unwrap();
        assert_eq!((event.facts, provider.seen().len()), (facts, 1), "{status}");
        assert_eq!(event.session.unwrap().0, "chckt_session_1");
        assert_eq!(event.order_id, Some(ORDER.parse().unwrap()));
    }
}

#[tokio::test]
async fn a_session_that_succeeded_is_followed_to_its_payment() {
    for status in [json!("succeeded"), json!("a_status_of_next_year"), json!(null)] {
        let answers = [ok(&session(json!({ "status": status }))), ok(&purchase(json!({}))), ok(&list(&[payment(json!({}))]))];
        let (event, _) = retrieved(answers).await;
        let event = event.unwrap();
        assert_eq!((event.facts, event.payment), (vec![PAID], Some(PaymentId("pym_1".to_owned()))), "{status}");
    }
}

#[tokio::test]
async fn refunds_are_found_by_asking() {
    let payment = payment(json!({"status": "refunded", "refunded": true, "refundedAmount": 19_200}));
    let (event, _) =
        retrieved([ok(&session(json!({}))), ok(&purchase(json!({"status": "refunded"}))), ok(&list(&[payment]))]).await;
    assert_eq!(event.unwrap().facts, [Fact::Refunded { total: euros(19_200), whole: true }, PAID]);
}

#[tokio::test]
async fn only_what_cost_nothing_is_free() {
    let free = [ok(&session(json!({}))), ok(&purchase(json!({"totalPurchaseValue": 0}))), ok(&list(&[]))];
    assert_eq!(retrieved(free).await.0.unwrap().facts, [Fact::Free]);
    let lost = [ok(&session(json!({}))), ok(&purchase(json!({}))), ok(&list(&[])), ok(&list(&[]))];
    assert!(matches!(retrieved(lost).await.0, Err(ProviderError::Unavailable(_))));
}

#[tokio::test]
async fn a_flowglad_that_reads_no_cursor_but_its_own_is_asked_page_by_page() {
    let first = json!({ "data": [payment(json!({"id": "pym_0", "purchaseId": "prch_0"}))], "hasMore": true, "nextCursor": "next" });
    let answers = [
        ok(&session(json!({}))),
        ok(&purchase(json!({}))),
        reply(400, r#"{"error":"Invalid cursor","code":"BAD_REQUEST","request_id":"0a1b2c3d"}"#),
        ok(&first),
        ok(&list(&[payment(json!({}))])),
    ];
    let (event, provider) = retrieved(answers).await;
    assert_eq!(event.unwrap().facts, [PAID]);
    let asked: Vec<String> = provider.seen().into_iter().skip(2).map(|seen| seen.path_and_query).collect();
    let [written, first, second] = asked.as_slice() else { panic!("{asked:?}") };
    let cursor = written.strip_prefix("/api/v1/payments?limit=100&cursor=").unwrap();
    let cursor = url::form_urlencoded::parse(format!("c={cursor}").as_bytes()).next().unwrap().1.into_owned();
    let place: Value = serde_json::from_slice(&data_encoding::BASE64.decode(cursor.as_bytes()).unwrap()).unwrap();
    assert_eq!(place, json!({"parameters": {"purchaseId": "prch_1"}, "createdAt": 0, "direction": "forward"}));
    assert_eq!((first.as_str(), second.as_str()), ("/api/v1/payments?limit=100", "/api/v1/payments?limit=100&cursor=next"));
}

#[tokio::test]
async fn a_flowglad_that_takes_the_cursor_for_another_is_asked_from_the_beginning() {
    let answers = [ok(&session(json!({}))), ok(&purchase(json!({}))), ok(&list(&[])), ok(&list(&[payment(json!({}))]))];
    let (event, provider) = retrieved(answers).await;
    assert_eq!(event.unwrap().facts, [PAID]);
    assert_eq!(provider.seen().last().unwrap().path_and_query, "/api/v1/payments?limit=100");
}

#[tokio::test]
async fn a_list_that_leads_back_to_itself_is_left() {
    let around = ok(&json!({ "data": [], "hasMore": true, "nextCursor": "around" }));
    let (event, provider) =
        retrieved([ok(&session(json!({}))), ok(&purchase(json!({}))), around.clone(), around.clone(), around.clone(), around])
            .await;
    assert!(matches!(event, Err(ProviderError::Unavailable(_))));
    assert_eq!(provider.seen().len(), 6, "twice to the cursor that repeats, by the filter and without it");
}

#[tokio::test]
async fn a_session_that_flowglad_does_not_know_is_unknown() {
    for body in ["Not Found", r#"{"error":"Checkout session not found","code":"NOT_FOUND"}"#] {
        assert!(matches!(retrieved([reply(404, body)]).await.0, Err(ProviderError::Unknown)), "{body}");
    }
}
