//! A shop for tests of its verbs: a real database, a clock that stands until it is told, and seeded randomness.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use sha2::{Digest as _, Sha256};
use url::Url;

use super::{MailboxProof, Parts, Registrant, Registration, Shop};
use crate::accounts::{Account, Password};
use crate::catalog::{Brand, Catalog, Months, PriceIds, Tier};
use crate::checkout::{LineItem, Mode, Order, OrderState, Provider, ProviderName};
use crate::gifts::{Delivery, Gift, GiftState, RefundRule, Reminders};
use crate::store::outbox::Lease;
use crate::store::{self, Store};
use crate::values::{
    AccountId, Clock, Currency, Email, Entropy, GiftId, LinkId, Money, Occasion, OrderId, PersonName, Secret, Secrets, Timestamp,
    Zone,
};

pub const HOME: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
pub const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(198, 51, 100, 7));
/// Passwords that nobody refuses.
pub const RAIN: &str = "thirty years and rain";
pub const SNOW: &str = "forty winters of snow";
/// 21 November 2026, noon.
const NOON: Timestamp = Timestamp::from_seconds(1_795_262_400);

pub struct World {
    pub shop: Arc<Shop>,
    pub store: Store,
    pub clock: Arc<StoppedClock>,
}

pub struct StoppedClock(AtomicI64);

impl StoppedClock {
    pub const fn at_noon() -> Self {
        Self(AtomicI64::new(NOON.millis()))
    }

    pub fn pass(&self, length: Duration) {
        self.0.fetch_add(i64::try_from(length.as_millis()).unwrap(), Ordering::Relaxed);
    }
}

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }
}

/// SHA-256 of a counter: never the same twice, and always the same from the start.
#[derive(Default)]
pub struct Seeded(AtomicU64);

impl Entropy for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(32) {
            let block = Sha256::digest(self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes());
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}

/// A mail that waits in the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posted {
    pub kind: String,
    pub refs: String,
}

impl World {
    pub fn on(store: Store) -> Self {
        Self::selling_at(store, Vec::new())
    }

    /// A shop whose orders are paid at the first of `providers`.
    pub fn selling_at(store: Store, providers: Vec<Arc<dyn Provider>>) -> Self {
        let clock = Arc::new(StoppedClock::at_noon());
        Self::open(store, clock, Arc::new(Seeded::default()), Catalog::default(), providers)
    }

    /// The same shop started again, with a membership of three months at another price.
    pub fn charging(&self, minor: i64, providers: Vec<Arc<dyn Provider>>) -> Self {
        let (clock, entropy) = (Arc::<StoppedClock>::clone(&self.clock), Arc::clone(&self.shop.entropy));
        let catalog = Catalog::new(Currency::EUR, Default::default(), |_, _| (minor, PriceIds::default()));
        Self::open(self.store.clone(), clock, entropy, catalog, providers)
    }

    /// The same shop on one more server.
    pub fn beside(&self) -> Self {
        let (clock, entropy) = (Arc::<StoppedClock>::clone(&self.clock), Arc::clone(&self.shop.entropy));
        let providers = self.shop.providers.values().cloned().collect();
        Self::open(self.store.clone(), clock, entropy, self.shop.catalog.clone(), providers)
    }

    fn open(
        store: Store,
        clock: Arc<StoppedClock>,
        entropy: Arc<dyn Entropy>,
        catalog: Catalog,
        providers: Vec<Arc<dyn Provider>>,
    ) -> Self {
        let shop = Arc::new(Shop::open(Parts {
            store: store.clone(),
            clock: Arc::<StoppedClock>::clone(&clock),
            entropy,
            secrets: Secrets { current: Secret::parse(&"s".repeat(32)).unwrap(), previous: None },
            brand: Brand::default(),
            catalog,
            zone: Zone::UTC,
            refunds: RefundRule::default(),
            selling: providers.first().map_or(ProviderName::Stripe, |provider| provider.name()),
            providers,
            public_url: Url::parse("http://localhost:3000").unwrap(),
            report_secrets: Vec::new(),
        }));
        Self { shop, store, clock }
    }

    /// The one gift that was promised so far.
    pub async fn only_gift(&self) -> GiftId {
        let mut connection = self.store.connection().await.unwrap();
        let ids: Vec<String> = sqlx::query_scalar("select id from gifts").fetch_all(&mut *connection).await.unwrap();
        assert_eq!(ids.len(), 1);
        ids[0].parse().unwrap()
    }

    pub fn pass(&self, length: Duration) {
        self.clock.pass(length);
    }

    /// Registers as `email` from home, unproved; a second passes.
    pub async fn registers(&self, email: &str, password: &str) -> Account {
        let registered = self.shop.register(&registration(email, password), None, HOME).await.unwrap();
        self.pass(Duration::from_secs(1));
        registered
    }

