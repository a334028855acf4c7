//! HTML for people, complete without scripts: each page is a function of data that a verb returned.
//! Knows nothing of requests or sessions, but for `doors`, and nothing of the store. What every page shares comes by context: the shop front,
//! whether somebody is signed in, a refusal, a notice.

mod account;
mod app;
mod docs;
mod doors;
mod error;
mod gift;
mod home;
mod links;
mod login;
mod parts;
mod plan;
mod print;
mod redeem;
mod refusal;
mod register;
mod reminders;
mod settings;
mod shell;
mod status;
mod thanks;
mod tokens;

#[cfg(test)]
mod gallery;

use std::sync::Arc;

use leptos::prelude::*;

use crate::catalog::{Brand, Catalog};
use crate::values::Zone;

pub use account::AccountPage;
pub use app::App;
pub use docs::{ApiDescription, DocsPage};
pub use error::ErrorPage;
pub use gift::GiftPage;
pub use home::HomePage;
pub use links::{ForgotPage, LoginOncePage, Mailed, MailedPage, OneTime, ResetPage, VerifyPage};
pub use login::LoginPage;
pub use print::{Paper, PrintPage};
pub use redeem::{EnterCodePage, RedeemPage};
pub use refusal::{Draft, Notice, Refusal};
pub use register::RegisterPage;
pub use reminders::{RemindersStoppedPage, StopRemindersPage};
pub use settings::{ChangeAddressPage, ChangePasswordPage, ConfirmAddressPage};
pub use shell::Shell;
pub use status::GiftStatusPage;
pub use thanks::ThanksPage;
pub use tokens::TokensPage;

/// What every page knows of the shop; provided as context, as `Arc<Shopfront>`.
#[derive(Clone, Debug)]
pub struct Shopfront {
    pub brand: Brand,
    pub catalog: Catalog,
    /// Where the sandbox's home page is; while it runs, every page says so.
    pub sandbox_url: Option<String>,
    /// The shop's own time zone, in which pages write their dates.
    pub zone: Zone,
    /// The path of the one style sheet.
    pub css_href: String,
    /// The path of the sheet that sets the operator's colour; `None` where it is the default.
    pub accent_sheet: Option<String>,
}

/// Whether the visitor is signed in; provided as context, and absent reads as no.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedIn(pub bool);

/// What the log calls the request that is being answered; provided as context.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

/// The shop front of the page that is being rendered.
fn shopfront() -> Arc<Shopfront> {
    expect_context()
}
