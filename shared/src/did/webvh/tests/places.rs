//! How long a log may be, and where it is.

use super::*;

#[test]
fn did_004_logs_and_proofs_have_an_end() {
    let (own, witness) = (key(), key());
    let mut author = Author::of(&own);
    for _ in 1..MAX_ENTRIES {
        author.time -= TimeDelta::days(1) - TimeDelta::seconds(1);
        author = author.then(json!({}), &own);
    }
    assert!(author.history().unwrap().document().is_ok());
    author.time -= TimeDelta::days(1) - TimeDelta::seconds(1);
    assert_eq!(author.then(json!({}), &own).refusal(), WebvhError::TooLarge);

    let start = json!({ "updateKeys": [multikey(&own)], "witness": witnesses(1, &[&witness]) });
    let author = Author::new().then(start, &own);
    let many = |count| {
        let mut record = seen(&author.ids[0], &[&witness]);
        record["proof"] = vec![record["proof"][0].clone(); count].into();
        history(&author.did(), &author.text(), Some(&json!([record]).to_string())).map(|_| ())
    };
    assert_eq!(many(1024), Ok(()));
    assert_eq!(many(1025), Err(WebvhError::TooLarge));
}

#[test]
fn did_004_logs_are_where_a_did_web_would_be() {
    let scid = "QmPEQVM1JPTyrvEgBcDXwjK4TeyLGSX1PxjgyeAisdWM1p";
    let urls = |place: &str| {
        let did: Did = format!("did:webvh:{scid}:{place}").parse()?;
        Ok::<_, DidError>([
            did.webvh_log_url(false)?.to_string(),
            did.webvh_witness_url(false)?.to_string(),
        ])
    };
    for (place, base) in [
        ("example.com", "https://example.com/.well-known/"),
        ("issuer.example.com", "https://issuer.example.com/.well-known/"),
        ("example.com:dids:issuer", "https://example.com/dids/issuer/"),
        (
            "example.com%3A3000:dids:issuer",
            "https://example.com:3000/dids/issuer/",
        ),
        ("xn--fsq.jp:%E7%94%A8", "https://xn--fsq.jp/%E7%94%A8/"),
    ] {
        assert_eq!(
            urls(place),
            Ok([format!("{base}did.jsonl"), format!("{base}did-witness.json")])
        );
    }
    for (place, error) in [
        ("127.0.0.1", DidError::ForbiddenHost),
        ("127.0.0.1%3a8080", DidError::ForbiddenHost),
        ("2130706433", DidError::ForbiddenHost),
        ("localhost", DidError::ForbiddenHost),
        ("127%2E0%2E0%2E1", DidError::Invalid),
        ("example.com:..:admin", DidError::Invalid),
        ("example.com:%2E%2E:admin", DidError::Invalid),
        ("example.com#key", DidError::Invalid),
        ("", DidError::Invalid),
    ] {
        assert_eq!(urls(place), Err(error), "{place}");
    }
    for did in [
        "did:webvh:example.com",
        "did:webvh:Qm:example.com",
        &format!("did:webvh:{scid}"),
        &format!("did:webvh:{}0:example.com", &scid[..45]),
    ] {
        let did: Did = did.parse().unwrap();
        assert_eq!(did.webvh_log_url(false), Err(DidError::Invalid), "{did}");
        assert_eq!(Log::verify(&did, "", now()), Err(WebvhError::OtherDid));
    }
}

#[test]
fn did_004_queries_name_one_version() {
    let time = "2026-01-01T00:00:00Z";
    for (query, expected) in [
        ("", VersionQuery::Latest),
        ("service=files&relativeRef=%2Fa", VersionQuery::Latest),
        ("versionId=1-Qm", VersionQuery::Id("1-Qm".to_owned())),
        ("a=b&versionNumber=3", VersionQuery::Number(3)),
        (
            "versionTime=2026-01-01T00%3A00%3A00Z",
            VersionQuery::Time(time.parse().unwrap()),
        ),
        (
            "versionTime=2026-01-01T00:00:00Z",
            VersionQuery::Time(time.parse().unwrap()),
        ),
    ] {
        assert_eq!(VersionQuery::parse(query), Ok(expected), "{query}");
    }
    for wrong in [
        "versionNumber=a",
        "versionNumber=-1",
        "versionTime=2026",
        "versionId=1-Qm&versionNumber=1",
        "versionNumber=1&versionNumber=1",
    ] {
        assert_eq!(VersionQuery::parse(wrong), Err(DidError::Invalid), "{wrong}");
    }
}
