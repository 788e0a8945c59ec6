//! Kept attestations: the signed text and the key it is bound to, sealed together. Each has a key of its own, so that
//! two verifiers cannot recognise a person by it.

pub(crate) mod pages;
pub(crate) mod store;
pub(crate) mod words;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use shared::{
    format::sd_jwt_vc::{SdJwt, SdJwtError, type_metadata::TypeRegistry},
    keys::{KeyError, SigningKey},
    service::materials,
    verification::{self, CheckId, Expectation, Outcome, Policy, Reason, Verdict},
};
use zeroize::Zeroizing;

use crate::{app::App, vault::Place};

shared::id! {
    /// Names a kept attestation.
    pub(crate) struct CredentialId;
}

/// Who gave it: identifier, host in ASCII, and the name it gives itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Issuer {
    pub(crate) identifier: String,
    pub(crate) host: String,
    pub(crate) name: String,
}

/// What rests sealed.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// The SD-JWT VC as it came.
    pub(crate) text: String,
    pub(crate) key: HolderKey,
    pub(crate) issuer: Issuer,
    /// What the issuer calls this kind of attestation.
    pub(crate) title: Option<String>,
    pub(crate) vct: String,
    pub(crate) standing: Standing,
    pub(crate) checked_at: DateTime<Utc>,
}

/// How an attestation stood when it was last checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Standing {
    /// Every check passed.
    Good,
    /// Good, but for the status, which could not be read.
    StatusUnchecked,
    Revoked,
    Suspended,
    Expired,
    /// Something else no longer holds.
    Doubtful,
    /// Nothing could be said: the issuer was out of reach.
    Unknown,
}

/// A kept attestation, opened and read.
pub(crate) struct Credential {
    pub(crate) id: CredentialId,
    pub(crate) collected_at: DateTime<Utc>,
    pub(crate) kept: Kept,
    /// All its claims, revealed.
    pub(crate) claims: Value,
    sd_jwt: SdJwt,
}

/// A private key at rest: PKCS#8, base64url. Erased from memory when dropped.
#[derive(Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct HolderKey(Secret);

/// A secret text, erased from memory when dropped.
#[derive(Clone, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub(crate) struct Secret(Zeroizing<String>);

/// A kept text no longer reads.
#[derive(Debug, thiserror::Error)]
pub(crate) enum KeptError {
    #[error("a kept attestation does not read")]
    Text(#[from] SdJwtError),
    #[error("a kept key does not read")]
    Key(#[from] KeyError),
}

/// Why an attestation cannot be checked at all.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CheckError {
    /// It does not read.
    #[error("the attestation does not read")]
    Unreadable(#[from] SdJwtError),
    /// VCI-W-015: it names another issuer than the one it came from. Nothing was fetched.
    #[error("the attestation is of another issuer")]
    OtherIssuer,
}

impl Kept {
    pub(crate) fn place(id: &CredentialId) -> Place<'_> {
        Place {
            table: "credentials",
            column: "sealed",
            id: id.as_str(),
        }
    }
}

impl Credential {
    /// Reads what was kept.
    pub(crate) fn read(id: CredentialId, collected_at: DateTime<Utc>, kept: Kept) -> Result<Self, KeptError> {
        let sd_jwt = SdJwt::parse(&kept.text)?;
        let claims = sd_jwt.reveal()?.claims;
        Ok(Self {
            id,
            collected_at,
            kept,
            claims,
            sd_jwt,
        })
    }

    pub(crate) fn sd_jwt(&self) -> &SdJwt {
        &self.sd_jwt
    }

    /// `iat`, in seconds; 0 when it is not said.
    pub(crate) fn issued_at(&self) -> i64 {
        self.claims["iat"].as_i64().unwrap_or(0)
    }

    /// The organisation's name as signed; the one the issuer gives itself when it is not in the attestation.
    pub(crate) fn organisation(&self) -> &str {
        self.claims["issuing_organization"]["legal_name"]
            .as_str()
            .unwrap_or(&self.kept.issuer.name)
    }
}

impl HolderKey {
    /// A fresh key.
    pub(crate) fn generate() -> Self {
        Self(Secret(Zeroizing::new(
            URL_SAFE_NO_PAD.encode(&*SigningKey::generate().to_pkcs8()),
        )))
    }

