//! The release program that is measured, with its sandbox, in a folder of its own.

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::Result;

pub const SHOP: &str = "127.0.0.1:3980";
pub const SANDBOX: &str = "127.0.0.1:3990";
/// The secret from which its codes are derived, so that gifts can be put into its database.
pub const SECRET: &str = "for nothing but the bench, and long enough";

/// Shop and sandbox, each a process of its own.
pub struct Program {
    shop: Child,
    sandbox: Child,
}

impl Program {
    /// Starts both, and waits until they answer. The sandbox keeps no file, which would grow with every session and be written anew for
    /// each. The shop believes `X-Forwarded-For`: what one network may do in an hour is done in a second here.
    pub async fn start(folder: &Path) -> Result<Self> {
        let sandbox = ribbon(folder, "sandbox")?;
        answers(&format!("http://{SANDBOX}/inbox.json")).await?;
        let program = Self { sandbox, shop: ribbon(folder, "serve")? };
        answers(&format!("http://{SHOP}/readyz")).await?;
        Ok(program)
    }
}

fn ribbon(folder: &Path, command: &str) -> Result<Child> {
    let checkout = std::env::current_dir()?;
    let child = Command::new(checkout.join("target/release/ribbon"))
        .arg(command)
        .current_dir(folder)
        .env("RIBBON_ADDR", SHOP)
        .env("RIBBON_PUBLIC_URL", format!("http://{SHOP}"))
        .env("RIBBON_SANDBOX_PORT", SANDBOX.rsplit(':').next().unwrap_or_default())
        .env("RIBBON_SECRET", SECRET)
        .env("RIBBON_TRUSTED_PROXIES", "127.0.0.0/8")
        .env("LEPTOS_SITE_ROOT", checkout.join("target/site"))
        .env("RUST_LOG", "error")
        .stdout(Stdio::null())
        .spawn()?;
    Ok(child)
}

async fn answers(url: &str) -> Result<()> {
    for _ in 0..100 {
        if reqwest::get(url).await.is_ok_and(|answer| answer.status().is_success()) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Err(format!("{url} does not answer").into())
}

/// Ends them by their own pids: these children and nothing else.
impl Drop for Program {
    fn drop(&mut self) {
        for child in [&mut self.shop, &mut self.sandbox] {
            drop(child.kill());
            drop(child.wait());
        }
    }
}
