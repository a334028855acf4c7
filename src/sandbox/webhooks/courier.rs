//! Carries events over HTTP: signed for whoever gets them, in order, and again until they are taken.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use reqwest::Client;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::{Attempt, Delivery, Destination, Event, Forgery};
use crate::sandbox::world::World;
use crate::sandbox::{protocol, reports};
use crate::values::Timestamp;

/// How long somebody may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often the clock is asked again while nothing is due: it may be one that somebody moves.
const GLANCE: Duration = Duration::from_millis(250);
/// How old a signature is that nobody should believe any more.
const STALE: Duration = Duration::from_hours(1);
/// Of the right form, and nobody's.
const WRONG_SECRET: &str = "whsec_bm90IHdoYXQgdGhlIHNob3Agd2FzIHRvbGQ=";

/// Sends what is due until `stop`, to each destination one at a time; lets meanwhile expire what nobody paid.
pub async fn deliver_until(stop: CancellationToken, world: Arc<World>, client: Client) {
    let mut changes = world.changes();
    let mut under_way = JoinSet::new();
    let mut busy = BTreeSet::new();
    loop {
        changes.borrow_and_update();
        let now = world.now();
        while let Some((delivery, event)) = world.read(|state| state.post.next_due(now, &busy)).await {
            busy.insert(delivery.to.clone());
            under_way.spawn(carry(world.clone(), client.clone(), delivery, event));
        }
        tokio::select! {
            // A delivery that is cut short stays due and is sent after the restart.
            () = stop.cancelled() => return,
            Some(done) = under_way.join_next() => {
                if let Ok(destination) = done {
                    busy.remove(&destination);
                }
            }
            // Either is a reason to look again.
            _ = tokio::time::timeout(GLANCE, changes.changed()) => {}
        }
    }
}

/// Tries once, writes down what came of it, and says who can be sent the next one.
async fn carry(world: Arc<World>, client: Client, delivery: Delivery, event: Event) -> Destination {
    world.all_saved().await;
    let at = world.now();
    let (answer, was_taken) = match address(&world, &delivery.to, &event).await {
        Some((url, secret)) => post(&client, &url, &secret, &delivery, &event, at).await,
        None => ("nothing: the endpoint is gone".to_owned(), false),
    };
    tracing::info!(event = %event.id, kind = %event.kind, %answer, "sandbox webhook");
    let retries = &world.settings.webhook_retries;
    world.change(|change| change.state.post.record(delivery.number, Attempt { at, answer }, was_taken, retries)).await;
    delivery.to
}

/// Where a destination is, and the secret that it believes; `None` for one that is gone or switched off.
async fn address(world: &World, to: &Destination, event: &Event) -> Option<(String, String)> {
    match to {
        Destination::Shop => {
            let (path, secret) = match event.provider {
                Some(provider) => (protocol::of(provider).webhook_path(), &world.keys.of(provider).webhook_secret),
                None => (reports::WEBHOOK_PATH, &world.keys.inbox.webhook_secret),
            };
            Some((world.webhook_url(path), secret.clone()))
        }
        Destination::Endpoint(id) => {
            let look = |endpoint: &super::Endpoint| (endpoint.url.clone(), endpoint.secret.clone());
            world.read(|state| state.post.endpoint_for(event, id).filter(|endpoint| endpoint.is_active).map(look)).await
        }
    }
}

async fn post(client: &Client, url: &str, secret: &str, delivery: &Delivery, event: &Event, at: Timestamp) -> (String, bool) {
    let mut request = client.post(url).header("content-type", "application/json; charset=utf-8");
    for (name, value) in signature(secret, event, delivery.forgery, at) {
        request = request.header(name, value);
    }
    let mut body = event.body.clone();
    if delivery.forgery == Some(Forgery::ChangedBytes) {
        body.push(' ');
    }
    match request.timeout(PATIENCE).body(body).send().await {
        Ok(response) => (response.status().as_u16().to_string(), response.status().is_success()),
        Err(error) if error.is_timeout() => ("no answer within 10 seconds".to_owned(), false),
        Err(_) => ("not reached".to_owned(), false),
    }
}

fn signature(secret: &str, event: &Event, forgery: Option<Forgery>, at: Timestamp) -> Vec<(&'static str, String)> {
    let sign = |secret: &str, at: Timestamp| match event.provider {
        Some(provider) => protocol::of(provider).sign(secret, event, at),
        None => reports::sign(secret, event, at),
    };
    match forgery {
        None | Some(Forgery::ChangedBytes) => sign(secret, at),
        Some(Forgery::WrongSecret) => sign(WRONG_SECRET, at),
        Some(Forgery::Stale) => sign(secret, at.minus(STALE)),
        Some(Forgery::Unsigned) => Vec::new(),
    }
}
