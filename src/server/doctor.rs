//! `ribbon doctor`: looks at everything that the shop depends on and says of each whether it is well, and what to do where it isn't.
//! It changes nothing, neither here nor outside, and never shows a secret or an address.

#[cfg(test)]
mod tests;

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use tokio::net::TcpStream;

use super::settings::KeyNames;
use super::world::{self, WorldError};
use super::{Settings, providers, secrets, without_password};
use crate::checkout::{Mode, Provider, ProviderError, ProviderSessionId};
use crate::outbox::SmtpMailer;
use crate::store::{self, Engine, Store};
use crate::values::Timestamp;

/// No provider has a session of this name: one that takes the key says so, and nothing comes of it.
const NO_SESSION: &str = "cs_test_ribbon_doctor";
/// A clock may be as far behind one that wrote to the same database.
const SKEW_MAX: Duration = Duration::from_mins(2);
/// Work that has waited as long past its time waits for a worker that isn't there.
const OVERDUE: Duration = Duration::from_mins(10);
/// What was given up earlier has been read about.
const RECENT: Duration = Duration::from_hours(7 * 24);
const SANDBOX_PATIENCE: Duration = Duration::from_secs(2);

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    about: &'static str,
    /// Else what is wrong, and what to do.
    pub is_well: bool,
    says: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<6} {:<9} {}", if self.is_well { "ok" } else { "wrong" }, self.about, self.says)
    }
}

fn well(about: &'static str, says: impl Into<String>) -> Finding {
    Finding { about, is_well: true, says: says.into() }
}

fn wrong(about: &'static str, says: impl Into<String>) -> Finding {
    Finding { about, is_well: false, says: says.into() }
}

/// A problem as it stands behind what it is about.
fn sentence(problem: &dyn fmt::Display) -> String {
    let text = problem.to_string();
    let mut letters = text.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    format!("{first}{}.", letters.as_str())
}

/// Everything in the order in which it would be mended. That the settings can be read at all is known by then.
pub async fn examine(settings: &Settings, now: Timestamp) -> Vec<Finding> {
    let mut findings = vec![well("settings", "They can be read, and fit together."), address(settings), data(&settings.data)];
    findings.extend(database(settings, now).await);
    findings.push(mail(settings).await);
    findings.push(reports(settings));
    findings.extend(payments(settings, now).await);
    findings
}

/// The address by which the world reaches the shop.
fn address(settings: &Settings) -> Finding {
    const ABOUT: &str = "address";
    let url = &settings.public_url;
    match (url.scheme(), settings.is_on_this_machine()) {
        ("https", _) => well(ABOUT, format!("{url} is encrypted.")),
        (_, true) => well(ABOUT, format!("{url} is for this machine alone; a shop that is open to the world needs https.")),
        (_, false) => wrong(ABOUT, format!("{url} is not encrypted: set RIBBON_PUBLIC_URL to an https address.")),
    }
}

/// The folder beside the database, or the nearest one above it that is there already.
fn data(folder: &Path) -> Finding {
    const ABOUT: &str = "data";
    let there = folder.ancestors().map(|path| if path.as_os_str().is_empty() { Path::new(".") } else { path });
    let there = there.into_iter().find(|path| path.is_dir()).unwrap_or(folder);
    match (write_into(there), there == folder) {
        (Ok(()), true) => well(ABOUT, format!("{} can be written to.", folder.display())),
        (Ok(()), false) => well(ABOUT, format!("{} is made when the shop first starts.", folder.display())),
        (Err(cause), _) => {
            wrong(ABOUT, format!("{} can’t be written to ({cause}): give it to the user that runs the shop.", there.display()))
        }
    }
}

/// Leaves nothing behind.
fn write_into(folder: &Path) -> std::io::Result<()> {
    let trial = folder.join(format!(".ribbon-doctor-{}", std::process::id()));
    std::fs::OpenOptions::new().write(true).create_new(true).open(&trial)?;
    std::fs::remove_file(&trial)
}

