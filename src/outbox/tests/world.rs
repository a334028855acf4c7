//! A shop with one paid gift, and a mailer whose mood a test sets.

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use tokio::sync::Notify;
use url::Url;

use super::super::{Mailer, Outgoing, Report, Reported, SendError, Worker, Writer, gift_for_you, receipt, take_in};
use crate::accounts::{AccessToken, Account, OneTimeLink, PasswordHash, Purpose};
use crate::catalog::{Brand, Months, PriceIds, Tier};
use crate::checkout::{LineItem, Mode, Order, OrderState, ProviderName};
use crate::gifts::{self, Delivery, Gift, GiftState, RefundRule, Reminders};
use crate::store::{self, Store};
use crate::values::{Currency, Email, Label, LinkId, Message, Money, Occasion, PersonName, Secret, Secrets, Timestamp, Zone};

/// 21 November 2026, 14:02 UTC.
pub const NOW: Timestamp = Timestamp::from_seconds(1_795_269_720);

/// What the mailer does with a mail.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    Willing,
    Failing,
    Refusing,
    /// Refuses, but only once [`World::answer_now`] is called.
    RefusingLate,
    /// Takes the mail and is silent for ever.
    NeverAnswers,
}

struct MoodyMailer {
    mood: Mutex<Mood>,
    taken: Mutex<Vec<Outgoing>>,
    in_hand: Notify,
    answer: Notify,
}

#[async_trait]
impl Mailer for MoodyMailer {
    async fn send(&self, mail: &Outgoing) -> Result<(), SendError> {
        let mood = *self.mood.lock().unwrap();
        match mood {
            Mood::Willing => {
                self.taken.lock().unwrap().push(mail.clone());
                Ok(())
            }
            Mood::Failing => Err(SendError::Temporary("smtp_recipient_451".to_owned())),
            Mood::Refusing => Err(SendError::Refused("smtp_recipient_550".to_owned())),
            Mood::RefusingLate => {
                self.in_hand.notify_one();
                self.answer.notified().await;
                Err(SendError::Refused("smtp_recipient_550".to_owned()))
            }
            Mood::NeverAnswers => {
                self.taken.lock().unwrap().push(mail.clone());
                std::future::pending().await
            }
        }
    }
}

pub struct World {
    store: Store,
    mailer: Arc<MoodyMailer>,
    gift: Gift,
}

impl World {
    pub async fn with(store: Store) -> Self {
        Self::holding(store, gift()).await
    }

    pub async fn holding(store: Store, gift: Gift) -> Self {
        let order = order();
        let mut connection = store.connection().await.unwrap();
        store::orders::insert(&mut connection, &order, None).await.unwrap();
        store::gifts::insert(&mut connection, &gift, &digest(&gift)).await.unwrap();
        drop(connection);
        let mailer =
            MoodyMailer { mood: Mutex::new(Mood::Willing), taken: Mutex::default(), in_hand: Notify::new(), answer: Notify::new() };
        Self { store, mailer: Arc::new(mailer), gift }
    }

    pub fn worker(&self, name: &str) -> Worker {
        let writer = Writer {
            store: self.store.clone(),
            secrets: secrets(),
            brand: Brand::default(),
            zone: Zone::UTC,
            sells_plans: true,
            refunds: RefundRule::default(),
            public_url: Url::parse("https://ribbon.example/shop/").unwrap(),
        };
        let mailer: Arc<dyn Mailer> = Arc::<MoodyMailer>::clone(&self.mailer);
        Worker { name: name.to_owned(), writer, mailer, mail_from: email("gifts@ribbon.example"), providers: Vec::new() }
    }

    pub fn be(&self, mood: Mood) {
        *self.mailer.mood.lock().unwrap() = mood;
    }

    pub async fn until_in_hand(&self) {
        self.mailer.in_hand.notified().await;
    }

    pub fn answer_now(&self) {
        self.mailer.answer.notify_one();
    }

    pub async fn post(&self, entry: &store::outbox::NewEntry) {
        super::super::post(&mut self.store.connection().await.unwrap(), entry, NOW).await.unwrap();
    }

    /// Posts the gift's own mail.
    pub async fn post_gift(&self, gift: &Gift) {
        self.post(&gift_for_you(gift).unwrap()).await;
    }

    pub fn receipt(&self) -> store::outbox::NewEntry {
        receipt(&self.gift.order_id, &self.gift.id)
    }

    /// The gift as the table has it.
    pub async fn gift(&self) -> Gift {
        store::gifts::find(&mut self.store.connection().await.unwrap(), &self.gift.id).await.unwrap().unwrap()
    }

    /// Changes the gift as a verb would, and gives it back as it is then.
    pub async fn change(&self, what: &'static str, change: impl FnOnce(&mut Gift)) -> Gift {
        let before = self.gift().await;
        let mut after = before.clone();
        change(&mut after);
        let mut connection = self.store.connection().await.unwrap();
        store::gifts::advance(&mut connection, &before, &after, &digest(&after), what, NOW).await.unwrap();
        drop(connection);
        self.gift().await
    }

