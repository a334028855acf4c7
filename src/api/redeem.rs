//! `POST /v1/billing/gifts/redeem`: a gift becomes its recipient's, who comes with a token or from a page of ours.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::Doors;
use super::caller::Visitor;
use super::fields::Fields;
use super::incoming::{Incoming, Object};
use super::problem::Problem;
use crate::Error;
use crate::accounts::Scope;
use crate::error::Wrong;
use crate::gifts::{Gift, GiftState};
use crate::shop::GiftKey;
use crate::values::Email;

const NAMES: [&str; 2] = ["code", "recipient_email"];
/// Longer than any way of writing a code, in bytes.
const CODE_LONGEST: usize = 256;

/// A gift to be redeemed. Members that stand here under other names are ignored.
#[derive(Debug, ToSchema)]
pub struct RedeemRequest {
    /// The code on the card. Blanks, hyphens and lower case are taken, O for 0, and I and L for 1.
    #[schema(min_length = 1, example = "K7QM 2ZXR 9D4T 6WHN 3BVA 8FCJ")]
    pub code: String,
    /// The verified address of the account that redeems, to which the gift was sent.
    #[schema(value_type = String, format = Email, example = "bea@example.com")]
    pub recipient_email: Email,
}

/// The gift that was redeemed.
#[derive(Debug, Serialize, ToSchema)]
pub struct RedeemedGift {
    /// The gift's public reference.
    #[schema(example = "gift_4n8w2c6k0x5t9r3d")]
    pub id: String,
    #[schema(example = "K7QM 2ZXR 9D4T 6WHN 3BVA 8FCJ")]
    pub code: String,
    #[schema(example = "redeemed")]
    pub status: &'static str,
    #[schema(format = Email, example = "bea@example.com")]
    pub recipient_email: String,
    #[schema(example = "Bea")]
    pub recipient_name: String,
    #[schema(example = "founder")]
    pub tier: String,
    #[schema(value_type = f64, example = 12)]
    pub duration_months: u32,
    /// The account that the time was given to.
    #[schema(required = true, example = "acct_7h2m9q4v1c8x3d6k")]
    pub redeemed_by_user_id: Option<String>,
}

/// Redeem a gift
///
/// For the token's account, whose verified address must be `recipient_email` and the one that the gift was sent to. Whoever isn't the
/// recipient gets 412 in every state of the gift. A page of the shop itself may send this with its visitor's session instead of a token.
#[utoipa::path(
    post,
    path = "/v1/billing/gifts/redeem",
    operation_id = "redeemGift",
    tag = "Gifts",
    security(("bearer" = ["gifts:redeem"])),
    request_body = RedeemRequest,
    responses((status = 200, description = "Gift redeemed", body = RedeemedGift))
)]
pub async fn redeem(State(doors): State<Arc<Doors>>, visitor: Visitor, incoming: Incoming) -> Result<Json<RedeemedGift>, Problem> {
    let account = visitor.allowed(Scope::GiftsRedeem)?;
    let request = incoming.request_key(&doors.shop, account, "POST /v1/billing/gifts/redeem").await?;
    let RedeemRequest { code, recipient_email } = RedeemRequest::read(&incoming.object()?)?;
    if !account.is_verified() || account.email != recipient_email {
        return Err(Error::AuthenticatedEmailRequired.into());
    }
    let key = GiftKey::typed(&code, None)?;
    let redeemed = doors.shop.redeem_typed(&key, account, visitor.address, request.as_ref()).await?;
    Ok(Json(RedeemedGift::of(&redeemed.gift, code)))
}

impl RedeemRequest {
    fn read(object: &Object) -> Result<Self, Problem> {
        let mut fields = Fields::of(object);
        let code = fields.text("code");
        let typed = fields.text("recipient_email");
        if code.len() > CODE_LONGEST {
            fields.judged(vec![Wrong::new("code", "Send the code as it stands on the card: it has 24 letters and figures")]);
        }
        let email = Email::parse(&typed);
        if email.is_err() {
            fields.judged(vec![Wrong::new("recipient_email", "Send a whole email address, for example bea@example.com")]);
        }
        fields.end(&NAMES)?;
        Ok(Self { code, recipient_email: email.map_err(Error::internal)? })
    }
}

impl RedeemedGift {
    /// `code` is given back as it was sent.
    fn of(gift: &Gift, code: String) -> Self {
        let redeemed_by = match &gift.state {
            GiftState::Redeemed { account_id, .. } => Some(account_id.to_string()),
            GiftState::Pending
            | GiftState::Purchased { .. }
            | GiftState::Held { .. }
            | GiftState::Refunded { .. }
            | GiftState::Canceled { .. }
            | GiftState::Declined { .. }
            | GiftState::Expired { .. } => None,
        };
        Self {
            id: gift.id.to_string(),
            code,
            status: gift.state.name(),
            recipient_email: gift.recipient_email.as_str().to_owned(),
            recipient_name: gift.recipient_name.as_str().to_owned(),
            tier: gift.tier.to_string(),
            duration_months: gift.months.count(),
            redeemed_by_user_id: redeemed_by,
        }
    }
}
