use zkryptium::{
    bbsplus::{
        ciphersuites::{BbsCiphersuite, Bls12381Sha256},
        generators::Generators,
    },
    utils::{message::bbsplus_message::BBSplusMessage, util::bbsplus_utils::hash_to_scalar},
};

use super::*;
use crate::{entropy::SystemEntropy, keys::SigningKey};

const MESSAGES: [&str; 5] = ["one", "two", "three", "four", ""];
const NONE: [&str; 0] = [];
const HEADER: &[u8] = b"header";
const NONCE: &[u8] = b"nonce";

fn key() -> BbsSecretKey {
    BbsSecretKey::generate(&SystemEntropy)
}

#[test]
fn what_was_signed_is_proven_and_nothing_else() {
    let key = key();
    let signature = key.sign(HEADER, &MESSAGES).unwrap();
    let public = key.public();
    assert_eq!(public.verify(HEADER, &MESSAGES, &signature), Ok(()));
    assert_eq!(public.verify(b"", &MESSAGES, &signature), Err(KeyError::BadSignature));
    assert_eq!(
        public.verify(HEADER, &MESSAGES[1..], &signature),
        Err(KeyError::BadSignature)
    );

    let proof = public.prove(&signature, HEADER, NONCE, &MESSAGES, &[1, 4]).unwrap();
    let again = public.prove(&signature, HEADER, NONCE, &MESSAGES, &[1, 4]).unwrap();
    assert_ne!(proof, again);
    let check = |proof: &[u8], header: &[u8], nonce: &[u8], messages: &[&str], disclosed: &[usize]| {
        public.verify_proof(proof, header, nonce, messages, disclosed)
    };
    assert_eq!(check(&proof, HEADER, NONCE, &["two", ""], &[1, 4]), Ok(()));
    for (header, nonce, messages, disclosed) in [
        (&b"other"[..], NONCE, &["two", ""][..], &[1, 4][..]),
        (HEADER, b"other", &["two", ""], &[1, 4]),
        (HEADER, NONCE, &["two", "five"], &[1, 4]),
        (HEADER, NONCE, &["two", ""], &[0, 4]),
        (HEADER, NONCE, &["", "two"], &[4, 1]),
        (HEADER, NONCE, &["two", "two"], &[1, 1]),
        (HEADER, NONCE, &["two", ""], &[1, 5]),
        (HEADER, NONCE, &["two"], &[1]),
        (HEADER, NONCE, &["two"], &[1, 4]),
        (HEADER, NONCE, &NONE, &[]),
    ] {
        assert_eq!(
            check(&proof, header, nonce, messages, disclosed),
            Err(KeyError::BadSignature)
        );
    }
    let other = BbsSecretKey::generate(&SystemEntropy);
    assert_eq!(
        other
            .public()
            .verify_proof(&proof, HEADER, NONCE, &["two", ""], &[1, 4]),
        Err(KeyError::BadSignature)
    );
}

#[test]
fn everything_or_nothing_can_be_shown() {
    let key = key();
    let signature = key.sign(HEADER, &MESSAGES).unwrap();
    let public = key.public();
    let all = public
        .prove(&signature, HEADER, b"", &MESSAGES, &[0, 1, 2, 3, 4])
        .unwrap();
    assert_eq!(
        public.verify_proof(&all, HEADER, b"", &MESSAGES, &[0, 1, 2, 3, 4]),
        Ok(())
    );
    let none = public.prove(&signature, HEADER, b"", &MESSAGES, &[]).unwrap();
    assert_eq!(public.verify_proof(&none, HEADER, b"", &NONE, &[]), Ok(()));
    let empty = key.sign(HEADER, &NONE).unwrap();
    let proof = public.prove(&empty, HEADER, b"", &NONE, &[]).unwrap();
    assert_eq!(public.verify_proof(&proof, HEADER, b"", &NONE, &[]), Ok(()));
    assert_eq!(
        public.prove(&signature, HEADER, b"", &MESSAGES, &[5]),
        Err(KeyError::BadSignature)
    );
    assert_eq!(
        public.prove(&signature, HEADER, b"", &MESSAGES, &[1, 0]),
        Err(KeyError::BadSignature)
    );
}

/// A proof under any key of any one message: with two identities the pairing holds by itself, and the rest hides nothing.
fn forged(public: &BbsPublicKey, message: &str) -> Vec<u8> {
    type Suite = Bls12381Sha256;
    let api = Suite::API_ID;
    let hash = |bytes: &[u8]| hash_to_scalar::<Suite>(bytes, &[api, Suite::H2S].concat()).unwrap();
    let number = |number: usize| (number as u64).to_be_bytes();
    let generators = Generators::create::<Suite>(2, Some(api));
    let mut points = Vec::new();
    for point in &generators.values {
        points.extend(point.to_compressed());
    }
    let domain = hash(
        &[
            &public.to_bytes()[..],
            &number(1),
            &points,
            api,
            &number(HEADER.len()),
            HEADER,
        ]
        .concat(),
    );
    let scalar = BBSplusMessage::messages_to_scalar::<Suite>(&[message.as_bytes().to_vec()], api).unwrap()[0].value;
    let shown = generators.g1_base_point + generators.values[0] * domain + generators.values[1] * scalar;
    let blind = hash(b"anything");
    let committed = (shown * blind).to_compressed();
    let mut identity = [0; POINT];
    identity[0] = 0xc0;
    let shown = shown.to_compressed();
    let challenge = hash(
        &[
            &number(1)[..],
            &number(0),
            &scalar.to_be_bytes(),
            &identity,
            &identity,
            &shown,
            &committed,
            &committed,
            &domain.to_be_bytes(),
            &number(NONCE.len()),
            NONCE,
        ]
        .concat(),
    );
    [
        &identity[..],
        &identity,
        &shown,
        &blind.to_be_bytes(),
        &blind.to_be_bytes(),
        &(blind - challenge).to_be_bytes(),
        &challenge.to_be_bytes(),
    ]
    .concat()
}

