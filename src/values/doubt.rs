//! An address as a form carries it: what was typed, and the answer where it was asked whether another was meant. A question, never a
//! refusal.

use super::Email;

/// What was typed, settled by the answer that came with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypedEmail {
    /// To be taken as it is: nothing is odd about it, or it is what was meant.
    Plain(String),
    /// Odd, and kept by whoever typed it.
    Kept(String),
    /// Odd, and nobody was asked yet.
    Odd { typed: String, meant: Email },
}

impl TypedEmail {
    /// `answer` is one of the two addresses that the question offered; one about another address than this answers nothing.
    #[must_use]
    pub fn read(typed: &str, answer: &str) -> Self {
        let odd = Email::parse(typed).ok().and_then(|email| Some((email.meant()?, String::from(email))));
        match odd {
            None => Self::Plain(typed.to_owned()),
            Some((meant, _)) if answer == meant.as_str() => Self::Plain(meant.into()),
            Some((_, typed)) if answer == typed => Self::Kept(typed),
            Some((meant, typed)) => Self::Odd { typed, meant },
        }
    }

    /// What the field holds.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Plain(text) | Self::Kept(text) | Self::Odd { typed: text, .. } => text,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_settles_what_it_was_asked_about_and_nothing_else() {
        let plain = |text: &str| TypedEmail::Plain(text.to_owned());
        let odd = |typed: &str, meant: &str| TypedEmail::Odd { typed: typed.to_owned(), meant: Email::parse(meant).unwrap() };
        let (mistyped, meant) = ("Bea+1@gmial.com", "Bea+1@gmail.com");
        for (typed, answer, settled) in [
            (mistyped, "", odd(mistyped, meant)),
            (mistyped, meant, plain(meant)),
            (mistyped, mistyped, TypedEmail::Kept(mistyped.to_owned())),
            ("  Bea+1@gmial.com ", mistyped, TypedEmail::Kept(mistyped.to_owned())),
            (mistyped, "carl@gmial.com", odd(mistyped, meant)),
            (mistyped, "mallory@example.com", odd(mistyped, meant)),
            (meant, mistyped, plain(meant)),
            ("bea@example.com", "carl@gmail.com", plain("bea@example.com")),
            // What isn't odd is the reader's to judge, to its last line break.
            (" bea@\r\n", "", plain(" bea@\r\n")),
            ("", "", plain("")),
        ] {
            assert_eq!(TypedEmail::read(typed, answer), settled, "{typed:?} {answer:?}");
        }
    }
}
