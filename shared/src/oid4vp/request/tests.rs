//! One refusal for each way a request can be wrong.

use super::*;
use crate::{
    did::Did,
    keys::{PublicKey, jwe::DecryptionKey},
};

/// A verifier, and what its request says before it is changed.
struct Verifier {
    did: Did,
    key: SigningKey,
    request: RequestObject,
}

fn now() -> DateTime<Utc> {
    "2026-03-15T10:00:00Z".parse().unwrap()
}

impl Verifier {
    fn new() -> Self {
        let key = SigningKey::generate();
        let did = Did::web(&"https://verif.example".parse().unwrap()).unwrap();
        let query = json!({ "credentials": [{
            "id": "q", "format": "dc+sd-jwt", "meta": { "vct_values": ["urn:x"] }, "claims": [{ "path": ["a"] }]
        }] });
        let request = RequestObject {
            client_id: ClientId::DecentralizedIdentifier(did.clone()),
            client_name: Some("Guichet CEC".into()),
            response_uri: "https://verif.example/requests/01/response".parse().unwrap(),
            nonce: "bm9uY2UtMTI4LWJpdHM".into(),
            state: Some("state-1".into()),
            query: DcqlQuery::from_value(&query).unwrap(),
            purpose: Some(Purpose {
                french: "Vérifier un droit".into(),
                english: "Check a right".into(),
            }),
            encryption_key: DecryptionKey::generate().public(),
            encryptions: vec![ContentEncryption::A128GCM, ContentEncryption::A256GCM],
            issued_at: now(),
            expires_at: now() + Duration::minutes(5),
        };
        Self { did, key, request }
    }

    fn kid(&self) -> String {
        format!("{}#{}", self.did, self.key.public().thumbprint())
    }

    fn document(&self) -> DidDocument {
        DidDocument::publish(&self.did, &[self.key.public().clone()])
    }

    fn sign(&self) -> String {
        self.request.sign(&self.kid(), &self.key, None)
    }

    fn read(&self, jwt: &str) -> Result<RequestObject, RequestError> {
        RequestObject::read(
            jwt,
            &self.request.client_id.to_string(),
            &self.document(),
            None,
            now(),
            false,
        )
    }

    /// Signs the request once more with its claims changed.
    fn changed(&self, change: impl FnOnce(&mut Value)) -> Result<RequestObject, RequestError> {
        let mut claims: Value = Jws::parse(&self.sign()).unwrap().unverified_claims().unwrap();
        change(&mut claims);
        let header = Map::from_iter([("kid".to_owned(), json!(self.kid()))]);
        self.read(&jws::sign(TYPE, header, &claims, &self.key))
    }

    fn without(&self, name: &str) -> Result<RequestObject, RequestError> {
        self.changed(|claims| {
            claims.as_object_mut().unwrap().remove(name);
        })
    }
}

#[test]
fn vp_v_004_a_request_is_read_as_it_was_made() {
    let verifier = Verifier::new();
    let jwt = verifier.sign();
    assert_eq!(verifier.read(&jwt), Ok(verifier.request.clone()));
    let client_id = verifier.request.client_id.to_string();
    assert_eq!(
        RequestObject::unverified_client(&jwt, &client_id),
        Ok(verifier.request.client_id.clone())
    );
    let jws = Jws::parse(&jwt).unwrap();
    assert_eq!(jws.header()["typ"], json!(TYPE));
    let claims: Value = jws.unverified_claims().unwrap();
    assert_eq!(claims["aud"], json!(STATIC_AUDIENCE));
    assert_eq!(claims["iss"], json!(client_id));
}

#[test]
fn vp_w_001_another_typ_is_refused_and_iss_is_ignored() {
    let verifier = Verifier::new();
    let claims: Value = Jws::parse(&verifier.sign()).unwrap().unverified_claims().unwrap();
    for typ in ["JWT", "kb+jwt", "openid4vci-proof+jwt"] {
        let header = Map::from_iter([("kid".to_owned(), json!(verifier.kid()))]);
        assert_eq!(
            verifier.read(&jws::sign(typ, header, &claims, &verifier.key)),
            Err(RequestError::Malformed)
        );
    }
    assert!(verifier.changed(|claims| claims["iss"] = json!("someone")).is_ok());
}

#[test]
fn vp_w_002_another_client_than_the_link_said_is_refused() {
    let verifier = Verifier::new();
    let jwt = verifier.sign();
    let other = "decentralized_identifier:did:web:other.example";
    let refused = RequestObject::read(&jwt, other, &verifier.document(), None, now(), false);
    assert_eq!(refused, Err(RequestError::OtherClient));
    assert_eq!(
        RequestObject::unverified_client(&jwt, other),
        Err(RequestError::OtherClient)
    );
    // Without its prefix it is another client too.
    assert_eq!(
        RequestObject::unverified_client(&jwt, verifier.did.as_str()),
        Err(RequestError::OtherClient)
    );
    assert_eq!(verifier.without("client_id"), Err(RequestError::Malformed));
}

