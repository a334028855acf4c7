//! What holds of the shop after every step of every history, and what holds once nothing is left to come.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use super::desk::Desk;
use super::page::{Fate, Page};
use crate::checkout::{Fact, Order, OrderState, PaymentId};
use crate::gifts::{Delivery, Gift};
use crate::memberships::{Grant, Ledger, Source, StretchKind, timeline};
use crate::outbox::Task;
use crate::store::{gifts as gift_rows, orders, promo_codes};
use crate::values::{GiftId, GrantId, OrderId, Timestamp, Zone};

type Held = Result<(), TestCaseError>;

/// What a mail about a gift was sent for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cause {
    Paid,
    /// For the code of this generation.
    Given(i64),
    Redeemed,
    Refunded,
    Other(String),
}

/// What the shop has written of one sale, as far as it must hold at every moment.
struct Sale {
    order: OrderId,
    /// Nothing was to pay.
    is_free: bool,
    payment: Option<PaymentId>,
    refunded_minor: i64,
    gift: GiftId,
    state: String,
}

impl Desk {
    /// Holds at every moment.
    pub async fn never(&self) -> Held {
        let (sales, grants) = (self.sales().await, self.grants().await);
        for sale in &sales {
            self.nothing_unpaid_is_redeemable(sale)?;
            self.what_went_back_is_not_redeemable(sale, &grants)?;
        }
        self.nobody_elses_time_is_touched(&sales, &grants)?;
        let notes = self.notes.lock().unwrap();
        prop_assert!(notes.faults.is_empty(), "{:?}", notes.faults);
        Ok(())
    }

    /// In one question, because it is asked after every step.
    async fn sales(&self) -> Vec<Sale> {
        let rows: Vec<(String, i64, Option<String>, i64, String, String)> = sqlx::query_as(
            "select orders.id, total, payment_id, refunded, gifts.id, gifts.state
             from orders
             join gifts on gifts.order_id = orders.id",
        )
        .fetch_all(&mut *self.world.store.connection().await.unwrap())
        .await
        .unwrap();
        let sale =
            |(order, total, payment, refunded_minor, gift, state): (String, i64, Option<String>, i64, String, String)| Sale {
                is_free: total == 0,
                order: order.parse().unwrap(),
                payment: payment.map(PaymentId),
                refunded_minor,
                gift: gift.parse().unwrap(),
                state,
            };
        rows.into_iter().map(sale).collect()
    }

    async fn grants(&self) -> Vec<Grant> {
        let rows: Vec<(String, String, String, i64, i64, Option<i64>)> = sqlx::query_as(
            "select id, account_id, tier, months, granted_at, voided_at
             from grants
             left join grant_voids on grant_id = id",
        )
        .fetch_all(&mut *self.world.store.connection().await.unwrap())
        .await
        .unwrap();
        let grant =
            |(id, account_id, tier, months, granted_at, voided_at): (String, String, String, i64, i64, Option<i64>)| Grant {
                id: id.parse().unwrap(),
                account_id: account_id.parse().unwrap(),
                tier: tier.parse().unwrap(),
                months: u32::try_from(months).unwrap().try_into().unwrap(),
                granted_at: Timestamp::from_millis(granted_at),
                voided_at: voided_at.map(Timestamp::from_millis),
            };
        rows.into_iter().map(grant).collect()
    }

    fn nothing_unpaid_is_redeemable(&self, sale: &Sale) -> Held {
        let books = self.bank.books();
        let page = sale.payment.as_ref().and_then(|payment| books.page_of(payment));
        if let Some(page) = page {
            prop_assert_eq!(&page.order, &sale.order, "it is settled by the payment of another order");
            let refunded = page.money().map(|money| money.refunded_minor);
            prop_assert!(Some(sale.refunded_minor) <= refunded, "more went back by our books than by the provider's");
        }
        let is_right = match sale.state.as_str() {
            "purchased" | "redeemed" => sale.is_free || page.is_some_and(Page::is_paid_as_agreed),
            "held" => page.is_some(),
            "pending" | "canceled" | "refunded" => true,
            _ => false,
        };
        prop_assert!(is_right, "{} is {}, and the money is {:?}", sale.gift, sale.state, page);
        Ok(())
    }

    fn what_went_back_is_not_redeemable(&self, sale: &Sale, grants: &[Grant]) -> Held {
        let Some(payment) = &sale.payment else { return Ok(()) };
        let books = self.bank.books();
        let is_gone = |fact: &Fact| matches!(fact, Fact::Refunded { whole: true, .. } | Fact::DisputeLost);
        if books.is_told(payment, is_gone) {
            prop_assert_eq!(&sale.state, "refunded", "its money went back, and the shop knows");
            let grant = self.grant_of(&sale.gift).and_then(|id| grants.iter().find(|grant| grant.id == id));
            prop_assert!(grant.is_none_or(|grant| grant.voided_at.is_some()), "its time goes on");
        }
        if books.fate(payment) == Some(Fate::Contested) && books.is_told(payment, |fact| *fact == Fact::Disputed) {
            prop_assert_ne!(&sale.state, "purchased", "it is disputed, and the shop knows");
        }
        Ok(())
    }

    fn grant_of(&self, gift: &GiftId) -> Option<GrantId> {
        let notes = self.notes.lock().unwrap();
        notes.redeemed.iter().find(|(id, _)| id == gift).map(|(_, grant)| grant.id.clone())
    }

