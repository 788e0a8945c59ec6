#[path = "tests_attached.rs"]
mod attached;

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
fn every_form_of_a_credential_is_read_and_checked() {
    for kind in KeyKind::ALL {
        let issuer = Person::new(kind);
        let method = issuer.method();
        let with = SignWith {
            key: &issuer.key,
            kid: &method,
            expires_at: None,
        };
        let entropy = SeededEntropy::new(7);
        let jwt = sign_jwt(Content::Credential, issuer.credential(), &with).unwrap();
        let forms = [
            ("ldp_vc", text(&issuer.prove(issuer.credential(), |_| ())).into_bytes()),
            ("vc+jwt", jwt.clone().into_bytes()),
            (
                "vc+jwt",
                Envelope::of_jwt(Content::Credential, &jwt)
                    .to_value()
                    .to_string()
                    .into_bytes(),
            ),
            (
                "vc+sd-jwt",
                sign_sd_jwt(issuer.credential(), &[], &with, &entropy)
                    .unwrap()
                    .into_bytes(),
            ),
            (
                "vc+cose",
                sign_cose(Content::Credential, issuer.credential(), &with).unwrap(),
            ),
        ];
        for (format, bytes) in forms {
            let document = W3cDocument::parse(&bytes).unwrap();
            assert_eq!((document.format(), document.content()), (format, Content::Credential));
            assert_eq!(document.controller(), Some(issuer.did.as_str()));
            let verdict = verified(&bytes, &W3cExpectation::FOUND);
            assert!(verdict.accepted(Policy::Strict), "{format}: {:?}", verdict.flaws);
            assert_eq!(verdict.verdict.checks[3].note, Some(Reason::NoStatus));
        }
    }
}

#[test]
fn cs_004_what_a_holder_discloses_is_accepted_and_a_base_proof_is_not() {
    let entropy = SeededEntropy::new(7);
    let (p256, bbs) = (SigningKey::generate(), BbsSecretKey::generate(&entropy));
    for (suite, key, multikey) in [
        (
            Cryptosuite::EcdsaSd2023,
            BaseKey::from(&p256),
            p256.public().to_multikey(),
        ),
        (Cryptosuite::Bbs2023, BaseKey::from(&bbs), bbs.public().to_multikey()),
    ] {
        let issuer = Person {
            key: SigningKey::generate(),
            did: format!("did:key:{multikey}").parse().unwrap(),
        };
        let mut base = issuer.credential();
        base["credentialSubject"]["name"] = json!("Camille");
        let options = ProofOptions::assertion(suite, format!("{}#{multikey}", issuer.did), now());
        let mandatory = ["/issuer", "/validFrom", "/validUntil", "/credentialSubject/id"];
        let proof = sign_base(&text(&base), &options, &mandatory, key, &entropy).unwrap();
        attach(&mut base, proof);
        let disclosure = Disclosure {
            suite,
            pointers: &[],
            presentation_header: &[],
        };
        let shown = derive(&text(&base), &disclosure).unwrap();
        let verdict = verified(text(&shown), &W3cExpectation::FOUND);
        assert!(verdict.accepted(Policy::Strict), "{suite:?}: {:?}", verdict.flaws);
        let refused = verified(text(&base), &W3cExpectation::FOUND);
        assert_eq!(
            flaw(&refused),
            (
                CheckId::Signature,
                Outcome::Failed(Reason::Malformed),
                StandardError::ProofVerification
            )
        );
    }
}

#[test]
fn di_008_a_proof_by_somebody_else_says_nothing_of_the_issuer_but_is_a_proof() {
    let (issuer, other) = (Person::new(KeyKind::Ed25519), Person::new(KeyKind::P256));
    let proven = text(&other.prove(issuer.credential(), |_| ()));
    assert_eq!(
        flaw(&verified(&proven, &W3cExpectation::FOUND)),
        (
            CheckId::Signature,
            Outcome::Failed(Reason::UnknownKey),
            StandardError::InvalidVerificationMethodUrl
        )
    );
    let proof_only = W3cExpectation {
        binding: Binding::ProofOnly,
        ..W3cExpectation::FOUND
    };
    assert!(verified(&proven, &proof_only).accepted(Policy::Strict));
    let changed = proven.replace("did:example:subject", "did:example:another");
    assert_eq!(
        flaw(&verified(changed, &proof_only)),
        (
            CheckId::Signature,
            Outcome::Failed(Reason::WrongSignature),
            StandardError::ProofVerification
        )
    );
}

