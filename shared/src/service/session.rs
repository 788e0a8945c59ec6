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
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Duration, Utc};
use zeroize::Zeroizing;

use super::{
    db::{Inconsistent, Tx},
    page::{PageContext, PageError, cookie},
};
use crate::{
    entropy::Entropy,
    keys::seal::{self, SealingKey},
    on,
};

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
pub const STATEMENTS: &[&str] = &[INSERT, TOUCH, DELETE, DELETE_OF_ACCOUNT, DELETE_ENDED];

const INSERT: &str =
    "INSERT INTO sessions (token_hash, account, sealed, created_at, seen_at) VALUES ($1, $2, $3, $4, $4)";
const TOUCH: &str = "UPDATE sessions SET seen_at = $2 WHERE token_hash = $1 AND seen_at > $3 AND created_at > $4 \
     RETURNING account, sealed";
const DELETE: &str = "DELETE FROM sessions WHERE token_hash = $1";
const DELETE_OF_ACCOUNT: &str = "DELETE FROM sessions WHERE account = $1";
const DELETE_ENDED: &str = "DELETE FROM sessions WHERE seen_at <= $1 OR created_at <= $2";

/// Characters of a token: 256 bits in base64url.
const TOKEN_LENGTH: usize = 43;

impl SessionPolicy {
    /// Opens a session; gives the `Set-Cookie` value (`HttpOnly`, `SameSite=Lax`, `Path=/`). Sessions that have ended are
    /// swept away on the occasion.
    pub async fn open(
        &self,
        tx: &mut Tx,
        account: &str,
        secret: Option<&[u8]>,
        entropy: &dyn Entropy,
        now: DateTime<Utc>,
    ) -> Result<HeaderValue, sqlx::Error> {
        let token = Zeroizing::new(entropy.token());
        let hash = seal::digest(token.as_bytes()).to_vec();
        let sealed = secret.map(|secret| secret_key(&token).seal(secret, &place(&hash), entropy));
        let (idle, lifetime) = (now - self.idle, now - self.lifetime);
        on!(tx, c => sqlx::query(DELETE_ENDED).bind(idle).bind(lifetime).execute(c).await.map(drop))?;
        on!(tx, c => sqlx::query(INSERT).bind(hash).bind(account).bind(sealed).bind(now).execute(c).await.map(drop))?;
        Ok(self.cookie(&token, ""))
    }

    /// The session of a request; touches it, so that `tx` must be one that writes. `None`: none, ended, or idle too long
    /// (the row is deleted).
    pub async fn find(
        &self,
        tx: &mut Tx,
        headers: &HeaderMap,
        now: DateTime<Utc>,
    ) -> Result<Option<Session>, sqlx::Error> {
        let Some(token) = self.token(headers) else {
            return Ok(None);
        };
        let hash = seal::digest(token.as_bytes()).to_vec();
        let (idle, lifetime) = (now - self.idle, now - self.lifetime);
        let found: Option<(String, Option<Vec<u8>>)> = on!(tx, c => {
            sqlx::query_as(TOUCH).bind(hash.clone()).bind(now).bind(idle).bind(lifetime).fetch_optional(c).await
        })?;
        let Some((account, sealed)) = found else {
            on!(tx, c => sqlx::query(DELETE).bind(hash).execute(c).await.map(drop))?;
            return Ok(None);
        };
        let secret = sealed
            .map(|sealed| secret_key(token).open(&sealed, &place(&hash)))
            .transpose()
            .map_err(|_| Inconsistent {
                table: "sessions",
                column: "sealed",
            })?;
        Ok(Some(Session {
            account,
            csrf: csrf(token),
            secret,
        }))
    }

    /// Whether a request brings a cookie that may be a session's: without one there is nothing to look for.
    pub fn is_claimed(&self, headers: &HeaderMap) -> bool {
        self.token(headers).is_some()
    }

    /// Ends the session of a request; gives the `Set-Cookie` that clears the cookie.
    pub async fn close(&self, tx: &mut Tx, headers: &HeaderMap) -> Result<HeaderValue, sqlx::Error> {
        if let Some(token) = self.token(headers) {
            let hash = seal::digest(token.as_bytes()).to_vec();
            on!(tx, c => sqlx::query(DELETE).bind(hash).execute(c).await.map(drop))?;
        }
        Ok(self.cookie("", "; Max-Age=0"))
    }

