//! Stripe as a test scripts it: what it knows stands in memory, and what it tells us goes through the real webhook route, signed.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use http::HeaderMap;
use serde_json::{Value, json};
use url::Url;

use crate::checkout::{
    BackUrls, CancelWhen, Capabilities, Fact, Mode, NewSession, Notice, OpenSession, PROVIDER_TIMEOUT, PaymentId, Provider,
    ProviderError, ProviderEvent, ProviderName, ProviderSessionId, ProviderSubscriptionId, Refund, ReturnHint, Stripe,
    StripeOptions, StripeSettings,
};
use crate::values::{Money, Timestamp};

pub const WEBHOOK_SECRET: &str = "whsec_of_the_journeys";
/// Where buyers pay.
pub const HOSTED: &str = "https://checkout.stripe.test";

/// What happens at the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    Paid,
    /// Another amount than was asked for, in minor units.
    PaidInstead(i64),
    /// A bank debit is under way.
    Processing,
    /// It came to nothing.
    Failed,
    Declined,
    Expired,
    RefundedInPart(i64),
    Refunded,
    Disputed,
    DisputeWon,
    DisputeLost,
}

/// One hosted checkout, and what became of it.
#[derive(Clone, Debug)]
pub struct Hosted {
    pub id: String,
    pub asked: NewSession,
    pub back: BackUrls,
    status: &'static str,
    payment_status: &'static str,
    paid: Option<Money>,
    failed: bool,
    refunded: i64,
    dispute: Option<&'static str>,
}

pub struct ScriptedStripe {
    /// Reads and verifies webhooks, and translates what they say.
    adapter: Stripe,
    hosted: Mutex<Vec<Hosted>>,
    is_away: Mutex<bool>,
    refuses_refunds: Mutex<bool>,
    events: AtomicU64,
    given_back: Mutex<Vec<String>>,
}

impl ScriptedStripe {
    pub fn new() -> Self {
        // Another test may have been first; either way there is one.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let settings = StripeSettings {
            secret_key: "sk_test_of_the_journeys".to_owned(),
            webhook_secret: WEBHOOK_SECRET.to_owned(),
            api_base: Url::parse("http://127.0.0.1:1").unwrap(),
            checkout_origin: Some(HOSTED.to_owned()),
            timeout: PROVIDER_TIMEOUT,
            options: StripeOptions::default(),
        };
        let adapter = Stripe::new(settings, reqwest::Client::new());
        Self {
            adapter,
            hosted: Mutex::default(),
            is_away: Mutex::default(),
            refuses_refunds: Mutex::default(),
            events: AtomicU64::new(1),
            given_back: Mutex::default(),
        }
    }

    /// Every session that was opened, in order.
    pub fn hosted(&self) -> Vec<Hosted> {
        self.hosted.lock().unwrap().clone()
    }

    #[track_caller]
    pub fn session(&self, id: &str) -> Hosted {
        self.hosted().into_iter().find(|hosted| hosted.id == id).unwrap_or_else(|| panic!("Stripe knows no {id}"))
    }

    pub fn goes_away(&self) {
        *self.is_away.lock().unwrap() = true;
    }

    pub fn comes_back(&self) {
        *self.is_away.lock().unwrap() = false;
    }

    /// It gives no money back from now on.
    pub fn refuses_refunds(&self) {
        *self.refuses_refunds.lock().unwrap() = true;
    }

    /// Lets it happen, and tells nobody.
    pub fn happens(&self, session: &str, says: Says) {
        let mut all = self.hosted.lock().unwrap();
        let hosted = all.iter_mut().find(|hosted| hosted.id == session).unwrap();
        hosted.turn(says);
    }

    /// The event in which Stripe tells of it, as it stands now.
    pub fn event(&self, session: &str, says: Says) -> Value {
        let number = self.events.fetch_add(1, Ordering::Relaxed);
        let (kind, object) = self.session(session).told(says);
        json!({ "id": format!("evt_{number}"), "object": "event", "type": kind, "created": 1_795_262_400, "livemode": false,
            "data": { "object": object } })
    }

    /// What it was asked to give back, in that order.
    pub fn given_back(&self) -> Vec<String> {
        self.given_back.lock().unwrap().clone()
    }

    fn reached(&self) -> Result<(), ProviderError> {
        if *self.is_away.lock().unwrap() { Err(ProviderError::Unavailable("away".into())) } else { Ok(()) }
    }

    fn known(&self, id: &ProviderSessionId) -> Result<Hosted, ProviderError> {
        self.reached()?;
        self.hosted().into_iter().find(|hosted| hosted.id == id.0).ok_or(ProviderError::Unknown)
    }
}

