use super::*;
use crate::sandbox::till::Stage;
use crate::sandbox::till::tests::{handle, session};

/// 31 January 2026.
const BEGINNING: Timestamp = Timestamp::from_seconds(1_769_817_600);

fn begun(every: Recurrence) -> Subscription {
    let mut session = session(500);
    session.begins = Some(Begins { subscription_id: "sub_1".to_owned(), customer_id: "cus_1".to_owned(), every });
    session.lines.iter_mut().for_each(|line| line.every = Some(every));
    session.pay(handle("pi_1")).unwrap();
    Subscription::begun_by(&session, BEGINNING).unwrap()
}

fn date(at: Timestamp) -> String {
    Zone::UTC.day(at).to_string()
}

#[test]
fn only_a_paid_session_in_mode_subscription_begins_one() {
    let mut once = session(500);
    once.pay(handle("pi_1")).unwrap();
    assert!(Subscription::begun_by(&once, BEGINNING).is_none());
    let mut unpaid = session(500);
    unpaid.begins = Some(Begins { subscription_id: "sub_1".to_owned(), customer_id: "cus_1".to_owned(), every: Recurrence::MONTH });
    unpaid.pay_later(handle("pi_1")).unwrap();
    assert!(Subscription::begun_by(&unpaid, BEGINNING).is_none());
    unpaid.settle().unwrap();
    assert!(matches!(unpaid.stage, Stage::Paid(_)) && Subscription::begun_by(&unpaid, BEGINNING).is_some());
}

#[test]
fn what_is_sold_once_beside_it_is_not_paid_again() {
    let mut session = session(500);
    let mut extra = session.lines[0].clone();
    (extra.unit, session.lines[0].every) = (700, Some(Recurrence::YEAR));
    session.lines.push(extra);
    session.begins = Some(Begins { subscription_id: "sub_1".to_owned(), customer_id: "cus_1".to_owned(), every: Recurrence::YEAR });
    session.pay(handle("pi_1")).unwrap();
    assert_eq!((session.total().minor, Subscription::begun_by(&session, BEGINNING).unwrap().price().minor), (1_200, 500));
}

#[test]
fn months_keep_the_day_on_which_it_began() {
    let mut subscription = begun(Recurrence::MONTH);
    let mut ends = vec![date(subscription.period_end())];
    for _ in 0..2 {
        subscription.renew(handle("pi_2")).unwrap();
        ends.push(date(subscription.period_end()));
    }
    assert_eq!(ends, ["2026-02-28", "2026-03-31", "2026-04-30"]);
    assert_eq!(date(begun(Recurrence { count: 2, unit: Unit::Week }).period_end()), "2026-02-14");
}

#[test]
fn a_failed_renewal_leaves_its_period_unpaid_until_it_is_paid() {
    let mut subscription = begun(Recurrence::MONTH);
    assert_eq!(subscription.fail_renewal(handle("pi_2")), Ok(Turn::RenewalFailed));
    assert_eq!((subscription.standing, date(subscription.period_end())), (Standing::PastDue, "2026-03-31".to_owned()));
    assert_eq!(date(subscription.paid_until()), "2026-02-28");
    assert!(!subscription.is_overdue(subscription.period_end()), "nothing more is asked for before that is paid");
    subscription.fail_renewal(handle("pi_3")).unwrap();
    assert_eq!(subscription.renew(handle("pi_4")), Ok(Turn::Renewed));
    assert_eq!((subscription.standing, date(subscription.paid_until())), (Standing::Active, "2026-03-31".to_owned()));
    assert_eq!((subscription.renewals.len(), subscription.renewals[0].handle.payment.as_str()), (1, "pi_2"));
}

#[test]
fn an_end_that_was_asked_for_comes_with_the_period_unless_it_is_taken_back() {
    let mut subscription = begun(Recurrence::MONTH);
    let end = subscription.period_end();
    let at_end = || Handle { at: end, ..handle("pi_2") };
    assert_eq!(subscription.call_off_end(BEGINNING), Err(Refusal::EndNotScheduled));
    assert_eq!(subscription.schedule_end(BEGINNING), Ok(Turn::EndScheduled));
    assert_eq!(subscription.schedule_end(BEGINNING), Err(Refusal::EndScheduled));
    assert_eq!(subscription.call_off_end(BEGINNING), Ok(Turn::EndCalledOff));
    assert_eq!(subscription.reach_period_end(at_end()), Ok(Turn::Renewed));
    subscription.schedule_end(BEGINNING).unwrap();
    assert_eq!(subscription.reach_period_end(at_end()), Ok(Turn::Ended));
    assert_eq!((subscription.ended_at(), subscription.renewals.len()), (Some(end), 1));
}

#[test]
fn nothing_happens_to_one_that_has_ended() {
    let mut subscription = begun(Recurrence::MONTH);
    subscription.end(BEGINNING).unwrap();
    let refused = [
        subscription.renew(handle("pi_2")),
        subscription.fail_renewal(handle("pi_2")),
        subscription.schedule_end(BEGINNING),
        subscription.call_off_end(BEGINNING),
        subscription.end(BEGINNING),
        subscription.reach_period_end(handle("pi_2")),
    ];
    assert!(refused.iter().all(|turn| *turn == Err(Refusal::Ended)), "{refused:?}");
    assert!(!subscription.is_overdue(subscription.period_end()));
}

#[test]
fn an_interval_is_said_in_words() {
    assert_eq!(Recurrence::MONTH.to_string(), "every month");
    assert_eq!(Recurrence { count: 3, unit: Unit::Month }.to_string(), "every 3 months");
}