#[test]
fn vp_w_003_the_wallet_nonce_must_come_back() {
    let verifier = Verifier::new();
    let client_id = verifier.request.client_id.to_string();
    let read = |jwt: &str| RequestObject::read(jwt, &client_id, &verifier.document(), Some("mine"), now(), false);
    assert!(read(&verifier.request.sign(&verifier.kid(), &verifier.key, Some("mine"))).is_ok());
    assert_eq!(read(&verifier.sign()), Err(RequestError::WalletNonce));
    let other = verifier.request.sign(&verifier.kid(), &verifier.key, Some("other"));
    assert_eq!(read(&other), Err(RequestError::WalletNonce));
}

#[test]
fn vp_w_006_neg_03_only_a_key_of_the_clients_own_did_signs() {
    let verifier = Verifier::new();
    let stranger = SigningKey::generate();
    let cases = [
        verifier.request.sign(&verifier.kid(), &stranger, None),
        verifier.request.sign(
            &format!("{}#{}", verifier.did, stranger.public().thumbprint()),
            &stranger,
            None,
        ),
        verifier.request.sign(
            &format!("did:web:evil.example#{}", verifier.key.public().thumbprint()),
            &verifier.key,
            None,
        ),
        verifier.request.sign(verifier.did.as_str(), &verifier.key, None),
        verifier
            .request
            .sign(&format!("{}#", verifier.did), &verifier.key, None),
        verifier
            .request
            .sign(&verifier.key.public().thumbprint(), &verifier.key, None),
    ];
    for jwt in cases {
        assert_eq!(verifier.read(&jwt), Err(RequestError::BadSignature));
    }
}

#[test]
fn vp_w_006_neg_04_a_key_in_the_header_is_not_used() {
    let verifier = Verifier::new();
    let stranger = SigningKey::generate();
    let claims: Value = Jws::parse(&verifier.sign()).unwrap().unverified_claims().unwrap();
    let header = Map::from_iter([("jwk".to_owned(), stranger.public().to_jwk().to_value())]);
    assert_eq!(
        verifier.read(&jws::sign(TYPE, header, &claims, &stranger)),
        Err(RequestError::BadSignature)
    );
}

#[test]
fn vp_w_006_a_changed_request_is_refused() {
    let verifier = Verifier::new();
    let jwt = verifier.sign();
    let (head, signature) = jwt.rsplit_once('.').unwrap();
    let flipped = if signature.starts_with('A') { "B" } else { "A" };
    assert_eq!(
        verifier.read(&format!("{head}.{flipped}{}", &signature[1..])),
        Err(RequestError::BadSignature)
    );
    assert_eq!(verifier.read("not-a-jwt"), Err(RequestError::Malformed));
}

#[test]
fn vp_w_007_a_redirect_uri_is_refused() {
    let changed = Verifier::new().changed(|claims| claims["redirect_uri"] = json!("https://verif.example/cb"));
    assert_eq!(changed, Err(RequestError::RedirectUri));
}

#[test]
fn vp_w_008_the_answer_goes_to_the_verifiers_own_origin() {
    let verifier = Verifier::new();
    let with = |uri: &str| {
        verifier
            .changed(|claims| claims["response_uri"] = json!(uri))
            .map(|_| ())
    };
    assert_eq!(with("https://verif.example/elsewhere"), Ok(()));
    for uri in [
        "https://evil.example/",
        "https://verif.example:8443/",
        "https://verif.example.evil.example/",
        "https://verif.example@evil.example/",
        "http://verif.example/",
        "http://localhost/",
        "/relative",
    ] {
        assert_eq!(with(uri), Err(RequestError::ResponseUri), "{uri}");
    }
    assert_eq!(verifier.without("response_uri"), Err(RequestError::Malformed));
}

#[test]
fn vp_w_008_a_did_webvh_answers_where_its_log_is() {
    let mut verifier = Verifier::new();
    let scid = "QmPEQVM1JPTyrvEgBcDXwjK4TeyLGSX1PxjgyeAisdWM1p";
    verifier.did = format!("did:webvh:{scid}:verif.example:a").parse().unwrap();
    verifier.request.client_id = ClientId::DecentralizedIdentifier(verifier.did.clone());
    let client_id = verifier.request.client_id.to_string();
    let mut with = |uri: &str| {
        verifier.request.response_uri = uri.parse().unwrap();
        let (jwt, document) = (verifier.sign(), verifier.document());
        RequestObject::read(&jwt, &client_id, &document, None, now(), false).map(|_| ())
    };
    assert_eq!(with("https://verif.example/response"), Ok(()));
    assert_eq!(with("https://evil.example/response"), Err(RequestError::ResponseUri));
    assert_eq!(
        with("https://verif.example:8443/response"),
        Err(RequestError::ResponseUri)
    );
}

