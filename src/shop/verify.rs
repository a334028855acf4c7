//! Verifying the address of an account that somebody registered. The mailbox alone is not enough: its owner may never have
//! heard of the account. It takes the session that registered, or the password that was chosen.

use std::net::IpAddr;

use super::{Raced, Shop, until_unraced};
use crate::accounts::{Account, Password, Purpose};
use crate::store::{accounts, one_time_links};
use crate::values::{AccountId, LinkId, Timestamp};
use crate::{Error, Result};

/// What somebody shows beside the link.
#[derive(Clone, Debug)]
pub enum Registrant {
    /// They are signed in to this account.
    SignedIn(AccountId),
    /// They typed this password.
    Knows(Password),
    /// Nothing yet.
    Nobody,
}

impl Registrant {
    /// A password that was typed counts, also where somebody else is signed in.
    pub fn of(signed_in: Option<&Account>, typed: String) -> Self {
        match signed_in {
            _ if !typed.is_empty() => Self::Knows(Password::typed(typed)),
            Some(account) => Self::SignedIn(account.id.clone()),
            None => Self::Nobody,
        }
    }
}

impl Shop {
    /// Verifies the link's account. Pressed twice by whoever is signed in to it, the second time changes nothing.
    pub async fn verify(&self, id: &LinkId, token: &str, by: &Registrant, from: IpAddr) -> Result<Account> {
        let now = self.clock.now();
        if let Some(verified) = self.verified_before(id, by).await? {
            return Ok(verified);
        }
        let (_, account) = self.open_link(&mut *self.store.connection().await?, id, token, now).await?;
        self.admit_registrant(&account, by, from).await?;
        until_unraced(async || self.verify_once(id, token, now).await).await
    }

    async fn verify_once(&self, id: &LinkId, token: &str, now: Timestamp) -> Result<Account, Raced> {
        let mut tx = self.store.begin().await?;
        let (link, account) = self.open_link(&mut tx, id, token, now).await?;
        let Purpose::Verify = link.purpose else { return Err(Raced::Refused(Error::LinkEnded)) };
        one_time_links::use_up(&mut tx, &link, now).await?;
        let verified = self.change(&mut tx, &account, &account.verify(now), now).await?;
        tx.commit().await?;
        Ok(verified)
    }

    /// The link's account, where it is verified and theirs already.
    async fn verified_before(&self, id: &LinkId, by: &Registrant) -> Result<Option<Account>> {
        let Registrant::SignedIn(account_id) = by else { return Ok(None) };
        let mut connection = self.store.connection().await?;
        let is_theirs = one_time_links::find(&mut connection, id).await?.is_some_and(|link| &link.account_id == account_id);
        let account = if is_theirs { accounts::find(&mut connection, account_id).await? } else { None };
        Ok(account.filter(Account::is_verified))
    }

