//! What is to be done outside, and who is doing it. Rows hold a kind and ids; what they mean is the worker's business.

use sha2::{Digest, Sha256};
use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::engine::{Store, change_one};
use super::error::{Error, Result};
use super::row::Read;
use crate::values::{OutboxId, Timestamp};

/// Something to be done once, written in the transaction of the change that caused it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewEntry {
    /// What is to be done: `receipt`, `gift_for_you`.
    pub kind: String,
    /// The ids that it is about, as JSON; never an address, a code or a text.
    pub refs: String,
    /// Two entries with the same key are one.
    pub dedupe_key: String,
    /// `None`: at once.
    pub due_at: Option<Timestamp>,
}

/// A piece of work that this worker holds until its lease ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub id: OutboxId,
    pub version: i64,
    pub kind: String,
    pub refs: String,
    /// This one included.
    pub attempts: i64,
    /// Whoever takes it over has a later one.
    pub leased_until: Timestamp,
    pub created_at: Timestamp,
}

/// An entry as it stands now, whoever works on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub id: OutboxId,
    pub kind: String,
    pub refs: String,
    pub created_at: Timestamp,
    /// When it was done or given up.
    pub ended_at: Option<Timestamp>,
}

/// Something that was given up, for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parked {
    pub id: OutboxId,
    pub kind: String,
    pub attempts: i64,
    /// A tag, nothing private.
    pub reason: String,
    pub created_at: Timestamp,
    pub parked_at: Timestamp,
}

/// Who takes work and until when it is theirs.
#[derive(Clone, Copy, Debug)]
pub struct Lease<'a> {
    pub worker: &'a str,
    pub until: Timestamp,
}

/// Writes an entry down, unless one of the same key was done or given up before. One that still waits or was overtaken is
/// made to wait afresh; its new version makes sure that nobody who has just found it overtaken discards it.
pub async fn post(connection: &mut AnyConnection, entry: &NewEntry, now: Timestamp) -> Result<()> {
    sqlx::query(
        "insert into outbox (id, version, kind, refs, dedupe_key, state, due_at, attempts, created_at)
         values ($1, 1, $2, $3, $4, 'waiting', $5, 0, $6)
         on conflict (dedupe_key) do update
         set state = 'waiting', due_at = excluded.due_at, attempts = 0, done_at = null, version = outbox.version + 1
         where outbox.state in ('waiting', 'dropped')",
    )
    .bind(entry.id().as_str())
    .bind(&entry.kind)
    .bind(&entry.refs)
    .bind(&entry.dedupe_key)
    .bind(entry.due_at.unwrap_or(now).millis())
    .bind(now.millis())
    .execute(connection)
    .await?;
    Ok(())
}

impl NewEntry {
    /// The id that it has once it is posted.
    pub fn id(&self) -> OutboxId {
        id_of(&self.dedupe_key)
    }
}

/// An entry's id follows from its key, so that posting needs no randomness and the same work has the same id everywhere.
fn id_of(dedupe_key: &str) -> OutboxId {
    let mut bytes = [0; 10];
    bytes.iter_mut().zip(Sha256::digest(dedupe_key)).for_each(|(byte, digested)| *byte = digested);
    OutboxId::from_bytes(bytes)
}

/// Takes what is due and nobody holds, longest overdue first, and counts the attempt. One conditional update:
/// the outer condition is looked at again when another worker's update lets go of a row, so each piece is taken by one.
pub async fn lease_due(store: &Store, now: Timestamp, lease: Lease<'_>, limit: i64) -> Result<Vec<Entry>> {
    let rows = sqlx::query(
        "update outbox
         set leased_by = $1, leased_until = $2, attempts = attempts + 1, version = version + 1
         where state = 'waiting' and (leased_until is null or leased_until <= $3)
             and id in (
                 select id from outbox
                 where state = 'waiting' and due_at <= $3 and (leased_until is null or leased_until <= $3)
                 order by due_at, id
                 limit $4
             )
         returning id, version, kind, refs, attempts, leased_until, created_at",
    )
    .bind(lease.worker)
    .bind(lease.until.millis())
    .bind(now.millis())
    .bind(limit)
    .fetch_all(&mut *store.connection().await?)
    .await?;
    rows.iter().map(entry).collect()
}

