use proptest::prelude::*;

use super::*;
use crate::{entropy::Entropy, testing::SeededEntropy};

const URI: &str = "https://issuer.example/o/paniers/status/1";

fn now() -> DateTime<Utc> {
    "2026-03-15T10:00:00Z".parse().unwrap()
}

fn token(change: impl FnOnce(&mut Value)) -> (String, SigningKey) {
    let key = SigningKey::generate();
    let mut claims = json!({
        "sub": URI,
        "iat": now().timestamp(),
        "exp": now().timestamp() + 60,
        "ttl": 30,
        "status_list": StatusList::new(1, 16).unwrap().encode(),
    });
    change(&mut claims);
    (jws::sign(TYPE, Map::new(), &claims, &key), key)
}

fn refusal(change: impl FnOnce(&mut Value)) -> StatusListError {
    let (token, key) = token(change);
    StatusList::verify(&token, URI, key.public(), now()).unwrap_err()
}

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn decode(bits: u8, compressed: &[u8]) -> Result<StatusList, StatusListError> {
    StatusList::decode(&json!({"bits": bits, "lst": URL_SAFE_NO_PAD.encode(compressed)}))
}

#[test]
fn tsl_001_entries_are_packed_from_the_least_significant_bit() {
    // Draft §4.1: statuses 1,0,0,1,1,1,0,1 give 0xB9; with two bits, 1,2,0,3 give 0xC9.
    let mut list = StatusList::new(1, 8).unwrap();
    for (index, value) in (0..).zip([1, 0, 0, 1, 1, 1, 0, 1]) {
        list.set(index, value).unwrap();
    }
    assert_eq!(list.bytes, [0xB9]);
    let mut list = StatusList::new(2, 4).unwrap();
    for (index, value) in (0..).zip([1, 2, 0, 3]) {
        list.set(index, value).unwrap();
    }
    assert_eq!(list.bytes, [0xC9]);
    list.set(3, 1).unwrap();
    assert_eq!((list.value(3), list.value(2)), (Ok(1), Ok(0)));
    assert_eq!(list.set(3, 4), Err(StatusListError::Malformed));
}

#[test]
fn tsl_001_other_widths_are_refused() {
    for bits in [0, 3, 5, 6, 7, 9, 16] {
        assert_eq!(StatusList::new(bits, 8), Err(StatusListError::Malformed));
        assert_eq!(decode(bits, &deflated(&[0])), Err(StatusListError::Malformed));
    }
}

#[test]
fn tsl_003_a_reference_is_read_or_refused() {
    let read = |claims: Value| StatusReference::from_claims(&claims);
    assert_eq!(read(json!({})), Ok(None));
    let good = json!({"status": {"status_list": {"idx": 7, "uri": URI}}});
    assert_eq!(
        read(good),
        Ok(Some(StatusReference {
            idx: 7,
            uri: URI.to_owned()
        }))
    );
    for status in [
        json!({}),
        json!(null),
        json!({"other": {}}),
        json!({"status_list": {"idx": -1, "uri": URI}}),
        json!({"status_list": {"idx": 1.5, "uri": URI}}),
        json!({"status_list": {"idx": "7", "uri": URI}}),
        json!({"status_list": {"idx": 7}}),
    ] {
        assert_eq!(read(json!({"status": status})), Err(StatusListError::Malformed));
    }
}

#[test]
fn tsl_004_values_have_names() {
    let mut list = StatusList::new(4, 4).unwrap();
    list.set(1, 1).unwrap();
    list.set(2, 2).unwrap();
    list.set(3, 12).unwrap();
    let statuses: Vec<_> = (0..4).map(|index| list.status(index).unwrap()).collect();
    assert_eq!(
        statuses,
        [Status::Valid, Status::Invalid, Status::Suspended, Status::Other(12)]
    );
}

