//! Reads the hours sheet of a treasurer, as French spreadsheets export it (`domain.md` §3.5).
//!
//! ```text
//! bytes ─encoding─► text ─header─► columns ─row─► Row (one session) ─people─► Draft (one attestation)
//!                     └─► SheetError (the file)    └─► Refusal (one row) ◄─┘
//! ```
//! Nothing is guessed and nothing is lost: each row that has anything in it is either counted in a [`Draft`] or named in
//! a [`Refusal`].

mod cells;
mod encoding;
mod header;
mod people;
mod refusal;
mod role;
mod row;
mod text;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

pub use encoding::Encoding;
pub use header::Column;
pub use people::{Draft, Session};
pub use refusal::{Reason, Refusal};

use self::header::Layout;

/// The largest file, in bytes.
pub const MAX_BYTES: usize = 8 * 1024 * 1024;
/// The largest number of rows below the header.
pub const MAX_ROWS: usize = 50_000;
/// The largest number of columns.
pub const MAX_COLUMNS: usize = 64;
/// The header is within this many first rows: titles and blank lines may come before it.
pub const HEADER_WITHIN: usize = 10;

/// What a file says, once read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sheet {
    /// How its letters were encoded.
    pub encoding: Encoding,
    /// What separates its cells.
    pub delimiter: char,
    /// Columns that were read, with their header as written, in the order of the file.
    pub columns: Vec<(Column, String)>,
    /// Headers of the columns that were not read.
    pub ignored: Vec<String>,
    /// Number of rows below the header, blank ones left out. Each is either in `drafts` or in `refusals`.
    pub rows: usize,
    /// What can be attested, in the order of the file.
    pub drafts: Vec<Draft>,
    /// The sessions counted in the drafts, each with the place of its draft.
    pub sessions: Vec<(usize, Session)>,
    /// Refused rows, in the order of the file.
    pub refusals: Vec<Refusal>,
}

impl Sheet {
    /// Number of rows counted in the drafts.
    pub fn accepted(&self) -> usize {
        self.rows - self.refusals.len()
    }
}

/// Why a whole file was refused. Nothing of it was read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SheetError {
    /// Nothing in it.
    #[error("the file is empty")]
    Empty,
    /// More than [`MAX_BYTES`].
    #[error("the file is larger than 8 MiB")]
    TooLarge,
    /// XLSX, ODS or XLS: to be saved as CSV first.
    #[error("the file is a workbook, not a CSV export")]
    Workbook,
    /// Not text.
    #[error("the file is not text")]
    NotText,
    /// No row of the first ones looks like a header.
    #[error("no header was found in the first {HEADER_WITHIN} rows")]
    NoHeader {
        /// The cells of the first row.
        found: Vec<String>,
    },
    /// A mandatory column is missing.
    #[error("a mandatory column is missing")]
    MissingColumns {
        /// Which.
        missing: Vec<Column>,
        /// The headers that were found.
        found: Vec<String>,
    },
    /// Two columns mean the same.
    #[error("two columns mean the same")]
    RepeatedColumn {
        /// What both mean.
        column: Column,
        /// Their headers.
        found: [String; 2],
    },
    /// More than [`MAX_COLUMNS`].
    #[error("line {line} has more than {MAX_COLUMNS} cells")]
    TooManyColumns {
        /// Where.
        line: u64,
    },
    /// More than [`MAX_ROWS`].
    #[error("the file has more than {MAX_ROWS} rows")]
    TooManyRows,
    /// A quotation mark is opened and not closed: the rows after it cannot be told apart.
    #[error("a quotation mark opened at line {line} is not closed")]
    UnclosedQuote {
        /// Where.
        line: u64,
    },
    /// A header and nothing below it.
    #[error("the file has no row below its header")]
    NoRows,
}

/// The rows of a sheet, each read for itself.
pub struct Rows {
    encoding: Encoding,
    layout: Layout,
    read: Vec<row::Row>,
    refusals: Vec<Refusal>,
}

/// Reads a sheet as if nothing had been signed before.
pub fn parse(bytes: &[u8], today: NaiveDate) -> Result<Sheet, SheetError> {
    Ok(read(bytes, today)?.gather(|_| None))
}

/// Reads the rows of a sheet. Those dated after `today` are refused.
pub fn read(bytes: &[u8], today: NaiveDate) -> Result<Rows, SheetError> {
    if bytes.len() > MAX_BYTES {
        return Err(SheetError::TooLarge);
    }
    let (text, encoding) = encoding::decode(bytes)?;
    let layout = header::locate(&text)?;
    let mut rows = Vec::new();
    let mut refusals = Vec::new();
    for (position, record) in text::records(&text, layout.delimiter).enumerate() {
        let record = record?;
        if position < layout.records_before {
            // A header, or a title above it, that swallowed rows would lose them without a word.
            if record.swallowing_cell().is_some() {
                return Err(SheetError::UnclosedQuote { line: record.line });
            }
            continue;
        }
        if record.is_blank() {
            continue;
        }
        if rows.len() + refusals.len() == MAX_ROWS {
            return Err(SheetError::TooManyRows);
        }
        match row::read(&record, &layout.header, today) {
            Ok(row) => rows.push(row),
            Err(refusal) => refusals.push(refusal),
        }
    }
    if rows.is_empty() && refusals.is_empty() {
        return Err(SheetError::NoRows);
    }
    Ok(Rows {
        encoding,
        layout,
        read: rows,
        refusals,
    })
}

impl Rows {
    /// Adds the rows up. `signed_on` tells the day a session was signed on in an earlier batch.
    pub fn gather(self, signed_on: impl Fn(&Session) -> Option<NaiveDate>) -> Sheet {
        let Layout { delimiter, header, .. } = self.layout;
        let mut refusals = self.refusals;
        let count = self.read.len() + refusals.len();
        let gathered = people::gather(self.read, &header, signed_on);
        refusals.extend(gathered.refusals);
        refusals.sort_by_key(|refusal| refusal.line);
        Sheet {
            encoding: self.encoding,
            delimiter: char::from(delimiter),
            columns: header.columns(),
            ignored: header.ignored(),
            rows: count,
            drafts: gathered.drafts,
            sessions: gathered.sessions,
            refusals,
        }
    }
}

#[cfg(test)]
mod tests;
