//! How a history ends: all money that is under way arrives or doesn't, and time passes until nothing is left to come.

use super::desk::Desk;
use super::page::Deed;
use crate::values::Timestamp;

/// More rounds than the longest history needs.
const ROUNDS_MAX: usize = 1_000;

impl Desk {
    /// Lets everything happen that happens by itself, until nothing is left to come.
    pub async fn come_to_rest(&self, ends_well: bool) {
        self.bank.be_silent(0);
        self.postbox.refuse(0);
        let pages = self.bank.books().pages.len();
        for page in 0..pages {
            self.bank.happen(page, if ends_well { Deed::Arrive } else { Deed::FallThrough }, self.now());
        }
        for _ in 0..ROUNDS_MAX {
            self.hear_what_must_arrive().await;
            self.expect(self.shop().reconcile().await);
            while self.expect(self.worker().work_once(self.now()).await).is_some_and(|done| done > 0) {}
            let Some(next) = self.next_moment().await else { return };
            self.world.pass(next.since(self.now()));
        }
        self.fault("it never comes to rest".to_owned());
    }

    async fn hear_what_must_arrive(&self) {
        loop {
            let next = self.bank.books().notices.iter().position(|sent| sent.must_arrive && !sent.is_heard);
            let Some(next) = next else { return };
            self.hear(next).await;
        }
    }

    /// When something is due next, asking about what can't change any more left aside.
    async fn next_moment(&self) -> Option<Timestamp> {
        let mut connection = self.world.store.connection().await.unwrap();
        let checks: Vec<(Option<String>, i64)> =
            sqlx::query_as("select provider_session_id, next_check_at from checkout_sessions where next_check_at is not null")
                .fetch_all(&mut *connection)
                .await
                .unwrap();
        // Months ahead no money moves any more: that a membership ends is told in other stories.
        let mails: Vec<(i64, Option<i64>)> = sqlx::query_as(
            "select due_at, leased_until from outbox
             where state = 'waiting' and kind not in ('membership_ends', 'give_again')",
        )
        .fetch_all(&mut *connection)
        .await
        .unwrap();
        let mails = mails.into_iter().map(|(due_at, leased_until)| leased_until.map_or(due_at, |until| until.max(due_at)));
        let books = self.bank.books();
        let is_news = |session: &Option<String>| {
            let place = session.as_ref().and_then(|id| id.trim_start_matches("cs_").parse::<usize>().ok());
            place.is_none_or(|place| !books.pages[place].is_known)
        };
        let checks = checks.into_iter().filter(|(session, _)| is_news(session)).map(|(_, at)| at);
        checks.chain(mails).min().map(Timestamp::from_millis)
    }
}
