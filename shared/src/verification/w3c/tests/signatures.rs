//! Who signed, for whom, and when.

use super::*;

#[test]
fn every_form_of_a_credential_is_read_and_checked() {
    for kind in KeyKind::ALL {
        let issuer = Person::new(kind);
        let method = issuer.method();
        let with = SignWith {
            key: &issuer.key,
            kid: &method,
            expires_at: None,
        };
        let entropy = SeededEntropy::new(7);
        let jwt = sign_jwt(Content::Credential, issuer.credential(), &with).unwrap();
        let forms = [
            ("ldp_vc", text(&issuer.prove(issuer.credential(), |_| ())).into_bytes()),
            ("vc+jwt", jwt.clone().into_bytes()),
            (
                "vc+jwt",
                Envelope::of_jwt(Content::Credential, &jwt)
                    .to_value()
                    .to_string()
                    .into_bytes(),
            ),
            (
                "vc+sd-jwt",
                sign_sd_jwt(issuer.credential(), &[], &with, &entropy)
                    .unwrap()
                    .into_bytes(),
            ),
            (
                "vc+cose",
                sign_cose(Content::Credential, issuer.credential(), &with).unwrap(),
            ),
        ];
        for (format, bytes) in forms {
            let document = W3cDocument::parse(&bytes).unwrap();
            assert_eq!((document.format(), document.content()), (format, Content::Credential));
            assert_eq!(document.controller(), Some(issuer.did.as_str()));
            let verdict = verified(&bytes, &W3cExpectation::FOUND);
            assert!(verdict.accepted(Policy::Strict), "{format}: {:?}", verdict.flaws);
            assert_eq!(verdict.verdict.checks[3].note, Some(Reason::NoStatus));
        }
    }
}

#[test]
fn cs_004_what_a_holder_discloses_is_accepted_and_a_base_proof_is_not() {
    let entropy = SeededEntropy::new(7);
    let (p256, bbs) = (SigningKey::generate(), BbsSecretKey::generate(&entropy));
    for (suite, key, multikey) in [
        (
            Cryptosuite::EcdsaSd2023,
            BaseKey::from(&p256),
            p256.public().to_multikey(),
        ),
        (Cryptosuite::Bbs2023, BaseKey::from(&bbs), bbs.public().to_multikey()),
    ] {
        let issuer = Person {
            key: SigningKey::generate(),
            did: format!("did:key:{multikey}").parse().unwrap(),
        };
        let mut base = issuer.credential();
        base["credentialSubject"]["name"] = json!("Camille");
        let options = ProofOptions::assertion(suite, format!("{}#{multikey}", issuer.did), now());
        let mandatory = ["/issuer", "/validFrom", "/validUntil", "/credentialSubject/id"];
        let proof = sign_base(&text(&base), &options, &mandatory, key, &entropy).unwrap();
        attach(&mut base, proof);
        let disclosure = Disclosure {
            suite,
            pointers: &[],
            presentation_header: &[],
        };
        let shown = derive(&text(&base), &disclosure).unwrap();
        let verdict = verified(text(&shown), &W3cExpectation::FOUND);
        assert!(verdict.accepted(Policy::Strict), "{suite:?}: {:?}", verdict.flaws);
        let refused = verified(text(&base), &W3cExpectation::FOUND);
        assert_eq!(
            flaw(&refused),
            (
                CheckId::Signature,
                Outcome::Failed(Reason::Malformed),
                StandardError::ProofVerification
            )
        );
    }
}

#[test]
fn di_008_a_proof_by_somebody_else_says_nothing_of_the_issuer_but_is_a_proof() {
    let (issuer, other) = (Person::new(KeyKind::Ed25519), Person::new(KeyKind::P256));
    let proven = text(&other.prove(issuer.credential(), |_| ()));
    assert_eq!(
        flaw(&verified(&proven, &W3cExpectation::FOUND)),
        (
            CheckId::Signature,
            Outcome::Failed(Reason::UnknownKey),
            StandardError::InvalidVerificationMethodUrl
        )
    );
    let proof_only = W3cExpectation {
        binding: Binding::ProofOnly,
        ..W3cExpectation::FOUND
    };
    assert!(verified(&proven, &proof_only).accepted(Policy::Strict));
    let changed = proven.replace("did:example:subject", "did:example:another");
    assert_eq!(
        flaw(&verified(changed, &proof_only)),
        (
            CheckId::Signature,
            Outcome::Failed(Reason::WrongSignature),
            StandardError::ProofVerification
        )
    );
}

