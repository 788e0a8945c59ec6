//! did:jwk and did:key (DID-001, DID-002): the identifier is the key. `ssi` does not know every `alg` a did:jwk may carry
//! (ECDH-ES), nor keys on P-384 without a feature more, so we read both ourselves: a JWK, a Multikey.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::json;

use super::{Did, DidDocument, DidError, Purpose};
use crate::{
    json,
    keys::{Jwk, KeyKind, ProofKey},
};

/// What every key that signs is for, when nothing is said.
const SIGNING: [Purpose; 4] = [
    Purpose::AssertionMethod,
    Purpose::Authentication,
    Purpose::CapabilityInvocation,
    Purpose::CapabilityDelegation,
];

/// Resolves a did:jwk. A `use` of `sig` takes key agreement away, one of `enc` all but key agreement.
pub(super) fn resolve_jwk(did: &Did, specific: &str) -> Result<DidDocument, DidError> {
    let bytes = URL_SAFE_NO_PAD.decode(specific).map_err(|_| DidError::Invalid)?;
    let jwk = Jwk::from_value(json::parse(&bytes).map_err(|_| DidError::Invalid)?)?;
    let value = jwk.to_value();
    // Keys on the curves of NIST agree on secrets too; one on Ed25519 cannot.
    let agreeing: &[Purpose] = if value["kty"] == "EC" {
        &[Purpose::KeyAgreement]
    } else {
        &[]
    };
    let purposes = match jwk.usage() {
        Some("enc") => agreeing.to_vec(),
        Some("sig") => SIGNING.to_vec(),
        _ => [&SIGNING, agreeing].concat(),
    };
    let method = [
        ("id", json!("#0")),
        ("type", json!("JsonWebKey")),
        ("controller", json!(did)),
        ("publicKeyJwk", value),
    ];
    let method = method.map(|(name, value)| (name.to_owned(), value));
    Ok(DidDocument::of_one(did, &method.into_iter().collect(), &purposes))
}

