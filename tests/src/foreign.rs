//! A wallet made by hand, message by message: somebody else's, and able to misbehave at every step.

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, Utc};
use reqwest::{
    Client, Method, StatusCode,
    header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, HeaderMap},
};
use serde_json::{Map, Value, json};
use shared::{
    format::sd_jwt_vc::{KeyBinding, SdJwt},
    keys::{Jwk, SigningKey, jwe, jws},
    oid4vci::{PRE_AUTHORIZED_CODE, proof},
    oid4vp::RequestLink,
};
use url::Url;

use crate::{visitor::client, world::Offer};

/// An answer, whole.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Status.
    pub status: StatusCode,
    /// Headers.
    pub headers: HeaderMap,
    /// Body.
    pub body: String,
}

impl Answer {
    /// The body as JSON; `null` when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }

    /// The same answer, when it is what was hoped for.
    pub fn expect(self, status: StatusCode) -> Result<Self> {
        ensure!(self.status == status, "{self:?}");
        Ok(self)
    }

    /// Fails unless this is an error of RFC 6749 §5.2 with this code, which nobody may cache.
    pub fn assert_error(&self, code: &str) {
        assert_eq!(self.json()["error"], code, "{self:?}");
        assert_eq!(
            self.status,
            if code == "invalid_token" {
                StatusCode::UNAUTHORIZED
            } else {
                StatusCode::BAD_REQUEST
            },
            "{self:?}"
        );
        assert!(self.header("content-type").starts_with("application/json"), "{self:?}");
        assert!(self.header(CACHE_CONTROL.as_str()).contains("no-store"), "{self:?}");
        if code == "invalid_token" {
            assert!(self.header("www-authenticate").contains("invalid_token"), "{self:?}");
        }
        let description = self.json()["error_description"].as_str().unwrap_or_default().to_owned();
        assert!(
            description
                .bytes()
                .all(|byte| matches!(byte, 0x20..=0x21 | 0x23..=0x5b | 0x5d..=0x7e)),
            "{description}"
        );
    }

    /// A header; empty when there is none.
    pub fn header(&self, name: &str) -> String {
        self.headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned()
    }
}

