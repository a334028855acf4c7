//! Events on their way to the shop: signed, sent in order, sent again until they are taken, and spoiled on request.
//! Knows nothing of what an event says.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio_util::sync::CancellationToken;

use super::protocol;
use super::till::Provider;
use super::world::World;
use crate::values::Timestamp;

#[cfg(test)]
mod tests;

/// How long the shop may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often the clock is asked again while nothing is due: it may be one that somebody moves.
const GLANCE: Duration = Duration::from_millis(250);
/// For how long events are remembered after they were made.
const MEMORY: Duration = Duration::from_hours(30 * 24);

/// One thing that a provider says, byte for byte as it is sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Event {
    pub id: String,
    pub provider: Provider,
    pub kind: String,
    pub session_id: String,
    pub at: Timestamp,
    pub body: String,
}

/// An event on its way, once; an event that is duplicated or sent again has several.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Delivery {
    pub number: u64,
    pub event_id: String,
    pub state: DeliveryState,
    /// Signed with a secret that isn't the shop's.
    pub is_missigned: bool,
    pub attempts: Vec<Attempt>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeliveryState {
    Due(Timestamp),
    /// Waits for somebody to release it.
    Held,
    Taken,
    /// Lost on purpose.
    Dropped,
    /// Refused until the last try.
    GivenUp,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Attempt {
    pub at: Timestamp,
    /// The status, or why there was none.
    pub answer: String,
}

/// What is done to events from now on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    #[default]
    Deliver,
    Drop,
    Hold,
    Duplicate,
    Missign,
    Delay {
        seconds: u32,
    },
}

/// All events and deliveries, and the fault that is switched on.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Post {
    pub events: Vec<Event>,
    pub deliveries: Vec<Delivery>,
    pub fault: Fault,
    /// How many more events the fault is for; without a number until it is switched off.
    pub times: Option<u32>,
    next_number: u64,
}

impl Post {
    /// Takes an event and sends it on its way, or does to it what was asked for.
    pub fn put(&mut self, event: Event, now: Timestamp) {
        self.forget_before(now.minus(MEMORY));
        let id = event.id.clone();
        self.events.push(event);
        match self.next_fault() {
            Fault::Deliver => self.send(&id, DeliveryState::Due(now), false),
            Fault::Drop => self.send(&id, DeliveryState::Dropped, false),
            Fault::Hold => self.send(&id, DeliveryState::Held, false),
            Fault::Missign => self.send(&id, DeliveryState::Due(now), true),
            Fault::Delay { seconds } => {
                self.send(&id, DeliveryState::Due(now.plus(Duration::from_secs(seconds.into()))), false);
            }
            Fault::Duplicate => {
                self.send(&id, DeliveryState::Due(now), false);
                self.send(&id, DeliveryState::Due(now), false);
            }
        }
    }

    /// Switches a fault on for the next `times` events, or until another is switched on.
    pub const fn switch(&mut self, fault: Fault, times: Option<u32>) {
        self.fault = fault;
        self.times = times;
    }

    /// Sends what was held, newest first where `is_reversed`, and holds nothing more.
    pub fn release(&mut self, is_reversed: bool, now: Timestamp) {
        self.switch(Fault::Deliver, None);
        let mut held: Vec<Delivery> = self.deliveries.extract_if(.., |delivery| delivery.state == DeliveryState::Held).collect();
        if is_reversed {
            held.reverse();
        }
        for delivery in held {
            self.send(&delivery.event_id, DeliveryState::Due(now), delivery.is_missigned);
        }
    }

    /// Sends an event once more, rightly signed; false for one that isn't known.
    pub fn resend(&mut self, event_id: &str, now: Timestamp) -> bool {
        let is_known = self.events.iter().any(|event| event.id == event_id);
        if is_known {
            self.send(event_id, DeliveryState::Due(now), false);
        }
        is_known
    }

    /// Those of an event, oldest first.
    pub fn deliveries_of<'a>(&'a self, event_id: &'a str) -> impl Iterator<Item = &'a Delivery> {
        self.deliveries.iter().filter(move |delivery| delivery.event_id == event_id)
    }

