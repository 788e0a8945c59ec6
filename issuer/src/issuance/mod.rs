//! Issuance: an access token and a key proof become a credential, once (OpenID4VCI 1.0 §8).

pub(crate) mod api;

use chrono::{DateTime, Days, Months, NaiveDate, NaiveTime, Utc};
use shared::{
    activity::AttestationError,
    credential::{
        ACTIVITY_CONFIGURATION,
        activity_claims::{Envelope, to_claims},
    },
    format::sd_jwt_vc::{self, SdJwtError},
    keys::certificate::Unfit,
    oid4vci::{CredentialRequest, ErrorCode, proof, proof::ProofError},
    service::db::Tx,
};

use crate::{
    App,
    attestations::{self, OpenError},
    authorization, offers,
    organisations::{self, HostedOrganisation, KeyringError, Signer},
    register::{self, CredentialId, Entry},
    status,
};

/// How long an attestation is valid.
const YEARS: Months = Months::new(5 * 12);

/// Why nothing was issued. The transaction is to be dropped: neither token, nonce nor offer is used up.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IssuanceError {
    /// RFC 6750 §3.1: unknown, expired, of another organisation, or its attestation was collected or taken back.
    #[error("the access token is unknown, expired or used")]
    Token,
    /// §8.3.1.2.
    #[error("the request was refused as {0}")]
    Request(ErrorCode),
    /// §8.3.1.2 `unknown_credential_configuration`.
    #[error("the configuration is unknown")]
    UnknownConfiguration,
    /// §12.2.4: one proof only, since `batch_credential_issuance` is absent (VCI-I-010).
    #[error("one key proof is expected")]
    ManyProofs,
    /// App. F.4.
    #[error(transparent)]
    Proof(#[from] ProofError),
    /// §8.3.1.2 `invalid_nonce`: not ours, expired or used.
    #[error("the nonce is unknown, expired or used")]
    Nonce,
    /// What was signed does not read back.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// What was signed no longer makes an attestation.
    #[error(transparent)]
    Attestation(#[from] AttestationError),
    /// The organisation's key.
    #[error(transparent)]
    Key(#[from] KeyringError),
    /// Its certificates no longer serve: who expects them would refuse what is signed without.
    #[error("the organisation's certificates no longer serve: {0}")]
    Certificates(#[from] Unfit),
    /// The format.
    #[error(transparent)]
    Format(#[from] SdJwtError),
    /// The database.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Issues the attestation that `token` was given for, to the key that the proof proves. `request` is looked at only once
/// the token holds (VCI-I-083).
pub(crate) async fn issue(
    app: &App,
    tx: &mut Tx,
    organisation: &HostedOrganisation,
    token: &str,
    request: Result<CredentialRequest, ErrorCode>,
) -> Result<String, IssuanceError> {
    let slug = &organisation.slug;
    let offer = authorization::offer_of_token(app, tx, slug, token)
        .await?
        .ok_or(IssuanceError::Token)?;
    let request = request.map_err(IssuanceError::Request)?;
    if request.configuration != ACTIVITY_CONFIGURATION {
        return Err(IssuanceError::UnknownConfiguration);
    }
    let [jwt] = request.proofs.as_slice() else {
        return Err(IssuanceError::ManyProofs);
    };
    let issuer: String = app.urls.issuer(slug).into();
    let proof = proof::check(jwt, &issuer, app.now())?;
    if !authorization::consume_nonce(app, tx, slug, &proof.nonce).await? {
        return Err(IssuanceError::Nonce);
    }
    let id = CredentialId::random(app.entropy.as_ref());
    let attestation = offers::store::issue(tx, &offer, &id, app.now())
        .await?
        .ok_or(IssuanceError::Token)?;
    authorization::end_token(tx, token).await?;

    let signed = attestations::open(app, tx, slug, &attestation)
        .await?
        .ok_or(IssuanceError::Token)?;
    let attestation = signed.attestation(organisation.legal.clone())?;
    let place = status::allocate(app, tx, slug).await?;
    let expires_at = expiry(signed.signed_on);
    let envelope = Envelope {
        issuer,
        holder: proof.key,
        status: place.reference(app, slug),
        issued_on: signed.signed_on,
        expires_at,
    };
    let (claims, disclosable) = to_claims(&attestation, &envelope);
    let by = organisations::signer(app, tx, slug).await?;
    let certificates = by.certificates(&envelope.issuer, app.now())?;
    let Signer { kid, key, .. } = &by;
    let credential = sd_jwt_vc::issue_certified(claims, &disclosable, kid, certificates, key, app.entropy.as_ref())?;
    let entry = Entry {
        id,
        attestation: signed.id,
        digest: register::digest(&credential),
        kid: by.kid,
        place,
        issued_at: app.now(),
        expires_at,
    };
    register::store::insert(tx, slug, &entry).await?;
    Ok(credential)
}

/// Midnight, five years after the day of signature: no time of day, so that it tells nothing (VCI-I-086).
pub(crate) fn expiry(signed_on: NaiveDate) -> DateTime<Utc> {
    let day = signed_on
        .checked_add_months(YEARS)
        .and_then(|day| day.checked_add_days(Days::new(1)));
    day.unwrap_or(NaiveDate::MAX).and_time(NaiveTime::MIN).and_utc()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_attestation_is_valid_through_the_same_day_five_years_later() {
        let day = |year, month, day| NaiveDate::from_ymd_opt(year, month, day).unwrap();
        assert_eq!(expiry(day(2026, 3, 15)).to_rfc3339(), "2031-03-16T00:00:00+00:00");
        assert_eq!(expiry(day(2024, 2, 29)).to_rfc3339(), "2029-03-01T00:00:00+00:00");
    }
}
