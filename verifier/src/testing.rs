//! What this crate's tests share: a counter that listens, an issuer that publishes, a wallet that presents.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use axum::{
    Json, Router,
    extract::State,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CONTENT_TYPE, COOKIE},
    },
    response::{IntoResponse, Response},
    routing::get,
};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use serde_json::{Value, json};
use shared::{
    clock::Clock,
    credential::{ACTIVITY_VCT, ClaimPath},
    entropy::{Entropy, SystemEntropy},
    format::sd_jwt_vc::{KeyBinding, SdJwt, issue},
    keys::{SigningKey, seal::SealingKey},
    oid4vp::{
        RequestObject,
        request::MEDIA_TYPE,
        response::{Response as WalletResponse, to_form},
    },
    service::{config::ServiceConfig, db::Database, serve::serve},
    status_list::token::{self, StatusList},
    testing::{FixedClock, TemporaryDirectory, ThrowAwayDatabase},
    trust::{TrustList, TrustedIssuer},
};
use tokio::net::TcpListener;
use url::Url;

use crate::{
    App, Config, Policy, TrustFiles, desk, requests,
    requests::{Claimed, RequestId},
    urls,
};

/// The passphrase of tests.
pub(crate) const PASSPHRASE: &str = "quatre saisons bien remplies";
/// The right of tests.
pub(crate) const RULE: &str = "fr-cec-benevolat";

/// When tests happen.
pub(crate) fn now() -> DateTime<Utc> {
    "2026-03-15T10:00:00Z".parse().unwrap()
}

/// A counter that listens, an issuer beside it, and the trust list that names it.
pub(crate) struct Stage {
    pub(crate) app: App,
    pub(crate) clock: FixedClock,
    pub(crate) issuer: Issuer,
    pub(crate) files: TrustFiles,
    pub(crate) authority: SigningKey,
    _folder: TemporaryDirectory,
    _database: Option<ThrowAwayDatabase>,
}

/// An organisation that signs, and publishes keys and statuses.
#[derive(Clone)]
pub(crate) struct Issuer {
    pub(crate) identifier: String,
    key: Arc<SigningKey>,
    clock: FixedClock,
    statuses: Arc<Mutex<BTreeMap<u64, u8>>>,
    silent: Arc<Mutex<bool>>,
    asked: Arc<AtomicUsize>,
}

/// A collected attestation with its holder's key.
pub(crate) struct Held {
    credential: String,
    pub(crate) key: SigningKey,
}

/// On SQLite, with the strict policy.
pub(crate) async fn stage() -> Stage {
    let database = ThrowAwayDatabase::sqlite();
    let db = database.open(&crate::app::SQLITE, &crate::app::POSTGRES).await;
    Stage {
        _database: Some(database),
        ..stage_on(db, Policy::Strict).await
    }
}

/// On a database of the test's.
pub(crate) async fn stage_on(db: Database, policy: Policy) -> Stage {
    let folder = TemporaryDirectory::new();
    let clock = FixedClock::at(now());
    let (listener, public_url) = listen().await;
    let issuer = Issuer::open(&clock).await;
    let (files, authority) = trust_files(folder.path());
    let list = trust_list(&[(&issuer.identifier, "Les Paniers du Vallon")]);
    fs::write(&files.list, list.sign(&authority)).unwrap();
    let config = Config {
        service: ServiceConfig {
            listen: "127.0.0.1:0".parse().unwrap(),
            public_url,
            database: "given".to_owned(),
            key_file: folder.path().join("key"),
            development: true,
        },
        name: "Guichet d’essai".to_owned(),
        wallet_url: "http://localhost:8082".parse().unwrap(),
        rules: None,
        trust: Some(files.clone()),
        authorities: None,
        policy,
        vc_api: None,
    };
    let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
    let keys = SealingKey::random(entropy.as_ref());
    let app = App::assemble(db, keys, config, Arc::new(clock.clone()), entropy)
        .await
        .unwrap();
    tokio::spawn(serve(listener, crate::router(app.clone()), std::future::pending()));
    Stage {
        app,
        clock,
        issuer,
        files,
        authority,
        _folder: folder,
        _database: None,
    }
}

