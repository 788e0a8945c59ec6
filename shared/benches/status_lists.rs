//! What a status list of a million entries costs.
//!
//! `cargo bench -p shared --no-default-features --features testing --bench status_lists`

#![expect(clippy::expect_used, reason = "a bench that cannot run must stop")]

use std::hint::black_box;

use chrono::{DateTime, Duration, Utc};
use criterion::{Criterion, criterion_group, criterion_main};
use mimalloc::MiMalloc;
use shared::{
    entropy::Entropy,
    keys::{SigningKey, jws::Jws},
    status_list::{
        bitstring::{Bitstring, Entry, Purpose, StatusListCredential, StatusListTerms},
        token::{Editions, StatusList},
    },
    testing::SeededEntropy,
};

const ENTRIES: u32 = 1_000_000;
/// One in a hundred is revoked: the more there are, the less a list can be compressed.
const REVOKED: u32 = ENTRIES / 100;
const URI: &str = "https://asso.example/o/les-paniers/status/1";

fn now() -> DateTime<Utc> {
    "2026-03-15T10:00:00Z".parse().expect("an instant")
}

fn indices() -> Vec<u64> {
    let entropy: &dyn Entropy = &SeededEntropy::new(7);
    (0..REVOKED).map(|_| entropy.below(ENTRIES).into()).collect()
}

fn token(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("Token Status List, 1 M entries");
    let key = SigningKey::generate();
    let mut list = StatusList::new(1, ENTRIES as usize).expect("a list");
    for index in indices() {
        list.set(index, 1).expect("an entry");
    }
    let sign = || list.sign(URI, now(), Duration::days(1), Duration::minutes(5), "k", &key);
    let token = sign();
    let mut index = 0;
    let mut next = move || {
        index = (index + 7919) % u64::from(ENTRIES);
        index
    };
    group.bench_function("raw verify of its signature", |bench| {
        let jws = Jws::parse(&token).expect("a token");
        bench.iter(|| jws.verify(black_box(key.public())).expect("a signature"));
    });
    group.bench_function("sign", |bench| bench.iter(sign));
    group.bench_function("parse and verify", |bench| {
        bench.iter(|| StatusList::verify(black_box(&token), URI, key.public(), now()).expect("a list"));
    });
    group.bench_function("check one index", |bench| {
        bench.iter(|| list.status(black_box(next())).expect("a status"));
    });
    group.bench_function("check one index from cache", |bench| {
        let editions = Editions::default();
        let received = editions.receive(URI, &token, now());
        received.verify(URI, key.public(), now()).expect("a list");
        bench.iter(|| {
            let edition = editions.kept(black_box(URI), now()).expect("an edition");
            let list = edition.verify(URI, key.public(), now()).expect("a list");
            list.status(black_box(next())).expect("a status")
        });
    });
    group.finish();
}

fn bitstring(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("Bitstring Status List, 1 M entries");
    let mut list = Bitstring::new(1, ENTRIES.into()).expect("a list");
    for index in indices() {
        list.set(index, 1, 1).expect("an entry");
    }
    let terms = StatusListTerms {
        id: URI,
        issuer: "did:web:asso.example",
        purposes: &[Purpose::Revocation],
        valid_from: now(),
        valid_until: None,
        ttl: None,
    };
    let credential = terms.unsigned(&list);
    group.bench_function("read", |bench| {
        bench.iter(|| StatusListCredential::from_unsecured(black_box(&credential)).expect("a list"));
    });
    let read = StatusListCredential::from_unsecured(&credential).expect("a list");
    let entry = Entry::new(Purpose::Revocation, 612_345, URI.to_owned());
    group.bench_function("check one entry", |bench| {
        bench.iter(|| read.status(black_box(&entry), now()).expect("a status"));
    });
    group.finish();
}

/// As in the services.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

criterion_group!(benches, token, bitstring);
criterion_main!(benches);