/// The database, and what only it can tell of: the secret, the clock and the outbox.
async fn database(settings: &Settings, now: Timestamp) -> Vec<Finding> {
    const ABOUT: &str = "database";
    let (url, place) = (&settings.database_url, without_password(&settings.database_url));
    if store::is_file_missing(url) {
        return vec![well(ABOUT, format!("{place} is made when the shop first starts."))];
    }
    let store = match Store::connect(url).await {
        Ok(store) => store,
        Err(cause) => return vec![wrong(ABOUT, format!("{place} can’t be reached ({cause}): see DATABASE_URL."))],
    };
    let findings = match store.is_ready().await {
        Ok(true) => tables(settings, &store, &place, now).await,
        Ok(false) | Err(_) => {
            vec![wrong(ABOUT, format!("The tables of {place} are not this program’s: run “ribbon migrate”, or the newer program."))]
        }
    };
    store.close().await;
    findings
}

async fn tables(settings: &Settings, store: &Store, place: &str, now: Timestamp) -> Vec<Finding> {
    let engine = match store.engine() {
        Engine::Sqlite => "SQLite",
        Engine::Postgres => "PostgreSQL",
    };
    vec![
        well("database", format!("{engine} answers at {place}, and its tables are this program’s.")),
        match secrets::check(settings, store, now).await {
            Ok(()) => well("secret", "Every code and every link that is out can be made again."),
            Err(problem) => wrong("secret", sentence(&problem)),
        },
        match clock(settings, store, now).await {
            Ok(finding) => finding,
            Err(cause) => wrong("clock", format!("The database can’t be read ({cause}).")),
        },
        match outbox(store, now).await {
            Ok(finding) => finding,
            Err(cause) => wrong("outbox", format!("The database can’t be read ({cause}).")),
        },
    ]
}

/// Nothing that was written is of the future.
async fn clock(settings: &Settings, store: &Store, now: Timestamp) -> store::Result<Finding> {
    const ABOUT: &str = "clock";
    let newest = store::outbox::newest(&mut *store.connection().await?).await?;
    let behind = newest.map_or(Duration::ZERO, |newest| newest.since(now));
    let told = settings.zone.moment(now);
    Ok(if behind > SKEW_MAX {
        let minutes = behind.as_secs() / 60;
        wrong(ABOUT, format!("It is {told} here, and {minutes} minutes later in the database: set the clock by the network."))
    } else {
        well(ABOUT, format!("It is {told}; see RIBBON_TIME_ZONE for days and months."))
    })
}

/// What a mailbox refuses is its giver's to mend, who was told.
async fn outbox(store: &Store, now: Timestamp) -> store::Result<Finding> {
    const ABOUT: &str = "outbox";
    let mut connection = store.connection().await?;
    let overdue = store::outbox::count_due(&mut connection, now.minus(OVERDUE)).await?;
    let given_up = store::outbox::count_parked(&mut connection, now.minus(RECENT)).await?;
    Ok(match (overdue, given_up) {
        (0, 0) => well(ABOUT, "Nothing waits past its time, and nothing was given up this week."),
        (0, given_up) => wrong(ABOUT, format!("{given_up} given up this week: see “ribbon outbox list”.")),
        (overdue, given_up) => wrong(
            ABOUT,
            format!(
                "{overdue} wait past their time, {given_up} given up this week: does “ribbon serve” run, and what does its log say?"
            ),
        ),
    })
}

/// The mail server greets us and takes our password; no mail goes through it.
async fn mail(settings: &Settings) -> Finding {
    const ABOUT: &str = "mail";
    let Some(url) = &settings.smtp_url else {
        return if settings.is_in_the_open() {
            wrong(ABOUT, sentence(&WorldError::NoMail))
        } else {
            well(ABOUT, "It goes to the sandbox’s inbox, because RIBBON_SMTP_URL is not set.")
        };
    };
    match SmtpMailer::parse(url.as_str()) {
        Err(problem) => wrong(ABOUT, format!("RIBBON_SMTP_URL can’t be read: {problem}.")),
        Ok(mailer) => match mailer.greet().await {
            Ok(()) => well(ABOUT, "The mail server answers, and takes what RIBBON_SMTP_URL says."),
            Err(tag) => {
                wrong(ABOUT, format!("The mail server does not ({tag}): see host, port, password and tls in RIBBON_SMTP_URL."))
            }
        },
    }
}