#[test]
fn tsl_006_a_list_of_another_address_is_refused() {
    assert_eq!(
        refusal(|claims| claims["sub"] = "https://issuer.example/other".into()),
        StatusListError::OtherList
    );
    assert_eq!(
        refusal(|claims| claims["sub"] = format!("{URI}/").into()),
        StatusListError::OtherList
    );
    assert_eq!(
        refusal(|claims| claims["sub"] = Value::Null),
        StatusListError::Malformed
    );
}

#[test]
fn tsl_006_an_expired_list_is_refused() {
    let (token, key) = token(|_| {});
    let at = |seconds| StatusList::verify(&token, URI, key.public(), now() + Duration::seconds(seconds)).map(|_| ());
    assert_eq!(at(59), Ok(()));
    assert_eq!(at(60), Err(StatusListError::Expired));
}

#[test]
fn tsl_006_an_index_outside_the_list_is_refused() {
    let list = StatusList::new(1, 16).unwrap();
    assert_eq!(list.size(), 16);
    assert_eq!(list.value(15), Ok(0));
    for index in [16, 17, u64::MAX] {
        assert_eq!(list.status(index), Err(StatusListError::OutOfRange));
        assert_eq!(list.clone().set(index, 1), Err(StatusListError::OutOfRange));
    }
    assert_eq!(
        StatusList::new(1, 0).unwrap().status(0),
        Err(StatusListError::OutOfRange)
    );
}

#[test]
fn tsl_002_claims_are_required_and_typed() {
    for (name, value) in [
        ("iat", Value::Null),
        ("iat", json!("now")),
        ("exp", json!("later")),
        ("ttl", json!(0)),
        ("ttl", json!(-1)),
        ("ttl", json!("300")),
        ("status_list", Value::Null),
        ("status_list", json!({"bits": "1", "lst": ""})),
        ("status_list", json!({"bits": 1})),
    ] {
        assert_eq!(
            refusal(|claims| claims[name] = value),
            StatusListError::Malformed,
            "{name}"
        );
    }
}

#[test]
fn neg_17_a_token_of_another_type_is_refused() {
    let key = SigningKey::generate();
    let other = jws::sign("dc+sd-jwt", Map::new(), &json!({"sub": URI}), &key);
    let refused = StatusList::verify(&other, URI, key.public(), now());
    assert_eq!(refused, Err(StatusListError::Jws(JwsError::WrongType)));
}

#[test]
fn neg_19_a_list_of_another_signer_is_refused() {
    let (token, _) = token(|_| {});
    let refused = StatusList::verify(&token, URI, SigningKey::generate().public(), now());
    assert_eq!(refused, Err(StatusListError::Jws(JwsError::BadSignature)));
}

#[test]
fn neg_21_a_list_stays_within_its_limit() {
    assert!(decode(1, &deflated(&vec![0; MAX_INFLATED])).is_ok());
    assert_eq!(
        decode(1, &deflated(&vec![0; MAX_INFLATED + 1])),
        Err(StatusListError::TooLarge)
    );
    assert_eq!(
        decode(1, &deflated(&vec![0; 64 * MAX_INFLATED])),
        Err(StatusListError::TooLarge)
    );
    assert_eq!(StatusList::new(8, MAX_INFLATED + 1), Err(StatusListError::TooLarge));
}

#[test]
fn tsl_011_the_largest_list_fits_in_a_token_even_when_it_cannot_be_compressed() {
    let key = SigningKey::generate();
    let mut list = StatusList::new(8, MAX_INFLATED).unwrap();
    SeededEntropy::new(3).fill(&mut list.bytes);
    let token = list.sign(URI, now(), Duration::days(1), Duration::seconds(300), "k1", &key);
    assert!(
        token.len() > jws::MAX_BYTES && token.len() <= MAX_TOKEN,
        "{}",
        token.len()
    );
    assert_eq!(StatusList::verify(&token, URI, key.public(), now()), Ok(list));
    let padded = format!("{token}{}", "A".repeat(MAX_TOKEN + 1 - token.len()));
    assert_eq!(
        StatusList::verify(&padded, URI, key.public(), now()),
        Err(StatusListError::Jws(JwsError::TooLarge))
    );
}

