//! The sandbox's memory: what every listener shares, changed in one place and saved before anybody is answered.
//! Knows nothing of HTTP.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::creem::Shelf;
use super::flowglad::Records;
use super::inbox::Mail;
use super::keys::{Keys, private_file, random_text, webhook_secret};
use super::protocol;
use super::stripe::{Answered, Shelf as StripeShelf};
use super::till::{Handle, Happening, Provider, Refusal, Session, Subscription, Turn};
use super::webhooks::{Event, Post};
use super::{SandboxError, Settings};
use crate::values::{Clock, Entropy, Timestamp};

pub(super) struct World {
    pub settings: Settings,
    pub keys: Keys,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    state: Mutex<State>,
    /// How many changes there were, and how many of them are saved.
    changes: watch::Sender<u64>,
    saved: watch::Sender<u64>,
    /// Idempotency keys of requests that have not been answered yet.
    pub running: Mutex<BTreeSet<String>>,
}

/// Everything that outlives a restart.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct State {
    /// In the order of their making.
    pub sessions: Vec<Session>,
    /// In the order of their beginning.
    pub subscriptions: Vec<Subscription>,
    pub post: Post,
    pub stripe: StripeShelf,
    pub creem: Shelf,
    pub flowglad: Records,
    /// In the order of their arrival.
    pub mails: Vec<Mail>,
    /// By idempotency key.
    pub answers: BTreeMap<String, Answered>,
}

/// One change under way: the state, the moment, and fresh ids.
pub(super) struct Change<'a> {
    pub state: &'a mut State,
    pub now: Timestamp,
    pub world: &'a World,
}

impl World {
    /// Begins with what the state file says, or with nothing.
    pub fn open(settings: Settings, keys: Keys, clock: Arc<dyn Clock>, entropy: Arc<dyn Entropy>) -> Result<Self, SandboxError> {
        let state = settings.state_file.as_deref().map(load).transpose()?.unwrap_or_default();
        Ok(Self {
            settings,
            keys,
            clock,
            entropy,
            state: Mutex::new(state),
            changes: watch::Sender::new(0),
            saved: watch::Sender::new(0),
            running: Mutex::default(),
        })
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A new id behind `prefix`, 24 symbols long.
    pub fn id(&self, prefix: &str) -> String {
        format!("{prefix}{}", random_text(&*self.entropy, 15))
    }

    /// Where the shop takes a provider's events.
    pub fn webhook_url(&self, path: &str) -> String {
        format!("{}{path}", self.settings.shop_url.as_str().trim_end_matches('/'))
    }

    /// A new secret for a webhook endpoint.
    pub fn webhook_secret(&self) -> String {
        webhook_secret(&*self.entropy)
    }

    /// Changes the state in one indivisible step; returns once it is saved.
    pub async fn change<T>(&self, work: impl FnOnce(&mut Change<'_>) -> T) -> T {
        let (answer, version) = {
            let mut state = self.state();
            let mut change = Change { state: &mut state, now: self.now(), world: self };
            change.lapse();
            let answer = work(&mut change);
            self.changes.send_modify(|count| *count = count.saturating_add(1));
            (answer, *self.changes.borrow())
        };
        self.saved_up_to(version).await;
        answer
    }

    /// Waits until everything that happened so far is saved: what somebody was told must outlive a crash.
    pub async fn all_saved(&self) {
        let version = *self.changes.borrow();
        self.saved_up_to(version).await;
    }

    async fn saved_up_to(&self, version: u64) {
        if self.settings.state_file.is_some() {
            // Fails only when the sandbox is gone, and then nobody waits for the answer.
            let _ = self.saved.subscribe().wait_for(|saved| *saved >= version).await;
        }
    }

    /// Looks at the state as it is now: sessions whose time is over have expired, and periods that are over have ended.
    pub async fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        let now = self.now();
        let is_overdue = self.state().is_overdue(now);
        if is_overdue {
            self.change(|_| ()).await;
        }
        look(&self.state())
    }

    /// Returns at the next change after the one that `seen` has seen.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Saves every change until `stop`, several at once where they come faster than the disk.
    pub async fn keep_saved(&self, stop: CancellationToken) {
        let Some(file) = self.settings.state_file.clone() else { return };
        let mut changes = self.changes();
        loop {
            let is_last = tokio::select! {
                waited = changes.changed() => waited.is_err(),
                () = stop.cancelled() => true,
            };
            let version = *changes.borrow_and_update();
            self.save(&file).await;
            self.saved.send_replace(version);
            if is_last {
                return;
            }
        }
    }

    async fn save(&self, file: &Path) {
        let bytes = serde_json::to_vec(&*self.state());
        let file = file.to_owned();
        match tokio::task::spawn_blocking(move || replace(&file, &bytes?)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::error!(%error, "the sandbox's state could not be saved"),
            Err(error) => tracing::error!(%error, "the sandbox's state could not be saved"),
        }
    }
}

impl State {
    pub fn session(&self, id: &str) -> Option<&Session> {
        // What is asked for is mostly young.
        self.sessions.iter().rev().find(|session| session.id == id)
    }

