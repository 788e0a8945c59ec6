//! Type metadata: the examples of draft-ietf-oauth-sd-jwt-vc, and the worked example of this project.

use serde_json::{Value, json};
use shared::{
    credential::ClaimPath,
    format::sd_jwt_vc::{
        SdJwt,
        type_metadata::{Resolution, Resolving, TypeMetadata, TypeMetadataError, TypeReference, Whole},
    },
    integrity::IntegrityError,
};

use crate::source::Vectors;

const EDUCATION: &str = "https://betelgeuse.example.com/education_credential/v42";

fn reference(vct: &str) -> TypeReference {
    TypeReference {
        vct: vct.to_owned(),
        integrity: None,
    }
}

fn complete(resolution: Resolution) -> TypeMetadata {
    match resolution {
        Resolution::Complete(metadata) => metadata,
        Resolution::Wanted(next) => panic!("{:?} is wanted", next.wanted()),
    }
}

fn wanted(resolution: Resolution) -> Resolving {
    match resolution {
        Resolution::Wanted(next) => next,
        Resolution::Complete(metadata) => panic!("{metadata:?}"),
    }
}

#[test]
fn the_examples_of_sd_jwt_vc_extend_as_the_text_says() {
    let Some(vectors) = Vectors::open("sd-jwt-vc") else {
        return;
    };
    let receive = |resolving: Resolving, file: &str| resolving.receive(&vectors.bytes(file)).unwrap();
    // §5.6.5.2: one type extends another, and the result.
    let special = Resolving::of(reference("https://example.com/custom-type-metadata"));
    let next = wanted(receive(special, "20-5-6-5-2-Example-for-Extending-Type-Metadata.json"));
    assert_eq!(next.wanted(), &reference("https://example.com/base-type-metadata"));
    let merged = complete(receive(next, "19-5-6-5-2-Example-for-Extending-Type-Metadata.json"));
    let expected = vectors.json("21-5-6-5-2-Example-for-Extending-Type-Metadata.json");
    let found: Vec<Value> = merged
        .claims
        .iter()
        .map(|claim| {
            let display = claim
                .display
                .iter()
                .map(|display| json!({"label": display.label, "locale": display.locale}));
            json!({"path": claim.path, "display": display.collect::<Vec<_>>()})
        })
        .collect();
    assert_eq!(json!(found), expected["claims"]);

    // §5.1 and §A.2 extend a type that is pinned, and whose document is not in the text.
    for file in ["16-5-1-Type-Metadata-Example.json", "29-A-2-Example-Type-Metadata.json"] {
        let next = wanted(receive(Resolving::of(reference(EDUCATION)), file));
        assert_eq!(
            next.wanted().vct,
            "https://galaxy.example.com/galactic-education-credential/v2"
        );
        let other = json!({"vct": next.wanted().vct}).to_string();
        let refused = next.receive(other.as_bytes()).unwrap_err();
        assert_eq!(refused, TypeMetadataError::Integrity(IntegrityError::Mismatch));
    }
    let claims = vectors.json("28-A-2-Example-Type-Metadata.json");
    let pinned = TypeReference::of_claims(&claims).unwrap().unwrap();
    assert_eq!(pinned.vct, EDUCATION);
    assert!(pinned.integrity.is_some());
}

#[test]
fn the_paths_of_sd_jwt_vc_select_what_the_text_says() {
    let Some(vectors) = Vectors::open("sd-jwt-vc") else {
        return;
    };
    let claims = vectors.json("18-5-6-1-1-Example.json");
    let select = |path: Value| {
        let path: ClaimPath = serde_json::from_value(path).unwrap();
        path.select(&claims).unwrap().into_iter().cloned().collect::<Vec<_>>()
    };
    assert_eq!(select(json!(["name"])), [json!("Arthur Dent")]);
    assert_eq!(
        select(json!(["address", "street_address"])),
        [json!("42 Market Street")]
    );
    assert_eq!(
        select(json!(["degrees", null, "type"])),
        [json!("Bachelor of Science"), json!("Master of Science")]
    );
}

#[test]
fn the_worked_credential_keeps_the_rules_of_its_pinned_type() {
    let Some(vectors) = Vectors::open("../credential") else {
        return;
    };
    let pinned = TypeReference::of_claims(&vectors.json("sd-jwt-vc.payload.json"))
        .unwrap()
        .unwrap();
    let document = vectors.bytes("sd-jwt-vc-type-metadata.json");
    let metadata = complete(Resolving::of(pinned.clone()).receive(&document).unwrap());
    let changed = [document.as_slice(), b" "].concat();
    assert_eq!(
        Resolving::of(pinned).receive(&changed).unwrap_err(),
        TypeMetadataError::Integrity(IntegrityError::Mismatch)
    );
    for (file, whole) in [
        ("sd-jwt-vc.issued.sd-jwt.txt", Whole::Yes),
        ("sd-jwt-vc.presented.sd-jwt.txt", Whole::Perhaps),
    ] {
        let revealed = SdJwt::parse(&vectors.text(file)).unwrap().reveal().unwrap();
        assert_eq!(metadata.check(&revealed, whole), Ok(()), "{file}");
    }
    // What is shown to a verifier is not all that its holder has.
    let shown = SdJwt::parse(&vectors.text("sd-jwt-vc.presented.sd-jwt.txt")).unwrap();
    assert!(metadata.check(&shown.reveal().unwrap(), Whole::Yes).is_err());
}

#[test]
fn the_rsa_examples_of_the_eudi_library_are_refused_and_its_claims_issued() {
    use shared::{
        format::sd_jwt_vc::{Concealment, Decoys, SdJwtError, issue_concealed},
        keys::{SigningKey, jws::JwsError},
        testing::SeededEntropy,
    };
    let Some(vectors) = Vectors::open("sd-jwt-eudi") else {
        return;
    };
    for file in ["exampleIssuanceSdJwt.txt", "examplePresentationSdJwt.txt"] {
        let refused = SdJwt::parse(&vectors.text(file)).unwrap_err();
        assert_eq!(refused, SdJwtError::Jws(JwsError::Algorithm), "{file}");
    }
    let claims = vectors.json("complex.json");
    let names = claims.as_object().unwrap().keys();
    let hidden: Vec<ClaimPath> = names.map(|name| ClaimPath::of(&[name])).collect();
    let concealment = Concealment {
        disclosable: &hidden,
        decoys: &[Decoys { within: None, count: 7 }],
        ..Concealment::default()
    };
    let key = SigningKey::generate();
    let text = issue_concealed(claims.clone(), &concealment, "k", &key, &SeededEntropy::new(1)).unwrap();
    let sd_jwt = SdJwt::parse(&text).unwrap();
    let signed: Value = sd_jwt.jws().claims(key.public()).unwrap();
    assert_eq!(signed["_sd"].as_array().unwrap().len(), hidden.len() + 7);
    assert_eq!(sd_jwt.reveal().unwrap().claims, claims);
    // What holds digests already is not issued again.
    let digests = vectors.json("flat.json");
    let refused = issue_concealed(digests, &Concealment::default(), "k", &key, &SeededEntropy::new(1));
    assert_eq!(refused, Err(SdJwtError::DigestShape));
    let pid = Resolving::of(reference("urn:eudi:pid:1")).receive(&vectors.bytes("pid_arf_v18.json"));
    assert!(complete(pid.unwrap()).claims.len() > 20);
}
