use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::{
    format::sd_jwt_vc::{Revealed, SdJwt, issue},
    keys::SigningKey,
    testing::SeededEntropy,
};

const VCT: &str = "https://issuer.example/vct/base";

fn reference(vct: &str) -> TypeReference {
    TypeReference {
        vct: vct.to_owned(),
        integrity: None,
    }
}

/// Resolves with these documents, the first for [`VCT`].
fn resolve(documents: &[Value]) -> Result<TypeMetadata, TypeMetadataError> {
    let mut resolving = Resolving::of(reference(VCT));
    for document in documents {
        match resolving.receive(document.to_string().as_bytes())? {
            Resolution::Wanted(next) => resolving = next,
            Resolution::Complete(metadata) => return Ok(metadata),
        }
    }
    panic!("{:?} is still wanted", resolving.wanted());
}

fn with_claims(claims: &Value) -> Result<TypeMetadata, TypeMetadataError> {
    resolve(&[json!({"vct": VCT, "claims": claims})])
}

fn path(elements: Value) -> ClaimPath {
    serde_json::from_value(elements).unwrap()
}

/// What a credential with these claims and hidden paths reveals.
fn revealed(claims: Value, hidden: &[Value]) -> Revealed {
    let hidden: Vec<ClaimPath> = hidden.iter().cloned().map(path).collect();
    let text = issue(claims, &hidden, "k", &SigningKey::generate(), &SeededEntropy::new(1)).unwrap();
    SdJwt::parse(&text).unwrap().reveal().unwrap()
}

#[test]
fn sdvc_007_another_document_is_refused() {
    assert!(resolve(&[json!({"vct": VCT, "name": "Base", "unheard-of": [1]})]).is_ok());
    for vct in ["https://issuer.example/vct/base/", "https://evil.example/vct/base", ""] {
        assert_eq!(
            resolve(&[json!({"vct": vct})]),
            Err(TypeMetadataError::OtherType),
            "{vct}"
        );
    }
    let document = json!({"vct": VCT}).to_string();
    let receive = |integrity: &str| {
        let reference = TypeReference {
            integrity: Some(integrity.to_owned()),
            ..reference(VCT)
        };
        Resolving::of(reference).receive(document.as_bytes()).map(drop)
    };
    assert_eq!(receive(&Integrity::of(document.as_bytes())), Ok(()));
    let mismatch = receive(&Integrity::of(format!("{document} ").as_bytes()));
    assert_eq!(mismatch, Err(IntegrityError::Mismatch.into()));
    assert_eq!(receive("sha1-AAAA"), Err(IntegrityError::UnknownHash.into()));
    assert_eq!(receive("anything"), Err(IntegrityError::Malformed.into()));
}

#[test]
fn sdvc_007_a_type_that_extends_another_pins_it() {
    let base = json!({"vct": "urn:example:general", "claims": [{"path": ["name"], "mandatory": true}]});
    let of_base = Integrity::of(base.to_string().as_bytes());
    let special = json!({"vct": VCT, "extends": "urn:example:general", "extends#integrity": of_base});
    let metadata = resolve(&[special.clone(), base.clone()]).unwrap();
    assert_eq!(metadata.types, [VCT, "urn:example:general"]);
    assert!(metadata.claims[0].mandatory);
    let other = json!({"vct": "urn:example:general"});
    assert_eq!(
        resolve(&[special, other]),
        Err(TypeMetadataError::Integrity(IntegrityError::Mismatch))
    );
    let unpinned = json!({"vct": VCT, "extends": "urn:example:general", "extends#integrity": 7});
    assert_eq!(
        resolve(&[unpinned, base]),
        Err(TypeMetadataError::Malformed("#integrity"))
    );
}

