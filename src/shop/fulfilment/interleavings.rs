//! Word of one order in the orders and at the moments in which it can arrive.

use std::collections::VecDeque;
use std::net::IpAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use http::HeaderMap;
use url::Url;

use super::*;
use crate::checkout::{
    BackUrls, CancelWhen, Capabilities, Mode, NewSession, Notice, OpenSession, OrderState, Provider, ProviderError, ProviderName,
    ProviderSessionId, ProviderSubscriptionId, Refund, ReturnHint,
};
use crate::gifts::{self, GiftState};
use crate::shop::testing::{HOME, World};
use crate::shop::{Canceled, GiftFields, Promised, Purchase};
use crate::store::Store;
use crate::store::testing::on_both;
use crate::values::{Clock as _, Currency, GiftId, Money};

const A_DAY: Duration = Duration::from_hours(24);
/// When a session of a day is about to end.
const NEARLY_A_DAY: Duration = Duration::from_mins(24 * 60 - 1);

/// A provider that opens a page for each session, and says of it what it was told to.
#[derive(Default)]
pub(super) struct Puppet {
    is_closed: bool,
    /// Tells of disputes, and not how they end.
    is_silent: bool,
    hides_refunds: bool,
    pub answers: Mutex<VecDeque<ProviderEvent>>,
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

    async fn retrieve(&self, _: &ProviderSessionId, _: Timestamp) -> Result<ProviderEvent, ProviderError> {
        self.answers.lock().unwrap().pop_front().ok_or(ProviderError::Unknown)
    }

    async fn cancel(&self, _: &ProviderSessionId) -> Result<(), ProviderError> {
        Ok(())
    }

    async fn refund(&self, _: &PaymentId, _: Refund, _: &str) -> Result<(), ProviderError> {
        Ok(())
    }

