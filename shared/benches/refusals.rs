//! How long documents made to be slow keep us busy before they are refused, and the slowest ones that are not refused. None
//! has a signature that fits: that is found out last.
//!
//! `cargo bench -p shared --no-default-features --features testing --bench refusals`
#![expect(clippy::expect_used, reason = "input we make ourselves and that is right")]

mod common {
    pub(crate) mod documents;
}

use std::{fmt::Write, hint::black_box};

use criterion::{Criterion, criterion_group, criterion_main};
use shared::{
    format::data_integrity::{Cryptosuite, DataIntegrityError, MAX_BYTES},
    keys::{KeyKind, ProofKey, SigningKey},
    testing::linked_data::canonical_n_quads,
};

use self::common::documents::{credential, options, signed, verify};

const V2: &str = "https://www.w3.org/ns/credentials/v2";
const BADGES: &str = "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json";
const ODRL: &str = "https://www.w3.org/ns/odrl.jsonld";

/// What the general path alone reads.
const BEYOND: &str = r#""@included":[{"@id":"urn:x","urn:b":1}]"#;

/// Room for the proof.
const MOST: usize = MAX_BYTES - 4096;

/// Made, with what is before and behind, one after the other.
fn list(before: &str, count: usize, each: impl Fn(usize) -> String, behind: &str) -> String {
    let each: Vec<String> = (0..count).map(each).collect();
    format!("{before}{}{behind}", each.join(","))
}

/// As many as a document holds.
fn full(before: &str, each: impl Fn(usize) -> String, behind: &str) -> String {
    let mut text = before.to_owned();
    for index in 0.. {
        let next = each(index);
        if text.len() + next.len() + behind.len() + 1 > MOST {
            break;
        }
        if index > 0 {
            text.push(',');
        }
        text.push_str(&next);
    }
    text + behind
}