#[test]
fn sdvc_007_types_that_extend_in_a_circle_or_without_end_are_refused() {
    let itself = json!({"vct": VCT, "extends": VCT});
    assert_eq!(resolve(&[itself]), Err(TypeMetadataError::Circular));
    let circle = [
        json!({"vct": VCT, "extends": "urn:a"}),
        json!({"vct": "urn:a", "extends": "urn:b"}),
        json!({"vct": "urn:b", "extends": "urn:a"}),
    ];
    assert_eq!(resolve(&circle), Err(TypeMetadataError::Circular));
    let chain = |length: usize| {
        let mut documents = vec![json!({"vct": VCT, "extends": "urn:1"})];
        documents.extend((1..length).map(|n| json!({"vct": format!("urn:{n}"), "extends": format!("urn:{}", n + 1)})));
        documents.last_mut().unwrap().as_object_mut().unwrap().remove("extends");
        resolve(&documents)
    };
    assert_eq!(chain(MAX_DOCUMENTS).unwrap().types.len(), MAX_DOCUMENTS);
    assert_eq!(chain(MAX_DOCUMENTS + 1), Err(TypeMetadataError::TooLarge));
}

#[test]
fn sdvc_008_an_extending_type_tightens_and_never_loosens() {
    use Disclosability::{Allowed, Always, Never};
    let extend = |special: Value, general: Value| {
        let claim = |rules: Value| {
            let mut claim = json!({"path": ["name"]});
            claim
                .as_object_mut()
                .unwrap()
                .extend(rules.as_object().unwrap().clone());
            json!([claim])
        };
        let metadata = resolve(&[
            json!({"vct": VCT, "extends": "urn:general", "claims": claim(special)}),
            json!({"vct": "urn:general", "claims": claim(general)}),
        ])?;
        Ok((metadata.claims[0].disclosability, metadata.claims[0].mandatory))
    };
    for (special, general, expected) in [
        (json!({"sd": "always"}), json!({}), (Always, false)),
        (json!({"sd": "never"}), json!({"sd": "allowed"}), (Never, false)),
        (json!({}), json!({"sd": "always", "mandatory": true}), (Always, true)),
        (json!({"sd": "never"}), json!({"sd": "never"}), (Never, false)),
        (json!({"mandatory": true}), json!({"mandatory": false}), (Allowed, true)),
    ] {
        assert_eq!(extend(special.clone(), general), Ok(expected), "{special}");
    }
    for (special, general) in [
        (json!({"sd": "never"}), json!({"sd": "always"})),
        (json!({"sd": "allowed"}), json!({"sd": "always"})),
        (json!({"sd": "always"}), json!({"sd": "never"})),
        (json!({"sd": "allowed"}), json!({"sd": "never"})),
        (json!({"mandatory": false}), json!({"mandatory": true})),
    ] {
        assert_eq!(
            extend(special.clone(), general),
            Err(TypeMetadataError::Loosened),
            "{special}"
        );
    }
}

