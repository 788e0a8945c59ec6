//! Client identifier prefixes (§5.9.3).

use std::{fmt, str::FromStr};

use crate::did::Did;

/// The prefix of identifiers that are DIDs.
const DECENTRALIZED_IDENTIFIER: &str = "decentralized_identifier";

/// A client identifier with its prefix. Prefixes we cannot check are refused by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientId {
    /// `decentralized_identifier:did:…`: the request is signed by a key of the DID.
    DecentralizedIdentifier(Did),
}

/// The prefix is not one we can check (§5.9.3), or there is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the verifier presents itself in a way this wallet cannot check")]
pub struct UnsupportedClientId;

impl ClientId {
    /// The DID that signs for this client.
    pub fn did(&self) -> &Did {
        match self {
            Self::DecentralizedIdentifier(did) => did,
        }
    }
}

impl FromStr for ClientId {
    type Err = UnsupportedClientId;

    /// Splits at the first `:` (VP-W-005).
    fn from_str(text: &str) -> Result<Self, UnsupportedClientId> {
        match text.split_once(':') {
            Some((DECENTRALIZED_IDENTIFIER, did)) => did
                .parse()
                .map(Self::DecentralizedIdentifier)
                .map_err(|_| UnsupportedClientId),
            _ => Err(UnsupportedClientId),
        }
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DecentralizedIdentifier(did) => write!(f, "{DECENTRALIZED_IDENTIFIER}:{did}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vp_w_005_only_decentralized_identifiers_are_accepted() {
        let text = "decentralized_identifier:did:web:verif.example%3A8443";
        assert_eq!(text.parse::<ClientId>().unwrap().to_string(), text);
        for refused in [
            "did:web:verif.example",
            "verif",
            "",
            "redirect_uri:https://verif.example/cb",
            "x509_san_dns:verif.example",
            "x509_hash:abc",
            "origin:https://verif.example",
            "Decentralized_Identifier:did:web:verif.example",
            "decentralized_identifier:",
            "decentralized_identifier:https://verif.example",
        ] {
            assert_eq!(refused.parse::<ClientId>(), Err(UnsupportedClientId), "{refused}");
        }
    }
}
