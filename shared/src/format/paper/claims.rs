//! The claims of a paper attestation: a CWT (RFC 8392) whose keys are integers, in deterministic CBOR (RFC 8949 §4.2).
//!
//! ```text
//! { 1: issuer, 4: expires, 6: issued,
//!   -65537: { 1: given name, 2: family name, ? 3: true when 16 or older,
//!             4: organisation, ? 5: RNA, ? 6: SIREN, ? 7: SIRET,
//!             8: activity reference, 9: kind, 10: role, 11: first day, 12: days to the last,
//!             13: minutes, ? 14: { year: minutes }, ? 15: mission, 16: assurance,
//!             ? 17: day of signature when it is not the day of issue, 18: [index, status list] } }
//! ```
//! Days are counted from 1970-01-01, numbers of organisations are written without their letter and leading zeros, the
//! reference as its 16 bytes; so is the name of a status list at `ISSUER/status/NAME`, where ours are, while the address of
//! another below the issuer's own leaves that out. The status reference is here and not in the registered claim, whose names in text would take a tenth of the code. Whether it was paid
//! follows from the kind.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use coset::cbor::{self, Value};

use super::{Envelope, PaperError};
use crate::{
    activity::{Activity, ActivityAttestation, ActivityKind, Assurance, Breakdown, Period, Person, Role},
    id,
    organisation::{Organisation, Rna, Siren, Siret},
    status_list::token::StatusReference,
    text::Text,
};

/// Registered claims (RFC 8392 §4).
const ISSUER: i64 = 1;
const EXPIRES: i64 = 4;
const ISSUED: i64 = 6;
/// Ours: the first number for private use (RFC 8392 §9.1).
const ATTESTATION: i64 = -65_537;

const GIVEN_NAME: i64 = 1;
const FAMILY_NAME: i64 = 2;
const AGE_OVER_16: i64 = 3;
const ORGANISATION: i64 = 4;
const RNA: i64 = 5;
const SIREN: i64 = 6;
const SIRET: i64 = 7;
const REFERENCE: i64 = 8;
const KIND: i64 = 9;
const ROLE: i64 = 10;
const START: i64 = 11;
const LENGTH: i64 = 12;
const MINUTES: i64 = 13;
const BREAKDOWN: i64 = 14;
const MISSION: i64 = 15;
const ASSURANCE: i64 = 16;
const SIGNED_ON: i64 = 17;
const STATUS: i64 = 18;

/// Where the status lists of our issuers are, below the issuer's own address.
const LISTS: &str = "/status/";

/// The claims, in their one form.
#[expect(clippy::expect_used, reason = "writing to memory does not fail")]
pub(super) fn write(attestation: &ActivityAttestation, envelope: &Envelope) -> Vec<u8> {
    let mut claims = Written::default();
    claims.put(ISSUER, envelope.issuer.as_str());
    claims.put(EXPIRES, envelope.expires_at.timestamp());
    claims.put(
        ISSUED,
        envelope.issued_on.and_time(NaiveTime::MIN).and_utc().timestamp(),
    );
    claims.put(ATTESTATION, Value::Map(attested(attestation, envelope).0));
    let mut bytes = Vec::new();
    cbor::into_writer(&Value::Map(claims.0), &mut bytes).expect("memory");
    bytes
}

/// Reads claims. They may be in another form than [`write()`] gives them: the caller compares.
pub(super) fn read(bytes: &[u8]) -> Result<(ActivityAttestation, Envelope), PaperError> {
    let claims: Value = cbor::from_reader(bytes).map_err(|_| PaperError::Malformed)?;
    let mut claims = Read::new(claims)?;
    let issuer: String = claims.text(ISSUER)?;
    let expires_at = instant(claims.integer(EXPIRES)?)?;
    let issued_on = instant(claims.integer(ISSUED)?)?.date_naive();
    let mut said = Read::new(claims.take(ATTESTATION)?)?;
    let status = status(&issuer, said.take(STATUS)?)?;

    let person = Person {
        given_name: said.parsed(GIVEN_NAME)?,
        family_name: said.parsed(FAMILY_NAME)?,
        age_over_16: said.optional(AGE_OVER_16).is_some(),
    };
    let organisation = Organisation {
        name: said.parsed(ORGANISATION)?,
        rna: said.number_of(RNA, |number| format!("W{number:09}"))?,
        siren: said.number_of(SIREN, |number| format!("{number:09}"))?,
        siret: said.number_of(SIRET, |number| format!("{number:014}"))?,
    };
    let kind = said.coded(KIND, ActivityKind::ALL, kind_number)?;
    let start = day(said.integer(START)?)?;
    let end = start
        .checked_add_days(Days::new(said.count(LENGTH)?))
        .ok_or(PaperError::Malformed)?;
    let activity = Activity {
        reference: said.reference()?.parse().map_err(|_| PaperError::Malformed)?,
        kind,
        role: said.coded(ROLE, Role::ALL, role_number)?,
        paid: kind.is_paid(),
        period: Period::new(start, end).map_err(|_| PaperError::Malformed)?,
        minutes: said.count(MINUTES)?.try_into().map_err(|_| PaperError::Malformed)?,
        mission: if said.has(MISSION) {
            Some(said.parsed(MISSION)?)
        } else {
            None
        },
    };
    let breakdown = said.optional(BREAKDOWN).map(breakdown).transpose()?;
    let assurance = said.coded(ASSURANCE, Assurance::ALL, assurance_number)?;
    let signed_on = if said.has(SIGNED_ON) {
        day(said.integer(SIGNED_ON)?)?
    } else {
        issued_on
    };
    let attestation = ActivityAttestation::new(organisation, person, activity, breakdown, assurance, signed_on)?;
    let envelope = Envelope {
        issuer,
        status,
        issued_on,
        expires_at,
    };
    Ok((attestation, envelope))
}

