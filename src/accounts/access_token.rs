//! Access tokens: what one looks like, what it is for, and how long it lives. Knows nothing of headers, pages or storage.
//!
//! A token is `ribbon_`, 32 symbols of randomness and 6 that are computed from them. Whoever looks for leaked secrets finds it by
//! `ribbon_[a-z2-7]{38}` and by its last symbols, and a mistyped one is refused before anybody is asked.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use data_encoding::{BASE32_NOPAD, HEXLOWER};
use sha2::{Digest as _, Sha256};

use super::Account;
use crate::values::{AccountId, Entropy, Label, Timestamp, TokenId};

/// What a program sends to show who it works for. No `Display` and a masked `Debug`: only [`TokenSecret::reveal`] shows it, once.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenSecret(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("that is no access token")]
pub struct TokenSecretError;

impl TokenSecret {
    pub const PREFIX: &str = "ribbon_";
    /// 160 bits.
    const BYTES: usize = 20;
    const CHECK_SYMBOLS: usize = 6;

    pub fn random(entropy: &dyn Entropy) -> Self {
        let mut bytes = [0; Self::BYTES];
        entropy.fill(&mut bytes);
        let body = format!("{}{}", Self::PREFIX, symbols(&bytes));
        let check = check(&body);
        Self(body + &check)
    }

    pub fn parse(text: &str) -> Result<Self, TokenSecretError> {
        let body = text.len().checked_sub(Self::CHECK_SYMBOLS).and_then(|end| text.get(..end)).ok_or(TokenSecretError)?;
        let is_one = body.starts_with(Self::PREFIX)
            && body.len() == Self::PREFIX.len() + Self::BYTES * 8 / 5
            && text.ends_with(&check(body));
        if is_one { Ok(Self(text.to_owned())) } else { Err(TokenSecretError) }
    }

    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What the table keeps of it. With 160 bits behind it nobody gets from here to the token.
    #[must_use]
    pub fn digest(&self) -> String {
        HEXLOWER.encode(&Sha256::digest(self.0.as_bytes()))
    }
}

/// Small letters and the figures 2 to 7: a double click takes the whole of it, and no URL or shell changes a symbol.
fn symbols(bytes: &[u8]) -> String {
    BASE32_NOPAD.encode(bytes).to_ascii_lowercase()
}

/// 30 bits of a digest: of a thousand million texts that look like a token, one passes for one.
fn check(body: &str) -> String {
    symbols(&Sha256::digest(body.as_bytes())).chars().take(TokenSecret::CHECK_SYMBOLS).collect()
}

impl fmt::Debug for TokenSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenSecret(…)")
    }
}

/// A token as its account sees it: everything but the secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessToken {
    pub id: TokenId,
    pub account_id: AccountId,
    /// The account's session generation when it was made.
    pub session_generation: i64,
    pub name: Label,
    pub scopes: Scopes,
    /// `None` for one that lives until it is ended.
    pub expires_at: Option<Timestamp>,
    /// Exact to [`AccessToken::SEEN_EVERY`].
    pub last_used_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

impl AccessToken {
    /// How often its use is written down, so that a program that reads a thousand times writes once.
    pub const SEEN_EVERY: Duration = Duration::from_hours(1);

    /// Whether it speaks for `account` now. One that was made before everybody was signed out is over, as a session is.
    pub fn speaks_for(&self, account: &Account, now: Timestamp) -> bool {
        self.account_id == account.id
            && self.session_generation == account.session_generation
            && self.ended_at.is_none()
            && !self.is_expired(now)
    }

    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|expires_at| expires_at <= now)
    }

    /// Whether its use now is news.
    pub fn is_seen_anew(&self, now: Timestamp) -> bool {
        self.last_used_at.is_none_or(|last| now.since(last) >= Self::SEEN_EVERY)
    }
}

/// One thing that a token may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    GiftsPurchase,
    GiftsRedeem,
    GiftsRead,
    BillingCheckout,
    MembershipsRead,
}

impl Scope {
    pub const ALL: [Self; 5] =
        [Self::GiftsPurchase, Self::GiftsRedeem, Self::GiftsRead, Self::BillingCheckout, Self::MembershipsRead];

