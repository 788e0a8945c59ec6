//! Documents of the W3C data model: statements, proofs, badges.

use std::sync::OnceLock;

use serde_json::{Map, Value};
use shared::{
    credential::open_badge::{self, BadgeToken},
    format::{
        baked,
        data_integrity::{Cryptosuite, Disclosure, ProofOptions, Secured, attach, derive, sign, sign_base},
    },
    keys::{BbsSecretKey, KeyKind, SigningKey},
    testing::{SeededEntropy, linked_data},
    verification::{
        Policy,
        w3c::{Binding, MAX_NEEDS, Surroundings, W3cDocument, W3cExpectation},
    },
};

use super::{now, text};

/// Data Integrity: nobody's key fits; what may be signed is signed the same whatever the order of its members.
pub fn data_integrity(bytes: &[u8]) {
    static KEY: OnceLock<SigningKey> = OnceLock::new();
    let Some(text) = text(bytes) else { return };
    if let Ok(secured) = Secured::parse(text) {
        for proof in secured.proofs().unwrap_or_default() {
            for kind in KeyKind::ALL {
                assert!(
                    secured.verify(&proof, SigningKey::generate_of(kind).public()).is_err(),
                    "a fresh key fits a proof"
                );
            }
        }
    }
    let Ok(Value::Object(document)) = shared::json::parse(bytes) else {
        return;
    };
    let turned: Map<String, Value> = document.into_iter().rev().collect();
    let turned = Value::Object(turned).to_string();
    let key = KEY.get_or_init(|| SigningKey::generate_of(KeyKind::Ed25519));
    for suite in [Cryptosuite::EddsaRdfc2022, Cryptosuite::EddsaJcs2022] {
        let options = proof_options(suite);
        assert_eq!(
            sign(text, &options, key).ok(),
            sign(&turned, &options, key).ok(),
            "the order of members is signed"
        );
    }
}

/// JSON-LD: both paths say the same; what the compiled one refuses, the general one does not read.
pub fn json_ld_paths(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    match linked_data::json_ld_paths(text) {
        Some([Ok(compiled), Ok(general)]) => assert_eq!(compiled, general, "the paths say different things"),
        Some([Err(error), Ok(_)]) => panic!("only the compiled path refuses: {error}"),
        Some([_, Err(_)]) | None => {}
    }
}

/// Data Integrity, selective suites: nobody's key fits; whatever can be derived from a base proof is a part of its document,
/// and what can be signed can be shown and verifies.
pub fn selective(bytes: &[u8]) {
    static KEYS: OnceLock<(SigningKey, BbsSecretKey)> = OnceLock::new();
    let Some(text) = text(bytes) else { return };
    let (p256, bbs) = KEYS.get_or_init(|| (SigningKey::generate(), BbsSecretKey::generate(&SeededEntropy::new(8))));
    let disclosure = |suite| Disclosure {
        suite,
        pointers: &["/credentialSubject"],
        presentation_header: &[],
    };
    for suite in [Cryptosuite::EcdsaSd2023, Cryptosuite::Bbs2023] {
        if let (Ok(shown), Ok(whole)) = (derive(text, &disclosure(suite)), shared::json::parse(bytes)) {
            assert!(
                shown
                    .iter()
                    .filter(|(name, _)| *name != "proof")
                    .all(|(name, value)| is_part(value, &whole[name])),
                "what is shown was not there"
            );
            assert_fits_nobody(&Value::Object(shown).to_string(), p256, bbs);
        }
    }
    assert_fits_nobody(text, p256, bbs);
    let Ok(Value::Object(mut document)) = shared::json::parse(bytes) else {
        return;
    };
    document.remove("proof");
    let unsigned = Value::Object(document.clone()).to_string();
    let options = proof_options(Cryptosuite::EcdsaSd2023);
    if let Ok(proof) = sign_base(&unsigned, &options, &["/issuer"], p256, &SeededEntropy::new(9)) {
        attach(&mut document, proof);
        let base = Value::Object(document).to_string();
        if let Ok(shown) = derive(&base, &disclosure(options.suite)) {
            let shown = Value::Object(shown).to_string();
            let verified = Secured::parse(&shown).and_then(|secured| {
                let proofs = secured.proofs()?;
                proofs.iter().try_for_each(|proof| secured.verify(proof, p256.public()))
            });
            assert_eq!(verified, Ok(()), "what was derived does not hold");
        }
    }
}

