use proptest::prelude::*;

use super::*;
use crate::values::Entropy;

struct Zeros;
impl Entropy for Zeros {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0);
    }
}

const START: Timestamp = Timestamp::from_seconds(1_795_262_400);

fn promised() -> Subscription {
    Subscription {
        id: SubscriptionId::random(&Zeros),
        version: 1,
        order_id: OrderId::random(&Zeros),
        account_id: AccountId::random(&Zeros),
        tier: Tier::Member,
        provider: ProviderName::Stripe,
        mode: Mode::Test,
        provider_id: None,
        state: SubscriptionState::Promised,
        period_id: None,
        as_of: None,
        next_check_at: None,
        created_at: START,
    }
}

fn day(count: u64) -> Timestamp {
    START.plus(A_DAY * u32::try_from(count).unwrap())
}

const fn seen(status: SubscriptionStatus, paid_until: Option<Timestamp>, ends_at: Option<Timestamp>) -> SubscriptionSeen {
    SubscriptionSeen { status, paid_until, ends_at }
}

/// The subscription after pictures that were taken on these days and came in this order, and what turned.
fn told(pictures: &[(u64, SubscriptionSeen)]) -> (Subscription, Vec<Turn>) {
    pictures.iter().fold((promised(), Vec::new()), |(subscription, mut turns), (on, picture)| {
        let (after, turn) = subscription.follow(picture, day(*on), day(400));
        turns.extend(turn);
        (after, turns)
    })
}

fn active(until: u64) -> SubscriptionSeen {
    seen(SubscriptionStatus::Active, Some(day(until)), None)
}

#[test]
fn it_begins_with_its_first_payment_and_goes_on_with_every_other() {
    let (subscription, turns) =
        told(&[(0, seen(SubscriptionStatus::Incomplete, None, None)), (0, active(30)), (30, active(60)), (60, active(91))]);
    assert_eq!(subscription.state, SubscriptionState::Active { paid_until: Some(day(91)), ends_at: None });
    assert_eq!(turns, [Turn::Began]);
}

#[test]
fn a_failed_renewal_stops_nothing_until_the_provider_gives_it_up() {
    let past_due = seen(SubscriptionStatus::PastDue, None, None);
    let (subscription, turns) = told(&[(0, active(30)), (30, past_due)]);
    assert_eq!(subscription.state, SubscriptionState::PastDue { paid_until: Some(day(30)) });
    assert_eq!(turns, [Turn::Began]);
    let (_, turns) = told(&[(0, active(30)), (30, past_due), (44, seen(SubscriptionStatus::Ended, None, Some(day(44))))]);
    assert_eq!(turns, [Turn::Began, Turn::Stopped]);
}

#[test]
fn one_cancelled_for_the_end_of_its_period_runs_until_then_and_may_be_taken_back() {
    let cancelled = seen(SubscriptionStatus::Active, Some(day(30)), Some(day(30)));
    let (subscription, turns) = told(&[(0, active(30)), (5, cancelled)]);
    assert_eq!(subscription.state, SubscriptionState::Active { paid_until: Some(day(30)), ends_at: Some(day(30)) });
    assert_eq!(turns, [Turn::Began]);
    let (subscription, turns) = told(&[(0, active(30)), (5, cancelled), (6, active(30))]);
    assert_eq!(subscription.state, SubscriptionState::Active { paid_until: Some(day(30)), ends_at: None });
    assert_eq!(turns, [Turn::Began]);
}

#[test]
fn a_pause_stops_it_and_going_on_begins_it_again() {
    let paused = seen(SubscriptionStatus::Paused, None, None);
    assert_eq!(told(&[(0, active(30)), (5, paused), (9, active(40))]).1, [Turn::Began, Turn::Stopped, Turn::Began]);
}

#[test]
fn an_older_picture_that_comes_late_changes_nothing() {
    let (subscription, turns) = told(&[(30, active(60)), (0, active(30)), (10, seen(SubscriptionStatus::Paused, None, None))]);
    assert_eq!(subscription.state, SubscriptionState::Active { paid_until: Some(day(60)), ends_at: None });
    assert_eq!(turns, [Turn::Began]);
}

#[test]
fn one_that_never_began_ends_without_a_turn() {
    assert_eq!(told(&[(1, seen(SubscriptionStatus::Ended, None, None))]).1, []);
}

#[test]
fn an_end_that_lies_ahead_has_not_come() {
    let (subscription, _) = promised().follow(&seen(SubscriptionStatus::Ended, None, Some(day(90))), day(5), day(5));
    assert_eq!(subscription.state, SubscriptionState::Ended { ended_at: day(5) });
}

#[test]
fn a_silent_provider_is_asked_once_a_period_is_over_and_daily_while_a_payment_is_awaited() {
    let (subscription, _) = promised().follow(&active(30), day(0), day(0));
    assert_eq!(subscription.next_check_at, Some(day(30).plus(GRACE)));
    assert_eq!(subscription.asked(day(31)).next_check_at, Some(day(32)));
    let (past_due, _) = subscription.follow(&seen(SubscriptionStatus::PastDue, None, None), day(30), day(30));
    assert_eq!(past_due.next_check_at, Some(day(31)));
    let (ended, _) = past_due.follow(&seen(SubscriptionStatus::Ended, None, None), day(40), day(40));
    assert_eq!(ended.next_check_at, None);
}

fn any_picture() -> impl Strategy<Value = (u64, SubscriptionSeen)> {
    use SubscriptionStatus::{Active, Ended, Incomplete, PastDue, Paused};
    let status = prop::sample::select(vec![Incomplete, Active, Active, PastDue, Paused, Ended]);
    let until = prop::option::of((0_u64..90).prop_map(day));
    (0_u64..60, status, until.clone(), until).prop_map(|(on, status, paid, ends)| (on, seen(status, paid, ends)))
}

proptest! {
    #[test]
    fn turns_alternate_and_begin_with_a_beginning(pictures in prop::collection::vec(any_picture(), 0..12)) {
        let (subscription, turns) = told(&pictures);
        for (place, turn) in turns.iter().enumerate() {
            prop_assert_eq!(*turn, if place % 2 == 0 { Turn::Began } else { Turn::Stopped });
        }
        prop_assert_eq!(subscription.state.runs(), turns.last() == Some(&Turn::Began));
    }

    #[test]
    fn a_repeat_changes_nothing(pictures in prop::collection::vec(any_picture(), 1..12)) {
        let (once, _) = told(&pictures);
        let (on, last) = pictures[pictures.len() - 1];
        prop_assert_eq!(once.follow(&last, day(on), day(400)), (once.clone(), None));
    }

    #[test]
    fn nothing_revives_what_has_ended(pictures in prop::collection::vec(any_picture(), 0..12), on in 0_u64..60) {
        let (ended, _) = told(&pictures).0.follow(&seen(SubscriptionStatus::Ended, None, None), day(on), day(400));
        prop_assert_eq!(ended.follow(&active(300), day(300), day(400)), (ended.clone(), None));
    }
}
