//! Access tokens: made and seen by their account, ended by it or by the operator, and shown by programs.

use std::net::IpAddr;

use super::Shop;
use super::rate_limit::Limit;
use crate::accounts::{AccessToken, Account, Lifetime, Scopes, TokenSecret};
use crate::error::Wrong;
use crate::store::{self, access_tokens};
use crate::values::{Email, Label, TextError, TokenId};
use crate::{Error, Result, outbox};

/// How many an account has at most.
const TOKENS_MAX: usize = 50;

/// A token as somebody wishes for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewAccessToken {
    pub name: Label,
    pub scopes: Scopes,
    pub lifetime: Lifetime,
}

impl NewAccessToken {
    /// Reads the form of `/account/tokens`. All that is wrong comes back at once, in the order of the form.
    pub fn read(name: &str, scopes: &str, lifetime: &str) -> Result<Self, Vec<Wrong>> {
        let name = Label::parse(name).map_err(|error| Wrong::new("name", name_message(error)));
        let scopes = scopes.parse().map_err(|_| Wrong::new("scopes", "Choose at least one thing that the token may do"));
        let lifetime = lifetime.parse().map_err(|_| Wrong::new("expires", "Choose when the token expires"));
        match (name, scopes, lifetime) {
            (Ok(name), Ok(scopes), Ok(lifetime)) => Ok(Self { name, scopes, lifetime }),
            (name, scopes, lifetime) => Err([name.err(), scopes.err(), lifetime.err()].into_iter().flatten().collect()),
        }
    }
}

fn name_message(error: TextError) -> String {
    match error {
        TextError::Missing => "Name what the token is for".to_owned(),
        TextError::TooLong(longest) => format!("Shorten the name to {longest} characters"),
        TextError::Control => "Write the name on one line, in plain letters".to_owned(),
    }
}

impl Shop {
    /// Makes a token for `account`. The secret is in the answer and nowhere else afterwards. Its owner is told by mail, unless the
    /// address isn't proved: then it may be somebody else's mailbox.
    pub async fn create_access_token(&self, account: &Account, new: &NewAccessToken) -> Result<(AccessToken, TokenSecret)> {
        let now = self.clock.now();
        let secret = TokenSecret::random(self.entropy.as_ref());
        let token = AccessToken {
            id: TokenId::random(self.entropy.as_ref()),
            account_id: account.id.clone(),
            session_generation: account.session_generation,
            name: new.name.clone(),
            scopes: new.scopes.clone(),
            expires_at: new.lifetime.ends_at(now),
            last_used_at: None,
            ended_at: None,
            created_at: now,
        };
        let mut tx = self.store.begin().await?;
        if access_tokens::of_account(&mut tx, account).await?.len() >= TOKENS_MAX {
            return Err(Error::invalid("name", format!("End a token first. {TOKENS_MAX} are as many as an account has")));
        }
        access_tokens::insert(&mut tx, &token, &secret.digest()).await?;
        if account.is_verified() {
            self.post(&mut tx, outbox::access_token_made(&token.id), now).await?;
        }
        tx.commit().await?;
        self.outbox_bell.notify_one();
        Ok((token, secret))
    }

    /// Those that were not ended, expired ones included, the newest first.
    pub async fn access_tokens(&self, account: &Account) -> Result<Vec<AccessToken>> {
        Ok(access_tokens::of_account(&mut *self.store.connection().await?, account).await?)
    }

    /// Ends a token at once. `owner` is whose it must be; the operator names nobody.
    pub async fn end_access_token(&self, id: &TokenId, owner: Option<&Account>) -> Result<()> {
        let now = self.clock.now();
        let owner = owner.map(|owner| &owner.id);
        match access_tokens::end(&mut *self.store.connection().await?, id, owner, now).await {
            Err(store::Error::Stale) => Err(Error::NotFound),
            ended => Ok(ended?),
        }
    }

    /// Whom a program speaks for that sent this as its token: [`Error::TokenRefused`] for nobody. `from` counts guesses; whoever has a
    /// token that ended isn't guessing.
    pub async fn bearer(&self, sent: &str, from: IpAddr) -> Result<(AccessToken, Account)> {
        let now = self.clock.now();
        let secret = TokenSecret::parse(sent).map_err(|_| Error::TokenRefused)?;
        let mut connection = self.store.connection().await?;
        let Some((token, account)) = access_tokens::by_digest(&mut connection, &secret.digest()).await? else {
            drop(connection);
            self.attempt(&[self.bucket_of_network(Limit::TOKENS_FROM, from)]).await?;
            return Err(Error::TokenRefused);
        };
        if !token.speaks_for(&account, now) {
            return Err(Error::TokenRefused);
        }
        if token.is_seen_anew(now) {
            access_tokens::seen(&mut connection, &token.id, now).await?;
        }
        Ok((token, account))
    }