    async fn retrieve_subscription(&self, _: &ProviderSubscriptionId, _: Timestamp) -> Result<ProviderEvent, ProviderError> {
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
struct Desk {
    world: World,
    puppet: Arc<Puppet>,
    promised: Promised,
}

fn fields() -> GiftFields {
    GiftFields {
        tier: "member".into(),
        duration_months: "3".into(),
        recipient_name: "Bea".into(),
        recipient_email: "bea@example.com".into(),
        buyer_email: "ada@example.com".into(),
        ..GiftFields::default()
    }
}

async fn purchase(world: &World) -> Purchase {
    world.shop.read_purchase(&fields(), HOME).await.unwrap()
}

impl Desk {
    async fn on(store: Store) -> Self {
        Self::before(store, Puppet::default()).await
    }

    async fn before(store: Store, puppet: Puppet) -> Self {
        let puppet = Arc::new(puppet);
        let world = World::selling_at(store, vec![Arc::<Puppet>::clone(&puppet)]);
        let promised = Self::buys(&world, HOME).await;
        Self { world, puppet, promised }
    }

    async fn buys(world: &World, from: IpAddr) -> Promised {
        world.shop.buy(&purchase(world).await, from).await.unwrap()
    }

    fn event(&self, session: Option<&CheckoutSessionId>, payment: Option<&str>, facts: &[Fact]) -> ProviderEvent {
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
    fn seen(&self, payment: Option<&str>, facts: &[Fact]) -> ProviderEvent {
        self.event(Some(&self.promised.session_id), payment, facts)
    }

    /// What a webhook tells of a payment alone.
    fn told(&self, event_id: &str, payment: &str, facts: &[Fact]) -> ProviderEvent {
        ProviderEvent { event_id: Some(event_id.to_owned()), ..self.event(None, Some(payment), facts) }
    }

    async fn hears(&self, event: ProviderEvent) -> Fulfilled {
        self.world.shop.fulfil(&event).await.unwrap()
    }

    async fn session(&self) -> CheckoutSession {
        let mut connection = self.world.store.connection().await.unwrap();
        orders::session(&mut connection, &self.promised.session_id).await.unwrap().unwrap()
    }

    async fn order(&self) -> Order {
        let id = self.session().await.order_id;
        orders::find(&mut self.world.store.connection().await.unwrap(), &id).await.unwrap().unwrap()
    }

    async fn gift(&self) -> &'static str {
        gift_state(&self.world, &self.promised.gift_id).await.name()
    }
}

async fn gift_state(world: &World, id: &GiftId) -> GiftState {
    store::gifts::find(&mut world.store.connection().await.unwrap(), id).await.unwrap().unwrap().state
}

const PRICE: Money = Money::new(2_700, Currency::EUR);
const PAID: Fact = Fact::Paid { amount: PRICE };
const ALL_BACK: Fact = Fact::Refunded { total: PRICE, whole: true };

on_both!(the_same_word_three_ways_at_once_settles_once, async |store: Store| {
    let desk = Desk::on(store).await;
    let asked = desk.seen(Some("pi_1"), &[PAID]);
    let told = ProviderEvent { event_id: Some("evt_1".to_owned()), ..asked.clone() };
    let (one, two, three, four) =
        tokio::join!(desk.hears(told.clone()), desk.hears(asked.clone()), desk.hears(told), desk.hears(asked));
    let applied = [one, two, three, four].into_iter().filter(|done| *done == Fulfilled::Applied).count();
    assert_eq!(applied, 1);
    assert_eq!(desk.gift().await, "purchased");
    let mut posted = desk.world.kinds_posted().await;
    posted.sort();
    assert_eq!(posted, ["gift_for_you", "receipt"]);
    assert_eq!(desk.session().await.next_check_at, None);
});

on_both!(a_payment_that_came_to_nothing_does_not_stand_in_the_way_of_the_one_that_counts, async |store: Store| {
    let desk = Desk::on(store).await;
    desk.hears(desk.seen(Some("pi_declined"), &[Fact::Declined, Fact::Open])).await;
    desk.world.pass(NEARLY_A_DAY);
    let again = Desk::buys(&desk.world, HOME).await;
    assert_eq!(again.gift_id, desk.promised.gift_id, "the order is still open");
    assert_ne!(again.session_id, desk.promised.session_id, "its first session was about to end");
    desk.hears(desk.event(Some(&again.session_id), Some("pi_paid"), &[PAID])).await;
    assert_eq!(desk.gift().await, "purchased");
    assert_eq!(desk.order().await.payment, Some(PaymentId("pi_paid".to_owned())));
});

on_both!(money_under_way_in_one_session_does_not_hide_what_was_paid_in_the_next, async |store: Store| {
    let desk = Desk::on(store).await;
    desk.hears(desk.seen(Some("pi_slow"), &[Fact::Processing])).await;
    desk.world.pass(A_DAY);
    let again = Desk::buys(&desk.world, HOME).await;
    desk.hears(desk.event(Some(&again.session_id), Some("pi_paid"), &[PAID])).await;
    assert_eq!(desk.gift().await, "purchased");
    assert!(desk.session().await.next_check_at.is_some(), "the slow one is asked about until it ends");
    desk.hears(desk.seen(Some("pi_slow"), &[PAID])).await;
    desk.hears(desk.seen(Some("pi_slow"), &[PAID])).await;
    let doubts = desk.world.kinds_posted().await.into_iter().filter(|kind| kind == "operator_notice").count();
    assert_eq!(doubts, 1, "the operator is told once that there are two payments");
    assert_eq!(desk.session().await.next_check_at, None);
});

on_both!(a_refund_that_was_told_of_first_sends_no_gift, async |store: Store| {
    let desk = Desk::on(store).await;
    assert_eq!(desk.hears(desk.told("evt_1", "pi_1", &[ALL_BACK])).await, Fulfilled::Noted);
    assert_eq!(desk.gift().await, "pending");
    desk.hears(desk.seen(Some("pi_1"), &[PAID])).await;
    assert_eq!(desk.gift().await, "refunded");
    assert_eq!(desk.world.kinds_posted().await, ["gift_refunded"]);
});

on_both!(a_refund_and_its_payment_at_the_same_moment_do_not_miss_each_other, async |store: Store| {
    let desk = Desk::on(store).await;
    tokio::join!(
        desk.hears(desk.seen(Some("pi_1"), &[PAID])),
        desk.hears(desk.told("evt_1", "pi_1", &[ALL_BACK])),
        desk.hears(desk.told("evt_2", "pi_1", &[ALL_BACK])),
    );
    assert_eq!(desk.gift().await, "refunded");
});

on_both!(a_dispute_before_the_payment_does_not_end_the_asking, async |store: Store| {
    let desk = Desk::on(store).await;
    desk.hears(desk.seen(Some("pi_1"), &[Fact::Disputed])).await;
    assert!(desk.session().await.next_check_at.is_some());
    desk.hears(desk.seen(Some("pi_1"), &[Fact::DisputeWon])).await;
    assert_eq!(desk.order().await.state, OrderState::Open);
    assert!(desk.session().await.next_check_at.is_some(), "only the payment fulfils, and it is still to be heard of");
    desk.hears(desk.seen(Some("pi_1"), &[Fact::DisputeWon, PAID])).await;
    assert_eq!(desk.gift().await, "purchased");
    assert_eq!(desk.session().await.next_check_at, None);
});

on_both!(a_dispute_whose_end_nobody_tells_is_decided_by_asking, async |store: Store| {
    let desk = Desk::before(store, Puppet { is_silent: true, ..Puppet::default() }).await;
    desk.hears(desk.seen(Some("pi_1"), &[PAID])).await;
    assert_eq!(desk.session().await.next_check_at, None, "nobody asks about what was paid");
    desk.hears(ProviderEvent { event_id: Some("evt_1".to_owned()), ..desk.seen(Some("pi_1"), &[Fact::Disputed]) }).await;
    for (facts, state) in [(&[Fact::Disputed, PAID], "held"), (&[PAID, Fact::DisputeWon], "purchased")] {
        desk.puppet.answers.lock().unwrap().push_back(desk.seen(Some("pi_1"), facts));
        desk.world.pass(A_DAY);
        assert_eq!(desk.world.shop.reconcile().await.unwrap().asked(), 1);
        assert_eq!(desk.gift().await, state);
    }
    assert_eq!(desk.session().await.next_check_at, None, "it is decided");
});

on_both!(a_later_session_outlives_the_end_of_an_earlier_one, async |store: Store| {
    let desk = Desk::on(store).await;
    desk.world.pass(NEARLY_A_DAY);
    let again = Desk::buys(&desk.world, HOME).await;
    desk.hears(desk.seen(None, &[Fact::Expired])).await;
    assert_eq!(desk.gift().await, "pending");
    assert_eq!(desk.session().await.next_check_at, None, "the earlier one is over");
    desk.hears(desk.event(Some(&again.session_id), None, &[Fact::Expired])).await;
    assert_eq!(desk.gift().await, "canceled");
});

on_both!(money_that_came_after_its_session_ended_is_watched_where_only_asking_finds_a_refund, async |store: Store| {
    let desk = Desk::before(store, Puppet { hides_refunds: true, ..Puppet::default() }).await;
    desk.hears(desk.seen(None, &[Fact::Expired])).await;
    assert_eq!(desk.session().await.next_check_at, None);
    let order_id = Some(desk.order().await.id);
    desk.hears(ProviderEvent { order_id, ..desk.told("evt_1", "pi_1", &[PAID]) }).await;
    assert_eq!(desk.gift().await, "purchased");
    let seen = desk.seen(Some("pi_1"), &[ALL_BACK, PAID]);
    desk.puppet.answers.lock().unwrap().push_back(seen);
    desk.world.pass(Duration::from_hours(1));
    assert_eq!(desk.world.shop.reconcile().await.unwrap().changed(), 1);
    assert_eq!(desk.gift().await, "refunded");
    assert_eq!(desk.session().await.next_check_at, None);
});

on_both!(an_order_whose_page_was_never_opened_lapses, async |store: Store| {
    let puppet = Arc::new(Puppet { is_closed: true, ..Puppet::default() });
    let world = World::selling_at(store, vec![puppet]);
    assert!(matches!(world.shop.buy(&purchase(&world).await, HOME).await, Err(Error::ProviderUnavailable(_))));
    let promised = world.only_gift().await;
    world.pass(NEARLY_A_DAY);
    assert_eq!(world.shop.reconcile().await.unwrap().failed(), 1, "it is tried as long as somebody could still pay there");
    assert_eq!(gift_state(&world, &promised).await, GiftState::Pending);
    world.pass(Duration::from_hours(4));
    assert_eq!(world.shop.reconcile().await.unwrap().changed(), 1);
    assert_eq!(gift_state(&world, &promised).await.name(), "canceled");
    world.pass(A_DAY);
    assert_eq!(world.shop.reconcile().await.unwrap().asked(), 0);
});

on_both!(a_page_that_was_opened_is_remembered_whatever_happened_meanwhile, async |store: Store| {
    let desk = Desk::on(store).await;
    let order = desk.order().await;
    let mut fresh = CheckoutSession { opened: None, ..desk.session().await };
    fresh.id = CheckoutSessionId::random(desk.world.shop.entropy.as_ref());
    let mut connection = desk.world.store.connection().await.unwrap();
    orders::insert_session(&mut connection, &fresh).await.unwrap();
    // The reconciler takes its turn between the buyer's reading of the row and the provider's answer.
    orders::advance_session(&mut connection, &fresh, &fresh.checking(desk.world.clock.now())).await.unwrap();
    drop(connection);
    let opened = desk.world.shop.open_session(&order, &fresh).await.unwrap();
    let mut connection = desk.world.store.connection().await.unwrap();
    let kept = orders::session(&mut connection, &fresh.id).await.unwrap().unwrap();
    assert_eq!(kept.opened, Some(opened));
});

on_both!(an_open_order_is_not_taken_up_again_at_another_price, async |store: Store| {
    let desk = Desk::on(store).await;
    let raised = World::charging(&desk.world, 5_900, vec![Arc::<Puppet>::clone(&desk.puppet)]);
    let again = Desk::buys(&raised, HOME).await;
    assert_ne!(again.gift_id, desk.promised.gift_id);
});

on_both!(what_the_webhook_never_told_is_found_by_asking, async |store: Store| {
    let desk = Desk::on(store).await;
    let seen = desk.seen(Some("pi_1"), &[PAID]);
    desk.puppet.answers.lock().unwrap().push_back(seen);
    desk.world.pass(Duration::from_secs(30));
    assert_eq!(desk.world.shop.reconcile().await.unwrap().changed(), 1);
    assert_eq!(desk.gift().await, "purchased");
    desk.world.pass(A_DAY);
    assert_eq!(desk.world.shop.reconcile().await.unwrap().asked(), 0);
});

on_both!(a_day_chosen_by_another_clock_comes_back_as_it_was_typed, async |store: Store| {
    let world = World::selling_at(store, vec![Arc::new(Puppet::default())]);
    let fields = GiftFields { deliver_on: "2026-12-24".into(), time_zone: "Pacific/Auckland".into(), ..fields() };
    let promised = world.shop.buy(&world.shop.read_purchase(&fields, HOME).await.unwrap(), HOME).await.unwrap();
    let mut connection = world.store.connection().await.unwrap();
    let session = orders::session(&mut connection, &promised.session_id).await.unwrap().unwrap();
    drop(connection);
    let token = gifts::order_token(&world.shop.secrets.current, &session.order_id, &session.id);
    let Canceled::NotPaid { fields: typed, .. } = world.shop.canceled(&token).await.unwrap() else { panic!("it was not paid") };
    assert_eq!((typed.deliver_on.as_str(), typed.time_zone.as_str()), ("2026-12-24", "Pacific/Auckland"));
    let again = world.shop.buy(&world.shop.read_purchase(&typed, HOME).await.unwrap(), HOME).await.unwrap();
    assert_eq!(again.gift_id, promised.gift_id, "what is sent again is the same purchase");
});
