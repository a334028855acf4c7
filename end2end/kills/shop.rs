//! One installation: the sandbox and one or two servers as processes of their own, in a folder of their own. Only processes begun here are
//! ended here, each by its own pid.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::net::TcpListener;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use ribbon::store::Store;
use sqlx::AssertSqlSafe;

use super::Result;
use super::dice::Dice;

/// Longer than the lease of what a killed server held, and than the first pauses of reconciler and webhooks.
const LONGEST_REST: Duration = Duration::from_secs(150);

pub enum Database {
    Sqlite,
    /// A new one in this cluster.
    Postgres {
        cluster: String,
    },
}

pub struct Shop {
    pub folder: PathBuf,
    /// How this program reaches the same rows.
    pub store: Store,
    /// Where each server listens. The first is what the shop's links name.
    pub origins: Vec<String>,
    pub sandbox: String,
    settings: BTreeMap<&'static str, String>,
    servers: Vec<Mutex<Child>>,
    sandbox_process: Mutex<Child>,
    people: AtomicU32,
}

impl Shop {
    /// A shop that answers.
    pub async fn open(database: &Database, servers: usize, dice: &mut Dice) -> Result<Self> {
        let folder = std::env::current_dir()?.join(format!("target/kills-{:016x}", dice.roll()));
        std::fs::create_dir_all(&folder)?;
        let first_port = free_ports(u16::try_from(servers)? + 3, dice)?;
        let sandbox = format!("http://127.0.0.1:{first_port}");
        let origins: Vec<String> = (first_port + 3..).take(servers).map(|port| format!("http://127.0.0.1:{port}")).collect();
        let database_url = match database {
            Database::Sqlite => format!("sqlite://{}", folder.join("ribbon.db").display()),
            Database::Postgres { cluster } => new_postgres(cluster, dice).await?,
        };
        let settings = BTreeMap::from([
            ("DATABASE_URL", database_url.clone()),
            ("LEPTOS_SITE_ROOT", std::env::current_dir()?.join("target/site").display().to_string()),
            ("PATH", std::env::var("PATH").unwrap_or_default()),
            ("RIBBON_DATA", folder.display().to_string()),
            ("RIBBON_PUBLIC_URL", origins.first().cloned().unwrap_or_default()),
            ("RIBBON_SANDBOX_PORT", first_port.to_string()),
            // Every client comes from an address of its own, as in life.
            ("RIBBON_TRUSTED_PROXIES", "127.0.0.1".to_owned()),
            ("RUST_LOG", "ribbon=info".to_owned()),
        ]);
        let sandbox_process = Mutex::new(start("sandbox", &folder, &settings)?);
        answers(&format!("{sandbox}/inbox.json")).await?;
        let mut processes = Vec::new();
        for origin in &origins {
            processes.push(Mutex::new(start_server(origin, &folder, &settings)?));
            answers(&format!("{origin}/readyz")).await?;
        }
        let store = Store::connect(&database_url).await?;
        Ok(Self { folder, store, origins, sandbox, settings, servers: processes, sandbox_process, people: AtomicU32::new(0) })
    }

    pub const fn servers(&self) -> usize {
        self.servers.len()
    }

    /// As a power cut does it: nothing is finished, nothing is said. They are started again at once.
    pub fn kill_and_start(&self, numbers: Range<usize>) -> Result<()> {
        let victims = self.servers.iter().zip(&self.origins).take(numbers.end).skip(numbers.start);
        for (server, _) in victims.clone() {
            let mut server = server.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(status) = server.try_wait()? {
                return Err(format!("a server ended by itself: {status}").into());
            }
            end(&mut server)?;
        }
        for (server, origin) in victims {
            *server.lock().unwrap_or_else(PoisonError::into_inner) = start_server(origin, &self.folder, &self.settings)?;
        }
        Ok(())
    }

