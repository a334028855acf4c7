//! Promo codes, and the count of their uses.

use super::things::{LATER, NOW, order};
use crate::catalog::{Discount, PromoCode, PromoName, Tier};
use crate::checkout::Order;
use crate::store::testing::on_both;
use crate::store::{Error, Store, orders, promo_codes};
use crate::values::{Currency, Money, Timestamp};

fn name(text: &str) -> PromoName {
    PromoName::parse(text).unwrap()
}

fn code(text: &str) -> PromoCode {
    PromoCode {
        name: name(text),
        discount: Discount::Percent(10.try_into().unwrap()),
        tiers: vec![Tier::Founder],
        starts_at: Some(NOW),
        ends_at: Some(LATER),
        uses_max: Some(2),
        uses: 0,
        created_at: NOW,
    }
}

async fn uses(store: &Store, text: &str) -> i64 {
    promo_codes::find(&mut store.connection().await.unwrap(), &name(text)).await.unwrap().unwrap().uses
}

on_both!(a_code_is_read_as_it_was_written, async |store: Store| {
    let mut connection = store.connection().await.unwrap();
    let narrow = code("NARROW");
    let wide = PromoCode {
        discount: Discount::Amount(Money::new(500, Currency::EUR)),
        tiers: vec![],
        starts_at: None,
        ends_at: None,
        uses_max: None,
        created_at: LATER,
        ..code("WIDE")
    };
    for written in [&narrow, &wide] {
        promo_codes::insert(&mut connection, written).await.unwrap();
        assert_eq!(promo_codes::find(&mut connection, &written.name).await.unwrap().as_ref(), Some(written));
    }
    assert!(matches!(promo_codes::insert(&mut connection, &narrow).await, Err(Error::Duplicate)));
    assert_eq!(promo_codes::all(&mut connection).await.unwrap(), [wide, narrow]);
    assert_eq!(promo_codes::find(&mut connection, &name("UNKNOWN")).await.unwrap(), None);
});

on_both!(a_use_is_reserved_up_to_the_limit_given_back_and_honoured_above_it, async |store: Store| {
    let mut connection = store.connection().await.unwrap();
    promo_codes::insert(&mut connection, &code("TWICE")).await.unwrap();
    for _ in 0..2 {
        promo_codes::reserve(&mut connection, &name("TWICE"), NOW).await.unwrap();
    }
    assert!(matches!(promo_codes::reserve(&mut connection, &name("TWICE"), NOW).await, Err(Error::Stale)));
    promo_codes::release(&mut connection, &name("TWICE")).await.unwrap();
    promo_codes::reserve(&mut connection, &name("TWICE"), NOW).await.unwrap();
    promo_codes::honour(&mut connection, &name("TWICE")).await.unwrap();
    assert_eq!(uses(&store, "TWICE").await, 3);
    assert!(matches!(promo_codes::release(&mut connection, &name("UNKNOWN")).await, Err(Error::Stale)));
});

on_both!(of_fifty_at_once_as_many_get_a_use_as_there_are, async |store: Store| {
    let seven = PromoCode { uses_max: Some(7), ..code("SEVEN") };
    promo_codes::insert(&mut store.connection().await.unwrap(), &seven).await.unwrap();
    let one = async || promo_codes::reserve(&mut store.connection().await.unwrap(), &name("SEVEN"), NOW).await;
    let reserved = futures::future::join_all((0..50).map(|_| one())).await;
    assert_eq!(reserved.iter().filter(|reserved| reserved.is_ok()).count(), 7);
    assert!(reserved.iter().all(|reserved| matches!(reserved, Ok(()) | Err(Error::Stale))), "{reserved:?}");
    assert_eq!(uses(&store, "SEVEN").await, 7);
});

on_both!(a_code_ends_once_and_from_then_on_no_use_is_reserved, async |store: Store| {
    let mut connection = store.connection().await.unwrap();
    promo_codes::insert(&mut connection, &code("SPRING")).await.unwrap();
    let moment = Timestamp::from_millis(NOW.millis() + 1);
    promo_codes::end(&mut connection, &name("SPRING"), moment).await.unwrap();
    let ended = promo_codes::find(&mut connection, &name("SPRING")).await.unwrap().unwrap();
    assert_eq!(ended.ends_at, Some(moment));
    assert!(matches!(promo_codes::end(&mut connection, &name("SPRING"), LATER).await, Err(Error::Stale)));
    assert!(matches!(promo_codes::reserve(&mut connection, &name("SPRING"), moment).await, Err(Error::Stale)));
    promo_codes::reserve(&mut connection, &name("SPRING"), NOW).await.unwrap();
});

on_both!(an_order_remembers_its_code, async |store: Store| {
    let mut connection = store.connection().await.unwrap();
    promo_codes::insert(&mut connection, &code("SPRING")).await.unwrap();
    let written = Order { promo_code: Some(name("SPRING")), ..order() };
    orders::insert(&mut connection, &written, None).await.unwrap();
    assert_eq!(orders::find(&mut connection, &written.id).await.unwrap(), Some(written));
    let unknown = Order { promo_code: Some(name("UNKNOWN")), ..order() };
    assert!(orders::insert(&mut connection, &unknown, None).await.is_err(), "a code that there never was");
});

on_both!(an_order_with_nothing_to_pay_is_found_by_its_form_for_a_while, async |store: Store| {
    let mut connection = store.connection().await.unwrap();
    let free = Order { total: Money::new(0, Currency::EUR), ..order() };
    orders::insert(&mut connection, &order(), Some("dear")).await.unwrap();
    orders::insert(&mut connection, &free, Some("free")).await.unwrap();
    let before = Timestamp::from_millis(NOW.millis() - 1);
    assert_eq!(orders::free_by_fingerprint(&mut connection, "free", before).await.unwrap(), Some(free));
    assert_eq!(orders::free_by_fingerprint(&mut connection, "free", NOW).await.unwrap(), None);
    assert_eq!(orders::free_by_fingerprint(&mut connection, "dear", before).await.unwrap(), None);
});
