//! `ribbon token`: access tokens, made and ended by the operator.

use clap::Subcommand;

use super::super::{Settings, StartError};
use super::{open_shop, say};
use crate::Error;
use crate::accounts::{AccessToken, Account, Lifetime, Scope, Scopes};
use crate::shop::{NewAccessToken, Shop, read_email};
use crate::values::{Label, Timestamp, TokenId, Zone};

#[derive(Subcommand)]
pub enum TokenCommand {
    /// Makes an access token and prints it, this once.
    Create {
        /// Whose it is: the address of an account.
        #[arg(long)]
        email: String,
        /// What it may do; once for each.
        #[arg(long = "scope", value_name = "SCOPE", required = true)]
        scopes: Vec<Scope>,
        /// What it is for.
        #[arg(long, default_value = "Made by the operator", value_parser = Label::parse)]
        name: Label,
        /// For how many days, or "never" for one that lives until it is ended.
        #[arg(long, value_name = "D", default_value = "365")]
        days: Lifetime,
    },
    /// Lists an account's tokens that were not ended, the newest first.
    List {
        #[arg(long)]
        email: String,
    },
    /// Ends a token at once.
    End { id: TokenId },
}

pub async fn carry_out(command: TokenCommand, settings: &Settings) -> Result<(), StartError> {
    let shop = open_shop(settings).await?;
    match command {
        TokenCommand::Create { email, scopes, name, days } => {
            let account = account_of(&shop, &email).await?;
            let scopes = Scopes::of(scopes).map_err(|error| Error::invalid("scope", error.to_string()))?;
            let wish = NewAccessToken { name, scopes, lifetime: days };
            let (_, secret) = shop.create_access_token(&account, &wish).await?;
            // Alone on its line, for a program to read.
            say(format_args!("{}", secret.reveal()))
        }
        TokenCommand::List { email } => {
            let tokens = shop.access_tokens(&account_of(&shop, &email).await?).await?;
            if tokens.is_empty() {
                return say(format_args!("There are no access tokens."));
            }
            tokens.iter().try_for_each(|token| say(format_args!("{}", line(token, shop.zone(), shop.now()))))
        }
        TokenCommand::End { id } => match shop.end_access_token(&id, None).await {
            Ok(()) => say(format_args!("{id} is ended.")),
            Err(Error::NotFound) => Err(StartError::UnknownToken(id.to_string())),
            Err(error) => Err(error.into()),
        },
    }
}

async fn account_of(shop: &Shop, email: &str) -> Result<Account, StartError> {
    let address = read_email(email).map_err(|wrong| Error::Invalid(vec![wrong]))?;
    match shop.account_of(&address).await {
        Err(Error::NotFound) => Err(StartError::UnknownAccount(email.to_owned())),
        found => Ok(found?),
    }
}

/// "token_…: Newsletter, gifts:read, made 21 November 2026, never used, expires 21 November 2027".
fn line(token: &AccessToken, zone: &Zone, now: Timestamp) -> String {
    let used = token.last_used_at.map_or_else(|| "never used".to_owned(), |at| format!("last used {}", zone.date(at)));
    let ends = match token.expires_at {
        Some(at) if token.is_expired(now) => format!("expired {}", zone.date(at)),
        Some(at) => format!("expires {}", zone.date(at)),
        None => "never expires".to_owned(),
    };
    format!("{}: {}, {}, made {}, {used}, {ends}", token.id, token.name.as_str(), token.scopes, zone.date(token.created_at))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use clap::Parser as _;

    use super::super::{Arguments, Command};
    use super::*;
    use crate::values::AccountId;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_262_400);

    fn parsed(line: &str) -> Result<TokenCommand, String> {
        let words = ["ribbon", "token"].into_iter().chain(line.split(' '));
        let arguments = Arguments::try_parse_from(words).map_err(|error| error.to_string())?;
        let Command::Token(command) = arguments.command else { panic!("another command was read") };
        Ok(command)
    }

    #[test]
    fn a_token_is_said_in_one_line_without_its_secret() {
        let token = AccessToken {
            id: TokenId::from_bytes([0; 10]),
            account_id: AccountId::from_bytes([0; 10]),
            session_generation: 1,
            name: Label::parse("Newsletter").unwrap(),
            scopes: "gifts:read gifts:purchase".parse().unwrap(),
            expires_at: Lifetime::Days(30).ends_at(NOW),
            last_used_at: None,
            ended_at: None,
            created_at: NOW,
        };
        let begins = "token_0000000000000000: Newsletter, gifts:purchase gifts:read, made 21 November 2026";
        assert_eq!(line(&token, &Zone::UTC, NOW), format!("{begins}, never used, expires 21 December 2026"));
        let used = AccessToken { last_used_at: Some(NOW), ..token };
        let later = NOW.plus(Duration::from_hours(24 * 30));
        assert_eq!(line(&used, &Zone::UTC, later), format!("{begins}, last used 21 November 2026, expired 21 December 2026"));
        let open = AccessToken { expires_at: None, ..used };
        assert!(line(&open, &Zone::UTC, NOW).ends_with("never expires"));
    }

    #[test]
    fn what_makes_no_token_is_refused_before_anything_is_opened() {
        let made = parsed("create --email ada@example.com --scope gifts:read --scope gifts:purchase --days never");
        assert!(matches!(made, Ok(TokenCommand::Create { scopes, days: Lifetime::UntilEnded, .. }) if scopes.len() == 2));
        let usual = parsed("create --email ada@example.com --scope gifts:read");
        assert!(matches!(usual, Ok(TokenCommand::Create { days: Lifetime::Days(365), .. })));
        for (wrong, why) in [
            ("create --email ada@example.com", "--scope"),
            ("create --scope gifts:read", "--email"),
            ("create --email ada@example.com --scope gifts:write", "a scope is one of gifts:purchase"),
            ("create --email ada@example.com --scope gifts:read --days 0", "1 to 3650 days"),
            ("end gift_0123456789abcdef", "token_"),
        ] {
            let said = parsed(wrong).err().unwrap();
            assert!(said.contains(why), "{wrong}: {said}");
        }
    }
}
