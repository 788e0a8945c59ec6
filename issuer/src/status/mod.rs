//! Status lists (Token Status List): one bit a credential, at a random place. A list is signed again only when its
//! statuses or its key changed, or after its `ttl`.

pub(crate) mod api;
mod signed;
pub(crate) mod store;

use std::sync::Arc;

use chrono::Duration;
use shared::{
    organisation::Slug,
    service::db::Tx,
    status_list::token::{ListSigner, StatusList, StatusListError, StatusReference},
};

use self::signed::Signed;
pub(crate) use self::signed::SignedLists;
use crate::{
    App,
    organisations::{self, KeyringError},
};

shared::id! {
    /// Names a status list.
    pub struct ListId;
}

/// Entries of a list: large enough that an index tells nothing (TSL-010).
pub(crate) const SIZE: u32 = 131_072;
/// How long a verifier may keep a list.
pub(crate) const TTL: Duration = Duration::seconds(300);
/// How long a list is valid.
pub(crate) const LIFETIME: Duration = Duration::days(1);
/// Random places tried before a list counts as full: with half of it taken, one in four thousand million misses them all.
pub(crate) const TRIES: usize = 32;

/// The place of one credential.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) list: ListId,
    pub(crate) entry: u32,
}

impl Place {
    /// As the credential says it.
    pub(crate) fn reference(&self, app: &App, organisation: &Slug) -> StatusReference {
        StatusReference {
            idx: self.entry.into(),
            uri: app.urls.status_list(organisation, &self.list).into(),
        }
    }
}

/// Why a list could not be published.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StatusError {
    #[error(transparent)]
    Key(#[from] KeyringError),
    #[error(transparent)]
    List(#[from] StatusListError),
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

/// Takes a free place at random, in the newest list or in a new one. No place is ever taken twice.
pub(crate) async fn allocate(app: &App, tx: &mut Tx, organisation: &Slug) -> sqlx::Result<Place> {
    if let Some(list) = store::newest(tx, organisation).await?
        && let Some(place) = place_in(app, tx, list).await?
    {
        return Ok(place);
    }
    let list = ListId::random(app.entropy.as_ref());
    store::insert(tx, &list, organisation, SIZE, app.now()).await?;
    place_in(app, tx, list).await?.ok_or(sqlx::Error::RowNotFound)
}

async fn place_in(app: &App, tx: &mut Tx, list: ListId) -> sqlx::Result<Option<Place>> {
    for _ in 0..TRIES {
        let entry = app.entropy.below(SIZE);
        if store::take(tx, &list, entry).await? {
            return Ok(Some(Place { list, entry }));
        }
    }
    Ok(None)
}

/// The signed list; `None` when this organisation has no such list. What is kept in memory is what the database has: other
/// processes change it too.
pub(crate) async fn token(
    app: &App,
    tx: &mut Tx,
    organisation: &Slug,
    list: &ListId,
) -> Result<Option<Arc<str>>, StatusError> {
    // The revision before the entries: a list may be newer than its revision says, never older.
    let Some(store::Listed { size, revision }) = store::find(tx, organisation, list).await? else {
        return Ok(None);
    };
    let (kid, now) = (organisations::signing_kid(tx, organisation).await?, app.now());
    if let Some(token) = app.signed_lists.current(list, revision, &kid, now) {
        return Ok(Some(token));
    }
    let mut statuses = StatusList::new(1, size)?;
    for entry in store::revoked(tx, list).await? {
        statuses.set(entry, 1)?;
    }
    let signer = organisations::signer(app, tx, organisation).await?;
    let issuer = app.urls.issuer(organisation);
    // Without those that are past their time: statuses are told all the same, to whoever knows the key.
    let certificates = signer.certificates(issuer.as_str(), now).unwrap_or_else(|error| {
        tracing::warn!(
            organisation = organisation.as_str(),
            error = &error as &dyn std::error::Error,
            "certificates no longer serve"
        );
        None
    });
    let by = ListSigner {
        kid: &signer.kid,
        certificates,
        key: &signer.key,
    };
    let uri = app.urls.status_list(organisation, list);
    let token: Arc<str> = statuses.sign_by(&by, uri.as_str(), now, LIFETIME, TTL).into();
    app.signed_lists.keep(
        list,
        Signed {
            revision,
            kid: signer.kid,
            at: now,
            token: Arc::clone(&token),
        },
    );
    Ok(Some(token))
}
