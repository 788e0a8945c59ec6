//! Editions that came, kept until they are to be fetched again.

use std::{
    collections::BTreeMap,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Duration, Utc};

use super::{Claims, Edition};

/// The longest that a list is kept, whatever its `ttl` says (TSL-007).
const MAX_TTL: Duration = Duration::hours(1);
/// How long one without `ttl` is kept.
const DEFAULT_TTL: Duration = Duration::minutes(5);
/// The most lists that are kept.
const MAX_LISTS: usize = 256;
/// The most memory they take, in bytes.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// The most editions of one list that wait to be believed: those of requests under way at the same time.
const MAX_WAITING: usize = 4;

/// The last edition of each status list, in memory.
///
/// An edition is given again until its `ttl` or `exp` (TSL-007), and only once somebody found its signature to hold: what
/// nobody believed is fetched again. One that was believed is never replaced by an older one (NEG-20). Number and memory are
/// bounded: what nobody believed is forgotten first, then what came longest ago.
#[derive(Debug, Default)]
pub struct Editions(Mutex<BTreeMap<String, Shelf>>);

/// The editions of one list.
#[derive(Debug, Default)]
struct Shelf {
    /// The newest that was believed.
    believed: Option<Received>,
    /// Those that were not, so far.
    waiting: Vec<Received>,
}

#[derive(Debug)]
struct Received {
    edition: Arc<Edition>,
    at: DateTime<Utc>,
}

impl Editions {
    /// The edition of `uri` that need not be fetched again at `now`.
    pub fn kept(&self, uri: &str, now: DateTime<Utc>) -> Option<Arc<Edition>> {
        let mut lists = self.lock();
        let known = lists.get_mut(uri)?;
        known.settle(uri);
        let Received { edition, at } = known.believed.as_ref()?;
        let is_fresh = *at <= now && now < edition.believed(uri)?.keep_until(*at);
        (is_fresh && !edition.is_doubted()).then(|| Arc::clone(edition))
    }

    /// Takes a token that came from `uri` at `now`. Gives the edition to check: this one, or a newer one that was believed
    /// before.
    pub fn receive(&self, uri: &str, token: &str, now: DateTime<Utc>) -> Arc<Edition> {
        let edition = Arc::new(Edition::new(token));
        // Read before anything is locked.
        let issued_at = edition.claims().ok().map(|claims| claims.issued_at);
        let mut lists = self.lock();
        let known = lists.entry(uri.to_owned()).or_default();
        known.settle(uri);
        if let (Some(issued_at), Some(Received { edition: newer, .. })) = (issued_at, &known.believed)
            && newer.believed(uri).is_some_and(|claims| issued_at < claims.issued_at)
        {
            return Arc::clone(newer);
        }
        if known.waiting.len() == MAX_WAITING {
            known.waiting.remove(0);
        }
        known.waiting.push(Received {
            edition: Arc::clone(&edition),
            at: now,
        });
        make_room(&mut lists, uri);
        edition
    }

    /// A panic elsewhere leaves whole shelves behind.
    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Shelf>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Forgets other lists than `uri` until the rest is within bounds.
fn make_room(lists: &mut BTreeMap<String, Shelf>, uri: &str) {
    while lists.len() > MAX_LISTS || lists.values().map(Shelf::bytes).sum::<usize>() > MAX_BYTES {
        let others = lists.iter().filter(|(other, _)| *other != uri);
        let Some(first) = others
            .min_by_key(|(_, shelf)| shelf.rank())
            .map(|(other, _)| other.clone())
        else {
            return;
        };
        lists.remove(&first);
    }
}

impl Shelf {
    /// What was believed since it came leaves the queue, and stays if it is the newest.
    fn settle(&mut self, uri: &str) {
        for received in mem::take(&mut self.waiting) {
            let Some(claims) = received.edition.believed(uri) else {
                self.waiting.push(received);
                continue;
            };
            let known = self.believed.as_ref();
            let newest = known
                .and_then(|known| known.edition.believed(uri))
                .map(|claims| claims.issued_at);
            if newest <= Some(claims.issued_at) {
                self.believed = Some(received);
            }
        }
    }

