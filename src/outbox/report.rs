//! What whoever carries our mail says of one afterwards, by webhook: believed by its signature, then read. Pure; what follows from it
//! stands in `fate`.

use std::fmt;

use http::HeaderMap;
use serde_json::Value;

use crate::checkout::signatures::{self, SignatureRefused};
use crate::error::Wrong;
use crate::values::{OutboxId, Timestamp};

/// The secret by which such reports are signed.
#[derive(Clone)]
pub struct ReportSecret(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a secret of the Standard Webhooks scheme: whsec_, and 24 to 64 bytes in base64")]
pub struct ReportSecretError;

impl ReportSecret {
    pub fn parse(text: &str) -> Result<Self, ReportSecretError> {
        if signatures::is_standard_secret(text) { Ok(Self(text.to_owned())) } else { Err(ReportSecretError) }
    }
}

impl fmt::Debug for ReportSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ReportSecret(…)")
    }
}

/// One mail, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// The entry that the mail was.
    pub mail: OutboxId,
    pub what: Reported,
    /// When it happened, as the report says; not in the future.
    pub at: Timestamp,
}

/// What can become of a mail that was taken over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reported {
    /// Its mailbox has it.
    Delivered,
    /// Its mailbox will never have it.
    Bounced,
    /// Its mailbox has it, and whoever reads it called it unwanted.
    Complained,
}

/// Why a report isn't taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReportRefused {
    Signature(SignatureRefused),
    /// Rightly signed, and not in the documented shape.
    Malformed(Vec<Wrong>),
}

impl Report {
    /// Believes what one of `secrets` signed, and reads it; `None` for what is none of our business: another's mail, a mail that is only
    /// late, a type that we don't know.
    pub fn read(secrets: &[ReportSecret], headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<Option<Self>, ReportRefused> {
        let verify = |secret: &ReportSecret| signatures::verify_standard(&secret.0, headers, body, now, signatures::TOLERANCE);
        secrets.iter().map(verify).reduce(Result::or).unwrap_or(Err(SignatureRefused::Secret)).map_err(ReportRefused::Signature)?;
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |name: &str| body.get(name).and_then(Value::as_str);
        let malformed = |name: &str, advice: &str| ReportRefused::Malformed(vec![Wrong::new(name, advice)]);
        let kind = text("type").ok_or_else(|| malformed("type", "Say what became of the mail, as in mail.bounced"))?;
        let Some(what) = Reported::of(kind) else { return Ok(None) };
        let message_id = text("message_id").ok_or_else(|| malformed("message_id", "Name the mail by its Message-ID"))?;
        let at = match text("at") {
            Some(at) => moment(at).ok_or_else(|| malformed("at", "Write the moment as in 2026-11-21T10:00:00Z"))?.min(now),
            None => now,
        };
        Ok(entry_named(message_id).map(|mail| Self { mail, what, at }))
    }
}

impl Reported {
    fn of(kind: &str) -> Option<Self> {
        match kind {
            "mail.delivered" => Some(Self::Delivered),
            "mail.bounced" => Some(Self::Bounced),
            "mail.complained" => Some(Self::Complained),
            _ => None,
        }
    }
}

/// The entry whose Message-ID this is, with or without its brackets.
fn entry_named(message_id: &str) -> Option<OutboxId> {
    let (entry, _) = message_id.trim().trim_start_matches('<').split_once('@')?;
    entry.parse().ok()
}

fn moment(text: &str) -> Option<Timestamp> {
    text.parse::<jiff::Timestamp>().ok().map(|at| Timestamp::from_millis(at.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::HeaderValue;

    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_269_720);
    const SECRET: &str = "whsec_cmliYm9uJ3Mgb3duIHNlY3JldCBvZiByZXBvcnRz";
    const OTHER: &str = "whsec_c29tZWJvZHkgZWxzZSdzIHNlY3JldCwgYXMgbG9uZw==";
    const BOUNCED: &str = r#"{"type":"mail.bounced","message_id":"<out_0123456789abcdef@ribbon.example>","at":"2026-11-21T14:00:00Z","reason":"550 5.1.1 no such user"}"#;

    fn secrets() -> [ReportSecret; 2] {
        [OTHER, SECRET].map(|secret| ReportSecret::parse(secret).unwrap())
    }

    fn signed(secret: &str, at: Timestamp, body: &str) -> HeaderMap {
        let headers = signatures::standard_headers(secret, "msg_1", at, body.as_bytes()).unwrap();
        headers.into_iter().map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_str(&value).unwrap())).collect()
    }

