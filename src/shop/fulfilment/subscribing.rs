//! What a provider says of a subscription, and the membership that it makes.

use std::sync::Arc;
use std::time::Duration;

use futures::future::join_all;

use super::testing::Puppet;
use super::*;
use crate::accounts::Account;
use crate::catalog::{Months, Tier};
use crate::checkout::{
    CancelWhen, Mode, ProviderName, ProviderSessionId, ProviderSubscriptionId, SubscriptionSeen, SubscriptionState,
    SubscriptionStatus,
};
use crate::memberships::{self, Grant, Stretch, StretchKind};
use crate::shop::testing::{HOME, RAIN, World};
use crate::store::testing::on_both;
use crate::store::{Store, grants};
use crate::values::{Clock as _, Currency, Money, Zone};

const A_DAY: Duration = Duration::from_hours(24);
const PRICE: Fact = Fact::Paid { amount: Money::new(900, Currency::EUR) };

/// A shop with a member-to-be on the payment page.
struct Desk {
    world: World,
    puppet: Arc<Puppet>,
    account: Account,
}

impl Desk {
    async fn on(store: Store) -> Self {
        let puppet = Arc::new(Puppet::default());
        let world = World::selling_at(store, vec![Arc::<Puppet>::clone(&puppet)]);
        let account = world.verified("bea@example.com", RAIN).await;
        let desk = Self { world, puppet, account };
        desk.subscribes().await.unwrap();
        desk
    }

    async fn subscribes(&self) -> crate::Result<url::Url> {
        self.world.shop.subscribe(&self.account, Tier::Member, None, HOME, None).await
    }

    fn now(&self) -> Timestamp {
        self.world.clock.now()
    }

    /// In `days` days.
    fn later(&self, days: u32) -> Timestamp {
        self.now().plus(A_DAY * days)
    }

    async fn order(&self) -> Order {
        let mut connection = self.world.store.connection().await.unwrap();
        let id: String = sqlx::query_scalar("select order_id from subscriptions").fetch_one(&mut *connection).await.unwrap();
        orders::find(&mut connection, &id.parse().unwrap()).await.unwrap().unwrap()
    }

    async fn state(&self) -> SubscriptionState {
        let order = self.order().await;
        let mut connection = self.world.store.connection().await.unwrap();
        subscriptions::by_order(&mut connection, &order.id).await.unwrap().unwrap().state
    }

    /// What the account's time is made of: tier, kind, and days from its beginning to its end.
    async fn time(&self) -> Vec<String> {
        let mut connection = self.world.store.connection().await.unwrap();
        let ledger = self.world.shop.ledger(&mut connection, &self.account, self.world.shop.clock.now()).await.unwrap();
        let in_words = |stretch: Stretch| {
            let kind = match stretch.kind {
                StretchKind::Runs => "runs",
                StretchKind::Paused => "is paused",
                StretchKind::Waits => "waits",
            };
            let length = stretch.until.map_or_else(
                || "until it is ended".to_owned(),
                |until| format!("for {} days", until.since(stretch.from).as_secs() / A_DAY.as_secs()),
            );
            format!("{} {kind} {length}", stretch.tier.title())
        };
        memberships::timeline(&ledger, &Zone::UTC).into_iter().map(in_words).collect()
    }

    /// An event about a subscription, as seen now.
    fn about(&self, event_id: &str, subscription: &str, facts: &[Fact]) -> ProviderEvent {
        ProviderEvent {
            provider: ProviderName::Stripe,
            mode: Mode::Test,
            event_id: Some(event_id.to_owned()),
            kind: "customer.subscription.updated".to_owned(),
            session: None,
            payment: None,
            subscription: Some(ProviderSubscriptionId(subscription.to_owned())),
            order_id: None,
            occurred_at: self.now(),
            facts: facts.to_vec(),
        }
    }

    /// The session of the order was paid, and this subscription came of it.
    async fn paid(&self, event_id: &str, subscription: &str, facts: &[Fact]) -> ProviderEvent {
        let order = self.order().await;
        let session = orders::last_session(&mut self.world.store.connection().await.unwrap(), &order.id).await.unwrap().unwrap();
        let session = Some(ProviderSessionId(session.opened.unwrap().provider_id.0));
        ProviderEvent { session, ..self.about(event_id, subscription, &[&[PRICE], facts].concat()) }
    }

    async fn hears(&self, event: &ProviderEvent) -> Fulfilled {
        self.world.shop.fulfil(event).await.unwrap()
    }

    /// Paid for thirty days.
    async fn begun(store: Store) -> Self {
        let desk = Self::on(store).await;
        let active = desk.active_for(30);
        desk.hears(&desk.paid("evt_paid", "sub_1", &[active]).await).await;
        desk
    }

    /// In how many days which ends are announced.
    async fn announced(&self) -> Vec<i64> {
        let mut connection = self.world.store.connection().await.unwrap();
        let due = sqlx::query_scalar("select due_at from outbox where kind = 'membership_ends' order by due_at");
        let due: Vec<i64> = due.fetch_all(&mut *connection).await.unwrap();
        due.into_iter().map(|at| (at - self.now().millis()) / 86_400_000).collect()
    }

