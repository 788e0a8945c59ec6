//! Any document: both paths say the same, and nothing is left out.

use super::*;

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
