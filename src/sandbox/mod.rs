//! The outside world on this machine, in test mode: payment providers and a mailbox, on listeners of their own.
//! Shares with the shop only `values` and the webhook signatures; everything else goes over HTTP, as in real life.

mod control;
mod creem;
mod deeds;
mod flowglad;
mod home;
mod hosted;
mod html;
mod inbox;
mod keys;
mod lock;
mod protocol;
mod reports;
mod stripe;
mod till;
mod unsubscribe;
mod webhooks;
mod world;

#[cfg(test)]
mod tests;

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;
use url::Url;

pub use self::keys::{Bases, InboxKeys, Keys, KeysError, ProviderKeys, load_or_make_keys};
use self::protocol::Protocol;
use self::world::World;
use crate::values::{Clock, Entropy, Interval, Money};

/// What the sandbox must know before it starts.
#[derive(Clone, Debug)]
pub struct Settings {
    pub bind: IpAddr,
    /// Stripe and the pages; the next port is Creem's, the one after it Flowglad's. 0 takes whatever is free.
    pub port: u16,
    /// What browsers reach, without a slash at its end; `http://localhost:{port}` where it isn't said.
    pub hosted_origin: Option<String>,
    /// Webhooks go to `/webhooks/{provider}` there.
    pub shop_url: Url,
    /// `sandbox.env`.
    pub env_file: PathBuf,
    /// Where the state outlives a restart; `None` keeps it in memory, and then only the keys stay.
    pub state_file: Option<PathBuf>,
    /// The catalog's prices, known from the start.
    pub prices: Vec<SeedPrice>,
    /// The pauses before a refused webhook is sent again.
    pub webhook_retries: Vec<Duration>,
}

/// A price that the providers know without being told.
#[derive(Clone, Debug)]
pub struct SeedPrice {
    /// Stripe's.
    pub price_id: String,
    pub creem_product_id: String,
    /// Flowglad's id or slug.
    pub flowglad_price: String,
    pub product_name: String,
    pub price: Money,
    /// `None` for what is sold once.
    pub every: Option<Interval>,
}

/// Close together at first, for somebody who watches; then for hours, for a shop that is away.
#[must_use]
pub fn usual_retries() -> Vec<Duration> {
    [1, 5, 30, 300, 3_600, 10_800, 43_200].map(Duration::from_secs).to_vec()
}

/// A sandbox at work.
pub struct Running {
    /// As they stand in `sandbox.env` now.
    pub keys: Keys,
    /// Where Stripe's API, the pages and the inbox are.
    pub address: SocketAddr,
    ended: JoinHandle<()>,
}

impl Running {
    /// Waits until everything has stopped and is saved; `stop` must have been cancelled.
    pub async fn ended(self) {
        if let Err(error) = self.ended.await {
            tracing::error!(%error, "the sandbox ended badly");
        }
    }
}

