//! `POST /o/{organisation}/token` (OpenID4VCI 1.0 §6) and `POST /o/{organisation}/nonce` (§7).

use axum::{
    Json,
    body::Bytes,
    extract::{State, rejection::BytesRejection},
    http::{HeaderMap, header::CACHE_CONTROL},
    response::{IntoResponse, Response},
};
use shared::{
    oid4vci::{
        ErrorCode, NonceResponse,
        token::{TokenRequest, TokenResponse},
    },
    service::{body::has_type, oauth_error::OAuthError},
};

use super::{Redemption, TOKEN_LIFETIME};
use crate::{App, organisations::api::Named};

/// The token endpoint.
pub(crate) async fn token(
    State(app): State<App>,
    Named(organisation): Named,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, OAuthError> {
    if !has_type(&headers, "application/x-www-form-urlencoded") {
        return Err(OAuthError::described(ErrorCode::InvalidRequest, "a form is expected"));
    }
    let body =
        body.map_err(|_| OAuthError::described(ErrorCode::InvalidRequest, "the request is too large or was cut"))?;
    let request = TokenRequest::from_form(&body)?;
    let mut tx = app.db.write().await?;
    let redemption = super::redeem(&app, &mut tx, &organisation.slug, &request).await?;
    // A refusal may have counted a wrong code.
    tx.commit().await?;
    match redemption {
        Redemption::Granted(access_token) => {
            let expires_in = u64::try_from(TOKEN_LIFETIME.num_seconds()).unwrap_or_default();
            let response = TokenResponse {
                access_token,
                token_type: "Bearer".to_owned(),
                expires_in,
            };
            Ok(([(CACHE_CONTROL, "no-store")], Json(response)).into_response())
        }
        Redemption::Refused(refusal) => Err(OAuthError::described(refusal.into(), &refusal.to_string())),
    }
}

/// The nonce endpoint (VCI-I-060).
pub(crate) async fn nonce(State(app): State<App>, Named(organisation): Named) -> Result<Response, OAuthError> {
    let mut tx = app.db.write().await?;
    let c_nonce = super::nonce(&app, &mut tx, &organisation.slug).await?;
    tx.commit().await?;
    Ok(([(CACHE_CONTROL, "no-store")], Json(NonceResponse { c_nonce })).into_response())
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use chrono::Duration;
    use shared::oid4vci::PRE_AUTHORIZED_CODE;

    use crate::{
        attestations::Progress,
        offers::{self, MAX_WRONG_CODES},
        testing::{Bench, FORM, POSTGRES, SQLITE},
    };

    #[tokio::test]
    async fn vci_i_023_a_code_gives_one_token_and_no_second() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            let (_, people) = bench.signed(false).await;
            let code = bench.code(&people[0]);
            let answer = bench.token(&code, None).await;
            assert_eq!(
                (answer.status, answer.header(axum::http::header::CACHE_CONTROL)),
                (StatusCode::OK, "no-store")
            );
            assert_eq!(
                (
                    answer.json()["token_type"].as_str(),
                    answer.json()["expires_in"].as_u64()
                ),
                (Some("Bearer"), Some(300))
            );
            assert_eq!(
                bench.token(&code, None).await.refusal(),
                (400, "invalid_grant".to_owned())
            );
            assert_eq!(
                bench.followed(&people[0]).await.progress(bench.app.now()),
                Progress::Collecting
            );
            assert_eq!(
                bench.followed(&people[1]).await.progress(bench.app.now()),
                Progress::Waiting
            );
        });
    }

    #[tokio::test]
    async fn of_many_at_the_same_instant_one_redeems() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = std::sync::Arc::new(Bench::new(&db).await);
            let (_, people) = bench.signed(false).await;
            let code = bench.code(&people[0]);
            let start = std::sync::Arc::new(tokio::sync::Barrier::new(16));
            let tasks: Vec<_> = (0..16)
                .map(|_| {
                    let (bench, start, code) = (bench.clone(), start.clone(), code.clone());
                    tokio::spawn(async move {
                        start.wait().await;
                        bench.token(&code, None).await
                    })
                })
                .collect();
            let mut granted = 0;
            for task in tasks {
                let answer = task.await.unwrap();
                match answer.status {
                    StatusCode::OK => granted += 1,
                    _ => assert_eq!(answer.refusal(), (400, "invalid_grant".to_owned())),
                }
            }
            assert_eq!(granted, 1);
        });
    }

    #[tokio::test]
    async fn vci_i_041_tx_code_missing_or_unexpected_is_invalid_request() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            let (_, people) = bench.signed(true).await;
            let code = bench.code(&people[0]);
            assert_eq!(
                bench.token(&code, None).await.refusal(),
                (400, "invalid_request".to_owned())
            );
            let tx_code = offers::tx_code(&bench.app.keys, &people[0].offer.id);
            assert_eq!(bench.token(&code, Some(&tx_code)).await.status, StatusCode::OK);
        });
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            let (_, people) = bench.signed(false).await;
            assert_eq!(
                bench.token(&bench.code(&people[0]), Some("123456")).await.refusal(),
                (400, "invalid_request".to_owned())
            );
        });
    }

    #[tokio::test]
    async fn vci_i_041_and_042_a_wrong_tx_code_is_invalid_grant_and_the_fifth_ends_the_offer() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            let (_, people) = bench.signed(true).await;
            let right = |person: usize| offers::tx_code(&bench.app.keys, &people[person].offer.id);
            let wrong = |person: usize| if right(person) == "000000" { "000001" } else { "000000" };
            for _ in 1..MAX_WRONG_CODES {
                assert_eq!(
                    bench.token(&bench.code(&people[0]), Some(wrong(0))).await.refusal(),
                    (400, "invalid_grant".to_owned())
                );
                assert_eq!(
                    bench.token(&bench.code(&people[1]), Some(wrong(1))).await.refusal(),
                    (400, "invalid_grant".to_owned())
                );
            }
            assert_eq!(
                bench.token(&bench.code(&people[0]), Some(&right(0))).await.status,
                StatusCode::OK
            );
            assert_eq!(
                bench.token(&bench.code(&people[1]), Some(wrong(1))).await.refusal(),
                (400, "invalid_grant".to_owned())
            );
            assert_eq!(
                bench.token(&bench.code(&people[1]), Some(&right(1))).await.refusal(),
                (400, "invalid_grant".to_owned())
            );
            assert_eq!(
                bench.followed(&people[1]).await.progress(bench.app.now()),
                Progress::WrongCodes
            );
        });
    }

    #[tokio::test]
    async fn vci_i_041_foreign_malformed_and_expired_codes_are_invalid_grant() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            let (_, people) = bench.signed(false).await;
            let code = bench.code(&people[0]);
            for wrong in [
                format!("{code}x"),
                people[0].offer.id.to_string(),
                "x".to_owned(),
                "\u{1f511}".to_owned(),
            ] {
                assert_eq!(
                    bench.token(&wrong, None).await.refusal(),
                    (400, "invalid_grant".to_owned()),
                    "{wrong}"
                );
            }
            bench.outlive(&people[0].offer);
            assert_eq!(
                bench.token(&code, None).await.refusal(),
                (400, "invalid_grant".to_owned())
            );
            assert_eq!(
                bench.followed(&people[0]).await.progress(bench.app.now()),
                Progress::Expired
            );
        });
    }

    #[tokio::test]
    async fn what_is_no_token_request_is_refused_by_name() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            let (_, people) = bench.signed(false).await;
            let code = bench.code(&people[0]);
            let form = format!("grant_type={PRE_AUTHORIZED_CODE}&pre-authorized_code={code}");
            let large = format!("{form}&x={}", "x".repeat(32 * 1024));
            for (media_type, body, error) in [
                ("application/json", "{}".to_owned(), "invalid_request"),
                ("text/plain", form.clone(), "invalid_request"),
                (FORM, String::new(), "invalid_request"),
                (FORM, large, "invalid_request"),
                (FORM, format!("{form}&pre-authorized_code={code}"), "invalid_request"),
                (FORM, format!("grant_type={PRE_AUTHORIZED_CODE}"), "invalid_request"),
                (
                    FORM,
                    "grant_type=authorization_code&code=x".to_owned(),
                    "unsupported_grant_type",
                ),
            ] {
                let answer = bench.post(&bench.path("token"), media_type, body).await;
                assert_eq!(answer.refusal(), (400, error.to_owned()), "{media_type}");
            }
            assert_eq!(
                bench.post("/o/inconnue/token", FORM, form.clone()).await.status,
                StatusCode::NOT_FOUND
            );
            // None of it used the code up.
            assert_eq!(
                bench
                    .post(&bench.path("token"), &format!("{FORM}; charset=utf-8"), form)
                    .await
                    .status,
                StatusCode::OK
            );
        });
    }

    #[tokio::test]
    async fn vci_i_061_nonces_differ_and_live_five_minutes() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            let (first, second) = (bench.nonce().await, bench.nonce().await);
            assert_ne!(first, second);
            let mut tx = db.write().await.unwrap();
            assert!(
                super::super::consume_nonce(&bench.app, &mut tx, bench.slug(), &first)
                    .await
                    .unwrap()
            );
            assert!(
                !super::super::consume_nonce(&bench.app, &mut tx, bench.slug(), &first)
                    .await
                    .unwrap()
            );
            bench.clock.advance(Duration::seconds(300));
            assert!(
                !super::super::consume_nonce(&bench.app, &mut tx, bench.slug(), &second)
                    .await
                    .unwrap()
            );
            drop(tx);
        });
    }
}