    /// Ready to sign.
    pub(crate) fn open(&self) -> Result<SigningKey, KeyError> {
        let der = URL_SAFE_NO_PAD
            .decode(self.0.expose())
            .map(Zeroizing::new)
            .map_err(|_| KeyError::MalformedPrivate)?;
        SigningKey::from_pkcs8(&der)
    }
}

impl Secret {
    pub(crate) fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Self {
        Self::new(text)
    }
}

impl From<Secret> for String {
    fn from(secret: Secret) -> Self {
        secret.expose().to_owned()
    }
}

/// Checks an attestation against what its issuer publishes (VCI-W-015). Over the network; a status list may be as old as its
/// issuer allows.
pub(crate) async fn check(app: &App, text: &str, issuer: &str, vct: &str, holder: &str) -> Result<Verdict, CheckError> {
    let needs = verification::needs(text)?;
    if needs.issuer != issuer {
        return Err(CheckError::OtherIssuer);
    }
    let now = app.now();
    let materials = materials::fetch(&app.http, &app.editions, &TypeRegistry::ours(), &needs, now).await;
    let expectation = Expectation::Collected { issuer, vct, holder };
    let rules = app.verification_rules();
    Ok(verification::verify_under(&rules, text, expectation, &materials, now)?)
}

impl Standing {
    /// What a verdict says of an attestation that was kept.
    pub(crate) fn of(verdict: &Verdict) -> Self {
        if verdict.accepted(Policy::Strict) {
            return Self::Good;
        }
        if let Some(standing) = verdict.outcome(CheckId::Status).and_then(Self::of_status) {
            return standing;
        }
        match verdict.outcome(CheckId::Time) {
            Some(Outcome::Failed(Reason::Expired)) => Self::Expired,
            _ if verdict.has_failed() => Self::Doubtful,
            _ if verdict.accepted(Policy::AcceptUncheckedStatus) => Self::StatusUnchecked,
            _ => Self::Unknown,
        }
    }

    /// What stands once a check gave `found`: what was known against an attestation is not forgotten because nobody
    /// answered.
    pub(crate) fn then(self, found: Self) -> Self {
        let against = matches!(self, Self::Revoked | Self::Suspended | Self::Expired | Self::Doubtful);
        let unchecked = matches!(found, Self::StatusUnchecked | Self::Unknown);
        if against && unchecked { self } else { found }
    }

    fn of_status(outcome: Outcome) -> Option<Self> {
        match outcome {
            Outcome::Failed(Reason::Revoked) => Some(Self::Revoked),
            Outcome::Failed(Reason::Suspended) => Some(Self::Suspended),
            _ => None,
        }
    }

    /// The key of its sentence.
    pub(crate) fn key(self) -> &'static str {
        match self {
            Self::Good => "standing-good",
            Self::StatusUnchecked => "standing-status-unchecked",
            Self::Revoked => "standing-revoked",
            Self::Suspended => "standing-suspended",
            Self::Expired => "standing-expired",
            Self::Doubtful => "standing-doubtful",
            Self::Unknown => "standing-unknown",
        }
    }

    /// The key of a word or two, for lists.
    pub(crate) fn short_key(self) -> &'static str {
        match self {
            Self::Good => "standing-short-good",
            Self::StatusUnchecked | Self::Unknown => "standing-short-unknown",
            Self::Revoked => "standing-short-revoked",
            Self::Suspended => "standing-short-suspended",
            Self::Expired => "standing-short-expired",
            Self::Doubtful => "standing-short-doubtful",
        }
    }

    /// The class of its notice.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Good => "notice",
            Self::StatusUnchecked | Self::Unknown | Self::Suspended => "notice warn",
            Self::Revoked | Self::Expired | Self::Doubtful => "notice bad",
        }
    }

    /// Whether its hours still count in the path.
    pub(crate) fn counts(self) -> bool {
        !matches!(self, Self::Revoked | Self::Expired | Self::Doubtful)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_against_an_attestation_outlives_a_check_that_could_not_be_made() {
        for known in [
            Standing::Revoked,
            Standing::Suspended,
            Standing::Expired,
            Standing::Doubtful,
        ] {
            for found in [Standing::StatusUnchecked, Standing::Unknown] {
                assert_eq!(known.then(found), known);
            }
            assert_eq!(known.then(Standing::Good), Standing::Good);
        }
        assert_eq!(Standing::Suspended.then(Standing::Revoked), Standing::Revoked);
        assert_eq!(Standing::Good.then(Standing::Unknown), Standing::Unknown);
    }
}
