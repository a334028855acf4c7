//! Mails about an account and its address. Each says what happens if its reader does nothing, since some are asked for by
//! somebody else.

use std::time::Duration;

use url::Url;

use super::sheet::{Block, Line, Ribbon, Sheet, strong, words};
use super::{House, SecretLink};
use crate::catalog::Brand;
use crate::values::{Email, Label, Timestamp};

/// To an address that was registered: is it yours?
#[derive(Clone, Debug)]
pub struct VerifyAddress {
    pub to: Email,
    pub link: SecretLink,
    /// How long the link works, from when it was asked for.
    pub valid_for: Duration,
}

#[derive(Clone, Debug)]
pub struct SignInLink {
    pub to: Email,
    pub link: SecretLink,
    pub valid_for: Duration,
}

#[derive(Clone, Debug)]
pub struct ResetPassword {
    pub to: Email,
    pub link: SecretLink,
    pub valid_for: Duration,
}

/// Told after the change, so that whoever did not make it can act.
#[derive(Clone, Debug)]
pub struct PasswordChanged {
    pub to: Email,
    pub changed_at: Timestamp,
    /// Where a new password is asked for.
    pub forgot_page: Url,
}

#[derive(Clone, Debug)]
pub struct AddressChangeConfirm {
    /// The new address.
    pub to: Email,
    pub link: SecretLink,
    pub valid_for: Duration,
}

#[derive(Clone, Debug)]
pub struct AddressChanged {
    /// The old address.
    pub to: Email,
    /// Shown masked: this mailbox may no longer be theirs.
    pub new_address: Email,
    pub changed_at: Timestamp,
}

/// What goes out in place of [`VerifyAddress`] or [`AddressChangeConfirm`] where the address has a verified account.
/// The page says the same for both.
#[derive(Clone, Debug)]
pub struct AccountExists {
    pub to: Email,
    pub sign_in_page: Url,
    pub forgot_page: Url,
}

/// Told after it was made: with it a program works for the account, and whoever did not make it can end it.
#[derive(Clone, Debug)]
pub struct AccessTokenMade {
    pub to: Email,
    pub name: Label,
    /// What a program may do with it, a phrase for each.
    pub allows: Vec<&'static str>,
    pub made_at: Timestamp,
    /// Where it is ended.
    pub tokens_page: Url,
}

impl VerifyAddress {
    pub(super) fn sheet(&self, House { brand, .. }: House<'_>) -> Sheet {
        let blocks = vec![
            Block::Title(words!("Verify your address")),
            Block::Say(words!("This address was registered at ", &brand.name, ". Verify it, and your account is ready.")),
            Block::Button { label: "Verify this address", url: self.link.0.clone() },
            Block::Aside(words!(works_once(self.valid_for), " In another browser it asks for the password that you chose.")),
        ];
        let otherwise =
            "If you did not register, do nothing: without this link the account stays unverified and can redeem nothing.";
        account_sheet(brand, "Verify your address", blocks, otherwise)
    }
}

impl SignInLink {
    pub(super) fn sheet(&self, House { brand, .. }: House<'_>) -> Sheet {
        let blocks = vec![
            Block::Title(words!("Your link to sign in")),
            Block::Say(words!("This signs you in at ", &brand.name, " as ", strong(self.to.as_str()), ".")),
            Block::Button { label: "Sign in", url: self.link.0.clone() },
            Block::Aside(words!(works_once(self.valid_for), " Pass it on to nobody: whoever has it is signed in as you.")),
        ];
        account_sheet(brand, "Your link to sign in", blocks, "If you did not ask for it, do nothing: nobody was signed in.")
    }
}

impl ResetPassword {
    pub(super) fn sheet(&self, House { brand, .. }: House<'_>) -> Sheet {
        let blocks = vec![
            Block::Title(words!("Choose a new password")),
            Block::Say(words!("For your account at ", &brand.name, ", ", strong(self.to.as_str()), ".")),
            Block::Button { label: "Choose a new password", url: self.link.0.clone() },
            Block::Aside(words!(works_once(self.valid_for), " A new password signs you out everywhere else.")),
        ];
        account_sheet(
            brand,
            "Choose a new password",
            blocks,
            "If you did not ask for it, do nothing: your password stays as it is.",
        )
    }
}

