use serde_json::json;

use super::*;
use crate::{
    did::Did,
    format::data_integrity::{Disclosure, derive},
    keys::{BbsSecretKey, SigningKey},
    testing::SeededEntropy,
    verification::{
        Fetched, Policy,
        w3c::{Binding, Surroundings, W3cDocument, W3cExpectation},
    },
};

struct Person {
    key: SigningKey,
    did: String,
    method: String,
}

impl Person {
    fn new(kind: KeyKind) -> Self {
        let key = SigningKey::generate_of(kind);
        let multikey = key.public().to_multikey();
        let did = format!("did:key:{multikey}");
        Self {
            method: format!("{did}#{multikey}"),
            did,
            key,
        }
    }

    fn signatory(&self) -> Signatory<'_> {
        Signatory {
            controller: &self.did,
            method: &self.method,
            key: (&self.key).into(),
        }
    }

    fn issue(&self, mechanism: Mechanism, credential: &Value) -> Result<Issued, IssuanceError> {
        let entropy = SeededEntropy::new(1);
        let credential = credential.as_object().unwrap().clone();
        issue(
            credential,
            mechanism,
            &self.signatory(),
            &SigningOptions::default(),
            &entropy,
        )
    }

    fn credential(&self) -> Value {
        json!({
            "@context": [vcdm::CONTEXT_V2],
            "type": ["VerifiableCredential"],
            "issuer": {"id": self.did, "name": "Les Paniers du Vallon"},
            "credentialSubject": {"id": "did:example:subject"},
        })
    }

    fn credential_v1(&self) -> Value {
        json!({
            "@context": [vcdm::CONTEXT_V1],
            "type": ["VerifiableCredential"],
            "issuer": self.did,
            "issuanceDate": "2027-01-10T00:00:00Z",
            "credentialSubject": {"id": "did:example:subject"},
        })
    }
}

fn holds(issued: &Issued) -> bool {
    let document = W3cDocument::parse(issued.to_value().to_string().as_bytes()).unwrap();
    let documents = document.needs(Binding::Controller).dids.into_iter().map(|did: Did| {
        let found = Fetched::Found(did.resolve_local().unwrap());
        (did, found)
    });
    let surroundings = Surroundings {
        documents: documents.collect(),
        ..Surroundings::default()
    };
    let now = "2027-01-10T09:30:00Z".parse().unwrap();
    document
        .verify(&surroundings, &W3cExpectation::FOUND, now)
        .accepted(Policy::Strict)
}

#[test]
fn what_is_issued_by_any_mechanism_with_any_key_holds() {
    for mechanism in Mechanism::all() {
        assert_eq!(mechanism.name().parse(), Ok(mechanism));
        if mechanism.is_selective() {
            continue;
        }
        for kind in KeyKind::ALL {
            let person = Person::new(kind);
            let issued = person.issue(mechanism, &person.credential());
            if mechanism.fits(kind) {
                assert!(holds(&issued.unwrap()), "{mechanism} {kind:?}");
            } else {
                assert_eq!(issued, Err(IssuanceError::WrongKey));
            }
        }
    }
    assert_eq!("ldp_vc".parse::<Mechanism>(), Err(UnknownMechanism));
}

#[test]
fn a_credential_of_1_1_gets_the_context_of_its_proof() {
    let person = Person::new(KeyKind::Ed25519);
    for suite in [Cryptosuite::EddsaRdfc2022, Cryptosuite::EddsaJcs2022] {
        let issued = person.issue(Mechanism::DataIntegrity(suite), &person.credential_v1());
        let issued = issued.unwrap();
        assert!(holds(&issued));
        let value = issued.to_value();
        assert_eq!(value["@context"], json!([vcdm::CONTEXT_V1, DATA_INTEGRITY_CONTEXT]));
    }
    let mut knowing = person.credential_v1();
    knowing["@context"] = json!([vcdm::CONTEXT_V1, OLDER_DATA_INTEGRITY_CONTEXT]);
    let issued = person.issue(Mechanism::DataIntegrity(Cryptosuite::EddsaRdfc2022), &knowing);
    assert_eq!(issued.unwrap().to_value()["@context"], knowing["@context"]);
    // VC-JOSE-COSE is for 2.0.
    assert_eq!(
        person.issue(Mechanism::Jose(Securing::Jwt), &person.credential_v1()),
        Err(VcJoseError::Document("@context").into())
    );
}

#[test]
fn a_presentation_is_proven_by_its_holder() {
    let (issuer, holder) = (Person::new(KeyKind::Ed25519), Person::new(KeyKind::P256));
    let entropy = SeededEntropy::new(1);
    let options = SigningOptions {
        domain: Some("counter.example".to_owned()),
        challenge: Some("c-1".to_owned()),
        ..SigningOptions::default()
    };
    for (credential, mechanism) in [
        (
            Mechanism::DataIntegrity(Cryptosuite::EddsaRdfc2022),
            Mechanism::DataIntegrity(Cryptosuite::EcdsaRdfc2019),
        ),
        (Mechanism::Jose(Securing::Jwt), Mechanism::Jose(Securing::Jwt)),
        (Mechanism::Jose(Securing::SdJwt), Mechanism::Jose(Securing::Cose)),
    ] {
        let credential = issuer.issue(credential, &issuer.credential()).unwrap();
        let presentation = json!({
            "@context": [vcdm::CONTEXT_V2],
            "type": ["VerifiablePresentation"],
            "verifiableCredential": [credential.to_value()],
        });
        let presentation = presentation.as_object().unwrap();
        let proven =
            |members: &Map<String, Value>| prove(members.clone(), mechanism, &holder.signatory(), &options, &entropy);
        assert!(holds(&proven(presentation).unwrap()), "{mechanism}");
        let mut stolen = presentation.clone();
        stolen.insert("holder".to_owned(), json!(issuer.did));
        assert_eq!(proven(&stolen), Err(IssuanceError::OtherController));
    }
}