fn attested(attestation: &ActivityAttestation, envelope: &Envelope) -> Written {
    let (person, organisation, activity) = (attestation.person(), attestation.organisation(), attestation.activity());
    let number = |written: Option<&str>| written.map(digits);
    let period = activity.period;
    let mut said = Written::default();
    said.put(GIVEN_NAME, person.given_name.as_str());
    said.put(FAMILY_NAME, person.family_name.as_str());
    said.put_some(AGE_OVER_16, person.age_over_16.then_some(true));
    said.put(ORGANISATION, organisation.name.as_str());
    said.put_some(RNA, number(organisation.rna.as_ref().map(Rna::as_str)));
    said.put_some(SIREN, number(organisation.siren.as_ref().map(Siren::as_str)));
    said.put_some(SIRET, number(organisation.siret.as_ref().map(Siret::as_str)));
    let reference = activity.reference.as_str();
    match id::to_bits(reference) {
        Some(bits) => said.put(REFERENCE, &bits.to_be_bytes()[..]),
        None => said.put(REFERENCE, reference),
    }
    said.put(KIND, kind_number(activity.kind));
    said.put(ROLE, role_number(activity.role));
    said.put(START, days(period.start()));
    said.put(LENGTH, days(period.end()) - days(period.start()));
    said.put(MINUTES, activity.minutes.count());
    let years = |breakdown: &Breakdown| {
        let years = breakdown
            .iter()
            .map(|(year, minutes)| (year.into(), minutes.into()))
            .collect();
        Value::Map(years)
    };
    said.put_some(BREAKDOWN, attestation.breakdown().map(years));
    said.put_some(MISSION, activity.mission.as_ref().map(Text::as_str));
    said.put(ASSURANCE, assurance_number(attestation.assurance()));
    let signed_on = attestation.signed_on();
    said.put_some(SIGNED_ON, (signed_on != envelope.issued_on).then(|| days(signed_on)));
    let StatusReference { idx, uri } = &envelope.status;
    let below = uri
        .strip_prefix(envelope.issuer.as_str())
        .filter(|path| path.starts_with('/'));
    let place = match below.and_then(|path| path.strip_prefix(LISTS)).and_then(id::to_bits) {
        Some(bits) => bits.to_be_bytes()[..].into(),
        None => below.unwrap_or(uri).into(),
    };
    said.put(STATUS, Value::Array(vec![(*idx).into(), place]));
    said
}

fn status(issuer: &str, value: Value) -> Result<StatusReference, PaperError> {
    let malformed = |_| PaperError::Malformed;
    let [idx, place] =
        <[Value; 2]>::try_from(value.into_array().map_err(malformed)?).map_err(|_| PaperError::Malformed)?;
    let idx = idx.into_integer().map_err(malformed)?;
    let uri = match place {
        Value::Text(path) if path.starts_with('/') => format!("{issuer}{path}"),
        Value::Text(uri) => uri,
        Value::Bytes(bytes) => format!("{issuer}{LISTS}{}", identifier(bytes)?),
        _ => return Err(PaperError::Malformed),
    };
    Ok(StatusReference {
        idx: idx.try_into().map_err(|_| PaperError::Malformed)?,
        uri,
    })
}

/// The identifier of these 16 bytes.
fn identifier(bytes: Vec<u8>) -> Result<String, PaperError> {
    let bits: [u8; 16] = bytes.try_into().map_err(|_| PaperError::Malformed)?;
    Ok(id::from_bits(u128::from_be_bytes(bits)))
}

fn breakdown(value: Value) -> Result<Breakdown, PaperError> {
    let mut years = BTreeMap::new();
    for (year, minutes) in value.into_map().map_err(|_| PaperError::Malformed)? {
        let integer = |value: Value| value.into_integer().map_err(|_| PaperError::Malformed);
        let year = integer(year)?.try_into().map_err(|_| PaperError::Malformed)?;
        let minutes = integer(minutes)?.try_into().map_err(|_| PaperError::Malformed)?;
        years.insert(year, minutes);
    }
    Ok(Breakdown::new(years))
}

