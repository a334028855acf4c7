use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

fn event(id: &str, seconds: i64) -> Event {
    Event {
        id: id.to_owned(),
        provider: Some(Provider::Stripe),
        kind: "checkout.session.completed".to_owned(),
        session_id: "cs_test_1".to_owned(),
        at: at(seconds),
        body: "{}".to_owned(),
    }
}

fn next_due(post: &Post, seconds: i64) -> Option<(Delivery, Event)> {
    post.next_due(at(seconds), &BTreeSet::new())
}

fn endpoint(id: &str, kinds: &[&str]) -> Endpoint {
    Endpoint {
        id: id.to_owned(),
        provider: Provider::Stripe,
        url: format!("http://other.test/{id}"),
        secret: "whsec_1".to_owned(),
        kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
        is_active: true,
        made_at: at(0),
        asked: serde_json::Value::Null,
    }
}

fn states(post: &Post) -> Vec<(&str, DeliveryState)> {
    post.deliveries.iter().map(|delivery| (delivery.event_id.as_str(), delivery.state)).collect()
}

#[test]
fn a_fault_ends_after_its_number_of_events() {
    let mut post = Post::default();
    post.switch(Fault::Drop, Some(1));
    post.put(event("a", 1), at(1));
    post.put(event("b", 1), at(1));
    assert_eq!(states(&post), [("a", DeliveryState::Dropped), ("b", DeliveryState::Due(at(1)))]);
    post.switch(Fault::Delay { seconds: 60 }, None);
    post.put(event("c", 1), at(1));
    post.switch(Fault::Duplicate, None);
    post.put(event("d", 1), at(1));
    assert_eq!(
        states(&post)[2..],
        [("c", DeliveryState::Due(at(61))), ("d", DeliveryState::Due(at(1))), ("d", DeliveryState::Due(at(1)))]
    );
}

#[test]
fn what_was_held_is_released_in_order_or_reversed() {
    for (is_reversed, expected) in [(false, ["a", "b"]), (true, ["b", "a"])] {
        let mut post = Post::default();
        post.switch(Fault::Hold, None);
        post.put(event("a", 1), at(1));
        post.put(event("b", 2), at(2));
        assert!(next_due(&post, 1_000).is_none());
        post.release(is_reversed, at(3));
        let mut sent = Vec::new();
        while let Some((delivery, event)) = next_due(&post, 3) {
            post.record(delivery.number, Attempt { at: at(3), answer: "200".to_owned() }, true, &[]);
            sent.push(event.id);
        }
        assert_eq!(sent, expected);
    }
}

#[test]
fn a_refused_event_is_sent_again_by_the_schedule_and_then_given_up() {
    let mut post = Post::default();
    post.put(event("a", 1), at(1));
    let retries = [Duration::from_secs(1), Duration::from_secs(5)];
    for (now, next) in [(1, DeliveryState::Due(at(2))), (2, DeliveryState::Due(at(7))), (7, DeliveryState::GivenUp)] {
        let (delivery, _) = next_due(&post, now).unwrap();
        post.record(delivery.number, Attempt { at: at(now), answer: "500".to_owned() }, false, &retries);
        assert_eq!(post.deliveries[0].state, next);
    }
    assert!(next_due(&post, 1_000).is_none());
    assert!(post.resend("a", Fault::Deliver, at(8)) && !post.resend("b", Fault::Deliver, at(8)));
    assert!(next_due(&post, 8).is_some());
}

#[test]
fn old_events_are_forgotten_with_their_deliveries() {
    let mut post = Post::default();
    post.put(event("old", 0), at(0));
    post.put(event("new", 31 * 86_400), at(31 * 86_400));
    assert_eq!(states(&post), [("new", DeliveryState::Due(at(31 * 86_400)))]);
}

#[test]
fn an_event_goes_to_every_endpoint_of_its_provider_that_takes_it() {
    let mut post = Post::default();
    let off = Endpoint { is_active: false, ..endpoint("off", &[]) };
    let other = Endpoint { provider: Provider::Creem, ..endpoint("other", &[]) };
    for endpoint in [endpoint("all", &[]), endpoint("star", &["*"]), endpoint("refunds", &["charge.refunded"]), off, other] {
        post.register(endpoint);
    }
    post.put(event("a", 1), at(1));
    let to: Vec<Destination> = post.deliveries.iter().map(|delivery| delivery.to.clone()).collect();
    assert_eq!(to, [Destination::Shop, Destination::Endpoint("all".to_owned()), Destination::Endpoint("star".to_owned())]);
    let (next, _) = post.next_due(at(1), &BTreeSet::from([Destination::Shop])).unwrap();
    assert_eq!(next.to, to[1], "one that is slow holds up nobody else");
}

#[test]
fn an_endpoint_that_is_taken_away_gets_nothing_more() {
    let mut post = Post::default();
    post.register(endpoint("gone", &[]));
    post.put(event("a", 1), at(1));
    assert!(post.remove_endpoint(Provider::Creem, "gone").is_none());
    assert!(post.remove_endpoint(Provider::Stripe, "gone").is_some());
    assert_eq!(post.deliveries[1].state, DeliveryState::Dropped);
    post.put(event("b", 2), at(2));
    assert_eq!(post.deliveries_of("b").count(), 1);
}

#[test]
fn one_event_is_held_released_dropped_and_forged_by_itself() {
    let mut post = Post::default();
    post.put(event("a", 1), at(1));
    post.put(event("b", 1), at(1));
    post.resend("a", Fault::Hold, at(1));
    assert_eq!(states(&post), [("a", DeliveryState::Held), ("b", DeliveryState::Due(at(1)))]);
    assert!(post.release_event("a", at(2)) && !post.release_event("c", at(2)));
    post.resend("b", Fault::Drop, at(2));
    assert_eq!(states(&post), [("b", DeliveryState::Dropped), ("a", DeliveryState::Due(at(2)))]);
    post.resend("b", Fault::Forge(Forgery::Stale), at(3));
    let forged = post.deliveries.last().unwrap();
    assert_eq!((forged.forgery, forged.state), (Some(Forgery::Stale), DeliveryState::Due(at(3))));
    assert_eq!(post.fault, Fault::Deliver, "no other event is touched");
}