    /// The path and query of one of the shop's own addresses, whichever server it names; any other as it is.
    pub fn path_of<'a>(&self, url: &'a str) -> &'a str {
        self.origins.iter().find_map(|origin| url.strip_prefix(origin.as_str())).unwrap_or(url)
    }

    /// The number of somebody new.
    pub fn next_person(&self) -> u32 {
        self.people.fetch_add(1, Ordering::Relaxed)
    }

    /// Waits until nothing is left in the outbox that was to be done within a day (reminders wait for their week), and the shop knows of
    /// every payment that the provider knows of.
    pub async fn comes_to_rest(&self) -> Result<()> {
        let begun = Instant::now();
        loop {
            let waiting: i64 =
                sqlx::query_scalar("select count(*) from outbox where state = 'waiting' and due_at < created_at + 86400000")
                    .fetch_one(&mut *self.store.connection().await?)
                    .await?;
            let open: Vec<String> = sqlx::query_scalar("select id from orders where state = 'open'")
                .fetch_all(&mut *self.store.connection().await?)
                .await?;
            let paid = self.payments().await?;
            let unheard = open.iter().filter(|order| paid.contains_key(*order)).count();
            if waiting == 0 && unheard == 0 {
                return Ok(());
            }
            if begun.elapsed() > LONGEST_REST {
                return Err(format!("{waiting} pieces of work still wait, and {unheard} payments are not known of").into());
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
    }

    /// Runs one of the operator's commands.
    pub fn command(&self, arguments: &[&str], input: &str) -> Result<()> {
        let file = self.folder.join("input");
        std::fs::write(&file, input)?;
        let ran = Command::new(program()?)
            .args(arguments)
            .env_clear()
            .envs(&self.settings)
            .stdin(File::open(&file)?)
            .stdout(Stdio::null())
            .stderr(log(&self.folder)?)
            .status()?;
        if ran.success() { Ok(()) } else { Err(format!("ribbon {} ended with {ran}", arguments.join(" ")).into()) }
    }

    /// Ends every process, and leaves the folder to be looked at.
    pub fn keep(&self) -> &Path {
        for process in self.servers.iter().chain([&self.sandbox_process]) {
            let _ = end(&mut process.lock().unwrap_or_else(PoisonError::into_inner));
        }
        &self.folder
    }

    pub fn close(&self) -> Result<()> {
        Ok(std::fs::remove_dir_all(self.keep())?)
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        self.keep();
    }
}

fn start_server(origin: &str, folder: &Path, settings: &BTreeMap<&'static str, String>) -> Result<Child> {
    let mut settings = settings.clone();
    settings.insert("RIBBON_ADDR", origin.trim_start_matches("http://").to_owned());
    start("serve", folder, &settings)
}

fn start(command: &str, folder: &Path, settings: &BTreeMap<&'static str, String>) -> Result<Child> {
    let (out, errors) = (log(folder)?, log(folder)?);
    let child = Command::new(program()?)
        .arg(command)
        .current_dir(folder)
        .env_clear()
        .envs(settings)
        .stdin(Stdio::null())
        .stdout(out)
        .stderr(errors)
        .spawn()?;
    Ok(child)
}

fn end(child: &mut Child) -> Result<()> {
    // SIGKILL, to this pid and no other; one that has ended is no error.
    child.kill()?;
    child.wait()?;
    Ok(())
}

fn log(folder: &Path) -> Result<File> {
    Ok(OpenOptions::new().create(true).append(true).open(folder.join("log"))?)
}

fn program() -> Result<PathBuf> {
    Ok(std::env::current_dir()?.join("target/release/ribbon"))
}

async fn answers(url: &str) -> Result<()> {
    let client = reqwest::Client::new();
    for _ in 0..400 {
        if client.get(url).send().await.is_ok_and(|answer| answer.status().is_success()) {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Err(format!("{url} does not answer").into())
}

async fn new_postgres(cluster: &str, dice: &mut Dice) -> Result<String> {
    let name = format!("kills_{:016x}", dice.roll());
    let store = Store::connect(cluster).await?;
    sqlx::query(AssertSqlSafe(format!("create database {name}"))).execute(&mut *store.connection().await?).await?;
    store.close().await;
    let mut url = url::Url::parse(cluster)?;
    url.set_path(&name);
    Ok(url.to_string())
}

/// The first of `count` ports in a row that nobody listens on, below the range from which the system gives ports to outgoing connections.
fn free_ports(count: u16, dice: &mut Dice) -> Result<u16> {
    for _ in 0..100 {
        let first = u16::try_from(dice.within(10_000..32_000))?;
        if (first..).take(count.into()).all(|port| TcpListener::bind(("127.0.0.1", port)).is_ok()) {
            return Ok(first);
        }
    }
    Err("no free ports were found".into())
}
