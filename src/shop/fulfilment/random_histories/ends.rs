//! What holds once nothing is left to come.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;

use super::bank::Books;
use super::desk::Desk;
use super::laws::{Held, Sale};
use super::page::Fate;
use crate::checkout::{Order, PaymentId};
use crate::gifts::{Delivery, Gift};
use crate::memberships::{Grant, Ledger, Source, StretchKind, timeline};
use crate::outbox::Task;
use crate::store::{gifts as gift_rows, orders};
use crate::values::{GiftId, Zone};

/// What a mail about a gift was sent for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cause {
    Paid,
    /// For the code of this generation.
    Given(i64),
    Redeemed,
    Refunded,
    Declined,
    /// Its money was under way and did not arrive.
    Unpaid,
    Other(String),
}

impl Desk {
    /// Holds once everything is final.
    pub async fn at_last(&self) -> Held {
        let sold = self.sold().await;
        for (order, gift) in &sold {
            self.every_gift_ends_as_its_money(order, gift)?;
            self.saw("an order".to_owned());
        }
        self.every_mail_was_sent_once_for_its_cause(&sold).await?;
        self.what_stays_is_redeemed_once_and_nothing_else(&sold).await?;
        self.all_time_is_given(&self.grants().await)
    }

    async fn sold(&self) -> Vec<(Order, Gift)> {
        let mut sold = Vec::new();
        for Sale { order, gift, .. } in self.sales().await {
            let mut connection = self.world.store.connection().await.unwrap();
            let order = orders::find(&mut connection, &order).await.unwrap().unwrap();
            sold.push((order, gift_rows::find(&mut connection, &gift).await.unwrap().unwrap()));
        }
        sold
    }

    fn every_gift_ends_as_its_money(&self, order: &Order, gift: &Gift) -> Held {
        let books = self.bank.books();
        let paid: Vec<&PaymentId> = books.pages_of(&order.id).filter_map(|page| Some(&page.money()?.id)).collect();
        let is_taken_back = self.is_taken_back(&gift.id);
        let expected: &[&str] = match books.fate_of(order) {
            Some(Fate::Stays) if is_taken_back && order.total.is_zero() => &["refunded"],
            Some(Fate::Stays) if is_taken_back => &[],
            Some(Fate::Stays) => &["purchased", "redeemed", "declined"],
            Some(Fate::Gone) => &["refunded"],
            Some(Fate::TooLittle) => &["held"],
            // Redeemed before it was disputed; or disputed before anybody heard that it was paid, and then nothing is delivered until that ends.
            Some(Fate::Contested) => &["held", "redeemed", "pending", "canceled"],
            None => &["canceled"],
        };
        prop_assert!(expected.contains(&gift.state.name()), "{order:?} and {gift:?} do not fit {:?}", paid);
        prop_assert_eq!(order.payment.is_some(), !paid.is_empty(), "paid is {:?}, and the order says {:?}", paid, order.payment);
        for beside in paid.into_iter().filter(|payment| Some(*payment) != order.payment.as_ref()) {
            self.saw("an order paid twice".to_owned());
            prop_assert_eq!(books.fate(beside), Some(Fate::Gone), "{:?} was paid beside {:?}, and stayed", beside, order);
        }
        let given_back = |payment: &PaymentId| books.given_back.iter().filter(|(given, _)| given == payment).count();
        prop_assert!(
            order.payment.as_ref().is_none_or(|payment| given_back(payment) <= usize::from(is_taken_back)),
            "nobody told the shop to refund {order:?}"
        );
        prop_assert!(books.given_back.iter().all(|(payment, _)| given_back(payment) == 1), "a payment was given back twice");
        Ok(())
    }

