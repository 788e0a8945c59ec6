//! What the formats cost, beside the raw signature of the same library in the same run.
//!
//! `cargo bench -p shared --no-default-features --features testing --bench formats`
#![expect(clippy::expect_used, reason = "input we make ourselves and that is right")]

mod common {
    pub(crate) mod attestation;
    pub(crate) mod documents;
}

use std::hint::black_box;

use aws_lc_rs::{
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
        ParsedPublicKey,
    },
};
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main, measurement::WallTime};
use mimalloc::MiMalloc;
use shared::{
    entropy::SystemEntropy,
    format::{
        data_integrity::{BaseKey, Cryptosuite, Disclosure, attach, derive, sign, sign_base},
        sd_jwt_vc::{ExpectedBinding, KeyBinding, SdJwt, check_binding, issue},
    },
    keys::{BbsSecretKey, KeyKind, ProofKey, SigningKey},
};

use self::common::{
    attestation::attestation,
    documents::{credential, example, options, signed, verify},
};

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
    let options = options(Cryptosuite::EddsaRdfc2022, "did:web:asso.example.org#key".to_owned());
    let unsigned = serde_json::to_string(&credential()).expect("JSON");
    group.bench_function("issue", |bench| {
        bench.iter(|| sign(black_box(&unsigned), &options, &key).expect("a proof"));
    });
    let secured = signed(credential(), &options, &key);
    let proof_key = ProofKey::from(key.public());
    group.bench_function("parse and verify", |bench| {
        bench.iter(|| verify(black_box(&secured), &proof_key).expect("a signature"));
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
    let options = options(suite, "did:web:asso.example.org#key".to_owned());
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
        bench.iter(|| verify(black_box(&shown), verifying).expect("a signature"));
    });
}

fn sd_jwt_vc(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("sd-jwt-vc");
    let random = SystemRandom::new();
    let raw = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).expect("a key");
    let message = [7; 64];
    let signature = raw.sign(&random, &message).expect("a signature");
    let public = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, raw.public_key().as_ref()).expect("a key");
    group.bench_function("raw sign", |bench| {
        bench.iter(|| black_box(raw.sign(&random, black_box(&message)).expect("a signature")));
    });
    group.bench_function("raw verify, twice", |bench| {
        bench.iter(|| {
            for _ in 0..2 {
                public
                    .verify_sig(black_box(&message), signature.as_ref())
                    .expect("a signature");
            }
        });
    });

    let (issuer, holder) = (SigningKey::generate(), SigningKey::generate());
    let (claims, disclosable) = attestation(&holder);
    let held = issue(claims.clone(), &disclosable, "key", &issuer, &SystemEntropy).expect("a credential");
    group.bench_function("issue, 12 disclosures", |bench| {
        bench.iter_batched(
            || claims.clone(),
            |claims| issue(claims, black_box(&disclosable), "key", &issuer, &SystemEntropy).expect("a credential"),
            criterion::BatchSize::SmallInput,
        );
    });
    let now = "2027-01-10T09:30:00Z".parse().expect("an instant");
    let binding = KeyBinding {
        key: &holder,
        audience: "x509_san_dns:verifier.example",
        nonce: "n-0S6_WzA2Mj",
        issued_at: now,
    };
    let held = SdJwt::parse(&held).expect("a credential");
    let presented = held.present(&disclosable, &binding).expect("a presentation");
    group.bench_function("present, 12 disclosures", |bench| {
        bench.iter(|| held.present(black_box(&disclosable), &binding).expect("a presentation"));
    });
    let expected = ExpectedBinding {
        audience: binding.audience,
        nonce: binding.nonce,
    };
    group.bench_function("parse and verify, with key binding", |bench| {
        bench.iter(|| {
            let sd_jwt = SdJwt::parse(black_box(&presented)).expect("a presentation");
            sd_jwt.jws().verify(issuer.public()).expect("a signature");
            black_box(&sd_jwt.revealed_claims().expect("disclosures"));
            let checks = check_binding(&sd_jwt, expected, now).expect("a key binding");
            checks.binding.expect("a signature");
        });
    });
    group.bench_function("the same, claims copied into a value", |bench| {
        bench.iter(|| {
            let sd_jwt = SdJwt::parse(black_box(&presented)).expect("a presentation");
            sd_jwt.jws().verify(issuer.public()).expect("a signature");
            let claims = sd_jwt.revealed_claims().expect("disclosures").into_value();
            let checks = check_binding(&sd_jwt, expected, now).expect("a key binding");
            checks.binding.expect("a signature");
            claims
        });
    });
    group.finish();
}

/// As in the services.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

criterion_group!(benches, data_integrity, selective_disclosure, sd_jwt_vc);
criterion_main!(benches);
