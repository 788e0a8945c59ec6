use std::collections::BTreeSet;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Duration, Utc};
use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    keys::{
        SigningKey,
        jws::{self, JwsError},
    },
    testing::SeededEntropy,
};

const AUDIENCE: &str = "decentralized_identifier:did:web:verifier.example";
const NONCE: &str = "n-0S6_WzA2Mj";

fn now() -> DateTime<Utc> {
    "2026-03-15T10:00:00Z".parse().unwrap()
}

fn path(elements: Value) -> ClaimPath {
    serde_json::from_value(elements).unwrap()
}

fn paths(elements: &[Value]) -> Vec<ClaimPath> {
    elements.iter().cloned().map(path).collect()
}

fn attestation(holder: &SigningKey) -> Value {
    json!({
        "iss": "https://issuer.example/o/paniers",
        "vct": "urn:musette:activity-attestation:1",
        "exp": 1_900_000_000,
        "cnf": {"jwk": holder.public().to_jwk()},
        "given_name": "Nadia",
        "family_name": "Benali",
        "activity": {
            "minutes": 7800,
            "breakdown": [{"year": 2024, "minutes": 1800}, {"year": 2025, "minutes": 6000}],
        },
    })
}

fn disclosable() -> Vec<ClaimPath> {
    paths(&[
        json!(["given_name"]),
        json!(["family_name"]),
        json!(["activity"]),
        json!(["activity", "minutes"]),
        json!(["activity", "breakdown", null]),
    ])
}

/// An issued credential with its two keys.
struct Issued {
    issuer: SigningKey,
    holder: SigningKey,
    text: String,
}

impl Issued {
    fn new() -> Self {
        let (issuer, holder) = (SigningKey::generate(), SigningKey::generate());
        let text = issue(
            attestation(&holder),
            &disclosable(),
            "k1",
            &issuer,
            &SeededEntropy::new(1),
        )
        .unwrap();
        Self { issuer, holder, text }
    }

    fn present(&self, chosen: &[ClaimPath]) -> String {
        let binding = KeyBinding {
            key: &self.holder,
            audience: AUDIENCE,
            nonce: NONCE,
            issued_at: now(),
        };
        SdJwt::parse(&self.text).unwrap().present(chosen, &binding).unwrap()
    }
}

/// Everything a verifier checks here; the claims when all holds.
fn verify(text: &str, issuer: &SigningKey) -> Option<Value> {
    let sd_jwt = SdJwt::parse(text).ok()?;
    sd_jwt.jws().expect_type(TYPE).ok()?;
    sd_jwt.jws().verify(issuer.public()).ok()?;
    let claims = sd_jwt.reveal().ok()?.claims;
    let expected = ExpectedBinding {
        audience: AUDIENCE,
        nonce: NONCE,
    };
    let checks = check_binding(&sd_jwt, &claims, expected, now()).ok()?;
    checks
        .binding
        .and(checks.nonce)
        .and(checks.audience)
        .and(checks.time)
        .ok()?;
    Some(claims)
}

/// A disclosure and its digest.
fn disclosure(content: &Value) -> (String, String) {
    let text = URL_SAFE_NO_PAD.encode(content.to_string());
    let digest = DigestAlgorithm::Sha256.digest(&text);
    (text, digest)
}

/// What a careless or hostile issuer would sign.
fn crafted(payload: &Value, disclosures: &[&str]) -> Result<Revealed, SdJwtError> {
    let mut text = jws::sign(TYPE, Map::new(), payload, &SigningKey::generate());
    text.push('~');
    for disclosure in disclosures {
        text.push_str(disclosure);
        text.push('~');
    }
    SdJwt::parse(&text)?.reveal()
}

