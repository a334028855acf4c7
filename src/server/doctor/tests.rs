//! The doctor before shops that are well and shops that aren't.

use std::collections::BTreeMap;

use axum::Router;
use axum::http::StatusCode;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::*;
use crate::shop::testing::World;
use crate::store::outbox::{Lease, NewEntry};
use crate::store::testing::Scratch;

const NOON: Timestamp = Timestamp::from_seconds(1_795_262_400);

/// Settings in which no sandbox is found, with `more` of them, in a process that can speak TLS.
fn settings(more: &[(&str, &str)]) -> Settings {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let names = [&[("RIBBON_SANDBOX_PORT", "0"), ("RIBBON_SECRET", "a-secret-of-at-least-32-characters")], more].concat();
    let environment: BTreeMap<String, String> =
        names.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Settings::read(&environment, "").unwrap()
}

/// What is said of one thing.
async fn says_of(about: &str, settings: &Settings, now: Timestamp) -> Vec<String> {
    let findings = examine(settings, now).await;
    findings.iter().filter(|finding| finding.about == about).map(ToString::to_string).collect()
}

async fn on_each(test: impl AsyncFn(&Scratch, &Settings)) {
    for engine in [Engine::Sqlite, Engine::Postgres] {
        let scratch = Scratch::on(engine).await;
        test(&scratch, &settings(&[("DATABASE_URL", &scratch.url)])).await;
    }
}

#[tokio::test]
async fn a_shop_in_which_all_is_well_has_nothing_wrong() {
    on_each(async |_, settings| {
        let findings = examine(settings, NOON).await;
        assert!(findings.iter().all(|finding| finding.is_well), "{findings:?}");
        let about: Vec<&str> = findings.iter().map(|finding| finding.about).collect();
        assert_eq!(about, ["settings", "address", "data", "database", "secret", "clock", "outbox", "mail", "reports", "payments"]);
    })
    .await;
}

#[tokio::test]
async fn before_the_first_start_nothing_is_made_and_nothing_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("not/yet");
    let settings = settings(&[("RIBBON_DATA", data.to_str().unwrap())]);
    let findings = examine(&settings, NOON).await;
    assert!(findings.iter().all(|finding| finding.is_well), "{findings:?}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_database_that_is_another_programs_or_away_is_told() {
    let scratch = Scratch::on(Engine::Sqlite).await;
    let drop = "drop table _sqlx_migrations";
    sqlx::query(drop).execute(&mut *scratch.store.connection().await.unwrap()).await.unwrap();
    let told = says_of("database", &settings(&[("DATABASE_URL", &scratch.url)]), NOON).await;
    assert!(told[0].starts_with("wrong  database") && told[0].contains("ribbon migrate"), "{told:?}");
    let away = settings(&[("DATABASE_URL", "postgres://ribbon:hunter2@127.0.0.1:1/shop")]);
    let told = says_of("database", &away, NOON).await;
    assert!(told[0].starts_with("wrong  database") && !told[0].contains("hunter2"), "{told:?}");
}

#[tokio::test]
async fn a_secret_that_rows_need_and_nobody_gave_is_told() {
    on_each(async |scratch, other| {
        World::on(scratch.store.clone()).gift_mailed_to("bea@example.com").await;
        let told = says_of("secret", other, NOON).await;
        assert!(told[0].starts_with("wrong  secret    Rows of the database need the secret"), "{told:?}");
        let theirs = "s".repeat(32);
        let right = settings(&[("DATABASE_URL", &scratch.url), ("RIBBON_SECRET_PREVIOUS", &theirs)]);
        assert!(says_of("secret", &right, NOON).await[0].starts_with("ok"));
    })
    .await;
}

