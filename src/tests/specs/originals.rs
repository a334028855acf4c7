//! Every signature and every event that stands in the providers' folder, held against our verifiers and adapters. The adapters'
//! own tests have copies of most of them; here the originals are asked.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;
use url::Url;

use super::{SPECS, Specs, assert_event};
use crate::checkout::signatures::{
    SignatureRefused, TOLERANCE, creem_header, creem_redirect_signature, creem_sorted_redirect_signature, stripe_header,
    svix_headers, verify_creem, verify_stripe, verify_svix,
};
use crate::checkout::{
    Creem, CreemOptions, CreemSettings, Flowglad, FlowgladOptions, FlowgladSettings, Mode, Provider, ProviderName, Stripe,
    StripeOptions, StripeSettings, fake,
};
use crate::values::Timestamp;

const NOW: Timestamp = Timestamp::from_seconds(1_767_225_700);
const SECRET: &str = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

/// A webhook of the vectors, as it was signed.
#[derive(Clone)]
struct Signed {
    provider: ProviderName,
    secret: String,
    at: Timestamp,
    headers: HeaderMap,
    body: String,
}

impl Signed {
    /// `None` for what isn't a webhook: Creem signs addresses too.
    fn read(vector: &Value) -> Option<Self> {
        let header = |(name, value): (&String, &Value)| {
            (name.parse::<HeaderName>().unwrap(), value.as_str().unwrap().parse::<HeaderValue>().unwrap())
        };
        Some(Self {
            provider: vector["provider"].as_str().unwrap().parse().unwrap(),
            secret: vector["secret"].as_str()?.to_owned(),
            at: vector["timestamp"].as_i64().map_or(NOW, Timestamp::from_seconds),
            headers: vector["headers"].as_object()?.iter().map(header).collect(),
            body: vector["payload"].as_str()?.to_owned(),
        })
    }

    fn verify(&self) -> Result<(), SignatureRefused> {
        let (body, now) = (self.body.as_bytes(), self.at);
        match self.provider {
            ProviderName::Stripe => {
                let header = self.headers.get("stripe-signature").map(|value| value.to_str().unwrap());
                verify_stripe(&self.secret, header, body, now, TOLERANCE)
            }
            ProviderName::Creem => verify_creem(&self.secret, &self.headers, body, now, TOLERANCE),
            ProviderName::Flowglad => verify_svix(&self.secret, &self.headers, body, now, TOLERANCE),
        }
    }

    /// The change by which a provider's library came to refuse it.
    fn changed(&self, case: &str) -> Self {
        let mut changed = self.clone();
        match case {
            "tampered body" => changed.body.push(' '),
            "wrong secret" => changed.secret = format!("{}x", self.secret),
            "secret without whsec_" => changed.secret = self.secret.replace("whsec_", ""),
            "missing header" | "missing svix-id" => {
                let name =
                    changed.headers.keys().find(|name| !case.contains("svix") || name.as_str() == "svix-id").unwrap().clone();
                changed.headers.remove(name);
            }
            "wrong signature" => drop(changed.headers.insert("creem-signature", HeaderValue::from_static("00"))),
            "only v0 scheme" => {
                let header = changed.headers["stripe-signature"].to_str().unwrap().replace("v1=", "v0=");
                changed.headers.insert("stripe-signature", header.parse().unwrap());
            }
            "webhook-* header names instead of svix-*" => {
                let renamed = |(name, value): (&HeaderName, &HeaderValue)| {
                    (name.as_str().replace("svix-", "webhook-").parse::<HeaderName>().unwrap(), value.clone())
                };
                changed.headers = self.headers.iter().map(renamed).collect();
            }
            old if old.starts_with("old timestamp") => changed.at = self.at.plus(TOLERANCE).plus(Duration::from_secs(1)),
            other => panic!("the vectors have a case that this test doesn't know: {other}"),
        }
        changed
    }
}

fn vectors(specs: &Specs) -> impl Iterator<Item = &Value> {
    specs.vectors["vectors"].as_array().unwrap().iter()
}

