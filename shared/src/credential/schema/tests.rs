use proptest::prelude::*;
use serde_json::json;

use super::*;

const V2020: &str = "https://json-schema.org/draft/2020-12/schema";
const V2019: &str = "https://json-schema.org/draft/2019-09/schema";
const V7: &str = "http://json-schema.org/draft-07/schema#";

/// A schema of 2020-12 with these members.
#[expect(clippy::needless_pass_by_value, reason = "written where it is passed")]
fn schema(members: Value) -> Value {
    let mut schema = json!({"$schema": V2020, "$id": "https://issuer.example/schema.json"});
    schema
        .as_object_mut()
        .unwrap()
        .extend(members.as_object().unwrap().clone());
    schema
}

fn unfit(pointer: &str) -> Result<(), SchemaError> {
    Err(SchemaError::Unfit(pointer.to_owned()))
}

#[test]
fn js_001_documents_fit_or_do_not_in_every_version() {
    for version in [V2020, V2019, V7, "http://json-schema.org/draft-07/schema"] {
        let mut schema = schema(json!({
            "type": "object",
            "required": ["credentialSubject"],
            "properties": {"credentialSubject": {"properties": {"minutes": {"type": "integer", "minimum": 1}}}},
        }));
        schema["$schema"] = json!(version);
        let check = |subject: Value| check(&schema, &json!({"credentialSubject": subject}));
        assert_eq!(check(json!({"minutes": 7800})), Ok(()), "{version}");
        assert_eq!(check(json!({"minutes": 0})), unfit("/credentialSubject/minutes"));
        assert_eq!(check(json!({"minutes": 1.5})), unfit("/credentialSubject/minutes"));
        assert_eq!(check(json!({"minutes": "1"})), unfit("/credentialSubject/minutes"));
        assert_eq!(super::check(&schema, &json!({})), unfit(""));
    }
}

#[test]
fn js_001_versions_differ_where_they_do() {
    let of = |version: &str, members: Value| {
        let mut schema = schema(members);
        schema["$schema"] = json!(version);
        schema
    };
    let positions = json!({"prefixItems": [{"type": "string"}]});
    assert_eq!(check(&of(V2020, positions.clone()), &json!([1])), unfit("/0"));
    assert_eq!(
        check(&of(V7, positions), &json!([1])),
        Ok(()),
        "a word of 2020-12 alone"
    );
    let left = json!({"properties": {"a": true}, "unevaluatedProperties": false});
    assert!(check(&of(V2019, left.clone()), &json!({"b": 1})).is_err());
    assert_eq!(check(&of(V7, left), &json!({"b": 1})), Ok(()));
}

#[test]
fn js_001_a_schema_says_its_version_and_its_name() {
    for (member, value, error) in [
        ("$schema", json!(null), SchemaError::Malformed),
        ("$id", json!(null), SchemaError::Malformed),
        (
            "$schema",
            json!("https://json-schema.org/draft/2021-05/schema"),
            SchemaError::UnknownVersion,
        ),
        (
            "$schema",
            json!("http://json-schema.org/draft-04/schema#"),
            SchemaError::UnknownVersion,
        ),
        (
            "$schema",
            json!("https://evil.example/schema"),
            SchemaError::UnknownVersion,
        ),
    ] {
        let mut schema = schema(json!({}));
        schema[member] = value;
        assert_eq!(check(&schema, &json!({})), Err(error));
    }
    for wrong in [
        json!({"type": "nothing"}),
        json!({"minimum": "1"}),
        json!({"$ref": 7}),
        json!({"pattern": "("}),
    ] {
        assert_eq!(
            check(&schema(wrong.clone()), &json!({})),
            Err(SchemaError::Malformed),
            "{wrong}"
        );
    }
    for wrong in [&b"{"[..], b"[]", b"true", br#"{"$schema":"a","$schema":"b"}"#] {
        assert_eq!(check_text(wrong, &json!({})), Err(SchemaError::Malformed));
    }
    let large = vec![b' '; MAX_BYTES + 1];
    assert_eq!(check_text(&large, &json!({})), Err(SchemaError::TooLarge));
}

