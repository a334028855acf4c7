//! Who is asking: from a session or an access token to an account, and what a session remembers of a gift. The session keeps ids and
//! nothing that would redeem or sign in elsewhere; a visitor who does neither has none.

mod bearer;

use std::net::IpAddr;
use std::sync::{Arc, Mutex};

use http::{HeaderName, HeaderValue};
use leptos::prelude::use_context;
use tower_sessions::cookie::SameSite;
use tower_sessions::session;
use tower_sessions::{Expiry, Session, SessionManagerLayer};

use crate::accounts::{Account, TokenSecret};
use crate::shop::{GiftKey, Shop};
use crate::store::sessions::{IDLE, SIGNED_IN, Sessions, SignedIn};
use crate::{Error, Result};

pub use crate::shop::Kept;
pub use bearer::{Bearer, bearer, challenge, sent_token};

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

/// By this header of its own a server function asks for its form to be shown again, with what was typed and nothing refused.
pub const SHOWN_AGAIN: HeaderName = HeaderName::from_static("ribbon-shown-again");

/// Asks for the form that is being answered to be shown again.
pub fn show_again() {
    if let Some(options) = use_context::<leptos_axum::ResponseOptions>() {
        options.insert_header(SHOWN_AGAIN, HeaderValue::from_static("1"));
    }
}

/// A new access token on its way from the server function that made it to the page that shows it: from hand to hand within one request,
/// so that it stands in no URL, no session and no table.
#[derive(Clone, Debug, Default)]
pub struct ShownOnce(Arc<Mutex<Option<TokenSecret>>>);

impl ShownOnce {
    fn put(&self, secret: TokenSecret) {
        if let Ok(mut held) = self.0.lock() {
            *held = Some(secret);
        }
    }

    #[must_use]
    pub fn take(&self) -> Option<TokenSecret> {
        self.0.lock().ok()?.take()
    }
}

/// Where a request came from, as far as our own proxies can be trusted to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// The cookie's name; under https the browser holds it to this host and to https.
pub const fn cookie_name(is_https: bool) -> &'static str {
    if is_https { "__Host-ribbon" } else { "ribbon" }
}

/// Gives every request its session.
pub type SessionLayer = SessionManagerLayer<Sessions>;

