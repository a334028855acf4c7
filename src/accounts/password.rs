//! A password as somebody typed it, taken to the byte: nothing is trimmed, folded or normalised.

use std::fmt;

use crate::values::Email;

/// No `Display`, and a `Debug` that shows nothing: only [`Password::reveal`] does.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    #[error("Choose a password of {} characters or more", Password::SHORTEST)]
    TooShort,
    #[error("Choose a password of at most {} characters", Password::LONGEST)]
    TooLong,
    #[error("Choose another password: this one is among the first million that are guessed")]
    Common,
}

impl Password {
    /// In characters, as a person counts them on the keyboard.
    pub const SHORTEST: usize = 8;
    pub const LONGEST: usize = 128;

    /// A million guesses: what is tried against every account of a stolen table within minutes. A list of known passwords alone
    /// would let `Password1!` through, and a higher bar would refuse what is long but simple.
    const GUESSES_FEWEST: u64 = 1_000_000;

    /// A new password for the account of `email`, whose parts are the first that anybody would try.
    pub fn choose(text: &str, email: &Email) -> Result<Self, PasswordError> {
        match text.chars().count() {
            ..Self::SHORTEST => return Err(PasswordError::TooShort),
            length if length > Self::LONGEST => return Err(PasswordError::TooLong),
            _ => {}
        }
        let local = email.as_str().rsplit_once('@').map_or("", |(local, _)| local);
        let guesses = zxcvbn::zxcvbn(text, &[email.as_str(), local, email.domain()]).guesses();
        if guesses < Self::GUESSES_FEWEST { Err(PasswordError::Common) } else { Ok(Self(text.to_owned())) }
    }

    /// One that is to be compared with an account's: whatever was typed.
    pub fn typed(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choose(text: &str) -> Result<Password, PasswordError> {
        Password::choose(text, &Email::parse("beatrice.lind@example.com").unwrap())
    }

    #[test]
    fn a_password_has_8_to_128_characters() {
        assert_eq!(choose("x7!qZ"), Err(PasswordError::TooShort));
        assert_eq!(choose("x7!qZ9k"), Err(PasswordError::TooShort));
        assert!(choose("x7!qZ9kW").is_ok());
        let longest = "ä7!qZ9kW".repeat(16);
        assert!(choose(&longest).is_ok(), "characters are counted, not bytes");
        assert_eq!(choose(&format!("{longest}x")), Err(PasswordError::TooLong));
    }

    #[test]
    fn common_passwords_are_refused_and_unusual_ones_are_not() {
        for common in
            ["password", "password1", "Password1!", "12345678", "qwertyuiop", "iloveyou", "aaaaaaaaaaaa", "abcd1234", "letmein123"]
        {
            assert_eq!(choose(common), Err(PasswordError::Common), "{common}");
        }
        for unusual in
            ["a long enough password", "correct horse battery", "thirty years and rain", "Grüße aus Köln", "ribbon-and-paper"]
        {
            assert!(choose(unusual).is_ok(), "{unusual}");
        }
    }

    #[test]
    fn the_address_itself_is_no_password() {
        for own in ["beatrice.lind", "beatrice.lind@example.com", "beatrice.lind1", "example.com"] {
            assert_eq!(choose(own), Err(PasswordError::Common), "{own}");
        }
    }

    #[test]
    fn a_password_is_kept_to_the_byte_and_never_shown() {
        let typed = "  cafe\u{301} au lait ";
        assert_eq!(choose(typed).unwrap().reveal(), typed);
        assert_eq!(format!("{:?}", choose(typed).unwrap()), "Password(…)");
    }
}
