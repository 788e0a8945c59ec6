//! Organisations this service hosts: who they are, their keys, how their treasurer signs in.
//!
//! Each has its issuer identifier, the did:web of it, an ES256 key that rests sealed, and certificates of that key when an
//! authority gave it any (`design.md` §4).

pub(crate) mod api;
pub(crate) mod pages;
pub(crate) mod store;

use chrono::{DateTime, Duration, Utc};
use shared::{
    keys::{
        Jwk, KeyError, PublicKey, SigningKey,
        certificate::{CertificateChain, Unfit},
        seal::Unopenable,
    },
    organisation::{Organisation, Slug},
    service::{
        db::{Tx, is_unique_violation},
        password, throttle,
    },
};
use zeroize::Zeroizing;

use crate::App;

/// Tries of a passphrase in a window.
const TRIES: u32 = 10;

/// What kind of body it is to the law (`musette-rule/1`, `issuers.regime`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type, clap::ValueEnum)]
#[sqlx(type_name = "TEXT", rename_all = "snake_case")]
#[value(rename_all = "snake_case")]
pub enum Regime {
    /// Association declared under the law of 1 July 1901.
    Loi1901,
    /// Association of the register of Alsace-Moselle: no RNA.
    AlsaceMoselle,
    /// Company.
    Entreprise,
    /// Fire and rescue service.
    Sdis,
}

/// An organisation of this service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostedOrganisation {
    /// Last part of its addresses.
    pub slug: Slug,
    /// What its attestations say of it.
    pub legal: Organisation,
    /// What it is to the law.
    pub regime: Regime,
    /// PHC string of the treasurer's passphrase.
    passphrase: String,
}

/// A public key of an organisation.
pub(crate) struct PublishedKey {
    pub(crate) kid: String,
    pub(crate) key: PublicKey,
    jwk: Jwk,
}

impl PublishedKey {
    /// As published: named, for ES256 signatures.
    pub(crate) fn to_jwk(&self) -> Jwk {
        self.jwk.clone().named(&self.kid, "ES256", "sig")
    }
}

/// The key that signs, at rest.
pub(crate) struct SealedKey {
    kid: String,
    /// PKCS#8.
    sealed: Vec<u8>,
    certificates: Option<CertificateChain>,
}

/// The key that signs now.
pub(crate) struct Signer {
    pub(crate) kid: String,
    pub(crate) key: SigningKey,
    /// As they were registered: time has passed since.
    certificates: Option<CertificateChain>,
}

impl Signer {
    /// The certificates that go with what is signed at `now` as `issuer`; none when the key has none.
    pub(crate) fn certificates(&self, issuer: &str, now: DateTime<Utc>) -> Result<Option<&CertificateChain>, Unfit> {
        let chain = self.certificates.as_ref();
        chain.map_or(Ok(()), |chain| chain.fit(self.key.public(), issuer, now))?;
        Ok(chain)
    }
}

