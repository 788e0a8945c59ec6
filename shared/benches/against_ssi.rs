//! What Data Integrity costs here and in plain `ssi`, in the same run: the same credential, the same suite, and each made to
//! believe the other's proof first, so that both sign the same N-Quads.
//!
//! `cargo bench -p shared --no-default-features --features testing --bench against_ssi`
//!
//! It is the best case of `ssi`: its contexts are loaded before, no network is near, and keys are found in a map instead of
//! resolved from their DID.
#![expect(clippy::expect_used, reason = "input we make ourselves and that is right")]

mod common {
    pub(crate) mod documents;
}

use std::{
    collections::HashMap,
    hint::black_box,
    pin::pin,
    task::{Context, Poll, Waker},
};

use criterion::{Criterion, criterion_group, criterion_main};
use serde_json::{Map, Value};
use shared::{
    entropy::SystemEntropy,
    format::data_integrity::{Cryptosuite, Disclosure, ProofOptions, attach, derive, sign, sign_base},
    keys::{KeyKind, ProofKey, SigningKey},
};
use ssi::{
    JWK,
    claims::{
        SignatureEnvironment, VerificationParameters,
        data_integrity::{
            AnySignatureOptions, AnySuite, CryptographicSuite, DataIntegrity, JsonPointerBuf,
            ProofOptions as SsiOptions, from_json_str,
        },
        vc::v2::JsonCredential,
    },
    dids::DIDKey,
    json_ld::{ContextLoader, IriBuf},
    verification_methods::{AnyMethod, LocalSigner, Multikey, SingleSecretSigner},
};

use self::common::documents::{credential, example, options, signed, verify};

/// The contexts of the worked credential that `ssi` does not bring with it.
const CONTEXTS: [(&str, &str); 3] = [
    (
        "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
        include_str!("../../fixtures/contexts/open-badges-3.0.3.json"),
    ),
    (
        "https://purl.imsglobal.org/spec/ob/v3p0/extensions.json",
        include_str!("../../fixtures/contexts/open-badges-extensions.json"),
    ),
    (
        "https://credentials.example.org/contexts/activity-hours/v1",
        include_str!("../../fixtures/contexts/activity-hours-v1.jsonld"),
    ),
];

fn loader() -> ContextLoader {
    let contexts = CONTEXTS.map(|(iri, text)| (iri.to_owned(), text.to_owned()));
    ContextLoader::default()
        .with_context_map_from(contexts.into())
        .expect("contexts")
}

/// The result of a future that waits for nothing, as those of `ssi` do when nothing is fetched.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => panic!("nothing is waited for"),
    }
}

/// The URL of a key in its own `did:key`.
fn method_of(multikey: &str) -> String {
    format!("did:key:{multikey}#{multikey}")
}

/// Plain `ssi` with a key of its own.
struct PlainSsi {
    suite: AnySuite,
    signer: LocalSigner<SingleSecretSigner<JWK>>,
    method: IriBuf,
    /// Its key, as we read it.
    key: ProofKey,
    environment: SignatureEnvironment,
    parameters: VerificationParameters<HashMap<IriBuf, AnyMethod>>,
}

impl PlainSsi {
    /// Knows its own key and ours.
    fn new(suite: AnySuite, jwk: JWK, ours: &SigningKey) -> Self {
        let method = DIDKey::generate_url(&jwk).expect("a DID");
        let multikey = method.fragment().expect("a key in the document").to_string();
        let methods = [multikey.clone(), ours.public().to_multikey()].map(|multikey| {
            let id: IriBuf = method_of(&multikey).parse().expect("an IRI");
            let method = Multikey {
                id: id.clone(),
                controller: format!("did:key:{multikey}").parse().expect("a URI"),
                public_key: multikey.parse().expect("a key"),
            };
            (id, AnyMethod::Multikey(method))
        });
        let parameters = VerificationParameters::from_resolver(HashMap::from(methods))
            .with_json_ld_loader(loader())
            .with_date_time("2028-01-10T09:30:00Z".parse().expect("an instant"));
        Self {
            suite,
            signer: SingleSecretSigner::new(jwk).into_local(),
            method: method.into_iri(),
            key: ProofKey::from_multikey(&multikey).expect("a key"),
            environment: SignatureEnvironment {
                json_ld_loader: loader(),
                eip712_loader: (),
            },
            parameters,
        }
    }

