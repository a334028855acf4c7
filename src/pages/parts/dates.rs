//! Dates as the pages write them, in the shop's own time zone.

use super::super::shopfront;
use crate::values::Timestamp;

/// "21 November 2026".
pub fn date(at: Timestamp) -> String {
    shopfront().zone.date(at)
}

/// "21 November 2026, 14:02".
pub fn date_and_time(at: Timestamp) -> String {
    shopfront().zone.date_and_time(at)
}
