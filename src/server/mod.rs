//! Wires everything: settings, store, sandbox, providers, shop, router, background work; and stops it all gracefully.

mod background;
mod commands;
mod doctor;
mod guards;
mod kept_pages;
mod providers;
mod refusals;
mod refused_forms;
mod router;
mod secrets;
mod settings;
mod site;
mod telemetry;
mod world;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::pages::Shopfront;
use crate::shop::{self, Shop, SystemEntropy};
use crate::store::Store;
use crate::store::sessions::Sessions;

pub use commands::run;
pub(crate) use guards::Gate;
pub(crate) use router::{Parts as RouterParts, router};
pub use settings::Settings;
pub(crate) use site::Site;
use world::World;

/// Why the program does not start, in one sentence for whoever started it.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("{0}")]
    Settings(#[from] settings::SettingsError),
    #[error("the database at {place} can't be used: {cause}")]
    Database { place: String, cause: crate::store::Error },
    #[error("{0}")]
    Secret(#[from] secrets::SecretProblem),
    #[error("{0}")]
    World(#[from] world::WorldError),
    #[error("{addr} can't be listened on: {cause}")]
    Listen { addr: SocketAddr, cause: std::io::Error },
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("{}", in_full(.0))]
    Refused(#[from] crate::Error),
    #[error("no gift has the reference {0}")]
    UnknownGift(String),
    #[error("no account has the address {0}")]
    UnknownAccount(String),
    /// Each was said in a line of its own.
    #[error("{0} of the orders could not be asked about")]
    Unanswered(usize),
    #[error("there is no token {0} that could be ended")]
    UnknownToken(String),
    /// Each was said in a line of its own.
    #[error("{0} of these are wrong")]
    Unwell(usize),
}

/// How long requests in hand may take once the program is told to close.
const GRACE: Duration = Duration::from_secs(20);

/// Opens the database that the settings name, with its tables brought up to date.
async fn open_store(settings: &Settings) -> Result<Store, StartError> {
    let failed = |cause| StartError::Database { place: without_password(&settings.database_url), cause };
    let store = Store::connect(&settings.database_url).await.map_err(failed)?;
    store.migrate().await.map_err(failed)?;
    Ok(store)
}

/// Runs the shop until it is told to close.
async fn serve(settings: Settings) -> Result<(), StartError> {
    let closing = CancellationToken::new();
    let store = open_store(&settings).await?;
    let secrets = secrets::load(&settings, &store).await?;
    let world = World::reach(&settings).await?;
    let shop = Arc::new(Shop::open(shop::Parts {
        store: store.clone(),
        clock: settings.clock(),
        entropy: Arc::new(SystemEntropy),
        secrets: secrets.clone(),
        brand: settings.brand.clone(),
        catalog: world.catalog.clone(),
        zone: settings.zone.clone(),
        refunds: settings.refunds,
        providers: world.providers.clone(),
        selling: settings.provider,
        public_url: settings.public_url.clone(),
        report_secrets: world.report_secrets.clone(),
    }));
    let router = open_doors(&settings, &shop, store.clone(), &world).await;
    let listener = TcpListener::bind(settings.addr).await.map_err(|cause| StartError::Listen { addr: settings.addr, cause })?;
    let tasks = TaskTracker::new();
    background::start(&tasks, &closing, &settings, Arc::clone(&shop), store.clone(), secrets, &world);
    tasks.spawn(stop_on_signal(closing.clone()));
    tracing::info!(address = %settings.addr, engine = ?store.engine(), "Ribbon is open at {}", settings.public_url);
    listen(listener, router, &closing).await?;
    closing.cancel();
    tasks.close();
    // The mail in hand is finished; what is still in the outbox waits for the next start.
    let _ = tokio::time::timeout(GRACE, tasks.wait()).await;
    world.end().await;
    store.close().await;
    Ok(())
}

async fn open_doors(settings: &Settings, shop: &Arc<Shop>, store: Store, world: &World) -> axum::Router {
    let site = Site::find();
    let front = Shopfront {
        brand: settings.brand.clone(),
        catalog: world.catalog.clone(),
        sandbox_url: world.sandbox_url.clone(),
        zone: settings.zone.clone(),
        css_href: site.css_href(),
        accent_sheet: router::accent_sheet(&settings.brand),
    };
    router(RouterParts {
        shop: Arc::clone(shop),
        front: Arc::new(front),
        site,
        sessions: Sessions::new(store, settings.clock()),
        gate: Gate {
            origin: settings.public_url.origin().ascii_serialization(),
            trusted_proxies: settings.trusted_proxies.clone(),
        },
        allowed_origins: settings.allowed_origins.clone(),
        checkout_origins: world.checkout_origins(),
        is_https: settings.public_url.scheme() == "https",
    })
    .await
}

/// Answers until told to close, then finishes what is in hand. Nagle's algorithm is off: small answers don't wait for company.
async fn listen(listener: TcpListener, router: axum::Router, closing: &CancellationToken) -> Result<(), StartError> {
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection keeps Nagle's algorithm");
        }
    });
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    let serving = axum::serve(listener, service).with_graceful_shutdown(closing.clone().cancelled_owned());
    let late = async {
        closing.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        served = serving => served?,
        () = late => tracing::warn!("requests that took too long were cut off"),
    }
    Ok(())
}

async fn stop_on_signal(closing: CancellationToken) {
    let (Ok(mut terminate), Ok(mut interrupt)) = (signal(SignalKind::terminate()), signal(SignalKind::interrupt())) else {
        tracing::error!("signals can't be heard: only a kill will stop this program");
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
        () = closing.cancelled() => return,
    }
    tracing::info!("closing: what is in hand is finished first");
    closing.cancel();
}

/// A page says what is wrong beside each field; a command has no fields to say it at.
fn in_full(error: &crate::Error) -> String {
    match (error, error.cause()) {
        (crate::Error::Invalid(wrongs), _) => {
            wrongs.iter().map(|wrong| format!("{}: {}", wrong.field, wrong.message)).collect::<Vec<_>>().join("\n  ")
        }
        (_, Some(cause)) => format!("{error} The cause: {cause:?}"),
        (_, None) => error.to_string(),
    }
}

/// A database's address as it may be shown: a password can stand before its host, in its query, or anywhere in one that can't be read.
fn without_password(url: &str) -> String {
    let Ok(mut shown) = url::Url::parse(url) else { return "the address in DATABASE_URL".to_owned() };
    shown.set_query(None);
    if shown.password().is_some() && shown.set_password(None).is_err() {
        return "the address in DATABASE_URL".to_owned();
    }
    shown.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_password_of_a_database_is_never_shown() {
        for (url, shown) in [
            ("sqlite://data/ribbon.db", "sqlite://data/ribbon.db"),
            ("postgres://ribbon:umbrella@db.example:5432/shop", "postgres://ribbon@db.example:5432/shop"),
            ("postgres://ribbon@db.example/shop?password=umbrella", "postgres://ribbon@db.example/shop"),
            ("postgres://ribbon:umbrella@db.example:port/shop", "the address in DATABASE_URL"),
        ] {
            assert_eq!(without_password(url), shown);
        }
    }
}
