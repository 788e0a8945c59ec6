//! Checking a credential of the W3C secured by Data Integrity proofs, as it lies in a file: nobody presents it.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

use super::{Check, CheckId, Fetched, MAX_SKEW, Outcome, Reason, Verdict};
use crate::{
    credential::vcdm,
    did::{Did, DidDocument, Purpose},
    format::data_integrity::{DataIntegrityError, Expected, Proof, Secured},
};

/// The issuer whose DID document [`verify_linked`] needs; `None` when the document names none that is a DID, and then
/// nothing can be signed by it.
pub fn linked_issuer(text: &str) -> Result<Option<Did>, DataIntegrityError> {
    Ok(issuer(&Secured::parse(text)?.unsecured()?).and_then(|issuer| issuer.parse().ok()))
}

/// Runs every check that can run on a secured credential. `Err` when the text is no document with proofs.
///
/// `document` must be that of [`linked_issuer`]. Every proof has to hold, and to be made with a key that the issuer itself
/// lists for assertions (DI-007, DI-008): a proof of somebody else, however right, says nothing of the issuer. Whether the
/// issuer is to be trusted, who holds the credential, and its status are not checked here; a status is told as unread.
pub fn verify_linked(
    text: &str,
    document: &Fetched<DidDocument>,
    now: DateTime<Utc>,
) -> Result<Verdict, DataIntegrityError> {
    let secured = Secured::parse(text)?;
    let credential = secured.unsecured()?;
    let structure = match vcdm::check_credential(&credential) {
        Ok(_) => Outcome::Passed,
        Err(_) => Outcome::Failed(Reason::Malformed),
    };
    let status = match credential.get("credentialStatus") {
        None => Outcome::Passed,
        Some(_) => Outcome::Skipped(Reason::StatusUnusable),
    };
    let checks = [
        (CheckId::Structure, structure, None),
        (
            CheckId::Signature,
            check_proofs(&secured, issuer(&credential), document, now),
            None,
        ),
        (CheckId::Time, check_period(&credential, now), None),
        (
            CheckId::Status,
            status,
            (status == Outcome::Passed).then_some(Reason::NoStatus),
        ),
    ];
    Ok(Verdict {
        checks: checks
            .into_iter()
            .map(|(id, outcome, note)| Check { id, outcome, note })
            .collect(),
        claims: (structure == Outcome::Passed).then_some(credential),
        status: None,
    })
}

fn issuer(credential: &Value) -> Option<&str> {
    match credential.get("issuer")? {
        Value::Object(issuer) => issuer.get("id")?.as_str(),
        issuer => issuer.as_str(),
    }
}

/// Every proof, and the first that does not hold.
fn check_proofs(
    secured: &Secured<'_>,
    issuer: Option<&str>,
    document: &Fetched<DidDocument>,
    now: DateTime<Utc>,
) -> Outcome {
    let Ok(proofs) = secured.proofs() else {
        return Outcome::Failed(Reason::Malformed);
    };
    proofs
        .iter()
        .map(|proof| check_proof(secured, proof, issuer, document, now))
        .find(|outcome| *outcome != Outcome::Passed)
        .unwrap_or(Outcome::Passed)
}

fn check_proof(
    secured: &Secured<'_>,
    proof: &Proof<'_>,
    issuer: Option<&str>,
    document: &Fetched<DidDocument>,
    now: DateTime<Utc>,
) -> Outcome {
    let method = proof.verification_method();
    let is_of_issuer = method.split_once('#').is_some_and(|(did, _)| Some(did) == issuer);
    if !is_of_issuer {
        return Outcome::Failed(Reason::UnknownKey);
    }
    let document = match document {
        Fetched::Found(document) => document,
        Fetched::Unreachable => return Outcome::Skipped(Reason::IssuerUnreachable),
        Fetched::Unusable => return Outcome::Skipped(Reason::IssuerUnusable),
        Fetched::Forbidden => return Outcome::Failed(Reason::IssuerRefused),
        Fetched::NotAsked => return Outcome::Skipped(Reason::NotNeeded),
    };
    let Ok(key) = document.proof_key(method, Purpose::AssertionMethod) else {
        return Outcome::Failed(Reason::UnknownKey);
    };
    let expected = Expected {
        purpose: "assertionMethod",
        domain: None,
        challenge: None,
        now,
    };
    let checked = Secured::check(proof, &expected).and_then(|()| secured.verify(proof, key));
    match checked {
        Ok(()) => Outcome::Passed,
        Err(DataIntegrityError::Expired) => Outcome::Failed(Reason::Expired),
        Err(DataIntegrityError::NotYetCreated) => Outcome::Failed(Reason::NotYetValid),
        // A base proof is for the holder: what was derived from it would hold.
        Err(
            DataIntegrityError::JsonLd(_)
            | DataIntegrityError::Canonicalization(_)
            | DataIntegrityError::BaseProof
            | DataIntegrityError::MalformedProof(_),
        ) => Outcome::Failed(Reason::Malformed),
        Err(_) => Outcome::Failed(Reason::WrongSignature),
    }
}

