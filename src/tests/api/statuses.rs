//! Every status and every tag that the description of the API promises is provoked, and no other is answered: the list is the
//! description's own, so that an endpoint or a refusal cannot be added to it without being shown here.

use std::collections::BTreeSet;

use http::Method;
use http::header::{AUTHORIZATION, COOKIE, HeaderName, ORIGIN};
use serde_json::{Value, json};

use super::{BILLING, CHECKOUT, REDEEM, gift, with};
use crate::accounts::TokenSecret;
use crate::api::describe;
use crate::catalog::Catalog;
use crate::store::Engine;
use crate::store::testing::Scratch;
use crate::tests::specs::{Document, Reading};
use crate::tests::world::{PARTNER, Program, Promise, Reply, SHOP, Says, World};
use crate::values::Entropy;

const GIFTS: &str = "/v1/billing/gifts";
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
const EVERYTHING: &str = "gifts:purchase gifts:redeem gifts:read billing:checkout memberships:read";

/// An endpoint as the description has it, and a request that it takes.
struct Endpoint {
    method: Method,
    /// As the description writes it.
    template: String,
    path: String,
    body: Option<Value>,
    scope: Option<String>,
}

/// What was answered so far, each answer held against its schema.
struct Witness {
    description: Document,
    /// Method and path, status, and the tag, which is empty for a success and where errors have another form.
    seen: BTreeSet<(String, u16, String)>,
}

impl Endpoint {
    /// All of them. `reference` and `code` are of a gift that waits for Bob.
    fn all(description: &Value, reference: &str, code: &str) -> Vec<Self> {
        // Reports about mail are signed, and shown where mail is delivered.
        let paths = description["paths"].as_object().unwrap().iter().filter(|(template, _)| !template.starts_with("/webhooks/"));
        let all = paths.flat_map(|(template, methods)| {
            methods.as_object().unwrap().iter().map(move |(method, operation)| Self {
                method: method.to_uppercase().parse().unwrap(),
                template: template.clone(),
                path: template.replace("{reference}", reference),
                body: operation.get("requestBody").map(|_| legal_body(template, code)),
                scope: operation.pointer("/security/0/bearer/0").map(|scope| scope.as_str().unwrap().to_owned()),
            })
        });
        all.collect()
    }

    fn name(&self) -> String {
        format!("{} {}", self.method, self.template)
    }

    async fn asked_by(&self, program: &Program) -> Reply {
        match &self.body {
            Some(body) => program.posts(&self.path, body).await,
            None => program.asks(self.method.clone(), &self.path, None, Vec::new()).await,
        }
    }
}

fn legal_body(template: &str, code: &str) -> Value {
    match template {
        CHECKOUT => gift(),
        REDEEM => json!({ "code": code, "recipient_email": "bob@example.com" }),
        "/v1/billing/gifts/price" => json!({ "tier": "member", "duration_months": 3 }),
        BILLING => json!({}),
        other => panic!("{other} takes a body: say which"),
    }
}

impl Witness {
    fn saw(&mut self, endpoint: &Endpoint, reply: &Reply) {
        let name = endpoint.name();
        let answer = self.description.answer(endpoint.method.as_str(), &endpoint.template, reply.status);
        let place = answer.unwrap_or_else(|| panic!("{name} is not said to answer {}: {}", reply.status, reply.text));
        let json = reply.json();
        assert_eq!(self.description.errors(&place, Reading::Strict, &json), [""; 0], "{name} {}: {json}", reply.status);
        self.seen.insert((name, reply.status, json["error"].as_str().unwrap_or_default().to_owned()));
    }
}

/// What the description promises.
fn promised(description: &Value) -> BTreeSet<(String, u16, String)> {
    let mut promised = BTreeSet::new();
    for endpoint in Endpoint::all(description, "{reference}", "") {
        let operation = &description["paths"][&endpoint.template][endpoint.method.as_str().to_lowercase()];
        for (status, response) in operation["responses"].as_object().unwrap() {
            let examples = response.pointer("/content/application~1json/examples").and_then(Value::as_object);
            let tags: Vec<String> = examples.map_or_else(|| vec![String::new()], |tags| tags.keys().cloned().collect());
            promised.extend(tags.into_iter().map(|tag| (endpoint.name(), status.parse().unwrap(), tag)));
        }
    }
    promised
}

