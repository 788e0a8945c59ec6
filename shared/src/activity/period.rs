//! Time spent: integer minutes, inclusive periods, minutes by year.

use std::collections::BTreeMap;

use chrono::NaiveDate;
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
    pub fn count(self) -> u32 { self.0 }
}
impl TryFrom<u64> for Minutes {
    type Error = MinutesError;
    fn try_from(count: u64) -> Result<Self, MinutesError> {
        u32::try_from(count).ok().filter(|count| (1..=Self::MAX).contains(count)).map(Self).ok_or(MinutesError)
    }
}
impl From<Minutes> for u64 { fn from(minutes: Minutes) -> Self { minutes.0.into() } }

/// First and last day, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Period { start: NaiveDate, end: NaiveDate }

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
    pub fn new(start: NaiveDate, end: NaiveDate) -> Result<Self, PeriodError> { todo!() }
    /// First day.
    pub fn start(self) -> NaiveDate { self.start }
    /// Last day.
    pub fn end(self) -> NaiveDate { self.end }
    /// Number of days, at least 1.
    pub fn days(self) -> u32 { todo!() }
    /// The single calendar year it lies in; `None` when it crosses 31 December.
    pub fn calendar_year(self) -> Option<i32> { todo!() }
}

/// Minutes of each calendar year; 0 is allowed for a year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Breakdown(pub(super) BTreeMap<i32, u32>);

impl Breakdown {
    /// From minutes by year.
    pub fn new(years: BTreeMap<i32, u32>) -> Self { Self(years) }
    /// Year by year.
    pub fn iter(&self) -> impl Iterator<Item = (i32, u32)> + '_ { self.0.iter().map(|(year, minutes)| (*year, *minutes)) }
    /// In all.
    pub fn total(&self) -> u64 { self.0.values().map(|minutes| u64::from(*minutes)).sum() }
}
