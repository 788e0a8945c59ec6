//! did:webvh: what several implementations publish, and the logs and DIDs that nobody may resolve.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde_json::Value;
use shared::{
    did::{
        Did, DidError,
        webvh::{History, Log, VersionQuery, WebvhError},
    },
    format::data_integrity::DataIntegrityError,
};

use crate::source::Vectors;

/// Logs whose second version is approved by its own new witnesses alone. The specification (“Witness Lists”): they are
/// active after the entry that names them; until then the old ones approve. The suite's own table of results says so too:
/// python and java-eecc refuse what ts and java resolve.
const APPROVED_BY_THE_WRONG_WITNESSES: [&str; 4] = [
    "witness-update/java",
    "witness-update/java-eecc",
    "witness-update/python",
    "witness-update/ts",
];

/// Results of version 1 and 2 that hold version 3.
const OF_ANOTHER_VERSION: [&str; 2] = [
    "multi-update/python/resolutionResult.1.json",
    "multi-update/python/resolutionResult.2.json",
];

/// The DIDs of the vectors that have no log, as their descriptions in the suite's repository give them.
const DIDS: [(&str, &str); 5] = [
    ("negative-fragment-leaks-into-domain", "127.0.0.1#x"),
    ("negative-lowercase-pct-port-ip", "127.0.0.1%3a8080"),
    ("negative-path-traversal-did", "example.com:..:..:admin"),
    ("negative-pct-encoded-ip-host", "127%2E0%2E0%2E1"),
    ("negative-pct-encoded-traversal", "example.com:%2E%2E:admin"),
];

fn now() -> DateTime<Utc> {
    "2026-11-01T00:00:00Z".parse().unwrap()
}

/// What one implementation published for one scenario.
struct Published {
    name: String,
    vectors: Vectors,
    files: Vec<String>,
}

impl Published {
    fn open(scenario: &str) -> Vec<Self> {
        let folder = Vectors::open(&format!("did-webvh/{scenario}")).unwrap();
        let open = |implementation| {
            let name = format!("{scenario}/{implementation}");
            let vectors = Vectors::open(&format!("did-webvh/{name}")).unwrap();
            let files = vectors.names();
            Self { name, vectors, files }
        };
        folder.names().into_iter().map(open).collect()
    }

    fn log(&self) -> String {
        self.vectors.text("did.jsonl")
    }

    /// The names that the documents of the log bear.
    fn did(&self) -> Did {
        let log = self.log();
        let last: Value = serde_json::from_str(log.lines().last().unwrap()).unwrap();
        last["state"]["id"].as_str().unwrap().parse().unwrap()
    }

    fn history(&self, did: &Did) -> Result<History, WebvhError> {
        let proofs = self.files.iter().find(|file| *file == "did-witness.json");
        let proofs = proofs.map(|file| self.vectors.text(file));
        Log::verify(did, &self.log(), now())?.witnessed(proofs.as_deref(), now())
    }
}

/// The services that every did:webvh has without saying so: resolvers of the suite add them, each in its way.
fn without_implied_services(mut document: Value) -> Value {
    if let Some(services) = document.get_mut("service").and_then(Value::as_array_mut) {
        services.retain(|service| {
            let id = service["id"].as_str().unwrap();
            !id.ends_with("#files") && !id.ends_with("#whois")
        });
        if services.is_empty() {
            document.as_object_mut().unwrap().remove("service");
        }
    }
    document
}

fn assert_resolves(published: &Published, history: &History, file: &str) {
    let expected = published.vectors.json(file);
    let number = file
        .strip_prefix("resolutionResult.")
        .and_then(|rest| rest.strip_suffix(".json"))
        .map(|number| number.parse().unwrap());
    let what = format!("{} {file}", published.name);
    let query = number.map_or(VersionQuery::Latest, VersionQuery::Number);
    let found = history.resolve(&query).unwrap();
    let document = serde_json::to_value(&found.document).unwrap();
    assert_eq!(
        without_implied_services(document),
        without_implied_services(expected["didDocument"].clone()),
        "{what}"
    );
    let (ours, theirs) = (found.metadata.to_value(), &expected["didDocumentMetadata"]);
    for member in ["versionId", "versionTime", "created"] {
        assert_eq!(ours[member], theirs[member], "{what} {member}");
    }
    assert_eq!(found.metadata.version_number, theirs["versionNumber"], "{what}");
    for member in ["scid", "portable", "deactivated"] {
        if let Some(expected) = theirs.get(member) {
            assert_eq!(&ours[member], expected, "{what} {member}");
        }
    }
    // Of earlier versions some give their own time. The specification: “the DID's last valid log entry”.
    if number.is_none() {
        assert_eq!(ours["updated"], theirs["updated"], "{what}");
    }
    let relied_on = history.document();
    if theirs["deactivated"] == true {
        assert_eq!(relied_on, Err(DidError::Deactivated), "{what}");
    } else {
        assert!(relied_on.is_ok(), "{what}");
    }
    // By its name and its time, too.
    let by_id = VersionQuery::Id(found.metadata.version_id.clone());
    let by_time = VersionQuery::Time(found.metadata.version_time);
    assert_eq!(history.resolve(&by_id).as_ref(), Ok(&found), "{what}");
    assert_eq!(history.resolve(&by_time).as_ref(), Ok(&found), "{what}");
}

