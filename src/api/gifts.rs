//! `GET /v1/billing/gifts` and `GET /v1/billing/gifts/{reference}`: what became of the gifts that an account ordered. No code stands in
//! these: it was told to whoever ordered.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use data_encoding::BASE64URL_NOPAD;
use http::{StatusCode, Uri};
use serde::Serialize;
use utoipa::ToSchema;

use super::Doors;
use super::caller::Caller;
use super::problem::Problem;
use super::schema::{Amount, OccasionName, TierName};
use crate::Error;
use crate::accounts::Scope;
use crate::error::Wrong;
use crate::gifts::{Delivery, GiftState};
use crate::shop::GiftRecord;
use crate::values::{GiftId, Timestamp};

/// How many gifts a page of the list has, where nothing else is asked for.
const PAGE: usize = 20;
const PAGE_MAX: usize = 100;

/// A gift, as its buyer sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "gift_4n8w2c6k0x5t9r3d",
    "status": "purchased",
    "tier": "founder",
    "duration_months": 12,
    "recipient_name": "Bea",
    "recipient_email": "bea@example.com",
    "message": "For all the Sundays.",
    "occasion": "birthday",
    "delivery": { "status": "sent", "at": "2026-11-21T12:01:31.000Z" },
    "total": { "minor": 19200, "currency": "EUR", "text": "€192.00" },
    "list_price": { "minor": 19200, "currency": "EUR", "text": "€192.00" },
    "promo_code": null,
    "refunded": null,
    "created_at": "2026-11-21T12:00:00.000Z",
    "purchased_at": "2026-11-21T12:01:30.000Z",
    "redeemed_at": null,
    "ended_at": null,
}))]
pub struct GiftStatus {
    /// The gift's public reference.
    #[schema(example = "gift_4n8w2c6k0x5t9r3d")]
    pub id: String,
    /// `pending`, `purchased`, `held`, `redeemed`, `canceled`, `refunded`, `declined` or `expired`.
    #[schema(example = "purchased")]
    pub status: &'static str,
    pub tier: TierName,
    #[schema(example = 12)]
    pub duration_months: u32,
    pub occasion: OccasionName,
    #[schema(example = "Bea")]
    pub recipient_name: String,
    #[schema(format = Email, example = "bea@example.com")]
    pub recipient_email: String,
    #[schema(required = true, example = "For all the Sundays.")]
    pub message: Option<String>,
    pub delivery: DeliveryStatus,
    /// What was agreed, the promo code taken off.
    pub total: Amount,
    pub list_price: Amount,
    #[schema(required = true, example = "SPRING27")]
    pub promo_code: Option<String>,
    /// What went back so far; null where nothing did.
    #[schema(required = true)]
    pub refunded: Option<Amount>,
    #[schema(format = DateTime, example = "2026-11-21T12:00:00.000Z")]
    pub created_at: String,
    #[schema(required = true, format = DateTime, example = "2026-11-21T12:01:30.000Z")]
    pub purchased_at: Option<String>,
    #[schema(required = true, format = DateTime)]
    pub redeemed_at: Option<String>,
    /// When it was canceled, refunded, declined, or expired.
    #[schema(required = true, format = DateTime)]
    pub ended_at: Option<String>,
}

/// How the gift reaches its recipient.
#[derive(Debug, Serialize, ToSchema)]
pub struct DeliveryStatus {
    /// `link_only`, `scheduled`, `sent`, `delivered`, `bounced` or `failed`.
    #[schema(example = "sent")]
    pub status: &'static str,
    /// When it goes out, or when that happened.
    #[schema(required = true, format = DateTime, example = "2026-11-21T12:01:31.000Z")]
    pub at: Option<String>,
}

/// One page of the list, the newest gift first.
#[derive(Debug, Serialize, ToSchema)]
pub struct GiftList {
    pub gifts: Vec<GiftStatus>,
    /// What to send as `after` for the next page; null on the last.
    #[schema(required = true, example = "MTc5NTI2MjQwMDAwMC5naWZ0XzRuOHcyYzZrMHg1dDlyM2Q")]
    pub next: Option<String>,
}

