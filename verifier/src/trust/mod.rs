//! The trust list: read from its file each time it is needed, so that a new edition counts at once, and believed only when
//! signed by the pinned authority.

pub(crate) mod cli;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use chrono::{DateTime, Utc};
use shared::{
    keys::{Jwk, PublicKey},
    trust::{MAX_BYTES, TrustList, TrustListError},
};

use crate::config::TrustFiles;

/// Why there is no trust list to rely on.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TrustError {
    /// The configuration names none.
    #[error("no trust list is configured")]
    NotConfigured,
    /// A file does not read.
    #[error("cannot read {path}")]
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The authority's file is no public P-256 JWK.
    #[error("the authority's key is not a public P-256 key")]
    Authority,
    /// The list does not hold.
    #[error(transparent)]
    List(#[from] TrustListError),
}

/// Reads and checks the list on a blocking thread. A stale list is given as it is: the trust check says so.
pub(crate) async fn read(files: Option<&TrustFiles>, now: DateTime<Utc>) -> Result<TrustList, TrustError> {
    let files = files.cloned().ok_or(TrustError::NotConfigured)?;
    let list = files.list.clone();
    tokio::task::spawn_blocking(move || read_files(&files, now))
        .await
        .map_err(|error| TrustError::Unreadable {
            path: list,
            source: io::Error::other(error),
        })?
}

fn read_files(files: &TrustFiles, now: DateTime<Utc>) -> Result<TrustList, TrustError> {
    let authority = authority(&text(&files.authority)?)?;
    Ok(TrustList::verify(text(&files.list)?.trim(), &authority, now)?)
}

/// Reads an authority's public JWK.
pub(crate) fn authority(json: &str) -> Result<PublicKey, TrustError> {
    let jwk: Jwk = serde_json::from_str(json).map_err(|_| TrustError::Authority)?;
    PublicKey::from_jwk(&jwk).map_err(|_| TrustError::Authority)
}

fn text(path: &Path) -> Result<String, TrustError> {
    let unreadable = |source| TrustError::Unreadable {
        path: path.to_owned(),
        source,
    };
    let length = fs::metadata(path).map_err(unreadable)?.len();
    if length > MAX_BYTES as u64 {
        return Err(unreadable(io::Error::new(
            io::ErrorKind::FileTooLarge,
            "larger than 4 MiB",
        )));
    }
    fs::read_to_string(path).map_err(unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    #[tokio::test]
    async fn only_a_list_signed_by_the_pinned_authority_is_believed() {
        let folder = tempfile::tempdir().unwrap();
        let now = testing::now();
        let (files, key) = testing::trust_files(folder.path());
        assert!(matches!(read(None, now).await, Err(TrustError::NotConfigured)));
        assert!(
            matches!(read(Some(&files), now).await, Err(TrustError::Unreadable { .. })),
            "there is no list yet"
        );

        let list = testing::trust_list(&[("https://paniers.example", "Les Paniers du Vallon")]);
        fs::write(&files.list, list.sign(&key)).unwrap();
        assert_eq!(read(Some(&files), now).await.unwrap(), list);

        fs::write(&files.list, list.sign(&shared::keys::SigningKey::generate())).unwrap();
        assert!(
            matches!(read(Some(&files), now).await, Err(TrustError::List(_))),
            "another authority signed it"
        );

        fs::write(&files.authority, "{}").unwrap();
        assert!(matches!(read(Some(&files), now).await, Err(TrustError::Authority)));
    }
}
