//! The refused rows as a sheet, for the treasurer to correct.

use shared::service::page::PageContext;

use super::{sheet::Refusal, views::refusal_line};

/// UTF-8 with its mark, `;`: what a French spreadsheet opens with a double click.
pub(super) fn sheet(page: &PageContext, refusals: &[Refusal]) -> csv::Result<Vec<u8>> {
    let mut writer = csv::WriterBuilder::new()
        .delimiter(b';')
        .from_writer("\u{feff}".as_bytes().to_vec());
    writer
        .write_record(["refused-line", "refused-column", "refused-value", "refused-reason"].map(|key| page.t(key)))?;
    for refusal in refusals {
        let line = refusal_line(page, refusal);
        writer.write_record([
            line.line.to_string(),
            inert(line.column),
            inert(line.value),
            line.reason,
        ])?;
    }
    writer
        .into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))
}

/// A cell that a spreadsheet does not take for a formula.
fn inert(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t']) {
        format!("'{cell}")
    } else {
        cell
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refused_cell_is_no_formula() {
        assert_eq!(inert("=1+1".to_owned()), "'=1+1");
        assert_eq!(inert("Benali".to_owned()), "Benali");
    }
}