    fn send(&mut self, event_id: &str, state: DeliveryState, is_missigned: bool) {
        self.next_number = self.next_number.saturating_add(1);
        let (number, event_id) = (self.next_number, event_id.to_owned());
        self.deliveries.push(Delivery { number, event_id, state, is_missigned, attempts: Vec::new() });
    }

    fn next_fault(&mut self) -> Fault {
        let fault = self.fault;
        if let Some(times) = &mut self.times {
            *times = times.saturating_sub(1);
            if *times == 0 {
                self.switch(Fault::Deliver, None);
            }
        }
        fault
    }

    fn forget_before(&mut self, moment: Timestamp) {
        if self.events.first().is_some_and(|oldest| oldest.at < moment) {
            self.events.retain(|event| event.at >= moment);
            let kept: std::collections::BTreeSet<&str> = self.events.iter().map(|event| event.id.as_str()).collect();
            self.deliveries.retain(|delivery| kept.contains(delivery.event_id.as_str()));
        }
    }

    /// What is to be sent next: the delivery that has been due longest.
    fn next_due(&self, now: Timestamp) -> Option<(Delivery, Event)> {
        let due = self.deliveries.iter().filter_map(|delivery| match delivery.state {
            DeliveryState::Due(at) if at <= now => Some((at, delivery)),
            DeliveryState::Due(_)
            | DeliveryState::Held
            | DeliveryState::Taken
            | DeliveryState::Dropped
            | DeliveryState::GivenUp => None,
        });
        let (_, delivery) = due.min_by_key(|(at, delivery)| (*at, delivery.number))?;
        let event = self.events.iter().rev().find(|event| event.id == delivery.event_id)?;
        Some((delivery.clone(), event.clone()))
    }

    fn record(&mut self, number: u64, attempt: Attempt, was_taken: bool, retries: &[Duration]) {
        let Some(delivery) = self.deliveries.iter_mut().rev().find(|delivery| delivery.number == number) else { return };
        delivery.state = if was_taken {
            DeliveryState::Taken
        } else {
            retries.get(delivery.attempts.len()).map_or(DeliveryState::GivenUp, |pause| DeliveryState::Due(attempt.at.plus(*pause)))
        };
        delivery.attempts.push(attempt);
    }
}

/// Sends what is due, one at a time, until `stop`; expires meanwhile what nobody paid.
pub async fn deliver_until(stop: CancellationToken, world: Arc<World>, client: reqwest::Client) {
    let mut changes = world.changes();
    loop {
        changes.borrow_and_update();
        let now = world.now();
        let next = world.read(|state| state.post.next_due(now)).await;
        let work = async {
            if let Some((delivery, event)) = next {
                world.all_saved().await;
                deliver(&world, &client, &delivery, &event).await;
            } else {
                // Either is a reason to look again.
                let _ = tokio::time::timeout(GLANCE, changes.changed()).await;
            }
        };
        tokio::select! {
            // A delivery that is cut short stays due and is sent after the restart.
            () = stop.cancelled() => return,
            () = work => {}
        }
    }
}

async fn deliver(world: &World, client: &reqwest::Client, delivery: &Delivery, event: &Event) {
    let protocol = protocol::of(event.provider);
    let at = world.now();
    let mut keys = world.keys.clone();
    if delivery.is_missigned {
        keys.spoil();
    }
    let mut request =
        client.post(world.webhook_url(protocol.webhook_path())).header("content-type", "application/json; charset=utf-8");
    for (name, value) in protocol.sign(&keys, event, at) {
        request = request.header(name, value);
    }
    let answer = request.timeout(PATIENCE).body(event.body.clone()).send().await;
    let (answer, was_taken) = match answer {
        Ok(response) => (response.status().as_u16().to_string(), response.status().is_success()),
        Err(error) if error.is_timeout() => ("no answer within 10 seconds".to_owned(), false),
        Err(_) => ("not reached".to_owned(), false),
    };
    tracing::info!(event = %event.id, kind = %event.kind, %answer, "sandbox webhook");
    let retries = &world.settings.webhook_retries;
    world.change(|change| change.state.post.record(delivery.number, Attempt { at, answer }, was_taken, retries)).await;
}
