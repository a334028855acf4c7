//! The faults of the sandbox's webhooks, as JSON for tests.
//!
//! `GET /control/webhooks` tells what is switched on and how many deliveries are due, held, taken, dropped and given up.
//! `POST /control/webhooks` takes `{"mode": …, "times": n, "seconds": n}`; `times` limits a mode to that many events:
//! `deliver` (everything as it should be), `drop`, `hold` (until `release`, or `release_reversed`, newest first),
//! `duplicate`, `missign`, and `delay` by `seconds`. What was on its way already is not touched.

use std::sync::Arc;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::webhooks::{DeliveryState, Fault, Forgery, Post};
use super::world::World;

pub fn routes() -> Router<Arc<World>> {
    Router::new().route("/control/webhooks", get(tell).post(switch))
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    Deliver,
    Drop,
    Hold,
    Duplicate,
    Missign,
    Delay,
    Release,
    ReleaseReversed,
}

#[derive(Deserialize)]
pub struct Switch {
    pub mode: Mode,
    pub times: Option<u32>,
    pub seconds: Option<u32>,
}

async fn tell(State(world): State<Arc<World>>) -> Json<Value> {
    Json(world.read(|state| report(&state.post)).await)
}

async fn switch(State(world): State<Arc<World>>, Json(switch): Json<Switch>) -> Json<Value> {
    let report = world.change(|change| {
        switch.apply(&mut change.state.post, change.now);
        report(&change.state.post)
    });
    Json(report.await)
}

impl Switch {
    pub fn apply(&self, post: &mut Post, now: crate::values::Timestamp) {
        // A limit of no events at all would never be counted down.
        let times = self.times.filter(|times| *times > 0);
        match self.mode {
            Mode::Deliver => post.switch(Fault::Deliver, None),
            Mode::Drop => post.switch(Fault::Drop, times),
            Mode::Hold => post.switch(Fault::Hold, times),
            Mode::Duplicate => post.switch(Fault::Duplicate, times),
            Mode::Missign => post.switch(Fault::Forge(Forgery::WrongSecret), times),
            Mode::Delay => post.switch(Fault::Delay { seconds: self.seconds.unwrap_or(30) }, times),
            Mode::Release => post.release(false, now),
            Mode::ReleaseReversed => post.release(true, now),
        }
    }
}

fn report(post: &Post) -> Value {
    let mut counts = [0_u32; 5];
    let [due, held, taken, dropped, given_up] = &mut counts;
    for delivery in &post.deliveries {
        let count = match delivery.state {
            DeliveryState::Due(_) => &mut *due,
            DeliveryState::Held => &mut *held,
            DeliveryState::Taken => &mut *taken,
            DeliveryState::Dropped => &mut *dropped,
            DeliveryState::GivenUp => &mut *given_up,
        };
        *count = count.saturating_add(1);
    }
    let [due, held, taken, dropped, given_up] = counts;
    json!({
        "fault": post.fault, "times": post.times,
        "due": due, "held": held, "taken": taken, "dropped": dropped, "given_up": given_up,
    })
}
