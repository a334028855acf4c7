//! What a test can do by JSON is what a person can do by a button.

use super::*;

#[tokio::test]
async fn a_session_is_paid_refunded_and_disputed_without_a_browser() {
    let lab = Lab::new().await;
    let session = lab.session().await;
    let path = format!("/control/sessions/{}", session["id"].as_str().unwrap());
    let act = async |order| lab.control_at(&path, order).await;
    let (status, paid) = act(json!({ "act": "pay" })).await;
    assert_eq!((status, &paid["stage"], &paid["total"]), (200, &json!("paid"), &json!(1_920)));
    assert_eq!(act(json!({ "act": "refund", "amount": "4.20" })).await.1["refunded"], 420);
    let (status, refused) = act(json!({ "act": "refund", "amount": "99" })).await;
    assert_eq!((status, &refused["error"]), (409, &json!("That is more than is left of the payment.")));
    assert_eq!(act(json!({ "act": "dispute" })).await.1["dispute"], "pending");
    assert_eq!(act(json!({ "act": "win" })).await.1["dispute"], "won");
    assert_eq!(act(json!({ "act": "refund" })).await.1["refunded"], 1_920);
    assert_eq!(lab.control_at("/control/sessions/cs_test_x", json!({ "act": "pay" })).await.0, 404);
    let listed: Value = serde_json::from_str(&lab.text("/control/sessions").await).unwrap();
    assert_eq!(listed[0]["id"], session["id"]);
}

#[tokio::test]
async fn events_tell_where_they_went_and_can_be_stopped_one_by_one() {
    let lab = Lab::new().await;
    lab.control(json!({ "mode": "hold" })).await;
    let session = lab.session().await;
    lab.press(&session, "decline").await;
    lab.press(&session, "pay").await;
    let events: Value = serde_json::from_str(&lab.text("/control/events").await).unwrap();
    let [completed, declined] = events.as_array().unwrap().as_slice() else { unreachable!() };
    assert_eq!((&completed["kind"], &completed["session"]), (&json!("checkout.session.completed"), &session["id"]));
    assert_eq!(completed["deliveries"][0]["state"], "held");
    let at = |event: &Value| format!("/control/events/{}", event["id"].as_str().unwrap());
    assert_eq!(lab.control_at(&at(declined), json!({ "mode": "drop" })).await.1["deliveries"][0]["state"], "dropped");
    lab.control_at(&at(completed), json!({ "mode": "release" })).await;
    assert_eq!(lab.shop.hooks(1).await[0].kind(), "checkout.session.completed");
    assert_eq!(lab.control_at("/control/events/evt_x", json!({ "mode": "release" })).await.0, 404);
    assert_eq!(lab.home("/events/evt_x", &[("mode", "deliver")]).await, 404);
}

#[tokio::test]
async fn a_switch_takes_a_number_of_events_or_none_from_the_form() {
    let lab = Lab::new().await;
    assert_eq!(lab.home("/faults", &[("mode", "delay"), ("times", "3"), ("seconds", "60")]).await, 303);
    let told: Value = serde_json::from_str(&lab.text("/control/webhooks").await).unwrap();
    assert_eq!((&told["fault"], &told["times"]), (&json!({ "delay": { "seconds": 60 } }), &json!(3)));
    assert_eq!(lab.home("/faults", &[("mode", "stale"), ("times", ""), ("seconds", "")]).await, 303);
    assert!(lab.text("/").await.contains("Every event is signed an hour ago."));
    assert_eq!(lab.home("/faults", &[("mode", "explode")]).await, 422);
}