impl Hosted {
    fn total(&self) -> Money {
        self.asked.line_items.first().unwrap().unit_price
    }

    pub fn payment(&self) -> String {
        self.id.replace("cs_", "pi_")
    }

    fn turn(&mut self, says: Says) {
        match says {
            Says::Paid => self.pay(self.total()),
            Says::PaidInstead(minor) => self.pay(Money::new(minor, self.total().currency)),
            Says::Processing => (self.status, self.payment_status) = ("complete", "unpaid"),
            Says::Failed => self.failed = true,
            Says::Declined => {}
            Says::Expired => self.status = "expired",
            Says::RefundedInPart(minor) => self.refunded += minor,
            Says::Refunded => self.refunded = self.total().minor,
            Says::Disputed => self.dispute = Some("needs_response"),
            Says::DisputeWon => self.dispute = Some("won"),
            Says::DisputeLost => self.dispute = Some("lost"),
        }
    }

    fn pay(&mut self, amount: Money) {
        (self.status, self.payment_status, self.paid) = ("complete", "paid", Some(amount));
    }

    /// The type of the event, and the object in it.
    fn told(&self, says: Says) -> (&'static str, Value) {
        match says {
            Says::Paid | Says::PaidInstead(_) if self.failed => ("checkout.session.async_payment_succeeded", self.as_session()),
            Says::Paid | Says::PaidInstead(_) | Says::Processing => ("checkout.session.completed", self.as_session()),
            Says::Failed => ("checkout.session.async_payment_failed", self.as_session()),
            Says::Expired => ("checkout.session.expired", self.as_session()),
            Says::Declined => ("payment_intent.payment_failed", json!({ "id": self.payment(), "metadata": self.metadata() })),
            Says::RefundedInPart(_) | Says::Refunded => ("charge.refunded", self.as_charge()),
            Says::Disputed => ("charge.dispute.created", self.as_dispute()),
            Says::DisputeWon | Says::DisputeLost => ("charge.dispute.closed", self.as_dispute()),
        }
    }

    fn metadata(&self) -> Value {
        json!({ "order_id": self.asked.order_id.as_str() })
    }

    fn as_session(&self) -> Value {
        let amount = self.paid.unwrap_or_else(|| self.total());
        json!({
            "id": self.id, "object": "checkout.session", "livemode": false, "status": self.status,
            "payment_status": self.payment_status, "amount_subtotal": amount.minor, "amount_total": amount.minor,
            "currency": amount.currency.as_str().to_ascii_lowercase(),
            "payment_intent": (self.payment_status != "unpaid" || self.status == "complete").then(|| self.payment()),
            "client_reference_id": self.asked.order_id.as_str(), "metadata": self.metadata(),
        })
    }

    fn as_charge(&self) -> Value {
        json!({
            "object": "charge", "amount_refunded": self.refunded, "refunded": self.refunded == self.total().minor,
            "currency": self.total().currency.as_str().to_ascii_lowercase(), "payment_intent": self.payment(),
            "disputed": self.dispute.is_some(), "metadata": self.metadata(),
        })
    }

    fn as_dispute(&self) -> Value {
        json!({ "id": self.id.replace("cs_", "dp_"), "object": "dispute", "payment_intent": self.payment(), "status": self.dispute })
    }

    /// As the adapter would tell it, who is asked: what undoes a payment first.
    fn facts(&self) -> Vec<Fact> {
        let refunded = (self.refunded > 0).then(|| Fact::Refunded {
            total: Money::new(self.refunded, self.total().currency),
            whole: self.refunded == self.total().minor,
        });
        let disputed = self.dispute_fact();
        let paid = match (self.status, self.paid) {
            ("expired", _) => vec![Fact::Expired],
            ("complete", Some(amount)) => vec![Fact::Paid { amount }],
            ("complete", None) if self.failed => vec![Fact::Processing, Fact::Failed],
            ("complete", None) => vec![Fact::Processing],
            _ => vec![Fact::Open],
        };
        refunded.into_iter().chain(disputed).chain(paid).collect()
    }

