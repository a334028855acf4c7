//! What is to be done outside, done once it is due: entries are posted by the verbs, in the transaction of the change that
//! causes them, and the [`Worker`] does each under a lease. Rows hold a kind and ids; mails are written when they are sent.

mod errand;
mod fate;
mod inbox;
mod mailer;
mod report;
mod smtp;
mod task;
#[cfg(test)]
mod tests;
mod worker;
mod writer;

pub use fate::take_in;
pub use inbox::SandboxMailer;
pub use mailer::{Mailer, Outgoing, SendError};
pub use report::{Report, ReportRefused, ReportSecret, ReportSecretError, Reported};
pub use smtp::{SmtpMailer, SmtpUrlError};
pub use task::{
    Task, access_token_made, account_exists, address_change_confirm, address_changed, cancel_session, end_subscription,
    gift_declined, gift_doubted, gift_for_you, gift_notice, gift_redeemed, gift_refunded, gift_taken_back, give_again,
    membership_ends, order_notice, password_changed, payment_failed, receipt, refund_gift, refund_payment, reminders,
    reset_password, sign_in_link, thank_you, verify_address,
};
pub use worker::Worker;
pub use writer::Writer;

pub use crate::store::outbox::{NewEntry, post};