fn refusal(payload: &Value, disclosures: &[&str]) -> SdJwtError {
    crafted(payload, disclosures).unwrap_err()
}

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
    assert!(SdJwt::parse(&issued.text).unwrap().expect_no_key_binding().is_ok());
    let presented = SdJwt::parse(&issued.present(&[])).unwrap();
    assert_eq!(presented.expect_no_key_binding(), Err(SdJwtError::KeyBindingUnexpected));
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
        sd_jwt.claims["_sd"]
            .as_array()
            .unwrap()
            .is_sorted_by_key(|digest| digest.as_str().unwrap().to_owned())
    );
    assert_eq!(sd_jwt.claims["_sd_alg"], "sha-256");
    for hidden in ["Nadia", "Benali", "given_name", "activity", "minutes"] {
        assert!(
            !Value::Object(sd_jwt.claims.clone())
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

#[test]
fn neg_11_a_stripped_key_binding_is_refused() {
    let issued = Issued::new();
    let presented = issued.present(&disclosable());
    let stripped = &presented[..=presented.rfind('~').unwrap()];
    assert_eq!(verify(stripped, &issued.issuer), None);
    let sd_jwt = SdJwt::parse(stripped).unwrap();
    let claims = sd_jwt.reveal().unwrap().claims;
    let expected = ExpectedBinding {
        audience: AUDIENCE,
        nonce: NONCE,
    };
    assert_eq!(
        check_binding(&sd_jwt, &claims, expected, now()).unwrap_err(),
        SdJwtError::KeyBindingMissing
    );
}

#[test]
fn neg_12_other_disclosures_than_those_bound_are_refused() {
    let issued = Issued::new();
    let presented = issued.present(&paths(&[json!(["given_name"]), json!(["family_name"])]));
    assert!(verify(&presented, &issued.issuer).is_some());
    let parts: Vec<&str> = presented.split('~').collect();
    let [jwt, first, second, binding] = parts[..] else {
        panic!("two disclosures")
    };
    let hash = |text: &str| {
        let sd_jwt = SdJwt::parse(text).unwrap();
        let claims = sd_jwt.reveal().unwrap().claims;
        let expected = ExpectedBinding {
            audience: AUDIENCE,
            nonce: NONCE,
        };
        check_binding(&sd_jwt, &claims, expected, now()).unwrap().binding
    };
    assert_eq!(hash(&presented), Ok(()));
    assert_eq!(
        hash(&format!("{jwt}~{second}~{first}~{binding}")),
        Err(KeyBindingError::HashMismatch)
    );
    assert_eq!(
        hash(&format!("{jwt}~{first}~{binding}")),
        Err(KeyBindingError::HashMismatch)
    );
    assert_eq!(hash(&format!("{jwt}~{binding}")), Err(KeyBindingError::HashMismatch));
}

/// Checks a key binding with these claims and `typ`, signed by `key`.
fn bound(issued: &Issued, key: &SigningKey, typ: &str, change: impl FnOnce(&mut Value)) -> BindingChecks {
    let sd_jwt = SdJwt::parse(&issued.text).unwrap();
    let mut said = json!({"iat": now().timestamp(), "aud": AUDIENCE, "nonce": NONCE, "sd_hash": sd_jwt.hash()});
    change(&mut said);
    let text = format!("{}{}", issued.text, jws::sign(typ, Map::new(), &said, key));
    let sd_jwt = SdJwt::parse(&text).unwrap();
    let claims = sd_jwt.reveal().unwrap().claims;
    check_binding(
        &sd_jwt,
        &claims,
        ExpectedBinding {
            audience: AUDIENCE,
            nonce: NONCE,
        },
        now(),
    )
    .unwrap()
}

#[test]
fn sdj_010_a_key_binding_is_typed_and_signed_by_the_holder() {
    let issued = Issued::new();
    assert_eq!(bound(&issued, &issued.holder, KEY_BINDING_TYPE, |_| {}).binding, Ok(()));
    let stranger = SigningKey::generate();
    let wrong = Err(KeyBindingError::BadSignature);
    assert_eq!(bound(&issued, &stranger, KEY_BINDING_TYPE, |_| {}).binding, wrong);
    assert_eq!(bound(&issued, &issued.issuer, KEY_BINDING_TYPE, |_| {}).binding, wrong);
    assert_eq!(bound(&issued, &issued.holder, "dc+sd-jwt", |_| {}).binding, wrong);
    let no_hash = bound(&issued, &issued.holder, KEY_BINDING_TYPE, |said| {
        said["sd_hash"] = Value::Null
    });
    assert_eq!(no_hash.binding, Err(KeyBindingError::Malformed));
}

#[test]
fn neg_06_an_unusable_holder_key_binds_nothing() {
    let key = SigningKey::generate();
    assert_eq!(holder_key(&json!({})).unwrap_err(), KeyBindingError::NoHolderKey);
    assert_eq!(
        holder_key(&json!({"cnf": {"kid": "x"}})).unwrap_err(),
        KeyBindingError::NoHolderKey
    );
    let mut private = key.public().to_jwk().to_value();
    private["d"] = json!("AA");
    assert_eq!(
        holder_key(&json!({"cnf": {"jwk": private}})).unwrap_err(),
        KeyBindingError::NoHolderKey
    );
    let claims = json!({"cnf": {"jwk": key.public().to_jwk()}});
    assert_eq!(holder_key(&claims).unwrap(), *key.public());
}

#[test]
fn neg_08_another_audience_is_refused() {
    let issued = Issued::new();
    for audience in [
        "did:web:verifier.example",
        "https://verifier.example",
        "",
        "Decentralized_identifier:did:web:verifier.example",
    ] {
        let checks = bound(&issued, &issued.holder, KEY_BINDING_TYPE, |said| {
            said["aud"] = audience.into()
        });
        assert_eq!(checks.audience, Err(KeyBindingError::Audience));
        assert_eq!((checks.binding, checks.nonce, checks.time), (Ok(()), Ok(()), Ok(())));
    }
    let array = bound(&issued, &issued.holder, KEY_BINDING_TYPE, |said| {
        said["aud"] = json!([AUDIENCE])
    });
    assert_eq!(array.audience, Err(KeyBindingError::Malformed));
}

#[test]
fn neg_07_another_nonce_is_refused() {
    let issued = Issued::new();
    let other = bound(&issued, &issued.holder, KEY_BINDING_TYPE, |said| {
        said["nonce"] = "another".into()
    });
    assert_eq!(other.nonce, Err(KeyBindingError::Nonce));
    let absent = bound(&issued, &issued.holder, KEY_BINDING_TYPE, |said| {
        said["nonce"] = json!(7)
    });
    assert_eq!(absent.nonce, Err(KeyBindingError::Malformed));
}

#[test]
fn neg_18_a_key_binding_is_fresh_to_the_second() {
    let issued = Issued::new();
    let at = |offset: i64| {
        let made = now() + Duration::seconds(offset);
        bound(&issued, &issued.holder, KEY_BINDING_TYPE, |said| {
            said["iat"] = made.timestamp().into()
        })
        .time
    };
    assert_eq!(at(-MAX_BINDING_AGE), Ok(()));
    assert_eq!(at(-MAX_BINDING_AGE - 1), Err(KeyBindingError::Time));
    assert_eq!(at(MAX_CLOCK_SKEW), Ok(()));
    assert_eq!(at(MAX_CLOCK_SKEW + 1), Err(KeyBindingError::Time));
    let text = bound(&issued, &issued.holder, KEY_BINDING_TYPE, |said| {
        said["iat"] = "now".into()
    });
    assert_eq!(text.time, Err(KeyBindingError::Malformed));
    let least = bound(&issued, &issued.holder, KEY_BINDING_TYPE, |said| {
        said["iat"] = i64::MIN.into()
    });
    assert_eq!(least.time, Err(KeyBindingError::Time));
}

#[test]
fn neg_01_a_key_binding_without_signature_is_refused() {
    let issued = Issued::new();
    let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"kb+jwt"}"#);
    let unsigned = format!("{}{header}.{}.", issued.text, URL_SAFE_NO_PAD.encode("{}"));
    assert_eq!(
        SdJwt::parse(&unsigned).unwrap_err(),
        SdJwtError::Jws(JwsError::Algorithm)
    );
}

/// Claims without reserved or protected names, at most four levels deep.
fn any_claims() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "\\PC{0,8}".prop_map(Value::from)
    ];
    let value = leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map("[a-zé\"\\\\ ]{1,4}", inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    });
    prop::collection::btree_map("[a-z]{1,2}", value, 1..5)
        .prop_map(|members| Value::Object(members.into_iter().collect()))
}

