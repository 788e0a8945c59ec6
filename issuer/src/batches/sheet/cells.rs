//! Reads dates, durations, times and yes or no as people write them in French sheets.

use chrono::NaiveDate;

use super::{header::Unit, refusal::Reason, text::fold};

/// Minutes of a day.
pub(super) const DAY: u32 = 24 * 60;
/// The first day that is believed.
const OLDEST: (i32, u32, u32) = (2000, 1, 1);

/// A day: `12/03/2025`, `12-3-2025`, `12.03.2025`, `2025-03-12`, `12 mars 2025`; not after `today`.
pub(super) fn date(text: &str, today: NaiveDate) -> Result<NaiveDate, Reason> {
    if text.is_empty() {
        return Err(Reason::MissingDate);
    }
    let day = numeric_date(midnight_dropped(text))
        .or_else(|| written_date(text))
        .unwrap_or(Err(Reason::NotADate))?;
    if day > today {
        Err(Reason::FutureDate)
    } else if NaiveDate::from_ymd_opt(OLDEST.0, OLDEST.1, OLDEST.2).is_some_and(|oldest| day < oldest) {
        Err(Reason::TooOld)
    } else {
        Ok(day)
    }
}

/// A duration in minutes, 1 to 1440: `2h30`, `2 h`, `2:30`, `2,5`, `150 min`. A number alone counts in `unit`.
pub(super) fn duration(text: &str, unit: Unit) -> Result<u32, Reason> {
    if text.is_empty() {
        return Err(Reason::MissingDuration);
    }
    let compact = compact(text);
    if compact.starts_with(['-', '−', '–']) {
        return Err(Reason::NotPositive);
    }
    let minutes = if compact.contains(':') {
        clock(&compact).ok_or(Reason::NotADuration)?
    } else {
        spoken(&compact, unit)?
    };
    match minutes {
        0 => Err(Reason::NotPositive),
        1..=DAY => Ok(minutes),
        _ => Err(Reason::OverADay),
    }
}

/// A time of day in minutes from midnight, 0 to 1440: `14:30`, `14h30`, `14h`.
pub(super) fn time(text: &str) -> Result<u32, Reason> {
    let compact = compact(text);
    let minutes = if compact.contains(':') {
        clock(&compact)
    } else {
        compact
            .split_once('h')
            .and_then(|(hours, minutes)| match minutes.trim_end_matches("min") {
                "" => hours_and_minutes(hours, "00"),
                minutes => hours_and_minutes(hours, minutes),
            })
    };
    minutes.filter(|minutes| *minutes <= DAY).ok_or(Reason::NotATime)
}

/// Yes or no; `None` for an empty cell, which says nothing.
pub(super) fn yes_or_no(text: &str) -> Result<Option<bool>, Reason> {
    match fold(text).as_str() {
        "oui" | "o" | "x" | "vrai" | "1" | "yes" | "y" | "true" => Ok(Some(true)),
        "non" | "n" | "faux" | "0" | "no" | "false" => Ok(Some(false)),
        "" if text.is_empty() => Ok(None),
        _ if matches!(text, "✓" | "✔" | "☑") => Ok(Some(true)),
        _ => Err(Reason::NotYesOrNo),
    }
}