/// It is done, also where it was posted again meanwhile: what was to be said then has just been said. [`Error::Stale`] where the lease
/// ran out and somebody else took it.
pub async fn done(connection: &mut AnyConnection, entry: &Entry, now: Timestamp) -> Result<()> {
    let query = sqlx::query(
        "update outbox
         set state = 'done', last_error = null, done_at = $3, leased_by = null, leased_until = null, version = version + 1
         where id = $1 and state = 'waiting' and leased_until = $2",
    )
    .bind(entry.id.as_str())
    .bind(entry.leased_until.millis())
    .bind(now.millis());
    change_one(connection, query).await
}

/// It is overtaken by what happened since: nothing is left to do. [`Error::Stale`] where it was posted again meanwhile, or taken over; so
/// for the two below.
pub async fn discard(connection: &mut AnyConnection, entry: &Entry, reason: &str, now: Timestamp) -> Result<()> {
    end(connection, entry, "dropped", reason, now).await
}

/// It is given up, and waits for the operator.
pub async fn park(connection: &mut AnyConnection, entry: &Entry, reason: &str, now: Timestamp) -> Result<()> {
    end(connection, entry, "parked", reason, now).await
}

/// It is to be tried again at `due_at`.
pub async fn retry(connection: &mut AnyConnection, entry: &Entry, reason: &str, due_at: Timestamp) -> Result<()> {
    let query = sqlx::query(
        "update outbox
         set due_at = $3, last_error = $4, leased_by = null, leased_until = null, version = version + 1
         where id = $1 and version = $2",
    )
    .bind(entry.id.as_str())
    .bind(entry.version)
    .bind(due_at.millis())
    .bind(reason);
    change_one(connection, query).await
}

/// An entry by its id, in whatever state it is.
pub async fn find(connection: &mut AnyConnection, id: &OutboxId) -> Result<Option<Record>> {
    let row = sqlx::query("select * from outbox where id = $1").bind(id.as_str()).fetch_optional(connection).await?;
    row.as_ref().map(record).transpose()
}

/// Of all that was done or given up of one kind and about the same things, the last.
pub async fn last_ended(connection: &mut AnyConnection, kind: &str, refs: &str) -> Result<Option<OutboxId>> {
    let row = sqlx::query(
        "select id from outbox
         where refs = $1 and kind = $2 and state in ('done', 'parked')
         order by done_at desc, id
         limit 1",
    )
    .bind(refs)
    .bind(kind)
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(|row| row.parsed("id")).transpose()
}

/// What was given up, newest first.
pub async fn parked(connection: &mut AnyConnection, limit: i64) -> Result<Vec<Parked>> {
    let rows = sqlx::query(
        "select * from outbox
         where state = 'parked'
         order by done_at desc, id
         limit $1",
    )
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.iter().map(parked_entry).collect()
}

/// What was given up waits again, with all its tries before it; [`Error::Stale`] where it wasn't given up.
pub async fn take_up(connection: &mut AnyConnection, id: &OutboxId, now: Timestamp) -> Result<()> {
    let query = sqlx::query(
        "update outbox
         set state = 'waiting', due_at = $2, attempts = 0, done_at = null, version = version + 1
         where id = $1 and state = 'parked'",
    )
    .bind(id.as_str())
    .bind(now.millis());
    change_one(connection, query).await
}

/// What was given up rests: other work is done in its place. [`Error::Stale`] where it wasn't given up.
pub async fn set_aside(connection: &mut AnyConnection, id: &OutboxId, reason: &str) -> Result<()> {
    let query = sqlx::query(
        "update outbox
         set state = 'dropped', last_error = $2, version = version + 1
         where id = $1 and state = 'parked'",
    )
    .bind(id.as_str())
    .bind(reason);
    change_one(connection, query).await
}

