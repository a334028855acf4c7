//! The outside world as the settings name it: the payment providers and the way of mail. What has no keys is played by the sandbox.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use url::Url;

use super::settings::KeyNames;
use super::{Settings, providers};
use crate::catalog::{Catalog, PriceIds};
use crate::checkout::Provider;
use crate::outbox::{Mailer, ReportSecret, ReportSecretError, SandboxMailer, SmtpMailer, SmtpUrlError};
use crate::sandbox::{self, Bases, Keys, SandboxError, SeedPrice};
use crate::shop::SystemEntropy;
use crate::values::{Interval, Money};

#[derive(Debug, thiserror::Error)]
pub enum WorldError {
    #[error(
        "{} and {} must be set for a shop that is open to the world: the sandbox does not start there",
        .0.secret_key,
        .0.webhook_secret
    )]
    NoKeys(KeyNames),
    #[error("RIBBON_SMTP_URL must be set for a shop that is open to the world: the sandbox's inbox does not start there")]
    NoMail,
    #[error("the sandbox does not start beside live keys or at a public address")]
    InTheOpen,
    #[error("the sandbox does not start: {0}")]
    Sandbox(#[from] SandboxError),
    #[error("the sandbox's keys can't be read: {0}")]
    Keys(#[from] sandbox::KeysError),
    #[error("{0} is no address")]
    ApiBase(&'static str),
    #[error("sandbox.env does not name an inbox")]
    Inbox,
    #[error("RIBBON_MAIL_WEBHOOK_SECRET in sandbox.env must be {0}")]
    ReportSecret(#[from] ReportSecretError),
    #[error("RIBBON_SMTP_URL: {0}")]
    Smtp(#[from] SmtpUrlError),
    #[error("no HTTP client can be made: {0}")]
    Client(#[from] reqwest::Error),
}

pub struct World {
    /// What is for sale, with the ids of the providers that the sandbox plays.
    pub catalog: Catalog,
    pub providers: Vec<Arc<dyn Provider>>,
    pub mailer: Arc<dyn Mailer>,
    /// By which reports about our mail are believed: the operator's, and the sandbox's where its inbox takes the mail.
    pub report_secrets: Vec<ReportSecret>,
    /// Where a person looks into the sandbox; `None` where the world is the real one.
    pub sandbox_url: Option<String>,
    running: Option<sandbox::Running>,
    /// The sandbox inside plays the world for the mail in hand and the last requests, so it ends after them.
    ending: CancellationToken,
}

impl World {
    /// Reaches what is configured, and starts the sandbox for the rest.
    pub async fn reach(settings: &Settings) -> Result<Self, WorldError> {
        let has_keys = settings.keys.contains_key(&settings.provider);
        if settings.is_in_the_open() {
            if !has_keys {
                return Err(WorldError::NoKeys(KeyNames::of(settings.provider)));
            }
            if settings.smtp_url.is_none() {
                return Err(WorldError::NoMail);
            }
        }
        let needs_sandbox = !has_keys || settings.smtp_url.is_none();
        let ending = CancellationToken::new();
        let sandbox = if needs_sandbox { Some(reach_sandbox(settings, &ending).await?) } else { None };
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        let providers = providers::reach(settings, sandbox.as_ref().map(|sandbox| &sandbox.keys), &client)?;
        let mailer: Arc<dyn Mailer> = match (&settings.smtp_url, &sandbox) {
            (Some(url), _) => Arc::new(SmtpMailer::parse(url.as_str())?),
            (None, Some(sandbox)) => Arc::new(sandbox_mailer(&sandbox.keys, client)?),
            (None, None) => return Err(WorldError::NoMail),
        };
        let played = sandbox.as_ref().filter(|_| settings.smtp_url.is_none());
        let played = played.map(|sandbox| ReportSecret::parse(&sandbox.keys.inbox.webhook_secret)).transpose()?;
        let report_secrets = settings.report_secret.clone().into_iter().chain(played).collect();
        let sandbox_url = sandbox.as_ref().map(|sandbox| sandbox.url.clone());
        let catalog = if sandbox.is_some() { providers::played_catalog(settings) } else { settings.catalog.clone() };
        let running = sandbox.and_then(|sandbox| sandbox.running);
        Ok(Self { catalog, providers, mailer, report_secrets, sandbox_url, running, ending })
    }

    /// Where a buyer's browser may be sent to pay, each once.
    pub fn checkout_origins(&self) -> Vec<String> {
        let origins: BTreeSet<String> = self.providers.iter().flat_map(|provider| provider.checkout_origins()).collect();
        origins.into_iter().collect()
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
    let state_file = settings.data.join("sandbox.json");
    match start_sandbox(settings, Some(state_file), ending.clone()).await {
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

/// The keys of a sandbox that was started before; `None` where none was.
pub fn sandbox_keys(settings: &Settings) -> Result<Option<Keys>, WorldError> {
    if !env_file(settings).exists() {
        return Ok(None);
    }
    let bases = Bases::from_port("127.0.0.1", settings.sandbox_port);
    Ok(Some(sandbox::load_or_make_keys(&env_file(settings), &bases, &SystemEntropy)?))
}

/// The sandbox as the settings place it. Without a state file it forgets what happened when it ends.
pub async fn start_sandbox(
    settings: &Settings,
    state_file: Option<PathBuf>,
    closing: CancellationToken,
) -> Result<sandbox::Running, SandboxError> {
    let sandbox_settings = sandbox::Settings {
        bind: IpAddr::V4(Ipv4Addr::LOCALHOST),
        port: settings.sandbox_port,
        hosted_origin: (settings.sandbox_port != 0).then(|| hosted_origin(settings)),
        shop_url: settings.public_url.clone(),
        env_file: env_file(settings),
        state_file,
        prices: seed_prices(&settings.catalog),
        webhook_retries: sandbox::usual_retries(),
    };
    sandbox::start(sandbox_settings, settings.clock(), Arc::new(SystemEntropy), closing).await
}

fn env_file(settings: &Settings) -> PathBuf {
    settings.data.join("sandbox.env")
}

/// Beside the shop's own name and on another port: another origin, as in real life.
fn hosted_origin(settings: &Settings) -> String {
    let host = settings.public_url.host_str().unwrap_or("localhost");
    format!("http://{host}:{}", settings.sandbox_port)
}

fn seed_prices(catalog: &Catalog) -> Vec<SeedPrice> {
    let offers = catalog.offers().iter().map(|offer| seed(providers::seeded_ids(offer), offer.title(), offer.price, None));
    let plans =
        catalog.plans().iter().map(|plan| seed(providers::seeded_plan_ids(plan), plan.title(), plan.price, Some(plan.every)));
    offers.chain(plans).collect()
}

fn seed(ids: PriceIds, product_name: String, price: Money, every: Option<Interval>) -> SeedPrice {
    SeedPrice {
        price_id: ids.stripe.unwrap_or_default(),
        creem_product_id: ids.creem.unwrap_or_default(),
        flowglad_price: ids.flowglad.unwrap_or_default(),
        product_name,
        price,
        every,
    }
}

fn sandbox_mailer(keys: &Keys, client: reqwest::Client) -> Result<SandboxMailer, WorldError> {
    let inbox = Url::parse(&keys.inbox.url).map_err(|_| WorldError::Inbox)?;
    Ok(SandboxMailer::new(client, inbox, keys.inbox.key.clone()))
}