    async fn admit_registrant(&self, account: &Account, by: &Registrant, from: IpAddr) -> Result<()> {
        match by {
            Registrant::SignedIn(id) if id == &account.id => Ok(()),
            Registrant::SignedIn(_) | Registrant::Nobody => {
                Err(Error::invalid("password", "Enter the password that you chose when you registered"))
            }
            Registrant::Knows(password) => {
                let message = "Enter the password that you chose when you registered; this is another";
                self.demand_password(account, password, from, "password", message).await
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::shop::testing::{ELSEWHERE, HOME, RAIN, SNOW, World};
    use crate::store::Store;
    use crate::store::testing::on_both;

    fn knows(password: &str) -> Registrant {
        Registrant::Knows(Password::typed(password))
    }

    on_both!(the_session_or_the_password_verifies_and_the_mailbox_alone_does_not, async |store: Store| {
        let world = World::on(store);
        let other = world.verified("ada@example.com", SNOW).await;
        let mine = world.registers("bea@example.com", RAIN).await;
        let (id, token) = world.last_link().await;
        for by in [Registrant::Nobody, Registrant::SignedIn(other.id), knows(SNOW), knows("")] {
            let refused = world.shop.verify(&id, &token, &by, HOME).await;
            assert!(matches!(&refused, Err(Error::Invalid(wrongs)) if wrongs[0].field == "password"), "{by:?}: {refused:?}");
            assert!(!world.account(&mine.id).await.is_verified());
        }
        let verified = world.shop.verify(&id, &token, &knows(RAIN), HOME).await.unwrap();
        assert_eq!(verified, world.account(&mine.id).await);
        assert!(verified.is_verified());
    });

    on_both!(a_squatter_who_waits_gets_nothing, async |store: Store| {
        let world = World::on(store);
        let squatted = world.registers("bea@example.com", SNOW).await;
        let (squatters, squatters_token) = world.last_link().await;
        // The owner presses the button in the squatter's mail, then registers for herself.
        assert!(world.shop.verify(&squatters, &squatters_token, &Registrant::Nobody, HOME).await.is_err());
        let account = world.verified("bea@example.com", RAIN).await;
        assert_ne!(account.id, squatted.id);
        assert!(matches!(world.signs_in("bea@example.com", SNOW).await, Err(Error::SignInFailed)));
        let late = world.shop.verify(&squatters, &squatters_token, &Registrant::SignedIn(squatted.id), HOME).await;
        assert!(matches!(late, Err(Error::LinkEnded)), "{late:?}");
    });

    on_both!(a_link_verifies_once_and_a_second_press_does_no_harm, async |store: Store| {
        let world = World::on(store);
        let account = world.registers("bea@example.com", RAIN).await;
        let (id, token) = world.last_link().await;
        let by = Registrant::SignedIn(account.id);
        let verified = world.shop.verify(&id, &token, &by, HOME).await.unwrap();
        assert_eq!(world.shop.verify(&id, &token, &by, HOME).await.unwrap(), verified);
        assert!(matches!(world.shop.verify(&id, &token, &knows(RAIN), HOME).await, Err(Error::LinkEnded)));
        assert!(matches!(world.shop.look_at_link(&id, &token).await, Err(Error::LinkEnded)));
    });

    on_both!(a_stale_a_forged_and_a_foreign_link_verify_nothing, async |store: Store| {
        let world = World::on(store);
        let account = world.registers("bea@example.com", RAIN).await;
        let (id, token) = world.last_link().await;
        world.shop.mail_sign_in_link(&account.email, HOME).await.unwrap();
        let (sign_in, sign_in_token) = world.last_link().await;
        let by = Registrant::SignedIn(account.id);
        assert!(matches!(world.shop.verify(&id, &sign_in_token, &by, HOME).await, Err(Error::LinkEnded)));
        assert!(matches!(world.shop.verify(&sign_in, &sign_in_token, &by, HOME).await, Err(Error::LinkEnded)));
        world.pass(Duration::from_hours(24));
        assert!(matches!(world.shop.verify(&id, &token, &by, HOME).await, Err(Error::LinkEnded)));
    });

    on_both!(of_two_accounts_of_one_address_one_is_verified, async |store: Store| {
        let world = World::on(store);
        let one = world.registers("bea@example.com", RAIN).await;
        let (one_id, one_token) = world.last_link().await;
        let other = world.registers("bea@example.com", SNOW).await;
        let (other_id, other_token) = world.last_link().await;
        let (by_one, by_other) = (Registrant::SignedIn(one.id), Registrant::SignedIn(other.id));
        let (first, second) = tokio::join!(
            world.shop.verify(&one_id, &one_token, &by_one, HOME),
            world.shop.verify(&other_id, &other_token, &by_other, HOME),
        );
        assert!(first.is_ok() ^ second.is_ok(), "{first:?} {second:?}");
        assert!(matches!(first.and(second), Err(Error::LinkEnded)));
    });

    on_both!(asking_again_mails_what_registering_mailed, async |store: Store| {
        let world = World::on(store);
        let owner = world.verified("ada@example.com", SNOW).await;
        let beside_ada = world.registers("ada@example.com", RAIN).await;
        let bea = world.registers("bea@example.com", RAIN).await;
        for account in [&beside_ada, &bea, &owner] {
            world.shop.verify_again(account, HOME).await.unwrap();
            world.pass(Duration::from_secs(1));
        }
        let expected = ["verify_address", "account_exists", "verify_address", "account_exists", "verify_address"];
        assert_eq!(world.kinds_posted().await, expected);
    });

    on_both!(passwords_can_t_be_guessed_through_a_link, async |store: Store| {
        let world = World::on(store);
        world.registers("bea@example.com", RAIN).await;
        let (id, token) = world.last_link().await;
        for _ in 0..10 {
            assert!(matches!(world.shop.verify(&id, &token, &knows(SNOW), ELSEWHERE).await, Err(Error::Invalid(_))));
        }
        let refused = world.shop.verify(&id, &token, &knows(RAIN), ELSEWHERE).await;
        assert!(matches!(refused, Err(Error::TooManyAttempts { .. })), "{refused:?}");
        assert!(world.shop.verify(&id, &token, &knows(RAIN), HOME).await.is_ok());
    });
}
