//! One row: a session of one person on one day.

use chrono::NaiveDate;
use shared::{
    activity::Role,
    text::{Text, TextError, has_social_security_number},
};

use super::{
    cells,
    header::{Column, Header},
    refusal::{Reason, Refusal, shown},
    role,
    text::{Record, fold},
};

/// A session.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) line: u64,
    pub(super) family_name: Text<100>,
    pub(super) given_name: Text<100>,
    pub(super) email: Option<Text<200>>,
    pub(super) date: NaiveDate,
    /// Minutes from midnight.
    pub(super) times: Option<(u32, u32)>,
    pub(super) minutes: u32,
    pub(super) mission: Option<Text<200>>,
    pub(super) role: Role,
    /// `None`: not said.
    pub(super) over_16: Option<bool>,
}

/// Reads a row. The first fault, in the order of the model sheet, refuses it.
pub(super) fn read(record: &Record, header: &Header, today: NaiveDate) -> Result<Row, Refusal> {
    let cells = Cells { record, header };
    for (place, cell) in record.cells().enumerate() {
        if has_social_security_number(cell) {
            return Err(cells.refusal(place, Reason::SocialSecurityNumber));
        }
        if record.swallowing_cell() == Some(place) {
            return Err(cells.refusal(place, Reason::SwallowedRows { to: record.last_line }));
        }
        if place >= header.len() && !cell.is_empty() {
            return Err(cells.refusal(place, Reason::MoreCellsThanHeader));
        }
    }
    let family_name = cells.name(Column::FamilyName)?;
    let given_name = cells.name(Column::GivenName)?;
    let date = cells.read(Column::Date, |cell| cells::date(cell, today))?;
    let (times, minutes) = cells.time_spent()?;
    let mission = cells.optional(Column::Mission)?;
    let role = cells.read(Column::Role, |cell| role::role(cell).ok_or(Reason::UnknownRole))?;
    let over_16 = cells.read(Column::Over16, cells::yes_or_no)?;
    let email: Option<Text<200>> = cells.optional(Column::Email)?;
    if email
        .as_ref()
        .is_some_and(|email| !looks_like_an_address(email.as_str()))
    {
        return Err(cells.refusal_of(Column::Email, Reason::NotAnEmail));
    }
    Ok(Row {
        line: record.line,
        family_name,
        given_name,
        email,
        date,
        times,
        minutes,
        mission,
        role,
        over_16,
    })
}

struct Cells<'a> {
    record: &'a Record,
    header: &'a Header,
}

impl Cells<'_> {
    /// The cell of a column; empty when the sheet has no such column.
    fn cell(&self, column: Column) -> &str {
        self.header
            .place(column)
            .map(|place| self.record.cell(place))
            .unwrap_or_default()
    }

    fn read<T>(&self, column: Column, reader: impl Fn(&str) -> Result<T, Reason>) -> Result<T, Refusal> {
        reader(self.cell(column)).map_err(|reason| self.refusal_of(column, reason))
    }

    fn name(&self, column: Column) -> Result<Text<100>, Refusal> {
        self.read(column, |cell| {
            if fold(cell).is_empty() {
                Err(Reason::MissingName)
            } else {
                Ok(cell.parse::<Text<100>>()?)
            }
        })
    }

    /// A text that may be empty; its line breaks become spaces.
    fn optional<const MAX: usize>(&self, column: Column) -> Result<Option<Text<MAX>>, Refusal> {
        self.read(column, |cell| {
            match cell.split_whitespace().collect::<Vec<_>>().join(" ").parse() {
                Ok(text) => Ok(Some(text)),
                Err(TextError::Empty) => Ok(None),
                Err(error) => Err(error.into()),
            }
        })
    }

    /// From the duration, from start and end, or from both when they agree.
    fn time_spent(&self) -> Result<(Option<(u32, u32)>, u32), Refusal> {
        let times = match (self.cell(Column::Start), self.cell(Column::End)) {
            ("", "") => None,
            ("", _) => return Err(self.refusal_of(Column::Start, Reason::MissingTime)),
            (_, "") => return Err(self.refusal_of(Column::End, Reason::MissingTime)),
            _ => Some((
                self.read(Column::Start, cells::time)?,
                self.read(Column::End, cells::time)?,
            )),
        };
        let written = self.cell(Column::Duration);
        let Some((start, end)) = times else {
            let unit = self.header.unit();
            return self
                .read(Column::Duration, |cell| cells::duration(cell, unit))
                .map(|minutes| (None, minutes));
        };
        let between = end.checked_sub(start).filter(|between| *between > 0);
        let between = between.ok_or_else(|| self.refusal_of(Column::End, Reason::EndBeforeStart))?;
        if !written.is_empty()
            && self.read(Column::Duration, |cell| cells::duration(cell, self.header.unit()))? != between
        {
            return Err(self.refusal_of(Column::Duration, Reason::DurationMismatch { between }));
        }
        Ok((times, between))
    }

    fn refusal_of(&self, column: Column, reason: Reason) -> Refusal {
        Refusal {
            line: self.record.line,
            column: self.header.name_of(column),
            value: shown(self.cell(column)),
            reason,
        }
    }

    fn refusal(&self, place: usize, reason: Reason) -> Refusal {
        Refusal {
            line: self.record.line,
            column: self.header.name(place),
            value: shown(self.record.cell(place)),
            reason,
        }
    }
}

fn looks_like_an_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && host.contains('.') && !host.contains('@') && !text.contains(' ')
    })
}
