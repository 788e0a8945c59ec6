//! What each fuzz target does with its bytes: every parser of bytes from outside, and what must hold of whatever it
//! accepts. Here, and not in the targets, so that it stays compiled and runs on a small corpus with every test.

mod documents;
mod messages;
mod seeds;

use std::sync::OnceLock;

use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use shared::{
    clock::Clock,
    credential::schema,
    did::{
        Did,
        webvh::{Log, VersionQuery},
    },
    entitlement::RuleSet,
    format::{
        paper::{self, PaperAttestation},
        sd_jwt_vc::{
            SdJwt,
            type_metadata::{Resolution, Resolving, TypeReference},
        },
        vc_jose::{Content, Envelope, SecuredDocument},
    },
    keys::{
        Jwk, KeyKind, SigningKey,
        certificate::{CertificateChain, TrustAnchors},
        cose::Sign1,
        jwe::DecryptionKey,
        jws::Jws,
    },
    status_list::{
        bitstring::{Bitstring, Entry, Purpose, StatusListCredential},
        token::{Editions, StatusList},
    },
    testing::FixedClock,
};

pub use self::{
    documents::{badge, baked_badge, data_integrity, json_ld_paths, selective, w3c_document},
    messages::{
        credential_request, dcql, key_proof, metadata, offer, request, response_form, token_form, trust_list,
        vc_api_request,
    },
};

/// A target.
pub type Target = fn(&[u8]);

/// Every target by name: the names of `tests/fuzz/fuzz_targets`.
pub const TARGETS: &[(&str, Target)] = &[
    ("baked", baked_badge),
    ("bitstring", bitstring),
    ("certificate", certificate),
    ("cose", cose),
    ("credential_request", credential_request),
    ("data_integrity", data_integrity),
    ("dcql", dcql),
    ("json_ld_paths", json_ld_paths),
    ("jwe", jwe),
    ("jwk", jwk),
    ("jws", jws),
    ("metadata", metadata),
    ("offer", offer),
    ("open_badge", badge),
    ("paper", paper_attestation),
    ("picture", picture),
    ("proof", key_proof),
    ("request", request),
    ("response", response_form),
    ("rule", rule),
    ("schema", json_schema),
    ("sd_jwt", sd_jwt),
    ("selective", selective),
    ("sheet", sheet),
    ("status_list", status_list),
    ("token", token_form),
    ("trust_list", trust_list),
    ("type_metadata", type_metadata),
    ("vc_api", vc_api_request),
    ("vc_jose", secured_document),
    ("w3c", w3c_document),
    ("webvh", webvh),
];

/// RFC 9901: parse, reveal; revealing invents no digest.
pub fn sd_jwt(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    if let Ok(sd_jwt) = SdJwt::parse(text) {
        if let Ok(revealed) = sd_jwt.reveal() {
            assert!(
                !holds_digests(&revealed.claims),
                "digests are left in what was revealed"
            );
        }
        let _ = sd_jwt.hash();
    }
    let _ = shared::verification::needs(text);
}

/// RFC 5280: whose authority has given its key away certifies nobody else.
#[expect(clippy::expect_used, reason = "certificates we made ourselves and that are right")]
pub fn certificate(bytes: &[u8]) {
    static KNOWN: OnceLock<(CertificateChain, TrustAnchors)> = OnceLock::new();
    let (leaf, anchors) = KNOWN.get_or_init(|| {
        let known: Value = serde_json::from_str(CHAIN).expect("JSON");
        let chain = |place: usize| Value::Array(vec![known[place].clone()]);
        let root = known[1].as_str().map(|text| STANDARD.decode(text).expect("base64"));
        let anchors = TrustAnchors::from_der(root.into_iter().collect()).expect("an authority");
        (CertificateChain::from_x5c(&chain(0)).expect("a certificate"), anchors)
    });
    let text = std::str::from_utf8(bytes).unwrap_or_default();
    let _ = TrustAnchors::from_pem(text);
    if let Ok(chain) = CertificateChain::from_pem(text) {
        assert_eq!(CertificateChain::from_pem(&chain.to_pem()).as_ref(), Ok(&chain));
    }
    let Some(x5c) = json(bytes) else { return };
    let Ok(chain) = CertificateChain::from_x5c(&x5c) else {
        return;
    };
    assert_eq!(CertificateChain::from_x5c(&chain.to_x5c()).as_ref(), Ok(&chain));
    if let Some(issuer) = chain.unverified_issuer() {
        let _ = chain.names(&issuer);
    }
    if let Ok(key) = chain.verify(anchors, now()) {
        assert_eq!(key, leaf.unverified_key(), "another key is certified");
    }
}

