//! JSON Web Keys (RFC 7517): public keys on P-256, P-384 and Ed25519.

mod known;

use serde::{Deserialize, Serialize, de::Error};
use serde_json::{Map, Value};

pub(super) use self::known::KnownMembers;
use super::{KeyError, KeyKind, PublicKey};

/// A public key as it travels. Parsing refuses private members (RFC 7517 §9.2), other curves, coordinates that
/// are not 32 bytes and points off the curve; unknown members are kept.
#[derive(Debug, Clone)]
pub struct Jwk {
    members: Map<String, Value>,
    key: PublicKey,
}

impl Jwk {
    /// RFC 7638 thumbprint (SHA-256, base64url).
    pub fn thumbprint(&self) -> String {
        self.key.thumbprint()
    }

    /// `kid`.
    pub fn kid(&self) -> Option<&str> {
        self.text("kid")
    }

    /// `alg`.
    pub fn alg(&self) -> Option<&str> {
        self.text("alg")
    }

    /// `use`.
    pub fn usage(&self) -> Option<&str> {
        self.text("use")
    }

    /// The same key with this `kid`, `alg` and `use`.
    #[must_use]
    pub fn named(mut self, kid: &str, alg: &str, usage: &str) -> Self {
        for (name, value) in [("kid", kid), ("alg", alg), ("use", usage)] {
            self.members.insert(name.to_owned(), value.into());
        }
        self
    }

    /// Reads a key from JSON.
    pub fn from_value(value: Value) -> Result<Self, KeyError> {
        let Value::Object(members) = value else {
            return Err(KeyError::Unsupported);
        };
        let key = KnownMembers::of(&members).key()?;
        Ok(Self { members, key })
    }

    /// Back to JSON.
    pub fn to_value(&self) -> Value {
        Value::Object(self.members.clone())
    }

    /// The members RFC 7638 §3.2 requires, as JSON in its order: nothing else is the key.
    pub(crate) fn required_members(&self) -> String {
        self.key.required_members()
    }

    /// Whether nothing in the key speaks against this use of it.
    pub(super) fn is_for(&self, alg: &str, usage: &str, operation: &str) -> bool {
        KnownMembers::of(&self.members).is_for(alg, usage, operation)
    }

    pub(super) fn from_key(key: &PublicKey) -> Self {
        Self {
            members: key.members(),
            key: key.clone(),
        }
    }

    pub(super) fn key(&self) -> &PublicKey {
        &self.key
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.members.get(name).and_then(Value::as_str)
    }
}

impl PartialEq for Jwk {
    fn eq(&self, other: &Self) -> bool {
        self.members == other.members
    }
}

impl Eq for Jwk {}

impl Serialize for Jwk {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.members.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Jwk {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_value(Value::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// A JWK Set (RFC 7517 §5). Keys of kinds we do not use are dropped when reading, as §5 asks; a set that shows a private
/// key is refused whole, because its owner has lost control of it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct JwkSet {
    /// The usable keys.
    pub keys: Vec<Jwk>,
}

impl<'de> Deserialize<'de> for JwkSet {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Written {
            keys: Vec<Value>,
        }
        let mut keys = Vec::new();
        for value in Written::deserialize(deserializer)?.keys {
            match Jwk::from_value(value) {
                Ok(key) => keys.push(key),
                Err(KeyError::Private) => return Err(D::Error::custom(KeyError::Private)),
                Err(_) => {}
            }
        }
        Ok(Self { keys })
    }
}

impl JwkSet {
    /// The key of this kind with this `kid`; without `kid`, the only one of the kind. Two are no answer.
    pub fn select(&self, wanted: KeyKind, kid: Option<&str>) -> Option<&Jwk> {
        let mut fitting = self
            .keys
            .iter()
            .filter(|key| key.key.kind() == wanted && (kid.is_none() || key.kid() == kid));
        let first = fitting.next()?;
        fitting.next().is_none().then_some(first)
    }
}

#[cfg(test)]
mod tests {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    use serde_json::json;

    use super::{super::SigningKey, known::PRIVATE_MEMBERS, *};

    fn rfc_9901_key() -> Value {
        json!({
            "kty": "EC", "crv": "P-256",
            "x": "b28d4MwZMjw8-00CG4xfnn9SLMVMM19SlqZpVb_uNtQ",
            "y": "Xv5zWwuoaTgdS6hV43yI6gBwTnjukmFQQnJ_kCxzqk8"
        })
    }

    fn with(name: &str, value: impl Into<Value>) -> Value {
        let mut jwk = rfc_9901_key();
        jwk[name] = value.into();
        jwk
    }

    #[test]
    fn unknown_members_are_kept_and_do_not_change_the_thumbprint() {
        let jwk = Jwk::from_value(with("x-note", "kept")).unwrap();
        assert_eq!(jwk.to_value(), with("x-note", "kept"));
        assert_eq!(jwk.thumbprint(), Jwk::from_value(rfc_9901_key()).unwrap().thumbprint());
        assert_eq!(jwk.thumbprint(), PublicKey::from_jwk(&jwk).unwrap().thumbprint());
    }