#[test]
fn di_002_what_a_proof_is_for_is_named_when_it_is_something_else() {
    let issuer = Person::new(KeyKind::Ed25519);
    let proven = text(&issuer.prove(issuer.credential(), |options| {
        options.purpose = "authentication".to_owned();
    }));
    let verdict = verified(&proven, &W3cExpectation::FOUND);
    assert_eq!(flaw(&verdict).2, StandardError::ProofVerification);

    let holder = Person::new(KeyKind::P256);
    let credential = Value::Object(issuer.prove(issuer.credential(), |_| ()));
    let presented = text(&holder.prove(holder.presentation(&credential), for_authentication));
    let asked = |challenge, domain| W3cExpectation {
        domain,
        challenge,
        ..W3cExpectation::FOUND
    };
    let verdict = verified(&presented, &asked(Some("c-1"), Some("counter.example")));
    assert!(verdict.accepted(Policy::Strict), "{:?}", verdict.flaws);
    assert_eq!(verdict.credentials.len(), 1);
    let verdict = verified(&presented, &asked(Some("c-2"), None));
    assert_eq!(
        flaw(&verdict),
        (
            CheckId::Nonce,
            Outcome::Failed(Reason::OtherRequest),
            StandardError::InvalidChallenge
        )
    );
    let verdict = verified(&presented, &asked(None, Some("other.example")));
    assert_eq!(
        flaw(&verdict),
        (
            CheckId::Audience,
            Outcome::Failed(Reason::OtherVerifier),
            StandardError::InvalidDomain
        )
    );
}

#[test]
fn jc_003_a_presentation_in_a_jwt_answers_its_nonce() {
    let holder = Person::new(KeyKind::P256);
    let method = holder.method();
    let with = SignWith {
        key: &holder.key,
        kid: &method,
        expires_at: None,
    };
    let credential = sign_jwt(Content::Credential, holder.credential(), &with).unwrap();
    let envelope = Envelope::of_jwt(Content::Credential, &credential).to_value();
    let mut presentation = holder.presentation(&json!([envelope]));
    presentation.insert("nonce".to_owned(), json!("c-1"));
    presentation.insert("aud".to_owned(), json!(["counter.example"]));
    let presented = sign_jwt(Content::Presentation, presentation, &with).unwrap();
    let asked = |challenge| W3cExpectation {
        domain: Some("counter.example"),
        challenge: Some(challenge),
        ..W3cExpectation::FOUND
    };
    let verdict = verified(&presented, &asked("c-1"));
    assert!(verdict.accepted(Policy::Strict), "{:?}", verdict.flaws);
    assert_eq!(verdict.credentials.len(), 1);
    assert_eq!(flaw(&verified(&presented, &asked("c-2"))).0, CheckId::Nonce);
}

#[test]
fn a_wrong_credential_in_a_right_presentation_is_not_accepted() {
    let (issuer, holder) = (Person::new(KeyKind::Ed25519), Person::new(KeyKind::Ed25519));
    let mut credential = issuer.prove(issuer.credential(), |_| ());
    credential.insert("validUntil".to_owned(), json!("2029-01-10T00:00:00Z"));
    let presentation = holder.presentation(&json!([credential]));
    let presented = text(&holder.prove(presentation, for_authentication));
    let verdict = verified(&presented, &W3cExpectation::FOUND);
    assert!(verdict.verdict.accepted(Policy::Strict) && !verdict.accepted(Policy::Strict));
    assert_eq!(flaw(&verdict).0, CheckId::Signature);
}

#[test]
fn vcdm_011_what_nobody_secured_is_by_the_holder() {
    let (issuer, holder) = (Person::new(KeyKind::Ed25519), Person::new(KeyKind::Ed25519));
    let presented = |by: &Person| {
        let presentation = holder.presentation(&json!([by.credential()]));
        verified(
            text(&holder.prove(presentation, for_authentication)),
            &W3cExpectation::FOUND,
        )
    };
    assert!(presented(&holder).accepted(Policy::Strict));
    assert_eq!(
        flaw(&presented(&issuer)),
        (
            CheckId::Structure,
            Outcome::Failed(Reason::Malformed),
            StandardError::MalformedValue
        )
    );
}

