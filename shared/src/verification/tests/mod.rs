//! One refusal for each way to be wrong, on credentials that a small issuer signs here.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::{Map, json};

use super::*;
use crate::{
    credential::ClaimPath,
    format::sd_jwt_vc::{KeyBinding, issue},
    keys::{Jwk, JwkSet, SigningKey, jws},
    status_list::token::StatusList,
    testing::SeededEntropy,
    trust::{self, TrustedIssuer},
};

mod binding;
mod certified;
mod collected;
mod documented;
mod paper;
mod signature;
mod status;
mod trusted;
mod types;

const ISSUER: &str = "https://asso.example/o/les-paniers";
const STATUS_LIST: &str = "https://asso.example/o/les-paniers/status/1";
const VCT: &str = "urn:musette:activity-attestation:1";
const AUDIENCE: &str = "decentralized_identifier:did:web:verif.example";
const NONCE: &str = "nonce-of-this-request";
const INDEX: u64 = 42;

fn now() -> DateTime<Utc> {
    "2026-03-15T10:00:00Z".parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// An issuer, a holder, and what a verifier knows of both.
struct Scene {
    issuer: SigningKey,
    holder: SigningKey,
    claims: Value,
    hidden: Vec<ClaimPath>,
    list: StatusList,
    trust: TrustList,
    binding_at: DateTime<Utc>,
}

impl Scene {
    fn new() -> Self {
        let holder = SigningKey::generate();
        let claims = json!({
            "iss": ISSUER,
            "vct": VCT,
            "iat": "2026-02-01T00:00:00Z".parse::<DateTime<Utc>>().unwrap().timestamp(),
            "exp": (now() + Duration::days(365)).timestamp(),
            "cnf": { "jwk": holder.public().to_jwk().to_value() },
            "status": { "status_list": { "idx": INDEX, "uri": STATUS_LIST } },
            "given_name": "Nadia",
            "activity": { "minutes": 7800 },
        });
        let trusted = TrustedIssuer {
            name: "Les Paniers du vallon".into(),
            regime: "loi1901".into(),
            declared_on: day("1998-05-12"),
            dissolved_on: None,
            purposes: vec!["social".into()],
            rna: None,
            siren: None,
            trusted_from: None,
            trusted_until: None,
        };
        let trust = TrustList {
            format: trust::FORMAT.into(),
            authority: "Autorité".into(),
            sequence: 1,
            issued_at: now() - Duration::days(1),
            next_update: now() + Duration::days(1),
            issuers: BTreeMap::from([(ISSUER.to_owned(), trusted)]),
        };
        Self {
            issuer: SigningKey::generate(),
            holder,
            claims,
            hidden: vec![ClaimPath::of(&["given_name"]), ClaimPath::of(&["activity", "minutes"])],
            list: StatusList::new(2, 1024).unwrap(),
            trust,
            binding_at: now(),
        }
    }

    fn kid(&self) -> String {
        self.issuer.public().thumbprint()
    }

    /// What the issuer hands over.
    fn issued(&self) -> String {
        issue(
            self.claims.clone(),
            &self.hidden,
            &self.kid(),
            &self.issuer,
            &SeededEntropy::new(7),
        )
        .unwrap()
    }

    /// What the holder presents: the minutes, not the name.
    fn presented(&self) -> String {
        self.presented_for(AUDIENCE, NONCE)
    }

    fn presented_for(&self, audience: &str, nonce: &str) -> String {
        let binding = KeyBinding {
            key: &self.holder,
            audience,
            nonce,
            issued_at: self.binding_at,
        };
        SdJwt::parse(&self.issued())
            .unwrap()
            .present(&[ClaimPath::of(&["activity", "minutes"])], &binding)
            .unwrap()
    }

    fn status_token(&self) -> String {
        let (lifetime, ttl) = (Duration::days(1), Duration::seconds(300));
        self.list.sign(
            STATUS_LIST,
            now() - Duration::hours(1),
            lifetime,
            ttl,
            &self.kid(),
            &self.issuer,
        )
    }

    fn materials(&self) -> Materials {
        let (kid, key) = (self.kid(), self.issuer.public().to_jwk());
        Materials {
            issuer_keys: published(vec![key.named(&kid, "ES256", "sig")]),
            status_list: edition(&self.status_token()),
            type_metadata: Fetched::NotAsked,
        }
    }

    fn verify(&self, credential: &str) -> Verdict {
        self.verify_with(credential, &self.materials())
    }

    fn verify_with(&self, credential: &str, materials: &Materials) -> Verdict {
        verify(credential, presented_with(Some(&self.trust)), materials, now()).expect("a verdict")
    }

    /// The verdict of the presentation when the status list is this.
    fn verify_by(&self, status_list: Fetched<Arc<Edition>>) -> Verdict {
        let materials = Materials {
            status_list,
            ..self.materials()
        };
        self.verify_with(&self.presented(), &materials)
    }

    /// What a wallet finds when it has just collected this text.
    fn collect(&self, credential: &str) -> Verdict {
        self.collect_as(credential, ISSUER, VCT)
    }

    /// The same when it asked another issuer, or for another type.
    fn collect_as(&self, credential: &str, issuer: &str, vct: &str) -> Verdict {
        let holder = self.holder.public().thumbprint();
        let expectation = Expectation::Collected {
            issuer,
            vct,
            holder: &holder,
        };
        verify(credential, expectation, &self.materials(), now()).expect("a verdict")
    }

    /// The verdict of the presentation after a change of the claims.
    fn claiming(mut self, change: impl FnOnce(&mut Value)) -> Verdict {
        change(&mut self.claims);
        self.verify(&self.presented())
    }
}

/// Keys that an issuer publishes in its metadata.
fn published(keys: Vec<Jwk>) -> Fetched<IssuerKeys> {
    Fetched::Found(JwkSet { keys }.into())
}

/// A status list token that came.
fn edition(token: &str) -> Fetched<Arc<Edition>> {
    Fetched::Found(Arc::new(Edition::new(token)))
}

/// A presentation to us, to be judged by this trust list.
fn presented_with(trust: Option<&TrustList>) -> Expectation<'_> {
    Expectation::Presented {
        binding: ExpectedBinding {
            audience: AUDIENCE,
            nonce: NONCE,
        },
        vcts: &[VCT],
        trust,
    }
}

