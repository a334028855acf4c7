//! The command line.

mod outbox;
mod promo;
mod token;

use std::io::{Read as _, Write as _};
use std::path::PathBuf;
use std::sync::Arc;

use clap::{Parser, Subcommand};
use tokio_util::sync::CancellationToken;

use super::world::World;
use super::{Settings, StartError, doctor, open_store, secrets, serve, stop_on_signal, telemetry, without_password, world};
use crate::accounts::Role;
use crate::checkout::Provider;
use crate::shop::{self, Answer, Question, Registration, Shop, SystemEntropy};
use crate::values::GiftId;

/// A gift storefront for a membership business.
#[derive(Parser)]
#[command(name = "ribbon", version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs the shop, with the sandbox inside while no provider is configured.
    Serve,
    /// Runs the sandbox alone: payment providers and a mailbox on this machine, in test mode.
    Sandbox {
        /// Keeps what happened in this file; without it, in memory.
        #[arg(long, value_name = "FILE")]
        data: Option<PathBuf>,
    },
    /// Asks the payment providers about every order whose answer is not final yet, and says what came of it.
    Reconcile,
    /// Brings the database's tables up to this program's.
    Migrate,
    /// Looks at everything that the shop depends on, and says what is wrong and what to do. It changes nothing.
    Doctor,
    /// Accounts.
    #[command(subcommand)]
    Account(AccountCommand),
    /// Gifts.
    #[command(subcommand)]
    Gift(GiftCommand),
    /// What could not be sent or done outside.
    #[command(subcommand)]
    Outbox(outbox::OutboxCommand),
    /// Promo codes.
    #[command(subcommand)]
    Promo(promo::PromoCommand),
    /// Access tokens, by which programs work for an account.
    #[command(subcommand)]
    Token(token::TokenCommand),
}

#[derive(Subcommand)]
enum AccountCommand {
    /// Makes an account; its password is read from standard input.
    Create {
        #[arg(long)]
        email: String,
        /// May run the shop.
        #[arg(long)]
        admin: bool,
        /// Its address needs no verifying.
        #[arg(long)]
        verified: bool,
    },
}

#[derive(Subcommand)]
enum GiftCommand {
    /// Shows what happened to a gift, by its reference.
    Show { reference: String },
    /// Lists the gifts that are held, longest first: what is being checked, and what a provider did not pay back.
    Held,
    /// Lets a gift that is held go on: it can be redeemed, and is mailed when it is due.
    Release { reference: String },
}

/// Runs the command that this process was started with.
pub fn run() -> Result<(), StartError> {
    let arguments = Arguments::parse();
    telemetry::start();
    // One provider of cryptography for every TLS connection that this process opens; a second call finds it installed.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let settings = Settings::load()?;
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(carry_out(arguments.command, settings))
}

async fn carry_out(command: Command, settings: Settings) -> Result<(), StartError> {
    match command {
        Command::Serve => serve(settings).await,
        Command::Sandbox { data } => run_sandbox(&settings, data).await,
        Command::Reconcile => reconcile(&settings).await,
        Command::Migrate => migrate(&settings).await,
        Command::Doctor => examine(&settings).await,
        Command::Account(AccountCommand::Create { email, admin, verified }) => {
            create_account(&settings, &email, admin, verified).await
        }
        Command::Gift(GiftCommand::Show { reference }) => show_gift(&settings, &reference).await,
        Command::Gift(GiftCommand::Held) => list_held(&settings).await,
        Command::Gift(GiftCommand::Release { reference }) => release_gift(&settings, &reference).await,
        Command::Outbox(command) => outbox::carry_out(command, &settings).await,
        Command::Promo(command) => promo::carry_out(command, &settings).await,
        Command::Token(command) => token::carry_out(command, &settings).await,
    }
}

async fn run_sandbox(settings: &Settings, data: Option<PathBuf>) -> Result<(), StartError> {
    if settings.is_in_the_open() {
        return Err(StartError::World(world::WorldError::InTheOpen));
    }
    let closing = CancellationToken::new();
    let running = world::start_sandbox(settings, data, closing.clone()).await.map_err(world::WorldError::from)?;
    tracing::info!("the sandbox is open at {}", running.keys.hosted_origin);
    stop_on_signal(closing).await;
    running.ended().await;
    Ok(())
}