fn digits(written: &str) -> u64 {
    written
        .bytes()
        .filter(u8::is_ascii_digit)
        .fold(0, |number, digit| number * 10 + u64::from(digit - b'0'))
}

/// Days since 1970-01-01.
fn days(day: NaiveDate) -> i64 {
    day.signed_duration_since(NaiveDate::default()).num_days()
}

fn day(days: i64) -> Result<NaiveDate, PaperError> {
    chrono::TimeDelta::try_days(days)
        .and_then(|days| NaiveDate::default().checked_add_signed(days))
        .ok_or(PaperError::Malformed)
}

fn instant(seconds: i64) -> Result<DateTime<Utc>, PaperError> {
    DateTime::from_timestamp(seconds, 0).ok_or(PaperError::Malformed)
}

// The numbers are on paper for years: they are never given to another code.

fn kind_number(kind: ActivityKind) -> u8 {
    match kind {
        ActivityKind::BenevolatAssociatif => 1,
        ActivityKind::Salariat => 2,
        ActivityKind::SapeurPompierVolontaire => 3,
        ActivityKind::PlateformeContributive => 4,
    }
}

fn role_number(role: Role) -> u8 {
    match role {
        Role::Dirigeant => 1,
        Role::EncadrantBenevoles => 2,
        Role::Benevole => 3,
        Role::Salarie => 4,
    }
}

fn assurance_number(assurance: Assurance) -> u8 {
    match assurance {
        Assurance::SelfAsserted => 1,
        Assurance::Evidenced => 2,
        Assurance::Attested => 3,
    }
}

/// A map being written, in the order of its keys.
#[derive(Default)]
struct Written(Vec<(Value, Value)>);

impl Written {
    fn put(&mut self, key: i64, value: impl Into<Value>) {
        self.0.push((key.into(), value.into()));
    }

    fn put_some(&mut self, key: i64, value: Option<impl Into<Value>>) {
        if let Some(value) = value {
            self.put(key, value);
        }
    }
}

/// A map being read: what is taken is gone. What nobody takes, and the order, is for the comparison to find.
struct Read(Vec<(Value, Value)>);

impl Read {
    fn new(value: Value) -> Result<Self, PaperError> {
        value.into_map().map(Self).map_err(|_| PaperError::Malformed)
    }

    fn place(&self, key: i64) -> Option<usize> {
        self.0.iter().position(|(found, _)| *found == Value::from(key))
    }

    fn has(&self, key: i64) -> bool {
        self.place(key).is_some()
    }

    fn optional(&mut self, key: i64) -> Option<Value> {
        self.place(key).map(|place| self.0.swap_remove(place).1)
    }

    fn take(&mut self, key: i64) -> Result<Value, PaperError> {
        self.optional(key).ok_or(PaperError::Malformed)
    }

    fn text(&mut self, key: i64) -> Result<String, PaperError> {
        self.take(key)?.into_text().map_err(|_| PaperError::Malformed)
    }

    fn parsed<T: std::str::FromStr>(&mut self, key: i64) -> Result<T, PaperError> {
        self.text(key)?.parse().map_err(|_| PaperError::Malformed)
    }

    fn number<T: TryFrom<cbor::value::Integer>>(&mut self, key: i64) -> Result<T, PaperError> {
        let integer = self.take(key)?.into_integer().map_err(|_| PaperError::Malformed)?;
        integer.try_into().map_err(|_| PaperError::Malformed)
    }

    fn integer(&mut self, key: i64) -> Result<i64, PaperError> {
        self.number(key)
    }

    fn count(&mut self, key: i64) -> Result<u64, PaperError> {
        self.number(key)
    }

    /// The number of an organisation, from what is left of it.
    fn number_of<T: std::str::FromStr>(
        &mut self,
        key: i64,
        written: impl FnOnce(u64) -> String,
    ) -> Result<Option<T>, PaperError> {
        if !self.has(key) {
            return Ok(None);
        }
        let number = written(self.count(key)?);
        number.parse().map(Some).map_err(|_| PaperError::Malformed)
    }

    fn coded<T: Copy>(&mut self, key: i64, all: &[T], number: fn(T) -> u8) -> Result<T, PaperError> {
        let found: u8 = self.number(key)?;
        all.iter()
            .copied()
            .find(|code| number(*code) == found)
            .ok_or(PaperError::Malformed)
    }

    fn reference(&mut self) -> Result<String, PaperError> {
        match self.take(REFERENCE)? {
            Value::Bytes(bytes) => identifier(bytes),
            Value::Text(text) => Ok(text),
            _ => Err(PaperError::Malformed),
        }
    }
}
