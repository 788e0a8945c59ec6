mod attached;
mod badges;
mod signatures;
mod status;

use serde_json::json;

use super::*;
use crate::{
    format::{
        data_integrity::{BaseKey, Cryptosuite, Disclosure, ProofOptions, attach, derive, sign, sign_base},
        vc_jose::{Envelope, SignWith, sign_cose, sign_jwt, sign_sd_jwt},
    },
    keys::{BbsSecretKey, KeyKind, SigningKey},
    status_list::bitstring::{Bitstring, BitstringError, MIN_ENTRIES, Purpose, StatusListTerms},
    testing::SeededEntropy,
};

const LIST: &str = "https://asso.example.org/status/1";

fn now() -> DateTime<Utc> {
    "2027-01-10T09:30:00Z".parse().unwrap()
}

/// Somebody with a key of their own.
struct Person {
    key: SigningKey,
    did: Did,
}

impl Person {
    fn new(kind: KeyKind) -> Self {
        let key = SigningKey::generate_of(kind);
        let did = format!("did:key:{}", key.public().to_multikey()).parse().unwrap();
        Self { key, did }
    }

    fn method(&self) -> String {
        format!("{}#{}", self.did, self.key.public().to_multikey())
    }

    fn credential(&self) -> Map<String, Value> {
        let credential = json!({
            "@context": [vcdm::CONTEXT_V2],
            "type": ["VerifiableCredential"],
            "issuer": self.did,
            "validFrom": "2027-01-10T00:00:00Z",
            "validUntil": "2028-01-10T00:00:00Z",
            "credentialSubject": {"id": "did:example:subject"},
        });
        credential.as_object().unwrap().clone()
    }

    fn presentation(&self, credentials: &Value) -> Map<String, Value> {
        let presentation = json!({
            "@context": [vcdm::CONTEXT_V2],
            "type": ["VerifiablePresentation"],
            "holder": self.did,
            "verifiableCredential": credentials,
        });
        presentation.as_object().unwrap().clone()
    }

    fn prove(&self, mut document: Map<String, Value>, change: impl FnOnce(&mut ProofOptions)) -> Map<String, Value> {
        let suite = match self.key.public().kind() {
            KeyKind::Ed25519 => Cryptosuite::EddsaRdfc2022,
            _ => Cryptosuite::EcdsaRdfc2019,
        };
        let mut options = ProofOptions::assertion(suite, self.method(), now());
        change(&mut options);
        let proof = sign(&Value::Object(document.clone()).to_string(), &options, &self.key).unwrap();
        attach(&mut document, proof);
        document
    }
}

fn for_authentication(options: &mut ProofOptions) {
    options.purpose = "authentication".to_owned();
    options.challenge = Some("c-1".to_owned());
    options.domain = Some("counter.example".to_owned());
}

/// What can be resolved without a network, and this status list.
fn surroundings(document: &W3cDocument, list: Option<&Value>) -> Surroundings {
    let needs = document.needs(Binding::Controller);
    let mut all = needs.dids;
    all.extend(document.needs(Binding::ProofOnly).dids);
    let resolved = all.into_iter().map(|did| {
        let found = did.resolve_local().map_or(Fetched::Forbidden, Fetched::Found);
        (did, found)
    });
    let list = list.map(|list| StatusListCredential::from_unsecured(list).unwrap());
    Surroundings {
        documents: resolved.collect(),
        lists: needs
            .lists
            .into_iter()
            .map(|address| {
                let found = list
                    .clone()
                    .map_or(Fetched::Unreachable, |list| Fetched::Found(Arc::new(list)));
                (address, found)
            })
            .collect(),
        ..Surroundings::default()
    }
}

fn verified(bytes: impl AsRef<[u8]>, expected: &W3cExpectation<'_>) -> W3cVerdict {
    let document = W3cDocument::parse(bytes.as_ref()).unwrap();
    document.verify(&surroundings(&document, None), expected, now())
}

fn text(members: &Map<String, Value>) -> String {
    Value::Object(members.clone()).to_string()
}

fn flaw(verdict: &W3cVerdict) -> (CheckId, Outcome, StandardError) {
    let flaw = verdict.all_flaws().next().expect("a flaw");
    (flaw.check, flaw.outcome, flaw.standard)
}

#[test]
fn what_cannot_be_read_is_named() {
    let refused = |text: &str| W3cDocument::parse(text.as_bytes()).unwrap_err();
    for (text, standard) in [
        ("bonjour à tous", StandardError::Parsing),
        ("bonjour", StandardError::Parsing),
        ("a~b~", StandardError::Parsing),
        ("[]", StandardError::Parsing),
        (r#"{"a":1,"a":2}"#, StandardError::Parsing),
        (r#"{"type":"VerifiableCredential"}"#, StandardError::Parsing),
        (
            r#"{"type":"EnvelopedVerifiableCredential","id":"data:text/plain,a"}"#,
            StandardError::MalformedValue,
        ),
        (
            r#"{"type":"VerifiablePresentation","proof":{},"verifiableCredential":["a.b.c"]}"#,
            StandardError::MalformedValue,
        ),
    ] {
        assert_eq!(refused(text).standard(), standard, "{text}");
    }
    assert_eq!(refused(&" ".repeat(MAX_BYTES + 1)), W3cError::TooLarge);
    assert!(matches!(W3cDocument::parse(&[0xff; 40]), Err(W3cError::Jose(_))));
}

#[test]
fn what_needs_too_much_is_not_accepted() {
    let issuer = Person::new(KeyKind::Ed25519);
    let mut credential = issuer.credential();
    let entries: Vec<Value> = (0..=MAX_NEEDS)
        .map(|list| Entry::new(Purpose::Revocation, 9, format!("{LIST}{list}")).to_value())
        .collect();
    credential.insert("credentialStatus".to_owned(), entries.into());
    let proven = text(&issuer.prove(credential, |_| ()));
    let document = W3cDocument::parse(proven.as_bytes()).unwrap();
    assert_eq!(document.needs(Binding::Controller).lists.len(), MAX_NEEDS);
}