/// How many pieces of work still wait, due or not.
pub async fn count_waiting(connection: &mut AnyConnection) -> Result<i64> {
    let row = sqlx::query("select count(*) as waiting from outbox where state = 'waiting'").fetch_one(connection).await?;
    row.number("waiting")
}

/// How many pieces of work have waited since before `at` to be done.
pub async fn count_due(connection: &mut AnyConnection, at: Timestamp) -> Result<i64> {
    let row = sqlx::query("select count(*) as due from outbox where state = 'waiting' and due_at < $1")
        .bind(at.millis())
        .fetch_one(connection)
        .await?;
    row.number("due")
}

/// How many were given up after `since` for another reason than that a mailbox refuses them.
pub async fn count_parked(connection: &mut AnyConnection, since: Timestamp) -> Result<i64> {
    let row = sqlx::query(
        "select count(*) as parked from outbox
         where state = 'parked' and done_at > $1 and last_error not like 'smtp_recipient_%'",
    )
    .bind(since.millis())
    .fetch_one(connection)
    .await?;
    row.number("parked")
}

/// When the newest was posted.
pub async fn newest(connection: &mut AnyConnection) -> Result<Option<Timestamp>> {
    let row = sqlx::query("select max(created_at) as newest from outbox").fetch_one(connection).await?;
    row.time_or_null("newest")
}

async fn end(connection: &mut AnyConnection, entry: &Entry, state: &str, reason: &str, now: Timestamp) -> Result<()> {
    let query = sqlx::query(
        "update outbox
         set state = $3, last_error = $4, done_at = $5, leased_by = null, leased_until = null, version = version + 1
         where id = $1 and version = $2",
    )
    .bind(entry.id.as_str())
    .bind(entry.version)
    .bind(state)
    .bind(reason)
    .bind(now.millis());
    change_one(connection, query).await
}

fn entry(row: &AnyRow) -> Result<Entry> {
    Ok(Entry {
        id: row.parsed("id")?,
        version: row.number("version")?,
        kind: row.text("kind")?,
        refs: row.text("refs")?,
        attempts: row.number("attempts")?,
        leased_until: row.time("leased_until")?,
        created_at: row.time("created_at")?,
    })
}

fn record(row: &AnyRow) -> Result<Record> {
    Ok(Record {
        id: row.parsed("id")?,
        kind: row.text("kind")?,
        refs: row.text("refs")?,
        created_at: row.time("created_at")?,
        ended_at: row.time_or_null("done_at")?,
    })
}

