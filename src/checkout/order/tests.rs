//! Every state by every fact, as one table.

use std::fmt::Write as _;
use std::time::Duration;

use expect_test::expect;

use super::*;
use crate::catalog::PriceIds;
use crate::values::Currency;

pub(super) const NOW: Timestamp = Timestamp::from_seconds(1_767_225_600);
const PAID_AT: Timestamp = Timestamp::from_seconds(1_767_000_000);
pub(super) const TOTAL: Money = Money::new(4_900, Currency::EUR);

pub(super) fn open() -> Order {
    Order {
        id: "order_0123456789abcdef".parse().unwrap(),
        version: 1,
        provider: ProviderName::Stripe,
        mode: Mode::Test,
        line_item: LineItem {
            title: "Member, 6 months".to_owned(),
            unit_price: TOTAL,
            quantity: 1,
            price_ids: PriceIds::default(),
            is_list_price: true,
            every: None,
        },
        total: TOTAL,
        list_total: TOTAL,
        promo_code: None,
        buyer_name: None,
        buyer_email: None,
        payment: None,
        tax: None,
        paid: None,
        refunded_minor: 0,
        replaced_by: None,
        state: OrderState::OPEN,
        created_at: PAID_AT,
    }
}

const fn euros(minor: i64) -> Money {
    Money::new(minor, Currency::EUR)
}

pub(super) const fn part(minor: i64) -> Fact {
    Fact::Refunded { total: euros(minor), whole: false }
}

pub(super) const PAID: Fact = Fact::Paid { amount: TOTAL };
pub(super) const WHOLE: Fact = Fact::Refunded { total: TOTAL, whole: true };

pub(super) fn facts() -> Vec<(&'static str, Fact)> {
    vec![
        ("open", Fact::Open),
        ("processing", Fact::Processing),
        ("declined", Fact::Declined),
        ("paid", PAID),
        ("paid less", Fact::Paid { amount: euros(4_899) }),
        ("paid in dollars", Fact::Paid { amount: Money::new(4_900, Currency::USD) }),
        ("free", Fact::Free),
        ("failed", Fact::Failed),
        ("expired", Fact::Expired),
        ("nothing refunded", part(0)),
        ("10.00 refunded", part(1_000)),
        ("20.00 refunded", part(2_000)),
        ("part refunded in dollars", Fact::Refunded { total: Money::new(4_000, Currency::USD), whole: false }),
        ("all refunded", WHOLE),
        ("disputed", Fact::Disputed),
        ("dispute won", Fact::DisputeWon),
        ("dispute lost", Fact::DisputeLost),
    ]
}

fn states() -> Vec<(&'static str, Order)> {
    let disputed = |paid_at, settled| OrderState::Disputed { disputed_at: NOW, paid_at, settled };
    let at = |state, refunded_minor| Order { refunded_minor, state, ..open() };
    vec![
        ("open", open()),
        ("open, and money is under way", at(OrderState::Open { under_way_since: Some(PAID_AT) }, 0)),
        ("open, 10.00 refunded", at(OrderState::OPEN, 1_000)),
        ("paid", at(OrderState::Paid { paid_at: PAID_AT }, 0)),
        ("partially refunded", at(OrderState::PartiallyRefunded { paid_at: PAID_AT }, 1_000)),
        ("refunded", at(OrderState::Refunded { refunded_at: PAID_AT }, 4_900)),
        ("disputed after it was settled", at(disputed(Some(PAID_AT), true), 0)),
        ("disputed after it was partially refunded", at(disputed(Some(PAID_AT), true), 1_000)),
        ("disputed before it was paid", at(disputed(None, false), 0)),
        ("disputed before it was paid, and paid since", at(disputed(Some(PAID_AT), false), 0)),
        ("expired", at(OrderState::Expired { ended_at: PAID_AT }, 0)),
        ("failed", at(OrderState::Failed { ended_at: PAID_AT }, 0)),
    ]
}

/// What a reader needs to tell two orders of the table apart.
fn described(order: &Order) -> String {
    let detail = match order.state {
        OrderState::Disputed { paid_at, settled, .. } => match (paid_at, settled) {
            (None, _) => " unpaid",
            (Some(_), false) => " unsettled",
            (Some(_), true) => "",
        },
        OrderState::Open { under_way_since: Some(_) } => " under way",
        OrderState::Open { under_way_since: None }
        | OrderState::Paid { .. }
        | OrderState::PartiallyRefunded { .. }
        | OrderState::Refunded { .. }
        | OrderState::Expired { .. }
        | OrderState::Failed { .. } => "",
    };
    format!("{}{detail} {}", order.state.name(), order.refunded_minor)
}

/// Every answer that changes an order or has an outcome.
fn answers() -> String {
    let mut table = String::new();
    for (state, order) in states() {
        writeln!(table, "{state}").unwrap();
        for (name, fact) in facts() {
            let Applied { order: next, outcome } = order.apply(&fact, NOW);
            if next != order || outcome.is_some() {
                let outcome = outcome.map_or(String::new(), |outcome| format!(", {outcome:?}"));
                writeln!(table, "    {name} -> {}{outcome}", described(&next)).unwrap();
            }
        }
    }
    table
}

