//! Disputes that are told of before their payment, and disputes of whose end nobody tells.

use super::testing::{A_DAY, ALL_BACK, Desk, PAID, Puppet};
use super::*;
use crate::checkout::OrderState;
use crate::shop::testing::HOME;
use crate::store::Store;
use crate::store::testing::on_both;

on_both!(a_dispute_before_the_payment_does_not_end_the_asking, async |store: Store| {
    let desk = Desk::on(store).await;
    desk.hears(desk.seen(Some("pi_1"), &[Fact::Disputed])).await;
    assert!(desk.session().await.next_check_at.is_some());
    desk.hears(desk.seen(Some("pi_1"), &[Fact::DisputeWon])).await;
    assert_eq!(desk.order().await.state, OrderState::OPEN);
    assert!(desk.session().await.next_check_at.is_some(), "only the payment fulfils, and it is still to be heard of");
    desk.hears(desk.seen(Some("pi_1"), &[Fact::DisputeWon, PAID])).await;
    assert_eq!(desk.gift().await, "purchased");
    assert!(desk.rests_today().await, "nobody asks today about what was paid");
});

on_both!(a_dispute_whose_end_nobody_tells_is_decided_by_asking, async |store: Store| {
    let desk = Desk::before(store, Puppet { is_silent: true, ..Puppet::default() }).await;
    desk.hears(desk.seen(Some("pi_1"), &[PAID])).await;
    desk.hears(ProviderEvent { event_id: Some("evt_1".to_owned()), ..desk.seen(Some("pi_1"), &[Fact::Disputed]) }).await;
    for (facts, state) in [(&[Fact::Disputed, PAID], "held"), (&[PAID, Fact::DisputeWon], "purchased")] {
        desk.puppet.answers.lock().unwrap().push_back(desk.seen(Some("pi_1"), facts));
        desk.world.pass(A_DAY);
        assert_eq!(desk.world.shop.reconcile().await.unwrap().asked(), 1);
        assert_eq!(desk.gift().await, state);
    }
    assert!(desk.rests_today().await, "it is decided, and nobody asks today");
});

on_both!(a_second_payment_that_is_disputed_before_it_is_told_of_goes_back_too, async |store: Store| {
    let desk = Desk::on(store).await;
    desk.world.pass(A_DAY);
    let again = Desk::buys(&desk.world, HOME).await;
    desk.hears(desk.event(Some(&again.session_id), Some("pi_2"), &[PAID])).await;
    desk.hears(desk.seen(Some("pi_1"), &[Fact::Disputed])).await;
    assert!(desk.session().await.next_check_at.is_some(), "nobody has heard yet that it was made");
    desk.hears(desk.seen(Some("pi_1"), &[Fact::Disputed, PAID])).await;
    let posted = desk.world.kinds_posted().await;
    assert_eq!(posted.iter().filter(|kind| *kind == "refund_payment").count(), 1, "{posted:?}");
    assert_eq!(desk.gift().await, "purchased");
    assert!(desk.rests_today().await, "it is dealt with, and nobody asks today");
});

on_both!(the_operator_hears_once_of_a_dispute_that_came_before_its_payment, async |store: Store| {
    let desk = Desk::on(store).await;
    desk.hears(desk.seen(Some("pi_1"), &[Fact::Disputed])).await;
    desk.hears(desk.seen(Some("pi_1"), &[Fact::Disputed, PAID])).await;
    desk.hears(desk.seen(Some("pi_1"), &[Fact::Disputed, PAID])).await;
    let posted = desk.world.posted().await;
    let [notice] = &*posted else { panic!("{posted:?}") };
    assert_eq!(notice.kind, "operator_notice");
    assert!(notice.refs.contains(desk.promised.gift_id.as_str()) && notice.refs.contains("dispute"), "{}", notice.refs);
    assert_eq!(desk.gift().await, "pending", "nothing is delivered that a bank may take back");
});

on_both!(the_operator_hears_of_a_dispute_and_its_payment_that_come_in_one_word, async |store: Store| {
    let desk = Desk::on(store).await;
    desk.hears(desk.told("evt_1", "pi_1", &[Fact::Disputed])).await;
    assert_eq!(desk.world.kinds_posted().await, [""; 0], "nobody knows yet whose payment that is");
    desk.hears(desk.seen(Some("pi_1"), &[PAID])).await;
    assert_eq!(desk.world.kinds_posted().await, ["operator_notice"]);
    desk.hears(desk.told("evt_2", "pi_1", &[Fact::DisputeWon])).await;
    assert_eq!(desk.gift().await, "purchased");
});

on_both!(money_that_is_disputed_and_goes_back_is_told_of_to_operator_and_buyer, async |store: Store| {
    let desk = Desk::on(store).await;
    desk.hears(desk.seen(Some("pi_1"), &[Fact::Disputed, PAID])).await;
    desk.hears(desk.told("evt_1", "pi_1", &[ALL_BACK])).await;
    let mut posted = desk.world.kinds_posted().await;
    posted.sort();
    assert_eq!((posted, desk.gift().await), (vec!["gift_refunded".to_owned(), "operator_notice".to_owned()], "refunded"));
});
