//! What becomes of a mail, and what that means for its gift, the giver and the operator: the same whether the worker saw it happen or
//! somebody reports it afterwards. Knows nothing of SMTP, webhooks or leases.

use super::errand::taken_back;
use super::report::{Report, Reported};
use super::task::{self, Task};
use crate::gifts::{self, Gift, Whom};
use crate::store::outbox::{self, Record};
use crate::store::{self, Tx};
use crate::values::{GiftId, OrderId, OutboxId, Secrets, Timestamp, Zone};

/// What became of a piece of work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate<'a> {
    /// Done; a mail was taken over by its carrier.
    Sent,
    /// The mailbox has it.
    Delivered,
    /// The mailbox has it, and its reader called it unwanted.
    Complained,
    /// The other side will not have it, and why: a tag.
    Refused(&'a str),
    /// The last try failed, and why: a tag.
    Exhausted(&'a str),
}

/// Takes in what is reported of a mail. A report that comes again, too late, or about a mail that another has followed changes nothing.
/// [`store::Error::Stale`] where the gift was changed meanwhile.
pub async fn take_in(tx: &mut Tx, secrets: &Secrets, zone: &Zone, report: &Report, now: Timestamp) -> store::Result<()> {
    let Some(mail) = outbox::find(tx, &report.mail).await? else { return Ok(()) };
    let Some(task) = Task::of(&mail.kind, &mail.refs) else { return Ok(()) };
    if !is_the_last(tx, &mail, &task).await? {
        return Ok(());
    }
    let fate = match report.what {
        Reported::Delivered => Fate::Delivered,
        Reported::Bounced => Fate::Refused("bounced"),
        Reported::Complained => Fate::Complained,
    };
    tracing::info!(outbox = %mail.id, kind = mail.kind, ?fate, "a mail was reported on");
    let at = report.at.max(mail.ended_at.unwrap_or(mail.created_at));
    Told { secrets, zone, mail: &mail.id, kind: &mail.kind, task: &task, now }.of(tx, fate, at).await
}

/// Whether a gift's mail is the last one of its generation: one that was sent again has followed the one before it. Of a mail that is
/// still in hand it can be reported before the worker has written down that it went out.
async fn is_the_last(tx: &mut Tx, mail: &Record, task: &Task) -> store::Result<bool> {
    let Task::GiftForYou { gift_id, .. } = task else { return Ok(true) };
    let Some(gift) = store::gifts::find(tx, gift_id).await? else { return Ok(false) };
    Ok(match task::gift_for_you(&gift) {
        Some(due) => due.id() == mail.id,
        None => outbox::last_ended(tx, &mail.kind, &mail.refs).await?.is_none_or(|last| last == mail.id),
    })
}

/// Who is told of a fate, and of which mail.
pub(super) struct Told<'a> {
    pub secrets: &'a Secrets,
    /// In which the month is counted after which a giver is reminded.
    pub zone: &'a Zone,
    pub mail: &'a OutboxId,
    pub kind: &'a str,
    pub task: &'a Task,
    pub now: Timestamp,
}

