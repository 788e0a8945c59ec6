//! did:jwk and did:key (DID-001, DID-002): the identifier is the key. `ssi` decodes did:key; a did:jwk is already a JWK,
//! and `ssi` does not know every `alg` one may carry (ECDH-ES), so we read it ourselves.

use std::{
    future::Future,
    pin::pin,
    task::{Context, Poll, Waker},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use ssi::dids::{
    DIDKey,
    resolution::{DIDMethodResolver, Error, Options},
};

use super::{Did, DidDocument, DidError};
use crate::{
    json,
    keys::{Jwk, KeyError},
};

/// The longest did:key decoded: one of P-256 has 49 characters, and decoding base 58 is quadratic.
const MAX_KEY_CHARACTERS: usize = 128;

/// Resolves a did:jwk. A `use` of `enc` takes the key away from both our purposes.
pub(super) fn resolve_jwk(did: &Did, specific: &str) -> Result<DidDocument, DidError> {
    let bytes = URL_SAFE_NO_PAD.decode(specific).map_err(|_| DidError::Invalid)?;
    let jwk = Jwk::from_value(json::parse(&bytes).map_err(|_| DidError::Invalid)?)?;
    let purposes = if jwk.usage() == Some("enc") {
        json!([])
    } else {
        json!(["#0"])
    };
    let method = json!({"id": "#0", "type": "JsonWebKey", "controller": did, "publicKeyJwk": jwk});
    let document = json!({
        "id": did,
        "verificationMethod": [method],
        "assertionMethod": purposes,
        "authentication": purposes,
    });
    DidDocument::read(did, document)
}

/// Resolves a did:key.
pub(super) fn resolve_key(did: &Did, specific: &str) -> Result<DidDocument, DidError> {
    if !specific.starts_with('z') {
        return Err(DidError::Invalid);
    }
    if specific.len() > MAX_KEY_CHARACTERS {
        return Err(DidError::Key(KeyError::Unsupported));
    }
    let mut options = Options::default();
    options.parameters.public_key_format = Some("JsonWebKey2020".to_owned());
    let found = ready(DIDKey.resolve_method_representation(specific, options)).ok_or(DidError::Invalid)?;
    let found = found.map_err(|error| match error {
        // A key that reads well and is of a kind we do not build.
        Error::Internal(_) => DidError::Key(KeyError::Unsupported),
        _ => DidError::Invalid,
    })?;
    let document = DidDocument::read(did, json::parse(&found.document).map_err(|_| DidError::Invalid)?)?;
    for key in document.jwks() {
        Jwk::from_value(key.clone())?;
    }
    Ok(document)
}

/// The result of a future that never waits: did:key is asynchronous in `ssi` only because other methods fetch.
fn ready<T>(future: impl Future<Output = T>) -> Option<T> {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

/// The JWK of a multibase key of a document (CID 1.0 §2.2.2): it is written as in did:key.
pub(super) fn multibase_key(text: &str) -> Result<Value, DidError> {
    let did: Did = format!("did:key:{text}").parse()?;
    let document = resolve_key(&did, text)?;
    document
        .jwks()
        .next()
        .cloned()
        .ok_or(DidError::Key(KeyError::Unsupported))
}

#[cfg(test)]
mod tests {
    use super::{super::Purpose, *};
    use crate::keys::SigningKey;

    // w3c-ccg/did-method-key, test-vectors/nist-curves.json
    const P256: &str = "did:key:zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv";
    const P384: &str = "did:key:z82Lm1MpAkeJcix9K8TMiLd5NMAhnwkjjCBeWHXyu3U4oT2MVJJKXkcVBgjGhnLBn2Kaau9";
    const ED25519: &str = "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK";

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
        for purpose in [Purpose::AssertionMethod, Purpose::Authentication] {
            let key = document.key(&kid, purpose).unwrap();
            assert_eq!(
                key.to_jwk().to_value()["x"],
                "igrFmi0whuihKnj9R3Om1SoMph72wUGeFaBbzG2vzns"
            );
        }
        assert_eq!(document.key(P256, Purpose::Authentication), Err(DidError::KeyNotListed));
    }

    #[test]
    fn did_001_keys_we_cannot_use_are_refused() {
        assert_eq!(resolved(ED25519), Err(DidError::Key(KeyError::Unsupported)));
        assert_eq!(resolved(P384), Err(DidError::Key(KeyError::Unsupported)));
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
        assert_eq!(resolved("did:key:uzDnaerx9"), Err(DidError::Invalid));
    }

    #[test]
    fn did_002_private_and_foreign_keys_are_refused() {
        let mut jwk = SigningKey::generate().public().to_jwk().to_value();
        assert!(resolved(&did_jwk(&jwk)).is_ok());
        assert_eq!(resolved(&format!("{}=", did_jwk(&jwk))), Err(DidError::Invalid));
        jwk["d"] = json!("AA");
        assert_eq!(resolved(&did_jwk(&jwk)), Err(DidError::Key(KeyError::Private)));
        let okp = json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
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
        assert!(signing.key("0", Purpose::AssertionMethod).is_ok());
        let encrypting = resolved(&did_jwk(&jwk.named("k", "ECDH-ES", "enc").to_value())).unwrap();
        for purpose in [Purpose::AssertionMethod, Purpose::Authentication] {
            assert_eq!(encrypting.key("0", purpose), Err(DidError::KeyNotListed));
        }
    }
}
