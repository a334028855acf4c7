//! Kills the whole program, again and again, while gifts are bought, paid and redeemed over HTTP; then holds the provider's record of
//! payments against the mails and the rows. `make kills` runs it on the release build. It knows nothing of how the shop works inside:
//! only its pages, its tables, and the sandbox that stands apart.
//!
//! `RIBBON_KILLS_SEED` plays the same dice again; when which server was doing what is the machine's to decide.

mod audit;
mod browser;
mod dice;
mod journey;
mod shop;

use std::error::Error;
use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use dice::Dice;
use journey::Journeys;
use shop::{Database, Shop};

type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

/// Buyers and recipients at work side by side.
const CLIENTS: u64 = 6;
/// How long a server lives before it is killed, in milliseconds: from before it listens to well after.
const LIFE_MS: std::ops::Range<u64> = 150..1_600;

/// One run of the test.
struct Round {
    name: &'static str,
    database: Database,
    servers: usize,
    kills: u32,
}

#[tokio::main]
async fn main() -> Result<()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let seed = match std::env::var("RIBBON_KILLS_SEED") {
        Ok(seed) => seed.parse()?,
        Err(_) => Dice::any_seed(),
    };
    say(&format!("kills: RIBBON_KILLS_SEED={seed}"))?;
    let cluster = std::env::var("RIBBON_TEST_POSTGRES")
        .map_err(|_| "RIBBON_TEST_POSTGRES is not set: `make kills` starts a PostgreSQL and says where it is")?;
    let postgres = || Database::Postgres { cluster: cluster.clone() };
    for (number, round) in [
        Round { name: "SQLite", database: Database::Sqlite, servers: 1, kills: 50 },
        Round { name: "PostgreSQL", database: postgres(), servers: 1, kills: 50 },
        Round { name: "PostgreSQL with two servers", database: postgres(), servers: 2, kills: 20 },
    ]
    .into_iter()
    .enumerate()
    {
        play(round, Dice::new(seed, u64::try_from(number)? << 32)).await?;
    }
    Ok(())
}

async fn play(round: Round, mut dice: Dice) -> Result<()> {
    let Round { name, database, servers, kills } = round;
    let shop = Arc::new(Shop::open(&database, servers, &mut dice).await?);
    let played = play_at(&shop, kills, &mut dice).await;
    let report = match played {
        Ok(report) => report,
        Err(error) => return Err(format!("{name}: {error}\nEverything is kept in {}", shop.keep().display()).into()),
    };
    shop.close()?;
    say(&format!(
        "kills: {kills} kills on {name}, {} gifts paid, all mailed ({} of them more than once), each redeemed once; of {} unpaid ones none",
        report.paid, report.mailed_twice, report.unpaid
    ))
}

async fn play_at(shop: &Arc<Shop>, kills: u32, dice: &mut Dice) -> Result<audit::Report> {
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
    for _ in 0..kills {
        tokio::time::sleep(Duration::from_millis(dice.within(LIFE_MS))).await;
        // A client that met what nobody should meet ends by itself, and everything else with it.
        if clients.iter().any(tokio::task::JoinHandle::is_finished) {
            break;
        }
        let server = usize::try_from(dice.below(u64::try_from(shop.servers())?))?;
        shop.kill_and_start(server)?;
    }
    is_closing.store(true, Ordering::Relaxed);
    for client in clients {
        client.await??;
    }
    shop.comes_to_rest().await?;
    audit::audit(shop).await
}

pub fn say(line: &str) -> Result<()> {
    Ok(writeln!(std::io::stdout().lock(), "{line}")?)
}