    /// Ends every session of an account: its passphrase changed.
    pub async fn close_all(&self, tx: &mut Tx, account: &str) -> Result<(), sqlx::Error> {
        on!(tx, c => sqlx::query(DELETE_OF_ACCOUNT).bind(account).execute(c).await.map(drop))
    }

    fn prefix(&self) -> &'static str {
        if self.secure { "__Host-" } else { "" }
    }

    fn token<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        cookie(headers, &format!("{}{}", self.prefix(), self.name)).filter(|token| token.len() == TOKEN_LENGTH)
    }

    #[expect(clippy::expect_used, reason = "a name of ours and base64url are visible ASCII")]
    fn cookie(&self, token: &str, more: &str) -> HeaderValue {
        let secure = if self.secure { "; Secure" } else { "" };
        let cookie = format!(
            "{}{}={token}; Path=/; HttpOnly; SameSite=Lax{secure}{more}",
            self.prefix(),
            self.name
        );
        let mut value = HeaderValue::from_str(&cookie).expect("a cookie");
        value.set_sensitive(true);
        value
    }
}

impl Session {
    /// Whether a posted `csrf` is this session's (constant time).
    pub fn accepts(&self, csrf: &str) -> bool {
        seal::equal(self.csrf.as_bytes(), csrf.as_bytes())
    }

    /// Refuses a form that this session did not make, or that waited until the session ended.
    pub fn check_form(&self, page: &PageContext, csrf: &str) -> Result<(), PageError> {
        if self.accepts(csrf) {
            Ok(())
        } else {
            Err(PageError::stale_form(page))
        }
    }
}

/// The token of forms follows from the token of the cookie: nothing to store, and nothing of the cookie to learn from it.
fn csrf(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(SealingKey::derived(token.as_bytes(), "session csrf").mac("form", &[]))
}

fn secret_key(token: &str) -> SealingKey {
    SealingKey::derived(token.as_bytes(), "session secret")
}

fn place(hash: &[u8]) -> String {
    format!("sessions.sealed:{}", URL_SAFE_NO_PAD.encode(hash))
}

#[cfg(test)]
mod tests {
    use axum::http::header::COOKIE;

    use super::*;
    use crate::{
        service::db::test_migrations::{POSTGRES, SQLITE},
        testing::SeededEntropy,
    };

    fn policy(secure: bool) -> SessionPolicy {
        SessionPolicy {
            name: "wallet",
            secure,
            idle: Duration::minutes(15),
            lifetime: Duration::hours(8),
        }
    }

    fn start() -> DateTime<Utc> {
        "2026-03-15T10:00:00Z".parse().unwrap()
    }

    /// What a browser sends back.
    fn headers(set_cookie: &HeaderValue) -> HeaderMap {
        let pair = set_cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
        HeaderMap::from_iter([(COOKIE, HeaderValue::from_str(&format!("other=1; {pair}")).unwrap())])
    }

    #[tokio::test]
    async fn statements_prepare() {
        crate::on_every_database!(SQLITE, POSTGRES, |db| {
            for statement in STATEMENTS {
                db.prepare(statement).await.unwrap();
            }
        });
    }

    #[tokio::test]
    async fn a_session_is_found_with_its_secret_and_token() {
        crate::on_every_database!(SQLITE, POSTGRES, |db| {
            let mut tx = db.write().await.unwrap();
            let entropy = SeededEntropy::new(1);
            let cookie = policy(false)
                .open(&mut tx, "nadia", Some(b"vault"), &entropy, start())
                .await
                .unwrap();
            let session = policy(false)
                .find(&mut tx, &headers(&cookie), start())
                .await
                .unwrap()
                .unwrap();
            assert_eq!(session.account, "nadia");
            assert_eq!(session.secret.as_ref().unwrap().as_slice(), b"vault");
            assert!(session.accepts(&session.csrf));
            assert!(!session.accepts(""));
            let other = policy(false)
                .open(&mut tx, "paul", None, &entropy, start())
                .await
                .unwrap();
            let other = policy(false)
                .find(&mut tx, &headers(&other), start())
                .await
                .unwrap()
                .unwrap();
            assert!(other.secret.is_none());
            assert!(!session.accepts(&other.csrf));
        });
    }