impl PasswordChanged {
    pub(super) fn sheet(&self, House { brand, zone }: House<'_>) -> Sheet {
        let changed_at = zone.date_and_time(self.changed_at);
        let blocks = vec![
            Block::Title(words!("Your password was changed")),
            Block::Say(words!("On ", changed_at, " (", zone.name(), "), for ", strong(self.to.as_str()), " at ", &brand.name, ".")),
            Block::Say(words!("Everywhere else you have been signed out. If it was you, there is nothing to do.")),
            Block::Aside(words!("If it was not you, choose a new password at once: ", &self.forgot_page)),
        ];
        account_sheet(brand, "Your password was changed", blocks, "We write this after every change of a password.")
    }
}

impl AddressChangeConfirm {
    pub(super) fn sheet(&self, House { brand, .. }: House<'_>) -> Sheet {
        let blocks = vec![
            Block::Title(words!("Confirm your new address")),
            Block::Say(words!("Your account at ", &brand.name, " is to use ", strong(self.to.as_str()), " from now on.")),
            Block::Button { label: "Use this address", url: self.link.0.clone() },
            Block::Aside(words!(works_once(self.valid_for), " Until then the old address stays.")),
        ];
        account_sheet(brand, "Confirm your new address", blocks, "If you did not ask for it, do nothing: no account changes.")
    }
}

impl AddressChanged {
    pub(super) fn sheet(&self, House { brand, zone }: House<'_>) -> Sheet {
        let changed_at = zone.date_and_time(self.changed_at);
        let blocks = vec![
            Block::Title(words!("Your account has a new address")),
            Block::Say(words!(
                "Since ",
                changed_at,
                " (",
                zone.name(),
                ") your account at ",
                &brand.name,
                " belongs to ",
                self.new_address.masked(),
                " and no longer to this address."
            )),
            Block::Say(words!(
                "If it was you, there is nothing to do. If it was not, write to ",
                &brand.support_email,
                " at once."
            )),
        ];
        account_sheet(brand, "Your account has a new address", blocks, "We write this to the old address after every such change.")
    }
}

impl AccountExists {
    pub(super) fn sheet(&self, House { brand, .. }: House<'_>) -> Sheet {
        let blocks = vec![
            Block::Title(words!("You have an account already")),
            Block::Say(words!(
                "Somebody, probably you, wanted to use this address for an account at ",
                &brand.name,
                ". It has one, and nothing was changed."
            )),
            Block::Button { label: "Sign in", url: self.sign_in_page.clone() },
            Block::Aside(words!("If you no longer know the password, choose a new one: ", &self.forgot_page)),
        ];
        account_sheet(brand, "You have an account already", blocks, "If it was not you, do nothing.")
    }
}

impl AccessTokenMade {
    pub(super) fn sheet(&self, House { brand, zone }: House<'_>) -> Sheet {
        let made_at = zone.date_and_time(self.made_at);
        let allows = self.allows.join("; ");
        let blocks = vec![
            Block::Title(words!("An access token was made")),
            Block::Say(words!("On ", made_at, " (", zone.name(), "), for ", strong(self.to.as_str()), " at ", &brand.name, ".")),
            Block::Say(words!(
                "It is named ",
                strong(self.name.as_str()),
                ", and a program that has it may do this: ",
                allows,
                "."
            )),
            Block::Button { label: "See and end your tokens", url: self.tokens_page.clone() },
            Block::Aside(words!(
                "If it was you, there is nothing to do. If it was not, end it there and choose a new password, which ends all of them."
            )),
        ];
        account_sheet(brand, "An access token was made", blocks, "We write this after every token that is made.")
    }
}

fn account_sheet(brand: &Brand, subject: &str, blocks: Vec<Block>, otherwise: &str) -> Sheet {
    Sheet {
        subject: subject.to_owned(),
        preheader: otherwise.to_owned(),
        ribbon: Ribbon::Plain,
        blocks,
        foot: account_foot(brand, otherwise),
    }
}

fn account_foot(brand: &Brand, otherwise: &str) -> Line {
    words!(otherwise, " ", &brand.name, ", ", &brand.postal_address, ". Questions go to ", &brand.support_email, ".")
}

