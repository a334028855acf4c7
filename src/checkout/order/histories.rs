//! What holds of an order after any history whatever: facts in any order, some of them twice.

use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::subsequence;

use super::tests::{NOW, PAID, WHOLE, facts, open, part};
use super::*;

/// The order after `facts`, and every outcome on the way.
fn told(facts: &[Fact]) -> (Order, Vec<Outcome>) {
    facts.iter().fold((open(), Vec::new()), |(order, mut outcomes), fact| {
        let applied = order.apply(fact, NOW);
        outcomes.extend(applied.outcome);
        (applied.order, outcomes)
    })
}

fn any_fact() -> impl Strategy<Value = Fact> {
    prop::sample::select(facts()).prop_map(|(_, fact)| fact)
}

fn any_history() -> impl Strategy<Value = Vec<Fact>> {
    prop::collection::vec(any_fact(), 0..12)
}

/// All of `facts` in any order, some of them twice.
fn delivered(facts: Vec<Fact>) -> impl Strategy<Value = Vec<Fact>> {
    let count = facts.len();
    (subsequence(facts.clone(), 0..=count), Just(facts)).prop_map(|(again, facts)| [facts, again].concat()).prop_shuffle()
}

fn count(outcomes: &[Outcome], wanted: Outcome) -> usize {
    outcomes.iter().filter(|outcome| **outcome == wanted).count()
}

proptest! {
    #[test]
    fn a_repeat_changes_nothing(history in any_history(), fact in any_fact()) {
        let once = told(&history).0.apply(&fact, NOW).order;
        let twice = once.apply(&fact, NOW.plus(Duration::from_secs(1)));
        prop_assert_eq!(twice, Applied { order: once, outcome: None });
    }

    #[test]
    fn the_refunded_total_never_goes_down(history in any_history(), fact in any_fact()) {
        let order = told(&history).0;
        prop_assert!(order.apply(&fact, NOW).order.refunded_minor >= order.refunded_minor);
    }

    #[test]
    fn an_order_is_settled_at_most_once(history in any_history()) {
        let outcomes = told(&history).1;
        prop_assert!(count(&outcomes, Outcome::Settled) + count(&outcomes, Outcome::Mismatched) <= 1);
    }

    #[test]
    fn reversed_is_the_last_word(history in any_history()) {
        let (order, outcomes) = told(&history);
        let reversed = outcomes.iter().position(|outcome| *outcome == Outcome::Reversed);
        prop_assert!(reversed.is_none_or(|place| place + 1 == outcomes.len()));
        prop_assert_eq!(reversed.is_some(), matches!(order.state, OrderState::Refunded { .. }));
    }

    #[test]
    fn only_what_was_settled_is_contested_and_only_what_is_held_is_upheld(history in any_history()) {
        let (mut settled, mut held) = (false, false);
        for outcome in told(&history).1 {
            match outcome {
                Outcome::Settled => settled = true,
                Outcome::Mismatched => (settled, held) = (true, true),
                Outcome::Contested => {
                    prop_assert!(settled);
                    held = true;
                }
                Outcome::ContestedEarly => prop_assert!(!settled),
                Outcome::Upheld => {
                    prop_assert!(held);
                    held = false;
                }
                Outcome::Lapsed | Outcome::FellThrough | Outcome::Reversed | Outcome::PartlyRefunded => {}
            }
        }
    }

    #[test]
    fn an_order_is_partially_refunded_exactly_where_a_part_is_refunded_of_what_was_paid(history in any_history()) {
        let order = told(&history).0;
        match order.state {
            OrderState::Paid { .. } => prop_assert_eq!(order.refunded_minor, 0),
            OrderState::PartiallyRefunded { .. } => prop_assert!(order.refunded_minor > 0),
            OrderState::Open { .. }
            | OrderState::Refunded { .. }
            | OrderState::Disputed { .. }
            | OrderState::Expired { .. }
            | OrderState::Failed { .. } => {}
        }
    }

    #[test]
    fn a_payment_wins_over_every_end_in_any_order(facts in delivered(vec![PAID, Fact::Expired, Fact::Failed, Fact::Declined])) {
        let (order, outcomes) = told(&facts);
        prop_assert_eq!(order.state, OrderState::Paid { paid_at: NOW });
        prop_assert_eq!(count(&outcomes, Outcome::Settled), 1);
    }

    #[test]
    fn what_falls_through_was_under_way(history in any_history()) {
        let fell = count(&told(&history).1, Outcome::FellThrough);
        prop_assert!(fell <= history.iter().filter(|fact| **fact == Fact::Processing).count());
    }

    #[test]
    fn part_refunds_add_up_in_any_order(facts in delivered(vec![PAID, part(1_000), part(2_000), part(3_000)])) {
        let (order, outcomes) = told(&facts);
        prop_assert_eq!(order.state, OrderState::PartiallyRefunded { paid_at: NOW });
        prop_assert_eq!((order.refunded_minor, count(&outcomes, Outcome::Settled)), (3_000, 1));
    }

    #[test]
    fn a_whole_refund_wins_in_any_order(facts in delivered(vec![PAID, part(1_000), WHOLE, Fact::Disputed, Fact::DisputeWon])) {
        let (order, outcomes) = told(&facts);
        prop_assert_eq!(order.state, OrderState::Refunded { refunded_at: NOW });
        prop_assert_eq!((order.refunded_minor, outcomes.last()), (4_900, Some(&Outcome::Reversed)));
    }

    #[test]
    fn a_lost_dispute_wins_in_any_order(facts in delivered(vec![PAID, Fact::Disputed, Fact::DisputeLost])) {
        prop_assert_eq!(told(&facts).0.state, OrderState::Refunded { refunded_at: NOW });
    }

    #[test]
    fn an_open_dispute_wins_over_a_payment_in_any_order(facts in delivered(vec![PAID, Fact::Disputed, part(1_000)])) {
        let (order, outcomes) = told(&facts);
        let disputed = matches!(order.state, OrderState::Disputed { paid_at: Some(_), .. });
        prop_assert!(disputed);
        // Either the hold follows the settling, or the settling waits.
        prop_assert_eq!(count(&outcomes, Outcome::Settled), count(&outcomes, Outcome::Contested));
    }

    #[test]
    fn a_won_dispute_ends_in_one_settling_wherever_the_payment_was_told(place in 0_usize..3, refunded in any::<bool>()) {
        let mut facts = vec![Fact::Disputed, Fact::DisputeWon];
        facts.insert(place, PAID);
        if refunded {
            facts.insert(0, part(1_000));
        }
        let (order, outcomes) = told(&facts);
        prop_assert_eq!(order.state.name(), if refunded { "partially_refunded" } else { "paid" });
        prop_assert_eq!(count(&outcomes, Outcome::Settled), 1);
        prop_assert_eq!(count(&outcomes, Outcome::Contested), count(&outcomes, Outcome::Upheld));
    }
}
