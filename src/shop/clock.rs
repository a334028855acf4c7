//! The one place that reads the machine's clock.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::values::{Clock, Timestamp};

/// The machine's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else is handed")]
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
    }
}

/// A clock that runs ahead of the machine's by always the same: what is to come can be seen today, in test mode.
#[derive(Clone, Copy, Debug)]
pub struct ClockAhead(pub Duration);

impl Clock for ClockAhead {
    fn now(&self) -> Timestamp {
        SystemClock.now().plus(self.0)
    }
}
