//! Credential formats. Each knows how to sign, parse, disclose and check one securing mechanism, and nothing of what the
//! claims mean.

pub mod baked;
pub mod data_integrity;
pub mod json_ld;
pub mod paper;
pub(crate) mod rdf;
pub mod sd_jwt_vc;
pub mod vc_jose;

pub use rdf::CanonicalizationError;
