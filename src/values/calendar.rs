//! Days, calendar months and time zones, and how dates and lengths are written for people.

use std::fmt;
use std::str::FromStr;

use jiff::tz::TimeZone;
use jiff::{Span, Zoned};

pub use jiff::civil::Date as Day;

use super::time::Timestamp;

/// A time zone by its IANA name, such as `Europe/Berlin`.
#[derive(Clone, PartialEq, Eq)]
pub struct Zone(TimeZone);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("that is no time zone's name, such as Europe/Berlin")]
pub struct ZoneError;

/// Hour of the day at which a scheduled gift goes out.
const MORNING_HOUR: i8 = 9;

const MONTH_NAMES: [&str; 12] =
    ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

impl Zone {
    pub const UTC: Self = Self(TimeZone::UTC);

    pub fn parse(name: &str) -> Result<Self, ZoneError> {
        TimeZone::get(name).map(Self).map_err(|_| ZoneError)
    }

    #[must_use]
    pub fn name(&self) -> &str {
        self.0.iana_name().unwrap_or("UTC")
    }

    /// The same clock time `months` calendar months later, clamped at the month's end: 31 January + 1 is 28 or 29 February.
    /// A clock time that a change to summer time skips becomes the one an hour later.
    #[must_use]
    pub fn add_months(&self, from: Timestamp, months: u32) -> Timestamp {
        let later = self.zoned(from).checked_add(Span::new().months(i64::from(months)));
        later.map_or(from, |later| Timestamp::from_millis(later.timestamp().as_millisecond()))
    }

    /// The same clock time `days` days earlier on this zone's calendar; one that a change to summer time skips becomes the one an hour later.
    #[must_use]
    pub fn days_before(&self, at: Timestamp, days: u16) -> Timestamp {
        let earlier = self.zoned(at).checked_sub(Span::new().days(i64::from(days)));
        earlier.map_or(at, |earlier| Timestamp::from_millis(earlier.timestamp().as_millisecond()))
    }

    /// The day on this zone's calendar.
    #[must_use]
    pub fn day(&self, at: Timestamp) -> Day {
        self.zoned(at).date()
    }

    /// The day so many days later on this zone's calendar.
    #[must_use]
    pub fn day_after(&self, at: Timestamp, days: u16) -> Day {
        self.day(at).saturating_add(Span::new().days(i64::from(days)))
    }

    /// The first moment of `day` in this zone.
    #[must_use]
    pub fn start_of(&self, day: Day) -> Option<Timestamp> {
        let zoned = day.to_zoned(self.0.clone()).ok()?;
        Some(Timestamp::from_millis(zoned.timestamp().as_millisecond()))
    }

    /// Nine in the morning of `day` in this zone; where a change of clocks leaves it out, the next moment there is.
    #[must_use]
    pub fn morning_of(&self, day: Day) -> Option<Timestamp> {
        let zoned = day.at(MORNING_HOUR, 0, 0, 0).to_zoned(self.0.clone()).ok()?;
        Some(Timestamp::from_millis(zoned.timestamp().as_millisecond()))
    }

    /// "21 November 2026".
    #[must_use]
    pub fn date(&self, at: Timestamp) -> String {
        written(self.day(at))
    }

    /// "21 November 2026, 14:02".
    #[must_use]
    pub fn date_and_time(&self, at: Timestamp) -> String {
        let zoned = self.zoned(at);
        format!("{}, {:02}:{:02}", written(zoned.date()), zoned.hour(), zoned.minute())
    }

    /// "24 December 2026, 09:00 in Auckland": for a moment that was chosen by another clock than the reader's.
    #[must_use]
    pub fn moment(&self, at: Timestamp) -> String {
        format!("{} {}", self.date_and_time(at), self.place())
    }

    /// Whose clock it is, behind a time of day: "in New York", or "UTC".
    #[must_use]
    pub fn place(&self) -> String {
        match self.name().rsplit_once('/') {
            Some((_, city)) => format!("in {}", city.replace('_', " ")),
            None => self.name().to_owned(),
        }
    }

    /// A day in full: "21 November 2026".
    #[must_use]
    pub fn written(day: Day) -> String {
        written(day)
    }

    fn zoned(&self, at: Timestamp) -> Zoned {
        jiff::Timestamp::from_millisecond(at.millis()).unwrap_or_default().to_zoned(self.0.clone())
    }
}

