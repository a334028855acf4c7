//! What can be in the outbox: a kind and the ids that it is about. One function for each that a verb posts.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::checkout::{PaymentId, ProviderSubscriptionId};
use crate::gifts::{Gift, HoldReason, Whom};
use crate::store::outbox::NewEntry;
use crate::values::{AccountId, CheckoutSessionId, GiftId, LinkId, OrderId, OutboxId, Timestamp, TokenId, Zone};

/// How long before a membership's end it is announced.
const NOTICE_DAYS: u16 = 7;

/// One piece of work. Its name is the entry's kind, its fields are the entry's refs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "refs", rename_all = "snake_case")]
pub enum Task {
    Receipt { order_id: OrderId, gift_id: GiftId },
    GiftForYou { gift_id: GiftId, generation: i64 },
    RecipientReminder { gift_id: GiftId, generation: i64 },
    GiverReminder { gift_id: GiftId },
    GiftRedeemed { gift_id: GiftId },
    DeliveryFailed { gift_id: GiftId },
    VerifyAddress { link_id: LinkId },
    SignInLink { link_id: LinkId },
    ResetPassword { link_id: LinkId },
    PasswordChanged { account_id: AccountId },
    AddressChangeConfirm { link_id: LinkId },
    AddressChanged { link_id: LinkId },
    AccountExists { account_id: AccountId },
    AccessTokenMade { token_id: TokenId },
    GiftRefunded { gift_id: GiftId },
    GiftTakenBack { gift_id: GiftId, account_id: AccountId },
    PaymentFailed { gift_id: GiftId },
    ThankYou { gift_id: GiftId },
    GiftDeclined { gift_id: GiftId },
    GiveAgain { gift_id: GiftId },
    MembershipEnds { account_id: AccountId, ends_at: Timestamp },
    OperatorNotice { gift_id: GiftId, reason: String },
    OrderNotice { order_id: OrderId, reason: String },
    RefundPayment { order_id: OrderId, payment: String },
    CancelSession { session_id: CheckoutSessionId },
    EndSubscription { order_id: OrderId, subscription: String },
    WorkParked { entry_id: OutboxId, kind: String, reason: String },
}

pub fn receipt(order_id: &OrderId, gift_id: &GiftId) -> NewEntry {
    let task = Task::Receipt { order_id: order_id.clone(), gift_id: gift_id.clone() };
    task.entry(order_id.as_str())
}

/// The gift's own mail, when its delivery is due; `None` for a gift that isn't to be mailed. Posted again after a hold was
/// lifted it is the same entry; after a reissue, for another day or to send again it is a new one.
pub fn gift_for_you(gift: &Gift) -> Option<NewEntry> {
    let due_at = gift.delivery_due()?;
    let task = Task::GiftForYou { gift_id: gift.id.clone(), generation: gift.generation };
    let entry = task.entry(&format!("{} {} {}", gift.id, gift.generation, due_at.millis()));
    Some(NewEntry { due_at: Some(due_at), ..entry })
}

/// The reminders that are to come, as the gift is at `now`. Posted again after a change, one that waits is made to wait as long as it should
/// then; what was sent once is not sent again.
pub fn reminders(gift: &Gift, zone: &Zone, now: Timestamp) -> impl Iterator<Item = NewEntry> {
    let Gift { id, generation, .. } = gift;
    let recipient = Task::RecipientReminder { gift_id: id.clone(), generation: *generation }.entry(&format!("{id} {generation}"));
    let giver = Task::GiverReminder { gift_id: id.clone() }.entry(id.as_str());
    [(Whom::Recipient, recipient), (Whom::Giver, giver)].into_iter().filter_map(move |(whom, entry)| {
        let due_at = gift.reminder_due(whom, zone, now)?;
        Some(NewEntry { due_at: Some(due_at), ..entry })
    })
}

pub fn gift_redeemed(gift_id: &GiftId) -> NewEntry {
    Task::GiftRedeemed { gift_id: gift_id.clone() }.entry(gift_id.as_str())
}

/// `mail` is the entry that could not be delivered.
pub(super) fn delivery_failed(gift_id: &GiftId, mail: &OutboxId) -> NewEntry {
    Task::DeliveryFailed { gift_id: gift_id.clone() }.entry(mail.as_str())
}

