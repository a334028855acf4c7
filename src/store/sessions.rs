//! Where tower-sessions keeps its sessions. The id is kept as a digest, so a stolen table opens none; and saving only updates,
//! so a request that began before a session was ended can't bring it back.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use sqlx::AnyConnection;
use time::OffsetDateTime;
use tower_sessions::SessionStore;
use tower_sessions::session::{Id, Record};
use tower_sessions::session_store;

use super::Store;
use super::error::{Error, Result};
use super::row::Read;
use crate::values::{AccountId, Clock, Timestamp};

/// How long a session lives without being used.
pub const IDLE: Duration = Duration::from_hours(30 * 24);

/// Under which name a session's data says whose it is.
pub const SIGNED_IN: &str = "signed_in";

/// Whose a session is; kept in its data and, for ending all of an account's, in a column.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedIn {
    pub account_id: AccountId,
    /// The account's session generation when they signed in.
    pub generation: i64,
}

/// The session store of the shop's database.
#[derive(Clone)]
pub struct Sessions {
    store: Store,
    clock: Arc<dyn Clock>,
}

impl Sessions {
    pub fn new(store: Store, clock: Arc<dyn Clock>) -> Self {
        Self { store, clock }
    }
}

#[async_trait]
impl SessionStore for Sessions {
    async fn create(&self, record: &mut Record) -> session_store::Result<()> {
        let mut connection = self.store.connection().await.map_err(backend)?;
        let (data, account_id) = columns(&record.data)?;
        let expires_at = self.clock.now().plus(IDLE);
        loop {
            match insert(&mut connection, &digest(record.id), account_id.as_ref(), &data, expires_at).await {
                Err(Error::Duplicate) => record.id = Id::default(),
                done => return done.map_err(backend),
            }
        }
    }

    async fn save(&self, record: &Record) -> session_store::Result<()> {
        let mut connection = self.store.connection().await.map_err(backend)?;
        let (data, account_id) = columns(&record.data)?;
        let expires_at = self.clock.now().plus(IDLE);
        update(&mut connection, &digest(record.id), account_id.as_ref(), &data, expires_at).await.map_err(backend)
    }

