//! The operator makes a promo code.

use super::Shop;
use crate::catalog::{Discount, PromoCode, PromoName, Tier};
use crate::store::{self, promo_codes};
use crate::values::Day;
use crate::{Error, Result};

/// A promo code as the operator asks for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPromoCode {
    pub name: PromoName,
    pub discount: Discount,
    /// Empty for every tier.
    pub tiers: Vec<Tier>,
    /// From the beginning of this day, by the shop's clock; `None` for from now on.
    pub first_day: Option<Day>,
    /// To the end of this day.
    pub last_day: Option<Day>,
    pub uses_max: Option<i64>,
}

impl Shop {
    /// Makes the code. A name is never taken twice, so that a receipt's line keeps its meaning.
    pub async fn create_promo_code(&self, new: &NewPromoCode) -> Result<PromoCode> {
        let now = self.clock.now();
        let day_after = new.last_day.and_then(|last| last.tomorrow().ok());
        let mut tiers = new.tiers.clone();
        tiers.sort_unstable();
        tiers.dedup();
        let code = PromoCode {
            name: new.name.clone(),
            discount: new.discount,
            tiers,
            starts_at: new.first_day.and_then(|first| self.zone.start_of(first)),
            ends_at: day_after.and_then(|day| self.zone.start_of(day)),
            uses_max: new.uses_max,
            uses: 0,
            created_at: now,
        };
        check(&code)?;
        match promo_codes::insert(&mut *self.store.connection().await?, &code).await {
            Ok(()) => Ok(code),
            Err(store::Error::Duplicate) => Err(Error::invalid("code", format!("There is a code {} already", code.name))),
            Err(error) => Err(error.into()),
        }
    }
}

fn check(code: &PromoCode) -> Result<()> {
    if matches!(code.discount, Discount::Amount(amount) if amount.minor <= 0) {
        return Err(Error::invalid("amount", "Take off more than nothing"));
    }
    match code.ends_at {
        Some(ends_at) if ends_at <= code.created_at => Err(Error::invalid("until", "Choose a last day from today on")),
        Some(ends_at) if code.starts_at.is_some_and(|starts_at| starts_at >= ends_at) => {
            Err(Error::invalid("until", "Choose a last day that is not before the first"))
        }
        Some(_) | None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::testing::World;
    use crate::store::Store;
    use crate::store::testing::on_both;
    use crate::values::{Currency, Money, Timestamp};

    fn new() -> NewPromoCode {
        NewPromoCode {
            name: PromoName::parse("SPRING27").unwrap(),
            discount: Discount::Percent(10.try_into().unwrap()),
            tiers: vec![],
            first_day: None,
            last_day: None,
            uses_max: None,
        }
    }

    fn day(text: &str) -> Day {
        text.parse().unwrap()
    }

    on_both!(a_code_counts_for_whole_days_of_the_shop, async |store: Store| {
        let world = World::on(store);
        let tiers = vec![Tier::Founder, Tier::Member, Tier::Founder];
        let wish = NewPromoCode { first_day: Some(day("2027-03-01")), last_day: Some(day("2027-05-31")), tiers, ..new() };
        let made = world.shop.create_promo_code(&wish).await.unwrap();
        assert_eq!(made.starts_at, Some(Timestamp::from_seconds(1_803_859_200)));
        assert_eq!(made.ends_at, Some(Timestamp::from_seconds(1_811_808_000)), "with the first moment of June");
        assert_eq!(made.tiers, [Tier::Member, Tier::Founder]);
        assert_eq!(world.shop.promo_codes().await.unwrap(), [made]);
    });

    on_both!(what_makes_no_sense_is_refused_by_the_name_of_its_option, async |store: Store| {
        let world = World::on(store);
        let nothing = Discount::Amount(Money::new(0, Currency::EUR));
        for (wish, option) in [
            (NewPromoCode { discount: nothing, ..new() }, "amount"),
            (NewPromoCode { last_day: Some(day("2026-11-20")), ..new() }, "until"),
            (NewPromoCode { first_day: Some(day("2027-03-02")), last_day: Some(day("2027-03-01")), ..new() }, "until"),
        ] {
            let refused = world.shop.create_promo_code(&wish).await;
            assert!(matches!(&refused, Err(Error::Invalid(wrongs)) if wrongs[0].field == option), "{refused:?}");
        }
        let today = NewPromoCode { last_day: Some(day("2026-11-21")), ..new() };
        world.shop.create_promo_code(&today).await.unwrap();
        let again = world.shop.create_promo_code(&new()).await.unwrap_err();
        assert_eq!(again.to_string(), "There is a code SPRING27 already.");
    });
}