/// Why an organisation was not added.
#[derive(Debug, thiserror::Error)]
pub enum AddError {
    /// Another organisation has this slug.
    #[error("an organisation already has the address {0}")]
    SlugTaken(Slug),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Why a key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    /// It was sealed by another key file, or moved.
    #[error(transparent)]
    Unopenable(#[from] Unopenable),
    /// It does not parse.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The organisation has none.
    #[error("the organisation has no key")]
    NoKey,
    /// The database failed.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Why certificates were not registered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CertificatesError {
    /// They are not for this key and this issuer, now.
    #[error(transparent)]
    Unfit(#[from] Unfit),
    /// The organisation's key.
    #[error(transparent)]
    Key(#[from] KeyringError),
    /// The database.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// An organisation to add. `passphrase` is a PHC string, from [`password::hash`].
#[derive(Debug)]
pub struct NewOrganisation {
    /// Last part of its addresses.
    pub slug: Slug,
    /// What its attestations say of it.
    pub legal: Organisation,
    /// What it is to the law.
    pub regime: Regime,
    /// PHC string of the treasurer's passphrase.
    pub passphrase: String,
}

/// Adds an organisation with a fresh key.
pub(crate) async fn add(app: &App, tx: &mut Tx, new: NewOrganisation) -> Result<HostedOrganisation, AddError> {
    let NewOrganisation {
        slug,
        legal,
        regime,
        passphrase,
    } = new;
    if store::find(tx, &slug).await?.is_some() {
        return Err(AddError::SlugTaken(slug));
    }
    let organisation = HostedOrganisation {
        slug,
        legal,
        regime,
        passphrase,
    };
    if let Err(error) = store::insert(tx, &organisation, app.now()).await {
        let taken = is_unique_violation(&error);
        return Err(if taken {
            AddError::SlugTaken(organisation.slug)
        } else {
            error.into()
        });
    }
    let key = SigningKey::generate();
    let kid = key.public().thumbprint();
    let sealed = app.keys.seal(&key.to_pkcs8(), &key_place(&kid), app.entropy.as_ref());
    store::insert_key(tx, &organisation.slug, &kid, &sealed, &key.public().to_jwk(), app.now()).await?;
    Ok(organisation)
}

/// Replaces the treasurer's passphrase (a PHC string) and ends their sessions; false when there is no such organisation.
pub(crate) async fn set_passphrase(app: &App, tx: &mut Tx, slug: &Slug, passphrase: &str) -> sqlx::Result<bool> {
    app.sessions.close_all(tx, slug.as_str()).await?;
    store::set_passphrase(tx, slug, passphrase).await
}

/// Replaces the certificates of the key that signs now. Refuses those that nobody would believe.
pub(crate) async fn set_certificates(
    app: &App,
    tx: &mut Tx,
    organisation: &Slug,
    certificates: Option<CertificateChain>,
) -> Result<(), CertificatesError> {
    let signer = signer(app, tx, organisation).await?;
    let signer = Signer { certificates, ..signer };
    let issuer = app.urls.issuer(organisation);
    let certificates = signer.certificates(issuer.as_str(), app.now())?;
    store::set_certificates(tx, &signer.kid, certificates).await?;
    Ok(())
}

/// Says which organisations have certificates that no longer serve: their attestations cannot be collected.
pub(crate) async fn warn_of_certificates(app: &App) -> Result<(), KeyringError> {
    let mut tx = app.db.read().await?;
    for organisation in store::list(&mut tx).await? {
        let slug = &organisation.slug;
        let issuer = app.urls.issuer(slug);
        let signer = signer(app, &mut tx, slug).await?;
        if let Err(error) = signer.certificates(issuer.as_str(), app.now()) {
            tracing::warn!(
                organisation = slug.as_str(),
                error = &error as &dyn std::error::Error,
                "the certificates no longer serve: nothing is issued"
            );
        }
    }
    Ok(())
}

/// The `kid` of the key that signs now.
pub(crate) async fn signing_kid(tx: &mut Tx, organisation: &Slug) -> Result<String, KeyringError> {
    let newest = store::newest_key(tx, organisation).await?.ok_or(KeyringError::NoKey)?;
    Ok(newest.kid)
}

/// The key that signs now.
pub(crate) async fn signer(app: &App, tx: &mut Tx, organisation: &Slug) -> Result<Signer, KeyringError> {
    let newest = store::newest_key(tx, organisation).await?.ok_or(KeyringError::NoKey)?;
    let der = app.keys.open(&newest.sealed, &key_place(&newest.kid))?;
    Ok(Signer {
        key: SigningKey::from_pkcs8(&der)?,
        kid: newest.kid,
        certificates: newest.certificates,
    })
}

/// What came of a sign-in.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SignIn {
    /// The passphrase fits.
    Welcome(Slug),
    /// It does not, or there is no such organisation: the answer is the same.
    Refused,
    /// Too many tries.
    TooMany,
}

/// Checks a passphrase. Opens its own transactions, because hashing is slow and must not hold one.
pub(crate) async fn sign_in(app: &App, slug: &str, passphrase: Zeroizing<String>) -> sqlx::Result<SignIn> {
    let Ok(slug) = slug.trim().parse::<Slug>() else {
        return Ok(SignIn::Refused);
    };
    let throttle_key = format!("sign-in:{slug}");
    let mut tx = app.db.write().await?;
    let allowed = throttle::allow(&mut tx, &throttle_key, TRIES, Duration::minutes(15), app.now()).await?;
    let organisation = store::find(&mut tx, &slug).await?;
    tx.commit().await?;
    if !allowed {
        return Ok(SignIn::TooMany);
    }
    // An unknown organisation takes as long as a known one.
    let phc = organisation
        .map(|organisation| organisation.passphrase)
        .unwrap_or_default();
    if !password::verify(passphrase, phc).await {
        return Ok(SignIn::Refused);
    }
    let mut tx = app.db.write().await?;
    throttle::clear(&mut tx, &throttle_key).await?;
    tx.commit().await?;
    Ok(SignIn::Welcome(slug))
}

fn key_place(kid: &str) -> String {
    format!("organisation_keys.sealed/{kid}")
}
