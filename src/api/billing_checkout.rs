//! `POST /api/v1/billing/checkout`: a subscription for oneself, of the plan that the account has chosen. Nothing in the body has a say in
//! what it costs.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use url::Url;
use utoipa::ToSchema;

use super::Doors;
use super::caller::Caller;
use super::incoming::{Incoming, Object};
use super::return_urls::Origins;
use super::validation::{HttpValidationError, Refused, return_url};
use crate::Error;
use crate::accounts::Scope;
use crate::checkout::ClientUrls;

/// Both default to the shop's own pages. Other members have no effect; a price is never taken from the request.
#[derive(Debug, ToSchema)]
pub struct CheckoutRequest {
    /// Where the subscriber is sent after paying.
    #[schema(value_type = String, required = false, example = "https://shop.example/account")]
    pub success_url: Option<Url>,
    /// Where the subscriber is sent who turns back.
    #[schema(value_type = String, required = false, example = "https://shop.example/account")]
    pub cancel_url: Option<Url>,
}

/// Where the subscription is paid.
#[derive(Debug, Serialize, ToSchema)]
pub struct CheckoutResponse {
    /// The payment page.
    #[schema(example = "https://checkout.example/c/pay/cs_2")]
    pub url: String,
}

/// Subscribe
///
/// Opens a payment page for a subscription of the account's own plan, which is chosen on its page in the shop. The price is resolved on the
/// server; nothing in the body has a say in it.
#[utoipa::path(
    post,
    path = "/api/v1/billing/checkout",
    operation_id = "createCheckoutSession",
    tag = "Memberships",
    security(("bearer" = ["billing:checkout"])),
    request_body = CheckoutRequest,
    responses(
        (status = 200, description = "Successful response", body = CheckoutResponse),
        (status = 422, description = "Validation error", body = HttpValidationError)
    )
)]
pub async fn create(
    State(doors): State<Arc<Doors>>,
    caller: Caller,
    incoming: Incoming,
) -> Result<Json<CheckoutResponse>, Refused> {
    let account = caller.allowed(Scope::BillingCheckout)?;
    let request = incoming.request_key(&doors.shop, account, "POST /api/v1/billing/checkout").await?;
    let client_urls = CheckoutRequest::read(&incoming.object()?, &doors.origins)?.client_urls(&doors.origins)?;
    let url = doors.shop.subscribe(account, account.plan, client_urls.as_ref(), caller.address, request.as_ref()).await?;
    Ok(Json(CheckoutResponse { url: url.to_string() }))
}

impl CheckoutRequest {
    fn read(object: &Object, origins: &Origins) -> Result<Self, Refused> {
        match (return_url(object, "success_url", origins), return_url(object, "cancel_url", origins)) {
            (Ok(success_url), Ok(cancel_url)) => Ok(Self { success_url, cancel_url }),
            (success, cancel) => Err(Refused::Body([success.err(), cancel.err()].into_iter().flatten().collect())),
        }
    }

    /// Where the payment page leads back to; `None` for the shop's own pages. One that is missing beside the other is the account's page.
    fn client_urls(self, origins: &Origins) -> Result<Option<ClientUrls>, Error> {
        if self.success_url.is_none() && self.cancel_url.is_none() {
            return Ok(None);
        }
        let account_page = Url::parse(&origins.own).and_then(|own| own.join("/account")).map_err(Error::internal)?;
        let (success, cancel) = (self.success_url, self.cancel_url);
        Ok(Some(ClientUrls { success: success.unwrap_or_else(|| account_page.clone()), cancel: cancel.unwrap_or(account_page) }))
    }
}
