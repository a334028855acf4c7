//! The pieces that several pages are made of.

pub mod card;
pub mod course;
pub mod cut;
pub mod dates;
pub mod drawing;
pub mod end_told;
pub mod field;
pub mod frame;
pub mod letterbox;
pub mod qr;
pub mod receipt;
pub mod slip;
pub mod spool;
pub mod sum;
pub mod telling;
pub mod travel;
pub mod turns;
pub mod words;

pub use card::{CardFront, MaskedAddress, MaskedCard, OpenCard, PreviewCard, PreviewLetter, SealedCard};
pub use course::{Course, Stop};
pub use cut::Cut;
pub use drawing::{Dress, Greeting, Mark, Seal};
pub use end_told::{AskEnd, EndChoice};

pub use field::{EmailField, Field, MessageField, NewPasswordField, PasswordField, Pick, PromoApplied, PromoField};
pub use frame::{Frame, Place};
pub use letterbox::Letterbox;
pub use qr::QrCode;
pub use receipt::ReceiptFacts;
pub use slip::Slip;
pub use spool::Spool;
pub use sum::{PayLabel, PayNote, Sum};
pub use telling::Telling;
pub use travel::Travel;
pub use turns::Turn;
pub use words::words;

use crate::values::PersonName;

/// Who gave it, as a sentence begins with them.
pub fn giver(name: Option<&PersonName>) -> String {
    name.map_or_else(|| "Somebody".to_owned(), |name| name.as_str().to_owned())
}
