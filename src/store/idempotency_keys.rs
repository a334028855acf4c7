//! What was answered to requests that their senders may repeat, by digests of their keys. The answers are ids and refusals: no secret.

use sqlx::AnyConnection;

use super::error::Result;
use super::row::Read;
use crate::values::{AccountId, Timestamp};

/// By what a request is known again. Neither the key nor the body can be had back from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestKey {
    pub account_id: AccountId,
    pub endpoint: &'static str,
    pub key_digest: String,
    pub body_digest: String,
}

/// What became of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The ids of what it made.
    Made(String),
    /// Why it was refused.
    Refused(String),
}

/// What is kept of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub body_digest: String,
    pub outcome: Outcome,
}

/// What was answered after `since` to a request with this key, whatever its body was.
pub async fn find(connection: &mut AnyConnection, request: &RequestKey, since: Timestamp) -> Result<Option<Kept>> {
    let row = sqlx::query(
        "select body_digest, made, refused
         from idempotency_keys
         where account_id = $1 and endpoint = $2 and key_digest = $3 and created_at > $4",
    )
    .bind(request.account_id.as_str())
    .bind(request.endpoint)
    .bind(&request.key_digest)
    .bind(since.millis())
    .fetch_optional(connection)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let outcome = match row.text_or_null("made")? {
        Some(made) => Outcome::Made(made),
        None => Outcome::Refused(row.text("refused")?),
    };
    Ok(Some(Kept { body_digest: row.text("body_digest")?, outcome }))
}

/// Keeps what is answered now, in place of what was answered to the key in another time.
pub async fn keep(connection: &mut AnyConnection, request: &RequestKey, outcome: &Outcome, now: Timestamp) -> Result<()> {
    let (made, refused) = match outcome {
        Outcome::Made(made) => (Some(made), None),
        Outcome::Refused(refused) => (None, Some(refused)),
    };
    sqlx::query(
        "insert into idempotency_keys (account_id, endpoint, key_digest, body_digest, made, refused, created_at)
         values ($1, $2, $3, $4, $5, $6, $7)
         on conflict (account_id, endpoint, key_digest) do update
         set body_digest = excluded.body_digest, made = excluded.made, refused = excluded.refused, created_at = excluded.created_at",
    )
    .bind(request.account_id.as_str())
    .bind(request.endpoint)
    .bind(&request.key_digest)
    .bind(&request.body_digest)
    .bind(made)
    .bind(refused)
    .bind(now.millis())
    .execute(connection)
    .await?;
    Ok(())
}

/// Drops what was answered up to `until`; how many rows that were.
pub async fn sweep(connection: &mut AnyConnection, until: Timestamp) -> Result<u64> {
    let swept = sqlx::query("delete from idempotency_keys where created_at <= $1").bind(until.millis()).execute(connection).await?;
    Ok(swept.rows_affected())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::{Account, PasswordHash};
    use crate::store::testing::on_both;
    use crate::store::{Store, accounts};
    use crate::values::Email;

    const LONG_AGO: Timestamp = Timestamp::from_seconds(0);
    const NOON: Timestamp = Timestamp::from_seconds(1_000);
    const LATER: Timestamp = Timestamp::from_seconds(2_000);

    async fn request(store: &Store, n: u8) -> RequestKey {
        let email = Email::parse(&format!("bea{n}@example.com")).unwrap();
        let account = Account::register(AccountId::from_bytes([n; 10]), email, PasswordHash::from(String::new()), NOON);
        accounts::insert(&mut store.connection().await.unwrap(), &account).await.unwrap();
        RequestKey {
            account_id: account.id,
            endpoint: "POST /v1/things",
            key_digest: "key".to_owned(),
            body_digest: "body".to_owned(),
        }
    }

    on_both!(an_answer_is_found_by_account_endpoint_and_key, async |store: Store| {
        let (mine, others) = (request(&store, 1).await, request(&store, 2).await);
        let mut connection = store.connection().await.unwrap();
        for outcome in [Outcome::Made("thing_1".to_owned()), Outcome::Refused("no such thing".to_owned())] {
            keep(&mut connection, &mine, &outcome, NOON).await.unwrap();
            let kept = Kept { body_digest: "body".to_owned(), outcome };
            assert_eq!(find(&mut connection, &mine, LONG_AGO).await.unwrap(), Some(kept));
        }
        let with_another_body = RequestKey { body_digest: "other".to_owned(), ..mine.clone() };
        assert!(find(&mut connection, &with_another_body, LONG_AGO).await.unwrap().is_some_and(|kept| kept.body_digest == "body"));
        for other in [
            others,
            RequestKey { endpoint: "POST /v1/others", ..mine.clone() },
            RequestKey { key_digest: "other".to_owned(), ..mine.clone() },
        ] {
            assert_eq!(find(&mut connection, &other, LONG_AGO).await.unwrap(), None, "{other:?}");
        }
    });

    on_both!(an_answer_counts_for_its_time_and_is_swept_after_it, async |store: Store| {
        let request = request(&store, 1).await;
        let mut connection = store.connection().await.unwrap();
        keep(&mut connection, &request, &Outcome::Made("thing_1".to_owned()), NOON).await.unwrap();
        let just_before = Timestamp::from_millis(NOON.millis() - 1);
        assert!(find(&mut connection, &request, just_before).await.unwrap().is_some());
        assert_eq!(find(&mut connection, &request, NOON).await.unwrap(), None);
        keep(&mut connection, &request, &Outcome::Made("thing_2".to_owned()), LATER).await.unwrap();
        assert_eq!(sweep(&mut connection, NOON).await.unwrap(), 0, "it has a new time");
        let kept = find(&mut connection, &request, NOON).await.unwrap().unwrap();
        assert_eq!(kept.outcome, Outcome::Made("thing_2".to_owned()));
        assert_eq!(sweep(&mut connection, LATER).await.unwrap(), 1);
    });
}
