//! Word of one order in the orders and at the moments in which it can arrive.

use std::sync::Arc;
use std::time::Duration;

use super::testing::{A_DAY, ALL_BACK, Desk, PAID, Puppet, fields, gift_state, purchase};
use super::*;
use crate::checkout::ProviderName;
use crate::gifts::{self, GiftState};
use crate::shop::testing::{HOME, World};
use crate::shop::{Canceled, GiftFields};
use crate::store::Store;
use crate::store::testing::on_both;
use crate::values::Clock as _;

/// When a session of a day is about to end.
const NEARLY_A_DAY: Duration = Duration::from_mins(24 * 60 - 1);

on_both!(the_same_word_three_ways_at_once_settles_once, async |store: Store| {
    let desk = Desk::on(store).await;
    let asked = desk.seen(Some("pi_1"), &[PAID]);
    let told = ProviderEvent { event_id: Some("evt_1".to_owned()), ..asked.clone() };
    let (one, two, three, four) =
        tokio::join!(desk.hears(told.clone()), desk.hears(asked.clone()), desk.hears(told), desk.hears(asked));
    let applied = [one, two, three, four].into_iter().filter(|done| *done == Fulfilled::Applied).count();
    assert_eq!(applied, 1);
    assert_eq!(desk.gift().await, "purchased");
    let mut posted = desk.world.kinds_posted().await;
    posted.sort();
    assert_eq!(posted, ["gift_for_you", "receipt"]);
    assert!(desk.rests_today().await, "nobody asks today about what was paid");
});

on_both!(a_payment_that_came_to_nothing_does_not_stand_in_the_way_of_the_one_that_counts, async |store: Store| {
    let desk = Desk::on(store).await;
    desk.hears(desk.seen(Some("pi_declined"), &[Fact::Declined, Fact::Open])).await;
    desk.world.pass(NEARLY_A_DAY);
    let again = Desk::buys(&desk.world, HOME).await;
    assert_eq!(again.gift_id, desk.promised.gift_id, "the order is still open");
    assert_ne!(again.session_id, desk.promised.session_id, "its first session was about to end");
    desk.hears(desk.event(Some(&again.session_id), Some("pi_paid"), &[PAID])).await;
    assert_eq!(desk.gift().await, "purchased");
    assert_eq!(desk.order().await.payment, Some(PaymentId("pi_paid".to_owned())));
});

on_both!(money_under_way_in_one_session_does_not_hide_what_was_paid_in_the_next, async |store: Store| {
    let desk = Desk::on(store).await;
    desk.hears(desk.seen(Some("pi_slow"), &[Fact::Processing])).await;
    desk.world.pass(A_DAY);
    let again = Desk::buys(&desk.world, HOME).await;
    desk.hears(desk.event(Some(&again.session_id), Some("pi_paid"), &[PAID])).await;
    assert_eq!(desk.gift().await, "purchased");
    assert!(desk.session().await.next_check_at.is_some(), "the slow one is asked about until it ends");
    desk.hears(desk.seen(Some("pi_slow"), &[PAID])).await;
    desk.hears(desk.seen(Some("pi_slow"), &[PAID])).await;
    let doubts = desk.world.kinds_posted().await.into_iter().filter(|kind| kind == "operator_notice").count();
    assert_eq!(doubts, 1, "the operator is told once that there are two payments");
    assert!(desk.rests_today().await, "and then it is asked about no more than what was paid");
});

on_both!(a_payment_closes_the_other_page_of_its_order, async |store: Store| {
    let desk = Desk::on(store).await;
    desk.world.pass(NEARLY_A_DAY);
    let again = Desk::buys(&desk.world, HOME).await;
    desk.hears(desk.event(Some(&again.session_id), Some("pi_1"), &[PAID])).await;
    let posted = desk.world.posted().await;
    let closed: Vec<&str> = posted.iter().filter(|posted| posted.kind == "cancel_session").map(|posted| &*posted.refs).collect();
    assert!(matches!(closed[..], [refs] if refs.contains(desk.promised.session_id.as_str())), "{closed:?}");
});

