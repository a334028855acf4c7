//! Courses as a buyer reads them, each from what the audit kept.

use super::course::{course, has_receipt, paid_at};
use crate::catalog::{Months, Tier};
use crate::gifts::{Delivery, Gift, GiftState, HoldReason, Reminders};
use crate::shop::{Knot, KnotKind};
use crate::store::gifts::Event;
use crate::values::{Email, Occasion, PersonName, Timestamp};

const NOW: Timestamp = Timestamp::from_seconds(900);

fn gift(state: GiftState, delivery: Delivery) -> Gift {
    Gift {
        id: "gift_0123456789abcdef".parse().unwrap(),
        version: 7,
        order_id: "order_0123456789abcdef".parse().unwrap(),
        tier: Tier::Founder,
        months: Months::Twelve,
        recipient_name: PersonName::parse("Bea").unwrap(),
        recipient_email: Email::parse("bea@example.com").unwrap(),
        giver_name: None,
        giver_email: None,
        message: None,
        generation: 1,
        secret_id: String::new(),
        delivery,
        occasion: Occasion::JustBecause,
        time_zone: None,
        opened_at: None,
        thanks: None,
        decline_word: None,
        reminders: Reminders::default(),
        end_told: false,
        state,
        created_at: Timestamp::from_seconds(0),
    }
}

/// `"sent 2"` is a mail of the second generation; `"purchased by hand"` of a gift that is handed over.
fn events(words: &[&str]) -> Vec<Event> {
    let event = |(second, words): (i64, &&str)| {
        let (words, is_by_hand) = words.strip_suffix(" by hand").map_or((*words, false), |words| (words, true));
        let (what, generation) = words.split_once(' ').unwrap_or((words, "1"));
        let delivery = if is_by_hand { "link_only" } else { "scheduled" }.to_owned();
        Event { at: Timestamp::from_seconds(second), what: what.to_owned(), generation: generation.parse().ok(), delivery }
    };
    (0..).zip(words).map(event).collect()
}

/// Each knot by its name; in brackets what is to come, and with a star what went to somebody who is not the recipient any more.
fn told(gift: &Gift, words: &[&str]) -> String {
    let knots = course(gift, &events(words), NOW);
    let name = |knot: &Knot| {
        let kind = if let KnotKind::Mail(mail) = knot.what { format!("{mail:?}") } else { format!("{:?}", knot.what) };
        let name = format!("{kind}{}", if knot.to.is_none() { "*" } else { "" });
        if knot.has_happened { name } else { format!("({name})") }
    };
    knots.iter().map(name).collect::<Vec<_>>().join(" ")
}

fn purchased() -> GiftState {
    GiftState::Purchased { purchased_at: NOW }
}

#[test]
fn a_course_has_every_knot_in_the_order_in_which_it_came() {
    let sent = Delivery::Sent { sent_at: NOW };
    let leaving = Delivery::Scheduled { due_at: NOW };
    let later = Delivery::Scheduled { due_at: Timestamp::from_seconds(1_000) };
    let held = |reason| GiftState::Held { purchased_at: NOW, held_at: NOW, reason, declined_at: None };
    let cases: [(GiftState, Delivery, &[&str], &str); 10] = [
        (GiftState::Pending, leaving.clone(), &["promised"], "Ordered (Paid)"),
        (GiftState::Canceled { canceled_at: NOW }, leaving.clone(), &["promised", "canceled"], "Ordered Canceled"),
        (purchased(), later, &["promised", "purchased", "rescheduled"], "Paid Rescheduled (Scheduled) (Redeemed)"),
        (purchased(), leaving, &["promised", "purchased", "sent", "sent_again"], "Paid Sent (Leaving) (Redeemed)"),
        (
            purchased(),
            sent.clone(),
            &["promised", "purchased", "sent", "bounced", "readdressed 2", "sent 2", "sent_again 2", "sent 2", "delivered 2"],
            "Paid* Sent* Bounced* Readdressed Sent SentAgain Delivered (Redeemed)",
        ),
        (
            purchased(),
            sent.clone(),
            &["promised", "purchased", "sent", "readdressed", "reissued 2", "sent 2", "opened 2"],
            "Paid Sent Corrected Reissued Sent Opened (Redeemed)",
        ),
        (purchased(), Delivery::LinkOnly, &["promised by hand", "purchased by hand"], "Paid HandedOver (Redeemed)"),
        (held(HoldReason::Mismatch), sent.clone(), &["promised", "held"], "Paid Held"),
        (
            held(HoldReason::Refund),
            sent.clone(),
            &["promised", "purchased", "sent", "held", "released", "declined", "refund_asked"],
            "Paid Sent Held Released Declined RefundAsked (Refunded)",
        ),
        (
            GiftState::Refunded { refunded_at: NOW },
            sent,
            &["promised", "purchased", "sent", "redeemed", "refunded", "?"],
            "Paid Sent Redeemed Refunded",
        ),
    ];
    for (state, delivery, words, expected) in cases {
        assert_eq!(told(&gift(state, delivery), words), expected, "{words:?}");
    }
}

#[test]
fn a_gift_was_paid_when_it_was_purchased_or_held_for_its_payment() {
    assert_eq!(paid_at(&events(&["promised", "held", "released"])), Some(Timestamp::from_seconds(1)));
    assert_eq!(paid_at(&events(&["promised", "canceled", "purchased"])), Some(Timestamp::from_seconds(2)));
    assert_eq!(paid_at(&events(&["promised", "canceled"])), None);
}

#[test]
fn there_is_a_receipt_once_nothing_about_the_payment_is_doubted() {
    for (words, has) in [
        (&["promised"][..], false),
        (&["promised", "canceled"], false),
        (&["promised", "held"], false),
        (&["promised", "held", "released"], true),
        (&["promised", "purchased", "held"], true),
        (&["promised", "canceled", "purchased", "sent", "refunded"], true),
    ] {
        assert_eq!(has_receipt(&events(words)), has, "{words:?}");
    }
}
