//! The table `requests`.

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use shared::{
    on,
    presentation::dcql::DcqlQuery,
    service::db::{Inconsistent, Tx},
};
use sqlx::types::Json;

use super::{Claimed, Request, RequestId, Stage};
use crate::decisions::DecisionId;

const INSERT: &str = "INSERT INTO requests (id, rule, year, declared_on, age_seen, query, created_at, expires_at, state, sealed) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'waiting', $9)";
const FIND: &str = "SELECT id, rule, year, declared_on, age_seen, query, created_at, expires_at, state, sealed, ended_at, decision, \
     error, response_code_hash FROM requests WHERE id = $1";
const ANSWER: &str = "UPDATE requests SET state = 'answered', sealed = NULL, ended_at = $2, decision = $3, response_code_hash = $4 \
     WHERE id = $1 AND state = 'waiting' AND expires_at > $2 RETURNING id";
const REFUSE: &str = "UPDATE requests SET state = 'refused', sealed = NULL, ended_at = $2, error = $3 \
     WHERE id = $1 AND state = 'waiting' AND expires_at > $2 RETURNING id";
const FORGET: &str = "DELETE FROM requests WHERE state <> 'answered' AND expires_at < $1";

/// For the test that prepares them.
#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[INSERT, FIND, ANSWER, REFUSE, FORGET];

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    rule: String,
    year: Option<i64>,
    declared_on: Option<NaiveDate>,
    age_seen: bool,
    query: Json<Value>,
    created_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    state: Written,
    sealed: Option<Vec<u8>>,
    ended_at: Option<DateTime<Utc>>,
    decision: Option<String>,
    error: Option<String>,
    response_code_hash: Option<Vec<u8>>,
}

#[derive(Clone, Copy, sqlx::Type)]
#[sqlx(type_name = "TEXT", rename_all = "snake_case")]
enum Written {
    Waiting,
    Answered,
    Refused,
}

impl TryFrom<Row> for Request {
    type Error = Inconsistent;

    fn try_from(row: Row) -> Result<Self, Inconsistent> {
        let wrong = |column| Inconsistent {
            table: "requests",
            column,
        };
        let stage = match (
            row.state,
            row.sealed,
            row.ended_at,
            row.decision,
            row.response_code_hash,
            row.error,
        ) {
            (Written::Waiting, Some(sealed), None, None, None, None) => Stage::Waiting { sealed },
            (Written::Answered, None, Some(at), Some(decision), Some(code), None) => Stage::Answered {
                at,
                decision: decision.parse().map_err(|_| wrong("decision"))?,
                response_code: code.try_into().map_err(|_| wrong("response_code_hash"))?,
            },
            (Written::Refused, None, Some(at), None, None, Some(error)) => Stage::Refused { at, error },
            _ => return Err(wrong("state")),
        };
        Ok(Self {
            id: row.id.parse().map_err(|_| wrong("id"))?,
            claimed: Claimed {
                rule: row.rule,
                year: row.year.map(i32::try_from).transpose().map_err(|_| wrong("year"))?,
                declared_on: row.declared_on,
                age_seen: row.age_seen,
            },
            query: DcqlQuery::from_value(&row.query.0).map_err(|_| wrong("query"))?,
            created_at: row.created_at,
            expires_at: row.expires_at,
            stage,
        })
    }
}

/// Stores a waiting request.
pub(super) async fn insert(tx: &mut Tx, request: &Request) -> Result<(), sqlx::Error> {
    let Stage::Waiting { sealed } = &request.stage else {
        return Err(Inconsistent {
            table: "requests",
            column: "state",
        }
        .into());
    };
    let claimed = &request.claimed;
    on!(tx, c => sqlx::query(INSERT)
        .bind(request.id.as_str())
        .bind(&claimed.rule)
        .bind(claimed.year.map(i64::from))
        .bind(claimed.declared_on)
        .bind(claimed.age_seen)
        .bind(Json(&request.query))
        .bind(request.created_at)
        .bind(request.expires_at)
        .bind(sealed)
        .execute(c)
        .await
        .map(drop))
}

pub(super) async fn find(tx: &mut Tx, id: &RequestId) -> Result<Option<Request>, sqlx::Error> {
    let row: Option<Row> = on!(tx, c => sqlx::query_as(FIND).bind(id.as_str()).fetch_optional(c).await)?;
    Ok(row.map(Request::try_from).transpose()?)
}

/// Whether this call is the one that answered it.
pub(super) async fn answer(
    tx: &mut Tx,
    id: &RequestId,
    decision: &DecisionId,
    code: &[u8],
    now: DateTime<Utc>,
) -> Result<bool, sqlx::Error> {
    let answered: Option<String> = on!(tx, c => sqlx::query_scalar(ANSWER)
        .bind(id.as_str())
        .bind(now)
        .bind(decision.as_str())
        .bind(code)
        .fetch_optional(c)
        .await)?;
    Ok(answered.is_some())
}

