//! Credentials: what they are called, where their claims are, and how the attestation maps to claims and back.

pub mod activity_claims;
pub mod attested;
pub mod issuance;
pub mod members;
pub mod open_badge;
mod path;
pub mod schema;
mod standard;
pub mod vcdm;

pub use path::{ClaimPath, PathElement, PathError};
pub use standard::StandardError;

/// The one credential configuration every organisation offers: identifier in issuer metadata and offers.
pub const ACTIVITY_CONFIGURATION: &str = "activity-attestation-sd-jwt";
/// `vct` of the activity attestation. A URN, so that it means the same whoever signs (SDVC-010: it proves nothing).
pub const ACTIVITY_VCT: &str = "urn:musette:activity-attestation:1";
/// Format identifier of SD-JWT VC in OpenID4VCI and OpenID4VP.
pub const FORMAT_SD_JWT_VC: &str = "dc+sd-jwt";