pub(crate) async fn listen() -> (TcpListener, Url) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    (listener, url.parse().unwrap())
}

/// Where a trust list will be, and the key it must be signed with.
pub(crate) fn trust_files(folder: &Path) -> (TrustFiles, SigningKey) {
    let key = SigningKey::generate();
    let files = TrustFiles {
        list: folder.join("trust.jwt"),
        authority: folder.join("authority.json"),
    };
    fs::write(&files.authority, serde_json::to_vec(&key.public().to_jwk()).unwrap()).unwrap();
    (files, key)
}

/// A list of organisations that the rule of tests accepts.
pub(crate) fn trust_list(issuers: &[(&str, &str)]) -> TrustList {
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let issuers = issuers.iter().map(|(identifier, name)| {
        let issuer = TrustedIssuer {
            name: (*name).to_owned(),
            regime: "loi1901".to_owned(),
            declared_on: day("1998-05-12"),
            dissolved_on: None,
            purposes: vec!["social".to_owned()],
            rna: None,
            siren: None,
            trusted_from: None,
            trusted_until: None,
        };
        ((*identifier).to_owned(), issuer)
    });
    TrustList {
        format: "musette-trust-list/1".to_owned(),
        authority: "Autorité d’essai".to_owned(),
        sequence: 1,
        issued_at: now() - Duration::days(1),
        next_update: now() + Duration::days(30),
        issuers: issuers.collect(),
    }
}

/// The headers of a browser that was given this cookie.
pub(crate) fn cookie_headers(set_cookie: &HeaderValue) -> HeaderMap {
    let cookie = set_cookie.to_str().unwrap().split(';').next().unwrap();
    HeaderMap::from_iter([(COOKIE, cookie.parse().unwrap())])
}

impl Issuer {
    async fn open(clock: &FixedClock) -> Self {
        let (listener, base) = listen().await;
        let issuer = Self {
            identifier: format!("{base}o/paniers"),
            key: Arc::new(SigningKey::generate()),
            clock: clock.clone(),
            statuses: Arc::default(),
            silent: Arc::default(),
            asked: Arc::default(),
        };
        let router = Router::new()
            .route("/.well-known/jwt-vc-issuer/o/paniers", get(published_keys))
            .route("/o/paniers/status/1", get(published_statuses))
            .with_state(issuer.clone());
        tokio::spawn(serve(listener, router, std::future::pending()));
        issuer
    }

    /// How often something was fetched from it.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }

    fn kid(&self) -> String {
        self.key.public().thumbprint()
    }

    fn list(&self) -> String {
        format!("{}/status/1", self.identifier)
    }

    /// Publishes a status: 1 revoked, 2 suspended.
    pub(crate) fn publish(&self, index: u64, status: u8) {
        self.statuses
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(index, status);
    }

    /// Answers nothing about statuses any more.
    pub(crate) fn fall_silent(&self) {
        *self.silent.lock().unwrap_or_else(PoisonError::into_inner) = true;
    }

    /// An attestation of 2025 as a leader.
    pub(crate) fn attest(&self, minutes: u64, index: u64) -> Held {
        self.attest_with(minutes, index, |_| {})
    }

    /// The same, changed before it is signed.
    pub(crate) fn attest_with(&self, minutes: u64, index: u64, change: impl FnOnce(&mut Value)) -> Held {
        let key = SigningKey::generate();
        let mut claims = json!({
            "iss": self.identifier, "vct": ACTIVITY_VCT,
            "iat": (now() - Duration::days(30)).timestamp(), "exp": (now() + Duration::days(365)).timestamp(),
            "cnf": {"jwk": key.public().to_jwk()},
            "status": {"status_list": {"idx": index, "uri": self.list()}},
            "given_name": "Nadia", "family_name": "Benali", "age_over_16": true,
            "activity": {
                "ref": format!("urn:test:{index}"), "kind": "benevolat_associatif", "role": "dirigeant", "paid": false,
                "start_date": "2025-01-01", "end_date": "2025-12-31", "minutes": minutes, "assurance": "attested"
            }
        });
        change(&mut claims);
        let paths = disclosable(&claims);
        let credential = issue(claims, &paths, &self.kid(), &self.key, &SystemEntropy).unwrap();
        Held { credential, key }
    }
}

