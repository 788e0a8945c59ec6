//! Client identifier prefixes (§5.9.3).

use crate::did::Did;

/// A client identifier with its prefix. Prefixes we cannot check are refused by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientId {
    /// `decentralized_identifier:did:…`: the request is signed by a key of the DID.
    DecentralizedIdentifier(Did),
}

/// The prefix is not one we can check (§5.9.3).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the verifier presents itself in a way this wallet cannot check")]
pub struct UnsupportedClientId;

impl std::str::FromStr for ClientId { type Err = UnsupportedClientId; fn from_str(text: &str) -> Result<Self, UnsupportedClientId> { todo!() } }
impl std::fmt::Display for ClientId { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { todo!() } }
