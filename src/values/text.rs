//! What people write: names on one line and messages of several, as text and nothing else.

use std::fmt;

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    #[error("nothing was written")]
    Missing,
    #[error("the text is longer than {0} characters")]
    TooLong(usize),
    #[error("the text has a control character in it")]
    Control,
}

/// A name as it stands on a card: one line, 1 to 80 characters.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PersonName(String);

impl PersonName {
    pub const LONGEST: usize = 80;

    /// White space at its ends is dropped and any inside of it becomes one blank; line breaks are refused.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        one_line(text, Self::LONGEST).map(Self)
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What somebody calls a thing of their own: one line, 1 to 80 characters.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Label(String);

impl Label {
    pub const LONGEST: usize = 80;

    /// As a name is read.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        one_line(text, Self::LONGEST).map(Self)
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What a giver writes to a recipient: lines and paragraphs, 1 to 500 characters. No markup is read in it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Message(String);

impl Message {
    pub const LONGEST: usize = 500;

    /// Line ends are counted and kept as one character each, whatever the browser sent.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        Ok(Self(checked(&text, Self::LONGEST, |letter| matches!(letter, '\n' | '\t'))?.to_owned()))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its paragraphs, each as its lines.
    pub fn paragraphs(&self) -> impl Iterator<Item = Vec<&str>> {
        self.0
            .split("\n\n")
            .map(|paragraph| paragraph.lines().map(str::trim_end).collect::<Vec<_>>())
            .filter(|lines: &Vec<&str>| lines.iter().any(|line| !line.is_empty()))
    }
}

fn one_line(text: &str, longest: usize) -> Result<String, TextError> {
    let text = checked(text, longest, |letter| letter == '\t')?;
    Ok(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn checked(text: &str, longest: usize, may_control: fn(char) -> bool) -> Result<&str, TextError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(TextError::Missing);
    }
    if text.chars().count() > longest {
        return Err(TextError::TooLong(longest));
    }
    if text.chars().any(|letter| turns_text(letter) || (letter.is_control() && !may_control(letter))) {
        return Err(TextError::Control);
    }
    Ok(text)
}

/// Marks that show a text in another order than it was written; a name could pass for another with them (Unicode TR 36).
fn turns_text(letter: char) -> bool {
    matches!(letter, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

macro_rules! is_text {
    ($name:ident) => {
        impl TryFrom<String> for $name {
            type Error = TextError;
            fn try_from(text: String) -> Result<Self, TextError> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(text: $name) -> Self {
                text.0
            }
        }

        /// Hidden: what people write to each other is nobody else's.
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({} characters)", stringify!($name), self.0.chars().count())
            }
        }
    };
}

is_text!(PersonName);
is_text!(Label);
is_text!(Message);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line() {
        assert_eq!(PersonName::parse("  Bea \t Lind ").unwrap().as_str(), "Bea Lind");
        assert_eq!(PersonName::parse(" "), Err(TextError::Missing));
        assert_eq!(PersonName::parse("Bea\nBcc: carl"), Err(TextError::Control));
        assert_eq!(PersonName::parse("Bea\0"), Err(TextError::Control));
        assert_eq!(PersonName::parse("Bea\u{202e}adA"), Err(TextError::Control));
        assert!(PersonName::parse(&"é".repeat(80)).is_ok());
        assert_eq!(PersonName::parse(&"é".repeat(81)), Err(TextError::TooLong(80)));
    }

    #[test]
    fn a_message_keeps_its_lines_and_its_markup_as_text() {
        let message = Message::parse("Thirty years,\r\nand rain.\r\n\r\n<b>Yours</b>\n").unwrap();
        assert_eq!(message.as_str(), "Thirty years,\nand rain.\n\n<b>Yours</b>");
        assert_eq!(message.paragraphs().collect::<Vec<_>>(), [vec!["Thirty years,", "and rain."], vec!["<b>Yours</b>"]]);
        assert_eq!(Message::parse(&"a".repeat(501)), Err(TextError::TooLong(500)));
        assert_eq!(Message::parse("bell\u{7}"), Err(TextError::Control));
        // 500 lines of one character are 999 with their breaks.
        assert_eq!(Message::parse(&"a\r\n".repeat(500)), Err(TextError::TooLong(500)));
    }
}
