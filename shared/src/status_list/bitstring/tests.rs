use std::io::Write;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Duration, Utc};
use flate2::{Compression, write::GzEncoder};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

const LIST: &str = "https://issuer.example/status/3";
const ISSUER: &str = "did:web:issuer.example";

fn now() -> DateTime<Utc> {
    "2026-03-15T10:00:00Z".parse().unwrap()
}

fn entry() -> Value {
    json!({
        "id": format!("{LIST}#94567"),
        "type": "BitstringStatusListEntry",
        "statusPurpose": "revocation",
        "statusListIndex": "94567",
        "statusListCredential": LIST,
    })
}

fn entry_with(name: &str, value: Value) -> Result<Entry, BitstringError> {
    let mut entry = entry();
    entry[name] = value;
    Entry::from_value(&entry)
}

fn entry_of_two_bits(change: impl FnOnce(&mut Value)) -> Result<Entry, BitstringError> {
    let mut entry = entry();
    entry["statusPurpose"] = json!("message");
    entry["statusSize"] = json!(2);
    entry["statusMessage"] = json!([
        { "status": "0x0", "message": "pending" },
        { "status": "0x1", "message": "accepted" },
        { "status": "0x2", "message": "rejected" },
        { "status": "0x3", "message": "lost" },
    ]);
    change(&mut entry);
    Entry::from_value(&entry)
}

fn credential_of(list: &Bitstring) -> Value {
    let terms = StatusListTerms {
        id: LIST,
        issuer: ISSUER,
        purposes: &[Purpose::Revocation],
        valid_from: now(),
        valid_until: Some(now() + Duration::days(1)),
        ttl: Some(Duration::minutes(5)),
    };
    terms.unsigned(list)
}

fn credential() -> Value {
    credential_of(&Bitstring::new(1, 0).unwrap())
}