    /// As the API names it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GiftsPurchase => "gifts:purchase",
            Self::GiftsRedeem => "gifts:redeem",
            Self::GiftsRead => "gifts:read",
            Self::BillingCheckout => "billing:checkout",
            Self::MembershipsRead => "memberships:read",
        }
    }

    /// As its account's owner is told of it.
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::GiftsPurchase => "Buy gifts in your name",
            Self::GiftsRedeem => "Redeem gifts that were sent to you",
            Self::GiftsRead => "Read how the gifts stand that you gave",
            Self::BillingCheckout => "Begin a subscription of yours",
            Self::MembershipsRead => "Read your membership’s time",
        }
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ScopeError {
    #[error("a scope is one of gifts:purchase, gifts:redeem, gifts:read, billing:checkout and memberships:read")]
    Unknown,
    #[error("a token has a scope at least")]
    Missing,
}

impl FromStr for Scope {
    type Err = ScopeError;
    fn from_str(text: &str) -> Result<Self, ScopeError> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == text).ok_or(ScopeError::Unknown)
    }
}

/// What a token may be used for: one thing at least. As text, with a blank between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scopes(BTreeSet<Scope>);

impl Scopes {
    pub fn of(scopes: impl IntoIterator<Item = Scope>) -> Result<Self, ScopeError> {
        let scopes = BTreeSet::from_iter(scopes);
        if scopes.is_empty() { Err(ScopeError::Missing) } else { Ok(Self(scopes)) }
    }

    pub fn contains(&self, scope: Scope) -> bool {
        self.0.contains(&scope)
    }

    pub fn iter(&self) -> impl Iterator<Item = Scope> {
        self.0.iter().copied()
    }
}

impl FromStr for Scopes {
    type Err = ScopeError;
    fn from_str(text: &str) -> Result<Self, ScopeError> {
        Self::of(text.split_ascii_whitespace().map(str::parse).collect::<Result<Vec<Scope>, _>>()?)
    }
}

impl fmt::Display for Scopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, scope) in self.iter().enumerate() {
            write!(f, "{}{scope}", if index == 0 { "" } else { " " })?;
        }
        Ok(())
    }
}

/// For how long a token is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    Days(u16),
    UntilEnded,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a token lives for 1 to {} days, or “never” expires", Lifetime::LONGEST_DAYS)]
pub struct LifetimeError;

impl Lifetime {
    /// What the form offers.
    pub const OFFERED: [Self; 4] = [Self::Days(30), Self::Days(90), Self::Days(365), Self::UntilEnded];
    /// Ten years.
    pub const LONGEST_DAYS: u16 = 3_650;

    pub fn ends_at(self, now: Timestamp) -> Option<Timestamp> {
        match self {
            Self::Days(days) => Some(now.plus(Duration::from_hours(24 * u64::from(days)))),
            Self::UntilEnded => None,
        }
    }
}

/// A number of days, or "never".
impl FromStr for Lifetime {
    type Err = LifetimeError;
    fn from_str(text: &str) -> Result<Self, LifetimeError> {
        match text.trim() {
            "never" => Ok(Self::UntilEnded),
            days => match days.parse() {
                Ok(days @ 1..=Self::LONGEST_DAYS) => Ok(Self::Days(days)),
                Ok(_) | Err(_) => Err(LifetimeError),
            },
        }
    }
}

