//! The two engines behind one pool: all that differs between SQLite and PostgreSQL stands here.

use std::os::unix::fs::DirBuilderExt as _;
use std::path::Path;
use std::time::Duration;

use sqlx::any::{AnyPoolOptions, install_default_drivers};
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool, Connection as _, Executor as _, Transaction};

use super::error::{Error, Result};

/// A transaction; dropped without [`Transaction::commit`], it undoes itself.
pub type Tx = Transaction<'static, Any>;

static MIGRATIONS: Migrator = sqlx::migrate!("./migrations");

/// How long a request waits for a connection before the visitor is told to try again.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(5);
const CONNECTIONS_MAX: u32 = 16;

/// Durable at every commit, and patient with the one writer at a time that SQLite allows.
const SQLITE_SETTINGS: &str =
    "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on; pragma busy_timeout = 5000";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// The shop's database.
#[derive(Clone, Debug)]
pub struct Store {
    pool: AnyPool,
    engine: Engine,
}

impl Engine {
    /// By the URL's scheme.
    pub fn of(url: &str) -> Option<Self> {
        match url.split_once(':')?.0 {
            "sqlite" => Some(Self::Sqlite),
            "postgres" | "postgresql" => Some(Self::Postgres),
            _ => None,
        }
    }

    /// How a transaction begins: SQLite takes its one write lock at once, so that two writers queue in place of failing half-way.
    const fn begin(self) -> &'static str {
        match self {
            Self::Sqlite => "begin immediate",
            Self::Postgres => "begin",
        }
    }
}

impl Store {
    /// Connects; a SQLite file and its folder are made where they are missing.
    pub async fn connect(url: &str) -> Result<Self> {
        install_default_drivers();
        let engine = Engine::of(url).ok_or(Error::Refused(sqlx::Error::Configuration("not sqlite: or postgres:".into())))?;
        let url = match engine {
            Engine::Sqlite => sqlite_url(url)?,
            Engine::Postgres => url.to_owned(),
        };
        let options = AnyPoolOptions::new().max_connections(CONNECTIONS_MAX).acquire_timeout(ACQUIRE_TIMEOUT);
        let pool = options
            .after_connect(move |connection, _| {
                Box::pin(async move {
                    if engine == Engine::Sqlite {
                        connection.execute(SQLITE_SETTINGS).await?;
                    }
                    Ok(())
                })
            })
            .connect(&url)
            .await;
        match pool {
            Ok(pool) => Ok(Self { pool, engine }),
            // The pool has tried for as long as it may and forgot what it met: one more try tells.
            Err(sqlx::Error::PoolTimedOut) => {
                Err(AnyConnection::connect(&url).await.err().unwrap_or(sqlx::Error::PoolTimedOut).into())
            }
            Err(error) => Err(error.into()),
        }
    }

    pub const fn engine(&self) -> Engine {
        self.engine
    }

    /// Brings the tables up to this program's; does nothing where they are.
    pub async fn migrate(&self) -> Result<()> {
        let Err(error) = MIGRATIONS.run(&self.pool).await else { return Ok(()) };
        Err(if let MigrateError::Execute(error) = error {
            error.into()
        } else {
            Error::Refused(sqlx::Error::Migrate(Box::new(error)))
        })
    }

    /// Reachable, and its tables are this program's.
    pub async fn is_ready(&self) -> Result<bool> {
        let newest = MIGRATIONS.iter().map(|migration| migration.version).max();
        let applied: Option<i64> =
            sqlx::query_scalar("select max(version) from _sqlx_migrations").fetch_one(&mut *self.connection().await?).await?;
        Ok(applied == newest)
    }

    /// A connection for reading, outside of any transaction.
    pub async fn connection(&self) -> Result<PoolConnection<Any>> {
        Ok(self.pool.acquire().await?)
    }

    /// A transaction for writing. It begins in a task of its own, which ends whatever becomes of the caller: to PostgreSQL's driver a
    /// `begin` that nobody waited for never was, and whoever had the connection next would be in a transaction that nobody ends.
    pub async fn begin(&self) -> Result<Tx> {
        let (pool, statement) = (self.pool.clone(), self.engine.begin());
        let begun = tokio::spawn(async move { pool.begin_with(statement).await });
        Ok(begun.await.map_err(|_| sqlx::Error::WorkerCrashed)??)
    }

    /// Makes the transactions that name the same thing follow one another to their ends, also where no row of it exists yet that they
    /// could meet at.
    pub async fn one_at_a_time(&self, tx: &mut Tx, name: &str) -> Result<()> {
        match self.engine {
            // There is one writer at a time as it is.
            Engine::Sqlite => {}
            Engine::Postgres => {
                // As text, because the answer is of a type that `Any` has no word for.
                let lock = "select cast(pg_advisory_xact_lock(hashtextextended($1, 0)) as text)";
                sqlx::query(lock).bind(name).execute(&mut **tx).await?;
            }
        }
        Ok(())
    }

    pub async fn close(&self) {
        self.pool.close().await;
    }
}

/// Whether `url` names a SQLite file that isn't there: [`Store::connect`] would make it.
pub fn is_file_missing(url: &str) -> bool {
    let path = sqlite_path(url);
    Engine::of(url) == Some(Engine::Sqlite) && path != ":memory:" && !Path::new(path).exists()
}

fn sqlite_path(url: &str) -> &str {
    let path = url.trim_start_matches("sqlite:").trim_start_matches("//");
    path.split('?').next().unwrap_or(path)
}

/// `sqlite://path` with the file made where there is none; its folder too, for nobody else to look into.
fn sqlite_url(url: &str) -> Result<String> {
    let path = sqlite_path(url);
    if path != ":memory:"
        && let Some(folder) = Path::new(path).parent()
    {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(sqlx::Error::Io)?;
    }
    Ok(format!("sqlite://{path}?mode=rwc"))
}

/// Counts the rows that a conditional update changed: none means that somebody else was faster.
pub(super) async fn change_one(
    connection: &mut AnyConnection,
    query: sqlx::query::Query<'_, Any, sqlx::any::AnyArguments>,
) -> Result<()> {
    match query.execute(connection).await?.rows_affected() {
        1 => Ok(()),
        _ => Err(Error::Stale),
    }
}
