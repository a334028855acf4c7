//! `Idempotency-Key`: the name by which a program may ask for the same thing again.

use http::{HeaderMap, HeaderName};

use super::incoming::Incoming;
use crate::accounts::Account;
use crate::shop::{RequestKey, Shop};
use crate::{Error, Result};

pub const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

impl Incoming {
    /// By what a verb knows this request of `account` to `endpoint` again; `None` for one that was sent without a key.
    /// [`Error::IdempotencyKeyReused`] where the key came before with another body, whatever is wrong with this one.
    pub async fn request_key(&self, shop: &Shop, account: &Account, endpoint: &'static str) -> Result<Option<RequestKey>> {
        let Some(key) = sent_key(&self.headers)? else { return Ok(None) };
        let request = RequestKey::new(account, endpoint, key, self.bytes.as_deref().unwrap_or_default())?;
        shop.must_be_same(&request).await?;
        Ok(Some(request))
    }
}

/// The key as it was sent: once, in characters that a header may have.
fn sent_key(headers: &HeaderMap) -> Result<Option<&str>> {
    let mut sent = headers.get_all(&IDEMPOTENCY_KEY).iter();
    let Some(key) = sent.next() else { return Ok(None) };
    match (key.to_str(), sent.next()) {
        (Ok(key), None) => Ok(Some(key)),
        (_, _) => Err(Error::IdempotencyKeyInvalid),
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;
    use crate::accounts::PasswordHash;
    use crate::values::{AccountId, Email, Timestamp};

    fn read(keys: &[&str]) -> Result<Option<RequestKey>> {
        let email = Email::parse("bea@example.com").unwrap();
        let now = Timestamp::from_seconds(0);
        let account = Account::register(AccountId::from_bytes([1; 10]), email, PasswordHash::from(String::new()), now);
        let value = |key: &&str| (IDEMPOTENCY_KEY, HeaderValue::from_bytes(key.as_bytes()).unwrap());
        let headers = keys.iter().map(value).collect();
        sent_key(&headers)?.map(|key| RequestKey::new(&account, "POST /v1/things", key, b"{}")).transpose()
    }

    #[test]
    fn a_key_is_1_to_255_visible_ascii_characters_sent_once() {
        assert_eq!(read(&[]).unwrap(), None);
        let longest = "k".repeat(255);
        for key in ["1", "8e03978e-40d5-43e8-bc93-6894a57f9324", "\"quoted\"", "~!", longest.as_str()] {
            assert!(read(&[key]).unwrap().is_some(), "{key}");
        }
        let too_long = "k".repeat(256);
        for keys in [&[""][..], &["two words"], &["tab\t"], &["é"], &[too_long.as_str()], &["same", "same"]] {
            assert!(matches!(read(keys), Err(Error::IdempotencyKeyInvalid)), "{keys:?}");
        }
    }

    #[test]
    fn what_is_kept_shows_neither_key_nor_body() {
        let request = read(&["order-17"]).unwrap().unwrap();
        assert_eq!((request.key_digest.len(), request.body_digest.len()), (64, 64));
        assert!(!format!("{request:?}").contains("order-17"));
    }
}
