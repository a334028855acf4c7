//! What a gift is for; it decides how the card is drawn and nothing else.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The occasions that a card is drawn for. Whoever chooses none gives just because.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occasion {
    Birthday,
    ThankYou,
    Holidays,
    #[default]
    JustBecause,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an occasion is birthday, thank_you, holidays or just_because")]
pub struct OccasionError;

impl Occasion {
    pub const ALL: [Self; 4] = [Self::Birthday, Self::ThankYou, Self::Holidays, Self::JustBecause];

    /// As the API, the forms and the database write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Birthday => "birthday",
            Self::ThankYou => "thank_you",
            Self::Holidays => "holidays",
            Self::JustBecause => "just_because",
        }
    }

    /// As people read it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Birthday => "Birthday",
            Self::ThankYou => "Thank you",
            Self::Holidays => "Holidays",
            Self::JustBecause => "Just because",
        }
    }

    /// What stands before the recipient's name on the card.
    #[must_use]
    pub const fn greeting(self) -> &'static str {
        match self {
            Self::Birthday => "Happy birthday,",
            Self::ThankYou => "Thank you,",
            Self::Holidays => "Happy holidays,",
            Self::JustBecause => "for",
        }
    }
}

impl fmt::Display for Occasion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Occasion {
    type Err = OccasionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|occasion| occasion.as_str() == text).ok_or(OccasionError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_occasion_is_read_as_it_is_written() {
        for occasion in Occasion::ALL {
            assert_eq!(occasion.to_string().parse(), Ok(occasion));
            assert_eq!(serde_json::to_value(occasion).unwrap(), occasion.as_str());
        }
        assert_eq!("Birthday".parse::<Occasion>(), Err(OccasionError));
    }
}
