//! Decoy digests and the hash of all digests.

use super::*;

fn concealed(concealment: &Concealment<'_>, seed: u64) -> Result<String, SdJwtError> {
    let key = SigningKey::generate();
    issue_concealed(
        attestation(&SigningKey::generate()),
        concealment,
        "k1",
        &key,
        &SeededEntropy::new(seed),
    )
}

fn strings(digests: &Value) -> Vec<&str> {
    digests
        .as_array()
        .unwrap()
        .iter()
        .map(|d| d.as_str().unwrap())
        .collect()
}

#[test]
fn sdj_007_decoys_are_of_the_same_length_and_sorted_among_the_others() {
    let hidden = disclosable();
    for algorithm in DigestAlgorithm::ALL {
        let concealment = Concealment {
            disclosable: &hidden,
            decoys: &[Decoys { within: None, count: 5 }],
            algorithm,
        };
        let sd_jwt = SdJwt::parse(&concealed(&concealment, 1).unwrap()).unwrap();
        let digests = strings(&sd_jwt.unverified_claims()["_sd"]);
        assert_eq!(digests.len(), 3 + 5);
        assert!(digests.is_sorted());
        assert!(digests.iter().all(|digest| digest.len() == digests[0].len()));
        let real: BTreeSet<String> = sd_jwt.disclosures().map(|text| algorithm.digest(text)).collect();
        assert_eq!(digests.iter().filter(|digest| real.contains(**digest)).count(), 3);
        // Nothing of them is left, and nothing else is missing.
        let revealed = sd_jwt.reveal().unwrap();
        assert_eq!(revealed.disclosed.len(), 6);
        assert_eq!(revealed.claims["activity"]["minutes"], 7800);
    }
}

#[test]
fn sdj_007_decoys_lie_anywhere_in_an_array_and_leave_its_order() {
    let years = json!([2020, 2021, 2022, 2023]);
    let within = path(json!(["years"]));
    let hidden = paths(&[json!(["years", 1])]);
    let mut places = BTreeSet::new();
    for seed in 0..24 {
        let concealment = Concealment {
            disclosable: &hidden,
            decoys: &[Decoys {
                within: Some(&within),
                count: 2,
            }],
            ..Concealment::default()
        };
        let key = SigningKey::generate();
        let text = issue_concealed(
            json!({"years": years}),
            &concealment,
            "k1",
            &key,
            &SeededEntropy::new(seed),
        );
        let sd_jwt = SdJwt::parse(&text.unwrap()).unwrap();
        let written = sd_jwt.unverified_claims()["years"].as_array().unwrap();
        assert_eq!(written.len(), 6);
        let is_placeholder = |element: &Value| element.get("...").is_some();
        places.extend((0..6).filter(|place| is_placeholder(&written[*place])));
        assert_eq!(sd_jwt.reveal().unwrap().claims["years"], years);
    }
    assert_eq!(places.len(), 6, "every place is taken by some placeholder");
}

#[test]
fn sdj_007_decoys_go_where_the_caller_says() {
    let (nested, every) = (path(json!(["activity"])), path(json!(["activity", "breakdown", null])));
    let decoys = [
        Decoys {
            within: Some(&nested),
            count: 1,
        },
        Decoys {
            within: Some(&every),
            count: 2,
        },
        Decoys {
            within: Some(&nested),
            count: 1,
        },
    ];
    let concealment = Concealment {
        decoys: &decoys,
        ..Concealment::default()
    };
    let sd_jwt = SdJwt::parse(&concealed(&concealment, 1).unwrap()).unwrap();
    let activity = &sd_jwt.unverified_claims()["activity"];
    assert_eq!(strings(&activity["_sd"]).len(), 2);
    for element in activity["breakdown"].as_array().unwrap() {
        assert_eq!(strings(&element["_sd"]).len(), 2);
    }
    assert_eq!(sd_jwt.unverified_claims().get("_sd"), None);
}

#[test]
fn sdj_007_decoys_that_have_no_place_are_refused() {
    let refusal = |within: Value, count| {
        let within = path(within);
        let decoys = [Decoys {
            within: Some(&within),
            count,
        }];
        let concealment = Concealment {
            decoys: &decoys,
            ..Concealment::default()
        };
        concealed(&concealment, 1).unwrap_err()
    };
    assert_eq!(refusal(json!(["given_name"]), 1), SdJwtError::NoSuchClaim);
    assert_eq!(refusal(json!(["nickname"]), 1), SdJwtError::NoSuchClaim);
    assert_eq!(refusal(json!(["cnf", "jwk"]), 1), SdJwtError::ProtectedClaim);
    assert_eq!(refusal(json!(["activity"]), MAX_DISCLOSURES + 1), SdJwtError::TooLarge);
    assert_eq!(refusal(json!(["activity"]), usize::MAX), SdJwtError::TooLarge);
}

#[test]
fn sdj_003_every_hash_we_write_is_read_and_presented() {
    let (issuer, holder) = (SigningKey::generate(), SigningKey::generate());
    let hidden = disclosable();
    for (algorithm, name) in DigestAlgorithm::ALL.into_iter().zip(["sha-256", "sha-384", "sha-512"]) {
        let concealment = Concealment {
            disclosable: &hidden,
            algorithm,
            ..Concealment::default()
        };
        let entropy = SeededEntropy::new(1);
        let text = issue_concealed(attestation(&holder), &concealment, "k1", &issuer, &entropy).unwrap();
        let sd_jwt = SdJwt::parse(&text).unwrap();
        assert_eq!(sd_jwt.unverified_claims()["_sd_alg"], name);
        let binding = KeyBinding {
            key: &holder,
            audience: AUDIENCE,
            nonce: NONCE,
            issued_at: now(),
        };
        let presented = sd_jwt.present(&paths(&[json!(["given_name"])]), &binding).unwrap();
        assert_eq!(verify(&presented, &issuer).unwrap()["given_name"], "Nadia");
    }
}
