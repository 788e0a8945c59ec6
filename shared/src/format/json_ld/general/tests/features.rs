//! What the general path reads, refuses and bounds.

use super::*;

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

/// A set within a set is one set, and nothing says nothing.
#[test]
fn graphs_in_sets_and_none_at_all_are_read_by_both() {
    let mut document = credential(json!({}), json!({"id": "urn:a"}));
    let alone = quads(&document).unwrap();
    document["proof"] = json!([[], null]);
    assert_eq!(quads(&document).unwrap(), alone);
    assert!(compiled(&document).unwrap_err().is_for_general_path());
    document["proof"] = json!("a");
    assert!(quads(&document).is_err());
}

#[test]
fn a_document_made_to_be_slow_is_refused() {
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
        (
            terms(),
            json!({"id": format!("urn:{}", "a".repeat(50_000)), "title": (0..100).collect::<Vec<_>>()}),
        ),
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
