use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::{
    super::{Context, ContextError, check_terms, walk},
    *,
};
use crate::{
    format::{
        data_integrity::{Cryptosuite, ProofOptions, Secured, attach, sign},
        rdf::{Digest, canonicalize},
    },
    keys::SigningKey,
};

const V2: &str = "https://www.w3.org/ns/credentials/v2";
const BADGES: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";

/// Through whichever path is for it.
fn quads(document: &Value) -> Result<String, JsonLdError> {
    let node = Node::from(document);
    canonical(Context::of(&node)?.statements(&node))
}

fn compiled(document: &Value) -> Result<String, JsonLdError> {
    let node = Node::from(document);
    let context = Context::of(&node)?;
    canonical(context.compiled(|active| walk::statements(&node, active)))
}

fn general(document: &Value) -> Result<String, JsonLdError> {
    let node = Node::from(document);
    canonical(statements(&node, node.member("@context")))
}

fn canonical(dataset: Result<Dataset<'_>, JsonLdError>) -> Result<String, JsonLdError> {
    dataset.map(|dataset| canonicalize(&dataset, Digest::Sha256).unwrap().text)
}

/// A credential with this in its subject, and these terms.
#[expect(clippy::needless_pass_by_value, reason = "it is made where it is given")]
fn credential(terms: Value, subject: Value) -> Value {
    let mut contexts = vec![json!(V2)];
    match terms {
        Value::Array(terms) => contexts.extend(terms),
        terms => contexts.push(terms),
    }
    json!({
        "@context": contexts,
        "id": "urn:uuid:5f4a3f0e-2f0b-4b7e-9d5b-6a1c0f6f7c11",
        "type": "VerifiableCredential",
        "issuer": "did:web:asso.example.org",
        "credentialSubject": subject
    })
}

fn terms() -> Value {
    json!({
        "ex": "https://example.org/",
        "title": "ex:title",
        "part": {"@id": "ex:part", "@type": "@id"},
        "partOf": {"@reverse": "ex:part", "@type": "@id"},
        "rows": {"@id": "ex:rows", "@container": "@list"},
        "extra": "@nest",
        "byYear": {"@id": "ex:report", "@container": "@index", "@index": "ex:year"},
        "byName": {"@id": "ex:report", "@container": "@index"},
        "graphs": {"@id": "ex:graphs", "@type": "@id", "@container": "@graph"},
        "nothing": null
    })
}

#[test]
fn every_feature_says_what_the_specification_says() {
    for (subject, lines) in [
        (
            json!({"@included": [{"id": "urn:a", "title": "A"}]}),
            vec!["<urn:a> <https://example.org/title> \"A\" ."],
        ),
        (
            json!({"id": "urn:a", "extra": {"title": "A"}, "@nest": [{"part": "urn:b"}]}),
            vec![
                "<urn:a> <https://example.org/title> \"A\" .",
                "<urn:a> <https://example.org/part> <urn:b> .",
            ],
        ),
        (
            json!({"id": "urn:a", "partOf": "urn:b"}),
            vec!["<urn:b> <https://example.org/part> <urn:a> ."],
        ),
        (
            json!({"id": "urn:a", "@reverse": {"part": {"id": "urn:c"}}}),
            vec!["<urn:c> <https://example.org/part> <urn:a> ."],
        ),
        (
            json!({"id": "urn:a", "byYear": {"2026": {"id": "urn:b", "title": "A"}}}),
            vec![
                "<urn:a> <https://example.org/report> <urn:b> .",
                "<urn:b> <https://example.org/year> \"2026\" .",
            ],
        ),
        (
            json!({"id": "urn:a", "@graph": [{"title": "A"}, {"title": "A"}]}),
            vec![
                "_:c14n0 <https://example.org/title> \"A\" <urn:a> .",
                "_:c14n1 <https://example.org/title> \"A\" <urn:a> .",
            ],
        ),
        (
            json!({"id": "urn:a", "rows": [[1, 2], []]}),
            vec![
                "rdf-syntax-ns#first> \"2\"^^<http://www.w3.org/2001/XMLSchema#integer> .",
                "rdf-syntax-ns#first> <http://www.w3.org/1999/02/22-rdf-syntax-ns#nil> .",
            ],
        ),
    ] {
        let document = credential(terms(), subject);
        assert!(
            matches!(compiled(&document), Err(error) if error.is_for_general_path()),
            "{document}"
        );
        let text = quads(&document).unwrap();
        for line in lines {
            assert!(text.contains(line), "{line}\n{text}");
        }
    }
}

