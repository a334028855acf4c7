//! What stands in the database, for a story that says that something was written once, or not at all.

use sqlx::any::AnyRow;
use sqlx::{Column as _, Row as _};

use super::{Promise, World};
use crate::checkout::ProviderSessionId;
use crate::gifts::Gift;
use crate::store;

const TABLES: [&str; 15] = [
    "accounts",
    "sessions",
    "one_time_links",
    "access_tokens",
    "promo_codes",
    "orders",
    "checkout_sessions",
    "provider_events",
    "gifts",
    "gift_events",
    "grants",
    "grant_voids",
    "outbox",
    "attempts",
    "idempotency_keys",
];

impl World {
    pub async fn count(&self, table: &str) -> usize {
        self.rows(&format!("select * from {table}")).await.len()
    }

    /// One column of every row that a query finds, as text.
    pub async fn column(&self, query: &str) -> Vec<String> {
        self.rows(query).await.iter().map(|row| cell(row, 0)).collect()
    }

    /// Every row of every table, in an order of its own: two that are equal mean that nothing was changed.
    pub async fn dump(&self) -> String {
        let mut dump = String::new();
        for table in TABLES {
            let rows = self.rows(&format!("select * from {table}")).await;
            let mut lines: Vec<String> = rows.iter().map(|row| format!("{table}: {}", line(row))).collect();
            lines.sort_unstable();
            dump.extend(lines.into_iter().map(|line| line + "\n"));
        }
        dump
    }

    /// The gift that is paid in this session.
    pub async fn gift(&self, promise: &Promise) -> Gift {
        let mut connection = self.store.connection().await.unwrap();
        let provider_id = ProviderSessionId(promise.session.clone());
        let name = crate::checkout::ProviderName::Stripe;
        let session = store::orders::session_by_provider_id(&mut connection, name, &provider_id).await.unwrap().unwrap();
        store::gifts::by_order(&mut connection, &session.order_id).await.unwrap().unwrap()
    }

    /// "paid, purchased": how the order and its gift stand.
    pub async fn states(&self, promise: &Promise) -> String {
        let gift = self.gift(promise).await;
        let order = store::orders::find(&mut self.store.connection().await.unwrap(), &gift.order_id).await.unwrap().unwrap();
        format!("{}, {}", order.state.name(), gift.state.name())
    }

    /// The kinds of mail that should have left by now.
    pub async fn mail_due(&self) -> Vec<String> {
        let now = self.now().millis();
        self.column(&format!("select kind from outbox where state in ('waiting', 'leased') and due_at <= {now}")).await
    }

    async fn rows(&self, query: &str) -> Vec<AnyRow> {
        let mut connection = self.store.connection().await.unwrap();
        sqlx::query(sqlx::AssertSqlSafe(query.to_owned())).fetch_all(&mut *connection).await.unwrap()
    }
}

fn line(row: &AnyRow) -> String {
    let named = |place: usize| format!("{}={}", row.columns()[place].name(), cell(row, place));
    (0..row.columns().len()).map(named).collect::<Vec<_>>().join(" ")
}

fn cell(row: &AnyRow, place: usize) -> String {
    let number = row.try_get::<Option<i64>, _>(place).map(|number| number.map(|number| number.to_string()));
    number.or_else(|_| row.try_get::<Option<String>, _>(place)).unwrap().unwrap_or_else(|| "-".to_owned())
}
