//! Reading columns into values: what can't be read is named, never guessed.

use std::str::FromStr;

use sqlx::Row as _;
use sqlx::any::AnyRow;

use super::error::{Error, Result};
use crate::values::Timestamp;

/// Reads typed values out of a row.
pub(super) trait Read {
    fn text(&self, column: &'static str) -> Result<String>;
    fn text_or_null(&self, column: &'static str) -> Result<Option<String>>;
    fn number(&self, column: &'static str) -> Result<i64>;
    fn number_or_null(&self, column: &'static str) -> Result<Option<i64>>;

    fn flag(&self, column: &'static str) -> Result<bool> {
        Ok(self.number(column)? != 0)
    }

    fn time(&self, column: &'static str) -> Result<Timestamp> {
        self.number(column).map(Timestamp::from_millis)
    }

    fn time_or_null(&self, column: &'static str) -> Result<Option<Timestamp>> {
        Ok(self.number_or_null(column)?.map(Timestamp::from_millis))
    }

    fn parsed<T: FromStr>(&self, column: &'static str) -> Result<T> {
        self.text(column)?.parse().map_err(|_| Error::Unreadable(column))
    }

    fn parsed_or_null<T: FromStr>(&self, column: &'static str) -> Result<Option<T>> {
        self.text_or_null(column)?.map(|text| text.parse().map_err(|_| Error::Unreadable(column))).transpose()
    }

    /// For values that are made from a `String`: names, messages, addresses.
    fn made<T: TryFrom<String>>(&self, column: &'static str) -> Result<T> {
        T::try_from(self.text(column)?).map_err(|_| Error::Unreadable(column))
    }

    fn made_or_null<T: TryFrom<String>>(&self, column: &'static str) -> Result<Option<T>> {
        self.text_or_null(column)?.map(|text| T::try_from(text).map_err(|_| Error::Unreadable(column))).transpose()
    }
}

impl Read for AnyRow {
    fn text(&self, column: &'static str) -> Result<String> {
        Ok(self.try_get(column)?)
    }

    fn text_or_null(&self, column: &'static str) -> Result<Option<String>> {
        Ok(self.try_get(column)?)
    }

    fn number(&self, column: &'static str) -> Result<i64> {
        Ok(self.try_get(column)?)
    }

    fn number_or_null(&self, column: &'static str) -> Result<Option<i64>> {
        Ok(self.try_get(column)?)
    }
}
