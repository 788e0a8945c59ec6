//! `POST /o/{organisation}/credential` (OpenID4VCI 1.0 §8).

use axum::{
    Json,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::{HeaderMap, header::CACHE_CONTROL},
    response::{IntoResponse, Response},
};
use shared::{
    oid4vci::{CredentialRequest, CredentialResponse, ErrorCode, IssuedCredential},
    service::{
        assets,
        body::{bearer, has_type},
        oauth_error::OAuthError,
    },
};

use super::IssuanceError;
use crate::{App, organisations::api::Named};

/// The credential endpoint.
pub(crate) async fn credential(
    State(app): State<App>,
    Named(organisation): Named,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, OAuthError> {
    let token = bearer(&headers).ok_or_else(OAuthError::unauthenticated)?;
    let request = request(&headers, body);
    let mut tx = app.db.write().await?;
    let credential = super::issue(&app, &mut tx, &organisation, token, request).await?;
    tx.commit().await?;
    let response = CredentialResponse {
        credentials: vec![IssuedCredential { credential }],
    };
    Ok(([(CACHE_CONTROL, "no-store")], Json(response)).into_response())
}

/// `GET /vct/activity-attestation/1`: the document that the three services have compiled in, byte for byte, so that a digest of it
/// is a digest of theirs (SDVC-007).
pub(crate) async fn activity_type() -> Response {
    let document = include_bytes!("../../../fixtures/type-metadata/activity-attestation-1.json");
    assets::file("application/json", document)
}

impl From<IssuanceError> for OAuthError {
    fn from(error: IssuanceError) -> Self {
        let code = match &error {
            IssuanceError::Token => ErrorCode::InvalidToken,
            IssuanceError::Request(code) => return Self::new(*code),
            IssuanceError::UnknownConfiguration => ErrorCode::UnknownCredentialConfiguration,
            IssuanceError::ManyProofs => ErrorCode::InvalidCredentialRequest,
            IssuanceError::Proof(refusal) => ErrorCode::from(*refusal),
            IssuanceError::Nonce => ErrorCode::InvalidNonce,
            IssuanceError::Open(_)
            | IssuanceError::Attestation(_)
            | IssuanceError::Key(_)
            | IssuanceError::Certificates(_)
            | IssuanceError::Format(_)
            | IssuanceError::Database(_) => return Self::internal(&error),
        };
        Self::described(code, &error.to_string())
    }
}

fn request(headers: &HeaderMap, body: Result<Bytes, BytesRejection>) -> Result<CredentialRequest, ErrorCode> {
    if !has_type(headers, "application/json") {
        return Err(ErrorCode::InvalidCredentialRequest);
    }
    let body = body.map_err(|_| ErrorCode::InvalidCredentialRequest)?;
    let value = serde_json::from_slice(&body).map_err(|_| ErrorCode::InvalidCredentialRequest)?;
    CredentialRequest::from_value(&value)
}

#[cfg(test)]
mod tests {
    use axum::{
        body::Body,
        http::{Request, StatusCode, header},
    };
    use chrono::{Duration, SubsecRound};
    use serde_json::{Value, json};
    use shared::{
        credential::ACTIVITY_VCT,
        format::sd_jwt_vc::{
            self, SdJwt,
            type_metadata::{TypeReference, TypeRegistry},
        },
        integrity::Integrity,
        keys::{PublicKey, SigningKey},
        oid4vci::{metadata, proof},
        status_list::token::StatusReference,
        testing::ThrowAwayDatabase,
    };

    use crate::{
        attestations::Progress,
        testing::{Bench, POSTGRES, SQLITE, request},
        urls,
    };

    #[tokio::test]
    async fn sdvc_007_the_type_is_published_byte_for_byte_for_whoever_wants_it() {
        let database = ThrowAwayDatabase::sqlite();
        let bench = Bench::new(&database.open(&SQLITE, &POSTGRES).await).await;
        let answer = bench.get(urls::ACTIVITY_TYPE).await;
        assert_eq!(
            (
                answer.status,
                answer.header(header::CONTENT_TYPE),
                answer.header(header::CACHE_CONTROL),
                answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN),
            ),
            (StatusCode::OK, "application/json", "public, max-age=3600", "*")
        );
        assert!(!answer.header(header::ETAG).is_empty());
        assert_eq!(Some(answer.body.as_str()), TypeRegistry::ours().document(ACTIVITY_VCT));
        // Somebody who never heard of it learns it from there, and knows by a digest that it is what was meant.
        let reference = |document: &str| TypeReference {
            vct: ACTIVITY_VCT.to_owned(),
            integrity: Some(Integrity::of(document.as_bytes())),
        };
        let mut types = TypeRegistry::default();
        types.add(answer.body.clone()).unwrap();
        let resolved = types.resolve(&reference(&answer.body)).unwrap();
        assert_eq!(resolved.unwrap().types, [ACTIVITY_VCT]);
        assert!(types.resolve(&reference("{}")).unwrap().is_err());
    }

    /// The organisation's key, as wallets find it.
    async fn issuer_key(bench: &Bench) -> PublicKey {
        let document = bench
            .get(&format!("/.well-known/jwt-vc-issuer/o/{}", bench.slug()))
            .await
            .json();
        let keys = metadata::issuer_keys(&bench.issuer(), document).unwrap();
        PublicKey::from_jwk(&keys.keys[0]).unwrap()
    }

    #[tokio::test]
    async fn vci_i_079_the_attestation_is_issued_to_the_key_that_proved_itself() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            let (_, people) = bench.signed(false).await;
            let key = SigningKey::generate();
            let text = bench.collect(&people[0], &key).await;
            let credential = SdJwt::parse(&text).unwrap();
            assert!(credential.key_binding().is_none());
            let _: Value = credential.jws().claims(&issuer_key(&bench).await).unwrap();
            let claims = credential.reveal().unwrap().claims;
            assert_eq!(
                sd_jwt_vc::holder_key(&claims).unwrap().thumbprint(),
                key.public().thumbprint()
            );
            assert_eq!(
                (claims["given_name"].as_str(), claims["age_over_16"].as_bool()),
                (Some("Nadia"), Some(true))
            );
            assert_eq!(
                (
                    claims["activity"]["minutes"].as_u64(),
                    claims["activity"]["role"].as_str()
                ),
                (Some(270), Some("dirigeant"))
            );
            assert_eq!(claims["iss"].as_str(), Some(bench.issuer().as_str()));
            let midnight = bench.app.today().and_time(chrono::NaiveTime::MIN).and_utc();
            assert_eq!(claims["iat"].as_i64(), Some(midnight.timestamp()));
            let status = StatusReference::from_claims(&claims).unwrap().unwrap();
            assert!(status.uri.starts_with(&format!("{}/status/", bench.issuer())) && status.idx < 131_072);
            assert_eq!(
                bench.followed(&people[0]).await.progress(bench.app.now()),
                Progress::Collected
            );
        });
    }

    #[tokio::test]
    async fn an_attestation_is_issued_once_even_by_two_at_the_same_instant() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = std::sync::Arc::new(Bench::new(&db).await);
            let (_, people) = bench.signed(false).await;
            let token = bench.access_token(&people[0]).await;
            let start = std::sync::Arc::new(tokio::sync::Barrier::new(8));
            let mut tasks = Vec::new();
            for _ in 0..8 {
                let body = request(&[bench.proof(&SigningKey::generate(), &bench.nonce().await)]);
                let (bench, start, token) = (bench.clone(), start.clone(), token.clone());
                tasks.push(tokio::spawn(async move {
                    start.wait().await;
                    bench.credential(&token, &body).await
                }));
            }
            let mut issued = 0;
            for task in tasks {
                let answer = task.await.unwrap();
                match answer.status {
                    StatusCode::OK => issued += 1,
                    _ => assert_eq!(answer.refusal(), (401, "invalid_token".to_owned())),
                }
            }
            assert_eq!(issued, 1);
        });
    }

    #[tokio::test]
    async fn vci_i_083_without_a_living_token_the_answer_is_401() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            let (_, people) = bench.signed(false).await;
            let token = bench.access_token(&people[0]).await;
            let body = request(&[bench.proof(&SigningKey::generate(), &bench.nonce().await)]);
            let json = |path: String| Request::post(path).header(header::CONTENT_TYPE, "application/json");
            let none = bench
                .call(
                    json(bench.path("credential"))
                        .body(Body::from(body.to_string()))
                        .unwrap(),
                )
                .await;
            assert_eq!(
                (none.status, none.header(header::WWW_AUTHENTICATE).starts_with("Bearer")),
                (StatusCode::UNAUTHORIZED, true)
            );
            let in_query = json(bench.path(&format!("credential?access_token={token}")))
                .body(Body::from(body.to_string()))
                .unwrap();
            assert_eq!(bench.call(in_query).await.status, StatusCode::UNAUTHORIZED);
            let unknown = bench.credential("inconnu", &body).await;
            assert_eq!(unknown.refusal(), (401, "invalid_token".to_owned()));
            assert!(unknown.header(header::WWW_AUTHENTICATE).contains("invalid_token"));
            bench.clock.advance(Duration::seconds(300));
            assert_eq!(
                bench.credential(&token, &body).await.refusal(),
                (401, "invalid_token".to_owned())
            );
        });
    }

    #[tokio::test]
    async fn refused_requests_burn_neither_token_nor_nonce() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            let (_, people) = bench.signed(false).await;
            let token = bench.access_token(&people[0]).await;
            let (key, nonce) = (SigningKey::generate(), bench.nonce().await);
            let now = bench.app.now().trunc_subsecs(0);
            let good = bench.proof(&key, &nonce);
            let with = |member: &str, value: Value| {
                let mut body = request(std::slice::from_ref(&good));
                body[member] = value;
                body
            };
            let mut altered = good.clone();
            let last = if altered.pop() == Some('A') { 'Q' } else { 'A' };
            altered.push(last);
            for (name, body, error) in [
                ("vci_i_070_not_an_object", json!([]), "invalid_credential_request"),
                (
                    "vci_i_071_both_identifiers",
                    with("credential_identifier", json!("x")),
                    "invalid_credential_request",
                ),
                (
                    "vci_i_071_unknown_configuration",
                    with("credential_configuration_id", json!("x")),
                    "unknown_credential_configuration",
                ),
                (
                    "vci_i_072_no_proofs",
                    json!({"credential_configuration_id": "activity-attestation-sd-jwt"}),
                    "invalid_proof",
                ),
                (
                    "vci_i_010_two_proofs",
                    request(&[good.clone(), good.clone()]),
                    "invalid_credential_request",
                ),
                ("vci_i_073_signature", request(&[altered]), "invalid_proof"),
                (
                    "vci_i_074_audience",
                    request(&[proof::sign(&key, "https://autre.example", Some(&nonce), now)]),
                    "invalid_proof",
                ),
                (
                    "vci_i_073_stale",
                    request(&[proof::sign(
                        &key,
                        &bench.issuer(),
                        Some(&nonce),
                        now - Duration::seconds(301),
                    )]),
                    "invalid_proof",
                ),
                (
                    "vci_i_074_no_nonce",
                    request(&[proof::sign(&key, &bench.issuer(), None, now)]),
                    "invalid_proof",
                ),
                (
                    "neg_07_foreign_nonce",
                    request(&[bench.proof(&key, "etranger")]),
                    "invalid_nonce",
                ),
            ] {
                assert_eq!(
                    bench.credential(&token, &body).await.refusal(),
                    (400, error.to_owned()),
                    "{name}"
                );
            }
            assert_eq!(
                bench.followed(&people[0]).await.progress(bench.app.now()),
                Progress::Collecting
            );
            assert_eq!(
                bench
                    .credential(&token, &request(std::slice::from_ref(&good)))
                    .await
                    .status,
                StatusCode::OK
            );
            assert_eq!(
                bench.credential(&token, &request(&[good])).await.refusal(),
                (401, "invalid_token".to_owned())
            );
        });
    }

    #[tokio::test]
    async fn vci_i_070_other_bodies_are_refused() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            let (_, people) = bench.signed(false).await;
            let token = bench.access_token(&people[0]).await;
            let good = bench.proof(&SigningKey::generate(), &bench.nonce().await);
            for (media_type, body) in [
                ("text/plain", request(std::slice::from_ref(&good)).to_string()),
                ("application/json", "{".to_owned()),
                ("application/json", "x".repeat(128 * 1024)),
            ] {
                let request = Request::post(bench.path("credential"))
                    .header(header::CONTENT_TYPE, media_type)
                    .header(header::AUTHORIZATION, format!("Bearer {token}"));
                let answer = bench.call(request.body(Body::from(body)).unwrap()).await;
                assert_eq!(
                    answer.refusal(),
                    (400, "invalid_credential_request".to_owned()),
                    "{media_type}"
                );
            }
            assert_eq!(bench.credential(&token, &request(&[good])).await.status, StatusCode::OK);
        });
    }

    #[tokio::test]
    async fn neg_07_a_used_nonce_serves_no_second_proof() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            let (_, people) = bench.signed(false).await;
            let (first, second) = (
                bench.access_token(&people[0]).await,
                bench.access_token(&people[1]).await,
            );
            let body = request(&[bench.proof(&SigningKey::generate(), &bench.nonce().await)]);
            assert_eq!(bench.credential(&first, &body).await.status, StatusCode::OK);
            assert_eq!(
                bench.credential(&second, &body).await.refusal(),
                (400, "invalid_nonce".to_owned())
            );
            let stale = bench.nonce().await;
            bench.clock.advance(Duration::seconds(299));
            let body = request(&[bench.proof(&SigningKey::generate(), &stale)]);
            assert_eq!(bench.credential(&second, &body).await.status, StatusCode::OK);
        });
    }

    #[tokio::test]
    async fn what_is_withdrawn_while_collected_is_not_issued() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            let (_, people) = bench.signed(false).await;
            let token = bench.access_token(&people[0]).await;
            let mut tx = db.write().await.unwrap();
            crate::attestations::revoke(
                &bench.app,
                &mut tx,
                bench.slug(),
                &people[0].signed.id,
                &"erreur".parse().unwrap(),
            )
            .await
            .unwrap();
            tx.commit().await.unwrap();
            let body = request(&[bench.proof(&SigningKey::generate(), &bench.nonce().await)]);
            assert_eq!(
                bench.credential(&token, &body).await.refusal(),
                (401, "invalid_token".to_owned())
            );
            assert_eq!(
                bench.followed(&people[0]).await.progress(bench.app.now()),
                Progress::Withdrawn
            );
        });
    }
}
