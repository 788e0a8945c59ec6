use proptest::prelude::*;

use super::*;

#[test]
fn a_stored_key_signs_as_before() {
    for kind in KeyKind::ALL {
        let key = SigningKey::generate_of(kind);
        let restored = SigningKey::from_pkcs8(&key.to_pkcs8()).unwrap();
        assert_eq!((restored.public(), restored.public().kind()), (key.public(), kind));
        assert_eq!(key.public().verify(b"message", &restored.sign(b"message")), Ok(()));
    }
    assert_eq!(
        SigningKey::from_pkcs8(b"nonsense").unwrap_err(),
        KeyError::MalformedPrivate
    );
}

#[test]
fn a_scalar_of_another_key_is_refused() {
    let (key, other) = (SigningKey::generate(), SigningKey::generate());
    let scalar = key.scalar().unwrap();
    assert!(SigningKey::from_scalar(&scalar, key.public()).is_ok());
    assert_eq!(
        SigningKey::from_scalar(&scalar, other.public()).unwrap_err(),
        KeyError::MalformedPrivate
    );
}

#[test]
fn neg_29_signatures_of_another_length_are_refused() {
    let key = SigningKey::generate();
    let signature = key.sign(b"message");
    for wrong in [&signature[..63], &[&signature[..], &[0]].concat()[..], &[]] {
        assert_eq!(key.public().verify(b"message", wrong), Err(KeyError::BadSignature));
    }
}

#[test]
fn a_compressed_point_is_the_same_key() {
    for kind in KeyKind::ALL {
        let key = SigningKey::generate_of(kind);
        let read = PublicKey::from_bytes(kind, &key.public().compressed()).unwrap();
        assert_eq!(&read, key.public());
        assert_eq!(read.thumbprint(), key.public().thumbprint());
        assert_eq!(read.to_jwk(), key.public().to_jwk());
    }
}

#[test]
fn keys_of_another_kind_fit_nothing() {
    for (mine, other) in [(KeyKind::P256, KeyKind::Ed25519), (KeyKind::Ed25519, KeyKind::P256)] {
        let signature = SigningKey::generate_of(mine).sign(b"message");
        let key = SigningKey::generate_of(other);
        assert_eq!(key.public().verify(b"message", &signature), Err(KeyError::BadSignature));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn one_changed_bit_never_verifies(message in prop::collection::vec(any::<u8>(), 1..64), bit in 0usize..512) {
        let key = SigningKey::generate();
        let mut signature = key.sign(&message);
        prop_assert_eq!(key.public().verify(&message, &signature), Ok(()));
        signature[bit / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(key.public().verify(&message, &signature), Err(KeyError::BadSignature));
    }
}
