//! Issuing and presenting.

use super::*;

#[test]
fn sdj_001_the_compact_form_is_checked() {
    let issued = Issued::new();
    let jwt = issued.text.split('~').next().unwrap();
    assert_eq!(SdJwt::parse(jwt).unwrap_err(), SdJwtError::Malformed);
    assert_eq!(
        SdJwt::parse(&format!("{}~", issued.text)).unwrap_err(),
        SdJwtError::Malformed
    );
    assert!(SdJwt::parse(&format!("{jwt}~")).is_ok());
    assert_eq!(SdJwt::parse("~").unwrap_err(), SdJwtError::Jws(JwsError::Malformed));
    assert_eq!(
        SdJwt::parse(&format!("{jwt}~x")).unwrap_err(),
        SdJwtError::Jws(JwsError::Malformed)
    );
    assert!(SdJwt::parse(&issued.text).unwrap().key_binding().is_none());
    assert!(SdJwt::parse(&issued.present(&[])).unwrap().key_binding().is_some());
}

#[test]
fn sdj_005_salts_are_fresh_and_digests_are_sorted() {
    let issued = Issued::new();
    let sd_jwt = SdJwt::parse(&issued.text).unwrap();
    let salts: BTreeSet<String> = sd_jwt
        .disclosures()
        .map(|text| {
            json(&URL_SAFE_NO_PAD.decode(text).unwrap())[0]
                .as_str()
                .unwrap()
                .to_owned()
        })
        .collect();
    assert_eq!(salts.len(), 6);
    assert!(
        salts
            .iter()
            .all(|salt| URL_SAFE_NO_PAD.decode(salt).unwrap().len() == 16)
    );
    assert!(
        sd_jwt.unverified_claims()["_sd"]
            .as_array()
            .unwrap()
            .is_sorted_by_key(|digest| digest.as_str().unwrap().to_owned())
    );
    assert_eq!(sd_jwt.unverified_claims()["_sd_alg"], "sha-256");
    for hidden in ["Nadia", "Benali", "given_name", "activity", "minutes"] {
        assert!(
            !sd_jwt
                .unverified_claims()
                .to_string()
                .contains(&format!("\"{hidden}\"")),
            "{hidden}"
        );
    }
}

fn json(bytes: &[u8]) -> Value {
    crate::json::parse(bytes).unwrap()
}

#[test]
fn haip_011_certificates_travel_in_the_header_beside_the_name_of_the_key() {
    let (issuer, holder) = (SigningKey::generate(), SigningKey::generate());
    let chain = Authority::root("Autorité").chain(&issuer, &Leaf::default()).unwrap();
    let header = |certificates| {
        let entropy = SeededEntropy::new(1);
        let text = issue_certified(
            attestation(&holder),
            &disclosable(),
            "k1",
            certificates,
            &issuer,
            &entropy,
        )
        .unwrap();
        Value::Object(SdJwt::parse(&text).unwrap().jws().header().clone())
    };
    let certified = header(Some(&chain));
    assert_eq!((&certified["kid"], &certified["x5c"]), (&json!("k1"), &chain.to_x5c()));
    assert_eq!(header(None).get("x5c"), None);
}

#[test]
fn sdvc_003_protected_claims_cannot_be_issued_hidden() {
    let key = SigningKey::generate();
    let attempt =
        |claims: Value, hidden: Value| issue(claims, &[path(hidden)], "k1", &key, &SeededEntropy::new(1)).unwrap_err();
    for name in PROTECTED_CLAIMS {
        assert_eq!(attempt(json!({name: "x"}), json!([name])), SdJwtError::ProtectedClaim);
        assert_eq!(
            attempt(json!({name: {"a": 1}}), json!([name, "a"])),
            SdJwtError::ProtectedClaim
        );
    }
    assert_eq!(attempt(json!({"a": 1}), json!(["b"])), SdJwtError::NoSuchClaim);
    assert_eq!(attempt(json!({"a": [1]}), json!(["a", 1])), SdJwtError::NoSuchClaim);
    assert_eq!(attempt(json!({"a": []}), json!(["a", null])), SdJwtError::NoSuchClaim);
    assert_eq!(
        attempt(json!({"a": {"b": 1}}), json!(["a", 0])),
        SdJwtError::NoSuchClaim
    );
    for name in ["_sd", "...", "_sd_alg"] {
        assert_eq!(attempt(json!({"a": {name: []}}), json!(["a"])), SdJwtError::DigestShape);
    }
    let array = issue(json!([1]), &[], "k1", &key, &SeededEntropy::new(1));
    assert_eq!(array.unwrap_err(), SdJwtError::Malformed);
}

#[test]
fn sdj_011_a_presentation_brings_parents_and_nothing_else() {
    let issued = Issued::new();
    let claims = verify(&issued.present(&[path(json!(["activity", "minutes"]))]), &issued.issuer).unwrap();
    assert_eq!(claims["activity"], json!({"minutes": 7800, "breakdown": []}));
    assert_eq!(claims.get("given_name"), None);
    let second = issued.present(&[path(json!(["activity", "breakdown", 1, "year"]))]);
    let claims = verify(&second, &issued.issuer).unwrap();
    assert_eq!(
        claims["activity"],
        json!({"breakdown": [{"year": 2025, "minutes": 6000}]})
    );
    let nothing = verify(&issued.present(&[path(json!(["vct"]))]), &issued.issuer).unwrap();
    assert_eq!(nothing.as_object().unwrap().len(), 4);
}

#[test]
fn a_chosen_claim_is_shown_whole() {
    let issued = Issued::new();
    let claims = verify(&issued.present(&[path(json!(["activity"]))]), &issued.issuer).unwrap();
    assert_eq!(claims["activity"], attestation(&issued.holder)["activity"]);
    assert_eq!(claims.get("family_name"), None);
}

#[test]
fn a_choice_of_nothing_is_refused() {
    let issued = Issued::new();
    let binding = KeyBinding {
        key: &issued.holder,
        audience: AUDIENCE,
        nonce: NONCE,
        issued_at: now(),
    };
    let sd_jwt = SdJwt::parse(&issued.text).unwrap();
    for wrong in [
        json!(["nickname"]),
        json!(["activity", 0]),
        json!(["activity", "breakdown", 2]),
    ] {
        assert_eq!(
            sd_jwt.present(&[path(wrong)], &binding).unwrap_err(),
            SdJwtError::NoSuchClaim
        );
    }
}