fn credential_with(pointer: &str, value: Value) -> Result<StatusListCredential, BitstringError> {
    let mut credential = credential();
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    credential.pointer_mut(parent).unwrap()[name] = value;
    StatusListCredential::from_unsecured(&credential)
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn decode(compressed: &[u8]) -> Result<Bitstring, BitstringError> {
    Bitstring::decode(&format!("u{}", URL_SAFE_NO_PAD.encode(compressed)))
}

#[test]
fn bsl_001_an_entry_is_read_and_written_back() {
    let read = Entry::from_value(&entry()).unwrap();
    assert_eq!(read, Entry::new(Purpose::Revocation, 94_567, LIST.to_owned()));
    assert_eq!(read.to_value(), entry());
    for name in ["revocation", "suspension", "refresh", "message", "tenure"] {
        assert_eq!(entry_with("statusPurpose", json!(name)).unwrap().purpose.name(), name);
    }
}

#[test]
fn bsl_001_members_are_required_and_typed() {
    let mut without = Vec::new();
    for name in ["type", "statusPurpose", "statusListIndex", "statusListCredential"] {
        let mut entry = entry();
        entry.as_object_mut().unwrap().remove(name);
        without.push((name, Entry::from_value(&entry)));
    }
    let wrong = [
        ("type", json!("StatusList2021Entry")),
        ("type", json!(["BitstringStatusListEntry"])),
        ("statusPurpose", json!("")),
        ("statusPurpose", json!(["revocation"])),
        ("statusListCredential", json!("status/3")),
        ("statusListCredential", json!({ "id": LIST })),
        ("id", json!(7)),
        ("id", json!("status")),
    ];
    let wrong = wrong.map(|(name, value)| (name, entry_with(name, value)));
    for (name, read) in without.into_iter().chain(wrong) {
        assert_eq!(read, Err(BitstringError::MalformedEntry), "{name}");
    }
    assert_eq!(Entry::from_value(&json!("entry")), Err(BitstringError::MalformedEntry));
}

#[test]
fn bsl_001_the_index_is_decimal_text() {
    for (index, expected) in [("0", 0), ("131071", 131_071), ("18446744073709551615", u64::MAX)] {
        assert_eq!(entry_with("statusListIndex", json!(index)).unwrap().index, expected);
    }
    for index in [
        json!(94567),
        json!("-1"),
        json!("+1"),
        json!(""),
        json!(" 1"),
        json!("0x10"),
        json!("1.0"),
        json!("1e3"),
        json!("١"),
        json!("18446744073709551616"),
    ] {
        let refused = entry_with("statusListIndex", index.clone());
        assert_eq!(refused, Err(BitstringError::MalformedEntry), "{index}");
    }
}

#[test]
fn bsl_001_the_id_is_not_the_address_of_the_list() {
    assert_eq!(entry_with("id", json!(LIST)), Err(BitstringError::MalformedEntry));
    let mut unnamed = entry();
    unnamed.as_object_mut().unwrap().remove("id");
    assert_eq!(Entry::from_value(&unnamed).unwrap().id, None);
}

#[test]
fn bsl_001_a_credential_has_any_number_of_entries_and_all_must_be_read() {
    let read = |status: Value| Entry::of_credential(&json!({ "credentialStatus": status }));
    assert_eq!(Entry::of_credential(&json!({})), Ok(Vec::new()));
    assert_eq!(read(entry()).unwrap().len(), 1);
    assert_eq!(read(json!([entry(), entry()])).unwrap().len(), 2);
    for status in [
        json!([entry(), { "type": "StatusList2021Entry" }]),
        json!({}),
        json!(null),
    ] {
        assert_eq!(read(status), Err(BitstringError::MalformedEntry));
    }
}

#[test]
fn bsl_002_the_size_is_a_positive_integer() {
    assert_eq!(entry_with("statusSize", json!(1)).unwrap().size, 1);
    for size in [
        json!(0),
        json!(-1),
        json!("1"),
        json!(1.5),
        json!(9),
        json!(256),
        json!(null),
    ] {
        assert_eq!(
            entry_with("statusSize", size.clone()),
            Err(BitstringError::MalformedEntry),
            "{size}"
        );
    }
}

#[test]
fn bsl_002_every_value_of_several_bits_has_a_message() {
    let read = entry_of_two_bits(|_| {}).unwrap();
    assert_eq!(read.message(2), Some("rejected"));
    assert_eq!(Entry::from_value(&read.to_value()), Ok(read));
    let renamed = entry_of_two_bits(|entry| {
        let messages = entry.as_object_mut().unwrap().remove("statusMessage").unwrap();
        entry["statusMessages"] = messages;
    });
    assert_eq!(renamed.unwrap().message(1), Some("accepted"));
    let changes: [fn(&mut Value); 8] = [
        |entry| drop(entry.as_object_mut().unwrap().remove("statusMessage")),
        |entry| drop(entry["statusMessage"].as_array_mut().unwrap().pop()),
        |entry| entry["statusMessage"][3]["status"] = json!("0x4"),
        |entry| entry["statusMessage"][3]["status"] = json!("0x2"),
        |entry| entry["statusMessage"][3]["status"] = json!("3"),
        |entry| entry["statusMessage"][3]["status"] = json!("0x+3"),
        |entry| entry["statusMessage"][3]["message"] = json!(3),
        |entry| entry["statusMessage"] = json!("pending"),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        assert_eq!(
            entry_of_two_bits(change),
            Err(BitstringError::MalformedEntry),
            "{number}"
        );
    }
    assert_eq!(
        entry_with("statusMessage", json!([{ "status": "0x0", "message": "unset" }])),
        Err(BitstringError::MalformedEntry)
    );
}

#[test]
fn bsl_003_index_0_is_the_left_most_bit() {
    let mut list = Bitstring::new(1, 0).unwrap();
    assert_eq!((list.entries(1), list.bytes()), (MIN_ENTRIES, 16 * 1024));
    list.set(0, 1, 1).unwrap();
    list.set(10, 1, 1).unwrap();
    let bytes = gzip(&[&[0x80, 0x20][..], &vec![0; 16 * 1024 - 2]].concat());
    assert_eq!(decode(&bytes), Ok(list.clone()));
    list.set(0, 1, 0).unwrap();
    assert_eq!(list.value(0, 1), Ok(0));
    assert_eq!(list.value(10, 1), Ok(1));
}

#[test]
fn bsl_003_several_bits_are_read_from_the_left() {
    let mut list = Bitstring::new(3, 0).unwrap();
    assert_eq!(list.entries(3), MIN_ENTRIES);
    list.set(2, 3, 0b110).unwrap();
    assert_eq!(list.value(2, 3), Ok(0b110), "across two bytes");
    assert_eq!(
        (list.value(6, 1), list.value(7, 1), list.value(8, 1)),
        (Ok(1), Ok(1), Ok(0))
    );
    assert_eq!(list.set(2, 3, 8), Err(BitstringError::MalformedEntry));
    for size in [0, MAX_SIZE + 1] {
        assert_eq!(Bitstring::new(size, 0), Err(BitstringError::MalformedEntry));
        assert_eq!(list.value(0, size), Err(BitstringError::MalformedEntry));
    }
}

#[test]
fn bsl_003_a_list_credential_is_written_and_read_back() {
    let mut list = Bitstring::new(1, 200_000).unwrap();
    list.set(94_567, 1, 1).unwrap();
    let read = StatusListCredential::from_unsecured(&credential_of(&list)).unwrap();
    assert_eq!((read.list(), read.issuer()), (&list, ISSUER));
    let written = credential_of(&list);
    assert_eq!(written["credentialSubject"]["statusPurpose"], "revocation");
    assert_eq!(written["credentialSubject"]["ttl"], 300_000);
    assert_eq!(written["validFrom"], "2026-03-15T10:00:00Z");
}

#[test]
fn bsl_003_types_and_members_of_a_list_credential_are_required() {
    for (pointer, value) in [
        ("/type", json!("BitstringStatusListCredential")),
        ("/type", json!(["VerifiableCredential"])),
        ("/type", json!(["VerifiableCredential", "StatusList2021Credential"])),
        ("/id", json!(7)),
        ("/issuer", json!(null)),
        ("/issuer", json!({ "name": "Paniers" })),
        ("/validFrom", json!("2026-03-15")),
        ("/validUntil", json!(1)),
        ("/credentialSubject", json!([])),
        ("/credentialSubject/type", json!("StatusList2021")),
        ("/credentialSubject/statusPurpose", json!(null)),
        ("/credentialSubject/statusPurpose", json!([])),
        ("/credentialSubject/statusPurpose", json!(["revocation", 1])),
        ("/credentialSubject/encodedList", json!(null)),
        ("/credentialSubject/ttl", json!(-1)),
        ("/credentialSubject/ttl", json!("300000")),
        ("/credentialSubject/ttl", json!(0.5)),
    ] {
        assert_eq!(
            credential_with(pointer, value.clone()),
            Err(BitstringError::MalformedList),
            "{pointer} {value}"
        );
    }
    let named = credential_with("/issuer", json!({ "id": ISSUER, "name": "Paniers" }));
    assert_eq!(named.unwrap().issuer(), ISSUER);
}

#[test]
fn bsl_003_the_list_is_gzip_in_base64url_after_u() {
    let good = gzip(&[0; 4]);
    let text = URL_SAFE_NO_PAD.encode(&good);
    assert!(Bitstring::decode(&format!("u{text}")).is_ok());
    for wrong in [
        text.clone(),
        format!("z{text}"),
        format!("U{text}"),
        format!("u{text}=="),
        format!("u{text} "),
        "u".to_owned(),
        String::new(),
    ] {
        assert_eq!(Bitstring::decode(&wrong), Err(BitstringError::MalformedList), "{wrong}");
    }
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), Compression::best());
    zlib.write_all(&[0; 4]).unwrap();
    assert_eq!(decode(&zlib.finish().unwrap()), Err(BitstringError::MalformedList));
}

