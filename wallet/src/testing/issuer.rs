//! An issuer on this machine, honest until told otherwise.

use std::sync::{Arc, Mutex, MutexGuard};

use axum::{
    Json, Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};
use shared::{
    activity::{Activity, ActivityAttestation, ActivityKind, Assurance, Minutes, Period, Person, Role},
    credential::{ACTIVITY_CONFIGURATION, activity_claims},
    entropy::Entropy,
    format::sd_jwt_vc,
    keys::{JwkSet, SigningKey},
    oid4vci::{
        CredentialRequest, ErrorCode, metadata,
        offer::{CredentialOffer, TxCode},
        proof,
        token::TokenRequest,
    },
    organisation::Organisation,
    service::oauth_error::OAuthError,
    status_list::token::{self, StatusList, StatusReference},
    testing::SeededEntropy,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use url::Url;

use super::{NOW, listen, serve};

/// What it attests.
#[derive(Debug, Clone)]
pub(crate) struct Deed {
    pub(crate) role: Role,
    pub(crate) minutes: u64,
    pub(crate) reference: &'static str,
}

impl Deed {
    /// 75 hours of supervision, beside the 130 as a leader that [`TestIssuer::start`] attests.
    pub(crate) const SUPERVISING: Self = Self {
        role: Role::EncadrantBenevoles,
        minutes: 4500,
        reference: "000000000000000000000000zz",
    };
}

/// How it behaves.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is one way to misbehave, and any of them go together"
)]
pub(crate) struct Behaviour {
    pub(crate) metadata: Value,
    pub(crate) server_metadata: Value,
    /// The offer by reference; `None`: gone.
    pub(crate) offer: Option<Value>,
    pub(crate) tx_code: Option<String>,
    /// Whether its offer answers 503.
    pub(crate) offer_fails: bool,
    /// Whether a token is given and lost on its way: 503.
    pub(crate) loses_tokens: bool,
    pub(crate) redeemed: bool,
    /// What it says of the life of its tokens.
    pub(crate) expires_in: Option<u64>,
    /// How many credential requests get `invalid_nonce` before one is answered.
    pub(crate) stale_nonces: u32,
    /// How many credential requests get a 503.
    pub(crate) failures: u32,
    /// Whether keys are published.
    pub(crate) keys_published: bool,
    pub(crate) status_published: bool,
    pub(crate) revoked: bool,
    /// Signs with a key it does not publish.
    pub(crate) forges: bool,
    /// Binds to a key of its own instead of the holder's.
    pub(crate) binds_elsewhere: bool,
    /// Sends this instead of a credential.
    pub(crate) sends: Option<Value>,
    pub(crate) token_ended: bool,
    pub(crate) deed: Deed,
    /// Paths asked, in order.
    pub(crate) asked: Vec<String>,
}

/// The issuer.
#[derive(Clone)]
pub(crate) struct TestIssuer {
    pub(crate) base: Url,
    key: Arc<SigningKey>,
    behaviour: Arc<Mutex<Behaviour>>,
    /// Closed while its tokens are held back.
    gate: Arc<Semaphore>,
}

impl TestIssuer {
    pub(crate) async fn start() -> Self {
        Self::attesting(Deed {
            role: Role::Dirigeant,
            minutes: 7800,
            reference: "0123456789abcdefghjkmnpqrs",
        })
        .await
    }

    /// One that behaves otherwise.
    pub(crate) async fn that(change: impl FnOnce(&mut Behaviour)) -> Self {
        let issuer = Self::start().await;
        issuer.tell(change);
        issuer
    }

    pub(crate) async fn attesting(deed: Deed) -> Self {
        let (listener, address) = listen().await;
        let base: Url = format!("http://localhost:{}/o/paniers", address.port())
            .parse()
            .unwrap();
        let behaviour = Behaviour {
            metadata: metadata::publish_issuer_metadata(&base, "Les Paniers du Vallon", None),
            server_metadata: metadata::publish_authorization_server_metadata(&base),
            offer: None,
            tx_code: None,
            offer_fails: false,
            loses_tokens: false,
            redeemed: false,
            expires_in: Some(300),
            stale_nonces: 0,
            failures: 0,
            keys_published: true,
            status_published: true,
            revoked: false,
            forges: false,
            binds_elsewhere: false,
            sends: None,
            token_ended: false,
            deed,
            asked: Vec::new(),
        };
        let issuer = Self {
            base,
            key: Arc::new(SigningKey::generate()),
            behaviour: Arc::new(Mutex::new(behaviour)),
            gate: Arc::new(Semaphore::new(1)),
        };
        let offer = issuer.offer(None).to_value();
        issuer.tell(|behaviour| behaviour.offer = Some(offer));
        let router = Router::new()
            .route("/.well-known/openid-credential-issuer/o/paniers", get(issuer_metadata))
            .route(
                "/.well-known/oauth-authorization-server/o/paniers",
                get(server_metadata),
            )
            .route("/.well-known/jwt-vc-issuer/o/paniers", get(keys))
            .route("/o/paniers/offers/1", get(offer_by_reference))
            .route("/o/paniers/token", post(token_endpoint))
            .route("/o/paniers/nonce", post(nonce))
            .route("/o/paniers/credential", post(credential))
            .route("/o/paniers/status/1", get(status))
            .with_state(issuer.clone());
        serve(listener, router);
        issuer
    }

