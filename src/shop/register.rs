//! Registering an address. Everybody gets the same: an account of their own, unverified, and a mail to the address. Who
//! followed the link of a gift mail has read the mailbox already, and is verified at once.

use std::net::IpAddr;

use super::Shop;
use super::doubts::settled;
use crate::accounts::{Account, Password, PasswordError, Purpose};
use crate::error::Wrong;
use crate::store::{self, Tx, accounts, gifts};
use crate::values::{AccountId, Email, GiftId, Timestamp};
use crate::{Result, outbox};

/// An address and a password that can be registered.
#[derive(Clone, Debug)]
pub struct Registration {
    pub email: Email,
    pub password: Password,
}

/// What the link of a gift mail proved: that whoever has it read the recipient's mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailboxProof {
    pub gift_id: GiftId,
    /// The gift's generation in that mail; a new recipient or a reissue ends the proof.
    pub generation: i64,
}

impl Registration {
    /// Reads the form. All that is wrong comes back at once.
    pub fn read(email: &str, password: &str) -> Result<Self, Vec<Wrong>> {
        match read_email(email) {
            Ok(email) => match Password::choose(password, &email) {
                Ok(password) => Ok(Self { email, password }),
                Err(error) => Err(vec![Wrong::new("password", error.to_string())]),
            },
            Err(wrong) if password.chars().count() < Password::SHORTEST => {
                Err(vec![wrong, Wrong::new("password", PasswordError::TooShort.to_string())])
            }
            Err(wrong) => Err(vec![wrong]),
        }
    }

    /// The same of a form that may be asked whether its address was meant so; `answer` is what came back.
    pub fn read_answered(email: &str, answer: &str, password: &str) -> Result<Self, Vec<Wrong>> {
        match settled("email", email, answer) {
            Ok(meant) => Self::read(&meant, password),
            Err(question) => Err(Self::read(email, password).err().into_iter().flatten().chain([question]).collect()),
        }
    }
}

/// An address as somebody typed it to say who they are.
pub fn read_email(text: &str) -> Result<Email, Wrong> {
    Email::parse(text).map_err(|_| Wrong::new("email", "Enter your whole email address, for example ada@example.com"))
}

/// The same of a form that may be asked whether its address was meant so; `answer` is what came back.
pub fn read_email_answered(text: &str, answer: &str) -> Result<Email, Wrong> {
    settled("email", text, answer).and_then(|meant| read_email(&meant))
}

impl Shop {
    /// Registers, and answers the account to be signed in to. Whether the address had an account shows in nothing: neither in
    /// the answer nor in its cost, only in the mail.
    pub async fn register(&self, registration: &Registration, proof: Option<&MailboxProof>, from: IpAddr) -> Result<Account> {
        let now = self.clock.now();
        let [of_both, to_address, of_network] = self.mail_buckets(&registration.email, from);
        self.attempt(&[of_both, to_address, of_network, self.registration_bucket(from)]).await?;
        let password_hash = self.hasher.hash(&registration.password, self.entropy.as_ref()).await?;
        let account = Account::register(AccountId::random(self.entropy.as_ref()), registration.email.clone(), password_hash, now);
        let mut tx = self.store.begin().await?;
        let proved = self.insert_proved(&mut tx, &account, proof, now).await?;
        if proved.is_none() {
            accounts::insert(&mut tx, &account).await?;
            self.ask_for_proof(&mut tx, &account, now).await?;
        }
        tx.commit().await?;
        self.outbox_bell.notify_one();
        Ok(proved.unwrap_or(account))
    }

    /// Inserts the account verified, where the proof is good for its address and no verified account has it.
    async fn insert_proved(
        &self,
        tx: &mut Tx,
        account: &Account,
        proof: Option<&MailboxProof>,
        now: Timestamp,
    ) -> Result<Option<Account>, store::Error> {
        let Some(proof) = proof else { return Ok(None) };
        let Some(gift) = gifts::find(tx, &proof.gift_id).await? else { return Ok(None) };
        if gift.generation != proof.generation || gift.recipient_email != account.email {
            return Ok(None);
        }
        let verified = account.verify(now);
        match accounts::insert(tx, &verified).await {
            Err(store::Error::Duplicate) => return Ok(None),
            inserted => inserted?,
        }
        accounts::displace_others(tx, &verified, now).await?;
        Ok(Some(verified))
    }

