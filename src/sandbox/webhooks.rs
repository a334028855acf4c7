//! Events and their deliveries: the providers’ and the mailbox’s, to the shop and to every endpoint that asked for them, and spoiled on request.
//! Knows nothing of what an event says; who carries them stands in `courier`.

mod courier;
mod endpoints;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub use self::courier::deliver_until;
pub use self::endpoints::Endpoint;
use super::till::Provider;
use crate::values::Timestamp;

/// For how long events are remembered after they were made.
const MEMORY: Duration = Duration::from_hours(30 * 24);

/// One thing that a provider says, or that the mailbox reports, byte for byte as it is sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Event {
    pub id: String,
    /// `None`: the mailbox.
    pub provider: Option<Provider>,
    pub kind: String,
    /// The session that it is about, or the mail.
    pub session_id: String,
    pub at: Timestamp,
    pub body: String,
}

/// Where an event goes.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Destination {
    /// The address that every shop has, signed with the secret of `sandbox.env`.
    #[default]
    Shop,
    /// An endpoint that was made through the provider's API, by its id.
    Endpoint(String),
}

/// An event on its way to one destination, once; an event that is duplicated or sent again has several.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Delivery {
    pub number: u64,
    pub event_id: String,
    #[serde(default)]
    pub to: Destination,
    pub state: DeliveryState,
    /// What is wrong with it on purpose.
    #[serde(default)]
    pub forgery: Option<Forgery>,
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
    /// Refused until the last try, or its destination is gone.
    GivenUp,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Attempt {
    pub at: Timestamp,
    /// The status, or why there was none.
    pub answer: String,
}

/// Why nobody should believe a delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Forgery {
    WrongSecret,
    /// Signed an hour ago. Creem signs no time, so there it is as good as any.
    Stale,
    /// One byte more than what was signed.
    ChangedBytes,
    Unsigned,
}

/// What is done to an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    #[default]
    Deliver,
    Drop,
    Hold,
    Duplicate,
    Delay {
        seconds: u32,
    },
    Forge(Forgery),
}

/// All events, their deliveries, who gets them, and the fault that is switched on.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Post {
    pub events: Vec<Event>,
    pub deliveries: Vec<Delivery>,
    pub endpoints: Vec<Endpoint>,
    pub fault: Fault,
    /// How many more events the fault is for; without a number until it is switched off.
    pub times: Option<u32>,
    next_number: u64,
}

impl Post {
    /// Takes an event and sends it on its way, or does to it what was asked for.
    pub fn put(&mut self, event: Event, now: Timestamp) {
        self.forget_before(now.minus(MEMORY));
        let fault = self.next_fault();
        self.dispatch(&event, fault, now);
        self.events.push(event);
    }

    fn dispatch(&mut self, event: &Event, fault: Fault, now: Timestamp) {
        for to in self.destinations(event) {
            let mut send = |state, forgery| self.send(&event.id, to.clone(), state, forgery);
            match fault {
                Fault::Deliver => send(DeliveryState::Due(now), None),
                Fault::Drop => send(DeliveryState::Dropped, None),
                Fault::Hold => send(DeliveryState::Held, None),
                Fault::Delay { seconds } => send(DeliveryState::Due(now.plus(Duration::from_secs(seconds.into()))), None),
                Fault::Forge(forgery) => send(DeliveryState::Due(now), Some(forgery)),
                Fault::Duplicate => {
                    send(DeliveryState::Due(now), None);
                    send(DeliveryState::Due(now), None);
                }
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
        self.release_where(|_| true, is_reversed, now);
    }

    /// Sends what was held of one event; false for one that isn't known.
    pub fn release_event(&mut self, event_id: &str, now: Timestamp) -> bool {
        self.release_where(|delivery| delivery.event_id == event_id, false, now);
        self.event(event_id).is_some()
    }

    /// Sends an event once more in the manner of `fault`; drops and holds are for what is still under way.
    /// False for one that isn't known.
    pub fn resend(&mut self, event_id: &str, fault: Fault, now: Timestamp) -> bool {
        let Some(event) = self.event(event_id).cloned() else { return false };
        match fault {
            Fault::Drop => self.stop(event_id, DeliveryState::Dropped),
            Fault::Hold => self.stop(event_id, DeliveryState::Held),
            Fault::Deliver | Fault::Duplicate | Fault::Delay { .. } | Fault::Forge(_) => self.dispatch(&event, fault, now),
        }
        true
    }

    pub fn event(&self, id: &str) -> Option<&Event> {
        self.events.iter().rev().find(|event| event.id == id)
    }

    /// Those of an event, oldest first.
    pub fn deliveries_of<'a>(&'a self, event_id: &'a str) -> impl Iterator<Item = &'a Delivery> {
        self.deliveries.iter().filter(move |delivery| delivery.event_id == event_id)
    }

    fn send(&mut self, event_id: &str, to: Destination, state: DeliveryState, forgery: Option<Forgery>) {
        self.next_number = self.next_number.saturating_add(1);
        let (number, event_id) = (self.next_number, event_id.to_owned());
        self.deliveries.push(Delivery { number, event_id, to, state, forgery, attempts: Vec::new() });
    }

    fn release_where(&mut self, is_meant: impl Fn(&Delivery) -> bool, is_reversed: bool, now: Timestamp) {
        let is_held = |delivery: &mut Delivery| delivery.state == DeliveryState::Held && is_meant(delivery);
        let mut held: Vec<Delivery> = self.deliveries.extract_if(.., is_held).collect();
        if is_reversed {
            held.reverse();
        }
        for delivery in held {
            self.send(&delivery.event_id, delivery.to, DeliveryState::Due(now), delivery.forgery);
        }
    }

    fn stop(&mut self, event_id: &str, state: DeliveryState) {
        for delivery in self.deliveries.iter_mut().filter(|delivery| delivery.event_id == event_id && delivery.is_under_way()) {
            delivery.state = state;
        }
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
            let kept: BTreeSet<&str> = self.events.iter().map(|event| event.id.as_str()).collect();
            self.deliveries.retain(|delivery| kept.contains(delivery.event_id.as_str()));
        }
    }

    /// What is to be sent next: the delivery that has been due longest, whose destination isn't `busy`.
    fn next_due(&self, now: Timestamp, busy: &BTreeSet<Destination>) -> Option<(Delivery, Event)> {
        let due = self.deliveries.iter().filter_map(|delivery| match delivery.state {
            DeliveryState::Due(at) if at <= now && !busy.contains(&delivery.to) => Some((at, delivery)),
            DeliveryState::Due(_)
            | DeliveryState::Held
            | DeliveryState::Taken
            | DeliveryState::Dropped
            | DeliveryState::GivenUp => None,
        });
        let (_, delivery) = due.min_by_key(|(at, delivery)| (*at, delivery.number))?;
        Some((delivery.clone(), self.event(&delivery.event_id)?.clone()))
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

impl Delivery {
    const fn is_under_way(&self) -> bool {
        match self.state {
            DeliveryState::Due(_) | DeliveryState::Held => true,
            DeliveryState::Taken | DeliveryState::Dropped | DeliveryState::GivenUp => false,
        }
    }
}
