//! The verbs: what the shop can do, one file a verb. A verb reads as now, begin, find, decide, write, tell, commit;
//! no verb calls another, and none knows of HTTP, forms or JSON.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::sync::Notify;
use url::Url;

use crate::accounts::Hasher;
use crate::catalog::{Brand, Catalog};
use crate::checkout::{Provider, ProviderName};
use crate::gifts::RefundRule;
use crate::outbox::{NewEntry, ReportSecret};
use crate::store::{self, Store};
use crate::values::{Clock, Entropy, Secrets, Timestamp, Zone};

mod access_tokens;
mod account_page;
mod announce_end;
mod answers;
mod ask_refund;
mod buy;
mod buy_again;
mod change_email;
mod change_gift;
mod change_password;
mod changed;
mod choose_plan;
mod clear_away;
mod clock;
mod come_back;
mod create_account;
mod create_promo_code;
mod decline;
mod discount;
mod doubts;
mod end_promo_code;
mod end_subscription;
mod entropy;
mod fields;
mod find_ends;
mod forgot;
mod fulfilment;
mod gift_history;
mod gift_page;
mod gift_records;
mod hear;
mod hear_of_mail;
mod kept;
mod links;
mod membership;
mod open_gift;
mod passwords;
mod payment_page;
mod price;
mod promo_codes;
mod purchase;
mod quote;
mod rate_limit;
mod readdress;
mod reconcile;
mod redeem;
mod register;
mod reissue;
mod release;
mod requests;
mod reschedule;
mod reset;
mod retry_work;
mod reword;
mod send_again;
mod sign_in;
mod sign_in_link;
mod stop_reminders;
mod subscribe;
mod switch_reminders;
mod tell_end;
#[cfg(test)]
pub(crate) mod testing;
mod thank;
mod turned_back;
mod verify;
mod verify_again;

pub use access_tokens::NewAccessToken;
pub use answers::*;
pub use buy::Promised;
pub use changed::{Changed, NewCode};
pub use clock::{ClockAhead, SystemClock};
pub use come_back::Canceled;
pub use create_promo_code::NewPromoCode;
pub use entropy::SystemEntropy;
pub use fulfilment::Fulfilled;
pub use gift_records::{GiftRecord, GiftRecords};
pub use kept::Kept;
pub use links::LinkSeen;
pub use membership::Membership;
pub use open_gift::GiftKey;
pub use price::Priced;
pub use purchase::{GiftFields, Purchase, Wish};
pub use quote::Quote;
pub use rate_limit::{Allowance, Quota};
pub use reconcile::{Answer, Question, Reconciled};
pub use redeem::Redeemed;
pub use register::{MailboxProof, Registration, read_email, read_email_answered};
pub use requests::RequestKey;
pub use stop_reminders::RemindersSeen;
pub use verify::Registrant;

/// What a shop is made of; see [`Shop::open`].
pub struct Parts {
    pub store: Store,
    pub clock: Arc<dyn Clock>,
    pub entropy: Arc<dyn Entropy>,
    pub secrets: Secrets,
    pub brand: Brand,
    pub catalog: Catalog,
    /// In which days begin and months end.
    pub zone: Zone,
    pub refunds: RefundRule,
    /// Every provider that is configured: orders of all of them are followed to their end.
    pub providers: Vec<Arc<dyn Provider>>,
    /// The one that new orders are paid at.
    pub selling: ProviderName,
    /// Where the shop's pages stand for the outside world.
    pub public_url: Url,
    /// By any of them a report about our mail is believed; without one there are no such reports.
    pub report_secrets: Vec<ReportSecret>,
}

/// The shop: everything that its doors need, and the only owner of a clock and of randomness.
pub struct Shop {
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) secrets: Secrets,
    pub(crate) brand: Brand,
    pub(crate) catalog: Catalog,
    pub(crate) zone: Zone,
    pub(crate) refunds: RefundRule,
    pub(crate) hasher: Hasher,
    providers: BTreeMap<ProviderName, Arc<dyn Provider>>,
    selling: ProviderName,
    public_url: Url,
    report_secrets: Vec<ReportSecret>,
    /// Rung after a commit that left something in the outbox, so that mail goes out at once and not at the next round.
    outbox_bell: Arc<Notify>,
}

/// How often a verb begins again after somebody else was faster, before the visitor is told to try again.
const RETRIES_MAX: usize = 8;

impl Shop {
    pub fn open(parts: Parts) -> Self {
        let Parts { store, clock, entropy, secrets, brand, catalog, zone, refunds, providers, selling, public_url, report_secrets } =
            parts;
        let providers = providers.into_iter().map(|provider| (provider.name(), provider)).collect();
        let (hasher, outbox_bell) = (Hasher::default(), Arc::default());
        Self {
            store,
            clock,
            entropy,
            secrets,
            brand,
            catalog,
            zone,
            refunds,
            hasher,
            providers,
            selling,
            public_url,
            report_secrets,
            outbox_bell,
        }
    }

    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    pub fn brand(&self) -> &Brand {
        &self.brand
    }

    pub fn zone(&self) -> &Zone {
        &self.zone
    }

    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub fn outbox_bell(&self) -> Arc<Notify> {
        Arc::clone(&self.outbox_bell)
    }

    /// A provider by its name; `None` where it isn't configured.
    pub(crate) fn provider(&self, name: ProviderName) -> Option<&Arc<dyn Provider>> {
        self.providers.get(&name)
    }

    /// Leaves a piece of work in the outbox, in the transaction of the change that caused it.
    async fn post(&self, tx: &mut store::Tx, entry: NewEntry, now: Timestamp) -> Result<(), store::Error> {
        store::outbox::post(tx, &entry, now).await
    }

    /// An address of ours as the outside world writes it.
    fn public(&self, path_and_query: &str) -> crate::Result<Url> {
        self.public_url.join(path_and_query).map_err(crate::Error::internal)
    }
}

/// Repeats an attempt while somebody else was faster: each time it begins again with what is written now.
pub(crate) async fn until_unraced<T, F>(attempt: impl Fn() -> F) -> crate::Result<T>
where
    F: Future<Output = Result<T, Raced>>,
{
    for _ in 1..RETRIES_MAX {
        match attempt().await {
            Err(Raced::Lost(_)) => tokio::task::yield_now().await,
            Err(Raced::Refused(error)) => return Err(error),
            Ok(done) => return Ok(done),
        }
    }
    attempt().await.map_err(crate::Error::from)
}

/// Why an attempt came to nothing: a lost race, or an answer.
pub(crate) enum Raced {
    Lost(store::Error),
    Refused(crate::Error),
}

impl From<store::Error> for Raced {
    fn from(error: store::Error) -> Self {
        match error {
            store::Error::Stale | store::Error::Duplicate => Self::Lost(error),
            store::Error::Unavailable(_) | store::Error::Unreadable(_) | store::Error::Refused(_) => Self::Refused(error.into()),
        }
    }
}

impl From<sqlx::Error> for Raced {
    fn from(error: sqlx::Error) -> Self {
        store::Error::from(error).into()
    }
}

impl From<crate::Error> for Raced {
    fn from(error: crate::Error) -> Self {
        Self::Refused(error)
    }
}

impl From<Raced> for crate::Error {
    fn from(raced: Raced) -> Self {
        match raced {
            Raced::Lost(error) => error.into(),
            Raced::Refused(error) => error,
        }
    }
}
