//! Gifts and the audit of their changes.

use std::collections::BTreeMap;

use sqlx::AnyConnection;
use sqlx::any::AnyRow;

use super::engine::change_one;
use super::error::{Error, Result};
use super::row::Read;
use crate::gifts::{Delivery, Gift, GiftState, Reminders, Reminding, Thanks};
use crate::values::{AccountId, Email, GiftId, GrantId, OrderId, Timestamp};

/// One change of one gift, as the audit tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    pub at: Timestamp,
    /// The verb: "promised", "redeemed", "readdressed".
    pub what: String,
    /// The gift's code at that time; `None` of changes from before this was written.
    pub generation: Option<i64>,
    /// How it was to be delivered from then on, by [`Delivery::name`].
    pub delivery: String,
}

/// A new gift. `code_digest` is the SHA-256 of its code, by which it is found.
pub async fn insert(connection: &mut AnyConnection, gift: &Gift, code_digest: &str) -> Result<()> {
    let state = StateColumns::of(&gift.state);
    let (delivery, delivery_at) = delivery_columns(&gift.delivery);
    sqlx::query(
        "insert into gifts (id, version, order_id, tier, months, recipient_name, recipient_email, recipient_email_key,
             giver_name, giver_email, giver_email_key, message, generation, secret_id, code_digest, delivery, delivery_at,
             time_zone, state, purchased_at, held_at, hold_reason, redeemed_at, redeemed_by, grant_id, ended_at, created_at,
             occasion, opened_at, thanks, thanked_at, decline_word, recipient_reminded_at, recipient_stopped_at,
             giver_reminded_at, giver_stopped_at, end_told)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23,
             $24, $25, $26, $27, $28, $29, $30, $31, $32, $33, $34, $35, $36, $37)",
    )
    .bind(gift.id.as_str())
    .bind(gift.version)
    .bind(gift.order_id.as_str())
    .bind(gift.tier.as_str())
    .bind(i64::from(gift.months.count()))
    .bind(gift.recipient_name.as_str())
    .bind(gift.recipient_email.as_str())
    .bind(gift.recipient_email.key())
    .bind(gift.giver_name.as_ref().map(|name| name.as_str().to_owned()))
    .bind(gift.giver_email.as_ref().map(|email| email.as_str().to_owned()))
    .bind(gift.giver_email.as_ref().map(Email::key))
    .bind(gift.message.as_ref().map(|message| message.as_str().to_owned()))
    .bind(gift.generation)
    .bind(&gift.secret_id)
    .bind(code_digest)
    .bind(delivery)
    .bind(delivery_at)
    .bind(gift.time_zone.as_ref().map(|zone| zone.name().to_owned()))
    .bind(state.name)
    .bind(state.purchased_at)
    .bind(state.held_at)
    .bind(state.hold_reason)
    .bind(state.redeemed_at)
    .bind(state.redeemed_by)
    .bind(state.grant_id)
    .bind(state.ended_at)
    .bind(gift.created_at.millis())
    .bind(gift.occasion.as_str())
    .bind(gift.opened_at.map(Timestamp::millis))
    .bind(gift.thanks.as_ref().map(|thanks| thanks.text.as_str().to_owned()))
    .bind(gift.thanks.as_ref().map(|thanks| thanks.thanked_at.millis()))
    .bind(gift.decline_word.as_ref().map(|word| word.as_str().to_owned()))
    .bind(gift.reminders.recipient.reminded_at.map(Timestamp::millis))
    .bind(gift.reminders.recipient.stopped_at.map(Timestamp::millis))
    .bind(gift.reminders.giver.reminded_at.map(Timestamp::millis))
    .bind(gift.reminders.giver.stopped_at.map(Timestamp::millis))
    .bind(i64::from(gift.end_told))
    .execute(&mut *connection)
    .await?;
    append_event(connection, gift, gift.version, "promised", gift.created_at).await
}

