//! Who is asking: from a session to an account, and what a session remembers of a gift. The session keeps ids and nothing that
//! would redeem or sign in elsewhere; a visitor who does neither has none.

use std::net::IpAddr;
use std::sync::Arc;

use leptos::prelude::use_context;
use serde::{Deserialize, Serialize};
use tower_sessions::cookie::SameSite;
use tower_sessions::session;
use tower_sessions::{Expiry, Session, SessionManagerLayer};

use crate::accounts::Account;
use crate::shop::{MailboxProof, Shop};
use crate::store::sessions::{IDLE, SIGNED_IN, Sessions, SignedIn};
use crate::values::GiftId;
use crate::{Error, Result};

const KEPT: &str = "kept";
/// The day of the last visit: writing it anew is what makes a session in use live on.
const SEEN_ON: &str = "seen_on";
const SECONDS_A_DAY: i64 = 24 * 60 * 60;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Visitor {
    Nobody,
    Account(Account),
}

impl Visitor {
    pub const fn account(&self) -> Option<&Account> {
        match self {
            Self::Nobody => None,
            Self::Account(account) => Some(account),
        }
    }
}

/// The gift that somebody came for, remembered while they sign in. Not its code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    pub gift_id: GiftId,
    /// A new recipient or a reissue raises the gift's, and then this no longer counts.
    pub generation: i64,
    /// They came by the link of the recipient's own mail.
    pub proven: bool,
}

/// Where a request came from, as far as our own proxies can be trusted to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// The layer that gives every request its session; nothing is written until something is to be remembered.
pub fn sessions(store: Sessions, is_https: bool) -> SessionManagerLayer<Sessions> {
    let idle = i64::try_from(IDLE.as_secs()).unwrap_or(i64::MAX);
    SessionManagerLayer::new(store)
        .with_name(if is_https { "__Host-ribbon" } else { "ribbon" })
        .with_path("/")
        .with_http_only(true)
        .with_secure(is_https)
        .with_same_site(SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(time::Duration::seconds(idle)))
}

/// Who the session belongs to.
pub async fn current(session: &Session, shop: &Shop) -> Result<Visitor> {
    let Some(signed_in) = session.get::<SignedIn>(SIGNED_IN).await.map_err(lost)? else { return Ok(Visitor::Nobody) };
    let Some(account) = shop.still_signed_in(&signed_in).await? else { return Ok(Visitor::Nobody) };
    session.insert(SEEN_ON, shop.now().seconds() / SECONDS_A_DAY).await.map_err(lost)?;
    Ok(Visitor::Account(account))
}

/// Signs in under a new session id: one that somebody else may have planted before is worth nothing.
pub async fn sign_in(session: &Session, account: &Account) -> Result<()> {
    let signed_in = SignedIn { account_id: account.id.clone(), generation: account.session_generation };
    session.cycle_id().await.map_err(lost)?;
    session.insert(SIGNED_IN, signed_in).await.map_err(lost)
}

/// Ends the session on the server, with all that it remembered.
pub async fn sign_out(session: &Session) -> Result<()> {
    session.flush().await.map_err(lost)
}

pub async fn keep_gift(session: &Session, kept: Kept) -> Result<()> {
    session.insert(KEPT, kept).await.map_err(lost)
}

pub async fn kept_gift(session: &Session) -> Result<Option<Kept>> {
    session.get(KEPT).await.map_err(lost)
}

/// The gift is redeemed, or no longer what they came for.
pub async fn let_go_of_gift(session: &Session) -> Result<()> {
    if kept_gift(session).await?.is_some() {
        session.remove_value(KEPT).await.map_err(lost)?;
    }
    Ok(())
}

impl Kept {
    /// What registering may take as proof of the recipient's mailbox.
    pub fn proof(&self) -> Option<MailboxProof> {
        self.proven.then(|| MailboxProof { gift_id: self.gift_id.clone(), generation: self.generation })
    }
}

/// What a server function asks its request for.
pub struct Caller {
    pub shop: Arc<Shop>,
    pub session: Session,
    pub address: IpAddr,
}

impl Caller {
    pub async fn of_request() -> Result<Self> {
        let shop = use_context::<Arc<Shop>>().ok_or_else(|| Error::internal("no shop in the context"))?;
        let axum::Extension(session) = leptos_axum::extract::<axum::Extension<Session>>().await.map_err(Error::internal)?;
        let axum::Extension(ClientAddress(address)) = leptos_axum::extract().await.map_err(Error::internal)?;
        Ok(Self { shop, session, address })
    }

    pub async fn visitor(&self) -> Result<Visitor> {
        current(&self.session, &self.shop).await
    }

    /// The account that is signed in, for what needs one.
    pub async fn account(&self) -> Result<Account> {
        match self.visitor().await? {
            Visitor::Account(account) => Ok(account),
            Visitor::Nobody => Err(Error::Unauthenticated),
        }
    }

    /// Signs in and goes on: to the gift that they came for, else to their account.
    pub async fn welcome(&self, account: &Account) -> Result<()> {
        sign_in(&self.session, account).await?;
        let came_for_a_gift = kept_gift(&self.session).await?.is_some();
        leptos_axum::redirect(if came_for_a_gift { "/redeem" } else { "/account" });
        Ok(())
    }
}

/// Sessions are rows like any others: out of reach means that the shop is.
fn lost(error: session::Error) -> Error {
    match error {
        session::Error::Store(error) => Error::Unavailable(error.into()),
        session::Error::SerdeJson(error) => Error::internal(error),
    }
}
