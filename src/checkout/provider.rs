//! The vocabulary that every payment provider is translated into, and the trait that an adapter fills in.

use std::fmt;
use std::str::FromStr;

use async_trait::async_trait;
use http::HeaderMap;
use serde::{Deserialize, Serialize};

use crate::catalog::PriceIds;
use crate::error::Cause;
use crate::values::{CheckoutSessionId, Email, Interval, Money, OrderId, Timestamp};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProviderName {
    Stripe,
    Creem,
    Flowglad,
}

impl ProviderName {
    pub const ALL: [Self; 3] = [Self::Stripe, Self::Creem, Self::Flowglad];

    /// As settings, routes and the database write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Stripe => "stripe",
            Self::Creem => "creem",
            Self::Flowglad => "flowglad",
        }
    }
}

impl FromStr for ProviderName {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|name| name.as_str() == text).ok_or_else(|| "a provider is stripe, creem or flowglad".to_owned())
    }
}

impl fmt::Display for ProviderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Whether real money moves. Test and live never meet: an event acts only on an order of its own mode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Test,
    Live,
}

impl Mode {
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Live => "live",
        }
    }
}

impl FromStr for Mode {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "test" => Ok(Self::Test),
            "live" => Ok(Self::Live),
            _ => Err("a mode is test or live".to_owned()),
        }
    }
}

/// A session's id at its provider, `cs_…` or `ch_…`; opaque to us.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProviderSessionId(pub String);

/// What a refund is asked for and a dispute names: a payment intent, a transaction, a payment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PaymentId(pub String);

/// A subscription's id at its provider, `sub_…`; opaque to us.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ProviderSubscriptionId(pub String);

/// Once, or again and again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentMode {
    Payment,
    Subscription,
}

/// One thing on an order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LineItem {
    /// What the buyer reads on the payment page: "Founder, 12 months".
    pub title: String,
    /// The price of one, after any discount of ours.
    pub unit_price: Money,
    pub quantity: u32,
    /// The catalog's ids for it, used where the price is the catalog's own.
    pub price_ids: PriceIds,
    /// False where a promo code made `unit_price` differ from what `price_ids` stand for.
    pub is_list_price: bool,
    /// How often it is paid; `None` for what is sold once.
    pub every: Option<Interval>,
}

impl LineItem {
    #[must_use]
    pub const fn payment_mode(&self) -> PaymentMode {
        match self.every {
            None => PaymentMode::Payment,
            Some(_) => PaymentMode::Subscription,
        }
    }
}

/// A hosted checkout to be opened. Opening it again takes the very same, for a provider refuses one key with two contents.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// Ours; the idempotency key of opening it.
    pub id: CheckoutSessionId,
    /// The only thing of ours that goes into a provider's metadata.
    pub order_id: OrderId,
    pub mode: PaymentMode,
    pub line_items: Vec<LineItem>,
    /// Prefilled for the buyer where the provider can.
    pub buyer_email: Option<Email>,
    /// When the provider shall end it, where it can be told: half an hour to a day ahead.
    pub expires_at: Timestamp,
}

/// Where the provider sends the buyer afterwards. Parsed URLs of the shop's own or a listed origin; what a provider
/// adds to them is not to be believed.
#[derive(Clone, Debug)]
pub struct BackUrls {
    pub success: url::Url,
    pub cancel: url::Url,
}

/// What a provider adds to the address that a buyer comes back to. It never stands for a payment, for whoever holds the address can send it
/// again: it chooses words while the provider itself hasn't answered yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReturnHint {
    /// Nothing is added, or it is about another session.
    None,
    /// The provider signed that this buyer completed its page.
    Completed,
    /// A signature that isn't the provider's.
    Forged,
}

/// A hosted checkout that waits for its buyer.
#[derive(Clone, Debug)]
pub struct OpenSession {
    pub provider_id: ProviderSessionId,
    pub url: url::Url,
    /// When the provider will end it, by its own word.
    pub expires_at: Option<Timestamp>,
}

/// What a provider can do beyond the least.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent abilities, each asked for by its name")]
pub struct Capabilities {
    /// Charges an amount that we name, not only its own prices.
    pub own_price: bool,
    pub partial_refund: bool,
    pub cancel_session: bool,
    /// Sends events for refunds and disputes; where not, they are found by asking alone.
    pub refund_events: bool,
    /// Sends an event when a dispute is decided; where not, that is found by asking alone.
    pub dispute_ends: bool,
}

/// One thing that a provider says has happened. What is paid is net of tax and fees that the provider put on top of our price,
/// so that it compares with the order's total.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "fact", rename_all = "snake_case")]
pub enum Fact {
    /// The session still waits for its buyer.
    Open,
    /// Money is under way and not there yet (bank debits).
    Processing,
    /// One attempt failed; the buyer may try again.
    Declined,
    Paid {
        amount: Money,
    },
    /// Completed with nothing to pay.
    Free,
    /// A delayed payment came to nothing.
    Failed,
    /// The session can no longer be paid.
    Expired,
    /// `total` is everything refunded of the payment so far, the provider's cumulative figure, tax on top included;
    /// `whole` where nothing is left of it.
    Refunded {
        total: Money,
        whole: bool,
    },
    /// A dispute is open, at whatever stage.
    Disputed,
    /// It ended in our favour, or was none after all.
    DisputeWon,
    /// The bank gave the money back.
    DisputeLost,
    /// How a subscription stands.
    Subscription(SubscriptionSeen),
}

