//! What one provider's folder or file fills in, so that pages, mailbox and deliveries need not know which provider it is.

use std::sync::Arc;

use axum::Router;

use super::creem::Creem;
use super::flowglad::Flowglad;
use super::stripe::Stripe;
use super::till::{Happening, Line, Provider, Session, Subscription, Turn};
use super::webhooks::Event;
use super::world::{Change, World};
use crate::values::Timestamp;

/// One provider's manner of speaking.
pub(super) trait Protocol: Send + Sync {
    /// How people call it.
    fn title(&self) -> &'static str;

    /// Its listener stands this many ports above the sandbox's own; 0 shares the listener of the pages.
    fn port_offset(&self) -> u16;

    /// The API at the provider's own paths.
    fn routes(&self) -> Router<Arc<World>>;

    /// How the provider's ids of payments, charges, refunds and disputes begin.
    fn prefixes(&self) -> Prefixes;

    /// The events that the provider sends when this happens, in its order.
    /// A subscription that began by it is in the state already.
    fn announce(&self, change: &Change<'_>, session: &Session, happening: &Happening) -> Vec<Event>;

    /// The events that the provider sends when this happened to a subscription, in its order; `session` began it.
    fn announce_turn(&self, change: &Change<'_>, session: &Session, subscription: &Subscription, turn: Turn) -> Vec<Event>;

    /// Where the shop takes its events.
    fn webhook_path(&self) -> &'static str;

    /// The headers that make whoever knows `secret` believe an event.
    fn sign(&self, secret: &str, event: &Event, now: Timestamp) -> Vec<(&'static str, String)>;

    /// Whether the session's payment page asks for a discount code.
    fn asks_for_code(&self, session: &Session) -> bool;

    /// What a code typed there takes off, as a line of the bill; `None` for a code that it doesn't know.
    fn discount(&self, change: &Change<'_>, session: &Session, code: &str) -> Option<Line>;

    /// Where the buyer goes after paying.
    fn success_url(&self, session: &Session) -> String;
}

pub(super) struct Prefixes {
    pub payment: &'static str,
    pub charge: &'static str,
    pub refund: &'static str,
    pub dispute: &'static str,
}

/// Every provider that is spoken here.
pub(super) const ALL: [Provider; 3] = [Provider::Stripe, Provider::Creem, Provider::Flowglad];

pub(super) fn of(provider: Provider) -> &'static dyn Protocol {
    match provider {
        Provider::Stripe => &Stripe,
        Provider::Creem => &Creem,
        Provider::Flowglad => &Flowglad,
    }
}
