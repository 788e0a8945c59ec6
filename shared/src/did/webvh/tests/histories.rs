//! Versions, and the keys that sign one after another.

use super::*;

#[test]
fn did_004_every_version_is_found_by_id_number_and_time() {
    let key = key();
    let author = Author::of(&key)
        .set("alsoKnownAs", json!(["did:web:example.org"]))
        .then(json!({ "ttl": 60, "watchers": ["https://watcher.example"] }), &key)
        .then(json!({}), &key);
    let history = author.history().unwrap();
    for (index, id) in author.ids.iter().enumerate() {
        let time =
            "2026-01-01T12:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::days(i64::try_from(index).unwrap());
        let found = history.resolve(&VersionQuery::Number(index + 1)).unwrap();
        assert_eq!(&found.metadata.version_id, id);
        assert_eq!(history.resolve(&VersionQuery::Id(id.clone())).as_ref(), Ok(&found));
        assert_eq!(history.resolve(&VersionQuery::Time(time)).as_ref(), Ok(&found));
        assert_eq!(found.document.also_known_as().count(), index.min(1));
    }
    for query in [
        VersionQuery::Number(0),
        VersionQuery::Number(4),
        VersionQuery::Id("1-Qm".to_owned()),
        VersionQuery::Time("2025-12-31T23:59:59Z".parse().unwrap()),
    ] {
        let error = history.resolve(&query).unwrap_err();
        assert_eq!((&error, error.code()), (&WebvhError::NoSuchVersion, "notFound"));
    }
    let did = author.did();
    let scid = did.as_str().split(':').nth(2).unwrap();
    assert_eq!(
        history.resolve(&VersionQuery::Number(2)).unwrap().metadata.to_value(),
        json!({
            "versionId": author.ids[1], "versionNumber": "2", "versionTime": "2026-01-02T00:00:00Z",
            "created": "2026-01-01T00:00:00Z", "updated": "2026-01-03T00:00:00Z", "scid": scid,
            "portable": false, "deactivated": false, "ttl": "60", "witness": {}, "watchers": ["https://watcher.example"],
        })
    );
    assert_eq!(history.document().unwrap().id(), did.as_str());
}

#[test]
fn did_004_the_keys_of_the_document_are_found_in_it() {
    let (update, own) = (key(), SigningKey::generate());
    let id = "did:webvh:{SCID}:example.org";
    let method = json!({
        "id": format!("{id}#k"), "type": "JsonWebKey", "controller": id, "publicKeyJwk": own.public().to_jwk().to_value(),
    });
    let author = Author::new()
        .set("verificationMethod", json!([method]))
        .set("authentication", json!(["#k"]))
        .then(json!({ "updateKeys": [multikey(&update)] }), &update);
    let document = author.history().unwrap().document().unwrap();
    let kid = format!("{}#k", author.did());
    assert_eq!(document.key(&kid, Purpose::Authentication).as_ref(), Ok(own.public()));
    assert_eq!(
        document.key(&kid, Purpose::AssertionMethod),
        Err(DidError::KeyNotListed)
    );
    // What the wallet keeps of it reads back.
    let kept = serde_json::to_value(&document).unwrap();
    assert_eq!(DidDocument::read(&author.did(), kept), Ok(document));
}

#[test]
fn did_004_no_byte_of_a_log_may_change() {
    let key = key();
    let author = Author::of(&key).then(json!({}), &key);
    let (did, text) = (author.did(), author.text());
    for place in 0..text.len() - 1 {
        let mut bytes = text.clone().into_bytes();
        bytes[place] ^= 1;
        refusal(&did, std::str::from_utf8(&bytes).unwrap());
    }
}

#[test]
fn did_004_entries_are_a_chain() {
    let key = key();
    let author = Author::of(&key).then(json!({}), &key).then(json!({}), &key);
    let did = author.did();
    let of = |places: &[usize]| {
        let lines: Vec<&str> = places.iter().map(|place| author.lines[*place].as_str()).collect();
        refusal(&did, &lines.join("\n"))
    };
    assert_eq!(of(&[0, 2]), WebvhError::VersionNumber);
    assert_eq!(of(&[0, 1, 1]), WebvhError::VersionNumber);
    assert_eq!(of(&[1, 2]), WebvhError::Parameter("method"));
    assert_eq!(refusal(&did, ""), WebvhError::Malformed);
    assert_eq!(refusal(&did, "\n"), WebvhError::Malformed);
    // Another history that the same key wrote.
    let other = Author::of(&key).set("service", json!([]));
    let other = other.then(json!({}), &key).then(json!({}), &key);
    let spliced = [author.lines[0].as_str(), &author.lines[1], &other.lines[2]].join("\n");
    assert_eq!(refusal(&did, &spliced), WebvhError::EntryHash);
    // A log of another DID.
    let mut stranger = Author::new().set("id", json!("did:webvh:{SCID}:example.net"));
    stranger = stranger.then(json!({ "updateKeys": [multikey(&key)] }), &key);
    assert_eq!(refusal(&did, &stranger.text()), WebvhError::Scid);
    let moved: Did = did.as_str().replace("example.org", "example.net").parse().unwrap();
    assert_eq!(refusal(&moved, &author.text()), WebvhError::OtherDid);
    // Carriage returns do no harm.
    assert!(history(&did, &author.lines.join("\r\n"), None).is_ok());
}

