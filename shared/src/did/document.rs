//! DID documents: what we publish, and which key of a document may do what (CID 1.0 §3.3).

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Did, DidError};
use crate::keys::{Jwk, KeyError, ProofKey, PublicKey};

/// The purpose a key is listed for (CID 1.0 §2.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// Signs credentials and requests.
    AssertionMethod,
    /// Authenticates.
    Authentication,
    /// Is encrypted to.
    KeyAgreement,
    /// Exercises a capability.
    CapabilityInvocation,
    /// Passes a capability on.
    CapabilityDelegation,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 5] = [
        Self::AssertionMethod,
        Self::Authentication,
        Self::KeyAgreement,
        Self::CapabilityInvocation,
        Self::CapabilityDelegation,
    ];
    /// What our own keys are for.
    const OURS: [Self; 2] = [Self::AssertionMethod, Self::Authentication];

    /// The member of the document that lists it.
    pub fn member(self) -> &'static str {
        match self {
            Self::AssertionMethod => "assertionMethod",
            Self::Authentication => "authentication",
            Self::KeyAgreement => "keyAgreement",
            Self::CapabilityInvocation => "capabilityInvocation",
            Self::CapabilityDelegation => "capabilityDelegation",
        }
    }
}

/// A DID document, with every member as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DidDocument {
    members: Map<String, Value>,
}

impl DidDocument {
    /// The document we publish for `did`: each key a `JsonWebKey` method `#THUMBPRINT`, listed for both purposes.
    pub fn publish(did: &Did, keys: &[PublicKey]) -> Self {
        let id = |key: &PublicKey| format!("{did}#{}", key.thumbprint());
        let methods: Vec<Value> = keys
            .iter()
            .map(|key| {
                json!({
                    "id": id(key),
                    "type": "JsonWebKey",
                    "controller": did,
                    "publicKeyJwk": key.to_jwk().named(&key.thumbprint(), key.kind().algorithm(), "sig"),
                })
            })
            .collect();
        let listed: Vec<String> = keys.iter().map(id).collect();
        let mut members = Map::new();
        members.insert(
            "@context".to_owned(),
            json!(["https://www.w3.org/ns/did/v1", "https://w3id.org/security/jwk/v1"]),
        );
        members.insert("id".to_owned(), did.as_str().into());
        members.insert("verificationMethod".to_owned(), methods.into());
        for purpose in Purpose::OURS {
            members.insert(purpose.member().to_owned(), listed.clone().into());
        }
        Self { members }
    }

    /// A document of one method, listed for these purposes.
    pub(super) fn of_one(did: &Did, method: &Map<String, Value>, purposes: &[Purpose]) -> Self {
        let id = method.get("id").cloned().unwrap_or_default();
        let mut members = Map::new();
        members.insert("id".to_owned(), did.as_str().into());
        members.insert("verificationMethod".to_owned(), json!([method]));
        for purpose in purposes {
            members.insert(purpose.member().to_owned(), json!([id]));
        }
        Self { members }
    }

    /// Reads the document fetched for `did`; its `id` must be the same. The JSON is to be read by [`crate::json::parse`],
    /// which refuses repeated names.
    pub fn read(did: &Did, json: Value) -> Result<Self, DidError> {
        match json {
            Value::Object(members) if members.get("id").and_then(Value::as_str) == Some(did.as_str()) => {
                Ok(Self { members })
            }
            _ => Err(DidError::OtherDocument),
        }
    }

    /// Whose document it is.
    pub fn id(&self) -> &str {
        self.members.get("id").and_then(Value::as_str).unwrap_or_default()
    }

    /// Other names that the subject claims (`alsoKnownAs`); nothing is proven by it.
    pub fn also_known_as(&self) -> impl Iterator<Item = &str> {
        self.list("alsoKnownAs").filter_map(Value::as_str)
    }

    /// Its services, as they were read.
    pub fn services(&self) -> impl Iterator<Item = &Value> {
        self.list("service")
    }

    /// The key of `kid` (a DID URL of this document, or its fragment), when it is listed for `purpose`. Kinds of keys we
    /// do not use are [`DidError::Key`].
    ///
    /// The method must be controlled by the subject of the document itself: a document may list the keys of others, and
    /// those do not speak for it.
    pub fn key(&self, kid: &str, purpose: Purpose) -> Result<PublicKey, DidError> {
        let method = self.method(kid, purpose)?;
        match (
            method.get("publicKeyJwk"),
            method.get("publicKeyMultibase").and_then(Value::as_str),
        ) {
            (Some(jwk), None) => Ok(PublicKey::from_jwk(&Jwk::from_value(jwk.clone())?)?),
            (None, Some(text)) => Ok(PublicKey::from_multikey(text)?),
            _ => Err(DidError::Key(KeyError::Unsupported)),
        }
    }

    /// The same for a Data Integrity proof, whose key may also be one of BBS.
    pub fn proof_key(&self, kid: &str, purpose: Purpose) -> Result<ProofKey, DidError> {
        match self.key(kid, purpose) {
            Err(DidError::Key(KeyError::Unsupported)) => {}
            key => return key.map(|key| ProofKey::from(&key)),
        }
        let method = self.method(kid, purpose)?;
        match (method.get("publicKeyJwk"), method.get("publicKeyMultibase")) {
            (None, Some(Value::String(text))) => Ok(ProofKey::from_multikey(text)?),
            _ => Err(DidError::Key(KeyError::Unsupported)),
        }
    }

