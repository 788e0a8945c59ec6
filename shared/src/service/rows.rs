//! From rows to the domain: what a stored row says is checked once, by its `TryFrom`.

use super::db::Inconsistent;

/// A row that may be absent.
pub fn optional<R, D: TryFrom<R, Error = Inconsistent>>(row: Option<R>) -> sqlx::Result<Option<D>> {
    Ok(row.map(D::try_from).transpose()?)
}

/// Every row.
pub fn every<R, D: TryFrom<R, Error = Inconsistent>>(rows: impl IntoIterator<Item = R>) -> sqlx::Result<Vec<D>> {
    Ok(rows.into_iter().map(D::try_from).collect::<Result<_, _>>()?)
}

/// A column that holds written text of `D`.
pub fn parsed<D: std::str::FromStr>(text: &str, table: &'static str, column: &'static str) -> Result<D, Inconsistent> {
    text.parse().map_err(|_| Inconsistent { table, column })
}

/// A number that is never negative.
pub fn unsigned<D: TryFrom<i64>>(number: i64, table: &'static str, column: &'static str) -> Result<D, Inconsistent> {
    D::try_from(number).map_err(|_| Inconsistent { table, column })
}

/// A count, as it is stored.
pub fn stored(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