    /// The recipient's account.
    pub async fn account(&self) -> Account {
        let id = "acct_0123456789abcdef".parse().unwrap();
        let account = Account::register(id, email("bea@example.com"), PasswordHash::from("a hash".to_owned()), NOW);
        store::accounts::insert(&mut self.store.connection().await.unwrap(), &account).await.unwrap();
        account
    }

    /// A link made for `account` just now.
    pub async fn link(&self, account: &Account, purpose: Purpose) -> OneTimeLink {
        let id = LinkId::from_bytes([self.mails().len().try_into().unwrap(); 10]);
        let link = OneTimeLink::new(id, account, purpose, &secrets().current, NOW);
        store::one_time_links::insert(&mut self.store.connection().await.unwrap(), &link).await.unwrap();
        link
    }

    /// A token of `account` that reads its gifts.
    pub async fn access_token(&self, account: &Account) -> AccessToken {
        let token = AccessToken {
            id: "token_0123456789abcdef".parse().unwrap(),
            account_id: account.id.clone(),
            session_generation: account.session_generation,
            name: Label::parse("Newsletter").unwrap(),
            scopes: "gifts:read".parse().unwrap(),
            expires_at: None,
            last_used_at: None,
            ended_at: None,
            created_at: NOW,
        };
        store::access_tokens::insert(&mut self.store.connection().await.unwrap(), &token, "a digest").await.unwrap();
        token
    }

    /// What became of the gift's first mail is reported.
    pub async fn hears(&self, what: Reported, at: Timestamp) {
        let mail = gift_for_you(&self.gift).unwrap().id();
        let mut tx = self.store.begin().await.unwrap();
        take_in(&mut tx, &secrets(), &Zone::UTC, &Report { mail, what, at }, at).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Every mail that was taken, in order.
    pub fn mails(&self) -> Vec<Outgoing> {
        self.mailer.taken.lock().unwrap().clone()
    }

    /// Address and subject of every mail, in alphabetical order.
    pub fn told(&self) -> Vec<String> {
        let mut told: Vec<String> =
            self.mails().iter().map(|mail| format!("{}: {}", mail.mail.to.as_str(), mail.mail.subject)).collect();
        told.sort_unstable();
        told
    }

    /// The line in [`World::told`] by which the operator hears of the gift's mail that was given up.
    pub fn given_up(&self) -> String {
        self.told().into_iter().find(|line| line.starts_with("help@ribbon.example: Given up: out_")).unwrap_or_default()
    }

    /// Kind and reason of everything that was given up.
    pub async fn parked(&self) -> Vec<String> {
        let parked = store::outbox::parked(&mut self.store.connection().await.unwrap(), 10).await.unwrap();
        parked.iter().map(|entry| format!("{} {}", entry.kind, entry.reason)).collect()
    }

    /// How many pieces of work still wait; reminders, which do so for weeks, are not counted.
    pub async fn waiting(&self) -> i64 {
        let query = "select count(*) from outbox where state = 'waiting' and kind not like '%reminder'";
        sqlx::query_scalar(query).fetch_one(&mut *self.store.connection().await.unwrap()).await.unwrap()
    }
}

pub fn secrets() -> Secrets {
    Secrets { current: Secret::parse(&"s".repeat(Secret::SHORTEST)).unwrap(), previous: None }
}

/// Of the code, or of nothing where a test took its secret away.
fn digest(gift: &Gift) -> String {
    gift.code(&secrets()).map_or_else(String::new, |code| gifts::digest(&code))
}

fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

fn name(text: &str) -> PersonName {
    PersonName::parse(text).unwrap()
}

fn order() -> Order {
    let euros = |minor| Money::new(minor, Currency::EUR);
    Order {
        id: "order_0123456789abcdef".parse().unwrap(),
        version: 1,
        provider: ProviderName::Stripe,
        mode: Mode::Test,
        line_item: LineItem {
            title: "Founder, 12 months".to_owned(),
            unit_price: euros(17_280),
            quantity: 1,
            price_ids: PriceIds::default(),
            is_list_price: false,
            every: None,
        },
        total: euros(17_280),
        list_total: euros(19_200),
        promo_code: None,
        buyer_name: Some("Ada".to_owned()),
        buyer_email: Some(email("ada@example.com")),
        payment: None,
        tax: None,
        paid: None,
        refunded_minor: 0,
        replaced_by: None,
        state: OrderState::Paid { paid_at: NOW },
        created_at: NOW,
    }
}

pub fn gift() -> Gift {
    Gift {
        id: "gift_0123456789abcdef".parse().unwrap(),
        version: 1,
        order_id: order().id,
        tier: Tier::Founder,
        months: Months::Twelve,
        recipient_name: name("Bea"),
        recipient_email: email("bea@example.com"),
        giver_name: Some(name("Ada")),
        giver_email: Some(email("ada@example.com")),
        message: Some(Message::parse("Thirty years.").unwrap()),
        generation: 1,
        secret_id: secrets().current.id().to_owned(),
        delivery: Delivery::Scheduled { due_at: NOW },
        occasion: Occasion::JustBecause,
        time_zone: None,
        opened_at: None,
        thanks: None,
        decline_word: None,
        reminders: Reminders::default(),
        end_told: false,
        state: GiftState::Purchased { purchased_at: NOW },
        created_at: NOW,
    }
}
