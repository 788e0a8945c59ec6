//! Who signed, and whether they did.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::{Binding, Form, Proven, Surroundings, Trouble, W3cDocument, W3cExpectation};
use crate::{
    credential::{StandardError, open_badge::BadgeToken},
    did::{Did, DidDocument, Purpose},
    format::{
        data_integrity::{DataIntegrityError, Expected, Proof, Secured},
        vc_jose::{Content, SecuredDocument, VcJoseError},
    },
    keys::{Jwk, PublicKey},
    verification::{Fetched, Reason},
};

impl W3cDocument {
    /// The DIDs whose documents its signatures are checked with.
    pub(super) fn signers(&self, binding: Binding) -> Vec<Did> {
        let controller = self.controller();
        let signers = match &self.form {
            Form::Open => Vec::new(),
            Form::Signature(secured) => {
                let signer = secured.signer().map(|signer| signer.controller.to_owned());
                signer.into_iter().collect()
            }
            Form::Badge(_) => controller.map(str::to_owned).into_iter().collect(),
            Form::Proofs(proven) => match controller {
                Some(controller) if binding == Binding::Controller => vec![controller.to_owned()],
                _ => proven.controllers.clone(),
            },
        };
        signers.iter().filter_map(|signer| signer.parse().ok()).collect()
    }

    fn purpose(&self) -> Purpose {
        match self.content {
            Content::Credential => Purpose::AssertionMethod,
            Content::Presentation => Purpose::Authentication,
        }
    }

    /// Every proof, or the signature.
    pub(super) fn check_signature(
        &self,
        surroundings: &Surroundings,
        binding: Binding,
        now: DateTime<Utc>,
    ) -> Result<(), Trouble> {
        match &self.form {
            Form::Open => Ok(()),
            Form::Signature(secured) => self.check_signed(secured, surroundings, now),
            Form::Badge(token) => self.check_token(token, surroundings),
            Form::Proofs(proven) => with_proofs(&proven.text, |secured, proof| {
                self.check_proof(secured, proof, surroundings, binding, now)
            }),
        }
    }

    /// `challenge`, or `nonce` in a JWT (DI-002).
    pub(super) fn check_challenge(&self, expected: &W3cExpectation<'_>, now: DateTime<Utc>) -> Result<(), Trouble> {
        let asked = W3cExpectation {
            domain: None,
            ..*expected
        };
        let is_there = |claim: &str| Some(claim) == expected.challenge;
        self.check_asked(&asked, "nonce", is_there, now)
            .map_err(|error| Trouble::failed(Reason::OtherRequest, StandardError::InvalidChallenge, error))
    }

    /// `domain`, or `aud` in a JWT (DI-002).
    pub(super) fn check_domain(&self, expected: &W3cExpectation<'_>, now: DateTime<Utc>) -> Result<(), Trouble> {
        let asked = W3cExpectation {
            challenge: None,
            ..*expected
        };
        let is_there = |claim: &str| Some(claim) == expected.domain;
        self.check_asked(&asked, "aud", is_there, now)
            .map_err(|error| Trouble::failed(Reason::OtherVerifier, StandardError::InvalidDomain, error))
    }

    fn check_asked(
        &self,
        asked: &W3cExpectation<'_>,
        claim: &str,
        is_asked: impl Fn(&str) -> bool,
        now: DateTime<Utc>,
    ) -> Result<(), DataIntegrityError> {
        let other = || {
            if claim == "aud" {
                DataIntegrityError::OtherDomain
            } else {
                DataIntegrityError::OtherChallenge
            }
        };
        let Form::Proofs(Proven { text, .. }) = &self.form else {
            let found = match self.document.get(claim) {
                Some(Value::Array(found)) => found.iter().filter_map(Value::as_str).any(is_asked),
                found => found.and_then(Value::as_str).is_some_and(is_asked),
            };
            return if found { Ok(()) } else { Err(other()) };
        };
        let secured = Secured::parse(text)?;
        for proof in &secured.proofs()? {
            let expected = Expected {
                purpose: proof.purpose(),
                domain: asked.domain,
                challenge: asked.challenge,
                now,
            };
            match Secured::check(proof, &expected) {
                Err(error) if error == other() => return Err(error),
                // What else is wrong is told with the signature.
                _ => {}
            }
        }
        Ok(())
    }

    fn check_proof(
        &self,
        secured: &Secured<'_>,
        proof: &Proof<'_>,
        surroundings: &Surroundings,
        binding: Binding,
        now: DateTime<Utc>,
    ) -> Result<(), Trouble> {
        let method = proof.verification_method();
        let Some((did, _)) = method.split_once('#') else {
            return Err(Trouble::failed(
                Reason::UnknownKey,
                StandardError::InvalidVerificationMethodUrl,
                "the verification method names no key",
            ));
        };
        let controller = self.controller().filter(|_| binding == Binding::Controller);
        if controller.is_some_and(|controller| controller != did) {
            return Err(Trouble::failed(
                Reason::UnknownKey,
                StandardError::InvalidVerificationMethodUrl,
                match self.content {
                    Content::Credential => "the verification method is not of the issuer",
                    Content::Presentation => "the verification method is not of the holder",
                },
            ));
        }
        let purpose = self.purpose();
        let expected = Expected {
            purpose: purpose.member(),
            domain: None,
            challenge: None,
            now,
        };
        Secured::check(proof, &expected).map_err(|error| of_proof(&error))?;
        let key = document_of(surroundings, did)?.proof_key(method, purpose);
        let key = key.map_err(|error| Trouble::failed(Reason::UnknownKey, &error, &error))?;
        secured.verify(proof, key).map_err(|error| of_proof(&error))
    }