/// Exactly this check ends so; every other one passes.
#[track_caller]
fn assert_only(verdict: &Verdict, id: CheckId, outcome: Outcome) {
    for check in &verdict.checks {
        let expected = if check.id == id { outcome } else { Outcome::Passed };
        assert_eq!(check.outcome, expected, "{:?}", check.id);
    }
    assert_eq!(verdict.outcome(id), Some(outcome));
    assert!(!verdict.accepted(Policy::Strict));
}

/// Refused, even by a verifier that tolerates what it cannot check.
#[track_caller]
fn assert_never_accepted(verdict: &Verdict) {
    assert!(!verdict.accepted(Policy::AcceptUncheckedStatus));
}

#[track_caller]
fn assert_fails(verdict: &Verdict, id: CheckId, reason: Reason) {
    assert_only(verdict, id, Outcome::Failed(reason));
    assert!(verdict.has_failed());
    assert_never_accepted(verdict);
}

#[test]
fn a_good_presentation_passes_every_check_in_order() {
    let scene = Scene::new();
    let verdict = scene.verify(&scene.presented());
    assert_eq!(
        verdict.checks.iter().map(|check| check.id).collect::<Vec<_>>(),
        CheckId::ALL
            .iter()
            .copied()
            .take_while(|id| *id != CheckId::TypeMetadata)
            .collect::<Vec<_>>()
    );
    assert!(verdict.accepted(Policy::Strict));
    assert!(!verdict.has_failed());
    assert_eq!(verdict.status, Some(Status::Valid));
    let claims = verdict.claims.unwrap();
    assert_eq!(claims["activity"], json!({ "minutes": 7800 }));
    assert_eq!(claims.get("given_name"), None);
}

#[test]
fn what_is_needed_is_read_without_trust() {
    let mut scene = Scene::new();
    let expected = Needs {
        issuer: ISSUER.into(),
        key_source: KeySource::Metadata,
        status_list: Some(STATUS_LIST.into()),
        type_metadata: Some(TypeReference {
            vct: VCT.into(),
            integrity: None,
        }),
    };
    assert_eq!(needs(&scene.presented()), Ok(expected));
    scene.claims.as_object_mut().unwrap().remove("status");
    assert_eq!(needs(&scene.issued()).unwrap().status_list, None);
    scene.claims.as_object_mut().unwrap().remove("iss");
    assert_eq!(needs(&scene.issued()), Err(SdJwtError::Malformed));
    assert!(needs("not a credential").is_err());
}

#[test]
fn sdj_008_a_text_that_is_no_sd_jwt_cannot_be_evaluated() {
    let scene = Scene::new();
    for text in ["", "a.b.c", "a.b.c~", "~", "eyJhbGciOiJub25lIn0.e30.~"] {
        let expectation = Expectation::Collected {
            issuer: ISSUER,
            vct: VCT,
            holder: "",
        };
        assert!(verify(text, expectation, &scene.materials(), now()).is_err(), "{text}");
    }
}

#[test]
fn every_check_runs_even_when_others_fail() {
    let mut scene = Scene::new();
    scene.list.set(INDEX, 1).unwrap();
    scene.claims["exp"] = json!(now().timestamp() - 3600);
    scene.claims["vct"] = json!("urn:other");
    scene.trust.issuers.clear();
    scene.binding_at = now() - Duration::hours(1);
    let verdict = scene.verify(&scene.presented_for("other", "other"));
    let failed: Vec<_> = verdict
        .checks
        .iter()
        .filter(|check| check.outcome != Outcome::Passed)
        .map(|check| check.id)
        .collect();
    let expected = [
        CheckId::Type,
        CheckId::Nonce,
        CheckId::Audience,
        CheckId::Time,
        CheckId::Status,
        CheckId::Trust,
    ];
    assert_eq!(failed, expected);
}

#[test]
fn nothing_is_accepted_without_checks() {
    let verdict = Verdict {
        checks: Vec::new(),
        claims: Some(json!({})),
        status: None,
    };
    assert_never_accepted(&verdict);
}

#[test]
fn codes_are_those_of_json() {
    for reason in Reason::ALL {
        assert_eq!(serde_json::to_value(reason).unwrap(), json!(reason.code()));
    }
    for id in CheckId::ALL {
        assert_eq!(serde_json::to_value(id).unwrap(), json!(id.code()));
    }
    let codes: std::collections::BTreeSet<_> = Reason::ALL.iter().map(|reason| reason.code()).collect();
    assert_eq!(codes.len(), Reason::ALL.len());
    let written = |outcome| {
        let id = CheckId::Time;
        let note = None;
        serde_json::to_value(Check { id, outcome, note }).unwrap()
    };
    assert_eq!(
        written(Outcome::Failed(Reason::Expired)),
        json!({ "id": "time", "outcome": "failed", "reason": "expired" })
    );
    assert_eq!(written(Outcome::Passed), json!({ "id": "time", "outcome": "passed" }));
}
