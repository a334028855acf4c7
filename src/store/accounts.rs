//! Accounts by id and by address: at most one verified account an address, and any number of unverified ones beside it.

use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::engine::change_one;
use super::error::{Error, Result};
use super::row::Read;
use super::{one_time_links, sessions};
use crate::accounts::{Account, PasswordHash, Role};
use crate::values::{AccountId, Email, Timestamp};

/// A new account. Verified, it takes its address; [`Error::Duplicate`] where a verified account has it, and then nothing was
/// written and the transaction goes on.
pub async fn insert(connection: &mut AnyConnection, account: &Account) -> Result<()> {
    let written = sqlx::query(
        "insert into accounts (id, version, email, email_key, password_hash, role, verified_at, session_generation, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         on conflict do nothing",
    )
    .bind(account.id.as_str())
    .bind(account.version)
    .bind(account.email.as_str())
    .bind(account.email.key())
    .bind(account.password_hash.as_ref().map(PasswordHash::as_str))
    .bind(role_name(account.role))
    .bind(account.verified_at.map(Timestamp::millis))
    .bind(account.session_generation)
    .bind(account.created_at.millis())
    .execute(connection)
    .await?
    .rows_affected();
    if written == 1 { Ok(()) } else { Err(Error::Duplicate) }
}

/// Writes `after` where the row is still `before`: [`Error::Stale`] if not, [`Error::Duplicate`] where it would be the second
/// verified account of its address. Answers the account as it stands now.
pub async fn advance(connection: &mut AnyConnection, before: &Account, after: &Account) -> Result<Account> {
    let update = sqlx::query(
        "update accounts
         set version = version + 1, email = $1, email_key = $2, password_hash = $3, verified_at = $4, session_generation = $5
         where id = $6 and version = $7",
    )
    .bind(after.email.as_str().to_owned())
    .bind(after.email.key())
    .bind(after.password_hash.as_ref().map(|hash| hash.as_str().to_owned()))
    .bind(after.verified_at.map(Timestamp::millis))
    .bind(after.session_generation)
    .bind(before.id.as_str().to_owned())
    .bind(before.version);
    change_one(connection, update).await?;
    Ok(Account { version: before.version + 1, ..after.clone() })
}

pub async fn find(connection: &mut AnyConnection, id: &AccountId) -> Result<Option<Account>> {
    let row = sqlx::query("select * from accounts where id = $1").bind(id.as_str()).fetch_optional(connection).await?;
    row.as_ref().map(read).transpose()
}

/// The account that owns the address.
pub async fn verified_by_email(connection: &mut AnyConnection, email: &Email) -> Result<Option<Account>> {
    let row = sqlx::query("select * from accounts where email_key = $1 and verified_at is not null")
        .bind(email.key())
        .fetch_optional(connection)
        .await?;
    row.as_ref().map(read).transpose()
}

/// The newest account that was registered with the address and can still prove its mailbox.
pub async fn unverified_by_email(connection: &mut AnyConnection, email: &Email) -> Result<Option<Account>> {
    let row = sqlx::query(
        "select * from accounts
         where email_key = $1 and verified_at is null and password_hash is not null
         order by created_at desc, id desc
         limit 1",
    )
    .bind(email.key())
    .fetch_optional(connection)
    .await?;
    row.as_ref().map(read).transpose()
}

/// The account that somebody means by an address: its owner's, else the newest that waits for a proof.
pub async fn by_email(connection: &mut AnyConnection, email: &Email) -> Result<Option<Account>> {
    let verified = verified_by_email(&mut *connection, email).await?;
    if verified.is_some() { Ok(verified) } else { unverified_by_email(connection, email).await }
}

/// Everybody who is signed in to the account is out, its tokens and links have ended.
pub async fn end_access(connection: &mut AnyConnection, id: &AccountId, now: Timestamp) -> Result<()> {
    sessions::delete_of(&mut *connection, id).await?;
    one_time_links::end_all_of(&mut *connection, id, now).await?;
    sqlx::query("update access_tokens set ended_at = $1 where account_id = $2 and ended_at is null")
        .bind(now.millis())
        .bind(id.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

/// The mailbox of `owner`'s address was proved: the other accounts that were registered with it can't be entered any more.
/// They keep their rows, since an order or a token of theirs may name them.
pub async fn displace_others(connection: &mut AnyConnection, owner: &Account, now: Timestamp) -> Result<()> {
    let others = sqlx::query(
        "update accounts
         set version = version + 1, password_hash = null, session_generation = session_generation + 1
         where email_key = $1 and id <> $2 and verified_at is null and password_hash is not null
         returning id",
    )
    .bind(owner.email.key())
    .bind(owner.id.as_str())
    .fetch_all(&mut *connection)
    .await?;
    for other in others {
        end_access(&mut *connection, &other.parsed("id")?, now).await?;
    }
    Ok(())
}

fn read(row: &AnyRow) -> Result<Account> {
    Ok(Account {
        id: row.parsed("id")?,
        version: row.number("version")?,
        email: row.made("email")?,
        password_hash: row.text_or_null("password_hash")?.map(PasswordHash::from),
        role: role(&row.text("role")?)?,
        verified_at: row.time_or_null("verified_at")?,
        session_generation: row.number("session_generation")?,
        created_at: row.time("created_at")?,
    })
}

const fn role_name(role: Role) -> &'static str {
    match role {
        Role::Person => "person",
        Role::Admin => "admin",
    }
}

fn role(name: &str) -> Result<Role> {
    match name {
        "person" => Ok(Role::Person),
        "admin" => Ok(Role::Admin),
        _ => Err(Error::Unreadable("role")),
    }
}
