//! Who calls the API: the account of an access token or, where a page of ours may ask too, of a session.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::extract::FromRequestParts;
use http::header::AUTHORIZATION;
use http::request::Parts;
use tower_sessions::Session;

use super::Doors;
use super::problem::Problem;
use crate::accounts::{Account, Scope};
use crate::visitor::{self, Bearer, ClientAddress};

/// Whoever came with a token.
pub struct Caller {
    bearer: Bearer,
    pub address: IpAddr,
}

/// Whoever came with a token, or else is signed in.
pub struct Visitor {
    who: Who,
    pub address: IpAddr,
}

enum Who {
    Token(Bearer),
    SignedIn(Account),
}

impl Caller {
    /// The token's account, where the token may do this.
    pub fn allowed(&self, scope: Scope) -> Result<&Account, Problem> {
        Ok(self.bearer.require(scope)?)
    }
}

impl Visitor {
    /// The account, where a token, if one came, may do this. A page of ours may do what its visitor may.
    pub fn allowed(&self, scope: Scope) -> Result<&Account, Problem> {
        match &self.who {
            Who::Token(bearer) => Ok(bearer.require(scope)?),
            Who::SignedIn(account) => Ok(account),
        }
    }
}

impl FromRequestParts<Arc<Doors>> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, doors: &Arc<Doors>) -> Result<Self, Problem> {
        let address = address(parts);
        let bearer = visitor::bearer(&parts.headers, address, &doors.shop).await?;
        Ok(Self { bearer, address })
    }
}

impl FromRequestParts<Arc<Doors>> for Visitor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, doors: &Arc<Doors>) -> Result<Self, Problem> {
        let session = parts.extensions.get::<Session>().filter(|_| !parts.headers.contains_key(AUTHORIZATION));
        if let Some(session) = session
            && let visitor::Visitor::Account(account) = visitor::current(session, &doors.shop).await?
        {
            return Ok(Self { who: Who::SignedIn(account), address: address(parts) });
        }
        let Caller { bearer, address } = Caller::from_request_parts(parts, doors).await?;
        Ok(Self { who: Who::Token(bearer), address })
    }
}

fn address(parts: &Parts) -> IpAddr {
    parts.extensions.get::<ClientAddress>().map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |address| address.0)
}