type Expected<'f> = &'f dyn Fn(&Flaw) -> bool;

/// Each of these is dropped in silence by an expansion that follows the specification.
#[test]
fn what_would_not_be_signed_is_refused() {
    let undefined = |flaw: &Flaw| *flaw == Flaw::UndefinedTerm;
    let relative = |flaw: &Flaw| matches!(flaw, Flaw::RelativeIri(_));
    let unsupported = |flaw: &Flaw| matches!(flaw, Flaw::Unsupported | Flaw::Context(ContextError::Unsupported(_)));
    let invalid = |flaw: &Flaw| matches!(flaw, Flaw::Invalid(_) | Flaw::WrongType);
    let cases: Vec<(Value, Expected<'_>)> = vec![
        (json!({"level": "a"}), &undefined),
        (json!({"@foo": "a"}), &undefined),
        (json!({"@none": "a"}), &undefined),
        (json!({"nothing": "a"}), &undefined),
        (json!({"@included": {"title": "A", "level": "a"}}), &undefined),
        (json!({"extra": {"level": "a"}}), &undefined),
        (json!({"@reverse": {"level": {"title": "A"}}}), &undefined),
        (json!({"id": "a"}), &relative),
        (json!({"part": "a"}), &relative),
        (json!({"id": "_:é"}), &relative),
        (json!({"type": "Unknown"}), &invalid),
        (json!({"part": "@foo"}), &unsupported),
        (json!({"title": "nothing"}), &unsupported),
        (json!({"@graph": ["a"]}), &unsupported),
        (json!({"@graph": {"@value": "a"}}), &unsupported),
        (json!({"@graph": {"@list": ["a"]}}), &unsupported),
        (json!({"@graph": {"id": "urn:a"}}), &unsupported),
        (json!({"graphs": "urn:a"}), &unsupported),
        (json!({"extra": {"@set": ["a"]}}), &unsupported),
        (json!({"title": {"@language": "fr"}}), &unsupported),
        (json!({"title": {"@value": null, "@type": "ex:a"}}), &unsupported),
        (json!({"title": {"@set": ["a"], "@index": "b"}}), &unsupported),
        (json!({"title": {"@value": "a", "@index": "b"}}), &|flaw| {
            *flaw == Flaw::Index
        }),
        (json!({"byName": {"b": {"title": "A"}}}), &|flaw| *flaw == Flaw::Index),
        (json!({"title": {"@value": "a", "@direction": "up"}}), &|flaw| {
            matches!(flaw, Flaw::Invalid(_))
        }),
        (json!({"title": 9_007_199_254_740_993_i64}), &|flaw| {
            *flaw == Flaw::UnsafeNumber
        }),
    ];
    for (mut subject, expected) in cases {
        // So that it is for the general path whatever else is in it.
        subject["rows"] = json!([[1]]);
        let document = credential(terms(), subject);
        let error = general(&document).unwrap_err();
        assert!(expected(error.flaw()), "{document}\n{error}");
        assert!(quads(&document).is_err(), "{document}");
    }
}

#[test]
fn an_index_is_free_where_bytes_are_signed() {
    let mut document = credential(terms(), json!({"byName": {"b": {"title": "A"}}}));
    assert_eq!(quads(&document).unwrap_err().flaw(), &Flaw::Index);
    assert_eq!(check_terms(&document), Ok(()));
    document["credentialSubject"]["byName"]["b"]["level"] = json!("a");
    assert_eq!(check_terms(&document).unwrap_err().flaw(), &Flaw::UndefinedTerm);
}

/// A signature covers the statements, so two ways to write them are one document.
#[test]
fn a_proof_over_the_general_path_verifies() {
    let key = SigningKey::generate();
    let created = "2026-01-10T09:30:00Z".parse().unwrap();
    let options = ProofOptions::assertion(Cryptosuite::EcdsaRdfc2019, "did:web:a#key".to_owned(), created);
    let mut signed = rich().as_object().unwrap().clone();
    attach(&mut signed, sign(&rich().to_string(), &options, &key).unwrap());
    let verify = |document: &Map<String, Value>| {
        let text = Value::Object(document.clone()).to_string();
        let secured = Secured::parse(&text).unwrap();
        let proofs = secured.proofs().unwrap();
        secured.verify(&proofs[0], key.public()).is_ok()
    };
    assert!(verify(&signed));
    let mut other = signed.clone();
    other["credentialSubject"]["extra"] = json!({"part": {"id": "urn:c", "title": {"@set": ["D"]}}});
    assert!(verify(&other));
    other["credentialSubject"]["extra"]["part"]["title"] = json!("E");
    assert!(!verify(&other));
}

