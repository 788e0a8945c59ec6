//! Bitstring Status List: the examples of the Recommendation.

use chrono::{DateTime, Utc};
use serde_json::Value;
use shared::{
    format::data_integrity::Secured,
    keys::PublicKey,
    status_list::bitstring::{Bitstring, BitstringError, Entry, MIN_ENTRIES, Purpose, StatusListCredential},
};

use crate::source::Vectors;

/// The list credentials, as the Recommendation numbers its examples.
const LISTS: [&str; 5] = [
    "02-2-2-BitstringStatusListCredential.json",
    "09-A-2-Status-List-Verifiable-Credential.json",
    "10-A-2-Status-List-Verifiable-Credential.json",
    "11-A-2-Status-List-Verifiable-Credential.json",
    "14-A-2-Status-List-Verifiable-Credential.json",
];

fn examples() -> Option<Vectors> {
    Vectors::open("vc-bitstring-status-list/examples")
}

fn at(instant: &str) -> DateTime<Utc> {
    instant.parse().unwrap()
}

#[test]
fn the_entries_of_the_examples_are_read() {
    let Some(vectors) = examples() else { return };
    let both = Entry::of_credential(&vectors.json("00-2-1-BitstringStatusListEntry.json")).unwrap();
    let told: Vec<_> = both
        .iter()
        .map(|entry| (entry.purpose.clone(), entry.index, entry.list.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (Purpose::Revocation, 94_567, "https://example.com/credentials/status/3"),
            (Purpose::Suspension, 23_452, "https://example.com/credentials/status/4"),
        ]
    );
    let mut read = 0;
    for file in vectors.names().iter().filter(|name| name.contains("Revocable")) {
        let credential = vectors.json(file);
        if credential.get("credentialStatus").is_none() {
            continue; // the header of a JWT
        }
        let entries = Entry::of_credential(&credential).unwrap();
        assert_eq!(entries[0].to_value(), credential["credentialStatus"], "{file}");
        read += 1;
    }
    assert_eq!(read, 5);
}

#[test]
fn the_lists_of_the_examples_say_valid_everywhere() {
    let Some(vectors) = examples() else { return };
    let entries = Entry::of_credential(&vectors.json("00-2-1-BitstringStatusListEntry.json")).unwrap();
    for file in LISTS {
        let mut credential = vectors.json(file);
        credential.as_object_mut().unwrap().remove("proof");
        let list = StatusListCredential::from_unsecured(&credential).unwrap();
        assert_eq!(list.expect_issuer("did:example:12345"), Ok(()));
        assert_eq!(list.list().entries(1), MIN_ENTRIES, "{file}");
        assert!(
            (0..MIN_ENTRIES).all(|index| list.list().value(index, 1) == Ok(0)),
            "{file}"
        );
        assert!(list.status(&entries[0], at("2024-04-05T14:27:42Z")).unwrap().is_valid);
        assert_eq!(
            list.status(&entries[0], at("2021-04-05T14:26:39Z")),
            Err(BitstringError::NotYetValid)
        );
        let mut other = entries[1].clone();
        assert_eq!(
            list.status(&other, at("2024-04-05T14:27:42Z")),
            Err(BitstringError::OtherList)
        );
        other.list.clone_from(&entries[0].list);
        assert_eq!(
            list.status(&other, at("2024-04-05T14:27:42Z")),
            Err(BitstringError::OtherPurpose)
        );
        assert_eq!(Bitstring::decode(&list.list().encode()).as_ref(), Ok(list.list()));
    }
}

#[test]
fn the_signed_lists_of_the_examples_are_read_behind_their_proof() {
    let Some(vectors) = examples() else { return };
    for file in &LISTS[2..4] {
        let text = vectors.text(file);
        let secured = Secured::parse(&text).unwrap();
        let proofs = secured.proofs().unwrap();
        let [proof] = proofs.as_slice() else { panic!("{file}") };
        let multikey = proof.verification_method().strip_prefix("did:key:").unwrap();
        let key = PublicKey::from_multikey(multikey).unwrap();
        secured
            .verify(proof, &key)
            .unwrap_or_else(|error| panic!("{file}: {error}"));
        let unsecured: Value = secured.unsecured().unwrap();
        assert!(StatusListCredential::from_unsecured(&unsecured).is_ok(), "{file}");
    }
}
