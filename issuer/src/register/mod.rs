//! The register of what was issued: id, digest, place in a status list, revocation. Never the credential itself, nor
//! anything it says (`domain.md` §5, VCI-I-086).

pub(crate) mod store;

use chrono::{DateTime, Utc};
use shared::{keys::seal, service::db::Tx, text::Text};

use crate::{
    App,
    attestations::AttestationId,
    status::{self, Place},
};

shared::id! {
    /// Names an issued credential, here only.
    pub struct CredentialId;
}

/// A credential to enter.
pub(crate) struct Entry {
    pub(crate) id: CredentialId,
    pub(crate) attestation: AttestationId,
    pub(crate) digest: [u8; 32],
    pub(crate) kid: String,
    pub(crate) place: Place,
    pub(crate) issued_at: DateTime<Utc>,
    pub(crate) expires_at: DateTime<Utc>,
}

/// When and why an attestation was taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// When.
    pub at: DateTime<Utc>,
    /// Why, in the organisation's words.
    pub reason: Text<200>,
}

/// What identifies a credential without saying anything of it.
pub(crate) fn digest(credential: &str) -> [u8; 32] {
    seal::digest(credential.as_bytes())
}

/// Revokes the credential of an attestation, in the register and in its status list. `false`: none, or already revoked.
pub(crate) async fn revoke(
    app: &App,
    tx: &mut Tx,
    attestation: &AttestationId,
    reason: &Text<200>,
) -> sqlx::Result<bool> {
    let Some(place) = store::revoke(tx, attestation, reason, app.now()).await? else {
        return Ok(false);
    };
    status::store::revoke(tx, &place).await?;
    Ok(true)
}