    /// The account that the operator means by an address: its owner's, else the newest that waits for its proof.
    pub async fn account_of(&self, email: &Email) -> Result<Account> {
        store::accounts::by_email(&mut *self.store.connection().await?, email).await?.ok_or(Error::NotFound)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::shop::testing::{ELSEWHERE, HOME, RAIN, SNOW, World, registration};
    use crate::store::Store;
    use crate::store::testing::on_both;

    fn wish() -> NewAccessToken {
        NewAccessToken::read("Newsletter", "gifts:purchase gifts:read", "30").unwrap()
    }

    async fn made(world: &World, account: &Account) -> (AccessToken, String) {
        let (token, secret) = world.shop.create_access_token(account, &wish()).await.unwrap();
        (token, secret.reveal().to_owned())
    }

    /// A token that nobody has, with its check right.
    fn guess(n: u8) -> String {
        struct Of(u8);
        impl crate::values::Entropy for Of {
            fn fill(&self, bytes: &mut [u8]) {
                bytes.fill(self.0);
            }
        }
        TokenSecret::random(&Of(n)).reveal().to_owned()
    }

    async fn is_refused(world: &World, sent: &str) -> bool {
        matches!(world.shop.bearer(sent, HOME).await, Err(Error::TokenRefused))
    }

    #[test]
    fn all_that_is_wrong_with_the_form_is_named_at_once() {
        let fields = |name: &str, scopes: &str, lifetime: &str| -> Vec<String> {
            let wrongs = NewAccessToken::read(name, scopes, lifetime).err();
            wrongs.into_iter().flatten().map(|wrong| wrong.field).collect()
        };
        assert_eq!(fields(" ", "", "soon"), ["name", "scopes", "expires"]);
        assert_eq!(fields(&"n".repeat(81), "gifts:write", "0"), ["name", "scopes", "expires"]);
        assert_eq!(fields("Newsletter\nBcc", "gifts:read", "never"), ["name"]);
        assert_eq!(fields("Newsletter", "gifts:read", "never"), [""; 0]);
    }

    on_both!(a_token_speaks_for_the_account_that_made_it, async |store: Store| {
        let world = World::on(store);
        let account = world.verified("bea@example.com", RAIN).await;
        let (token, sent) = made(&world, &account).await;
        assert_eq!(token.expires_at, Some(world.shop.now().plus(Duration::from_hours(30 * 24))));
        let (shown, whose) = world.shop.bearer(&sent, HOME).await.unwrap();
        assert_eq!((shown, whose), (token, account));
    });

    on_both!(no_row_holds_the_token, async |store: Store| {
        let world = World::on(store);
        let account = world.verified("bea@example.com", RAIN).await;
        let (_, sent) = made(&world, &account).await;
        let mut connection = world.store.connection().await.unwrap();
        let digests: Vec<String> =
            sqlx::query_scalar("select digest from access_tokens").fetch_all(&mut *connection).await.unwrap();
        assert_eq!(digests, [TokenSecret::parse(&sent).unwrap().digest()]);
        assert!(is_refused(&world, &digests[0]).await);
    });

    on_both!(a_token_ends_at_once_by_its_owner_or_the_operator_and_nobody_else, async |store: Store| {
        let world = World::on(store);
        let (bea, carl) = (world.verified("bea@example.com", RAIN).await, world.verified("carl@example.com", RAIN).await);
        let ((one, sent_one), (two, sent_two)) = (made(&world, &bea).await, made(&world, &bea).await);
        assert!(matches!(world.shop.end_access_token(&one.id, Some(&carl)).await, Err(Error::NotFound)));
        assert!(!is_refused(&world, &sent_one).await);
        world.shop.end_access_token(&one.id, Some(&bea)).await.unwrap();
        assert!(is_refused(&world, &sent_one).await);
        assert!(matches!(world.shop.end_access_token(&one.id, Some(&bea)).await, Err(Error::NotFound)));
        assert!(!is_refused(&world, &sent_two).await);
        world.shop.end_access_token(&two.id, None).await.unwrap();
        assert!(is_refused(&world, &sent_two).await);
        assert_eq!(world.shop.access_tokens(&bea).await.unwrap(), []);
    });

    on_both!(a_token_expires_to_the_moment_and_is_still_listed, async |store: Store| {
        let world = World::on(store);
        let account = world.verified("bea@example.com", RAIN).await;
        let (token, sent) = made(&world, &account).await;
        world.pass(Duration::from_hours(30 * 24).checked_sub(Duration::from_millis(1)).unwrap());
        assert!(!is_refused(&world, &sent).await);
        world.pass(Duration::from_millis(1));
        assert!(is_refused(&world, &sent).await);
        assert_eq!(world.shop.access_tokens(&account).await.unwrap().first().map(|token| &token.id), Some(&token.id));
    });

    on_both!(its_use_is_written_down_once_an_hour, async |store: Store| {
        let world = World::on(store);
        let account = world.verified("bea@example.com", RAIN).await;
        let (_, sent) = made(&world, &account).await;
        let last_used = async || world.shop.access_tokens(&account).await.unwrap()[0].last_used_at;
        assert_eq!(last_used().await, None);
        let first = world.shop.now();
        world.shop.bearer(&sent, HOME).await.unwrap();
        assert_eq!(last_used().await, Some(first));
        world.pass(Duration::from_mins(59));
        world.shop.bearer(&sent, HOME).await.unwrap();
        assert_eq!(last_used().await, Some(first));
        world.pass(Duration::from_mins(1));
        world.shop.bearer(&sent, HOME).await.unwrap();
        assert_eq!(last_used().await, Some(first.plus(Duration::from_hours(1))));
    });

    on_both!(a_reset_by_mail_on_an_unverified_account_ends_its_tokens, async |store: Store| {
        let world = World::on(store);
        let squatted = world.registers("bea@example.com", RAIN).await;
        let (_, sent) = made(&world, &squatted).await;
        assert!(!is_refused(&world, &sent).await);
        world.shop.forgot(&squatted.email, HOME).await.unwrap();
        let (id, link) = world.last_link().await;
        world.shop.reset(&id, &link, SNOW).await.unwrap();
        assert!(is_refused(&world, &sent).await);
    });

    on_both!(registering_by_proof_ends_the_tokens_of_whoever_waited_for_the_address, async |store: Store| {
        let world = World::on(store);
        let squatted = world.registers("bea@example.com", SNOW).await;
        let (_, sent) = made(&world, &squatted).await;
        let (_, proof) = world.gift_mailed_to("bea@example.com").await;
        world.shop.register(&registration("bea@example.com", RAIN), Some(&proof), HOME).await.unwrap();
        assert!(is_refused(&world, &sent).await);
    });

    on_both!(entering_an_unverified_account_by_mail_ends_its_tokens, async |store: Store| {
        let world = World::on(store);
        let squatted = world.registers("bea@example.com", RAIN).await;
        let (_, sent) = made(&world, &squatted).await;
        world.shop.mail_sign_in_link(&squatted.email, HOME).await.unwrap();
        let (id, link) = world.last_link().await;
        world.shop.sign_in_by_link(&id, &link).await.unwrap();
        assert!(is_refused(&world, &sent).await);
    });

    on_both!(a_token_whose_making_was_under_way_when_everybody_was_signed_out_comes_to_nothing, async |store: Store| {
        let world = World::on(store);
        let squatted = world.registers("bea@example.com", RAIN).await;
        world.shop.forgot(&squatted.email, HOME).await.unwrap();
        let (id, link) = world.last_link().await;
        world.shop.reset(&id, &link, SNOW).await.unwrap();
        let (_, sent) = made(&world, &squatted).await;
        assert!(is_refused(&world, &sent).await);
    });

    on_both!(guesses_from_one_network_are_counted_and_lock_no_holder_out, async |store: Store| {
        let world = World::on(store);
        let account = world.verified("bea@example.com", RAIN).await;
        let (_, sent) = made(&world, &account).await;
        for n in 0..60 {
            assert!(matches!(world.shop.bearer(&guess(n), ELSEWHERE).await, Err(Error::TokenRefused)), "{n}");
        }
        let refused = world.shop.bearer(&guess(60), ELSEWHERE).await;
        assert!(matches!(refused, Err(Error::TooManyAttempts { seconds: 900 })), "{refused:?}");
        assert!(matches!(world.shop.bearer("ribbon_mistyped", ELSEWHERE).await, Err(Error::TokenRefused)), "asks no table");
        assert!(world.shop.bearer(&sent, ELSEWHERE).await.is_ok());
        assert!(is_refused(&world, &guess(60)).await);
    });

    on_both!(its_owner_is_told_and_nobody_whose_address_was_only_claimed, async |store: Store| {
        let world = World::on(store);
        let claimed = world.registers("bea@example.com", SNOW).await;
        made(&world, &claimed).await;
        assert_eq!(world.kinds_posted().await, ["verify_address"]);
        made(&world, &world.verified("ada@example.com", RAIN).await).await;
        assert_eq!(world.kinds_posted().await, ["verify_address", "verify_address", "access_token_made"]);
    });

    on_both!(an_account_has_fifty_at_most, async |store: Store| {
        let world = World::on(store);
        let account = world.verified("bea@example.com", RAIN).await;
        for _ in 0..50 {
            made(&world, &account).await;
        }
        let refused = world.shop.create_access_token(&account, &wish()).await;
        assert!(matches!(&refused, Err(Error::Invalid(wrongs)) if wrongs[0].field == "name"), "{refused:?}");
    });
}
