//! Thousands of orders at random: what people do at the payment page, and word of it twice, late, out of order or never. The shop is the
//! real one, with its doors, its database and its outbox; only the world outside is a model, which holds the truth about money.
//!
//! A failing history is made as short as it gets and printed with its seed; `PROPTEST_RNG_SEED` plays the same ones again, and
//! `PROPTEST_CASES` says how many.

mod bank;
mod desk;
mod ends;
mod history;
mod laws;
mod page;
mod people;
mod postbox;
mod rest;
mod telling;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::hash::{BuildHasher as _, RandomState};

use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};
use tokio::runtime::Builder;

use bank::Bank;
use desk::Desk;
use history::{History, any_history};

use crate::checkout::ProviderName;
use crate::store::Engine;
use crate::store::testing::Scratch;

/// How often what was seen, over all histories.
type Seen = BTreeMap<String, usize>;

/// Five orders or so in each.
const HISTORIES: u32 = 130;
const HISTORIES_ON_POSTGRES: u32 = 10;

fn play_all(engine: Engine, provider: ProviderName, histories: u32) -> Seen {
    let mut config = Config { failure_persistence: None, max_shrink_iters: 2_000, ..Config::default() };
    if std::env::var("PROPTEST_CASES").is_err() {
        config.cases = histories;
    }
    if config.rng_seed == RngSeed::Random {
        config.rng_seed = RngSeed::Fixed(RandomState::new().hash_one(provider));
    }
    let seed = config.rng_seed;
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let all = RefCell::new(Seen::new());
    let outcome = TestRunner::new(config).run(&any_history(provider), |history| {
        let news = runtime.block_on(play(engine, &history))?;
        let mut all = all.borrow_mut();
        for (what, count) in news {
            *all.entry(what).or_default() += count;
        }
        Ok(())
    });
    match outcome {
        Ok(()) => all.into_inner(),
        Err(TestError::Fail(why, history)) => panic!("PROPTEST_RNG_SEED={seed}\n{why}\n{history}"),
        Err(TestError::Abort(why)) => panic!("PROPTEST_RNG_SEED={seed}\n{why}"),
    }
}

async fn play(engine: Engine, history: &History) -> Result<Seen, TestCaseError> {
    let scratch = Scratch::on(engine).await;
    let desk = Desk::open(scratch.store.clone(), Bank::in_the_manner_of(history.provider)).await;
    for step in &history.steps {
        desk.take(step).await;
        if step.is_at_the_shop() {
            desk.never().await?;
        }
    }
    desk.come_to_rest(history.ends_well).await;
    desk.never().await?;
    desk.at_last().await?;
    scratch.store.close().await;
    Ok(std::mem::take(&mut desk.notes.lock().unwrap().seen))
}

/// Histories in which nothing happens would hold every law.
fn assert_seen(seen: &Seen, what: &[&str]) {
    let missing: Vec<&&str> = what.iter().filter(|what| !seen.contains_key(**what)).collect();
    assert!(missing.is_empty(), "{missing:?} never happened: {seen:?}");
}

const EVERYWHERE: [&str; 17] = [
    "a notice",
    "an order",
    "an order paid twice",
    "a promo code refused",
    "a promo code taken",
    "declined",
    "redeemed",
    "taken back",
    "Arrive",
    "Decline",
    "Expire",
    "FallThrough",
    "Pay",
    "PayAfterAll",
    "PayTooLittle",
    "RefundPart",
    "RefundRest",
];

#[test]
fn gifts_end_as_their_money_whatever_stripe_tells_when() {
    let seen = play_all(Engine::Sqlite, ProviderName::Stripe, HISTORIES);
    assert_seen(&seen, &EVERYWHERE);
    assert_seen(&seen, &["Dispute", "WinDispute", "LoseDispute"]);
}

#[test]
fn gifts_end_as_their_money_whatever_creem_tells_when() {
    let seen = play_all(Engine::Sqlite, ProviderName::Creem, HISTORIES);
    assert_seen(&seen, &EVERYWHERE);
    assert_seen(&seen, &["Dispute", "WinDispute"]);
}

#[test]
fn gifts_end_as_their_money_whatever_flowglad_tells_when() {
    assert_seen(&play_all(Engine::Sqlite, ProviderName::Flowglad, HISTORIES), &EVERYWHERE);
}

#[test]
fn gifts_end_as_their_money_on_postgres_too() {
    for provider in ProviderName::ALL {
        assert_seen(&play_all(Engine::Postgres, provider, HISTORIES_ON_POSTGRES), &["a notice", "an order", "redeemed"]);
    }
}
