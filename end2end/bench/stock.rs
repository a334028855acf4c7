//! Gifts that can be redeemed, put into a database as if they had been bought, and the account that they are for. And what redeeming one
//! writes, without the shop.

use std::path::Path;
use std::sync::Arc;

use ribbon::accounts::{Account, Hasher, Lifetime, Password, Scope, Scopes};
use ribbon::catalog::{Brand, Catalog, Months, PriceIds, Tier};
use ribbon::checkout::{LineItem, Mode, Order, OrderState, ProviderName};
use ribbon::gifts::{self, Delivery, Gift, GiftState, RefundRule, Reminders};
use ribbon::shop::{NewAccessToken, Parts, Shop, SystemClock, SystemEntropy};
use ribbon::store::{self, Store};
use ribbon::values::{
    AccountId, Clock as _, Currency, Email, GiftCode, GiftId, GrantId, Label, Money, Occasion, OrderId, PersonName, Secret,
    Secrets, Timestamp, Zone,
};

use crate::Result;

/// Who redeems everything.
pub const RECIPIENT: &str = "bea@example.com";

pub struct Stock {
    store: Store,
    pub shop: Shop,
    pub account: Account,
    secret: Secret,
}

impl Stock {
    /// In the database `file`, which a running shop may have open too, and with the secret that its codes come from.
    pub async fn open(file: &Path, secret: &str) -> Result<Self> {
        let store = Store::connect(&format!("sqlite://{}", file.display())).await?;
        store.migrate().await?;
        let secret = Secret::parse(secret)?;
        let shop = Shop::open(Parts {
            store: store.clone(),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            secrets: Secrets { current: secret.clone(), previous: None },
            brand: Brand::default(),
            catalog: Catalog::default(),
            zone: Zone::UTC,
            refunds: RefundRule::default(),
            providers: Vec::new(),
            selling: ProviderName::Stripe,
            public_url: "http://localhost".parse()?,
            report_secrets: Vec::new(),
        });
        let account = recipient(&store).await?;
        Ok(Self { store, shop, account, secret })
    }

    /// A token of the recipient's that may do whatever is measured.
    pub async fn token(&self) -> Result<String> {
        let scopes = Scopes::of([Scope::GiftsPurchase, Scope::GiftsRedeem])?;
        let wish = NewAccessToken { name: Label::parse("Bench")?, scopes, lifetime: Lifetime::Days(1) };
        let (_, secret) = self.shop.create_access_token(&self.account, &wish).await?;
        Ok(secret.reveal().to_owned())
    }

    pub fn code(&self, gift: &Gift) -> GiftCode {
        gifts::code(&self.secret, &gift.id, gift.generation)
    }

    /// So many gifts that can be redeemed.
    pub async fn purchased(&self, count: usize) -> Result<Vec<Gift>> {
        let now = SystemClock.now();
        let mut made = Vec::new();
        let mut tx = self.store.begin().await?;
        for _ in 0..count {
            let price = Money::new(19_200, Currency::EUR);
            let order = order(price, now);
            let gift = Gift {
                id: GiftId::random(&SystemEntropy),
                version: 1,
                order_id: order.id.clone(),
                tier: Tier::Founder,
                months: Months::Twelve,
                recipient_name: PersonName::parse("Bea")?,
                recipient_email: Email::parse(RECIPIENT)?,
                giver_name: None,
                giver_email: order.buyer_email.clone(),
                message: None,
                generation: 1,
                secret_id: self.secret.id().to_owned(),
                delivery: Delivery::Sent { sent_at: now },
                occasion: Occasion::JustBecause,
                time_zone: None,
                opened_at: None,
                thanks: None,
                decline_word: None,
                reminders: Reminders::default(),
                end_told: false,
                state: GiftState::Purchased { purchased_at: now },
                created_at: now,
            };
            store::orders::insert(&mut tx, &order, None).await?;
            store::gifts::insert(&mut tx, &gift, &gifts::digest(&self.code(&gift))).await?;
            made.push(gift);
        }
        tx.commit().await?;
        Ok(made)
    }

    /// The rows that redeeming writes, and nothing else: no look-up, no rule.
    pub async fn write_rows(&self, gift: &Gift) -> Result<()> {
        let now = SystemClock.now().millis();
        let grant = GrantId::random(&SystemEntropy);
        let mut tx = self.store.begin().await?;
        sqlx::query(
            "update gifts set version = version + 1, state = 'redeemed', redeemed_at = $2, redeemed_by = $3, grant_id = $4 where id = $1",
        )
        .bind(gift.id.as_str())
        .bind(now)
        .bind(self.account.id.as_str())
        .bind(grant.as_str())
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "insert into gift_events (gift_id, version, at, what, state, delivery) values ($1, 2, $2, 'redeemed', 'redeemed', 'sent')",
        )
        .bind(gift.id.as_str())
        .bind(now)
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "insert into grants (id, account_id, gift_id, tier, months, granted_at) values ($1, $2, $3, 'founder', 12, $4)",
        )
        .bind(grant.as_str())
        .bind(self.account.id.as_str())
        .bind(gift.id.as_str())
        .bind(now)
        .execute(&mut *tx)
        .await?;
        sqlx::query(
            "insert into outbox (id, version, kind, refs, dedupe_key, state, due_at, attempts, created_at)
             values ($1, 1, 'gift_redeemed', '{}', $2, 'waiting', $3, 0, $3)",
        )
        .bind(format!("out_{}", gift.id))
        .bind(format!("bare {}", gift.id))
        .bind(now)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(())
    }
}

async fn recipient(store: &Store) -> Result<Account> {
    let now = SystemClock.now();
    let id = AccountId::random(&SystemEntropy);
    let hash = Hasher::default().hash(&Password::typed("thirty years and rain"), &SystemEntropy).await?;
    let account = Account::register(id, Email::parse(RECIPIENT)?, hash, now).verify(now);
    store::accounts::insert(&mut *store.connection().await?, &account).await?;
    Ok(account)
}

fn order(price: Money, now: Timestamp) -> Order {
    let line_item = LineItem {
        title: "Founder, 12 months".to_owned(),
        unit_price: price,
        quantity: 1,
        price_ids: PriceIds::default(),
        is_list_price: true,
        every: None,
    };
    Order {
        id: OrderId::random(&SystemEntropy),
        version: 1,
        provider: ProviderName::Stripe,
        mode: Mode::Test,
        line_item,
        total: price,
        promo_code: None,
        list_total: price,
        buyer_name: None,
        buyer_email: Email::parse("ada@example.com").ok(),
        payment: None,
        tax: None,
        paid: None,
        refunded_minor: 0,
        replaced_by: None,
        state: OrderState::Paid { paid_at: now },
        created_at: now,
    }
}