    fn all(&self) -> impl Iterator<Item = &Received> {
        self.believed.iter().chain(&self.waiting)
    }

    fn bytes(&self) -> usize {
        self.all().map(|received| received.edition.bytes()).sum()
    }

    /// The lowest is forgotten first.
    fn rank(&self) -> (bool, Option<DateTime<Utc>>) {
        let is_believed = self.all().any(|received| received.edition.signer.get().is_some());
        (is_believed, self.all().map(|received| received.at).max())
    }
}

impl Edition {
    /// Memory it takes at most: the token as text and decoded, and the list.
    fn bytes(&self) -> usize {
        2 * self.length + self.claims().map_or(0, |claims| claims.list.bytes())
    }
}

impl Claims {
    /// `ttl` after it came or `exp`, whichever is first.
    fn keep_until(&self, received_at: DateTime<Utc>) -> DateTime<Utc> {
        let ttl = self.ttl.and_then(Duration::try_seconds).unwrap_or(DEFAULT_TTL);
        let until = received_at
            .checked_add_signed(ttl.min(MAX_TTL))
            .unwrap_or(DateTime::<Utc>::MAX_UTC);
        let expiry = self.expiry.and_then(|expiry| DateTime::from_timestamp(expiry, 0));
        expiry.map_or(until, |expiry| expiry.min(until))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        keys::SigningKey,
        status_list::token::{Status, StatusList},
    };

    const URI: &str = "https://issuer.example/o/paniers/status/1";

    fn now() -> DateTime<Utc> {
        "2026-03-15T10:00:00Z".parse().unwrap()
    }

    fn after(seconds: i64) -> DateTime<Utc> {
        now() + Duration::seconds(seconds)
    }

    /// A token signed so many seconds from now, for a day, with this `ttl`, whose first entry is `status`.
    fn token(key: &SigningKey, uri: &str, signed: i64, ttl: i64, status: u8) -> String {
        let mut list = StatusList::new(1, 16).unwrap();
        list.set(0, status).unwrap();
        list.sign(uri, after(signed), Duration::days(1), Duration::seconds(ttl), "k", key)
    }

    /// What the first entry says in the edition that is to be checked.
    fn receive(editions: &Editions, key: &SigningKey, token: &str, at: i64) -> Status {
        let edition = editions.receive(URI, token, after(at));
        edition.verify(URI, key.public(), after(at)).unwrap().status(0).unwrap()
    }

    #[test]
    fn tsl_007_a_believed_list_is_kept_for_its_ttl() {
        let (editions, key) = (Editions::default(), SigningKey::generate());
        assert!(editions.kept(URI, now()).is_none());
        receive(&editions, &key, &token(&key, URI, -100, 300, 0), 0);
        let kept = editions.kept(URI, after(299)).unwrap();
        assert_eq!(
            kept.verify(URI, key.public(), after(299)).unwrap().status(0),
            Ok(Status::Valid)
        );
        assert!(editions.kept(URI, after(300)).is_none(), "past its ttl");
        assert!(editions.kept(URI, after(-1)).is_none(), "before it came");
        assert!(editions.kept("https://issuer.example/other", now()).is_none());
    }

    #[test]
    fn tsl_007_exp_and_our_own_bound_come_before_ttl() {
        let (editions, key) = (Editions::default(), SigningKey::generate());
        receive(&editions, &key, &token(&key, URI, 10 - 86_400, 300, 0), 0);
        assert!(editions.kept(URI, after(9)).is_some());
        assert!(editions.kept(URI, after(10)).is_none(), "expired");
        receive(&editions, &key, &token(&key, URI, 0, i64::MAX / 4000, 0), 20);
        assert!(editions.kept(URI, after(20) + MAX_TTL - Duration::seconds(1)).is_some());
        assert!(editions.kept(URI, after(20) + MAX_TTL).is_none(), "clamped");
    }