    /// Every grant stands as it was given, but for the void of one whose own money went back; and there are no others.
    fn nobody_elses_time_is_touched(&self, sales: &[Sale], grants: &[Grant]) -> Held {
        let notes = self.notes.lock().unwrap();
        let gifts: BTreeSet<&GiftId> = notes.redeemed.iter().map(|(gift, _)| gift).collect();
        prop_assert_eq!(gifts.len(), notes.redeemed.len(), "a gift was redeemed twice");
        prop_assert_eq!(grants.len(), notes.redeemed.len(), "there is time that no gift gave");
        for (gift, given) in &notes.redeemed {
            let kept = grants.iter().find(|grant| grant.id == given.id);
            let voided_at = kept.and_then(|grant| grant.voided_at);
            prop_assert_eq!(kept, Some(&Grant { voided_at, ..given.clone() }));
            if voided_at.is_some() {
                let payment = sales.iter().find(|sale| sale.gift == *gift).and_then(|sale| sale.payment.as_ref());
                let fate = payment.and_then(|payment| self.bank.books().fate(payment));
                prop_assert_eq!(fate, Some(Fate::Gone), "its time was taken, and its money stayed");
            }
        }
        Ok(())
    }

    /// Holds once everything is final.
    pub async fn at_last(&self) -> Held {
        let sold = self.sold().await;
        for (order, gift) in &sold {
            self.every_gift_ends_as_its_money(order, gift)?;
            self.saw("an order".to_owned());
        }
        self.every_code_is_used_by_what_can_still_be_paid(&sold).await?;
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
        let expected: &[&str] = match books.fate_of(order) {
            Some(Fate::Stays) => &["purchased", "redeemed"],
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
            order.payment.as_ref().is_none_or(|payment| given_back(payment) == 0),
            "nobody told the shop to refund {order:?}"
        );
        prop_assert!(books.given_back.iter().all(|(payment, _)| given_back(payment) == 1), "a payment was given back twice");
        Ok(())
    }

    async fn every_code_is_used_by_what_can_still_be_paid(&self, sold: &[(Order, Gift)]) -> Held {
        for code in promo_codes::all(&mut self.world.store.connection().await.unwrap()).await.unwrap() {
            let of_code = sold.iter().filter(|(order, _)| order.promo_code.as_ref() == Some(&code.name));
            let used = of_code.filter(|(order, _)| !matches!(order.state, OrderState::Expired { .. } | OrderState::Failed { .. }));
            prop_assert_eq!(code.uses, i64::try_from(used.count()).unwrap(), "{:?}", code);
        }
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
            let again = self.notes.lock().unwrap().sent_again.get(&gift.id).copied().unwrap_or_default();
            let (receipts, news) = (count(Cause::Paid, gift), count(Cause::Redeemed, gift));
            prop_assert!(receipts <= 1 && news <= usize::from(self.grant_of(&gift.id).is_some()), "{gift:?}");
            for generation in 1..=gift.generation {
                prop_assert!(count(Cause::Given(generation), gift) <= 1 + again, "{gift:?}");
            }
            let books = self.bank.books();
            let paid = books.pages_of(&order.id).filter(|page| page.money().is_some()).count();
            let doubts = count(Cause::Other("paid_twice".to_owned()), gift);
            prop_assert!(doubts < paid.max(1), "the operator is told once of each payment too many: {doubts} times of {gift:?}");
            let is_gone = books.fate_of(order) == Some(Fate::Gone);
            prop_assert!(
                count(Cause::Refunded, gift) <= usize::from(is_gone),
                "a refund was told that never was, or twice: {gift:?}"
            );
            let is_free = order.total.is_zero();
            if books.fate_of(order) == Some(Fate::Stays) {
                prop_assert_eq!(receipts, 1, "{:?} was paid, and its buyer has no receipt", gift);
                let is_to_be_mailed = gift.delivery != Delivery::LinkOnly && gift.state.name() == "purchased";
                let mails = count(Cause::Given(gift.generation), gift);
                prop_assert!(!is_to_be_mailed || mails >= 1, "{gift:?} was not mailed");
            }
            if paid == 0 && !is_free {
                prop_assert!(told.keys().all(|(_, id)| *id != gift.id), "{gift:?} was not paid, and somebody was told of it");
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
            let stays = self.bank.books().fate_of(order) == Some(Fate::Stays);
            let was_redeemed = self.grant_of(&gift.id).is_some();
            prop_assert_eq!(self.redeem_gift(gift).await, stays && !was_redeemed, "{:?}", gift);
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

#[expect(clippy::wildcard_enum_match_arm, reason = "any other task is one that nothing here asks for")]
fn cause_of(task: Task) -> (Cause, GiftId) {
    match task {
        Task::Receipt { gift_id, .. } => (Cause::Paid, gift_id),
        Task::GiftForYou { gift_id, generation } => (Cause::Given(generation), gift_id),
        Task::GiftRedeemed { gift_id } => (Cause::Redeemed, gift_id),
        Task::GiftRefunded { gift_id } => (Cause::Refunded, gift_id),
        Task::GiftTakenBack { gift_id, .. } => (Cause::Other("taken back".to_owned()), gift_id),
        Task::DeliveryFailed { gift_id } => (Cause::Other("not delivered".to_owned()), gift_id),
        Task::OperatorNotice { gift_id, reason } => (Cause::Other(reason), gift_id),
        other => panic!("nobody asked for {other:?}"),
    }
}