    fn dispute_fact(&self) -> Option<Fact> {
        self.dispute.map(|status| match status {
            "won" => Fact::DisputeWon,
            "lost" => Fact::DisputeLost,
            _ => Fact::Disputed,
        })
    }
}

#[async_trait]
impl Provider for ScriptedStripe {
    fn name(&self) -> ProviderName {
        ProviderName::Stripe
    }

    fn mode(&self) -> Mode {
        Mode::Test
    }

    fn capabilities(&self) -> Capabilities {
        self.adapter.capabilities()
    }

    fn can_charge(&self, amount: Money) -> bool {
        self.adapter.can_charge(amount)
    }

    fn checkout_origins(&self) -> Vec<String> {
        vec![HOSTED.to_owned()]
    }

    /// As if Stripe signed what it adds, which is another provider's habit.
    fn return_hint(&self, session: &ProviderSessionId, query: &str) -> ReturnHint {
        match query.split_once("signed=") {
            Some((_, signed)) if signed == session.0 => ReturnHint::Completed,
            Some(_) => ReturnHint::Forged,
            None => ReturnHint::None,
        }
    }

    async fn open(&self, session: &NewSession, back: &BackUrls) -> Result<OpenSession, ProviderError> {
        self.reached()?;
        // Somebody else's turn, as over a network.
        tokio::task::yield_now().await;
        let mut all = self.hosted.lock().unwrap();
        if !all.iter().any(|hosted| hosted.asked.id == session.id) {
            let id = format!("cs_test_{}", all.len() + 1);
            all.push(Hosted {
                id,
                asked: session.clone(),
                back: back.clone(),
                status: "open",
                payment_status: "unpaid",
                paid: None,
                failed: false,
                refunded: 0,
                dispute: None,
            });
        }
        let id = all.iter().find(|hosted| hosted.asked.id == session.id).unwrap().id.clone();
        let url = Url::parse(&format!("{HOSTED}/c/pay/{id}")).unwrap();
        Ok(OpenSession { provider_id: ProviderSessionId(id), url, expires_at: Some(session.expires_at) })
    }

    fn read(&self, headers: &HeaderMap, body: &[u8], now: Timestamp) -> Result<Notice, ProviderError> {
        self.adapter.read(headers, body, now)
    }

    async fn complete(&self, notice: Notice) -> Result<ProviderEvent, ProviderError> {
        let Notice { mut event, incomplete } = notice;
        let Some(dispute) = incomplete else { return Ok(event) };
        let hosted = self.known(&ProviderSessionId(dispute.replace("dp_", "cs_")))?;
        event.facts = hosted.dispute_fact().into_iter().collect();
        Ok(event)
    }

    async fn retrieve(&self, session: &ProviderSessionId, now: Timestamp) -> Result<ProviderEvent, ProviderError> {
        tokio::task::yield_now().await;
        let hosted = self.known(session)?;
        Ok(ProviderEvent {
            provider: ProviderName::Stripe,
            mode: Mode::Test,
            event_id: None,
            kind: "checkout.session".to_owned(),
            session: Some(session.clone()),
            payment: (hosted.status == "complete").then(|| PaymentId(hosted.payment())),
            subscription: None,
            order_id: Some(hosted.asked.order_id.clone()),
            occurred_at: now,
            facts: hosted.facts(),
        })
    }

    async fn cancel(&self, session: &ProviderSessionId) -> Result<(), ProviderError> {
        self.known(session)?;
        self.happens(&session.0, Says::Expired);
        Ok(())
    }

    async fn refund(&self, payment: &PaymentId, refund: Refund, _key: &str) -> Result<(), ProviderError> {
        self.reached()?;
        if *self.refuses_refunds.lock().unwrap() {
            return Err(ProviderError::Refused("charge_disputed".into()));
        }
        let what = match refund {
            Refund::Whole => "whole".to_owned(),
            Refund::Part(amount) => amount.exact(),
        };
        self.given_back.lock().unwrap().push(format!("{}, {what}", payment.0));
        Ok(())
    }

    async fn retrieve_subscription(&self, _: &ProviderSubscriptionId, _: Timestamp) -> Result<ProviderEvent, ProviderError> {
        Err(ProviderError::Unknown)
    }

    async fn cancel_subscription(&self, _: &ProviderSubscriptionId, _: CancelWhen) -> Result<(), ProviderError> {
        Err(ProviderError::Unknown)
    }
}
