//! The table `desk`.

use chrono::{DateTime, Utc};
use shared::{on, service::db::Tx};

const FIND: &str = "SELECT passphrase FROM desk WHERE name = $1";
/// Changes nothing, and makes whoever replaces the passphrase wait: a session opened here is there for them to end.
const CONFIRM: &str = "UPDATE desk SET passphrase = passphrase WHERE name = $1 AND passphrase = $2 RETURNING name";
const SET: &str = "INSERT INTO desk (name, passphrase, changed_at) VALUES ($1, $2, $3) \
     ON CONFLICT (name) DO UPDATE SET passphrase = excluded.passphrase, changed_at = excluded.changed_at";

/// For the test that prepares them.
#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[FIND, CONFIRM, SET];

pub(super) async fn find(tx: &mut Tx, name: &str) -> Result<Option<String>, sqlx::Error> {
    on!(tx, c => sqlx::query_scalar(FIND).bind(name).fetch_optional(c).await)
}

/// Whether this still is the hash of the passphrase.
pub(super) async fn confirm(tx: &mut Tx, name: &str, passphrase: &str) -> Result<bool, sqlx::Error> {
    let found: Option<String> =
        on!(tx, c => sqlx::query_scalar(CONFIRM).bind(name).bind(passphrase).fetch_optional(c).await)?;
    Ok(found.is_some())
}

pub(super) async fn set(tx: &mut Tx, name: &str, passphrase: &str, now: DateTime<Utc>) -> Result<(), sqlx::Error> {
    on!(tx, c => sqlx::query(SET).bind(name).bind(passphrase).bind(now).execute(c).await.map(drop))
}
