//! What the providers told us.

use super::things::{Counted, LATER, NOW, order};
use crate::checkout::{Fact, Mode, PaymentId, ProviderEvent, ProviderName, ProviderSessionId};
use crate::store::testing::on_both;
use crate::store::{Error, Store, orders, provider_events};
use crate::values::{Currency, EventId, Money, Timestamp};

fn event(id: Option<&str>, occurred_at: Timestamp) -> ProviderEvent {
    let sum = Money::new(17_280, Currency::EUR);
    ProviderEvent {
        provider: ProviderName::Stripe,
        mode: Mode::Test,
        event_id: id.map(str::to_owned),
        kind: "charge.refunded".to_owned(),
        session: Some(ProviderSessionId("cs_1".to_owned())),
        payment: Some(PaymentId("pi_1".to_owned())),
        subscription: None,
        order_id: None,
        occurred_at,
        facts: vec![Fact::Paid { amount: sum }, Fact::Refunded { total: sum, whole: true }, Fact::DisputeWon],
    }
}

on_both!(an_event_is_recorded_once, async |store: Store| {
    let mut connection = store.connection().await.unwrap();
    let told = event(Some("evt_1"), NOW);
    provider_events::insert(&mut connection, &EventId::random(&Counted), &told, LATER, Some(LATER)).await.unwrap();
    let again = provider_events::insert(&mut connection, &EventId::random(&Counted), &told, LATER, None).await;
    assert!(matches!(again, Err(Error::Duplicate)));
    assert!(provider_events::is_known(&mut connection, ProviderName::Stripe, "evt_1").await.unwrap());
    assert!(!provider_events::is_known(&mut connection, ProviderName::Creem, "evt_1").await.unwrap());
    // What we read by asking has no id, and may be read again and again.
    for _ in 0..2 {
        provider_events::insert(&mut connection, &EventId::random(&Counted), &event(None, NOW), LATER, Some(LATER)).await.unwrap();
    }
});

on_both!(events_wait_for_their_payment_in_the_order_in_which_they_happened, async |store: Store| {
    let mut connection = store.connection().await.unwrap();
    let order = order();
    orders::insert(&mut connection, &order, None).await.unwrap();
    let second = ProviderEvent { order_id: Some(order.id), ..event(Some("evt_2"), LATER) };
    let first = event(Some("evt_1"), NOW);
    let applied = event(Some("evt_0"), NOW);
    for (told, applied_at) in [(&second, None), (&first, None), (&applied, Some(LATER))] {
        provider_events::insert(&mut connection, &EventId::random(&Counted), told, LATER, applied_at).await.unwrap();
    }
    let payment = PaymentId("pi_1".to_owned());
    let waiting = provider_events::waiting_for(&mut connection, ProviderName::Stripe, &payment).await.unwrap();
    assert_eq!(waiting.iter().map(|(_, told)| told).collect::<Vec<_>>(), [&first, &second]);
    let (id, _) = waiting.first().unwrap();
    provider_events::mark_applied(&mut connection, id, LATER).await.unwrap();
    let waiting = provider_events::waiting_for(&mut connection, ProviderName::Stripe, &payment).await.unwrap();
    assert_eq!(waiting.iter().map(|(_, told)| told).collect::<Vec<_>>(), [&second]);
});