#[test]
fn bsl_004_every_refusal_has_its_standard_type() {
    for (error, name) in [
        (BitstringError::Unreachable, "STATUS_RETRIEVAL_ERROR"),
        (BitstringError::Proof, "STATUS_VERIFICATION_ERROR"),
        (BitstringError::OtherPurpose, "STATUS_VERIFICATION_ERROR"),
        (BitstringError::OtherIssuer, "STATUS_VERIFICATION_ERROR"),
        (BitstringError::TooShort, "STATUS_LIST_LENGTH_ERROR"),
        (BitstringError::OutOfRange, "RANGE_ERROR"),
        (BitstringError::MalformedEntry, "MALFORMED_VALUE_ERROR"),
        (BitstringError::MalformedList, "MALFORMED_VALUE_ERROR"),
    ] {
        let expected = format!("https://www.w3.org/ns/credentials/status-list#{name}");
        assert_eq!(error.type_url(), expected);
    }
}

#[test]
fn bsl_004_a_list_for_another_purpose_is_refused() {
    let several = credential_with("/credentialSubject/statusPurpose", json!(["suspension", "refresh"])).unwrap();
    let with = |purpose: &str| entry_with("statusPurpose", json!(purpose)).unwrap();
    assert_eq!(
        several.status(&with("revocation"), now()),
        Err(BitstringError::OtherPurpose)
    );
    for purpose in ["suspension", "refresh"] {
        assert!(several.status(&with(purpose), now()).unwrap().is_valid);
    }
}