    fn check_signed(
        &self,
        secured: &SecuredDocument,
        surroundings: &Surroundings,
        now: DateTime<Utc>,
    ) -> Result<(), Trouble> {
        let signer = secured.signer().map_err(|error| of_signature(&error))?;
        let document = document_of(surroundings, signer.controller)?;
        let kid = signer.kid.unwrap_or_default();
        let key = key_of(document, kid, self.purpose())?;
        secured.verify(&key, now).map_err(|error| of_signature(&error))
    }

    /// A key of the issuer: the one that `kid` names, or the one of its keys that stands in the header (OB-009).
    fn check_token(&self, token: &BadgeToken, surroundings: &Surroundings) -> Result<(), Trouble> {
        let document = document_of(surroundings, self.controller().unwrap_or_default())?;
        let key = if let Some(kid) = token.kid() {
            key_of(document, kid, self.purpose())?
        } else {
            let named = token.key().map(Jwk::thumbprint);
            let mut keys = document.keys(self.purpose());
            keys.find(|key| Some(key.thumbprint()) == named).ok_or_else(|| {
                Trouble::failed(
                    Reason::UnknownKey,
                    StandardError::InvalidVerificationMethod,
                    "the key in the header is not one of the issuer's",
                )
            })?
        };
        let wrong = |error| Trouble::failed(Reason::WrongSignature, StandardError::CryptographicSecurity, error);
        token.verify(&key).map_err(wrong)
    }
}

fn with_proofs(text: &str, check: impl Fn(&Secured<'_>, &Proof<'_>) -> Result<(), Trouble>) -> Result<(), Trouble> {
    let secured = Secured::parse(text).map_err(|error| of_proof(&error))?;
    let proofs = secured.proofs().map_err(|error| of_proof(&error))?;
    proofs.iter().try_for_each(|proof| check(&secured, proof))
}

fn document_of<'a>(surroundings: &'a Surroundings, did: &str) -> Result<&'a DidDocument, Trouble> {
    let standard = StandardError::InvalidControlledIdentifierDocument;
    let found = did.parse::<Did>().ok();
    let Some(did) = found else {
        return Err(Trouble::failed(
            Reason::IssuerRefused,
            standard,
            "the controller is no DID",
        ));
    };
    match surroundings.documents.get(&did) {
        Some(Fetched::Found(document)) => Ok(document),
        Some(Fetched::Unusable) => Err(Trouble::skipped(
            Reason::IssuerUnusable,
            standard,
            "what was fetched is no document of the controller",
        )),
        Some(Fetched::Forbidden) => Err(Trouble::failed(
            Reason::IssuerRefused,
            standard,
            "the controller is not one we resolve",
        )),
        Some(Fetched::Unreachable | Fetched::NotAsked) | None => Err(Trouble::skipped(
            Reason::IssuerUnreachable,
            standard,
            "the document of the controller could not be fetched",
        )),
    }
}

fn key_of(document: &DidDocument, method: &str, purpose: Purpose) -> Result<PublicKey, Trouble> {
    document
        .key(method, purpose)
        .map_err(|error| Trouble::failed(Reason::UnknownKey, &error, &error))
}

fn of_proof(error: &DataIntegrityError) -> Trouble {
    let reason = match error {
        DataIntegrityError::Expired => Reason::Expired,
        DataIntegrityError::NotYetCreated => Reason::NotYetValid,
        DataIntegrityError::JsonLd(_)
        | DataIntegrityError::Canonicalization(_)
        | DataIntegrityError::MalformedProof(_)
        | DataIntegrityError::BaseProof
        | DataIntegrityError::UnsupportedFeature(_)
        | DataIntegrityError::UnknownSuite => Reason::Malformed,
        _ => Reason::WrongSignature,
    };
    Trouble::failed(reason, error, error)
}

fn of_signature(error: &VcJoseError) -> Trouble {
    let reason = match error {
        VcJoseError::Expired => Reason::Expired,
        VcJoseError::NotYetValid => Reason::NotYetValid,
        VcJoseError::Document(_) | VcJoseError::WrappedDocument | VcJoseError::NotEnveloped => Reason::Malformed,
        VcJoseError::OtherController | VcJoseError::OtherIssuer | VcJoseError::KeyNotNamed => Reason::UnknownKey,
        _ => Reason::WrongSignature,
    };
    Trouble::failed(reason, error, error)
}