#[test]
fn contexts_that_would_change_the_meaning_unseen_are_refused() {
    for terms in [
        json!({"t": "@graph"}),
        json!({"t": {"@id": "@value"}}),
        json!({"t": "id"}),
        json!({"t": {"@id": "urn:t", "@type": "id"}}),
        json!({"t": "urn:a b"}),
        json!({"t": "@foo"}),
        json!({"@foo": "urn:t"}),
        json!({"t": {"@id": "urn:t", "@container": "@id"}}),
        json!({"t": {"@id": "urn:t", "@container": ["@type", "@set"]}}),
        json!({"t": {"@id": "urn:t", "@container": "@index", "@index": "type"}}),
        json!([V2]),
        json!({"t": {"@id": "urn:t", "@context": [V2, V2]}}),
    ] {
        let document = credential(terms.clone(), json!({"https://example.org/a": [[1]], "@included": []}));
        let error = general(&document).unwrap_err();
        assert!(
            matches!(
                error.flaw(),
                Flaw::Context(ContextError::Unsupported(_) | ContextError::Invalid(_))
            ),
            "{terms}: {error}"
        );
    }
}

/// What `ssi` has in its own loader is not what we pin.
#[test]
fn a_context_that_is_not_pinned_is_not_loaded() {
    for name in [
        "https://w3id.org/security/v2",
        "https://schema.org/",
        "https://attacker.example/v1",
    ] {
        let unknown = Flaw::Context(ContextError::Unknown(name.to_owned()));
        for terms in [
            json!(name),
            json!({"@import": name}),
            json!({"t": {"@id": "urn:t", "@context": name}}),
        ] {
            let document = credential(terms, json!({"@included": []}));
            assert_eq!(general(&document).unwrap_err().flaw(), &unknown);
        }
        let loaded = Pinned { loaded: Cell::new(0) };
        let iri = Iri::new(name).unwrap();
        let answer = pin!(loaded.load(iri)).poll(&mut task::Context::from_waker(Waker::noop()));
        assert!(matches!(answer, Poll::Ready(Err(_))));
    }
}

/// The guard reads the document's own contexts: of the pinned ones it takes this for granted.
#[test]
fn pinned_contexts_hold_nothing_the_guard_looks_for() {
    fn look(name: &str, context: &Value) {
        for context in context.as_array().map_or(std::slice::from_ref(context), Vec::as_slice) {
            assert!(
                context.as_str().is_none_or(|name| pinned::find(name).is_some()),
                "{name}"
            );
            let Some(definitions) = context.as_object() else {
                continue;
            };
            for (term, definition) in definitions.iter().filter(|(term, _)| !term.starts_with('@')) {
                let id = if definition.is_object() {
                    definition.get("@id")
                } else {
                    Some(definition)
                };
                match id {
                    None => {}
                    Some(Value::String(id)) if id.starts_with('@') => {
                        assert!(id == "@type" || (id == "@id" && guard::is_id(term)), "{name}: {term}");
                    }
                    Some(id) => assert!(id.is_string(), "{name}: {term}"),
                }
                let container = definition.get("@container").unwrap_or(&Value::Null).to_string();
                assert!(
                    !container.contains("@id") && !container.contains("@type"),
                    "{name}: {term}"
                );
                assert!(definition.get("@index").is_none() && definition.get("@nest").is_none());
                if let Some(context) = definition.get("@context") {
                    look(name, context);
                }
            }
        }
    }
    for pinned in pinned::PINNED {
        look(pinned.iri, pinned::find(pinned.iri).unwrap());
    }
    assert_eq!(DOCUMENTS.len(), pinned::PINNED.len());
}