#[tokio::test]
async fn work_that_waits_too_long_or_was_given_up_and_a_clock_that_is_behind_are_told() {
    on_each(async |scratch, settings| {
        let refs = "{}".to_owned();
        let entry =
            |key: &str| NewEntry { kind: "receipt".to_owned(), refs: refs.clone(), dedupe_key: key.to_owned(), due_at: None };
        let mut connection = scratch.store.connection().await.unwrap();
        for key in ["refused by its mailbox", "given up"] {
            store::outbox::post(&mut connection, &entry(key), NOON).await.unwrap();
        }
        drop(connection);
        assert!(says_of("outbox", settings, NOON.plus(Duration::from_mins(9))).await[0].starts_with("ok"));
        assert!(says_of("outbox", settings, NOON.plus(Duration::from_mins(11))).await[0].contains("2 wait past their time"));
        let told = says_of("clock", settings, NOON.minus(Duration::from_mins(5))).await;
        assert!(told[0].starts_with("wrong") && told[0].contains("5 minutes later in the database"), "{told:?}");

        let lease = Lease { worker: "one", until: NOON.plus(Duration::from_secs(30)) };
        let taken = store::outbox::lease_due(&scratch.store, NOON, lease, 8).await.unwrap();
        let mut connection = scratch.store.connection().await.unwrap();
        store::outbox::park(&mut connection, &taken[0], "smtp_recipient_550", NOON).await.unwrap();
        store::outbox::park(&mut connection, &taken[1], "provider_refused", NOON).await.unwrap();
        drop(connection);
        assert!(says_of("outbox", settings, NOON).await[0].contains("1 given up this week"));
        assert!(says_of("outbox", settings, NOON.plus(RECENT)).await[0].starts_with("ok"), "it is old news");
    })
    .await;
}

#[tokio::test]
async fn a_mail_server_that_does_not_answer_is_told_without_its_password() {
    let told = says_of("mail", &settings(&[("RIBBON_SMTP_URL", "smtp://ribbon:hunter2@127.0.0.1:1")]), NOON).await;
    assert!(told[0].starts_with("wrong  mail") && told[0].contains("smtp_connect_connection"), "{told:?}");
    assert!(!told[0].contains("hunter2"), "{told:?}");
}

/// A Stripe that gives every question this answer.
async fn stripe(status: StatusCode) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(
        async move { axum::serve(listener, Router::new().fallback(move || async move { (status, "{\"error\": {}}") })).await },
    );
    base
}

#[tokio::test]
async fn a_provider_is_well_where_it_takes_the_key_and_knows_no_such_session() {
    for (status, says) in [
        (StatusCode::NOT_FOUND, "ok     payments  stripe answers, in test mode"),
        (StatusCode::UNAUTHORIZED, "wrong  payments  stripe, in test mode, refuses: Stripe doesn't know the key"),
    ] {
        let base = stripe(status).await;
        let keys =
            [("STRIPE_SECRET_KEY", "sk_test_hunter2"), ("STRIPE_WEBHOOK_SECRET", "whsec_hunter2"), ("STRIPE_API_BASE", &base)];
        let told = says_of("payments", &settings(&keys), NOON).await;
        assert!(told[0].starts_with(says) && !told[0].contains("hunter2"), "{told:?}");
    }
}

#[tokio::test]
async fn an_address_for_others_that_is_not_encrypted_is_told() {
    let told = says_of("address", &settings(&[("RIBBON_PUBLIC_URL", "http://gifts.example.com/")]), NOON).await;
    assert!(told[0].starts_with("wrong  address"), "{told:?}");
}

#[tokio::test]
async fn a_sandbox_that_runs_is_asked_in_the_providers_place() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().to_str().unwrap();
    let closing = CancellationToken::new();
    let running = world::start_sandbox(&settings(&[("RIBBON_DATA", data)]), None, closing.clone()).await.unwrap();
    let port = running.address.port().to_string();
    let told = says_of("payments", &settings(&[("RIBBON_DATA", data), ("RIBBON_SANDBOX_PORT", &port)]), NOON).await;
    closing.cancel();
    running.ended().await;
    let expected = ["stripe", "creem", "flowglad"].map(|name| {
        format!("ok     payments  {name} answers, played by the sandbox, and takes the key; its webhooks go to /webhooks/{name}.")
    });
    assert_eq!(told, expected);
}