/// Writes `after` over `before` and says so in the audit; [`Error::Stale`] where somebody else was faster.
/// `what` is the verb's past participle; `code_digest` belongs to `after`'s generation.
pub async fn advance(
    connection: &mut AnyConnection,
    before: &Gift,
    after: &Gift,
    code_digest: &str,
    what: &'static str,
    now: Timestamp,
) -> Result<()> {
    let state = StateColumns::of(&after.state);
    let (delivery, delivery_at) = delivery_columns(&after.delivery);
    let query = sqlx::query(
        "update gifts
         set version = version + 1, recipient_name = $3, recipient_email = $4, recipient_email_key = $5, giver_name = $6,
             message = $7, generation = $8, secret_id = $9, code_digest = $10, delivery = $11, delivery_at = $12, state = $13,
             purchased_at = $14, held_at = $15, hold_reason = $16, redeemed_at = $17, redeemed_by = $18, grant_id = $19,
             ended_at = $20, time_zone = $21, occasion = $22, opened_at = $23, thanks = $24, thanked_at = $25,
             decline_word = $26, recipient_reminded_at = $27, recipient_stopped_at = $28, giver_reminded_at = $29,
             giver_stopped_at = $30, end_told = $31
         where id = $1 and version = $2",
    )
    .bind(before.id.as_str())
    .bind(before.version)
    .bind(after.recipient_name.as_str())
    .bind(after.recipient_email.as_str())
    .bind(after.recipient_email.key())
    .bind(after.giver_name.as_ref().map(|name| name.as_str().to_owned()))
    .bind(after.message.as_ref().map(|message| message.as_str().to_owned()))
    .bind(after.generation)
    .bind(&after.secret_id)
    .bind(code_digest)
    .bind(delivery)
    .bind(delivery_at)
    .bind(state.name)
    .bind(state.purchased_at)
    .bind(state.held_at)
    .bind(state.hold_reason)
    .bind(state.redeemed_at)
    .bind(state.redeemed_by)
    .bind(state.grant_id)
    .bind(state.ended_at)
    .bind(after.time_zone.as_ref().map(|zone| zone.name().to_owned()))
    .bind(after.occasion.as_str())
    .bind(after.opened_at.map(Timestamp::millis))
    .bind(after.thanks.as_ref().map(|thanks| thanks.text.as_str().to_owned()))
    .bind(after.thanks.as_ref().map(|thanks| thanks.thanked_at.millis()))
    .bind(after.decline_word.as_ref().map(|word| word.as_str().to_owned()))
    .bind(after.reminders.recipient.reminded_at.map(Timestamp::millis))
    .bind(after.reminders.recipient.stopped_at.map(Timestamp::millis))
    .bind(after.reminders.giver.reminded_at.map(Timestamp::millis))
    .bind(after.reminders.giver.stopped_at.map(Timestamp::millis))
    .bind(i64::from(after.end_told));
    change_one(connection, query).await?;
    append_event(connection, after, before.version + 1, what, now).await
}

pub async fn find(connection: &mut AnyConnection, id: &GiftId) -> Result<Option<Gift>> {
    let row = sqlx::query("select * from gifts where id = $1").bind(id.as_str()).fetch_optional(connection).await?;
    row.as_ref().map(gift).transpose()
}

pub async fn by_code(connection: &mut AnyConnection, code_digest: &str) -> Result<Option<Gift>> {
    let row = sqlx::query("select * from gifts where code_digest = $1").bind(code_digest).fetch_optional(connection).await?;
    row.as_ref().map(gift).transpose()
}

pub async fn by_order(connection: &mut AnyConnection, order_id: &OrderId) -> Result<Option<Gift>> {
    let row = sqlx::query("select * from gifts where order_id = $1").bind(order_id.as_str()).fetch_optional(connection).await?;
    row.as_ref().map(gift).transpose()
}

/// The gift that gave this grant.
pub async fn by_grant(connection: &mut AnyConnection, grant_id: &GrantId) -> Result<Option<Gift>> {
    let row = sqlx::query("select gifts.* from grants join gifts on gifts.id = grants.gift_id where grants.id = $1")
        .bind(grant_id.as_str());
    row.fetch_optional(connection).await?.as_ref().map(gift).transpose()
}

/// Gifts that `email` paid for, newest first.
pub async fn given_by(connection: &mut AnyConnection, email: &Email, limit: i64) -> Result<Vec<Gift>> {
    let rows = sqlx::query(
        "select * from gifts
         where giver_email_key = $1 and state <> 'pending' and state <> 'canceled'
         order by created_at desc, id
         limit $2",
    )
    .bind(email.key())
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.iter().map(gift).collect()
}

/// Gifts that `email` ordered, paid or not, newest first: those behind `after`, the last one of the page before.
pub async fn ordered_by(
    connection: &mut AnyConnection,
    email: &Email,
    after: Option<(Timestamp, &GiftId)>,
    limit: i64,
) -> Result<Vec<Gift>> {
    let (created_at, id) = after.map_or((i64::MAX, ""), |(at, id)| (at.millis(), id.as_str()));
    let rows = sqlx::query(
        "select * from gifts
         where giver_email_key = $1 and created_at <= $2 and (created_at < $2 or id < $3)
         order by created_at desc, id desc
         limit $4",
    )
    .bind(email.key())
    .bind(created_at)
    .bind(id)
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.iter().map(gift).collect()
}