/// Whether a log that nobody may resolve is refused for what is wrong with it.
fn assert_refused(published: &Published, scenario: &str) {
    let result = published.vectors.json("resolutionResult.json");
    assert!(result["didDocument"].is_null(), "{scenario}");
    if let Some((_, place)) = DIDS.iter().find(|(name, _)| *name == scenario) {
        assert_eq!(published.log(), "", "{scenario}");
        let scid = "Qm11111111111111111111111111111111111111111111";
        let url = format!("did:webvh:{scid}:{place}")
            .parse::<Did>()
            .and_then(|did| did.webvh_log_url(true));
        let refusal = url.unwrap_err();
        assert!(
            matches!(refusal, DidError::Invalid | DidError::ForbiddenHost),
            "{scenario}"
        );
        return;
    }
    // The DID that was to be resolved: of the right SCID.
    let first: Value = serde_json::from_str(published.log().lines().next().unwrap()).unwrap();
    let scid = first["parameters"]["scid"].as_str().unwrap();
    let did: Did = format!("did:webvh:{scid}:example.com").parse().unwrap();
    let refusal = published
        .history(&did)
        .and_then(|history| history.resolve(&VersionQuery::Latest))
        .unwrap_err();
    assert_eq!(refusal.code(), "invalidDid");
    let expected = match scenario {
        "negative-cross-did-witness-replay" => WebvhError::TooFewWitnesses,
        "negative-did-key-body-fragment-mismatch" => WebvhError::UnauthorizedKey,
        "negative-duplicate-witness-ids" | "negative-zero-witness-threshold" => WebvhError::Parameter("witness"),
        "negative-portable-scid-swap" | "negative-scid-mismatch-genesis" => WebvhError::Scid,
        "negative-pre-rotation-omit-updatekeys" => WebvhError::PreRotation,
        "negative-unknown-method-version" => WebvhError::UnknownMethod,
        "negative-versiontime-future" => WebvhError::Future,
        "negative-versiontime-non-monotonic" => WebvhError::VersionTime,
        "negative-wrong-cryptosuite" => WebvhError::Proof(DataIntegrityError::UnknownSuite),
        other => panic!("{other} is new"),
    };
    assert_eq!(refusal, expected, "{scenario}");
}

#[test]
fn did_webvh_logs_resolve_or_are_refused_for_what_is_wrong_with_them() {
    let Some(vectors) = Vectors::open("did-webvh") else {
        return;
    };
    let mut ran: BTreeMap<&str, usize> = BTreeMap::new();
    let mut count = |what, by| *ran.entry(what).or_default() += by;
    for scenario in vectors.names() {
        for published in Published::open(&scenario) {
            count("files", published.files.len());
            if scenario.starts_with("negative-") {
                assert_refused(&published, &scenario);
                count("refused", 1);
                continue;
            }
            let history = published.history(&published.did());
            if APPROVED_BY_THE_WRONG_WITNESSES.contains(&published.name.as_str()) {
                let history = history.unwrap();
                assert_eq!(history.resolve(&VersionQuery::Latest), Err(WebvhError::TooFewWitnesses));
                assert!(history.resolve(&VersionQuery::Number(1)).is_ok());
                count("of the wrong witnesses", 1);
                continue;
            }
            let history = history.unwrap_or_else(|error| panic!("{}: {error}", published.name));
            count("logs", 1);
            for file in published.files.iter().filter(|file| file.starts_with("resolution")) {
                if OF_ANOTHER_VERSION.contains(&format!("{}/{file}", published.name).as_str()) {
                    count("results of another version", 1);
                } else {
                    assert_resolves(&published, &history, file);
                    count("results", 1);
                }
            }
        }
    }
    let expected = [
        ("files", 181),
        ("logs", 60),
        ("of the wrong witnesses", 4),
        ("refused", 16),
        ("results", 68),
        ("results of another version", 2),
    ];
    assert_eq!(ran, BTreeMap::from(expected));
}
