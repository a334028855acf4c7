//! Signatures that the providers' own libraries accepted or refused, in `fixtures/webhook-vectors.json`.

use std::collections::BTreeMap;

use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;

use super::*;

#[derive(Deserialize)]
struct Vectors {
    webhooks: Vec<Vector>,
    creem_redirect: Redirect,
}

/// A webhook as it was signed, and the names of the changes that make it a refused one.
#[derive(Clone, Deserialize)]
struct Vector {
    name: String,
    scheme: String,
    secret: String,
    /// In seconds; `None` for a scheme without a time.
    signed_at: Option<i64>,
    headers: BTreeMap<String, String>,
    body: String,
    refused: Vec<String>,
}

#[derive(Deserialize)]
struct Redirect {
    api_key: String,
    query: String,
    signature: String,
}

fn vectors() -> Vectors {
    serde_json::from_str(include_str!("../fixtures/webhook-vectors.json")).unwrap()
}

impl Vector {
    fn signed_at(&self) -> Timestamp {
        Timestamp::from_seconds(self.signed_at.unwrap_or_default())
    }

    fn header_map(&self) -> HeaderMap {
        let pair = |(name, value): (&String, &String)| (name.parse::<HeaderName>().unwrap(), value.parse::<HeaderValue>().unwrap());
        self.headers.iter().map(pair).collect()
    }

    fn verify_at(&self, now: Timestamp) -> Result<(), SignatureRefused> {
        let (headers, body) = (self.header_map(), self.body.as_bytes());
        match self.scheme.as_str() {
            "stripe" => verify_stripe(&self.secret, text(&headers, "stripe-signature"), body, now, TOLERANCE),
            "creem" => verify_creem(&self.secret, &headers, body, now, TOLERANCE),
            "svix" => verify_svix(&self.secret, &headers, body, now, TOLERANCE),
            other => panic!("no such scheme: {other}"),
        }
    }

    fn rename_headers(&mut self, from: &str, to: &str) {
        self.headers = self.headers.iter().map(|(name, value)| (name.replace(from, to), value.clone())).collect();
    }

    /// What becomes of it after the change that `case` names.
    fn refusal(&self, case: &str) -> Result<(), SignatureRefused> {
        let mut changed = self.clone();
        let mut now = self.signed_at();
        match case {
            "changed body" => changed.body = changed.body.replacen("\"id\":\"", "\"id\":\"x", 1),
            "stale" => now = now.plus(Duration::from_secs(301)),
            "ahead" => now = now.minus(Duration::from_secs(301)),
            "other secret" => changed.secret = format!("whsec_{}", BASE64.encode(b"not the one that signed")),
            "bare secret" => changed.secret = changed.secret.replace("whsec_", ""),
            "only v0" => changed.headers.values_mut().for_each(|value| *value = value.replace("v1=", "v0=")),
            "no header" => drop(changed.headers.pop_first()),
            "other signature" => drop(changed.headers.insert("creem-signature".into(), "0".repeat(64))),
            "standard header names" => changed.rename_headers("svix-", "webhook-"),
            other => panic!("no such case: {other}"),
        }
        if case == "other signature" && changed.headers.contains_key("webhook-signature") {
            changed.headers.insert("webhook-signature".into(), format!("v1,{}", BASE64.encode(&[0; 32])));
        }
        changed.verify_at(now)
    }
}

#[test]
fn what_a_provider_signed_is_believed() {
    for vector in vectors().webhooks {
        assert_eq!(vector.verify_at(vector.signed_at()), Ok(()), "{}", vector.name);
    }
}

#[test]
fn what_a_providers_library_refuses_is_refused_and_says_why() {
    for vector in vectors().webhooks {
        for case in &vector.refused {
            let why = match case.as_str() {
                "stale" | "ahead" => SignatureRefused::Stale,
                "no header" | "standard header names" => SignatureRefused::Missing,
                "bare secret" => SignatureRefused::Secret,
                _ => SignatureRefused::Wrong,
            };
            assert_eq!(vector.refusal(case), Err(why), "{}: {case}", vector.name);
        }
    }
}

#[test]
fn what_we_sign_is_what_the_provider_signs() {
    for vector in vectors().webhooks {
        let (secret, at, body) = (&vector.secret, vector.signed_at(), vector.body.as_bytes());
        let made: Vec<(&str, String)> = match vector.scheme.as_str() {
            "stripe" => vec![("stripe-signature", stripe_header(secret, at, body))],
            "svix" => svix_headers(secret, &vector.headers["svix-id"], at, body).unwrap().into(),
            _ if vector.headers.contains_key("webhook-id") => {
                standard_headers(secret, &vector.headers["webhook-id"], at, body).unwrap().into()
            }
            _ => vec![("creem-signature", creem_header(secret, body))],
        };
        for (name, value) in made {
            let sent = vector.headers[name].replace("v1=deadbeef,", "");
            assert_eq!(value, sent, "{}", vector.name);
        }
    }
}

