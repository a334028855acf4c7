//! Plays a history on the real shop: its verbs, its database and its outbox, with a model of the outside world around them. Two servers
//! share the database, and whoever comes next meets the other one.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use futures::future::{BoxFuture, join_all};

use super::bank::Bank;
use super::history::{FREE, HALF, HALVES_MAX, Step};
use super::page::Deed;
use super::postbox::Postbox;
use crate::accounts::{Account, PasswordHash};
use crate::catalog::{Discount, Percent, PromoCode, PromoName};
use crate::checkout::Provider;
use crate::memberships::Grant;
use crate::outbox::{Mailer, Worker, Writer};
use crate::shop::testing::{World, address};
use crate::shop::{GiftFields, Shop};
use crate::store::{self, Store};
use crate::values::{AccountId, Clock as _, GiftId, Timestamp, Zone};
use crate::{Error, Result};

pub struct Desk {
    pub world: World,
    pub bank: Arc<Bank>,
    pub postbox: Arc<Postbox>,
    /// Those to whom gifts are given.
    pub people: Vec<Account>,
    pub notes: Mutex<Notes>,
    servers: [Server; 2],
    /// How often somebody came.
    visits: AtomicUsize,
}

struct Server {
    shop: Arc<Shop>,
    worker: Worker,
}

/// What the shop answered so far.
#[derive(Default)]
pub struct Notes {
    pub forms: Vec<GiftFields>,
    pub networks: u32,
    pub gifts: Vec<GiftId>,
    pub redeemed: Vec<(GiftId, Grant)>,
    /// Those whose buyer was promised the money back.
    pub taken_back: BTreeSet<GiftId>,
    /// How often each was declined.
    pub declined: BTreeMap<GiftId, usize>,
    /// How often each mail was asked for once more.
    pub sent_again: BTreeMap<GiftId, usize>,
    /// Answers that nobody should ever get.
    pub faults: Vec<String>,
    /// How often what happened, so that a test that tests nothing is noticed.
    pub seen: BTreeMap<String, usize>,
}

impl Desk {
    pub async fn open(store: Store, bank: Bank) -> Self {
        let bank = Arc::new(bank);
        let world = World::selling_at(store, vec![Arc::<Bank>::clone(&bank)]);
        let postbox = Arc::new(Postbox::default());
        let servers = ["one", "another"].map(|name| Server::beside(&world, name, &bank, &postbox));
        let mut people = Vec::new();
        for email in ["bea@example.com", "carl@example.com", "dora@example.com"] {
            let (id, hash) = (AccountId::random(world.shop.entropy.as_ref()), PasswordHash::from("a hash".to_owned()));
            let account = Account::register(id, address(email), hash, world.clock.now()).verify(world.clock.now());
            store::accounts::insert(&mut world.store.connection().await.unwrap(), &account).await.unwrap();
            people.push(account);
        }
        for (name, percent, uses_max) in [(HALF, 50, Some(HALVES_MAX)), (FREE, 100, None)] {
            let code = promo_code(name, percent, uses_max, world.clock.now());
            store::promo_codes::insert(&mut world.store.connection().await.unwrap(), &code).await.unwrap();
        }
        Self { world, bank, postbox, people, notes: Mutex::default(), servers, visits: AtomicUsize::new(0) }
    }

    pub fn shop(&self) -> &Shop {
        &self.next_server().shop
    }

    pub fn worker(&self) -> &Worker {
        &self.next_server().worker
    }

    fn next_server(&self) -> &Server {
        &self.servers[self.visits.fetch_add(1, Ordering::Relaxed) % self.servers.len()]
    }

    pub fn now(&self) -> Timestamp {
        self.world.clock.now()
    }

    pub fn take<'a>(&'a self, step: &'a Step) -> BoxFuture<'a, ()> {
        Box::pin(self.do_step(step))
    }

