//! `Idempotency-Key` on every POST. What the verbs make of it stands in `repeating`.

use futures::future::join_all;
use http::HeaderName;
use serde_json::{Value, json};

use super::{BILLING, CHECKOUT, REDEEM, ada, bought, gift, with};
use crate::tests::world::{Program, Says, World, journey};

const PRICE: &str = "/v1/billing/gifts/price";

fn keyed(program: &Program, key: &str) -> Program {
    program.with(HeaderName::from_static("idempotency-key"), key)
}

async fn of_every_endpoint(world: &World) -> [(Program, &'static str, Value, Value); 3] {
    let ada = ada(world).await;
    let subscriber = world.program("carl@example.com", "billing:checkout").await;
    let price = json!({ "tier": "member", "duration_months": 3 });
    [
        (ada.clone(), CHECKOUT, gift(), with(gift(), "recipient_name", "Robert")),
        (ada, PRICE, price.clone(), with(price, "duration_months", 6)),
        (subscriber, BILLING, json!({}), json!({ "success_url": "https://partner.example/welcome" })),
    ]
}

journey!(the_same_request_again_is_answered_the_same, async |world: &World| {
    for (program, path, body, _) in of_every_endpoint(world).await {
        let program = keyed(&program, "17");
        let first = program.posts(path, &body).await.is(200);
        let again = join_all((0..10).map(|_| program.posts(path, &body))).await;
        assert!(again.into_iter().all(|reply| reply.is(200).text == first.text), "{path}");
    }
    assert_eq!(world.count("orders").await, 2, "a gift and a subscription");
});

journey!(a_recipient_who_never_read_the_answer_reads_it, async |world: &World| {
    let (promise, answer) = bought(&ada(world).await).await;
    world.provider_says(&promise, Says::Paid).await;
    let bob = world.program("bob@example.com", "gifts:redeem").await;
    let body = json!({ "code": answer["code"], "recipient_email": "bob@example.com" });
    let first = keyed(&bob, "17").posts(REDEEM, &body).await.is(200);
    assert_eq!(keyed(&bob, "17").posts(REDEEM, &body).await.is(200).text, first.text);
    keyed(&bob, "18").posts(REDEEM, &body).await.refuses(409, "gift_already_redeemed");
    let no_code = with(body, "code", "no code at all");
    keyed(&bob, "17").posts(REDEEM, &no_code).await.refuses(400, "idempotency_key_reused");
    world.send_outbox().await;
});

journey!(another_body_under_the_same_key_does_nothing, async |world: &World| {
    for (program, path, body, other) in of_every_endpoint(world).await {
        let program = keyed(&program, "17");
        program.posts(path, &body).await.is(200);
        let before = world.dump().await;
        let refused = program.posts(path, &other).await;
        if path == BILLING {
            assert_eq!(refused.is(422).json()["detail"][0]["type"], "idempotency_key_reused");
        } else {
            refused.refuses(400, "idempotency_key_reused");
        }
        assert_eq!(world.dump().await, before, "{path}");
    }
});

journey!(what_is_no_key_is_refused_before_anything_is_done, async |world: &World| {
    for (program, path, body, _) in of_every_endpoint(world).await {
        for wrong in ["", "two words", &"k".repeat(256)] {
            let refused = keyed(&program, wrong).posts(path, &body).await;
            if path == BILLING {
                assert_eq!(refused.is(422).json()["detail"][0]["loc"], json!(["header", "idempotency-key"]));
            } else {
                refused.refuses(400, "idempotency_key_invalid");
            }
        }
        keyed(&keyed(&program, "17"), "18").posts(path, &body).await.is(if path == BILLING { 422 } else { 400 });
    }
    assert_eq!((world.count("orders").await, world.count("idempotency_keys").await), (0, 0));
});

journey!(a_key_is_no_way_around_a_token, async |world: &World| {
    keyed(&ada(world).await, "17").posts(CHECKOUT, &gift()).await.is(200);
    keyed(&world.stranger(), "17").posts(CHECKOUT, &gift()).await.refuses(401, "unauthorized");
});
