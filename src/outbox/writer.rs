//! Writes the mail that an entry stands for, from what is true at the moment of sending. Codes, proofs and links are derived
//! here and nowhere kept.

mod accounts;
mod ends;
mod unpaid;

use url::Url;

use super::task::Task;
use crate::catalog::Brand;
use crate::checkout::Order;
use crate::emails::{
    ByHand, CardPlan, CardWent, DeliveryFailed, DeliveryFault, GiftDeclined, GiftForYou, GiftRedeemed, GiftRefunded, GiverReminder,
    Letter, Notice, OperatorNotice, Receipt, RecipientReminder, SecretLink, ThankYou,
};
use crate::gifts::{self, Delivery, Gift, GiftState, HoldReason, RefundRule, Whom};
use crate::store::outbox::Entry;
use crate::store::{self, Store};
use crate::values::{GiftCode, GiftId, PersonName, Secrets, Timestamp, Zone};

/// What mails are written from.
pub struct Writer {
    pub store: Store,
    pub secrets: Secrets,
    pub brand: Brand,
    /// In which days and clock times are written.
    pub zone: Zone,
    /// Whether the shop sells a subscription for oneself.
    pub sells_plans: bool,
    pub refunds: RefundRule,
    /// Where the shop's pages stand for the outside world.
    pub public_url: Url,
}

impl Writer {
    /// The mail to be sent now; `None` where what has happened since leaves nothing to say.
    pub(super) async fn letter(&self, task: &Task, entry: &Entry, now: Timestamp) -> store::Result<Option<Letter>> {
        Ok(match task {
            Task::Receipt { order_id, gift_id } => {
                let mut connection = self.store.connection().await?;
                let order = store::orders::find(&mut connection, order_id).await?;
                let gift = store::gifts::find(&mut connection, gift_id).await?;
                order.zip(gift).and_then(|(order, gift)| self.receipt(&order, &gift, entry.created_at, now)).map(Letter::Receipt)
            }
            Task::GiftForYou { gift_id, generation } => match self.gift(gift_id).await? {
                Some(gift) if gift.generation == *generation && gift.delivery_due().is_some_and(|due_at| due_at <= now) => {
                    Some(Letter::GiftForYou(self.gift_for_you(gift)?))
                }
                Some(_) | None => None,
            },
            Task::RecipientReminder { gift_id, generation } => match self.gift(gift_id).await? {
                Some(gift) if gift.generation == *generation && gift.is_to_remind(Whom::Recipient, now) => {
                    self.recipient_reminder(gift)?.map(Letter::RecipientReminder)
                }
                Some(_) | None => None,
            },
            Task::GiverReminder { gift_id } => match self.gift(gift_id).await? {
                Some(gift) if gift.is_to_remind(Whom::Giver, now) => self.giver_reminder(gift, now).map(Letter::GiverReminder),
                Some(_) | None => None,
            },
            Task::GiftRedeemed { gift_id } => {
                self.gift(gift_id).await?.and_then(|gift| self.gift_redeemed(gift)).map(Letter::GiftRedeemed)
            }
            Task::DeliveryFailed { gift_id } => {
                let Some(gift) = self.gift(gift_id).await? else { return Ok(None) };
                self.delivery_failed(gift)?.map(Letter::DeliveryFailed)
            }
            Task::GiftRefunded { gift_id } => {
                let mut connection = self.store.connection().await?;
                let Some(gift) = store::gifts::find(&mut connection, gift_id).await? else { return Ok(None) };
                let order = store::orders::find(&mut connection, &gift.order_id).await?;
                let was_redeemed = store::grants::of_gift(&mut connection, gift_id).await?.is_some();
                order.and_then(|order| self.gift_refunded(gift, &order, was_redeemed)).map(Letter::GiftRefunded)
            }
            Task::ThankYou { gift_id } => self.gift(gift_id).await?.and_then(|gift| self.thank_you(gift)).map(Letter::ThankYou),
            Task::GiftDeclined { gift_id } => {
                self.gift(gift_id).await?.and_then(|gift| self.gift_declined(gift)).map(Letter::GiftDeclined)
            }
            Task::GiftTakenBack { gift_id, account_id } => self.gift_taken_back(gift_id, account_id).await?,
            Task::GiveAgain { gift_id } => self.give_again(gift_id, now).await?,
            Task::MembershipEnds { account_id, ends_at } => self.membership_ends(account_id, *ends_at, now).await?,
            Task::PaymentFailed { gift_id } => self.payment_failed(gift_id).await?.map(Letter::PaymentFailed),
            Task::VerifyAddress { link_id }
            | Task::SignInLink { link_id }
            | Task::ResetPassword { link_id }
            | Task::AddressChangeConfirm { link_id } => self.one_time_link(link_id, now).await?,
            Task::AddressChanged { link_id } => self.address_changed(link_id, entry.created_at).await?,
            Task::PasswordChanged { account_id } => self.password_changed(account_id, entry.created_at).await?,
            Task::AccountExists { account_id } => self.account_exists(account_id).await?,
            Task::AccessTokenMade { token_id } => self.access_token_made(token_id).await?,
            Task::OperatorNotice { gift_id, reason } => {
                Some(self.to_operator(Notice::Gift { reference: gift_id.clone(), reason: reason.clone() }))
            }
            Task::OrderNotice { order_id, reason } => {
                Some(self.to_operator(Notice::Order { reference: order_id.clone(), reason: reason.clone() }))
            }
            // Errands are no mails.
            Task::RefundPayment { .. } | Task::CancelSession { .. } | Task::EndSubscription { .. } => None,
            Task::WorkParked { entry_id, kind, reason } => {
                Some(self.to_operator(Notice::Parked { entry: entry_id.clone(), kind: kind.clone(), reason: reason.clone() }))
            }
        })
    }