#[test]
fn neg_24_a_schema_refers_to_itself_alone() {
    for reference in [
        "https://evil.example/schema.json",
        "https://169.254.169.254/",
        "other.json",
        "/etc/passwd",
        "file:///etc/passwd",
        "http://localhost/#/$defs/a",
    ] {
        let refused = check(&schema(json!({"$ref": reference})), &json!({}));
        assert_eq!(refused, Err(SchemaError::Remote), "{reference}");
        let within = schema(json!({"properties": {"a": {"$ref": reference}}}));
        assert_eq!(check(&within, &json!({"a": 1})), Err(SchemaError::Remote));
    }
    let rebased = schema(json!({"properties": {"a": {"$id": "https://evil.example/", "$ref": "#"}}}));
    assert_eq!(check(&rebased, &json!({"a": 1})), Err(SchemaError::Remote));
    for reference in ["#/$defs/a", "https://issuer.example/schema.json#/$defs/a", "#a"] {
        let local = schema(json!({"$ref": reference, "$defs": {"a": {"$anchor": "a", "type": "string"}}}));
        assert_eq!(check(&local, &json!("a")), Ok(()), "{reference}");
        assert_eq!(check(&local, &json!(1)), unfit(""), "{reference}");
    }
    for reference in ["#/$defs/b", "#b"] {
        let nowhere = schema(json!({"$ref": reference}));
        assert_eq!(check(&nowhere, &json!({})), Err(SchemaError::Malformed));
    }
}

#[test]
fn a_schema_that_follows_its_document_is_evaluated() {
    let tree = schema(json!({"properties": {"inner": {"$ref": "#"}, "name": {"type": "string"}}}));
    assert_eq!(check(&tree, &json!({"inner": {"inner": {"name": "a"}}})), Ok(()));
    assert_eq!(
        check(&tree, &json!({"inner": {"inner": {"name": 1}}})),
        unfit("/inner/inner/name")
    );
}

/// Refused before it is evaluated: none of these would end.
#[track_caller]
fn assert_costly(schema: &Value, document: &Value) {
    assert_eq!(check(schema, document), Err(SchemaError::Costly));
}

#[test]
fn neg_21_a_schema_made_to_be_slow_is_refused() {
    assert_costly(&schema(json!({"$ref": "#"})), &json!({}));
    let circle = json!({"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/b"}, "b": {"$ref": "#/$defs/a"}}});
    assert_costly(&schema(circle), &json!({}));
    let mut doubling = json!({"$ref": "#/$defs/d0", "$defs": {"d40": {"type": "object"}}});
    for step in 0..40 {
        let next = json!({"$ref": format!("#/$defs/d{}", step + 1)});
        doubling["$defs"][format!("d{step}")] = json!({"allOf": [next.clone(), next]});
    }
    assert_costly(&schema(doubling), &json!({}));
    // At each level of the document twice.
    let tree = json!({"properties": {"a": {"$ref": "#"}}, "additionalProperties": {"$ref": "#"}});
    let deep = (0..50).fold(json!({}), |inner, _| json!({"a": inner}));
    assert_costly(&schema(tree), &deep);
    let unevaluated = json!({"allOf": [{"$ref": "#/$defs/a"}], "unevaluatedProperties": false,
        "$defs": {"a": {"allOf": [{"$ref": "#/$defs/b"}], "unevaluatedProperties": true},
            "b": {"allOf": [{"$ref": "#/$defs/c"}], "unevaluatedProperties": true},
            "c": {"patternProperties": {".": true}, "unevaluatedProperties": true}}});
    let wide: Value = (0..300)
        .map(|n| (n.to_string(), json!(n)))
        .collect::<serde_json::Map<_, _>>()
        .into();
    assert_costly(&schema(unevaluated), &wide);
    let unique: Value = (0..4000).map(Value::from).collect();
    assert_costly(&schema(json!({"uniqueItems": true})), &unique);
}

#[test]
fn neg_21_patterns_are_matched_in_linear_time_or_within_a_limit() {
    let slow = schema(json!({"pattern": "^(a+)+$"}));
    let text = format!("{}!", "a".repeat(50_000));
    assert_eq!(check(&slow, &json!(text)), unfit(""));
    let duration = schema(json!({"pattern": "^PT(?=[0-9])([0-9]{1,5}H)?([0-5]?[0-9]M)?$"}));
    assert_eq!(check(&duration, &json!("PT130H")), Ok(()));
    assert_eq!(check(&duration, &json!("PT")), unfit(""));
    let endless = schema(json!({"pattern": "^(?=(a|aa)+$)((a|aa)+)\\2b$"}));
    assert_eq!(check(&endless, &json!("a".repeat(5_000))), Err(SchemaError::Costly));
    let many: Value = vec!["a"; 1_000].into();
    assert_costly(&schema(json!({"items": {"pattern": "(?=a)"}})), &many);
    let large = check(&schema(json!({"pattern": "((a{1000}){1000}){1000}"})), &json!("b"));
    assert_eq!(large, Err(SchemaError::Malformed));
}

