//! Slows down guessing: a number of tries per key and window, counted in the database. The table is made by each service's
//! migrations: `CREATE TABLE throttles (key TEXT PRIMARY KEY, tries INTEGER/BIGINT NOT NULL, window_started_at TEXT/TIMESTAMPTZ NOT NULL)`.

use chrono::{DateTime, Duration, Utc};

use super::db::Tx;
use crate::on;

/// Statements of this store, for the test that prepares them.
pub const STATEMENTS: &[&str] = &[COUNT, DELETE, DELETE_OLD];

const COUNT: &str = "INSERT INTO throttles (key, tries, window_started_at) VALUES ($1, 1, $2) \
     ON CONFLICT (key) DO UPDATE SET \
       tries = CASE WHEN throttles.window_started_at <= $3 THEN 1 ELSE throttles.tries + 1 END, \
       window_started_at = CASE WHEN throttles.window_started_at <= $3 THEN $2 ELSE throttles.window_started_at END \
     RETURNING tries";
const DELETE: &str = "DELETE FROM throttles WHERE key = $1";
const DELETE_OLD: &str = "DELETE FROM throttles WHERE window_started_at <= $1";

/// The longest window: counts older than this are forgotten.
const LONGEST_WINDOW: Duration = Duration::days(1);

/// Counts one more try of `key`; false when it is the `limit + 1`th of the window or later. A window is at most a day.
/// Commit the transaction whatever the answer: a try that is rolled back was never counted.
pub async fn allow(
    tx: &mut Tx,
    key: &str,
    limit: u32,
    window: Duration,
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let window = window.min(LONGEST_WINDOW);
    let tries: i64 = on!(tx, c => sqlx::query_scalar(COUNT).bind(key).bind(now).bind(now - window).fetch_one(c).await)?;
    if tries == 1 {
        on!(tx, c => sqlx::query(DELETE_OLD).bind(now - LONGEST_WINDOW).execute(c).await.map(drop))?;
    }
    Ok(tries <= i64::from(limit))
}

/// Forgets the tries of `key`: it succeeded.
pub async fn clear(tx: &mut Tx, key: &str) -> Result<(), sqlx::Error> {
    on!(tx, c => sqlx::query(DELETE).bind(key).execute(c).await.map(drop))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::db::test_migrations::{POSTGRES, SQLITE};

    fn start() -> DateTime<Utc> {
        "2026-03-15T10:00:00Z".parse().unwrap()
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
    async fn tries_are_counted_by_key_within_a_window() {
        crate::on_every_database!(SQLITE, POSTGRES, |db| {
            let mut tx = db.write().await.unwrap();
            let window = Duration::minutes(10);
            let mut answers = Vec::new();
            for minute in [0, 1, 2, 3, 9, 10] {
                let now = start() + Duration::minutes(minute);
                answers.push(allow(&mut tx, "nadia", 3, window, now).await.unwrap());
            }
            assert_eq!(answers, [true, true, true, false, false, true]);
            assert!(allow(&mut tx, "paul", 3, window, start()).await.unwrap());
        });
    }

    #[tokio::test]
    async fn success_forgets() {
        crate::on_every_database!(SQLITE, POSTGRES, |db| {
            let mut tx = db.write().await.unwrap();
            let window = Duration::minutes(10);
            assert!(allow(&mut tx, "nadia", 1, window, start()).await.unwrap());
            assert!(!allow(&mut tx, "nadia", 1, window, start()).await.unwrap());
            clear(&mut tx, "nadia").await.unwrap();
            assert!(allow(&mut tx, "nadia", 1, window, start()).await.unwrap());
        });
    }

    #[tokio::test]
    async fn old_counts_do_not_pile_up() {
        crate::on_every_database!(SQLITE, POSTGRES, |db| {
            let mut tx = db.write().await.unwrap();
            allow(&mut tx, "old", 1, Duration::hours(1), start()).await.unwrap();
            allow(&mut tx, "new", 1, Duration::hours(1), start() + Duration::days(1))
                .await
                .unwrap();
            let keys: Vec<String> =
                on!(tx, c => sqlx::query_scalar("SELECT key FROM throttles").fetch_all(c).await).unwrap();
            assert_eq!(keys, ["new"]);
        });
    }
}