#[test]
fn vcdm_014_nothing_is_signed_that_we_would_refuse() {
    let person = Person::new(KeyKind::Ed25519);
    let refused = |name: &str, value: Value| {
        Mechanism::all()
            .filter(|mechanism| mechanism.fits(KeyKind::Ed25519))
            .map(|mechanism| {
                let mut credential = person.credential();
                credential[name] = value.clone();
                person.issue(mechanism, &credential).unwrap_err().standard()
            })
            .collect::<Vec<_>>()
    };
    for (name, value) in [
        ("hoursSpent", json!(12)),
        ("type", json!(["VerifiableCredential", "VolunteerCredential"])),
        ("issuer", json!("did:example:other")),
        ("issuer", json!("nobody")),
        ("credentialSubject", json!({})),
        ("credentialSubject", json!({"id": "subject"})),
        ("proof", json!({"type": "DataIntegrityProof"})),
    ] {
        for standard in refused(name, value.clone()) {
            assert_eq!(standard, StandardError::MalformedValue, "{name}: {value}");
        }
    }
    let hidden = SigningOptions {
        disclosable: vec![ClaimPath::of(&["credentialSubject"])],
        ..SigningOptions::default()
    };
    let credential = person.credential().as_object().unwrap().clone();
    let mechanism = Mechanism::DataIntegrity(Cryptosuite::EddsaRdfc2022);
    let issued = issue(
        credential,
        mechanism,
        &person.signatory(),
        &hidden,
        &SeededEntropy::new(1),
    );
    assert_eq!(issued, Err(IssuanceError::Unsupported("which claims may be hidden")));
}

#[test]
fn ob_005_a_badge_is_checked_and_its_proofs_are_a_list() {
    let person = Person::new(KeyKind::Ed25519);
    let mut badge = json!({
        "@context": [vcdm::CONTEXT_V2, "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
        "id": "https://badges.example.org/1",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": "Recommandation",
        "issuer": person.did,
        "validFrom": "2027-01-10T00:00:00Z",
        "credentialSubject": { "id": "did:web:badges.example.org", "type": ["EndorsementSubject"] },
    });
    for mechanism in Mechanism::all().filter(|mechanism| mechanism.fits(KeyKind::Ed25519)) {
        let issued = person.issue(mechanism, &badge).unwrap();
        if let Issued::Proven(document) = issued {
            assert_eq!(document["proof"].as_array().unwrap().len(), 1, "{mechanism}");
            assert_eq!(open_badge::check(&Value::Object(document)), Ok(()));
        }
    }
    badge["credentialSubject"]["type"] = json!(["Other"]);
    let mechanism = Mechanism::DataIntegrity(Cryptosuite::EddsaRdfc2022);
    assert!(matches!(person.issue(mechanism, &badge), Err(IssuanceError::Badge(_))));
}

#[test]
fn what_is_issued_for_selective_disclosure_is_for_the_holder_to_derive_from() {
    let (person, bbs) = (
        Person::new(KeyKind::P256),
        BbsSecretKey::generate(&SeededEntropy::new(5)),
    );
    let of_bbs = format!("did:key:{}", bbs.public().to_multikey());
    let method_of_bbs = format!("{of_bbs}#{}", bbs.public().to_multikey());
    let bbs = Signatory {
        controller: &of_bbs,
        method: &method_of_bbs,
        key: (&bbs).into(),
    };
    for (suite, signatory) in [
        (Cryptosuite::EcdsaSd2023, person.signatory()),
        (Cryptosuite::Bbs2023, bbs),
    ] {
        let mut credential = person.credential();
        credential["issuer"] = json!(signatory.controller);
        let options = SigningOptions {
            mandatory: vec!["/issuer".to_owned()],
            ..SigningOptions::default()
        };
        let issued = |mechanism, options: &SigningOptions| {
            let credential = credential.as_object().unwrap().clone();
            issue(credential, mechanism, &signatory, options, &SeededEntropy::new(2))
        };
        let base = issued(Mechanism::DataIntegrity(suite), &options).unwrap();
        // A base proof proves nothing to anybody else.
        assert!(!holds(&base));
        let disclosure = Disclosure {
            suite,
            pointers: &["/credentialSubject/id"],
            presentation_header: &[],
        };
        let derived = derive(&base.to_text(), &disclosure).unwrap();
        assert!(holds(&Issued::Proven(derived)), "{}", suite.name());
        assert_eq!(
            issued(Mechanism::Jose(Securing::Jwt), &options).unwrap_err().standard(),
            StandardError::ProofGeneration
        );
    }
}