    #[tokio::test]
    async fn a_session_ends_idle_at_its_term_and_when_closed() {
        crate::on_every_database!(SQLITE, POSTGRES, |db| {
            let mut tx = db.write().await.unwrap();
            let entropy = SeededEntropy::new(2);
            let policy = policy(false);

            let idle = headers(&policy.open(&mut tx, "a", None, &entropy, start()).await.unwrap());
            assert!(
                policy
                    .find(&mut tx, &idle, start() + Duration::minutes(15))
                    .await
                    .unwrap()
                    .is_none()
            );
            assert!(
                policy.find(&mut tx, &idle, start()).await.unwrap().is_none(),
                "the row is gone"
            );

            let mut now = start();
            let busy = headers(&policy.open(&mut tx, "a", None, &entropy, now).await.unwrap());
            let mut alive = Duration::zero();
            while policy.find(&mut tx, &busy, now).await.unwrap().is_some() {
                alive = now - start();
                now += Duration::minutes(10);
            }
            assert_eq!(alive, Duration::minutes(470));

            let closed = headers(&policy.open(&mut tx, "a", None, &entropy, start()).await.unwrap());
            let cleared = policy.close(&mut tx, &closed).await.unwrap();
            assert_eq!(cleared, "wallet=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
            assert!(policy.find(&mut tx, &closed, start()).await.unwrap().is_none());

            let all = headers(&policy.open(&mut tx, "a", None, &entropy, start()).await.unwrap());
            policy.close_all(&mut tx, "a").await.unwrap();
            assert!(policy.find(&mut tx, &all, start()).await.unwrap().is_none());
        });
    }

    #[tokio::test]
    async fn the_database_holds_neither_the_token_nor_the_secret() {
        crate::on_every_database!(SQLITE, POSTGRES, |db| {
            let mut tx = db.write().await.unwrap();
            let entropy = SeededEntropy::new(3);
            let cookie = policy(true)
                .open(&mut tx, "a", Some(b"vault key"), &entropy, start())
                .await
                .unwrap();
            let (hash, sealed): (Vec<u8>, Vec<u8>) = on!(tx, c => {
                sqlx::query_as("SELECT token_hash, sealed FROM sessions").fetch_one(c).await
            })
            .unwrap();
            let token = cookie
                .to_str()
                .unwrap()
                .strip_prefix("__Host-wallet=")
                .unwrap()
                .get(..TOKEN_LENGTH)
                .unwrap();
            assert_ne!(hash, token.as_bytes());
            assert!(!sealed.windows(9).any(|window| window == b"vault key"));
            assert!(
                cookie
                    .to_str()
                    .unwrap()
                    .ends_with("; Path=/; HttpOnly; SameSite=Lax; Secure")
            );
        });
    }

    #[tokio::test]
    async fn a_cookie_of_another_name_or_shape_is_no_session() {
        crate::on_every_database!(SQLITE, POSTGRES, |db| {
            let mut tx = db.write().await.unwrap();
            let cookie = policy(true)
                .open(&mut tx, "a", None, &SeededEntropy::new(4), start())
                .await
                .unwrap();
            assert!(
                policy(false)
                    .find(&mut tx, &headers(&cookie), start())
                    .await
                    .unwrap()
                    .is_none()
            );
            assert!(policy(true).is_claimed(&headers(&cookie)));
            for sent in ["__Host-wallet=", "__Host-wallet=short", "nothing"] {
                let headers = HeaderMap::from_iter([(COOKIE, HeaderValue::from_static(sent))]);
                assert!(!policy(true).is_claimed(&headers), "{sent}");
                assert!(policy(true).find(&mut tx, &headers, start()).await.unwrap().is_none());
            }
            assert!(
                policy(true)
                    .find(&mut tx, &HeaderMap::new(), start())
                    .await
                    .unwrap()
                    .is_none()
            );
        });
    }
}
