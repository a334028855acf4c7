//! What is for sale: a tier for a number of months, and its price. Pure, and the same in the server and in the browser.

mod promo;
mod tax;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::values::{Accent, Currency, Email, Interval, Money, months_in_figures, months_in_words};

pub use promo::{Discount, Percent, PromoCode, PromoError, PromoName, PromoRefused};
pub use tax::{Tax, TaxError};

/// What is given. The order is the rank: the higher tier runs first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Tier {
    Member,
    Founder,
}

/// For how long: 3, 6 or 12 calendar months.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub enum Months {
    Three,
    Six,
    Twelve,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CatalogError {
    #[error("a tier is member or founder")]
    Tier,
    #[error("a gift is for 3, 6 or 12 months")]
    Months,
}

impl Tier {
    pub const ALL: [Self; 2] = [Self::Member, Self::Founder];

    /// As the API, the forms and the database write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Member => "member",
            Self::Founder => "founder",
        }
    }

    /// As people read it.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Member => "Member",
            Self::Founder => "Founder",
        }
    }
}

impl FromStr for Tier {
    type Err = CatalogError;
    fn from_str(text: &str) -> Result<Self, CatalogError> {
        Self::ALL.into_iter().find(|tier| tier.as_str() == text).ok_or(CatalogError::Tier)
    }
}

impl fmt::Display for Tier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Months {
    pub const ALL: [Self; 3] = [Self::Three, Self::Six, Self::Twelve];

    #[must_use]
    pub const fn count(self) -> u32 {
        match self {
            Self::Three => 3,
            Self::Six => 6,
            Self::Twelve => 12,
        }
    }

    /// "twelve months".
    #[must_use]
    pub fn in_words(self) -> String {
        months_in_words(self.count())
    }

    /// "twelve months of Founder".
    #[must_use]
    pub fn of(self, tier: Tier) -> String {
        format!("{} of {}", self.in_words(), tier.title())
    }

    /// "12 months".
    #[must_use]
    pub fn in_figures(self) -> String {
        months_in_figures(self.count())
    }
}

impl TryFrom<u32> for Months {
    type Error = CatalogError;
    fn try_from(count: u32) -> Result<Self, CatalogError> {
        Self::ALL.into_iter().find(|months| months.count() == count).ok_or(CatalogError::Months)
    }
}

impl From<Months> for u32 {
    fn from(months: Months) -> Self {
        months.count()
    }
}

impl FromStr for Months {
    type Err = CatalogError;
    fn from_str(text: &str) -> Result<Self, CatalogError> {
        Self::ALL.into_iter().find(|months| months.count().to_string() == text).ok_or(CatalogError::Months)
    }
}

/// One thing that can be bought as a gift.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub tier: Tier,
    pub months: Months,
    pub price: Money,
    /// Each provider's own id for it; `None` where the shop sends the amount itself.
    pub price_ids: PriceIds,
}

/// A subscription for oneself: a tier for as long as it is paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub tier: Tier,
    /// For one interval.
    pub price: Money,
    pub every: Interval,
    pub price_ids: PriceIds,
}

impl Plan {
    /// "Founder, monthly": how the order's line is called.
    #[must_use]
    pub fn title(&self) -> String {
        format!("{}, {}", self.tier.title(), self.every.adverb())
    }
}

/// The ids by which the providers know what is sold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PriceIds {
    /// A Stripe price, `price_…`.
    pub stripe: Option<String>,
    /// A Creem product, `prod_…`.
    pub creem: Option<String>,
    /// A Flowglad price id or slug.
    pub flowglad: Option<String>,
}

impl Offer {
    /// "Founder, 12 months": how the order's line is called.
    #[must_use]
    pub fn title(&self) -> String {
        format!("{}, {}", self.tier.title(), self.months.in_figures())
    }

    /// The shop's own id of this price, whoever takes the payment: `price_founder_12`.
    #[must_use]
    pub fn price_id(&self) -> String {
        format!("price_{}_{}", self.tier, self.months.count())
    }

    /// Whether a client that says `price_id` means this price, by the shop's own id of it or by a provider's.
    #[must_use]
    pub fn goes_by(&self, price_id: &str) -> bool {
        let PriceIds { stripe, creem, flowglad } = &self.price_ids;
        self.price_id() == price_id || [stripe, creem, flowglad].into_iter().flatten().any(|id| id == price_id)
    }
}

/// Everything that is for sale: one offer for each tier and length, and at most one plan for each tier, in one currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Catalog {
    offers: Vec<Offer>,
    plans: Vec<Plan>,
    currency: Currency,
    /// What every price has in it.
    tax: Option<Tax>,
    /// What a tier is, in one sentence for the form.
    blurbs: [String; 2],
}

impl Catalog {
    /// `prices` gives the price in minor units and the providers' ids for each tier and length.
    pub fn new(currency: Currency, blurbs: [String; 2], prices: impl Fn(Tier, Months) -> (i64, PriceIds)) -> Self {
        let offer = |tier, months| {
            let (minor, price_ids) = prices(tier, months);
            Offer { tier, months, price: Money::new(minor, currency), price_ids }
        };
        let offers = Tier::ALL.into_iter().flat_map(|tier| Months::ALL.map(|months| offer(tier, months))).collect();
        Self { offers, plans: Vec::new(), currency, tax: None, blurbs }
    }

    /// The same catalog selling these plans.
    #[must_use]
    pub fn with_plans(mut self, plans: Vec<Plan>) -> Self {
        self.plans = plans;
        self
    }

    /// The same prices, which have this tax in them.
    #[must_use]
    pub fn with_tax(self, tax: Option<Tax>) -> Self {
        Self { tax, ..self }
    }