#[test]
fn bsl_004_a_short_list_is_refused() {
    let of = |bytes: usize| {
        let encoded = format!("u{}", URL_SAFE_NO_PAD.encode(gzip(&vec![0; bytes])));
        credential_with("/credentialSubject/encodedList", json!(encoded)).unwrap()
    };
    let first = entry_with("statusListIndex", json!("0")).unwrap();
    assert_eq!(of(16 * 1024 - 1).status(&first, now()), Err(BitstringError::TooShort));
    assert!(of(16 * 1024).status(&first, now()).is_ok());
    assert_eq!(of(0).status(&first, now()), Err(BitstringError::TooShort));
    // What counts is entries, not bits.
    let wide = entry_of_two_bits(|entry| entry["statusPurpose"] = json!("revocation")).unwrap();
    assert_eq!(of(16 * 1024).status(&wide, now()), Err(BitstringError::TooShort));
    assert!(of(32 * 1024).status(&wide, now()).is_ok());
}

#[test]
fn bsl_004_an_index_outside_the_list_is_refused() {
    let list = StatusListCredential::from_unsecured(&credential()).unwrap();
    let at = |index: &str| entry_with("statusListIndex", json!(index)).unwrap();
    assert!(list.status(&at("131071"), now()).is_ok());
    for index in ["131072", "18446744073709551615"] {
        assert_eq!(list.status(&at(index), now()), Err(BitstringError::OutOfRange));
    }
    assert_eq!(
        Bitstring::new(1, 0).unwrap().set(MIN_ENTRIES, 1, 1),
        Err(BitstringError::OutOfRange)
    );
}

#[test]
fn bsl_004_the_list_credential_is_the_one_named_and_within_its_time() {
    let list = StatusListCredential::from_unsecured(&credential()).unwrap();
    let entry = Entry::from_value(&entry()).unwrap();
    let at = |seconds| list.status(&entry, now() + Duration::seconds(seconds)).map(|_| ());
    assert_eq!(at(0), Ok(()));
    assert_eq!(at(-60), Ok(()));
    assert_eq!(at(-61), Err(BitstringError::NotYetValid));
    assert_eq!(at(86_399), Ok(()));
    assert_eq!(at(86_400), Err(BitstringError::Expired));
    let other = credential_with("/id", json!("https://issuer.example/status/4")).unwrap();
    assert_eq!(other.status(&entry, now()), Err(BitstringError::OtherList));
}

#[test]
fn bsl_005_valid_is_0_and_nothing_else() {
    let mut list = Bitstring::new(2, 0).unwrap();
    list.set(94_567, 2, 2).unwrap();
    let mut credential = credential_of(&list);
    credential["credentialSubject"]["statusPurpose"] = json!("message");
    let list = StatusListCredential::from_unsecured(&credential).unwrap();
    let rejected = entry_of_two_bits(|_| {}).unwrap();
    assert_eq!(
        list.status(&rejected, now()),
        Ok(EntryStatus {
            status: 2,
            is_valid: false,
            message: Some("rejected")
        })
    );
    let pending = entry_of_two_bits(|entry| entry["statusListIndex"] = json!("94568")).unwrap();
    assert_eq!(
        list.status(&pending, now()),
        Ok(EntryStatus {
            status: 0,
            is_valid: true,
            message: Some("pending")
        })
    );
}

