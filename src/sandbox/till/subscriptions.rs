//! What a payment provider keeps of a subscription, whoever it is: its periods, whether they were paid, and how it ends.
//! Pure like the till. The first period is paid by the session that began it; each later one is a renewal.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{Handle, Line, Provider, Refusal, Session};
use crate::values::{Currency, Interval, Money, Timestamp, Zone};

#[cfg(test)]
mod tests;

/// How often something is paid again: `count` of `unit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recurrence {
    pub count: u32,
    pub unit: Unit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Day,
    Week,
    Month,
    Year,
}

impl Recurrence {
    pub const MONTH: Self = Self { count: 1, unit: Unit::Month };
    pub const YEAR: Self = Self { count: 1, unit: Unit::Year };

    /// The moment `times` intervals after `start`. Months keep the day of `start` wherever they have it.
    pub fn after(self, start: Timestamp, times: u32) -> Timestamp {
        let count = self.count.saturating_mul(times);
        let days = |days: u32| start.plus(Duration::from_hours(24).saturating_mul(days));
        match self.unit {
            Unit::Day => days(count),
            Unit::Week => days(count.saturating_mul(7)),
            Unit::Month => Zone::UTC.add_months(start, count),
            Unit::Year => Zone::UTC.add_months(start, count.saturating_mul(12)),
        }
    }
}

/// "every month", "every 3 months".
impl fmt::Display for Recurrence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.unit {
            Unit::Day => "day",
            Unit::Week => "week",
            Unit::Month => "month",
            Unit::Year => "year",
        };
        if self.count == 1 { write!(f, "every {unit}") } else { write!(f, "every {} {unit}s", self.count) }
    }
}

impl From<Interval> for Recurrence {
    fn from(interval: Interval) -> Self {
        match interval {
            Interval::Month => Self::MONTH,
            Interval::Year => Self::YEAR,
        }
    }
}

/// The subscription that paying a session begins. Its ids are drawn when the session is opened.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Begins {
    pub subscription_id: String,
    pub customer_id: String,
    pub every: Recurrence,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Subscription {
    pub id: String,
    pub provider: Provider,
    /// The session that began it, and whose payment was the first.
    pub session_id: String,
    pub customer_id: String,
    pub buyer_email: Option<String>,
    /// What is paid again each time.
    pub lines: Vec<Line>,
    pub currency: Currency,
    pub every: Recurrence,
    pub began_at: Timestamp,
    pub standing: Standing,
    /// When somebody asked for it to end with the period that runs.
    pub end_asked_at: Option<Timestamp>,
    pub updated_at: Timestamp,
    /// Each began another period, in their order.
    pub renewals: Vec<Renewal>,
}

/// How a subscription stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    Active,
    /// The period that runs has begun, and its payment was refused.
    PastDue,
    /// Nothing is paid for until somebody resumes it.
    Paused,
    Ended {
        at: Timestamp,
    },
}

/// One payment for one more period, made or tried.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Renewal {
    pub handle: Handle,
    /// The period that it pays for.
    pub starts_at: Timestamp,
    pub ends_at: Timestamp,
    pub is_paid: bool,
}

/// What a change of a subscription was, for whoever is to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    Renewed,
    RenewalFailed,
    EndScheduled,
    EndCalledOff,
    Paused,
    Resumed,
    /// Something else is paid for from now on.
    Changed,
    Ended,
}

impl Subscription {
    /// What paying `session` begins; `None` for what is paid once, and while it isn't paid.
    pub fn begun_by(session: &Session, now: Timestamp) -> Option<Self> {
        let begins = session.begins.as_ref().filter(|_| session.is_completed())?;
        Some(Self {
            id: begins.subscription_id.clone(),
            provider: session.provider,
            session_id: session.id.clone(),
            customer_id: begins.customer_id.clone(),
            buyer_email: session.buyer_email.clone(),
            lines: session.lines.iter().filter(|line| line.every.is_some()).cloned().collect(),
            currency: session.currency,
            every: begins.every,
            began_at: now,
            standing: Standing::Active,
            end_asked_at: None,
            updated_at: now,
            renewals: Vec::new(),
        })
    }

    /// What each period costs.
    pub fn price(&self) -> Money {
        Money::new(super::sum(&self.lines), self.currency)
    }

    pub fn period_start(&self) -> Timestamp {
        self.every.after(self.began_at, self.periods_before())
    }

    pub fn period_end(&self) -> Timestamp {
        self.every.after(self.began_at, self.periods_before().saturating_add(1))
    }

