//! Ratios, measured in one run: pages against the same bytes from memory, a gift's checkout against the provider's part of it, and redeeming
//! against a bare transaction that writes the same rows. `make bench` runs it on the release build and prints; no test depends on how fast
//! anything is.

mod checkouts;
mod load;
mod pages;
mod program;
mod redeeming;
mod stock;

use std::error::Error;
use std::io::Write as _;
use std::path::Path;

use program::Program;
use stock::Stock;

type Result<T, E = Box<dyn Error + Send + Sync>> = std::result::Result<T, E>;

/// How often the two sides of a ratio take their turns.
const ROUNDS: usize = 3;

#[tokio::main]
async fn main() -> Result<()> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = std::env::current_dir()?.join(format!("target/ratios-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let measured = measure(&folder).await;
    std::fs::remove_dir_all(&folder)?;
    measured
}

async fn measure(folder: &Path) -> Result<()> {
    let _program = Program::start(folder).await?;
    pages::pages().await?;
    let running = Stock::open(&folder.join("data/ribbon.db"), program::SECRET).await?;
    let token = running.token().await?;
    let beside = Stock::open(&folder.join("beside.db"), program::SECRET).await?;
    redeeming::redeeming(&running, &token, &beside).await?;
    checkouts::checkouts(&token, folder).await
}

fn median(mut counts: Vec<u64>) -> u64 {
    counts.sort_unstable();
    counts.get(counts.len() / 2).copied().unwrap_or_default()
}

/// To two decimals, with both sides beside it.
fn ratio(ours: u64, bare: u64) -> String {
    let hundredths = ours.saturating_mul(100) / bare.max(1);
    format!("{}.{:02} ({ours} to {bare})", hundredths / 100, hundredths % 100)
}

fn say(line: &str) -> Result<()> {
    Ok(writeln!(std::io::stdout().lock(), "{line}")?)
}
