//! The outside world as the settings name it: the payment providers and the way of mail. What has no keys is played by the sandbox.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use url::Url;

use super::Settings;
use super::settings::StripeKeys;
use crate::catalog::Catalog;
use crate::checkout::{PROVIDER_TIMEOUT, Provider, ProviderName, Stripe, StripeSettings};
use crate::outbox::{Mailer, SandboxMailer, SmtpMailer, SmtpUrlError};
use crate::sandbox::{self, Bases, Keys, SandboxError, SeedPrice};
use crate::shop::{SystemClock, SystemEntropy};

#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    #[error(
        "STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET must be set for a shop that is open to the world: the sandbox does not start there"
    )]
    NoKeys,
    #[error("RIBBON_SMTP_URL must be set for a shop that is open to the world: the sandbox's inbox does not start there")]
    NoMail,
    #[error("the sandbox does not start beside live keys or at a public address")]
    InTheOpen,
    #[error("RIBBON_PROVIDER={0} can't be sold with yet: this program speaks Stripe")]
    NotSpoken(ProviderName),
    #[error("the sandbox does not start: {0}")]
    Sandbox(#[from] SandboxError),
    #[error("the sandbox's keys can't be read: {0}")]
    Keys(#[from] sandbox::KeysError),
    #[error("STRIPE_API_BASE is no address")]
    ApiBase,
    #[error("sandbox.env does not name an inbox")]
    Inbox,
    #[error("RIBBON_SMTP_URL: {0}")]
    Smtp(#[from] SmtpUrlError),
    #[error("no HTTP client can be made: {0}")]
    Client(#[from] reqwest::Error),
}

pub struct World {
    pub providers: Vec<Arc<dyn Provider>>,
    pub mailer: Arc<dyn Mailer>,
    /// Where a person looks into the sandbox; `None` where the world is the real one.
    pub sandbox_url: Option<String>,
    running: Option<sandbox::Running>,
    /// The sandbox inside plays the world for the mail in hand and the last requests, so it ends after them.
    ending: CancellationToken,
}

impl World {
    /// Reaches what is configured, and starts the sandbox for the rest.
    pub async fn reach(settings: &Settings) -> Result<Self, WorldError> {
        if settings.provider != ProviderName::Stripe {
            return Err(WorldError::NotSpoken(settings.provider));
        }
        let needs_sandbox = settings.stripe.is_none() || settings.smtp_url.is_none();
        if settings.is_in_the_open() {
            match (&settings.stripe, &settings.smtp_url) {
                (None, _) => return Err(WorldError::NoKeys),
                (Some(_), None) => return Err(WorldError::NoMail),
                (Some(_), Some(_)) => {}
            }
        }
        let ending = CancellationToken::new();
        let sandbox = if needs_sandbox { Some(reach_sandbox(settings, &ending).await?) } else { None };
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        let provider = stripe(settings.stripe.as_ref(), sandbox.as_ref(), client.clone())?;
        let mailer: Arc<dyn Mailer> = match (&settings.smtp_url, &sandbox) {
            (Some(url), _) => Arc::new(SmtpMailer::parse(url.as_str())?),
            (None, Some(sandbox)) => Arc::new(sandbox_mailer(&sandbox.keys, client)?),
            (None, None) => return Err(WorldError::NoMail),
        };
        let sandbox_url = sandbox.as_ref().map(|sandbox| sandbox.url.clone());
        Ok(Self { providers: vec![provider], mailer, sandbox_url, running: sandbox.and_then(|sandbox| sandbox.running), ending })
    }

    /// Stops the sandbox inside.
    pub async fn end(self) {
        self.ending.cancel();
        if let Some(running) = self.running {
            running.ended().await;
        }
    }
}

/// A sandbox, inside this program or apart.
struct Sandbox {
    keys: Keys,
    url: String,
    running: Option<sandbox::Running>,
}

/// Starts the sandbox inside; where its port is taken, a sandbox that runs apart has it, and is used by the keys that stand beside the database.
async fn reach_sandbox(settings: &Settings, ending: &CancellationToken) -> Result<Sandbox, WorldError> {
    match start_sandbox(settings, ending.clone()).await {
        Ok(running) => Ok(Sandbox { keys: running.keys.clone(), url: running.keys.hosted_origin.clone(), running: Some(running) }),
        Err(error) if error.is_port_taken() => {
            let bases = Bases::from_port("127.0.0.1", settings.sandbox_port);
            let keys = sandbox::load_or_make_keys(&env_file(settings), &bases, &SystemEntropy)?;
            tracing::info!(port = settings.sandbox_port, "the sandbox runs apart");
            Ok(Sandbox { keys, url: hosted_origin(settings), running: None })
        }
        Err(error) => Err(error.into()),
    }
}

/// The sandbox as the settings place it.
pub async fn start_sandbox(settings: &Settings, closing: CancellationToken) -> Result<sandbox::Running, SandboxError> {
    let sandbox_settings = sandbox::Settings {
        bind: IpAddr::V4(Ipv4Addr::LOCALHOST),
        port: settings.sandbox_port,
        hosted_origin: (settings.sandbox_port != 0).then(|| hosted_origin(settings)),
        shop_url: settings.public_url.clone(),
        env_file: env_file(settings),
        state_file: Some(settings.data.join("sandbox.json")),
        prices: seed_prices(&settings.catalog),
        webhook_retries: sandbox::usual_retries(),
    };
    sandbox::start(sandbox_settings, Arc::new(SystemClock), Arc::new(SystemEntropy), closing).await
}

fn env_file(settings: &Settings) -> std::path::PathBuf {
    settings.data.join("sandbox.env")
}

/// Beside the shop's own name and on another port: another origin, as in real life.
fn hosted_origin(settings: &Settings) -> String {
    let host = settings.public_url.host_str().unwrap_or("localhost");
    format!("http://{host}:{}", settings.sandbox_port)
}

fn seed_prices(catalog: &Catalog) -> Vec<SeedPrice> {
    let seed = |offer: &crate::catalog::Offer| SeedPrice {
        price_id: offer.price_ids.stripe.clone().unwrap_or_else(|| format!("price_{}_{}", offer.tier, offer.months.count())),
        flowglad_price: offer.price_ids.flowglad.clone().unwrap_or_else(|| format!("{}-{}", offer.tier, offer.months.count())),
        product_name: offer.title(),
        price: offer.price,
    };
    catalog.offers().iter().map(seed).collect()
}

fn sandbox_mailer(keys: &Keys, client: reqwest::Client) -> Result<SandboxMailer, WorldError> {
    let inbox = Url::parse(&keys.inbox.url).map_err(|_| WorldError::Inbox)?;
    Ok(SandboxMailer::new(client, inbox, keys.inbox.key.clone()))
}

fn stripe(own: Option<&StripeKeys>, sandbox: Option<&Sandbox>, client: reqwest::Client) -> Result<Arc<dyn Provider>, WorldError> {
    let parse = |text: &str| Url::parse(text).map_err(|_| WorldError::ApiBase);
    let (secret_key, webhook_secret, api_base) = match (own, sandbox) {
        (Some(own), _) => {
            let api_base = own.api_base.clone().map_or_else(|| parse(StripeSettings::API), Ok)?;
            (own.secret_key.clone(), own.webhook_secret.clone(), api_base)
        }
        (None, Some(Sandbox { keys, .. })) => {
            (keys.stripe.secret_key.clone(), keys.stripe.webhook_secret.clone(), parse(&keys.stripe.api_base)?)
        }
        (None, None) => return Err(WorldError::NoKeys),
    };
    let settings = StripeSettings {
        secret_key,
        webhook_secret,
        api_base,
        checkout_origin: own.is_none().then(|| sandbox.map(|sandbox| sandbox.url.clone())).flatten(),
        timeout: PROVIDER_TIMEOUT,
    };
    Ok(Arc::new(Stripe::new(settings, client)))
}
