//! A request with a key is done once, however often it comes, at once or later, and whatever dies in between. Each of them reads the
//! answer of the first.

use std::net::{IpAddr, Ipv4Addr};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use futures::future::{join_all, poll_fn};

use super::world::{Promise, Says, World, journey};
use crate::Error;
use crate::accounts::{Account, Role};
use crate::catalog::{Discount, PromoName, Tier};
use crate::gifts::GiftState;
use crate::shop::{GiftFields, GiftKey, NewPromoCode, Promised, Redeemed, Registration, RequestKey};

const FROM: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const BUYING: &str = "POST /v1/billing/gifts/checkout-session";
const REDEEMING: &str = "POST /v1/billing/gifts/redeem";
const SUBSCRIBING: &str = "POST /api/v1/billing/checkout";
const A_DAY: Duration = Duration::from_hours(24);

async fn account(world: &World, email: &str) -> Account {
    let registration = Registration::read(email, "thirty years and rain").unwrap();
    world.shop.create_account(&registration, Role::Person, true).await.unwrap()
}

fn asked(account: &Account, endpoint: &'static str, key: &str) -> RequestKey {
    RequestKey::new(account, endpoint, key, b"the body").unwrap()
}

/// Ada's gift to Bob, in which `promo_code` may take something off.
async fn bought(world: &World, request: &RequestKey, promo_code: &str) -> crate::Result<Promised> {
    let fields = GiftFields {
        tier: "member".into(),
        duration_months: "3".into(),
        recipient_name: "Bob".into(),
        recipient_email: "bob@example.com".into(),
        buyer_email: "ada@example.com".into(),
        promo_code: promo_code.into(),
        ..GiftFields::default()
    };
    let purchase = world.shop.read_purchase(&fields, FROM).await?;
    world.shop.buy(&purchase, FROM, Some(request)).await
}

async fn redeemed(world: &World, request: &RequestKey, promise: &Promise, account: &Account) -> crate::Result<Redeemed> {
    let code = world.gift(promise).await.code(world.secrets()).unwrap();
    world.shop.redeem_typed(&GiftKey::Code { code, proof: None }, account, FROM, Some(request)).await
}

/// All that a program is told of a purchase.
fn told(promised: &Promised) -> String {
    let Promised { gift_id, code, session_id, url, is_settled } = promised;
    format!("{gift_id} {} {session_id} {url} {is_settled}", code.reveal())
}

/// The server that works on it dies at its n-th step.
async fn dies_at<T>(step: usize, work: impl Future<Output = T>) {
    let mut work = pin!(work);
    let mut left = step;
    poll_fn(|context| {
        if left == 0 || work.as_mut().poll(context).is_ready() {
            return Poll::Ready(());
        }
        left -= 1;
        Poll::Pending
    })
    .await;
}

journey!(fifty_at_once_buy_one_gift_and_read_one_answer, async |world: &World| {
    let request = asked(&account(world, "ada@example.com").await, BUYING, "order-17");
    let answers = join_all((0..50).map(|_| bought(world, &request, ""))).await;
    let told: Vec<String> = answers.iter().map(|answer| told(answer.as_ref().unwrap())).collect();
    assert_eq!(told, vec![told[0].clone(); 50]);
    assert_eq!((world.count("orders").await, world.count("gifts").await, world.count("checkout_sessions").await), (1, 1, 1));
});

journey!(fifty_at_once_redeem_once_and_read_one_answer, async |world: &World| {
    let promise = world.mailed().await;
    let bob = account(world, "bob@example.com").await;
    let request = asked(&bob, REDEEMING, "redeem-17");
    let answers = join_all((0..50).map(|_| redeemed(world, &request, &promise, &bob))).await;
    let first = answers[0].as_ref().unwrap();
    for answer in &answers {
        let Redeemed { gift, grant } = answer.as_ref().unwrap();
        assert_eq!((&gift.id, &gift.state, grant), (&first.gift.id, &first.gift.state, &first.grant));
    }
    assert_eq!(world.count("grants").await, 1);
    world.send_outbox().await;
});

journey!(fifty_at_once_lead_to_one_subscription, async |world: &World| {
    let ada = account(world, "ada@example.com").await;
    let request = asked(&ada, SUBSCRIBING, "subscribe-17");
    let answers = join_all((0..50).map(|_| world.shop.subscribe(&ada, Tier::Member, None, FROM, Some(&request)))).await;
    let urls: Vec<String> = answers.into_iter().map(|url| url.unwrap().to_string()).collect();
    assert_eq!(urls, vec![urls[0].clone(); 50]);
    assert_eq!((world.count("orders").await, world.count("subscriptions").await), (1, 1));
});