/// Members of a document in the context of credentials, and its last member, an array.
fn in_array(each: impl Fn(usize) -> String) -> String {
    full(&format!(r#""@context":"{V2}","urn:a":["#), each, "]")
}

/// Nodes of which each is linked to each, with values beside.
fn clique(nodes: usize, values: usize) -> String {
    let mut text = format!(r#""@context":"{V2}","urn:a":["#);
    for node in 0..nodes {
        let links = list("", nodes, |other| format!(r#"{{"id":"_:n{other}"}}"#), "");
        let values = list("", values, |value| value.to_string(), "");
        let comma = if node > 0 { "," } else { "" };
        let _ = write!(
            text,
            r#"{comma}{{"id":"_:n{node}","urn:p":[{links}],"urn:v":[{values}]}}"#
        );
    }
    text + "]"
}

/// Terms `t0`, `t1`, … as members of a context.
fn terms(count: usize, meaning: impl Fn(usize) -> String) -> String {
    list("", count, |term| format!(r#""t{term}":"{}""#, meaning(term)), "")
}

/// Documents that are refused.
fn poisoned() -> Vec<(&'static str, String)> {
    let long = "x".repeat(MOST / 2);
    let laid = terms(4000, |term| format!("urn:{term}"));
    vec![
        ("a clique of 9 nodes", clique(9, 0)),
        ("a clique of 6 nodes with much said of each", clique(6, 5000)),
        ("nodes that look alike", in_array(|_| r#"{"name":"a"}"#.to_owned())),
        ("nodes in rings", {
            in_array(|node| {
                let (ring, next) = (node / 10, (node + 1) % 10);
                format!(
                    r#"{{"id":"_:r{ring}n{}","urn:p":{{"id":"_:r{ring}n{next}"}}}}"#,
                    node % 10
                )
            })
        }),
        (
            "a list",
            full(
                &format!(r#""@context":"{V2}","urn:a":{{"@list":["#),
                |_| "1".to_owned(),
                "]}",
            ),
        ),
        (
            "a long name in many statements",
            full(
                &format!(r#""@context":"{V2}","id":"urn:{long}","urn:a":["#),
                |n| n.to_string(),
                "]",
            ),
        ),
        ("many statements", {
            full(&format!(r#""@context":"{V2}","#), |n| format!(r#""urn:{n}":1"#), "")
        }),
        (
            "a context again and again",
            full(
                &format!(r#""@context":["{V2}","#),
                |_| format!(r#""{ODRL}""#),
                r#"],"urn:a":1"#,
            ),
        ),
        (
            "contexts in nodes",
            in_array(|node| format!(r#"{{"@context":["{V2}","{BADGES}"],"urn:b":{node}}}"#)),
        ),
        (
            "many terms laid again",
            list(
                &format!(r#""@context":["{V2}",{{"s":{{"@id":"urn:s","@context":{{{laid}}}}}}}],"urn:a":["#),
                200,
                |node| format!(r#"{{"@context":{{}},"s":{{"urn:b":{node}}}}}"#),
                "]",
            ),
        ),
        (
            "terms that need one another",
            format!(
                r#""@context":["{V2}",{{{}}}],"urn:a":1"#,
                terms(15_000, |term| format!("t{}", term + 1))
            ),
        ),
        (
            "names for keywords",
            format!(
                r#""@context":["{V2}",{{{}}}],"urn:a":1"#,
                terms(4000, |_| "@type".to_owned())
            ),
        ),
        (
            "beyond the compiled part: a long name in many statements",
            list(
                &format!(r#""@context":"{V2}",{BEYOND},"id":"urn:{}","urn:a":["#, &long[..50_000]),
                490,
                |value| value.to_string(),
                "]",
            ),
        ),
    ]
}

/// The slowest we know that are read to their end.
fn heavy() -> Vec<(&'static str, String)> {
    let badges = format!(
        r#""{V2}","{BADGES}","https://purl.imsglobal.org/spec/ob/v3p0/extensions.json","https://credentials.example.org/contexts/activity-hours/v1""#
    );
    vec![
        (
            "many nodes",
            in_array(|node| format!(r#"{{"id":"urn:{node}","name":"value {node}"}}"#)),
        ),
        (
            "as many terms and contexts as there may be",
            list(
                &format!(
                    r#""@context":["{V2}",{{{}}}],"urn:a":["#,
                    terms(3500, |term| format!("urn:{term}"))
                ),
                250,
                |node| format!(r#"{{"@context":{{"x":"urn:{node}"}},"x":{node}}}"#),
                "]",
            ),
        ),
        (
            "beyond the compiled part: many contexts",
            list(
                &format!(r#""@context":[{badges}],{BEYOND},"urn:a":["#),
                120,
                |node| format!(r#"{{"@context":{{"x{node}":"urn:x"}},"urn:b":{node}}}"#),
                "]",
            ),
        ),
        (
            "beyond the compiled part: a scoped context at many values",
            list(
                &format!(
                    r#""@context":[{badges},{{"s":{{"@id":"urn:s","@context":{{{}}}}}}}],{BEYOND},"urn:a":["#,
                    terms(100, |_| "urn:t".to_owned())
                ),
                120,
                |_| r#"{"s":1}"#.to_owned(),
                "]",
            ),
        ),
    ]
}

fn documents(criterion: &mut Criterion) {
    let key = SigningKey::generate_of(KeyKind::Ed25519);
    let options = options(Cryptosuite::EddsaRdfc2022, "did:web:asso.example.org#key".to_owned());
    let other: serde_json::Value = serde_json::from_str(&signed(credential(), &options, &key)).expect("JSON");
    let proof = other["proof"].to_string();
    let proof_key = ProofKey::from(key.public());
    let refused = |text: &str| verify(text, &proof_key).expect_err("the proof of another document");
    for (name, documents, is_refused) in [("refused", poisoned(), true), ("read to the end", heavy(), false)] {
        let mut group = criterion.benchmark_group(name);
        group.sample_size(10);
        for (what, members) in documents {
            let text = format!("{{{members},\"proof\":{proof}}}");
            assert_eq!(refused(&text) != DataIntegrityError::BadSignature, is_refused, "{what}");
            group.bench_function(what, |bench| bench.iter(|| refused(black_box(&text))));
        }
        group.finish();
    }
}

/// The dataset that the suite of RDFC-1.0 poisoned.
fn dataset(criterion: &mut Criterion) {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../shared/vectors/rdf-canon/rdfc10/test074-in.nq"
    );
    let text = std::fs::read_to_string(path).expect("the vectors are beside the project");
    criterion.bench_function("refused/the poisoned dataset of RDFC-1.0", |bench| {
        bench.iter(|| canonical_n_quads(black_box(&text), false).expect_err("a poisoned dataset"));
    });
}

criterion_group!(benches, documents, dataset);
criterion_main!(benches);
