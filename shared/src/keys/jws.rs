//! Compact JWS (RFC 7515). [`Jws::parse`] takes ES256 alone, as the OpenID protocols and SD-JWT VC want it; where a
//! standard allows more, [`Jws::parse_for`] is told which kinds of keys.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{Jwk, KeyKind, PublicKey, SigningKey};
use crate::json;

/// The largest JWS that is parsed, in bytes.
pub const MAX_BYTES: usize = 256 * 1024;

/// The kinds of keys that sign where nothing else is said: ES256, chosen by us and never by the token (RFC 8725 §3.1).
pub(crate) const ES256: &[KeyKind] = &[KeyKind::P256];

/// Why a JWS was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    /// Larger than [`MAX_BYTES`], or than the limit of its kind.
    #[error("the token is too large")]
    TooLarge,
    /// RFC 7515 §7.1: three base64url parts, a JSON object without duplicate names as header.
    #[error("the token is malformed")]
    Malformed,
    /// RFC 8725 §3.1: `alg` is `none`, symmetric or not one of those expected.
    #[error("the signature algorithm is not accepted")]
    Algorithm,
    /// RFC 7515 §4.1.11: an extension we do not know is critical.
    #[error("the token has a critical extension we do not know")]
    Critical,
    /// RFC 8725 §3.11: `typ` is not the one expected.
    #[error("the token has the wrong type")]
    WrongType,
    /// RFC 7515 §5.2.
    #[error("the signature does not fit the key")]
    BadSignature,
    /// The payload is not the JSON expected (duplicate names included).
    #[error("the claims are malformed")]
    Claims,
}

/// Signs `claims` (a JSON object) under a header `{alg, typ, …header}`; `alg` is what the key does.
///
/// # Panics
/// Never on JSON values.
pub fn sign(typ: &str, mut header: Map<String, Value>, claims: &Value, key: &SigningKey) -> String {
    header.insert("alg".to_owned(), key.public().kind().algorithm().into());
    header.insert("typ".to_owned(), typ.into());
    let mut compact = URL_SAFE_NO_PAD.encode(Value::Object(header).to_string());
    compact.push('.');
    URL_SAFE_NO_PAD.encode_string(claims.to_string(), &mut compact);
    let signature = key.sign(compact.as_bytes());
    compact.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut compact);
    compact
}

/// A parsed, **unverified** JWS.
#[derive(Debug, Clone)]
pub struct Jws {
    /// What is signed: the first two parts, as received.
    signed: Box<str>,
    /// The kind of key that `alg` means.
    kind: KeyKind,
    header: Map<String, Value>,
    payload: Vec<u8>,
    signature: Vec<u8>,
}

impl Jws {
    /// Parses structure and header. Refuses `alg` other than ES256 and any `crit`. Checks no signature.
    pub fn parse(compact: &str) -> Result<Self, JwsError> {
        Self::parse_for(compact, ES256)
    }

    /// The same with the algorithms of these kinds of keys. Only a key of the kind named in the token fits it.
    pub fn parse_for(compact: &str, kinds: &[KeyKind]) -> Result<Self, JwsError> {
        Self::read(compact, kinds, MAX_BYTES)
    }

    /// ES256 within another limit, in bytes.
    pub(crate) fn parse_within(compact: &str, limit: usize) -> Result<Self, JwsError> {
        Self::read(compact, ES256, limit)
    }

