//! `POST /v1/billing/gifts/price`: what a gift would cost, and whether a promo code counts for it. Nothing is bought or reserved.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::Doors;
use super::caller::Caller;
use super::fields::Fields;
use super::incoming::{Incoming, Object};
use super::problem::Problem;
use super::schema::{Amount, TierName, months};
use crate::Error;
use crate::accounts::Scope;
use crate::catalog::{Months, Tier};
use crate::error::Wrong;
use crate::shop::Priced;
use crate::values::Money;

const NAMES: [&str; 3] = ["tier", "duration_months", "promo_code"];

/// A gift that somebody thinks about. Members that stand here under other names are ignored.
#[derive(Debug, ToSchema)]
pub struct GiftPriceRequest {
    #[schema(value_type = TierName)]
    pub tier: Tier,
    /// 3, 6 or 12. A number, and no text.
    #[schema(schema_with = months)]
    pub duration_months: Months,
    /// A promo code of the shop.
    #[schema(value_type = String, required = false, min_length = 1)]
    pub promo_code: Option<String>,
}

/// What would be charged if it were bought now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "price_id": "price_founder_12",
    "list_price": { "minor": 19200, "currency": "EUR", "text": "€192.00" },
    "discount": { "minor": 0, "currency": "EUR", "text": "€0.00" },
    "total": { "minor": 19200, "currency": "EUR", "text": "€192.00" },
    "promo_code": null,
}))]
pub struct GiftPrice {
    #[schema(example = "price_founder_12")]
    pub price_id: String,
    pub list_price: Amount,
    pub discount: Amount,
    pub total: Amount,
    /// The promo code as the shop writes it; null where none was sent.
    #[schema(required = true, example = "SPRING27")]
    pub promo_code: Option<String>,
}

/// Ask what a gift would cost
///
/// With a promo code, judged as it would be when the gift is bought; or without. Nothing is bought, and no use of the code is reserved.
#[utoipa::path(
    post,
    path = "/v1/billing/gifts/price",
    operation_id = "priceGift",
    tag = "Gifts",
    security(("bearer" = ["gifts:purchase"])),
    request_body = GiftPriceRequest,
    responses((status = 200, description = "What would be charged", body = GiftPrice))
)]
pub async fn ask(State(doors): State<Arc<Doors>>, caller: Caller, incoming: Incoming) -> Result<Json<GiftPrice>, Problem> {
    let account = caller.allowed(Scope::GiftsPurchase)?;
    let request = incoming.request_key(&doors.shop, account, "POST /v1/billing/gifts/price").await?;
    let GiftPriceRequest { tier, duration_months, promo_code } = GiftPriceRequest::read(&incoming.object()?)?;
    let priced = doors.shop.price(tier, duration_months, promo_code.as_deref(), caller.address, request.as_ref()).await?;
    Ok(Json(GiftPrice::of(&priced)?))
}

impl GiftPriceRequest {
    fn read(object: &Object) -> Result<Self, Problem> {
        const LENGTHS: &str = "Choose how long: 3, 6 or 12 months";
        let mut fields = Fields::of(object);
        let tier = fields.text("tier").parse::<Tier>();
        let months = fields.whole_number("duration_months", LENGTHS).map(Months::try_from);
        let promo_code = fields.optional_text("promo_code");
        if tier.is_err() {
            fields.judged(vec![Wrong::new("tier", "Choose what to give: Member or Founder")]);
        }
        if matches!(months, Some(Err(_))) {
            fields.judged(vec![Wrong::new("duration_months", LENGTHS)]);
        }
        fields.end(&NAMES)?;
        match (tier, months) {
            (Ok(tier), Some(Ok(duration_months))) => Ok(Self { tier, duration_months, promo_code }),
            (_, _) => Err(Error::internal("a body was refused without a word").into()),
        }
    }
}

impl GiftPrice {
    fn of(priced: &Priced) -> Result<Self, Error> {
        let Priced { offer, promo_code, total } = priced;
        let discount: Money = offer.price.minus(*total).map_err(Error::internal)?;
        Ok(Self {
            price_id: offer.price_id(),
            list_price: offer.price.into(),
            discount: discount.into(),
            total: (*total).into(),
            promo_code: promo_code.as_ref().map(|name| name.as_str().to_owned()),
        })
    }
}
