//! The webhook endpoints that were made through the providers' APIs: where events go besides the shop's own address.

use serde::{Deserialize, Serialize};

use super::{DeliveryState, Destination, Event, Post};
use crate::sandbox::till::Provider;
use crate::values::Timestamp;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Endpoint {
    pub id: String,
    pub provider: Provider,
    pub url: String,
    /// With which its deliveries are signed.
    pub secret: String,
    /// The kinds of events that it takes; all of them where there is none, or a `*`.
    pub kinds: Vec<String>,
    pub is_active: bool,
    pub made_at: Timestamp,
    /// The request as it came, for what only its own protocol understands.
    pub asked: serde_json::Value,
}

impl Endpoint {
    fn takes(&self, event: &Event) -> bool {
        let is_wanted = self.kinds.is_empty() || self.kinds.iter().any(|kind| kind == "*" || *kind == event.kind);
        self.is_active && event.provider == Some(self.provider) && is_wanted
    }
}

impl Post {
    pub fn register(&mut self, endpoint: Endpoint) {
        self.endpoints.push(endpoint);
    }

    /// A provider's own, in the order of their making.
    pub fn endpoints_of(&self, provider: Provider) -> impl DoubleEndedIterator<Item = &Endpoint> {
        self.endpoints.iter().filter(move |endpoint| endpoint.provider == provider)
    }

    /// The one to which an event goes under this id.
    pub fn endpoint_for(&self, event: &Event, id: &str) -> Option<&Endpoint> {
        self.endpoint(event.provider?, id)
    }

    pub fn endpoint(&self, provider: Provider, id: &str) -> Option<&Endpoint> {
        self.endpoints_of(provider).find(|endpoint| endpoint.id == id)
    }

    pub fn endpoint_mut(&mut self, provider: Provider, id: &str) -> Option<&mut Endpoint> {
        self.endpoints.iter_mut().find(|endpoint| endpoint.provider == provider && endpoint.id == id)
    }

    /// Takes an endpoint away; what was on its way to it is lost.
    pub fn remove_endpoint(&mut self, provider: Provider, id: &str) -> Option<Endpoint> {
        let place = self.endpoints.iter().position(|endpoint| endpoint.provider == provider && endpoint.id == id)?;
        let removed = self.endpoints.remove(place);
        let to = Destination::Endpoint(removed.id.clone());
        for delivery in self.deliveries.iter_mut().filter(|delivery| delivery.to == to && delivery.is_under_way()) {
            delivery.state = DeliveryState::Dropped;
        }
        Some(removed)
    }

    /// The shop, and every endpoint that takes the event.
    pub(super) fn destinations(&self, event: &Event) -> Vec<Destination> {
        let asked = self.endpoints.iter().filter(|endpoint| endpoint.takes(event));
        std::iter::once(Destination::Shop).chain(asked.map(|endpoint| Destination::Endpoint(endpoint.id.clone()))).collect()
    }
}
