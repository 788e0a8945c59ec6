//! Open Badges 3.0 ([1EdTech](https://www.imsglobal.org/spec/ob/v3p0/)): credentials of the W3C model about achievements.
//!
//! ```text
//! ActivityAttestation ──to_badge──► OpenBadgeCredential ──data_integrity::sign──► ldp_vc
//!                                         │ claims_of
//!                                         └────────► the claims of activity_claims: one reading for every format
//! ```
//! [`check`] asks whether a document, ours or another's, has the shape the data model wants; [`former`] tells the badges of
//! before 3.0 apart, which are no verifiable credentials; [`BadgeToken`] is the signature around a badge that is not
//! inside it (§8.2). Badges that lie in pictures are for [`crate::format::baked`].

mod activity;
mod former;
mod shape;
mod token;

use serde_json::Value;

use super::members;

pub use self::{
    activity::{BadgeEnvelope, NotABadge, claims_of, to_badge},
    former::{Former, former},
    shape::{BadgeRule, ShapeError, check},
    token::{BadgeToken, TokenError, is_compact},
};

/// The types by which a credential says it is of Open Badges.
const BADGE_TYPES: [&str; 2] = ["OpenBadgeCredential", "AchievementCredential"];
pub(super) use self::activity::ACTIVITY_SCHEMA;

const ENDORSEMENT_TYPE: &str = "EndorsementCredential";

/// Whether a document says it is a badge: its shape is not looked at.
pub fn is_badge(document: &Value) -> bool {
    BADGE_TYPES.iter().any(|name| says(document, name))
}

/// Whether a document says it is an endorsement of somebody else's badge, achievement or profile.
pub fn is_endorsement(document: &Value) -> bool {
    says(document, ENDORSEMENT_TYPE)
}

/// Whether a document is one of our own badges, by what it says: [`claims_of`] reads it.
pub fn is_activity(document: &Value) -> bool {
    is_badge(document) && says(document, activity::TYPE)
}

/// What a badge is called: its own name, or that of the achievement.
pub fn name(badge: &Value) -> Option<&str> {
    let achievement = badge.pointer("/credentialSubject/achievement/name");
    [badge.get("name"), achievement]
        .into_iter()
        .flatten()
        .find_map(Value::as_str)
        .filter(|name| !name.is_empty())
}

/// The issuer's identifier.
pub fn issuer(badge: &Value) -> Option<&str> {
    members::party(badge.as_object()?, "issuer")
}

/// The name the issuer gives itself.
pub fn issuer_name(badge: &Value) -> Option<&str> {
    badge
        .pointer("/issuer/name")
        .and_then(Value::as_str)
        .filter(|name| !name.is_empty())
}

fn says(document: &Value, name: &str) -> bool {
    let members = document.as_object();
    members.is_some_and(|members| members::has_type(members, name))
}