#[test]
fn did_004_what_came_before_a_break_is_still_there() {
    let (key, thief) = (key(), key());
    let author = Author::of(&key).then(json!({}), &key).then(json!({}), &thief);
    let history = author.history().unwrap();
    assert_eq!(history.resolve(&VersionQuery::Latest), Err(WebvhError::UnauthorizedKey));
    assert!(matches!(
        history.document(),
        Err(DidError::Webvh(WebvhError::UnauthorizedKey))
    ));
    let at = |time: &str| history.resolve(&VersionQuery::Time(time.parse().unwrap()));
    assert!(at("2026-01-01T12:00:00Z").is_ok());
    // Nobody can say how long the second version was in force.
    assert_eq!(at("2026-01-02T12:00:00Z"), Err(WebvhError::UnauthorizedKey));
    assert!(history.resolve(&VersionQuery::Id(author.ids[1].clone())).is_ok());
    assert_eq!(
        history.resolve(&VersionQuery::Number(3)),
        Err(WebvhError::UnauthorizedKey)
    );
}

#[test]
fn did_004_the_keys_of_the_version_before_sign() {
    let (first, second) = (key(), key());
    let rotate = json!({ "updateKeys": [multikey(&second)] });
    let rotated = || Author::of(&first).then(rotate.clone(), &first);
    assert!(rotated().then(json!({}), &second).history().unwrap().document().is_ok());
    assert_eq!(rotated().then(json!({}), &first).refusal(), WebvhError::UnauthorizedKey);
    let too_soon = Author::of(&first).then(rotate.clone(), &second);
    assert_eq!(too_soon.refusal(), WebvhError::UnauthorizedKey);
    assert_eq!(
        Author::new().then(rotate, &first).refusal(),
        WebvhError::UnauthorizedKey
    );
    let nobody = Author::of(&first).then(json!({ "updateKeys": [] }), &first);
    assert!(nobody.history().is_ok());
    assert_eq!(nobody.then(json!({}), &first).refusal(), WebvhError::UnauthorizedKey);
}

#[test]
fn did_004_proofs_are_of_one_kind() {
    let key = key();
    let author = Author::of(&key);
    let changed = |member: &str, value: Value| {
        let mut entry: Value = serde_json::from_str(&author.lines[0]).unwrap();
        entry["proof"][0][member] = value;
        refusal(&author.did(), &entry.to_string())
    };
    let own = multikey(&key);
    assert_eq!(
        changed("cryptosuite", json!("eddsa-rdfc-2022")),
        WebvhError::Proof(DataIntegrityError::UnknownSuite)
    );
    assert_eq!(
        changed("proofPurpose", json!("authentication")),
        WebvhError::Proof(DataIntegrityError::OtherPurpose)
    );
    assert_eq!(
        changed("created", json!("2026-01-01T00:00:01Z")),
        WebvhError::Proof(DataIntegrityError::BadSignature)
    );
    for method in [
        own.clone(),
        format!("did:key:{own}"),
        format!("did:key:{own}#"),
        format!("did:key:{own}#{own}#"),
        format!("did:key:{own}?#{own}"),
        format!("did:key:{}#{own}", multikey(&SigningKey::generate())),
        format!("{}#{own}", author.did()),
    ] {
        assert_eq!(
            changed("verificationMethod", json!(method)),
            WebvhError::UnauthorizedKey,
            "{method}"
        );
    }
    let with = |proof: Value| {
        let mut entry: Value = serde_json::from_str(&author.lines[0]).unwrap();
        entry["proof"] = proof;
        refusal(&author.did(), &entry.to_string())
    };
    assert_eq!(with(json!([])), WebvhError::Proof(DataIntegrityError::NoProof));
    // Two proofs: both have to hold.
    let entry: Value = serde_json::from_str(&author.lines[0]).unwrap();
    let mut second = entry["proof"][0].clone();
    second["created"] = json!("2026-01-01T00:00:01Z");
    assert_eq!(
        with(json!([entry["proof"][0], second])),
        WebvhError::Proof(DataIntegrityError::BadSignature)
    );
}

