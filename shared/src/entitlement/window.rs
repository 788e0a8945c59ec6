//! Steps 3 and 4 of the pipeline: what of each credential falls inside the window, and how much that is.

use std::collections::BTreeMap;

use chrono::{Months, NaiveDate};

use super::{
    Code, Credential,
    months::{Days, months_continuous, service_months},
    rule::{Crossing, Measure, Rule, WindowKind},
};

/// What one window holds.
#[derive(Debug, Default)]
pub(super) struct Counted<'a> {
    /// Credentials inside, and what each adds to a sum.
    pub(super) used: Vec<(&'a Credential, u128)>,
    /// The others.
    pub(super) rejected: Vec<(&'a Credential, Code)>,
}

/// The windows of a claim, each measured on its own, the claimed one last: one, or several with `repeat_back`.
pub(super) fn windows<'a>(rule: &Rule, year: Option<i32>, selected: &[&'a Credential]) -> Vec<Counted<'a>> {
    match rule.window {
        WindowKind::CalendarYear { crossing, years } => (0..years)
            .rev()
            .map(|back| {
                let year = year.and_then(|year| year.checked_sub(i32::try_from(back).ok()?));
                calendar_year(rule, crossing, year.and_then(Year::new), selected)
            })
            .collect(),
        WindowKind::Lifetime => vec![split(selected, |credential| match days(credential) {
            Some(_) => Ok(value(rule, credential)),
            None => Err(Code::OutsideWindow),
        })],
        WindowKind::RollingMonths(months) => vec![rolling(rule, months, selected)],
    }
}

/// What a window measures.
pub(super) fn measured(rule: &Rule, window: &Counted<'_>) -> u128 {
    let periods = || {
        window
            .used
            .iter()
            .filter_map(|(credential, _)| days(credential))
            .collect()
    };
    match rule.measure {
        Measure::Minutes | Measure::AmountCents => window.used.iter().map(|(_, value)| value).sum(),
        Measure::ServiceMonths => service_months(periods()).into(),
        Measure::MonthsContinuous => months_continuous(periods()).into(),
    }
}

/// The most that one issuer adds.
pub(super) fn best_single_issuer(window: &Counted<'_>) -> u128 {
    let mut by_issuer: BTreeMap<&str, u128> = BTreeMap::new();
    for (credential, value) in &window.used {
        *by_issuer.entry(&credential.issuer).or_default() += value;
    }
    by_issuer.into_values().max().unwrap_or(0)
}

/// Whether two activities have a day in common.
pub(super) fn overlap(one: &Credential, other: &Credential) -> bool {
    one.activity.start <= other.activity.end && other.activity.start <= one.activity.end
}

/// The number of days of a period, both ends included; 0 when it is reversed.
pub(super) fn length((start, end): Days) -> u64 {
    u64::try_from(end.signed_duration_since(start).num_days() + 1).unwrap_or(0)
}

/// The period; `None` when it is reversed and has no day.
fn days(credential: &Credential) -> Option<Days> {
    let period = (credential.activity.start, credential.activity.end);
    (period.0 <= period.1).then_some(period)
}

/// Everything a credential says, in the measured unit.
fn value(rule: &Rule, credential: &Credential) -> u128 {
    match rule.measure {
        Measure::Minutes => credential.activity.minutes,
        Measure::AmountCents => credential.activity.amount_cents,
        Measure::ServiceMonths | Measure::MonthsContinuous => None,
    }
    .unwrap_or(0)
    .into()
}

fn split<'a>(credentials: &[&'a Credential], inside: impl Fn(&Credential) -> Result<u128, Code>) -> Counted<'a> {
    let mut counted = Counted::default();
    for credential in credentials {
        match inside(credential) {
            Ok(value) => counted.used.push((credential, value)),
            Err(code) => counted.rejected.push((credential, code)),
        }
    }
    counted
}

/// A calendar year and its ends.
#[derive(Clone, Copy)]
struct Year {
    number: i32,
    first: NaiveDate,
    last: NaiveDate,
}

impl Year {
    fn new(number: i32) -> Option<Self> {
        let first = NaiveDate::from_ymd_opt(number, 1, 1)?;
        let last = NaiveDate::from_ymd_opt(number, 12, 31)?;
        Some(Self { number, first, last })
    }
}

