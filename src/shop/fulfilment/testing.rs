//! A provider that says what it was told to, and a shop whose buyer is on its payment page.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use http::HeaderMap;
use url::Url;

use super::*;
use crate::checkout::{
    BackUrls, CancelWhen, Capabilities, Mode, NewSession, Notice, OpenSession, Provider, ProviderError, ProviderName,
    ProviderSessionId, ProviderSubscriptionId, Refund, ReturnHint,
};
use crate::gifts::GiftState;
use crate::shop::testing::{HOME, World};
use crate::shop::{GiftFields, Promised, Purchase};
use crate::store::Store;
use crate::values::{Clock as _, Currency, GiftId, Money};

pub const A_DAY: Duration = Duration::from_hours(24);

/// A provider that opens a page for each session, and says of it what it was told to.
#[derive(Default)]
pub struct Puppet {
    pub is_closed: bool,
    /// Tells of disputes, and not how they end.
    pub is_silent: bool,
    pub hides_refunds: bool,
    pub answers: Mutex<VecDeque<ProviderEvent>>,
    /// What it was asked about, in order.
    pub asked: Mutex<Vec<String>>,
}

#[async_trait]
impl Provider for Puppet {
    fn name(&self) -> ProviderName {
        ProviderName::Stripe
    }

    fn mode(&self) -> Mode {
        Mode::Test
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities {
            own_price: true,
            partial_refund: true,
            cancel_session: true,
            refund_events: !self.hides_refunds,
            dispute_ends: !self.is_silent,
        }
    }

    fn can_charge(&self, _: Money) -> bool {
        true
    }

    fn checkout_origins(&self) -> Vec<String> {
        Vec::new()
    }

    fn return_hint(&self, _: &ProviderSessionId, _: &str) -> ReturnHint {
        ReturnHint::None
    }

    async fn open(&self, session: &NewSession, _: &BackUrls) -> Result<OpenSession, ProviderError> {
        if self.is_closed {
            return Err(ProviderError::Refused("closed".to_owned()));
        }
        Ok(OpenSession { provider_id: called(&session.id), url: Url::parse("https://pay.example/").unwrap(), expires_at: None })
    }

    fn read(&self, _: &HeaderMap, _: &[u8], _: Timestamp) -> Result<Notice, ProviderError> {
        Err(ProviderError::Signature("none"))
    }

    async fn complete(&self, notice: Notice) -> Result<ProviderEvent, ProviderError> {
        Ok(notice.event)
    }

    async fn retrieve(&self, session: &ProviderSessionId, _: Timestamp) -> Result<ProviderEvent, ProviderError> {
        self.asked.lock().unwrap().push(session.0.clone());
        let mut answers = self.answers.lock().unwrap();
        let place = answers.iter().position(|event| event.session.as_ref() == Some(session));
        place.and_then(|place| answers.remove(place)).ok_or(ProviderError::Unknown)
    }

    async fn cancel(&self, _: &ProviderSessionId) -> Result<(), ProviderError> {
        Ok(())
    }

    async fn refund(&self, _: &PaymentId, _: Refund, _: &str) -> Result<(), ProviderError> {
        Ok(())
    }

    async fn retrieve_subscription(&self, id: &ProviderSubscriptionId, _: Timestamp) -> Result<ProviderEvent, ProviderError> {
        self.asked.lock().unwrap().push(id.0.clone());
        self.answers.lock().unwrap().pop_front().ok_or(ProviderError::Unknown)
    }

    async fn cancel_subscription(&self, _: &ProviderSubscriptionId, _: CancelWhen) -> Result<(), ProviderError> {
        Ok(())
    }
}

fn called(id: &CheckoutSessionId) -> ProviderSessionId {
    ProviderSessionId(format!("cs_{id}"))
}

/// A shop whose buyer is on the payment page.
pub struct Desk {
    pub world: World,
    pub puppet: Arc<Puppet>,
    pub promised: Promised,
}

pub fn fields() -> GiftFields {
    GiftFields {
        tier: "member".into(),
        duration_months: "3".into(),
        recipient_name: "Bea".into(),
        recipient_email: "bea@example.com".into(),
        buyer_email: "ada@example.com".into(),
        ..GiftFields::default()
    }
}

pub async fn purchase(world: &World) -> Purchase {
    world.shop.read_purchase(&fields(), HOME).await.unwrap()
}

impl Desk {
    pub async fn on(store: Store) -> Self {
        Self::before(store, Puppet::default()).await
    }

    pub async fn before(store: Store, puppet: Puppet) -> Self {
        let puppet = Arc::new(puppet);
        let world = World::selling_at(store, vec![Arc::<Puppet>::clone(&puppet)]);
        let promised = Self::buys(&world, HOME).await;
        Self { world, puppet, promised }
    }

    pub async fn buys(world: &World, from: IpAddr) -> Promised {
        world.shop.buy(&purchase(world).await, from, None).await.unwrap()
    }

    pub fn event(&self, session: Option<&CheckoutSessionId>, payment: Option<&str>, facts: &[Fact]) -> ProviderEvent {
        ProviderEvent {
            provider: ProviderName::Stripe,
            mode: Mode::Test,
            event_id: None,
            kind: "told".to_owned(),
            session: session.map(called),
            payment: payment.map(|id| PaymentId(id.to_owned())),
            subscription: None,
            order_id: None,
            occurred_at: self.world.clock.now(),
            facts: facts.to_vec(),
        }
    }

    /// What is read of the session when it is asked about.
    pub fn seen(&self, payment: Option<&str>, facts: &[Fact]) -> ProviderEvent {
        self.event(Some(&self.promised.session_id), payment, facts)
    }

    /// What a webhook tells of a payment alone.
    pub fn told(&self, event_id: &str, payment: &str, facts: &[Fact]) -> ProviderEvent {
        ProviderEvent { event_id: Some(event_id.to_owned()), ..self.event(None, Some(payment), facts) }
    }

    pub async fn hears(&self, event: ProviderEvent) -> Fulfilled {
        self.world.shop.fulfil(&event).await.unwrap()
    }

    /// Whether nobody asks about its first session before tomorrow.
    pub async fn rests_today(&self) -> bool {
        let tomorrow = self.world.clock.now().plus(A_DAY);
        self.session().await.next_check_at.is_none_or(|due| due >= tomorrow)
    }

    pub async fn session(&self) -> CheckoutSession {
        let mut connection = self.world.store.connection().await.unwrap();
        orders::session(&mut connection, &self.promised.session_id).await.unwrap().unwrap()
    }

    pub async fn order(&self) -> Order {
        let id = self.session().await.order_id;
        orders::find(&mut self.world.store.connection().await.unwrap(), &id).await.unwrap().unwrap()
    }

    pub async fn gift(&self) -> &'static str {
        gift_state(&self.world, &self.promised.gift_id).await.name()
    }
}

pub async fn gift_state(world: &World, id: &GiftId) -> GiftState {
    store::gifts::find(&mut world.store.connection().await.unwrap(), id).await.unwrap().unwrap().state
}

pub const PRICE: Money = Money::new(2_700, Currency::EUR);
pub const PAID: Fact = Fact::Paid { amount: PRICE };
pub const ALL_BACK: Fact = Fact::Refunded { total: PRICE, whole: true };
