//! How large a message is set, by the room that it takes: a few words stand large on a card, and a page of them stays a page.

/// The steps between which a card chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeSize {
    Large,
    Middle,
    Small,
}

impl TypeSize {
    #[must_use]
    pub fn of(message: &str) -> Self {
        match room(message) {
            ..=80 => Self::Large,
            81..=280 => Self::Middle,
            _ => Self::Small,
        }
    }
}

/// In the width of letters, a line break as a part of the line that it ends.
fn room(message: &str) -> usize {
    message.trim().chars().map(|letter| if letter == '\n' { 20 } else { letter_width(letter) }).sum()
}

/// A sign of the wide scripts, or a picture, takes the room of two letters.
#[must_use]
pub fn letter_width(letter: char) -> usize {
    if matches!(letter, '\0'..='\u{10ff}' | '\u{1200}'..='\u{2e7f}') { 1 } else { 2 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_message_is_set_large_and_a_long_one_small() {
        for (message, size) in [
            ("", TypeSize::Large),
            ("Thirty years, and you still lend me the better umbrella.", TypeSize::Large),
            (
                "Thirty years, and you still lend me the better umbrella.\n\nHere is something to read in the rain.",
                TypeSize::Middle,
            ),
            ("a\nb\nc\nd\ne", TypeSize::Middle),
            (&"雨".repeat(40), TypeSize::Large),
            (&"雨".repeat(41), TypeSize::Middle),
            (&"rain ".repeat(60), TypeSize::Small),
        ] {
            assert_eq!(TypeSize::of(message), size, "{message}");
        }
    }
}