    fn read(body: &str) -> Result<Option<Report>, ReportRefused> {
        Report::read(&secrets(), &signed(SECRET, NOW, body), body.as_bytes(), NOW)
    }

    #[test]
    fn a_report_names_a_mail_and_what_became_of_it() {
        let mail: OutboxId = "out_0123456789abcdef".parse().unwrap();
        let at = Timestamp::from_seconds(1_795_269_600);
        assert_eq!(read(BOUNCED), Ok(Some(Report { mail: mail.clone(), what: Reported::Bounced, at })));
        for (kind, what) in [("mail.delivered", Reported::Delivered), ("mail.complained", Reported::Complained)] {
            let body = format!(r#"{{"type":"{kind}","message_id":"out_0123456789abcdef@ribbon.example"}}"#);
            assert_eq!(read(&body), Ok(Some(Report { mail: mail.clone(), what, at: NOW })));
        }
        let ahead = BOUNCED.replace("2026-11-21", "2036-11-21");
        assert_eq!(read(&ahead).unwrap().unwrap().at, NOW, "nothing has happened in the future");
    }

    #[test]
    fn what_is_none_of_our_business_is_no_error() {
        for body in [
            r#"{"type":"mail.deferred","message_id":"<out_0123456789abcdef@ribbon.example>"}"#,
            r#"{"type":"mail.opened"}"#,
            r#"{"type":"mail.bounced","message_id":"<0102018@amazonses.com>"}"#,
            r#"{"type":"mail.bounced","message_id":""}"#,
        ] {
            assert_eq!(read(body), Ok(None), "{body}");
        }
    }

    #[test]
    fn what_is_not_in_the_shape_is_named() {
        for (body, field) in [
            ("", "type"),
            ("[]", "type"),
            ("{\"type\":7}", "type"),
            (r#"{"type":"mail.bounced"}"#, "message_id"),
            (r#"{"type":"mail.bounced","message_id":"out_0123456789abcdef@ribbon.example","at":"yesterday"}"#, "at"),
        ] {
            let Err(ReportRefused::Malformed(wrongs)) = read(body) else { panic!("{body:?} was read") };
            assert_eq!(wrongs.iter().map(|wrong| wrong.field.as_str()).collect::<Vec<_>>(), [field], "{body:?}");
        }
    }

    #[test]
    fn only_what_one_of_the_secrets_signed_just_now_is_believed() {
        let read = |headers: &HeaderMap, body: &str| Report::read(&secrets(), headers, body.as_bytes(), NOW);
        let refused = |why| Err(ReportRefused::Signature(why));
        assert!(read(&signed(OTHER, NOW, BOUNCED), BOUNCED).unwrap().is_some());
        let nobodys = "whsec_bm90IHdoYXQgdGhlIHNob3Agd2FzIHRvbGQ=";
        assert_eq!(read(&signed(nobodys, NOW, BOUNCED), BOUNCED), refused(SignatureRefused::Wrong));
        assert_eq!(read(&HeaderMap::new(), BOUNCED), refused(SignatureRefused::Missing));
        assert_eq!(read(&signed(SECRET, NOW, BOUNCED), &BOUNCED.replace("bounced", "delivered")), refused(SignatureRefused::Wrong));
        for late in [NOW.minus(Duration::from_secs(301)), NOW.plus(Duration::from_secs(301))] {
            assert_eq!(read(&signed(SECRET, late, BOUNCED), BOUNCED), refused(SignatureRefused::Stale));
        }
        assert!(read(&signed(SECRET, NOW.minus(Duration::from_mins(5)), BOUNCED), BOUNCED).unwrap().is_some());
        assert_eq!(Report::read(&[], &signed(SECRET, NOW, BOUNCED), BOUNCED.as_bytes(), NOW), refused(SignatureRefused::Secret));
    }

    #[test]
    fn a_secret_has_the_schemes_form_and_is_not_shown() {
        for wrong in
            ["", "whsec_", "whsec_c2hvcnQ=", "cmliYm9uJ3Mgb3duIHNlY3JldCBvZiByZXBvcnRz", "whsec_not base64 at all, whatever it is"]
        {
            assert!(ReportSecret::parse(wrong).is_err(), "{wrong}");
        }
        assert_eq!(format!("{:?}", ReportSecret::parse(SECRET).unwrap()), "ReportSecret(…)");
    }
}
