use chrono::TimeDelta;
use serde_json::json;

use super::*;
use crate::{
    did::{DidDocument, DidError, Purpose},
    format::data_integrity::{ProofOptions, sign},
    keys::{KeyKind, SigningKey},
};

fn now() -> DateTime<Utc> {
    "2026-03-15T10:00:00Z".parse().unwrap()
}

fn key() -> SigningKey {
    SigningKey::generate_of(KeyKind::Ed25519)
}

fn multikey(key: &SigningKey) -> String {
    key.public().to_multikey()
}

fn announced(key: &SigningKey) -> String {
    entry::multihash(multikey(key).as_bytes())
}

/// A log being written: one entry a day.
struct Author {
    time: DateTime<Utc>,
    document: Value,
    ids: Vec<String>,
    lines: Vec<String>,
}

impl Author {
    fn new() -> Self {
        Self {
            time: "2026-01-01T00:00:00Z".parse().unwrap(),
            document: json!({ "@context": ["https://www.w3.org/ns/did/v1"], "id": "did:webvh:{SCID}:example.org" }),
            ids: Vec::new(),
            lines: Vec::new(),
        }
    }

    /// With a first entry that this key may follow.
    fn of(key: &SigningKey) -> Self {
        Self::new().then(json!({ "updateKeys": [multikey(key)] }), key)
    }

    fn then(mut self, parameters: Value, key: &SigningKey) -> Self {
        let Value::Object(parameters) = parameters else {
            panic!()
        };
        let entry = NewEntry {
            previous: self.ids.last().map(String::as_str),
            time: self.time,
            parameters,
            document: self.document.clone(),
            key,
        };
        let (id, line) = entry.write().unwrap();
        let written: Value = serde_json::from_str(&line).unwrap();
        self.document = written["state"].clone();
        self.time += TimeDelta::days(1);
        self.ids.push(id);
        self.lines.push(line);
        self
    }

    fn set(mut self, member: &str, value: Value) -> Self {
        self.document[member] = value;
        self
    }

    fn text(&self) -> String {
        self.lines.join("\n") + "\n"
    }

    /// The name of the document in its last entry.
    fn did(&self) -> Did {
        self.document["id"].as_str().unwrap().parse().unwrap()
    }

    fn history(&self) -> Result<History, WebvhError> {
        history(&self.did(), &self.text(), None)
    }

    /// Why it does not resolve.
    fn refusal(&self) -> WebvhError {
        refusal(&self.did(), &self.text())
    }
}

fn history(did: &Did, text: &str, proofs: Option<&str>) -> Result<History, WebvhError> {
    Log::verify(did, text, now())?.witnessed(proofs, now())
}

fn refusal(did: &Did, text: &str) -> WebvhError {
    let resolved = history(did, text, None).and_then(|history| history.resolve(&VersionQuery::Latest));
    resolved.unwrap_err()
}

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

/// The record of witnesses that saw a version.
fn seen(version_id: &str, witnesses: &[&SigningKey]) -> Value {
    let proofs: Vec<_> = witnesses
        .iter()
        .map(|witness| {
            let own = multikey(witness);
            let method = format!("did:key:{own}#{own}");
            let options = ProofOptions::assertion(Cryptosuite::EddsaJcs2022, method, now());
            sign(&json!({ "versionId": version_id }).to_string(), &options, witness).unwrap()
        })
        .collect();
    json!({ "versionId": version_id, "proof": proofs })
}

fn witnesses(threshold: usize, keys: &[&SigningKey]) -> Value {
    let ids: Vec<_> = keys
        .iter()
        .map(|key| json!({ "id": format!("did:key:{}", multikey(key)) }))
        .collect();
    json!({ "threshold": threshold, "witnesses": ids })
}

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
