//! Records of a delimited text with the line they really start at, and words compared loosely.

use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use super::{MAX_COLUMNS, SheetError};

/// A cell of more lines than this is a quotation mark that was never closed.
const MAX_LINES_OF_A_RECORD: u64 = 20;

/// One record: a row of the sheet, or a line of title above it.
#[derive(Debug)]
pub(super) struct Record {
    /// Line of the file where it starts, from 1.
    pub(super) line: u64,
    /// Line where it ends.
    pub(super) last_line: u64,
    cells: csv::StringRecord,
    delimiter: char,
}

impl Record {
    /// A cell, trimmed; empty when the row is shorter.
    pub(super) fn cell(&self, index: usize) -> &str {
        self.cells.get(index).unwrap_or_default().trim()
    }

    /// Every cell, trimmed.
    pub(super) fn cells(&self) -> impl Iterator<Item = &str> {
        self.cells.iter().map(str::trim)
    }

    /// The cell that seems to have swallowed rows: it runs over several lines and holds the delimiter, as happens between
    /// two stray quotation marks.
    pub(super) fn swallowing_cell(&self) -> Option<usize> {
        self.cells
            .iter()
            .position(|cell| cell.contains('\n') && cell.contains(self.delimiter))
    }

    /// Whether there is nothing in it.
    pub(super) fn is_blank(&self) -> bool {
        self.cells().all(str::is_empty)
    }
}

/// The records of a text whose lines end with `\n`.
pub(super) fn records(text: &str, delimiter: u8) -> impl Iterator<Item = Result<Record, SheetError>> + '_ {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(text.as_bytes());
    let mut last_line = 1;
    std::iter::from_fn(move || {
        let position = reader.position().clone();
        let mut cells = csv::StringRecord::new();
        // The reader skips blank lines before a record and counts them after: the line is where its first byte is.
        let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
        let blank = text
            .as_bytes()
            .get(start..)
            .unwrap_or_default()
            .iter()
            .take_while(|byte| **byte == b'\n')
            .count();
        let line = position.line() + blank as u64;
        match reader.read_record(&mut cells) {
            Ok(true) if cells.len() > MAX_COLUMNS => Some(Err(SheetError::TooManyColumns { line })),
            Ok(true) if is_left_open(text, start, reader.position(), line) => {
                Some(Err(SheetError::UnclosedQuote { line }))
            }
            Ok(true) => {
                last_line = line;
                let breaks = record_text(text, start, reader.position()).matches('\n').count();
                Some(Ok(Record {
                    line,
                    last_line: line + breaks as u64,
                    cells,
                    delimiter: char::from(delimiter),
                }))
            }
            Ok(false) => None,
            // The bytes are UTF-8 and rows may differ in length: only a quotation mark can be wrong.
            Err(_) => Some(Err(SheetError::UnclosedQuote { line: last_line })),
        }
    })
    .scan(false, |failed, record| {
        if *failed {
            return None;
        }
        *failed = record.is_err();
        Some(record)
    })
}

/// Whether a record that started at byte `start` and line `line` is one because a quotation mark was never closed: it
/// runs over several lines with an odd number of marks, or over too many.
fn is_left_open(text: &str, start: usize, end: &csv::Position, line: u64) -> bool {
    let record = record_text(text, start, end);
    record.contains('\n') && (record.matches('"').count() % 2 == 1 || end.line() > line + MAX_LINES_OF_A_RECORD)
}

/// A record as written, from byte `start` to where the reader stands.
fn record_text<'a>(text: &'a str, start: usize, end: &csv::Position) -> &'a str {
    let end_byte = usize::try_from(end.byte()).unwrap_or(usize::MAX);
    text.get(start..end_byte).unwrap_or_default().trim()
}

/// Words to compare: lower case, without accents, anything but letters and digits as one space.
pub(super) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.nfd().filter(|letter| !is_combining_mark(*letter)) {
        if letter.is_alphanumeric() {
            folded.extend(letter.to_lowercase());
        } else if !folded.is_empty() && !folded.ends_with(' ') {
            folded.push(' ');
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<(u64, Vec<String>)> {
        records(text, b';')
            .map(|record| {
                record
                    .map(|record| (record.line, record.cells().map(str::to_owned).collect()))
                    .unwrap()
            })
            .collect()
    }

    #[test]
    fn lines_are_those_of_the_file_whatever_is_blank_or_quoted() {
        let text = "\n\na;b\n\n\"c\nc\";d\n;\n\ne;f";
        let found: Vec<u64> = lines(text).into_iter().map(|(line, _)| line).collect();
        assert_eq!(found, [3, 5, 7, 9]);
        assert_eq!(lines(text)[1].1, ["c\nc", "d"]);
        assert_eq!(lines("5\" tube;b\n\"c \"\"d\"\"\ne\";f\n").len(), 2);
    }

    #[test]
    fn a_quotation_mark_that_swallows_the_file_is_named() {
        let text = format!("a;b\nc;\"d\n{}", "e;f\n".repeat(50));
        let last = records(&text, b';').last();
        assert!(
            matches!(last, Some(Err(SheetError::UnclosedQuote { line: 2 }))),
            "{last:?}"
        );
    }

    #[test]
    fn words_fold_to_letters_and_single_spaces() {
        assert_eq!(fold("  Durée (en heures) "), "duree en heures");
        assert_eq!(fold("Chef·fe d’équipe"), "chef fe d equipe");
        assert_eq!(fold("E-mail"), "e mail");
        assert_eq!(fold("…"), "");
    }
}