    /// The same offers and plans under other ids.
    #[must_use]
    pub fn with_price_ids(mut self, of_offer: impl Fn(&Offer) -> PriceIds, of_plan: impl Fn(&Plan) -> PriceIds) -> Self {
        for offer in &mut self.offers {
            offer.price_ids = of_offer(offer);
        }
        for plan in &mut self.plans {
            plan.price_ids = of_plan(plan);
        }
        self
    }

    #[must_use]
    pub fn offers(&self) -> &[Offer] {
        &self.offers
    }

    #[must_use]
    pub fn plans(&self) -> &[Plan] {
        &self.plans
    }

    /// What a subscription for oneself costs; `None` where the shop sells none of this tier.
    #[must_use]
    pub fn plan(&self, tier: Tier) -> Option<&Plan> {
        self.plans.iter().find(|plan| plan.tier == tier)
    }

    /// The tax that is in every price; `None` where the seller states none.
    #[must_use]
    pub const fn tax(&self) -> Option<&Tax> {
        self.tax.as_ref()
    }

    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// The offer for a tier and a length; there is always one.
    #[must_use]
    pub fn offer(&self, tier: Tier, months: Months) -> Option<&Offer> {
        self.offers.iter().find(|offer| offer.tier == tier && offer.months == months)
    }

    #[must_use]
    pub fn blurb(&self, tier: Tier) -> &str {
        let [member, founder] = &self.blurbs;
        match tier {
            Tier::Member => member,
            Tier::Founder => founder,
        }
    }
}

/// Whose shop this is, as its pages and mails say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brand {
    /// "Ribbon".
    pub name: String,
    /// Where a letter finds it: stands in every page's foot and in every mail.
    pub postal_address: String,
    /// Where questions go.
    pub support_email: Email,
    /// The one colour that everything derives from, as CSS writes it: `oklch(.52 .19 22)`.
    pub accent: Accent,
    /// Under which the tax office knows the seller; stands on receipts.
    pub tax_id: Option<String>,
}

impl Default for Brand {
    fn default() -> Self {
        Self {
            name: "Ribbon".to_owned(),
            postal_address: "12 Harbour Street".to_owned(),
            support_email: Email::at_example("help"),
            accent: Accent::CRIMSON,
            tax_id: None,
        }
    }
}

impl Default for Catalog {
    /// What a shop sells before anything is configured.
    fn default() -> Self {
        let blurbs = [
            "Every issue, the archive, and the members’ evenings.".to_owned(),
            "All of that, the yearbook in print, and a vote on what we make next.".to_owned(),
        ];
        let plan = |tier| {
            let price = Money::new(default_monthly_price(tier), Currency::EUR);
            Plan { tier, price, every: Interval::Month, price_ids: PriceIds::default() }
        };
        let prices = |tier, months| (default_price(tier, months), PriceIds::default());
        Self::new(Currency::EUR, blurbs, prices).with_plans(Tier::ALL.map(plan).to_vec())
    }
}

fn default_price(tier: Tier, months: Months) -> i64 {
    match (tier, months) {
        (Tier::Member, Months::Three) => 2_700,
        (Tier::Member, Months::Six) => 4_800,
        (Tier::Member, Months::Twelve) => 8_400,
        (Tier::Founder, Months::Three) => 6_000,
        (Tier::Founder, Months::Six) => 10_800,
        (Tier::Founder, Months::Twelve) => 19_200,
    }
}

const fn default_monthly_price(tier: Tier) -> i64 {
    match tier {
        Tier::Member => 900,
        Tier::Founder => 2_000,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_an_offer_for_every_tier_and_length() {
        let catalog = Catalog::default();
        assert_eq!(catalog.offers().len(), 6);
        let longest = catalog.offer(Tier::Founder, Months::Twelve).unwrap();
        assert_eq!((longest.title().as_str(), longest.price.brief().as_str()), ("Founder, 12 months", "€192"));
    }

    #[test]
    fn a_price_goes_by_its_own_ids_and_by_no_other() {
        let ids = PriceIds { creem: Some("prod_6".to_owned()), ..PriceIds::default() };
        let catalog = Catalog::new(Currency::EUR, Default::default(), |_, months| {
            (900, if months == Months::Six { ids.clone() } else { PriceIds::default() })
        });
        let six = catalog.offer(Tier::Member, Months::Six).unwrap();
        for (id, is_its_own) in
            [("price_member_6", true), ("prod_6", true), ("price_founder_6", false), ("price_member_3", false), ("", false)]
        {
            assert_eq!(six.goes_by(id), is_its_own, "{id}");
        }
        assert!(!catalog.offer(Tier::Member, Months::Three).unwrap().goes_by("prod_6"));
    }

    #[test]
    fn there_is_a_plan_for_every_tier_unless_the_shop_sells_none() {
        let catalog = Catalog::default();
        let founder = catalog.plan(Tier::Founder).unwrap();
        assert_eq!((founder.title().as_str(), founder.price.brief().as_str()), ("Founder, monthly", "€20"));
        assert_eq!(catalog.with_plans(Vec::new()).plan(Tier::Founder), None);
    }

    #[test]
    fn only_what_is_sold_is_read() {
        assert_eq!("founder".parse(), Ok(Tier::Founder));
        assert_eq!("Founder".parse::<Tier>(), Err(CatalogError::Tier));
        assert_eq!("12".parse(), Ok(Months::Twelve));
        for wrong in ["4", "03", "3.0", "-3", ""] {
            assert_eq!(wrong.parse::<Months>(), Err(CatalogError::Months), "{wrong}");
        }
        assert!(Tier::Founder > Tier::Member);
    }
}