/// Gifts that wait for `email`, once it was mailed of them or has opened them, or that `account_id` has redeemed, whatever became of them since; newest first.
pub async fn received_by(connection: &mut AnyConnection, account_id: &AccountId, email: &Email, limit: i64) -> Result<Vec<Gift>> {
    let rows = sqlx::query(
        "select * from gifts
         where id in (
             select id from gifts
             where recipient_email_key = $2 and state = 'purchased'
                 and (delivery in ('sent', 'delivered') or opened_at is not null)
             union
             select gift_id from grants where account_id = $1
         )
         order by created_at desc, id
         limit $3",
    )
    .bind(account_id.as_str())
    .bind(email.key())
    .bind(limit)
    .fetch_all(connection)
    .await?;
    rows.iter().map(gift).collect()
}

/// The gifts behind an account's grants, by their grant.
pub async fn of_grants(connection: &mut AnyConnection, account_id: &AccountId) -> Result<BTreeMap<GrantId, Gift>> {
    let rows = sqlx::query(
        "select gifts.*, grants.id as of_grant
         from grants
         join gifts on gifts.id = grants.gift_id
         where grants.account_id = $1",
    )
    .bind(account_id.as_str())
    .fetch_all(connection)
    .await?;
    rows.iter().map(|row| Ok((row.parsed("of_grant")?, gift(row)?))).collect()
}

/// Gifts that are held, longest first.
pub async fn held(connection: &mut AnyConnection, limit: i64) -> Result<Vec<Gift>> {
    let rows = sqlx::query("select * from gifts where state = 'held' order by held_at, id limit $1")
        .bind(limit)
        .fetch_all(connection)
        .await?;
    rows.iter().map(gift).collect()
}

/// The course of one gift, oldest first.
pub async fn events(connection: &mut AnyConnection, id: &GiftId) -> Result<Vec<Event>> {
    let rows = sqlx::query("select * from gift_events where gift_id = $1 order by version")
        .bind(id.as_str())
        .fetch_all(connection)
        .await?;
    rows.iter().map(event).collect()
}

/// The ids of all secrets that some gift's code still hangs on.
pub async fn secret_ids(connection: &mut AnyConnection) -> Result<Vec<String>> {
    let rows = sqlx::query("select distinct secret_id from gifts").fetch_all(connection).await?;
    rows.iter().map(|row| row.text("secret_id")).collect()
}

