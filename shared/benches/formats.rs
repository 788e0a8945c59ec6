//! What the formats cost, beside the raw signature of the same library in the same run.
//!
//! `cargo bench -p shared --no-default-features --features testing --bench formats`
#![expect(clippy::expect_used, reason = "input we make ourselves and that is right")]

use std::hint::black_box;

use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair, ParsedPublicKey};
use criterion::{Criterion, criterion_group, criterion_main};
use serde_json::{Map, Value};
use shared::{
    format::data_integrity::{Cryptosuite, ProofOptions, Secured, attach, sign},
    keys::{KeyKind, SigningKey},
};

/// The worked credential of the specification of this project, handed over beside it.
fn credential() -> Map<String, Value> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../shared/credential/activity-hours-credential.unsigned.json"
    );
    let text = std::fs::read_to_string(path).expect("the worked credential is beside the project");
    serde_json::from_str(&text).expect("an object")
}

fn data_integrity(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("eddsa-rdfc-2022");
    let raw = Ed25519KeyPair::generate().expect("a key");
    let message = [7; 64];
    let signature = raw.sign(&message);
    let public = ParsedPublicKey::new(&ED25519, raw.public_key().as_ref()).expect("a key");
    group.bench_function("raw sign", |bench| {
        bench.iter(|| black_box(raw.sign(black_box(&message))));
    });
    group.bench_function("raw verify", |bench| {
        bench.iter(|| {
            public
                .verify_sig(black_box(&message), signature.as_ref())
                .expect("a signature");
        });
    });

    let key = SigningKey::generate_of(KeyKind::Ed25519);
    let created = "2027-01-10T09:30:00Z".parse().expect("an instant");
    let options = ProofOptions::assertion(
        Cryptosuite::EddsaRdfc2022,
        "did:web:asso.example.org#key".to_owned(),
        created,
    );
    let mut document = credential();
    let unsigned = serde_json::to_string(&document).expect("JSON");
    group.bench_function("issue", |bench| {
        bench.iter(|| sign(black_box(&unsigned), &options, &key).expect("a proof"));
    });
    attach(&mut document, sign(&unsigned, &options, &key).expect("a proof"));
    let signed = serde_json::to_string(&document).expect("JSON");
    group.bench_function("parse and verify", |bench| {
        bench.iter(|| {
            let secured = Secured::parse(black_box(&signed)).expect("a document");
            for proof in secured.proofs().expect("proofs") {
                secured.verify(&proof, key.public()).expect("a signature");
            }
        });
    });
    group.finish();
}

criterion_group!(benches, data_integrity);
criterion_main!(benches);
