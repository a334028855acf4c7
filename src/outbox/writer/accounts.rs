//! The mails about accounts: one-time links that still work, and news of what was changed.

use super::Writer;
use crate::accounts::{Account, OneTimeLink, Purpose, Scope};
use crate::emails::{
    AccessTokenMade, AccountExists, AddressChangeConfirm, AddressChanged, GiftTakenBack, Letter, PasswordChanged, ResetPassword,
    SecretLink, SignInLink, VerifyAddress,
};
use crate::store;
use crate::values::{AccountId, GiftId, LinkId, Timestamp, TokenId};

impl Writer {
    /// The link's own mail, as long as the link would act if its reader followed it at once.
    pub(super) async fn one_time_link(&self, id: &LinkId, now: Timestamp) -> store::Result<Option<Letter>> {
        let mut connection = self.store.connection().await?;
        let Some(link) = store::one_time_links::find(&mut connection, id).await? else { return Ok(None) };
        let Some(account) = store::accounts::find(&mut connection, &link.account_id).await? else { return Ok(None) };
        let token = link.token(&self.secrets).ok_or(store::Error::Unreadable("secret_id"))?;
        Ok(link.check(&token, &account, &self.secrets, now).is_ok().then(|| self.letter_with(link, &token)))
    }

    fn letter_with(&self, link: OneTimeLink, token: &str) -> Letter {
        let valid_for = link.purpose.valid_for();
        let to = link.email;
        let carried = |path: &[&str]| {
            let mut page = self.page(path);
            page.query_pairs_mut().append_pair("link", link.id.as_str()).append_pair("token", token);
            SecretLink(page)
        };
        match link.purpose {
            Purpose::Verify => Letter::VerifyAddress(VerifyAddress { to, link: carried(&["verify"]), valid_for }),
            Purpose::SignIn => Letter::SignInLink(SignInLink { to, link: carried(&["login", "once"]), valid_for }),
            Purpose::Reset => Letter::ResetPassword(ResetPassword { to, link: carried(&["reset"]), valid_for }),
            Purpose::ChangeEmail { new_email } => {
                let link = carried(&["account", "email", "confirm"]);
                Letter::AddressChangeConfirm(AddressChangeConfirm { to: new_email, link, valid_for })
            }
        }
    }

    pub(super) async fn address_changed(&self, id: &LinkId, changed_at: Timestamp) -> store::Result<Option<Letter>> {
        let link = store::one_time_links::find(&mut *self.store.connection().await?, id).await?;
        Ok(link.and_then(|link| {
            let new_address = link.purpose.new_email()?.clone();
            Some(Letter::AddressChanged(AddressChanged { to: link.email, new_address, changed_at }))
        }))
    }

    pub(super) async fn password_changed(&self, id: &AccountId, changed_at: Timestamp) -> store::Result<Option<Letter>> {
        let account = self.account(id).await?;
        let letter = |account: Account| PasswordChanged { to: account.email, changed_at, forgot_page: self.page(&["forgot"]) };
        Ok(account.map(letter).map(Letter::PasswordChanged))
    }

    pub(super) async fn account_exists(&self, id: &AccountId) -> store::Result<Option<Letter>> {
        let account = self.account(id).await?;
        let (sign_in_page, forgot_page) = (self.page(&["login"]), self.page(&["forgot"]));
        Ok(account.map(|account| Letter::AccountExists(AccountExists { to: account.email, sign_in_page, forgot_page })))
    }

    /// Told even if the token has ended since: it may have been used.
    pub(super) async fn access_token_made(&self, id: &TokenId) -> store::Result<Option<Letter>> {
        let token = store::access_tokens::find(&mut *self.store.connection().await?, id).await?;
        let Some(token) = token else { return Ok(None) };
        let account = self.account(&token.account_id).await?;
        Ok(account.map(|account| {
            let (made_at, tokens_page) = (token.created_at, self.page(&["account", "tokens"]));
            let allows = token.scopes.iter().map(Scope::in_words).collect();
            Letter::AccessTokenMade(AccessTokenMade { to: account.email, name: token.name, allows, made_at, tokens_page })
        }))
    }

    /// To whoever had redeemed a gift whose money went back; nothing where the giver's own mail says so to the same mailbox.
    pub(super) async fn gift_taken_back(&self, gift_id: &GiftId, account_id: &AccountId) -> store::Result<Option<Letter>> {
        let account = self.account(account_id).await?;
        let gift = self.gift(gift_id).await?;
        let two = account.zip(gift).filter(|(account, gift)| gift.giver_email.as_ref() != Some(&account.email));
        Ok(two.map(|(account, gift)| {
            let (tier, months, account_page) = (gift.tier, gift.months, self.page(&["account"]));
            Letter::GiftTakenBack(GiftTakenBack { to: account.email, tier, months, account_page, reference: gift.id })
        }))
    }

    pub(super) async fn account(&self, id: &AccountId) -> store::Result<Option<Account>> {
        store::accounts::find(&mut *self.store.connection().await?, id).await
    }
}
