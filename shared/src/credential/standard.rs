//! The names that the specifications give to what is wrong, for those who read problem details (RFC 9457).

use super::vcdm::{VcdmError, VcdmRule};
use crate::{
    did::DidError,
    format::{data_integrity::DataIntegrityError, vc_jose::VcJoseError},
    status_list::bitstring::BitstringError,
};

/// A standard error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StandardError {
    /// VCDM 2.0 §7.1: it cannot be read.
    Parsing,
    /// VCDM 2.0 §7.1: the mechanism that secures it does not hold.
    CryptographicSecurity,
    /// VCDM 2.0 §7.1: a value is not what the data model asks.
    MalformedValue,
    /// VCDM 2.0 §7.1: a value is outside of its range.
    Range,
    /// Data Integrity §4.7: a proof cannot be made.
    ProofGeneration,
    /// Data Integrity §4.7: a proof does not hold.
    ProofVerification,
    /// Data Integrity §4.7: the document cannot be turned into what is signed.
    ProofTransformation,
    /// Data Integrity §4.7: made for another domain.
    InvalidDomain,
    /// Data Integrity §4.7: answers another challenge.
    InvalidChallenge,
    /// CID 1.0 §3.5: the verification method is no URL with a fragment, or of somebody else.
    InvalidVerificationMethodUrl,
    /// CID 1.0 §3.5: no such method in the document of its controller.
    InvalidVerificationMethod,
    /// CID 1.0 §3.5: the document of the controller cannot be had, or is not one.
    InvalidControlledIdentifierDocument,
    /// Bitstring Status List §3.5.
    StatusList(BitstringError),
    /// No specification names it: `urn:musette:problem:CODE`.
    Ours(&'static str),
}

impl StandardError {
    /// Its name, as its specification writes it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Parsing => "PARSING_ERROR",
            Self::CryptographicSecurity => "CRYPTOGRAPHIC_SECURITY_ERROR",
            Self::MalformedValue => "MALFORMED_VALUE_ERROR",
            Self::Range => "RANGE_ERROR",
            Self::ProofGeneration => "PROOF_GENERATION_ERROR",
            Self::ProofVerification => "PROOF_VERIFICATION_ERROR",
            Self::ProofTransformation => "PROOF_TRANSFORMATION_ERROR",
            Self::InvalidDomain => "INVALID_DOMAIN_ERROR",
            Self::InvalidChallenge => "INVALID_CHALLENGE_ERROR",
            Self::InvalidVerificationMethodUrl => "INVALID_VERIFICATION_METHOD_URL",
            Self::InvalidVerificationMethod => "INVALID_VERIFICATION_METHOD",
            Self::InvalidControlledIdentifierDocument => "INVALID_CONTROLLED_IDENTIFIER_DOCUMENT",
            Self::StatusList(error) => error.name(),
            Self::Ours(code) => code,
        }
    }

    /// Its `type`, a URL.
    pub fn type_url(self) -> String {
        let vocabulary = match self {
            Self::Parsing | Self::CryptographicSecurity | Self::MalformedValue | Self::Range => {
                "https://www.w3.org/TR/vc-data-model#"
            }
            Self::StatusList(error) => return error.type_url(),
            Self::Ours(_) => "urn:musette:problem:",
            _ => "https://w3id.org/security#",
        };
        format!("{vocabulary}{}", self.name())
    }
}

impl From<&VcdmError> for StandardError {
    fn from(error: &VcdmError) -> Self {
        match error.rule {
            VcdmRule::Period => Self::Range,
            _ => Self::MalformedValue,
        }
    }
}

impl From<&DataIntegrityError> for StandardError {
    fn from(error: &DataIntegrityError) -> Self {
        match error {
            DataIntegrityError::TooLarge | DataIntegrityError::Json(_) | DataIntegrityError::NoProof => Self::Parsing,
            DataIntegrityError::JsonLd(_) | DataIntegrityError::Canonicalization(_) => Self::ProofTransformation,
            DataIntegrityError::OtherDomain => Self::InvalidDomain,
            DataIntegrityError::OtherChallenge => Self::InvalidChallenge,
            _ => Self::ProofVerification,
        }
    }
}

impl From<&VcJoseError> for StandardError {
    fn from(error: &VcJoseError) -> Self {
        match error {
            VcJoseError::Document(_) | VcJoseError::WrappedDocument | VcJoseError::NotEnveloped => Self::MalformedValue,
            VcJoseError::OtherController | VcJoseError::KeyNotNamed => Self::InvalidVerificationMethodUrl,
            _ => Self::CryptographicSecurity,
        }
    }
}

impl From<&DidError> for StandardError {
    fn from(error: &DidError) -> Self {
        match error {
            DidError::KeyNotListed | DidError::Key(_) => Self::InvalidVerificationMethod,
            _ => Self::InvalidControlledIdentifierDocument,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vcdm_015_every_error_has_its_standard_type() {
        assert_eq!(
            StandardError::Parsing.type_url(),
            "https://www.w3.org/TR/vc-data-model#PARSING_ERROR"
        );
        assert_eq!(
            StandardError::InvalidDomain.type_url(),
            "https://w3id.org/security#INVALID_DOMAIN_ERROR"
        );
        assert_eq!(
            StandardError::StatusList(BitstringError::Unreachable).type_url(),
            "https://www.w3.org/ns/credentials/status-list#STATUS_RETRIEVAL_ERROR"
        );
        assert_eq!(StandardError::Ours("revoked").type_url(), "urn:musette:problem:revoked");
    }

    #[test]
    fn di_009_what_a_proof_lacks_is_named_as_the_specification_does() {
        for (error, expected) in [
            (DataIntegrityError::NoProof, StandardError::Parsing),
            (DataIntegrityError::OtherChallenge, StandardError::InvalidChallenge),
            (DataIntegrityError::OtherPurpose, StandardError::ProofVerification),
            (
                DataIntegrityError::MalformedProof("type"),
                StandardError::ProofVerification,
            ),
        ] {
            assert_eq!(StandardError::from(&error), expected);
        }
        assert_eq!(
            StandardError::from(&DidError::Deactivated),
            StandardError::InvalidControlledIdentifierDocument
        );
        assert_eq!(
            StandardError::from(&VcJoseError::OtherController),
            StandardError::InvalidVerificationMethodUrl
        );
    }
}
