//! What an issuer may not sign (RFC 9901 §7.1).

use super::*;

#[test]
fn sdj_003_the_hash_is_named_at_the_top_and_not_weak() {
    for weak in [
        json!("sha-256-32"),
        json!("md5"),
        json!("SHA-256"),
        json!(null),
        json!(256),
    ] {
        assert_eq!(refusal(&json!({"_sd_alg": weak}), &[]), SdJwtError::DigestAlgorithm);
    }
    let (text, digest) = disclosure(&json!(["salt", "a", 1]));
    assert_eq!(
        crafted(&json!({"_sd": [digest]}), &[&text]).unwrap().claims,
        json!({"a": 1})
    );
    for (name, algorithm) in [
        ("sha-384", DigestAlgorithm::Sha384),
        ("sha-512", DigestAlgorithm::Sha512),
    ] {
        let payload = json!({"_sd_alg": name, "_sd": [algorithm.digest(&text)]});
        assert_eq!(crafted(&payload, &[&text]).unwrap().claims, json!({"a": 1}));
        assert_eq!(
            refusal(&json!({"_sd_alg": name, "_sd": [digest]}), &[&text]),
            SdJwtError::UnreferencedDisclosure
        );
    }
}

#[test]
fn sdj_008_disclosures_of_another_shape_are_refused() {
    for content in [
        json!({}),
        json!([]),
        json!(["salt"]),
        json!(["salt", "a", 1, 2]),
        json!(["salt", 7, 1]),
        json!([7, "a", 1]),
        json!([7, "a"]),
        json!("text"),
    ] {
        let (text, digest) = disclosure(&content);
        assert_eq!(
            refusal(&json!({"_sd": [digest]}), &[&text]),
            SdJwtError::Disclosure,
            "{content}"
        );
    }
    let twice = URL_SAFE_NO_PAD.encode(r#"["salt","a",{"b":1,"b":2}]"#);
    let payload = json!({"_sd": [DigestAlgorithm::Sha256.digest(&twice)]});
    assert_eq!(refusal(&payload, &[&twice]), SdJwtError::Disclosure);
    let padded = format!("{}=", disclosure(&json!(["salt", "a", 1])).0);
    let payload = json!({"_sd": [DigestAlgorithm::Sha256.digest(&padded)]});
    assert_eq!(refusal(&payload, &[&padded]), SdJwtError::Disclosure);
}

#[test]
fn neg_14_two_and_three_elements_do_not_swap() {
    let (member, member_digest) = disclosure(&json!(["salt", "a", 1]));
    let (element, element_digest) = disclosure(&json!(["salt", 1]));
    assert_eq!(
        refusal(&json!({"_sd": [element_digest]}), &[&element]),
        SdJwtError::Disclosure
    );
    assert_eq!(
        refusal(&json!({"list": [{"...": member_digest}]}), &[&member]),
        SdJwtError::Disclosure
    );
}

#[test]
fn neg_14_reserved_names_are_refused() {
    for name in ["_sd", "...", "_sd_alg"] {
        let (text, digest) = disclosure(&json!(["salt", name, []]));
        assert_eq!(
            refusal(&json!({"_sd": [digest]}), &[&text]),
            SdJwtError::Disclosure,
            "{name}"
        );
    }
}

#[test]
fn neg_14_a_disclosed_name_may_not_stand_there_already() {
    let (text, digest) = disclosure(&json!(["salt", "a", 1]));
    assert_eq!(
        refusal(&json!({"a": 0, "_sd": [digest]}), &[&text]),
        SdJwtError::Collision
    );
    let (again, second) = disclosure(&json!(["other salt", "a", 2]));
    assert_eq!(
        refusal(&json!({"_sd": [digest, second]}), &[&text, &again]),
        SdJwtError::Collision
    );
}

#[test]
fn neg_14_a_name_among_many_may_not_stand_there_already() {
    for open in [0, 10, 100] {
        let members: Map<String, Value> = (0..open).map(|number| (format!("o{number}"), number.into())).collect();
        let (texts, digests): (Vec<_>, Vec<_>) = (0..60)
            .map(|number| disclosure(&json!([format!("salt {number}"), format!("h{number}"), number])))
            .unzip();
        let mut payload = Value::Object(members);
        payload["_sd"] = json!(digests);
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let revealed = crafted(&payload, &texts).unwrap();
        assert_eq!(revealed.claims.as_object().unwrap().len(), open + 60);
        for name in ["h0", "h58"].into_iter().chain((open > 0).then_some("o0")) {
            let (again, digest) = disclosure(&json!(["other salt", name, 0]));
            let mut payload = payload.clone();
            payload["_sd"].as_array_mut().unwrap().push(digest.into());
            let texts = [&texts[..], &[again.as_str()]].concat();
            assert_eq!(refusal(&payload, &texts), SdJwtError::Collision, "{open} {name}");
        }
    }
}

#[test]
fn sdj_008_a_disclosure_is_text_on_its_own() {
    // One ends within a character, and the next one ends it.
    let halves = [&b"[\"salt\",\"a\",\"\xc3"[..], b"\xa9\"]"].map(|half| URL_SAFE_NO_PAD.encode(half));
    let digests = halves.each_ref().map(|half| DigestAlgorithm::Sha256.digest(half));
    let texts = halves.each_ref().map(String::as_str);
    assert_eq!(refusal(&json!({"_sd": digests}), &texts), SdJwtError::Disclosure);
}

#[test]
fn a_digest_is_what_it_says_however_it_is_written() {
    let (text, digest) = disclosure(&json!(["salt", "a", 1]));
    let escaped = format!("\\u{:04x}{}", digest.as_bytes()[0], &digest[1..]);
    let token = |payload: &str| {
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256"}"#);
        let signature = URL_SAFE_NO_PAD.encode([0; 64]);
        format!("{header}.{}.{signature}~{text}~", URL_SAFE_NO_PAD.encode(payload))
    };
    let sd_jwt = SdJwt::parse(&token(&format!(r#"{{"vct":"t","_sd":["{escaped}"]}}"#))).unwrap();
    let claims = sd_jwt.revealed_claims().unwrap();
    assert_eq!((claims.text("vct"), claims.text("a")), (Some("t"), None));
    assert_eq!(claims.into_value(), json!({"vct": "t", "a": 1}));
    let twice = SdJwt::parse(&token(&format!(r#"{{"_sd":["{escaped}","{digest}"]}}"#))).unwrap();
    assert_eq!(twice.revealed_claims().unwrap_err(), SdJwtError::RepeatedDigest);
}

#[test]
fn neg_14_digests_stand_only_where_they_belong() {
    let (text, digest) = disclosure(&json!(["salt", 1]));
    for payload in [
        json!({"_sd": digest}),
        json!({"_sd": [1]}),
        json!({"_sd": [null]}),
        json!({"list": [{"...": digest, "more": 1}]}),
        json!({"list": [{"...": 7}]}),
        json!({"...": digest}),
        json!({"inner": {"...": digest}}),
        json!({"inner": {"_sd_alg": "sha-256"}}),
    ] {
        assert_eq!(refusal(&payload, &[&text]), SdJwtError::DigestShape, "{payload}");
    }
}

#[test]
fn neg_13_a_disclosure_sent_twice_is_refused() {
    let (text, digest) = disclosure(&json!(["salt", "a", 1]));
    assert_eq!(
        refusal(&json!({"_sd": [digest]}), &[&text, &text]),
        SdJwtError::RepeatedDigest
    );
}

#[test]
fn neg_13_a_digest_that_appears_twice_is_refused() {
    let (text, digest) = disclosure(&json!(["salt", "a", 1]));
    let (_, decoy) = disclosure(&json!(["salt", "decoy", 1]));
    let twice = json!({"_sd": [digest], "inner": {"_sd": [digest]}});
    assert_eq!(refusal(&twice, &[&text]), SdJwtError::RepeatedDigest);
    assert_eq!(refusal(&twice, &[]), SdJwtError::RepeatedDigest);
    assert_eq!(
        refusal(&json!({"_sd": [decoy, decoy]}), &[]),
        SdJwtError::RepeatedDigest
    );
    let mixed = json!({"_sd": [decoy], "list": [{"...": decoy}]});
    assert_eq!(refusal(&mixed, &[]), SdJwtError::RepeatedDigest);
    // The second one inside a disclosure.
    let (outer, outer_digest) = disclosure(&json!(["salt", "outer", {"_sd": [decoy]}]));
    let payload = json!({"_sd": [outer_digest, decoy]});
    assert_eq!(refusal(&payload, &[&outer]), SdJwtError::RepeatedDigest);
}

#[test]
fn neg_13_a_disclosure_nothing_refers_to_is_refused() {
    let (text, _) = disclosure(&json!(["salt", "a", 1]));
    assert_eq!(refusal(&json!({}), &[&text]), SdJwtError::UnreferencedDisclosure);
    // A child without its parent.
    let (child, child_digest) = disclosure(&json!(["salt", "b", 1]));
    let (_, parent_digest) = disclosure(&json!(["salt", "a", {"_sd": [child_digest]}]));
    assert_eq!(
        refusal(&json!({"_sd": [parent_digest]}), &[&child]),
        SdJwtError::UnreferencedDisclosure
    );
}

#[test]
fn neg_15_decoys_are_ignored() {
    let (_, decoy) = disclosure(&json!(["salt", "decoy", 1]));
    let (element, digest) = disclosure(&json!(["salt", "second"]));
    let payload = json!({"_sd": [decoy], "list": ["first", {"...": "decoy"}, {"...": digest}]});
    let revealed = crafted(&payload, &[&element]).unwrap();
    assert_eq!(revealed.claims, json!({"list": ["first", "second"]}));
    assert_eq!(revealed.disclosed, [path(json!(["list", 1]))]);
}

#[test]
fn neg_16_protected_claims_in_disclosures_are_refused() {
    for name in PROTECTED_CLAIMS {
        let (text, digest) = disclosure(&json!(["salt", name, "x"]));
        assert_eq!(
            refusal(&json!({"_sd": [digest]}), &[&text]),
            SdJwtError::ProtectedClaim,
            "{name}"
        );
        // A part of one.
        let (text, digest) = disclosure(&json!(["salt", "part", "x"]));
        let payload = json!({name: {"_sd": [digest]}});
        assert_eq!(refusal(&payload, &[&text]), SdJwtError::ProtectedClaim, "{name}");
        // The same name elsewhere is any other claim.
        let (text, digest) = disclosure(&json!(["salt", name, "x"]));
        assert!(
            crafted(&json!({"inner": {"_sd": [digest]}}), &[&text]).is_ok(),
            "{name}"
        );
    }
}

#[test]
fn neg_21_a_chain_of_disclosures_is_cut() {
    // Each disclosure holds the digest of the next: shallow alone, a thousand levels together.
    let mut texts = Vec::new();
    let mut value = json!(1);
    for _ in 0..1000 {
        let (text, digest) = disclosure(&json!(["salt", "a", value]));
        texts.push(text);
        value = json!({"_sd": [digest]});
    }
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    assert_eq!(refusal(&value, &texts), SdJwtError::TooLarge);
}

#[test]
fn neg_21_too_many_disclosures_are_refused() {
    let many: Vec<String> = (0..=MAX_DISCLOSURES).map(|number| format!("d{number}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(refusal(&json!({}), &many), SdJwtError::TooLarge);
    assert_eq!(
        SdJwt::parse(&"~".repeat(MAX_BYTES + 1)).unwrap_err(),
        SdJwtError::TooLarge
    );
    let claims = json!({"list": vec![0; MAX_DISCLOSURES + 1]});
    let hidden = [path(json!(["list", null]))];
    let refused = issue(claims, &hidden, "k1", &SigningKey::generate(), &SeededEntropy::new(1));
    assert_eq!(refused.unwrap_err(), SdJwtError::TooLarge);
}