impl fmt::Display for Lifetime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(days) => write!(f, "{days}"),
            Self::UntilEnded => f.write_str("never"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::PasswordHash;
    use crate::values::Email;

    struct Counting;
    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            for (byte, number) in bytes.iter_mut().zip(0..) {
                *byte = number;
            }
        }
    }

    const NOW: Timestamp = Timestamp::from_seconds(1_000_000);
    /// Its last six symbols were computed apart, with Python's hashlib and base64.
    const WRITTEN: &str = "ribbon_aaaqeayeaudaocajbifqydiob4ibceqtpkesg2";

    fn account() -> Account {
        let email = Email::parse("bea@example.com").unwrap();
        Account::register(AccountId::random(&Counting), email, PasswordHash::from(String::new()), NOW)
    }

    fn token() -> AccessToken {
        AccessToken {
            id: TokenId::random(&Counting),
            account_id: account().id,
            session_generation: account().session_generation,
            name: Label::parse("Newsletter").unwrap(),
            scopes: Scopes::of([Scope::GiftsRead]).unwrap(),
            expires_at: Some(NOW.plus(Duration::from_mins(1))),
            last_used_at: None,
            ended_at: None,
            created_at: NOW,
        }
    }

    #[test]
    fn a_token_is_a_prefix_randomness_and_a_check() {
        let secret = TokenSecret::random(&Counting);
        assert_eq!(secret.reveal(), WRITTEN);
        assert_eq!(TokenSecret::parse(WRITTEN), Ok(secret.clone()));
        assert_eq!(format!("{secret:?}"), "TokenSecret(…)");
        assert_eq!(secret.digest().len(), 64);
    }

    #[test]
    fn any_one_symbol_that_is_mistyped_is_noticed() {
        for place in 0..WRITTEN.len() {
            let typo = if WRITTEN[place..].starts_with('z') { "y" } else { "z" };
            let mistyped = format!("{}{typo}{}", &WRITTEN[..place], &WRITTEN[place + 1..]);
            assert_eq!(TokenSecret::parse(&mistyped), Err(TokenSecretError), "{mistyped}");
        }
        let (shorter, longer) = (&WRITTEN[..WRITTEN.len() - 1], format!("{WRITTEN}a"));
        for wrong in ["", "ribbon_", "é", "ribbon_ééééééééééééééééééé", shorter, &longer, &WRITTEN.to_ascii_uppercase()]
        {
            assert_eq!(TokenSecret::parse(wrong), Err(TokenSecretError), "{wrong}");
        }
    }

    #[test]
    fn a_token_speaks_for_its_account_until_it_expires_is_ended_or_everybody_is_signed_out() {
        let just_before = NOW.plus(Duration::from_mins(1)).minus(Duration::from_millis(1));
        assert!(token().speaks_for(&account(), just_before));
        assert!(!token().speaks_for(&account(), NOW.plus(Duration::from_mins(1))));
        assert!(AccessToken { expires_at: None, ..token() }.speaks_for(&account(), Timestamp::from_millis(i64::MAX)));
        assert!(!AccessToken { ended_at: Some(NOW), ..token() }.speaks_for(&account(), NOW));
        assert!(!token().speaks_for(&account().change_password(PasswordHash::from(String::new())), NOW));
        assert!(!token().speaks_for(&Account { id: AccountId::from_bytes([7; 10]), ..account() }, NOW));
    }

    #[test]
    fn its_use_is_news_once_an_hour() {
        let used = AccessToken { last_used_at: Some(NOW), ..token() };
        assert!(token().is_seen_anew(NOW));
        assert!(!used.is_seen_anew(NOW.plus(Duration::from_secs(3_599))));
        assert!(used.is_seen_anew(NOW.plus(Duration::from_hours(1))));
    }

    #[test]
    fn scopes_are_read_as_they_are_written_in_one_order() {
        for scope in Scope::ALL {
            assert_eq!(scope.as_str().parse(), Ok(scope));
        }
        let scopes: Scopes = "memberships:read gifts:read gifts:read".parse().unwrap();
        assert_eq!(scopes.to_string(), "gifts:read memberships:read");
        assert!(scopes.contains(Scope::GiftsRead) && !scopes.contains(Scope::GiftsRedeem));
        assert_eq!("".parse::<Scopes>(), Err(ScopeError::Missing));
        assert_eq!("gifts:read gifts:write".parse::<Scopes>(), Err(ScopeError::Unknown));
        for scope in Scope::ALL {
            assert!(ScopeError::Unknown.to_string().contains(scope.as_str()), "{scope}");
        }
    }

    #[test]
    fn a_lifetime_is_bounded_or_open() {
        for (text, lifetime) in [("30", Lifetime::Days(30)), (" 3650 ", Lifetime::Days(3_650)), ("never", Lifetime::UntilEnded)] {
            assert_eq!(text.parse(), Ok(lifetime));
            assert_eq!(lifetime.to_string(), text.trim());
        }
        for wrong in ["", "0", "-1", "3651", "1.5", "Never", "99999999999"] {
            assert_eq!(wrong.parse::<Lifetime>(), Err(LifetimeError), "{wrong}");
        }
        assert_eq!(Lifetime::Days(1).ends_at(NOW), Some(NOW.plus(Duration::from_hours(24))));
        assert_eq!(Lifetime::UntilEnded.ends_at(NOW), None);
    }
}