/// Resolves a did:key: its one method is named after the key (did:key §3.1). One on BLS12-381 G2 resolves too: its key is
/// for [`DidDocument::proof_key`] alone.
pub(super) fn resolve_key(did: &Did, specific: &str) -> Result<DidDocument, DidError> {
    let agreeing: &[Purpose] = match ProofKey::from_multikey(specific)? {
        ProofKey::Signature(key) if key.kind() != KeyKind::Ed25519 => &[Purpose::KeyAgreement],
        ProofKey::Signature(_) | ProofKey::Bbs(_) => &[],
    };
    let method = [
        ("id", json!(format!("{did}#{specific}"))),
        ("type", json!("Multikey")),
        ("controller", json!(did)),
        ("publicKeyMultibase", json!(specific)),
    ];
    let method = method.map(|(name, value)| (name.to_owned(), value));
    let purposes = [&SIGNING, agreeing].concat();
    Ok(DidDocument::of_one(did, &method.into_iter().collect(), &purposes))
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::{
        base58,
        keys::{BbsPublicKey, KeyError, SigningKey},
    };

    // w3c-ccg/did-method-key, test-vectors/nist-curves.json
    const P256: &str = "did:key:zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv";
    const P384: &str = "did:key:z82Lm1MpAkeJcix9K8TMiLd5NMAhnwkjjCBeWHXyu3U4oT2MVJJKXkcVBgjGhnLBn2Kaau9";
    const SECP256K1: &str = "did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme";
    const ED25519: &str = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK";
    const BLS12_381: &str = "did:key:zUC7K4ndUaGZgV7Cp2yJy6JtMoUHY6u7tkcSYUvPrEidqBmLCTLmi6d5WvwnUqejscAkERJ3bfjEiSYtdPkRSE8kSa11hFBr4sTgnbZ95SJj19PN2jdvJjyzpSZgxkyyxNnBNnY";

    fn resolved(did: &str) -> Result<DidDocument, DidError> {
        did.parse::<Did>()?.resolve_local()
    }

    fn did_jwk(jwk: &Value) -> String {
        format!("did:jwk:{}", URL_SAFE_NO_PAD.encode(jwk.to_string()))
    }

    #[test]
    fn did_001_a_p256_key_is_read() {
        let document = resolved(P256).unwrap();
        let kid = format!("{P256}#{}", &P256["did:key:".len()..]);
        for (did, kind) in [
            (P256, KeyKind::P256),
            (P384, KeyKind::P384),
            (ED25519, KeyKind::Ed25519),
        ] {
            let kid = format!("{did}#{}", &did["did:key:".len()..]);
            let key = resolved(did).unwrap().key(&kid, Purpose::AssertionMethod).unwrap();
            assert_eq!(key.kind(), kind);
        }
        for purpose in [Purpose::AssertionMethod, Purpose::Authentication] {
            let key = document.key(&kid, purpose).unwrap();
            assert_eq!(
                key.to_jwk().to_value()["x"],
                "igrFmi0whuihKnj9R3Om1SoMph72wUGeFaBbzG2vzns"
            );
        }
        assert_eq!(document.key(P256, Purpose::Authentication), Err(DidError::KeyNotListed));
        assert!(document.key(&kid, Purpose::KeyAgreement).is_ok());
        let (_, fragment) = ED25519.rsplit_once(':').unwrap();
        assert_eq!(
            resolved(ED25519).unwrap().key(fragment, Purpose::KeyAgreement),
            Err(DidError::KeyNotListed)
        );
    }

    #[test]
    fn did_001_a_bls12_381_key_is_there_for_those_who_can_use_it() {
        let document = resolved(BLS12_381).unwrap();
        let multikey = &BLS12_381["did:key:".len()..];
        let method = document.method(multikey, Purpose::AssertionMethod).unwrap();
        assert_eq!(method["publicKeyMultibase"], multikey);
        assert_eq!(
            document.key(multikey, Purpose::AssertionMethod),
            Err(DidError::Key(KeyError::Unsupported))
        );
        let key = BbsPublicKey::from_multikey(multikey).unwrap();
        assert_eq!(
            document.proof_key(multikey, Purpose::AssertionMethod),
            Ok(ProofKey::Bbs(key))
        );
        assert_eq!(
            document.proof_key(multikey, Purpose::KeyAgreement),
            Err(DidError::KeyNotListed)
        );
        assert_eq!(
            document.method(multikey, Purpose::KeyAgreement),
            Err(DidError::KeyNotListed)
        );
        let point = base58::decode(&multikey[1..]).unwrap();
        let encoded = |bytes: &[u8]| resolved(&format!("did:key:z{}", base58::encode(bytes)));
        let mut infinity = point.clone();
        infinity[2] = 0xc0;
        for wrong in [&point[..97], &[&point[..], &[0]].concat(), &infinity] {
            assert_eq!(encoded(wrong), Err(DidError::Key(KeyError::NotOnCurve)));
        }
    }

    #[test]
    fn did_001_keys_we_cannot_use_are_refused() {
        assert_eq!(resolved(SECP256K1), Err(DidError::Key(KeyError::Unsupported)));
        for wrong in [
            "did:key:zzzzz",
            "did:key:Dnaerx",
            "did:key:z",
            &format!("{P256}1"),
            &P256[..P256.len() - 1],
        ] {
            assert!(resolved(wrong).is_err(), "{wrong}");
        }
        assert_eq!(
            resolved(&format!("did:key:z{}", "1".repeat(1000))),
            Err(DidError::Key(KeyError::Unsupported))
        );
        assert_eq!(resolved("did:key:uzDnaerx9"), Err(DidError::Key(KeyError::NotOnCurve)));
    }

    #[test]
    fn did_002_private_and_foreign_keys_are_refused() {
        let mut jwk = SigningKey::generate().public().to_jwk().to_value();
        assert!(resolved(&did_jwk(&jwk)).is_ok());
        assert_eq!(resolved(&format!("{}=", did_jwk(&jwk))), Err(DidError::Invalid));
        jwk["d"] = json!("AA");
        assert_eq!(resolved(&did_jwk(&jwk)), Err(DidError::Key(KeyError::Private)));
        let mut okp = json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
        assert!(resolved(&did_jwk(&okp)).is_ok());
        okp["crv"] = json!("X25519");
        assert_eq!(resolved(&did_jwk(&okp)), Err(DidError::Key(KeyError::Unsupported)));
        let twice = r#"{"kty":"EC","kty":"EC"}"#;
        assert_eq!(
            resolved(&format!("did:jwk:{}", URL_SAFE_NO_PAD.encode(twice))),
            Err(DidError::Invalid)
        );
        assert_eq!(resolved("did:jwk:AAAA"), Err(DidError::Invalid));
    }

    #[test]
    fn did_002_a_key_for_encryption_signs_nothing() {
        let jwk = SigningKey::generate().public().to_jwk();
        let signing = resolved(&did_jwk(&jwk.clone().named("k", "ES256", "sig").to_value())).unwrap();
        for purpose in SIGNING {
            assert!(signing.key("0", purpose).is_ok());
        }
        assert_eq!(signing.key("0", Purpose::KeyAgreement), Err(DidError::KeyNotListed));
        let either = resolved(&did_jwk(&jwk.to_value())).unwrap();
        for purpose in Purpose::ALL {
            assert!(either.key("0", purpose).is_ok());
        }
        let encrypting = resolved(&did_jwk(&jwk.named("k", "ECDH-ES", "enc").to_value())).unwrap();
        for purpose in SIGNING {
            assert_eq!(encrypting.key("0", purpose), Err(DidError::KeyNotListed));
        }
        assert!(encrypting.method("0", Purpose::KeyAgreement).is_ok());
    }
}
