//! Who approves a version.

use super::*;

#[test]
fn did_004_enough_witnesses_approve_every_version() {
    let (own, a, b, c, stranger) = (key(), key(), key(), key(), key());
    let start = json!({ "updateKeys": [multikey(&own)], "witness": witnesses(2, &[&a, &b, &c]) });
    let author = Author::new().then(start, &own).then(json!({}), &own);
    let [one, two] = [author.ids[0].as_str(), author.ids[1].as_str()];
    let latest = |records: &[Value]| {
        let text = json!(records).to_string();
        history(&author.did(), &author.text(), Some(&text)).and_then(|history| history.resolve(&VersionQuery::Latest))
    };
    let found = latest(&[seen(two, &[&a, &b])]).unwrap();
    assert_eq!(
        (found.metadata.witness_threshold, found.metadata.witnesses.len()),
        (2, 3)
    );
    // Each for a version of its own, the later for the earlier too.
    assert!(latest(&[seen(one, &[&c]), seen(two, &[&a]), seen(two, &[&b])]).is_ok());
    for (what, records) in [
        ("nobody", vec![]),
        ("one", vec![seen(two, &[&a])]),
        ("one twice", vec![seen(two, &[&a, &a]), seen(two, &[&a])]),
        ("a stranger", vec![seen(two, &[&a, &stranger])]),
        ("the version before only", vec![seen(one, &[&a, &b])]),
        ("a version that is not there", vec![seen("3-Qm", &[&a, &b])]),
        (
            "another version's proofs",
            vec![json!({ "versionId": two, "proof": seen(one, &[&a, &b])["proof"] })],
        ),
        ("no proofs", vec![json!({ "versionId": two })]),
    ] {
        assert_eq!(latest(&records), Err(WebvhError::TooFewWitnesses), "{what}");
    }
    // Bad proofs do not spoil the good ones.
    let mut records = seen(two, &[&a, &b, &c]);
    records["proof"][0]["proofPurpose"] = json!("authentication");
    assert!(latest(&[records.clone()]).is_ok());
    records["proof"][1]["created"] = json!("2026-01-01T00:00:00Z");
    assert_eq!(latest(&[records]), Err(WebvhError::TooFewWitnesses));
    // The first version was approved and stays.
    let text = json!([seen(one, &[&a, &b])]).to_string();
    let history = history(&author.did(), &author.text(), Some(&text)).unwrap();
    assert!(history.resolve(&VersionQuery::Number(1)).is_ok());
    for wrong in ["", "{}", "[1]", "[{}]"] {
        let log = Log::verify(&author.did(), &author.text(), now()).unwrap();
        assert!(log.has_witnesses());
        assert_eq!(
            log.witnessed(Some(wrong), now()),
            Err(WebvhError::WitnessFile),
            "{wrong}"
        );
    }
    assert_eq!(author.refusal(), WebvhError::TooFewWitnesses);
}

#[test]
fn did_004_witnesses_approve_their_own_replacement() {
    let (own, a, b) = (key(), key(), key());
    let start = || Author::of(&own).then(json!({ "witness": witnesses(1, &[&a]) }), &own);
    let replaced = |parameters: Value| {
        start()
            .then(json!({ "witness": parameters }), &own)
            .then(json!({}), &own)
    };
    let latest = |author: &Author, records: &[Value]| {
        let text = json!(records).to_string();
        history(&author.did(), &author.text(), Some(&text)).and_then(|history| history.resolve(&VersionQuery::Latest))
    };
    // The first ones approve the entry that names them; the one before them needs nobody.
    let author = start();
    assert!(latest(&author, &[seen(&author.ids[1], &[&a])]).is_ok());
    assert_eq!(
        latest(&author, &[seen(&author.ids[0], &[&a])]),
        Err(WebvhError::TooFewWitnesses)
    );
    // The old ones approve the entry that replaces them, the new ones what follows.
    let author = replaced(witnesses(1, &[&b]));
    let [second, third] = [&author.ids[2], &author.ids[3]];
    assert!(latest(&author, &[seen(second, &[&a]), seen(third, &[&b])]).is_ok());
    assert_eq!(latest(&author, &[seen(third, &[&b])]), Err(WebvhError::TooFewWitnesses));
    assert_eq!(latest(&author, &[seen(third, &[&a])]), Err(WebvhError::TooFewWitnesses));
    // Dismissed: they approve that, and nothing after.
    let author = replaced(json!({}));
    assert!(latest(&author, &[seen(&author.ids[2], &[&a])]).is_ok());
    assert_eq!(
        latest(&author, &[seen(&author.ids[1], &[&a])]),
        Err(WebvhError::TooFewWitnesses)
    );
}
