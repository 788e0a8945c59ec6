//! Slows down guessing: a number of tries per key and window, counted in the database. The table is made by each service's
//! migrations: `CREATE TABLE throttles (key TEXT PRIMARY KEY, tries INTEGER/BIGINT NOT NULL, window_started_at TEXT/TIMESTAMPTZ NOT NULL)`.
use chrono::{DateTime, Duration, Utc};
use super::db::Tx;
/// Statements of this store, for the test that prepares them.
pub const STATEMENTS: &[&str] = &[];
/// Counts one more try of `key`; false when it is the `limit + 1`th of the window or later.
pub async fn allow(tx: &mut Tx, key: &str, limit: u32, window: Duration, now: DateTime<Utc>) -> Result<bool, sqlx::Error> { todo!() }
/// Forgets the tries of `key`: it succeeded.
pub async fn clear(tx: &mut Tx, key: &str) -> Result<(), sqlx::Error> { todo!() }