#[test]
fn every_state_has_an_answer_to_every_fact() {
    expect![[r"
        open
            processing -> open under way 0
            paid -> paid 0, Settled
            paid less -> paid 0, Mismatched
            paid in dollars -> paid 0, Mismatched
            free -> paid 0, Mismatched
            failed -> failed 0, Lapsed
            expired -> expired 0, Lapsed
            10.00 refunded -> open 1000, PartlyRefunded
            20.00 refunded -> open 2000, PartlyRefunded
            all refunded -> refunded 4900, Reversed
            disputed -> disputed unpaid 0, ContestedEarly
            dispute lost -> refunded 0, Reversed
        open, and money is under way
            paid -> paid 0, Settled
            paid less -> paid 0, Mismatched
            paid in dollars -> paid 0, Mismatched
            free -> paid 0, Mismatched
            failed -> failed 0, FellThrough
            expired -> expired 0, FellThrough
            10.00 refunded -> open under way 1000, PartlyRefunded
            20.00 refunded -> open under way 2000, PartlyRefunded
            all refunded -> refunded 4900, Reversed
            disputed -> disputed unpaid 0, ContestedEarly
            dispute lost -> refunded 0, Reversed
        open, 10.00 refunded
            processing -> open under way 1000
            paid -> partially_refunded 1000, Settled
            paid less -> partially_refunded 1000, Mismatched
            paid in dollars -> partially_refunded 1000, Mismatched
            free -> partially_refunded 1000, Mismatched
            failed -> failed 1000, Lapsed
            expired -> expired 1000, Lapsed
            20.00 refunded -> open 2000, PartlyRefunded
            all refunded -> refunded 4900, Reversed
            disputed -> disputed unpaid 1000, ContestedEarly
            dispute lost -> refunded 1000, Reversed
        paid
            10.00 refunded -> partially_refunded 1000, PartlyRefunded
            20.00 refunded -> partially_refunded 2000, PartlyRefunded
            all refunded -> refunded 4900, Reversed
            disputed -> disputed 0, Contested
            dispute lost -> refunded 0, Reversed
        partially refunded
            20.00 refunded -> partially_refunded 2000, PartlyRefunded
            all refunded -> refunded 4900, Reversed
            disputed -> disputed 1000, Contested
            dispute lost -> refunded 1000, Reversed
        refunded
        disputed after it was settled
            10.00 refunded -> disputed 1000, PartlyRefunded
            20.00 refunded -> disputed 2000, PartlyRefunded
            all refunded -> refunded 4900, Reversed
            dispute won -> paid 0, Upheld
            dispute lost -> refunded 0, Reversed
        disputed after it was partially refunded
            20.00 refunded -> disputed 2000, PartlyRefunded
            all refunded -> refunded 4900, Reversed
            dispute won -> partially_refunded 1000, Upheld
            dispute lost -> refunded 1000, Reversed
        disputed before it was paid
            paid -> disputed unsettled 0
            paid less -> disputed 0, Mismatched
            paid in dollars -> disputed 0, Mismatched
            free -> disputed 0, Mismatched
            10.00 refunded -> disputed unpaid 1000, PartlyRefunded
            20.00 refunded -> disputed unpaid 2000, PartlyRefunded
            all refunded -> refunded 4900, Reversed
            dispute won -> open 0
            dispute lost -> refunded 0, Reversed
        disputed before it was paid, and paid since
            10.00 refunded -> disputed unsettled 1000, PartlyRefunded
            20.00 refunded -> disputed unsettled 2000, PartlyRefunded
            all refunded -> refunded 4900, Reversed
            dispute won -> paid 0, Settled
            dispute lost -> refunded 0, Reversed
        expired
            paid -> paid 0, Settled
            paid less -> paid 0, Mismatched
            paid in dollars -> paid 0, Mismatched
            free -> paid 0, Mismatched
            10.00 refunded -> expired 1000, PartlyRefunded
            20.00 refunded -> expired 2000, PartlyRefunded
            all refunded -> refunded 4900, Reversed
            disputed -> disputed unpaid 0, ContestedEarly
            dispute lost -> refunded 0, Reversed
        failed
            paid -> paid 0, Settled
            paid less -> paid 0, Mismatched
            paid in dollars -> paid 0, Mismatched
            free -> paid 0, Mismatched
            10.00 refunded -> failed 1000, PartlyRefunded
            20.00 refunded -> failed 2000, PartlyRefunded
            all refunded -> refunded 4900, Reversed
            disputed -> disputed unpaid 0, ContestedEarly
            dispute lost -> refunded 0, Reversed
    "]]
    .assert_eq(&answers());
}

#[test]
fn a_free_order_is_settled_by_word_that_nothing_was_to_pay() {
    let free = Order { total: euros(0), ..open() };
    assert_eq!(free.apply(&Fact::Free, NOW).outcome, Some(Outcome::Settled));
    assert_eq!(free.apply(&PAID, NOW).outcome, Some(Outcome::Mismatched));
}

#[test]
fn the_moment_of_payment_outlives_refunds_and_disputes() {
    let later = NOW.plus(Duration::from_hours(1));
    let mut order = open().apply(&PAID, NOW).order;
    for fact in [part(1_000), Fact::Disputed, part(2_000), Fact::DisputeWon] {
        order = order.apply(&fact, later).order;
    }
    assert_eq!(order.state, OrderState::PartiallyRefunded { paid_at: NOW });
}
