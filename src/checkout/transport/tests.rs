//! How requests to a provider are bounded and repeated.

use std::time::Instant;

use tokio::net::TcpListener;

use super::fake::{FakeProvider, Scripted, client, reply};
use super::*;

async fn asked(provider: &Url, timeout: Duration) -> Result<Answer, ProviderError> {
    let transport = Transport::new(client(), timeout);
    let request = transport.client().get(url(provider, &["v1", "thing"]).unwrap()).build().unwrap();
    transport.send(request, "sess_1").await
}

#[tokio::test]
async fn what_may_be_over_in_a_moment_is_tried_again() {
    for passing in [409, 429, 500, 503] {
        let provider = FakeProvider::answering([reply(passing, ""), reply(200, "{}")]).await;
        let answer = asked(&provider.url, PROVIDER_TIMEOUT).await.unwrap();
        assert_eq!((answer.status.as_u16(), provider.seen().len()), (200, 2), "after {passing}");
    }
}

#[tokio::test]
async fn what_stays_broken_is_given_up_after_three_tries() {
    let provider = FakeProvider::answering([reply(500, ""), reply(502, ""), reply(503, ""), reply(200, "{}")]).await;
    let answer = asked(&provider.url, PROVIDER_TIMEOUT).await.unwrap();
    assert_eq!((answer.status.as_u16(), provider.seen().len()), (503, 3));
}

#[tokio::test]
async fn a_refusal_and_a_providers_own_word_are_final() {
    let told = Scripted { headers: vec![("stripe-should-retry", "false")], ..reply(500, "") };
    for last in [reply(400, ""), reply(401, ""), told] {
        let provider = FakeProvider::answering([last.clone(), reply(200, "{}")]).await;
        let answer = asked(&provider.url, PROVIDER_TIMEOUT).await.unwrap();
        assert_eq!((answer.status.as_u16(), provider.seen().len()), (last.status, 1));
    }
}

#[tokio::test]
async fn a_slow_provider_is_waited_for_once() {
    let slow = Scripted { delay: Duration::from_secs(20), ..reply(200, "{}") };
    let provider = FakeProvider::answering([slow]).await;
    let started = Instant::now();
    let answer = asked(&provider.url, Duration::from_millis(200)).await;
    assert!(matches!(answer, Err(ProviderError::Unavailable(_))));
    assert!(started.elapsed() < Duration::from_secs(5));
    assert_eq!(provider.seen().len(), 1);
}

#[tokio::test]
async fn tries_and_pauses_together_take_twice_the_time_of_one_at_most() {
    let nearly = Scripted { delay: Duration::from_millis(150), ..reply(500, "") };
    let provider = FakeProvider::answering([nearly.clone(), nearly.clone(), nearly]).await;
    let answer = asked(&provider.url, Duration::from_millis(200)).await;
    assert!(matches!(answer, Err(ProviderError::Unavailable(_))), "three tries of 150 ms do not fit into 400 ms");
    assert!(provider.seen().len() < 3);
}

#[tokio::test]
async fn nobody_at_the_address_is_unavailable_and_says_so() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody = Url::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
    drop(listener);
    let Err(error) = asked(&nobody, PROVIDER_TIMEOUT).await else { panic!("somebody answered") };
    assert!(error.to_string().contains("onnect"), "{error}");
}

#[tokio::test]
async fn an_answer_without_end_is_not_read_to_it() {
    let provider = FakeProvider::answering([reply(200, "[".repeat(LONGEST_ANSWER + 1))]).await;
    let Err(error) = asked(&provider.url, PROVIDER_TIMEOUT).await else { panic!("it was read") };
    assert!(error.to_string().contains("1 MiB"), "{error}");
}

#[test]
fn an_id_from_outside_leads_nowhere_else() {
    let base = Url::parse("https://api.example/").unwrap();
    assert_eq!(
        url(&base, &["v1", "sessions", "../refunds?x"]).unwrap().as_str(),
        "https://api.example/v1/sessions/..%2Frefunds%3Fx"
    );
}

#[test]
fn pauses_grow_and_differ_between_requests() {
    for tried in 1..4 {
        let longest = FIRST_PAUSE * 2_u32.pow(tried - 1);
        let pause = pause("sess_1", tried);
        assert!(pause >= longest / 2 && pause <= longest, "{pause:?} after {tried}");
    }
    let pauses: std::collections::BTreeSet<_> = (0..20).map(|shop| pause(&format!("sess_{shop}"), 1)).collect();
    assert!(pauses.len() > 5, "{pauses:?}");
}