    async fn every_mail_was_sent_once_for_its_cause(&self, sold: &[(Order, Gift)]) -> Held {
        let sent = self.postbox.arrived();
        let different: BTreeSet<&String> = sent.iter().collect();
        prop_assert_eq!(sent.len(), different.len(), "a mail was sent twice");
        let mut told: BTreeMap<(Cause, GiftId), usize> = BTreeMap::new();
        for task in self.done(&different).await {
            *told.entry(cause_of(task)).or_default() += 1;
        }
        let count = |cause: Cause, gift: &Gift| told.get(&(cause, gift.id.clone())).copied().unwrap_or_default();
        for (order, gift) in sold {
            let of_gift = |counts: &BTreeMap<GiftId, usize>| counts.get(&gift.id).copied().unwrap_or_default();
            let (again, declined) = {
                let notes = self.notes.lock().unwrap();
                (of_gift(&notes.sent_again), of_gift(&notes.declined))
            };
            let (receipts, news) = (count(Cause::Paid, gift), count(Cause::Redeemed, gift));
            prop_assert!(receipts <= 1 && news <= usize::from(self.grant_of(&gift.id).is_some()), "{gift:?}");
            let to_be_told = usize::from(gift.state.name() == "declined")..=declined;
            prop_assert!(
                to_be_told.contains(&count(Cause::Declined, gift)),
                "its giver does not know that it was declined: {gift:?}"
            );
            for generation in 1..=gift.generation {
                prop_assert!(count(Cause::Given(generation), gift) <= 1 + again, "{gift:?}");
            }
            let books = self.bank.books();
            let paid = books.pages_of(&order.id).filter(|page| page.money().is_some()).count();
            let notices = |reason: &str| count(Cause::Other(reason.to_owned()), gift);
            let doubts = notices("paid_twice");
            prop_assert!(doubts < paid.max(1), "the operator is told once of each payment too many: {doubts} times of {gift:?}");
            the_operator_hears_of_every_doubt(&books, order, notices)?;
            let is_free = order.total.is_zero();
            let is_gone = books.fate_of(order) == Some(Fate::Gone) || (is_free && self.is_taken_back(&gift.id));
            prop_assert!(
                count(Cause::Refunded, gift) <= usize::from(is_gone),
                "a refund was told that never was, or twice: {gift:?}"
            );
            if books.fate_of(order) == Some(Fate::Stays) {
                prop_assert_eq!(receipts, 1, "{:?} was paid, and its buyer has no receipt", gift);
                let is_to_be_mailed = gift.delivery != Delivery::LinkOnly && gift.state.name() == "purchased";
                let mails = count(Cause::Given(gift.generation), gift);
                prop_assert!(!is_to_be_mailed || mails >= 1, "{gift:?} was not mailed");
            }
            let regrets = count(Cause::Unpaid, gift);
            let was_under_way = books.pages_of(&order.id).any(|page| page.payment.is_some());
            prop_assert!(regrets <= usize::from(was_under_way), "nothing was under way, or it was told twice: {gift:?}");
            if regrets > 0 {
                self.saw("money that did not arrive".to_owned());
            }
            if paid == 0 && !is_free {
                let is_told = |(cause, id): &(Cause, GiftId)| *id == gift.id && *cause != Cause::Unpaid;
                prop_assert!(!told.keys().any(is_told), "{gift:?} was not paid, and somebody was told of it");
            }
        }
        Ok(())
    }

    /// What the mails of these ids were about.
    async fn done(&self, message_ids: &BTreeSet<&String>) -> Vec<Task> {
        let mut connection = self.world.store.connection().await.unwrap();
        let rows: Vec<(String, String, String)> =
            sqlx::query_as("select id, kind, refs from outbox").fetch_all(&mut *connection).await.unwrap();
        let is_sent = |id: &str| message_ids.contains(&format!("{id}@example.com"));
        let task = |(_, kind, refs): &(String, String, String)| {
            let refs: serde_json::Value = serde_json::from_str(refs).unwrap();
            serde_json::from_value(serde_json::json!({ "kind": kind, "refs": refs })).unwrap()
        };
        rows.iter().filter(|(id, ..)| is_sent(id)).map(task).collect()
    }

