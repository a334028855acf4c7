//! Registering an address. Everybody gets the same: an account of their own, unverified, and a mail to the address. Who
//! followed the link of a gift mail has read the mailbox already, and is verified at once.

use std::net::IpAddr;

use super::Shop;
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
}

/// An address as somebody typed it to say who they are.
pub fn read_email(text: &str) -> Result<Email, Wrong> {
    Email::parse(text).map_err(|_| Wrong::new("email", "Enter your whole email address, for example ada@example.com"))
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
        let account = match self.insert_proved(&mut tx, &account, proof, now).await? {
            Some(verified) => verified,
            None => {
                accounts::insert(&mut tx, &account).await?;
                self.ask_for_proof(&mut tx, &account, now).await?;
                account
            }
        };
        tx.commit().await?;
        self.outbox_bell.notify_one();
        Ok(account)
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
        match accounts::verified_by_email(tx, &account.email).await? {
            Some(owner) => self.post(tx, outbox::account_exists(&owner.id, now), now).await,
            None => {
                let link = self.make_link(tx, account, Purpose::Verify, now).await?;
                self.post(tx, outbox::verify_address(&link), now).await
            }
        }
    }
}