#[test]
fn every_vector_is_believed_or_refused_as_the_file_says() {
    let Some(specs) = &*SPECS else { return };
    let mut refused = 0;
    for vector in vectors(specs) {
        let Some(signed) = Signed::read(vector) else { continue };
        let name = vector["name"].as_str().unwrap_or_default();
        assert_eq!(signed.verify(), Ok(()), "{} {name}", signed.provider);
        if let Some(header) = vector["multi_signature_header"].as_str() {
            let mut several = signed.clone();
            several.headers.insert("stripe-signature", header.parse().unwrap());
            assert_eq!(several.verify(), Ok(()), "several signatures");
        }
        for case in vector["rejected_by_sdk"].as_array().into_iter().flatten() {
            let case = case["case"].as_str().unwrap();
            assert!(signed.changed(case).verify().is_err(), "{} {name}: {case}", signed.provider);
            refused += 1;
        }
    }
    assert!(refused >= 12, "only {refused} cases were found");
}

#[test]
fn the_vectors_redirect_is_signed_as_creem_signs_it_in_both_ways() {
    let Some(specs) = &*SPECS else { return };
    let redirect = vectors(specs).find(|vector| vector["query"].is_string()).unwrap();
    let pairs: Vec<(&str, &str)> = redirect["query"].as_str().unwrap().split('&').filter_map(|pair| pair.split_once('=')).collect();
    let key = redirect["api_key"].as_str().unwrap();
    assert_eq!(creem_redirect_signature(key, &pairs), redirect["signature"].as_str().unwrap());
    let older = redirect["older_docs_variant"]["signature"].as_str().unwrap();
    assert_eq!(creem_sorted_redirect_signature(key, &pairs), older);
}

#[tokio::test]
async fn every_sample_event_is_as_documented_and_is_translated() {
    let Some(specs) = &*SPECS else { return };
    for provider in ProviderName::ALL {
        let adapter = adapter(provider);
        let samples = specs.samples[provider.as_str()].as_array().unwrap();
        assert!(samples.len() >= 8, "{provider} has {} samples", samples.len());
        for sample in samples {
            let event = sample.get("body").unwrap_or(sample);
            assert_event(provider, event);
            let body = event.to_string().into_bytes();
            if let Err(error) = adapter.read(&signed(provider, &body), &body, NOW) {
                panic!("{provider}: {error}: {event}");
            }
        }
    }
}

fn signed(provider: ProviderName, body: &[u8]) -> HeaderMap {
    let headers = match provider {
        ProviderName::Stripe => vec![("stripe-signature", stripe_header(SECRET, NOW, body))],
        ProviderName::Creem => vec![("creem-signature", creem_header(SECRET, body))],
        ProviderName::Flowglad => svix_headers(SECRET, "msg_1", NOW, body).unwrap().into(),
    };
    headers.into_iter().map(|(name, value)| (HeaderName::from_static(name), value.parse::<HeaderValue>().unwrap())).collect()
}

/// An adapter that reads; nothing is listening at its address.
fn adapter(provider: ProviderName) -> Box<dyn Provider> {
    let (key, webhook_secret, checkout_origin) = ("sk_test_known_to_nobody".to_owned(), SECRET.to_owned(), None);
    let (client, timeout) = (fake::client(), Duration::from_secs(1));
    let address = |api: &str| Url::parse(api).unwrap();
    match provider {
        ProviderName::Stripe => {
            let (api_base, options) = (address(StripeSettings::API), StripeOptions::default());
            let settings = StripeSettings { secret_key: key, webhook_secret, api_base, checkout_origin, timeout, options };
            Box::new(Stripe::new(settings, client))
        }
        ProviderName::Creem => {
            let (api_base, options) = (address(CreemSettings::api(Mode::Test)), CreemOptions::default());
            let settings = CreemSettings { api_key: key, webhook_secret, api_base, checkout_origin, timeout, options };
            Box::new(Creem::new(settings, client))
        }
        ProviderName::Flowglad => {
            let api_base = address(FlowgladSettings::API);
            let options = FlowgladOptions::default();
            let settings = FlowgladSettings { secret_key: key, webhook_secret, api_base, checkout_origin, timeout, options };
            Box::new(Flowglad::new(settings, client))
        }
    }
}
