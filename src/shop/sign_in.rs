//! Signing in by password, and whether somebody who signed in once still is.

use std::net::IpAddr;

use super::Shop;
use crate::accounts::{Account, Password};
use crate::store::accounts;
use crate::store::sessions::SignedIn;
use crate::values::Email;
use crate::{Error, Result};

impl Shop {
    /// The account that the address and the password name together. Two hashes are compared, always: that of the address's
    /// owner and that of the newest registration beside it, each with nobody's in its place where there is none. So neither the
    /// answer nor its cost tells which of them exist.
    pub async fn sign_in(&self, email: &Email, password: &Password, from: IpAddr) -> Result<Account> {
        let buckets = self.password_buckets(email, from);
        let anywhere = self.passwords_anywhere();
        self.attempt(&buckets).await?;
        self.slow_down(&anywhere).await?;
        let mut connection = self.store.connection().await?;
        let owner = accounts::verified_by_email(&mut connection, email).await?;
        let registrant = accounts::unverified_by_email(&mut connection, email).await?;
        drop(connection);
        let owner = self.if_fits(owner, password).await?;
        let registrant = self.if_fits(registrant, password).await?;
        let account = owner.or(registrant).ok_or(Error::SignInFailed)?;
        let [of_both, of_network] = buckets;
        self.forgive(&[of_both, of_network, anywhere]).await?;
        Ok(account)
    }

    async fn if_fits(&self, account: Option<Account>, password: &Password) -> Result<Option<Account>> {
        let hash = account.as_ref().and_then(|account| account.password_hash.as_ref());
        Ok(if self.hasher.fits(password, hash).await? { account } else { None })
    }

    /// The account of a session, unless everybody was signed out of it since.
    pub async fn still_signed_in(&self, signed_in: &SignedIn) -> Result<Option<Account>> {
        let account = accounts::find(&mut *self.store.connection().await?, &signed_in.account_id).await?;
        Ok(account.filter(|account| account.session_generation == signed_in.generation))
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::shop::testing::{ELSEWHERE, HOME, RAIN, SNOW, World, address};
    use crate::store::Store;
    use crate::store::testing::on_both;

    on_both!(an_unknown_address_and_a_wrong_password_answer_and_cost_the_same, async |store: Store| {
        let world = World::on(store);
        world.verified("bea@example.com", RAIN).await;
        world.registers("carl@example.com", RAIN).await;
        for email in ["bea@example.com", "carl@example.com", "nobody@example.com"] {
            let before = world.shop.hasher.computed();
            let refused = world.signs_in(email, SNOW).await;
            assert!(matches!(refused, Err(Error::SignInFailed)), "{email}: {refused:?}");
            assert_eq!(world.shop.hasher.computed() - before, 2, "{email}");
        }
        let before = world.shop.hasher.computed();
        world.signs_in("BEA@example.com", RAIN).await.unwrap();
        assert_eq!(world.shop.hasher.computed() - before, 2);
    });

    on_both!(guessing_from_one_network_locks_nobody_out_elsewhere, async |store: Store| {
        let world = World::on(store);
        world.verified("bea@example.com", RAIN).await;
        let try_from =
            async |password: &str, from| world.shop.sign_in(&address("bea@example.com"), &Password::typed(password), from).await;
        for _ in 0..10 {
            assert!(matches!(try_from(SNOW, ELSEWHERE).await, Err(Error::SignInFailed)));
        }
        let refused = try_from(RAIN, ELSEWHERE).await;
        assert!(matches!(refused, Err(Error::TooManyAttempts { seconds: 900 })), "{refused:?}");
        assert!(try_from(RAIN, HOME).await.is_ok());
        world.pass(Duration::from_mins(15));
        assert!(try_from(RAIN, ELSEWHERE).await.is_ok());
    });

    on_both!(signing_in_often_is_no_failure, async |store: Store| {
        let world = World::on(store);
        world.verified("bea@example.com", RAIN).await;
        for _ in 0..12 {
            world.signs_in("bea@example.com", RAIN).await.unwrap();
        }
    });

    on_both!(guesses_at_once_are_counted_each, async |store: Store| {
        let world = World::on(store);
        let (bea, guess) = (address("bea@example.com"), Password::typed(SNOW));
        let guesses = futures::future::join_all((0..16).map(|_| world.shop.sign_in(&bea, &guess, ELSEWHERE))).await;
        let answered = guesses.iter().filter(|guess| matches!(guess, Err(Error::SignInFailed))).count();
        let refused = guesses.iter().filter(|guess| matches!(guess, Err(Error::TooManyAttempts { .. }))).count();
        assert_eq!((answered, refused), (10, 6));
    });

    on_both!(guesses_from_everywhere_slow_all_and_refuse_none, async |store: Store| {
        let world = World::on(store);
        world.verified("bea@example.com", RAIN).await;
        let anywhere = world.shop.passwords_anywhere();
        world.shop.fill(&anywhere).await;
        let started = Instant::now();
        assert!(world.signs_in("bea@example.com", RAIN).await.is_ok());
        assert!(started.elapsed() >= Duration::from_secs(1));
    });
}
