//! What holds of the shop after every step of every history.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

use super::desk::Desk;
use super::page::{Fate, Page, PageState};
use crate::checkout::{Fact, PaymentId};
use crate::memberships::Grant;
use crate::values::{GiftId, GrantId, OrderId, Timestamp};

pub type Held = Result<(), TestCaseError>;

/// What the shop has written of one sale, as far as it must hold at every moment.
pub struct Sale {
    pub order: OrderId,
    /// Nothing was to pay.
    is_free: bool,
    payment: Option<PaymentId>,
    refunded_minor: i64,
    pub gift: GiftId,
    state: String,
    /// Its present recipient has declined it.
    is_declined: bool,
}

impl Desk {
    /// Holds at every moment.
    pub async fn never(&self) -> Held {
        let (sales, grants) = (self.sales().await, self.grants().await);
        for sale in &sales {
            self.nothing_unpaid_is_redeemable(sale)?;
            self.what_went_back_is_not_redeemable(sale, &grants)?;
            self.what_can_be_paid_is_not_given_up(sale)?;
            what_is_declined_is_not_redeemable(sale)?;
        }
        self.nobody_elses_time_is_touched(&sales, &grants)?;
        self.every_code_counts_its_orders().await?;
        let notes = self.notes.lock().unwrap();
        prop_assert!(notes.faults.is_empty(), "{:?}", notes.faults);
        Ok(())
    }

    /// In one question, because it is asked after every step.
    pub async fn sales(&self) -> Vec<Sale> {
        type Row = (String, i64, Option<String>, i64, String, String, i64);
        let rows: Vec<Row> = sqlx::query_as(
            "select orders.id, total, payment_id, refunded, gifts.id, gifts.state,
                 coalesce(max(case what when 'declined' then gift_events.version end), 0)
                 - coalesce(max(case what when 'readdressed' then gift_events.version end), 0)
             from orders
             join gifts on gifts.order_id = orders.id
             left join gift_events on gift_id = gifts.id
             group by orders.id, total, payment_id, refunded, gifts.id, gifts.state",
        )
        .fetch_all(&mut *self.world.store.connection().await.unwrap())
        .await
        .unwrap();
        let sale = |(order, total, payment, refunded_minor, gift, state, declined_since): Row| Sale {
            is_free: total == 0,
            order: order.parse().unwrap(),
            payment: payment.map(PaymentId),
            refunded_minor,
            gift: gift.parse().unwrap(),
            state,
            is_declined: declined_since > 0,
        };
        rows.into_iter().map(sale).collect()
    }

    pub async fn grants(&self) -> Vec<Grant> {
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
            "purchased" | "redeemed" | "declined" => sale.is_free || page.is_some_and(Page::is_paid_as_agreed),
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

    /// Its buyer has the newest page before them: that an older one ended ends nothing.
    fn what_can_be_paid_is_not_given_up(&self, sale: &Sale) -> Held {
        let books = self.bank.books();
        let newest = books.pages_of(&sale.order).filter(|page| page.is_shown).last();
        let can_be_paid = newest.is_some_and(|page| page.state_at(self.now()) == PageState::Open);
        prop_assert!(!(can_be_paid && sale.state == "canceled"), "{} is given up, and can be paid: {newest:?}", sale.gift);
        Ok(())
    }

    pub fn grant_of(&self, gift: &GiftId) -> Option<GrantId> {
        let notes = self.notes.lock().unwrap();
        notes.redeemed.iter().find(|(id, _)| id == gift).map(|(_, grant)| grant.id.clone())
    }

    pub fn is_taken_back(&self, gift: &GiftId) -> bool {
        self.notes.lock().unwrap().taken_back.contains(gift)
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

    /// An order uses its code from its promise on, until it can no longer be paid or another took the use along, and again once it was
    /// paid after all. Only for these last may there be more than the code allows.
    async fn every_code_counts_its_orders(&self) -> Held {
        let codes: Vec<(String, i64, Option<i64>, i64, i64)> = sqlx::query_as(
            "select name, uses, uses_max, count(gifts.id), coalesce(sum(case when lapsed.gift_id is null and replaced_by is null then 0 else 1 end), 0)
             from promo_codes
             left join orders on promo_code = name and orders.state not in ('expired', 'failed')
                 and not (orders.state = 'open' and replaced_by is not null)
             left join gifts on order_id = orders.id
             left join (select distinct gift_id from gift_events where what = 'canceled') as lapsed on lapsed.gift_id = gifts.id
             group by name, uses, uses_max",
        )
        .fetch_all(&mut *self.world.store.connection().await.unwrap())
        .await
        .unwrap();
        for (code, uses, uses_max, orders, honoured) in codes {
            prop_assert_eq!(uses, orders, "{} counts its uses wrongly", code);
            prop_assert!(
                uses_max.is_none_or(|max| orders - honoured <= max),
                "{code} was used by {orders}, {honoured} of them late"
            );
            if honoured > 0 {
                self.saw("a promo code honoured late".to_owned());
            }
        }
        Ok(())
    }
}

/// However its payment is doubted meanwhile, and however that ends.
fn what_is_declined_is_not_redeemable(sale: &Sale) -> Held {
    let is_open = matches!(sale.state.as_str(), "purchased" | "redeemed");
    prop_assert!(!(sale.is_declined && is_open), "{} was declined, and is {}", sale.gift, sale.state);
    Ok(())
}
