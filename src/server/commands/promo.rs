//! `ribbon promo`: the operator's promo codes.

use clap::{Args, Subcommand};

use super::super::{Settings, StartError};
use super::{open_shop, say};
use crate::Error;
use crate::catalog::{Discount, Percent, PromoCode, PromoName, Tier};
use crate::shop::{NewPromoCode, Shop};
use crate::values::{Day, Money, Timestamp, Zone};

#[derive(Subcommand)]
pub enum PromoCommand {
    /// Makes a promo code.
    Create(Wish),
    /// Lists every promo code, the newest first.
    List,
    /// Ends a promo code now. Orders that wait for their payment keep their price.
    End { code: PromoName },
}

#[derive(Args)]
pub struct Wish {
    /// What buyers type: 3 to 32 letters, figures and hyphens.
    code: PromoName,
    #[command(flatten)]
    off: Off,
    /// The tier it is for; once for each. Left out, it is for all.
    #[arg(long = "tier", value_name = "TIER")]
    tiers: Vec<Tier>,
    /// Its first day by the shop's clock, as in 2027-03-01.
    #[arg(long, value_name = "DATE")]
    from: Option<Day>,
    /// Its last day by the shop's clock.
    #[arg(long, value_name = "DATE")]
    until: Option<Day>,
    /// How many gifts it may be used for.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i64).range(1..))]
    uses: Option<i64>,
}

#[derive(Args)]
#[group(required = true, multiple = false)]
struct Off {
    /// Takes off so many in the hundred; 100 makes the gift free.
    #[arg(long, value_name = "N")]
    percent: Option<Percent>,
    /// Takes off this much, in the catalog's currency, as in 5.00.
    #[arg(long, value_name = "SUM")]
    amount: Option<String>,
}

pub async fn carry_out(command: PromoCommand, settings: &Settings) -> Result<(), StartError> {
    let shop = open_shop(settings).await?;
    match command {
        PromoCommand::Create(wish) => {
            let made = shop.create_promo_code(&wish.read(&shop)?).await?;
            say(format_args!("{}", line(&made, 0, shop.zone(), shop.now())))
        }
        PromoCommand::List => {
            let codes = shop.promo_codes().await?;
            if codes.is_empty() {
                return say(format_args!("There are no promo codes."));
            }
            let reserved = shop.reserved_uses().await?;
            codes.iter().try_for_each(|code| {
                let unpaid = reserved.get(&code.name).copied().unwrap_or_default();
                say(format_args!("{}", line(code, unpaid, shop.zone(), shop.now())))
            })
        }
        PromoCommand::End { code } => {
            let ended = shop.end_promo_code(&code).await?;
            let unpaid = shop.reserved_uses().await?.get(&ended.name).copied().unwrap_or_default();
            say(format_args!("{}", line(&ended, unpaid, shop.zone(), shop.now())))
        }
    }
}

impl Wish {
    fn read(self, shop: &Shop) -> Result<NewPromoCode, Error> {
        let discount = match (self.off.percent, self.off.amount) {
            (Some(percent), _) => Discount::Percent(percent),
            (None, amount) => {
                let amount = Money::parse(amount.as_deref().unwrap_or_default(), shop.catalog().currency());
                Discount::Amount(amount.map_err(|why| Error::invalid("amount", format!("Write it another way: {why}")))?)
            }
        };
        Ok(NewPromoCode {
            name: self.code,
            discount,
            tiers: self.tiers,
            first_day: self.from,
            last_day: self.until,
            uses_max: self.uses,
        })
    }
}

