//! How programs are answered, whatever they ask.

use axum::body::Body;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, CONTENT_ENCODING, CONTENT_LENGTH,
    CONTENT_TYPE, COOKIE, ORIGIN,
};
use http::{Method, Request};

use tower::ServiceExt as _;

use super::{BILLING, CHECKOUT, REDEEM, ada, gift};
use crate::tests::world::{PARTNER, World, journey};

const CATALOG: &str = "/v1/catalog";
const ME: &str = "/v1/memberships/me";

journey!(where_nothing_stands_it_is_said_in_json, async |world: &World| {
    for path in ["/v1", "/v1/", "/v1/nothing", "/api", "/api/v2/billing", "/v1/billing/gifts/a/b", "/v1/billing/%ff"] {
        for method in [Method::GET, Method::POST] {
            let lost = world.stranger().asks(method, path, None, Vec::new()).await.refuses(404, "not_found");
            assert_eq!(lost.header("content-type"), "application/json", "{path}");
        }
    }
});

journey!(another_method_is_refused_with_those_that_are_allowed, async |world: &World| {
    let reading = [CATALOG, ME, "/v1/billing/gifts", "/v1/billing/gifts/gift_0123456789abcdef"];
    let writing = [CHECKOUT, REDEEM, BILLING, "/v1/billing/gifts/price"];
    for (paths, allowed) in [(reading, "GET,HEAD"), (writing, "POST")] {
        for path in paths {
            for method in [Method::DELETE, Method::PUT, Method::PATCH, Method::TRACE] {
                let refused = world.stranger().asks(method, path, None, Vec::new()).await.refuses(405, "method_not_allowed");
                assert_eq!(refused.header("allow"), allowed, "{path}");
            }
            let options = world.stranger().asks(Method::OPTIONS, path, None, Vec::new()).await.is(204);
            assert_eq!((options.header("allow").as_str(), options.text.as_str()), (allowed, ""), "{path}");
        }
    }
    world.stranger().gets(CHECKOUT).await.refuses(405, "method_not_allowed");
});

journey!(head_answers_as_get_without_the_body, async |world: &World| {
    let whole = world.stranger().gets(CATALOG).await.is(200);
    let head = world.stranger().asks(Method::HEAD, CATALOG, None, Vec::new()).await.is(200);
    assert_eq!((head.text.as_str(), head.header("content-type")), ("", whole.header("content-type")));
    world.stranger().asks(Method::HEAD, ME, None, Vec::new()).await.is(401);
});

journey!(every_answer_has_a_request_id_and_is_kept_by_nobody, async |world: &World| {
    let ada = ada(world).await;
    let mut ids = Vec::new();
    for reply in [
        ada.posts(CHECKOUT, &gift()).await.is(200),
        ada.gets("/v1/billing/gifts").await.is(200),
        world.stranger().gets(ME).await.is(401),
        ada.sends(CHECKOUT, "{").await.is(400),
        world.stranger().gets("/v1/nothing").await.is(404),
        ada.gets(CHECKOUT).await.is(405),
    ] {
        assert_eq!(reply.header("cache-control"), "no-store");
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        ids.push(reply.header("x-request-id"));
    }
    ids.sort_unstable();
    ids.dedup();
    assert!(ids.len() == 6 && ids.iter().all(|id| id.len() == 16), "{ids:?}");
});

journey!(another_type_is_refused, async |world: &World| {
    let ada = ada(world).await;
    let before = world.count("orders").await;
    let body = gift().to_string().into_bytes();
    for other in [
        None,
        Some("text/plain"),
        Some("application/x-www-form-urlencoded"),
        Some("application/json; charset=latin1"),
        Some("application/xml"),
    ] {
        for path in [CHECKOUT, REDEEM, BILLING] {
            let program = world
                .program(&format!("p{}@example.com", world.count("accounts").await), "gifts:purchase gifts:redeem billing:checkout")
                .await;
            let refused = program.asks(Method::POST, path, other, body.clone()).await.refuses(415, "unsupported_media_type");
            assert_eq!(refused.header("accept-post"), "application/json");
        }
    }
    let compressed = ada.with(CONTENT_ENCODING, "gzip").asks(Method::POST, CHECKOUT, Some("application/json"), body.clone()).await;
    compressed.refuses(415, "unsupported_media_type");
    let doubled = ada.with(CONTENT_TYPE, "text/plain").asks(Method::POST, CHECKOUT, Some("application/json"), body.clone()).await;
    doubled.refuses(415, "unsupported_media_type");
    assert_eq!(world.count("orders").await, before);
    ada.asks(Method::POST, CHECKOUT, Some("application/json; charset=UTF-8"), body).await.is(200);
});

