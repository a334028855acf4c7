//! What is typed into the fields about a gift, read one by one: what is right, or what to do about it.

use super::{GiftFields, Wish, discount};
use crate::catalog::{Months, PromoName, Tier};
use crate::error::Wrong;
use crate::gifts;
use crate::values::{Email, EmailError, Message, Occasion, PersonName, TextError, Timestamp, Zone};

pub(super) fn tier(text: &str) -> Result<Tier, Wrong> {
    text.parse().map_err(|_| Wrong::new("tier", "Choose what to give: Member or Founder"))
}

pub(super) fn months(text: &str) -> Result<Months, Wrong> {
    text.parse().map_err(|_| Wrong::new("duration_months", "Choose how long: 3, 6 or 12 months"))
}

/// Whoever names none gives just because.
pub(super) fn occasion(text: &str) -> Result<Occasion, Wrong> {
    if text.is_empty() {
        return Ok(Occasion::default());
    }
    text.parse().map_err(|_| Wrong::new("occasion", "Choose what the card is for: birthday, thank you, holidays or just because"))
}

/// Reads the name that stands on the card.
pub(super) fn recipient_name(text: &str) -> Result<PersonName, Wrong> {
    PersonName::parse(text).map_err(|error| {
        let advice = match error {
            TextError::Missing => "Enter their name as it shall stand on the card".to_owned(),
            TextError::TooLong(longest) => format!("Shorten their name to {longest} characters, or it does not fit the card"),
            TextError::Control => "Write their name on one line, in plain letters".to_owned(),
        };
        Wrong::new("recipient_name", advice)
    })
}

pub(super) fn giver_name(text: &str) -> Result<Option<PersonName>, Wrong> {
    optional(PersonName::parse(text)).map_err(|error| {
        let advice = match error {
            TextError::Missing | TextError::Control => "Write your name on one line, in plain letters".to_owned(),
            TextError::TooLong(longest) => format!("Shorten your name to {longest} characters, or it does not fit the card"),
        };
        Wrong::new("buyer_name", advice)
    })
}

/// Reads what stands inside the card; none where nothing was written.
pub(super) fn message(text: &str) -> Result<Option<Message>, Wrong> {
    letter("message", "your message", text)
}

/// Reads what one person writes to another into a `field`; none where nothing was written. `what` is how they would call it.
pub(super) fn letter(field: &str, what: &str, text: &str) -> Result<Option<Message>, Wrong> {
    optional(Message::parse(text)).map_err(|error| {
        let advice = match error {
            TextError::Missing | TextError::Control => {
                format!("Write {what} in plain letters, without the sign that can’t be printed")
            }
            TextError::TooLong(longest) => format!("Shorten {what} to {longest} characters"),
        };
        Wrong::new(field, advice)
    })
}

fn optional<T>(read: Result<T, TextError>) -> Result<Option<T>, TextError> {
    match read {
        Ok(text) => Ok(Some(text)),
        Err(TextError::Missing) => Ok(None),
        Err(error @ (TextError::TooLong(_) | TextError::Control)) => Err(error),
    }
}

/// Reads the address that the gift is for.
pub(super) fn recipient_email(text: &str) -> Result<Email, Wrong> {
    Email::parse(text).map_err(|error| {
        let advice = match error {
            EmailError::Missing => "Enter their email address: they sign in with it to redeem",
            EmailError::Malformed => "Enter their whole email address, for example bea@example.com",
        };
        Wrong::new("recipient_email", advice)
    })
}

pub(super) fn buyer_email(text: &str) -> Result<Email, Wrong> {
    Email::parse(text).map_err(|error| {
        let advice = match error {
            EmailError::Missing => "Enter your email address, so that the receipt can reach you",
            EmailError::Malformed => "Enter your whole email address, for example ada@example.com",
        };
        Wrong::new("buyer_email", advice)
    })
}

/// An unknown `delivery` is refused; day and clock count only under `email`.
pub(super) fn wish(fields: &GiftFields, shop_zone: &Zone, now: Timestamp) -> Result<Wish, Wrong> {
    match fields.delivery.as_str() {
        "link" => Ok(Wish::Link),
        "email" | "" if fields.deliver_on.trim().is_empty() => Ok(Wish::Now),
        "email" | "" => morning(&fields.deliver_on, &fields.time_zone, shop_zone, now),
        _ => Err(Wrong::new("delivery", "Choose how it reaches them: by email, or by your own hand")),
    }
}

fn morning(day: &str, zone: &str, shop_zone: &Zone, now: Timestamp) -> Result<Wish, Wrong> {
    let zone = match zone.trim() {
        "" => shop_zone.clone(),
        name => Zone::parse(name).map_err(|_| Wrong::new("time_zone", "Choose by whose clock the day begins"))?,
    };
    let due_at = day.trim().parse().ok().and_then(|day| gifts::due_on(day, &zone, now));
    due_at.map(|due_at| Wish::At { due_at, zone: zone.clone() }).ok_or_else(|| {
        let (first, last) = gifts::days_to_choose(&zone, now);
        Wrong::new(
            "deliver_on",
            format!("Choose a day from {} to {}, or none to send it at once", Zone::written(first), Zone::written(last)),
        )
    })
}

/// What can't be a code's name is answered as an unknown one is.
pub(super) fn promo_code(text: &str) -> Result<Option<PromoName>, Wrong> {
    if text.trim().is_empty() {
        return Ok(None);
    }
    PromoName::parse(text).map(Some).map_err(|_| discount::unknown())
}
