//! Changing the address of one's own account: it takes the password, a link to the new address, and being signed in still when
//! that link is used. Without the last, somebody could have a stranger prove the stranger's mailbox for them.

use std::net::IpAddr;

use super::{Raced, Shop, until_unraced};
use crate::accounts::{Account, Password, Purpose};
use crate::store::{accounts, one_time_links};
use crate::values::{AccountId, Email, LinkId, Timestamp};
use crate::{Error, Result, outbox};

impl Shop {
    /// Mails a link to the new address. One that has an account already gets that news in its place; the page says the same.
    pub async fn ask_to_change_email(&self, account: &Account, new_email: &Email, password: &Password, from: IpAddr) -> Result<()> {
        let now = self.clock.now();
        if new_email == &account.email {
            return Err(Error::invalid("email", "Enter another address; this is the account’s already"));
        }
        self.demand_password(account, password, from, "password", "Enter your password; this is another").await?;
        self.attempt(&self.mail_buckets(new_email, from)).await?;
        let mut tx = self.store.begin().await?;
        if let Some(owner) = accounts::verified_by_email(&mut tx, new_email).await? {
            self.post(&mut tx, outbox::account_exists(&owner.id, now), now).await?;
        } else {
            let purpose = Purpose::ChangeEmail { new_email: new_email.clone() };
            let link = self.make_link(&mut tx, account, purpose, now).await?;
            self.post(&mut tx, outbox::address_change_confirm(&link), now).await?;
        }
        tx.commit().await?;
        self.outbox_bell.notify_one();
        Ok(())
    }

    /// Gives the account its new address and tells the old one.
    pub async fn change_email(&self, id: &LinkId, token: &str, signed_in: &AccountId) -> Result<Account> {
        let now = self.clock.now();
        let changed = until_unraced(|| self.change_email_once(id, token, signed_in, now)).await?;
        self.outbox_bell.notify_one();
        Ok(changed)
    }

    async fn change_email_once(&self, id: &LinkId, token: &str, signed_in: &AccountId, now: Timestamp) -> Result<Account, Raced> {
        let mut tx = self.store.begin().await?;
        let (link, account) = self.open_link(&mut tx, id, token, now).await?;
        let Some(new_email) = link.purpose.new_email() else { return Err(Raced::Refused(Error::LinkEnded)) };
        if signed_in != &account.id {
            return Err(Raced::Refused(Error::Unauthenticated));
        }
        one_time_links::use_up(&mut tx, &link, now).await?;
        let changed = self.change(&mut tx, &account, &account.change_email(new_email.clone(), now), now).await?;
        self.post(&mut tx, outbox::address_changed(&link.id), now).await?;
        tx.commit().await?;
        Ok(changed)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::shop::testing::{HOME, RAIN, SNOW, World, address};
    use crate::store::Store;
    use crate::store::testing::on_both;

    async fn asks(world: &World, account: &Account, new_email: &str, password: &str) -> Result<()> {
        world.shop.ask_to_change_email(account, &address(new_email), &Password::typed(password), HOME).await
    }

    on_both!(an_address_is_changed_by_password_and_link_and_the_old_one_is_told, async |store: Store| {
        let world = World::on(store);
        let account = world.verified("bea@example.com", RAIN).await;
        world.pass(Duration::from_secs(1));
        assert!(matches!(asks(&world, &account, "bea@example.org", SNOW).await, Err(Error::Invalid(_))));
        asks(&world, &account, "bea@example.org", RAIN).await.unwrap();
        assert_eq!(world.account(&account.id).await.email, account.email, "the old one stays until the link is used");
        let (id, token) = world.last_link().await;
        assert_eq!(world.shop.look_at_link(&id, &token).await.unwrap().email, address("bea@example.org"));
        world.pass(Duration::from_secs(1));
        let changed = world.shop.change_email(&id, &token, &account.id).await.unwrap();
        assert_eq!(changed.email, address("bea@example.org"));
        assert!(world.signs_in("bea@example.org", RAIN).await.is_ok());
        assert!(matches!(world.signs_in("bea@example.com", RAIN).await, Err(Error::SignInFailed)));
        assert_eq!(world.kinds_posted().await, ["verify_address", "address_change_confirm", "address_changed"]);
        assert!(matches!(world.shop.change_email(&id, &token, &account.id).await, Err(Error::LinkEnded)));
    });

    on_both!(a_stranger_who_presses_the_button_proves_nothing_for_another, async |store: Store| {
        let world = World::on(store);
        let attacker = world.verified("mallory@example.com", SNOW).await;
        let stranger = world.verified("ada@example.com", RAIN).await;
        world.pass(Duration::from_secs(1));
        asks(&world, &attacker, "bea@example.com", SNOW).await.unwrap();
        let (id, token) = world.last_link().await;
        let pressed = world.shop.change_email(&id, &token, &stranger.id).await;
        assert!(matches!(pressed, Err(Error::Unauthenticated)), "{pressed:?}");
        assert_eq!(world.account(&attacker.id).await.email, attacker.email);
    });

    on_both!(an_address_that_has_its_owner_looks_free_and_stays_theirs, async |store: Store| {
        let world = World::on(store);
        let owner = world.verified("bea@example.com", RAIN).await;
        let account = world.verified("ada@example.com", SNOW).await;
        world.pass(Duration::from_secs(1));
        asks(&world, &account, "bea@example.com", SNOW).await.unwrap();
        assert_eq!(world.kinds_posted().await.last().unwrap(), "account_exists");
        assert_eq!(world.account(&owner.id).await, owner);
    });

    on_both!(an_address_that_got_its_owner_meanwhile_stays_theirs, async |store: Store| {
        let world = World::on(store);
        let account = world.verified("ada@example.com", SNOW).await;
        world.pass(Duration::from_secs(1));
        asks(&world, &account, "bea@example.com", SNOW).await.unwrap();
        let (id, token) = world.last_link().await;
        world.pass(Duration::from_secs(1));
        world.verified("bea@example.com", RAIN).await;
        assert!(matches!(world.shop.change_email(&id, &token, &account.id).await, Err(Error::LinkEnded)));
    });

    on_both!(the_new_mailbox_puts_out_who_waited_there, async |store: Store| {
        let world = World::on(store);
        let waiting = world.registers("bea@example.org", SNOW).await;
        let account = world.verified("bea@example.com", RAIN).await;
        world.pass(Duration::from_secs(1));
        asks(&world, &account, "bea@example.org", RAIN).await.unwrap();
        let (id, token) = world.last_link().await;
        world.shop.change_email(&id, &token, &account.id).await.unwrap();
        assert_eq!(world.account(&waiting.id).await.password_hash, None);
    });

    on_both!(what_was_mailed_to_the_old_address_does_nothing_after_the_change, async |store: Store| {
        let world = World::on(store);
        let account = world.verified("bea@example.com", RAIN).await;
        world.shop.forgot(&account.email, HOME).await.unwrap();
        let (old, old_token) = world.last_link().await;
        world.pass(Duration::from_secs(1));
        asks(&world, &account, "bea@example.org", RAIN).await.unwrap();
        let (id, token) = world.last_link().await;
        world.shop.change_email(&id, &token, &account.id).await.unwrap();
        assert!(matches!(world.shop.reset(&old, &old_token, SNOW).await, Err(Error::LinkEnded)));
    });
}