#[test]
fn a_document_made_to_be_slow_is_refused_before_it_is_expanded() {
    let deep = (0..40).fold(json!("a"), |inner, _| json!({"title": inner}));
    let wide: Vec<Value> = (0..2000).map(|_| json!({"title": "a"})).collect();
    let laid: Map<String, Value> = (0..1000).map(|n| (format!("t{n}"), json!("urn:t"))).collect();
    let nodes: Vec<Value> = (0..200).map(|_| json!({"title": "a"})).collect();
    let loads: Vec<Value> = (0..20).map(|_| json!({"@context": V2, "title": "a"})).collect();
    let many: Map<String, Value> = (0..200)
        .map(|n| (format!("t{n}"), json!(format!("t{}:", n + 1))))
        .collect();
    let layers: Map<String, Value> = (0..60)
        .map(|n| (format!("t{n}"), json!({"@id": "urn:t", "@context": {}})))
        .collect();
    let scoped = json!({"title": {"@id": "urn:t", "@context": V2}});
    for (terms, subject) in [
        (terms(), deep),
        (terms(), json!(wide)),
        (json!([laid, terms()]), json!(nodes)),
        (terms(), json!(loads)),
        (json!(many), json!([])),
        (json!(layers), json!(nodes)),
        (terms(), json!({"type": vec!["VerifiableCredential"; 200]})),
        (scoped, json!((0..20).map(|_| json!({"title": {}})).collect::<Vec<_>>())),
        (terms(), json!({"title": "a".repeat(70_000)})),
    ] {
        let document = credential(terms, json!({"@included": subject}));
        assert_eq!(general(&document).unwrap_err().flaw(), &Flaw::TooComplex);
    }
}

/// The deepest of everything that is let in, without optimisation.
#[test]
fn what_is_let_in_has_room() {
    let deep = (0..14).fold(
        json!("a"),
        |inner, _| json!({"extra": {"@context": {"a": "urn:a"}}, "title": inner}),
    );
    let nested = (0..14).fold(json!({}), |inner, _| json!({"extra": inner}));
    let scoped = (0..10).fold(
        json!({}),
        |inner, n| json!({format!("t{n}"): {"@id": "urn:t", "@context": inner}}),
    );
    let inside = (0..10).fold(json!({}), |inner, n| json!({format!("t{n}"): inner}));
    let mut chain: Map<String, Value> = (0..120)
        .map(|n| (format!("t{n}"), json!(format!("t{}:", n + 1))))
        .collect();
    chain.insert("t120".to_owned(), json!("urn:t:"));
    for document in [
        credential(terms(), json!({"title": [deep, [[1]]]})),
        credential(terms(), nested),
        credential(scoped, json!({"https://example.org/a": inside})),
        credential(json!(chain), json!({"t0:a": "a"})),
    ] {
        let read = general(&document);
        assert!(!matches!(read, Err(ref error) if *error.flaw() == Flaw::Invalid("the expansion gave up".to_owned())));
    }
}

/// What the compiled path refuses stays refused, unless it does not read it; what it says is said the same, unless the
/// general path does not read that.
fn agree(document: &Value) -> Result<(), TestCaseError> {
    match (compiled(document), general(document)) {
        (Err(error), _) | (Ok(_), Err(error)) if error.is_for_general_path() => {}
        (Ok(_), Err(error)) if *error.flaw() == Flaw::TooComplex => {}
        (Ok(ours), theirs) => prop_assert_eq!(Ok(ours), theirs, "{}", document),
        (Err(error), theirs) => prop_assert!(theirs.is_err(), "{} but {:?}", error, theirs),
    }
    Ok(())
}

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        "[a-z ]{0,6}".prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(json!(2.5)),
        Just(json!(1e30)),
        Just(Value::Null),
        Just(json!("urn:a:b")),
        Just(json!("relative")),
        Just(json!("_:b1")),
        Just(json!({"@value": "a", "@language": "fr"})),
        Just(json!({"@value": "1", "@type": "https://example.org/t"})),
        Just(json!({"@value": "a", "@direction": "rtl"})),
        Just(json!({"@value": "a", "@language": "AR", "@direction": "rtl"})),
        Just(json!({"@value": 1, "@direction": "rtl"})),
        Just(json!({"@value": "a", "@direction": "up"})),
        Just(json!({"@list": ["a", 1]})),
        Just(json!({"en": "a", "fr": ["b", null]})),
    ]
}

fn name() -> impl Strategy<Value = String> {
    proptest::sample::select(vec![
        "name",
        "description",
        "issuer",
        "credentialSubject",
        "evidence",
        "termsOfUse",
        "achievement",
        "criteria",
        "narrative",
        "achievementType",
        "image",
        "result",
        "tag",
        "validFrom",
        "credentialStatus",
        "proof",
        "https://example.org/p",
        "undefined",
        "@foo",
        "relatedResource",
        "id",
        "holder",
        "verifiableCredential",
    ])
    .prop_map(str::to_owned)
}

