//! Gifts, the audit of their changes, and the ledger of time that they give.

use super::things::{Counted, LATER, NOW, digest, email, member, promised};
use crate::catalog::{Months, Tier};
use crate::gifts::{Delivery, Gift, GiftState, HoldReason, Reminders, Reminding, Thanks};
use crate::memberships::Grant;
use crate::store::testing::on_both;
use crate::store::{Error, Store, gifts, grants};
use crate::values::{AccountId, GrantId, Message, Occasion, PersonName};

fn every_state(account_id: &AccountId) -> Vec<GiftState> {
    vec![
        GiftState::Purchased { purchased_at: NOW },
        GiftState::Held { purchased_at: NOW, held_at: LATER, reason: HoldReason::Dispute, declined_at: Some(NOW) },
        GiftState::Held { purchased_at: NOW, held_at: LATER, reason: HoldReason::Mismatch, declined_at: None },
        GiftState::Held { purchased_at: NOW, held_at: LATER, reason: HoldReason::Refund, declined_at: None },
        GiftState::Redeemed {
            purchased_at: NOW,
            redeemed_at: LATER,
            account_id: account_id.clone(),
            grant_id: GrantId::random(&Counted),
        },
        GiftState::Canceled { canceled_at: LATER },
        GiftState::Refunded { refunded_at: LATER },
        GiftState::Declined { purchased_at: NOW, declined_at: LATER },
        GiftState::Expired { expired_at: LATER },
    ]
}

on_both!(a_gift_is_read_as_it_was_written_in_every_state_and_delivery, async |store: Store| {
    let mut connection = store.connection().await.unwrap();
    let bea = member(&mut connection, "bea@example.com").await;
    let deliveries = [
        Delivery::LinkOnly,
        Delivery::Scheduled { due_at: LATER },
        Delivery::Sent { sent_at: LATER },
        Delivery::Delivered { delivered_at: LATER },
        Delivery::Bounced { bounced_at: LATER },
        Delivery::Failed { failed_at: LATER },
    ];
    for (state, delivery) in every_state(&bea.id).into_iter().zip(deliveries.into_iter().cycle()) {
        let (_, before) = promised(&mut connection).await;
        assert_eq!(gifts::find(&mut connection, &before.id).await.unwrap(), Some(before.clone()));
        let after = Gift {
            state,
            delivery,
            recipient_name: PersonName::parse("Carl").unwrap(),
            message: None,
            occasion: Occasion::ThankYou,
            opened_at: Some(LATER),
            decline_word: Some(Message::parse("Thank you, and no.").unwrap()),
            thanks: Some(Thanks { text: Message::parse("I am so glad.").unwrap(), thanked_at: LATER }),
            reminders: Reminders {
                recipient: Reminding { reminded_at: Some(NOW), stopped_at: None },
                giver: Reminding { reminded_at: None, stopped_at: Some(LATER) },
            },
            ..before.clone()
        };
        gifts::advance(&mut connection, &before, &after, &digest(&after), "changed", LATER).await.unwrap();
        assert_eq!(gifts::find(&mut connection, &before.id).await.unwrap(), Some(Gift { version: 2, ..after }));
    }
});

on_both!(of_two_changes_of_one_gift_the_second_is_stale_and_leaves_no_trace, async |store: Store| {
    let mut connection = store.connection().await.unwrap();
    let (_, pending) = promised(&mut connection).await;
    let purchased = Gift { state: GiftState::Purchased { purchased_at: NOW }, ..pending.clone() };
    let canceled = Gift { state: GiftState::Canceled { canceled_at: NOW }, ..pending.clone() };
    gifts::advance(&mut connection, &pending, &purchased, &digest(&pending), "purchased", NOW).await.unwrap();
    let second = gifts::advance(&mut connection, &pending, &canceled, &digest(&pending), "canceled", LATER).await;
    assert!(matches!(second, Err(Error::Stale)));
    let trace: Vec<String> =
        gifts::events(&mut connection, &pending.id).await.unwrap().into_iter().map(|event| event.what).collect();
    assert_eq!(trace, ["promised", "purchased"]);
});

on_both!(a_new_code_ends_the_old_one, async |store: Store| {
    let mut connection = store.connection().await.unwrap();
    let (order, gift) = promised(&mut connection).await;
    assert_eq!(gifts::by_code(&mut connection, &digest(&gift)).await.unwrap(), Some(gift.clone()));
    assert_eq!(gifts::by_order(&mut connection, &order.id).await.unwrap(), Some(gift.clone()));
    let reissued = Gift { generation: 2, secret_id: "89abcdef".to_owned(), ..gift.clone() };
    gifts::advance(&mut connection, &gift, &reissued, &digest(&reissued), "reissued", LATER).await.unwrap();
    assert_eq!(gifts::by_code(&mut connection, &digest(&gift)).await.unwrap(), None);
    assert_eq!(gifts::by_code(&mut connection, &digest(&reissued)).await.unwrap().map(|gift| gift.generation), Some(2));
    assert_eq!(gifts::secret_ids(&mut connection).await.unwrap(), ["89abcdef"]);
});