#[test]
fn one_changed_byte_anywhere_is_noticed() {
    let (secret, at, body) = ("whsec_anything", Timestamp::from_seconds(1_767_225_600), b"{\"id\":\"evt_1\"}");
    let header = stripe_header(secret, at, body);
    for place in 0..body.len() {
        let mut changed = body.to_vec();
        changed[place] ^= 1;
        let answer = verify_stripe(secret, Some(&header), &changed, at, TOLERANCE);
        assert_eq!(answer, Err(SignatureRefused::Wrong), "byte {place}");
    }
}

#[test]
fn a_stripe_webhook_is_good_for_five_minutes_and_from_a_clock_ahead() {
    let (secret, at) = ("whsec_anything", Timestamp::from_seconds(1_767_225_600));
    let header = stripe_header(secret, at, b"{}");
    let answer = |now| verify_stripe(secret, Some(&header), b"{}", now, TOLERANCE);
    assert_eq!(answer(at.plus(TOLERANCE)), Ok(()));
    assert_eq!(answer(at.plus(TOLERANCE).plus(Duration::from_millis(1))), Err(SignatureRefused::Stale));
    assert_eq!(answer(at.minus(Duration::from_hours(1))), Ok(()));
}

#[test]
fn a_stripe_header_without_its_form_is_refused() {
    let now = Timestamp::from_seconds(1_767_225_600);
    for (header, why) in [
        ("", SignatureRefused::Malformed),
        ("v1=00", SignatureRefused::Malformed),
        ("t=soon,v1=00", SignatureRefused::Malformed),
        ("t=1767225600", SignatureRefused::Wrong),
        ("t=1767225600,v1=", SignatureRefused::Wrong),
        ("t=1767225600,v1=not hex", SignatureRefused::Wrong),
    ] {
        assert_eq!(verify_stripe("whsec_x", Some(header), b"{}", now, TOLERANCE), Err(why), "{header}");
    }
}

#[test]
fn a_creem_signature_may_be_capitals_behind_a_prefix_under_either_name() {
    let signature = format!("SHA256={}", creem_header("secret", b"{}").to_uppercase());
    let now = Timestamp::from_millis(0);
    for name in ["creem-signature", "x-creem-signature"] {
        let headers: HeaderMap =
            [(name.parse::<HeaderName>().unwrap(), signature.parse::<HeaderValue>().unwrap())].into_iter().collect();
        assert_eq!(verify_creem("secret", &headers, b"{}", now, TOLERANCE), Ok(()), "{name}");
        assert_eq!(verify_creem("secret", &headers, b"{} ", now, TOLERANCE), Err(SignatureRefused::Wrong), "{name}");
    }
}

#[test]
fn a_svix_clock_may_run_a_minute_ahead_and_one_of_several_signatures_is_enough() {
    let (secret, at) = ("whsec_MDEyMzQ1Njc4OWFiY2RlZg==", Timestamp::from_seconds(1_767_225_600));
    let [id, seconds, (name, signature)] = svix_headers(secret, "msg_1", at, b"{}").unwrap();
    let sent = [id, seconds, (name, format!("v1,AAAA v2,xyz {signature}"))];
    let headers: HeaderMap = sent
        .map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.parse::<HeaderValue>().unwrap()))
        .into_iter()
        .collect();
    let answer = |now| verify_svix(secret, &headers, b"{}", now, TOLERANCE);
    assert_eq!(answer(at.minus(SVIX_AHEAD)), Ok(()));
    assert_eq!(answer(at.minus(SVIX_AHEAD).minus(Duration::from_millis(1))), Err(SignatureRefused::Stale));
}

#[test]
fn a_creem_redirect_is_signed_over_what_it_carries() {
    let redirect = vectors().creem_redirect;
    let pairs: Vec<(&str, &str)> = redirect.query.split('&').filter_map(|pair| pair.split_once('=')).collect();
    assert_eq!(creem_redirect_signature(&redirect.api_key, &pairs), redirect.signature);
    let with_empty = [pairs.as_slice(), &[("subscription_id", "")]].concat();
    assert_eq!(creem_redirect_signature(&redirect.api_key, &with_empty), redirect.signature);
}
