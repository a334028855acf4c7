//! One gift in each of its states, for tests, and the reading of the tables that the tests are written as.

use super::{Delivery, Gift, GiftState, HoldReason, Redeemer, Reminders};
use crate::catalog::{Months, Tier};
use crate::values::{Email, Message, Occasion, PersonName, Secret, Timestamp};

pub(super) const CREATED_AT: Timestamp = Timestamp::from_seconds(1_000);
pub(super) const PURCHASED_AT: Timestamp = Timestamp::from_seconds(2_000);
pub(super) const CHANGED_AT: Timestamp = Timestamp::from_seconds(3_000);
pub(super) const NOW: Timestamp = Timestamp::from_seconds(9_000);

pub(super) const EVERY_STATE: [&str; 10] =
    ["pending", "purchased", "disputed", "mismatched", "taken back", "redeemed", "canceled", "refunded", "declined", "expired"];

/// A gift to bea@example.com, by mail, in the state of that name.
pub(super) fn gift_that_is(state: &str) -> Gift {
    Gift {
        id: "gift_0123456789abcdef".parse().unwrap(),
        version: 7,
        order_id: "order_0123456789abcdef".parse().unwrap(),
        tier: Tier::Founder,
        months: Months::Twelve,
        recipient_name: name("Bea"),
        recipient_email: email("bea@example.com"),
        giver_name: Some(name("Ada")),
        giver_email: Some(email("ada@example.com")),
        message: Some(Message::parse("Thirty years.").unwrap()),
        generation: 1,
        secret_id: secret("s").id().to_owned(),
        delivery: Delivery::Scheduled { due_at: CREATED_AT },
        occasion: Occasion::Birthday,
        time_zone: None,
        opened_at: None,
        thanks: None,
        decline_word: None,
        reminders: Reminders::default(),
        end_told: false,
        state: state_named(state),
        created_at: CREATED_AT,
    }
}

fn state_named(state: &str) -> GiftState {
    let held = |reason| GiftState::Held { purchased_at: PURCHASED_AT, held_at: CHANGED_AT, reason, declined_at: None };
    match state {
        "pending" => GiftState::Pending,
        "purchased" => GiftState::Purchased { purchased_at: PURCHASED_AT },
        "disputed" => held(HoldReason::Dispute),
        "mismatched" => held(HoldReason::Mismatch),
        "taken back" => held(HoldReason::Refund),
        "redeemed" => GiftState::Redeemed {
            purchased_at: PURCHASED_AT,
            redeemed_at: CHANGED_AT,
            account_id: bea().account_id,
            grant_id: "grant_0123456789abcdef".parse().unwrap(),
        },
        "canceled" => GiftState::Canceled { canceled_at: CHANGED_AT },
        "refunded" => GiftState::Refunded { refunded_at: CHANGED_AT },
        "declined" => GiftState::Declined { purchased_at: PURCHASED_AT, declined_at: CHANGED_AT },
        "expired" => GiftState::Expired { expired_at: CHANGED_AT },
        other => panic!("no state is called {other}"),
    }
}

pub(super) fn name_of(state: &GiftState) -> &'static str {
    match state {
        GiftState::Pending => "pending",
        GiftState::Purchased { .. } => "purchased",
        GiftState::Held { reason: HoldReason::Dispute, .. } => "disputed",
        GiftState::Held { reason: HoldReason::Mismatch, .. } => "mismatched",
        GiftState::Held { reason: HoldReason::Refund, .. } => "taken back",
        GiftState::Redeemed { .. } => "redeemed",
        GiftState::Canceled { .. } => "canceled",
        GiftState::Refunded { .. } => "refunded",
        GiftState::Declined { .. } => "declined",
        GiftState::Expired { .. } => "expired",
    }
}

/// The recipient, signed in and verified.
pub(super) fn bea() -> Redeemer {
    Redeemer { account_id: "acct_0123456789abcdef".parse().unwrap(), email: email("bea@example.com"), is_verified: true }
}

pub(super) fn name(text: &str) -> PersonName {
    PersonName::parse(text).unwrap()
}

pub(super) fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

pub(super) fn secret(letter: &str) -> Secret {
    Secret::parse(&letter.repeat(Secret::SHORTEST)).unwrap()
}

/// The rows below a table's heading: the first cell, and the others.
pub(super) fn table(text: &str) -> Vec<(&str, Vec<&str>)> {
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty()).skip(1);
    let cells = lines.map(|line| line.split('|').map(str::trim).collect::<Vec<_>>());
    cells.filter_map(|cells| cells.split_first().map(|(first, others)| (*first, others.to_vec()))).collect()
}