/// A subscription as its provider sees it at the moment of the event. A whole picture and no change: one that was missed is made up for by
/// the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubscriptionSeen {
    pub status: SubscriptionStatus,
    /// The end of the period that was paid last, where the provider says.
    pub paid_until: Option<Timestamp>,
    /// When it is to end, where somebody has cancelled it at the period's end; when it ended, where it has.
    pub ends_at: Option<Timestamp>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubscriptionStatus {
    /// Its first payment is still to come.
    Incomplete,
    /// Paid, or on trial.
    Active,
    /// A renewal failed, and the provider tries again.
    PastDue,
    Paused,
    /// For good.
    Ended,
}

impl Fact {
    /// For logs and the record of events.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Processing => "processing",
            Self::Declined => "declined",
            Self::Paid { .. } => "paid",
            Self::Free => "free",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Refunded { .. } => "refunded",
            Self::Disputed => "disputed",
            Self::DisputeWon => "dispute_won",
            Self::DisputeLost => "dispute_lost",
            Self::Subscription(_) => "subscription",
        }
    }
}

/// What a provider tells us by webhook, or what we read when we ask it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderEvent {
    pub provider: ProviderName,
    pub mode: Mode,
    /// The provider's id of the event; `None` for what we read by asking.
    pub event_id: Option<String>,
    /// The provider's own name for what happened, recorded as it came.
    pub kind: String,
    pub session: Option<ProviderSessionId>,
    /// For what is paid again and again, only the payment of the session itself: a renewal's is no order's.
    pub payment: Option<PaymentId>,
    pub subscription: Option<ProviderSubscriptionId>,
    /// The order that the metadata names. A hint: session or payment must fit as well.
    pub order_id: Option<OrderId>,
    pub occurred_at: Timestamp,
    /// In the order in which they are to be applied; empty for an event that says nothing to us.
    pub facts: Vec<Fact>,
}

/// A verified webhook: it may say too little and need completing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub event: ProviderEvent,
    /// The provider's id of what it must be asked about before `event` says enough.
    pub incomplete: Option<String>,
}

/// How much of a payment is given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refund {
    /// Everything that is left of it, with the tax and fees that the provider put on top.
    Whole,
    Part(Money),
}

/// When a cancelled subscription ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelWhen {
    Now,
    AtPeriodEnd,
}

/// Why a provider did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// The signature is missing, stale or wrong, or the body isn't what was signed.
    #[error("the webhook's signature was refused: {0}")]
    Signature(&'static str),
    /// Not reached, too slow, a 5xx, or an answer that makes no sense. Asking again may help.
    #[error("the provider can't be reached or makes no sense: {0:?}")]
    Unavailable(Cause),
    /// The provider understood and refuses: wrong key, unknown price, amount too small. The operator must act, and the text
    /// says how; it quotes neither secrets nor what people typed.
    #[error("the provider refuses: {0}")]
    Refused(String),
    /// It doesn't know what we asked about.
    #[error("the provider doesn't know it")]
    Unknown,
}

/// A payment provider behind the one vocabulary. An adapter only translates: no rule of ours stands in it.
#[async_trait]
pub trait Provider: Send + Sync {
    fn name(&self) -> ProviderName;

    /// By the key that it was given.
    fn mode(&self) -> Mode;

    fn capabilities(&self) -> Capabilities;

    /// Whether it charges just this, once: an amount of ours must not be below its least, nor finer than it counts.
    fn can_charge(&self, amount: Money) -> bool;

    /// The origin of its hosted pages, for the `form-action` of our pages' CSP.
    fn checkout_origins(&self) -> Vec<String>;

    /// Opens a hosted checkout. Repeating it with the same session id opens no second one where the provider can tell.
    async fn open(&self, session: &NewSession, back: &BackUrls) -> Result<OpenSession, ProviderError>;

    /// What the query says with which a buyer came back from that session.
    fn return_hint(&self, session: &ProviderSessionId, query: &str) -> ReturnHint;

    /// Verifies a webhook and translates what its bytes say. Pure: same bytes, same answer.
    fn read(&self, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<Notice, ProviderError>;

    /// Fetches what a notice left out; at once for a provider whose events say everything.
    async fn complete(&self, notice: Notice) -> Result<ProviderEvent, ProviderError>;

    /// Asks what became of a session, its refunds and disputes included.
    async fn retrieve(&self, session: &ProviderSessionId, now: Timestamp) -> Result<ProviderEvent, ProviderError>;

    /// Ends a session that is still open, so that it can't be paid any more. One that has ended by itself is no error.
    async fn cancel(&self, session: &ProviderSessionId) -> Result<(), ProviderError>;

    /// Gives a payment back; the same `key` gives it back once. That it was accepted is not yet that it was done: the provider says so in
    /// an event.
    async fn refund(&self, payment: &PaymentId, refund: Refund, key: &str) -> Result<(), ProviderError>;

    /// Asks how a subscription stands.
    async fn retrieve_subscription(
        &self,
        subscription: &ProviderSubscriptionId,
        now: Timestamp,
    ) -> Result<ProviderEvent, ProviderError>;

    /// Ends a subscription, so that nothing more is charged. One that has ended is no error.
    async fn cancel_subscription(&self, subscription: &ProviderSubscriptionId, when: CancelWhen) -> Result<(), ProviderError>;
}