#[test]
fn di_002_what_a_proof_is_for_is_named_when_it_is_something_else() {
    let issuer = Person::new(KeyKind::Ed25519);
    let proven = text(&issuer.prove(issuer.credential(), |options| {
        options.purpose = "authentication".to_owned();
    }));
    let verdict = verified(&proven, &W3cExpectation::FOUND);
    assert_eq!(flaw(&verdict).2, StandardError::ProofVerification);

    let holder = Person::new(KeyKind::P256);
    let credential = Value::Object(issuer.prove(issuer.credential(), |_| ()));
    let presented = text(&holder.prove(holder.presentation(&credential), for_authentication));
    let asked = |challenge, domain| W3cExpectation {
        domain,
        challenge,
        ..W3cExpectation::FOUND
    };
    let verdict = verified(&presented, &asked(Some("c-1"), Some("counter.example")));
    assert!(verdict.accepted(Policy::Strict), "{:?}", verdict.flaws);
    assert_eq!(verdict.credentials.len(), 1);
    let verdict = verified(&presented, &asked(Some("c-2"), None));
    assert_eq!(
        flaw(&verdict),
        (
            CheckId::Nonce,
            Outcome::Failed(Reason::OtherRequest),
            StandardError::InvalidChallenge
        )
    );
    let verdict = verified(&presented, &asked(None, Some("other.example")));
    assert_eq!(
        flaw(&verdict),
        (
            CheckId::Audience,
            Outcome::Failed(Reason::OtherVerifier),
            StandardError::InvalidDomain
        )
    );
}

#[test]
fn jc_003_a_presentation_in_a_jwt_answers_its_nonce() {
    let holder = Person::new(KeyKind::P256);
    let method = holder.method();
    let with = SignWith {
        key: &holder.key,
        kid: &method,
        expires_at: None,
    };
    let credential = sign_jwt(Content::Credential, holder.credential(), &with).unwrap();
    let envelope = Envelope::of_jwt(Content::Credential, &credential).to_value();
    let mut presentation = holder.presentation(&json!([envelope]));
    presentation.insert("nonce".to_owned(), json!("c-1"));
    presentation.insert("aud".to_owned(), json!(["counter.example"]));
    let presented = sign_jwt(Content::Presentation, presentation, &with).unwrap();
    let asked = |challenge| W3cExpectation {
        domain: Some("counter.example"),
        challenge: Some(challenge),
        ..W3cExpectation::FOUND
    };
    let verdict = verified(&presented, &asked("c-1"));
    assert!(verdict.accepted(Policy::Strict), "{:?}", verdict.flaws);
    assert_eq!(verdict.credentials.len(), 1);
    assert_eq!(flaw(&verified(&presented, &asked("c-2"))).0, CheckId::Nonce);
}

#[test]
fn a_wrong_credential_in_a_right_presentation_is_not_accepted() {
    let (issuer, holder) = (Person::new(KeyKind::Ed25519), Person::new(KeyKind::Ed25519));
    let mut credential = issuer.prove(issuer.credential(), |_| ());
    credential.insert("validUntil".to_owned(), json!("2029-01-10T00:00:00Z"));
    let presentation = holder.presentation(&json!([credential]));
    let presented = text(&holder.prove(presentation, for_authentication));
    let verdict = verified(&presented, &W3cExpectation::FOUND);
    assert!(verdict.verdict.accepted(Policy::Strict) && !verdict.accepted(Policy::Strict));
    assert_eq!(flaw(&verdict).0, CheckId::Signature);
}

#[test]
fn vcdm_011_what_nobody_secured_is_by_the_holder() {
    let (issuer, holder) = (Person::new(KeyKind::Ed25519), Person::new(KeyKind::Ed25519));
    let presented = |by: &Person| {
        let presentation = holder.presentation(&json!([by.credential()]));
        verified(
            text(&holder.prove(presentation, for_authentication)),
            &W3cExpectation::FOUND,
        )
    };
    assert!(presented(&holder).accepted(Policy::Strict));
    assert_eq!(
        flaw(&presented(&issuer)),
        (
            CheckId::Structure,
            Outcome::Failed(Reason::Malformed),
            StandardError::MalformedValue
        )
    );
}

#[test]
fn vcdm_014_a_term_without_meaning_is_refused_whatever_the_mechanism() {
    let issuer = Person::new(KeyKind::Ed25519);
    let mut credential = issuer.credential();
    credential.insert("hoursSpent".to_owned(), json!(12));
    let options = |options: &mut ProofOptions| options.suite = Cryptosuite::EddsaJcs2022;
    let method = issuer.method();
    let with = SignWith {
        key: &issuer.key,
        kid: &method,
        expires_at: None,
    };
    let jwt = sign_jwt(Content::Credential, credential.clone(), &with).unwrap();
    for signed in [text(&issuer.prove(credential, options)), jwt] {
        let verdict = verified(&signed, &W3cExpectation::FOUND);
        let flaw = &verdict.flaws[0];
        assert_eq!(
            (flaw.check, flaw.standard),
            (CheckId::Structure, StandardError::MalformedValue)
        );
        assert!(flaw.detail.contains("/hoursSpent"), "{}", flaw.detail);
    }
}

#[test]
fn vcdm_005_its_period_is_looked_at() {
    let issuer = Person::new(KeyKind::Ed25519);
    let proven = text(&issuer.prove(issuer.credential(), |options| options.created = None));
    let document = W3cDocument::parse(proven.as_bytes()).unwrap();
    let around = surroundings(&document, None);
    for (at, reason) in [
        ("2027-01-09T00:00:00Z", Reason::NotYetValid),
        ("2028-01-11T00:00:00Z", Reason::Expired),
    ] {
        let verdict = document.verify(&around, &W3cExpectation::FOUND, at.parse().unwrap());
        assert_eq!(
            flaw(&verdict),
            (CheckId::Time, Outcome::Failed(reason), StandardError::Range)
        );
    }
}
