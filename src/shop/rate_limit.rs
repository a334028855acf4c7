//! How often something may be tried. An attempt is counted before it is made and taken back when it was no failure, so that a
//! thousand guesses at once are a thousand. The table holds digests: it tells nobody's address.

use std::net::IpAddr;
use std::time::Duration;

use data_encoding::HEXLOWER;

use super::Shop;
use crate::gifts::Gift;
use crate::store::attempts;
use crate::values::Email;
use crate::{Error, Result};

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// How many attempts a bucket holds, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Limit {
    name: &'static str,
    attempts_max: i64,
    window: Duration,
}

impl Limit {
    /// Wrong passwords for one account from one network. From elsewhere its owner still gets in.
    const PASSWORDS: Self = Self::new("passwords", 10, 15 * MINUTE);
    /// Wrong passwords for any account from one network.
    const PASSWORDS_FROM: Self = Self::new("passwords from", 100, 15 * MINUTE);
    /// Wrong passwords in the whole shop. Above it everybody waits a moment, and nobody is refused.
    const PASSWORDS_ANYWHERE: Self = Self::new("passwords anywhere", 500, 15 * MINUTE);
    /// Mails to one address that one network asks for.
    const MAILS: Self = Self::new("mails", 20, HOUR);
    /// Mails to one address, whoever asks. Many networks would have to join to keep its owner from a mail of theirs.
    const MAILS_TO: Self = Self::new("mails to", 60, HOUR);
    /// Mails to anybody that one network asks for.
    const MAILS_FROM: Self = Self::new("mails from", 500, HOUR);
    /// Mails that a buyer has sent with one gift, to whomever.
    const MAILS_OF_GIFT: Self = Self::new("mails of gift", 20, 24 * HOUR);
    const REGISTRATIONS_FROM: Self = Self::new("registrations from", 300, HOUR);
    /// Codes that no gift has, from one network. A code has 120 bits; this keeps the table quiet.
    pub(super) const CODES_FROM: Self = Self::new("codes from", 60, 15 * MINUTE);
    /// Access tokens that there are not, from one network, by the same reason.
    pub(super) const TOKENS_FROM: Self = Self::new("tokens from", 60, 15 * MINUTE);
    /// Promo codes that there are not, from one network. They are words, and can be guessed.
    pub(super) const PROMO_CODES_FROM: Self = Self::new("promo codes from", 60, 15 * MINUTE);
    /// Orders that one network begins: somebody who tries cards makes many.
    pub(super) const CHECKOUTS_FROM: Self = Self::new("checkouts from", 300, HOUR);

    const fn new(name: &'static str, attempts_max: i64, window_seconds: u64) -> Self {
        Self { name, attempts_max, window: Duration::from_secs(window_seconds) }
    }
}

/// What a client is told of, before it is refused: how much of a limit is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Allowance {
    /// Orders that a network begins.
    Checkouts,
    /// Gift codes that no gift has.
    Codes,
    /// Promo codes that there are not.
    PromoCodes,
}

/// A limit, and how one network stands with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    pub max: i64,
    pub window: Duration,
    pub left: i64,
    /// Until all of it is there again.
    pub resets_in: Duration,
}

impl Allowance {
    const fn limit(self) -> Limit {
        match self {
            Self::Checkouts => Limit::CHECKOUTS_FROM,
            Self::Codes => Limit::CODES_FROM,
            Self::PromoCodes => Limit::PROMO_CODES_FROM,
        }
    }

    /// How many attempts there are, and in which time.
    pub const fn policy(self) -> (i64, Duration) {
        (self.limit().attempts_max, self.limit().window)
    }
}

/// How long everybody waits while guesses come from everywhere.
const SLOWED_BY: Duration = Duration::from_secs(1);

/// One counter: a limit, and whom it counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bucket {
    limit: Limit,
    digest: String,
}

impl Shop {
    /// Counts one attempt in each bucket, and refuses it where one of them is full.
    pub(super) async fn attempt(&self, buckets: &[Bucket]) -> Result<()> {
        let now = self.clock.now();
        let mut tx = self.store.begin().await?;
        let mut seconds = None;
        for bucket in in_one_order(buckets) {
            let count = attempts::count(&mut tx, &bucket.digest, bucket.limit.window, now).await?;
            if count.attempts > bucket.limit.attempts_max {
                seconds = seconds.max(Some(count.expires_at.since(now).as_secs().max(1)));
            }
        }
        tx.commit().await?;
        seconds.map_or(Ok(()), |seconds| Err(Error::TooManyAttempts { seconds }))
    }