    #[test]
    fn neg_19_what_nobody_believed_is_fetched_again() {
        let (editions, key) = (Editions::default(), SigningKey::generate());
        let stranger = SigningKey::generate();
        for wrong in [
            token(&stranger, URI, 0, 300, 0),
            token(&key, "https://issuer.example/other", 0, 300, 0),
            "a.b.c".to_owned(),
        ] {
            let edition = editions.receive(URI, &wrong, now());
            assert!(edition.verify(URI, key.public(), now()).is_err());
            assert!(editions.kept(URI, now()).is_none());
        }
        let right = editions.receive(URI, &token(&key, URI, 0, 300, 0), now());
        assert!(editions.kept(URI, now()).is_none(), "not checked yet");
        right.verify(URI, key.public(), now()).unwrap();
        assert!(editions.kept(URI, now()).is_some());
        right.doubt();
        assert!(editions.kept(URI, now()).is_none(), "its key is no longer published");
    }

    #[test]
    fn neg_20_a_newer_edition_replaces_an_older_one_and_never_the_other_way_round() {
        let (editions, key) = (Editions::default(), SigningKey::generate());
        let (older, newer) = (token(&key, URI, 0, 300, 0), token(&key, URI, 60, 300, 1));
        assert_eq!(receive(&editions, &key, &older, 0), Status::Valid);
        assert_eq!(receive(&editions, &key, &newer, 301), Status::Invalid);
        assert_eq!(receive(&editions, &key, &older, 700), Status::Invalid);
        assert!(
            editions.kept(URI, after(700)).is_none(),
            "an old answer does not prolong the newer one"
        );
        // Nobody's signature bars nothing.
        let forged = token(&SigningKey::generate(), URI, 9000, 300, 0);
        editions.receive(URI, &forged, after(700));
        let newest = token(&key, URI, 700, 300, 0);
        assert_eq!(receive(&editions, &key, &newest, 700), Status::Valid);
    }

    #[test]
    fn neg_20_of_two_that_came_together_the_newer_stays() {
        for newer_first in [true, false] {
            let (editions, key) = (Editions::default(), SigningKey::generate());
            let mut came = [token(&key, URI, 60, 300, 1), token(&key, URI, 0, 300, 0)]
                .map(|token| editions.receive(URI, &token, now()));
            if !newer_first {
                came.reverse();
            }
            for edition in came {
                edition.verify(URI, key.public(), now()).unwrap();
            }
            let kept = editions.kept(URI, now()).unwrap();
            assert_eq!(
                kept.verify(URI, key.public(), now()).unwrap().status(0),
                Ok(Status::Invalid)
            );
        }
    }

    #[test]
    fn an_expired_edition_still_bars_older_ones() {
        let (editions, key) = (Editions::default(), SigningKey::generate());
        receive(&editions, &key, &token(&key, URI, 0, 300, 1), 0);
        let older = token(&key, URI, -60, 300, 0);
        let given = editions.receive(URI, &older, after(2 * 86_400));
        assert!(given.verify(URI, key.public(), after(2 * 86_400)).is_err());
    }

    #[test]
    fn neg_21_number_and_memory_are_bounded() {
        let (editions, key) = (Editions::default(), SigningKey::generate());
        receive(&editions, &key, &token(&key, URI, 0, 300, 0), 10);
        for other in 0..=MAX_LISTS {
            editions.receive(&format!("https://issuer.example/{other}"), "a.b.c", after(20));
        }
        assert_eq!(editions.lock().len(), MAX_LISTS);
        assert!(editions.kept(URI, after(20)).is_some(), "what was believed goes last");
        let large = "a".repeat(MAX_BYTES / 8);
        for other in 0..8 {
            editions.receive(&format!("https://issuer.example/large/{other}"), &large, after(30));
        }
        assert!(editions.lock().values().map(Shelf::bytes).sum::<usize>() <= MAX_BYTES);
        for _ in 0..8 {
            editions.receive(URI, "a.b.c", after(40));
        }
        assert_eq!(editions.lock()[URI].waiting.len(), MAX_WAITING);
    }
}
