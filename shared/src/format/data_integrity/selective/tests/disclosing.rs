//! What a holder may show, and of what.

use super::*;

#[test]
fn what_was_disclosed_verifies_and_nothing_else_does() {
    for issuer in Issuer::each() {
        let base = issuer.based();
        let pointers = ["/credentialSubject/boats/1/crew/2", "/credentialSubject/address"];
        let mut shown = issuer.shown(&base, &pointers).unwrap();
        assert_eq!(issuer.verify(&shown), Ok(()));
        assert_eq!(
            shown["credentialSubject"],
            json!({
                "address": {"type": "Place", "street": "leaf-street", "town": "leaf-town"},
                "boats": [{"crew": ["leaf-crew-2"]}],
            })
        );
        assert_eq!(shown["id"], base["id"]);
        assert_eq!(shown["proof"]["created"], base["proof"]["created"]);
        assert_eq!(
            Issuer::of(issuer.suite).verify(&shown),
            Err(DataIntegrityError::BadSignature)
        );
        for (pointer, value) in [
            ("/issuer", json!("did:web:other.example.org")),
            ("/credentialSubject/boats/0/crew/0", json!("leaf-crew-1")),
            ("/credentialSubject/address/type", json!("Port")),
            ("/type/0", json!("VerifiablePresentation")),
            ("/id", json!("urn:uuid:00000000-0000-0000-0000-000000000000")),
            ("/proof/created", json!("2027-01-10T09:30:01Z")),
            ("/proof/verificationMethod", json!("did:web:asso.example.org#other")),
            ("/proof/proofPurpose", json!("authentication")),
        ] {
            let mut changed = Value::Object(shown.clone());
            *changed.pointer_mut(pointer).unwrap() = value;
            let refused = verify_text(&changed.to_string(), &issuer.public());
            assert_eq!(refused, Err(DataIntegrityError::BadSignature), "{pointer}");
        }
        // What is mandatory cannot be left out, nor what was disclosed, nor anything added.
        for member in ["issuer", "validFrom", "credentialSubject", "id", "type"] {
            let mut without = shown.clone();
            without.remove(member);
            assert!(issuer.verify(&without).is_err(), "{member}");
        }
        shown.insert("name".to_owned(), json!("Attestation"));
        assert_eq!(issuer.verify(&shown), Err(DataIntegrityError::BadSignature));
    }
}

#[test]
fn cs_004_a_base_proof_is_not_for_verifiers() {
    for issuer in Issuer::each() {
        let base = issuer.based();
        assert_eq!(issuer.verify(&base), Err(DataIntegrityError::BaseProof));
        let all = issuer.shown(&base, &[""]).unwrap();
        assert_eq!(issuer.verify(&all), Ok(()));
        assert_eq!(leaves(&text(&all)), leaves(&text(&base)));
        // The key to the names is gone with the base proof.
        let place = if issuer.suite == Cryptosuite::Bbs2023 { 3 } else { 2 };
        let Cbor::Bytes(hmac) = &parts(&base["proof"])[place] else {
            panic!("no key");
        };
        assert_eq!(hmac.len(), 32);
        assert!(!bytes(&all["proof"]).windows(32).any(|window| window == hmac));
    }
}

