//! What many at once cost: credentials signed and verified on one core, and on every core as the services do.
//!
//! `cargo bench -p shared --no-default-features --features testing --bench many`
#![expect(clippy::expect_used, reason = "input we make ourselves and that is right")]

mod common {
    pub(crate) mod attestation;
    pub(crate) mod documents;
}

use std::hint::black_box;

use criterion::{BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime};
use serde_json::Value;
use shared::{
    entropy::SystemEntropy,
    format::{
        data_integrity::{Cryptosuite, sign},
        sd_jwt_vc::{SdJwt, issue},
    },
    keys::{KeyKind, ProofKey, SigningKey},
    many::on_every_core,
};

use self::common::{
    attestation::attestation,
    documents::{credential, options, signed, verify},
};

/// How many are in a batch.
const BATCH: u64 = 256;

/// A batch, one after the other and on every core.
fn both<T: Sync, R: Send>(
    group: &mut BenchmarkGroup<'_, WallTime>,
    name: &str,
    items: &[T],
    each: impl Fn(&T) -> R + Sync,
) {
    group.throughput(Throughput::Elements(BATCH));
    group.bench_function(format!("{name}, one core"), |bench| {
        bench.iter(|| black_box(items).iter().map(&each).collect::<Vec<R>>());
    });
    group.bench_function(format!("{name}, every core"), |bench| {
        bench.iter(|| on_every_core(black_box(items), &each));
    });
}

/// The worked credential for each of them: no two sign the same bytes.
fn data_integrity(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("eddsa-rdfc-2022, many");
    let key = SigningKey::generate_of(KeyKind::Ed25519);
    let proof_key = ProofKey::from(key.public());
    let options = options(Cryptosuite::EddsaRdfc2022, "did:web:asso.example.org#key".to_owned());
    let documents: Vec<_> = (0..BATCH)
        .map(|number| {
            let mut document = credential();
            let id = format!("urn:uuid:5f4a3f0e-2f0b-4b7e-9d5b-{number:012}");
            document.insert("id".to_owned(), id.into());
            document
        })
        .collect();
    let unsigned: Vec<String> = documents
        .iter()
        .map(|document| serde_json::to_string(document).expect("JSON"))
        .collect();
    both(&mut group, "issue", &unsigned, |text| {
        sign(text, &options, &key).expect("a proof")
    });
    let secured: Vec<String> = documents
        .into_iter()
        .map(|document| signed(document, &options, &key))
        .collect();
    both(&mut group, "parse and verify", &secured, |text| {
        verify(text, &proof_key).expect("a signature");
    });
    group.finish();
}

/// The worked attestation, as often.
fn sd_jwt_vc(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sd-jwt-vc, many");
    let (issuer, holder) = (SigningKey::generate(), SigningKey::generate());
    let (claims, disclosable) = attestation(&holder);
    let made = |claims: &Value| issue(claims.clone(), &disclosable, "key", &issuer, &SystemEntropy);
    let batch: Vec<Value> = (0..BATCH).map(|_| claims.clone()).collect();
    both(&mut group, "issue", &batch, |claims| {
        made(claims).expect("a credential")
    });
    let credentials: Vec<String> = batch.iter().map(|claims| made(claims).expect("a credential")).collect();
    both(&mut group, "parse, reveal and verify", &credentials, |text| {
        let sd_jwt = SdJwt::parse(text).expect("a credential");
        sd_jwt.jws().verify(issuer.public()).expect("a signature");
        sd_jwt.reveal().expect("disclosures")
    });
    group.finish();
}

criterion_group!(benches, data_integrity, sd_jwt_vc);
criterion_main!(benches);