/// Without a secret, what a mailbox refuses only after it took the mail is never heard of.
fn reports(settings: &Settings) -> Finding {
    const ABOUT: &str = "reports";
    match (&settings.report_secret, &settings.smtp_url) {
        (Some(_), _) => well(ABOUT, "Reports about our mail are believed where RIBBON_MAIL_WEBHOOK_SECRET signs them."),
        (None, None) => well(ABOUT, "The sandbox’s inbox reports on the mail that it takes."),
        (None, Some(_)) => {
            well(ABOUT, "None are taken: with RIBBON_MAIL_WEBHOOK_SECRET set, givers would hear of mail that comes back late.")
        }
    }
}

/// Each provider that is configured. Where the sandbox plays them and doesn't run, there is nothing to ask.
async fn payments(settings: &Settings, now: Timestamp) -> Vec<Finding> {
    const ABOUT: &str = "payments";
    let has_keys = settings.keys.contains_key(&settings.provider);
    if settings.is_in_the_open() && !has_keys {
        return vec![wrong(ABOUT, sentence(&WorldError::NoKeys(KeyNames::of(settings.provider))))];
    }
    let sandbox = match played(settings, has_keys).await {
        Ok(sandbox) => sandbox,
        Err(problem) => return vec![wrong(ABOUT, sentence(&problem))],
    };
    let client = match reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build() {
        Ok(client) => client,
        Err(problem) => return vec![wrong(ABOUT, sentence(&WorldError::from(problem)))],
    };
    let providers = match providers::reach(settings, sandbox.as_ref(), &client) {
        Ok(providers) => providers,
        Err(problem) => return vec![wrong(ABOUT, sentence(&problem))],
    };
    let mut findings = Vec::new();
    if !has_keys && sandbox.is_none() {
        findings.push(well(ABOUT, "The sandbox plays the providers; it starts with the shop."));
    }
    for provider in providers {
        let is_own = settings.keys.contains_key(&provider.name());
        findings.push(ask(provider.as_ref(), is_own, now).await);
    }
    findings
}

/// The sandbox's keys, where it is needed and runs.
async fn played(settings: &Settings, has_keys: bool) -> Result<Option<crate::sandbox::Keys>, WorldError> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, settings.sandbox_port));
    let answers = tokio::time::timeout(SANDBOX_PATIENCE, TcpStream::connect(address)).await;
    if has_keys || !matches!(answers, Ok(Ok(_))) {
        return Ok(None);
    }
    world::sandbox_keys(settings)
}

/// A read that finds nothing: who takes the key says that it knows no such session.
async fn ask(provider: &dyn Provider, is_own: bool, now: Timestamp) -> Finding {
    const ABOUT: &str = "payments";
    let name = provider.name();
    let whose = match (is_own, provider.mode()) {
        (false, _) => "played by the sandbox",
        (true, Mode::Test) => "in test mode",
        (true, Mode::Live) => "in live mode",
    };
    match provider.retrieve(&ProviderSessionId(NO_SESSION.to_owned()), now).await {
        Ok(_) | Err(ProviderError::Unknown) => {
            well(ABOUT, format!("{name} answers, {whose}, and takes the key; its webhooks go to /webhooks/{name}."))
        }
        Err(ProviderError::Refused(why)) => wrong(ABOUT, format!("{name}, {whose}, refuses: {why}.")),
        Err(ProviderError::Unavailable(_) | ProviderError::Signature(_)) => wrong(
            ABOUT,
            format!("{name}, {whose}, can’t be reached: does this machine reach the network, and its name the provider?"),
        ),
    }
}
