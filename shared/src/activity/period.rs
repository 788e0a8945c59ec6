//! Time spent: integer minutes, inclusive periods, minutes by year.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

/// A duration in whole minutes: 1 to 60 000 000 (a century of days).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct Minutes(u32);

/// Not a number of minutes we accept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("minutes are a whole number, 1 to 60 000 000")]
pub struct MinutesError;

impl Minutes {
    /// The largest.
    pub const MAX: u32 = 60_000_000;

    /// How many.
    pub fn count(self) -> u32 {
        self.0
    }
}

impl TryFrom<u64> for Minutes {
    type Error = MinutesError;

    fn try_from(count: u64) -> Result<Self, MinutesError> {
        u32::try_from(count)
            .ok()
            .filter(|count| (1..=Self::MAX).contains(count))
            .map(Self)
            .ok_or(MinutesError)
    }
}

impl From<Minutes> for u64 {
    fn from(minutes: Minutes) -> Self {
        minutes.0.into()
    }
}

/// First and last day, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Period {
    start: NaiveDate,
    end: NaiveDate,
}

/// Why a period was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PeriodError {
    /// It ends before it starts.
    #[error("the period ends before it starts")]
    Reversed,
    /// A year outside 1900 to 2200.
    #[error("the year is not plausible")]
    Year,
}

impl Period {
    /// A period of one day or more.
    pub fn new(start: NaiveDate, end: NaiveDate) -> Result<Self, PeriodError> {
        if ![start, end].iter().all(|day| (1900..=2200).contains(&day.year())) {
            return Err(PeriodError::Year);
        }
        if end < start {
            return Err(PeriodError::Reversed);
        }
        Ok(Self { start, end })
    }

    /// First day.
    pub fn start(self) -> NaiveDate {
        self.start
    }

    /// Last day.
    pub fn end(self) -> NaiveDate {
        self.end
    }

    /// Number of days, at least 1.
    pub fn days(self) -> u32 {
        days(self.start, self.end)
    }

    /// The single calendar year it lies in; `None` when it crosses 31 December.
    pub fn calendar_year(self) -> Option<i32> {
        (self.start.year() == self.end.year()).then(|| self.start.year())
    }

    /// Number of days in a calendar year, perhaps 0.
    pub fn days_in(self, year: i32) -> u32 {
        let Some((first, last)) = NaiveDate::from_ymd_opt(year, 1, 1).zip(NaiveDate::from_ymd_opt(year, 12, 31)) else {
            return 0;
        };
        let (start, end) = (self.start.max(first), self.end.min(last));
        if end < start { 0 } else { days(start, end) }
    }
}

/// Days from `start` to `end`, both included; `start` is not after `end`.
fn days(start: NaiveDate, end: NaiveDate) -> u32 {
    u32::try_from(end.signed_duration_since(start).num_days()).unwrap_or(0) + 1
}

/// Minutes of each calendar year; 0 is allowed for a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Breakdown(pub(super) BTreeMap<i32, u32>);

impl Breakdown {
    /// From minutes by year.
    pub fn new(years: BTreeMap<i32, u32>) -> Self {
        Self(years)
    }

    /// Year by year.
    pub fn iter(&self) -> impl Iterator<Item = (i32, u32)> + '_ {
        self.0.iter().map(|(year, minutes)| (*year, *minutes))
    }

    /// In all.
    pub fn total(&self) -> u64 {
        self.0.values().map(|minutes| u64::from(*minutes)).sum()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn days_are_counted_with_both_ends() {
        let year = |start, end| Period::new(day(start), day(end)).unwrap();
        assert_eq!(year("2024-01-01", "2024-12-31").days(), 366);
        assert_eq!(year("2025-03-01", "2025-03-01").days(), 1);
        assert_eq!(year("2024-09-01", "2025-06-30").days_in(2025), 181);
        assert_eq!(year("2024-09-01", "2025-06-30").days_in(2026), 0);
        assert_eq!(year("2024-09-01", "2025-06-30").calendar_year(), None);
        assert_eq!(year("2025-01-01", "2025-12-31").calendar_year(), Some(2025));
    }

    #[test]
    fn periods_that_make_no_sense() {
        assert_eq!(
            Period::new(day("2025-03-02"), day("2025-03-01")),
            Err(PeriodError::Reversed)
        );
        assert_eq!(
            Period::new(day("0025-03-02"), day("2025-03-01")),
            Err(PeriodError::Year)
        );
        assert_eq!(
            Period::new(day("2025-03-02"), day("2205-03-01")),
            Err(PeriodError::Year)
        );
    }

    #[test]
    fn minutes_are_never_none_nor_absurd() {
        assert_eq!(Minutes::try_from(0), Err(MinutesError));
        assert_eq!(Minutes::try_from(60_000_001), Err(MinutesError));
        assert_eq!(Minutes::try_from(1 << 40), Err(MinutesError));
        assert!(serde_json::from_str::<Minutes>("7800").is_ok());
        for wrong in ["0", "-1", "1.5", "\"7800\"", "60000001"] {
            assert!(serde_json::from_str::<Minutes>(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn the_days_of_the_years_add_up(start in 0..60_000u32, length in 0..4_000u32) {
            let start = day("1950-01-01") + chrono::Days::new(u64::from(start));
            let period = Period::new(start, start + chrono::Days::new(u64::from(length))).unwrap();
            let by_year: u32 = (period.start().year()..=period.end().year()).map(|year| period.days_in(year)).sum();
            prop_assert_eq!(by_year, period.days());
            prop_assert_eq!(period.days(), length + 1);
            prop_assert_eq!(period.calendar_year().is_some(), period.days_in(start.year()) == period.days());
        }
    }
}
