//! An issuer on a bench: one organisation, a fixed clock, a router called without a socket.

use std::sync::Arc;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use serde_json::{Value, json};
use shared::{
    credential::ACTIVITY_CONFIGURATION,
    keys::{SigningKey, seal::SealingKey},
    oid4vci::{PRE_AUTHORIZED_CODE, proof},
    organisation::{Organisation, Slug},
    service::{config::load, db::Database},
    testing::{FixedClock, SeededEntropy},
};
use tower::ServiceExt;

use crate::{
    App,
    attestations::{self, Followed},
    batches::{self, BatchId, sheet},
    config::DEFAULTS,
    offers::{self, Offer},
    organisations::{self, HostedOrganisation, NewOrganisation, Regime},
    router,
};

pub(crate) static SQLITE: sqlx::migrate::Migrator = sqlx::migrate!("migrations/sqlite");
pub(crate) static POSTGRES: sqlx::migrate::Migrator = sqlx::migrate!("migrations/postgres");

/// Two people, three sessions, one refused row.
pub(crate) const SHEET: &str = "Nom;Prénom;Date;Durée;Mission;Fonction;16 ans ou plus\n\
    Benali;Nadia;12/03/2025;2h30;Comptes;Trésorière;oui\n\
    Benali;Nadia;13/03/2025;2 h;Comptes;Trésorière;oui\n\
    Diallo;Karim;15/03/2025;150 min;Distribution;bénévole;\n\
    Perrin;Yvonne;31/02/2025;2h;;;\n";

/// Media type of forms.
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

/// The body of a form.
pub(crate) fn form(fields: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish()
}

/// An issuer with one organisation.
pub(crate) struct Bench {
    pub(crate) app: App,
    pub(crate) clock: FixedClock,
    pub(crate) organisation: HostedOrganisation,
    router: Router,
    cookie: String,
    pub(crate) csrf: String,
}

/// What a route answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    pub(crate) fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The status and the `error` of an OAuth refusal.
    pub(crate) fn refusal(&self) -> (u16, String) {
        (
            self.status.as_u16(),
            self.json()["error"].as_str().unwrap_or_default().to_owned(),
        )
    }
}

/// A key proof that is right but for what a test changes.
pub(crate) fn request(proofs: &[String]) -> Value {
    json!({"credential_configuration_id": ACTIVITY_CONFIGURATION, "proofs": {"jwt": proofs}})
}

impl Bench {
    pub(crate) async fn new(db: &Database) -> Self {
        let clock = FixedClock::at_rfc3339("2026-03-15T10:00:00Z");
        let entropy = Arc::new(SeededEntropy::new(11));
        let config = load(DEFAULTS, None, "ISSUER", Vec::new()).unwrap();
        let app = App::assemble(
            db.clone(),
            SealingKey::random(entropy.as_ref()),
            config,
            Arc::new(clock.clone()),
            entropy,
        )
        .unwrap();
        let legal = Organisation {
            name: "Les Paniers du Vallon".parse().unwrap(),
            rna: Some("W691999901".parse().unwrap()),
            siren: Some("990000010".parse().unwrap()),
            siret: None,
        };
        let new = NewOrganisation {
            slug: "les-paniers-du-vallon".parse().unwrap(),
            legal,
            regime: Regime::Loi1901,
            passphrase: String::new(),
        };
        let mut tx = app.db.write().await.unwrap();
        let organisation = organisations::add(&app, &mut tx, new).await.unwrap();
        let cookie = app
            .sessions
            .open(
                &mut tx,
                organisation.slug.as_str(),
                None,
                app.entropy.as_ref(),
                app.now(),
            )
            .await
            .unwrap();
        let cookie = cookie.to_str().unwrap().split(';').next().unwrap().to_owned();
        let headers = HeaderMap::from_iter([(header::COOKIE, cookie.parse().unwrap())]);
        let csrf = app
            .sessions
            .find(&mut tx, &headers, app.now())
            .await
            .unwrap()
            .unwrap()
            .csrf;
        tx.commit().await.unwrap();
        Self {
            router: router(app.clone()),
            app,
            clock,
            organisation,
            cookie,
            csrf,
        }
    }

    /// The same issuer as another process runs it: one database, one key file, nothing else in common.
    pub(crate) fn beside(&self) -> Self {
        let app = App {
            signed_lists: Arc::default(),
            ..self.app.clone()
        };
        Self {
            router: router(app.clone()),
            app,
            clock: self.clock.clone(),
            organisation: self.organisation.clone(),
            cookie: self.cookie.clone(),
            csrf: self.csrf.clone(),
        }
    }

    pub(crate) fn slug(&self) -> &Slug {
        &self.organisation.slug
    }

