//! Changing the password of one's own account.

use std::net::IpAddr;

use super::Shop;
use super::passwords::chosen;
use crate::accounts::{Account, Password};
use crate::{Result, outbox};

impl Shop {
    /// Changes the password, ends every session of the account and tells its owner by mail. The answer is the account to be
    /// signed in to again, which keeps the browser that asked.
    pub async fn change_password(&self, account: &Account, current: &Password, typed: &str, from: IpAddr) -> Result<Account> {
        let now = self.clock.now();
        let message = "Enter your present password; this is another. Without one, sign out and choose “Forgotten password”";
        self.demand_password(account, current, from, "current_password", message).await?;
        let password_hash = self.hasher.hash(&chosen(typed, account)?, self.entropy.as_ref()).await?;
        let mut tx = self.store.begin().await?;
        let changed = self.change(&mut tx, account, &account.change_password(password_hash), now).await?;
        self.post(&mut tx, outbox::password_changed(&changed.id, now), now).await?;
        tx.commit().await?;
        self.outbox_bell.notify_one();
        Ok(changed)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::Error;
    use crate::shop::testing::{ELSEWHERE, HOME, RAIN, SNOW, World};
    use crate::store::Store;
    use crate::store::testing::on_both;

    on_both!(it_takes_the_present_password_and_tells_by_mail, async |store: Store| {
        let world = World::on(store);
        let account = world.verified("bea@example.com", RAIN).await;
        world.pass(Duration::from_secs(1));
        let wrong = world.shop.change_password(&account, &Password::typed(SNOW), SNOW, HOME).await;
        assert!(matches!(&wrong, Err(Error::Invalid(wrongs)) if wrongs[0].field == "current_password"), "{wrong:?}");
        let changed = world.shop.change_password(&account, &Password::typed(RAIN), SNOW, HOME).await.unwrap();
        assert_eq!(changed, world.account(&account.id).await);
        assert_ne!(changed.session_generation, account.session_generation);
        assert!(world.signs_in("bea@example.com", SNOW).await.is_ok());
        assert!(matches!(world.signs_in("bea@example.com", RAIN).await, Err(Error::SignInFailed)));
        assert_eq!(world.kinds_posted().await, ["verify_address", "password_changed"]);
    });

    on_both!(an_account_without_a_password_has_none_to_enter, async |store: Store| {
        let world = World::on(store);
        let account = world.registers("bea@example.com", RAIN).await;
        world.shop.mail_sign_in_link(&account.email, HOME).await.unwrap();
        let (id, token) = world.last_link().await;
        let account = world.shop.sign_in_by_link(&id, &token).await.unwrap();
        for guess in ["", RAIN] {
            let refused = world.shop.change_password(&account, &Password::typed(guess), SNOW, HOME).await;
            assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
        }
    });

    on_both!(the_present_password_can_t_be_guessed_from_an_open_browser, async |store: Store| {
        let world = World::on(store);
        let account = world.verified("bea@example.com", RAIN).await;
        for _ in 0..10 {
            assert!(world.shop.change_password(&account, &Password::typed("guess"), SNOW, ELSEWHERE).await.is_err());
        }
        let refused = world.shop.change_password(&account, &Password::typed(RAIN), SNOW, ELSEWHERE).await;
        assert!(matches!(refused, Err(Error::TooManyAttempts { .. })), "{refused:?}");
    });
}