/// Two certificates: of a signer, and of an authority whose key nobody has.
const CHAIN: &str = include_str!("chain.json");

/// Type metadata: a document is of the type it says, and keeps its own rules for the claims of nobody.
pub fn type_metadata(bytes: &[u8]) {
    let Some(value) = json(bytes) else { return };
    let Some(vct) = value.get("vct").and_then(Value::as_str) else {
        return;
    };
    let reference = TypeReference {
        vct: vct.to_owned(),
        integrity: None,
    };
    match Resolving::of(reference).receive(bytes) {
        Ok(Resolution::Complete(metadata)) => assert_eq!(metadata.types, [vct]),
        Ok(Resolution::Wanted(next)) => assert_ne!(next.wanted().vct, vct, "a type extends itself"),
        Err(_) => {}
    }
}

/// JSON Schema: whatever it is, it is refused or evaluated, and always with the same result.
pub fn json_schema(bytes: &[u8]) {
    let document = json!({ "type": ["A"], "credentialSubject": { "minutes": 7800, "years": [2025, 2026] } });
    let first = schema::check_text(bytes, &document);
    assert_eq!(first, schema::check_text(bytes, &document));
}

/// RFC 7515: nothing but ES256 gets through, and nobody's key fits.
pub fn jws(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    if let Ok(jws) = Jws::parse(text) {
        assert_eq!(jws.header().get("alg").and_then(Value::as_str), Some("ES256"));
        let _ = jws.unverified_claims::<Value>();
        assert!(
            jws.verify(SigningKey::generate().public()).is_err(),
            "a fresh key fits a signature"
        );
    }
}

/// RFC 9052: nobody's key fits a message.
pub fn cose(bytes: &[u8]) {
    if let Ok(message) = Sign1::parse(bytes, &KeyKind::ALL) {
        for kind in KeyKind::ALL {
            assert!(message.verify(SigningKey::generate_of(kind).public()).is_err());
        }
    }
}

/// The paper form, as the text of a QR code and as what is signed: what is accepted is signed again to the same facts.
pub fn paper_attestation(bytes: &[u8]) {
    let from_text = text(bytes).and_then(|text| PaperAttestation::parse(text).ok());
    for read in from_text.into_iter().chain(PaperAttestation::from_bytes(bytes)) {
        let fresh = SigningKey::generate();
        assert!(read.verify(fresh.public()).is_err(), "a fresh key fits a signature");
        let again = paper::sign_bytes(read.attestation(), read.envelope(), &fresh)
            .and_then(|bytes| PaperAttestation::from_bytes(&bytes));
        assert!(
            again.is_ok_and(|again| again.attestation() == read.attestation() && again.envelope() == read.envelope()),
            "facts changed on the way"
        );
    }
}

/// VC-JOSE-COSE in every securing, in an envelope or not: what is accepted names who signed, and nobody's key fits.
pub fn secured_document(bytes: &[u8]) {
    let fresh = SigningKey::generate();
    let check = |secured: &SecuredDocument| {
        let _ = secured.signer();
        let _ = secured.credentials();
        assert!(
            secured.verify(fresh.public(), now()).is_err(),
            "a fresh key fits a signature"
        );
    };
    for content in [Content::Credential, Content::Presentation] {
        if let Some(text) = text(bytes) {
            let _ = SecuredDocument::parse_jwt(content, text).as_ref().map(check);
            let _ = SecuredDocument::parse_sd_jwt(content, text).as_ref().map(check);
        }
        let _ = SecuredDocument::parse_cose(content, bytes).as_ref().map(check);
        if let Some(envelope) = json(bytes).and_then(|value| Envelope::read(content, &value).ok()) {
            let _ = envelope.open().as_ref().map(check);
            assert_eq!(Envelope::read(content, &envelope.to_value()), Ok(envelope));
        }
    }
}

/// RFC 7516: a fresh key opens nothing.
pub fn jwe(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    assert!(
        DecryptionKey::generate().decrypt(text).is_err(),
        "a fresh key opens a message"
    );
}

/// RFC 7517: what is accepted is public, and reads back as itself.
pub fn jwk(bytes: &[u8]) {
    let Some(value) = json(bytes) else { return };
    if let Ok(key) = Jwk::from_value(value) {
        let written = key.to_value();
        assert!(written.get("d").is_none(), "a private key was accepted as a public one");
        assert_eq!(Jwk::from_value(written).ok(), Some(key));
    }
}