#[test]
fn vcdm_008_references_are_read() {
    let read = |entry: Value| SchemaReference::of_credential(&json!({"credentialSchema": entry}));
    assert_eq!(SchemaReference::of_credential(&json!({})), Ok(vec![]));
    let of = |kind: Value| read(json!({"id": "https://a.example/", "type": kind})).unwrap()[0].kind;
    assert_eq!(of(json!("JsonSchema")), Some(SchemaKind::Plain));
    assert_eq!(of(json!(["JsonSchema"])), Some(SchemaKind::Plain));
    assert_eq!(of(json!("1EdTechJsonSchemaValidator2019")), Some(SchemaKind::Plain));
    assert_eq!(of(json!("JsonSchemaCredential")), Some(SchemaKind::Credential));
    assert_eq!(of(json!("ShaclShapes")), None);
    let entry = json!({"id": "https://a.example/", "type": "JsonSchema"});
    assert_eq!(read(json!([entry, entry])).unwrap().len(), 2);
    assert_eq!(read(json!(vec![entry; MAX_SCHEMAS + 1])), Err(SchemaError::Reference));
    assert_eq!(read(json!({"type": "JsonSchema"})), Err(SchemaError::Reference));
    assert_eq!(read(json!("https://a.example/")), Err(SchemaError::Reference));
}

#[test]
fn vcdm_009_both_digests_have_to_fit() {
    let text = b"{}";
    let sri = Integrity::of(text);
    let multibase = "uEiBEE2-joDpJsKvKOgxlxwlc8kvMbSLyH7d5Gup1FLyrKA";
    let check = |entry: Value| Digests::read(&entry)?.check(text);
    assert_eq!(check(json!({})), Ok(()));
    assert!(Digests::read(&json!({})).unwrap().is_empty());
    assert_eq!(check(json!({"digestSRI": sri})), Ok(()));
    assert_eq!(
        check(json!({"digestSRI": Integrity::of(b"[]")})),
        Err(IntegrityError::Mismatch)
    );
    for wrong in [json!(1), json!(""), json!([sri])] {
        assert_eq!(check(json!({"digestSRI": wrong})), Err(IntegrityError::Malformed));
    }
    let other = check(json!({"digestSRI": sri, "digestMultibase": multibase}));
    assert_eq!(
        other,
        Err(IntegrityError::Mismatch),
        "one of the two is of something else"
    );
}

#[test]
fn a_schema_lies_in_a_credential_of_its_own() {
    let credential = json!({
        "type": ["VerifiableCredential", "JsonSchemaCredential"],
        "credentialSubject": {"id": "https://a.example/", "type": "JsonSchema", "jsonSchema": {"type": "object"}},
    });
    assert_eq!(of_schema_credential(&credential), Ok(&json!({"type": "object"})));
    for (pointer, value) in [
        ("/type", json!(["VerifiableCredential"])),
        ("/type", json!("JsonSchemaCredential")),
        ("/credentialSubject/type", json!("Schema")),
        ("/credentialSubject/jsonSchema", json!(true)),
        ("/credentialSubject", json!([])),
    ] {
        let mut wrong = credential.clone();
        *wrong.pointer_mut(pointer).unwrap() = value;
        assert_eq!(
            of_schema_credential(&wrong),
            Err(SchemaError::NotSchemaCredential),
            "{pointer}"
        );
    }
}

/// Schemas of a few keywords, that may refer to themselves.
fn any_schema() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::from),
        Just(json!({"type": "string"})),
        Just(json!({"$ref": "#"})),
        Just(json!({"$ref": "#/properties/a"})),
        Just(json!({"uniqueItems": true, "enum": [1, "a"]})),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let pair = prop::collection::vec(inner.clone(), 1..3);
        prop_oneof![
            pair.clone().prop_map(|all| json!({"allOf": all})),
            pair.prop_map(|one| json!({"oneOf": one, "unevaluatedProperties": false})),
            inner.clone().prop_map(|a| json!({"properties": {"a": a}})),
            inner
                .clone()
                .prop_map(|all| json!({"additionalProperties": all, "items": all})),
            inner.prop_map(|not| json!({"not": not})),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn neg_21_whatever_is_evaluated_ends_and_ends_the_same(members in any_schema(), depth in 0usize..9) {
        let Value::Object(_) = members else { return Ok(()) };
        let document = (0..depth).fold(json!({"a": [1, "a"]}), |inner, _| json!({"a": inner, "b": [inner]}));
        let schema = schema(members);
        prop_assert_eq!(check(&schema, &document), check(&schema, &document));
    }
}
