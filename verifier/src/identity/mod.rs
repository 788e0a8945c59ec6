//! Who we are to wallets: `did:web` of our public address, and the ES256 key that signs our requests.
//!
//! The key is made at the first start and rests sealed. Several processes may start at once on one database: the first to
//! write wins, the others read what it wrote.

pub(crate) mod api;
pub(crate) mod store;

use chrono::{DateTime, Utc};
use shared::{
    did::{Did, DidDocument, DidError},
    entropy::Entropy,
    keys::{
        KeyError, SigningKey,
        seal::{SealingKey, Unopenable},
    },
    oid4vp::ClientId,
    service::db::Tx,
};
use url::Url;

/// What the one key is for.
const PURPOSE: &str = "requests";
/// Where it rests, as authenticated by its seal.
const PLACE: &str = "keys.sealed.requests";

/// Why we cannot be ourselves.
#[derive(Debug, thiserror::Error)]
pub(crate) enum IdentityError {
    /// The public address makes no did:web.
    #[error(transparent)]
    Did(#[from] DidError),
    /// The key file is not the one that sealed our key.
    #[error("the signing key does not open with this key file")]
    Sealed(#[from] Unopenable),
    /// The sealed bytes are no key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The database failed.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}

/// Who we are.
pub(crate) struct Identity {
    did: Did,
    key: SigningKey,
    kid: String,
}

impl Identity {
    fn new(did: Did, key: SigningKey) -> Self {
        let kid = format!("{did}#{}", key.public().thumbprint());
        Self { did, key, kid }
    }

    /// `decentralized_identifier:did:web:…` (VP-V-009).
    pub(crate) fn client_id(&self) -> ClientId {
        ClientId::DecentralizedIdentifier(self.did.clone())
    }

    /// The key that signs requests.
    pub(crate) fn key(&self) -> &SigningKey {
        &self.key
    }

    /// Its DID URL.
    pub(crate) fn kid(&self) -> &str {
        &self.kid
    }

    /// What we publish.
    pub(crate) fn document(&self) -> DidDocument {
        DidDocument::publish(&self.did, std::slice::from_ref(self.key.public()))
    }
}

/// Reads our key, or makes it.
pub(crate) async fn open(
    tx: &mut Tx,
    keys: &SealingKey,
    public_url: &Url,
    entropy: &dyn Entropy,
    now: DateTime<Utc>,
) -> Result<Identity, IdentityError> {
    let did = Did::web(public_url)?;
    let sealed = if let Some(sealed) = store::find(tx, PURPOSE).await? {
        sealed
    } else {
        let fresh = keys.seal(&SigningKey::generate().to_pkcs8(), PLACE, entropy);
        store::insert(tx, PURPOSE, &fresh, now).await?;
        // Another process may have been first on PostgreSQL: what is stored counts, not what we made.
        store::find(tx, PURPOSE).await?.ok_or(sqlx::Error::RowNotFound)?
    };
    let key = SigningKey::from_pkcs8(&keys.open(&sealed, PLACE)?)?;
    Ok(Identity::new(did, key))
}

#[cfg(test)]
mod tests {
    use shared::{did::Purpose, entropy::SystemEntropy};

    use super::*;
    use crate::testing;

    #[tokio::test]
    async fn the_key_is_made_once_and_listed_in_our_document() {
        shared::on_every_database!(crate::app::SQLITE, crate::app::POSTGRES, |db| {
            let keys = SealingKey::random(&SystemEntropy);
            let url = "http://localhost:8083".parse().unwrap();
            let mut tx = db.write().await.unwrap();
            let first = open(&mut tx, &keys, &url, &SystemEntropy, testing::now())
                .await
                .unwrap();
            let second = open(&mut tx, &keys, &url, &SystemEntropy, testing::now())
                .await
                .unwrap();
            assert_eq!(first.kid(), second.kid());
            assert_eq!(
                first.client_id().to_string(),
                "decentralized_identifier:did:web:localhost%3A8083"
            );
            assert!(first.document().key(first.kid(), Purpose::Authentication).is_ok());

            let others = SealingKey::random(&SystemEntropy);
            let stolen = open(&mut tx, &others, &url, &SystemEntropy, testing::now()).await;
            assert!(
                matches!(stolen, Err(IdentityError::Sealed(_))),
                "another key file opens nothing"
            );
        });
    }
}
