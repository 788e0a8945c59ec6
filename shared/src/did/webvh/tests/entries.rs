//! What an entry may say.

use super::*;

#[test]
fn did_004_a_deactivated_did_has_no_document_and_no_future() {
    let key = key();
    let author = Author::of(&key).then(json!({ "deactivated": true }), &key);
    let history = author.history().unwrap();
    assert_eq!(history.document(), Err(DidError::Deactivated));
    for query in [VersionQuery::Latest, VersionQuery::Number(1)] {
        assert!(history.resolve(&query).unwrap().metadata.deactivated);
    }
    let after = author.then(json!({ "deactivated": false }), &key);
    assert_eq!(after.refusal(), WebvhError::AfterDeactivation);
}

#[test]
fn did_004_parameters_have_the_shapes_of_the_specification() {
    let key = key();
    let (own, witness) = (multikey(&key), format!("did:key:{}", multikey(&key)));
    let later = |parameters: Value| {
        Author::of(&key)
            .then(parameters, &key)
            .history()
            .and_then(|history| history.resolve(&VersionQuery::Latest))
    };
    for (name, values) in [
        ("method", vec![json!(null), json!(1)]),
        ("scid", vec![json!("Qm"), json!(null)]),
        (
            "updateKeys",
            vec![
                json!(own),
                json!({}),
                json!([1]),
                json!(["z0"]),
                json!([format!("did:key:{own}")]),
            ],
        ),
        ("nextKeyHashes", vec![json!("a"), json!([null])]),
        ("watchers", vec![json!("https://watcher.example"), json!([{}])]),
        ("portable", vec![json!("false"), json!(0), json!(true)]),
        ("deactivated", vec![json!("true"), json!(1)]),
        (
            "ttl",
            vec![json!("60"), json!(-1), json!(2_147_483_649_u32), json!(1.5)],
        ),
        (
            "witness",
            vec![
                json!([]),
                json!({ "threshold": 1 }),
                json!({ "threshold": 1, "witnesses": [] }),
                json!({ "threshold": 0, "witnesses": [{ "id": witness }] }),
                json!({ "threshold": 2, "witnesses": [{ "id": witness }] }),
                json!({ "threshold": "1", "witnesses": [{ "id": witness }] }),
                json!({ "threshold": 1, "witnesses": [{ "id": witness }, { "id": witness }] }),
                json!({ "threshold": 1, "witnesses": [{ "id": witness }, { "id": own }] }),
                json!({ "threshold": 1, "witnesses": [{ "id": "did:web:witness.example" }] }),
                json!({ "threshold": 1, "witnesses": [{ "id": format!("did:key:{}", multikey(&SigningKey::generate())) }] }),
                json!({ "threshold": 1, "witnesses": [witness] }),
            ],
        ),
    ] {
        for value in values {
            let refused = later(json!({ name: value })).unwrap_err();
            assert_eq!(refused, WebvhError::Parameter(name), "{value}");
        }
    }
    assert_eq!(later(json!({ "unheardOf": 1 })), Err(WebvhError::Parameter("name")));
    assert_eq!(
        later(json!({ "method": "did:webvh:1.1" })),
        Err(WebvhError::UnknownMethod)
    );
    let many = vec![own.clone(); 129];
    assert_eq!(later(json!({ "updateKeys": many })), Err(WebvhError::TooLarge));
    // Said again, or the deprecated null.
    for parameters in [
        json!({ "method": "did:webvh:1.0", "portable": false, "deactivated": false, "ttl": 0 }),
        json!({ "nextKeyHashes": null, "witness": null, "watchers": null, "ttl": null, "updateKeys": null }),
    ] {
        assert!(later(parameters.clone()).is_ok(), "{parameters}");
    }
    let first = Author::new().then(json!({}), &key);
    assert_eq!(first.refusal(), WebvhError::Parameter("updateKeys"));
}

#[test]
fn did_004_entries_have_five_members() {
    let key = key();
    let author = Author::of(&key);
    let changed = |change: &dyn Fn(&mut Map<String, Value>)| {
        let mut entry: Map<String, Value> = serde_json::from_str(&author.lines[0]).unwrap();
        change(&mut entry);
        refusal(&author.did(), &Value::Object(entry).to_string())
    };
    for name in ["versionId", "versionTime", "parameters", "state", "proof"] {
        assert_eq!(
            changed(&|entry| drop(entry.remove(name))),
            WebvhError::Malformed,
            "{name}"
        );
    }
    for (name, value) in [
        ("more", json!(1)),
        ("versionId", json!(1)),
        ("parameters", json!([])),
        ("state", json!("a")),
    ] {
        let refused = changed(&|entry| drop(entry.insert(name.to_owned(), value.clone())));
        assert_eq!(refused, WebvhError::Malformed, "{name}");
    }
    for id in ["2-Qm", "01-Qm", "1", "1Qm", "+1-Qm", ""] {
        let refused = changed(&|entry| drop(entry.insert("versionId".to_owned(), json!(id))));
        assert_eq!(refused, WebvhError::VersionNumber, "{id}");
    }
    let twice = author.lines[0].replacen('{', r#"{"versionId":"1-Qm","#, 1);
    assert_eq!(refusal(&author.did(), &twice), WebvhError::Malformed);
    assert_eq!(refusal(&author.did(), "[]"), WebvhError::Malformed);
    let log = Log::verify(&author.did(), &" ".repeat(MAX_BYTES + 1), now());
    assert_eq!(log, Err(WebvhError::TooLarge));
}
