//! `GET /o/{organisation}/invitation`: what a phone's camera opens. It shows who gives something and the ways to collect
//! it; it never consumes the offer (mail scanners open links too) and shows nothing of its content.

use askama::Template;
use axum::{
    extract::{Path, RawQuery, State},
    http::{StatusCode, header::CACHE_CONTROL},
    response::{IntoResponse, Response},
};
use shared::{
    oid4vci::offer::link_by_reference,
    organisation::Slug,
    service::{
        page::{PageContext, PageError, render},
        qr,
    },
};

use super::{EndReason, Offer, OfferState, store};
use crate::{App, organisations, query::parameter, urls};

#[derive(Template)]
#[template(path = "invitation.html")]
struct InvitationPage {
    page: PageContext,
    organisation: String,
    asks_tx_code: bool,
    expires_on: String,
    wallet: String,
    other: String,
    qr: String,
}

#[derive(Template)]
#[template(path = "invitation_over.html")]
struct OverPage {
    page: PageContext,
    organisation: String,
    /// Prefix of the messages that say why.
    key: &'static str,
}

impl OverPage {
    fn message(&self, part: &str) -> String {
        self.page
            .t1(&format!("{}-{part}", self.key), "organisation", &self.organisation)
    }
}

/// The page of an invitation.
pub(crate) async fn invitation(
    State(app): State<App>,
    page: PageContext,
    Path(organisation): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, PageError> {
    let unknown = || PageError::new(&page, StatusCode::NOT_FOUND, "error-invitation", urls::HOME);
    let internal = |error: sqlx::Error| PageError::internal(&page, &error);
    let slug: Slug = organisation.parse().map_err(|_| unknown())?;
    let by_reference = parameter(query.as_deref(), "credential_offer_uri").ok_or_else(unknown)?;
    let offer = app.urls.offer_of_invitation(&slug, &by_reference).ok_or_else(unknown)?;
    let mut tx = app.db.read().await.map_err(internal)?;
    let organisation = organisations::store::find(&mut tx, &slug)
        .await
        .map_err(internal)?
        .ok_or_else(unknown)?;
    let offer = store::find(&mut tx, &slug, &offer)
        .await
        .map_err(internal)?
        .ok_or_else(unknown)?;
    drop(tx);
    let organisation = organisation.legal.name.to_string();
    if let Some(key) = over(&offer, app.now()) {
        return Ok((
            StatusCode::GONE,
            render(&OverPage {
                page,
                organisation,
                key,
            }),
        )
            .into_response());
    }
    let by_reference = app.urls.offer(&slug, &offer.id);
    let other = link_by_reference(&by_reference);
    let qr = qr::svg(&other, &page.t1("invitation-qr", "organisation", &organisation))
        .map_err(|error| PageError::internal(&page, &error))?;
    let page = InvitationPage {
        organisation,
        asks_tx_code: offer.asks_tx_code,
        expires_on: page.date(offer.last_day()),
        wallet: urls::wallet_add(&app.config.wallet_url, &by_reference).into(),
        other,
        qr,
        page,
    };
    Ok(([(CACHE_CONTROL, "no-store")], render(&page)).into_response())
}

/// Why an invitation can no longer be used: prefix of its messages.
fn over(offer: &Offer, now: chrono::DateTime<chrono::Utc>) -> Option<&'static str> {
    match offer.state {
        OfferState::Pending { .. } => offer.is_expired(now).then_some("invitation-expired"),
        OfferState::Redeemed { .. } => Some("invitation-interrupted"),
        OfferState::Issued { .. } => Some("invitation-collected"),
        OfferState::Ended {
            reason: EndReason::WrongCodes,
        } => Some("invitation-wrong-codes"),
        OfferState::Ended {
            reason: EndReason::Withdrawn,
        } => Some("invitation-withdrawn"),
        OfferState::Ended {
            reason: EndReason::Replaced,
        } => Some("invitation-replaced"),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use chrono::Duration;
    use shared::keys::SigningKey;

    use crate::{
        attestations::{self, Progress},
        authorization::TOKEN_LIFETIME,
        testing::{Bench, POSTGRES, SQLITE},
        urls,
    };

    /// Path and query of an invitation.
    fn invitation(bench: &Bench, attestation: &attestations::Followed) -> String {
        let url = bench.app.urls.invitation(bench.slug(), &attestation.offer.id);
        format!("{}?{}", url.path(), url.query().unwrap())
    }

    #[tokio::test]
    async fn an_invitation_shows_who_gives_and_the_ways_to_collect_and_consumes_nothing() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            let (_, people) = bench.signed(true).await;
            let path = invitation(&bench, &people[0]);
            for (language, title) in [
                ("fr", "Les Paniers du Vallon vous remet une attestation"),
                ("en", "Les Paniers du Vallon hands you an attestation"),
            ] {
                let answer = bench.page(&path, language).await;
                assert_eq!(answer.status, StatusCode::OK);
                assert!(answer.body.contains(title), "{}", answer.body);
                assert!(
                    answer.body.contains("http://localhost:8082/add?credential_offer_uri=")
                        && answer.body.contains("openid-credential-offer://")
                );
                assert!(!answer.body.contains("Nadia") && !answer.body.contains(&bench.code(&people[0])));
            }
            let tx_code = super::super::tx_code(&bench.app.keys, &people[0].offer.id);
            assert_eq!(
                bench.token(&bench.code(&people[0]), Some(&tx_code)).await.status,
                StatusCode::OK
            );
        });
    }

    #[tokio::test]
    async fn an_invitation_that_is_over_says_why_and_what_to_ask_for() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            let (_, people) = bench.signed(false).await;
            let (collected, replaced) = (invitation(&bench, &people[0]), invitation(&bench, &people[1]));
            bench.collect(&people[0], &SigningKey::generate()).await;
            let mut tx = db.write().await.unwrap();
            attestations::invite(&bench.app, &mut tx, bench.slug(), &people[1].signed.id)
                .await
                .unwrap();
            tx.commit().await.unwrap();
            let current = bench.followed(&people[1]).await;
            let again = invitation(&bench, &current);
            for (path, words) in [(&collected, "déjà été récupérée"), (&replaced, "lien plus récent")] {
                let answer = bench.page(path, "fr").await;
                assert_eq!(
                    (answer.status, answer.body.contains(words)),
                    (StatusCode::GONE, true),
                    "{words}: {}",
                    answer.body
                );
            }
            assert_eq!(bench.page(&again, "fr").await.status, StatusCode::OK);
            bench.outlive(&current.offer);
            assert!(bench.page(&again, "en").await.body.contains("has expired"));
        });
    }

    #[tokio::test]
    async fn an_interrupted_collection_is_not_said_to_be_done_and_can_start_again() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            let (_, people) = bench.signed(false).await;
            bench.access_token(&people[0]).await;
            for (language, words) in [("fr", "demandez une nouvelle invitation"), ("en", "a new invitation")] {
                let answer = bench.page(&invitation(&bench, &people[0]), language).await;
                assert_eq!(
                    (answer.status, answer.body.contains(words)),
                    (StatusCode::GONE, true),
                    "{}",
                    answer.body
                );
            }
            let redeemed = bench.followed(&people[0]).await;
            assert_eq!(redeemed.progress(bench.app.now()), Progress::Collecting);
            bench.clock.advance(TOKEN_LIFETIME);
            assert_eq!(redeemed.progress(bench.app.now()), Progress::Interrupted);
            let path = urls::attestation(&people[0].signed.id);
            assert!(bench.page(&path, "fr").await.body.contains("Récupération interrompue"));
            let invite = urls::invite(&people[0].signed.id);
            assert_eq!(bench.submit(&invite, &[]).await.status, StatusCode::SEE_OTHER);
            bench
                .collect(&bench.followed(&people[0]).await, &SigningKey::generate())
                .await;
        });
    }

    #[tokio::test]
    async fn an_invitation_until_a_day_works_until_the_end_of_that_day() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            let (_, people) = bench.signed(false).await;
            let path = invitation(&bench, &people[0]);
            assert!(
                bench
                    .page(&path, "fr")
                    .await
                    .body
                    .contains("jusqu’au 14\u{a0}avril 2026")
            );
            bench
                .clock
                .advance(Duration::days(30) + Duration::hours(13) + Duration::minutes(59));
            assert_eq!(bench.app.now().to_rfc3339(), "2026-04-14T23:59:00+00:00");
            assert_eq!(bench.page(&path, "fr").await.status, StatusCode::OK);
            bench.clock.advance(Duration::minutes(1));
            assert_eq!(bench.page(&path, "fr").await.status, StatusCode::GONE);
        });
    }

    #[tokio::test]
    async fn an_invitation_of_somebody_else_is_a_page_with_a_way_forward() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            for path in [
                bench.path("invitation"),
                bench.path("invitation?credential_offer_uri=https://evil.example/o/x"),
                "/o/inconnue/invitation".to_owned(),
            ] {
                let answer = bench.page(&path, "fr").await;
                assert_eq!(
                    (answer.status, answer.body.contains("Invitation inconnue")),
                    (StatusCode::NOT_FOUND, true),
                    "{path}"
                );
            }
        });
    }
}
