//! A checkout session of ours: one opening of a provider's hosted page for an order. An order may have had several.

use std::time::Duration;

use url::Url;

use super::provider::{Fact, ProviderName, ProviderSessionId};
use crate::values::{CheckoutSessionId, OrderId, Timestamp};

/// Stripe's longest, and Flowglad's only, life of a session.
const LIFETIME: Duration = Duration::from_hours(24);

/// How long after the last answer the provider is asked again, in seconds. A session lives a day, and a payment under way can take several
/// more, so the last pause repeats until the answer is final.
const PAUSES_SECONDS: [u64; 8] = [30, 60, 120, 300, 900, 1_800, 3_600, 10_800];

/// When the provider is asked what came of something that it was just told to do.
const SOON: Duration = Duration::from_secs(5);

/// How often a paid session is asked about, and for how long after it was made.
const SHORTEST_CLOSE_WATCH: Duration = Duration::from_mins(5);
const SHORTEST_LOOSE_WATCH: Duration = Duration::from_hours(24);
const LONGEST_WATCH: Duration = Duration::from_hours(7 * 24);
const WATCHED_FOR: Duration = Duration::from_hours(180 * 24);

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckoutSession {
    /// The idempotency key of opening it.
    pub id: CheckoutSessionId,
    pub version: i64,
    pub order_id: OrderId,
    pub provider: ProviderName,
    /// What the provider calls it and where it is paid; `None` until the provider has answered, which a crash can prevent.
    pub opened: Option<Opened>,
    /// Places that a client named to come back to; `None` for the shop's own pages.
    pub client_urls: Option<ClientUrls>,
    pub expires_at: Timestamp,
    /// When the provider is to be asked next; `None` once its answer is final.
    pub next_check_at: Option<Timestamp>,
    pub checks: i64,
    pub created_at: Timestamp,
}

/// How what may still become of a payment is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watch {
    /// By asking alone.
    Close,
    /// The provider tells of it; asking finds it where its word was lost.
    Loose,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    pub provider_id: ProviderSessionId,
    pub url: Url,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientUrls {
    pub success: Url,
    pub cancel: Url,
}

impl CheckoutSession {
    /// A session to be opened for `order_id`; it is checked on soon, in case its opening is cut short.
    #[must_use]
    pub fn promised(
        id: CheckoutSessionId,
        order_id: OrderId,
        provider: ProviderName,
        client_urls: Option<ClientUrls>,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            version: 1,
            order_id,
            provider,
            opened: None,
            client_urls,
            expires_at: now.plus(LIFETIME),
            next_check_at: Some(now.plus(pause(0))),
            checks: 0,
            created_at: now,
        }
    }

    /// The provider has answered with its page.
    #[must_use]
    pub fn opened(&self, opened: Opened, expires_at: Option<Timestamp>) -> Self {
        Self { opened: Some(opened), expires_at: expires_at.unwrap_or(self.expires_at), ..self.clone() }
    }

    /// Whoever asks now takes the turn: the next is after the pause, should this one come to nothing.
    #[must_use]
    pub fn checking(&self, now: Timestamp) -> Self {
        Self { next_check_at: Some(now.plus(pause(self.checks))), checks: self.checks.saturating_add(1), ..self.clone() }
    }

    /// Paid, and the money may still go back: asked about again after an eighth of its age, for half a year.
    #[must_use]
    pub fn watched(&self, watch: Watch, now: Timestamp) -> Self {
        let age = now.since(self.created_at);
        let shortest = match watch {
            Watch::Close => SHORTEST_CLOSE_WATCH,
            Watch::Loose => SHORTEST_LOOSE_WATCH,
        };
        let pause = (age / 8).clamp(shortest, LONGEST_WATCH);
        Self { next_check_at: (age < WATCHED_FOR).then(|| now.plus(pause)), ..self.clone() }
    }

    /// Something was just asked of the provider that only asking again tells the end of.
    #[must_use]
    pub fn asked_soon(&self, now: Timestamp) -> Self {
        Self { next_check_at: Some(now.plus(SOON)), ..self.clone() }
    }

    /// The provider's answer can't change any more by itself: nobody needs to ask again.
    #[must_use]
    pub fn settled(&self) -> Self {
        Self { next_check_at: None, ..self.clone() }
    }
}

impl Fact {
    /// The session can no longer be paid, and was not.
    #[must_use]
    pub const fn ends_session(&self) -> bool {
        match self {
            Self::Failed | Self::Expired => true,
            Self::Open
            | Self::Processing
            | Self::Declined
            | Self::Paid { .. }
            | Self::Free
            | Self::Refunded { .. }
            | Self::Disputed
            | Self::DisputeWon
            | Self::DisputeLost
            | Self::Subscription(_) => false,
        }
    }

    /// Money came or went: the payment that is named beside it is one that counts. An attempt that failed or is under way names a payment
    /// too, which may come to nothing.
    #[must_use]
    pub const fn is_of_money(&self) -> bool {
        match self {
            Self::Paid { .. } | Self::Refunded { .. } | Self::Disputed | Self::DisputeWon | Self::DisputeLost => true,
            Self::Open | Self::Processing | Self::Declined | Self::Free | Self::Failed | Self::Expired | Self::Subscription(_) => {
                false
            }
        }
    }

    /// The session was paid, by money or with nothing to pay.
    #[must_use]
    pub const fn is_of_payment(&self) -> bool {
        self.is_of_money() || matches!(self, Self::Free)
    }
}

fn pause(checks: i64) -> Duration {
    let place = usize::try_from(checks).unwrap_or(0).min(PAUSES_SECONDS.len() - 1);
    Duration::from_secs(PAUSES_SECONDS.get(place).copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::values::Entropy;

    struct Zeros;
    impl Entropy for Zeros {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    fn promised(now: Timestamp) -> CheckoutSession {
        let (id, order_id) = (CheckoutSessionId::random(&Zeros), OrderId::random(&Zeros));
        CheckoutSession::promised(id, order_id, ProviderName::Stripe, None, now)
    }

    #[test]
    fn a_paid_session_is_watched_for_half_a_year_and_more_seldom_where_words_are_told() {
        for (watch, shortest, questions) in
            [(Watch::Close, SHORTEST_CLOSE_WATCH, 60..90), (Watch::Loose, SHORTEST_LOOSE_WATCH, 35..50)]
        {
            let mut session = promised(Timestamp::from_seconds(0)).watched(watch, Timestamp::from_seconds(600));
            let mut asked = 0;
            let mut last = Timestamp::from_seconds(600);
            while let Some(due) = session.next_check_at {
                assert!(due.since(last) >= shortest && due.since(last) <= LONGEST_WATCH);
                (last, asked, session) = (due, asked + 1, session.watched(watch, due));
            }
            assert!(last.since(session.created_at) >= WATCHED_FOR);
            assert!(questions.contains(&asked), "{watch:?}: {asked}");
        }
    }

    #[test]
    fn the_provider_is_asked_less_and_less_often_but_never_given_up() {
        let start = Timestamp::from_seconds(0);
        let mut session = promised(start);
        let mut last = Duration::ZERO;
        for _ in 0..20 {
            let due = session.next_check_at.unwrap();
            session = session.checking(due);
            let pause = session.next_check_at.unwrap().since(due);
            assert!(pause >= last, "{pause:?} after {last:?}");
            last = pause;
        }
        assert_eq!(last, Duration::from_hours(3));
        assert_eq!(session.settled().next_check_at, None);
    }
}