/// The layer that gives every request its session; nothing is written until something is to be remembered.
pub fn sessions(store: Sessions, is_https: bool) -> SessionLayer {
    let idle = i64::try_from(IDLE.as_secs()).unwrap_or(i64::MAX);
    SessionManagerLayer::new(store)
        .with_name(cookie_name(is_https))
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

    /// The gift that a form is about: by the code that was typed, by the link at which the form was opened, or the one that the session
    /// keeps.
    pub async fn gift_key(&self, typed: &str) -> Result<GiftKey> {
        let uri = Self::opened_at().await?;
        let query = |name: &str| {
            let query = uri.query().unwrap_or_default();
            url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
        };
        if !typed.trim().is_empty() {
            return GiftKey::typed(typed, None);
        }
        if let Some(code) = uri.path().strip_prefix("/redeem/") {
            return GiftKey::typed(code, query("proof"));
        }
        if let Some(reference) = query("gift") {
            return reference.parse().map(GiftKey::Reference).map_err(|_| Error::GiftNotFound);
        }
        let kept = kept_gift(&self.session).await?;
        kept.map(GiftKey::Kept).ok_or_else(|| Error::invalid("code", "Enter the code on your card"))
    }

    /// Lets the page that answers this form show the token.
    pub async fn shows_once(&self, secret: TokenSecret) -> Result<()> {
        let axum::Extension(held) = leptos_axum::extract::<axum::Extension<ShownOnce>>().await.map_err(Error::internal)?;
        held.put(secret);
        show_again();
        Ok(())
    }

    /// The gift whose page a form stands on.
    pub async fn gift_reference(&self) -> Result<String> {
        let uri = Self::opened_at().await?;
        uri.path().strip_prefix("/gifts/").map(str::to_owned).ok_or(Error::NotFound)
    }

    /// The address at which the form was opened and to which it was posted.
    async fn opened_at() -> Result<http::Uri> {
        leptos_axum::extract::<axum::extract::OriginalUri>().await.map(|uri| uri.0).map_err(Error::internal)
    }

    /// Signs in and goes on: to the gift that they came for, else to `otherwise`.
    pub async fn welcome(&self, account: &Account, otherwise: &str) -> Result<()> {
        sign_in(&self.session, account).await?;
        let came_for_a_gift = kept_gift(&self.session).await?.is_some();
        leptos_axum::redirect(if came_for_a_gift { "/redeem" } else { otherwise });
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tower_sessions::session::Id;

    use super::*;
    use crate::accounts::Password;
    use crate::shop::testing::{HOME, RAIN, SNOW, World};
    use crate::store::Store;
    use crate::store::testing::on_both;

    /// What the layer makes of a request's cookie.
    fn session(world: &World, cookie: Option<Id>) -> Session {
        let store = Sessions::new(world.store.clone(), Arc::<crate::shop::testing::StoppedClock>::clone(&world.clock));
        Session::new(cookie, Arc::new(store), None)
    }

    /// One request of a browser: signs in and answers the cookie.
    async fn signed_in(world: &World, account: &Account) -> Id {
        let session = session(world, None);
        sign_in(&session, account).await.unwrap();
        session.save().await.unwrap();
        session.id().unwrap()
    }

    async fn asks(world: &World, cookie: Id) -> Visitor {
        current(&session(world, Some(cookie)), &world.shop).await.unwrap()
    }

    fn kept() -> Kept {
        Kept { gift_id: "gift_0123456789abcdef".parse().unwrap(), generation: 3, proven: true }
    }

    on_both!(whoever_signed_in_is_known_until_they_sign_out, async |store: Store| {
        let world = World::on(store);
        let account = world.verified("bea@example.com", RAIN).await;
        let cookie = signed_in(&world, &account).await;
        assert_eq!(asks(&world, cookie).await, Visitor::Account(account));
        sign_out(&session(&world, Some(cookie))).await.unwrap();
        assert_eq!(asks(&world, cookie).await, Visitor::Nobody, "the session has ended on the server");
        assert_eq!(asks(&world, Id(7)).await, Visitor::Nobody);
    });

    on_both!(signing_in_takes_a_new_session_id_and_keeps_the_gift, async |store: Store| {
        let world = World::on(store);
        let account = world.verified("bea@example.com", RAIN).await;
        let before = session(&world, None);
        keep_gift(&before, kept()).await.unwrap();
        before.save().await.unwrap();
        let planted = before.id().unwrap();

        let signing_in = session(&world, Some(planted));
        sign_in(&signing_in, &account).await.unwrap();
        signing_in.save().await.unwrap();
        let cookie = signing_in.id().unwrap();

        assert_ne!(cookie, planted);
        assert_eq!(asks(&world, planted).await, Visitor::Nobody);
        assert_eq!(kept_gift(&session(&world, Some(planted))).await.unwrap(), None);
        assert_eq!(kept_gift(&session(&world, Some(cookie))).await.unwrap(), Some(kept()));
        assert_eq!(asks(&world, cookie).await, Visitor::Account(account));
    });

    on_both!(a_changed_password_ends_every_session_but_the_one_that_asked, async |store: Store| {
        let world = World::on(store);
        let account = world.verified("bea@example.com", RAIN).await;
        let (mine, other) = (signed_in(&world, &account).await, signed_in(&world, &account).await);
        let asking = session(&world, Some(mine));
        assert_eq!(current(&asking, &world.shop).await.unwrap(), Visitor::Account(account.clone()));
        let changed = world.shop.change_password(&account, &Password::typed(RAIN), SNOW, HOME).await.unwrap();
        sign_in(&asking, &changed).await.unwrap();
        asking.save().await.unwrap();
        assert_eq!(asks(&world, other).await, Visitor::Nobody);
        assert_eq!(asks(&world, mine).await, Visitor::Nobody, "its id is new as well");
        assert_eq!(asks(&world, asking.id().unwrap()).await, Visitor::Account(changed));
    });

    on_both!(a_sign_in_that_was_under_way_when_the_password_changed_comes_to_nothing, async |store: Store| {
        let world = World::on(store);
        let account = world.verified("bea@example.com", RAIN).await;
        let with_the_old_one = world.signs_in("bea@example.com", RAIN).await.unwrap();
        world.shop.change_password(&account, &Password::typed(RAIN), SNOW, HOME).await.unwrap();
        let cookie = signed_in(&world, &with_the_old_one).await;
        assert_eq!(asks(&world, cookie).await, Visitor::Nobody);
    });

    on_both!(a_late_save_does_not_bring_back_a_session_that_was_ended, async |store: Store| {
        let world = World::on(store);
        let account = world.verified("bea@example.com", RAIN).await;
        let cookie = signed_in(&world, &account).await;
        let slow = session(&world, Some(cookie));
        keep_gift(&slow, kept()).await.unwrap();
        sign_out(&session(&world, Some(cookie))).await.unwrap();
        slow.save().await.unwrap();
        assert_eq!(asks(&world, cookie).await, Visitor::Nobody);
        assert_eq!(kept_gift(&session(&world, Some(cookie))).await.unwrap(), None);
    });

    on_both!(a_session_lives_while_it_is_used, async |store: Store| {
        let world = World::on(store);
        let account = world.verified("bea@example.com", RAIN).await;
        let cookie = signed_in(&world, &account).await;
        for _ in 0..3 {
            world.pass(IDLE.saturating_sub(Duration::from_secs(1)));
            let visit = session(&world, Some(cookie));
            assert_eq!(current(&visit, &world.shop).await.unwrap(), Visitor::Account(account.clone()));
            assert!(visit.is_modified(), "so the layer saves it");
            visit.save().await.unwrap();
            assert!(!{
                let again = session(&world, Some(cookie));
                current(&again, &world.shop).await.unwrap();
                again.is_modified()
            });
        }
        world.pass(IDLE);
        assert_eq!(asks(&world, cookie).await, Visitor::Nobody);
    });

    on_both!(who_only_looks_leaves_nothing, async |store: Store| {
        let world = World::on(store);
        let visit = session(&world, None);
        assert_eq!(current(&visit, &world.shop).await.unwrap(), Visitor::Nobody);
        let_go_of_gift(&visit).await.unwrap();
        assert!(visit.is_empty().await && !visit.is_modified());
    });

    on_both!(a_gift_is_let_go_of, async |store: Store| {
        let world = World::on(store);
        let visit = session(&world, None);
        keep_gift(&visit, kept()).await.unwrap();
        let_go_of_gift(&visit).await.unwrap();
        assert_eq!(kept_gift(&visit).await.unwrap(), None);
    });
}
