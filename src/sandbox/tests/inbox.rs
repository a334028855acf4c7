//! The mailbox, and starting where it can't.

use super::*;

#[tokio::test]
async fn mail_is_kept_as_it_came_and_read_newest_first() {
    let lab = Lab::new().await;
    let key = lab.sandbox.keys.inbox.key.clone();
    let mail = |to: &str, subject: &str| {
        json!({
            "message_id": "<1@shop.test>", "to": to, "from": "Ribbon <gifts@shop.test>", "subject": subject,
            "text": "Open it: http://shop.test/redeem/A", "html": "<html><head></head><a href=\"http://shop.test/redeem/A\">Open</a></html>",
        })
    };
    assert_eq!(lab.mail("wrong", &mail("bea@example.com", "One")).await, 401);
    assert_eq!(lab.mail(&key, &json!({ "to": "bea@example.com" })).await, 422);
    assert_eq!(lab.mail(&key, &mail("bea@example.com", "One <b>")).await, 201);
    lab.advance(60);
    assert_eq!(lab.mail(&key, &mail("bea@example.com", "One <b>")).await, 201, "a mail that is sent twice is there twice");
    assert_eq!(lab.mail(&key, &mail("ada@example.com", "Two")).await, 201);

    let lab = lab.restarted().await;
    let all: Value = serde_json::from_str(&lab.text("/inbox.json").await).unwrap();
    let subjects: Vec<_> = all.as_array().unwrap().iter().map(|mail| mail["subject"].as_str().unwrap()).collect();
    assert_eq!(subjects, ["Two", "One <b>", "One <b>"]);
    assert_eq!((&all[0]["sent_at"], &all[2]["sent_at"]), (&json!("2026-01-01T00:01:00Z"), &json!("2026-01-01T00:00:00Z")));
    let hers: Value = serde_json::from_str(&lab.text("/inbox.json?to=ADA@example.com").await).unwrap();
    assert_eq!(hers.as_array().unwrap().len(), 1);

    assert!(lab.text("/inbox").await.contains("One &lt;b&gt;"));
    let id = all[2]["id"].as_str().unwrap();
    let page = lab.text(&format!("/inbox/{id}")).await;
    assert!(page.contains("<iframe sandbox=") && page.contains("<a href=\"http://shop.test/redeem/A\""), "{page}");
    let html = lab.client.get(lab.url(&format!("/inbox/{id}/html"))).send().await.unwrap();
    assert!(html.headers()["content-security-policy"].to_str().unwrap().starts_with("sandbox allow-popups"));
    assert!(html.text().await.unwrap().contains("<base target=\"_blank\">"));
}

#[tokio::test]
async fn a_mail_that_can_be_unsubscribed_from_has_the_button_and_its_press_is_sent_as_mail_programs_send_it() {
    let lab = Lab::new().await;
    let key = lab.sandbox.keys.inbox.key.clone();
    // Whatever answers there: the shop of these tests keeps all that it is sent.
    let sender = format!("http://127.0.0.1:{}/webhooks/stripe?token=t1", lab.shop_port);
    for one_click in [json!(sender), Value::Null] {
        let mail = json!({
            "message_id": "<1@shop.test>", "to": "bea@example.com", "from": "Ribbon <gifts@shop.test>", "subject": "One",
            "text": "One", "html": "<p>One</p>", "one_click": one_click,
        });
        assert_eq!(lab.mail(&key, &mail).await, 201);
    }
    let mails: Value = serde_json::from_str(&lab.text("/inbox.json").await).unwrap();
    let [plain, listed] = [0, 1].map(|place| format!("/inbox/{}", mails[place]["id"].as_str().unwrap()));
    assert!(!lab.text(&plain).await.contains("Unsubscribe"));
    assert_eq!(lab.home(&format!("{plain}/unsubscribe"), &[]).await, 404);
    assert!(lab.text(&listed).await.contains("<button>Unsubscribe</button>"));
    let answer = lab.form(&lab.url(&format!("{listed}/unsubscribe")), &[]).await;
    let led_to = answer.headers()["location"].to_str().unwrap().to_owned();
    assert!(
        lab.text(led_to.split('#').next().unwrap()).await.contains("<strong>The sender has taken it.</strong> It answered 200.")
    );
    let presses = lab.shop.hooks.lock().unwrap().clone();
    let [press] = &presses[..] else { panic!("{} presses came", presses.len()) };
    assert_eq!(press.body, "List-Unsubscribe=One-Click");
    assert_eq!(press.headers["content-type"], "application/x-www-form-urlencoded");
    assert!(["cookie", "origin", "referer"].iter().all(|header| !press.headers.contains_key(*header)), "{:?}", press.headers);
}

#[tokio::test]
async fn a_port_that_is_taken_is_one_clear_sentence() {
    let lab = Lab::new().await;
    let folder = tempfile::tempdir().unwrap();
    let taken = Settings { port: lab.sandbox.address.port(), ..settings(folder.path(), 1) };
    let clock = Arc::new(Hand(AtomicI64::new(NOON)));
    let Err(error) = start(taken, clock, Arc::new(Counting::default()), CancellationToken::new()).await else {
        panic!("it started")
    };
    assert!(error.to_string().starts_with("the sandbox can't listen on 127.0.0.1:"), "{error}");
    assert!(!folder.path().join("sandbox.env").exists(), "nothing is written before it listens");
}