/// Sends whatever it is told.
pub async fn send(method: Method, url: &Url, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Result<Answer> {
    let http: Client = client();
    let mut request = http.request(method, url.clone()).body(body.into());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = request.send().await.with_context(|| format!("no answer from {url}"))?;
    Ok(Answer {
        status: response.status(),
        headers: response.headers().clone(),
        body: response.text().await?,
    })
}

/// GET.
pub async fn get(url: &Url) -> Result<Answer> {
    send(Method::GET, url, &[], "").await
}

/// POST of a form.
pub async fn post_form(url: &Url, fields: &[(&str, &str)]) -> Result<Answer> {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    send(
        Method::POST,
        url,
        &[(CONTENT_TYPE.as_str(), "application/x-www-form-urlencoded")],
        body,
    )
    .await
}

/// The issuer's side of a collection, one message at a time.
#[derive(Debug, Clone)]
pub struct Collecting {
    /// The issuer's identifier.
    pub issuer: Url,
    /// From the offer.
    pub code: String,
    /// From the offer.
    pub configuration: String,
    /// Sent by another way.
    pub tx_code: Option<String>,
}

impl Collecting {
    /// Fetches an offer.
    pub async fn from_offer(offer: &Offer) -> Result<Self> {
        let answer = get(offer.uri()).await?.expect(StatusCode::OK)?;
        let json = answer.json();
        let text = |pointer: &str| {
            json.pointer(pointer)
                .and_then(Value::as_str)
                .with_context(|| format!("no {pointer} in {json}"))
        };
        Ok(Self {
            issuer: text("/credential_issuer")?.parse().context("the issuer is no URL")?,
            code: text(&format!("/grants/{PRE_AUTHORIZED_CODE}/pre-authorized_code"))?.to_owned(),
            configuration: text("/credential_configuration_ids/0")?.to_owned(),
            tx_code: offer.tx_code.clone(),
        })
    }

    /// An endpoint of the issuer.
    #[expect(clippy::expect_used, reason = "http addresses have paths")]
    pub fn endpoint(&self, name: &str) -> Url {
        let mut url = self.issuer.clone();
        url.path_segments_mut().expect("a path").push(name);
        url
    }

    /// Asks for a token with this code and `tx_code`.
    pub async fn ask_token(&self, tx_code: Option<&str>) -> Result<Answer> {
        let mut fields = vec![
            ("grant_type", PRE_AUTHORIZED_CODE),
            ("pre-authorized_code", self.code.as_str()),
        ];
        fields.extend(tx_code.map(|code| ("tx_code", code)));
        post_form(&self.endpoint("token"), &fields).await
    }

    /// A token.
    pub async fn token(&self) -> Result<String> {
        let answer = self.ask_token(self.tx_code.as_deref()).await?.expect(StatusCode::OK)?;
        answer.json()["access_token"]
            .as_str()
            .map(str::to_owned)
            .context("no access_token")
    }

    /// A nonce.
    pub async fn nonce(&self) -> Result<String> {
        let answer = send(Method::POST, &self.endpoint("nonce"), &[], "")
            .await?
            .expect(StatusCode::OK)?;
        answer.json()["c_nonce"]
            .as_str()
            .map(str::to_owned)
            .context("no c_nonce")
    }

    /// Asks for the credential with these proofs.
    pub async fn ask_credential(&self, token: &str, proofs: &[String]) -> Result<Answer> {
        let body = json!({ "credential_configuration_id": self.configuration, "proofs": { "jwt": proofs } });
        self.ask_credential_with(token, &body).await
    }

    /// Asks for the credential with any body.
    pub async fn ask_credential_with(&self, token: &str, body: &Value) -> Result<Answer> {
        let bearer = format!("Bearer {token}");
        let headers = [
            (AUTHORIZATION.as_str(), bearer.as_str()),
            (CONTENT_TYPE.as_str(), "application/json"),
        ];
        send(Method::POST, &self.endpoint("credential"), &headers, body.to_string()).await
    }

    /// Collects, in good order, into a key.
    pub async fn collect(&self, now: DateTime<Utc>) -> Result<Held> {
        let token = self.token().await?;
        let nonce = self.nonce().await?;
        let key = SigningKey::generate();
        let proof = proof::sign(&key, self.issuer.as_str(), Some(&nonce), now);
        let answer = self.ask_credential(&token, &[proof]).await?.expect(StatusCode::OK)?;
        let credential = answer.json()["credentials"][0]["credential"]
            .as_str()
            .map(str::to_owned)
            .context("no credential")?;
        Ok(Held { credential, key })
    }
}

/// A collected credential and its key.
pub struct Held {
    /// SD-JWT VC.
    pub credential: String,
    /// The holder's key.
    pub key: SigningKey,
}

impl Held {
    /// Its claims, revealed.
    pub fn claims(&self) -> Result<Value> {
        Ok(SdJwt::parse(&self.credential)?.reveal()?.claims)
    }
}

/// The verifier's side of a presentation, one message at a time.
#[derive(Debug, Clone)]
pub struct Presenting {
    /// The link that was shown.
    pub link: RequestLink,
    /// The signed request, as it came.
    pub jwt: String,
    /// What it says.
    pub request: Value,
}

impl Presenting {
    /// Fetches the request object of a link.
    pub async fn from_link(link: &str) -> Result<Self> {
        let link = RequestLink::parse(link, true)?;
        let answer = get(&link.request_uri).await?.expect(StatusCode::OK)?;
        ensure!(
            answer.header("content-type") == "application/oauth-authz-req+jwt",
            "{answer:?}"
        );
        let request = jws::Jws::parse(&answer.body)?.unverified_claims()?;
        Ok(Self {
            link,
            jwt: answer.body,
            request,
        })
    }

    /// A member of the request.
    pub fn member(&self, name: &str) -> String {
        self.request[name].as_str().unwrap_or_default().to_owned()
    }

    /// The first credential query that asks for a claim or type this credential may answer.
    pub fn query_ids(&self) -> Vec<String> {
        let queries = self.request["dcql_query"]["credentials"].as_array();
        queries
            .into_iter()
            .flatten()
            .filter_map(|query| query["id"].as_str().map(str::to_owned))
            .collect()
    }

    /// A presentation of everything asked by the first query, bound as asked but for what the arguments change.
    pub fn presentation(&self, held: &Held, audience: &str, nonce: &str, now: DateTime<Utc>) -> Result<String> {
        let sd_jwt = SdJwt::parse(&held.credential)?;
        let chosen = self.asked_paths(&held.claims()?)?;
        let binding = KeyBinding {
            key: &held.key,
            audience,
            nonce,
            issued_at: now,
        };
        Ok(sd_jwt.present(&chosen, &binding)?)
    }

    /// The presentation that is asked for.
    pub fn right_presentation(&self, held: &Held, now: DateTime<Utc>) -> Result<String> {
        self.presentation(held, &self.link.client_id, &self.member("nonce"), now)
    }

    /// The paths the first query asks for and these claims have.
    fn asked_paths(&self, claims: &Value) -> Result<Vec<shared::credential::ClaimPath>> {
        let query = shared::presentation::dcql::DcqlQuery::from_value(&self.request["dcql_query"])?;
        let first = query.credentials.first().context("nothing is asked")?;
        let candidate = shared::presentation::dcql::Candidate {
            id: "held",
            format: &first.format,
            vct: claims["vct"].as_str().unwrap_or_default(),
            claims,
        };
        let matches = query.matches(&[candidate]);
        let disclose = matches
            .into_iter()
            .flat_map(|query| query.matches)
            .next()
            .map(|found| found.disclose);
        disclose.context("the credential does not fit what is asked")
    }

    /// The payload of a response that presents `presentations` for the first query.
    pub fn payload(&self, presentations: &[String]) -> Value {
        let mut token = Map::new();
        token.insert(
            self.query_ids().into_iter().next().unwrap_or_default(),
            json!(presentations),
        );
        let mut payload = json!({ "vp_token": token });
        if let Some(state) = self.request["state"].as_str() {
            payload["state"] = json!(state);
        }
        payload
    }

    /// Encrypts a payload as asked.
    pub fn encrypt(&self, payload: &Value) -> Result<String> {
        let key = self.request["client_metadata"]["jwks"]["keys"][0].clone();
        let key = Jwk::from_value(key).context("no key to encrypt to")?;
        Ok(jwe::encrypt(
            payload.to_string().as_bytes(),
            &key,
            jwe::ContentEncryption::A128GCM,
        )?)
    }

    /// Posts a response.
    pub async fn post(&self, fields: &[(&str, &str)]) -> Result<Answer> {
        post_form(&self.member("response_uri").parse()?, fields).await
    }

    /// Encrypts and posts.
    pub async fn answer(&self, payload: &Value) -> Result<Answer> {
        self.post(&[("response", &self.encrypt(payload)?)]).await
    }
}