    /// Until when it has been paid: less than the period's end while that period's payment is missing.
    pub fn paid_until(&self) -> Timestamp {
        match self.renewals.last() {
            Some(renewal) if !renewal.is_paid => renewal.starts_at,
            Some(_) | None => self.period_end(),
        }
    }

    pub const fn ended_at(&self) -> Option<Timestamp> {
        match self.standing {
            Standing::Ended { at } => Some(at),
            Standing::Active | Standing::PastDue | Standing::Paused => None,
        }
    }

    /// The period is over and nobody has said what comes of it. One that is past due waits for its payment.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.standing == Standing::Active && self.period_end() <= now
    }

    /// Pays for the next period, or for the one that runs where its payment is missing.
    pub fn renew(&mut self, handle: Handle) -> Result<Turn, Refusal> {
        self.bill(handle, true)?;
        self.standing = Standing::Active;
        Ok(Turn::Renewed)
    }

    /// Begins the next period without its payment, or tries in vain to be paid for the one that runs.
    pub fn fail_renewal(&mut self, handle: Handle) -> Result<Turn, Refusal> {
        self.bill(handle, false)?;
        self.standing = Standing::PastDue;
        Ok(Turn::RenewalFailed)
    }

    /// Lets the period that runs be the last.
    pub fn schedule_end(&mut self, now: Timestamp) -> Result<Turn, Refusal> {
        self.living()?;
        if self.end_asked_at.is_some() {
            return Err(Refusal::EndScheduled);
        }
        (self.end_asked_at, self.updated_at) = (Some(now), now);
        Ok(Turn::EndScheduled)
    }

    /// Takes back that the period that runs is the last.
    pub fn call_off_end(&mut self, now: Timestamp) -> Result<Turn, Refusal> {
        self.living()?;
        self.end_asked_at.take().ok_or(Refusal::EndNotScheduled)?;
        self.updated_at = now;
        Ok(Turn::EndCalledOff)
    }

    pub fn pause(&mut self, now: Timestamp) -> Result<Turn, Refusal> {
        self.living()?;
        if self.standing == Standing::Paused {
            return Err(Refusal::Paused);
        }
        (self.standing, self.updated_at) = (Standing::Paused, now);
        Ok(Turn::Paused)
    }

    /// Goes on. A period that ended meanwhile is taken to end now, so that nobody pays for time in which nothing was had.
    pub fn resume(&mut self, now: Timestamp) -> Result<Turn, Refusal> {
        if self.standing != Standing::Paused {
            return Err(Refusal::NotPaused);
        }
        self.began_at = self.began_at.plus(now.since(self.period_end()));
        (self.standing, self.updated_at) = (Standing::Active, now);
        Ok(Turn::Resumed)
    }

    /// Pays for other things from the next period on.
    pub fn change(&mut self, lines: Vec<Line>, now: Timestamp) -> Result<Turn, Refusal> {
        self.living()?;
        (self.lines, self.updated_at) = (lines, now);
        Ok(Turn::Changed)
    }

    pub fn end(&mut self, now: Timestamp) -> Result<Turn, Refusal> {
        self.living()?;
        (self.standing, self.updated_at) = (Standing::Ended { at: now }, now);
        Ok(Turn::Ended)
    }

    /// What the end of a period brings: the end that was asked for, or one more period.
    pub fn reach_period_end(&mut self, handle: Handle) -> Result<Turn, Refusal> {
        if self.end_asked_at.is_some() { self.end(handle.at) } else { self.renew(handle) }
    }

    fn bill(&mut self, handle: Handle, is_paid: bool) -> Result<(), Refusal> {
        self.living()?;
        self.updated_at = handle.at;
        match self.renewals.last_mut() {
            // Another attempt belongs to the payment of the first.
            Some(missing) if !missing.is_paid => {
                missing.handle = Handle { payment: missing.handle.payment.clone(), ..handle };
                missing.is_paid = is_paid;
            }
            Some(_) | None => {
                let starts_at = self.period_end();
                let ends_at = self.every.after(self.began_at, self.periods_before().saturating_add(2));
                self.renewals.push(Renewal { handle, starts_at, ends_at, is_paid });
            }
        }
        Ok(())
    }

    const fn living(&self) -> Result<(), Refusal> {
        match self.standing {
            Standing::Active | Standing::PastDue | Standing::Paused => Ok(()),
            Standing::Ended { .. } => Err(Refusal::Ended),
        }
    }

    fn periods_before(&self) -> u32 {
        u32::try_from(self.renewals.len()).unwrap_or(u32::MAX)
    }
}
