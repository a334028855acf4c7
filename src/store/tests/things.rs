//! An order, its session, its gift and somebody who receives it, as tests need them.

use std::sync::atomic::{AtomicU64, Ordering};

use sqlx::AnyConnection;

use crate::accounts::{Account, Password};
use crate::catalog::{Months, PriceIds, Tier};
use crate::checkout::{CheckoutSession, LineItem, Mode, Order, OrderState, ProviderName};
use crate::gifts::{Delivery, Gift, GiftState, Reminders};
use crate::store::{accounts, gifts, orders};
use crate::values::{
    AccountId, CheckoutSessionId, Currency, Email, Entropy, GiftId, Message, Money, Occasion, OrderId, PersonName, Timestamp, Zone,
};

pub const NOW: Timestamp = Timestamp::from_seconds(1_795_262_400);
pub const LATER: Timestamp = Timestamp::from_seconds(1_795_262_460);

/// Another number every time.
pub struct Counted;

impl Entropy for Counted {
    fn fill(&self, bytes: &mut [u8]) {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        bytes.fill(0);
        for (byte, digit) in bytes.iter_mut().zip(NEXT.fetch_add(1, Ordering::Relaxed).to_be_bytes().iter().rev()) {
            *byte = *digit;
        }
    }
}

pub fn email(text: &str) -> Email {
    Email::parse(text).unwrap()
}

pub fn order() -> Order {
    let list_price = Money::new(19_200, Currency::EUR);
    let price = Money::new(17_280, Currency::EUR);
    Order {
        id: OrderId::random(&Counted),
        version: 1,
        provider: ProviderName::Stripe,
        mode: Mode::Test,
        line_item: LineItem {
            title: "Founder, 12 months".to_owned(),
            unit_price: price,
            quantity: 1,
            price_ids: PriceIds { creem: Some("prod_1".to_owned()), ..PriceIds::default() },
            is_list_price: false,
            every: None,
        },
        total: price,
        list_total: list_price,
        promo_code: None,
        buyer_name: Some("Ada".to_owned()),
        buyer_email: Some(email("Ada@example.com")),
        payment: None,
        tax: None,
        paid: None,
        refunded_minor: 0,
        replaced_by: None,
        state: OrderState::OPEN,
        created_at: NOW,
    }
}

pub fn gift(order: &Order) -> Gift {
    Gift {
        id: GiftId::random(&Counted),
        version: 1,
        order_id: order.id.clone(),
        tier: Tier::Founder,
        months: Months::Twelve,
        recipient_name: PersonName::parse("Bea").unwrap(),
        recipient_email: email("Bea@example.com"),
        giver_name: PersonName::parse("Ada").ok(),
        giver_email: order.buyer_email.clone(),
        message: Message::parse("Thirty years.\n\nRain; 'quoted' -- and 雨.").ok(),
        generation: 1,
        secret_id: "01234567".to_owned(),
        delivery: Delivery::Scheduled { due_at: NOW },
        occasion: Occasion::Holidays,
        time_zone: Zone::parse("Pacific/Auckland").ok(),
        opened_at: None,
        thanks: None,
        decline_word: None,
        reminders: Reminders::default(),
        end_told: false,
        state: GiftState::Pending,
        created_at: NOW,
    }
}

pub fn session(order: &Order) -> CheckoutSession {
    CheckoutSession::promised(CheckoutSessionId::random(&Counted), order.id.clone(), order.provider, None, NOW)
}

/// An order and its gift, written.
pub async fn promised(connection: &mut AnyConnection) -> (Order, Gift) {
    let order = order();
    let gift = gift(&order);
    orders::insert(connection, &order, None).await.unwrap();
    gifts::insert(connection, &gift, &digest(&gift)).await.unwrap();
    (order, gift)
}

/// What stands for the SHA-256 of a code: one for each generation.
pub fn digest(gift: &Gift) -> String {
    format!("digest of {} {}", gift.id, gift.generation)
}

/// Somebody with a verified account.
pub async fn member(connection: &mut AnyConnection, address: &str) -> Account {
    let hash = crate::accounts::Hasher::default().hash(&Password::typed("thirty years and rain"), &Counted).await.unwrap();
    let account = Account::register(AccountId::random(&Counted), email(address), hash, NOW).verify(NOW);
    accounts::insert(connection, &account).await.unwrap();
    account
}