/// Token Status List, signed or not; the list itself is read within its limits.
pub fn status_list(bytes: &[u8]) {
    if let Some(text) = text(bytes) {
        let (fresh, uri) = (SigningKey::generate(), "https://example.org/list");
        assert!(StatusList::verify(text, uri, fresh.public(), now()).is_err());
        let editions = Editions::default();
        assert!(
            editions
                .receive(uri, text, now())
                .verify(uri, fresh.public(), now())
                .is_err()
        );
        assert!(editions.kept(uri, now()).is_none(), "a list nobody signed is kept");
    }
    if let Some(value) = json(bytes)
        && let Ok(list) = StatusList::decode(&value)
    {
        let _ = list.status(0);
        assert!(list.status(u64::MAX).is_err());
        assert_eq!(StatusList::decode(&list.encode()), Ok(list));
    }
}

/// Bitstring Status List: entries, list credentials and lists; what is accepted reads back as itself.
pub fn bitstring(bytes: &[u8]) {
    if let Some(text) = text(bytes)
        && let Ok(list) = Bitstring::decode(text)
    {
        assert_eq!(Bitstring::decode(&list.encode()), Ok(list));
    }
    let Some(value) = json(bytes) else { return };
    let entry = Entry::from_value(&value);
    if let Ok(entry) = &entry {
        assert_eq!(Entry::from_value(&entry.to_value()).as_ref(), Ok(entry));
    }
    if let Ok(credential) = StatusListCredential::from_unsecured(&value) {
        let list = credential.list();
        assert!(list.value(u64::MAX, 1).is_err());
        let first = Entry::new(Purpose::Revocation, 0, "https://example.org/list".to_owned());
        if let Ok(told) = credential.status(&first, now()) {
            assert!(list.check_length(1).is_ok(), "a short list is believed");
            assert_eq!(told.is_valid, told.status == 0);
        }
    }
}

/// did:webvh, the log of whatever DID it says it is of: every version that is there has one id, one number and one time,
/// and no version depends on what follows it.
pub fn webvh(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    let _ = VersionQuery::parse(text);
    let first: Option<Value> = text.lines().next().and_then(|line| serde_json::from_str(line).ok());
    let did = first.as_ref().and_then(|entry| entry["state"]["id"].as_str());
    let Some(did) = did.and_then(|did| did.parse::<Did>().ok()) else {
        return;
    };
    let Ok(log) = Log::verify(&did, text, now()) else {
        return;
    };
    let _ = log.clone().witnessed(Some(text), now());
    let Ok(history) = log.witnessed(None, now()) else {
        return;
    };
    for (index, _) in text.lines().enumerate() {
        let Ok(version) = history.resolve(&VersionQuery::Number(index + 1)) else {
            return;
        };
        let by_id = VersionQuery::Id(version.metadata.version_id.clone());
        assert_eq!(history.resolve(&by_id).as_ref(), Ok(&version));
        let before: Vec<&str> = text.lines().take(index + 1).collect();
        let alone = Log::verify(&did, &before.join("\n"), now()).and_then(|log| log.witnessed(None, now()));
        let alone = alone.and_then(|history| history.resolve(&VersionQuery::Latest));
        assert_eq!(alone.map(|found| found.document), Ok(version.document));
    }
}

/// Rule files, TOML and JSON.
pub fn rule(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    for name in ["rule.toml", "rule.json"] {
        let _ = RuleSet::default().add(name, text);
    }
}

/// Pictures of QR codes.
pub fn picture(bytes: &[u8]) {
    let _ = shared::service::qr::read_picture(bytes);
}

/// Spreadsheets: every row is either counted or refused.
pub fn sheet(bytes: &[u8]) {
    let _ = issuer::batches::sheet::parse(bytes, now().date_naive());
}

/// Good input of every kind, to start from.
pub fn corpus() -> &'static [Vec<u8>] {
    static CORPUS: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    CORPUS.get_or_init(seeds::every_kind)
}

fn holds_digests(value: &Value) -> bool {
    match value {
        Value::Object(members) => members
            .iter()
            .any(|(name, value)| name == "_sd" || name == "..." || holds_digests(value)),
        Value::Array(elements) => elements.iter().any(holds_digests),
        _ => false,
    }
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

fn json(bytes: &[u8]) -> Option<Value> {
    serde_json::from_slice(bytes).ok()
}

fn now() -> DateTime<Utc> {
    FixedClock::at_rfc3339("2026-03-15T10:00:00Z").now()
}