#[test]
fn vp_w_008_a_did_without_an_address_may_name_any_https_address() {
    let mut verifier = Verifier::new();
    verifier.did = Did::jwk(&verifier.key.public().to_jwk());
    verifier.request.client_id = ClientId::DecentralizedIdentifier(verifier.did.clone());
    let document = verifier.did.resolve_local().unwrap();
    let client_id = verifier.request.client_id.to_string();
    let read = |request: &RequestObject| {
        let jwt = request.sign(&format!("{}#0", verifier.did), &verifier.key, None);
        RequestObject::read(&jwt, &client_id, &document, None, now(), false).map(|_| ())
    };
    assert_eq!(read(&verifier.request), Ok(()));
    let plain = RequestObject {
        response_uri: "http://verif.example/".parse().unwrap(),
        ..verifier.request.clone()
    };
    assert_eq!(read(&plain), Err(RequestError::ResponseUri));
}

#[test]
fn in_development_a_loopback_verifier_is_read() {
    let mut verifier = Verifier::new();
    verifier.did = Did::web(&"http://localhost:8003".parse().unwrap()).unwrap();
    verifier.request.client_id = ClientId::DecentralizedIdentifier(verifier.did.clone());
    verifier.request.response_uri = "http://localhost:8003/requests/01/response".parse().unwrap();
    let client_id = verifier.request.client_id.to_string();
    let read = |development| {
        RequestObject::read(
            &verifier.sign(),
            &client_id,
            &verifier.document(),
            None,
            now(),
            development,
        )
        .map(|_| ())
    };
    assert_eq!(read(true), Ok(()));
    assert_eq!(read(false), Err(RequestError::ResponseUri));
}

#[test]
fn vp_w_009_transaction_data_is_refused() {
    let changed = Verifier::new().changed(|claims| claims["transaction_data"] = json!(["e30"]));
    assert_eq!(changed, Err(RequestError::TransactionData));
}

#[test]
fn vp_v_001_exactly_one_of_query_and_scope() {
    let verifier = Verifier::new();
    assert_eq!(verifier.without("dcql_query"), Err(RequestError::Malformed));
    assert_eq!(
        verifier.changed(|claims| claims["scope"] = json!("x")),
        Err(RequestError::Malformed)
    );
    assert_eq!(
        verifier.changed(|claims| claims["dcql_query"] = json!({})),
        Err(RequestError::Query)
    );
    let by_scope = verifier.changed(|claims| {
        claims.as_object_mut().unwrap().remove("dcql_query");
        claims["scope"] = json!("com.example.pid");
    });
    assert_eq!(by_scope, Err(RequestError::Query));
}

#[test]
fn vp_v_001_response_type_mode_nonce_and_audience_are_required() {
    let verifier = Verifier::new();
    for name in ["response_type", "response_mode", "nonce", "aud"] {
        assert_eq!(verifier.without(name), Err(RequestError::Malformed), "{name}");
    }
    for (name, value) in [
        ("response_type", json!("code")),
        ("response_mode", json!("fragment")),
        ("nonce", json!("")),
        ("nonce", json!("with space")),
        ("nonce", json!(7)),
        ("state", json!("é")),
        ("aud", json!("https://wallet.example")),
        ("request_uri", json!("https://verif.example/")),
        ("client_metadata", json!([])),
    ] {
        let changed = verifier.changed(|claims| claims[name] = value.clone());
        assert_eq!(changed, Err(RequestError::Malformed), "{name}: {value}");
    }
}

#[test]
fn an_answer_in_the_clear_is_refused() {
    let changed = Verifier::new().changed(|claims| claims["response_mode"] = json!("direct_post"));
    assert_eq!(changed, Err(RequestError::Encryption));
}

#[test]
fn vp_w_012_keys_that_cannot_be_used_are_skipped() {
    let verifier = Verifier::new();
    let good = verifier.request.encryption_key.to_value();
    let mut for_signatures = good.clone();
    for_signatures["use"] = json!("sig");
    let mut other_algorithm = good.clone();
    other_algorithm["alg"] = json!("ECDH-ES+A256KW");
    let mut off_curve = good.clone();
    off_curve["x"] = off_curve["y"].clone();
    let rsa = json!({ "kty": "RSA", "use": "enc", "alg": "RSA-OAEP", "n": "AQAB", "e": "AQAB" });
    let mut without_use = good.clone();
    without_use.as_object_mut().unwrap().remove("use");
    let useless = [for_signatures, other_algorithm, off_curve, rsa, json!("key")];
    let with = |keys: Vec<Value>| {
        let read = verifier.changed(|claims| claims["client_metadata"]["jwks"]["keys"] = json!(keys));
        read.map(|request| request.encryption_key.thumbprint())
    };
    let expected = verifier.request.encryption_key.thumbprint();
    assert_eq!(
        with(useless.iter().cloned().chain([without_use]).collect()),
        Ok(expected.clone())
    );
    assert_eq!(with(useless.iter().cloned().chain([good]).collect()), Ok(expected));
    assert_eq!(with(useless.to_vec()), Err(RequestError::Encryption));
    assert_eq!(verifier.without("client_metadata"), Err(RequestError::Encryption));
}