    /// The verification method that [`key`](Self::key) reads, of whatever kind its key is.
    pub fn method(&self, kid: &str, purpose: Purpose) -> Result<&Map<String, Value>, DidError> {
        let wanted = if kid.contains('#') {
            self.absolute(kid)
        } else {
            Cow::Owned(format!("{}#{kid}", self.id()))
        };
        if wanted
            .split_once('#')
            .is_none_or(|(did, fragment)| did != self.id() || fragment.is_empty())
        {
            return Err(DidError::KeyNotListed);
        }
        let listed = self.list(purpose.member()).find_map(|entry| match entry {
            Value::String(reference) if self.absolute(reference) == wanted => {
                Some(self.only(self.list("verificationMethod"), &wanted))
            }
            Value::Object(_) if self.is_named(entry, &wanted) => Some(self.only(self.list(purpose.member()), &wanted)),
            _ => None,
        });
        let method = listed.flatten().and_then(Value::as_object);
        let method = method.ok_or(DidError::KeyNotListed)?;
        let controlled = method.get("controller").and_then(Value::as_str) == Some(self.id());
        if !controlled || method.get("revoked").is_some() {
            return Err(DidError::KeyNotListed);
        }
        Ok(method)
    }

    /// Every key listed for `purpose` that [`key`](Self::key) reads, in order.
    pub fn keys(&self, purpose: Purpose) -> impl Iterator<Item = PublicKey> {
        self.list(purpose.member()).filter_map(move |entry| {
            let id = match entry {
                Value::Object(method) => method.get("id")?.as_str()?,
                reference => reference.as_str()?,
            };
            self.key(id, purpose).ok()
        })
    }

    fn list(&self, name: &str) -> impl Iterator<Item = &Value> {
        self.members.get(name).and_then(Value::as_array).into_iter().flatten()
    }