    #[test]
    fn neg_06_private_members_are_refused() {
        for name in PRIVATE_MEMBERS {
            assert_eq!(
                Jwk::from_value(with(name, "AA")).unwrap_err(),
                KeyError::Private,
                "{name}"
            );
        }
        let set = json!({"keys": [rfc_9901_key(), {"kty": "oct", "k": "AA"}]});
        assert!(serde_json::from_value::<JwkSet>(set).is_err());
    }

    #[test]
    fn neg_06_points_off_the_curve_are_refused() {
        let x = URL_SAFE_NO_PAD
            .decode("b28d4MwZMjw8-00CG4xfnn9SLMVMM19SlqZpVb_uNtQ")
            .unwrap();
        let mut moved = x.clone();
        moved[31] ^= 1;
        let zero = [0u8; 32];
        for wrong in [&moved[..], &zero, &x[1..], &[&[0], &x[..]].concat(), &[]] {
            let jwk = with("x", URL_SAFE_NO_PAD.encode(wrong));
            assert_eq!(Jwk::from_value(jwk).unwrap_err(), KeyError::NotOnCurve);
        }
    }

    #[test]
    fn neg_29_coordinates_in_another_base64_are_refused() {
        let x = "b28d4MwZMjw8-00CG4xfnn9SLMVMM19SlqZpVb_uNtQ";
        for wrong in [
            format!("{x}="),
            format!(" {x}"),
            format!("{x}\n"),
            x.replace('-', "+").replace('_', "/"),
            format!("{}R", &x[..42]), // the same bytes, with a trailing bit set
        ] {
            assert_eq!(
                Jwk::from_value(with("x", wrong.clone())).unwrap_err(),
                KeyError::NotOnCurve,
                "{wrong}"
            );
        }
    }

    #[test]
    fn neg_02_a_key_verifies_only_what_it_says() {
        let verifies = |jwk: Value| PublicKey::from_jwk(&Jwk::from_value(jwk).unwrap()).is_ok();
        assert!(verifies(rfc_9901_key()));
        assert!(verifies(with("alg", "ES256")) && verifies(with("use", "sig")));
        assert!(verifies(with("key_ops", json!(["sign", "verify"]))));
        for (name, value) in [
            ("alg", json!("ES384")),
            ("alg", json!("ECDH-ES")),
            ("use", json!("enc")),
        ] {
            assert!(!verifies(with(name, value)));
        }
        assert!(!verifies(with("key_ops", json!(["sign"]))) && !verifies(with("key_ops", "verify")));
    }

    #[test]
    fn other_kinds_are_unsupported() {
        for jwk in [
            with("crv", "P-521"),
            with("crv", "secp256k1"),
            with("kty", "OKP"),
            with("kid", 7),
            json!({"kty": "OKP", "crv": "X25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}),
            json!({"kty": "oct"}),
            json!("text"),
        ] {
            assert_eq!(Jwk::from_value(jwk).unwrap_err(), KeyError::Unsupported);
        }
    }

    #[test]
    fn a_set_drops_what_it_cannot_use_and_selects_without_doubt() {
        let (a, b) = (SigningKey::generate(), SigningKey::generate());
        let (a, b) = (
            a.public().to_jwk().named("a", "ES256", "sig"),
            b.public().to_jwk().named("b", "ES256", "sig"),
        );
        let okp = json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
        let unknown = json!({"kty": "OKP", "crv": "X25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
        let set: JwkSet = serde_json::from_value(json!({"keys": [a, okp, unknown, b]})).unwrap();
        assert_eq!(set.keys.len(), 3);
        let select = |set: &JwkSet, kid| set.select(KeyKind::P256, kid).cloned();
        assert_eq!(select(&set, Some("b")), Some(b.clone()));
        assert_eq!(select(&set, Some("c")), None);
        assert_eq!(select(&set, None), None);
        assert_eq!(set.select(KeyKind::Ed25519, None).unwrap().to_value(), okp);
        let alone = JwkSet { keys: vec![a.clone()] };
        assert_eq!(select(&alone, None), Some(a.clone()));
        let twice = JwkSet {
            keys: vec![a.clone(), b.named("a", "ES256", "sig")],
        };
        assert_eq!(select(&twice, Some("a")), None);
    }

    #[test]
    fn a_key_survives_its_json() {
        let key = SigningKey::generate();
        let jwk = key.public().to_jwk().named("k1", "ES256", "sig");
        let read: Jwk = serde_json::from_str(&serde_json::to_string(&jwk).unwrap()).unwrap();
        assert_eq!(read, jwk);
        assert_eq!(read.key(), key.public());
        assert_eq!(
            (read.kid(), read.alg(), read.usage()),
            (Some("k1"), Some("ES256"), Some("sig"))
        );
    }
}
