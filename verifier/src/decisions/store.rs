//! The table `decisions`.

use chrono::{DateTime, Utc};
use shared::{
    entropy::Entropy,
    keys::seal::SealingKey,
    on,
    service::db::{Inconsistent, Tx},
};
use sqlx::types::Json;
use zeroize::Zeroizing;

use super::{Decision, DecisionError, DecisionId, Outcome};
use crate::requests::RequestId;

const INSERT: &str = "INSERT INTO decisions (id, request, rule, rule_version, outcome, amount, unit, reasons, evidence, made_at, sealed) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const FIND: &str = "SELECT id, rule, rule_version, outcome, amount, unit, reasons, evidence, made_at, sealed FROM decisions WHERE id = $1";

/// For the test that prepares them.
#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[INSERT, FIND];

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    rule: String,
    rule_version: String,
    outcome: Outcome,
    amount: i64,
    unit: String,
    reasons: Json<Vec<String>>,
    evidence: Json<Vec<String>>,
    made_at: DateTime<Utc>,
    sealed: Vec<u8>,
}

/// Stores the decision of a request; its grounds sealed.
pub(crate) async fn insert(
    tx: &mut Tx,
    request: &RequestId,
    decision: &Decision,
    keys: &SealingKey,
    entropy: &dyn Entropy,
) -> Result<(), DecisionError> {
    let grounds = Zeroizing::new(serde_json::to_vec(&decision.grounds)?);
    let sealed = keys.seal(&grounds, &place(&decision.id), entropy);
    let amount = i64::try_from(decision.amount).map_err(|_| sqlx::Error::from(wrong("amount")))?;
    on!(tx, c => sqlx::query(INSERT)
        .bind(decision.id.as_str())
        .bind(request.as_str())
        .bind(&decision.rule)
        .bind(&decision.rule_version)
        .bind(decision.outcome)
        .bind(amount)
        .bind(&decision.unit)
        .bind(Json(&decision.reasons))
        .bind(Json(&decision.evidence))
        .bind(decision.made_at)
        .bind(&sealed)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// A decision with its grounds.
pub(crate) async fn find(tx: &mut Tx, id: &DecisionId, keys: &SealingKey) -> Result<Decision, DecisionError> {
    let row: Option<Row> = on!(tx, c => sqlx::query_as(FIND).bind(id.as_str()).fetch_optional(c).await)?;
    let row = row.ok_or(DecisionError::Unknown)?;
    let grounds = keys.open(&row.sealed, &place(id))?;
    Ok(Decision {
        id: row.id.parse().map_err(|_| sqlx::Error::from(wrong("id")))?,
        rule: row.rule,
        rule_version: row.rule_version,
        outcome: row.outcome,
        amount: u64::try_from(row.amount).map_err(|_| sqlx::Error::from(wrong("amount")))?,
        unit: row.unit,
        reasons: row.reasons.0,
        evidence: row.evidence.0,
        made_at: row.made_at,
        grounds: serde_json::from_slice(&grounds)?,
    })
}

fn wrong(column: &'static str) -> Inconsistent {
    Inconsistent {
        table: "decisions",
        column,
    }
}

fn place(id: &DecisionId) -> String {
    format!("decisions.sealed.{id}")
}
