//! Which order an event is believed about, and what is still asked about a paid one.

use super::watching::can_be_refunded;
use super::*;
use crate::checkout::{Mode, OrderState, PaymentId, ProviderName};
use crate::shop::testing::World;
use crate::store::Store;
use crate::store::testing::on_both;
use crate::values::{Currency, Money};

const PAID: Fact = Fact::Paid { amount: Money::new(4_900, Currency::EUR) };

/// A payment that names no session, as Flowglad's don't, but the order.
fn payment_for(order: &Order, payment: &str, fact: Fact) -> ProviderEvent {
    ProviderEvent {
        provider: ProviderName::Flowglad,
        mode: Mode::Test,
        event_id: Some(format!("msg_{payment}_{}", fact.name())),
        kind: "payment".to_owned(),
        session: None,
        payment: Some(PaymentId(payment.to_owned())),
        subscription: None,
        order_id: Some(order.id.clone()),
        occurred_at: order.created_at,
        facts: vec![fact],
    }
}

async fn state_of(store: &Store, order: &Order) -> OrderState {
    orders::find(&mut store.connection().await.unwrap(), &order.id).await.unwrap().unwrap().state
}

on_both!(a_payment_that_names_no_session_settles_the_order_in_its_metadata, async |store: Store| {
    let world = World::on(store);
    let (order, gift) = world.promised_at(ProviderName::Flowglad).await;
    assert_eq!(world.shop.fulfil(&payment_for(&order, "pym_1", PAID)).await.unwrap(), Fulfilled::Applied);
    assert!(matches!(state_of(&world.store, &order).await, OrderState::Paid { .. }));
    let gift = store::gifts::find(&mut world.store.connection().await.unwrap(), &gift.id).await.unwrap().unwrap();
    assert_eq!(gift.state.name(), "purchased");
    assert_eq!(world.kinds_posted().await, ["receipt", "gift_for_you"]);
    assert_eq!(world.shop.fulfil(&payment_for(&order, "pym_1", PAID)).await.unwrap(), Fulfilled::Noted);
});

on_both!(metadata_alone_is_believed_of_no_other_provider_mode_or_news, async |store: Store| {
    let world = World::on(store);
    let (order, _) = world.promised_at(ProviderName::Flowglad).await;
    let paid = || payment_for(&order, "pym_1", PAID);
    let (elsewhere, live) = (ProviderName::Stripe, Mode::Live);
    for event in [
        ProviderEvent { provider: elsewhere, ..paid() },
        ProviderEvent { mode: live, event_id: Some("msg_live".to_owned()), ..paid() },
        payment_for(&order, "pym_2", Fact::Failed),
        payment_for(&order, "pym_3", Fact::Declined),
    ] {
        assert_eq!(world.shop.fulfil(&event).await.unwrap(), Fulfilled::Noted, "{event:?}");
        assert_eq!(state_of(&world.store, &order).await, OrderState::OPEN);
    }
    assert_eq!(world.shop.fulfil(&paid()).await.unwrap(), Fulfilled::Applied);
});

on_both!(a_refund_that_came_first_waits_for_the_payment_that_names_its_order, async |store: Store| {
    let world = World::on(store);
    let (order, gift) = world.promised_at(ProviderName::Flowglad).await;
    let refund = Fact::Refunded { total: Money::new(4_900, Currency::EUR), whole: true };
    assert_eq!(world.shop.fulfil(&payment_for(&order, "pym_1", refund)).await.unwrap(), Fulfilled::Noted);
    assert_eq!(world.shop.fulfil(&payment_for(&order, "pym_1", PAID)).await.unwrap(), Fulfilled::Applied);
    assert!(matches!(state_of(&world.store, &order).await, OrderState::Refunded { .. }));
    let gift = store::gifts::find(&mut world.store.connection().await.unwrap(), &gift.id).await.unwrap().unwrap();
    assert_eq!(gift.state.name(), "refunded");
});

#[test]
fn what_has_gone_back_whole_is_not_asked_about_any_more() {
    let refunded = |whole| Fact::Refunded { total: Money::new(100, Currency::EUR), whole };
    assert!(can_be_refunded(&[PAID]) && can_be_refunded(&[refunded(false), PAID]));
    assert!(!can_be_refunded(&[refunded(true), PAID]) && !can_be_refunded(&[Fact::Free]) && !can_be_refunded(&[Fact::Expired]));
}