fn calendar_year<'a>(rule: &Rule, crossing: Crossing, year: Option<Year>, selected: &[&'a Credential]) -> Counted<'a> {
    let mut counted = split(selected, |credential| {
        year.ok_or(Code::OutsideWindow)
            .and_then(|year| in_year(rule, crossing, year, credential))
    });
    if rule.best_disjoint {
        let mut by_issuer: BTreeMap<&str, Vec<(&Credential, u128)>> = BTreeMap::new();
        for (credential, value) in counted.used {
            by_issuer
                .entry(&credential.issuer)
                .or_default()
                .push((credential, value));
        }
        counted.used = Vec::new();
        for of_issuer in by_issuer.into_values() {
            let (kept, dropped) = best_disjoint(of_issuer);
            counted.used.extend(kept);
            counted.rejected.extend(
                dropped
                    .into_iter()
                    .map(|(credential, _)| (credential, Code::OverlapSameIssuer)),
            );
        }
    }
    counted
}

fn in_year(rule: &Rule, crossing: Crossing, year: Year, credential: &Credential) -> Result<u128, Code> {
    let period = days(credential).ok_or(Code::OutsideWindow)?;
    let inside = (period.0.max(year.first), period.1.min(year.last));
    if inside.0 > inside.1 {
        return Err(Code::OutsideWindow);
    }
    if let (Measure::Minutes, Some(breakdown)) = (rule.measure, &credential.activity.breakdown) {
        return Ok(breakdown.get(&year.number).copied().unwrap_or(0).into());
    }
    match crossing {
        _ if inside == period => Ok(value(rule, credential)),
        Crossing::Reject => Err(Code::CrossesWindow),
        Crossing::ProrataDays => {
            Ok(value(rule, credential) * u128::from(length(inside)) / u128::from(length(period).max(1)))
        }
    }
}

/// The subset of non-overlapping periods with the greatest value, then the most credentials: weighted interval
/// scheduling, in the order of the ends. Ties are broken by the periods and the ids, never by the order of input.
#[expect(clippy::type_complexity, reason = "kept and dropped, both as they came")]
fn best_disjoint(mut credentials: Vec<(&Credential, u128)>) -> (Vec<(&Credential, u128)>, Vec<(&Credential, u128)>) {
    credentials.sort_by_key(|(credential, value)| {
        (
            credential.activity.end,
            credential.activity.start,
            *value,
            credential.id.as_str(),
        )
    });
    // best[n]: (value, number of credentials) of the best subset of the n first; compatible[n]: how many of the first
    // end before the n-th starts.
    let mut best = vec![(0u128, 0usize)];
    let mut compatible = Vec::with_capacity(credentials.len());
    for (at, (credential, value)) in credentials.iter().enumerate() {
        let before = credentials[..at].partition_point(|(earlier, _)| earlier.activity.end < credential.activity.start);
        let (value_before, count_before) = best[before];
        compatible.push(before);
        best.push(best[at].max((value_before + value, count_before + 1)));
    }
    let mut taken = vec![false; credentials.len()];
    let mut left = credentials.len();
    while left > 0 {
        if best[left] == best[left - 1] {
            left -= 1;
        } else {
            taken[left - 1] = true;
            left = compatible[left - 1];
        }
    }
    let (kept, dropped): (Vec<_>, Vec<_>) = credentials.into_iter().zip(taken).partition(|(_, taken)| *taken);
    let strip = |list: Vec<((_, _), bool)>| list.into_iter().map(|(credential, _)| credential).collect();
    (strip(kept), strip(dropped))
}

/// The window of so many months that measures most, opened at the start of one of the credentials.
fn rolling<'a>(rule: &Rule, months: u32, selected: &[&'a Credential]) -> Counted<'a> {
    let opened_at = |opening: NaiveDate| {
        let closing = opening
            .checked_add_months(Months::new(months))
            .unwrap_or(NaiveDate::MAX);
        split(selected, |credential| match days(credential) {
            Some((start, end)) if opening <= start && end < closing => Ok(value(rule, credential)),
            _ => Err(Code::OutsideWindow),
        })
    };
    let mut best: Option<(u128, Counted<'a>)> = None;
    for credential in selected {
        let window = opened_at(credential.activity.start);
        let measure = measured(rule, &window);
        if best.as_ref().is_none_or(|(most, _)| measure > *most) {
            best = Some((measure, window));
        }
    }
    best.map(|(_, window)| window).unwrap_or_default()
}

/// A date so many years later; 29 February becomes the 28th.
pub(super) fn years_after(day: NaiveDate, years: u32) -> Option<NaiveDate> {
    day.checked_add_months(Months::new(years.checked_mul(12)?))
}

/// A day of the year `offset` years after `year`.
pub(super) fn day_of_year(year: i32, offset: i32, (month, day): (u32, u32)) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year.checked_add(offset)?, month, day)
}
