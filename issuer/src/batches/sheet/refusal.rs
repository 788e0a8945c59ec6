//! Why a row was left out, in a form a page can say in both languages.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use shared::{
    service::locale::Argument,
    text::{TextError, has_social_security_number},
};

/// A row that was left out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Line of the file, from 1.
    pub line: u64,
    /// Header of the cell at fault, as written.
    pub column: String,
    /// The cell, shortened; masked when it holds a social-security number.
    pub value: String,
    /// Why.
    pub reason: Reason,
}

/// Why a row was left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// No family or given name.
    MissingName,
    /// More characters than the cell may have.
    TooLong,
    /// Control characters, or marks that reverse or hide text.
    Invisible,
    /// A social-security number: forbidden (`domain.md` §5).
    SocialSecurityNumber,
    /// More cells than the header: most often a comma or semicolon within a cell.
    MoreCellsThanHeader,
    /// A cell that runs over several lines and holds the delimiter: most often rows between two stray quotation marks.
    SwallowedRows {
        /// The line where it ends.
        to: u64,
    },
    /// No date.
    MissingDate,
    /// Not a date.
    NotADate,
    /// The year has two digits.
    TwoDigitYear,
    /// 31/02, or 12/31: no such day.
    ImpossibleDate,
    /// After the day of import.
    FutureDate,
    /// Before 2000.
    TooOld,
    /// Neither a duration nor both times.
    MissingDuration,
    /// Not a duration.
    NotADuration,
    /// `2h5`: five minutes or fifty?
    AmbiguousDuration,
    /// Zero or less.
    NotPositive,
    /// More than 24 hours in one session.
    OverADay,
    /// Not a time of day.
    NotATime,
    /// A start without an end, or the reverse.
    MissingTime,
    /// It ends before or when it starts.
    EndBeforeStart,
    /// The duration is not the time between start and end.
    DurationMismatch {
        /// Minutes between start and end.
        between: u32,
    },
    /// Not one of the known roles: the law counts roles, so none is guessed.
    UnknownRole,
    /// Neither yes nor no.
    NotYesOrNo,
    /// Not an e-mail address.
    NotAnEmail,
    /// An earlier line says the contrary of the same person.
    AgeContradicted {
        /// That line.
        by: u64,
    },
    /// Two people of this name have different addresses, and this row has none.
    Homonym,
    /// The same person, day, times and duration as an earlier line.
    Duplicate {
        /// That line.
        of: u64,
    },
    /// Signed in an earlier batch: signed again, its hours would count twice.
    AlreadySigned {
        /// The day of signature.
        on: NaiveDate,
    },
    /// With this row, the person has more than 24 hours on that day.
    DayOverfull,
}

impl Reason {
    /// Message that says it, and its argument; `date` writes a day in words.
    pub fn message(
        &self,
        date: impl Fn(NaiveDate) -> String,
    ) -> (&'static str, Option<(&'static str, Argument<'static>)>) {
        match self {
            Self::MissingName => ("refusal-missing-name", None),
            Self::TooLong => ("refusal-too-long", None),
            Self::Invisible => ("refusal-invisible", None),
            Self::SocialSecurityNumber => ("refusal-social-security-number", None),
            Self::MoreCellsThanHeader => ("refusal-more-cells-than-header", None),
            Self::SwallowedRows { to } => ("refusal-swallowed-rows", Some(("line", to.to_string().into()))),
            Self::MissingDate => ("refusal-missing-date", None),
            Self::NotADate => ("refusal-not-a-date", None),
            Self::TwoDigitYear => ("refusal-two-digit-year", None),
            Self::ImpossibleDate => ("refusal-impossible-date", None),
            Self::FutureDate => ("refusal-future-date", None),
            Self::TooOld => ("refusal-too-old", None),
            Self::MissingDuration => ("refusal-missing-duration", None),
            Self::NotADuration => ("refusal-not-a-duration", None),
            Self::AmbiguousDuration => ("refusal-ambiguous-duration", None),
            Self::NotPositive => ("refusal-not-positive", None),
            Self::OverADay => ("refusal-over-a-day", None),
            Self::NotATime => ("refusal-not-a-time", None),
            Self::MissingTime => ("refusal-missing-time", None),
            Self::EndBeforeStart => ("refusal-end-before-start", None),
            Self::DurationMismatch { between } => (
                "refusal-duration-mismatch",
                Some(("between", format!("{} h {:02}", between / 60, between % 60).into())),
            ),
            Self::UnknownRole => ("refusal-unknown-role", None),
            Self::NotYesOrNo => ("refusal-not-yes-or-no", None),
            Self::NotAnEmail => ("refusal-not-an-email", None),
            Self::AgeContradicted { by } => ("refusal-age-contradicted", Some(("line", by.to_string().into()))),
            Self::Homonym => ("refusal-homonym", None),
            Self::Duplicate { of } => ("refusal-duplicate", Some(("line", of.to_string().into()))),
            Self::AlreadySigned { on } => ("refusal-already-signed", Some(("date", date(*on).into()))),
            Self::DayOverfull => ("refusal-day-overfull", None),
        }
    }
}

impl From<TextError> for Reason {
    fn from(error: TextError) -> Self {
        match error {
            TextError::Empty => Self::MissingName,
            TextError::TooLong { .. } => Self::TooLong,
            TextError::Invisible => Self::Invisible,
            TextError::SocialSecurityNumber => Self::SocialSecurityNumber,
        }
    }
}

/// The longest value that is shown, in characters.
const SHOWN: usize = 60;

/// A cell as it may be shown: never a social-security number, no control character, not too long.
pub(super) fn shown(value: &str) -> String {
    if has_social_security_number(value) {
        return "•••••".to_owned();
    }
    let mut shown: String = value
        .chars()
        .take(SHOWN)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if value.chars().nth(SHOWN).is_some() {
        shown.push('…');
    }
    shown
}
