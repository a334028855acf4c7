//! Plays a history on the real shop: its verbs, its database and its outbox, with a model of the outside world around them.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures::future::{BoxFuture, join_all};

use super::bank::{Bank, place_of};
use super::history::{Delivered, FREE, HALF, Step, Wish};
use super::page::Deed;
use super::postbox::Postbox;
use crate::accounts::{Account, PasswordHash};
use crate::catalog::{Discount, Percent, PromoCode, PromoName};
use crate::checkout::Provider;
use crate::gifts::{self, Gift};
use crate::memberships::Grant;
use crate::outbox::{Mailer, Worker, Writer};
use crate::shop::testing::{World, address};
use crate::shop::{GiftFields, GiftKey};
use crate::store::{self, Store, gifts as gift_rows};
use crate::values::{AccountId, Clock as _, GiftId, Timestamp, Zone};
use crate::{Error, Result};

pub struct Desk {
    pub world: World,
    pub bank: Arc<Bank>,
    pub postbox: Arc<Postbox>,
    /// Those to whom gifts are given.
    pub people: Vec<Account>,
    pub notes: Mutex<Notes>,
    pub worker: Worker,
}

/// What the shop answered so far.
#[derive(Default)]
pub struct Notes {
    forms: Vec<GiftFields>,
    visits: u32,
    pub gifts: Vec<GiftId>,
    pub redeemed: Vec<(GiftId, Grant)>,
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
        let shop = &world.shop;
        let writer = Writer {
            store: world.store.clone(),
            secrets: shop.secrets.clone(),
            brand: shop.brand.clone(),
            zone: Zone::UTC,
            public_url: shop.public_url.clone(),
        };
        let mailer: Arc<dyn Mailer> = Arc::<Postbox>::clone(&postbox);
        let providers: Vec<Arc<dyn Provider>> = vec![Arc::<Bank>::clone(&bank)];
        let mail_from = address("gifts@example.com");
        let worker = Worker { name: "a worker".to_owned(), writer, mailer, providers, mail_from };
        let mut people = Vec::new();
        for email in ["bea@example.com", "carl@example.com", "dora@example.com"] {
            let (id, hash) = (AccountId::random(shop.entropy.as_ref()), PasswordHash::from("a hash".to_owned()));
            let account = Account::register(id, address(email), hash, world.clock.now()).verify(world.clock.now());
            store::accounts::insert(&mut world.store.connection().await.unwrap(), &account).await.unwrap();
            people.push(account);
        }
        for (name, percent) in [(HALF, 50), (FREE, 100)] {
            let code = promo_code(name, percent, world.clock.now());
            store::promo_codes::insert(&mut world.store.connection().await.unwrap(), &code).await.unwrap();
        }
        Self { world, bank, postbox, people, notes: Mutex::default(), worker }
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
            Step::Reconcile => {
                self.expect(self.world.shop.reconcile().await);
            }
            Step::SendMail => {
                self.expect(self.worker.work_once(self.now()).await);
            }
            Step::Pass(time) => self.world.pass(*time),
            Step::Redeem(gift) => self.redeem(*gift).await,
            Step::RedeemByAnOldCode(gift) => self.redeem_by_an_old_code(*gift).await,
            Step::RedeemAsSomebodyElse(gift) => self.redeem_as_somebody_else(*gift).await,
            Step::Reissue(gift) => self.reissue(*gift).await,
            Step::Readdress(gift, person) => self.readdress(*gift, *person).await,
            Step::SendAgain(gift) => self.send_again(*gift).await,
            Step::Silence(calls) => self.bank.be_silent(u32::from(*calls)),
            Step::NoMail(mails) => self.postbox.refuse(*mails),
            Step::AtOnce(steps) => {
                join_all(steps.iter().map(|step| self.take(step))).await;
            }
        }
    }

    fn fill_in(&self, wish: &Wish) -> GiftFields {
        let mut notes = self.notes.lock().unwrap();
        let in_three_days = Zone::UTC.day(self.now().plus(Duration::from_hours(72))).to_string();
        let (delivery, deliver_on) = match wish.delivery {
            Delivered::Now => ("email", String::new()),
            Delivered::OnADay => ("email", in_three_days),
            Delivered::ByHand => ("link", String::new()),
        };
        let fields = GiftFields {
            tier: wish.tier.into(),
            duration_months: wish.months.into(),
            // No two forms are the same purchase.
            recipient_name: format!("Bea {}", notes.forms.len()),
            recipient_email: pick(&self.people, wish.recipient).unwrap().email.as_str().into(),
            buyer_email: "ada@example.com".into(),
            delivery: delivery.into(),
            deliver_on,
            promo_code: wish.code.into(),
            ..GiftFields::default()
        };
        notes.forms.push(fields.clone());
        fields
    }

    async fn buy(&self, form: &GiftFields) {
        // A day that was chosen may have passed.
        let somewhere = self.somewhere();
        let Ok(purchase) = self.world.shop.read_purchase(form, somewhere).await else { return };
        let bought = self.world.shop.buy(&purchase, somewhere).await;
        let Some(promised) = self.expect(bought) else { return };
        if !promised.is_settled {
            self.bank.books().pages[place_of(&promised.url)].is_shown = true;
        }
        let mut notes = self.notes.lock().unwrap();
        if !notes.gifts.contains(&promised.gift_id) {
            notes.gifts.push(promised.gift_id);
        }
    }

    /// Never the same place, so that nobody is taken for somebody who tries cards.
    fn somewhere(&self) -> IpAddr {
        let mut notes = self.notes.lock().unwrap();
        notes.visits += 1;
        IpAddr::V4(Ipv4Addr::from(notes.visits))
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
        let heard = self.world.shop.hear(self.bank.name(), &headers, &body).await;
        if self.expect(heard).is_some() {
            self.bank.books().notices[number].is_heard = true;
            self.saw("a notice".to_owned());
        }
    }

    async fn forge(&self, notice: u8) {
        let (headers, body) = Bank::signed(usize::from(notice), false);
        let heard = self.world.shop.hear(self.bank.name(), &headers, &body).await;
        if !matches!(heard, Err(Error::SignatureRefused)) {
            self.fault(format!("a forged notice was answered {heard:?}"));
        }
    }

    async fn come_back(&self, page: u8) {
        let token = {
            let books = self.bank.books();
            pick(&books.pages, page).map(|page| gifts::order_token(&self.world.shop.secrets.current, &page.order, &page.session))
        };
        if let Some(token) = token {
            self.expect(self.world.shop.thanks(&token, "").await);
        }
    }

    async fn gift(&self, number: u8) -> Option<Gift> {
        let id = pick(&self.notes.lock().unwrap().gifts, number).cloned()?;
        gift_rows::find(&mut self.world.store.connection().await.unwrap(), &id).await.unwrap()
    }

    fn recipient_of(&self, gift: &Gift) -> &Account {
        self.people.iter().find(|account| account.email == gift.recipient_email).unwrap()
    }

    async fn redeem(&self, gift: u8) {
        if let Some(gift) = self.gift(gift).await {
            self.redeem_gift(&gift).await;
        }
    }

    /// By the code that it has now and the account that it is for. Says whether it worked.
    pub async fn redeem_gift(&self, gift: &Gift) -> bool {
        let code = GiftKey::Code { code: gift.code(&self.world.shop.secrets).unwrap(), proof: None };
        let redeemed = self.world.shop.redeem(&code, self.recipient_of(gift)).await;
        let Some(redeemed) = self.expect(redeemed) else { return false };
        self.notes.lock().unwrap().redeemed.push((redeemed.gift.id, redeemed.grant));
        self.saw("redeemed".to_owned());
        true
    }

    async fn redeem_by_an_old_code(&self, gift: u8) {
        let Some(gift) = self.gift(gift).await.filter(|gift| gift.generation > 1) else { return };
        let code = gifts::code(&self.world.shop.secrets.current, &gift.id, gift.generation - 1);
        let key = GiftKey::Code { code, proof: None };
        self.must_be_refused("an old code", self.world.shop.redeem(&key, self.recipient_of(&gift)).await);
    }

    async fn redeem_as_somebody_else(&self, gift: u8) {
        let Some(gift) = self.gift(gift).await else { return };
        let key = GiftKey::Code { code: gift.code(&self.world.shop.secrets).unwrap(), proof: None };
        let somebody = self.people.iter().find(|account| account.email != gift.recipient_email).unwrap();
        let redeemed = self.world.shop.redeem(&key, somebody).await;
        self.must_be_refused("somebody else", redeemed);
    }

    async fn reissue(&self, gift: u8) {
        let Some(gift) = self.gift(gift).await else { return };
        self.expect(self.world.shop.reissue(gift.id.as_str(), &self.key(&gift)).await);
    }

    async fn readdress(&self, gift: u8, person: u8) {
        let Some(gift) = self.gift(gift).await else { return };
        let email = pick(&self.people, person).unwrap().email.as_str();
        self.expect(self.world.shop.readdress(gift.id.as_str(), &self.key(&gift), "Somebody", email).await);
    }

    async fn send_again(&self, gift: u8) {
        let Some(gift) = self.gift(gift).await else { return };
        if self.expect(self.world.shop.send_again(gift.id.as_str(), &self.key(&gift)).await).is_some() {
            *self.notes.lock().unwrap().sent_again.entry(gift.id).or_default() += 1;
        }
    }

    fn key(&self, gift: &Gift) -> String {
        gifts::page_key(&self.world.shop.secrets.current, &gift.id)
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

    fn must_be_refused<T>(&self, who: &str, answer: Result<T>) {
        if self.expect(answer).is_some() {
            self.fault(format!("{who} redeemed a gift"));
        }
    }

    pub fn fault(&self, what: String) {
        self.notes.lock().unwrap().faults.push(what);
    }

    pub fn saw(&self, what: String) {
        *self.notes.lock().unwrap().seen.entry(what).or_default() += 1;
    }
}

fn promo_code(name: &str, percent: i64, now: Timestamp) -> PromoCode {
    PromoCode {
        name: PromoName::parse(name).unwrap(),
        discount: Discount::Percent(Percent::try_from(percent).unwrap()),
        tiers: Vec::new(),
        starts_at: None,
        ends_at: None,
        uses_max: None,
        uses: 0,
        created_at: now,
    }
}

fn pick<T>(all: &[T], number: u8) -> Option<&T> {
    all.get(usize::from(number).checked_rem(all.len())?)
}
