//! All SQL of the shop: one file an aggregate, one set of statements for SQLite and PostgreSQL.
//! It keeps what it is given and decides nothing but races.

pub mod access_tokens;
pub mod accounts;
pub mod attempts;
pub mod ends_to_find;
mod engine;
mod error;
pub mod gifts;
pub mod grants;
pub mod idempotency_keys;
pub mod one_time_links;
pub mod orders;
pub mod outbox;
pub mod promo_codes;
pub mod provider_events;
mod row;
pub mod sessions;
pub mod subscriptions;
#[cfg(test)]
pub mod testing;
#[cfg(test)]
mod tests;

pub use engine::{Engine, Store, Tx, is_file_missing};
pub use error::{Error, Result};