impl FromStr for Zone {
    type Err = ZoneError;
    fn from_str(name: &str) -> Result<Self, ZoneError> {
        Self::parse(name)
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

fn written(day: Day) -> String {
    let month = usize::try_from(day.month() - 1).ok().and_then(|place| MONTH_NAMES.get(place)).unwrap_or(&"");
    format!("{} {month} {}", day.day(), day.year())
}

/// Numbers up to twelve as words, others as figures: "twelve", "13".
#[must_use]
pub fn in_words(number: u32) -> String {
    const WORDS: [&str; 13] =
        ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"];
    let word = usize::try_from(number).ok().and_then(|place| WORDS.get(place));
    word.map_or_else(|| number.to_string(), |word| (*word).to_owned())
}

/// "twelve months", "one month": a length as the card says it.
#[must_use]
pub fn months_in_words(months: u32) -> String {
    format!("{} {}", in_words(months), if months == 1 { "month" } else { "months" })
}

/// "12 months": a length as the books say it.
#[must_use]
pub fn months_in_figures(months: u32) -> String {
    format!("{months} {}", if months == 1 { "month" } else { "months" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::from_millis(text.parse::<jiff::Timestamp>().unwrap().as_millisecond())
    }

    #[test]
    fn months_are_clamped_at_the_months_end() {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        for (from, months, then) in [
            ("2027-01-31T12:00:00Z", 1, "2027-02-28T12:00:00Z"),
            ("2028-01-31T12:00:00Z", 1, "2028-02-29T12:00:00Z"),
            ("2026-11-30T12:00:00Z", 3, "2027-02-28T12:00:00Z"),
            ("2028-02-29T12:00:00Z", 12, "2029-02-28T12:00:00Z"),
            // Noon stays noon across the change to summer time.
            ("2027-01-15T11:00:00Z", 6, "2027-07-15T10:00:00Z"),
            // 02:30 does not exist on 28 March 2027.
            ("2026-12-28T01:30:00Z", 3, "2027-03-28T01:30:00Z"),
        ] {
            assert_eq!(berlin.add_months(at(from), months), at(then), "{from} + {months}");
        }
    }

    #[test]
    fn a_week_before_is_the_same_hour_by_the_clock_on_the_wall() {
        let berlin = Zone::parse("Europe/Berlin").unwrap();
        for (at_, before) in [
            ("2027-03-03T11:00:00Z", "2027-02-24T11:00:00Z"),
            ("2028-03-03T11:00:00Z", "2028-02-25T11:00:00Z"),
            // Noon in summer, and noon in the winter before it.
            ("2027-03-30T10:00:00Z", "2027-03-23T11:00:00Z"),
            // 02:30 does not exist on 28 March 2027.
            ("2027-04-04T00:30:00Z", "2027-03-28T01:30:00Z"),
        ] {
            assert_eq!(berlin.days_before(at(at_), 7), at(before), "a week before {at_}");
        }
    }

    #[test]
    fn a_morning_is_nine_by_the_clock_on_the_wall() {
        let new_york = Zone::parse("America/New_York").unwrap();
        assert_eq!(new_york.morning_of("2026-12-24".parse().unwrap()), Some(at("2026-12-24T14:00:00Z")));
        assert_eq!(new_york.morning_of("2026-07-04".parse().unwrap()), Some(at("2026-07-04T13:00:00Z")));
    }

    #[test]
    fn a_morning_that_the_calendar_leaves_out_is_the_next_one_there_is() {
        let morning = |zone: &str, day: &str| Zone::parse(zone).unwrap().morning_of(day.parse().unwrap());
        // Samoa had no 30 December 2011: it went from one side of the date line to the other.
        assert_eq!(morning("Pacific/Apia", "2011-12-29"), Some(at("2011-12-29T19:00:00Z")));
        assert_eq!(morning("Pacific/Apia", "2011-12-30"), Some(at("2011-12-30T19:00:00Z")));
        assert_eq!(morning("Pacific/Apia", "2011-12-31"), Some(at("2011-12-30T19:00:00Z")));
        // Half an hour of summer time, and a change of clocks on the morning itself.
        assert_eq!(morning("Australia/Lord_Howe", "2026-10-04"), Some(at("2026-10-03T22:00:00Z")));
        assert_eq!(morning("Europe/Berlin", "2027-10-31"), Some(at("2027-10-31T08:00:00Z")));
        assert_eq!(morning("Asia/Kathmandu", "2028-02-29"), Some(at("2028-02-29T03:15:00Z")));
    }

    #[test]
    fn a_day_begins_with_its_first_moment_which_need_not_be_midnight() {
        let day = |zone: &str, day: &str| Zone::parse(zone).unwrap().start_of(day.parse().unwrap());
        assert_eq!(day("Europe/Berlin", "2027-03-01"), Some(at("2027-02-28T23:00:00Z")));
        // In Beirut clocks go from midnight to one.
        assert_eq!(day("Asia/Beirut", "2027-03-28"), Some(at("2027-03-27T22:00:00Z")));
    }

    #[test]
    fn dates_are_written_in_full_in_the_zone_of_their_reader() {
        let late = at("2026-12-31T23:30:00Z");
        assert_eq!(Zone::UTC.date_and_time(late), "31 December 2026, 23:30");
        assert_eq!(Zone::parse("Europe/Berlin").unwrap().date(late), "1 January 2027");
    }

    #[test]
    fn lengths_are_words_on_the_card_and_figures_in_the_books() {
        assert_eq!((months_in_words(12), months_in_figures(12)), ("twelve months".to_owned(), "12 months".to_owned()));
        assert_eq!((months_in_words(1), months_in_words(13)), ("one month".to_owned(), "13 months".to_owned()));
    }

    #[test]
    fn a_zone_is_known_by_its_name() {
        assert_eq!(Zone::parse("Europe/Berlin").unwrap().name(), "Europe/Berlin");
        assert_eq!(Zone::parse("Mars/Olympus"), Err(ZoneError));
        assert_eq!(Zone::parse(""), Err(ZoneError));
    }
}