    async fn do_step(&self, step: &Step) {
        match step {
            Step::Buy(wish) => {
                let form = self.fill_in(wish);
                self.buy(&form).await;
            }
            Step::BuyAgain(form) => {
                let form = pick(&self.notes.lock().unwrap().forms, *form).cloned();
                if let Some(form) = form {
                    self.buy(&form).await;
                }
            }
            Step::AtThePage(page, deed) => self.go_to_page(*page, *deed),
            Step::Hear(notice) => self.hear_one(*notice, false).await,
            Step::HearAgain(notice) => self.hear_one(*notice, true).await,
            Step::Forge(notice) => self.forge(*notice).await,
            Step::ComeBack(page) => self.come_back(*page).await,
            Step::Correct(page) => self.correct(*page).await,
            Step::Reconcile => {
                self.expect(self.shop().reconcile().await);
            }
            Step::SendMail => {
                self.expect(self.worker().work_once(self.now()).await);
            }
            Step::Pass(time) => self.world.pass(*time),
            Step::Redeem(gift) => self.redeem(*gift).await,
            Step::RedeemByAnOldCode(gift) => self.redeem_by_an_old_code(*gift).await,
            Step::RedeemAsSomebodyElse(gift) => self.redeem_as_somebody_else(*gift).await,
            Step::Reissue(gift) => self.reissue(*gift).await,
            Step::Readdress(gift, person) => self.readdress(*gift, *person).await,
            Step::SendAgain(gift) => self.send_again(*gift).await,
            Step::TakeBack(gift) => self.take_back(*gift).await,
            Step::Decline(gift) => self.decline(*gift).await,
            Step::Silence(calls) => self.bank.be_silent(u32::from(*calls)),
            Step::NoMail(mails) => self.postbox.refuse(*mails),
            Step::AtOnce(steps) => {
                join_all(steps.iter().map(|step| self.take(step))).await;
            }
        }
    }

    fn go_to_page(&self, page: u8, deed: Deed) {
        let shown: Vec<usize> = {
            let books = self.bank.books();
            (0..books.pages.len()).filter(|place| books.pages[*place].is_shown).collect()
        };
        if let Some(place) = pick(&shown, page)
            && self.bank.happen(*place, deed, self.now())
        {
            self.saw(format!("{deed:?}"));
        }
    }

    async fn hear_one(&self, notice: u8, is_heard: bool) {
        let candidates: Vec<usize> = {
            let books = self.bank.books();
            (0..books.notices.len()).filter(|number| books.notices[*number].is_heard == is_heard).collect()
        };
        if let Some(number) = pick(&candidates, notice) {
            self.hear(*number).await;
        }
    }

    pub async fn hear(&self, number: usize) {
        let (headers, body) = Bank::signed(number, true);
        let heard = self.shop().hear(self.bank.name(), &headers, &body).await;
        if self.expect(heard).is_some() {
            self.bank.books().notices[number].is_heard = true;
            self.saw("a notice".to_owned());
        }
    }

    async fn forge(&self, notice: u8) {
        let (headers, body) = Bank::signed(usize::from(notice), false);
        let heard = self.shop().hear(self.bank.name(), &headers, &body).await;
        if !matches!(heard, Err(Error::SignatureRefused)) {
            self.fault(format!("a forged notice was answered {heard:?}"));
        }
    }

    /// What a verb answered, where it did what it was asked; a refusal that people meet is none of the faults.
    pub fn expect<T>(&self, answer: Result<T>) -> Option<T> {
        match answer {
            Ok(done) => return Some(done),
            Err(
                Error::GiftNotFound
                | Error::GiftAlreadyRedeemed
                | Error::GiftNotRedeemable
                | Error::GiftNotChangeable
                | Error::ProviderUnavailable(_),
            ) => {}
            Err(fault) => self.fault(format!("{fault:?}")),
        }
        None
    }

    pub fn fault(&self, what: String) {
        self.notes.lock().unwrap().faults.push(what);
    }

    pub fn saw(&self, what: String) {
        *self.notes.lock().unwrap().seen.entry(what).or_default() += 1;
    }
}

impl Server {
    fn beside(world: &World, name: &str, bank: &Arc<Bank>, postbox: &Arc<Postbox>) -> Self {
        let shop = world.beside().shop;
        let writer = Writer {
            store: world.store.clone(),
            secrets: shop.secrets.clone(),
            brand: shop.brand.clone(),
            zone: Zone::UTC,
            sells_plans: false,
            refunds: shop.refunds,
            public_url: shop.public_url.clone(),
        };
        let mailer: Arc<dyn Mailer> = Arc::<Postbox>::clone(postbox);
        let providers: Vec<Arc<dyn Provider>> = vec![Arc::<Bank>::clone(bank)];
        let mail_from = address("gifts@example.com");
        Self { shop, worker: Worker { name: name.to_owned(), writer, mailer, providers, mail_from } }
    }
}

fn promo_code(name: &str, percent: i64, uses_max: Option<i64>, now: Timestamp) -> PromoCode {
    PromoCode {
        name: PromoName::parse(name).unwrap(),
        discount: Discount::Percent(Percent::try_from(percent).unwrap()),
        tiers: Vec::new(),
        starts_at: None,
        ends_at: None,
        uses_max,
        uses: 0,
        created_at: now,
    }
}

pub fn pick<T>(all: &[T], number: u8) -> Option<&T> {
    all.get(usize::from(number).checked_rem(all.len())?)
}