pub fn verify_address(link_id: &LinkId) -> NewEntry {
    Task::VerifyAddress { link_id: link_id.clone() }.entry(link_id.as_str())
}

pub fn sign_in_link(link_id: &LinkId) -> NewEntry {
    Task::SignInLink { link_id: link_id.clone() }.entry(link_id.as_str())
}

pub fn reset_password(link_id: &LinkId) -> NewEntry {
    Task::ResetPassword { link_id: link_id.clone() }.entry(link_id.as_str())
}

pub fn password_changed(account_id: &AccountId, changed_at: Timestamp) -> NewEntry {
    Task::PasswordChanged { account_id: account_id.clone() }.entry(&at(account_id, changed_at))
}

/// To the new address, which the link names.
pub fn address_change_confirm(link_id: &LinkId) -> NewEntry {
    Task::AddressChangeConfirm { link_id: link_id.clone() }.entry(link_id.as_str())
}

/// To the old address, which the used link still names.
pub fn address_changed(link_id: &LinkId) -> NewEntry {
    Task::AddressChanged { link_id: link_id.clone() }.entry(link_id.as_str())
}

/// Somebody tried to register the address of this account, at `tried_at`.
pub fn account_exists(account_id: &AccountId, tried_at: Timestamp) -> NewEntry {
    Task::AccountExists { account_id: account_id.clone() }.entry(&at(account_id, tried_at))
}

/// To the account that the token works for.
pub fn access_token_made(token_id: &TokenId) -> NewEntry {
    Task::AccessTokenMade { token_id: token_id.clone() }.entry(token_id.as_str())
}

/// To the operator: somebody must look at this gift.
pub fn gift_doubted(gift_id: &GiftId, reason: HoldReason, doubted_at: Timestamp) -> NewEntry {
    gift_notice(gift_id, reason.name(), &doubted_at.millis().to_string())
}

/// To the operator: something about this gift is to be known, told once for each `about`.
pub fn gift_notice(gift_id: &GiftId, reason: &str, about: &str) -> NewEntry {
    let task = Task::OperatorNotice { gift_id: gift_id.clone(), reason: reason.to_owned() };
    task.entry(&format!("{gift_id} {about} {reason}"))
}

/// The same of an order that is for no gift.
pub fn order_notice(order_id: &OrderId, reason: &str, about: &str) -> NewEntry {
    let task = Task::OrderNotice { order_id: order_id.clone(), reason: reason.to_owned() };
    task.entry(&format!("{order_id} {about} {reason}"))
}

/// To the giver: the money went back, and the gift with it.
pub fn gift_refunded(gift_id: &GiftId) -> NewEntry {
    Task::GiftRefunded { gift_id: gift_id.clone() }.entry(gift_id.as_str())
}

/// To the account that had redeemed it: what was left of it has ended.
pub fn gift_taken_back(gift_id: &GiftId, account_id: &AccountId) -> NewEntry {
    Task::GiftTakenBack { gift_id: gift_id.clone(), account_id: account_id.clone() }.entry(gift_id.as_str())
}

/// To the buyer: money that was under way did not arrive.
pub fn payment_failed(gift_id: &GiftId) -> NewEntry {
    Task::PaymentFailed { gift_id: gift_id.clone() }.entry(gift_id.as_str())
}

/// Gives the payment of a gift back that its buyer has just taken back: once each time, because the operator may have let it go on between.
pub fn refund_gift(gift: &Gift, payment: &PaymentId) -> NewEntry {
    let task = Task::RefundPayment { order_id: gift.order_id.clone(), payment: payment.0.clone() };
    task.entry(&format!("{} {} {}", gift.order_id, payment.0, gift.version))
}

/// To the giver: what the recipient wrote, once.
pub fn thank_you(gift_id: &GiftId) -> NewEntry {
    Task::ThankYou { gift_id: gift_id.clone() }.entry(gift_id.as_str())
}

/// To the giver: the recipient would rather not have it. Given to somebody else, it may be declined again.
pub fn gift_declined(gift_id: &GiftId, declined_at: Timestamp) -> NewEntry {
    Task::GiftDeclined { gift_id: gift_id.clone() }.entry(&at(gift_id, declined_at))
}