/// VCDM 2.0 §4.9, and its older names of 1.1.
fn check_period(credential: &Value, now: DateTime<Utc>) -> Outcome {
    let none = Map::new();
    let members = credential.as_object().unwrap_or(&none);
    let instant = |names: [&str; 2]| {
        names
            .into_iter()
            .map(|name| vcdm::instant(members, name))
            .find(|instant| !matches!(instant, Ok(None)))
            .unwrap_or(Ok(None))
    };
    match (
        instant(["validFrom", "issuanceDate"]),
        instant(["validUntil", "expirationDate"]),
    ) {
        (Err(_), _) | (_, Err(_)) => Outcome::Failed(Reason::Malformed),
        (_, Ok(Some(until))) if until <= now - MAX_SKEW => Outcome::Failed(Reason::Expired),
        (Ok(Some(from)), _) if from > now + MAX_SKEW => Outcome::Failed(Reason::NotYetValid),
        _ => Outcome::Passed,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{
        entropy::SystemEntropy,
        format::data_integrity::{BaseKey, Cryptosuite, Disclosure, ProofOptions, attach, derive, sign, sign_base},
        keys::{BbsSecretKey, KeyKind, SigningKey},
    };

    fn now() -> DateTime<Utc> {
        "2027-01-10T09:30:00Z".parse().unwrap()
    }

    struct Scene {
        key: SigningKey,
        did: Did,
        credential: Map<String, Value>,
    }

    impl Scene {
        fn new() -> Self {
            let key = SigningKey::generate_of(KeyKind::Ed25519);
            let did: Did = format!("did:key:{}", key.public().to_multikey()).parse().unwrap();
            let credential = json!({
                "@context": [vcdm::CONTEXT_V2],
                "type": ["VerifiableCredential"],
                "issuer": did,
                "validFrom": "2027-01-10T00:00:00Z",
                "validUntil": "2028-01-10T00:00:00Z",
                "credentialSubject": {"id": "did:example:subject"},
            });
            Self {
                key,
                did,
                credential: credential.as_object().unwrap().clone(),
            }
        }

        fn method(&self) -> String {
            format!("{}#{}", self.did, self.key.public().to_multikey())
        }

        fn sign(&mut self, options: &ProofOptions) {
            let proof = sign(&self.text(), options, &self.key).unwrap();
            attach(&mut self.credential, proof);
        }

        fn signed(mut self) -> Self {
            let options = ProofOptions::assertion(Cryptosuite::EddsaRdfc2022, self.method(), now());
            self.sign(&options);
            self
        }

        fn text(&self) -> String {
            serde_json::to_string(&self.credential).unwrap()
        }

        fn verdict_at(&self, now: DateTime<Utc>) -> Verdict {
            let document = Fetched::Found(self.did.resolve_local().unwrap());
            verify_linked(&self.text(), &document, now).unwrap()
        }

        fn outcome(&self, id: CheckId) -> Outcome {
            self.verdict_at(now()).outcome(id).unwrap()
        }
    }

    #[test]
    fn a_credential_its_issuer_signed_is_accepted() {
        let scene = Scene::new().signed();
        assert_eq!(linked_issuer(&scene.text()).unwrap(), Some(scene.did.clone()));
        let verdict = scene.verdict_at(now());
        assert!(verdict.accepted(super::super::Policy::Strict), "{verdict:?}");
        assert_eq!(verdict.checks[3].note, Some(Reason::NoStatus));
    }

    #[test]
    fn di_008_a_proof_by_somebody_else_says_nothing_of_the_issuer() {
        let mut scene = Scene::new().signed();
        scene.credential["issuer"] = json!("did:web:asso.example.org");
        assert_eq!(scene.outcome(CheckId::Signature), Outcome::Failed(Reason::UnknownKey));

        // The proof is right, by a did:key; the issuer is another.
        let mut scene = Scene::new();
        scene.credential["issuer"] = json!("did:web:asso.example.org");
        let scene = scene.signed();
        assert_eq!(scene.outcome(CheckId::Signature), Outcome::Failed(Reason::UnknownKey));
    }

    #[test]
    fn di_002_a_proof_for_another_purpose_is_refused() {
        let mut scene = Scene::new();
        let options = ProofOptions {
            purpose: "authentication".to_owned(),
            ..ProofOptions::assertion(Cryptosuite::EddsaRdfc2022, scene.method(), now())
        };
        scene.sign(&options);
        assert_eq!(
            scene.outcome(CheckId::Signature),
            Outcome::Failed(Reason::WrongSignature)
        );
    }

    #[test]
    fn di_008_an_expired_proof_is_refused() {
        let mut scene = Scene::new();
        let options = ProofOptions {
            expires: Some(now()),
            ..ProofOptions::assertion(Cryptosuite::EddsaRdfc2022, scene.method(), now())
        };
        scene.sign(&options);
        let later = now() + chrono::Duration::hours(1);
        let outcome = scene.verdict_at(later).outcome(CheckId::Signature).unwrap();
        assert_eq!(outcome, Outcome::Failed(Reason::Expired));
    }

    #[test]
    fn one_wrong_proof_among_several_is_enough() {
        let mut scene = Scene::new().signed().signed();
        scene.credential["proof"][1]["created"] = json!("2027-01-10T09:29:00Z");
        assert_eq!(
            scene.outcome(CheckId::Signature),
            Outcome::Failed(Reason::WrongSignature)
        );
    }

    #[test]
    fn what_could_not_be_fetched_is_not_held_against_it() {
        let scene = Scene::new().signed();
        for (document, outcome) in [
            (Fetched::Unreachable, Outcome::Skipped(Reason::IssuerUnreachable)),
            (Fetched::Unusable, Outcome::Skipped(Reason::IssuerUnusable)),
            (Fetched::Forbidden, Outcome::Failed(Reason::IssuerRefused)),
        ] {
            let verdict = verify_linked(&scene.text(), &document, now()).unwrap();
            assert_eq!(verdict.outcome(CheckId::Signature), Some(outcome));
        }
    }

    #[test]
    fn vcdm_005_its_period_is_looked_at() {
        let scene = Scene::new().signed();
        for (at, reason) in [
            ("2027-01-09T00:00:00Z", Reason::NotYetValid),
            ("2028-01-11T00:00:00Z", Reason::Expired),
        ] {
            let verdict = scene.verdict_at(at.parse().unwrap());
            assert_eq!(verdict.outcome(CheckId::Time), Some(Outcome::Failed(reason)));
        }
        let mut scene = Scene::new();
        let entry = json!({"type": "BitstringStatusListEntry"});
        scene.credential.insert("credentialStatus".to_owned(), entry);
        let scene = scene.signed();
        assert_eq!(scene.outcome(CheckId::Status), Outcome::Skipped(Reason::StatusUnusable));
    }

    /// A credential with a base proof of the did:key of `multikey`, and what its holder shows of it.
    fn selective(suite: Cryptosuite, key: BaseKey<'_>, multikey: &str) -> (Map<String, Value>, Map<String, Value>) {
        let mut base = Scene::new().credential;
        base["issuer"] = json!(format!("did:key:{multikey}"));
        base["credentialSubject"]["name"] = json!("Camille");
        let options = ProofOptions::assertion(suite, format!("did:key:{multikey}#{multikey}"), now());
        let text = serde_json::to_string(&base).unwrap();
        let mandatory = ["/issuer", "/validFrom", "/validUntil", "/credentialSubject/id"];
        attach(
            &mut base,
            sign_base(&text, &options, &mandatory, key, &SystemEntropy).unwrap(),
        );
        let disclosure = Disclosure {
            suite,
            pointers: &[],
            presentation_header: &[],
        };
        let shown = derive(&serde_json::to_string(&base).unwrap(), &disclosure).unwrap();
        (base, shown)
    }

    #[test]
    fn cs_004_what_a_holder_shows_of_a_credential_is_accepted_and_a_base_proof_is_not() {
        let p256 = SigningKey::generate();
        let bbs = BbsSecretKey::generate(&SystemEntropy);
        for (suite, key, multikey) in [
            (
                Cryptosuite::EcdsaSd2023,
                BaseKey::from(&p256),
                p256.public().to_multikey(),
            ),
            (Cryptosuite::Bbs2023, BaseKey::from(&bbs), bbs.public().to_multikey()),
        ] {
            let (base, shown) = selective(suite, key, &multikey);
            let did: Did = format!("did:key:{multikey}").parse().unwrap();
            let document = Fetched::Found(did.resolve_local().unwrap());
            let verdict = |credential: &Map<String, Value>| {
                let text = serde_json::to_string(credential).unwrap();
                verify_linked(&text, &document, now()).unwrap()
            };
            let accepted = verdict(&shown);
            assert!(accepted.accepted(super::super::Policy::Strict), "{accepted:?}");
            assert_eq!(accepted.claims.unwrap()["credentialSubject"].get("name"), None);
            assert_eq!(
                verdict(&base).outcome(CheckId::Signature),
                Some(Outcome::Failed(Reason::Malformed))
            );
            let mut other = shown.clone();
            other["credentialSubject"]["id"] = json!("did:example:other");
            assert_eq!(
                verdict(&other).outcome(CheckId::Signature),
                Some(Outcome::Failed(Reason::WrongSignature))
            );
            // By somebody else's key, however right.
            let mut other = shown.clone();
            other["issuer"] = json!("did:web:asso.example.org");
            assert_eq!(
                verdict(&other).outcome(CheckId::Signature),
                Some(Outcome::Failed(Reason::UnknownKey))
            );
        }
    }

    #[test]
    fn what_has_no_proof_is_no_credential() {
        assert_eq!(
            verify_linked(&Scene::new().text(), &Fetched::NotAsked, now()),
            Err(DataIntegrityError::NoProof)
        );
    }
}