/// A program that shows this as its token.
fn showing(world: &World, token: &str) -> Program {
    world.stranger().with(AUTHORIZATION, &format!("Bearer {token}"))
}

/// A token that looks like one, and that nobody has.
fn guess(byte: u8) -> TokenSecret {
    struct Only(u8);
    impl Entropy for Only {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }
    TokenSecret::random(&Only(byte))
}

async fn change(world: &World, sql: &'static str) {
    sqlx::query(sql).execute(&mut *world.store.connection().await.unwrap()).await.unwrap();
}

async fn every_status_is_provoked(engine: Engine) {
    let scratch = Scratch::on(engine).await;
    let world = World::on(scratch.store.clone()).await;
    let description = describe("Ribbon", SHOP);
    let (ada, bob) = (world.program("ada@example.com", EVERYTHING).await, world.program("bob@example.com", EVERYTHING).await);
    let bought = ada.posts(CHECKOUT, &gift()).await.is(200).json();
    world.provider_says(&Promise::at(bought["url"].as_str().unwrap()), Says::Paid).await;
    let (reference, code) = (bought["reference"].as_str().unwrap(), bought["code"].as_str().unwrap());
    let endpoints = Endpoint::all(&description, reference, code);
    let at = |template: &str| endpoints.iter().find(|endpoint| endpoint.template == template).unwrap();
    let mut witness = Witness { description: Document::new(description.clone()), seen: BTreeSet::new() };

    gifts_are_refused(&world, at, (&ada, &bob), &mut witness).await;
    subscriptions_are_refused(&world, at(BILLING), &bob, &mut witness).await;
    nothing_is_for_sale(engine, at(BILLING), &mut witness).await;
    for endpoint in &endpoints {
        let program = if endpoint.template == REDEEM { &bob } else { &ada };
        witness.saw(endpoint, &endpoint.asked_by(program).await);
        bodies_are_refused(endpoint, program, &mut witness).await;
    }
    let closed: Vec<&Endpoint> = endpoints.iter().filter(|endpoint| endpoint.scope.is_some()).collect();
    for endpoint in &closed {
        tokens_are_refused(&world, endpoint, &mut witness).await;
    }
    for byte in 0..60 {
        showing(&world, guess(byte).reveal()).gets(GIFTS).await.is(401);
    }
    let guesser = showing(&world, guess(60).reveal());
    for endpoint in &closed {
        witness.saw(endpoint, &endpoint.asked_by(&guesser).await.refuses(429, "too_many_attempts"));
    }
    change(&world, "update access_tokens set scopes = 'gifts:eat'").await;
    for endpoint in &closed {
        witness.saw(endpoint, &endpoint.asked_by(&ada).await.refuses(500, "internal"));
    }
    scratch.store.close().await;
    for endpoint in &closed {
        witness.saw(endpoint, &endpoint.asked_by(&ada).await.refuses(503, "unavailable"));
    }
    assert_eq!(witness.seen, promised(&description));
}

async fn gifts_are_refused<'a>(
    world: &World,
    at: impl Fn(&str) -> &'a Endpoint,
    (ada, bob): (&Program, &Program),
    witness: &mut Witness,
) {
    let (buy, redeem) = (at(CHECKOUT), at(REDEEM));
    world.stripe.goes_away();
    let another = with(gift(), "recipient_name", "Robert");
    witness.saw(buy, &ada.posts(CHECKOUT, &another).await.refuses(503, "provider_unavailable"));
    world.stripe.comes_back();
    witness.saw(at(GIFTS), &ada.gets(&format!("{GIFTS}?limit=0")).await.refuses(400, "validation_failed"));
    let unknown = format!("{GIFTS}/gift_0123456789abcdef");
    witness.saw(at("/v1/billing/gifts/{reference}"), &ada.gets(&unknown).await.refuses(404, "gift_not_found"));

    let wish = redeem.body.clone().unwrap();
    witness.saw(redeem, &ada.posts(REDEEM, &wish).await.refuses(400, "authenticated_email_required"));
    let as_ada = with(wish.clone(), "recipient_email", "ada@example.com");
    witness.saw(redeem, &ada.posts(REDEEM, &as_ada).await.refuses(412, "gift_not_redeemable"));
    let mistyped = with(wish.clone(), "code", "K7QM 2ZXR 9D4T 6WHN 3BVA 8FCJ");
    witness.saw(redeem, &bob.posts(REDEEM, &mistyped).await.refuses(404, "gift_not_found"));
    let browser = world.signed_in("carl@example.com").await;
    let cookie = format!("ribbon={}", browser.cookie().unwrap());
    let page = world.stranger().with(COOKIE, &cookie).with(ORIGIN, PARTNER);
    witness.saw(redeem, &page.posts(REDEEM, &wish).await.refuses(403, "foreign_origin"));
    witness.saw(redeem, &bob.posts(REDEEM, &wish).await.is(200));
    witness.saw(redeem, &bob.posts(REDEEM, &wish).await.refuses(409, "gift_already_redeemed"));
}