#[test]
fn did_004_announced_keys_and_no_others_follow() {
    let (first, second, third) = (key(), key(), key());
    let start = || {
        let parameters =
            json!({ "updateKeys": [multikey(&first)], "nextKeyHashes": [announced(&second), announced(&third)] });
        Author::new().then(parameters, &first)
    };
    let rotate = json!({ "updateKeys": [multikey(&second)], "nextKeyHashes": [] });
    let rotated = start().then(rotate.clone(), &second);
    assert!(rotated.history().unwrap().document().is_ok());
    // Switched off by that entry: its keys sign what follows, and nothing has to be announced.
    let free = rotated.then(json!({ "updateKeys": [multikey(&first)] }), &second);
    assert!(free.history().unwrap().document().is_ok());
    // Pre-rotation: the new keys sign, not the old ones.
    assert_eq!(start().then(rotate, &first).refusal(), WebvhError::UnauthorizedKey);
    for parameters in [
        json!({}),
        json!({ "updateKeys": [multikey(&second)] }),
        json!({ "nextKeyHashes": [] }),
        json!({ "updateKeys": [multikey(&first)], "nextKeyHashes": [] }),
        json!({ "updateKeys": [multikey(&second), multikey(&first)], "nextKeyHashes": [] }),
    ] {
        let refused = start().then(parameters.clone(), &second).refusal();
        assert_eq!(refused, WebvhError::PreRotation, "{parameters}");
    }
    let nobody = json!({ "updateKeys": [], "nextKeyHashes": [] });
    assert_eq!(start().then(nobody, &second).refusal(), WebvhError::UnauthorizedKey);
}

#[test]
fn did_004_times_go_forward_to_now() {
    let key = key();
    let at = |time: &str| {
        let mut author = Author::of(&key);
        author.time = time.parse().unwrap();
        author.then(json!({}), &key)
    };
    assert!(at("2026-03-15T10:01:00Z").history().unwrap().document().is_ok());
    assert_eq!(at("2026-03-15T10:01:01Z").refusal(), WebvhError::Future);
    assert_eq!(at("2026-01-01T00:00:00Z").refusal(), WebvhError::VersionTime);
    assert_eq!(at("2025-12-31T00:00:00Z").refusal(), WebvhError::VersionTime);
    let author = Author::of(&key);
    for time in [
        json!("2026-01-01T01:00:00+01:00"),
        json!("2026-01-01"),
        json!("yesterday"),
        json!(1_767_225_600),
        json!(null),
    ] {
        let mut entry: Value = serde_json::from_str(&author.lines[0]).unwrap();
        entry["versionTime"] = time;
        assert_eq!(refusal(&author.did(), &entry.to_string()), WebvhError::VersionTime);
    }
}

#[test]
fn did_004_a_did_moves_only_when_it_may_and_says_from_where() {
    let key = key();
    let portable =
        |portable: bool| Author::new().then(json!({ "updateKeys": [multikey(&key)], "portable": portable }), &key);
    let moved = |author: Author, known_as: &[Did]| {
        let id = author.did().as_str().replace("example.org", "example.net:new");
        author
            .set("id", json!(id))
            .set("alsoKnownAs", json!(known_as))
            .then(json!({}), &key)
    };
    let start = portable(true);
    let old = start.did();
    let author = moved(start, std::slice::from_ref(&old));
    assert!(author.history().unwrap().document().is_ok());
    // Under its old name: its history, and no key to rely on.
    let history = history(&old, &author.text(), None).unwrap();
    assert_eq!(history.document(), Err(DidError::OtherDocument));
    let first = history.resolve(&VersionQuery::Number(1)).unwrap();
    assert_eq!(first.document.id(), old.as_str());
    assert!(first.metadata.portable);

    assert_eq!(moved(portable(true), &[]).refusal(), WebvhError::Renamed);
    let start = portable(false);
    let known_as = [start.did()];
    assert_eq!(moved(start, &known_as).refusal(), WebvhError::Renamed);
    let start = portable(true).then(json!({ "portable": false }), &key);
    let known_as = [start.did()];
    assert_eq!(moved(start, &known_as).refusal(), WebvhError::Renamed);
    assert_eq!(
        portable(false).then(json!({ "portable": true }), &key).refusal(),
        WebvhError::Parameter("portable")
    );
    // To another identifier, or to where nothing can be.
    let renamed = |change: fn(&str) -> String| {
        let author = portable(true);
        let did = author.did();
        let id = change(did.as_str());
        let author = author
            .set("id", json!(id))
            .set("alsoKnownAs", json!([did]))
            .then(json!({}), &key);
        refusal(&did, &author.text())
    };
    assert_eq!(renamed(|id| id.replace("did:webvh:Q", "did:webvh:R")), WebvhError::Scid);
    assert_eq!(
        renamed(|id| id.replace("did:webvh:Q", "did:web:Q")),
        WebvhError::Renamed
    );
    assert_eq!(
        renamed(|id| id.replace("example.org", "127.0.0.1")),
        WebvhError::Renamed
    );
    assert_eq!(renamed(|id| format!("{id}:..")), WebvhError::Renamed);
    assert_eq!(renamed(|id| format!("{id}#a")), WebvhError::Renamed);
}