on_both!(a_second_payment_that_has_gone_back_already_is_not_given_back_again, async |store: Store| {
    let desk = Desk::on(store).await;
    desk.hears(desk.seen(Some("pi_1"), &[PAID])).await;
    let before = desk.world.posted().await;
    for (payment, gone) in [("pi_2", ALL_BACK), ("pi_3", Fact::DisputeLost)] {
        desk.hears(desk.seen(Some(payment), &[gone, PAID])).await;
    }
    assert_eq!(desk.world.posted().await, before);
});

on_both!(a_refund_that_was_told_of_first_sends_no_gift, async |store: Store| {
    let desk = Desk::on(store).await;
    assert_eq!(desk.hears(desk.told("evt_1", "pi_1", &[ALL_BACK])).await, Fulfilled::Noted);
    assert_eq!(desk.gift().await, "pending");
    desk.hears(desk.seen(Some("pi_1"), &[PAID])).await;
    assert_eq!(desk.gift().await, "refunded");
    assert_eq!(desk.world.kinds_posted().await, ["gift_refunded"]);
    let mut connection = desk.world.store.connection().await.unwrap();
    let payment = PaymentId("pi_1".to_owned());
    let waiting = provider_events::waiting_for(&mut connection, ProviderName::Stripe, &payment).await.unwrap();
    assert_eq!(waiting, [], "it has taken effect");
});

on_both!(a_refund_and_its_payment_at_the_same_moment_do_not_miss_each_other, async |store: Store| {
    let desk = Desk::on(store).await;
    tokio::join!(
        desk.hears(desk.seen(Some("pi_1"), &[PAID])),
        desk.hears(desk.told("evt_1", "pi_1", &[ALL_BACK])),
        desk.hears(desk.told("evt_2", "pi_1", &[ALL_BACK])),
    );
    assert_eq!(desk.gift().await, "refunded");
});

on_both!(a_later_session_outlives_the_end_of_an_earlier_one, async |store: Store| {
    let desk = Desk::on(store).await;
    desk.world.pass(NEARLY_A_DAY);
    let again = Desk::buys(&desk.world, HOME).await;
    desk.hears(desk.seen(None, &[Fact::Expired])).await;
    assert_eq!(desk.gift().await, "pending");
    assert_eq!(desk.session().await.next_check_at, None, "the earlier one is over");
    desk.hears(desk.event(Some(&again.session_id), None, &[Fact::Expired])).await;
    assert_eq!(desk.gift().await, "canceled");
});

on_both!(money_that_came_after_its_session_ended_is_watched_where_only_asking_finds_a_refund, async |store: Store| {
    let desk = Desk::before(store, Puppet { hides_refunds: true, ..Puppet::default() }).await;
    desk.hears(desk.seen(None, &[Fact::Expired])).await;
    assert_eq!(desk.session().await.next_check_at, None);
    let order_id = Some(desk.order().await.id);
    desk.hears(ProviderEvent { order_id, ..desk.told("evt_1", "pi_1", &[PAID]) }).await;
    assert_eq!(desk.gift().await, "purchased");
    let seen = desk.seen(Some("pi_1"), &[ALL_BACK, PAID]);
    desk.puppet.answers.lock().unwrap().push_back(seen);
    desk.world.pass(Duration::from_hours(1));
    assert_eq!(desk.world.shop.reconcile().await.unwrap().changed(), 1);
    assert_eq!(desk.gift().await, "refunded");
    assert_eq!(desk.session().await.next_check_at, None);
});

on_both!(an_order_whose_page_was_never_opened_lapses, async |store: Store| {
    let puppet = Arc::new(Puppet { is_closed: true, ..Puppet::default() });
    let world = World::selling_at(store, vec![puppet]);
    assert!(matches!(world.shop.buy(&purchase(&world).await, HOME, None).await, Err(Error::ProviderUnavailable(_))));
    let promised = world.only_gift().await;
    world.pass(NEARLY_A_DAY);
    assert_eq!(world.shop.reconcile().await.unwrap().failed(), 1, "it is tried as long as somebody could still pay there");
    assert_eq!(gift_state(&world, &promised).await, GiftState::Pending);
    world.pass(Duration::from_hours(4));
    assert_eq!(world.shop.reconcile().await.unwrap().changed(), 1);
    assert_eq!(gift_state(&world, &promised).await.name(), "canceled");
    world.pass(A_DAY);
    assert_eq!(world.shop.reconcile().await.unwrap().asked(), 0);
});