    async fn load(&self, id: &Id) -> session_store::Result<Option<Record>> {
        let mut connection = self.store.connection().await.map_err(backend)?;
        let Some((data, expires_at)) = find(&mut connection, &digest(*id), self.clock.now()).await.map_err(backend)? else {
            return Ok(None);
        };
        let data = serde_json::from_str(&data).map_err(|error| session_store::Error::Decode(error.to_string()))?;
        let expiry_date = OffsetDateTime::from_unix_timestamp(expires_at.seconds())
            .map_err(|error| session_store::Error::Decode(error.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> session_store::Result<()> {
        let mut connection = self.store.connection().await.map_err(backend)?;
        delete(&mut connection, &digest(*id)).await.map_err(backend)
    }
}

async fn insert(
    connection: &mut AnyConnection,
    digest: &str,
    account_id: Option<&AccountId>,
    data: &str,
    expires_at: Timestamp,
) -> Result<()> {
    sqlx::query("insert into sessions (id, account_id, data, expires_at) values ($1, $2, $3, $4)")
        .bind(digest)
        .bind(account_id.map(AccountId::as_str))
        .bind(data)
        .bind(expires_at.millis())
        .execute(connection)
        .await?;
    Ok(())
}

/// Changes nothing where the session was ended meanwhile.
async fn update(
    connection: &mut AnyConnection,
    digest: &str,
    account_id: Option<&AccountId>,
    data: &str,
    expires_at: Timestamp,
) -> Result<()> {
    sqlx::query("update sessions set account_id = $1, data = $2, expires_at = $3 where id = $4")
        .bind(account_id.map(AccountId::as_str))
        .bind(data)
        .bind(expires_at.millis())
        .bind(digest)
        .execute(connection)
        .await?;
    Ok(())
}

async fn find(connection: &mut AnyConnection, digest: &str, now: Timestamp) -> Result<Option<(String, Timestamp)>> {
    let row = sqlx::query("select data, expires_at from sessions where id = $1 and expires_at > $2")
        .bind(digest)
        .bind(now.millis())
        .fetch_optional(connection)
        .await?;
    row.map(|row| Ok((row.text("data")?, row.time("expires_at")?))).transpose()
}

async fn delete(connection: &mut AnyConnection, digest: &str) -> Result<()> {
    sqlx::query("delete from sessions where id = $1").bind(digest).execute(connection).await?;
    Ok(())
}

/// Ends all of an account's.
pub(super) async fn delete_of(connection: &mut AnyConnection, account_id: &AccountId) -> Result<()> {
    sqlx::query("delete from sessions where account_id = $1").bind(account_id.as_str()).execute(connection).await?;
    Ok(())
}

/// Drops those that nobody used for too long; how many that were.
pub async fn sweep(connection: &mut AnyConnection, now: Timestamp) -> Result<u64> {
    let swept = sqlx::query("delete from sessions where expires_at <= $1").bind(now.millis()).execute(connection).await?;
    Ok(swept.rows_affected())
}

fn digest(id: Id) -> String {
    HEXLOWER.encode(&Sha256::digest(id.0.to_le_bytes()))
}

/// The data as text, and whose it is.
fn columns(data: &HashMap<String, serde_json::Value>) -> session_store::Result<(String, Option<AccountId>)> {
    let encode = |error: serde_json::Error| session_store::Error::Encode(error.to_string());
    let signed_in: Option<SignedIn> = data.get(SIGNED_IN).cloned().map(serde_json::from_value).transpose().map_err(encode)?;
    Ok((serde_json::to_string(data).map_err(encode)?, signed_in.map(|signed_in| signed_in.account_id)))
}

#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err takes")]
fn backend(error: Error) -> session_store::Error {
    session_store::Error::Backend(error.to_string())
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sessions")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::testing::on_both;

    struct Noon;
    impl Clock for Noon {
        fn now(&self) -> Timestamp {
            Timestamp::from_seconds(1_795_262_400)
        }
    }

    fn record(id: i128) -> Record {
        let data = HashMap::from([("kept".to_owned(), serde_json::json!({ "proven": true }))]);
        Record { id: Id(id), data, expiry_date: OffsetDateTime::UNIX_EPOCH }
    }

    on_both!(a_session_comes_back_with_its_data_and_the_shops_own_end, async |store: Store| {
        let sessions = Sessions::new(store, Arc::new(Noon));
        let mut written = record(1);
        sessions.create(&mut written).await.unwrap();
        let read = sessions.load(&written.id).await.unwrap().unwrap();
        assert_eq!((read.id, read.data), (written.id, written.data));
        assert_eq!(read.expiry_date.unix_timestamp(), Noon.now().plus(IDLE).seconds());
        assert!(sessions.load(&Id(2)).await.unwrap().is_none());
    });

    on_both!(an_id_that_is_taken_is_not_taken_over, async |store: Store| {
        let sessions = Sessions::new(store, Arc::new(Noon));
        let (mut first, mut second) = (record(1), record(1));
        sessions.create(&mut first).await.unwrap();
        second.data.clear();
        sessions.create(&mut second).await.unwrap();
        assert_ne!(first.id, second.id);
        assert_eq!(sessions.load(&first.id).await.unwrap().unwrap().data, first.data);
    });

    on_both!(saving_updates_and_never_inserts, async |store: Store| {
        let sessions = Sessions::new(store, Arc::new(Noon));
        let mut written = record(1);
        sessions.create(&mut written).await.unwrap();
        written.data.clear();
        sessions.save(&written).await.unwrap();
        assert!(sessions.load(&written.id).await.unwrap().unwrap().data.is_empty());
        sessions.delete(&written.id).await.unwrap();
        sessions.save(&written).await.unwrap();
        assert!(sessions.load(&written.id).await.unwrap().is_none());
    });

    on_both!(the_table_has_no_session_id, async |store: Store| {
        let sessions = Sessions::new(store.clone(), Arc::new(Noon));
        let mut written = record(1);
        sessions.create(&mut written).await.unwrap();
        let ids: Vec<String> =
            sqlx::query_scalar("select id from sessions").fetch_all(&mut *store.connection().await.unwrap()).await.unwrap();
        assert_eq!(ids, [digest(written.id)]);
        assert!(!ids[0].contains(&written.id.to_string()));
    });

    on_both!(what_nobody_uses_is_swept, async |store: Store| {
        let sessions = Sessions::new(store.clone(), Arc::new(Noon));
        sessions.create(&mut record(1)).await.unwrap();
        let mut connection = store.connection().await.unwrap();
        let end = Noon.now().plus(IDLE);
        assert_eq!(sweep(&mut connection, Timestamp::from_millis(end.millis() - 1)).await.unwrap(), 0);
        assert_eq!(sweep(&mut connection, end).await.unwrap(), 1);
    });
}
