//! Trust lists: who may attest what, with the facts rules need. A list is a compact JWS of `typ` [`TYPE`], signed by an
//! authority whose public key the verifier pins.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{
    keys::{
        PublicKey, SigningKey, jws,
        jws::{Jws, JwsError},
    },
    organisation::{Rna, Siren},
};

/// `typ` of a signed trust list.
pub const TYPE: &str = "musette-trust-list+jwt";
/// What `format` says.
pub const FORMAT: &str = "musette-trust-list/1";

/// The largest signed list that is read, in bytes: every association of a large region.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;

/// How far the clock of the authority may be ahead of ours (NEG-18).
const MAX_SKEW: Duration = Duration::seconds(60);

/// A trust list (`format`: `musette-trust-list/1`). Unknown members are refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustList {
    /// `musette-trust-list/1`.
    pub format: String,
    /// Who publishes it, in words.
    pub authority: String,
    /// Grows with each edition: for people to tell them apart. Nothing compares it yet.
    pub sequence: u64,
    /// When this edition was signed.
    pub issued_at: DateTime<Utc>,
    /// When the next one is due: after that, this one is stale.
    pub next_update: DateTime<Utc>,
    /// By issuer identifier.
    pub issuers: BTreeMap<String, TrustedIssuer>,
}

/// An organisation that may attest, and what rules need to know of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrustedIssuer {
    /// Its name.
    pub name: String,
    /// `loi1901`, `alsace_moselle`, `entreprise`, `sdis`…
    pub regime: String,
    /// Declared to the register.
    pub declared_on: NaiveDate,
    /// Dissolved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dissolved_on: Option<NaiveDate>,
    /// Purposes under CGI art. 200-1-b.
    #[serde(default)]
    pub purposes: Vec<String>,
    /// RNA.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rna: Option<Rna>,
    /// SIREN.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub siren: Option<Siren>,
    /// Recognised from this day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trusted_from: Option<NaiveDate>,
    /// Recognised until this day, included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub trusted_until: Option<NaiveDate>,
}

/// Why a trust list was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustListError {
    /// Signature or form.
    #[error(transparent)]
    Jws(#[from] JwsError),
    /// Another format, or dates that contradict each other.
    #[error("the trust list is malformed")]
    Malformed,
    /// Signed in the future.
    #[error("the trust list is signed in the future")]
    InTheFuture,
}

/// What the list says of an issuer at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recognition<'a> {
    /// It could attest on that day.
    Recognised(&'a TrustedIssuer),
    /// It is on the list, but could not on that day.
    NotThen(&'a TrustedIssuer),
    /// It is not on the list.
    Unknown,
}

impl TrustList {
    /// Signs an edition.
    pub fn sign(&self, key: &SigningKey) -> String {
        let header = Map::from_iter([("kid".to_owned(), Value::String(key.public().thumbprint()))]);
        jws::sign(TYPE, header, &json!(self), key)
    }

    /// Checks the signature against the pinned key and reads the list. Fail-closed; staleness is for the caller to see
    /// ([`Self::is_stale`]). Nothing is remembered: an older edition whose successor is not due yet is believed.
    pub fn verify(jws: &str, authority: &PublicKey, now: DateTime<Utc>) -> Result<Self, TrustListError> {
        let jws = Jws::parse_within(jws.trim(), MAX_BYTES)?;
        jws.expect_type(TYPE)?;
        jws.verify(authority)?;
        let list: Self = jws.claims(authority).map_err(|_| TrustListError::Malformed)?;
        if list.format != FORMAT
            || list.next_update <= list.issued_at
            || !list.issuers.values().all(TrustedIssuer::adds_up)
        {
            return Err(TrustListError::Malformed);
        }
        if list.issued_at - now > MAX_SKEW {
            return Err(TrustListError::InTheFuture);
        }
        Ok(list)
    }

    /// Whether the next edition is overdue.
    pub fn is_stale(&self, now: DateTime<Utc>) -> bool {
        self.next_update <= now
    }

    /// What it says of `issuer` for something signed on `day`.
    pub fn recognition(&self, issuer: &str, day: NaiveDate) -> Recognition<'_> {
        match self.issuers.get(issuer) {
            None => Recognition::Unknown,
            Some(known) if known.could_attest_on(day) => Recognition::Recognised(known),
            Some(known) => Recognition::NotThen(known),
        }
    }
}

impl TrustedIssuer {
    /// Whether it existed and was recognised on `day`: from its declaration to its dissolution, that day included.
    pub fn could_attest_on(&self, day: NaiveDate) -> bool {
        self.declared_on <= day
            && self.trusted_from.is_none_or(|from| from <= day)
            && self.dissolved_on.is_none_or(|end| day <= end)
            && self.trusted_until.is_none_or(|until| day <= until)
    }