#[test]
fn only_a_base_proof_can_be_derived_from() {
    for issuer in Issuer::each() {
        let base = issuer.based();
        let derived = issuer.shown(&base, &["/credentialSubject"]).unwrap();
        assert_eq!(
            issuer.shown(&derived, &["/issuer"]),
            Err(DataIntegrityError::NoBaseProof)
        );
        let mut twice = base.clone();
        attach(&mut twice, base["proof"].as_object().unwrap().clone());
        assert_eq!(issuer.shown(&twice, &["/issuer"]), Err(DataIntegrityError::NoBaseProof));
        assert_eq!(
            issuer.shown(&document(), &["/issuer"]),
            Err(DataIntegrityError::NoProof)
        );
        let whole = Disclosure {
            suite: Cryptosuite::EcdsaRdfc2019,
            pointers: &["/issuer"],
            presentation_header: &[],
        };
        assert_eq!(derive(&text(&base), &whole), Err(DataIntegrityError::NotSelective));

        // Another proof of the same document stays behind: it is of the whole.
        let ed25519 = SigningKey::generate_of(KeyKind::Ed25519);
        let plain = ProofOptions {
            suite: Cryptosuite::EddsaRdfc2022,
            ..issuer.options()
        };
        let mut both = base.clone();
        attach(&mut both, sign(&text(&document()), &plain, &ed25519).unwrap());
        let derived = issuer.shown(&both, &["/credentialSubject/givenName"]).unwrap();
        assert_eq!(issuer.verify(&derived), Ok(()));
        assert!(derived["proof"].is_object());
    }
}

#[test]
fn a_document_may_carry_base_proofs_of_both_suites() {
    let issuers = Issuer::each();
    let mut base = document();
    for issuer in &issuers {
        let proof = issuer.sign(&text(&document()), &MANDATORY).unwrap();
        attach(&mut base, proof);
    }
    for issuer in &issuers {
        let derived = issuer.shown(&base, &["/credentialSubject/givenName"]).unwrap();
        assert_eq!(derived["proof"]["cryptosuite"], issuer.suite.name());
        assert_eq!(issuer.verify(&derived), Ok(()));
    }
}

#[test]
fn a_base_proof_of_another_document_discloses_nothing_that_verifies() {
    for issuer in Issuer::each() {
        let mut other = issuer.based();
        other["credentialSubject"]["givenName"] = json!("leaf-other");
        let derived = issuer.shown(&other, &["/credentialSubject/givenName"]).unwrap();
        assert_eq!(issuer.verify(&derived), Err(DataIntegrityError::BadSignature));
        let mut other = issuer.based();
        other["credentialSubject"].as_object_mut().unwrap().remove("givenName");
        other["issuer"] = json!("did:web:other.example.org");
        assert_eq!(
            issuer.shown(&other, &["/credentialSubject/familyName"]),
            Err(DataIntegrityError::BadSignature)
        );
    }
}

#[test]
fn two_holders_derive_what_each_wants() {
    for issuer in Issuer::each() {
        let base = issuer.based();
        let one = issuer.shown(&base, &["/credentialSubject/givenName"]).unwrap();
        let two = issuer.shown(&base, &["/credentialSubject/boats/2"]).unwrap();
        for derived in [&one, &two] {
            assert_eq!(issuer.verify(derived), Ok(()));
        }
        assert_eq!(leaves(&text(&one)), BTreeSet::from(["leaf-givenName".to_owned()]));
        assert_eq!(
            leaves(&text(&two)),
            BTreeSet::from(["leaf-boat-2".to_owned(), "leaf-year-2".to_owned()])
        );
        // What each was shown does not add up to more: the proof of one does not fit the document of the other.
        let mut crossed = one.clone();
        crossed["proof"] = two["proof"].clone();
        assert_eq!(issuer.verify(&crossed), Err(DataIntegrityError::BadSignature));
    }
}

#[test]
fn pointers_that_point_nowhere_are_refused_by_name() {
    for issuer in Issuer::each() {
        let base = issuer.based();
        for pointer in [
            "/credentialSubject/name",
            "/credentialSubject/boats/3",
            "/proof",
            "/issuer/id",
            "issuer",
            "/credentialSubject/givenName/0",
        ] {
            let refusal = DataIntegrityError::NoSuchValue(pointer.to_owned());
            assert_eq!(issuer.shown(&base, &["/issuer", pointer]), Err(refusal.clone()));
            assert_eq!(issuer.sign(&text(&document()), &["/issuer", pointer]), Err(refusal));
        }
        for pointer in ["/credentialSubject/ports/@list/0", "/credentialSubject/mission/@value"] {
            let refusal = DataIntegrityError::PartOfWhole(pointer.to_owned());
            assert_eq!(issuer.shown(&base, &[pointer]), Err(refusal.clone()));
            assert_eq!(issuer.sign(&text(&document()), &[pointer]), Err(refusal));
        }
    }
}