    fn active_for(&self, days: u32) -> Fact {
        seen(SubscriptionStatus::Active, Some(self.later(days)), None)
    }
}

const fn seen(status: SubscriptionStatus, paid_until: Option<Timestamp>, ends_at: Option<Timestamp>) -> Fact {
    Fact::Subscription(SubscriptionSeen { status, paid_until, ends_at })
}

on_both!(a_subscription_begins_with_its_first_payment_and_runs_until_it_is_ended, async |store: Store| {
    let desk = Desk::on(store).await;
    assert_eq!(desk.time().await, [""; 0], "a promise gives no time");
    let active = desk.active_for(30);
    assert_eq!(desk.hears(&desk.paid("evt_1", "sub_1", &[active]).await).await, Fulfilled::Applied);
    assert_eq!(desk.order().await.state.name(), "paid");
    assert_eq!(desk.time().await, ["Member runs until it is ended"]);
});

on_both!(word_of_a_subscription_that_nobody_knew_yet_waits_for_its_session, async |store: Store| {
    let desk = Desk::on(store).await;
    let active = desk.active_for(30);
    assert_eq!(desk.hears(&desk.about("evt_1", "sub_1", &[active])).await, Fulfilled::Noted);
    assert_eq!(desk.time().await, [""; 0]);
    assert_eq!(desk.hears(&desk.paid("evt_2", "sub_1", &[]).await).await, Fulfilled::Applied);
    assert_eq!(desk.time().await, ["Member runs until it is ended"]);
});

on_both!(renewals_and_repeats_make_one_membership, async |store: Store| {
    let desk = Desk::begun(store).await;
    for month in 0..3 {
        desk.world.pass(A_DAY * 30);
        let renewed = desk.about(&format!("evt_{month}"), "sub_1", &[desk.active_for(30)]);
        assert_eq!(desk.hears(&renewed).await, Fulfilled::Applied);
        assert_eq!(desk.hears(&renewed).await, Fulfilled::Noted, "the same event again");
    }
    assert_eq!(desk.time().await, ["Member runs until it is ended"]);
});

on_both!(a_failed_renewal_goes_on_until_the_provider_gives_it_up, async |store: Store| {
    let desk = Desk::begun(store).await;
    desk.world.pass(A_DAY * 30);
    desk.hears(&desk.about("evt_1", "sub_1", &[seen(SubscriptionStatus::PastDue, None, None)])).await;
    assert_eq!(desk.time().await, ["Member runs until it is ended"]);
    desk.world.pass(A_DAY * 14);
    desk.hears(&desk.about("evt_2", "sub_1", &[seen(SubscriptionStatus::Ended, None, Some(desk.now()))])).await;
    assert_eq!(desk.time().await, ["Member runs for 44 days"]);
});

on_both!(one_cancelled_for_the_end_of_its_period_runs_until_then, async |store: Store| {
    let desk = Desk::begun(store).await;
    let end = desk.later(30);
    let cancelled = desk.about("", "sub_1", &[seen(SubscriptionStatus::Active, Some(end), Some(end))]);
    desk.puppet.answers.lock().unwrap().push_back(ProviderEvent { event_id: None, ..cancelled });
    desk.world.shop.end_subscription(&desk.account, CancelWhen::AtPeriodEnd).await.unwrap();
    assert_eq!(desk.state().await, SubscriptionState::Active { paid_until: Some(end), ends_at: Some(end) });
    assert_eq!(desk.time().await, ["Member runs for 30 days"], "it is told as soon as it is known");
    desk.world.pass(A_DAY * 30);
    desk.hears(&desk.about("evt_1", "sub_1", &[seen(SubscriptionStatus::Ended, None, Some(end))])).await;
    assert_eq!(desk.time().await, ["Member runs for 30 days"]);
    assert!(matches!(desk.world.shop.end_subscription(&desk.account, CancelWhen::Now).await, Err(Error::NotSubscribed)));
});

on_both!(an_end_that_nobody_told_of_is_found_by_asking, async |store: Store| {
    let desk = Desk::begun(store).await;
    desk.world.pass(A_DAY * 30);
    assert_eq!(desk.world.shop.reconcile().await.unwrap().asked(), 0, "the provider has an hour to tell");
    desk.world.pass(Duration::from_hours(1));
    let ended = desk.about("", "sub_1", &[seen(SubscriptionStatus::Ended, None, None)]);
    desk.puppet.answers.lock().unwrap().push_back(ProviderEvent { event_id: None, ..ended });
    assert_eq!(desk.world.shop.reconcile().await.unwrap().changed(), 1);
    assert_eq!(desk.time().await, ["Member runs for 30 days"]);
    desk.world.pass(A_DAY * 400);
    assert_eq!(desk.world.shop.reconcile().await.unwrap().asked(), 0, "nobody asks about what has ended");
});