/// Every concrete path below the top.
fn all_paths(value: &Value, above: &[PathElement], found: &mut Vec<Vec<PathElement>>) {
    let inner: Vec<(PathElement, &Value)> = match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, value)| (PathElement::Key(name.clone()), value))
            .collect(),
        Value::Array(elements) => (0..).map(PathElement::Index).zip(elements).collect(),
        _ => Vec::new(),
    };
    for (step, value) in inner {
        let path = [above, &[step]].concat();
        found.push(path.clone());
        all_paths(value, &path, found);
    }
}

fn some_of(paths: &[Vec<PathElement>], mask: &[bool]) -> BTreeSet<Vec<PathElement>> {
    paths
        .iter()
        .zip(mask.iter().cycle())
        .filter(|(_, chosen)| **chosen)
        .map(|(path, _)| path.clone())
        .collect()
}

fn as_paths(paths: &BTreeSet<Vec<PathElement>>) -> Vec<ClaimPath> {
    paths
        .iter()
        .map(|path| ClaimPath::try_from(path.clone()).unwrap())
        .collect()
}

fn as_set(paths: Vec<ClaimPath>) -> BTreeSet<Vec<PathElement>> {
    paths.into_iter().map(Vec::from).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn what_is_issued_is_revealed(claims in any_claims(), mask in prop::collection::vec(any::<bool>(), 1..12)) {
        let mut all = Vec::new();
        all_paths(&claims, &[], &mut all);
        let hidden = some_of(&all, &mask);
        let key = SigningKey::generate();
        let text = issue(claims.clone(), &as_paths(&hidden), "k1", &key, &SeededEntropy::new(7)).unwrap();
        let sd_jwt = SdJwt::parse(&text).unwrap();
        prop_assert!(sd_jwt.jws().verify(key.public()).is_ok());
        let revealed = sd_jwt.reveal().unwrap();
        prop_assert_eq!(revealed.claims, claims);
        prop_assert_eq!(as_set(revealed.disclosed), hidden);
    }

    #[test]
    fn a_presentation_discloses_the_chosen_exactly(
        claims in any_claims(),
        hide in prop::collection::vec(any::<bool>(), 1..12),
        choose in prop::collection::vec(any::<bool>(), 1..12),
    ) {
        let (issuer, holder) = (SigningKey::generate(), SigningKey::generate());
        let mut all = Vec::new();
        all_paths(&claims, &[], &mut all);
        let hidden = some_of(&all, &hide);
        let chosen = some_of(&all, &choose);
        let text = issue(claims, &as_paths(&hidden), "k1", &issuer, &SeededEntropy::new(7)).unwrap();
        let sd_jwt = SdJwt::parse(&text).unwrap();
        let whole = sd_jwt.reveal().unwrap().disclosed;
        let binding = KeyBinding { key: &holder, audience: AUDIENCE, nonce: NONCE, issued_at: now() };
        let presented = sd_jwt.present(&as_paths(&chosen), &binding).unwrap();
        let shown: BTreeSet<&str> = presented.split('~').collect();
        for (path, disclosure) in whole.iter().zip(sd_jwt.disclosures()) {
            let path = path.elements();
            let needed = chosen.iter().any(|chosen| chosen.starts_with(path) || path.starts_with(chosen));
            prop_assert_eq!(shown.contains(disclosure), needed, "{:?}", path);
        }
        prop_assert!(SdJwt::parse(&presented).unwrap().reveal().is_ok());
    }

    #[test]
    fn one_changed_bit_never_verifies(place in any::<prop::sample::Index>(), bit in 0u8..7) {
        let issued = Issued::new();
        let presented = issued.present(&paths(&[json!(["given_name"]), json!(["activity", "minutes"])]));
        prop_assert!(verify(&presented, &issued.issuer).is_some());
        let mut changed = presented.into_bytes();
        let place = place.index(changed.len());
        changed[place] ^= 1 << bit;
        prop_assert_eq!(verify(&String::from_utf8(changed).unwrap(), &issued.issuer), None);
    }
}
