//! Databases for tests: every test gets one of its own, on each engine.
#![expect(clippy::missing_panics_doc, reason = "only tests call this, and a panic is how a test fails")]

use std::sync::atomic::{AtomicU32, Ordering};

use super::{Engine, Store};

/// Where the cluster for tests listens; `make test` starts one and says so.
const POSTGRES: &str = "RIBBON_TEST_POSTGRES";

static NEXT: AtomicU32 = AtomicU32::new(0);

/// A store with its tables, and what must outlive it.
pub struct Scratch {
    pub store: Store,
    /// How another process or pool reaches the same database.
    pub url: String,
    _folder: tempfile::TempDir,
}

impl Scratch {
    pub async fn on(engine: Engine) -> Self {
        let folder = folder();
        let url = match engine {
            Engine::Sqlite => format!("sqlite://{}", folder.path().join("ribbon.db").display()),
            Engine::Postgres => schema_of_its_own().await,
        };
        let store = Store::connect(&url).await.unwrap();
        store.migrate().await.unwrap();
        Self { store, url, _folder: folder }
    }
}

/// In memory where the machine has a folder there: no test needs a disk that keeps what it is told.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap()
}

async fn schema_of_its_own() -> String {
    let base = std::env::var(POSTGRES).unwrap_or_else(|_| {
        panic!("{POSTGRES} is not set: tests on PostgreSQL need a cluster. `make test` starts one; or set it to postgres://user@host/database")
    });
    let name = format!("test_{}_{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let store = Store::connect(&base).await.unwrap();
    let create = format!("create schema {name}");
    sqlx::query(sqlx::AssertSqlSafe(create)).execute(&mut *store.connection().await.unwrap()).await.unwrap();
    store.close().await;
    let glue = if base.contains('?') { '&' } else { '?' };
    format!("{base}{glue}options=-c%20search_path%3D{name}")
}

/// Runs one asynchronous test on both engines: `on_both!(a_gift_is_kept, async |store| { … })` makes two tests.
macro_rules! on_both {
    ($name:ident, $test:expr) => {
        mod $name {
            use super::*;

            #[tokio::test]
            async fn sqlite() {
                let scratch = $crate::store::testing::Scratch::on($crate::store::Engine::Sqlite).await;
                ($test)(scratch.store.clone()).await;
            }

            #[tokio::test]
            async fn postgres() {
                let scratch = $crate::store::testing::Scratch::on($crate::store::Engine::Postgres).await;
                ($test)(scratch.store.clone()).await;
            }
        }
    };
}
pub(crate) use on_both;
