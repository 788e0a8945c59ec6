mod properties;
mod refusals;
mod signing;

use chrono::Duration;
use coset::{CborSerializable, CoseSign1Builder, HeaderBuilder, TaggedCborSerializable, cbor::Value, iana};
use proptest::prelude::*;

use super::*;
use crate::{
    activity::{
        Activity, ActivityKind, ActivityRef, Assurance, Breakdown, Period, Person, Role,
        tests::{across_two_years, within_a_year},
    },
    organisation::Organisation,
    testing::SeededEntropy,
    text::Text,
};

const ISSUER: &str = "https://attestations.example/o/les-paniers-du-vallon";

fn envelope() -> Envelope {
    Envelope {
        issuer: ISSUER.to_owned(),
        status: StatusReference {
            idx: 94_567,
            uri: format!("{ISSUER}/status/3"),
        },
        issued_on: "2026-01-12".parse().unwrap(),
        expires_at: "2031-01-12T00:00:00Z".parse().unwrap(),
    }
}

/// An attestation of someone with these names, by an organisation with all its numbers.
fn attestation_of(
    given_name: &str,
    family_name: &str,
    organisation: &str,
    mission: Option<&str>,
) -> ActivityAttestation {
    let Activity {
        reference,
        period,
        minutes,
        ..
    } = across_two_years().activity().clone();
    ActivityAttestation::new(
        Organisation {
            name: organisation.parse().unwrap(),
            rna: Some("W691999901".parse().unwrap()),
            siren: Some("990000010".parse().unwrap()),
            siret: None,
        },
        Person {
            given_name: given_name.parse().unwrap(),
            family_name: family_name.parse().unwrap(),
            age_over_16: true,
        },
        Activity {
            reference,
            kind: ActivityKind::BenevolatAssociatif,
            role: Role::EncadrantBenevoles,
            paid: false,
            period,
            minutes,
            mission: mission.map(|mission| mission.parse().unwrap()),
        },
        across_two_years().breakdown().cloned(),
        Assurance::Attested,
        "2026-01-12".parse().unwrap(),
    )
    .unwrap()
}

/// Read, and signed by this key.
fn verifies(bytes: &[u8], key: &SigningKey) -> bool {
    PaperAttestation::from_bytes(bytes).is_ok_and(|paper| paper.verify(key.public()).is_ok())
}

/// Any claims under our header, rightly signed.
fn crafted(payload: Vec<u8>, key: &SigningKey) -> Vec<u8> {
    let header = cose::Header {
        kid: &KeyHint::of(key.public()).0,
        ..cose::Header::default()
    };
    cose::sign(&header, payload, key)
}

fn claims(bytes: &[u8]) -> Value {
    coset::cbor::from_reader(Sign1::parse(bytes, ES256).unwrap().unverified_payload()).unwrap()
}

fn written(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    coset::cbor::into_writer(value, &mut bytes).unwrap();
    bytes
}