fn parked_entry(row: &AnyRow) -> Result<Parked> {
    Ok(Parked {
        id: row.parsed("id")?,
        kind: row.text("kind")?,
        attempts: row.number("attempts")?,
        reason: row.text_or_null("last_error")?.unwrap_or_default(),
        created_at: row.time("created_at")?,
        parked_at: row.time_or_null("done_at")?.ok_or(Error::Unreadable("done_at"))?,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::testing::on_both;
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn after(seconds: u64) -> Timestamp {
        NOW.plus(std::time::Duration::from_secs(seconds))
    }

    fn work(key: &str) -> NewEntry {
        NewEntry { kind: "receipt".to_owned(), refs: "{}".to_owned(), dedupe_key: key.to_owned(), due_at: None }
    }

    async fn posted(store: &Store, entry: &NewEntry) {
        post(&mut store.connection().await.unwrap(), entry, NOW).await.unwrap();
    }

    async fn leased(store: &Store, worker: &str, now: Timestamp) -> Vec<Entry> {
        let lease = Lease { worker, until: now.plus(std::time::Duration::from_secs(30)) };
        lease_due(store, now, lease, 100).await.unwrap()
    }

    on_both!(the_same_key_is_the_same_work, async |store: Store| {
        posted(&store, &work("receipt order_1")).await;
        posted(&store, &work("receipt order_1")).await;
        posted(&store, &work("receipt order_2")).await;
        let taken = leased(&store, "one", NOW).await;
        assert_eq!(taken.len(), 2);
        assert_ne!(taken[0].id, taken[1].id);
    });

    on_both!(nothing_is_taken_before_it_is_due, async |store: Store| {
        posted(&store, &NewEntry { due_at: Some(after(60)), ..work("later") }).await;
        assert_eq!(leased(&store, "one", after(59)).await, []);
        assert_eq!(leased(&store, "one", after(60)).await.len(), 1);
    });

    on_both!(work_is_held_by_one_until_the_lease_ends, async |store: Store| {
        posted(&store, &work("held")).await;
        let first = leased(&store, "one", NOW).await;
        assert_eq!(leased(&store, "two", after(29)).await, []);
        let second = leased(&store, "two", after(30)).await;
        assert_eq!((first[0].attempts, second[0].attempts), (1, 2));
        let mut connection = store.connection().await.unwrap();
        let late = done(&mut connection, &first[0], after(31)).await;
        assert!(matches!(late, Err(Error::Stale)), "{late:?}");
        done(&mut connection, &second[0], after(31)).await.unwrap();
        drop(connection);
        assert_eq!(leased(&store, "one", after(3_600)).await, []);
    });

    on_both!(many_workers_share_the_work_and_do_no_piece_twice, async |store: Store| {
        for piece in 0..40 {
            posted(&store, &work(&format!("piece {piece}"))).await;
        }
        let workers: Vec<String> = (0..8).map(|worker| format!("worker {worker}")).collect();
        let rounds = workers.iter().map(|worker| leased(&store, worker, NOW));
        let taken: Vec<Entry> = futures::future::join_all(rounds).await.into_iter().flatten().collect();
        let different: BTreeSet<&str> = taken.iter().map(|entry| entry.id.as_str()).collect();
        assert_eq!((taken.len(), different.len()), (40, 40));
    });

    on_both!(what_failed_waits_and_what_was_given_up_is_listed, async |store: Store| {
        posted(&store, &work("fails")).await;
        let first = leased(&store, "one", NOW).await;
        let mut connection = store.connection().await.unwrap();
        retry(&mut connection, &first[0], "smtp_451", after(10)).await.unwrap();
        assert_eq!(leased(&store, "one", after(9)).await, []);
        let second = leased(&store, "one", after(10)).await;
        park(&mut connection, &second[0], "smtp_550", after(11)).await.unwrap();
        assert_eq!(leased(&store, "one", after(99_999)).await, []);
        let listed = parked(&mut connection, 10).await.unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!((listed[0].reason.as_str(), listed[0].attempts, listed[0].parked_at), ("smtp_550", 2, after(11)));
        assert_eq!(count_waiting(&mut connection).await.unwrap(), 0);
    });

    on_both!(what_was_given_up_is_taken_up_again_once, async |store: Store| {
        posted(&store, &work("given up")).await;
        let first = leased(&store, "one", NOW).await;
        let mut connection = store.connection().await.unwrap();
        park(&mut connection, &first[0], "provider_refused", NOW).await.unwrap();
        take_up(&mut connection, &first[0].id, after(60)).await.unwrap();
        let twice = take_up(&mut connection, &first[0].id, after(61)).await;
        assert!(matches!(twice, Err(Error::Stale)), "{twice:?}");
        assert_eq!(parked(&mut connection, 10).await.unwrap(), []);
        drop(connection);
        assert_eq!(leased(&store, "one", after(59)).await, []);
        let again = leased(&store, "one", after(60)).await;
        assert_eq!((again.len(), again[0].attempts), (1, 1));
    });

    on_both!(what_was_given_up_is_set_aside_once_and_nothing_else_is, async |store: Store| {
        posted(&store, &work("given up")).await;
        let mut connection = store.connection().await.unwrap();
        let waits = set_aside(&mut connection, &work("given up").id(), "replaced").await;
        assert!(matches!(waits, Err(Error::Stale)), "{waits:?}");
        let first = leased(&store, "one", NOW).await;
        park(&mut connection, &first[0], "smtp_550", NOW).await.unwrap();
        set_aside(&mut connection, &first[0].id, "replaced").await.unwrap();
        let twice = set_aside(&mut connection, &first[0].id, "replaced").await;
        assert!(matches!(twice, Err(Error::Stale)), "{twice:?}");
        assert_eq!(parked(&mut connection, 10).await.unwrap(), []);
        drop(connection);
        assert_eq!(leased(&store, "one", after(99_999)).await, []);
    });

    on_both!(what_was_overtaken_rests_until_it_is_posted_again, async |store: Store| {
        posted(&store, &work("overtaken")).await;
        let taken = leased(&store, "one", NOW).await;
        let mut connection = store.connection().await.unwrap();
        discard(&mut connection, &taken[0], "superseded", NOW).await.unwrap();
        assert_eq!(leased(&store, "one", after(99_999)).await, []);
        posted(&store, &work("overtaken")).await;
        let again = leased(&store, "one", NOW).await;
        assert_eq!((again.len(), again[0].attempts), (1, 1));
    });

    on_both!(what_is_posted_while_it_is_judged_is_not_discarded, async |store: Store| {
        posted(&store, &work("held, then not")).await;
        let judged = leased(&store, "one", NOW).await;
        posted(&store, &work("held, then not")).await;
        let mut connection = store.connection().await.unwrap();
        let late = discard(&mut connection, &judged[0], "overtaken", NOW).await;
        assert!(matches!(late, Err(Error::Stale)), "{late:?}");
        drop(connection);
        assert_eq!(leased(&store, "one", after(30)).await.len(), 1);
    });

    on_both!(what_is_posted_while_it_is_done_is_not_done_once_more, async |store: Store| {
        posted(&store, &work("said")).await;
        let taken = leased(&store, "one", NOW).await;
        posted(&store, &work("said")).await;
        done(&mut store.connection().await.unwrap(), &taken[0], NOW).await.unwrap();
        assert_eq!(leased(&store, "one", after(99_999)).await, []);
    });

    on_both!(of_the_same_work_the_last_that_ended_is_known, async |store: Store| {
        let last = async || last_ended(&mut store.connection().await.unwrap(), "receipt", "{}").await.unwrap();
        for key in ["first", "second", "third"] {
            posted(&store, &work(key)).await;
        }
        assert_eq!(last().await, None, "they all wait");
        let ids = ["first", "second", "third"].map(|key| work(key).id());
        let taken = leased(&store, "one", NOW).await;
        let entry = |id: &OutboxId| taken.iter().find(|entry| entry.id == *id).unwrap();
        done(&mut store.connection().await.unwrap(), entry(&ids[1]), after(1)).await.unwrap();
        park(&mut store.connection().await.unwrap(), entry(&ids[0]), "smtp_550", after(2)).await.unwrap();
        discard(&mut store.connection().await.unwrap(), entry(&ids[2]), "overtaken", after(3)).await.unwrap();
        assert_eq!(last().await.as_ref(), Some(&ids[0]));
        let found = find(&mut store.connection().await.unwrap(), &ids[1]).await.unwrap().unwrap();
        assert_eq!((found.kind.as_str(), found.refs.as_str(), found.ended_at), ("receipt", "{}", Some(after(1))));
        assert_eq!(find(&mut store.connection().await.unwrap(), &work("unknown").id()).await.unwrap(), None);
    });

    on_both!(what_was_done_is_not_done_again, async |store: Store| {
        posted(&store, &work("once")).await;
        let taken = leased(&store, "one", NOW).await;
        done(&mut store.connection().await.unwrap(), &taken[0], NOW).await.unwrap();
        posted(&store, &work("once")).await;
        assert_eq!(leased(&store, "one", after(99_999)).await, []);
    });
}