#[test]
fn every_shape_of_json_ld_is_disclosed_as_it_was_signed() {
    let document = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2", {
            "@vocab": "https://vocabulary.example/",
            "route": {"@id": "https://vocabulary.example/route", "@container": "@list"},
            "raw": {"@id": "https://vocabulary.example/raw", "@type": "@json"},
            "title": {"@id": "https://vocabulary.example/title", "@container": "@language"},
        }],
        "@type": "VerifiableCredential",
        "issuer": "did:web:asso.example.org",
        "credentialSubject": [{
            "title": {"fr": "leaf-titre", "en": "leaf-title"},
            "route": [{"port": "leaf-port"}, "leaf-sea"],
            "raw": {"leaf-raw": [1, {"b": null}]},
            "inner": {"@context": {"@vocab": "https://other.example/"}, "kept": "leaf-kept", "left": "leaf-left"},
            "twice": ["leaf-twice", "leaf-twice", "leaf-once"],
            "friend": {"@id": "_:friend", "nick": "leaf-nick", "age": "leaf-age"},
            "partner": "leaf-partner",
            "knows": [{"@id": "_:friend"}, {"@id": "_:friend", "town": "leaf-town"}],
            "nothing": [null, []],
        }],
    });
    let at = |rest: &str| format!("/credentialSubject/0{rest}");
    for issuer in Issuer::each() {
        let Value::Object(mut base) = document.clone() else {
            unreachable!("an object")
        };
        let proof = issuer.sign(&document.to_string(), &["/issuer"]).unwrap();
        attach(&mut base, proof);
        for (pointer, expected) in [
            ("/title/fr", json!({"title": {"fr": "leaf-titre"}})),
            ("/route", json!({"route": document["credentialSubject"][0]["route"]})),
            ("/raw", json!({"raw": {"leaf-raw": [1, {"b": null}]}})),
            (
                "/inner/kept",
                json!({"inner": {"@context": {"@vocab": "https://other.example/"}, "kept": "leaf-kept"}}),
            ),
            ("/twice/1", json!({"twice": ["leaf-twice"]})),
            ("/friend/age", json!({"friend": {"@id": "_:friend", "age": "leaf-age"}})),
            ("/knows/1", json!({"knows": [{"@id": "_:friend", "town": "leaf-town"}]})),
            ("/knows", json!({"knows": document["credentialSubject"][0]["knows"]})),
            ("/nothing", json!({"nothing": [null, []]})),
        ] {
            let shown = issuer.shown(&base, &[&at(pointer)]).unwrap();
            assert_eq!(shown["credentialSubject"], json!([expected]), "{pointer}");
            assert_eq!(shown["@type"], "VerifiableCredential");
            assert_eq!(issuer.verify(&shown), Ok(()), "{pointer}");
        }
        for pointer in ["/route/0", "/route/0/port", "/raw/leaf-raw", "/raw/leaf-raw/1/b"] {
            let pointer = at(pointer);
            assert_eq!(
                issuer.shown(&base, &[&pointer]),
                Err(DataIntegrityError::PartOfWhole(pointer.clone()))
            );
        }
        // The order of a list is signed, and so is that nothing is missing in it.
        let mut shown = issuer.shown(&base, &[&at("/route")]).unwrap();
        shown["credentialSubject"][0]["route"].as_array_mut().unwrap().reverse();
        assert_eq!(issuer.verify(&shown), Err(DataIntegrityError::BadSignature));
        // Two nodes cannot be made one.
        let mut shown = issuer.shown(&base, &[&at("/friend/age"), &at("/inner/kept")]).unwrap();
        shown["credentialSubject"][0]["inner"]["@id"] = json!("_:friend");
        assert_eq!(issuer.verify(&shown), Err(DataIntegrityError::BadSignature));
    }
}