async fn append_event(connection: &mut AnyConnection, gift: &Gift, version: i64, what: &str, at: Timestamp) -> Result<()> {
    sqlx::query(
        "insert into gift_events (gift_id, version, at, what, state, delivery, generation)
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(gift.id.as_str())
    .bind(version)
    .bind(at.millis())
    .bind(what)
    .bind(StateColumns::of(&gift.state).name)
    .bind(delivery_columns(&gift.delivery).0)
    .bind(gift.generation)
    .execute(connection)
    .await?;
    Ok(())
}

/// The columns that a state is spread over.
#[derive(Default)]
struct StateColumns {
    name: &'static str,
    purchased_at: Option<i64>,
    held_at: Option<i64>,
    hold_reason: Option<&'static str>,
    redeemed_at: Option<i64>,
    redeemed_by: Option<String>,
    grant_id: Option<String>,
    ended_at: Option<i64>,
}

impl StateColumns {
    fn of(state: &GiftState) -> Self {
        let ended = |name, at: &Timestamp| Self { name, ended_at: Some(at.millis()), ..Self::default() };
        match state {
            GiftState::Pending => Self { name: "pending", ..Self::default() },
            GiftState::Purchased { purchased_at } => {
                Self { name: "purchased", purchased_at: Some(purchased_at.millis()), ..Self::default() }
            }
            // The time of an end that is not final: the gift had been declined.
            GiftState::Held { purchased_at, held_at, reason, declined_at } => Self {
                name: "held",
                purchased_at: Some(purchased_at.millis()),
                held_at: Some(held_at.millis()),
                hold_reason: Some(reason.name()),
                ended_at: declined_at.map(Timestamp::millis),
                ..Self::default()
            },
            GiftState::Redeemed { purchased_at, redeemed_at, account_id, grant_id } => Self {
                name: "redeemed",
                purchased_at: Some(purchased_at.millis()),
                redeemed_at: Some(redeemed_at.millis()),
                redeemed_by: Some(account_id.as_str().to_owned()),
                grant_id: Some(grant_id.as_str().to_owned()),
                ..Self::default()
            },
            GiftState::Canceled { canceled_at } => ended("canceled", canceled_at),
            GiftState::Refunded { refunded_at } => ended("refunded", refunded_at),
            GiftState::Declined { purchased_at, declined_at } => {
                Self { purchased_at: Some(purchased_at.millis()), ..ended("declined", declined_at) }
            }
            GiftState::Expired { expired_at } => ended("expired", expired_at),
        }
    }
}

fn delivery_columns(delivery: &Delivery) -> (&'static str, Option<i64>) {
    match delivery {
        Delivery::LinkOnly => ("link_only", None),
        Delivery::Scheduled { due_at } => ("scheduled", Some(due_at.millis())),
        Delivery::Sent { sent_at } => ("sent", Some(sent_at.millis())),
        Delivery::Delivered { delivered_at } => ("delivered", Some(delivered_at.millis())),
        Delivery::Bounced { bounced_at } => ("bounced", Some(bounced_at.millis())),
        Delivery::Failed { failed_at } => ("failed", Some(failed_at.millis())),
    }
}

fn state(row: &AnyRow) -> Result<GiftState> {
    Ok(match row.text("state")?.as_str() {
        "pending" => GiftState::Pending,
        "purchased" => GiftState::Purchased { purchased_at: row.time("purchased_at")? },
        "held" => GiftState::Held {
            purchased_at: row.time("purchased_at")?,
            held_at: row.time("held_at")?,
            reason: row.parsed("hold_reason")?,
            declined_at: row.time_or_null("ended_at")?,
        },
        "redeemed" => GiftState::Redeemed {
            purchased_at: row.time("purchased_at")?,
            redeemed_at: row.time("redeemed_at")?,
            account_id: row.parsed("redeemed_by")?,
            grant_id: row.parsed("grant_id")?,
        },
        "canceled" => GiftState::Canceled { canceled_at: row.time("ended_at")? },
        "refunded" => GiftState::Refunded { refunded_at: row.time("ended_at")? },
        "declined" => GiftState::Declined { purchased_at: row.time("purchased_at")?, declined_at: row.time("ended_at")? },
        "expired" => GiftState::Expired { expired_at: row.time("ended_at")? },
        _ => return Err(Error::Unreadable("state")),
    })
}

fn delivery(row: &AnyRow) -> Result<Delivery> {
    Ok(match row.text("delivery")?.as_str() {
        "link_only" => Delivery::LinkOnly,
        "scheduled" => Delivery::Scheduled { due_at: row.time("delivery_at")? },
        "sent" => Delivery::Sent { sent_at: row.time("delivery_at")? },
        "delivered" => Delivery::Delivered { delivered_at: row.time("delivery_at")? },
        "bounced" => Delivery::Bounced { bounced_at: row.time("delivery_at")? },
        "failed" => Delivery::Failed { failed_at: row.time("delivery_at")? },
        _ => return Err(Error::Unreadable("delivery")),
    })
}

fn event(row: &AnyRow) -> Result<Event> {
    Ok(Event {
        at: row.time("at")?,
        what: row.text("what")?,
        generation: row.number_or_null("generation")?,
        delivery: row.text("delivery")?,
    })
}

fn thanks(row: &AnyRow) -> Result<Option<Thanks>> {
    let text = row.made_or_null("thanks")?;
    text.map(|text| Ok(Thanks { text, thanked_at: row.time("thanked_at")? })).transpose()
}

fn reminders(row: &AnyRow) -> Result<Reminders> {
    let reminding = |reminded_at, stopped_at| {
        Ok::<_, Error>(Reminding { reminded_at: row.time_or_null(reminded_at)?, stopped_at: row.time_or_null(stopped_at)? })
    };
    Ok(Reminders {
        recipient: reminding("recipient_reminded_at", "recipient_stopped_at")?,
        giver: reminding("giver_reminded_at", "giver_stopped_at")?,
    })
}

fn gift(row: &AnyRow) -> Result<Gift> {
    let months = u32::try_from(row.number("months")?).map_err(|_| Error::Unreadable("months"))?;
    Ok(Gift {
        id: row.parsed("id")?,
        version: row.number("version")?,
        order_id: row.parsed("order_id")?,
        tier: row.parsed("tier")?,
        months: months.try_into().map_err(|_| Error::Unreadable("months"))?,
        recipient_name: row.made("recipient_name")?,
        recipient_email: row.made("recipient_email")?,
        giver_name: row.made_or_null("giver_name")?,
        giver_email: row.made_or_null("giver_email")?,
        message: row.made_or_null("message")?,
        generation: row.number("generation")?,
        secret_id: row.text("secret_id")?,
        delivery: delivery(row)?,
        occasion: row.parsed("occasion")?,
        time_zone: row.parsed_or_null("time_zone")?,
        opened_at: row.time_or_null("opened_at")?,
        thanks: thanks(row)?,
        decline_word: row.made_or_null("decline_word")?,
        reminders: reminders(row)?,
        end_told: row.number("end_told")? != 0,
        state: state(row)?,
        created_at: row.time("created_at")?,
    })
}