/// Without spaces of any kind, in lower case.
fn compact(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

/// `12/03/2025 00:00:00`, as some exports write days.
fn midnight_dropped(text: &str) -> &str {
    [" 00:00:00", " 00:00", " 0:00", "T00:00:00"]
        .iter()
        .find_map(|midnight| text.strip_suffix(midnight))
        .unwrap_or(text)
        .trim()
}

/// `None`: not of this shape.
fn numeric_date(text: &str) -> Option<Result<NaiveDate, Reason>> {
    let separator = text.chars().find(|c| matches!(c, '/' | '-' | '.'))?;
    let parts: Vec<&str> = text.split(separator).map(str::trim).collect();
    let &[first, second, third] = parts.as_slice() else {
        return None;
    };
    let number = |text: &str| {
        if text.bytes().all(|byte| byte.is_ascii_digit()) {
            text.parse::<u32>().ok()
        } else {
            None
        }
    };
    let (a, b, c) = (number(first)?, number(second)?, number(third)?);
    let (year, month, day) = match (first.len(), second.len(), third.len()) {
        (1..=2, 1..=2, 4) => (c, b, a),
        (4, 1..=2, 1..=2) => (a, b, c),
        (1..=2, 1..=2, 2) => return Some(Err(Reason::TwoDigitYear)),
        _ => return None,
    };
    let day = i32::try_from(year)
        .ok()
        .and_then(|year| NaiveDate::from_ymd_opt(year, month, day));
    Some(day.ok_or(Reason::ImpossibleDate))
}

/// `samedi 1er mars 2025`.
fn written_date(text: &str) -> Option<Result<NaiveDate, Reason>> {
    const WEEKDAYS: [&str; 7] = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"];
    const MONTHS: [&[&str]; 12] = [
        &["janvier", "janv", "january"],
        &["fevrier", "fevr", "fev", "february"],
        &["mars", "march"],
        &["avril", "avr", "april"],
        &["mai", "may"],
        &["juin", "june"],
        &["juillet", "juil", "july"],
        &["aout", "august"],
        &["septembre", "sept", "september"],
        &["octobre", "oct", "october"],
        &["novembre", "nov", "november"],
        &["decembre", "dec", "december"],
    ];
    let folded = fold(text);
    let mut words = folded.split(' ').peekable();
    words.next_if(|word| WEEKDAYS.contains(word));
    let (day, month, year) = (words.next()?, words.next()?, words.next()?);
    if words.next().is_some() || year.len() != 4 {
        return None;
    }
    let day: u32 = day.strip_suffix("er").unwrap_or(day).parse().ok()?;
    let month = (1..)
        .zip(MONTHS)
        .find_map(|(number, names)| names.contains(&month).then_some(number))?;
    Some(NaiveDate::from_ymd_opt(year.parse().ok()?, month, day).ok_or(Reason::ImpossibleDate))
}

/// `2:30` or `2:30:00`; whole minutes only.
fn clock(compact: &str) -> Option<u32> {
    let mut parts = compact.split(':');
    let (hours, minutes) = (parts.next()?, parts.next()?);
    match (parts.next(), parts.next()) {
        (None | Some("00"), None) => hours_and_minutes(hours, minutes),
        _ => None,
    }
}

/// One to three digits, and two digits below 60.
fn hours_and_minutes(hours: &str, minutes: &str) -> Option<u32> {
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !(1..=3).contains(&hours.len()) || minutes.len() != 2 || !digits(hours) || !digits(minutes) {
        return None;
    }
    let minutes: u32 = minutes.parse().ok().filter(|minutes| *minutes < 60)?;
    Some(hours.parse::<u32>().ok()? * 60 + minutes)
}

/// A number, then perhaps a unit, then perhaps minutes.
fn spoken(compact: &str, unit: Unit) -> Result<u32, Reason> {
    let (number, rest) = split_at(compact, |c| !(c.is_ascii_digit() || matches!(c, ',' | '.')));
    let (word, rest) = split_at(rest, |c| c.is_ascii_digit());
    let (minutes, last) = split_at(rest, |c| !c.is_ascii_digit());
    let says_hours = matches!(word, "h" | "hr" | "hrs" | "heure" | "heures");
    let says_minutes = |word: &str| {
        matches!(
            word,
            "min" | "mn" | "m" | "mins" | "minute" | "minutes" | "'" | "′" | "’"
        )
    };
    match (word, minutes, last) {
        ("", "", "") if unit == Unit::Hours => decimal_hours(number),
        ("", "", "") => whole(number),
        (_, "", "") if says_hours => decimal_hours(number),
        (_, "", "") if says_minutes(word) => whole(number),
        (_, minutes, "") if says_hours && minutes.len() == 1 => Err(Reason::AmbiguousDuration),
        (_, minutes, last) if says_hours && (last.is_empty() || says_minutes(last)) => {
            hours_and_minutes(number, &format!("{minutes:0>2}")).ok_or(Reason::NotADuration)
        }
        _ => Err(Reason::NotADuration),
    }
}

fn split_at(text: &str, end: impl Fn(char) -> bool) -> (&str, &str) {
    text.split_at(text.find(end).unwrap_or(text.len()))
}

fn whole(number: &str) -> Result<u32, Reason> {
    let digits = !number.is_empty() && number.len() <= 6 && number.bytes().all(|byte| byte.is_ascii_digit());
    if digits {
        number.parse().map_err(|_| Reason::NotADuration)
    } else {
        Err(Reason::NotADuration)
    }
}

/// Hours with up to four decimals, to the nearest minute: sheets write 2 h 20 as 2,33. Integers only, no floats.
fn decimal_hours(number: &str) -> Result<u32, Reason> {
    let (hours, decimals) = number.split_once([',', '.']).unwrap_or((number, "0"));
    if !(1..=4).contains(&decimals.len()) {
        return Err(Reason::NotADuration);
    }
    let scale = 10u32.pow(u32::try_from(decimals.len()).unwrap_or(4));
    let (hours, parts) = (whole(hours)?, whole(decimals)?);
    Ok(hours
        .saturating_mul(60)
        .saturating_add((parts * 60 + scale / 2) / scale))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn durations_are_read_as_people_write_them() {
        use Reason::{AmbiguousDuration, MissingDuration, NotADuration, NotPositive, OverADay};
        for (text, expected) in [
            ("2h30", Ok(150)),
            ("2 h 30", Ok(150)),
            ("2\u{202f}h\u{a0}30", Ok(150)),
            ("2H30", Ok(150)),
            ("2h30min", Ok(150)),
            ("2 heures 30 minutes", Ok(150)),
            ("2h05", Ok(125)),
            ("2h5min", Ok(125)),
            ("2h5", Err(AmbiguousDuration)),
            ("2h", Ok(120)),
            ("2 h", Ok(120)),
            ("1 heure", Ok(60)),
            ("2:30", Ok(150)),
            ("02:30", Ok(150)),
            ("02:30:00", Ok(150)),
            ("2:30:15", Err(NotADuration)),
            ("2:5", Err(NotADuration)),
            ("2:60", Err(NotADuration)),
            ("2,5", Ok(150)),
            ("2.5", Ok(150)),
            ("2,5 h", Ok(150)),
            ("2,33", Ok(140)),
            ("0,25", Ok(15)),
            ("3", Ok(180)),
            ("150 min", Ok(150)),
            ("150mn", Ok(150)),
            ("45 minutes", Ok(45)),
            ("45'", Ok(45)),
            ("24", Ok(1440)),
            ("24:00", Ok(1440)),
            ("", Err(MissingDuration)),
            ("0", Err(NotPositive)),
            ("0h00", Err(NotPositive)),
            ("0,001", Err(NotPositive)),
            ("-2", Err(NotPositive)),
            ("−2h", Err(NotPositive)),
            ("25", Err(OverADay)),
            ("24h01", Err(OverADay)),
            ("150", Err(OverADay)),
            ("999999", Err(OverADay)),
            ("9999999", Err(NotADuration)),
            ("2h60", Err(NotADuration)),
            ("2h300", Err(NotADuration)),
            ("2,5,1", Err(NotADuration)),
            ("2,5h30", Err(NotADuration)),
            ("2,", Err(NotADuration)),
            (",5", Err(NotADuration)),
            ("1,5 min", Err(NotADuration)),
            ("deux heures", Err(NotADuration)),
            ("2 jours", Err(NotADuration)),
            ("2h-3h", Err(NotADuration)),
            ("1e3", Err(NotADuration)),
        ] {
            assert_eq!(duration(text, Unit::Hours), expected, "{text}");
        }
        assert_eq!(duration("150", Unit::Minutes), Ok(150));
        assert_eq!(duration("2,5", Unit::Minutes), Err(NotADuration));
        assert_eq!(duration("2h30", Unit::Minutes), Ok(150));
    }

    #[test]
    fn dates_are_read_as_people_write_them() {
        use Reason::{FutureDate, ImpossibleDate, MissingDate, NotADate, TooOld, TwoDigitYear};
        let today = day(2026, 3, 15);
        for (text, expected) in [
            ("12/03/2025", Ok(day(2025, 3, 12))),
            ("1/3/2025", Ok(day(2025, 3, 1))),
            ("12-03-2025", Ok(day(2025, 3, 12))),
            ("12.03.2025", Ok(day(2025, 3, 12))),
            ("2025-03-12", Ok(day(2025, 3, 12))),
            ("12/03/2025 00:00:00", Ok(day(2025, 3, 12))),
            ("12 mars 2025", Ok(day(2025, 3, 12))),
            ("samedi 1er février 2025", Ok(day(2025, 2, 1))),
            ("14 août 2025", Ok(day(2025, 8, 14))),
            ("29/02/2024", Ok(day(2024, 2, 29))),
            ("15/03/2026", Ok(today)),
            ("16/03/2026", Err(FutureDate)),
            ("29/02/2025", Err(ImpossibleDate)),
            ("31/04/2025", Err(ImpossibleDate)),
            ("12/31/2025", Err(ImpossibleDate)),
            ("00/01/2025", Err(ImpossibleDate)),
            ("30 février 2025", Err(ImpossibleDate)),
            ("12/03/25", Err(TwoDigitYear)),
            ("12/03/1925", Err(TooOld)),
            ("12/03", Err(NotADate)),
            ("mars 2025", Err(NotADate)),
            ("45728", Err(NotADate)),
            ("hier", Err(NotADate)),
            ("12/03/2025 14:30", Err(NotADate)),
            ("+1/03/2025", Err(NotADate)),
            ("", Err(MissingDate)),
        ] {
            assert_eq!(date(text, today), expected, "{text}");
        }
    }

    #[test]
    fn times_are_read_as_people_write_them() {
        for (text, expected) in [
            ("14:30", Ok(870)),
            ("14h30", Ok(870)),
            ("14 h 30", Ok(870)),
            ("9h", Ok(540)),
            ("09:00:00", Ok(540)),
            ("0:00", Ok(0)),
            ("24:00", Ok(1440)),
            ("24:01", Err(Reason::NotATime)),
            ("14", Err(Reason::NotATime)),
            ("14h3", Err(Reason::NotATime)),
            ("midi", Err(Reason::NotATime)),
            ("", Err(Reason::NotATime)),
        ] {
            assert_eq!(time(text), expected, "{text}");
        }
    }

    #[test]
    fn yes_and_no_are_the_only_answers() {
        for (text, expected) in [
            ("Oui", Ok(Some(true))),
            ("x", Ok(Some(true))),
            ("✔", Ok(Some(true))),
            ("VRAI", Ok(Some(true))),
            ("non", Ok(Some(false))),
            ("", Ok(None)),
            ("17", Err(Reason::NotYesOrNo)),
            ("?", Err(Reason::NotYesOrNo)),
        ] {
            assert_eq!(yes_or_no(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_cell_makes_a_reader_panic(text in ".{0,40}") {
            let _ = duration(&text, Unit::Hours);
            let _ = duration(&text, Unit::Minutes);
            let _ = date(&text, day(2026, 3, 15));
            let _ = time(&text);
            let _ = yes_or_no(&text);
        }

        #[test]
        fn every_spelling_of_a_duration_reads_the_same(minutes in 1u32..=DAY) {
            let (h, m) = (minutes / 60, minutes % 60);
            for text in [format!("{h}h{m:02}"), format!("{h} h {m:02}"), format!("{h}:{m:02}"), format!("{h:02}:{m:02}:00"), format!("{minutes} min"), format!("{h}h{m}min")] {
                prop_assert_eq!(duration(&text, Unit::Hours), Ok(minutes), "{}", text);
            }
        }

        #[test]
        fn hundredths_of_an_hour_give_the_minute_back(minutes in 1u32..=DAY) {
            let hundredths = (minutes * 100 + 30) / 60;
            let text = format!("{},{:02}", hundredths / 100, hundredths % 100);
            prop_assert_eq!(duration(&text, Unit::Hours), Ok(minutes));
        }

        #[test]
        fn every_day_reads_back(days in 0i64..9000) {
            let date_of = day(2000, 1, 1) + chrono::Duration::days(days);
            let today = day(2030, 1, 1);
            for format in ["%d/%m/%Y", "%-d/%-m/%Y", "%d-%m-%Y", "%Y-%m-%d"] {
                prop_assert_eq!(date(&date_of.format(format).to_string(), today), Ok(date_of));
            }
        }
    }
}
