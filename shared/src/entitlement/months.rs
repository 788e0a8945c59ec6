//! Months from date to date.

use chrono::{Datelike, Months, NaiveDate};

/// First and last day, both included.
pub(super) type Days = (NaiveDate, NaiveDate);

/// The periods merged: what overlaps or follows without a gap becomes one. Sorted.
pub(super) fn union(mut periods: Vec<Days>) -> Vec<Days> {
    periods.sort_unstable();
    let mut merged: Vec<Days> = Vec::with_capacity(periods.len());
    for (start, end) in periods {
        match merged.last_mut() {
            Some((_, last)) if start <= last.succ_opt().unwrap_or(*last) => *last = end.max(*last),
            _ => merged.push((start, end)),
        }
    }
    merged
}

/// Complete months of a period, and the days left over. Adding months clamps to the last day of the month.
pub(super) fn complete_months((start, end): Days) -> (u64, u64) {
    let after = end.succ_opt().unwrap_or(end);
    let calendar = i64::from(after.year() - start.year()) * 12 + i64::from(after.month()) - i64::from(start.month());
    let calendar = u32::try_from(calendar).unwrap_or(0);
    for months in [calendar, calendar.saturating_sub(1)] {
        if let Some(reached) = start
            .checked_add_months(Months::new(months))
            .filter(|reached| *reached <= after)
        {
            let left_over = after.signed_duration_since(reached).num_days();
            return (u64::from(months), u64::try_from(left_over).unwrap_or(0));
        }
    }
    (0, 0)
}

/// `service_months`: complete months of each merged period, and the days left over, 30 to a month.
pub(super) fn service_months(periods: Vec<Days>) -> u64 {
    let (months, days) = union(periods)
        .into_iter()
        .map(complete_months)
        .fold((0u64, 0u64), |(months, days), (more_months, more_days)| {
            (months + more_months, days + more_days)
        });
    months + days / 30
}

/// `months_continuous`: complete months of the longest merged period.
pub(super) fn months_continuous(periods: Vec<Days>) -> u64 {
    union(periods)
        .into_iter()
        .map(|period| complete_months(period).0)
        .max()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn days(start: &str, end: &str) -> Days {
        (start.parse().unwrap(), end.parse().unwrap())
    }

    #[test]
    fn months_are_counted_from_date_to_date() {
        assert_eq!(complete_months(days("2010-03-01", "2020-02-29")), (120, 0));
        assert_eq!(complete_months(days("2025-09-01", "2026-02-27")), (5, 27));
        assert_eq!(complete_months(days("2025-01-31", "2025-02-27")), (1, 0));
        assert_eq!(complete_months(days("2025-01-31", "2025-02-26")), (0, 27));
        assert_eq!(complete_months(days("2025-05-15", "2025-05-15")), (0, 1));
    }

    #[test]
    fn time_is_not_counted_twice() {
        let overlapping = vec![days("2000-07-01", "2020-06-30"), days("2013-01-01", "2016-12-31")];
        assert_eq!(service_months(overlapping), 240);
        let following = vec![days("2025-04-01", "2025-06-30"), days("2025-01-01", "2025-03-31")];
        assert_eq!(months_continuous(following), 6);
        let apart = vec![days("2025-01-01", "2025-01-15"), days("2025-03-01", "2025-03-15")];
        assert_eq!((service_months(apart.clone()), months_continuous(apart)), (1, 0));
    }

    proptest! {
        #[test]
        fn the_order_of_periods_does_not_matter(
            mut periods in proptest::collection::vec((0..4_000u64, 0..800u64), 0..8)
                .prop_map(|spans| spans.into_iter().map(|(start, length)| {
                    let start = NaiveDate::from_ymd_opt(2000, 1, 1).unwrap() + chrono::Days::new(start);
                    (start, start + chrono::Days::new(length))
                }).collect::<Vec<Days>>())
        ) {
            let before = (service_months(periods.clone()), months_continuous(periods.clone()));
            periods.reverse();
            prop_assert_eq!(before, (service_months(periods.clone()), months_continuous(periods.clone())));
            let merged = union(periods);
            prop_assert!(merged.windows(2).all(|pair| pair[0].1.succ_opt().unwrap() < pair[1].0));
        }
    }
}
