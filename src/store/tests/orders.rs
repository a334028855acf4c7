//! Orders and their checkout sessions.

use std::time::Duration;

use super::things::{LATER, NOW, order, session};
use crate::checkout::{ClientUrls, Opened, Order, OrderState, PaymentId, ProviderName, ProviderSessionId};
use crate::store::testing::on_both;
use crate::store::{Error, Store, orders};
use crate::values::OrderId;

on_both!(an_order_is_read_as_it_was_written_in_every_state, async |store: Store| {
    let mut connection = store.connection().await.unwrap();
    for state in [
        OrderState::OPEN,
        OrderState::Open { under_way_since: Some(NOW) },
        OrderState::Paid { paid_at: LATER },
        OrderState::PartiallyRefunded { paid_at: LATER },
        OrderState::Refunded { refunded_at: LATER },
        OrderState::Disputed { disputed_at: LATER, paid_at: None, settled: false },
        OrderState::Disputed { disputed_at: LATER, paid_at: Some(NOW), settled: true },
        OrderState::Expired { ended_at: LATER },
        OrderState::Failed { ended_at: LATER },
    ] {
        let new = order();
        let written = Order { state: state.clone(), refunded_minor: 5, payment: Some(PaymentId(format!("pi_{}", new.id))), ..new };
        orders::insert(&mut connection, &written, None).await.unwrap();
        assert_eq!(orders::find(&mut connection, &written.id).await.unwrap(), Some(written.clone()));
        // The same state again, come to by a change.
        let open = order();
        orders::insert(&mut connection, &open, None).await.unwrap();
        orders::advance(&mut connection, &open, &Order { state: state.clone(), ..open.clone() }).await.unwrap();
        let changed = orders::find(&mut connection, &open.id).await.unwrap().unwrap();
        assert_eq!((changed.state, changed.version), (state, 2));
    }
    let unknown: OrderId = "order_zzzzzzzzzzzzzzzz".parse().unwrap();
    assert_eq!(orders::find(&mut connection, &unknown).await.unwrap(), None);
});

on_both!(of_two_changes_of_one_order_the_second_is_stale, async |store: Store| {
    let mut connection = store.connection().await.unwrap();
    let open = order();
    orders::insert(&mut connection, &open, None).await.unwrap();
    let paid = Order { state: OrderState::Paid { paid_at: LATER }, ..open.clone() };
    orders::advance(&mut connection, &open, &paid).await.unwrap();
    let expired = Order { state: OrderState::Expired { ended_at: LATER }, ..open.clone() };
    assert!(matches!(orders::advance(&mut connection, &open, &expired).await, Err(Error::Stale)));
    assert_eq!(orders::find(&mut connection, &open.id).await.unwrap().unwrap().state, paid.state);
});

on_both!(an_order_that_was_replaced_is_found_by_its_form_no_more, async |store: Store| {
    let mut connection = store.connection().await.unwrap();
    let (first, second) = (order(), order());
    orders::insert(&mut connection, &first, Some("same")).await.unwrap();
    orders::insert(&mut connection, &second, Some("other")).await.unwrap();
    orders::replace(&mut connection, &first, &second.id).await.unwrap();
    assert!(matches!(orders::replace(&mut connection, &first, &second.id).await, Err(Error::Stale)));
    let replaced = orders::find(&mut connection, &first.id).await.unwrap().unwrap();
    assert_eq!(replaced, Order { version: 2, replaced_by: Some(second.id), ..first });
    assert_eq!(orders::open_by_fingerprint(&mut connection, "same").await.unwrap(), None);
    orders::insert(&mut connection, &order(), Some("same")).await.unwrap();
});