    /// Mails what the owner of the address needs: the link that verifies, or the news that they have an account here.
    pub(super) async fn ask_for_proof(&self, tx: &mut Tx, account: &Account, now: Timestamp) -> Result<(), store::Error> {
        if let Some(owner) = accounts::verified_by_email(tx, &account.email).await? {
            return self.post(tx, outbox::account_exists(&owner.id, now), now).await;
        }
        let link = self.make_link(tx, account, Purpose::Verify, now).await?;
        self.post(tx, outbox::verify_address(&link), now).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Error;
    use crate::shop::testing::{ELSEWHERE, HOME, RAIN, SNOW, World, address, registration};
    use crate::store::Store;
    use crate::store::testing::on_both;

    #[test]
    fn all_that_is_wrong_with_a_form_is_named_at_once() {
        let fields = |email, password| -> Vec<String> {
            Registration::read(email, password).err().into_iter().flatten().map(|wrong| wrong.field).collect()
        };
        assert_eq!(fields("bea", "short"), ["email", "password"]);
        assert_eq!(fields("", RAIN), ["email"]);
        assert_eq!(fields("bea@example.com", "password1"), ["password"]);
        assert_eq!(fields("bea@example.com\nbcc: carl@example.com", RAIN), ["email"]);
        assert_eq!(fields("bea@example.com", RAIN), [""; 0]);
    }

    on_both!(a_registered_account_waits_for_its_mailbox, async |store: Store| {
        let world = World::on(store);
        let account = world.registers("bea@example.com", RAIN).await;
        assert!(!account.is_verified());
        assert_eq!(world.kinds_posted().await, ["verify_address"]);
        let (id, token) = world.last_link().await;
        let seen = world.shop.look_at_link(&id, &token).await.unwrap();
        assert_eq!((seen.account_id, seen.email, seen.purpose), (account.id, address("bea@example.com"), Purpose::Verify));
    });

    on_both!(a_known_address_answers_and_costs_what_an_unknown_one_does, async |store: Store| {
        let world = World::on(store);
        let owner = world.verified("bea@example.com", RAIN).await;
        let hashes_before = world.shop.hasher.computed();
        let unknown = world.registers("carl@example.com", SNOW).await;
        let hashes_of_unknown = world.shop.hasher.computed() - hashes_before;
        let known = world.registers("Bea@Example.com", SNOW).await;
        assert_eq!(world.shop.hasher.computed() - hashes_before - hashes_of_unknown, hashes_of_unknown);
        assert!(!known.is_verified() && !unknown.is_verified());
        assert_ne!(known.id, owner.id, "an account beside the owner's, which sees nothing of it");
        assert_eq!(world.kinds_posted().await, ["verify_address", "verify_address", "account_exists"]);
        assert_eq!(world.account(&owner.id).await, owner);
        let [by_known, by_unknown] =
            [world.signs_in("bea@example.com", SNOW).await, world.signs_in("carl@example.com", SNOW).await];
        assert_eq!(by_known.unwrap().id, known.id, "trying the password afterwards tells nothing either");
        assert_eq!(by_unknown.unwrap().id, unknown.id);
        assert_eq!(world.signs_in("bea@example.com", RAIN).await.unwrap().id, owner.id);
    });

    on_both!(a_second_registration_leaves_the_first_as_it_was, async |store: Store| {
        let world = World::on(store);
        let first = world.registers("bea@example.com", RAIN).await;
        let second = world.registers("bea@example.com", SNOW).await;
        assert_ne!(first.id, second.id);
        assert_eq!(world.account(&first.id).await, first);
    });

    on_both!(the_link_of_ones_own_gift_mail_verifies_at_once, async |store: Store| {
        let world = World::on(store);
        let squatted = world.registers("bea@example.com", SNOW).await;
        let (_, proof) = world.gift_mailed_to("bea@example.com").await;
        let account = world.shop.register(&registration("BEA@example.com", RAIN), Some(&proof), HOME).await.unwrap();
        assert!(account.is_verified());
        assert_eq!(world.kinds_posted().await, ["verify_address"], "the squatter's; no mail is needed for the owner");
        assert_eq!(world.signs_in("bea@example.com", RAIN).await.unwrap().id, account.id);
        assert!(matches!(world.signs_in("bea@example.com", SNOW).await, Err(Error::SignInFailed)));
        assert_ne!(world.account(&squatted.id).await.session_generation, squatted.session_generation);
    });

    on_both!(a_proof_is_good_for_its_recipient_and_its_generation_alone, async |store: Store| {
        let world = World::on(store);
        let (_, proof) = world.gift_mailed_to("bea@example.com").await;
        let reissued = MailboxProof { generation: proof.generation + 1, ..proof.clone() };
        let unknown = MailboxProof { gift_id: GiftId::random(world.shop.entropy.as_ref()), ..proof.clone() };
        for (email, proof) in [("carl@example.com", &proof), ("bea@example.com", &reissued), ("bea@example.com", &unknown)] {
            let account = world.shop.register(&registration(email, RAIN), Some(proof), HOME).await.unwrap();
            assert!(!account.is_verified(), "{email} {proof:?}");
        }
    });

    on_both!(a_proof_takes_no_address_that_has_its_owner, async |store: Store| {
        let world = World::on(store);
        let owner = world.verified("bea@example.com", RAIN).await;
        let (_, proof) = world.gift_mailed_to("bea@example.com").await;
        let other = world.shop.register(&registration("bea@example.com", SNOW), Some(&proof), HOME).await.unwrap();
        assert!(!other.is_verified());
        assert_eq!(world.account(&owner.id).await, owner);
        assert_eq!(world.kinds_posted().await, ["verify_address", "account_exists"]);
    });

    on_both!(of_two_proofs_at_once_one_gets_the_address, async |store: Store| {
        let world = World::on(store);
        let (_, proof) = world.gift_mailed_to("bea@example.com").await;
        let [rain, snow] = [registration("bea@example.com", RAIN), registration("bea@example.com", SNOW)];
        let (one, other) =
            tokio::join!(world.shop.register(&rain, Some(&proof), HOME), world.shop.register(&snow, Some(&proof), HOME));
        assert!(one.unwrap().is_verified() ^ other.unwrap().is_verified());
    });

    on_both!(nobody_is_mailed_without_end, async |store: Store| {
        let world = World::on(store);
        for _ in 0..20 {
            world.shop.forgot(&address("bea@example.com"), ELSEWHERE).await.unwrap();
        }
        let refused = world.shop.forgot(&address("bea@example.com"), ELSEWHERE).await;
        assert!(matches!(refused, Err(Error::TooManyAttempts { seconds: 3600 })), "{refused:?}");
        let refused = world.shop.register(&registration("bea@example.com", RAIN), None, ELSEWHERE).await;
        assert!(matches!(refused, Err(Error::TooManyAttempts { .. })), "{refused:?}");
        world.shop.forgot(&address("carl@example.com"), ELSEWHERE).await.unwrap();
        world.shop.forgot(&address("bea@example.com"), HOME).await.unwrap();
    });
}
