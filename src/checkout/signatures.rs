//! The providers' webhook signatures: made and checked over the raw bytes, compared in constant time.
//! Pure, and shared with the sandbox; knows nothing of what the bytes say.

use std::fmt;
use std::time::Duration;

use data_encoding::{BASE64, HEXLOWER};
use hmac::{Hmac, KeyInit, Mac};
use http::HeaderMap;
use sha2::{Digest, Sha256};

use crate::values::Timestamp;

#[cfg(test)]
mod tests;

/// How old a signed webhook may be. Every provider that dates its signatures uses this.
pub const TOLERANCE: Duration = Duration::from_mins(5);

/// How far ahead of ours Svix lets its clock run.
const SVIX_AHEAD: Duration = Duration::from_mins(1);

const SECRET_PREFIX: &str = "whsec_";

/// How long a Standard Webhooks key is, in bytes.
const STANDARD_KEY: std::ops::RangeInclusive<usize> = 24..=64;

/// Why a webhook isn't believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignatureRefused {
    /// A header that the scheme needs isn't there.
    Missing,
    /// The headers don't have the scheme's form.
    Malformed,
    /// Nothing was compared: the secret that we were given is no secret of this scheme.
    Secret,
    /// Signed with another secret, or the body was changed.
    Wrong,
    /// Rightly signed, but too long ago, or by a clock that runs ahead.
    Stale,
}

impl SignatureRefused {
    /// For the log, behind "the webhook's signature was refused".
    #[must_use]
    pub const fn reason(self) -> &'static str {
        match self {
            Self::Missing => "it has none",
            Self::Malformed => "it has not the form that it should have",
            Self::Secret => "the webhook secret is not whsec_ and base64",
            Self::Wrong => "another secret made it, or the body was changed",
            Self::Stale => "it was made too long ago, or a clock is wrong",
        }
    }
}

impl fmt::Display for SignatureRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.reason())
    }
}

impl std::error::Error for SignatureRefused {}

/// The value of `Stripe-Signature`. The key is the whole text of the secret, `whsec_` included.
#[must_use]
pub fn stripe_header(secret: &str, at: Timestamp, body: &[u8]) -> String {
    let seconds = at.seconds().to_string();
    let signature = hmac(secret.as_bytes(), &[seconds.as_bytes(), b".", body]);
    format!("t={seconds},v1={}", HEXLOWER.encode(&signature.finalize().into_bytes()))
}

/// Checks a `Stripe-Signature`. One fitting `v1` among several is enough, as Stripe sends two while a secret is rolled;
/// other schemes are passed over. Only age counts: Stripe lets a time in the future pass.
pub fn verify_stripe(
    secret: &str,
    header: Option<&str>,
    body: &[u8],
    now: Timestamp,
    tolerance: Duration,
) -> Result<(), SignatureRefused> {
    let header = header.ok_or(SignatureRefused::Missing)?;
    let parts = || header.split(',').filter_map(|part| part.trim().split_once('='));
    let (_, seconds) = parts().find(|(name, _)| *name == "t").ok_or(SignatureRefused::Malformed)?;
    let signed_at = parse_seconds(seconds)?;
    let mac = hmac(secret.as_bytes(), &[seconds.as_bytes(), b".", body]);
    let signatures = parts().filter(|(scheme, _)| *scheme == "v1").filter_map(|(_, hex)| decode_hex(hex));
    one_fits(&mac, signatures)?;
    if now.since(signed_at) > tolerance { Err(SignatureRefused::Stale) } else { Ok(()) }
}

/// The value of `creem-signature`. It carries no time: a repeat is known by its event's id alone.
#[must_use]
pub fn creem_header(secret: &str, body: &[u8]) -> String {
    HEXLOWER.encode(&hmac(secret.as_bytes(), &[body]).finalize().into_bytes())
}