#[test]
fn nothing_mandatory_is_allowed_and_nothing_disclosed_is_not() {
    for issuer in Issuer::each() {
        let mut base = document();
        let proof = issuer.sign(&text(&base), &[]).unwrap();
        attach(&mut base, proof);
        assert_eq!(issuer.shown(&base, &[]), Err(DataIntegrityError::NothingDisclosed));
        let derived = issuer.shown(&base, &["/issuer"]).unwrap();
        assert_eq!(issuer.verify(&derived), Ok(()));
        assert_eq!(derived["type"], json!(["VerifiableCredential"]));
        assert_eq!(derived.get("validFrom"), None);
    }
}

#[test]
fn keys_suites_and_chains_that_do_not_fit_are_refused() {
    let document = text(&document());
    let [ecdsa, bbs] = Issuer::each();
    for kind in [KeyKind::P384, KeyKind::Ed25519] {
        let key = SigningKey::generate_of(kind);
        for issuer in [&ecdsa, &bbs] {
            assert_eq!(
                sign_base(&document, &issuer.options(), &MANDATORY, &key, &SystemEntropy),
                Err(DataIntegrityError::WrongKey)
            );
            let derived = issuer.shown(&issuer.based(), &["/issuer"]).unwrap();
            assert_eq!(
                verify_text(&text(&derived), &key.public().into()),
                Err(DataIntegrityError::WrongKey)
            );
        }
    }
    for (issuer, other) in [(&ecdsa, &bbs), (&bbs, &ecdsa)] {
        assert_eq!(
            sign_base(&document, &issuer.options(), &MANDATORY, other.key(), &SystemEntropy),
            Err(DataIntegrityError::WrongKey)
        );
        let derived = issuer.shown(&issuer.based(), &["/issuer"]).unwrap();
        assert_eq!(other.verify(&derived), Err(DataIntegrityError::WrongKey));
        // The value of one suite under the name of the other.
        let mut renamed = derived.clone();
        renamed["proof"]["cryptosuite"] = json!(other.suite.name());
        assert_eq!(
            other.verify(&renamed),
            Err(DataIntegrityError::MalformedProof("proofValue"))
        );

        let mut whole = issuer.options();
        whole.suite = Cryptosuite::EcdsaRdfc2019;
        assert_eq!(
            sign_base(&document, &whole, &MANDATORY, issuer.key(), &SystemEntropy),
            Err(DataIntegrityError::NotSelective)
        );
        assert_eq!(
            sign(&document, &issuer.options(), &issuer.p256),
            Err(DataIntegrityError::NotSelective)
        );
        let mut chained = issuer.options();
        chained.previous = vec!["urn:uuid:1".to_owned()];
        assert_eq!(
            sign_base(&document, &chained, &MANDATORY, issuer.key(), &SystemEntropy),
            Err(DataIntegrityError::SelectiveChain)
        );
        let mut derived = derived;
        derived["proof"]["previousProof"] = json!("urn:uuid:1");
        assert_eq!(issuer.verify(&derived), Err(DataIntegrityError::SelectiveChain));
    }
    // A key of BBS fits no other suite.
    let mut plain = self::document();
    let options = ProofOptions {
        suite: Cryptosuite::EcdsaRdfc2019,
        ..ecdsa.options()
    };
    attach(&mut plain, sign(&document, &options, &ecdsa.p256).unwrap());
    assert_eq!(bbs.verify(&plain), Err(DataIntegrityError::WrongKey));
}

#[test]
fn documents_of_too_many_statements_are_refused() {
    for (issuer, most) in Issuer::each().iter().zip([MAX_STATEMENTS, MAX_MESSAGES]) {
        let mut document = document();
        let names: Vec<String> = (0..most).map(|number| number.to_string()).collect();
        document["credentialSubject"]["crew"] = json!(names);
        assert_eq!(
            issuer.sign(&text(&document), &MANDATORY),
            Err(DataIntegrityError::TooManyStatements)
        );
    }
}
