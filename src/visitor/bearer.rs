//! Programs that ask: from the token in `Authorization` to the account that it speaks for, and what is said to those that show none.
//! No token reaches a log or an answer from here.

use std::net::IpAddr;

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};

use crate::accounts::{Account, Scope, Scopes};
use crate::shop::Shop;
use crate::values::TokenId;
use crate::{Error, Result};

/// A program with an access token, and whom it works for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bearer {
    pub token_id: TokenId,
    account: Account,
    scopes: Scopes,
}

impl Bearer {
    /// The account, for a program that may do this; [`Error::ScopeMissing`] for another.
    pub fn require(&self, scope: Scope) -> Result<&Account> {
        if self.scopes.contains(scope) { Ok(&self.account) } else { Err(Error::ScopeMissing(scope.as_str().to_owned())) }
    }
}

/// Who sent the request by its access token: [`Error::TokenMissing`] where there is none, [`Error::TokenRefused`] for one that is
/// malformed, unknown, ended or expired. `from` counts guesses.
pub async fn bearer(headers: &HeaderMap, from: IpAddr, shop: &Shop) -> Result<Bearer> {
    let sent = sent_token(headers).ok_or(Error::TokenMissing)?;
    let (token, account) = shop.bearer(sent, from).await?;
    Ok(Bearer { token_id: token.id, account, scopes: token.scopes })
}

/// What the request sent as its token, whatever it is worth; more than one is as good as a wrong one. `None` where it shows itself by
/// no token.
pub fn sent_token(headers: &HeaderMap) -> Option<&str> {
    const SCHEME: &str = "bearer";
    let mut sent = headers.get_all(AUTHORIZATION).iter();
    let (scheme, token) = match sent.next()?.to_str() {
        Ok(value) => value.split_once(' ').unwrap_or((value, "")),
        // Bytes that no token has.
        Err(_) => (SCHEME, ""),
    };
    let is_one = sent.next().is_none();
    scheme.eq_ignore_ascii_case(SCHEME).then_some(if is_one { token.trim() } else { "" })
}

/// `WWW-Authenticate` for an error that another token would mend (RFC 6750, section 3).
pub fn challenge(error: &Error) -> Option<HeaderValue> {
    const REALM: &str = r#"Bearer realm="ribbon""#;
    let words = if let Error::ScopeMissing(scope) = error {
        format!(r#"{REALM}, error="{}", scope="{scope}""#, error.tag())
    } else if let Error::TokenRefused = error {
        format!(r#"{REALM}, error="{}""#, error.tag())
    } else if let Error::TokenMissing = error {
        REALM.to_owned()
    } else {
        return None;
    };
    HeaderValue::from_str(&words).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::NewAccessToken;
    use crate::shop::testing::{HOME, RAIN, World};
    use crate::store::Store;
    use crate::store::testing::on_both;

    fn headers(values: &[&str]) -> HeaderMap {
        values.iter().map(|value| (AUTHORIZATION, HeaderValue::from_bytes(value.as_bytes()).unwrap())).collect()
    }

    #[test]
    fn a_token_is_read_as_rfc_6750_writes_it() {
        for (values, token) in [
            (&[][..], None),
            (&["Basic YmVhOnJhaW4="], None),
            (&["Bearerx ribbon_1"], None),
            (&["Bearer ribbon_1"], Some("ribbon_1")),
            (&["bearer  ribbon_1 "], Some("ribbon_1")),
            (&["Bearer"], Some("")),
            (&["Bearer é"], Some("")),
            (&["Bearer ribbon_1", "Bearer ribbon_2"], Some("")),
        ] {
            assert_eq!(sent_token(&headers(values)), token, "{values:?}");
        }
    }

    #[test]
    fn the_challenge_says_what_another_token_would_need() {
        let said = |error: Error| challenge(&error).map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(said(Error::TokenMissing).as_deref(), Some(r#"Bearer realm="ribbon""#));
        assert_eq!(said(Error::TokenRefused).as_deref(), Some(r#"Bearer realm="ribbon", error="invalid_token""#));
        assert_eq!(
            said(Error::ScopeMissing("gifts:read".to_owned())).as_deref(),
            Some(r#"Bearer realm="ribbon", error="insufficient_scope", scope="gifts:read""#)
        );
        assert_eq!(said(Error::Forbidden), None);
    }

    on_both!(a_program_may_do_what_its_token_says_and_no_more, async |store: Store| {
        let world = World::on(store);
        let account = world.verified("bea@example.com", RAIN).await;
        let wish = NewAccessToken::read("Newsletter", "gifts:read", "never").unwrap();
        let (token, secret) = world.shop.create_access_token(&account, &wish).await.unwrap();
        let asks = async |values: &[&str]| bearer(&headers(values), HOME, &world.shop).await;

        let shown = asks(&[&format!("Bearer {}", secret.reveal())]).await.unwrap();
        assert_eq!(shown.token_id, token.id);
        assert_eq!(shown.require(Scope::GiftsRead).unwrap(), &account);
        let lacking = shown.require(Scope::GiftsPurchase);
        assert!(matches!(&lacking, Err(Error::ScopeMissing(scope)) if scope == "gifts:purchase"), "{lacking:?}");

        assert!(matches!(asks(&[]).await, Err(Error::TokenMissing)));
        for wrong in ["Bearer", "Bearer x", "Bearer ribbon_x"] {
            assert!(matches!(asks(&[wrong]).await, Err(Error::TokenRefused)), "{wrong}");
        }
    });
}