journey!(a_program_is_answered_in_json_whatever_it_says_that_it_reads, async |world: &World| {
    let browser = world.signed_in("bea@example.com").await;
    let cookie = format!("ribbon={}", browser.cookie().unwrap());
    let foreign = world.stranger().with(COOKIE, &cookie).with(ORIGIN, "https://evil.example").with(ACCEPT, "text/html");
    foreign.posts(REDEEM, &gift()).await.refuses(403, "foreign_origin");
    let long = ada(world).await.with(ACCEPT, "text/html").with(CONTENT_LENGTH, "65537");
    long.sends(CHECKOUT, " ".repeat(65_537)).await.refuses(413, "too_large");
});

journey!(an_answer_is_compressed_for_whoever_takes_it, async |world: &World| {
    for encoding in ["gzip", "br"] {
        let request = Request::get(CATALOG).header(ACCEPT_ENCODING, encoding).body(Body::empty()).unwrap();
        let response = world.router.clone().oneshot(request).await.unwrap();
        assert_eq!(response.headers()[CONTENT_ENCODING], encoding);
    }
    assert_eq!(world.stranger().gets(CATALOG).await.header("content-encoding"), "");
});

journey!(scripts_of_listed_origins_may_ask_and_no_others, async |world: &World| {
    let listed = world.stranger().with(ORIGIN, PARTNER);
    let reply = listed.gets(CATALOG).await.is(200);
    assert_eq!((reply.header("access-control-allow-origin").as_str(), reply.header("vary").contains("origin")), (PARTNER, true));
    assert_eq!(reply.header("access-control-allow-credentials"), "", "cookies don't count there");
    let asks_first =
        listed.with(ACCESS_CONTROL_REQUEST_METHOD, "POST").with(ACCESS_CONTROL_REQUEST_HEADERS, "authorization,content-type");
    let preflight = asks_first.asks(Method::OPTIONS, CHECKOUT, None, Vec::new()).await.is(204);
    assert_eq!(preflight.header("access-control-allow-headers"), "authorization, content-type, idempotency-key");
    assert!(preflight.header("access-control-allow-methods").contains("POST"));
    for other in ["https://evil.example", "https://partner.example.evil.example", "null", "http://partner.example"] {
        let stranger = world.stranger().with(ORIGIN, other);
        assert_eq!(stranger.gets(CATALOG).await.is(200).header("access-control-allow-origin"), "", "{other}");
        let preflight =
            stranger.with(ACCESS_CONTROL_REQUEST_METHOD, "POST").asks(Method::OPTIONS, CHECKOUT, None, Vec::new()).await;
        assert_eq!(preflight.header("access-control-allow-methods"), "", "{other}");
    }
    let program = ada(world).await.with(ORIGIN, PARTNER);
    program.posts(CHECKOUT, &gift()).await.is(200);
});

journey!(a_token_counts_where_a_cookie_does_not, async |world: &World| {
    let browser = world.signed_in("bea@example.com").await;
    let cookie = format!("ribbon={}", browser.cookie().unwrap());
    let page = world.stranger().with(COOKIE, &cookie).with(ORIGIN, "http://localhost:3000");
    page.posts(CHECKOUT, &gift()).await.refuses(401, "unauthorized");
    let foreign = world.stranger().with(COOKIE, &cookie).with(ORIGIN, "https://evil.example").with(ACCEPT, "*/*");
    foreign.posts(CHECKOUT, &gift()).await.refuses(403, "foreign_origin");
    let both = ada(world).await.with(COOKIE, &cookie).with(ORIGIN, "https://evil.example").with(CONTENT_TYPE, "application/json");
    both.asks(Method::POST, CHECKOUT, None, gift().to_string().into_bytes()).await.is(200);
});

journey!(the_limit_on_checkouts_is_told_before_it_is_met, async |world: &World| {
    let ada = ada(world).await;
    let first = ada.posts(CHECKOUT, &gift()).await.is(200);
    assert_eq!(first.header("ratelimit-policy"), "\"checkouts\";q=300;w=3600");
    assert_eq!(first.header("ratelimit"), "\"checkouts\";r=299;t=3600");
    for _ in 1..300 {
        ada.posts(CHECKOUT, &gift()).await.is(200);
    }
    let refused = ada.posts(CHECKOUT, &gift()).await.refuses(429, "too_many_attempts");
    assert_eq!(
        (refused.header("retry-after").as_str(), refused.header("ratelimit").as_str()),
        ("3600", "\"checkouts\";r=0;t=3600")
    );
});