/// To the member, a week before their membership ends. Of one day they are told once, even if the end moves by an hour, or away and back.
pub fn membership_ends(account_id: &AccountId, ends_at: Timestamp, zone: &Zone) -> NewEntry {
    let task = Task::MembershipEnds { account_id: account_id.clone(), ends_at };
    let entry = task.entry(&format!("{account_id} {}", zone.day(ends_at)));
    NewEntry { due_at: Some(announced_at(ends_at, zone)), ..entry }
}

/// To the giver of the gift that runs last, as long before, if they may know: once for a gift.
pub fn give_again(gift_id: &GiftId, ends_at: Timestamp, zone: &Zone) -> NewEntry {
    let entry = Task::GiveAgain { gift_id: gift_id.clone() }.entry(gift_id.as_str());
    NewEntry { due_at: Some(announced_at(ends_at, zone)), ..entry }
}

/// When an end is announced.
pub(super) fn announced_at(ends_at: Timestamp, zone: &Zone) -> Timestamp {
    zone.days_before(ends_at, NOTICE_DAYS)
}

/// Gives a payment of this order back whole, once.
pub fn refund_payment(order_id: &OrderId, payment: &PaymentId) -> NewEntry {
    Task::RefundPayment { order_id: order_id.clone(), payment: payment.0.clone() }.entry(&format!("{order_id} {}", payment.0))
}

/// Ends a page on which nobody is to pay any more.
pub fn cancel_session(session_id: &CheckoutSessionId) -> NewEntry {
    Task::CancelSession { session_id: session_id.clone() }.entry(session_id.as_str())
}

/// Ends at once a subscription that was taken out beside another of the same order.
pub fn end_subscription(order_id: &OrderId, subscription: &ProviderSubscriptionId) -> NewEntry {
    let task = Task::EndSubscription { order_id: order_id.clone(), subscription: subscription.0.clone() };
    task.entry(&subscription.0)
}

/// To the operator, about an entry that was given up.
pub(super) fn work_parked(entry: &OutboxId, kind: &str, reason: &str) -> NewEntry {
    let task = Task::WorkParked { entry_id: entry.clone(), kind: kind.to_owned(), reason: reason.to_owned() };
    task.entry(entry.as_str())
}

fn at(id: impl std::fmt::Display, moment: Timestamp) -> String {
    format!("{id} {}", moment.millis())
}

impl Task {
    /// The task that an entry of this kind stands for; `None` where no such kind or refs are known.
    #[must_use]
    pub fn of(kind: &str, refs: &str) -> Option<Self> {
        let refs: Value = serde_json::from_str(refs).ok()?;
        serde_json::from_value(json!({ "kind": kind, "refs": refs })).ok()
    }

    /// An entry that is due at once. `about` tells it from others of its kind.
    fn entry(&self, about: &str) -> NewEntry {
        let written = json!(self);
        let kind = written.get("kind").and_then(Value::as_str).unwrap_or_default().to_owned();
        let refs = written.get("refs").map(Value::to_string).unwrap_or_default();
        NewEntry { dedupe_key: format!("{kind} {about}"), kind, refs, due_at: None }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_read_from_its_kind_and_its_ids() {
        let gift_id: GiftId = "gift_0123456789abcdef".parse().unwrap();
        let entry = Task::GiftRedeemed { gift_id: gift_id.clone() }.entry(gift_id.as_str());
        assert_eq!(
            (entry.kind.as_str(), entry.refs.as_str(), entry.dedupe_key.as_str()),
            ("gift_redeemed", r#"{"gift_id":"gift_0123456789abcdef"}"#, "gift_redeemed gift_0123456789abcdef")
        );
        assert_eq!(Task::of(&entry.kind, &entry.refs), Some(Task::GiftRedeemed { gift_id }));
        for (kind, refs) in [("gift_eaten", &*entry.refs), ("gift_redeemed", "{}"), ("gift_redeemed", "gift_0123456789abcdef")] {
            assert_eq!(Task::of(kind, refs), None, "{kind} {refs}");
        }
    }
}
