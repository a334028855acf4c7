//! The tables of `ribbon.toml`: brand, catalog, and what a provider's adapter can be told beside its keys.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::catalog::{Brand, Catalog, Months, Plan, PriceIds, Tax, Tier};
use crate::checkout::{CreemOptions, FlowgladOptions, StripeOptions};
use crate::gifts::RefundRule;
use crate::values::{Currency, Email, Interval, Money};

/// `ribbon.toml`: the environment's names at its top; brand, catalog and a provider's options in tables of their own.
#[derive(Default, Deserialize)]
pub struct File {
    #[serde(default)]
    pub brand: BrandTable,
    #[serde(default)]
    pub catalog: CatalogTable,
    #[serde(default)]
    pub refunds: RefundsTable,
    #[serde(default)]
    pub stripe: StripeOptions,
    #[serde(default)]
    pub creem: CreemOptions,
    #[serde(default)]
    pub flowglad: FlowgladOptions,
    #[serde(flatten)]
    pub names: BTreeMap<String, toml::Value>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BrandTable {
    name: Option<String>,
    postal_address: Option<String>,
    support_email: Option<String>,
    accent: Option<String>,
    tax_id: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefundsTable {
    days: Option<i64>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CatalogTable {
    currency: Option<String>,
    #[serde(default)]
    member: TierTable,
    #[serde(default)]
    founder: TierTable,
    tax: Option<TaxTable>,
}

/// The tax that every price has in it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct TaxTable {
    name: String,
    /// A number, or a text where a number would be rounded.
    percent: toml::Value,
    included: Option<bool>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct TierTable {
    blurb: Option<String>,
    /// By months, in minor units.
    #[serde(default)]
    prices: BTreeMap<String, i64>,
    /// By months.
    #[serde(default)]
    price_ids: BTreeMap<String, PriceIds>,
    plan: Option<PlanTable>,
}

/// A subscription for oneself; `price = 0` sells none.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct PlanTable {
    /// For one interval, in minor units.
    price: Option<i64>,
    /// `month` or `year`.
    every: Option<Interval>,
    #[serde(default)]
    price_ids: PriceIds,
}

impl BrandTable {
    pub fn read(self, problems: &mut Vec<String>) -> Option<Brand> {
        let default = Brand::default();
        let support_email = match self.support_email {
            None => Some(default.support_email),
            Some(text) => {
                Email::parse(&text).map_err(|_| problems.push("brand.support_email must be an email address".into())).ok()
            }
        };
        let accent = match self.accent {
            None => Some(default.accent),
            Some(text) => text.parse().map_err(|error| problems.push(format!("brand.accent: {error}"))).ok(),
        };
        Some(Brand {
            name: self.name.unwrap_or(default.name),
            postal_address: self.postal_address.unwrap_or(default.postal_address),
            support_email: support_email?,
            accent: accent?,
            tax_id: self.tax_id.map(|id| id.trim().to_owned()).filter(|id| !id.is_empty()),
        })
    }
}

impl RefundsTable {
    pub fn read(self, problems: &mut Vec<String>) -> RefundRule {
        let Some(days) = self.days else { return RefundRule::default() };
        let days = u16::try_from(days).ok().filter(|days| *days <= RefundRule::DAYS_MAX);
        if days.is_none() {
            problems
                .push(format!("refunds.days must be whole days up to {}, or 0 to give none back on demand", RefundRule::DAYS_MAX));
        }
        days.map_or_else(RefundRule::default, |days| RefundRule { days })
    }
}

impl TaxTable {
    fn read(&self, problems: &mut Vec<String>) -> Option<Tax> {
        if self.included == Some(false) {
            problems.push("catalog.tax.included must be true: the price that is shown is the price that is charged".into());
        }
        let percent = self.percent.as_str().map_or_else(|| self.percent.to_string(), str::to_owned);
        Tax::new(&self.name, &percent).map_err(|error| problems.push(format!("catalog.tax: {error}"))).ok()
    }
}

impl CatalogTable {
    pub fn read(self, problems: &mut Vec<String>) -> Option<Catalog> {
        let default = Catalog::default();
        let currency = match &self.currency {
            None => Some(default.currency()),
            Some(text) => Currency::parse(text).map_err(|error| problems.push(format!("catalog.currency: {error}"))).ok(),
        };
        self.check_prices(problems);
        let blurb = |tier, table: &TierTable| table.blurb.clone().unwrap_or_else(|| default.blurb(tier).to_owned());
        let blurbs = [blurb(Tier::Member, &self.member), blurb(Tier::Founder, &self.founder)];
        let prices = |tier, months: Months| {
            let table = self.tier(tier);
            let name = months.count().to_string();
            let default_price = default.offer(tier, months).map_or(0, |offer| offer.price.minor);
            (table.prices.get(&name).copied().unwrap_or(default_price), table.price_ids.get(&name).cloned().unwrap_or_default())
        };
        let catalog = Catalog::new(currency?, blurbs, prices);
        let plans = Tier::ALL.into_iter().filter_map(|tier| self.plan(tier, catalog.currency(), &default)).collect();
        let tax = self.tax.as_ref().and_then(|tax| tax.read(problems));
        Some(catalog.with_plans(plans).with_tax(tax))
    }

    /// A default price is in the default currency: in another, a plan is sold only where its price is named.
    fn plan(&self, tier: Tier, currency: Currency, default: &Catalog) -> Option<Plan> {
        let named = self.tier(tier).plan.as_ref();
        let default = default.plan(tier).filter(|plan| plan.price.currency == currency);
        let minor = named.and_then(|plan| plan.price).or_else(|| default.map(|plan| plan.price.minor));
        Some(Plan {
            tier,
            price: Money::new(minor.filter(|minor| *minor > 0)?, currency),
            every: named.and_then(|plan| plan.every).unwrap_or(Interval::Month),
            price_ids: named.map(|plan| plan.price_ids.clone()).unwrap_or_default(),
        })
    }

    const fn tier(&self, tier: Tier) -> &TierTable {
        match tier {
            Tier::Member => &self.member,
            Tier::Founder => &self.founder,
        }
    }

    fn check_prices(&self, problems: &mut Vec<String>) {
        for tier in Tier::ALL {
            let table = self.tier(tier);
            for name in table.prices.keys().chain(table.price_ids.keys()) {
                if name.parse::<Months>().is_err() {
                    problems.push(format!("catalog.{tier}: a gift is for 3, 6 or 12 months, not {name}"));
                }
            }
            if table.prices.values().any(|minor| *minor <= 0) {
                problems.push(format!("catalog.{tier}.prices must be whole minor units above nothing"));
            }
            if table.plan.as_ref().and_then(|plan| plan.price).is_some_and(i64::is_negative) {
                problems.push(format!("catalog.{tier}.plan.price must be whole minor units, or 0 to sell no subscription"));
            }
            // A default price is in the default currency and says nothing in another.
            if self.currency.is_some() && table.prices.len() < Months::ALL.len() {
                problems.push(format!("catalog.{tier}.prices must name a price for 3, 6 and 12 months beside catalog.currency"));
            }
        }
    }
}