    pub(super) async fn gift(&self, id: &GiftId) -> store::Result<Option<Gift>> {
        store::gifts::find(&mut *self.store.connection().await?, id).await
    }

    fn receipt(&self, order: &Order, gift: &Gift, paid_at: Timestamp, now: Timestamp) -> Option<Receipt> {
        Some(Receipt {
            to: order.buyer_email.clone()?,
            to_name: order.buyer_name.as_deref().and_then(|name| PersonName::parse(name).ok()),
            recipient_name: gift.recipient_name.clone(),
            recipient_email: gift.recipient_email.clone(),
            title: order.line_item.title.clone(),
            list_price: order.list_total,
            discount: order.discount(),
            total: order.total,
            paid: order.paid_otherwise(),
            tax: order.tax_in_it(),
            paid_at,
            card: plan(gift, &self.zone, now),
            status_page: self.status_page(&gift.id),
            order_id: order.id.clone(),
            reference: gift.id.clone(),
            is_for_oneself: gift.is_for_oneself(),
        })
    }

    fn gift_for_you(&self, gift: Gift) -> store::Result<GiftForYou> {
        let (link, code) = self.proven_link(&gift)?;
        Ok(GiftForYou {
            is_for_oneself: gift.is_for_oneself(),
            stop: self.stop_page(&gift, Whom::Recipient),
            to: gift.recipient_email,
            occasion: gift.occasion,
            recipient_name: gift.recipient_name,
            giver_name: gift.giver_name,
            message: gift.message,
            tier: gift.tier,
            months: gift.months,
            link,
            redeem_page: self.page(&["redeem"]),
            code,
            reference: gift.id,
        })
    }

    /// The recipient's own link, and the code in it.
    fn proven_link(&self, gift: &Gift) -> store::Result<(SecretLink, GiftCode)> {
        let derived = gift.code(&self.secrets).zip(gift.proof(&self.secrets));
        let (code, proof) = derived.ok_or(store::Error::Unreadable("secret_id"))?;
        let mut link = self.page(&["redeem", code.reveal()]);
        link.query_pairs_mut().append_pair("proof", &proof);
        Ok((SecretLink(link), code))
    }

