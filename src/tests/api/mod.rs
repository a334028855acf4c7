//! What programs are answered: every status of every endpoint, and what nobody should send.

mod billing_checkout;
mod contract;
mod gift_checkout;
mod idempotency;
mod manners;
mod reading;
mod redeem;
mod statuses;

use serde_json::{Value, json};

use super::world::{Program, Promise, World};

const CHECKOUT: &str = "/v1/billing/gifts/checkout-session";
const REDEEM: &str = "/v1/billing/gifts/redeem";
const BILLING: &str = "/api/v1/billing/checkout";

/// Ada gives Bob three months of Member.
fn gift() -> Value {
    json!({
        "recipient_email": "bob@example.com",
        "recipient_name": "Bob",
        "message": "For all the Sundays.",
        "tier": "member",
        "duration_months": 3,
        "success_url": "https://partner.example/thanks",
        "cancel_url": "https://partner.example/gift",
    })
}

/// The same body with something else under one name; `Value::Null` stands there as null.
fn with(mut body: Value, name: &str, value: impl Into<Value>) -> Value {
    body[name] = value.into();
    body
}

fn without(mut body: Value, name: &str) -> Value {
    body.as_object_mut().unwrap().remove(name);
    body
}

/// A program of Ada's that buys.
async fn ada(world: &World) -> Program {
    world.program("ada@example.com", "gifts:purchase gifts:read").await
}

/// Buys [`gift`]; the session at the provider, and what we answered.
async fn bought(program: &Program) -> (Promise, Value) {
    let answer = program.posts(CHECKOUT, &gift()).await.is(200).json();
    (Promise::at(answer["url"].as_str().unwrap()), answer)
}