#[test]
fn vcdm_014_a_term_without_meaning_is_refused_whatever_the_mechanism() {
    let issuer = Person::new(KeyKind::Ed25519);
    let mut credential = issuer.credential();
    credential.insert("hoursSpent".to_owned(), json!(12));
    let options = |options: &mut ProofOptions| options.suite = Cryptosuite::EddsaJcs2022;
    let method = issuer.method();
    let with = SignWith {
        key: &issuer.key,
        kid: &method,
        expires_at: None,
    };
    let jwt = sign_jwt(Content::Credential, credential.clone(), &with).unwrap();
    for signed in [text(&issuer.prove(credential, options)), jwt] {
        let verdict = verified(&signed, &W3cExpectation::FOUND);
        let flaw = &verdict.flaws[0];
        assert_eq!(
            (flaw.check, flaw.standard),
            (CheckId::Structure, StandardError::MalformedValue)
        );
        assert!(flaw.detail.contains("/hoursSpent"), "{}", flaw.detail);
    }
}

#[test]
fn vcdm_005_its_period_is_looked_at() {
    let issuer = Person::new(KeyKind::Ed25519);
    let proven = text(&issuer.prove(issuer.credential(), |options| options.created = None));
    let document = W3cDocument::parse(proven.as_bytes()).unwrap();
    let around = surroundings(&document, None);
    for (at, reason) in [
        ("2027-01-09T00:00:00Z", Reason::NotYetValid),
        ("2028-01-11T00:00:00Z", Reason::Expired),
    ] {
        let verdict = document.verify(&around, &W3cExpectation::FOUND, at.parse().unwrap());
        assert_eq!(
            flaw(&verdict),
            (CheckId::Time, Outcome::Failed(reason), StandardError::Range)
        );
    }
}

/// A credential with an entry, and the list in which it is set or not.
fn listed(purpose: Purpose, value: u16) -> (W3cDocument, Value) {
    let issuer = Person::new(KeyKind::Ed25519);
    let mut bits = Bitstring::new(1, MIN_ENTRIES).unwrap();
    bits.set(9, 1, value).unwrap();
    let terms = StatusListTerms {
        id: LIST,
        issuer: issuer.did.as_str(),
        purposes: std::slice::from_ref(&purpose),
        valid_from: now(),
        valid_until: None,
        ttl: None,
    };
    let list = terms.unsigned(&bits);
    let mut credential = issuer.credential();
    let entry = Entry::new(purpose, 9, LIST.to_owned()).to_value();
    credential.insert("credentialStatus".to_owned(), entry);
    let proven = text(&issuer.prove(credential, |_| ()));
    (W3cDocument::parse(proven.as_bytes()).unwrap(), list)
}

#[test]
fn bsl_005_what_the_list_says_counts() {
    for (purpose, value, outcome) in [
        (Purpose::Revocation, 0, Outcome::Passed),
        (Purpose::Revocation, 1, Outcome::Failed(Reason::Revoked)),
        (Purpose::Suspension, 1, Outcome::Failed(Reason::Suspended)),
        (Purpose::Refresh, 1, Outcome::Passed),
    ] {
        let (document, list) = listed(purpose, value);
        let around = surroundings(&document, Some(&list));
        let verdict = document.verify(&around, &W3cExpectation::FOUND, now());
        assert_eq!(verdict.verdict.outcome(CheckId::Status), Some(outcome));
    }
}