impl Told<'_> {
    /// Writes down what `fate` means, which came at `at`; in the transaction that also ends the entry, where the worker saw it.
    pub async fn of(&self, tx: &mut Tx, fate: Fate<'_>, at: Timestamp) -> store::Result<()> {
        match self.task {
            Task::GiftForYou { gift_id, generation } => match store::gifts::find(tx, gift_id).await? {
                Some(gift) => self.of_card(tx, &gift, *generation, fate, at).await,
                None => Ok(()),
            },
            Task::RecipientReminder { gift_id, generation } => match store::gifts::find(tx, gift_id).await? {
                Some(gift) if gift.generation == *generation => {
                    self.of_reminder(tx, &gift, Whom::Recipient, fate, at).await?;
                    match fate {
                        Fate::Complained => self.notice(tx, task::gift_notice(gift_id, "complained", self.mail.as_str())).await,
                        Fate::Exhausted(tag) => self.parked(tx, tag).await,
                        Fate::Sent | Fate::Delivered | Fate::Refused(_) => Ok(()),
                    }
                }
                Some(_) | None => Ok(()),
            },
            Task::GiverReminder { gift_id } => match store::gifts::find(tx, gift_id).await? {
                Some(gift) => {
                    self.of_reminder(tx, &gift, Whom::Giver, fate, at).await?;
                    self.of_mail_to_buyer(tx, gift_id, fate).await
                }
                None => Ok(()),
            },
            Task::Receipt { gift_id, .. }
            | Task::GiftRedeemed { gift_id }
            | Task::DeliveryFailed { gift_id }
            | Task::GiftRefunded { gift_id }
            | Task::ThankYou { gift_id }
            | Task::GiftDeclined { gift_id }
            | Task::GiveAgain { gift_id } => self.of_mail_to_buyer(tx, gift_id, fate).await,
            Task::RefundPayment { order_id, .. } => match fate {
                Fate::Sent | Fate::Delivered | Fate::Complained => Ok(()),
                Fate::Refused(tag) | Fate::Exhausted(tag) => self.not_paid_back(tx, order_id, tag).await,
            },
            Task::GiftTakenBack { gift_id, .. } => match fate {
                Fate::Sent | Fate::Delivered | Fate::Complained => Ok(()),
                Fate::Refused(_) => self.notice(tx, task::gift_notice(gift_id, "redeemer_unreachable", self.mail.as_str())).await,
                Fate::Exhausted(tag) => self.parked(tx, tag).await,
            },
            Task::EndSubscription { .. } => match fate {
                Fate::Sent | Fate::Delivered | Fate::Complained => Ok(()),
                Fate::Refused(tag) | Fate::Exhausted(tag) => self.parked(tx, tag).await,
            },
            // Of mails about accounts nobody is told: whoever registers made-up addresses would write to the operator; nor of a mail to
            // the operator, nor of one about a payment that never came. A payment page ends by itself a day later.
            Task::VerifyAddress { .. }
            | Task::SignInLink { .. }
            | Task::ResetPassword { .. }
            | Task::PasswordChanged { .. }
            | Task::AddressChangeConfirm { .. }
            | Task::AddressChanged { .. }
            | Task::AccountExists { .. }
            | Task::AccessTokenMade { .. }
            | Task::MembershipEnds { .. }
            | Task::PaymentFailed { .. }
            | Task::OperatorNotice { .. }
            | Task::OrderNotice { .. }
            | Task::CancelSession { .. }
            | Task::WorkParked { .. } => Ok(()),
        }
    }

    /// The gift's own mail: the gift remembers how it fared, and a giver who can mend it is told once for each mail.
    async fn of_card(&self, tx: &mut Tx, gift: &Gift, generation: i64, fate: Fate<'_>, at: Timestamp) -> store::Result<()> {
        let (heard, what) = match fate {
            Fate::Sent => (gift.sent(generation, at), "sent"),
            Fate::Delivered | Fate::Complained => (gift.delivered(generation, at), "delivered"),
            Fate::Refused(_) => (gift.bounced(generation, at), "bounced"),
            Fate::Exhausted(_) => (gift.delivery_failed(generation, at), "not_delivered"),
        };
        if let Some(after) = &heard {
            self.write(tx, gift, after, what).await?;
            for reminder in task::reminders(after, self.zone, self.now) {
                self.notice(tx, reminder).await?;
            }
        }
        match fate {
            Fate::Complained if generation == gift.generation => {
                // Whoever calls the card unwanted does not want to be reminded of it.
                if let Some(gift) = store::gifts::find(tx, &gift.id).await? {
                    self.of_reminder(tx, &gift, Whom::Recipient, fate, at).await?;
                }
                self.notice(tx, task::gift_notice(&gift.id, "complained", self.mail.as_str())).await?;
            }
            Fate::Refused(_) | Fate::Exhausted(_) if heard.is_some() && gift.giver_email.is_some() => {
                self.notice(tx, task::delivery_failed(&gift.id, self.mail)).await?;
            }
            Fate::Refused(_) if heard.is_some() => {
                self.notice(tx, task::gift_notice(&gift.id, "recipient_unreachable", self.mail.as_str())).await?;
            }
            Fate::Sent | Fate::Delivered | Fate::Complained | Fate::Refused(_) | Fate::Exhausted(_) => {}
        }
        // A server that can't be reached for two days may be ours to mend.
        if let Fate::Exhausted(tag) = fate { self.parked(tx, tag).await } else { Ok(()) }
    }

    /// The operator is told of the gift whose buyer waits for the money; of the entry, where it is a payment that settled nothing.
    async fn not_paid_back(&self, tx: &mut Tx, order_id: &OrderId, tag: &str) -> store::Result<()> {
        match taken_back(tx, order_id).await? {
            Some(gift) => self.notice(tx, task::gift_notice(&gift.id, "refund_failed", self.mail.as_str())).await,
            None => self.parked(tx, tag).await,
        }
    }

    /// It is noted that it went out, and whoever calls it unwanted gets no other.
    async fn of_reminder(&self, tx: &mut Tx, gift: &Gift, whom: Whom, fate: Fate<'_>, at: Timestamp) -> store::Result<()> {
        let (heard, what) = match (fate, whom) {
            (Fate::Sent, Whom::Recipient) => (gift.reminded(whom, at), "recipient_reminded"),
            (Fate::Sent, Whom::Giver) => (gift.reminded(whom, at), "giver_reminded"),
            (Fate::Complained, Whom::Recipient) => (gift.stop_reminding(whom, at), "recipient_reminders_stopped"),
            (Fate::Complained, Whom::Giver) => (gift.stop_reminding(whom, at), "giver_reminders_stopped"),
            (Fate::Delivered | Fate::Refused(_) | Fate::Exhausted(_), _) => return Ok(()),
        };
        match heard {
            Some(after) => self.write(tx, gift, &after, what).await,
            None => Ok(()),
        }
    }

    async fn of_mail_to_buyer(&self, tx: &mut Tx, gift_id: &GiftId, fate: Fate<'_>) -> store::Result<()> {
        match fate {
            Fate::Sent | Fate::Delivered => Ok(()),
            // Whoever bought it can't be told, so the operator is.
            Fate::Refused(_) => self.notice(tx, task::gift_notice(gift_id, "buyer_unreachable", self.mail.as_str())).await,
            Fate::Complained => self.notice(tx, task::gift_notice(gift_id, "buyer_complained", self.mail.as_str())).await,
            Fate::Exhausted(tag) => self.parked(tx, tag).await,
        }
    }

    async fn write(&self, tx: &mut Tx, before: &Gift, after: &Gift, what: &'static str) -> store::Result<()> {
        let code = after.code(self.secrets).ok_or(store::Error::Unreadable("secret_id"))?;
        store::gifts::advance(tx, before, after, &gifts::digest(&code), what, self.now).await
    }

    async fn parked(&self, tx: &mut Tx, tag: &str) -> store::Result<()> {
        self.notice(tx, task::work_parked(self.mail, self.kind, tag)).await
    }

    async fn notice(&self, tx: &mut Tx, entry: outbox::NewEntry) -> store::Result<()> {
        outbox::post(tx, &entry, self.now).await
    }
}