on_both!(servers_that_reconcile_at_once_ask_about_a_subscription_once, async |store: Store| {
    let desk = Desk::begun(store).await;
    desk.world.pass(A_DAY * 31);
    let ended = desk.about("", "sub_1", &[seen(SubscriptionStatus::Ended, None, None)]);
    desk.puppet.answers.lock().unwrap().push_back(ProviderEvent { event_id: None, ..ended });
    let servers = [desk.world.beside(), desk.world.beside(), desk.world.beside()];
    let rounds = join_all(servers.iter().map(|server| server.shop.reconcile())).await;
    assert_eq!(rounds.iter().map(|round| round.as_ref().unwrap().asked()).sum::<usize>(), 1);
    assert_eq!(*desk.puppet.asked.lock().unwrap(), ["sub_1"]);
    assert_eq!(desk.time().await, ["Member runs for 31 days"]);
});

on_both!(a_second_subscription_of_one_order_is_ended_and_the_operator_told, async |store: Store| {
    let desk = Desk::begun(store).await;
    let active = desk.active_for(30);
    desk.hears(&desk.paid("evt_2", "sub_2", &[active]).await).await;
    assert_eq!(desk.time().await, ["Member runs until it is ended"]);
    let posted = desk.world.kinds_posted().await;
    assert!(posted.contains(&"end_subscription".to_owned()) && posted.contains(&"order_notice".to_owned()), "{posted:?}");
});

on_both!(one_subscription_at_a_time, async |store: Store| {
    let desk = Desk::on(store).await;
    let once = desk.subscribes().await.unwrap();
    assert_eq!(desk.subscribes().await.unwrap(), once, "the same wish leads to the same page");
    let active = desk.active_for(30);
    desk.hears(&desk.paid("evt_1", "sub_1", &[active]).await).await;
    assert!(matches!(desk.subscribes().await, Err(Error::AlreadySubscribed)));
    desk.hears(&desk.about("evt_2", "sub_1", &[seen(SubscriptionStatus::Ended, None, None)])).await;
    assert!(desk.subscribes().await.is_ok());
});

on_both!(a_dispute_that_came_before_its_payment_is_the_operators_to_look_at, async |store: Store| {
    let desk = Desk::on(store).await;
    let mut event = desk.paid("evt_1", "sub_1", &[]).await;
    event.facts.insert(0, Fact::Disputed);
    desk.hears(&event).await;
    assert!(desk.world.kinds_posted().await.contains(&"order_notice".to_owned()));
});

on_both!(another_sum_than_agreed_is_the_operators_to_look_at, async |store: Store| {
    let desk = Desk::on(store).await;
    let active = desk.active_for(30);
    let mut event = desk.paid("evt_1", "sub_1", &[active]).await;
    event.facts[0] = Fact::Paid { amount: Money::new(1, Currency::EUR) };
    desk.hears(&event).await;
    assert_eq!(desk.time().await, ["Member runs until it is ended"], "the provider says that it runs");
    assert!(desk.world.kinds_posted().await.contains(&"order_notice".to_owned()));
});

on_both!(the_end_of_a_subscription_is_announced_once_it_is_cancelled, async |store: Store| {
    let desk = Desk::begun(store).await;
    assert_eq!(desk.announced().await, [0; 0], "it renews");
    let end = desk.later(30);
    desk.hears(&desk.about("evt_1", "sub_1", &[seen(SubscriptionStatus::Active, Some(end), Some(end))])).await;
    assert_eq!(desk.announced().await, [23]);
    // Ended at last, half an hour late: that day has been told of, and is over.
    desk.world.pass(A_DAY * 30 + A_DAY / 48);
    desk.hears(&desk.about("evt_2", "sub_1", &[seen(SubscriptionStatus::Ended, None, Some(end))])).await;
    assert_eq!(desk.announced().await.len(), 1);
});

on_both!(gift_time_behind_a_subscription_ends_once_that_has_closed, async |store: Store| {
    let desk = Desk::begun(store).await;
    let grant = Grant {
        id: "grant_0123456789abcdef".parse().unwrap(),
        account_id: desk.account.id.clone(),
        tier: Tier::Member,
        months: Months::Three,
        granted_at: desk.now(),
        voided_at: None,
    };
    grants::append(&mut desk.world.store.connection().await.unwrap(), &grant, None).await.unwrap();
    desk.world.pass(A_DAY);
    desk.hears(&desk.about("evt_1", "sub_1", &[desk.active_for(30)])).await;
    assert_eq!(desk.announced().await, [0; 0], "the gift waits");
    desk.hears(&desk.about("evt_2", "sub_1", &[seen(SubscriptionStatus::Ended, None, None)])).await;
    let begins = desk.now();
    let whole = Zone::UTC.add_months(begins, 3).since(begins).as_secs() / A_DAY.as_secs();
    assert_eq!(desk.announced().await, [i64::try_from(whole).unwrap() - 7]);
});