fn class() -> impl Strategy<Value = Value> {
    proptest::sample::select(vec![
        "VerifiableCredential",
        "OpenBadgeCredential",
        "Achievement",
        "AchievementSubject",
        "Profile",
        "Result",
        "BitstringStatusListEntry",
        "VerifiablePresentation",
        "https://example.org/T",
        "Undefined",
    ])
    .prop_map(Value::from)
}

fn object() -> impl Strategy<Value = Value> {
    let leaf = scalar().boxed();
    leaf.prop_recursive(4, 32, 4, |inner| {
        let members = proptest::collection::vec((name(), inner.clone()), 0..4);
        prop_oneof![
            proptest::collection::vec(inner, 0..3).prop_map(Value::from),
            (members, proptest::collection::vec(class(), 0..3)).prop_map(|(members, types)| {
                let mut object: Map<String, Value> = members.into_iter().collect();
                if !types.is_empty() {
                    object.insert("type".to_owned(), Value::from(types));
                }
                Value::Object(object)
            }),
        ]
    })
}

/// A document over pinned contexts.
fn document() -> impl Strategy<Value = Value> {
    (
        proptest::collection::vec((name(), object()), 1..5),
        class(),
        any::<bool>(),
    )
        .prop_map(|(members, class, badge)| {
            let mut document: Map<String, Value> = members.into_iter().collect();
            document.insert(
                "@context".to_owned(),
                if badge { json!([V2, BADGES]) } else { json!(V2) },
            );
            document.insert("type".to_owned(), class);
            Value::Object(document)
        })
}

/// Puts a member or an element somewhere.
fn put(value: &mut Value, at: &mut usize, name: &str, said: &Value) -> bool {
    let here = *at == 0;
    *at = at.wrapping_sub(1);
    match value {
        Value::Object(members) => {
            if here && !members.contains_key(name) {
                members.insert(name.to_owned(), said.clone());
                return true;
            }
            members
                .iter_mut()
                .filter(|(name, _)| *name != "@context")
                .any(|(_, value)| put(value, at, name, said))
        }
        Value::Array(values) => {
            if here {
                values.push(said.clone());
                return true;
            }
            values.iter_mut().any(|value| put(value, at, name, said))
        }
        _ => false,
    }
}

/// A document with all we know of JSON-LD.
fn rich() -> Value {
    credential(
        terms(),
        json!({
            "id": "urn:a",
            "title": [{"@value": "A", "@language": "fr"}, {"@set": ["B", "C"]}],
            "rows": [["a"], [{"part": "urn:b"}]],
            "extra": {"part": [{"id": "urn:c", "title": "D"}]},
            "@nest": [{"title": "N"}],
            "@reverse": {"part": [{"id": "urn:d", "title": "E"}]},
            "byYear": {"2026": [{"title": "F"}]},
            "@included": [{"id": "urn:f", "title": "G"}],
            "@graph": [{"title": "H"}, {"id": "urn:g", "title": "I"}]
        }),
    )
}

#[test]
fn the_rich_document_is_read() {
    assert_eq!(quads(&rich()).unwrap().lines().count(), 27);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn both_paths_say_the_same_or_refuse(document in document()) {
        agree(&document)?;
    }

    #[test]
    fn what_is_added_is_signed_or_refused(
        at in 0_usize..40,
        name in proptest::sample::select(vec![
            "level", "nothing", "@foo", "@none", "@value", "@language", "@set", "@list", "@index", "@id", "@type", "title",
            "part", "2027", "@direction", "@json", "@base", "",
        ]),
        said in proptest::sample::select(vec![
            json!("new"), json!("urn:new"), json!("@foo"), json!("@id"), json!("nothing"), json!(7), json!(["new"]),
            json!({"@value": "new"}), json!({"title": "new"}), json!({"level": "new"}), json!({"nothing": "new"}),
            json!({"@value": null, "@index": "new"}), json!({"@language": "fr"}), json!({"id": "urn:new"}),
        ]),
    ) {
        let mut changed = rich();
        let mut at = at;
        prop_assume!(put(&mut changed, &mut at, name, &said));
        if let Ok(text) = quads(&changed) {
            prop_assert_ne!(text, quads(&rich()).unwrap(), "{}", changed);
        }
    }
}