/// Follow a gift
///
/// For the gift's buyer, whose account's address must be verified, and for the shop's operator. For anybody else there is none of this
/// reference. The code is not repeated here.
#[utoipa::path(
    get,
    path = "/v1/billing/gifts/{reference}",
    operation_id = "showGift",
    tag = "Gifts",
    security(("bearer" = ["gifts:read"])),
    params(("reference" = String, Path, description = "The gift's public reference", example = "gift_4n8w2c6k0x5t9r3d")),
    responses((status = 200, description = "The gift as it stands", body = GiftStatus))
)]
pub async fn show(
    State(doors): State<Arc<Doors>>,
    caller: Caller,
    reference: Result<Path<String>, PathRejection>,
) -> Result<Json<GiftStatus>, Problem> {
    let account = caller.allowed(Scope::GiftsRead)?;
    let Path(reference) = reference.map_err(|_| unknown())?;
    let reference: GiftId = reference.parse().map_err(|_| unknown())?;
    let record = doors.shop.gift_record(&reference, account).await;
    let record = record.map_err(|error| if matches!(error, Error::GiftNotFound) { unknown() } else { error.into() })?;
    Ok(Json(GiftStatus::of(&record)))
}

/// The error's own sentence is for whoever typed a code.
pub fn unknown() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, Error::GiftNotFound.tag(), "No gift that this account ordered has this reference.")
}

/// List the gifts that were ordered
///
/// Those of the token's account, paid or not, the newest first. While there are more, `next` names where the following page begins; a gift
/// that is ordered meanwhile moves nothing. An account whose address isn't verified has none here.
#[utoipa::path(
    get,
    path = "/v1/billing/gifts",
    operation_id = "listGifts",
    tag = "Gifts",
    security(("bearer" = ["gifts:read"])),
    params(
        ("limit" = Option<u32>, Query, description = "How many at most; 20 where nothing is said", minimum = 1, maximum = 100, example = 20),
        ("after" = Option<String>, Query, description = "What the page before gave as `next`", min_length = 1)
    ),
    responses((status = 200, description = "One page of gifts", body = GiftList))
)]
pub async fn list(State(doors): State<Arc<Doors>>, caller: Caller, uri: Uri) -> Result<Json<GiftList>, Problem> {
    let account = caller.allowed(Scope::GiftsRead)?;
    let Asked { limit, after } = Asked::read(uri.query().unwrap_or_default())?;
    let after = after.as_ref().map(|(at, id)| (*at, id));
    let page = doors.shop.gift_records(account, after, limit).await?;
    let next = page.records.last().filter(|_| page.goes_on).map(|last| cursor(last.gift.created_at, &last.gift.id));
    Ok(Json(GiftList { gifts: page.records.iter().map(GiftStatus::of).collect(), next }))
}

/// Which page is asked for.
#[derive(Debug, PartialEq, Eq)]
struct Asked {
    limit: usize,
    after: Option<(Timestamp, GiftId)>,
}

impl Asked {
    /// Unknown parameters are ignored.
    fn read(query: &str) -> Result<Self, Problem> {
        let (mut limit, mut after, mut wrongs) = (None, None, Vec::new());
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "limit" if limit.is_none() => {
                    limit = value.parse().ok().filter(|limit| (1..=PAGE_MAX).contains(limit));
                    if limit.is_none() {
                        wrongs.push(Wrong::new("limit", format!("Ask for 1 to {PAGE_MAX} gifts")));
                    }
                }
                "after" if after.is_none() => {
                    after = read_cursor(&value);
                    if after.is_none() {
                        wrongs.push(Wrong::new("after", "Send what the page before gave as next"));
                    }
                }
                name @ ("limit" | "after") => wrongs.push(Wrong::new(name, format!("Send {name} once: it stands there twice"))),
                _ => {}
            }
        }
        if wrongs.is_empty() { Ok(Self { limit: limit.unwrap_or(PAGE), after }) } else { Err(Problem::invalid(wrongs)) }
    }
}