journey!(a_server_that_dies_at_any_step_leaves_all_of_it_or_nothing, async |world: &World| {
    let ada = account(world, "ada@example.com").await;
    for step in 1..=24 {
        let request = asked(&ada, BUYING, &format!("order-{step}"));
        dies_at(step, Box::pin(bought(world, &request, ""))).await;
        let first = bought(world, &request, "").await.unwrap();
        let again = bought(world, &request, "").await.unwrap();
        assert_eq!(told(&again), told(&first), "step {step}");
        assert_eq!(world.count("gifts").await, step, "step {step}");
        assert_eq!(world.count("orders").await, step, "step {step}");
    }
});

journey!(a_redeemer_whose_server_died_at_any_step_reads_that_it_is_theirs, async |world: &World| {
    let bob = account(world, "bob@example.com").await;
    for step in 1..=16 {
        let promise = world.promised().await;
        world.provider_says(&promise, Says::Paid).await;
        world.send_outbox().await;
        let request = asked(&bob, REDEEMING, &format!("redeem-{step}"));
        dies_at(step, redeemed(world, &request, &promise, &bob)).await;
        redeemed(world, &request, &promise, &bob).await.unwrap();
        assert_eq!(world.count("grants").await, step);
        world.send_outbox().await;
    }
});

journey!(a_payment_page_that_could_not_be_opened_is_opened_for_the_same_gift, async |world: &World| {
    let request = asked(&account(world, "ada@example.com").await, BUYING, "order-17");
    world.stripe.goes_away();
    assert!(matches!(bought(world, &request, "").await, Err(Error::ProviderUnavailable(_))));
    world.stripe.comes_back();
    let first = bought(world, &request, "").await.unwrap();
    assert_eq!(told(&bought(world, &request, "").await.unwrap()), told(&first));
    assert_eq!((world.count("orders").await, world.stripe.hosted().len()), (1, 1));
});

journey!(a_purchase_is_answered_as_it_was_promised_whatever_became_of_it, async |world: &World| {
    let request = asked(&account(world, "ada@example.com").await, BUYING, "order-17");
    let first = bought(world, &request, "").await.unwrap();
    let promise = Promise::at(first.url.as_str());
    world.provider_says(&promise, Says::Paid).await;
    world.send_outbox().await;
    assert_eq!(told(&bought(world, &request, "").await.unwrap()), told(&first), "paid");
    world.redeems_the_mail_to("bob@example.com").await;
    world.provider_says(&promise, Says::Refunded).await;
    world.send_outbox().await;
    assert_eq!(told(&bought(world, &request, "").await.unwrap()), told(&first), "redeemed and refunded");
    assert_eq!(world.count("orders").await, 1);
});

journey!(a_gift_that_costs_nothing_is_given_once, async |world: &World| {
    let all_of_it = NewPromoCode {
        name: PromoName::parse("FREE").unwrap(),
        discount: Discount::Percent(100.try_into().unwrap()),
        tiers: Vec::new(),
        first_day: None,
        last_day: None,
        uses_max: None,
    };
    world.shop.create_promo_code(&all_of_it).await.unwrap();
    let request = asked(&account(world, "ada@example.com").await, BUYING, "order-17");
    let first = bought(world, &request, "FREE").await.unwrap();
    world.send_outbox().await;
    world.pass(Duration::from_hours(1));
    assert_eq!(told(&bought(world, &request, "FREE").await.unwrap()), told(&first));
    assert!(first.is_settled);
    assert_eq!((world.count("gifts").await, world.mails_to("bob@example.com").len()), (1, 1));
});

journey!(a_redeemed_gift_is_answered_as_it_was_whatever_became_of_it, async |world: &World| {
    let promise = world.mailed().await;
    let bob = account(world, "bob@example.com").await;
    let request = asked(&bob, REDEEMING, "redeem-17");
    let first = redeemed(world, &request, &promise, &bob).await.unwrap();
    world.provider_says(&promise, Says::Refunded).await;
    world.send_outbox().await;
    let again = redeemed(world, &request, &promise, &bob).await.unwrap();
    assert_eq!((again.gift.state, again.grant), (first.gift.state, first.grant));
    assert!(matches!(world.gift(&promise).await.state, GiftState::Refunded { .. }));
    let with_another_key = redeemed(world, &asked(&bob, REDEEMING, "redeem-18"), &promise, &bob).await;
    assert!(matches!(with_another_key, Err(Error::GiftNotRedeemable)), "{with_another_key:?}");
});