    /// Changes how it behaves.
    pub(crate) fn tell(&self, change: impl FnOnce(&mut Behaviour)) {
        change(&mut self.behaviour());
    }

    pub(crate) fn behaviour(&self) -> MutexGuard<'_, Behaviour> {
        self.behaviour.lock().unwrap()
    }

    /// Holds back its tokens, once they are given, until what this returns is dropped.
    pub(crate) async fn hold_tokens(&self) -> OwnedSemaphorePermit {
        Arc::clone(&self.gate).acquire_owned().await.unwrap()
    }

    /// Until a code was redeemed.
    pub(crate) async fn redemption(&self) {
        while !self.behaviour().redeemed {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
    }

    /// Asks for a code that is sent apart.
    pub(crate) fn require_code(&self, code: &str) {
        let shape = TxCode {
            numeric: true,
            length: Some(6),
            description: Some("par SMS".to_owned()),
        };
        let offer = self.offer(Some(shape)).to_value();
        self.tell(|behaviour| {
            behaviour.tx_code = Some(code.to_owned());
            behaviour.offer = Some(offer);
        });
    }

    pub(crate) fn offer(&self, tx_code: Option<TxCode>) -> CredentialOffer {
        CredentialOffer {
            credential_issuer: self.base.clone(),
            configuration_ids: vec![ACTIVITY_CONFIGURATION.to_owned()],
            pre_authorized_code: "the-code".to_owned(),
            tx_code,
            authorization_server: None,
        }
    }

    /// As people are shown it.
    pub(crate) fn host(&self) -> String {
        format!("localhost:{}", self.base.port().unwrap())
    }

    /// How often a path was asked.
    pub(crate) fn asked(&self, path: &str) -> usize {
        self.behaviour().asked.iter().filter(|asked| *asked == path).count()
    }

    /// The link that people get.
    pub(crate) fn link(&self) -> String {
        let offer = format!("{}/offers/1", self.base);
        shared::oid4vci::offer::link_by_reference(&offer.parse().unwrap())
    }

    fn note(&self, path: &str) {
        self.behaviour().asked.push(path.to_owned());
    }

    fn identifier(&self) -> String {
        self.base.as_str().to_owned()
    }

    fn issue(&self, holder: shared::keys::Jwk, now: DateTime<Utc>) -> String {
        let behaviour = self.behaviour();
        let attestation = ActivityAttestation::new(
            Organisation {
                name: "Les Paniers du Vallon".parse().unwrap(),
                rna: Some("W691999901".parse().unwrap()),
                siren: None,
                siret: None,
            },
            Person {
                given_name: "Nadia".parse().unwrap(),
                family_name: "Benali".parse().unwrap(),
                age_over_16: true,
            },
            Activity {
                reference: behaviour.deed.reference.parse().unwrap(),
                kind: ActivityKind::BenevolatAssociatif,
                role: behaviour.deed.role,
                paid: false,
                period: Period::new("2025-01-06".parse().unwrap(), "2025-12-20".parse().unwrap()).unwrap(),
                minutes: Minutes::try_from(behaviour.deed.minutes).unwrap(),
                mission: Some("Présidence et paniers".parse().unwrap()),
            },
            None,
            Assurance::Attested,
            now.date_naive(),
        )
        .unwrap();
        let envelope = activity_claims::Envelope {
            issuer: self.identifier(),
            holder: if behaviour.binds_elsewhere {
                SigningKey::generate().public().to_jwk()
            } else {
                holder
            },
            status: StatusReference {
                idx: 7,
                uri: format!("{}/status/1", self.base),
            },
            issued_on: now.date_naive(),
            expires_at: now + Duration::days(365 * 5),
        };
        let (claims, disclosable) = activity_claims::to_claims(&attestation, &envelope);
        let forged = behaviour.forges.then(SigningKey::generate);
        let key = forged.as_ref().unwrap_or(&self.key);
        let entropy: &dyn Entropy = &SeededEntropy::new(5);
        sd_jwt_vc::issue(claims, &disclosable, &self.key.public().thumbprint(), key, entropy).unwrap()
    }
}