/// Whether a value is another with some members and elements left out.
fn is_part(part: &Value, whole: &Value) -> bool {
    match (part, whole) {
        (Value::Object(part), Value::Object(whole)) => part
            .iter()
            .all(|(name, value)| whole.get(name).is_some_and(|whole| is_part(value, whole))),
        (Value::Array(part), Value::Array(whole)) => {
            let mut rest = whole.iter();
            part.iter().all(|value| rest.any(|whole| is_part(value, whole)))
        }
        (part, whole) => part == whole,
    }
}

fn assert_fits_nobody(text: &str, p256: &SigningKey, bbs: &BbsSecretKey) {
    let Ok(secured) = Secured::parse(text) else { return };
    for proof in secured.proofs().unwrap_or_default() {
        let _ = proof.presentation_header();
        assert!(
            secured.verify(&proof, p256.public()).is_err(),
            "a fresh key fits a proof"
        );
        assert!(
            secured.verify(&proof, bbs.public()).is_err(),
            "a fresh key fits a proof"
        );
    }
}

pub(super) fn proof_options(suite: Cryptosuite) -> ProofOptions {
    ProofOptions::assertion(suite, "did:web:issuer.example#k".to_owned(), now())
}

/// Open Badges 3.0 §5.3: a badge that comes out goes in again, into a picture that has none; one that has one takes no other.
pub fn baked_badge(bytes: &[u8]) {
    const TOKEN: &str = "e30.e30.AA";
    let found = baked::unbake(bytes);
    match baked::bake(bytes, TOKEN) {
        Ok(picture) => {
            assert!(found.is_err(), "a second badge goes in");
            assert_eq!(baked::unbake(&picture).as_deref(), Ok(TOKEN));
        }
        Err(error) => assert!(
            found.is_err() || error == baked::BakedError::AlreadyBaked || bytes.len() + 256 > baked::MAX_PICTURE,
            "{error}"
        ),
    }
    if let Ok(credential) = found {
        let picture = baked::bake(b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>", &credential);
        if let Ok(picture) = picture {
            let again = baked::unbake(&picture).map(|text| text.replace('\r', "\n"));
            assert_eq!(again, Ok(credential.replace("\r\n", "\n").replace('\r', "\n")));
        }
    }
}

/// Open Badges 3.0: whatever is read of a badge of ours is read the same from what is written of it; nobody's key fits a token.
pub fn badge(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    let _ = open_badge::former(text);
    if let Ok(token) = BadgeToken::parse(text) {
        assert!(open_badge::is_badge(token.badge()) || open_badge::is_endorsement(token.badge()));
        for kind in KeyKind::ALL {
            assert!(token.verify(SigningKey::generate_of(kind).public()).is_err());
        }
    }
    let Ok(document) = shared::json::parse(bytes) else {
        return;
    };
    let checked = open_badge::check(&document);
    let again = shared::json::parse(document.to_string().as_bytes());
    assert_eq!(again.map(|again| open_badge::check(&again)), Ok(checked));
    if let Ok(claims) = open_badge::claims_of(&document) {
        assert!(claims["activity"]["minutes"].as_u64().is_some());
    }
}

/// Documents of the W3C data model in every form: nothing that was not fetched is believed.
pub fn w3c_document(bytes: &[u8]) {
    let Ok(document) = W3cDocument::parse(bytes) else {
        return;
    };
    let needs = document.needs(Binding::Controller);
    assert!(needs.dids.len() <= MAX_NEEDS && needs.lists.len() <= MAX_NEEDS);
    let verdict = document.verify(&Surroundings::default(), &W3cExpectation::FOUND, now());
    assert!(!verdict.accepted(Policy::Strict), "accepted without a key");
}
