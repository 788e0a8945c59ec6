//! What was signed is not signed again: a mark of each signed session, which says nothing without the service's key.

use std::collections::HashMap;

use chrono::NaiveDate;
use shared::{keys::seal::SealingKey, organisation::Slug};

use super::sheet::Session;

/// What is remembered of a signed session.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Mark {
    /// Code of the names, the day, the times and the length.
    pub(crate) session: [u8; 32],
    /// Code of the address, when it told the person from a namesake; empty otherwise.
    pub(crate) address: Vec<u8>,
}

impl Mark {
    /// The mark of a session of an organisation.
    pub(crate) fn of(keys: &SealingKey, organisation: &Slug, session: &Session) -> Self {
        let (start, end) = session.times.unzip();
        let time = |time: Option<u32>| time.map(|time| time.to_string()).unwrap_or_default();
        let parts = [
            organisation.to_string(),
            session.names.0.clone(),
            session.names.1.clone(),
            session.date.to_string(),
            time(start),
            time(end),
            session.minutes.to_string(),
        ];
        let address = session.address.as_ref().map(|address| {
            keys.mac(
                "batches: address of a signed session",
                &[organisation.as_str().as_bytes(), address.as_bytes()],
            )
        });
        Self {
            session: keys.mac("batches: signed session", &parts.each_ref().map(String::as_bytes)),
            address: address.map(Vec::from).unwrap_or_default(),
        }
    }
}

/// The sessions an organisation signed and did not take back.
#[derive(Debug, Default)]
pub(crate) struct Signed(HashMap<[u8; 32], Vec<(Vec<u8>, NaiveDate)>>);

impl Signed {
    /// The day a session was signed on. Without an address on either side, the same name is the same person.
    pub(crate) fn on(&self, mark: &Mark) -> Option<NaiveDate> {
        let same = |address: &Vec<u8>| *address == mark.address || address.is_empty() || mark.address.is_empty();
        let found = self.0.get(&mark.session)?;
        found.iter().find_map(|(address, day)| same(address).then_some(*day))
    }
}

impl FromIterator<(Mark, NaiveDate)> for Signed {
    fn from_iter<T: IntoIterator<Item = (Mark, NaiveDate)>>(marks: T) -> Self {
        let mut signed = Self::default();
        for (mark, day) in marks {
            signed.0.entry(mark.session).or_default().push((mark.address, day));
        }
        signed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(address: Option<&str>) -> Session {
        Session {
            names: ("benali".to_owned(), "nadia".to_owned()),
            address: address.map(str::to_owned),
            date: NaiveDate::from_ymd_opt(2025, 3, 12).unwrap(),
            times: None,
            minutes: 150,
        }
    }

    #[test]
    fn a_mark_is_of_one_session_one_organisation_and_one_key() {
        let (key, other_key) = (SealingKey::from_bytes([1; 32]), SealingKey::from_bytes([2; 32]));
        let (ours, theirs): (Slug, Slug) = ("a".parse().unwrap(), "b".parse().unwrap());
        let base = session(None);
        let mark = Mark::of(&key, &ours, &base);
        assert_eq!(mark, Mark::of(&key, &ours, &base.clone()));
        assert_ne!(mark, Mark::of(&other_key, &ours, &base));
        assert_ne!(mark, Mark::of(&key, &theirs, &base));
        for changed in [
            Session {
                minutes: 151,
                ..base.clone()
            },
            Session {
                times: Some((600, 750)),
                ..base.clone()
            },
            Session {
                date: base.date.succ_opt().unwrap(),
                ..base.clone()
            },
            Session {
                names: ("benalin".to_owned(), "adia".to_owned()),
                ..base.clone()
            },
        ] {
            assert_ne!(mark.session, Mark::of(&key, &ours, &changed).session, "{changed:?}");
        }
    }

    #[test]
    fn namesakes_are_told_apart_only_when_both_have_an_address() {
        let (key, slug) = (SealingKey::from_bytes([1; 32]), "a".parse().unwrap());
        let mark = |address| Mark::of(&key, &slug, &session(address));
        let day = NaiveDate::from_ymd_opt(2026, 3, 15).unwrap();
        let named: Signed = [(mark(Some("n@un.example")), day)].into_iter().collect();
        assert_eq!(named.on(&mark(Some("n@un.example"))), Some(day));
        assert_eq!(named.on(&mark(Some("n@deux.example"))), None);
        assert_eq!(named.on(&mark(None)), Some(day));
        let unnamed: Signed = [(mark(None), day)].into_iter().collect();
        assert_eq!(unnamed.on(&mark(Some("n@un.example"))), Some(day));
    }
}