/// Every leaf but what may not be hidden.
fn disclosable(claims: &Value) -> Vec<ClaimPath> {
    let mut paths = Vec::new();
    for name in ["given_name", "family_name", "age_over_16"] {
        if claims.get(name).is_some() {
            paths.push(ClaimPath::of(&[name]));
        }
    }
    let activity = claims["activity"].as_object().unwrap();
    paths.extend(activity.keys().map(|name| ClaimPath::of(&["activity", name])));
    paths
}

async fn published_keys(State(issuer): State<Issuer>) -> Json<Value> {
    issuer.asked.fetch_add(1, Ordering::Relaxed);
    let key = issuer.key.public().to_jwk().named(&issuer.kid(), "ES256", "sig");
    Json(json!({ "issuer": issuer.identifier, "jwks": { "keys": [key] } }))
}

async fn published_statuses(State(issuer): State<Issuer>) -> Response {
    issuer.asked.fetch_add(1, Ordering::Relaxed);
    if *issuer.silent.lock().unwrap_or_else(PoisonError::into_inner) {
        return StatusCode::SERVICE_UNAVAILABLE.into_response();
    }
    let mut list = StatusList::new(2, 1024).unwrap();
    for (index, status) in issuer.statuses.lock().unwrap_or_else(PoisonError::into_inner).iter() {
        list.set(*index, *status).unwrap();
    }
    let signed = list.sign(
        &issuer.list(),
        issuer.clock.now(),
        Duration::days(1),
        Duration::minutes(5),
        &issuer.kid(),
        &issuer.key,
    );
    ([(CONTENT_TYPE, token::MEDIA_TYPE)], signed).into_response()
}

impl Held {
    /// A presentation of these claims to a request.
    pub(crate) fn present(&self, request: &RequestObject, at: DateTime<Utc>) -> String {
        self.present_to(request, &request.nonce, &request.client_id.to_string(), at)
    }

    /// The same for another nonce or verifier.
    pub(crate) fn present_to(&self, request: &RequestObject, nonce: &str, audience: &str, at: DateTime<Utc>) -> String {
        let sd_jwt = SdJwt::parse(&self.credential).unwrap();
        let claims = sd_jwt.reveal().unwrap().claims;
        let asked = request.query.credentials[0]
            .claims
            .iter()
            .map(|claim| claim.path.clone());
        let chosen = asked.filter(|path| path.select(&claims).is_ok()).collect::<Vec<_>>();
        sd_jwt
            .present(
                &chosen,
                &KeyBinding {
                    key: &self.key,
                    audience,
                    nonce,
                    issued_at: at,
                },
            )
            .unwrap()
    }
}

impl Stage {
    /// What the clerk asks in most tests.
    pub(crate) fn claimed() -> Claimed {
        Claimed {
            rule: RULE.to_owned(),
            year: Some(2025),
            declared_on: NaiveDate::from_ymd_opt(2026, 3, 15),
            age_seen: false,
        }
    }

    /// A request.
    pub(crate) async fn ask(&self) -> RequestId {
        self.ask_for(Self::claimed()).await
    }