    fn recipient_reminder(&self, gift: Gift) -> store::Result<Option<RecipientReminder>> {
        let CardWent::Out(sent_at) = card_went(&gift.delivery) else { return Ok(None) };
        let (link, _) = self.proven_link(&gift)?;
        Ok(Some(RecipientReminder {
            is_for_oneself: gift.is_for_oneself(),
            stop: self.stop_page(&gift, Whom::Recipient),
            to: gift.recipient_email,
            recipient_name: gift.recipient_name,
            giver_name: gift.giver_name,
            tier: gift.tier,
            months: gift.months,
            sent_at,
            link,
            reference: gift.id,
        }))
    }

    fn giver_reminder(&self, gift: Gift, now: Timestamp) -> Option<GiverReminder> {
        Some(GiverReminder {
            stop: self.stop_page(&gift, Whom::Giver),
            card: card_went(&gift.delivery),
            takes_back_until: gift.refundable_until(self.refunds, &self.zone, now),
            to: gift.giver_email?,
            recipient_name: gift.recipient_name,
            recipient_email: gift.recipient_email,
            is_opened: gift.opened_at.is_some(),
            tier: gift.tier,
            months: gift.months,
            status_page: self.status_page(&gift.id),
            reference: gift.id,
        })
    }

    fn gift_redeemed(&self, gift: Gift) -> Option<GiftRedeemed> {
        let GiftState::Redeemed { redeemed_at, .. } = gift.state else { return None };
        Some(GiftRedeemed {
            to: gift.giver_email?,
            recipient_name: gift.recipient_name,
            tier: gift.tier,
            months: gift.months,
            redeemed_at,
            status_page: self.status_page(&gift.id),
            reference: gift.id,
        })
    }

    /// `None` where it was mended, opened or taken back meanwhile.
    fn delivery_failed(&self, gift: Gift) -> store::Result<Option<DeliveryFailed>> {
        if !gift.is_astray() {
            return Ok(None);
        }
        let fault = match gift.delivery {
            Delivery::Bounced { .. } => DeliveryFault::Refused,
            Delivery::Failed { .. } => DeliveryFault::NotReached,
            Delivery::LinkOnly | Delivery::Scheduled { .. } | Delivery::Sent { .. } | Delivery::Delivered { .. } => {
                return Ok(None);
            }
        };
        let by_hand = match gift.state {
            GiftState::Purchased { .. } => Some(self.by_hand(&gift)?),
            GiftState::Held { reason: HoldReason::Dispute | HoldReason::Mismatch, .. } => None,
            GiftState::Held { reason: HoldReason::Refund, .. }
            | GiftState::Pending
            | GiftState::Redeemed { .. }
            | GiftState::Canceled { .. }
            | GiftState::Refunded { .. }
            | GiftState::Declined { .. }
            | GiftState::Expired { .. } => return Ok(None),
        };
        Ok(gift.giver_email.map(|to| DeliveryFailed {
            to,
            recipient_name: gift.recipient_name,
            recipient_email: gift.recipient_email,
            fault,
            by_hand,
            status_page: self.status_page(&gift.id),
            reference: gift.id,
        }))
    }

    fn by_hand(&self, gift: &Gift) -> store::Result<ByHand> {
        let code = gift.code(&self.secrets).ok_or(store::Error::Unreadable("secret_id"))?;
        Ok(ByHand { link: SecretLink(self.page(&["redeem", code.reveal()])), code })
    }

    fn gift_refunded(&self, gift: Gift, order: &Order, was_redeemed: bool) -> Option<GiftRefunded> {
        Some(GiftRefunded {
            is_for_oneself: gift.is_for_oneself(),
            to: gift.giver_email?,
            recipient_name: gift.recipient_name,
            total: order.sum(),
            was_redeemed,
            status_page: self.status_page(&gift.id),
            reference: gift.id,
        })
    }

