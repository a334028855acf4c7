//! The rows of access tokens, by the digests of what programs send. No row holds a token.

use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::accounts;
use super::engine::change_one;
use super::error::Result;
use super::row::Read;
use crate::accounts::{AccessToken, Account};
use crate::values::{AccountId, Timestamp, TokenId};

pub async fn insert(connection: &mut AnyConnection, token: &AccessToken, digest: &str) -> Result<()> {
    sqlx::query(
        "insert into access_tokens
             (id, account_id, session_generation, name, digest, scopes, expires_at, last_used_at, ended_at, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(token.id.as_str())
    .bind(token.account_id.as_str())
    .bind(token.session_generation)
    .bind(token.name.as_str())
    .bind(digest)
    .bind(token.scopes.to_string())
    .bind(token.expires_at.map(Timestamp::millis))
    .bind(token.last_used_at.map(Timestamp::millis))
    .bind(token.ended_at.map(Timestamp::millis))
    .bind(token.created_at.millis())
    .execute(connection)
    .await?;
    Ok(())
}

/// The token with this digest, living or not, and the account that it was made for.
pub async fn by_digest(connection: &mut AnyConnection, digest: &str) -> Result<Option<(AccessToken, Account)>> {
    let row = sqlx::query(
        "select a.*, t.id as token_id, t.account_id, t.session_generation as token_generation, t.name as token_name, t.scopes, t.expires_at,
             t.last_used_at, t.ended_at, t.created_at as made_at
         from access_tokens t
         join accounts a on a.id = t.account_id
         where t.digest = $1",
    )
    .bind(digest)
    .fetch_optional(connection)
    .await?;
    row.map(|row| Ok((read(&row)?, accounts::read(&row)?))).transpose()
}

pub async fn find(connection: &mut AnyConnection, id: &TokenId) -> Result<Option<AccessToken>> {
    let row = sqlx::query(
        "select id as token_id, account_id, session_generation as token_generation, name as token_name, scopes, expires_at,
             last_used_at, ended_at, created_at as made_at
         from access_tokens
         where id = $1",
    )
    .bind(id.as_str())
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(read).transpose()
}

/// An account's tokens that were not ended, expired ones included, the newest first.
pub async fn of_account(connection: &mut AnyConnection, account: &Account) -> Result<Vec<AccessToken>> {
    let rows = sqlx::query(
        "select id as token_id, account_id, session_generation as token_generation, name as token_name, scopes, expires_at,
             last_used_at, ended_at, created_at as made_at
         from access_tokens
         where account_id = $1 and session_generation = $2 and ended_at is null
         order by created_at desc, id",
    )
    .bind(account.id.as_str())
    .bind(account.session_generation)
    .fetch_all(connection)
    .await?;
    rows.iter().map(read).collect()
}

/// Ends the token, where it is `owner`'s if one is named: [`super::Error::Stale`] where there is none that could be ended.
pub async fn end(connection: &mut AnyConnection, id: &TokenId, owner: Option<&AccountId>, now: Timestamp) -> Result<()> {
    let update = sqlx::query(
        "update access_tokens
         set ended_at = $1
         where id = $2 and ended_at is null and account_id = coalesce($3, account_id)",
    )
    .bind(now.millis())
    .bind(id.as_str().to_owned())
    .bind(owner.map(|owner| owner.as_str().to_owned()));
    change_one(connection, update).await
}

/// Writes down that the token is used. Of several that write at once the latest moment stays.
pub async fn seen(connection: &mut AnyConnection, id: &TokenId, now: Timestamp) -> Result<()> {
    sqlx::query("update access_tokens set last_used_at = $1 where id = $2 and coalesce(last_used_at, 0) < $1")
        .bind(now.millis())
        .bind(id.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

fn read(row: &AnyRow) -> Result<AccessToken> {
    Ok(AccessToken {
        id: row.parsed("token_id")?,
        account_id: row.parsed("account_id")?,
        session_generation: row.number("token_generation")?,
        name: row.made("token_name")?,
        scopes: row.parsed("scopes")?,
        expires_at: row.time_or_null("expires_at")?,
        last_used_at: row.time_or_null("last_used_at")?,
        ended_at: row.time_or_null("ended_at")?,
        created_at: row.time("made_at")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::PasswordHash;
    use crate::store::Store;
    use crate::store::error::Error;
    use crate::store::testing::on_both;
    use crate::values::{Email, Label};

    const NOW: Timestamp = Timestamp::from_seconds(1_000);
    const LATER: Timestamp = Timestamp::from_seconds(2_000);

    async fn account(store: &Store, n: u8) -> Account {
        let email = Email::parse(&format!("bea{n}@example.com")).unwrap();
        let account = Account::register(AccountId::from_bytes([n; 10]), email, PasswordHash::from(String::new()), NOW);
        accounts::insert(&mut store.connection().await.unwrap(), &account).await.unwrap();
        account
    }

    /// The n-th token of an account, made in the n-th second.
    fn token(n: u8, account: &Account) -> AccessToken {
        AccessToken {
            id: TokenId::from_bytes([n; 10]),
            account_id: account.id.clone(),
            session_generation: account.session_generation,
            name: Label::parse("Newsletter").unwrap(),
            scopes: "gifts:read gifts:purchase".parse().unwrap(),
            expires_at: None,
            last_used_at: None,
            ended_at: None,
            created_at: Timestamp::from_seconds(i64::from(n)),
        }
    }

    on_both!(a_token_comes_back_by_its_digest_with_its_account, async |store: Store| {
        let account = account(&store, 1).await;
        let mut connection = store.connection().await.unwrap();
        let whole = AccessToken {
            expires_at: Some(LATER),
            last_used_at: Some(NOW),
            ended_at: Some(Timestamp::from_seconds(3_000)),
            ..token(1, &account)
        };
        for (written, digest) in [(whole, "a"), (token(2, &account), "b")] {
            insert(&mut connection, &written, digest).await.unwrap();
            assert_eq!(by_digest(&mut connection, digest).await.unwrap(), Some((written.clone(), account.clone())));
            assert_eq!(find(&mut connection, &written.id).await.unwrap(), Some(written));
        }
        assert_eq!(by_digest(&mut connection, "c").await.unwrap(), None);
        assert!(matches!(insert(&mut connection, &token(3, &account), "a").await, Err(Error::Duplicate)));
    });

    on_both!(an_account_has_its_own_tokens_that_were_not_ended, async |store: Store| {
        let (mine, other) = (account(&store, 1).await, account(&store, 2).await);
        let mut connection = store.connection().await.unwrap();
        let ended = AccessToken { ended_at: Some(NOW), ..token(3, &mine) };
        let of_before = AccessToken { session_generation: 0, ..token(4, &mine) };
        for (token, digest) in
            [(token(1, &mine), "a"), (token(2, &mine), "b"), (ended, "c"), (of_before, "d"), (token(5, &other), "e")]
        {
            insert(&mut connection, &token, digest).await.unwrap();
        }
        assert_eq!(of_account(&mut connection, &mine).await.unwrap(), [token(2, &mine), token(1, &mine)]);
    });

    on_both!(its_owner_or_the_operator_ends_a_token_once, async |store: Store| {
        let (mine, other) = (account(&store, 1).await, account(&store, 2).await);
        let mut connection = store.connection().await.unwrap();
        let (one, two) = (token(1, &mine), token(2, &mine));
        insert(&mut connection, &one, "a").await.unwrap();
        insert(&mut connection, &two, "b").await.unwrap();
        assert!(matches!(end(&mut connection, &one.id, Some(&other.id), NOW).await, Err(Error::Stale)));
        end(&mut connection, &one.id, Some(&mine.id), NOW).await.unwrap();
        assert!(matches!(end(&mut connection, &one.id, Some(&mine.id), LATER).await, Err(Error::Stale)));
        end(&mut connection, &two.id, None, LATER).await.unwrap();
        let ended_at =
            async |connection: &mut AnyConnection, digest| by_digest(connection, digest).await.unwrap().unwrap().0.ended_at;
        assert_eq!(ended_at(&mut connection, "a").await, Some(NOW));
        assert_eq!(ended_at(&mut connection, "b").await, Some(LATER));
    });

    on_both!(the_latest_use_stays, async |store: Store| {
        let account = account(&store, 1).await;
        let mut connection = store.connection().await.unwrap();
        let token = token(1, &account);
        insert(&mut connection, &token, "a").await.unwrap();
        for at in [NOW, LATER, NOW] {
            seen(&mut connection, &token.id, at).await.unwrap();
        }
        let (read, _) = by_digest(&mut connection, "a").await.unwrap().unwrap();
        assert_eq!(read.last_used_at, Some(LATER));
    });
}