    /// A request for another claim.
    pub(crate) async fn ask_for(&self, claimed: Claimed) -> RequestId {
        let rule = self.app.rules.rule(RULE).unwrap();
        let mut tx = self.app.db.write().await.unwrap();
        let id = requests::create(&self.app, &mut tx, rule, claimed).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// Where a request stands.
    pub(crate) async fn state(&self, id: &RequestId) -> requests::State {
        let mut tx = self.app.db.read().await.unwrap();
        requests::find(&mut tx, id).await.unwrap().state(self.app.now())
    }

    /// The headers of a signed-in clerk's browser, and its form token.
    pub(crate) async fn clerk(&self) -> (HeaderMap, String) {
        let mut tx = self.app.db.write().await.unwrap();
        let cookie = self
            .app
            .sessions
            .open(&mut tx, desk::ACCOUNT, None, self.app.entropy.as_ref(), self.app.now())
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let headers = cookie_headers(&cookie);
        let csrf = desk::session(&self.app, &headers).await.unwrap().unwrap().csrf;
        (headers, csrf)
    }

    /// A path of the counter.
    pub(crate) fn url(&self, path: &str) -> Url {
        self.app.urls.base().join(path).unwrap()
    }

    /// GET, redirects not followed.
    pub(crate) async fn get(&self, path: &str, headers: HeaderMap) -> (StatusCode, HeaderMap, String) {
        answer(browser().get(self.url(path)).headers(headers)).await
    }

    /// POST of a form from our own pages.
    pub(crate) async fn post(
        &self,
        path: &str,
        headers: HeaderMap,
        form: &[(&str, &str)],
    ) -> (StatusCode, HeaderMap, String) {
        let request = browser()
            .post(self.url(path))
            .headers(headers)
            .header("sec-fetch-site", "same-origin")
            .form(form);
        answer(request).await
    }

    /// The request object, as a wallet reads it.
    pub(crate) async fn object(&self, id: &RequestId) -> RequestObject {
        let (status, headers, jwt) = self.get(&urls::path(urls::OBJECT, id), HeaderMap::new()).await;
        assert_eq!(
            (status, headers[CONTENT_TYPE].to_str().unwrap()),
            (StatusCode::OK, MEDIA_TYPE)
        );
        self.read_object(&jwt, None)
    }

    /// Reads a request object as a wallet does.
    pub(crate) fn read_object(&self, jwt: &str, wallet_nonce: Option<&str>) -> RequestObject {
        let client_id = self.app.identity.client_id().to_string();
        let document = self.app.identity.document();
        RequestObject::read(jwt, &client_id, &document, wallet_nonce, self.app.now(), true).unwrap()
    }

    /// Posts an answer as a wallet does.
    pub(crate) async fn answer(
        &self,
        id: &RequestId,
        request: &RequestObject,
        presentations: Vec<String>,
    ) -> (StatusCode, Value) {
        let query = request.query.credentials[0].id.clone();
        let response = WalletResponse::Presented {
            vp_token: BTreeMap::from([(query, presentations)]),
            state: request.state.clone(),
        };
        self.respond(id, request, &response).await
    }

    /// Posts any response.
    pub(crate) async fn respond(
        &self,
        id: &RequestId,
        request: &RequestObject,
        response: &WalletResponse,
    ) -> (StatusCode, Value) {
        let form = to_form(response, request).unwrap();
        let (status, _, body) = answer(browser().post(self.url(&urls::path(urls::RESPONSE, id))).form(&form)).await;
        (status, serde_json::from_str(&body).unwrap())
    }

    /// The decision in JSON, in French.
    pub(crate) async fn decision(&self, id: &RequestId) -> Value {
        let (mut headers, _) = self.clerk().await;
        headers.insert("accept-language", HeaderValue::from_static("fr"));
        let (status, _, body) = self.get(&urls::path(urls::DECISION, id), headers).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        serde_json::from_str(&body).unwrap()
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "tests are outsiders: they come with a client of their own"
)]
pub(crate) fn browser() -> reqwest::Client {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap()
}

/// Sends, and reads the answer whole.
pub(crate) async fn answer(request: reqwest::RequestBuilder) -> (StatusCode, HeaderMap, String) {
    let response = request.send().await.unwrap();
    (
        response.status(),
        response.headers().clone(),
        response.text().await.unwrap(),
    )
}
