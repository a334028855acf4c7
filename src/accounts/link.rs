//! One-time links: what a mail carries so that its reader can act once, within a short time, by pressing a button.
//! No row and no log holds the token: it is derived from the row's id and the installation's secret whenever it is needed.

use std::time::Duration;

use super::Account;
use crate::values::{AccountId, Email, LinkId, Secret, Secrets, Timestamp};

const DOMAIN: &str = "one-time link";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OneTimeLink {
    pub id: LinkId,
    pub account_id: AccountId,
    /// The account's address when the link was made. A link outlives no change of it.
    pub email: Email,
    pub purpose: Purpose,
    /// Which secret its token is derived from.
    pub secret_id: String,
    pub expires_at: Timestamp,
    pub used_at: Option<Timestamp>,
    pub created_at: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Purpose {
    Verify,
    Reset,
    SignIn,
    /// Goes to the new address.
    ChangeEmail {
        new_email: Email,
    },
}

/// The link was used, is too old, was made for something else, or never was: nobody is told which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the link has ended")]
pub struct LinkEnded;

impl OneTimeLink {
    pub fn new(id: LinkId, account: &Account, purpose: Purpose, secret: &Secret, now: Timestamp) -> Self {
        Self {
            id,
            account_id: account.id.clone(),
            email: account.email.clone(),
            secret_id: secret.id().to_owned(),
            expires_at: now.plus(purpose.valid_for()),
            used_at: None,
            created_at: now,
            purpose,
        }
    }

    /// What the mail's link carries beside the id; `None` where the secret was given up meanwhile.
    pub fn token(&self, secrets: &Secrets) -> Option<String> {
        Some(secrets.by_id(&self.secret_id)?.token(DOMAIN, &self.parts()))
    }

    /// Whether the link may act, for whoever has `token`, on `account` as it is now.
    pub fn check(&self, token: &str, account: &Account, secrets: &Secrets, now: Timestamp) -> Result<(), LinkEnded> {
        let is_ours = secrets.by_id(&self.secret_id).is_some_and(|secret| secret.checks(DOMAIN, &self.parts(), token));
        let is_fresh = self.used_at.is_none() && now < self.expires_at;
        let is_current = self.account_id == account.id && self.email == account.email;
        if is_ours && is_fresh && is_current { Ok(()) } else { Err(LinkEnded) }
    }

    fn parts(&self) -> [&str; 2] {
        [self.id.as_str(), self.purpose.name()]
    }
}

impl Purpose {
    /// Short where the link alone lets somebody in, longer where something else is asked for as well.
    pub const fn valid_for(&self) -> Duration {
        match self {
            Self::SignIn => Duration::from_mins(15),
            Self::Reset | Self::ChangeEmail { .. } => Duration::from_hours(1),
            Self::Verify => Duration::from_hours(24),
        }
    }

    pub const fn name(&self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Reset => "reset",
            Self::SignIn => "sign_in",
            Self::ChangeEmail { .. } => "change_email",
        }
    }

    pub const fn new_email(&self) -> Option<&Email> {
        match self {
            Self::ChangeEmail { new_email } => Some(new_email),
            Self::Verify | Self::Reset | Self::SignIn => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::PasswordHash;
    use crate::values::Entropy;

    struct Zeros;
    impl Entropy for Zeros {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    const NOW: Timestamp = Timestamp::from_seconds(1_000_000);

    fn secrets(letter: &str) -> Secrets {
        Secrets { current: Secret::parse(&letter.repeat(32)).unwrap(), previous: None }
    }

    fn account() -> Account {
        let email = Email::parse("bea@example.com").unwrap();
        Account::register(AccountId::random(&Zeros), email, PasswordHash::from(String::new()), NOW)
    }

    fn link(purpose: Purpose) -> OneTimeLink {
        OneTimeLink::new(LinkId::random(&Zeros), &account(), purpose, &secrets("s").current, NOW)
    }

    #[test]
    fn a_link_acts_within_its_time_once() {
        let change = Purpose::ChangeEmail { new_email: Email::parse("bea@example.org").unwrap() };
        for (purpose, minutes) in [(Purpose::SignIn, 15), (Purpose::Reset, 60), (change, 60), (Purpose::Verify, 24 * 60)] {
            let link = link(purpose);
            let token = link.token(&secrets("s")).unwrap();
            let end = NOW.plus(Duration::from_mins(minutes));
            let check = |link: &OneTimeLink, at| link.check(&token, &account(), &secrets("s"), at);
            assert_eq!(check(&link, NOW), Ok(()));
            assert_eq!(check(&link, Timestamp::from_millis(end.millis() - 1)), Ok(()));
            assert_eq!(check(&link, end), Err(LinkEnded), "{minutes} minutes");
            assert_eq!(check(&OneTimeLink { used_at: Some(NOW), ..link }, NOW), Err(LinkEnded));
        }
    }

    #[test]
    fn a_token_is_good_for_its_own_link_purpose_and_secret() {
        let sign_in = link(Purpose::SignIn);
        let token = sign_in.token(&secrets("s")).unwrap();
        assert_eq!(link(Purpose::Reset).check(&token, &account(), &secrets("s"), NOW), Err(LinkEnded));
        assert_eq!(sign_in.check("", &account(), &secrets("s"), NOW), Err(LinkEnded));
        assert_eq!(sign_in.check(&token, &account(), &secrets("t"), NOW), Err(LinkEnded));
        assert_eq!(sign_in.token(&secrets("t")), None);
    }

    #[test]
    fn a_link_ends_with_the_address_that_it_was_made_for() {
        let link = link(Purpose::Reset);
        let token = link.token(&secrets("s")).unwrap();
        let moved = account().change_email(Email::parse("bea@example.org").unwrap(), NOW);
        assert_eq!(link.check(&token, &moved, &secrets("s"), NOW), Err(LinkEnded));
    }
}
