//! An account, and how its password and its proof of a mailbox change it. Pure but for the hashing of passwords.
//! Knows nothing of sessions, mails or storage.
//!
//! Anybody can type anybody's address. So an address belongs to nobody until its mailbox was read: **every registration is an
//! account of its own**, unverified, and any number of them may stand beside each other and beside the verified one. Whoever
//! proves the mailbox from one of them gets the address; the others of that address lose their password, sessions, tokens and
//! links. Nobody's registration touches another's, and a registrant sees the same whether or not the address has an account.

mod access_token;
mod hashing;
mod link;
mod password;

use crate::catalog::Tier;
use crate::values::{AccountId, Email, Timestamp};

pub use access_token::{AccessToken, Lifetime, LifetimeError, Scope, ScopeError, Scopes, TokenSecret, TokenSecretError};
pub use hashing::{Hasher, PasswordHash};
pub use link::{LinkEnded, OneTimeLink, Purpose};
pub use password::{Password, PasswordError};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub id: AccountId,
    pub version: i64,
    pub email: Email,
    /// `None` for an account that is entered by mailed links alone.
    pub password_hash: Option<PasswordHash>,
    pub role: Role,
    /// When its owner proved to read the mailbox; only then does the address count for anything.
    pub verified_at: Option<Timestamp>,
    /// Counts the times that everybody was signed out: a session made under an earlier one is over.
    pub session_generation: i64,
    /// Of which tier the subscription is that its checkout sells.
    pub plan: Tier,
    pub created_at: Timestamp,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Person,
    /// Runs the shop.
    Admin,
}

impl Account {
    /// A new account of an address that nobody has proved yet.
    pub fn register(id: AccountId, email: Email, password_hash: PasswordHash, now: Timestamp) -> Self {
        Self {
            id,
            version: 1,
            email,
            password_hash: Some(password_hash),
            role: Role::Person,
            verified_at: None,
            session_generation: 1,
            plan: Tier::Member,
            created_at: now,
        }
    }

    pub const fn is_verified(&self) -> bool {
        self.verified_at.is_some()
    }

    pub fn is_admin(&self) -> bool {
        self.role == Role::Admin && self.is_verified()
    }

    /// The mailbox was read by somebody who also has this account's session or password: the account stays as it is.
    #[must_use]
    pub fn verify(&self, now: Timestamp) -> Self {
        Self { verified_at: Some(self.verified_at.unwrap_or(now)), ..self.clone() }
    }

    /// The mailbox was read by somebody who showed nothing else. A verified account is theirs as it is. An unverified one may
    /// have been registered by another, waiting: they get it without its password, and whoever is signed in is out.
    #[must_use]
    pub fn enter_by_mailbox(&self, now: Timestamp) -> Self {
        if self.is_verified() { self.clone() } else { Self { password_hash: None, ..self.signed_out_everywhere().verify(now) } }
    }

    /// The mailbox was read, and a new password chosen there.
    #[must_use]
    pub fn reset_password(&self, password_hash: PasswordHash, now: Timestamp) -> Self {
        Self { password_hash: Some(password_hash), ..self.signed_out_everywhere().verify(now) }
    }

    #[must_use]
    pub fn change_password(&self, password_hash: PasswordHash) -> Self {
        Self { password_hash: Some(password_hash), ..self.signed_out_everywhere() }
    }

    #[must_use]
    pub fn choose_plan(&self, tier: Tier) -> Self {
        Self { plan: tier, ..self.clone() }
    }

    /// The new mailbox was read by somebody who is signed in here and gave the password before.
    #[must_use]
    pub fn change_email(&self, email: Email, now: Timestamp) -> Self {
        Self { email, verified_at: Some(now), ..self.clone() }
    }

    fn signed_out_everywhere(&self) -> Self {
        Self { session_generation: self.session_generation + 1, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::Entropy;

    struct Zeros;
    impl Entropy for Zeros {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    const REGISTERED_AT: Timestamp = Timestamp::from_seconds(1_000);
    const NOW: Timestamp = Timestamp::from_seconds(2_000);

    fn hash(text: &str) -> PasswordHash {
        PasswordHash::from(text.to_owned())
    }

    fn unverified() -> Account {
        let email = Email::parse("bea@example.com").unwrap();
        Account::register(AccountId::random(&Zeros), email, hash("first"), REGISTERED_AT)
    }

    #[test]
    fn registering_proves_nothing() {
        assert!(!unverified().is_verified());
        assert!(!Account { role: Role::Admin, ..unverified() }.is_admin());
    }

    #[test]
    fn what_each_proof_does_to_password_and_sessions() {
        let verified = unverified().verify(REGISTERED_AT);
        // (what happened, the password afterwards, everybody was signed out, verified since)
        let cases = [
            (unverified().verify(NOW), Some("first"), false, NOW),
            (unverified().enter_by_mailbox(NOW), None, true, NOW),
            (unverified().reset_password(hash("second"), NOW), Some("second"), true, NOW),
            (verified.verify(NOW), Some("first"), false, REGISTERED_AT),
            (verified.enter_by_mailbox(NOW), Some("first"), false, REGISTERED_AT),
            (verified.reset_password(hash("second"), NOW), Some("second"), true, REGISTERED_AT),
            (verified.change_password(hash("second")), Some("second"), true, REGISTERED_AT),
        ];
        for (index, (after, password, signed_out, verified_at)) in cases.into_iter().enumerate() {
            assert_eq!(after.password_hash, password.map(hash), "case {index}");
            assert_eq!(after.session_generation > 1, signed_out, "case {index}");
            assert_eq!(after.verified_at, Some(verified_at), "case {index}");
        }
    }

    #[test]
    fn changing_the_password_proves_no_mailbox() {
        assert_eq!(unverified().change_password(hash("second")).verified_at, None);
    }
}
