//! `POST /v1/billing/gifts/checkout-session`: a gift, bought by the account of a token.

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
use super::schema::{OccasionName, TierName, months};
use crate::accounts::{Account, Scope};
use crate::catalog::Offer;
use crate::checkout::ClientUrls;
use crate::error::Wrong;
use crate::shop::{GiftFields, Promised, Purchase, Shop};

/// The members of the body in the order of the documents.
const NAMES: [&str; 10] = [
    "recipient_email",
    "recipient_name",
    "message",
    "occasion",
    "tier",
    "duration_months",
    "price_id",
    "promo_code",
    "success_url",
    "cancel_url",
];

/// A gift to be bought. Members that stand here under other names are ignored.
#[derive(Debug, Default, ToSchema)]
pub struct GiftCheckoutRequest {
    /// To whom the gift is mailed, and who alone can redeem it.
    #[schema(format = Email, example = "bea@example.com")]
    pub recipient_email: String,
    /// Their name as it stands on the card.
    #[schema(min_length = 1, example = "Bea")]
    pub recipient_name: String,
    /// What stands inside of the card: text of at most 500 characters.
    #[schema(value_type = Option<String>, required = false, example = "For all the Sundays.")]
    pub message: String,
    /// How its card is drawn; just because where nothing is said.
    #[schema(value_type = OccasionName, required = false)]
    pub occasion: Option<String>,
    #[schema(value_type = TierName)]
    pub tier: String,
    /// For how long: 3, 6 or 12. A number, and no text.
    #[schema(schema_with = months, required = true)]
    pub duration_months: Option<u32>,
    /// The catalog's own id of the price of this tier and length; any other is refused. It never lowers a price.
    #[schema(value_type = String, required = false, min_length = 1, example = "price_founder_12")]
    pub price_id: Option<String>,
    /// A promo code of the shop.
    #[schema(value_type = String, required = false, min_length = 1)]
    pub promo_code: Option<String>,
    /// Where the buyer is sent after paying: on the shop's own origin, or on one that its operator listed.
    #[schema(value_type = String, format = "uri", example = "https://shop.example/")]
    pub success_url: Option<url::Url>,
    /// Where the buyer is sent who turns back: on the shop's own origin, or on one that its operator listed.
    #[schema(value_type = String, format = "uri", example = "https://shop.example/gift")]
    pub cancel_url: Option<url::Url>,
}

/// Where the gift is paid.
#[derive(Debug, Serialize, ToSchema)]
pub struct GiftCheckoutSession {
    #[schema(example = "sess_0v3kq8m2c7x1ra5d")]
    pub session_id: String,
    /// The payment page for the buyer; the success address itself where nothing was to pay.
    #[schema(format = "uri", example = "https://checkout.example/c/pay/cs_1")]
    pub url: String,
    /// The code that redeems the gift once it is paid. Whoever has it still needs the recipient's account.
    #[schema(example = "K7QM 2ZXR 9D4T 6WHN 3BVA 8FCJ")]
    pub code: String,
    /// `pending`, or `purchased` where nothing was to pay.
    #[schema(example = "pending")]
    pub status: &'static str,
    /// The gift's public reference, under which its status is asked for.
    #[schema(example = "gift_4n8w2c6k0x5t9r3d")]
    pub reference: String,
}

impl From<Promised> for GiftCheckoutSession {
    fn from(promised: Promised) -> Self {
        Self {
            session_id: promised.session_id.to_string(),
            url: promised.url.to_string(),
            code: promised.code.reveal_grouped(),
            status: if promised.is_settled { "purchased" } else { "pending" },
            reference: promised.gift_id.to_string(),
        }
    }
}

/// Buy a gift
///
/// The token's account is the buyer and gets the receipt. The gift is mailed to its recipient as soon as it is paid. The same body again,
/// while its payment page is open, leads to the same page.
#[utoipa::path(
    post,
    path = "/v1/billing/gifts/checkout-session",
    operation_id = "createGiftCheckoutSession",
    tag = "Gifts",
    security(("bearer" = ["gifts:purchase"])),
    request_body = GiftCheckoutRequest,
    responses((status = 200, description = "Gift checkout session created", body = GiftCheckoutSession))
)]
pub async fn create(
    State(doors): State<Arc<Doors>>,
    caller: Caller,
    incoming: Incoming,
) -> Result<Json<GiftCheckoutSession>, Problem> {
    let account = caller.allowed(Scope::GiftsPurchase)?;
    let request = incoming.request_key(&doors.shop, account, "POST /v1/billing/gifts/checkout-session").await?;
    let purchase = GiftCheckoutRequest::read(&incoming.object()?, account, &doors)?;
    let promised = doors.shop.buy(&purchase, caller.address, request.as_ref()).await?;
    Ok(Json(promised.into()))
}

impl GiftCheckoutRequest {
    /// The purchase that a body tells of, or all that is wrong with it.
    fn read(object: &Object, buyer: &Account, doors: &Doors) -> Result<Purchase, Problem> {
        let mut fields = Fields::of(object);
        let request = Self {
            recipient_email: fields.text("recipient_email"),
            recipient_name: fields.text("recipient_name"),
            message: fields.text_or_null("message"),
            occasion: fields.optional_text("occasion"),
            tier: fields.text("tier"),
            duration_months: fields.whole_number("duration_months", "Choose how long: 3, 6 or 12 months"),
            price_id: fields.optional_text("price_id"),
            promo_code: fields.optional_text("promo_code"),
            success_url: fields.return_url("success_url", &doors.origins),
            cancel_url: fields.return_url("cancel_url", &doors.origins),
        };
        // The form of a page has an empty field where nobody typed a code; who sends a member means something by it.
        if request.promo_code.as_ref().is_some_and(|code| code.trim().is_empty()) {
            fields.judged(vec![Wrong::new("promo_code", "Leave promo_code out, or send a code")]);
        }
        let read = request.purchase(buyer, &doors.shop);
        let (purchase, wrongs) = match read {
            Ok(purchase) => (Some(purchase), Vec::new()),
            Err(wrongs) => (None, wrongs),
        };
        fields.judged(wrongs);
        fields.end(&NAMES)?;
        purchase.ok_or_else(|| crate::Error::internal("a body was refused without a word").into())
    }

    fn purchase(self, buyer: &Account, shop: &Shop) -> Result<Purchase, Vec<Wrong>> {
        let months = self.duration_months.map(|months| months.to_string()).unwrap_or_default();
        let fields = GiftFields {
            tier: self.tier,
            duration_months: months,
            recipient_name: self.recipient_name,
            recipient_email: self.recipient_email,
            message: self.message,
            occasion: self.occasion.unwrap_or_default(),
            buyer_email: buyer.email.as_str().to_owned(),
            promo_code: self.promo_code.unwrap_or_default(),
            ..GiftFields::default()
        };
        let purchase = Purchase::read(&fields, shop.catalog(), shop.zone(), shop.now())?;
        let offer = shop.catalog().offer(purchase.tier, purchase.months);
        if let Some(price_id) = self.price_id
            && !offer.is_some_and(|offer| Offer::goes_by(offer, &price_id))
        {
            let advice = "Leave price_id out, or send the one that the catalog has for this tier and length";
            return Err(vec![Wrong::new("price_id", advice)]);
        }
        let client_urls = self.success_url.zip(self.cancel_url).map(|(success, cancel)| ClientUrls { success, cancel });
        Ok(Purchase { client_urls, ..purchase })
    }
}