/// "SPRING27: 10 % off Founder, from 1 March 2027, until 31 May 2027, used 3 of 50 times, 1 of them not paid yet".
fn line(code: &PromoCode, unpaid: i64, zone: &Zone, now: Timestamp) -> String {
    const JUST_BEFORE: std::time::Duration = std::time::Duration::from_millis(1);
    let tiers: Vec<&str> = code.tiers.iter().map(|tier| Tier::title(*tier)).collect();
    let what = if tiers.is_empty() { "everything".to_owned() } else { tiers.join(" and ") };
    let from = code.starts_at.filter(|starts_at| *starts_at > now).map(|at| format!("from {}", zone.date(at)));
    let until = code.ends_at.map(|at| {
        let day = zone.date(at.minus(JUST_BEFORE));
        if at <= now { format!("ended on {day}") } else { format!("until {day}") }
    });
    let used = match code.uses_max {
        Some(most) => format!("used {} of {most} times", code.uses),
        None => format!("used {} times", code.uses),
    };
    let unpaid = (unpaid > 0).then(|| format!("{unpaid} of them not paid yet"));
    let rest: Vec<String> = [from, until, Some(used), unpaid].into_iter().flatten().collect();
    format!("{}: {} {what}, {}", code.name, code.discount, rest.join(", "))
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::super::{Arguments, Command};
    use super::*;
    use crate::values::Currency;

    const NOW: Timestamp = Timestamp::from_seconds(1_795_262_400);

    fn at(days: u64) -> Timestamp {
        NOW.plus(std::time::Duration::from_hours(24 * days))
    }

    fn parsed(line: &str) -> Result<Wish, String> {
        let words = ["ribbon", "promo", "create"].into_iter().chain(line.split(' '));
        let arguments = Arguments::try_parse_from(words).map_err(|error| error.to_string())?;
        let Command::Promo(PromoCommand::Create(wish)) = arguments.command else { panic!("another command was read") };
        Ok(wish)
    }

    #[test]
    fn a_code_is_said_in_one_line() {
        let code = PromoCode {
            name: PromoName::parse("SPRING27").unwrap(),
            discount: Discount::Amount(Money::new(500, Currency::EUR)),
            tiers: vec![],
            starts_at: None,
            ends_at: None,
            uses_max: None,
            uses: 0,
            created_at: NOW,
        };
        let said = |code: &PromoCode, now| line(code, 0, &Zone::UTC, now);
        assert_eq!(said(&code, NOW), "SPRING27: €5 off everything, used 0 times");
        let narrow = PromoCode {
            discount: Discount::Percent(10.try_into().unwrap()),
            tiers: vec![Tier::Founder],
            starts_at: Some(at(1)),
            ends_at: Some(at(3)),
            uses_max: Some(50),
            uses: 3,
            ..code
        };
        let all = "SPRING27: 10\u{a0}% off Founder, from 22 November 2026, until 24 November 2026, used 3 of 50 times";
        assert_eq!(said(&narrow, NOW), all);
        assert!(line(&narrow, 2, &Zone::UTC, at(2)).ends_with(", used 3 of 50 times, 2 of them not paid yet"));
        assert!(said(&narrow, at(2)).contains("Founder, until 24 November 2026, used"));
        assert!(said(&narrow, at(3)).contains("Founder, ended on 24 November 2026, used"));
    }

    #[test]
    fn what_makes_no_code_is_refused_before_anything_is_opened() {
        assert!(parsed("spring27 --percent 10 --tier member --tier founder --from 2027-03-01 --until 2027-05-31 --uses 5").is_ok());
        assert!(parsed("spring27 --amount 5.00").is_ok());
        for (wrong, why) in [
            ("spring27", "--percent"),
            ("spring27 --percent 10 --amount 5", "cannot be used with"),
            ("spring27 --percent 0", "a percentage is a whole number from 1 to 100"),
            ("spring27 --percent 10 --tier gold", "a tier is member or founder"),
            ("spring27 --percent 10 --uses 0", "--uses"),
            ("spring27 --percent 10 --until soon", "--until"),
            ("spring/27 --percent 10", "3 to 32 letters, figures and hyphens"),
        ] {
            let said = parsed(wrong).err().unwrap();
            assert!(said.contains(why), "{wrong}: {said}");
        }
    }
}
