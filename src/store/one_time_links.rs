//! The rows of one-time links. The database decides who of several uses one.

use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::engine::change_one;
use super::error::{Error, Result};
use super::row::Read;
use crate::accounts::{OneTimeLink, Purpose};
use crate::values::{AccountId, Email, LinkId, Timestamp};

pub async fn insert(connection: &mut AnyConnection, link: &OneTimeLink) -> Result<()> {
    sqlx::query(
        "insert into one_time_links (id, account_id, email, purpose, new_email, secret_id, expires_at, used_at, created_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(link.id.as_str())
    .bind(link.account_id.as_str())
    .bind(link.email.as_str())
    .bind(link.purpose.name())
    .bind(link.purpose.new_email().map(Email::as_str))
    .bind(&link.secret_id)
    .bind(link.expires_at.millis())
    .bind(link.used_at.map(Timestamp::millis))
    .bind(link.created_at.millis())
    .execute(connection)
    .await?;
    Ok(())
}

pub async fn find(connection: &mut AnyConnection, id: &LinkId) -> Result<Option<OneTimeLink>> {
    let row = sqlx::query("select * from one_time_links where id = $1").bind(id.as_str()).fetch_optional(connection).await?;
    row.as_ref().map(read).transpose()
}

/// Uses the link up: [`Error::Stale`] where it was used meanwhile.
pub async fn use_up(connection: &mut AnyConnection, link: &OneTimeLink, now: Timestamp) -> Result<()> {
    let update = sqlx::query("update one_time_links set used_at = $1 where id = $2 and used_at is null")
        .bind(now.millis())
        .bind(link.id.as_str().to_owned());
    change_one(connection, update).await
}

/// The ids of all secrets that some link still hangs on.
pub async fn secret_ids(connection: &mut AnyConnection, now: Timestamp) -> Result<Vec<String>> {
    let rows = sqlx::query("select distinct secret_id from one_time_links where used_at is null and expires_at > $1")
        .bind(now.millis())
        .fetch_all(connection)
        .await?;
    rows.iter().map(|row| row.text("secret_id")).collect()
}

/// What was mailed for the account before does nothing any more.
pub(super) async fn end_all_of(connection: &mut AnyConnection, account_id: &AccountId, now: Timestamp) -> Result<()> {
    sqlx::query("update one_time_links set used_at = $1 where account_id = $2 and used_at is null")
        .bind(now.millis())
        .bind(account_id.as_str())
        .execute(connection)
        .await?;
    Ok(())
}

fn read(row: &AnyRow) -> Result<OneTimeLink> {
    Ok(OneTimeLink {
        id: row.parsed("id")?,
        account_id: row.parsed("account_id")?,
        email: row.made("email")?,
        purpose: purpose(&row.text("purpose")?, row.made_or_null("new_email")?)?,
        secret_id: row.text("secret_id")?,
        expires_at: row.time("expires_at")?,
        used_at: row.time_or_null("used_at")?,
        created_at: row.time("created_at")?,
    })
}

fn purpose(name: &str, new_email: Option<Email>) -> Result<Purpose> {
    match (name, new_email) {
        ("verify", None) => Ok(Purpose::Verify),
        ("reset", None) => Ok(Purpose::Reset),
        ("sign_in", None) => Ok(Purpose::SignIn),
        ("change_email", Some(new_email)) => Ok(Purpose::ChangeEmail { new_email }),
        _ => Err(Error::Unreadable("purpose")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::{Account, PasswordHash};
    use crate::store::testing::on_both;
    use crate::store::{Store, accounts};
    use crate::values::Secret;

    const NOW: Timestamp = Timestamp::from_seconds(1_000);

    /// One link of each purpose, for one account.
    async fn links(store: &Store) -> Vec<OneTimeLink> {
        let email = Email::parse("bea@example.com").unwrap();
        let account = Account::register("acct_0123456789abcdef".parse().unwrap(), email, PasswordHash::from(String::new()), NOW);
        let mut connection = store.connection().await.unwrap();
        accounts::insert(&mut connection, &account).await.unwrap();
        let secret = Secret::parse(&"s".repeat(32)).unwrap();
        let change = Purpose::ChangeEmail { new_email: Email::parse("bea@example.org").unwrap() };
        let mut links = Vec::new();
        for (n, purpose) in [Purpose::Verify, Purpose::Reset, Purpose::SignIn, change].into_iter().enumerate() {
            let link = OneTimeLink::new(format!("link_{n:016}").parse().unwrap(), &account, purpose, &secret, NOW);
            insert(&mut connection, &link).await.unwrap();
            links.push(link);
        }
        links
    }

    on_both!(a_link_comes_back_as_it_was_written, async |store: Store| {
        for link in links(&store).await {
            let read = find(&mut store.connection().await.unwrap(), &link.id).await.unwrap();
            assert_eq!(read, Some(link));
        }
        let unknown = "link_zzzzzzzzzzzzzzzz".parse().unwrap();
        assert_eq!(find(&mut store.connection().await.unwrap(), &unknown).await.unwrap(), None);
    });

    on_both!(of_many_uses_at_once_one_counts, async |store: Store| {
        let links = links(&store).await;
        let link = &links[0];
        let one = async || use_up(&mut store.connection().await.unwrap(), link, NOW).await;
        let uses = futures::future::join_all((0..10).map(|_| one())).await;
        assert_eq!(uses.iter().filter(|used| used.is_ok()).count(), 1);
        assert!(uses.iter().all(|used| matches!(used, Ok(()) | Err(Error::Stale))), "{uses:?}");
        let read = find(&mut store.connection().await.unwrap(), &link.id).await.unwrap().unwrap();
        assert_eq!(read.used_at, Some(NOW));
    });
}