#[test]
fn an_edition_says_what_its_token_says_however_often_it_is_asked() {
    let (token, key) = token(|_| {});
    let (edition, stranger) = (Edition::new(&token), SigningKey::generate());
    let bad_signature = Err(StatusListError::Jws(JwsError::BadSignature));
    assert_eq!(edition.verify(URI, stranger.public(), now()), bad_signature);
    for _ in 0..2 {
        assert_eq!(
            edition.verify(URI, key.public(), now()),
            StatusList::verify(&token, URI, key.public(), now())
                .as_ref()
                .map_err(Clone::clone)
        );
        assert_eq!(
            edition.verify(URI, stranger.public(), now()),
            bad_signature,
            "not believed by others"
        );
        assert_eq!(
            edition.verify("https://other.example", key.public(), now()),
            Err(StatusListError::OtherList)
        );
        let later = now() + Duration::seconds(60);
        assert_eq!(edition.verify(URI, key.public(), later), Err(StatusListError::Expired));
    }
}

#[test]
fn neg_29_the_list_is_exactly_one_zlib_stream() {
    let good = deflated(&[1, 2, 3]);
    assert!(decode(1, &good).is_ok());
    assert_eq!(decode(1, &[&good[..], &[0]].concat()), Err(StatusListError::Malformed));
    assert_eq!(
        decode(1, &[&good[..], &good[..]].concat()),
        Err(StatusListError::Malformed)
    );
    assert_eq!(decode(1, &good[..good.len() - 1]), Err(StatusListError::Malformed));
    assert_eq!(decode(1, &good[2..good.len() - 4]), Err(StatusListError::Malformed)); // raw DEFLATE
    assert_eq!(decode(1, b""), Err(StatusListError::Malformed));
    let padded = json!({"bits": 1, "lst": format!("{}==", URL_SAFE_NO_PAD.encode(&good))});
    assert_eq!(StatusList::decode(&padded), Err(StatusListError::Malformed));
}

#[test]
fn a_published_list_is_read_back_by_whoever_knows_its_address() {
    let key = SigningKey::generate();
    let mut list = StatusList::new(1, 131_072).unwrap();
    list.set(94_567, 1).unwrap();
    let token = list.sign(URI, now(), Duration::days(1), Duration::seconds(300), "k1", &key);
    assert_eq!(unverified_kid(&token), Ok(Some("k1".to_owned())));
    assert_eq!(StatusList::verify(&token, URI, key.public(), now()), Ok(list));
    let claims = Jws::parse(&token).unwrap().unverified_object().unwrap();
    assert_eq!(claims["iat"], now().timestamp());
    assert_eq!(claims["exp"], (now() + Duration::days(1)).timestamp());
    assert_eq!(claims["ttl"], 300);
}

proptest! {
    #[test]
    fn what_is_set_is_read_back(
        bits in prop::sample::select(vec![1u8, 2, 4, 8]),
        size in 1usize..300,
        entries in prop::collection::btree_map(0u64..300, any::<u8>(), 0..40),
    ) {
        let mut list = StatusList::new(bits, size).unwrap();
        let mut expected = std::collections::BTreeMap::new();
        for (index, value) in entries {
            let value = value & list.mask();
            if index < list.size() {
                list.set(index, value).unwrap();
                expected.insert(index, value);
            }
        }
        let read = StatusList::decode(&list.encode()).unwrap();
        prop_assert_eq!(&read, &list);
        for index in 0..read.size() {
            prop_assert_eq!(read.value(index), Ok(expected.get(&index).copied().unwrap_or(0)));
        }
    }

    #[test]
    fn any_bytes_decode_or_are_refused(bits in any::<u8>(), bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        let _ = decode(bits, &bytes);
    }
}