    async fn what_stays_is_redeemed_once_and_nothing_else(&self, sold: &[(Order, Gift)]) -> Held {
        for (order, gift) in sold {
            let stays = self.bank.books().fate_of(order) == Some(Fate::Stays) && !self.is_taken_back(&gift.id);
            let was_redeemed = self.grant_of(&gift.id).is_some();
            let is_declined = gift.state.name() == "declined";
            prop_assert_eq!(self.redeem_gift(gift).await, stays && !was_redeemed && !is_declined, "{:?}", gift);
            prop_assert!(!self.redeem_gift(gift).await, "{gift:?} was redeemed twice");
        }
        self.never().await
    }

    /// Each grant that stands runs for its months, whatever befell the others of its account.
    fn all_time_is_given(&self, grants: &[Grant]) -> Held {
        for account in &self.people {
            let of_account = grants.iter().filter(|grant| grant.account_id == account.id);
            let ledger = Ledger { grants: of_account.cloned().collect(), ..Default::default() };
            let stretches = timeline(&ledger, &Zone::UTC);
            for grant in ledger.grants.iter().filter(|grant| grant.voided_at.is_none()) {
                let source = Source::Grant(grant.id.clone());
                let runs: Vec<_> =
                    stretches.iter().filter(|stretch| stretch.source == source && stretch.kind == StretchKind::Runs).collect();
                let ran: Duration = runs.iter().map(|run| run.until.unwrap().since(run.from)).sum();
                let whole = Zone::UTC.add_months(runs[0].from, grant.months.count()).since(runs[0].from);
                prop_assert_eq!(ran, whole, "{:?}", grant);
            }
        }
        Ok(())
    }
}

/// Of a dispute that is open, whenever word of it came, and of another sum than was agreed; of nothing that never was.
fn the_operator_hears_of_every_doubt(books: &Books, order: &Order, notices: impl Fn(&str) -> usize) -> Held {
    let Some(page) = order.payment.as_ref().and_then(|payment| books.page_of(payment)) else { return Ok(()) };
    let (fate, was_disputed) = (page.fate(), page.money().is_some_and(|money| money.dispute.is_some()));
    let (disputes, mismatches) = (notices("dispute"), notices("mismatch"));
    prop_assert!(disputes >= usize::from(fate == Some(Fate::Contested)), "nobody was told of the dispute: {order:?}");
    prop_assert!(was_disputed || disputes == 0, "there never was a dispute: {order:?}");
    prop_assert!(mismatches >= usize::from(fate == Some(Fate::TooLittle)), "nobody was told of the sum: {order:?}");
    prop_assert!(mismatches <= usize::from(!page.is_paid_as_agreed()), "{mismatches} times another sum: {order:?}");
    Ok(())
}

#[expect(clippy::wildcard_enum_match_arm, reason = "any other task is one that nothing here asks for")]
fn cause_of(task: Task) -> (Cause, GiftId) {
    match task {
        Task::Receipt { gift_id, .. } => (Cause::Paid, gift_id),
        Task::GiftForYou { gift_id, generation } => (Cause::Given(generation), gift_id),
        Task::GiftRedeemed { gift_id } => (Cause::Redeemed, gift_id),
        Task::GiftRefunded { gift_id } => (Cause::Refunded, gift_id),
        Task::PaymentFailed { gift_id } => (Cause::Unpaid, gift_id),
        Task::GiftTakenBack { gift_id, .. } => (Cause::Other("taken back".to_owned()), gift_id),
        Task::GiftDeclined { gift_id } => (Cause::Declined, gift_id),
        Task::DeliveryFailed { gift_id } => (Cause::Other("not delivered".to_owned()), gift_id),
        Task::RecipientReminder { gift_id, generation } => (Cause::Other(format!("recipient reminded of {generation}")), gift_id),
        Task::GiverReminder { gift_id } => (Cause::Other("giver reminded".to_owned()), gift_id),
        Task::OperatorNotice { gift_id, reason } => (Cause::Other(reason), gift_id),
        other => panic!("nobody asked for {other:?}"),
    }
}
