//! What is to be done outside, done once it is due: entries are posted by the verbs, in the transaction of the change that
//! causes them, and the [`Worker`] does each under a lease. Rows hold a kind and ids; mails are written when they are sent.

mod inbox;
mod mailer;
mod smtp;
mod task;
#[cfg(test)]
mod tests;
mod worker;
mod writer;

pub use inbox::SandboxMailer;
pub use mailer::{Mailer, Outgoing, SendError};
pub use smtp::{SmtpMailer, SmtpUrlError};
pub use task::{
    Task, account_exists, address_change_confirm, address_changed, gift_doubted, gift_for_you, gift_redeemed, paid_twice,
    password_changed, receipt, reset_password, sign_in_link, verify_address,
};
pub use worker::Worker;
pub use writer::Writer;

pub use crate::store::outbox::{NewEntry, post};
