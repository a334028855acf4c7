//! What can go wrong between us and the database, as far as a caller acts on it.

use sqlx::error::DatabaseError;

use crate::error::Cause;

pub type Result<T, E = Error> = std::result::Result<T, E>;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Somebody else changed the row meanwhile: begin again.
    #[error("the row was changed by somebody else")]
    Stale,
    /// A unique index has it already.
    #[error("the row is there already")]
    Duplicate,
    /// The database is away, locked or full; later it may answer.
    #[error("the database does not answer: {0}")]
    Unavailable(#[source] sqlx::Error),
    /// A row holds something that this program can't have written.
    #[error("column {0} can't be read")]
    Unreadable(&'static str),
    #[error("the database refuses: {0}")]
    Refused(#[source] sqlx::Error),
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        let is_away = matches!(
            error,
            sqlx::Error::Io(_)
                | sqlx::Error::Tls(_)
                | sqlx::Error::Protocol(_)
                | sqlx::Error::PoolTimedOut
                | sqlx::Error::PoolClosed
                | sqlx::Error::WorkerCrashed
        );
        match error.as_database_error().map(Refusal::of) {
            Some(Refusal::Duplicate) => Self::Duplicate,
            Some(Refusal::Conflict) => Self::Stale,
            Some(Refusal::Away) => Self::Unavailable(error),

            None if is_away => Self::Unavailable(error),
            Some(Refusal::Other) | None => Self::Refused(error),
        }
    }
}

impl From<Error> for crate::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Unavailable(_) | Error::Stale => Self::Unavailable(Cause::from(error)),
            Error::Duplicate | Error::Unreadable(_) | Error::Refused(_) => Self::Internal(Cause::from(error)),
        }
    }
}

impl From<sqlx::Error> for crate::Error {
    fn from(error: sqlx::Error) -> Self {
        Error::from(error).into()
    }
}

enum Refusal {
    Duplicate,
    /// Two transactions got in each other's way; one of them may go again.
    Conflict,
    Away,
    Other,
}

impl Refusal {
    fn of(error: &dyn DatabaseError) -> Self {
        if error.is_unique_violation() {
            return Self::Duplicate;
        }
        match error.code().as_deref() {
            // PostgreSQL: serialization failure, deadlock.
            Some("40001" | "40P01") => Self::Conflict,
            // PostgreSQL's classes 08 (connection), 53 (resources), 57P (operator intervention), 25006 (a read-only standby).
            Some(code) if code.len() == 5 && ["08", "53", "57P", "25006"].iter().any(|class| code.starts_with(class)) => Self::Away,
            // SQLite's primary codes: busy 5, locked 6, read-only 8, input/output 10, full 13, can't open 14; extended ones keep them in the low byte.
            Some(code) => match code.parse::<u32>().map(|code| code & 0xff) {
                Ok(5 | 6 | 8 | 10 | 13 | 14) => Self::Away,
                Ok(_) | Err(_) => Self::Other,
            },
            None => Self::Other,
        }
    }
}
