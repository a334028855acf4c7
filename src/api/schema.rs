//! Words that several answers have in common.

use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::{Object, ObjectBuilder, Type};

use crate::catalog::{Months, Tier};
use crate::values::{Money, Occasion};

/// What is given.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(example = "founder")]
#[serde(rename_all = "lowercase")]
pub enum TierName {
    Member,
    Founder,
}

impl From<Tier> for TierName {
    fn from(tier: Tier) -> Self {
        match tier {
            Tier::Member => Self::Member,
            Tier::Founder => Self::Founder,
        }
    }
}

/// What a gift is for; it decides how its card is drawn and nothing else.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(example = "birthday")]
#[serde(rename_all = "snake_case")]
pub enum OccasionName {
    Birthday,
    ThankYou,
    Holidays,
    JustBecause,
}

impl From<Occasion> for OccasionName {
    fn from(occasion: Occasion) -> Self {
        match occasion {
            Occasion::Birthday => Self::Birthday,
            Occasion::ThankYou => Self::ThankYou,
            Occasion::Holidays => Self::Holidays,
            Occasion::JustBecause => Self::JustBecause,
        }
    }
}

/// How a body says for how long: one of the lengths that are sold, as a number.
pub fn months() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::Number)
        .enum_values(Some(Months::ALL.map(Months::count)))
        .description(Some("For how long. A number, and no text."))
        .examples([12])
        .build()
}

/// A sum of money.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Amount {
    /// In the currency's smallest unit: 19200 are 192 euros, and 19,200 yen.
    #[schema(example = 19200)]
    pub minor: i64,
    /// ISO 4217.
    #[schema(example = "EUR")]
    pub currency: String,
    /// As people read it.
    #[schema(example = "€192.00")]
    pub text: String,
}

impl From<Money> for Amount {
    fn from(money: Money) -> Self {
        Self { minor: money.minor, currency: money.currency.as_str().to_owned(), text: money.exact() }
    }
}
