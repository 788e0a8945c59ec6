//! Token Status List: the encodings of the draft and the long lists of its appendix C.

use serde_json::Value;
use shared::{
    keys::{SigningKey, jws::JwsError},
    status_list::token::{StatusList, StatusListError, unverified_kid},
};

use crate::source::Vectors;

#[test]
fn appendix_c_lists_have_the_expected_statuses() {
    let Some(vectors) = Vectors::open("token-status-list") else {
        return;
    };
    let expected = vectors.json("appendix-c-expected-statuses.json");
    for (bits, file) in [
        ("1", "status_list_encoding1_long_json.json"),
        ("2", "status_list_encoding2_long_json.json"),
        ("4", "status_list_encoding4_json.json"),
        ("8", "status_list_encoding8_json.json"),
    ] {
        let list = StatusList::decode(&vectors.json(file)).unwrap();
        assert_eq!(list.size(), 1 << 20, "{file}");
        let statuses = expected[bits].as_object().unwrap();
        for index in 0..list.size() {
            let status = statuses
                .get(&index.to_string())
                .map_or(0, |status| status.as_u64().unwrap());
            assert_eq!(u64::from(list.value(index).unwrap()), status, "{file} {index}");
        }
        assert_eq!(StatusList::decode(&list.encode()).unwrap(), list);
    }
}

#[test]
fn the_short_examples_are_packed_as_the_text_says() {
    let Some(vectors) = Vectors::open("token-status-list") else {
        return;
    };
    for (file, statuses) in [
        (
            "status_list_encoding_json.json",
            &[1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1][..],
        ),
        ("status_list_encoding2_json.json", &[1, 2, 0, 3, 0, 1, 0, 1, 1, 2, 3, 3]),
    ] {
        let list = StatusList::decode(&vectors.json(file)).unwrap();
        assert_eq!(list.size(), statuses.len() as u64);
        for (index, status) in (0..).zip(statuses) {
            assert_eq!(list.value(index), Ok(*status), "{file} {index}");
        }
    }
}

#[test]
fn the_example_token_is_read_and_only_its_signer_believed() {
    let Some(vectors) = Vectors::open("token-status-list") else {
        return;
    };
    let token = vectors.text("status_list_jwt.jwt.txt");
    assert_eq!(unverified_kid(&token), Ok(Some("12".to_owned())));
    let jws = shared::keys::jws::Jws::parse(&token).unwrap();
    let claims: Value = jws.unverified_claims().unwrap();
    assert_eq!(StatusList::decode(&claims["status_list"]).unwrap().size(), 16);
    let now = chrono::DateTime::from_timestamp(claims["iat"].as_i64().unwrap(), 0).unwrap();
    let stranger = SigningKey::generate();
    let refused = StatusList::verify(&token, claims["sub"].as_str().unwrap(), stranger.public(), now);
    assert_eq!(refused, Err(StatusListError::Jws(JwsError::BadSignature)));
}
