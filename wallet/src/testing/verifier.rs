//! A verifier on this machine, honest until told otherwise.

use std::sync::{Arc, Mutex, MutexGuard};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};
use shared::{
    credential::ACTIVITY_VCT,
    did::{Did, DidDocument},
    keys::{
        SigningKey,
        jwe::{ContentEncryption, DecryptionKey},
    },
    oid4vp::{
        ClientId, RequestLink, RequestObject,
        request::{MEDIA_TYPE, Purpose},
        response,
    },
    presentation::dcql::DcqlQuery,
};
use url::Url;

use super::{NOW, listen, serve};

/// How it behaves.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one way to misbehave, and any of them go together"
)]
pub(crate) struct Behaviour {
    pub(crate) request: RequestObject,
    /// Signs with a key it does not publish.
    pub(crate) forges: bool,
    /// Forgets to copy the wallet's nonce.
    pub(crate) forgets_nonce: bool,
    /// How many answers get a 503.
    pub(crate) failures: u32,
    /// Answers 400.
    pub(crate) refuses: bool,
    /// Says this, of this media type, when it takes an answer.
    pub(crate) says: Option<(&'static str, &'static str)>,
    /// Whether the request is still there.
    pub(crate) gone: bool,
    /// What came.
    pub(crate) answers: Vec<response::Response>,
    /// Paths asked, in order.
    pub(crate) asked: Vec<&'static str>,
}

/// The verifier.
#[derive(Clone)]
pub(crate) struct TestVerifier {
    pub(crate) base: Url,
    pub(crate) client_id: String,
    did: Did,
    key: Arc<SigningKey>,
    decryption: Arc<DecryptionKey>,
    behaviour: Arc<Mutex<Behaviour>>,
}

impl TestVerifier {
    /// Asks for role and hours of activity attestations, several if there are.
    pub(crate) async fn start() -> Self {
        Self::asking(json!({ "credentials": [{
            "id": "activity", "format": "dc+sd-jwt", "multiple": true, "meta": { "vct_values": [ACTIVITY_VCT] },
            "claims": [{ "path": ["activity", "role"] }, { "path": ["activity", "minutes"] }],
        }] }))
        .await
    }

    /// One that behaves otherwise.
    pub(crate) async fn that(change: impl FnOnce(&mut Behaviour)) -> Self {
        let verifier = Self::start().await;
        verifier.tell(change);
        verifier
    }

    pub(crate) async fn asking(query: Value) -> Self {
        let (listener, address) = listen().await;
        let base: Url = format!("http://localhost:{}", address.port()).parse().unwrap();
        let did = Did::web(&base).unwrap();
        let decryption = DecryptionKey::generate();
        let now: DateTime<Utc> = NOW.parse().unwrap();
        let request = RequestObject {
            client_id: ClientId::DecentralizedIdentifier(did.clone()),
            client_name: Some("Cap Compétences".to_owned()),
            response_uri: base.join("/response").unwrap(),
            nonce: "n-0S6_WzA2Mj-n-0S6_WzA2Mj".to_owned(),
            state: Some("the-state-of-this-request".to_owned()),
            query: DcqlQuery::from_value(&query).unwrap(),
            purpose: Some(Purpose {
                french: "Savoir si 240 € vous sont dus".to_owned(),
                english: "Find out whether 240 € are due to you".to_owned(),
            }),
            encryption_key: decryption.public(),
            encryptions: vec![ContentEncryption::A128GCM, ContentEncryption::A256GCM],
            issued_at: now,
            expires_at: now + Duration::minutes(5),
        };
        let behaviour = Behaviour {
            request,
            forges: false,
            forgets_nonce: false,
            failures: 0,
            refuses: false,
            says: None,
            gone: false,
            answers: Vec::new(),
            asked: Vec::new(),
        };
        let verifier = Self {
            client_id: format!("decentralized_identifier:{did}"),
            base,
            did,
            key: Arc::new(SigningKey::generate()),
            decryption: Arc::new(decryption),
            behaviour: Arc::new(Mutex::new(behaviour)),
        };
        let router = Router::new()
            .route("/.well-known/did.json", get(document))
            .route("/object", get(object).post(object))
            .route("/response", post(take))
            .with_state(verifier.clone());
        serve(listener, router);
        verifier
    }

    /// Changes how it behaves.
    pub(crate) fn tell(&self, change: impl FnOnce(&mut Behaviour)) {
        change(&mut self.behaviour());
    }

    pub(crate) fn behaviour(&self) -> MutexGuard<'_, Behaviour> {
        self.behaviour.lock().unwrap()
    }

    /// As people are shown it.
    pub(crate) fn host(&self) -> String {
        format!("localhost:{}", self.base.port().unwrap())
    }

    /// The link that people get.
    pub(crate) fn link(&self) -> String {
        self.request_link().to_scheme_link()
    }

    pub(crate) fn request_link(&self) -> RequestLink {
        RequestLink {
            client_id: self.client_id.clone(),
            request_uri: self.base.join("/object").unwrap(),
            post: true,
        }
    }
}

async fn document(State(verifier): State<TestVerifier>) -> Json<DidDocument> {
    verifier.behaviour().asked.push("document");
    Json(DidDocument::publish(&verifier.did, &[verifier.key.public().clone()]))
}

async fn object(State(verifier): State<TestVerifier>, body: Bytes) -> Response {
    let mut behaviour = verifier.behaviour();
    behaviour.asked.push("object");
    if behaviour.gone {
        return StatusCode::NOT_FOUND.into_response();
    }
    let nonce = url::form_urlencoded::parse(&body)
        .find(|(name, _)| name == "wallet_nonce")
        .map(|(_, nonce)| nonce);
    let nonce = nonce.as_deref().filter(|_| !behaviour.forgets_nonce);
    let forged = behaviour.forges.then(SigningKey::generate);
    let kid = format!("{}#{}", verifier.did, verifier.key.public().thumbprint());
    let object = behaviour
        .request
        .sign(&kid, forged.as_ref().unwrap_or(&verifier.key), nonce);
    ([(header::CONTENT_TYPE, MEDIA_TYPE)], object).into_response()
}

async fn take(State(verifier): State<TestVerifier>, body: Bytes) -> Response {
    let mut behaviour = verifier.behaviour();
    behaviour.asked.push("response");
    if behaviour.failures > 0 {
        behaviour.failures -= 1;
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    if behaviour.refuses {
        return (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_request" }))).into_response();
    }
    behaviour
        .answers
        .push(response::from_form(&body, &verifier.decryption).unwrap());
    if let Some((media_type, body)) = behaviour.says {
        return ([(header::CONTENT_TYPE, media_type)], body).into_response();
    }
    Json(json!({ "redirect_uri": verifier.base.join("/done?response_code=abc").unwrap() })).into_response()
}
