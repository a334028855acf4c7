//! The small values that everything else is made of: parsed once at the door, valid ever after.
//! Pure, and the same in the server and in the browser; knows nothing of gifts, orders or storage.

mod accent;
mod calendar;
mod crockford;
mod doubt;
mod email;
mod gift_code;
mod ids;
mod interval;
mod mistyped;
mod money;
mod occasion;
mod secret;
mod text;
mod time;
mod type_size;

pub use accent::{Accent, AccentError};
pub use calendar::{Day, Zone, ZoneError, in_words, months_in_figures, months_in_words};
pub use doubt::TypedEmail;
pub use email::{Email, EmailError};
pub use gift_code::{GiftCode, GiftCodeError};
pub use ids::{
    AccountId, CheckoutSessionId, EventId, GiftId, GrantId, IdError, LinkId, OrderId, OutboxId, PeriodId, SubscriptionId, TokenId,
};
pub use interval::{Interval, IntervalError};
pub use money::{Currency, Money, MoneyError};
pub use occasion::{Occasion, OccasionError};
pub use secret::{Secret, SecretError, Secrets};
pub use text::{Label, Message, PersonName, TextError};
pub use time::{Clock, Entropy, Timestamp};
pub use type_size::{TypeSize, letter_width};