async fn subscriptions_are_refused(world: &World, subscribe: &Endpoint, bob: &Program, witness: &mut Witness) {
    world.stripe.goes_away();
    witness.saw(subscribe, &subscribe.asked_by(bob).await.refuses(503, "provider_unavailable"));
    world.stripe.comes_back();
    witness.saw(subscribe, &subscribe.asked_by(bob).await.is(200));
    change(world, "update subscriptions set state = 'active', provider_subscription_id = 'sub_1'").await;
    witness.saw(subscribe, &subscribe.asked_by(bob).await.refuses(409, "already_subscribed"));
}

async fn nothing_is_for_sale(engine: Engine, subscribe: &Endpoint, witness: &mut Witness) {
    let scratch = Scratch::on(engine).await;
    let world = World::selling(Catalog::default().with_plans(Vec::new()), scratch.store.clone()).await;
    let ada = world.program("ada@example.com", EVERYTHING).await;
    witness.saw(subscribe, &subscribe.asked_by(&ada).await.refuses(404, "not_for_sale"));
    scratch.store.close().await;
}

/// The billing checkout answers 422 where the others have 400 and a tag.
async fn bodies_are_refused(endpoint: &Endpoint, program: &Program, witness: &mut Witness) {
    let Some(body) = &endpoint.body else { return };
    let path = &endpoint.path;
    let refused = |reply: Reply, tag: &str| if endpoint.template == BILLING { reply.is(422) } else { reply.refuses(400, tag) };
    witness.saw(endpoint, &refused(program.sends(path, "{").await, "malformed_json"));
    let wrong = json!({ "tier": 1, "code": 1, "success_url": 1 });
    witness.saw(endpoint, &refused(program.posts(path, &wrong).await, "validation_failed"));
    let keyed = |key: &str| program.with(IDEMPOTENCY_KEY, key);
    witness.saw(endpoint, &refused(keyed("two words").posts(path, body).await, "idempotency_key_invalid"));
    witness.saw(endpoint, &keyed("once").posts(path, body).await);
    let other = with(body.clone(), "other", true);
    witness.saw(endpoint, &refused(keyed("once").posts(path, &other).await, "idempotency_key_reused"));
    let long = format!("{{\"a\":\"{}\"}}", "x".repeat(64 * 1024));
    witness.saw(endpoint, &program.sends(path, long).await.refuses(413, "too_large"));
    let form = program.asks(Method::POST, path, Some("application/x-www-form-urlencoded"), b"a=b".to_vec()).await;
    witness.saw(endpoint, &form.refuses(415, "unsupported_media_type"));
}

async fn tokens_are_refused(world: &World, endpoint: &Endpoint, witness: &mut Witness) {
    witness.saw(endpoint, &endpoint.asked_by(&world.stranger()).await.refuses(401, "unauthorized"));
    witness.saw(endpoint, &endpoint.asked_by(&showing(world, "ribbon_mistyped")).await.refuses(401, "invalid_token"));
    let other = if endpoint.scope.as_deref() == Some("gifts:read") { "memberships:read" } else { "gifts:read" };
    let narrow = world.program(&format!("{}@example.com", world.count("accounts").await), other).await;
    witness.saw(endpoint, &endpoint.asked_by(&narrow).await.refuses(403, "insufficient_scope"));
}

#[tokio::test]
async fn every_status_that_is_promised_is_provoked_and_no_other_sqlite() {
    every_status_is_provoked(Engine::Sqlite).await;
}

#[tokio::test]
async fn every_status_that_is_promised_is_provoked_and_no_other_postgres() {
    every_status_is_provoked(Engine::Postgres).await;
}
