//! Signed lists, kept until the database says that they changed.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Utc};

use super::{ListId, TTL};

/// The most that are kept: some 40 kB each at worst.
const MAX_KEPT: usize = 512;

/// The last signature of each list, in the memory of this process. It decides nothing: a list is given again only while the
/// database names the same revision and the same key.
#[derive(Debug, Default)]
pub(crate) struct SignedLists(Mutex<BTreeMap<ListId, Signed>>);

/// A list as it was signed.
#[derive(Debug, Clone)]
pub(super) struct Signed {
    pub(super) revision: u64,
    pub(super) kid: String,
    pub(super) at: DateTime<Utc>,
    pub(super) token: Arc<str>,
}

impl SignedLists {
    /// The list at this revision, by this key, signed less than its `ttl` ago: some count from `iat`, and `exp` is never near.
    pub(super) fn current(&self, list: &ListId, revision: u64, kid: &str, now: DateTime<Utc>) -> Option<Arc<str>> {
        let kept = self.lock();
        let signed = kept.get(list)?;
        let is_current = signed.revision == revision && signed.kid == kid && signed.at <= now && now < signed.at + TTL;
        is_current.then(|| Arc::clone(&signed.token))
    }

    /// Keeps a list, unless a later revision came meanwhile.
    pub(super) fn keep(&self, list: &ListId, signed: Signed) {
        let mut kept = self.lock();
        if kept.get(list).is_some_and(|known| known.revision > signed.revision) {
            return;
        }
        kept.insert(list.clone(), signed);
        if kept.len() > MAX_KEPT {
            let oldest = kept.iter().min_by_key(|(_, signed)| signed.at);
            if let Some(oldest) = oldest.map(|(list, _)| list.clone()) {
                kept.remove(&oldest);
            }
        }
    }

    /// A panic elsewhere leaves whole lists behind.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<ListId, Signed>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use chrono::Duration;
    use shared::testing::SeededEntropy;

    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-03-15T10:00:00Z".parse().unwrap()
    }

    fn signed(revision: u64, at: DateTime<Utc>, token: &str) -> Signed {
        Signed {
            revision,
            kid: "k1".to_owned(),
            at,
            token: token.into(),
        }
    }

    #[test]
    fn a_list_is_given_again_at_the_same_revision_by_the_same_key_within_its_ttl() {
        let (lists, list) = (SignedLists::default(), ListId::random(&SeededEntropy::new(1)));
        assert_eq!(lists.current(&list, 0, "k1", now()), None);
        lists.keep(&list, signed(3, now(), "three"));
        assert_eq!(lists.current(&list, 3, "k1", now()).as_deref(), Some("three"));
        for (revision, kid, at) in [
            (2, "k1", now()),
            (4, "k1", now()),
            (3, "k2", now()),
            (3, "k1", now() + TTL),
            (3, "k1", now() - Duration::seconds(1)),
        ] {
            assert_eq!(lists.current(&list, revision, kid, at), None, "{revision} {kid} {at}");
        }
    }

    #[test]
    fn an_older_revision_never_replaces_a_newer_one() {
        let (lists, list) = (SignedLists::default(), ListId::random(&SeededEntropy::new(1)));
        lists.keep(&list, signed(3, now(), "three"));
        lists.keep(&list, signed(2, now(), "two"));
        assert_eq!(lists.current(&list, 3, "k1", now()).as_deref(), Some("three"));
    }

    #[test]
    fn the_oldest_is_forgotten_first() {
        let (lists, entropy) = (SignedLists::default(), SeededEntropy::new(1));
        let first = ListId::random(&entropy);
        lists.keep(&first, signed(0, now() - Duration::seconds(1), "first"));
        for _ in 0..MAX_KEPT {
            lists.keep(&ListId::random(&entropy), signed(0, now(), "other"));
        }
        assert_eq!(lists.lock().len(), MAX_KEPT);
        assert_eq!(lists.current(&first, 0, "k1", now()), None);
    }
}
