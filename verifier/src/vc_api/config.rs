//! `[vc_api]`: what is checked under which name, and who may ask.

use std::{collections::BTreeMap, path::PathBuf};

use serde::Deserialize;
use shared::{organisation::Slug, verification::w3c::Binding};

/// The table `[vc_api]`. The VC-API is off without it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VcApiConfig {
    /// File of bearer tokens, one a line. Needed unless the service listens on loopback in development.
    pub token_file: Option<PathBuf>,
    /// By name; without a name, everything is checked.
    #[serde(default)]
    pub instances: BTreeMap<Slug, InstanceConfig>,
}

/// What an instance checks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InstanceConfig {
    /// **Only** the proof: whoever made it, whenever. For conformance tests of the mechanisms.
    #[serde(default)]
    pub proof_only: bool,
}

impl InstanceConfig {
    /// As the verification takes it.
    pub(crate) fn binding(self) -> Binding {
        if self.proof_only {
            Binding::ProofOnly
        } else {
            Binding::Controller
        }
    }
}
