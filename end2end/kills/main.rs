//! Kills the whole program, again and again, while gifts are bought, paid and redeemed over HTTP; then holds the provider's record of
//! payments against the mails and the rows. `make kills` runs it on the release build. It knows nothing of how the shop works inside:
//! only its pages, its tables, and the sandbox that stands apart.
//!
//! `RIBBON_KILLS_SEED` plays the same dice again; when which server was doing what is the machine's to decide.

mod audit;
mod browser;
mod dice;
mod journey;
mod outside;
mod shop;

use std::error::Error;
use std::io::Write as _;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use audit::Report;
use dice::Dice;
use journey::Journeys;
use shop::{Database, Shop};
use tokio::signal::unix::{SignalKind, signal};

type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

/// In each round, and so on each engine.
const KILLS: u32 = 50;
/// Buyers and recipients at work side by side.
const CLIENTS: u64 = 6;
/// How long a server lives before it is killed, in milliseconds: from before it listens to well after.
const LIFE_MS: std::ops::Range<u64> = 150..1_600;
/// Where there are two servers, one kill in so many ends both at once.
const ALL_AT_ONCE: u64 = 4;

struct Round {
    name: &'static str,
    database: Database,
    servers: usize,
}

#[tokio::main]
async fn main() -> ExitCode {
    match seed_and_play().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr().lock(), "kills: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn seed_and_play() -> Result<()> {
    let seed = match std::env::var("RIBBON_KILLS_SEED") {
        Ok(seed) => seed.parse()?,
        Err(_) => Dice::any_seed(),
    };
    // What is dropped here ends the servers that it began.
    let played = tokio::select! {
        played = play_all(seed) => played,
        signal = told_to_stop() => signal.and_then(|()| Err("told to stop".into())),
    };
    played.map_err(|error| format!("RIBBON_KILLS_SEED={seed}: {error}").into())
}

async fn told_to_stop() -> Result<()> {
    let (mut interrupted, mut terminated) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    tokio::select! {
        _ = interrupted.recv() => Ok(()),
        _ = terminated.recv() => Ok(()),
    }
}

async fn play_all(seed: u64) -> Result<()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    say(&format!("kills: RIBBON_KILLS_SEED={seed}"))?;
    let cluster = std::env::var("RIBBON_TEST_POSTGRES")
        .map_err(|_| "RIBBON_TEST_POSTGRES is not set: `make kills` starts a PostgreSQL and says where it is")?;
    let sqlite = Round { name: "SQLite", database: Database::Sqlite, servers: 1 };
    let postgres = Round { name: "PostgreSQL with two servers", database: Database::Postgres { cluster }, servers: 2 };
    let one = play(sqlite, Dice::new(seed, 1)).await?;
    let all = one + play(postgres, Dice::new(seed, 2)).await?;
    say(&format!("kills: {} kills in all; {all}", 2 * KILLS))
}

async fn play(round: Round, mut dice: Dice) -> Result<Report> {
    let Round { name, database, servers } = round;
    let begun = Instant::now();
    let shop = Arc::new(Shop::open(&database, servers, &mut dice).await?);
    let report = match play_at(&shop, &mut dice).await {
        Ok(report) => report,
        Err(error) => return Err(format!("{name}: {error}\nEverything is kept in {}", shop.keep().display()).into()),
    };
    shop.close()?;
    say(&format!("kills: {KILLS} kills on {name} in {} s; {report}", begun.elapsed().as_secs()))?;
    Ok(report)
}

async fn play_at(shop: &Arc<Shop>, dice: &mut Dice) -> Result<Report> {
    let (is_closing, numbers) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU32::new(0)));
    let mut clients = Vec::new();
    for client in 1..=CLIENTS {
        let journeys = Journeys {
            shop: Arc::clone(shop),
            dice: Dice::new(dice.roll(), client),
            numbers: Arc::clone(&numbers),
            is_closing: Arc::clone(&is_closing),
        };
        clients.push(tokio::spawn(journeys.make()));
    }
    for _ in 0..KILLS {
        tokio::time::sleep(Duration::from_millis(dice.within(LIFE_MS))).await;
        // A client that met what nobody should meet ends by itself, and everything else with it.
        if clients.iter().any(tokio::task::JoinHandle::is_finished) {
            break;
        }
        let victims = if dice.one_in(ALL_AT_ONCE) { 0..shop.servers() } else { one_of(shop.servers(), dice)? };
        shop.kill_and_start(victims)?;
    }
    is_closing.store(true, Ordering::Relaxed);
    for client in clients {
        client.await??;
    }
    shop.comes_to_rest().await?;
    audit::audit(shop).await
}

fn one_of(servers: usize, dice: &mut Dice) -> Result<std::ops::Range<usize>> {
    let server = usize::try_from(dice.below(u64::try_from(servers)?))?;
    Ok(server..server + 1)
}

fn say(line: &str) -> Result<()> {
    Ok(writeln!(std::io::stdout().lock(), "{line}")?)
}
