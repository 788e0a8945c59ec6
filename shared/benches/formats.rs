//! What the formats cost, beside the raw signature of the same library in the same run.
//!
//! `cargo bench -p shared --no-default-features --features testing --bench formats`
#![expect(clippy::expect_used, reason = "input we make ourselves and that is right")]

use std::hint::black_box;

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
        ParsedPublicKey,
    },
};
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main, measurement::WallTime};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use shared::{
    entropy::SystemEntropy,
    format::data_integrity::{
        BaseKey, Cryptosuite, Disclosure, ProofOptions, Secured, attach, derive, sign, sign_base,
    },
    keys::{BbsSecretKey, KeyKind, ProofKey, SigningKey},
};

/// A worked example of the specification of this project, handed over beside it.
fn example<T: DeserializeOwned>(name: &str) -> T {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/credential/");
    let text = std::fs::read_to_string(format!("{folder}{name}")).expect("the worked examples are beside the project");
    serde_json::from_str(&text).expect("JSON")
}

fn credential() -> Map<String, Value> {
    example("activity-hours-credential.unsigned.json")
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

/// The holder shows for how long it was, beside what is mandatory.
const SHOWN: [&str; 1] = ["/credentialSubject/activity/workload"];

fn selective_disclosure(criterion: &mut Criterion) {
    let raw = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
    let (message, random) = ([7; 99], SystemRandom::new());
    let signature = raw.sign(&random, &message).expect("a signature");
    let public = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, raw.public_key().as_ref()).expect("a key");
    let p256 = SigningKey::generate();
    let bbs = BbsSecretKey::generate(&SystemEntropy);
    for (suite, key, verifying) in [
        (
            Cryptosuite::EcdsaSd2023,
            BaseKey::from(&p256),
            ProofKey::from(p256.public()),
        ),
        (Cryptosuite::Bbs2023, BaseKey::from(&bbs), ProofKey::from(bbs.public())),
    ] {
        let mut group = criterion.benchmark_group(suite.name());
        group.bench_function("raw P-256 sign", |bench| {
            bench.iter(|| raw.sign(&random, black_box(&message)).expect("a signature"));
        });
        group.bench_function("raw P-256 verify", |bench| {
            bench.iter(|| {
                public
                    .verify_sig(black_box(&message), signature.as_ref())
                    .expect("a signature");
            });
        });
        selective(&mut group, suite, key, &verifying);
        group.finish();
    }
}

fn selective(group: &mut BenchmarkGroup<'_, WallTime>, suite: Cryptosuite, key: BaseKey<'_>, verifying: &ProofKey) {
    let mandatory: Vec<String> = example("ecdsa-sd-mandatory-pointers.json");
    let created = "2027-01-10T09:30:00Z".parse().expect("an instant");
    let options = ProofOptions::assertion(suite, "did:web:asso.example.org#key".to_owned(), created);
    let mut document = credential();
    let unsigned = serde_json::to_string(&document).expect("JSON");
    let issue = || sign_base(black_box(&unsigned), &options, &mandatory, key, &SystemEntropy).expect("a proof");
    group.bench_function("issue", |bench| bench.iter(issue));
    attach(&mut document, issue());
    let base = serde_json::to_string(&document).expect("JSON");
    let disclosure = Disclosure {
        suite,
        pointers: &SHOWN,
        presentation_header: &[],
    };
    let show = || derive(black_box(&base), &disclosure).expect("a proof");
    group.bench_function("derive", |bench| bench.iter(show));
    let shown = serde_json::to_string(&show()).expect("JSON");
    group.bench_function("parse and verify derived", |bench| {
        bench.iter(|| {
            let secured = Secured::parse(black_box(&shown)).expect("a document");
            for proof in secured.proofs().expect("proofs") {
                secured.verify(&proof, verifying).expect("a signature");
            }
        });
    });
}

criterion_group!(benches, data_integrity, selective_disclosure);
criterion_main!(benches);