#[test]
fn bsl_004_a_list_that_says_nothing_is_told_apart() {
    let (document, mut list) = listed(Purpose::Revocation, 0);
    assert_eq!(document.needs(Binding::Controller).lists.len(), 1);
    assert!(document.needs(Binding::ProofOnly).lists.is_empty());
    let status = |around: &Surroundings| {
        let verdict = document.verify(around, &W3cExpectation::FOUND, now());
        let flaw = verdict.flaws.into_iter().next().unwrap();
        (flaw.outcome, flaw.standard)
    };
    assert_eq!(
        status(&surroundings(&document, None)),
        (
            Outcome::Skipped(Reason::StatusUnreachable),
            StandardError::StatusList(BitstringError::Unreachable)
        )
    );
    list["validUntil"] = json!("2027-01-10T09:00:00Z");
    assert_eq!(
        status(&surroundings(&document, Some(&list))),
        (
            Outcome::Skipped(Reason::StatusUnusable),
            StandardError::StatusList(BitstringError::Expired)
        )
    );
    list["issuer"] = json!("did:example:other");
    assert_eq!(
        status(&surroundings(&document, Some(&list))),
        (
            Outcome::Failed(Reason::StatusRefused),
            StandardError::StatusList(BitstringError::OtherIssuer)
        )
    );
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

impl Person {
    /// A badge, unsigned.
    fn badge(&self) -> Value {
        json!({
            "@context": [vcdm::CONTEXT_V2, "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json"],
            "id": "https://badges.example.org/1",
            "type": ["VerifiableCredential", "OpenBadgeCredential"],
            "issuer": { "id": self.did, "type": ["Profile"], "name": "Ateliers" },
            "validFrom": "2027-01-10T00:00:00Z",
            "credentialSubject": {
                "id": "did:example:subject",
                "type": ["AchievementSubject"],
                "achievement": {
                    "id": "https://badges.example.org/achievements/1",
                    "type": ["Achievement"],
                    "name": "Soudure",
                    "description": "Sait souder.",
                    "criteria": { "narrative": "Une pièce réussie." },
                },
            },
        })
    }

    /// The badge in a JWT of Open Badges.
    fn token(&self, header: Value) -> String {
        let mut claims = self.badge();
        claims["iss"] = json!(self.did);
        claims["sub"] = json!("did:example:subject");
        claims["jti"] = json!("https://badges.example.org/1");
        claims["nbf"] = json!(1_799_539_200);
        let Value::Object(header) = header else {
            unreachable!("headers are an object")
        };
        crate::keys::jws::sign("JWT", header, &claims, &self.key)
    }
}

#[test]
fn ob_007_a_badge_in_a_jwt_is_checked_as_every_credential() {
    for kind in KeyKind::ALL {
        let person = Person::new(kind);
        for header in [
            json!({"kid": person.method()}),
            json!({"jwk": person.key.public().to_jwk()}),
        ] {
            let token = person.token(header);
            let read = W3cDocument::parse(token.as_bytes()).unwrap();
            assert_eq!(read.format(), "jwt_vc_json-ld");
            assert!(read.needs(Binding::Controller).dids.contains(&person.did));
            let verdict = verified(&token, &W3cExpectation::FOUND);
            assert!(verdict.accepted(Policy::Strict), "{:?}", verdict.flaws);
        }
    }
}

#[test]
fn ob_009_a_key_in_the_header_is_nobodys_until_the_issuer_lists_it() {
    let (person, stranger) = (Person::new(KeyKind::P256), Person::new(KeyKind::P256));
    let forged = Person {
        key: stranger.key,
        did: person.did.clone(),
    };
    for (header, reason) in [
        (json!({"jwk": forged.key.public().to_jwk()}), Reason::UnknownKey),
        (json!({"kid": stranger.did.as_str()}), Reason::UnknownKey),
        (json!({"kid": person.method()}), Reason::WrongSignature),
    ] {
        let verdict = verified(forged.token(header), &W3cExpectation::FOUND).verdict;
        assert_eq!(verdict.outcome(CheckId::Signature), Some(Outcome::Failed(reason)));
    }
}

#[test]
fn ob_002_what_says_it_is_a_badge_has_the_shape_of_one() {
    let person = Person::new(KeyKind::Ed25519);
    let structure = |badge: &Value| {
        let proven = person.prove(badge.as_object().unwrap().clone(), |_| ());
        verified(text(&proven), &W3cExpectation::FOUND)
            .verdict
            .outcome(CheckId::Structure)
    };
    let mut badge = person.badge();
    assert_eq!(structure(&badge), Some(Outcome::Passed));
    badge["credentialSubject"]["achievement"]
        .as_object_mut()
        .unwrap()
        .remove("criteria");
    assert_eq!(structure(&badge), Some(Outcome::Failed(Reason::Malformed)));
}
