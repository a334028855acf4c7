//! What goes on without a request: the outbox, the reconciler, clearing away what has run out, and what an update leaves to do. Each round ends before the program does.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::Settings;
use super::world::World;
use crate::outbox::{Worker, Writer};
use crate::shop::{Shop, SystemEntropy};
use crate::store::Store;
use crate::values::{Entropy as _, Secrets};

/// How often the outbox is looked into when nobody rings; scheduled and repeated mail waits no longer than this.
const OUTBOX_EVERY: Duration = Duration::from_secs(2);
const RECONCILE_EVERY: Duration = Duration::from_secs(10);
const CLEAR_EVERY: Duration = Duration::from_hours(1);

/// Starts it all; it ends when `stop` is cancelled.
pub fn start(
    tasks: &TaskTracker,
    closing: &CancellationToken,
    settings: &Settings,
    shop: Arc<Shop>,
    store: Store,
    secrets: Secrets,
    world: &World,
) {
    let writer = Writer {
        store,
        secrets,
        brand: settings.brand.clone(),
        zone: settings.zone.clone(),
        sells_plans: !shop.catalog().plans().is_empty(),
        refunds: settings.refunds,
        public_url: settings.public_url.clone(),
    };
    let (mailer, providers) = (Arc::clone(&world.mailer), world.providers.clone());
    let worker = Worker { name: worker_name(), writer, mailer, mail_from: settings.mail_from.clone(), providers };
    tasks.spawn(send_mail(worker, Arc::clone(&shop), closing.clone()));
    tasks.spawn(reconcile(Arc::clone(&shop), closing.clone()));
    tasks.spawn(find_ends(Arc::clone(&shop), closing.clone()));
    tasks.spawn(clear_away(shop, closing.clone()));
}

/// Tells this server's leases from another's.
fn worker_name() -> String {
    let mut bytes = [0_u8; 8];
    SystemEntropy.fill(&mut bytes);
    data_encoding::HEXLOWER.encode(&bytes)
}

/// Does what is due as soon as it is posted, and looks again now and then for what became due by itself.
async fn send_mail(worker: Worker, shop: Arc<Shop>, closing: CancellationToken) {
    let bell = shop.outbox_bell();
    while !closing.is_cancelled() {
        match worker.work_once(shop.now()).await {
            Ok(0) => pause(&closing, OUTBOX_EVERY, Some(&bell)).await,
            Ok(_) => {}
            Err(error) => {
                tracing::error!(tag = error.tag(), cause = ?error.cause(), "the outbox can't be worked on");
                pause(&closing, OUTBOX_EVERY, None).await;
            }
        }
    }
}

async fn reconcile(shop: Arc<Shop>, closing: CancellationToken) {
    while !closing.is_cancelled() {
        match shop.reconcile().await {
            Ok(done) if done.asked() > 0 => {
                tracing::info!(asked = done.asked(), changed = done.changed(), failed = done.failed(), "asked the providers");
            }
            Ok(_) => {}
            Err(error) => tracing::error!(tag = error.tag(), cause = ?error.cause(), "orders could not be reconciled"),
        }
        pause(&closing, RECONCILE_EVERY, None).await;
    }
}

/// Once, as long as an earlier version has left something to read.
async fn find_ends(shop: Arc<Shop>, closing: CancellationToken) {
    while !closing.is_cancelled() {
        match shop.find_ends().await {
            Ok(0) => return,
            Ok(read) => tracing::info!(read, "ledgers of an earlier version were read for their ends"),
            Err(error) => {
                tracing::error!(tag = error.tag(), cause = ?error.cause(), "ledgers could not be read for their ends");
                pause(&closing, RECONCILE_EVERY, None).await;
            }
        }
    }
}

async fn clear_away(shop: Arc<Shop>, closing: CancellationToken) {
    while !closing.is_cancelled() {
        if let Err(error) = shop.clear_away().await {
            tracing::error!(tag = error.tag(), cause = ?error.cause(), "what has run out could not be cleared away");
        }
        pause(&closing, CLEAR_EVERY, None).await;
    }
}

async fn pause(closing: &CancellationToken, length: Duration, bell: Option<&tokio::sync::Notify>) {
    let rung = async {
        match bell {
            Some(bell) => bell.notified().await,
            None => std::future::pending().await,
        }
    };
    tokio::select! {
        () = closing.cancelled() => {}
        () = tokio::time::sleep(length) => {}
        () = rung => {}
    }
}