    fn issue(&self, unsigned: &str, mandatory: &[JsonPointerBuf]) -> DataIntegrity<JsonCredential, AnySuite> {
        let credential: JsonCredential = serde_json::from_str(unsigned).expect("a credential");
        let mut options = AnySignatureOptions::default();
        options.mandatory_pointers = mandatory.to_vec();
        now(self.suite.sign_with(
            &self.environment,
            credential,
            &self.parameters.resolver,
            &self.signer,
            SsiOptions::from_method(self.method.clone().into()),
            options,
        ))
        .expect("a proof")
    }

    fn verify(&self, text: &str) {
        let secured: DataIntegrity<JsonCredential, AnySuite> = from_json_str(text).expect("a document");
        now(secured.verify(&self.parameters))
            .expect("a check")
            .expect("a signature");
    }
}

fn whole(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("eddsa-rdfc-2022, beside ssi");
    let key = SigningKey::generate_of(KeyKind::Ed25519);
    let proof_key = ProofKey::from(key.public());
    let method = method_of(&key.public().to_multikey());
    let options = options(Cryptosuite::EddsaRdfc2022, method);
    let ssi = PlainSsi::new(AnySuite::EdDsaRdfc2022, JWK::generate_ed25519().expect("a key"), &key);
    let unsigned = serde_json::to_string(&credential()).expect("JSON");
    let ours = signed(credential(), &options, &key);
    let theirs = serde_json::to_string(&ssi.issue(&unsigned, &[])).expect("JSON");
    verify(&theirs, &ssi.key).expect("a signature");
    ssi.verify(&ours);

    group.bench_function("issue, ours", |bench| {
        bench.iter(|| sign(black_box(&unsigned), &options, &key).expect("a proof"));
    });
    group.bench_function("issue, ssi", |bench| {
        bench.iter(|| ssi.issue(black_box(&unsigned), &[]));
    });
    group.bench_function("parse and verify, ours", |bench| {
        bench.iter(|| verify(black_box(&ours), &proof_key).expect("a signature"));
    });
    group.bench_function("parse and verify, ssi", |bench| {
        bench.iter(|| ssi.verify(black_box(&ours)));
    });
    group.finish();
}

/// A derived proof of the worked credential. Both verify it; only we derive it: `ssi` orders statements by their structure
/// and not by their text, so that what it derives from a credential in which named and nameless nodes meet fits nothing. So
/// the holder is ours on both sides, and the issuers are each of us.
fn selective(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("ecdsa-sd-2023, beside ssi");
    let key = SigningKey::generate();
    let proof_key = ProofKey::from(key.public());
    let method = method_of(&key.public().to_multikey());
    let options = options(Cryptosuite::EcdsaSd2023, method);
    let ssi = PlainSsi::new(AnySuite::EcdsaSd2023, JWK::generate_p256(), &key);
    let mandatory: Vec<String> = example("ecdsa-sd-mandatory-pointers.json");
    let pointers: Vec<JsonPointerBuf> = mandatory
        .iter()
        .map(|pointer| JsonPointerBuf::new(pointer.clone()).expect("a pointer"))
        .collect();
    let unsigned = serde_json::to_string(&credential()).expect("JSON");
    let ours = shown(&held(&options, &mandatory, &key));
    let theirs = shown(&serde_json::to_string(&ssi.issue(&unsigned, &pointers)).expect("JSON"));
    for (text, key) in [(&ours, &proof_key), (&theirs, &ssi.key)] {
        verify(text, key).expect("a signature");
        ssi.verify(text);
    }

    group.bench_function("parse and verify derived, ours", |bench| {
        bench.iter(|| verify(black_box(&ours), &proof_key).expect("a signature"));
    });
    group.bench_function("parse and verify derived, ssi", |bench| {
        bench.iter(|| ssi.verify(black_box(&ours)));
    });
    group.finish();
}

/// The worked credential with a base proof.
fn held(options: &ProofOptions, mandatory: &[String], key: &SigningKey) -> String {
    let mut document: Map<String, Value> = credential();
    let unsigned = serde_json::to_string(&document).expect("JSON");
    let proof = sign_base(&unsigned, options, mandatory, key, &SystemEntropy).expect("a proof");
    attach(&mut document, proof);
    serde_json::to_string(&document).expect("JSON")
}

/// What is mandatory of it, and for how long it was.
fn shown(held: &str) -> String {
    let disclosure = Disclosure {
        suite: Cryptosuite::EcdsaSd2023,
        pointers: &["/credentialSubject/activity/workload"],
        presentation_header: &[],
    };
    serde_json::to_string(&derive(held, &disclosure).expect("a proof")).expect("JSON")
}

criterion_group!(benches, whole, selective);
criterion_main!(benches);
