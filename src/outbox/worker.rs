//! Takes what is due and does it. A crash between sending and marking sends again once the lease has ended, with the same
//! Message-ID: twice may happen, never not at all. Logs name an entry and a tag, never an address or a code.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;

use super::errand::Errand;
use super::fate::{Fate, Told};
use super::mailer::{Mailer, Outgoing, SendError};
use super::task::Task;
use super::writer::Writer;
use crate::checkout::Provider;
use crate::emails::{House, Letter};
use crate::store::outbox::{self, Entry, Lease};
use crate::store::{self, Tx};
use crate::values::{Email, Timestamp};

/// Longer than a mailer may take for one mail, and short enough that what a killed server held goes out soon.
const LEASE: Duration = Duration::from_secs(30);
/// How many pieces are in hand at once.
const BATCH: i64 = 8;
/// How often marking begins again after somebody else changed the gift meanwhile.
const RACES_MAX: usize = 8;
/// How long to wait after each failed try; nearly two days in all.
const PAUSES: [Duration; 8] = [
    Duration::from_secs(10),
    Duration::from_mins(1),
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(6),
    Duration::from_hours(12),
    Duration::from_hours(24),
];

/// Does what is due. Any number of them may share one database.
pub struct Worker {
    /// Tells this worker from others; kept with what it holds.
    pub name: String,
    pub writer: Writer,
    pub mailer: Arc<dyn Mailer>,
    pub mail_from: Email,
    /// Those that are configured: payments go back by them.
    pub providers: Vec<Arc<dyn Provider>>,
}

impl Worker {
    /// Does at most a handful of what is due at `now`, side by side, and says how much that was; zero means that nothing is
    /// due. A piece that fails is the outbox's business; an error here means that the outbox itself can't be read.
    pub async fn work_once(&self, now: Timestamp) -> crate::Result<usize> {
        let lease = Lease { worker: &self.name, until: now.plus(LEASE) };
        let entries = match outbox::lease_due(&self.writer.store, now, lease, BATCH).await {
            // Two workers reached for the same rows; the next round sorts it out.
            Err(store::Error::Stale) => return Ok(0),
            taken => taken?,
        };
        join_all(entries.iter().map(|entry| self.work(entry, now))).await;
        Ok(entries.len())
    }

    async fn work(&self, entry: &Entry, now: Timestamp) {
        match self.attempt(entry, now).await {
            Ok(()) => {}
            Err(store::Error::Stale) => tracing::info!(outbox = %entry.id, "somebody else has taken it over"),
            Err(error) => {
                tracing::error!(outbox = %entry.id, %error, "it could not be marked; it is tried again when its lease ends");
            }
        }
    }

    async fn attempt(&self, entry: &Entry, now: Timestamp) -> store::Result<()> {
        let Some(task) = Task::of(&entry.kind, &entry.refs) else {
            tracing::error!(outbox = %entry.id, kind = entry.kind, "no such work is known");
            return outbox::park(&mut *self.writer.store.connection().await?, entry, "unknown", now).await;
        };
        let done = match self.carry_out(&task, entry, now).await {
            Ok(Some(done)) => done,
            Ok(None) => return outbox::discard(&mut *self.writer.store.connection().await?, entry, "overtaken", now).await,
            Err(error) => {
                tracing::error!(outbox = %entry.id, %error, "it could not be prepared");
                Err(SendError::Temporary("unprepared".to_owned()))
            }
        };
        match done {
            Ok(()) => self.end(entry, &task, Fate::Sent, now).await,
            Err(SendError::Refused(tag)) => self.end(entry, &task, Fate::Refused(&tag), now).await,
            Err(SendError::Temporary(tag)) => self.put_off(entry, &task, &tag, now).await,
        }
    }

    /// Asks a provider for what the task wants of it, or sends the mail that it stands for; `None` where nothing is left to do.
    async fn carry_out(&self, task: &Task, entry: &Entry, now: Timestamp) -> store::Result<Option<Result<(), SendError>>> {
        if let Some(errand) = Errand::of(task) {
            return self.run(errand, entry).await;
        }
        Ok(match self.writer.letter(task, entry, now).await? {
            Some(letter) => Some(self.send(entry, &letter, now).await),
            None => None,
        })
    }

    async fn send(&self, entry: &Entry, letter: &Letter, now: Timestamp) -> Result<(), SendError> {
        let Writer { brand, zone, .. } = &self.writer;
        let mail = Outgoing {
            message_id: Outgoing::message_id(&entry.id, &self.mail_from),
            from: self.mail_from.clone(),
            from_name: brand.name.clone(),
            reply_to: brand.support_email.clone(),
            sent_at: now,
            mail: letter.render(House { brand, zone }),
        };
        self.mailer.send(&mail).await
    }

    async fn put_off(&self, entry: &Entry, task: &Task, tag: &str, now: Timestamp) -> store::Result<()> {
        let Some(pause) = pause_after(entry.attempts) else { return self.end(entry, task, Fate::Exhausted(tag), now).await };
        tracing::warn!(outbox = %entry.id, kind = entry.kind, tag, attempts = entry.attempts, "not done; it is tried again");
        outbox::retry(&mut *self.writer.store.connection().await?, entry, tag, now.plus(pause)).await
    }

    /// Marks the entry and what follows from it in one transaction.
    async fn end(&self, entry: &Entry, task: &Task, fate: Fate<'_>, now: Timestamp) -> store::Result<()> {
        let given_up = match fate {
            Fate::Sent | Fate::Delivered | Fate::Complained => None,
            Fate::Refused(tag) | Fate::Exhausted(tag) => Some(tag),
        };
        match given_up {
            None => tracing::info!(outbox = %entry.id, kind = entry.kind, attempts = entry.attempts, "sent"),
            Some(tag) => tracing::warn!(outbox = %entry.id, kind = entry.kind, tag, "given up"),
        }
        for _ in 0..RACES_MAX {
            let mut tx = self.writer.store.begin().await?;
            match given_up {
                None => outbox::done(&mut tx, entry, now).await?,
                Some(tag) => outbox::park(&mut tx, entry, tag, now).await?,
            }
            match self.tell(&mut tx, entry, task, fate, now).await {
                // The gift was changed meanwhile: its new state is read and judged again.
                Err(store::Error::Stale) => tx.rollback().await?,
                told => {
                    told?;
                    return Ok(tx.commit().await?);
                }
            }
        }
        Err(store::Error::Stale)
    }

    /// Writes down what became of it.
    async fn tell(&self, tx: &mut Tx, entry: &Entry, task: &Task, fate: Fate<'_>, now: Timestamp) -> store::Result<()> {
        if let (Task::RefundPayment { order_id, payment }, Fate::Sent) = (task, fate) {
            self.watch_refund(tx, order_id, payment, now).await?;
        }
        Told { secrets: &self.writer.secrets, zone: &self.writer.zone, mail: &entry.id, kind: &entry.kind, task, now }
            .of(tx, fate, now)
            .await
    }
}

/// How long to wait after this many tries; `None` after the last.
fn pause_after(attempts: i64) -> Option<Duration> {
    let place = usize::try_from(attempts.checked_sub(1)?).ok()?;
    PAUSES.get(place).copied()
}

#[cfg(test)]
mod pauses {
    use super::*;

    #[test]
    fn every_pause_is_longer_than_the_one_before_and_they_end() {
        assert!(PAUSES.is_sorted());
        assert_eq!(pause_after(1), Some(Duration::from_secs(10)));
        assert_eq!(pause_after(8), Some(Duration::from_hours(24)));
        assert_eq!(pause_after(9), None);
    }
}