#[test]
fn vp_v_008_encryptions_default_to_a128gcm_and_unknown_ones_are_skipped() {
    let verifier = Verifier::new();
    let with = |names: Value| {
        let name = "encrypted_response_enc_values_supported";
        let read = verifier.changed(|claims| claims["client_metadata"][name] = names);
        read.map(|request| request.encryptions)
    };
    assert_eq!(
        with(json!(["A192GCM", "A256GCM"])),
        Ok(vec![ContentEncryption::A256GCM])
    );
    assert_eq!(with(json!(["A128CBC-HS256"])), Err(RequestError::Encryption));
    assert_eq!(with(json!("A128GCM")), Err(RequestError::Malformed));
    let by_default = verifier.changed(|claims| {
        claims["client_metadata"]
            .as_object_mut()
            .unwrap()
            .remove("encrypted_response_enc_values_supported");
    });
    assert_eq!(
        by_default.map(|request| request.encryptions),
        Ok(vec![ContentEncryption::A128GCM])
    );
}

#[test]
fn neg_18_an_expired_or_future_request_is_refused() {
    let verifier = Verifier::new();
    let at = |name: &str, offset: i64| {
        verifier
            .changed(|claims| claims[name] = json!(now().timestamp() + offset))
            .map(|_| ())
    };
    assert_eq!(at("exp", 1), Ok(()));
    assert_eq!(at("exp", 0), Err(RequestError::Expired));
    assert_eq!(at("iat", 60), Ok(()));
    assert_eq!(at("iat", 61), Err(RequestError::Expired));
    assert_eq!(at("nbf", 61), Err(RequestError::Expired));
    assert_eq!(
        verifier.changed(|claims| claims["exp"] = json!("soon")),
        Err(RequestError::Malformed)
    );
    assert_eq!(
        verifier.without("exp").map(|request| request.expires_at),
        Ok(now() + DEFAULT_LIFETIME)
    );
}

#[test]
fn vp_v_012_a_purpose_is_shown_in_the_language_there_is_and_hides_nothing() {
    let verifier = Verifier::new();
    let with = |purpose: Value| {
        let read = verifier
            .changed(|claims| claims["client_metadata"]["purpose"] = purpose)
            .unwrap();
        read.purpose.map(|purpose| (purpose.french, purpose.english))
    };
    assert_eq!(with(json!({ "en": "Check" })), Some(("Check".into(), "Check".into())));
    assert_eq!(with(json!({ "fr": "a\u{202e}b" })), None);
    assert_eq!(with(json!("Check")), None);
}

#[test]
fn neg_01_neg_17_alg_none_and_foreign_tokens_are_refused() {
    use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
    let verifier = Verifier::new();
    let payload = verifier.sign().split('.').nth(1).unwrap().to_owned();
    let header = URL_SAFE_NO_PAD.encode(json!({ "alg": "none", "typ": TYPE, "kid": verifier.kid() }).to_string());
    assert_eq!(
        verifier.read(&format!("{header}.{payload}.")),
        Err(RequestError::Malformed)
    );
    let proof = crate::oid4vci::proof::sign(&verifier.key, "https://verif.example", Some("n"), now());
    assert_eq!(verifier.read(&proof), Err(RequestError::Malformed));
}

#[test]
fn a_public_key_listed_only_for_assertions_signs_too() {
    let verifier = Verifier::new();
    let key: &PublicKey = verifier.key.public();
    let mut document = serde_json::to_value(DidDocument::publish(&verifier.did, std::slice::from_ref(key))).unwrap();
    document.as_object_mut().unwrap().remove("authentication");
    let document = DidDocument::read(&verifier.did, document).unwrap();
    let client_id = verifier.request.client_id.to_string();
    assert!(RequestObject::read(&verifier.sign(), &client_id, &document, None, now(), false).is_ok());
    let mut neither = serde_json::to_value(&document).unwrap();
    neither.as_object_mut().unwrap().remove("assertionMethod");
    let neither = DidDocument::read(&verifier.did, neither).unwrap();
    let refused = RequestObject::read(&verifier.sign(), &client_id, &neither, None, now(), false);
    assert_eq!(refused, Err(RequestError::BadSignature));
}
