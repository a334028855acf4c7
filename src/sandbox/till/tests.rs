use super::*;

pub fn session(unit: i64) -> Session {
    let line = Line {
        id: "li_1".to_owned(),
        name: "Founder, 12 months".to_owned(),
        description: None,
        quantity: 1,
        unit,
        price_id: "price_1".to_owned(),
        product_id: "prod_1".to_owned(),
        is_catalog: false,
        every: None,
    };
    Session {
        id: "cs_test_1".to_owned(),
        provider: Provider::Stripe,
        created_at: Timestamp::from_seconds(0),
        expires_at: Timestamp::from_seconds(3600),
        lines: vec![line],
        currency: Currency::EUR,
        url: String::new(),
        success_url: String::new(),
        cancel_url: None,
        buyer_email: None,
        asked: serde_json::Value::Null,
        begins: None,
        stage: Stage::Open { declined: None },
    }
}

pub fn handle(payment: &str) -> Handle {
    Handle { payment: payment.to_owned(), charge: "ch_1".to_owned(), at: Timestamp::from_seconds(1) }
}

#[test]
fn a_declined_session_can_be_paid_and_keeps_its_payment() {
    let mut session = session(500);
    assert_eq!(session.decline(handle("pi_1")), Ok(Happening::Declined));
    assert_eq!(session.pay(handle("pi_2")), Ok(Happening::Completed));
    assert_eq!(session.handle().unwrap().payment, "pi_1");
}

#[test]
fn nothing_happens_twice() {
    let mut paid = session(500);
    paid.pay(handle("pi_1")).unwrap();
    assert_eq!(paid.pay(handle("pi_1")), Err(Refusal::NotOpen));
    assert_eq!(paid.decline(handle("pi_1")), Err(Refusal::NotOpen));
    assert_eq!(paid.expire(), Err(Refusal::NotOpen));
    assert_eq!(paid.settle(), Err(Refusal::NotProcessing));
    let mut later = session(500);
    later.pay_later(handle("pi_1")).unwrap();
    assert_eq!(later.refund("re_1".to_owned(), None, serde_json::Value::Null, later.created_at), Err(Refusal::NotPaid));
    later.fail().unwrap();
    assert_eq!(later.settle(), Err(Refusal::NotProcessing));
}

#[test]
fn nothing_to_pay_makes_no_payment() {
    let mut session = session(0);
    session.pay(handle("pi_1")).unwrap();
    assert!(session.handle().is_none() && !session.is_open());
}

#[test]
fn refunds_never_exceed_what_was_paid() {
    let mut session = session(500);
    session.pay(handle("pi_1")).unwrap();
    let mut refund = |amount| session.refund("re".to_owned(), amount, serde_json::Value::Null, Timestamp::from_seconds(2));
    assert!(refund(Some(200)).is_ok());
    assert_eq!(refund(Some(301)), Err(Refusal::TooMuch { left: 300 }));
    assert_eq!(refund(Some(0)), Err(Refusal::TooMuch { left: 300 }));
    assert!(refund(None).is_ok());
    assert_eq!(refund(None), Err(Refusal::AllRefunded));
}

#[test]
fn a_dispute_takes_what_was_not_refunded_and_is_decided_once() {
    let mut session = session(500);
    session.pay(handle("pi_1")).unwrap();
    session.refund("re".to_owned(), Some(100), serde_json::Value::Null, Timestamp::from_seconds(2)).unwrap();
    session.dispute("du_1".to_owned(), Timestamp::from_seconds(3)).unwrap();
    assert_eq!(session.payment().unwrap().dispute.as_ref().unwrap().amount, 400);
    assert_eq!(session.refund("re".to_owned(), None, serde_json::Value::Null, session.created_at), Err(Refusal::Disputed));
    assert_eq!(session.decide(Verdict::Lost), Ok(Happening::DisputeClosed));
    assert_eq!(session.decide(Verdict::Won), Err(Refusal::NotDisputed));
}
