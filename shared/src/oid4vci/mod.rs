//! OpenID for Verifiable Credential Issuance 1.0: messages, parsers and checks, for both sides.
//!
//! ```text
//! holder's side                                issuer's side
//! OfferLink ─ fetch ─► CredentialOffer         CredentialOffer ─► link, JSON
//! well_known(issuer) ─ fetch ─► IssuerMetadata IssuerMetadata
//! TokenRequest ─ POST ─► ReceivedToken         TokenRequest::from_form ─► TokenResponse
//! ─ POST ─► NonceResponse
//! proof::sign, CredentialRequest ─ POST ─►     proof::check ─► CredentialResponse
//! ```

pub mod error;
pub mod metadata;
pub mod offer;
pub mod proof;
pub mod token;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub use error::ErrorCode;

/// Grant type of the pre-authorized code flow (§3.5).
pub const PRE_AUTHORIZED_CODE: &str = "urn:ietf:params:oauth:grant-type:pre-authorized_code";

/// Answer of the nonce endpoint (§7.2).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NonceResponse {
    /// To be put in the proof.
    pub c_nonce: String,
}

/// A credential request (§8.2), as received: unknown members are ignored (VCI-I-085); what is contradictory is refused by [`CredentialRequest::from_value`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialRequest {
    /// Which configuration.
    pub configuration: String,
    /// The `jwt` proofs, at least one.
    pub proofs: Vec<String>,
}

impl CredentialRequest {
    /// Reads the body. Refusals: `invalid_credential_request` (both or neither identifier, more than one proof: our metadata
    /// offers no batch, malformed), `unknown_credential_identifier` (we give none), `invalid_encryption_parameters` (we
    /// offer no encryption), `invalid_proof` (no proof, or another proof type than `jwt`).
    pub fn from_value(value: &Value) -> Result<Self, ErrorCode> {
        let members = value.as_object().ok_or(ErrorCode::InvalidCredentialRequest)?;
        let configuration = match (
            members.get("credential_configuration_id"),
            members.get("credential_identifier"),
        ) {
            (Some(Value::String(configuration)), None) => configuration.clone(),
            (None, Some(Value::String(_))) => return Err(ErrorCode::UnknownCredentialIdentifier),
            _ => return Err(ErrorCode::InvalidCredentialRequest),
        };
        if members.contains_key("credential_response_encryption") {
            return Err(ErrorCode::InvalidEncryptionParameters);
        }
        let proofs = members.get("proofs").ok_or(ErrorCode::InvalidProof)?;
        let proofs = proofs.as_object().ok_or(ErrorCode::InvalidCredentialRequest)?;
        if proofs.len() > 1 {
            return Err(ErrorCode::InvalidCredentialRequest);
        }
        let proofs = proofs.get("jwt").ok_or(ErrorCode::InvalidProof)?;
        let proofs = proofs.as_array().ok_or(ErrorCode::InvalidCredentialRequest)?;
        let proofs: Vec<_> = proofs
            .iter()
            .map(|proof| proof.as_str().map(str::to_owned).ok_or(ErrorCode::InvalidProof))
            .collect::<Result<_, _>>()?;
        match proofs.len() {
            0 => Err(ErrorCode::InvalidProof),
            1 => Ok(Self { configuration, proofs }),
            _ => Err(ErrorCode::InvalidCredentialRequest),
        }
    }

    /// The body to send.
    pub fn to_value(&self) -> Value {
        json!({ "credential_configuration_id": self.configuration, "proofs": { "jwt": self.proofs } })
    }
}

/// Answer of the credential endpoint, at once (§8.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CredentialResponse {
    /// One a key.
    pub credentials: Vec<IssuedCredential>,
}

/// One issued credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IssuedCredential {
    /// The SD-JWT VC.
    pub credential: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(body: &Value) -> ErrorCode {
        CredentialRequest::from_value(body).expect_err("a refusal")
    }

    #[test]
    fn a_request_survives_json() {
        let request = CredentialRequest {
            configuration: "c".into(),
            proofs: vec!["a.b.c".into()],
        };
        assert_eq!(CredentialRequest::from_value(&request.to_value()), Ok(request));
    }

    #[test]
    fn vci_i_071_exactly_one_identifier() {
        let proofs = json!({ "jwt": ["p"] });
        let both = json!({ "credential_configuration_id": "c", "credential_identifier": "i", "proofs": proofs });
        assert_eq!(refusal(&both), ErrorCode::InvalidCredentialRequest);
        assert_eq!(
            refusal(&json!({ "proofs": proofs })),
            ErrorCode::InvalidCredentialRequest
        );
        assert_eq!(
            refusal(&json!({ "credential_configuration_id": 1 })),
            ErrorCode::InvalidCredentialRequest
        );
        let identifier = json!({ "credential_identifier": "i", "proofs": proofs });
        assert_eq!(refusal(&identifier), ErrorCode::UnknownCredentialIdentifier);
        assert_eq!(refusal(&json!([])), ErrorCode::InvalidCredentialRequest);
    }

    #[test]
    fn vci_i_072_proofs_have_one_type_and_one_proof() {
        let with = |proofs: Value| refusal(&json!({ "credential_configuration_id": "c", "proofs": proofs }));
        assert_eq!(
            with(json!({ "jwt": ["p"], "attestation": ["a"] })),
            ErrorCode::InvalidCredentialRequest
        );
        assert_eq!(with(json!({ "jwt": ["p", "q"] })), ErrorCode::InvalidCredentialRequest);
        assert_eq!(with(json!({ "jwt": "p" })), ErrorCode::InvalidCredentialRequest);
        assert_eq!(with(json!("p")), ErrorCode::InvalidCredentialRequest);
        assert_eq!(with(json!({})), ErrorCode::InvalidProof);
        assert_eq!(with(json!({ "jwt": [] })), ErrorCode::InvalidProof);
        assert_eq!(with(json!({ "jwt": [1] })), ErrorCode::InvalidProof);
        assert_eq!(with(json!({ "di_vp": [{}] })), ErrorCode::InvalidProof);
        let singular = json!({ "credential_configuration_id": "c", "proof": { "proof_type": "jwt", "jwt": "p" } });
        assert_eq!(refusal(&singular), ErrorCode::InvalidProof);
    }

    #[test]
    fn vci_i_082_encryption_that_is_not_offered_is_refused() {
        let body = json!({ "credential_configuration_id": "c", "proofs": { "jwt": ["p"] },
            "credential_response_encryption": { "jwk": {}, "enc": "A128GCM" } });
        assert_eq!(refusal(&body), ErrorCode::InvalidEncryptionParameters);
    }

    #[test]
    fn vci_i_085_unknown_members_are_ignored() {
        let body = json!({ "credential_configuration_id": "c", "proofs": { "jwt": ["p"] }, "format": "dc+sd-jwt" });
        assert!(CredentialRequest::from_value(&body).is_ok());
    }

    #[test]
    fn error_codes_are_written_as_in_the_tables() {
        assert_eq!(
            serde_json::to_value(ErrorCode::InvalidNonce).unwrap(),
            json!("invalid_nonce")
        );
        assert_eq!(
            ErrorCode::UnknownCredentialConfiguration.to_string(),
            "unknown_credential_configuration"
        );
    }
}