    /// Whether its dates follow one another.
    fn adds_up(&self) -> bool {
        let in_order = |first: Option<NaiveDate>, last: Option<NaiveDate>| match (first, last) {
            (Some(first), Some(last)) => first <= last,
            _ => true,
        };
        in_order(Some(self.declared_on), self.dissolved_on) && in_order(self.trusted_from, self.trusted_until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ISSUER: &str = "https://asso.example/o/les-paniers";

    fn now() -> DateTime<Utc> {
        "2026-03-15T10:00:00Z".parse().unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn issuer() -> TrustedIssuer {
        TrustedIssuer {
            name: "Les Paniers du vallon".into(),
            regime: "loi1901".into(),
            declared_on: day("1998-05-12"),
            dissolved_on: None,
            purposes: vec!["social".into()],
            rna: None,
            siren: None,
            trusted_from: None,
            trusted_until: None,
        }
    }

    fn list(issuer: TrustedIssuer) -> TrustList {
        TrustList {
            format: FORMAT.into(),
            authority: "Autorité de démonstration".into(),
            sequence: 7,
            issued_at: now() - Duration::days(1),
            next_update: now() + Duration::days(30),
            issuers: BTreeMap::from([(ISSUER.to_owned(), issuer)]),
        }
    }

    #[test]
    fn an_edition_is_read_as_it_was_signed() {
        let key = SigningKey::generate();
        let signed = list(issuer()).sign(&key);
        assert_eq!(
            TrustList::verify(&format!("{signed}\n"), key.public(), now()),
            Ok(list(issuer()))
        );
    }

    #[test]
    fn a_list_of_thousands_is_read_within_its_own_limit() {
        let key = SigningKey::generate();
        let mut long = list(issuer());
        let named = (0..5_000).map(|number| (format!("{ISSUER}-{number}"), issuer()));
        long.issuers.extend(named);
        let signed = long.sign(&key);
        assert!(signed.len() > jws::MAX_BYTES, "{}", signed.len());
        assert_eq!(TrustList::verify(&signed, key.public(), now()), Ok(long));
        let endless = "a".repeat(MAX_BYTES + 1);
        let refused = TrustList::verify(&endless, key.public(), now());
        assert_eq!(refused, Err(TrustListError::Jws(JwsError::TooLarge)));
    }

    #[test]
    fn a_list_of_another_authority_or_type_is_refused() {
        let key = SigningKey::generate();
        let signed = list(issuer()).sign(&SigningKey::generate());
        let refused = TrustList::verify(&signed, key.public(), now());
        assert_eq!(refused, Err(TrustListError::Jws(JwsError::BadSignature)));
        let other_type = jws::sign("JWT", Map::new(), &json!(list(issuer())), &key);
        let refused = TrustList::verify(&other_type, key.public(), now());
        assert_eq!(refused, Err(TrustListError::Jws(JwsError::WrongType)));
    }

    #[test]
    fn a_list_that_contradicts_itself_is_refused() {
        let key = SigningKey::generate();
        let changed = |change: &dyn Fn(&mut Value)| {
            let mut claims = json!(list(issuer()));
            change(&mut claims);
            TrustList::verify(&jws::sign(TYPE, Map::new(), &claims, &key), key.public(), now())
        };
        let malformed = Err(TrustListError::Malformed);
        assert_eq!(
            changed(&|claims| claims["format"] = json!("musette-trust-list/2")),
            malformed
        );
        assert_eq!(changed(&|claims| claims["surprise"] = json!(1)), malformed);
        assert_eq!(
            changed(&|claims| claims["issuers"][ISSUER]["surprise"] = json!(1)),
            malformed
        );
        assert_eq!(
            changed(&|claims| claims["next_update"] = claims["issued_at"].clone()),
            malformed
        );
        assert_eq!(
            changed(&|claims| claims["issuers"][ISSUER]["dissolved_on"] = json!("1990-01-01")),
            malformed
        );
        assert_eq!(
            changed(&|claims| claims["issued_at"] = json!("2026-03-15T10:01:01Z")),
            Err(TrustListError::InTheFuture)
        );
        assert!(changed(&|claims| claims["issued_at"] = json!("2026-03-15T10:01:00Z")).is_ok());
    }

    #[test]
    fn neg_20_a_list_is_stale_once_the_next_is_due() {
        let list = list(issuer());
        assert!(!list.is_stale(list.next_update - Duration::seconds(1)));
        assert!(list.is_stale(list.next_update));
    }

    #[test]
    fn neg_30_an_issuer_is_recognised_on_the_days_it_could_attest() {
        let limited = TrustedIssuer {
            dissolved_on: Some(day("2026-02-01")),
            trusted_from: Some(day("2020-01-01")),
            trusted_until: Some(day("2027-12-31")),
            ..issuer()
        };
        let list = list(limited.clone());
        for good in ["2020-01-01", "2025-06-01", "2026-02-01"] {
            assert_eq!(
                list.recognition(ISSUER, day(good)),
                Recognition::Recognised(&limited),
                "{good}"
            );
        }
        for bad in ["2019-12-31", "2026-02-02", "1990-01-01"] {
            assert_eq!(
                list.recognition(ISSUER, day(bad)),
                Recognition::NotThen(&limited),
                "{bad}"
            );
        }
        let lapsed = TrustedIssuer {
            trusted_until: Some(day("2025-12-31")),
            ..issuer()
        };
        assert!(lapsed.could_attest_on(day("2025-12-31")) && !lapsed.could_attest_on(day("2026-01-01")));
        assert!(!issuer().could_attest_on(day("1998-05-11")));
        assert_eq!(
            list.recognition("https://asso.example/o/Les-Paniers", day("2025-06-01")),
            Recognition::Unknown
        );
    }
}
