//! Signing in by a link in one's mailbox, beside the password: asking for it, and using it.

use std::net::IpAddr;

use super::{Raced, Shop, until_unraced};
use crate::accounts::{Account, Purpose};
use crate::store::{accounts, one_time_links};
use crate::values::{Email, LinkId, Timestamp};
use crate::{Error, Result, outbox};

impl Shop {
    /// Mails a link that signs in, where the address has an account; says the same where it has none.
    pub async fn mail_sign_in_link(&self, email: &Email, from: IpAddr) -> Result<()> {
        let now = self.clock.now();
        self.attempt(&self.mail_buckets(email, from)).await?;
        let mut tx = self.store.begin().await?;
        if let Some(account) = accounts::by_email(&mut tx, email).await? {
            let link = self.make_link(&mut tx, &account, Purpose::SignIn, now).await?;
            self.post(&mut tx, outbox::sign_in_link(&link), now).await?;
        }
        tx.commit().await?;
        self.outbox_bell.notify_one();
        Ok(())
    }

    /// The account of a mailed link, verified by it. One that was not verified before loses its password and its sessions:
    /// somebody else may have registered it, waiting.
    pub async fn sign_in_by_link(&self, id: &LinkId, token: &str) -> Result<Account> {
        let now = self.clock.now();
        until_unraced(|| self.sign_in_by_link_once(id, token, now)).await
    }

    async fn sign_in_by_link_once(&self, id: &LinkId, token: &str, now: Timestamp) -> Result<Account, Raced> {
        let mut tx = self.store.begin().await?;
        let (link, account) = self.open_link(&mut tx, id, token, now).await?;
        let Purpose::SignIn = link.purpose else { return Err(Raced::Refused(Error::LinkEnded)) };
        one_time_links::use_up(&mut tx, &link, now).await?;
        let account = self.change(&mut tx, &account, &account.enter_by_mailbox(now), now).await?;
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

    on_both!(a_mailed_link_signs_in_once, async |store: Store| {
        let world = World::on(store);
        let account = world.verified("bea@example.com", RAIN).await;
        world.shop.mail_sign_in_link(&account.email, HOME).await.unwrap();
        let (id, token) = world.last_link().await;
        assert_eq!(world.shop.sign_in_by_link(&id, &token).await.unwrap(), account, "a verified account stays as it is");
        assert!(matches!(world.shop.sign_in_by_link(&id, &token).await, Err(Error::LinkEnded)));
    });

    on_both!(looking_at_a_link_does_not_use_it, async |store: Store| {
        let world = World::on(store);
        let account = world.verified("bea@example.com", RAIN).await;
        world.shop.mail_sign_in_link(&account.email, HOME).await.unwrap();
        let (id, token) = world.last_link().await;
        for _ in 0..3 {
            assert_eq!(world.shop.look_at_link(&id, &token).await.unwrap().account_id, account.id);
        }
        assert!(world.shop.sign_in_by_link(&id, &token).await.is_ok());
    });

    on_both!(used_twice_at_once_it_signs_in_once, async |store: Store| {
        let world = World::on(store);
        let account = world.verified("bea@example.com", RAIN).await;
        world.shop.mail_sign_in_link(&account.email, HOME).await.unwrap();
        let (id, token) = world.last_link().await;
        let uses = futures::future::join_all((0..8).map(|_| world.shop.sign_in_by_link(&id, &token))).await;
        assert_eq!(uses.iter().filter(|used| used.is_ok()).count(), 1);
        assert!(uses.iter().all(|used| matches!(used, Ok(_) | Err(Error::LinkEnded))), "{uses:?}");
    });

    on_both!(it_ends_after_a_quarter_of_an_hour, async |store: Store| {
        let world = World::on(store);
        let account = world.verified("bea@example.com", RAIN).await;
        world.shop.mail_sign_in_link(&account.email, HOME).await.unwrap();
        let (id, token) = world.last_link().await;
        world.pass(Duration::from_mins(15));
        assert!(matches!(world.shop.sign_in_by_link(&id, &token).await, Err(Error::LinkEnded)));
    });

    on_both!(an_unknown_address_answers_the_same_and_gets_no_mail, async |store: Store| {
        let world = World::on(store);
        world.shop.mail_sign_in_link(&address("nobody@example.com"), HOME).await.unwrap();
        assert_eq!(world.kinds_posted().await, [""; 0]);
    });

    on_both!(on_an_unverified_account_it_proves_the_mailbox_and_puts_out_who_waited, async |store: Store| {
        let world = World::on(store);
        let older = world.registers("bea@example.com", RAIN).await;
        let squatted = world.registers("bea@example.com", SNOW).await;
        world.shop.mail_sign_in_link(&squatted.email, HOME).await.unwrap();
        let (id, token) = world.last_link().await;
        let account = world.shop.sign_in_by_link(&id, &token).await.unwrap();
        assert!(account.is_verified());
        assert_eq!(account.password_hash, None);
        for waiting in [older, squatted] {
            assert_ne!(world.account(&waiting.id).await.session_generation, waiting.session_generation);
        }
        for password in [RAIN, SNOW] {
            assert!(matches!(world.signs_in("bea@example.com", password).await, Err(Error::SignInFailed)), "{password}");
        }
    });
}