/// "The link works once, within one hour."
fn works_once(valid_for: Duration) -> String {
    let minutes = valid_for.as_secs().div_ceil(60);
    let (count, unit) = if minutes.is_multiple_of(60) { (minutes / 60, "hour") } else { (minutes, "minute") };
    let plural = if count == 1 { "" } else { "s" };
    format!("The link works once, within {count} {unit}{plural}.")
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::super::gallery::{self, rendered};
    use super::*;

    #[test]
    fn every_mail_about_an_account_says_what_to_do_and_what_if_nothing_is_done() {
        let texts: Vec<String> = gallery::about_accounts()
            .iter()
            .map(|letter| {
                let mail = rendered(letter);
                format!("To: {}\nSubject: {}\n\n{}", mail.to.as_str(), mail.subject, mail.text)
            })
            .collect();
        expect![[r#"
            To: bea@example.com
            Subject: Verify your address

            Verify your address

            This address was registered at Ribbon. Verify it, and your account is ready.

            Verify this address:
            https://ribbon.example/verify?token=t1

            The link works once, within 24 hours. In another browser it asks for the password that you chose.

            --

            If you did not register, do nothing: without this link the account stays unverified and can redeem nothing. Ribbon, 12 Harbour Street. Questions go to help@ribbon.example.
            ==========
            To: bea@example.com
            Subject: Your link to sign in

            Your link to sign in

            This signs you in at Ribbon as bea@example.com.

            Sign in:
            https://ribbon.example/login?token=t2

            The link works once, within 15 minutes. Pass it on to nobody: whoever has it is signed in as you.

            --

            If you did not ask for it, do nothing: nobody was signed in. Ribbon, 12 Harbour Street. Questions go to help@ribbon.example.
            ==========
            To: bea@example.com
            Subject: Choose a new password

            Choose a new password

            For your account at Ribbon, bea@example.com.

            Choose a new password:
            https://ribbon.example/reset?token=t3

            The link works once, within 1 hour. A new password signs you out everywhere else.

            --

            If you did not ask for it, do nothing: your password stays as it is. Ribbon, 12 Harbour Street. Questions go to help@ribbon.example.
            ==========
            To: bea@example.com
            Subject: Your password was changed

            Your password was changed

            On 21 November 2026, 14:02 (UTC), for bea@example.com at Ribbon.

            Everywhere else you have been signed out. If it was you, there is nothing to do.

            If it was not you, choose a new password at once: https://ribbon.example/forgot

            --

            We write this after every change of a password. Ribbon, 12 Harbour Street. Questions go to help@ribbon.example.
            ==========
            To: bea@new.example
            Subject: Confirm your new address

            Confirm your new address

            Your account at Ribbon is to use bea@new.example from now on.

            Use this address:
            https://ribbon.example/verify?token=t4

            The link works once, within 24 hours. Until then the old address stays.

            --

            If you did not ask for it, do nothing: no account changes. Ribbon, 12 Harbour Street. Questions go to help@ribbon.example.
            ==========
            To: bea@example.com
            Subject: Your account has a new address

            Your account has a new address

            Since 21 November 2026, 14:02 (UTC) your account at Ribbon belongs to b•••@n•••.example and no longer to this address.

            If it was you, there is nothing to do. If it was not, write to help@ribbon.example at once.

            --

            We write this to the old address after every such change. Ribbon, 12 Harbour Street. Questions go to help@ribbon.example.
            ==========
            To: bea@example.com
            Subject: You have an account already

            You have an account already

            Somebody, probably you, wanted to use this address for an account at Ribbon. It has one, and nothing was changed.

            Sign in:
            https://ribbon.example/login

            If you no longer know the password, choose a new one: https://ribbon.example/forgot

            --

            If it was not you, do nothing. Ribbon, 12 Harbour Street. Questions go to help@ribbon.example.
            ==========
            To: bea@example.com
            Subject: An access token was made

            An access token was made

            On 21 November 2026, 14:02 (UTC), for bea@example.com at Ribbon.

            It is named Newsletter, and a program that has it may do this: Buy gifts in your name; Read how the gifts stand that you gave.

            See and end your tokens:
            https://ribbon.example/account/tokens

            If it was you, there is nothing to do. If it was not, end it there and choose a new password, which ends all of them.

            --

            We write this after every token that is made. Ribbon, 12 Harbour Street. Questions go to help@ribbon.example.
        "#]].assert_eq(&texts.join("==========\n"));
    }

    #[test]
    fn how_long_a_link_works_is_said_in_its_largest_unit() {
        for (minutes, says) in [(15, "15 minutes"), (60, "1 hour"), (90, "90 minutes"), (24 * 60, "24 hours")] {
            assert_eq!(works_once(Duration::from_secs(minutes * 60)), format!("The link works once, within {says}."));
        }
    }
}
