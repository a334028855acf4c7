//! The accounts whose ledger was written before ends were announced, and has not been read for its end since.

use sqlx::AnyConnection;

use super::error::Result;
use super::row::Read;
use crate::values::AccountId;

pub async fn next(connection: &mut AnyConnection, limit: i64) -> Result<Vec<AccountId>> {
    let rows =
        sqlx::query("select account_id from ends_to_find order by account_id limit $1").bind(limit).fetch_all(connection).await?;
    rows.iter().map(|row| row.parsed("account_id")).collect()
}

/// Its end is found. Whoever finds it too changes nothing.
pub async fn found(connection: &mut AnyConnection, account_id: &AccountId) -> Result<()> {
    sqlx::query("delete from ends_to_find where account_id = $1").bind(account_id.as_str()).execute(connection).await?;
    Ok(())
}