/// Names the gift that a page ended with. Clients are not to read it, so that it can change.
fn cursor(created_at: Timestamp, id: &GiftId) -> String {
    BASE64URL_NOPAD.encode(format!("{}.{id}", created_at.millis()).as_bytes())
}

fn read_cursor(text: &str) -> Option<(Timestamp, GiftId)> {
    let text = String::from_utf8(BASE64URL_NOPAD.decode(text.as_bytes()).ok()?).ok()?;
    let (millis, id) = text.split_once('.')?;
    Some((Timestamp::from_millis(millis.parse().ok()?), id.parse().ok()?))
}

impl GiftStatus {
    fn of(GiftRecord { gift, order }: &GiftRecord) -> Self {
        let (purchased_at, redeemed_at, ended_at) = moments(&gift.state);
        let written = |at: Option<Timestamp>| at.map(Timestamp::rfc3339);
        Self {
            id: gift.id.to_string(),
            status: gift.state.name(),
            tier: gift.tier.into(),
            duration_months: gift.months.count(),
            occasion: gift.occasion.into(),
            recipient_name: gift.recipient_name.as_str().to_owned(),
            recipient_email: gift.recipient_email.as_str().to_owned(),
            message: gift.message.as_ref().map(|message| message.as_str().to_owned()),
            delivery: DeliveryStatus { status: gift.delivery.name(), at: written(delivered_at(&gift.delivery)) },
            total: order.total.into(),
            list_price: order.list_total.into(),
            promo_code: order.promo_code.as_ref().map(|name| name.as_str().to_owned()),
            refunded: Some(order.gone_back()).filter(|back| !back.is_zero()).map(Amount::from),
            created_at: gift.created_at.rfc3339(),
            purchased_at: written(purchased_at),
            redeemed_at: written(redeemed_at),
            ended_at: written(ended_at),
        }
    }
}

/// When it was bought, redeemed, and ended without being redeemed.
const fn moments(state: &GiftState) -> (Option<Timestamp>, Option<Timestamp>, Option<Timestamp>) {
    match state {
        GiftState::Pending => (None, None, None),
        GiftState::Purchased { purchased_at } | GiftState::Held { purchased_at, .. } => (Some(*purchased_at), None, None),
        GiftState::Redeemed { purchased_at, redeemed_at, .. } => (Some(*purchased_at), Some(*redeemed_at), None),
        GiftState::Declined { purchased_at, declined_at } => (Some(*purchased_at), None, Some(*declined_at)),
        GiftState::Canceled { canceled_at: at }
        | GiftState::Refunded { refunded_at: at }
        | GiftState::Expired { expired_at: at } => (None, None, Some(*at)),
    }
}

const fn delivered_at(delivery: &Delivery) -> Option<Timestamp> {
    match delivery {
        Delivery::LinkOnly => None,
        Delivery::Scheduled { due_at: at }
        | Delivery::Sent { sent_at: at }
        | Delivery::Delivered { delivered_at: at }
        | Delivery::Bounced { bounced_at: at }
        | Delivery::Failed { failed_at: at } => Some(*at),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_names_the_gift_that_a_page_ended_with() {
        let (at, id) = (Timestamp::from_millis(1_795_262_400_123), "gift_0123456789abcdef".parse().unwrap());
        let cursor = cursor(at, &id);
        let asked = Asked::read(&format!("after={cursor}&limit=3&colour=red")).unwrap();
        assert_eq!(asked, Asked { limit: 3, after: Some((at, id)) });
        assert_eq!(Asked::read("").unwrap(), Asked { limit: 20, after: None });
    }

    #[test]
    fn a_page_that_cannot_be_asked_for_is_refused() {
        for query in
            ["limit=0", "limit=101", "limit=-1", "limit=many", "limit=5&limit=5", "after=", "after=abc", "after=%00", "limit="]
        {
            assert_eq!(Asked::read(query).unwrap_err().status(), 400, "{query}");
        }
    }
}