    fn read(compact: &str, kinds: &[KeyKind], limit: usize) -> Result<Self, JwsError> {
        if compact.len() > limit {
            return Err(JwsError::TooLarge);
        }
        let mut parts = compact.split('.');
        let (Some(header), Some(payload), Some(signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(JwsError::Malformed);
        };
        let signed = &compact[..header.len() + 1 + payload.len()];
        let header = json::parse_object(&decode(header)?).map_err(|_| JwsError::Malformed)?;
        let named = header.get("alg").and_then(Value::as_str).ok_or(JwsError::Algorithm)?;
        let kind = *kinds
            .iter()
            .find(|kind| kind.algorithms().contains(&named))
            .ok_or(JwsError::Algorithm)?;
        if header.contains_key("crit") {
            return Err(JwsError::Critical);
        }
        if header.get("kid").is_some_and(|kid| !kid.is_string()) {
            return Err(JwsError::Malformed);
        }
        Ok(Self {
            signed: signed.into(),
            kind,
            header,
            payload: decode(payload)?,
            signature: decode(signature)?,
        })
    }

    /// The header.
    pub fn header(&self) -> &Map<String, Value> {
        &self.header
    }

    /// `kid`.
    pub fn kid(&self) -> Option<&str> {
        self.header.get("kid").and_then(Value::as_str)
    }

    /// `jwk` of the header.
    pub fn jwk(&self) -> Option<Result<Jwk, super::KeyError>> {
        self.header.get("jwk").map(|jwk| Jwk::from_value(jwk.clone()))
    }

    /// Refuses another `typ` (compared without case and without `application/`).
    pub fn expect_type(&self, typ: &str) -> Result<(), JwsError> {
        let found = self
            .header
            .get("typ")
            .and_then(Value::as_str)
            .ok_or(JwsError::WrongType)?;
        if subtype(found).eq_ignore_ascii_case(subtype(typ)) {
            Ok(())
        } else {
            Err(JwsError::WrongType)
        }
    }

    /// Checks the signature. A key of another kind than the algorithm's fits nothing (RFC 8725 §3.1).
    pub fn verify(&self, key: &PublicKey) -> Result<(), JwsError> {
        if key.kind() != self.kind {
            return Err(JwsError::BadSignature);
        }
        key.verify(self.signed.as_bytes(), &self.signature)
            .map_err(|_| JwsError::BadSignature)
    }

    /// The claims, as signed bytes say, **whether or not** the signature was checked.
    pub fn unverified_claims<T: DeserializeOwned>(&self) -> Result<T, JwsError> {
        serde_json::from_value(Value::Object(self.unverified_object()?)).map_err(|_| JwsError::Claims)
    }

    /// The claims as they are, **whether or not** the signature was checked.
    pub fn unverified_object(&self) -> Result<Map<String, Value>, JwsError> {
        json::parse_object(&self.payload).map_err(|_| JwsError::Claims)
    }

    /// The claims once the signature is checked.
    pub fn claims<T: DeserializeOwned>(&self, key: &PublicKey) -> Result<T, JwsError> {
        self.verify(key)?;
        self.unverified_claims()
    }
}

/// Strict base64url: no padding, no whitespace, no stray trailing bits (NEG-29).
fn decode(part: &str) -> Result<Vec<u8>, JwsError> {
    URL_SAFE_NO_PAD.decode(part).map_err(|_| JwsError::Malformed)
}

/// RFC 7515 §4.1.9: `application/` may be left out.
pub(crate) fn subtype(typ: &str) -> &str {
    match typ.get(.."application/".len()) {
        Some(prefix) if prefix.eq_ignore_ascii_case("application/") => &typ[prefix.len()..],
        _ => typ,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn header(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(members) => members,
            _ => Map::new(),
        }
    }

    /// A token whose header and payload are these texts, rightly signed.
    fn token(header: &str, payload: &str, key: &SigningKey) -> String {
        let signed = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes())))
    }

    #[test]
    fn a_token_is_read_back() {
        let key = SigningKey::generate();
        let compact = sign(
            "test+jwt",
            header(json!({"kid": "k1", "alg": "none"})),
            &json!({"n": 1}),
            &key,
        );
        let jws = Jws::parse(&compact).unwrap();
        assert_eq!(jws.kid(), Some("k1"));
        assert_eq!(jws.header()["alg"], "ES256");
        assert_eq!(jws.expect_type("test+jwt"), Ok(()));
        assert_eq!(jws.expect_type("application/TEST+jwt"), Ok(()));
        assert_eq!(jws.claims::<Value>(key.public()), Ok(json!({"n": 1})));
        assert_eq!(
            jws.claims::<Value>(SigningKey::generate().public()),
            Err(JwsError::BadSignature)
        );
    }

    #[test]
    fn neg_01_none_is_refused() {
        let key = SigningKey::generate();
        for alg in [
            r#"{"alg":"none"}"#,
            r#"{"alg":"None"}"#,
            r#"{"alg":""}"#,
            "{}",
            r#"{"alg":null}"#,
        ] {
            assert_eq!(
                Jws::parse(&token(alg, "{}", &key)).unwrap_err(),
                JwsError::Algorithm,
                "{alg}"
            );
        }
        let unsigned = format!(
            "{}.{}.",
            URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#),
            URL_SAFE_NO_PAD.encode("{}")
        );
        assert_eq!(Jws::parse(&unsigned).unwrap_err(), JwsError::Algorithm);
    }

    #[test]
    fn neg_02_other_algorithms_are_refused() {
        let key = SigningKey::generate();
        for alg in ["HS256", "RS256", "ES384", "EdDSA", "es256", "PS256"] {
            let compact = token(&json!({"alg": alg}).to_string(), "{}", &key);
            assert_eq!(Jws::parse(&compact).unwrap_err(), JwsError::Algorithm, "{alg}");
        }
    }

    #[test]
    fn every_kind_of_key_signs_where_it_is_expected() {
        for kind in KeyKind::ALL {
            let key = SigningKey::generate_of(kind);
            let compact = sign("t", Map::new(), &json!({"n": 1}), &key);
            let jws = Jws::parse_for(&compact, &KeyKind::ALL).unwrap();
            assert_eq!(jws.header()["alg"], kind.algorithm());
            assert_eq!(jws.claims::<Value>(key.public()), Ok(json!({"n": 1})));
            let others: Vec<KeyKind> = KeyKind::ALL.into_iter().filter(|other| *other != kind).collect();
            assert_eq!(Jws::parse_for(&compact, &others).unwrap_err(), JwsError::Algorithm);
            for other in others {
                let stranger = SigningKey::generate_of(other);
                assert_eq!(
                    jws.verify(stranger.public()),
                    Err(JwsError::BadSignature),
                    "{kind:?} {other:?}"
                );
            }
            assert_eq!(
                Jws::parse(&compact).is_ok(),
                kind == KeyKind::P256,
                "ES256 alone by default"
            );
        }
    }

    #[test]
    fn neg_02_the_algorithm_is_the_keys_not_the_tokens() {
        let key = SigningKey::generate_of(KeyKind::Ed25519);
        for (alg, verifies) in [("EdDSA", true), ("Ed25519", true), ("ES256", false), ("ES384", false)] {
            let compact = token(&json!({"alg": alg}).to_string(), "{}", &key);
            let jws = Jws::parse_for(&compact, &KeyKind::ALL).unwrap();
            assert_eq!(jws.verify(key.public()).is_ok(), verifies, "{alg}");
        }
        for alg in ["none", "HS256", "RS256", "ES512", "ES256K", "Ed448"] {
            let compact = token(&json!({"alg": alg}).to_string(), "{}", &key);
            let refused = Jws::parse_for(&compact, &KeyKind::ALL).unwrap_err();
            assert_eq!(refused, JwsError::Algorithm, "{alg}");
        }
    }

    #[test]
    fn neg_17_another_type_is_refused() {
        let key = SigningKey::generate();
        let jws = Jws::parse(&sign("statuslist+jwt", Map::new(), &json!({}), &key)).unwrap();
        assert_eq!(jws.expect_type("dc+sd-jwt"), Err(JwsError::WrongType));
        let untyped = Jws::parse(&token(r#"{"alg":"ES256"}"#, "{}", &key)).unwrap();
        assert_eq!(untyped.expect_type("dc+sd-jwt"), Err(JwsError::WrongType));
    }

    #[test]
    fn neg_28_repeated_names_are_refused_in_header_and_claims() {
        let key = SigningKey::generate();
        let twice = token(r#"{"alg":"ES256","alg":"ES256"}"#, "{}", &key);
        assert_eq!(Jws::parse(&twice).unwrap_err(), JwsError::Malformed);
        let jws = Jws::parse(&token(r#"{"alg":"ES256"}"#, r#"{"iss":"a","iss":"b"}"#, &key)).unwrap();
        assert_eq!(jws.claims::<Value>(key.public()), Err(JwsError::Claims));
    }

    #[test]
    fn neg_29_base64_has_one_form() {
        let key = SigningKey::generate();
        let compact = sign("t", Map::new(), &json!({"a": 1}), &key);
        let mut parts: Vec<String> = compact.split('.').map(str::to_owned).collect();
        for place in 0..3 {
            for suffix in ["=", "==", " ", "\n"] {
                let mut wrong = parts.clone();
                wrong[place].push_str(suffix);
                assert_eq!(Jws::parse(&wrong.join(".")).unwrap_err(), JwsError::Malformed);
            }
        }
        // 64 bytes leave four unused bits in the last of 86 characters: they must be zero.
        let last = parts[2].pop().unwrap();
        let stray = match last {
            'A' => 'B',
            'Q' => 'R',
            'g' => 'h',
            _ => 'x',
        };
        parts[2].push(stray);
        assert_eq!(Jws::parse(&parts.join(".")).unwrap_err(), JwsError::Malformed);
    }

    #[test]
    fn structure_is_checked() {
        let key = SigningKey::generate();
        assert_eq!(Jws::parse("").unwrap_err(), JwsError::Malformed);
        assert_eq!(Jws::parse("a.b").unwrap_err(), JwsError::Malformed);
        let good = sign("t", Map::new(), &json!({}), &key);
        assert_eq!(Jws::parse(&format!("{good}.x")).unwrap_err(), JwsError::Malformed);
        assert_eq!(Jws::parse(&"a".repeat(MAX_BYTES + 1)).unwrap_err(), JwsError::TooLarge);
        let critical = token(r#"{"alg":"ES256","crit":["b64"],"b64":false}"#, "{}", &key);
        assert_eq!(Jws::parse(&critical).unwrap_err(), JwsError::Critical);
        let jws = Jws::parse(&token(r#"{"alg":"ES256"}"#, "[1]", &key)).unwrap();
        assert_eq!(jws.claims::<Value>(key.public()), Err(JwsError::Claims));
    }

    #[test]
    fn a_key_in_the_header_is_read_strictly() {
        let key = SigningKey::generate();
        let with_jwk = |jwk: Value| Jws::parse(&sign("t", header(json!({"jwk": jwk})), &json!({}), &key)).unwrap();
        let jws = with_jwk(key.public().to_jwk().to_value());
        assert_eq!(jws.jwk().unwrap().unwrap().thumbprint(), key.public().thumbprint());
        assert_eq!(
            with_jwk(json!({"kty": "oct", "k": "AA"})).jwk().unwrap(),
            Err(super::super::KeyError::Private)
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn one_changed_bit_never_verifies(place in any::<prop::sample::Index>(), bit in 0u8..7) {
            let key = SigningKey::generate();
            let mut compact = sign("t", Map::new(), &json!({"a": "b"}), &key).into_bytes();
            let place = place.index(compact.len());
            compact[place] ^= 1 << bit;
            let changed = String::from_utf8(compact).unwrap();
            let refused = match Jws::parse(&changed) {
                Ok(jws) => jws.verify(key.public()).is_err(),
                Err(_) => true,
            };
            prop_assert!(refused, "{}", changed);
        }
    }
}