on_both!(the_same_purchase_has_one_open_order, async |store: Store| {
    let mut connection = store.connection().await.unwrap();
    let first = order();
    orders::insert(&mut connection, &first, Some("same")).await.unwrap();
    assert!(matches!(orders::insert(&mut connection, &order(), Some("same")).await, Err(Error::Duplicate)));
    assert_eq!(orders::open_by_fingerprint(&mut connection, "same").await.unwrap(), Some(first.clone()));
    let paid = Order { state: OrderState::Paid { paid_at: LATER }, ..first.clone() };
    orders::advance(&mut connection, &first, &paid).await.unwrap();
    assert_eq!(orders::open_by_fingerprint(&mut connection, "same").await.unwrap(), None);
    // Somebody may well give the same thing twice.
    orders::insert(&mut connection, &order(), Some("same")).await.unwrap();
});

on_both!(an_order_is_found_by_its_payment_at_its_provider, async |store: Store| {
    let mut connection = store.connection().await.unwrap();
    let payment = PaymentId("pi_1".to_owned());
    let written = Order { payment: Some(payment.clone()), ..order() };
    orders::insert(&mut connection, &written, None).await.unwrap();
    assert_eq!(orders::by_payment(&mut connection, ProviderName::Stripe, &payment).await.unwrap(), Some(written));
    assert_eq!(orders::by_payment(&mut connection, ProviderName::Creem, &payment).await.unwrap(), None);
});

on_both!(a_session_is_read_as_it_was_written_and_opened_once, async |store: Store| {
    let mut connection = store.connection().await.unwrap();
    let order = order();
    orders::insert(&mut connection, &order, None).await.unwrap();
    let urls = ClientUrls { success: "https://a.example/ok".parse().unwrap(), cancel: "https://a.example/no".parse().unwrap() };
    let mut promised = session(&order);
    promised.client_urls = Some(urls);
    orders::insert_session(&mut connection, &promised).await.unwrap();
    assert_eq!(orders::session(&mut connection, &promised.id).await.unwrap(), Some(promised.clone()));

    let provider_id = ProviderSessionId("cs_test_1".to_owned());
    let opened = Opened { provider_id: provider_id.clone(), url: "https://pay.example/c/1#f".parse().unwrap() };
    let after = promised.opened(opened, Some(LATER));
    orders::advance_session(&mut connection, &promised, &after).await.unwrap();
    assert!(matches!(orders::advance_session(&mut connection, &promised, &after).await, Err(Error::Stale)));
    let found = orders::session_by_provider_id(&mut connection, ProviderName::Stripe, &provider_id).await.unwrap().unwrap();
    assert_eq!((found.opened, found.expires_at, found.version), (after.opened, LATER, 2));
    assert_eq!(orders::session_by_provider_id(&mut connection, ProviderName::Creem, &provider_id).await.unwrap(), None);
});

on_both!(the_last_session_of_an_order_is_the_newest, async |store: Store| {
    let mut connection = store.connection().await.unwrap();
    let order = order();
    orders::insert(&mut connection, &order, None).await.unwrap();
    assert_eq!(orders::last_session(&mut connection, &order.id).await.unwrap(), None);
    let first = session(&order);
    let mut second = session(&order);
    second.created_at = LATER;
    orders::insert_session(&mut connection, &second).await.unwrap();
    orders::insert_session(&mut connection, &first).await.unwrap();
    assert_eq!(orders::last_session(&mut connection, &order.id).await.unwrap(), Some(second));
});

on_both!(sessions_are_asked_about_when_they_are_due_longest_overdue_first, async |store: Store| {
    let mut connection = store.connection().await.unwrap();
    let order = order();
    orders::insert(&mut connection, &order, None).await.unwrap();
    let (mut late, mut later, mut settled) = (session(&order), session(&order), session(&order));
    (late.next_check_at, later.next_check_at, settled.next_check_at) = (Some(NOW), Some(LATER), None);
    for session in [&later, &late, &settled] {
        orders::insert_session(&mut connection, session).await.unwrap();
    }
    assert_eq!(orders::sessions_to_check(&mut connection, NOW, 9).await.unwrap(), [late.clone()]);
    let all = orders::sessions_to_check(&mut connection, LATER.plus(Duration::from_secs(1)), 9).await.unwrap();
    assert_eq!(all, [late.clone(), later]);
    assert_eq!(orders::sessions_to_check(&mut connection, LATER, 1).await.unwrap(), [late]);
});