on_both!(a_page_that_was_opened_is_remembered_whatever_happened_meanwhile, async |store: Store| {
    let desk = Desk::on(store).await;
    let order = desk.order().await;
    let mut fresh = CheckoutSession { opened: None, ..desk.session().await };
    fresh.id = CheckoutSessionId::random(desk.world.shop.entropy.as_ref());
    let mut connection = desk.world.store.connection().await.unwrap();
    orders::insert_session(&mut connection, &fresh).await.unwrap();
    // The reconciler takes its turn between the buyer's reading of the row and the provider's answer.
    orders::advance_session(&mut connection, &fresh, &fresh.checking(desk.world.clock.now())).await.unwrap();
    drop(connection);
    let opened = desk.world.shop.open_session(&order, &fresh).await.unwrap();
    let mut connection = desk.world.store.connection().await.unwrap();
    let kept = orders::session(&mut connection, &fresh.id).await.unwrap().unwrap();
    assert_eq!(kept.opened, Some(opened));
});

on_both!(an_open_order_is_not_taken_up_again_at_another_price, async |store: Store| {
    let desk = Desk::on(store).await;
    let raised = World::charging(&desk.world, 5_900, vec![Arc::<Puppet>::clone(&desk.puppet)]);
    let again = Desk::buys(&raised, HOME).await;
    assert_ne!(again.gift_id, desk.promised.gift_id);
});

on_both!(what_the_webhook_never_told_is_found_by_asking, async |store: Store| {
    let desk = Desk::on(store).await;
    let seen = desk.seen(Some("pi_1"), &[PAID]);
    desk.puppet.answers.lock().unwrap().push_back(seen);
    desk.world.pass(Duration::from_secs(30));
    assert_eq!(desk.world.shop.reconcile().await.unwrap().changed(), 1);
    assert_eq!(desk.gift().await, "purchased");
    assert_eq!(desk.world.shop.reconcile().await.unwrap().asked(), 0, "nobody asks today about what was paid");
});

on_both!(a_refund_whose_word_was_lost_is_found_within_two_days, async |store: Store| {
    let desk = Desk::on(store).await;
    desk.hears(desk.told("evt_1", "pi_1", &[PAID])).await;
    let seen = desk.seen(Some("pi_1"), &[PAID, ALL_BACK]);
    desk.puppet.answers.lock().unwrap().push_back(seen);
    desk.world.pass(A_DAY * 2);
    assert_eq!(desk.world.shop.reconcile().await.unwrap().changed(), 1);
    assert_eq!(desk.gift().await, "refunded");
    desk.world.pass(A_DAY * 30);
    assert_eq!(desk.world.shop.reconcile().await.unwrap().asked(), 0, "nothing is left to be asked");
});

on_both!(a_day_chosen_by_another_clock_comes_back_as_it_was_typed, async |store: Store| {
    let world = World::selling_at(store, vec![Arc::new(Puppet::default())]);
    let fields = GiftFields { deliver_on: "2026-12-24".into(), time_zone: "Pacific/Auckland".into(), ..fields() };
    let promised = world.shop.buy(&world.shop.read_purchase(&fields, HOME).await.unwrap(), HOME, None).await.unwrap();
    let mut connection = world.store.connection().await.unwrap();
    let session = orders::session(&mut connection, &promised.session_id).await.unwrap().unwrap();
    drop(connection);
    let token = gifts::order_token(&world.shop.secrets.current, &session.order_id, &session.id);
    let Canceled::NotPaid { fields: typed, .. } = world.shop.canceled(&token).await.unwrap() else { panic!("it was not paid") };
    assert_eq!((typed.deliver_on.as_str(), typed.time_zone.as_str()), ("2026-12-24", "Pacific/Auckland"));
    let again = world.shop.buy(&world.shop.read_purchase(&typed, HOME).await.unwrap(), HOME, None).await.unwrap();
    assert_eq!(again.gift_id, promised.gift_id, "what is sent again is the same purchase");
});
