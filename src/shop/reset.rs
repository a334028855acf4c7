//! Choosing a new password by a link in one's mailbox.

use super::passwords::chosen;
use super::{Raced, Shop, until_unraced};
use crate::accounts::{Account, PasswordHash, Purpose};
use crate::store::one_time_links;
use crate::values::{LinkId, Timestamp};
use crate::{Error, Result, outbox};

impl Shop {
    /// Gives the link's account the new password, verified, with everybody signed out and every other link ended. A password
    /// that is refused leaves the link as it is.
    pub async fn reset(&self, id: &LinkId, token: &str, typed: &str) -> Result<Account> {
        let now = self.clock.now();
        let (_, account) = self.open_link(&mut *self.store.connection().await?, id, token, now).await?;
        let password_hash = self.hasher.hash(&chosen(typed, &account)?, self.entropy.as_ref()).await?;
        let account = until_unraced(|| self.reset_once(id, token, &password_hash, now)).await?;
        self.outbox_bell.notify_one();
        Ok(account)
    }

    async fn reset_once(&self, id: &LinkId, token: &str, password_hash: &PasswordHash, now: Timestamp) -> Result<Account, Raced> {
        let mut tx = self.store.begin().await?;
        let (link, account) = self.open_link(&mut tx, id, token, now).await?;
        let Purpose::Reset = link.purpose else { return Err(Raced::Refused(Error::LinkEnded)) };
        one_time_links::use_up(&mut tx, &link, now).await?;
        let account = self.change(&mut tx, &account, &account.reset_password(password_hash.clone(), now), now).await?;
        self.post(&mut tx, outbox::password_changed(&account.id, now), now).await?;
        tx.commit().await?;
        Ok(account)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::shop::testing::{HOME, RAIN, SNOW, World, address};
    use crate::store::Store;
    use crate::store::testing::on_both;

    on_both!(a_new_password_takes_the_place_of_the_old_one_and_signs_everybody_out, async |store: Store| {
        let world = World::on(store);
        let before = world.verified("bea@example.com", RAIN).await;
        world.shop.forgot(&before.email, HOME).await.unwrap();
        let (id, token) = world.last_link().await;
        world.pass(Duration::from_secs(1));
        let after = world.shop.reset(&id, &token, SNOW).await.unwrap();
        assert_eq!(after, world.account(&before.id).await);
        assert_ne!(after.session_generation, before.session_generation);
        assert!(world.signs_in("bea@example.com", SNOW).await.is_ok());
        assert!(matches!(world.signs_in("bea@example.com", RAIN).await, Err(Error::SignInFailed)));
        assert_eq!(world.kinds_posted().await, ["verify_address", "reset_password", "password_changed"]);
        assert!(matches!(world.shop.reset(&id, &token, RAIN).await, Err(Error::LinkEnded)));
    });

    on_both!(a_refused_password_leaves_the_link, async |store: Store| {
        let world = World::on(store);
        let account = world.verified("bea@example.com", RAIN).await;
        world.shop.forgot(&account.email, HOME).await.unwrap();
        let (id, token) = world.last_link().await;
        for refused in ["", "short", "password1", "bea@example.com", &"x7!".repeat(43)] {
            let answer = world.shop.reset(&id, &token, refused).await;
            assert!(matches!(&answer, Err(Error::Invalid(wrongs)) if wrongs[0].field == "password"), "{refused}: {answer:?}");
        }
        assert!(world.shop.reset(&id, &token, SNOW).await.is_ok());
    });

    on_both!(a_reset_on_an_unverified_account_gives_it_to_the_reader_of_the_mailbox, async |store: Store| {
        let world = World::on(store);
        let squatted = world.registers("bea@example.com", RAIN).await;
        world.shop.forgot(&squatted.email, HOME).await.unwrap();
        let (id, token) = world.last_link().await;
        let account = world.shop.reset(&id, &token, SNOW).await.unwrap();
        assert!(account.is_verified());
        assert_ne!(account.session_generation, squatted.session_generation);
        assert!(matches!(world.signs_in("bea@example.com", RAIN).await, Err(Error::SignInFailed)));
        assert_eq!(world.signs_in("bea@example.com", SNOW).await.unwrap().id, account.id);
    });

    on_both!(whatever_was_mailed_before_a_reset_does_nothing_after_it, async |store: Store| {
        let world = World::on(store);
        let account = world.verified("bea@example.com", RAIN).await;
        world.shop.mail_sign_in_link(&account.email, HOME).await.unwrap();
        let (sign_in, sign_in_token) = world.last_link().await;
        world.pass(Duration::from_secs(1));
        world.shop.forgot(&account.email, HOME).await.unwrap();
        let (id, token) = world.last_link().await;
        world.shop.reset(&id, &token, SNOW).await.unwrap();
        assert!(matches!(world.shop.sign_in_by_link(&sign_in, &sign_in_token).await, Err(Error::LinkEnded)));
    });

    on_both!(used_twice_at_once_one_password_is_set, async |store: Store| {
        let world = World::on(store);
        let account = world.verified("bea@example.com", RAIN).await;
        world.shop.forgot(&account.email, HOME).await.unwrap();
        let (id, token) = world.last_link().await;
        let (one, other) =
            tokio::join!(world.shop.reset(&id, &token, SNOW), world.shop.reset(&id, &token, "fifty autumns of leaves"),);
        assert!(one.is_ok() ^ other.is_ok(), "{one:?} {other:?}");
        assert!(matches!(one.and(other), Err(Error::LinkEnded)));
    });

    on_both!(an_unknown_address_answers_the_same_and_gets_no_mail, async |store: Store| {
        let world = World::on(store);
        world.shop.forgot(&address("nobody@example.com"), HOME).await.unwrap();
        assert_eq!(world.kinds_posted().await, [""; 0]);
    });
}