    pub fn session_of_payment(&self, payment: &str) -> Option<&Session> {
        self.sessions.iter().rev().find(|session| session.handle().is_some_and(|handle| handle.payment == payment))
    }

    pub fn session_of_charge(&self, charge: &str) -> Option<&Session> {
        self.sessions.iter().rev().find(|session| session.handle().is_some_and(|handle| handle.charge == charge))
    }

    pub fn subscription(&self, id: &str) -> Option<&Subscription> {
        self.subscriptions.iter().rev().find(|subscription| subscription.id == id)
    }

    /// The one that a session began.
    pub fn subscription_of(&self, session: &Session) -> Option<&Subscription> {
        self.subscription(&session.begins.as_ref()?.subscription_id)
    }

    fn is_overdue(&self, now: Timestamp) -> bool {
        self.sessions.iter().any(|session| session.is_overdue(now))
            || self.subscriptions.iter().any(|subscription| subscription.is_overdue(now))
    }
}

impl Change<'_> {
    pub fn id(&self, prefix: &str) -> String {
        self.world.id(prefix)
    }

    /// Makes one change to a session and tells the shop of it; `None` for a session that isn't there.
    pub fn act(
        &mut self,
        session_id: &str,
        act: impl FnOnce(&mut Session) -> Result<Happening, Refusal>,
    ) -> Option<Result<Session, Refusal>> {
        let session = self.state.sessions.iter_mut().rev().find(|session| session.id == session_id)?;
        let happening = match act(session) {
            Ok(happening) => happening,
            Err(refusal) => return Some(Err(refusal)),
        };
        let session = session.clone();
        self.begin_subscription(&session);
        let events = protocol::of(session.provider).announce(self, &session, &happening);
        self.send(events);
        Some(Ok(session))
    }

    /// Makes one change to a subscription and tells the shop of it; `None` for one that isn't there.
    pub fn turn(
        &mut self,
        subscription_id: &str,
        turn: impl FnOnce(&mut Subscription) -> Result<Turn, Refusal>,
    ) -> Option<Result<Subscription, Refusal>> {
        let subscription = self.state.subscriptions.iter_mut().rev().find(|subscription| subscription.id == subscription_id)?;
        let turn = match turn(subscription) {
            Ok(turn) => turn,
            Err(refusal) => return Some(Err(refusal)),
        };
        let subscription = subscription.clone();
        let session = self.state.session(&subscription.session_id)?.clone();
        let events = protocol::of(subscription.provider).announce_turn(self, &session, &subscription, turn);
        self.send(events);
        Some(Ok(subscription))
    }

    /// Fresh ids for a payment at this provider, made or tried now.
    pub fn handle(&self, provider: Provider) -> Handle {
        let prefixes = protocol::of(provider).prefixes();
        Handle { payment: self.id(prefixes.payment), charge: self.id(prefixes.charge), at: self.now }
    }

    /// Events on their way to the shop.
    pub fn send(&mut self, events: Vec<Event>) {
        for event in events {
            tracing::info!(event = %event.id, kind = %event.kind, session = %event.session_id, "sandbox event");
            self.state.post.put(event, self.now);
        }
    }

    /// The subscription that paying this session begins, once.
    fn begin_subscription(&mut self, session: &Session) {
        if self.state.subscription_of(session).is_none()
            && let Some(subscription) = Subscription::begun_by(session, self.now)
        {
            self.state.subscriptions.push(subscription);
        }
    }

    /// Expires what nobody paid in time, and begins or ends what subscriptions are due for.
    fn lapse(&mut self) {
        let now = self.now;
        let overdue: Vec<String> =
            self.state.sessions.iter().filter(|session| session.is_overdue(now)).map(|session| session.id.clone()).collect();
        for id in overdue {
            self.act(&id, Session::expire);
        }
        // A sandbox that was away for months has as many periods to catch up with.
        while let Some(overdue) = self.state.subscriptions.iter().find(|subscription| subscription.is_overdue(now)) {
            let (id, handle) = (overdue.id.clone(), self.handle(overdue.provider));
            self.turn(&id, |subscription| subscription.reach_period_end(handle));
        }
    }
}

fn load(file: &Path) -> Result<State, SandboxError> {
    let failed = |source| SandboxError::State { path: file.to_owned(), source };
    match std::fs::read(file) {
        Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| failed(error.into())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(State::default()),
        Err(error) => Err(failed(error)),
    }
}

/// Puts new contents in place of the old ones at once, so that a crash leaves one or the other.
fn replace(file: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = file.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let draft = file.with_extension("draft");
    let mut written = private_file(&draft)?;
    written.write_all(bytes)?;
    written.sync_all()?;
    std::fs::rename(draft, file)
}