    fn thank_you(&self, gift: Gift) -> Option<ThankYou> {
        Some(ThankYou {
            to: gift.giver_email?,
            recipient_name: gift.recipient_name,
            thanks: gift.thanks?.text,
            tier: gift.tier,
            months: gift.months,
            status_page: self.status_page(&gift.id),
            reference: gift.id,
        })
    }

    /// Nothing where somebody else has it by now, or its buyer has taken it back. While its payment is checked it is declined all the same.
    fn gift_declined(&self, gift: Gift) -> Option<GiftDeclined> {
        let is_declined = match gift.state {
            GiftState::Declined { .. } => true,
            GiftState::Held { declined_at, reason: HoldReason::Dispute | HoldReason::Mismatch, .. } => declined_at.is_some(),
            GiftState::Held { reason: HoldReason::Refund, .. }
            | GiftState::Pending
            | GiftState::Purchased { .. }
            | GiftState::Redeemed { .. }
            | GiftState::Canceled { .. }
            | GiftState::Refunded { .. }
            | GiftState::Expired { .. } => false,
        };
        is_declined.then_some(())?;
        Some(GiftDeclined {
            to: gift.giver_email?,
            recipient_name: gift.recipient_name,
            word: gift.decline_word,
            tier: gift.tier,
            months: gift.months,
            status_page: self.status_page(&gift.id),
            reference: gift.id,
        })
    }

    fn to_operator(&self, notice: Notice) -> Letter {
        Letter::OperatorNotice(OperatorNotice { to: self.brand.support_email.clone(), notice })
    }

    /// The buyer's own page of a gift, by its signed link.
    fn status_page(&self, gift: &GiftId) -> SecretLink {
        let mut page = self.page(&["gifts", gift.as_str()]);
        page.query_pairs_mut().append_pair("key", &gifts::page_key(&self.secrets.current, gift));
        SecretLink(page)
    }

    /// Where one of the two stops the reminders of a gift.
    fn stop_page(&self, gift: &Gift, whom: Whom) -> SecretLink {
        let mut page = self.page(&["reminders", "stop"]);
        page.query_pairs_mut().append_pair("token", &gifts::stop_token(&self.secrets.current, gift, whom));
        SecretLink(page)
    }

    /// A page of ours, below wherever the shop stands.
    fn page(&self, path: &[&str]) -> Url {
        let mut page = self.public_url.clone();
        if let Ok(mut segments) = page.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        page
    }
}

/// How the card travels, as far as can be said when the receipt is written.
fn plan(gift: &Gift, shop_zone: &Zone, now: Timestamp) -> CardPlan {
    match (&gift.state, &gift.delivery) {
        (GiftState::Held { .. }, _) => CardPlan::Held,
        (_, Delivery::LinkOnly) => CardPlan::ByHand,
        (_, Delivery::Scheduled { due_at }) if *due_at > now => {
            CardPlan::On(*due_at, gift.time_zone.as_ref().unwrap_or(shop_zone).clone())
        }
        (
            _,
            Delivery::Scheduled { .. }
            | Delivery::Sent { .. }
            | Delivery::Delivered { .. }
            | Delivery::Bounced { .. }
            | Delivery::Failed { .. },
        ) => CardPlan::Now,
    }
}

/// How a giver is told what became of a card that is not on its way.
const fn card_went(delivery: &Delivery) -> CardWent {
    match delivery {
        Delivery::Sent { sent_at: at } | Delivery::Delivered { delivered_at: at } => CardWent::Out(*at),
        Delivery::Bounced { .. } | Delivery::Failed { .. } => CardWent::Nowhere,
        Delivery::LinkOnly | Delivery::Scheduled { .. } => CardWent::ByHand,
    }
}
