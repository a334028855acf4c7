//! The adapters of the payment providers, each with the operator's keys or, where there are none, with the sandbox's.

use std::sync::Arc;

use reqwest::Client;
use url::Url;

use super::Settings;
use super::settings::{KeyNames, ProviderKeys};
use super::world::WorldError;
use crate::catalog::{Catalog, Offer, Plan, PriceIds, Tier};
use crate::checkout::{
    Creem, CreemSettings, Flowglad, FlowgladSettings, PROVIDER_TIMEOUT, Provider, ProviderName, Stripe, StripeSettings,
};
use crate::sandbox;

/// Every provider that can be spoken to: those with keys, and those that the sandbox plays.
pub fn reach(settings: &Settings, sandbox: Option<&sandbox::Keys>, client: &Client) -> Result<Vec<Arc<dyn Provider>>, WorldError> {
    let mut providers = Vec::new();
    for name in ProviderName::ALL {
        let access = match (settings.keys.get(&name), sandbox) {
            (Some(keys), _) => Access::own(name, keys)?,
            (None, Some(sandbox)) => Access::played(name, sandbox)?,
            (None, None) => continue,
        };
        providers.push(adapter(name, access, settings, client.clone()));
    }
    Ok(providers)
}

/// What it takes to speak to a provider.
struct Access {
    secret_key: String,
    webhook_secret: String,
    api_base: Url,
    /// Where its payment pages are, if not where the provider itself has them.
    checkout_origin: Option<String>,
}

impl Access {
    fn own(name: ProviderName, keys: &ProviderKeys) -> Result<Self, WorldError> {
        let usual = match name {
            ProviderName::Stripe => StripeSettings::API,
            ProviderName::Creem => CreemSettings::api(keys.mode),
            ProviderName::Flowglad => FlowgladSettings::API,
        };
        Ok(Self {
            secret_key: keys.secret_key.clone(),
            webhook_secret: keys.webhook_secret.clone(),
            api_base: keys.api_base.clone().map_or_else(|| address(name, usual), Ok)?,
            checkout_origin: None,
        })
    }

    fn played(name: ProviderName, sandbox: &sandbox::Keys) -> Result<Self, WorldError> {
        let keys = match name {
            ProviderName::Stripe => &sandbox.stripe,
            ProviderName::Creem => &sandbox.creem,
            ProviderName::Flowglad => &sandbox.flowglad,
        };
        Ok(Self {
            secret_key: keys.secret_key.clone(),
            webhook_secret: keys.webhook_secret.clone(),
            api_base: address(name, &keys.api_base)?,
            checkout_origin: Some(sandbox.hosted_origin.clone()),
        })
    }
}

fn address(name: ProviderName, text: &str) -> Result<Url, WorldError> {
    Url::parse(text).map_err(|_| WorldError::ApiBase(KeyNames::of(name).api_base))
}

fn adapter(name: ProviderName, access: Access, settings: &Settings, client: Client) -> Arc<dyn Provider> {
    let Access { secret_key, webhook_secret, api_base, checkout_origin } = access;
    let timeout = PROVIDER_TIMEOUT;
    match name {
        ProviderName::Stripe => {
            let options = settings.stripe.clone();
            let stripe = StripeSettings { secret_key, webhook_secret, api_base, checkout_origin, timeout, options };
            Arc::new(Stripe::new(stripe, client))
        }
        ProviderName::Creem => {
            let options = settings.creem.clone();
            let creem = CreemSettings { api_key: secret_key, webhook_secret, api_base, checkout_origin, timeout, options };
            Arc::new(Creem::new(creem, client))
        }
        ProviderName::Flowglad => {
            let options = settings.flowglad.clone();
            let flowglad = FlowgladSettings { secret_key, webhook_secret, api_base, checkout_origin, options, timeout };
            Arc::new(Flowglad::new(flowglad, client))
        }
    }
}

/// The ids by which the sandbox's providers know an offer from the start: the catalog's, or else made of what is given.
pub fn seeded_ids(offer: &Offer) -> PriceIds {
    seeded(&offer.price_ids, offer.tier, &offer.months.count().to_string())
}

/// The same of a plan.
pub fn seeded_plan_ids(plan: &Plan) -> PriceIds {
    seeded(&plan.price_ids, plan.tier, plan.every.adverb())
}

fn seeded(own: &PriceIds, tier: Tier, length: &str) -> PriceIds {
    let made = |prefix: &str| Some(format!("{prefix}_{tier}_{length}"));
    PriceIds {
        stripe: own.stripe.clone().or_else(|| made("price")),
        creem: own.creem.clone().or_else(|| made("prod")),
        flowglad: own.flowglad.clone().or_else(|| Some(format!("{tier}-{length}"))),
    }
}

/// The catalog with the ids of what the sandbox plays. Stripe needs none: it is sent the amount.
pub fn played_catalog(settings: &Settings) -> Catalog {
    let is_played = |name| !settings.keys.contains_key(&name);
    let played = |own: &PriceIds, seeded: PriceIds| PriceIds {
        stripe: own.stripe.clone(),
        creem: if is_played(ProviderName::Creem) { seeded.creem } else { own.creem.clone() },
        flowglad: if is_played(ProviderName::Flowglad) { seeded.flowglad } else { own.flowglad.clone() },
    };
    settings
        .catalog
        .clone()
        .with_price_ids(|offer| played(&offer.price_ids, seeded_ids(offer)), |plan| played(&plan.price_ids, seeded_plan_ids(plan)))
}