    /// A path of the organisation.
    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/o/{}/{rest}", self.slug())
    }

    pub(crate) async fn call(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body,
        }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(Request::get(path).body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn post(&self, path: &str, media_type: &str, body: impl Into<Body>) -> Answer {
        self.call(
            Request::post(path)
                .header(header::CONTENT_TYPE, media_type)
                .body(body.into())
                .unwrap(),
        )
        .await
    }

    /// A page as the treasurer sees it, in a language.
    pub(crate) async fn page(&self, path: &str, language: &str) -> Answer {
        let request = Request::get(path)
            .header(header::COOKIE, &self.cookie)
            .header(header::ACCEPT_LANGUAGE, language);
        self.call(request.body(Body::empty()).unwrap()).await
    }

    /// A form that the treasurer sends; `csrf` is added.
    pub(crate) async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let form = form(&[&[("csrf", self.csrf.as_str())], fields].concat());
        self.send(path, FORM, form).await
    }

    /// A file that the treasurer uploads.
    pub(crate) async fn upload(&self, name: &str, content: &[u8]) -> Answer {
        let boundary = "limite";
        let mut body = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\n{}\r\n--{boundary}\r\nContent-Disposition: form-data; \
             name=\"file\"; filename=\"{name}\"\r\nContent-Type: text/csv\r\n\r\n",
            self.csrf
        )
        .into_bytes();
        body.extend_from_slice(content);
        body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        self.send("/batches", &format!("multipart/form-data; boundary={boundary}"), body)
            .await
    }

    /// Anything that the treasurer sends from our own pages.
    pub(crate) async fn send(&self, path: &str, media_type: &str, body: impl Into<Body>) -> Answer {
        let request = Request::builder()
            .method(Method::POST)
            .uri(path)
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, media_type)
            .header("sec-fetch-site", "same-origin");
        self.call(request.body(body.into()).unwrap()).await
    }

    /// Signs [`SHEET`]; gives the batch and what can be collected.
    pub(crate) async fn signed(&self, asks_tx_code: bool) -> (BatchId, Vec<Followed>) {
        let sheet = sheet::parse(SHEET.as_bytes(), self.app.today()).unwrap();
        let mut tx = self.app.db.write().await.unwrap();
        let draft = batches::draft(
            &self.app,
            "heures.csv".parse().unwrap(),
            batches::digest(SHEET.as_bytes()),
            &sheet,
        )
        .unwrap();
        batches::keep(&self.app, &mut tx, self.slug(), &draft).await.unwrap();
        let batch = draft.id;
        batches::sign(&self.app, &mut tx, &self.organisation, &batch, asks_tx_code)
            .await
            .unwrap();
        let followed = attestations::of_batch(&self.app, &mut tx, self.slug(), &batch, 10, 0)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        (batch, followed)
    }

    /// Waits until an offer is over.
    pub(crate) fn outlive(&self, offer: &Offer) {
        self.clock.advance(offer.expires_at - self.app.now());
    }

    /// An attestation as it stands now.
    pub(crate) async fn followed(&self, attestation: &Followed) -> Followed {
        let mut tx = self.app.db.read().await.unwrap();
        attestations::find(&self.app, &mut tx, self.slug(), &attestation.signed.id)
            .await
            .unwrap()
            .unwrap()
    }

    pub(crate) fn code(&self, attestation: &Followed) -> String {
        offers::credential_offer(&self.app, &attestation.offer).pre_authorized_code
    }

    pub(crate) async fn token(&self, code: &str, tx_code: Option<&str>) -> Answer {
        let mut fields = vec![("grant_type", PRE_AUTHORIZED_CODE), ("pre-authorized_code", code)];
        fields.extend(tx_code.map(|tx_code| ("tx_code", tx_code)));
        self.post(&self.path("token"), FORM, form(&fields)).await
    }

    /// An access token for an attestation without transaction code.
    pub(crate) async fn access_token(&self, attestation: &Followed) -> String {
        let answer = self.token(&self.code(attestation), None).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.json()["access_token"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn nonce(&self) -> String {
        let answer = self.post(&self.path("nonce"), "application/json", "").await;
        assert_eq!(
            (answer.status, answer.header(header::CACHE_CONTROL)),
            (StatusCode::OK, "no-store")
        );
        answer.json()["c_nonce"].as_str().unwrap().to_owned()
    }

    pub(crate) fn issuer(&self) -> String {
        self.app.urls.issuer(self.slug()).into()
    }

    pub(crate) fn proof(&self, key: &SigningKey, nonce: &str) -> String {
        proof::sign(key, &self.issuer(), Some(nonce), self.app.now())
    }

    pub(crate) async fn credential(&self, token: &str, body: &Value) -> Answer {
        let request = Request::post(self.path("credential"))
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {token}"));
        self.call(request.body(Body::from(body.to_string())).unwrap()).await
    }

    /// The credential of an attestation, collected by `key`.
    pub(crate) async fn collect(&self, attestation: &Followed, key: &SigningKey) -> String {
        let token = self.access_token(attestation).await;
        let answer = self
            .credential(&token, &request(&[self.proof(key, &self.nonce().await)]))
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        answer.json()["credentials"][0]["credential"]
            .as_str()
            .unwrap()
            .to_owned()
    }
}

mod tests {
    use std::path::Path;

    use shared::{service, testing::check_messages};

    use super::*;

    #[tokio::test]
    async fn every_statement_is_valid_on_every_database() {
        let all = [
            organisations::store::STATEMENTS,
            batches::store::STATEMENTS,
            attestations::store::STATEMENTS,
            offers::store::STATEMENTS,
            crate::authorization::store::STATEMENTS,
            crate::register::store::STATEMENTS,
            crate::status::store::STATEMENTS,
            crate::vc_api::store::STATEMENTS,
            crate::did_log::store::STATEMENTS,
            service::session::STATEMENTS,
            service::throttle::STATEMENTS,
        ];
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            for statement in all.into_iter().flatten() {
                db.prepare(statement)
                    .await
                    .unwrap_or_else(|error| panic!("{statement}: {error}"));
            }
        });
    }

    #[test]
    fn messages_are_in_both_languages_and_free_of_jargon() {
        check_messages(
            &crate::app::locale(),
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("templates"),
        );
    }
}