/// Why the sandbox does not start.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    #[error(transparent)]
    Keys(#[from] KeysError),
    #[error("the sandbox's state in {} can't be read: {source}", path.display())]
    State { path: PathBuf, source: std::io::Error },
    #[error("another sandbox works with {} already; end it, or give this one files of its own (RIBBON_DATA, --data)", path.display())]
    Occupied { path: PathBuf },
    #[error("the sandbox can't listen on {address}: {source}")]
    Bind { address: SocketAddr, source: std::io::Error },
    #[error("the sandbox can't send webhooks: {0}")]
    Client(#[from] reqwest::Error),
}

impl SandboxError {
    /// Somebody listens there already: most likely a sandbox that runs apart.
    #[must_use]
    pub fn is_port_taken(&self) -> bool {
        matches!(self, Self::Bind { source, .. } if source.kind() == std::io::ErrorKind::AddrInUse)
    }
}

/// Binds, then serves in the background until `stop`. A rustls provider must have been installed.
pub async fn start(
    settings: Settings,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    stop: CancellationToken,
) -> Result<Running, SandboxError> {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build()?;
    let (listener, address, listeners) = bind_all(settings.bind, settings.port).await?;
    let mut bases = Bases::from_port(&reachable(settings.bind), address.port());
    if let Some(origin) = &settings.hosted_origin {
        bases.hosted_origin.clone_from(origin);
    }
    let occupied = lock::occupy([Some(&settings.env_file), settings.state_file.as_ref()].into_iter().flatten())?;
    let keys = load_or_make_keys(&settings.env_file, &bases, &*entropy)?;
    let keys = keys::move_to(&settings.env_file, &keys, &bases)?;
    let world = Arc::new(World::open(settings, keys.clone(), clock, entropy)?);

    let mut main = pages();
    let mut served = Vec::new();
    for (protocol, listener) in listeners {
        match listener {
            None => main = main.merge(protocol.routes()),
            Some(listener) => served.push((listener, protocol.routes())),
        }
    }
    served.push((listener, main));
    tracing::info!(%address, "sandbox");
    let ended = tokio::spawn(async move {
        run(world, served, client, stop).await;
        drop(occupied);
    });
    Ok(Running { keys, address, ended })
}

/// Serves, delivers and saves until `stop`; saving ends last, because answers wait for it.
async fn run(
    world: Arc<World>,
    listeners: Vec<(TcpListener, Router<Arc<World>>)>,
    client: reqwest::Client,
    stop: CancellationToken,
) {
    let stop_saving = CancellationToken::new();
    let saving = tokio::spawn({
        let (world, stop) = (world.clone(), stop_saving.clone());
        async move { world.keep_saved(stop).await }
    });
    let mut work = JoinSet::new();
    work.spawn(webhooks::deliver_until(stop.clone(), world.clone(), client));
    for (listener, routes) in listeners {
        work.spawn(serve(listener, routes.with_state(world.clone()), stop.clone()));
    }
    while work.join_next().await.is_some() {}
    stop_saving.cancel();
    if let Err(error) = saving.await {
        tracing::error!(%error, "the sandbox's state could not be saved");
    }
}

async fn serve(listener: TcpListener, routes: Router, stop: CancellationToken) {
    // Small answers must not wait for a full packet. A connection that refuses the option still works.
    let listener = listener.tap_io(|connection| {
        let _ = connection.set_nodelay(true);
    });
    if let Err(error) = axum::serve(listener, routes).with_graceful_shutdown(stop.cancelled_owned()).await {
        tracing::error!(%error, "a listener of the sandbox ended");
    }
}

/// Everything on the main port that isn't a provider's API.
fn pages() -> Router<Arc<World>> {
    Router::new()
        .merge(home::routes())
        .merge(hosted::routes())
        .merge(inbox::routes())
        .merge(control::routes())
        .route("/sandbox.css", get(html::style))
        .fallback(async || html::sorry(StatusCode::NOT_FOUND, "There is nothing here."))
}

/// How often neighbouring ports are looked for where any will do.
const BIND_TRIES: u32 = 50;

/// A provider, and its listener where it doesn't share the one of the pages.
type Listening = (&'static dyn Protocol, Option<TcpListener>);

/// The listener of the pages, and those of the ports above it. Where any port will do, neighbours that are free together are found.
async fn bind_all(ip: IpAddr, port: u16) -> Result<(TcpListener, SocketAddr, Vec<Listening>), SandboxError> {
    let mut tried = 0;
    loop {
        let (listener, address) = bind(ip, port).await?;
        tried += 1;
        match bind_above(ip, address.port()).await {
            Ok(listeners) => return Ok((listener, address, listeners)),
            Err(error) if port == 0 && error.is_port_taken() && tried < BIND_TRIES => {}
            Err(error) => return Err(error),
        }
    }
}

async fn bind_above(ip: IpAddr, port: u16) -> Result<Vec<Listening>, SandboxError> {
    let mut listeners = Vec::new();
    for protocol in protocol::ALL.map(protocol::of) {
        let listener = match protocol.port_offset() {
            0 => None,
            offset => Some(bind(ip, port.saturating_add(offset)).await?.0),
        };
        listeners.push((protocol, listener));
    }
    Ok(listeners)
}

async fn bind(ip: IpAddr, port: u16) -> Result<(TcpListener, SocketAddr), SandboxError> {
    let address = SocketAddr::new(ip, port);
    let failed = |source| SandboxError::Bind { address, source };
    let listener = TcpListener::bind(address).await.map_err(failed)?;
    let address = listener.local_addr().map_err(failed)?;
    Ok((listener, address))
}

/// The host by which programs on this machine reach a listener.
fn reachable(bind: IpAddr) -> String {
    match bind {
        ip if ip.is_unspecified() => Ipv4Addr::LOCALHOST.to_string(),
        IpAddr::V4(ip) => ip.to_string(),
        IpAddr::V6(ip) => format!("[{ip}]"),
    }
}
