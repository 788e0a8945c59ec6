//! Lists that came and held, kept until they are to be fetched again.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Duration, Utc};

use super::StatusListCredential;

/// The longest that a list is kept, whatever its `ttl` says.
const MAX_TTL: Duration = Duration::hours(1);
/// How long one is kept that says nothing of it.
const DEFAULT_TTL: Duration = Duration::minutes(5);
/// The most memory they take, in bytes.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// The last edition of each status list whose proof held, in memory; the one to be fetched again soonest is forgotten first
/// when they take too much.
#[derive(Debug, Default)]
pub struct KeptLists(Mutex<BTreeMap<String, Kept>>);

#[derive(Debug)]
struct Kept {
    list: Arc<StatusListCredential>,
    at: DateTime<Utc>,
    until: DateTime<Utc>,
}

impl KeptLists {
    /// The list at this address that need not be fetched again at `now`.
    pub fn kept(&self, address: &str, now: DateTime<Utc>) -> Option<Arc<StatusListCredential>> {
        let lists = self.lock();
        let kept = lists.get(address)?;
        (kept.at <= now && now < kept.until).then(|| Arc::clone(&kept.list))
    }

    /// Keeps a list that came from this address at `now`, and whose proof held.
    pub fn keep(&self, address: &str, list: StatusListCredential, now: DateTime<Utc>) -> Arc<StatusListCredential> {
        let list = Arc::new(list);
        let until = list.keep_until(now).unwrap_or(now + DEFAULT_TTL).min(now + MAX_TTL);
        let mut lists = self.lock();
        let kept = Kept {
            list: Arc::clone(&list),
            at: now,
            until,
        };
        lists.insert(address.to_owned(), kept);
        while lists.values().map(|kept| kept.list.list().bytes()).sum::<usize>() > MAX_BYTES {
            let others = lists.iter().filter(|(other, _)| *other != address);
            let soonest = others
                .min_by_key(|(_, kept)| kept.until)
                .map(|(other, _)| other.clone());
            let Some(soonest) = soonest else { break };
            lists.remove(&soonest);
        }
        list
    }

    /// A panic elsewhere leaves whole lists behind.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status_list::bitstring::{Bitstring, MAX_INFLATED, MIN_ENTRIES, Purpose, StatusListTerms};

    fn now() -> DateTime<Utc> {
        "2027-01-10T09:30:00Z".parse().unwrap()
    }

    fn list(entries: u64, ttl: Option<Duration>) -> StatusListCredential {
        let terms = StatusListTerms {
            id: "https://asso.example.org/status/1",
            issuer: "did:web:asso.example.org",
            purposes: &[Purpose::Revocation],
            valid_from: now(),
            valid_until: None,
            ttl,
        };
        StatusListCredential::from_unsecured(&terms.unsigned(&Bitstring::new(1, entries).unwrap())).unwrap()
    }

    #[test]
    fn bsl_005_a_list_is_kept_as_long_as_it_says_and_not_longer_than_an_hour() {
        let lists = KeptLists::default();
        for (ttl, seconds) in [
            (None, 300),
            (Some(Duration::seconds(20)), 20),
            (Some(Duration::days(30)), 3600),
        ] {
            lists.keep("a", list(MIN_ENTRIES, ttl), now());
            assert!(lists.kept("a", now() + Duration::seconds(seconds - 1)).is_some());
            assert!(lists.kept("a", now() + Duration::seconds(seconds)).is_none());
        }
        assert!(lists.kept("a", now() - Duration::seconds(1)).is_none());
        assert!(lists.kept("b", now()).is_none());
    }

    #[test]
    fn neg_21_what_they_take_together_is_bounded() {
        let lists = KeptLists::default();
        let most = u64::try_from(MAX_INFLATED).unwrap() * 8;
        for address in ["a", "b", "c", "d", "e"] {
            lists.keep(address, list(most, None), now());
        }
        let kept = ["a", "b", "c", "d", "e"].map(|address| lists.kept(address, now()).is_some());
        assert_eq!(kept.iter().filter(|kept| **kept).count(), MAX_BYTES / MAX_INFLATED);
        assert!(kept[4]);
    }
}
