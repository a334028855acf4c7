//! The course of a gift: every knot in the order in which it came, out of the audit of its changes, and what is still to come.

use crate::gifts::{Delivery, Gift, GiftState, HoldReason};
use crate::shop::{Knot, KnotKind, MailKnot};
use crate::store::gifts::Event;
use crate::values::{Email, Timestamp};

/// What happened to `gift` by its `events`, oldest first, and what is to come after `now`.
pub fn course(gift: &Gift, events: &[Event], now: Timestamp) -> Vec<Knot> {
    let since = last_change_of_recipient(events);
    let mut knots = Vec::new();
    for (place, event) in events.iter().enumerate() {
        let before = events.get(..place).unwrap_or_default();
        let to = (place >= since).then(|| gift.recipient_email.clone());
        knots.extend(happened(event, before).into_iter().map(|what| Knot::happened(what, event.at, to.clone())));
    }
    let is_paid = knots.iter().any(|knot| knot.what == KnotKind::Paid);
    knots.retain(|knot| !(is_paid && knot.what == KnotKind::Ordered));
    knots.extend(to_come(gift, now).into_iter().map(|(what, at)| Knot::to_come(what, at, gift.recipient_email.clone())));
    knots
}

/// When it was paid, by the first event that needs a payment.
pub fn paid_at(events: &[Event]) -> Option<Timestamp> {
    events.iter().find(|event| matches!(event.what.as_str(), "purchased" | "held")).map(|event| event.at)
}

/// Whether the buyer was sent a receipt: once it was paid as agreed, or let go on all the same.
pub fn has_receipt(events: &[Event]) -> bool {
    events.iter().any(|event| matches!(event.what.as_str(), "purchased" | "released"))
}

/// The place of the event since which mail goes to the present recipient.
fn last_change_of_recipient(events: &[Event]) -> usize {
    let is_change = |place: &usize| events.get(..=*place).is_some_and(is_another_recipient);
    (0..events.len()).rev().find(is_change).unwrap_or(0)
}

/// Whether the last of these gave it to another address; a corrected name or spelling leaves the code alone.
fn is_another_recipient(events: &[Event]) -> bool {
    events.split_last().is_some_and(|(event, before)| event.what == "readdressed" && has_new_code(event, before))
}

fn has_new_code(event: &Event, before: &[Event]) -> bool {
    before.last().is_none_or(|last| event.generation.is_none() || last.generation != event.generation)
}

/// The knots of one event. A word of the audit that says nothing to a buyer has none.
fn happened(event: &Event, before: &[Event]) -> Vec<KnotKind> {
    let is_by_hand = event.delivery == Delivery::LinkOnly.name();
    let was_sent = |earlier: &Event| earlier.what == "sent" && earlier.generation == event.generation;
    match event.what.as_str() {
        "promised" => vec![KnotKind::Ordered],
        "purchased" if is_by_hand => vec![KnotKind::Paid, KnotKind::HandedOver],
        "purchased" => vec![KnotKind::Paid],
        "held" if paid_at(before).is_none() => vec![KnotKind::Paid, KnotKind::Held],
        "held" => vec![KnotKind::Held],
        "released" => vec![KnotKind::Released],
        "sent" if before.iter().any(was_sent) => vec![KnotKind::Mail(MailKnot::SentAgain)],
        "sent" => vec![KnotKind::Mail(MailKnot::Sent)],
        "delivered" => vec![KnotKind::Mail(MailKnot::Delivered)],
        "bounced" => vec![KnotKind::Mail(MailKnot::Bounced)],
        "not_delivered" => vec![KnotKind::Mail(MailKnot::NotDelivered)],
        "recipient_reminded" => vec![KnotKind::Mail(MailKnot::Reminder)],
        "giver_reminded" => vec![KnotKind::Reminded],
        "opened" => vec![KnotKind::Opened],
        "readdressed" if has_new_code(event, before) => vec![KnotKind::Readdressed],
        "readdressed" => vec![KnotKind::Corrected],
        "reissued" => vec![KnotKind::Reissued],
        "reworded" => vec![KnotKind::Reworded],
        "rescheduled" if is_by_hand => vec![KnotKind::HandedOver],
        "rescheduled" => vec![KnotKind::Rescheduled],
        "refund_asked" => vec![KnotKind::RefundAsked],
        "redeemed" => vec![KnotKind::Redeemed],
        "thanked" => vec![KnotKind::Thanked],
        "declined" => vec![KnotKind::Declined],
        "refunded" => vec![KnotKind::Refunded],
        "canceled" => vec![KnotKind::Canceled],
        "expired" => vec![KnotKind::Expired],
        _ => Vec::new(),
    }
}

fn to_come(gift: &Gift, now: Timestamp) -> Vec<(KnotKind, Option<Timestamp>)> {
    match &gift.state {
        GiftState::Pending => vec![(KnotKind::Paid, None)],
        GiftState::Purchased { .. } => {
            let mail = match gift.delivery_due() {
                Some(due_at) if due_at <= now => Some((KnotKind::Mail(MailKnot::Leaving), None)),
                due_at => due_at.map(|due_at| (KnotKind::Mail(MailKnot::Scheduled), Some(due_at))),
            };
            mail.into_iter().chain([(KnotKind::Redeemed, None)]).collect()
        }
        GiftState::Held { reason: HoldReason::Refund, .. } => vec![(KnotKind::Refunded, None)],
        GiftState::Held { .. }
        | GiftState::Redeemed { .. }
        | GiftState::Canceled { .. }
        | GiftState::Refunded { .. }
        | GiftState::Declined { .. }
        | GiftState::Expired { .. } => Vec::new(),
    }
}

impl Knot {
    const fn happened(what: KnotKind, at: Timestamp, to: Option<Email>) -> Self {
        Self { at: Some(at), what, has_happened: true, to }
    }

    const fn to_come(what: KnotKind, at: Option<Timestamp>, to: Email) -> Self {
        Self { at, what, has_happened: false, to: Some(to) }
    }
}