/// Whether this call is the one that refused it.
pub(super) async fn refuse(tx: &mut Tx, id: &RequestId, error: &str, now: DateTime<Utc>) -> Result<bool, sqlx::Error> {
    let refused: Option<String> =
        on!(tx, c => sqlx::query_scalar(REFUSE).bind(id.as_str()).bind(now).bind(error).fetch_optional(c).await)?;
    Ok(refused.is_some())
}

/// Deletes what was refused or never answered and expired before `before`. What was answered belongs to its decision.
pub(super) async fn forget_expired(tx: &mut Tx, before: DateTime<Utc>) -> Result<(), sqlx::Error> {
    on!(tx, c => sqlx::query(FORGET).bind(before).execute(c).await.map(drop))
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::super::{State, find as found, retention};
    use crate::{
        Policy,
        decisions::DecisionId,
        requests::{self, RequestError, lifetime},
        testing::{Stage, stage_on},
    };

    #[tokio::test]
    async fn every_statement_is_valid_on_both_databases() {
        shared::on_every_database!(crate::app::SQLITE, crate::app::POSTGRES, |db| {
            use shared::service::{session, throttle};
            let all = [
                super::STATEMENTS,
                crate::decisions::store::STATEMENTS,
                crate::desk::store::STATEMENTS,
                crate::identity::store::STATEMENTS,
                session::STATEMENTS,
                throttle::STATEMENTS,
            ];
            for statement in all.concat() {
                db.prepare(statement)
                    .await
                    .unwrap_or_else(|error| panic!("{statement}: {error}"));
            }
        });
    }

    #[tokio::test]
    async fn a_request_is_read_as_it_was_written_and_ends_once() {
        shared::on_every_database!(crate::app::SQLITE, crate::app::POSTGRES, |db| {
            let stage = stage_on(db, Policy::Strict).await;
            let app = &stage.app;
            let id = stage.ask().await;
            let mut tx = app.db.write().await.unwrap();
            let request = found(&mut tx, &id).await.unwrap();
            assert_eq!(request.claimed, Stage::claimed());
            assert_eq!(request.query.credentials[0].id, "activities");
            assert_eq!(request.state(app.now()), State::Waiting);
            assert_eq!(request.state(request.expires_at - Duration::seconds(1)), State::Waiting);
            assert_eq!(request.state(request.expires_at), State::Expired, "the end is excluded");

            let decision = DecisionId::random(app.entropy.as_ref());
            let code = requests::answer(app, &mut tx, &id, &decision, app.now()).await.unwrap();
            assert!(matches!(
                requests::answer(app, &mut tx, &id, &decision, app.now()).await,
                Err(RequestError::Ended)
            ));
            assert!(matches!(
                requests::refuse(&mut tx, &id, "access_denied", app.now()).await,
                Err(RequestError::Ended)
            ));
            let request = found(&mut tx, &id).await.unwrap();
            assert_eq!(
                request.state(app.now() + lifetime()),
                State::Answered {
                    at: app.now(),
                    decision
                }
            );
            assert!(request.accepts_response_code(&code) && !request.accepts_response_code("other"));
            assert!(
                matches!(request.secrets(app, app.now()), Err(RequestError::Ended)),
                "the key is gone"
            );
        });
    }

    #[tokio::test]
    async fn requests_that_came_to_nothing_are_forgotten() {
        shared::on_every_database!(crate::app::SQLITE, crate::app::POSTGRES, |db| {
            let stage = stage_on(db, Policy::Strict).await;
            let old = stage.ask().await;
            let refused = stage.ask().await;
            let answered = stage.ask().await;
            let mut tx = stage.app.db.write().await.unwrap();
            let now = stage.app.now();
            requests::refuse(&mut tx, &refused, "access_denied", now).await.unwrap();
            let decision = DecisionId::random(stage.app.entropy.as_ref());
            requests::answer(&stage.app, &mut tx, &answered, &decision, now)
                .await
                .unwrap();
            tx.commit().await.unwrap();
            stage.clock.advance(lifetime() + retention() + Duration::seconds(1));
            let fresh = stage.ask().await;
            let mut tx = stage.app.db.read().await.unwrap();
            for gone in [&old, &refused] {
                assert!(matches!(found(&mut tx, gone).await, Err(RequestError::Unknown)));
            }
            for kept in [&answered, &fresh] {
                assert!(found(&mut tx, kept).await.is_ok());
            }
        });
    }
}
