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
        "insert into accounts (id, version, email, email_key, password_hash, role, verified_at, session_generation, created_at, plan)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
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
    .bind(account.plan.as_str())
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
         set version = version + 1, email = $1, email_key = $2, password_hash = $3, verified_at = $4, session_generation = $5,
             plan = $6
         where id = $7 and version = $8",
    )
    .bind(after.email.as_str().to_owned())
    .bind(after.email.key())
    .bind(after.password_hash.as_ref().map(|hash| hash.as_str().to_owned()))
    .bind(after.verified_at.map(Timestamp::millis))
    .bind(after.session_generation)
    .bind(after.plan.as_str())
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

pub(super) fn read(row: &AnyRow) -> Result<Account> {
    Ok(Account {
        id: row.parsed("id")?,
        version: row.number("version")?,
        email: row.made("email")?,
        password_hash: row.text_or_null("password_hash")?.map(PasswordHash::from),
        role: role(&row.text("role")?)?,
        verified_at: row.time_or_null("verified_at")?,
        session_generation: row.number("session_generation")?,
        plan: row.parsed("plan")?,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::{OneTimeLink, Purpose};
    use crate::store::Store;
    use crate::store::testing::on_both;
    use crate::values::{LinkId, Secret};

    const NOW: Timestamp = Timestamp::from_seconds(1_000);

    /// The n-th account of an address, registered in the n-th second.
    fn account(n: u8, email: &str) -> Account {
        let id: AccountId = format!("acct_{n:016}").parse().unwrap();
        Account::register(
            id,
            Email::parse(email).unwrap(),
            PasswordHash::from(format!("hash {n}")),
            Timestamp::from_seconds(i64::from(n)),
        )
    }

    on_both!(an_account_comes_back_as_it_was_written, async |store: Store| {
        let mut connection = store.connection().await.unwrap();
        let verified = Account { role: Role::Admin, password_hash: None, ..account(1, "Bea@example.com").verify(NOW) };
        for written in [verified, account(2, "carl@example.com")] {
            insert(&mut connection, &written).await.unwrap();
            let read = find(&mut connection, &written.id).await.unwrap().unwrap();
            assert_eq!(read, written);
            assert_eq!(read.email.as_str(), written.email.as_str(), "as it was typed");
        }
        assert_eq!(find(&mut connection, &account(3, "x@example.com").id).await.unwrap(), None);
    });

    on_both!(an_address_names_its_owner_else_the_newest_registration, async |store: Store| {
        let mut connection = store.connection().await.unwrap();
        let bea = Email::parse("BEA@example.com").unwrap();
        assert_eq!(by_email(&mut connection, &bea).await.unwrap(), None);
        for n in [2, 3, 1] {
            insert(&mut connection, &account(n, "bea@example.com")).await.unwrap();
        }
        assert_eq!(by_email(&mut connection, &bea).await.unwrap(), Some(account(3, "bea@example.com")));
        assert_eq!(verified_by_email(&mut connection, &bea).await.unwrap(), None);
        let owner =
            advance(&mut connection, &account(1, "bea@example.com"), &account(1, "bea@example.com").verify(NOW)).await.unwrap();
        assert_eq!(by_email(&mut connection, &bea).await.unwrap(), Some(owner));
    });

    on_both!(an_address_has_one_owner, async |store: Store| {
        let mut tx = store.begin().await.unwrap();
        insert(&mut tx, &account(1, "bea@example.com").verify(NOW)).await.unwrap();
        let second = insert(&mut tx, &account(2, "BEA@example.com").verify(NOW)).await;
        assert!(matches!(second, Err(Error::Duplicate)));
        insert(&mut tx, &account(2, "bea@example.com")).await.unwrap();
        tx.commit().await.unwrap();
        let mut connection = store.connection().await.unwrap();
        let waiting = account(2, "bea@example.com");
        assert!(matches!(advance(&mut connection, &waiting, &waiting.verify(NOW)).await, Err(Error::Duplicate)));
    });

    on_both!(of_two_changes_the_later_one_begins_again, async |store: Store| {
        let mut connection = store.connection().await.unwrap();
        let before = account(1, "bea@example.com");
        insert(&mut connection, &before).await.unwrap();
        let after = advance(&mut connection, &before, &before.verify(NOW)).await.unwrap();
        assert_eq!(find(&mut connection, &before.id).await.unwrap(), Some(after));
        assert!(matches!(advance(&mut connection, &before, &before.verify(NOW)).await, Err(Error::Stale)));
    });

    on_both!(who_waited_for_an_address_is_put_out_and_nobody_else, async |store: Store| {
        let mut tx = store.begin().await.unwrap();
        let owner = account(1, "bea@example.com").verify(NOW);
        let (waiting, other) = (account(2, "bea@example.com"), account(3, "carl@example.com"));
        let secret = Secret::parse(&"s".repeat(32)).unwrap();
        for (n, account) in [(1, &owner), (2, &waiting), (3, &other)] {
            insert(&mut tx, account).await.unwrap();
            let id: LinkId = format!("link_{n:016}").parse().unwrap();
            one_time_links::insert(&mut tx, &OneTimeLink::new(id, account, Purpose::Reset, &secret, NOW)).await.unwrap();
            sqlx::query("insert into sessions (id, account_id, data, expires_at) values ($1, $2, '{}', 9999999)")
                .bind(format!("session {n}"))
                .bind(account.id.as_str())
                .execute(&mut *tx)
                .await
                .unwrap();
            sqlx::query(
                "insert into access_tokens (id, account_id, name, digest, scopes, created_at) values ($1, $2, '', $1, '', 0)",
            )
            .bind(format!("token {n}"))
            .bind(account.id.as_str())
            .execute(&mut *tx)
            .await
            .unwrap();
        }
        displace_others(&mut tx, &owner, NOW).await.unwrap();
        tx.commit().await.unwrap();

        let mut connection = store.connection().await.unwrap();
        assert_eq!(find(&mut connection, &owner.id).await.unwrap(), Some(owner));
        assert_eq!(find(&mut connection, &other.id).await.unwrap(), Some(other));
        let displaced = find(&mut connection, &waiting.id).await.unwrap().unwrap();
        assert_eq!((displaced.password_hash, displaced.session_generation, displaced.version), (None, 2, 2));
        for alive in [
            "select account_id from sessions order by id",
            "select account_id from access_tokens where ended_at is null order by id",
            "select account_id from one_time_links where used_at is null order by id",
        ] {
            let ids: Vec<String> = sqlx::query_scalar(alive).fetch_all(&mut *connection).await.unwrap();
            assert_eq!(ids, ["acct_0000000000000001", "acct_0000000000000003"], "{alive}");
        }
    });
}