fn now() -> DateTime<Utc> {
    NOW.parse().unwrap()
}

async fn issuer_metadata(State(issuer): State<TestIssuer>) -> Json<Value> {
    issuer.note("issuer metadata");
    let metadata = issuer.behaviour().metadata.clone();
    Json(metadata)
}

async fn server_metadata(State(issuer): State<TestIssuer>) -> Json<Value> {
    issuer.note("server metadata");
    let metadata = issuer.behaviour().server_metadata.clone();
    Json(metadata)
}

async fn keys(State(issuer): State<TestIssuer>) -> Response {
    issuer.note("keys");
    if !issuer.behaviour().keys_published {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let public = issuer.key.public();
    let keys = JwkSet {
        keys: vec![public.to_jwk().named(&public.thumbprint(), "ES256", "sig")],
    };
    Json(metadata::publish_jwt_vc_issuer_metadata(&issuer.base, &keys)).into_response()
}

async fn offer_by_reference(State(issuer): State<TestIssuer>) -> Response {
    issuer.note("offer");
    if issuer.behaviour().offer_fails {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let offer = issuer.behaviour().offer.clone();
    offer.map_or_else(|| StatusCode::GONE.into_response(), |offer| Json(offer).into_response())
}

async fn token_endpoint(State(issuer): State<TestIssuer>, body: Bytes) -> Result<Response, OAuthError> {
    issuer.note("token");
    let request = TokenRequest::from_form(&body)?;
    let expires_in = {
        let mut behaviour = issuer.behaviour();
        if request.tx_code != behaviour.tx_code || behaviour.redeemed || request.pre_authorized_code != "the-code" {
            return Err(ErrorCode::InvalidGrant.into());
        }
        behaviour.redeemed = true;
        behaviour.expires_in
    };
    drop(issuer.gate.acquire().await);
    if issuer.behaviour().loses_tokens {
        return Ok(StatusCode::SERVICE_UNAVAILABLE.into_response());
    }
    let mut answer = json!({ "access_token": "the-token", "token_type": "bearer" });
    if let Some(seconds) = expires_in {
        answer["expires_in"] = json!(seconds);
    }
    Ok(Json(answer).into_response())
}

async fn nonce(State(issuer): State<TestIssuer>) -> Json<Value> {
    issuer.note("nonce");
    Json(json!({ "c_nonce": "a-nonce" }))
}

async fn credential(
    State(issuer): State<TestIssuer>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Result<Response, OAuthError> {
    issuer.note("credential");
    {
        let mut behaviour = issuer.behaviour();
        if behaviour.failures > 0 {
            behaviour.failures -= 1;
            return Ok(StatusCode::SERVICE_UNAVAILABLE.into_response());
        }
        if behaviour.stale_nonces > 0 {
            behaviour.stale_nonces -= 1;
            return Err(ErrorCode::InvalidNonce.into());
        }
        if behaviour.token_ended
            || headers
                .get(header::AUTHORIZATION)
                .is_none_or(|given| given != "Bearer the-token")
        {
            return Err(ErrorCode::InvalidToken.into());
        }
        if let Some(sent) = &behaviour.sends {
            return Ok(Json(sent.clone()).into_response());
        }
    }
    let request = CredentialRequest::from_value(&body)?;
    let proof = proof::check(&request.proofs[0], &issuer.identifier(), now()).map_err(ErrorCode::from)?;
    assert_eq!(proof.nonce, "a-nonce");
    let credential = issuer.issue(proof.key, now());
    Ok(Json(json!({ "credentials": [{ "credential": credential }] })).into_response())
}

async fn status(State(issuer): State<TestIssuer>) -> Response {
    issuer.note("status");
    let (published, revoked) = {
        let behaviour = issuer.behaviour();
        (behaviour.status_published, behaviour.revoked)
    };
    if !published {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let mut list = StatusList::new(1, 131_072).unwrap();
    list.set(7, u8::from(revoked)).unwrap();
    let uri = format!("{}/status/1", issuer.base);
    let kid = issuer.key.public().thumbprint();
    let token = list.sign(&uri, now(), Duration::days(1), Duration::minutes(5), &kid, &issuer.key);
    ([(header::CONTENT_TYPE, token::MEDIA_TYPE)], token).into_response()
}