journey!(two_keys_are_two_purchases_though_their_fields_are_equal, async |world: &World| {
    let ada = account(world, "ada@example.com").await;
    let one = bought(world, &asked(&ada, BUYING, "order-17"), "").await.unwrap();
    let other = bought(world, &asked(&ada, BUYING, "order-18"), "").await.unwrap();
    assert_ne!(one.gift_id, other.gift_id);
});

journey!(a_key_is_its_accounts_and_its_endpoints_own, async |world: &World| {
    let (ada, carl) = (account(world, "ada@example.com").await, account(world, "carl@example.com").await);
    let adas = bought(world, &asked(&ada, BUYING, "17"), "").await.unwrap();
    let carls = bought(world, &asked(&carl, BUYING, "17"), "").await.unwrap();
    assert_ne!(adas.gift_id, carls.gift_id);
    let subscribed = world.shop.subscribe(&ada, Tier::Member, None, FROM, Some(&asked(&ada, SUBSCRIBING, "17"))).await.unwrap();
    assert_ne!(subscribed, adas.url);
});

journey!(a_key_with_another_body_is_refused_and_does_nothing, async |world: &World| {
    let ada = account(world, "ada@example.com").await;
    let first = bought(world, &asked(&ada, BUYING, "order-17"), "").await.unwrap();
    let other = RequestKey::new(&ada, BUYING, "order-17", b"another body").unwrap();
    let refused = bought(world, &other, "").await;
    assert!(matches!(refused, Err(Error::IdempotencyKeyReused)), "{refused:?}");
    assert_eq!(world.count("orders").await, 1);
    assert_eq!(told(&bought(world, &asked(&ada, BUYING, "order-17"), "").await.unwrap()), told(&first));
});

journey!(a_refusal_stays_the_answer_of_its_key_and_no_other, async |world: &World| {
    let promise = world.promised().await;
    let bob = account(world, "bob@example.com").await;
    let request = asked(&bob, REDEEMING, "redeem-17");
    for _ in 0..2 {
        assert!(matches!(redeemed(world, &request, &promise, &bob).await, Err(Error::GiftNotRedeemable)));
        world.provider_says(&promise, Says::Paid).await;
        world.send_outbox().await;
    }
    redeemed(world, &asked(&bob, REDEEMING, "redeem-18"), &promise, &bob).await.unwrap();
    world.send_outbox().await;
});

journey!(a_day_later_the_key_is_free_and_its_row_is_gone, async |world: &World| {
    let request = asked(&account(world, "ada@example.com").await, BUYING, "order-17");
    let first = bought(world, &request, "").await.unwrap();
    world.pass(A_DAY.checked_sub(Duration::from_millis(1)).unwrap());
    world.shop.clear_away().await.unwrap();
    assert_eq!(told(&bought(world, &request, "").await.unwrap()), told(&first));
    world.pass(Duration::from_millis(1));
    let next = bought(world, &request, "").await.unwrap();
    assert_ne!(next.gift_id, first.gift_id);
    assert_eq!(told(&bought(world, &request, "").await.unwrap()), told(&next));
    world.pass(A_DAY);
    world.shop.clear_away().await.unwrap();
    assert_eq!(world.count("idempotency_keys").await, 0);
});

journey!(what_is_kept_holds_no_key_no_code_and_no_address, async |world: &World| {
    let ada = account(world, "ada@example.com").await;
    let promised = bought(world, &asked(&ada, BUYING, "order-17"), "").await.unwrap();
    assert!(bought(world, &asked(&ada, BUYING, "order-18"), "UNKNOWN").await.is_err());
    let columns = "coalesce(made, '') || coalesce(refused, '') || key_digest || body_digest";
    let kept = world.column(&format!("select {columns} from idempotency_keys")).await;
    assert_eq!(kept.len(), 2, "what was made, and what was refused");
    for secret in ["order-17", promised.code.reveal(), "example.com", "the body"] {
        assert!(!kept.concat().contains(secret), "{secret} in {kept:?}");
    }
});
