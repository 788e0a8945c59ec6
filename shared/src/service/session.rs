//! Sessions of signed-in people: in the database, so that any process serves them. The table `sessions` is made by each
//! service's migrations:
//!
//! ```sql
//! CREATE TABLE sessions (token_hash BLOB/BYTEA PRIMARY KEY, account TEXT NOT NULL, sealed BLOB/BYTEA NULL,
//!   created_at TEXT/TIMESTAMPTZ NOT NULL, seen_at TEXT/TIMESTAMPTZ NOT NULL)
//! ```
//! The cookie holds a random token, the row its digest. `sealed` may hold a secret that only the cookie opens (the wallet's
//! vault key): the database alone does not.

use axum::http::{HeaderMap, HeaderValue};
use chrono::{DateTime, Duration, Utc};
use zeroize::Zeroizing;

use super::db::Tx;
use crate::entropy::Entropy;

/// How a service's sessions live.
#[derive(Debug, Clone)]
pub struct SessionPolicy { 
    /// Cookie name without prefix: `issuer`, `wallet`, `verifier`. `__Host-` and `Secure` are added when `secure`.
    pub name: &'static str,
    /// Whether the public URL is https.
    pub secure: bool,
    /// Ends after this long without a request.
    pub idle: Duration,
    /// Ends after this long in any case.
    pub lifetime: Duration,
}

/// A live session.
pub struct Session {
    /// Whose: an id that the service gives meaning to.
    pub account: String,
    /// Value for the hidden field `csrf`.
    pub csrf: String,
    /// The secret sealed in it, opened.
    pub secret: Option<Zeroizing<Vec<u8>>>,
}

/// Statements of this store, for the test that prepares them.
pub const STATEMENTS: &[&str] = &[];

impl SessionPolicy {
    /// Opens a session; gives the `Set-Cookie` value (HttpOnly, SameSite=Lax, Path=/).
    pub async fn open(&self, tx: &mut Tx, account: &str, secret: Option<&[u8]>, entropy: &dyn Entropy, now: DateTime<Utc>) -> Result<HeaderValue, sqlx::Error> { todo!() }
    /// The session of a request; touches it. `None`: none, ended, or idle too long (the row is deleted).
    pub async fn find(&self, tx: &mut Tx, headers: &HeaderMap, now: DateTime<Utc>) -> Result<Option<Session>, sqlx::Error> { todo!() }
    /// Ends the session of a request; gives the `Set-Cookie` that clears the cookie.
    pub async fn close(&self, tx: &mut Tx, headers: &HeaderMap) -> Result<HeaderValue, sqlx::Error> { todo!() }
}
impl Session {
    /// Whether a posted `csrf` is this session's (constant time).
    pub fn accepts(&self, csrf: &str) -> bool { todo!() }
}