on_both!(two_gifts_never_share_an_order_or_a_code, async |store: Store| {
    let mut connection = store.connection().await.unwrap();
    let (_, gift) = promised(&mut connection).await;
    let twin = Gift { id: crate::values::GiftId::random(&Counted), ..gift.clone() };
    assert!(matches!(gifts::insert(&mut connection, &twin, "another").await, Err(Error::Duplicate)));
    let (other_order, _) = promised(&mut connection).await;
    let same_code = Gift { order_id: other_order.id, ..twin };
    assert!(matches!(gifts::insert(&mut connection, &same_code, &digest(&gift)).await, Err(Error::Duplicate)));
});

on_both!(givers_and_recipients_find_their_gifts_by_address_whatever_its_case, async |store: Store| {
    let mut connection = store.connection().await.unwrap();
    let bea = member(&mut connection, "bea@example.com").await;
    let (_, pending) = promised(&mut connection).await;
    let ada = email("ADA@example.com");
    assert_eq!(gifts::given_by(&mut connection, &ada, 9).await.unwrap(), []);
    let sent =
        Gift { state: GiftState::Purchased { purchased_at: NOW }, delivery: Delivery::Sent { sent_at: NOW }, ..pending.clone() };
    gifts::advance(&mut connection, &pending, &sent, &digest(&sent), "purchased", NOW).await.unwrap();
    let given = gifts::given_by(&mut connection, &ada, 9).await.unwrap();
    assert_eq!(given.iter().map(|gift| &gift.id).collect::<Vec<_>>(), [&sent.id]);
    let waiting = gifts::received_by(&mut connection, &bea.id, &email("BEA@example.com"), 9).await.unwrap();
    assert_eq!(waiting.len(), 1);
    // Redeemed, it stays with the account, whatever address that has by then.
    let redeemed_by = GiftState::Redeemed {
        purchased_at: NOW,
        redeemed_at: LATER,
        account_id: bea.id.clone(),
        grant_id: GrantId::random(&Counted),
    };
    let [sent] = <[Gift; 1]>::try_from(given).unwrap();
    let redeemed = Gift { state: redeemed_by, ..sent.clone() };
    gifts::advance(&mut connection, &sent, &redeemed, &digest(&sent), "redeemed", LATER).await.unwrap();
    let grant = Grant {
        id: GrantId::random(&Counted),
        account_id: bea.id.clone(),
        tier: Tier::Member,
        months: Months::Three,
        granted_at: LATER,
        voided_at: None,
    };
    grants::append(&mut connection, &grant, Some(&sent.id)).await.unwrap();
    assert_eq!(gifts::received_by(&mut connection, &bea.id, &email("new@example.com"), 9).await.unwrap().len(), 1);
    // Nor does it vanish when the money for it goes back.
    let refunded = Gift { version: 3, state: GiftState::Refunded { refunded_at: LATER }, ..redeemed };
    gifts::advance(&mut connection, &refunded, &refunded, &digest(&sent), "refunded", LATER).await.unwrap();
    let received = gifts::received_by(&mut connection, &bea.id, &email("new@example.com"), 9).await.unwrap();
    assert_eq!(received.iter().map(|gift| gift.state.name()).collect::<Vec<_>>(), ["refunded"]);
    assert_eq!(gifts::given_by(&mut connection, &ada, 0).await.unwrap(), []);
});

on_both!(a_gift_gives_one_grant_and_a_void_is_a_line_of_its_own, async |store: Store| {
    let mut connection = store.connection().await.unwrap();
    let bea = member(&mut connection, "bea@example.com").await;
    let (_, gift) = promised(&mut connection).await;
    let grant = |at| Grant {
        id: GrantId::random(&Counted),
        account_id: bea.id.clone(),
        tier: Tier::Founder,
        months: Months::Twelve,
        granted_at: at,
        voided_at: None,
    };
    let (first, bought) = (grant(NOW), grant(LATER));
    grants::append(&mut connection, &first, Some(&gift.id)).await.unwrap();
    assert!(matches!(grants::append(&mut connection, &grant(LATER), Some(&gift.id)).await, Err(Error::Duplicate)));
    grants::append(&mut connection, &bought, None).await.unwrap();
    assert_eq!(grants::of_account(&mut connection, &bea.id).await.unwrap(), [first.clone(), bought.clone()]);
    grants::void(&mut connection, &first.id, LATER).await.unwrap();
    // A second void comes too late to move the first.
    grants::void(&mut connection, &first.id, NOW).await.unwrap();
    let voided = Grant { voided_at: Some(LATER), ..first };
    assert_eq!(grants::of_account(&mut connection, &bea.id).await.unwrap(), [voided, bought]);
    assert_eq!(grants::subscriptions_of(&mut connection, &bea.id).await.unwrap(), []);
});