async fn migrate(settings: &Settings) -> Result<(), StartError> {
    open_store(settings).await?.close().await;
    say(format_args!("The tables of {} are this program's.", without_password(&settings.database_url)))
}

async fn examine(settings: &Settings) -> Result<(), StartError> {
    let findings = doctor::examine(settings, settings.clock().now()).await;
    findings.iter().try_for_each(|finding| say(format_args!("{finding}")))?;
    match findings.iter().filter(|finding| !finding.is_well).count() {
        0 => Ok(()),
        wrong => Err(StartError::Unwell(wrong)),
    }
}

/// Mails that follow from it are sent by the shop's server.
async fn reconcile(settings: &Settings) -> Result<(), StartError> {
    let world = World::reach(settings).await?;
    let shop = open_shop_in(settings, world.providers.clone()).await?;
    let done = shop.reconcile_everything().await?;
    for Question { order_id, answer } in &done.questions {
        match answer {
            Answer::Changed { state } => say(format_args!("{order_id} has changed: it is {state} now"))?,
            Answer::Same { state } => say(format_args!("{order_id} is {state} as before"))?,
            Answer::Failed { tag } => say(format_args!("{order_id} could not be asked about: {tag}"))?,
        }
    }
    world.end().await;
    say(format_args!("{} asked about, {} changed, {} failed.", done.asked(), done.changed(), done.failed()))?;
    if done.failed() == 0 { Ok(()) } else { Err(StartError::Unanswered(done.failed())) }
}

async fn create_account(settings: &Settings, email: &str, is_admin: bool, is_verified: bool) -> Result<(), StartError> {
    let mut password = String::new();
    std::io::stdin().lock().read_to_string(&mut password)?;
    let shop = open_shop(settings).await?;
    let registration = Registration::read(email, password.trim_end_matches(['\r', '\n'])).map_err(crate::Error::Invalid)?;
    let role = if is_admin { Role::Admin } else { Role::Person };
    let account = shop.create_account(&registration, role, is_verified).await?;
    say(format_args!("{}", account.id))
}

async fn show_gift(settings: &Settings, reference: &str) -> Result<(), StartError> {
    let id = read_reference(reference)?;
    let history = open_shop(settings).await?.gift_history(&id).await;
    for line in history.map_err(|error| of_gift(reference, error))? {
        say(format_args!("{line}"))?;
    }
    Ok(())
}

async fn list_held(settings: &Settings) -> Result<(), StartError> {
    let held = open_shop(settings).await?.held_gifts().await?;
    if held.is_empty() {
        return say(format_args!("No gift is held."));
    }
    held.iter().try_for_each(|line| say(format_args!("{line}")))
}

async fn release_gift(settings: &Settings, reference: &str) -> Result<(), StartError> {
    let id = read_reference(reference)?;
    open_shop(settings).await?.release_gift(&id).await.map_err(|error| of_gift(reference, error))?;
    show_gift(settings, reference).await
}

fn read_reference(reference: &str) -> Result<GiftId, StartError> {
    reference.parse().map_err(|_| StartError::UnknownGift(reference.to_owned()))
}

fn of_gift(reference: &str, error: crate::Error) -> StartError {
    if matches!(error, crate::Error::GiftNotFound) { StartError::UnknownGift(reference.to_owned()) } else { error.into() }
}

/// The shop without its doors, for a command that works on its rows.
async fn open_shop(settings: &Settings) -> Result<Shop, StartError> {
    open_shop_in(settings, Vec::new()).await
}

/// The same with the providers that it asks.
async fn open_shop_in(settings: &Settings, providers: Vec<Arc<dyn Provider>>) -> Result<Shop, StartError> {
    let store = open_store(settings).await?;
    let secrets = secrets::load(settings, &store).await?;
    Ok(Shop::open(shop::Parts {
        store,
        clock: settings.clock(),
        entropy: Arc::new(SystemEntropy),
        secrets,
        brand: settings.brand.clone(),
        catalog: settings.catalog.clone(),
        zone: settings.zone.clone(),
        refunds: settings.refunds,
        providers,
        selling: settings.provider,
        public_url: settings.public_url.clone(),
        report_secrets: Vec::new(),
    }))
}

fn say(line: std::fmt::Arguments<'_>) -> Result<(), StartError> {
    writeln!(std::io::stdout().lock(), "{line}")?;
    Ok(())
}
