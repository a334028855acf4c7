//! Requests that their sender may repeat, by a key: what such a request did is written in the transaction that did it, so that no
//! server's death leaves the one without the other, and of any number of them at once one does it and the others read of it.
//! A refusal that asking again would not mend is kept as well.

use std::time::Duration;

use data_encoding::HEXLOWER;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use super::{Raced, Shop};
use crate::accounts::Account;
use crate::store::idempotency_keys::{self as keys, Outcome};
use crate::store::{self, Tx};
use crate::values::Timestamp;
use crate::{Error, Result};

pub use crate::store::idempotency_keys::RequestKey;

/// For how long a key stands for the request that it came with first.
pub(super) const KEPT_FOR: Duration = Duration::from_hours(24);
const KEY_LONGEST: usize = 255;

impl RequestKey {
    /// The request of `account` to `endpoint` that has this key and this body.
    pub fn new(account: &Account, endpoint: &'static str, key: &str, body: &[u8]) -> Result<Self> {
        let is_key = (1..=KEY_LONGEST).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic());
        if !is_key {
            return Err(Error::IdempotencyKeyInvalid);
        }
        let digest = |bytes: &[u8]| HEXLOWER.encode(&Sha256::digest(bytes));
        Ok(Self { account_id: account.id.clone(), endpoint, key_digest: digest(key.as_bytes()), body_digest: digest(body) })
    }
}

impl Shop {
    /// [`Error::IdempotencyKeyReused`] where another request came with the key.
    pub async fn must_be_same(&self, request: &RequestKey) -> Result<()> {
        let since = self.clock.now().minus(KEPT_FOR);
        let kept = keys::find(&mut *self.store.connection().await?, request, since).await?;
        if kept.is_none_or(|kept| kept.body_digest == request.body_digest) { Ok(()) } else { Err(Error::IdempotencyKeyReused) }
    }

    /// What the request made when it came before; `None` for one that is new, or has no key. [`Error::IdempotencyKeyReused`] where it
    /// came with another body, and its refusal where it was refused. Another one with the key waits until `tx` has ended.
    pub(super) async fn made_before<M: DeserializeOwned>(
        &self,
        tx: &mut Tx,
        request: Option<&RequestKey>,
        now: Timestamp,
    ) -> Result<Option<M>, Raced> {
        let Some(request) = request else { return Ok(None) };
        self.store.one_at_a_time(tx, &turn(request)).await?;
        let Some(kept) = keys::find(tx, request, now.minus(KEPT_FOR)).await? else { return Ok(None) };
        if kept.body_digest != request.body_digest {
            return Err(Error::IdempotencyKeyReused.into());
        }
        match kept.outcome {
            Outcome::Made(made) => Ok(Some(serde_json::from_str(&made).map_err(Error::internal)?)),
            Outcome::Refused(refused) => Err(serde_json::from_str(&refused).unwrap_or_else(Error::internal).into()),
        }
    }

    /// Keeps the ids of what the request makes, in the transaction that makes it.
    pub(super) async fn keep_made<M: Serialize + Sync>(
        &self,
        tx: &mut Tx,
        request: Option<&RequestKey>,
        made: &M,
        now: Timestamp,
    ) -> Result<(), Raced> {
        let Some(request) = request else { return Ok(()) };
        let made = serde_json::to_string(made).map_err(Error::internal)?;
        Ok(keys::keep(tx, request, &Outcome::Made(made), now).await?)
    }

    /// What was answered first, for a request that asks and makes nothing.
    pub(super) async fn first_answer<A: Serialize + DeserializeOwned + Sync>(
        &self,
        request: Option<&RequestKey>,
        answer: A,
    ) -> Result<A> {
        if request.is_none() {
            return Ok(answer);
        }
        let now = self.clock.now();
        let mut tx = self.store.begin().await?;
        let first = self.made_before(&mut tx, request, now).await?;
        if first.is_none() {
            self.keep_made(&mut tx, request, &answer, now).await?;
        }
        tx.commit().await.map_err(store::Error::from)?;
        Ok(first.unwrap_or(answer))
    }

    /// Hands on what came of the request. A refusal is kept for whoever asks again, where nothing was answered before.
    pub(super) async fn keep_refusal<T>(&self, request: Option<&RequestKey>, done: Result<T>) -> Result<T> {
        if let (Some(request), Err(error)) = (request, &done)
            && is_final(error)
        {
            let now = self.clock.now();
            let mut tx = self.store.begin().await?;
            self.store.one_at_a_time(&mut tx, &turn(request)).await?;
            if keys::find(&mut tx, request, now.minus(KEPT_FOR)).await?.is_none() {
                let refused = serde_json::to_string(error).map_err(Error::internal)?;
                keys::keep(&mut tx, request, &Outcome::Refused(refused), now).await?;
            }
            tx.commit().await.map_err(store::Error::from)?;
        }
        done
    }
}

/// What the transactions of one key take turns by.
fn turn(request: &RequestKey) -> String {
    format!("request {} {} {}", request.account_id, request.endpoint, request.key_digest)
}

/// Whether the answer is about the request itself, and not about who sent it, how often, or the state that we are in.
const fn is_final(error: &Error) -> bool {
    matches!(error.status(), 400 | 404 | 409 | 412 | 422)
}
