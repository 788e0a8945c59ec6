//! Tables `organisations`, `organisation_keys`.

use chrono::{DateTime, Utc};
use shared::{
    keys::{Jwk, PublicKey, certificate::CertificateChain},
    on,
    organisation::{Organisation, Rna, Siren, Siret, Slug},
    service::{
        db::{Inconsistent, Tx},
        rows,
    },
};
use sqlx::types::Json;

use super::{HostedOrganisation, PublishedKey, Regime, SealedKey};

const FIND: &str = "SELECT slug, name, rna, siren, siret, regime, passphrase FROM organisations WHERE slug = $1";
const LIST: &str = "SELECT slug, name, rna, siren, siret, regime, passphrase FROM organisations ORDER BY slug";
const INSERT: &str = "INSERT INTO organisations (slug, name, rna, siren, siret, regime, passphrase, created_at) \
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
const SET_PASSPHRASE: &str = "UPDATE organisations SET passphrase = $2 WHERE slug = $1";
const INSERT_KEY: &str =
    "INSERT INTO organisation_keys (kid, organisation, sealed, public_jwk, created_at) VALUES ($1, $2, $3, $4, $5)";
const NEWEST_KEY: &str = "SELECT kid, sealed, certificates FROM organisation_keys WHERE organisation = $1 ORDER BY created_at DESC, kid LIMIT 1";
const SET_CERTIFICATES: &str = "UPDATE organisation_keys SET certificates = $2 WHERE kid = $1";
const PUBLIC_KEYS: &str =
    "SELECT kid, public_jwk FROM organisation_keys WHERE organisation = $1 ORDER BY created_at DESC, kid";

#[cfg(test)]
pub(crate) const STATEMENTS: &[&str] = &[
    FIND,
    LIST,
    INSERT,
    SET_PASSPHRASE,
    INSERT_KEY,
    NEWEST_KEY,
    SET_CERTIFICATES,
    PUBLIC_KEYS,
];

#[derive(sqlx::FromRow)]
struct OrganisationRow {
    slug: String,
    name: String,
    rna: Option<String>,
    siren: Option<String>,
    siret: Option<String>,
    regime: Regime,
    passphrase: String,
}

impl TryFrom<OrganisationRow> for HostedOrganisation {
    type Error = Inconsistent;

    fn try_from(row: OrganisationRow) -> Result<Self, Inconsistent> {
        let wrong = |column| Inconsistent {
            table: "organisations",
            column,
        };
        Ok(Self {
            slug: rows::parsed(&row.slug, "organisations", "slug")?,
            legal: Organisation {
                name: rows::parsed(&row.name, "organisations", "name")?,
                rna: row.rna.map(TryInto::try_into).transpose().map_err(|_| wrong("rna"))?,
                siren: row
                    .siren
                    .map(TryInto::try_into)
                    .transpose()
                    .map_err(|_| wrong("siren"))?,
                siret: row
                    .siret
                    .map(TryInto::try_into)
                    .transpose()
                    .map_err(|_| wrong("siret"))?,
            },
            regime: row.regime,
            passphrase: row.passphrase,
        })
    }
}

#[derive(sqlx::FromRow)]
struct KeyRow {
    kid: String,
    public_jwk: Json<Jwk>,
}

impl TryFrom<KeyRow> for PublishedKey {
    type Error = Inconsistent;

    fn try_from(row: KeyRow) -> Result<Self, Inconsistent> {
        let key = PublicKey::from_jwk(&row.public_jwk);
        let key = key.map_err(|_| Inconsistent {
            table: "organisation_keys",
            column: "public_jwk",
        })?;
        Ok(Self {
            kid: row.kid,
            key,
            jwk: row.public_jwk.0,
        })
    }
}

#[derive(sqlx::FromRow)]
struct SealedKeyRow {
    kid: String,
    sealed: Vec<u8>,
    certificates: Option<String>,
}

impl TryFrom<SealedKeyRow> for SealedKey {
    type Error = Inconsistent;

    fn try_from(row: SealedKeyRow) -> Result<Self, Inconsistent> {
        let certificates = row.certificates.as_deref().map(CertificateChain::from_pem).transpose();
        Ok(Self {
            kid: row.kid,
            sealed: row.sealed,
            certificates: certificates.map_err(|_| Inconsistent {
                table: "organisation_keys",
                column: "certificates",
            })?,
        })
    }
}

pub(crate) async fn find(tx: &mut Tx, slug: &Slug) -> sqlx::Result<Option<HostedOrganisation>> {
    let row: Option<OrganisationRow> = on!(tx, c => sqlx::query_as(FIND).bind(slug.as_str()).fetch_optional(c).await)?;
    rows::optional(row)
}

pub(crate) async fn list(tx: &mut Tx) -> sqlx::Result<Vec<HostedOrganisation>> {
    let found: Vec<OrganisationRow> = on!(tx, c => sqlx::query_as(LIST).fetch_all(c).await)?;
    rows::every(found)
}

pub(crate) async fn insert(tx: &mut Tx, organisation: &HostedOrganisation, now: DateTime<Utc>) -> sqlx::Result<()> {
    let legal = &organisation.legal;
    on!(tx, c => sqlx::query(INSERT)
        .bind(organisation.slug.as_str())
        .bind(legal.name.as_str())
        .bind(legal.rna.as_ref().map(Rna::as_str))
        .bind(legal.siren.as_ref().map(Siren::as_str))
        .bind(legal.siret.as_ref().map(Siret::as_str))
        .bind(organisation.regime)
        .bind(&organisation.passphrase)
        .bind(now)
        .execute(c).await.map(drop))
}

/// Whether there is such an organisation.
pub(crate) async fn set_passphrase(tx: &mut Tx, organisation: &Slug, passphrase: &str) -> sqlx::Result<bool> {
    let changed: u64 = on!(tx, c => sqlx::query(SET_PASSPHRASE)
        .bind(organisation.as_str())
        .bind(passphrase)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(changed > 0)
}

pub(crate) async fn insert_key(
    tx: &mut Tx,
    organisation: &Slug,
    kid: &str,
    sealed: &[u8],
    public: &Jwk,
    now: DateTime<Utc>,
) -> sqlx::Result<()> {
    on!(tx, c => sqlx::query(INSERT_KEY)
        .bind(kid)
        .bind(organisation.as_str())
        .bind(sealed)
        .bind(Json(public))
        .bind(now)
        .execute(c).await.map(drop))
}

/// The key that signs now.
pub(crate) async fn newest_key(tx: &mut Tx, organisation: &Slug) -> sqlx::Result<Option<SealedKey>> {
    let row: Option<SealedKeyRow> =
        on!(tx, c => sqlx::query_as(NEWEST_KEY).bind(organisation.as_str()).fetch_optional(c).await)?;
    rows::optional(row)
}

/// Replaces the certificates of a key.
pub(crate) async fn set_certificates(
    tx: &mut Tx,
    kid: &str,
    certificates: Option<&CertificateChain>,
) -> sqlx::Result<()> {
    on!(tx, c => sqlx::query(SET_CERTIFICATES)
        .bind(kid)
        .bind(certificates.map(CertificateChain::to_pem))
        .execute(c).await.map(drop))
}

/// Every key that something may still be signed with, the newest first.
pub(crate) async fn public_keys(tx: &mut Tx, organisation: &Slug) -> sqlx::Result<Vec<PublishedKey>> {
    let found: Vec<KeyRow> = on!(tx, c => sqlx::query_as(PUBLIC_KEYS).bind(organisation.as_str()).fetch_all(c).await)?;
    rows::every(found)
}