#[test]
fn documents_of_another_shape_are_refused() {
    for (claims, member) in [
        (json!({}), "claims"),
        (json!([1]), "claims"),
        (json!([{}]), "path"),
        (json!([{"path": []}]), "path"),
        (json!([{"path": [-1]}]), "path"),
        (json!([{"path": [true]}]), "path"),
        (json!([{"path": ["a"]}, {"path": ["a"]}]), "path"),
        (json!([{"path": ["a"], "mandatory": "yes"}]), "mandatory"),
        (json!([{"path": ["a"], "sd": "sometimes"}]), "sd"),
        (json!([{"path": ["a"], "sd": null}]), "sd"),
        (json!([{"path": ["a"], "svg_id": "1a"}]), "svg_id"),
        (json!([{"path": ["a"], "svg_id": "a-b"}]), "svg_id"),
        (json!([{"path": ["a"], "svg_id": ""}]), "svg_id"),
        (
            json!([{"path": ["a"], "svg_id": "a"}, {"path": ["b"], "svg_id": "a"}]),
            "svg_id",
        ),
        (json!([{"path": ["a"], "display": [{"label": "A"}]}]), "locale"),
        (json!([{"path": ["a"], "display": [{"locale": "fr"}]}]), "label"),
        (
            json!([{"path": ["a"], "display": [{"locale": "fr", "label": "A"}, {"locale": "FR", "label": "A"}]}]),
            "locale",
        ),
    ] {
        assert_eq!(
            with_claims(&claims),
            Err(TypeMetadataError::Malformed(member)),
            "{claims}"
        );
    }
    for (document, member) in [
        (json!({}), "vct"),
        (json!({"vct": 1}), "vct"),
        (json!([]), "JSON"),
        (json!({"vct": VCT, "name": 1}), "name"),
        (json!({"vct": VCT, "extends": [VCT]}), "extends"),
        (json!({"vct": VCT, "display": [{"locale": "fr"}]}), "name"),
        (
            json!({"vct": VCT, "display": [{"locale": "fr", "name": "A", "rendering": []}]}),
            "rendering",
        ),
    ] {
        assert_eq!(
            resolve(std::slice::from_ref(&document)),
            Err(TypeMetadataError::Malformed(member)),
            "{document}"
        );
    }
    let twice = format!(r#"{{"vct":"{VCT}","vct":"{VCT}"}}"#);
    let refusal = Resolving::of(reference(VCT)).receive(twice.as_bytes()).unwrap_err();
    assert_eq!(refusal, TypeMetadataError::Malformed("JSON"));
    let many: Vec<Value> = (0..=MAX_CLAIMS).map(|n| json!({"path": [n.to_string()]})).collect();
    assert_eq!(with_claims(&json!(many)), Err(TypeMetadataError::TooLarge));
    let large = json!({"vct": VCT, "name": "a".repeat(MAX_BYTES)});
    assert_eq!(resolve(&[large]), Err(TypeMetadataError::TooLarge));
}

#[test]
fn sdvc_008_what_a_type_says_of_hiding_is_checked() {
    let claims = json!({"name": "Nadia", "address": {"city": "Lyon"}, "skills": ["a", "b"]});
    let check = |rule: Value, hidden: &[Value]| {
        let metadata = with_claims(&json!([rule])).unwrap();
        metadata.check(&revealed(claims.clone(), hidden), Whole::Yes)
    };
    let rule = |path: Value, sd: &str| json!({"path": path, "sd": sd});
    for (path, hidden) in [
        (json!(["name"]), vec![json!(["name"])]),
        (json!(["address", "city"]), vec![json!(["address", "city"])]),
        (json!(["skills", null]), vec![json!(["skills", null])]),
        (json!(["skills", 1]), vec![json!(["skills", 1])]),
    ] {
        assert_eq!(check(rule(path.clone(), "always"), &hidden), Ok(()));
        assert_eq!(check(rule(path.clone(), "allowed"), &hidden), Ok(()));
        let refused = Err(BrokenRule::Hidden(super::tests::path(path.clone())));
        assert_eq!(check(rule(path.clone(), "never"), &hidden), refused);
        assert_eq!(check(rule(path.clone(), "never"), &[]), Ok(()));
        let refused = Err(BrokenRule::Open(super::tests::path(path.clone())));
        assert_eq!(check(rule(path, "always"), &[]), refused);
    }
    // A claim in a hidden one is not hidden itself.
    assert_eq!(
        check(rule(json!(["address", "city"]), "always"), &[json!(["address"])]),
        Err(BrokenRule::Open(path(json!(["address", "city"]))))
    );
    assert_eq!(
        check(rule(json!(["address", "city"]), "never"), &[json!(["address"])]),
        Ok(())
    );
    // One element of two.
    assert_eq!(
        check(rule(json!(["skills", null]), "always"), &[json!(["skills", 0])]),
        Err(BrokenRule::Open(path(json!(["skills", null]))))
    );
    // What is not there, or of another shape, is not hidden.
    for path in [json!(["nickname"]), json!(["name", "first"]), json!(["name", null])] {
        assert_eq!(check(rule(path, "always"), &[]), Ok(()));
    }
}

#[test]
fn sdvc_008_what_a_type_demands_is_there_but_may_be_undisclosed() {
    let check = |path: Value, sd: &str, claims: Value, whole| {
        let metadata = with_claims(&json!([{"path": path, "sd": sd, "mandatory": true}])).unwrap();
        metadata.check(&revealed(claims, &[]), whole).is_ok()
    };
    let degrees = json!({"degrees": [{"type": "a"}, {}]});
    for (path, sd, claims, holder, verifier) in [
        (json!(["name"]), "allowed", json!({"name": "Nadia"}), true, true),
        (json!(["name"]), "allowed", json!({}), false, true),
        (json!(["name"]), "always", json!({}), false, true),
        (json!(["name"]), "never", json!({}), false, false),
        (json!(["address", "city"]), "never", json!({}), false, true),
        (
            json!(["address", "city"]),
            "never",
            json!({"address": {}}),
            false,
            false,
        ),
        (json!(["degrees", null, "type"]), "never", degrees.clone(), false, false),
        (json!(["degrees", null, "type"]), "allowed", degrees, false, true),
        (json!(["degrees", null]), "never", json!({"degrees": []}), false, true),
        (json!(["degrees", null]), "never", json!({"degrees": [1]}), true, true),
    ] {
        assert_eq!(
            check(path.clone(), sd, claims.clone(), Whole::Yes),
            holder,
            "{path} {claims}"
        );
        assert_eq!(
            check(path.clone(), sd, claims.clone(), Whole::Perhaps),
            verifier,
            "{path} {claims}"
        );
    }
}

#[test]
fn a_registry_answers_for_the_types_it_holds_whole() {
    let mut registry = TypeRegistry::default();
    assert_eq!(registry.resolve(&reference(VCT)), None);
    registry
        .add(json!({"vct": VCT, "extends": "urn:general"}).to_string())
        .unwrap();
    assert_eq!(registry.resolve(&reference(VCT)), None, "the rest of it is elsewhere");
    registry.add(json!({"vct": "urn:general"}).to_string()).unwrap();
    assert_eq!(registry.resolve(&reference(VCT)).unwrap().unwrap().types.len(), 2);
    let pinned = TypeReference {
        integrity: Some(Integrity::of(b"other")),
        ..reference(VCT)
    };
    assert_eq!(
        registry.resolve(&pinned),
        Some(Err(TypeMetadataError::Integrity(IntegrityError::Mismatch)))
    );
    assert!(registry.add("{}".to_owned()).is_err());
}

#[test]
fn our_own_type_knows_every_claim_we_issue() {
    let reference = reference(crate::credential::ACTIVITY_VCT);
    let metadata = TypeRegistry::ours().resolve(&reference).unwrap().unwrap();
    let hidden: Vec<ClaimPath> = metadata
        .claims
        .iter()
        .filter(|claim| claim.disclosability == Disclosability::Always)
        .map(|claim| claim.path.clone())
        .collect();
    let known: Vec<ClaimPath> = crate::credential::activity_claims::known_paths()
        .into_iter()
        .map(|(path, _)| path)
        .collect();
    assert_eq!(hidden, known);
    for claim in &metadata.claims {
        let languages: Vec<&str> = claim.display.iter().map(|display| display.locale.as_str()).collect();
        assert_eq!(languages, ["fr", "en"], "{}", claim.path);
    }
}

proptest! {
    #[test]
    fn nothing_panics_on_documents_of_any_kind(text in "\\PC{0,80}", broken in any::<prop::sample::Index>()) {
        let _ = Resolving::of(reference(VCT)).receive(text.as_bytes());
        let mut document = TypeRegistry::ours().document(crate::credential::ACTIVITY_VCT).unwrap().to_owned().into_bytes();
        let place = broken.index(document.len());
        document[place] = b'"';
        let _ = Resolving::of(reference(crate::credential::ACTIVITY_VCT)).receive(&document);
    }
}