    /// How much of a limit is left to a network. Asking counts for nothing.
    pub async fn quota(&self, allowance: Allowance, from: IpAddr) -> Result<Quota> {
        let now = self.clock.now();
        let limit = allowance.limit();
        let bucket = self.bucket_of_network(limit, from);
        let count = attempts::look(&mut *self.store.connection().await?, &bucket.digest, now).await?;
        let (used, resets_in) = count.map_or((0, Duration::ZERO), |count| (count.attempts, count.expires_at.since(now)));
        Ok(Quota { max: limit.attempts_max, window: limit.window, left: (limit.attempts_max - used).max(0), resets_in })
    }

    /// The attempt was no failure after all.
    pub(super) async fn forgive(&self, buckets: &[Bucket]) -> Result<()> {
        let mut tx = self.store.begin().await?;
        for bucket in in_one_order(buckets) {
            attempts::forgive(&mut tx, &bucket.digest).await?;
        }
        tx.commit().await?;
        Ok(())
    }

    /// Waits a moment while the bucket is over its limit. It takes from a guesser in many places what no ban could, and from
    /// everybody else a second.
    pub(super) async fn slow_down(&self, bucket: &Bucket) -> Result<()> {
        match self.attempt(std::slice::from_ref(bucket)).await {
            Err(Error::TooManyAttempts { .. }) => tokio::time::sleep(SLOWED_BY).await,
            counted => counted?,
        }
        Ok(())
    }

    /// Where wrong passwords for `email` from one network are counted.
    pub(super) fn password_buckets(&self, email: &Email, from: IpAddr) -> [Bucket; 2] {
        let network = network(from);
        [self.bucket(Limit::PASSWORDS, &[&email.key(), &network]), self.bucket(Limit::PASSWORDS_FROM, &[&network])]
    }

    pub(super) fn passwords_anywhere(&self) -> Bucket {
        self.bucket(Limit::PASSWORDS_ANYWHERE, &[])
    }

    /// Where mails that somebody asked for are counted, sent or not: the answer is the same for an unknown address.
    pub(super) fn mail_buckets(&self, email: &Email, from: IpAddr) -> [Bucket; 3] {
        let network = network(from);
        [
            self.bucket(Limit::MAILS, &[&email.key(), &network]),
            self.bucket(Limit::MAILS_TO, &[&email.key()]),
            self.bucket(Limit::MAILS_FROM, &[&network]),
        ]
    }

    /// Where mails are counted that a buyer has sent by changing a gift.
    pub(super) fn gift_mail_buckets(&self, gift: &Gift, from: IpAddr) -> [Bucket; 4] {
        let [to_it_from_here, to_it, from_here] = self.mail_buckets(&gift.recipient_email, from);
        [to_it_from_here, to_it, from_here, self.bucket(Limit::MAILS_OF_GIFT, &[gift.id.as_str()])]
    }

    pub(super) fn registration_bucket(&self, from: IpAddr) -> Bucket {
        self.bucket_of_network(Limit::REGISTRATIONS_FROM, from)
    }

    pub(super) fn bucket_of_network(&self, limit: Limit, from: IpAddr) -> Bucket {
        self.bucket(limit, &[&network(from)])
    }

    fn bucket(&self, limit: Limit, whom: &[&str]) -> Bucket {
        let parts: Vec<&str> = std::iter::once(limit.name).chain(whom.iter().copied()).collect();
        Bucket { limit, digest: HEXLOWER.encode(&self.secrets.current.sign("attempts", &parts)) }
    }
}

/// Every transaction locks its buckets in the same order, so that no two wait for each other.
fn in_one_order(buckets: &[Bucket]) -> Vec<&Bucket> {
    let mut ordered: Vec<&Bucket> = buckets.iter().collect();
    ordered.sort_by(|one, other| one.digest.cmp(&other.digest));
    ordered
}

/// What counts as one place: an IPv4 address, or the /64 that a household or a server has of IPv6.
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Shop {
        /// As many attempts as the bucket holds.
        pub(in crate::shop) async fn fill(&self, bucket: &Bucket) {
            let mut tx = self.store.begin().await.unwrap();
            for _ in 0..bucket.limit.attempts_max {
                attempts::count(&mut tx, &bucket.digest, bucket.limit.window, self.clock.now()).await.unwrap();
            }
            tx.commit().await.unwrap();
        }
    }

    #[test]
    fn a_place_is_an_ipv4_address_or_the_64_bits_of_an_ipv6_network() {
        let network_of = |text: &str| network(text.parse().unwrap());
        assert_eq!(network_of("192.0.2.1"), "192.0.2.1");
        assert_eq!(network_of("::ffff:192.0.2.1"), "192.0.2.1");
        assert_eq!(network_of("2001:db8:1:2:3:4:5:6"), network_of("2001:db8:1:2::1"));
        assert_ne!(network_of("2001:db8:1:2::1"), network_of("2001:db8:1:3::1"));
    }
}