#[test]
fn bsl_005_ttl_is_in_milliseconds_and_never_extends_validity() {
    let keep = |pointer, value| credential_with(pointer, value).unwrap().keep_until(now());
    let ttl = "/credentialSubject/ttl";
    assert_eq!(keep(ttl, json!(300_000)), Some(now() + Duration::minutes(5)));
    assert_eq!(keep(ttl, json!(0)), Some(now()));
    assert_eq!(keep(ttl, json!(172_800_000)), Some(now() + Duration::days(1)));
    assert_eq!(keep(ttl, json!(i64::MAX)), Some(now() + Duration::days(1)));
    assert_eq!(
        keep("/validUntil", json!("2026-03-15T10:01:00+00:00")),
        Some(now() + Duration::minutes(1))
    );
    let mut silent = credential();
    silent.as_object_mut().unwrap().remove("validUntil");
    silent["credentialSubject"].as_object_mut().unwrap().remove("ttl");
    assert_eq!(
        StatusListCredential::from_unsecured(&silent).unwrap().keep_until(now()),
        None
    );
}

#[test]
fn bsl_007_a_list_of_another_issuer_is_refused() {
    let list = StatusListCredential::from_unsecured(&credential()).unwrap();
    assert_eq!(list.expect_issuer(ISSUER), Ok(()));
    assert_eq!(
        list.expect_issuer("did:web:other.example"),
        Err(BitstringError::OtherIssuer)
    );
}

#[test]
fn bsl_007_a_list_stays_within_its_limit() {
    assert_eq!(
        decode(&gzip(&vec![0; MAX_INFLATED])).map(|list| list.bytes()),
        Ok(MAX_INFLATED)
    );
    assert_eq!(decode(&gzip(&vec![0; MAX_INFLATED + 1])), Err(BitstringError::TooLarge));
    let most = MAX_INFLATED as u64 * 8;
    assert!(Bitstring::new(1, most).is_ok());
    for entries in [most + 1, u64::MAX] {
        assert_eq!(Bitstring::new(1, entries), Err(BitstringError::TooLarge));
    }
    assert_eq!(Bitstring::new(8, u64::MAX / 4), Err(BitstringError::TooLarge));
}

#[test]
fn bsl_007_the_list_is_exactly_one_gzip_member() {
    let good = gzip(&[1, 2, 3]);
    assert!(decode(&good).is_ok());
    assert_eq!(decode(&[&good[..], &[0]].concat()), Err(BitstringError::MalformedList));
    assert_eq!(
        decode(&[&good[..], &good[..]].concat()),
        Err(BitstringError::MalformedList)
    );
    assert_eq!(decode(&good[..good.len() - 1]), Err(BitstringError::MalformedList));
    assert_eq!(
        decode(&good[..good.len() - 8]),
        Err(BitstringError::MalformedList),
        "without checksum"
    );
    let mut wrong_sum = good.clone();
    wrong_sum[good.len() - 6] ^= 1;
    assert_eq!(decode(&wrong_sum), Err(BitstringError::MalformedList));
}

proptest! {
    #[test]
    fn what_is_set_is_read_back(
        size in 1..=MAX_SIZE,
        values in prop::collection::btree_map(0..MIN_ENTRIES, any::<u16>(), 0..40),
    ) {
        let mut list = Bitstring::new(size, 0).unwrap();
        for (index, value) in &values {
            list.set(*index, size, value & ((1 << size) - 1)).unwrap();
        }
        let read = Bitstring::decode(&list.encode()).unwrap();
        prop_assert_eq!(&read, &list);
        for (index, value) in values {
            prop_assert_eq!(read.value(index, size), Ok(value & ((1 << size) - 1)));
            for beside in [index.wrapping_sub(1), index + 1] {
                let expected = list.value(beside, size);
                prop_assert_eq!(read.value(beside, size), expected);
            }
        }
    }

    #[test]
    fn any_bytes_decode_or_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..64), text in any::<String>()) {
        let _ = decode(&bytes);
        let _ = Bitstring::decode(&text);
    }
}