    /// The one method with this identifier; none when two share it.
    fn only<'a>(&self, methods: impl Iterator<Item = &'a Value>, id: &str) -> Option<&'a Value> {
        let mut named = methods.filter(|method| self.is_named(method, id));
        let first = named.next()?;
        named.next().is_none().then_some(first)
    }

    fn is_named(&self, method: &Value, id: &str) -> bool {
        method
            .get("id")
            .and_then(Value::as_str)
            .is_some_and(|found| self.absolute(found) == id)
    }

    /// A DID URL relative to this document (`#fragment`), made absolute.
    fn absolute<'a>(&self, reference: &'a str) -> Cow<'a, str> {
        if reference.starts_with('#') {
            Cow::Owned(format!("{}{reference}", self.id()))
        } else {
            Cow::Borrowed(reference)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::SigningKey;

    fn did() -> Did {
        "did:web:musette.example:o:paniers".parse().unwrap()
    }

    /// A published document, changed, and its key.
    fn changed(change: impl FnOnce(&mut Value)) -> (DidDocument, PublicKey) {
        let key = SigningKey::generate().public().clone();
        let mut json = serde_json::to_value(DidDocument::publish(&did(), std::slice::from_ref(&key))).unwrap();
        change(&mut json);
        (DidDocument::read(&did(), json).unwrap(), key)
    }

    fn refusal(change: impl FnOnce(&mut Value)) -> DidError {
        let (document, key) = changed(change);
        document.key(&key.thumbprint(), Purpose::AssertionMethod).unwrap_err()
    }

    #[test]
    fn a_published_key_is_found_by_url_and_fragment() {
        let keys = [
            SigningKey::generate().public().clone(),
            SigningKey::generate().public().clone(),
        ];
        let document = DidDocument::publish(&did(), &keys);
        for key in &keys {
            let thumbprint = key.thumbprint();
            for kid in [
                thumbprint.clone(),
                format!("#{thumbprint}"),
                format!("{}#{thumbprint}", did()),
            ] {
                for purpose in Purpose::OURS {
                    assert_eq!(document.key(&kid, purpose).as_ref(), Ok(key));
                }
                assert_eq!(
                    document.key(&kid, Purpose::CapabilityInvocation),
                    Err(DidError::KeyNotListed)
                );
            }
        }
    }

    #[test]
    fn did_003_a_document_of_another_did_is_refused() {
        let document = serde_json::to_value(DidDocument::publish(&did(), &[])).unwrap();
        let other: Did = "did:web:musette.example:o:cyclo".parse().unwrap();
        assert_eq!(DidDocument::read(&other, document), Err(DidError::OtherDocument));
        assert_eq!(DidDocument::read(&did(), json!({})), Err(DidError::OtherDocument));
        assert_eq!(DidDocument::read(&did(), json!([])), Err(DidError::OtherDocument));
    }

    #[test]
    fn neg_03_a_kid_selects_only_within_its_document() {
        let (document, key) = changed(|_| {});
        let thumbprint = key.thumbprint();
        for kid in [
            format!("did:web:evil.example#{thumbprint}"),
            format!("{}/path#{thumbprint}", did()),
            format!("https://evil.example/#{thumbprint}"),
            did().to_string(),
            format!("{}#", did()),
            "#".to_owned(),
            String::new(),
            "../../key".to_owned(),
        ] {
            assert_eq!(
                document.key(&kid, Purpose::AssertionMethod),
                Err(DidError::KeyNotListed),
                "{kid}"
            );
        }
    }

    #[test]
    fn neg_05_a_key_serves_only_the_purposes_it_is_listed_for() {
        let (document, key) = changed(|json| json["assertionMethod"] = json!([]));
        assert_eq!(
            document.key(&key.thumbprint(), Purpose::AssertionMethod),
            Err(DidError::KeyNotListed)
        );
        assert!(document.key(&key.thumbprint(), Purpose::Authentication).is_ok());
        assert_eq!(
            refusal(|json| json["verificationMethod"] = json!([])),
            DidError::KeyNotListed
        );
    }

    #[test]
    fn neg_05_a_key_of_another_controller_is_refused() {
        for controller in [json!("did:web:evil.example"), json!([did()]), Value::Null] {
            assert_eq!(
                refusal(|json| json["verificationMethod"][0]["controller"] = controller),
                DidError::KeyNotListed
            );
        }
        let revoked = refusal(|json| json["verificationMethod"][0]["revoked"] = json!("2026-01-01T00:00:00Z"));
        assert_eq!(revoked, DidError::KeyNotListed);
    }

    #[test]
    fn two_methods_of_one_name_are_no_answer() {
        let twice = refusal(|json| {
            let method = json["verificationMethod"][0].clone();
            json["verificationMethod"].as_array_mut().unwrap().push(method);
        });
        assert_eq!(twice, DidError::KeyNotListed);
    }

    #[test]
    fn an_embedded_method_serves_its_purpose_alone() {
        let (document, key) = changed(|json| {
            let method = json["verificationMethod"][0].take();
            json["verificationMethod"] = json!([]);
            json["authentication"] = json!([method]);
        });
        assert_eq!(
            document.key(&key.thumbprint(), Purpose::Authentication),
            Ok(key.clone())
        );
        assert_eq!(
            document.key(&key.thumbprint(), Purpose::AssertionMethod),
            Err(DidError::KeyNotListed)
        );
    }

    #[test]
    fn every_purpose_has_its_own_list() {
        for purpose in Purpose::ALL {
            let (document, key) = changed(|json| {
                for other in Purpose::ALL {
                    json[other.member()] = json!([]);
                }
                json[purpose.member()] = json!([json["verificationMethod"][0]["id"]]);
            });
            for other in Purpose::ALL {
                let found = document.key(&key.thumbprint(), other).is_ok();
                assert_eq!(found, other == purpose, "{purpose:?} {other:?}");
            }
        }
    }

    #[test]
    fn what_we_do_not_read_stays_as_it_was() {
        let json = json!({
            "@context": ["https://www.w3.org/ns/did/v1"],
            "id": did(),
            "alsoKnownAs": ["https://musette.example/", 1],
            "service": [{ "id": "#files", "type": "relativeRef", "serviceEndpoint": { "uri": ["https://musette.example/"] } }],
            "unheardOf": { "b": [1.5, null], "a": {} },
        });
        let document = DidDocument::read(&did(), json.clone()).unwrap();
        assert_eq!(
            document.also_known_as().collect::<Vec<_>>(),
            ["https://musette.example/"]
        );
        assert_eq!(document.services().collect::<Vec<_>>(), [&json["service"][0]]);
        assert_eq!(serde_json::to_value(document).unwrap(), json);
    }

    #[test]
    fn multibase_keys_are_read() {
        let text = "zDnaerx9CtbPJ1q36T5Ln5wYt3MQYeGRG5ehnPAmxcf5mDZpv";
        let multikey = |text: &str| {
            let json = json!({
                "id": did(),
                "verificationMethod": [
                    {"id": "#k1", "type": "Multikey", "controller": did(), "publicKeyMultibase": text}
                ],
                "assertionMethod": ["#k1"],
            });
            DidDocument::read(&did(), json)
                .unwrap()
                .key("k1", Purpose::AssertionMethod)
        };
        let key = multikey(text).unwrap();
        assert_eq!(
            key.to_jwk().to_value()["x"],
            "igrFmi0whuihKnj9R3Om1SoMph72wUGeFaBbzG2vzns"
        );
        let secp256k1 = multikey("zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme");
        assert_eq!(secp256k1, Err(DidError::Key(KeyError::Unsupported)));
    }

    #[test]
    fn neg_06_a_published_private_key_is_refused() {
        let private = refusal(|json| json["verificationMethod"][0]["publicKeyJwk"]["d"] = json!("AA"));
        assert_eq!(private, DidError::Key(KeyError::Private));
        let absent = refusal(|json| json["verificationMethod"][0]["publicKeyJwk"] = Value::Null);
        assert_eq!(absent, DidError::Key(KeyError::Unsupported));
    }
}