    /// Registers and follows the mailed link in the same browser.
    pub async fn verified(&self, email: &str, password: &str) -> Account {
        let account = self.registers(email, password).await;
        let (link, token) = self.last_link().await;
        self.shop.verify(&link, &token, &Registrant::SignedIn(account.id), HOME).await.unwrap()
    }

    pub async fn signs_in(&self, email: &str, password: &str) -> crate::Result<Account> {
        self.shop.sign_in(&address(email), &Password::typed(password), HOME).await
    }

    /// The account as the database has it now.
    pub async fn account(&self, id: &AccountId) -> Account {
        store::accounts::find(&mut self.store.connection().await.unwrap(), id).await.unwrap().unwrap()
    }

    /// Every mail that was posted so far, in order.
    pub async fn posted(&self) -> Vec<Posted> {
        let now = self.clock.now();
        let lease = Lease { worker: "a test", until: now };
        let mut entries = store::outbox::lease_due(&self.store, now, lease, 1_000).await.unwrap();
        entries.sort_by_key(|entry| entry.created_at);
        entries.into_iter().map(|entry| Posted { kind: entry.kind, refs: entry.refs }).collect()
    }

    pub async fn kinds_posted(&self) -> Vec<String> {
        self.posted().await.into_iter().map(|posted| posted.kind).collect()
    }

    /// What the last mailed link carries.
    pub async fn last_link(&self) -> (LinkId, String) {
        let posted = self.posted().await;
        let id = posted.iter().rev().find_map(Posted::link).expect("a mail with a link");
        let link = store::one_time_links::find(&mut self.store.connection().await.unwrap(), &id).await.unwrap().unwrap();
        (id, link.token(&self.shop.secrets).unwrap())
    }

    /// A paid gift to `email`, and what the link in its mail proves.
    pub async fn gift_mailed_to(&self, email: &str) -> (Gift, MailboxProof) {
        let now = self.clock.now();
        let order = self.order(ProviderName::Stripe, OrderState::Paid { paid_at: now });
        let gift = self.gift(&order, email, Delivery::Sent { sent_at: now }, GiftState::Purchased { purchased_at: now });
        self.keep(&order, &gift).await;
        let proof = MailboxProof { gift_id: gift.id.clone(), generation: gift.generation };
        (gift, proof)
    }

    /// An order for 49 euros that waits for its payment at `provider`, and its gift.
    pub async fn promised_at(&self, provider: ProviderName) -> (Order, Gift) {
        let order = self.order(provider, OrderState::OPEN);
        let delivery = Delivery::Scheduled { due_at: self.clock.now() };
        let gift = self.gift(&order, "bea@example.com", delivery, GiftState::Pending);
        self.keep(&order, &gift).await;
        (order, gift)
    }

    fn order(&self, provider: ProviderName, state: OrderState) -> Order {
        let price = Money::new(4_900, Currency::EUR);
        Order {
            id: OrderId::random(self.shop.entropy.as_ref()),
            version: 1,
            provider,
            mode: Mode::Test,
            line_item: LineItem {
                title: "Member, 3 months".to_owned(),
                unit_price: price,
                quantity: 1,
                price_ids: PriceIds::default(),
                is_list_price: true,
                every: None,
            },
            total: price,
            list_total: price,
            promo_code: None,
            buyer_name: None,
            buyer_email: None,
            payment: None,
            paid: None,
            tax: None,
            refunded_minor: 0,
            replaced_by: None,
            state,
            created_at: self.clock.now(),
        }
    }

    fn gift(&self, order: &Order, email: &str, delivery: Delivery, state: GiftState) -> Gift {
        Gift {
            id: GiftId::random(self.shop.entropy.as_ref()),
            version: 1,
            order_id: order.id.clone(),
            tier: Tier::Member,
            months: Months::Three,
            recipient_name: PersonName::parse("Bea").unwrap(),
            recipient_email: address(email),
            giver_name: None,
            giver_email: None,
            message: None,
            generation: 1,
            secret_id: self.shop.secrets.current.id().to_owned(),
            delivery,
            occasion: Occasion::JustBecause,
            time_zone: None,
            opened_at: None,
            thanks: None,
            decline_word: None,
            reminders: Reminders::default(),
            end_told: false,
            state,
            created_at: self.clock.now(),
        }
    }

    async fn keep(&self, order: &Order, gift: &Gift) {
        let mut tx = self.store.begin().await.unwrap();
        store::orders::insert(&mut tx, order, None).await.unwrap();
        store::gifts::insert(&mut tx, gift, gift.id.as_str()).await.unwrap();
        tx.commit().await.unwrap();
    }
}

impl Posted {
    fn link(&self) -> Option<LinkId> {
        const LENGTH: usize = "link_0123456789abcdef".len();
        self.refs.match_indices("link_").find_map(|(start, _)| self.refs.get(start..start + LENGTH)?.parse().ok())
    }
}

pub fn address(email: &str) -> Email {
    Email::parse(email).unwrap()
}

pub fn registration(email: &str, password: &str) -> Registration {
    Registration::read(email, password).unwrap()
}