/// Checks Creem's own scheme, or the Standard Webhooks one in its place where all three of that one's headers are there.
pub fn verify_creem(
    secret: &str,
    headers: &HeaderMap,
    body: &[u8],
    now: Timestamp,
    tolerance: Duration,
) -> Result<(), SignatureRefused> {
    if let Ok(signed) = Dated::from_headers(headers, &STANDARD_HEADERS) {
        let key =
            BASE64.decode(secret.strip_prefix(SECRET_PREFIX).unwrap_or(secret).as_bytes()).map_err(|_| SignatureRefused::Secret)?;
        return signed.verify(&key, body, now, tolerance, tolerance);
    }
    let header =
        text(headers, "creem-signature").or_else(|| text(headers, "x-creem-signature")).ok_or(SignatureRefused::Missing)?;
    let header = header.trim().to_ascii_lowercase();
    let signature = decode_hex(header.strip_prefix("sha256=").unwrap_or(&header)).ok_or(SignatureRefused::Malformed)?;
    one_fits(&hmac(secret.as_bytes(), &[body]), [signature])
}

/// The headers of a webhook by the Standard Webhooks scheme. Creem may send them in place of its own; reports about mail always have them.
pub fn standard_headers(
    secret: &str,
    id: &str,
    at: Timestamp,
    body: &[u8],
) -> Result<[(&'static str, String); 3], SignatureRefused> {
    dated_headers(STANDARD_HEADERS, secret, id, at, body)
}

/// Checks a webhook by the Standard Webhooks scheme. Several signatures may stand in the header; one that fits is enough.
pub fn verify_standard(
    secret: &str,
    headers: &HeaderMap,
    body: &[u8],
    now: Timestamp,
    tolerance: Duration,
) -> Result<(), SignatureRefused> {
    let signed = Dated::from_headers(headers, &STANDARD_HEADERS)?;
    signed.verify(&svix_key(secret)?, body, now, tolerance, tolerance)
}

/// Whether a text is a secret of the scheme that Svix and Standard Webhooks share: `whsec_`, and 24 to 64 bytes in base64.
#[must_use]
pub fn is_standard_secret(text: &str) -> bool {
    svix_key(text).is_ok_and(|key| STANDARD_KEY.contains(&key.len()))
}

/// The headers of a webhook that Svix delivers for Flowglad. The key is what stands in base64 behind `whsec_`.
pub fn svix_headers(secret: &str, id: &str, at: Timestamp, body: &[u8]) -> Result<[(&'static str, String); 3], SignatureRefused> {
    dated_headers(SVIX_HEADERS, secret, id, at, body)
}

/// Checks a webhook that Svix delivered. Several signatures may stand in the header; one that fits is enough.
pub fn verify_svix(
    secret: &str,
    headers: &HeaderMap,
    body: &[u8],
    now: Timestamp,
    tolerance: Duration,
) -> Result<(), SignatureRefused> {
    let signed = Dated::from_headers(headers, &SVIX_HEADERS)?;
    signed.verify(&svix_key(secret)?, body, now, tolerance, SVIX_AHEAD)
}

/// The `signature` that Creem adds to the success URL over the pairs before it, in their order; empty ones don't count.
/// A hint for whoever wants one: the shop asks Creem instead.
#[must_use]
pub fn creem_redirect_signature(api_key: &str, pairs: &[(&str, &str)]) -> String {
    let mut hash = Sha256::new();
    for pair in signed_pairs(pairs) {
        hash.update(format!("{pair}|"));
    }
    hash.update(format!("salt={api_key}"));
    HEXLOWER.encode(&hash.finalize())
}

/// The same `signature` as Creem's documents told it earlier: by the API key, over the pairs sorted by name.
#[must_use]
pub fn creem_sorted_redirect_signature(api_key: &str, pairs: &[(&str, &str)]) -> String {
    let mut pairs: Vec<String> = signed_pairs(pairs).collect();
    pairs.sort_unstable();
    HEXLOWER.encode(&hmac(api_key.as_bytes(), &[pairs.join("&").as_bytes()]).finalize().into_bytes())
}

fn signed_pairs(pairs: &[(&str, &str)]) -> impl Iterator<Item = String> {
    let is_signed = |(name, value): &&(&str, &str)| *name != "signature" && !matches!(*value, "" | "null");
    pairs.iter().filter(is_signed).map(|(name, value)| format!("{name}={value}"))
}

/// Where the id, the time and the signatures of a dated webhook stand.
type HeaderNames = [&'static str; 3];
const STANDARD_HEADERS: HeaderNames = ["webhook-id", "webhook-timestamp", "webhook-signature"];
const SVIX_HEADERS: HeaderNames = ["svix-id", "svix-timestamp", "svix-signature"];

/// The scheme that Svix and Standard Webhooks share: `v1,<base64>` over `id.seconds.body`.
struct Dated<'a> {
    id: &'a str,
    seconds: &'a str,
    signatures: &'a str,
}

impl<'a> Dated<'a> {
    fn from_headers(headers: &'a HeaderMap, [id, seconds, signatures]: &HeaderNames) -> Result<Self, SignatureRefused> {
        let found = |name| text(headers, name).ok_or(SignatureRefused::Missing);
        Ok(Self { id: found(id)?, seconds: found(seconds)?, signatures: found(signatures)? })
    }

    fn verify(&self, key: &[u8], body: &[u8], now: Timestamp, late: Duration, ahead: Duration) -> Result<(), SignatureRefused> {
        let signed_at = parse_seconds(self.seconds)?;
        let mac = hmac(key, &[self.id.as_bytes(), b".", self.seconds.as_bytes(), b".", body]);
        let signatures = self.signatures.split(' ').filter_map(|signature| signature.strip_prefix("v1,"));
        one_fits(&mac, signatures.filter_map(|signature| BASE64.decode(signature.as_bytes()).ok()))?;
        if now.since(signed_at) > late || signed_at.since(now) > ahead { Err(SignatureRefused::Stale) } else { Ok(()) }
    }
}

fn dated_headers(
    [id_name, seconds_name, signature_name]: HeaderNames,
    secret: &str,
    id: &str,
    at: Timestamp,
    body: &[u8],
) -> Result<[(&'static str, String); 3], SignatureRefused> {
    let seconds = at.seconds().to_string();
    let mac = hmac(&svix_key(secret)?, &[id.as_bytes(), b".", seconds.as_bytes(), b".", body]);
    let signature = format!("v1,{}", BASE64.encode(&mac.finalize().into_bytes()));
    Ok([(id_name, id.to_owned()), (seconds_name, seconds), (signature_name, signature)])
}

fn svix_key(secret: &str) -> Result<Vec<u8>, SignatureRefused> {
    let encoded = secret.strip_prefix(SECRET_PREFIX).ok_or(SignatureRefused::Secret)?;
    BASE64.decode(encoded.as_bytes()).map_err(|_| SignatureRefused::Secret)
}

#[expect(clippy::expect_used, reason = "HMAC takes a key of any length")]
fn hmac(key: &[u8], parts: &[&[u8]]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
    for part in parts {
        mac.update(part);
    }
    mac
}

/// Whether one of `signatures` is the right one; each comparison takes the same time wherever it differs.
fn one_fits(mac: &Hmac<Sha256>, signatures: impl IntoIterator<Item = Vec<u8>>) -> Result<(), SignatureRefused> {
    let fits = signatures.into_iter().any(|signature| mac.clone().verify_slice(&signature).is_ok());
    if fits { Ok(()) } else { Err(SignatureRefused::Wrong) }
}

fn parse_seconds(text: &str) -> Result<Timestamp, SignatureRefused> {
    text.parse().map(Timestamp::from_seconds).map_err(|_| SignatureRefused::Malformed)
}

fn decode_hex(text: &str) -> Option<Vec<u8>> {
    HEXLOWER.decode(text.as_bytes()).ok()
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}
