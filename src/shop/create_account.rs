//! The operator makes an account at the command line, and vouches for its address.

use super::Shop;
use super::register::Registration;
use crate::accounts::{Account, Role};
use crate::store::{self, accounts};
use crate::values::AccountId;
use crate::{Error, Result};

impl Shop {
    /// Makes an account with a role, verified where the operator says that the address is theirs. No mail goes out.
    pub async fn create_account(&self, registration: &Registration, role: Role, is_verified: bool) -> Result<Account> {
        let now = self.clock.now();
        let password_hash = self.hasher.hash(&registration.password, self.entropy.as_ref()).await?;
        let id = AccountId::random(self.entropy.as_ref());
        let account = Account { role, ..Account::register(id, registration.email.clone(), password_hash, now) };
        let account = if is_verified { account.verify(now) } else { account };
        let mut tx = self.store.begin().await?;
        let is_taken = accounts::verified_by_email(&mut tx, &account.email).await?.is_some();
        match accounts::insert(&mut tx, &account).await {
            Ok(()) if !is_taken => {}
            Ok(()) | Err(store::Error::Duplicate) => return Err(Error::invalid("email", "That address has an account already")),
            Err(error) => return Err(error.into()),
        }
        if account.is_verified() {
            accounts::displace_others(&mut tx, &account, now).await?;
        }
        tx.commit().await?;
        Ok(account)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::testing::{RAIN, SNOW, World, registration};
    use crate::store::Store;
    use crate::store::testing::on_both;

    on_both!(the_operator_vouches_for_an_address, async |store: Store| {
        let world = World::on(store);
        world.registers("ada@example.com", SNOW).await;
        let ada = world.shop.create_account(&registration("ada@example.com", RAIN), Role::Admin, true).await.unwrap();
        assert!(ada.is_admin());
        assert_eq!(world.signs_in("ada@example.com", RAIN).await.unwrap(), ada);
        assert!(matches!(world.signs_in("ada@example.com", SNOW).await, Err(Error::SignInFailed)));
        assert_eq!(world.kinds_posted().await, ["verify_address"], "the registration's; the operator's account mails nothing");
    });

    on_both!(an_account_that_nobody_vouched_for_is_unverified_and_no_admin_yet, async |store: Store| {
        let world = World::on(store);
        let ada = world.shop.create_account(&registration("ada@example.com", RAIN), Role::Admin, false).await.unwrap();
        assert!(!ada.is_verified() && !ada.is_admin());
        assert_eq!(world.signs_in("ada@example.com", RAIN).await.unwrap(), ada);
    });

    on_both!(an_address_that_has_its_owner_is_refused, async |store: Store| {
        let world = World::on(store);
        let owner = world.verified("ada@example.com", RAIN).await;
        for is_verified in [true, false] {
            let refused = world.shop.create_account(&registration("ada@example.com", SNOW), Role::Person, is_verified).await;
            assert!(matches!(&refused, Err(Error::Invalid(wrongs)) if wrongs[0].field == "email"), "{refused:?}");
        }
        assert_eq!(world.account(&owner.id).await, owner);
    });
}