/// The draft's check of points is no formality: without it anybody proves anything under any key.
#[test]
fn a_proof_made_of_identities_is_refused() {
    let public = key().public().clone();
    let forged = forged(&public, "I was here for a thousand hours");
    let lenient = PoKSignature::<BbsBls12381Sha256>::from_bytes(&forged)
        .unwrap()
        .proof_verify(
            &public.key,
            Some(&[b"I was here for a thousand hours".to_vec()]),
            Some(&[0]),
            Some(HEADER),
            Some(NONCE),
        );
    assert!(lenient.is_ok(), "the library checks points itself now");
    assert_eq!(
        public.verify_proof(&forged, HEADER, NONCE, &["I was here for a thousand hours"], &[0]),
        Err(KeyError::BadSignature)
    );
}

#[test]
fn malformed_keys_signatures_and_proofs_are_refused() {
    let key = key();
    let public = key.public();
    let signature = key.sign(HEADER, &MESSAGES).unwrap();
    let proof = public.prove(&signature, HEADER, NONCE, &MESSAGES, &[1]).unwrap();
    let mut identity = [0; PUBLIC_BYTES];
    identity[0] = 0xc0;
    for wrong in [
        &identity[..],
        &[0; PUBLIC_BYTES],
        &public.to_bytes()[1..],
        &[0x80; PUBLIC_BYTES],
        &[],
    ] {
        assert_eq!(BbsPublicKey::from_bytes(wrong), Err(KeyError::NotOnCurve));
    }
    for wrong in [&[0; 32][..], &[0xff; 32], &[1; 31], &[]] {
        assert_eq!(BbsSecretKey::from_bytes(wrong).unwrap_err(), KeyError::MalformedPrivate);
    }
    let mut infinite = signature;
    infinite[..POINT].fill(0);
    infinite[0] = 0xc0;
    let mut zero = signature;
    zero[POINT..].fill(0);
    for wrong in [infinite, zero] {
        assert_eq!(public.verify(HEADER, &MESSAGES, &wrong), Err(KeyError::BadSignature));
        assert_eq!(
            public.prove(&wrong, HEADER, NONCE, &MESSAGES, &[1]),
            Err(KeyError::BadSignature)
        );
    }
    for length in [0, 1, 47, 144, 271, proof.len() - 32, proof.len() - 1] {
        assert_eq!(
            public.verify_proof(&proof[..length], HEADER, NONCE, &["two"], &[1]),
            Err(KeyError::BadSignature)
        );
    }
    for place in (0..proof.len()).step_by(7) {
        let mut wrong = proof.clone();
        wrong[place] ^= 1;
        assert_eq!(
            public.verify_proof(&wrong, HEADER, NONCE, &["two"], &[1]),
            Err(KeyError::BadSignature),
            "{place}"
        );
    }
    let many = vec!["a"; MAX_MESSAGES + 1];
    assert_eq!(key.sign(HEADER, &many), Err(KeyError::Unsupported));
    let long = [&proof[..], &vec![1; SCALAR * MAX_MESSAGES]].concat();
    assert_eq!(
        public.verify_proof(&long, HEADER, NONCE, &["two"], &[1]),
        Err(KeyError::BadSignature)
    );
}

#[test]
fn cid_1_0_a_key_survives_its_multikey() {
    let key = key();
    let text = key.public().to_multikey();
    assert!(text.starts_with("zUC7"), "{text}");
    assert_eq!(&BbsPublicKey::from_multikey(&text).unwrap(), key.public());
    assert_eq!(ProofKey::from_multikey(&text), Ok(ProofKey::from(key.public())));
    assert_eq!(PublicKey::from_multikey(&text), Err(KeyError::Unsupported));
    let p256 = SigningKey::generate();
    let multikey = p256.public().to_multikey();
    assert_eq!(BbsPublicKey::from_multikey(&multikey), Err(KeyError::Unsupported));
    assert_eq!(ProofKey::from_multikey(&multikey), Ok(ProofKey::from(p256.public())));
    assert_eq!(
        BbsPublicKey::from_multikey(&text[..text.len() - 1]),
        Err(KeyError::Unsupported)
    );
    assert_eq!(
        BbsPublicKey::from_multikey(&format!("z{}", "1".repeat(1000))),
        Err(KeyError::Unsupported)
    );
    let secret = encode(SECRET_PREFIX, &key.to_bytes()[..]);
    assert_eq!(BbsSecretKey::from_multikey(&secret).unwrap().public(), key.public());
    assert_eq!(BbsSecretKey::from_multikey(&text).unwrap_err(), KeyError::Unsupported);
}
