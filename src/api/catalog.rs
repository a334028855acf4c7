//! `GET /v1/catalog`: what is for sale. The same for everybody, so it needs no token.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, HeaderName};
use serde::Serialize;
use utoipa::ToSchema;

use super::Doors;
use super::schema::{Amount, TierName};
use crate::catalog::{Catalog, Offer, Plan, Tier};

/// What is for sale.
#[derive(Debug, Serialize, ToSchema)]
pub struct CatalogOnSale {
    /// ISO 4217; every price is in it.
    #[schema(example = "EUR")]
    pub currency: String,
    pub tiers: Vec<TierOnSale>,
}

/// A tier, as a gift and as a subscription for oneself.
#[derive(Debug, Serialize, ToSchema)]
pub struct TierOnSale {
    pub tier: TierName,
    #[schema(example = "Founder")]
    pub title: String,
    #[schema(example = "All of that, the yearbook in print, and a vote on what we make next.")]
    pub description: String,
    pub gifts: Vec<GiftOnSale>,
    /// Null where the shop sells no such subscription.
    #[schema(required = true)]
    pub plan: Option<PlanOnSale>,
}

/// A gift of this tier.
#[derive(Debug, Serialize, ToSchema)]
pub struct GiftOnSale {
    #[schema(example = 12)]
    pub duration_months: u32,
    pub price: Amount,
    /// May be sent along when it is bought, to be sure that both mean the same price.
    #[schema(example = "price_founder_12")]
    pub price_id: String,
}

/// A subscription for oneself.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({ "price": { "minor": 2000, "currency": "EUR", "text": "€20.00" }, "every": "month" }))]
pub struct PlanOnSale {
    /// For one interval.
    pub price: Amount,
    /// `month` or `year`.
    #[schema(example = "month")]
    pub every: String,
}

/// Read the catalog
///
/// What is for sale, at which price. The same for everybody, so it needs no token.
#[utoipa::path(
    get,
    path = "/v1/catalog",
    operation_id = "showCatalog",
    tag = "Catalog",
    security(()),
    responses((status = 200, description = "What is for sale", body = CatalogOnSale))
)]
pub async fn show(State(doors): State<Arc<Doors>>) -> ([(HeaderName, HeaderValue); 1], Json<CatalogOnSale>) {
    const KEPT: HeaderValue = HeaderValue::from_static("no-cache");
    ([(CACHE_CONTROL, KEPT)], Json(CatalogOnSale::of(doors.shop.catalog())))
}

impl CatalogOnSale {
    fn of(catalog: &Catalog) -> Self {
        let tiers = Tier::ALL.map(|tier| TierOnSale::of(tier, catalog));
        Self { currency: catalog.currency().as_str().to_owned(), tiers: tiers.into() }
    }
}

impl TierOnSale {
    fn of(tier: Tier, catalog: &Catalog) -> Self {
        let gifts = catalog.offers().iter().filter(|offer| offer.tier == tier).map(GiftOnSale::of);
        Self {
            tier: tier.into(),
            title: tier.title().to_owned(),
            description: catalog.blurb(tier).to_owned(),
            gifts: gifts.collect(),
            plan: catalog.plan(tier).map(PlanOnSale::of),
        }
    }
}

impl GiftOnSale {
    fn of(offer: &Offer) -> Self {
        Self { duration_months: offer.months.count(), price: offer.price.into(), price_id: offer.price_id() }
    }
}

impl PlanOnSale {
    fn of(plan: &Plan) -> Self {
        Self { price: plan.price.into(), every: plan.every.to_string() }
    }
}
