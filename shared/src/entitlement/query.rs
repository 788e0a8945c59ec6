//! What a rule must ask to decide, and no more.

use super::Rule;
use crate::presentation::dcql::DcqlQuery;

/// Identifier of the one credential query.
pub const QUERY_ID: &str = "activities";

/// The DCQL query of a rule: activity claims the engine reads, and `age_over_16` when the rule wants that predicate and
/// `ask_age` is true. Never a name. `multiple` is true: rights add up several attestations.
pub fn query_for(rule: &Rule, ask_age: bool) -> DcqlQuery {
    todo!()
}
