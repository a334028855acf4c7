use super::*;

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(seconds)
}

fn event(id: &str, seconds: i64) -> Event {
    Event {
        id: id.to_owned(),
        provider: Provider::Stripe,
        kind: "checkout.session.completed".to_owned(),
        session_id: "cs_test_1".to_owned(),
        at: at(seconds),
        body: "{}".to_owned(),
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
        assert!(post.next_due(at(1_000)).is_none());
        post.release(is_reversed, at(3));
        let mut sent = Vec::new();
        while let Some((delivery, event)) = post.next_due(at(3)) {
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
        let (delivery, _) = post.next_due(at(now)).unwrap();
        post.record(delivery.number, Attempt { at: at(now), answer: "500".to_owned() }, false, &retries);
        assert_eq!(post.deliveries[0].state, next);
    }
    assert!(post.next_due(at(1_000)).is_none());
    assert!(post.resend("a", at(8)) && !post.resend("b", at(8)));
    assert!(post.next_due(at(8)).is_some());
}

#[test]
fn old_events_are_forgotten_with_their_deliveries() {
    let mut post = Post::default();
    post.put(event("old", 0), at(0));
    post.put(event("new", 31 * 86_400), at(31 * 86_400));
    assert_eq!(states(&post), [("new", DeliveryState::Due(at(31 * 86_400)))]);
}
