//! One attestation: its content, its invitation, taking it back.

use askama::Template;
use axum::{
    extract::{Path, RawQuery, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use shared::{
    oid4vci::offer::link_by_reference,
    service::{
        form::{Form, TokenForm},
        page::{PageContext, PageError, render},
        qr,
    },
    text::{Text, TextError},
};

use super::{AttestationId, ChangeError, Followed, Progress};
use crate::{App, batches, offers, organisations::pages::Treasurer, query::parameter, urls};

#[derive(Template)]
#[template(path = "attestation.html")]
struct AttestationPage {
    page: PageContext,
    name: String,
    state: &'static str,
    role: String,
    hours: String,
    /// Year and hours, when the period crosses 31 December.
    years: Vec<(i32, String)>,
    period: String,
    mission: String,
    over_16: bool,
    signed_on: String,
    batch: String,
    collected_on: Option<String>,
    /// Message, date and reason, once taken back.
    revoked: Option<(&'static str, String, String)>,
    invitation: Option<Invitation>,
    /// Where a new invitation is asked for, when one can be.
    invite: Option<String>,
    /// Where it is taken back, when it can be.
    revoke: Option<String>,
    reason: String,
    reason_error: Option<&'static str>,
}

struct Invitation {
    link: String,
    qr: String,
    /// Which of the two forms the code shows.
    is_wallet_form: bool,
    /// This page with the other form.
    switch: String,
    /// The invitation itself rather than its address, for a wallet that cannot fetch it.
    by_value: Option<String>,
    tx_code: Option<String>,
    expires_on: String,
}

/// `GET /attestations/{id}`; `?link=wallet` shows the form that wallets open themselves.
pub(crate) async fn show(
    State(app): State<App>,
    treasurer: Treasurer,
    Path(id): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, PageError> {
    let followed = find(&app, &treasurer, &id).await?;
    let is_wallet_form = parameter(query.as_deref(), "link").as_deref() == Some("wallet");
    Ok(render(&attestation_page(
        &app,
        treasurer,
        &followed,
        is_wallet_form,
        String::new(),
        None,
    )?))
}

/// Fields of the form that takes back.
#[derive(Deserialize)]
pub(crate) struct RevokeForm {
    csrf: String,
    reason: String,
}

/// `POST /attestations/{id}/revoke`.
pub(crate) async fn revoke(
    State(app): State<App>,
    treasurer: Treasurer,
    Path(id): Path<String>,
    Form(form): Form<RevokeForm>,
) -> Result<Response, PageError> {
    treasurer.check(&form.csrf)?;
    let followed = find(&app, &treasurer, &id).await?;
    let reason: Text<200> = match form.reason.parse() {
        Ok(reason) => reason,
        Err(error) => {
            let key = match error {
                TextError::Empty => "revoke-reason-empty",
                TextError::TooLong { .. } => "refusal-too-long",
                TextError::Invisible => "refusal-invisible",
                TextError::SocialSecurityNumber => "refusal-social-security-number",
            };
            let page = attestation_page(&app, treasurer, &followed, false, form.reason, Some(key))?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, render(&page)).into_response());
        }
    };
    let mut tx = app.db.write().await.map_err(|error| treasurer.internal(&error))?;
    super::revoke(
        &app,
        &mut tx,
        &treasurer.organisation.slug,
        &followed.signed.id,
        &reason,
    )
    .await
    .map_err(|error| page_error(&treasurer, &followed, &error))?;
    tx.commit().await.map_err(|error| treasurer.internal(&error))?;
    Ok(Redirect::to(&urls::attestation(&followed.signed.id)).into_response())
}

/// `POST /attestations/{id}/invite`.
pub(crate) async fn invite(
    State(app): State<App>,
    treasurer: Treasurer,
    Path(id): Path<String>,
    Form(form): Form<TokenForm>,
) -> Result<Response, PageError> {
    treasurer.check(&form.csrf)?;
    let followed = find(&app, &treasurer, &id).await?;
    let mut tx = app.db.write().await.map_err(|error| treasurer.internal(&error))?;
    super::invite(&app, &mut tx, &treasurer.organisation.slug, &followed.signed.id)
        .await
        .map_err(|error| page_error(&treasurer, &followed, &error))?;
    tx.commit().await.map_err(|error| treasurer.internal(&error))?;
    Ok(Redirect::to(&urls::attestation(&followed.signed.id)).into_response())
}

async fn find(app: &App, treasurer: &Treasurer, id: &str) -> Result<Followed, PageError> {
    let id: AttestationId = id.parse().map_err(|_| treasurer.unknown())?;
    let mut tx = app.db.read().await.map_err(|error| treasurer.internal(&error))?;
    let found = super::find(app, &mut tx, &treasurer.organisation.slug, &id)
        .await
        .map_err(|error| treasurer.internal(&error))?;
    found.ok_or_else(|| treasurer.unknown())
}

fn attestation_page(
    app: &App,
    treasurer: Treasurer,
    followed: &Followed,
    is_wallet_form: bool,
    reason: String,
    reason_error: Option<&'static str>,
) -> Result<AttestationPage, PageError> {
    let page = &treasurer.page;
    let (signed, draft) = (&followed.signed, &followed.signed.draft);
    let progress = followed.progress(app.now());
    let invitation = match progress {
        Progress::Waiting => Some(invitation(app, page, followed, is_wallet_form)?),
        _ => None,
    };
    let collected_on = match &followed.offer.state {
        offers::OfferState::Issued { at, .. } => Some(page.date(at.date_naive())),
        _ => None,
    };
    let crosses_years = draft.minutes_by_year.len() > 1;
    Ok(AttestationPage {
        name: format!("{} {}", draft.person.given_name, draft.person.family_name),
        state: progress.key(),
        role: batches::words::role(page, draft.role),
        hours: page.hours(draft.minutes()),
        years: draft
            .minutes_by_year
            .iter()
            .filter(|_| crosses_years)
            .map(|(year, minutes)| (*year, page.hours((*minutes).into())))
            .collect(),
        period: batches::words::period(page, draft),
        mission: draft.mission.as_ref().map(ToString::to_string).unwrap_or_default(),
        over_16: draft.person.age_over_16,
        signed_on: page.date(signed.signed_on),
        batch: urls::batch(&signed.batch),
        collected_on,
        revoked: followed.revocation.as_ref().map(|revocation| {
            let key = match progress {
                Progress::Withdrawn => "attestation-withdrawn",
                _ => "attestation-revoked",
            };
            (
                key,
                page.date(revocation.at.date_naive()),
                revocation.reason.to_string(),
            )
        }),
        invitation,
        invite: progress.can_be_invited().then(|| urls::invite(&signed.id)),
        revoke: progress.can_be_revoked().then(|| urls::revoke_attestation(&signed.id)),
        reason,
        reason_error,
        page: treasurer.page,
    })
}

fn invitation(
    app: &App,
    page: &PageContext,
    followed: &Followed,
    is_wallet_form: bool,
) -> Result<Invitation, PageError> {
    let offer = &followed.offer;
    let own = urls::attestation(&followed.signed.id);
    let (link, switch) = if is_wallet_form {
        (link_by_reference(&app.urls.offer(&offer.organisation, &offer.id)), own)
    } else {
        (
            app.urls.invitation(&offer.organisation, &offer.id).into(),
            format!("{own}?link=wallet"),
        )
    };
    Ok(Invitation {
        qr: qr::svg(&link, &page.t("attestation-qr")).map_err(|error| PageError::internal(page, &error))?,
        link,
        is_wallet_form,
        switch,
        by_value: is_wallet_form.then(|| offers::credential_offer(app, offer).link_by_value()),
        tx_code: offer.asks_tx_code.then(|| offers::tx_code(&app.keys, &offer.id)),
        expires_on: page.date(offer.last_day()),
    })
}

fn page_error(treasurer: &Treasurer, followed: &Followed, error: &ChangeError) -> PageError {
    let back = urls::attestation(&followed.signed.id);
    match error {
        ChangeError::Unknown => treasurer.unknown(),
        ChangeError::Revoked => PageError::new(&treasurer.page, StatusCode::CONFLICT, "error-revoked", back),
        ChangeError::Collected => PageError::new(&treasurer.page, StatusCode::CONFLICT, "error-collected", back),
        ChangeError::Database(_) => treasurer.internal(error),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use shared::keys::SigningKey;

    use super::*;
    use crate::testing::{Bench, POSTGRES, SQLITE};

    #[tokio::test]
    async fn an_attestation_shows_its_content_and_its_invitation_in_both_forms() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            let (_, people) = bench.signed(true).await;
            let path = urls::attestation(&people[0].signed.id);
            let tx_code = offers::tx_code(&bench.app.keys, &people[0].offer.id);
            for (language, words) in [
                ("fr", ["Attestation de Nadia Benali", "Dirigeant ou dirigeante"]),
                ("en", ["Attestation of Nadia Benali", "Board member"]),
            ] {
                let answer = bench.page(&path, language).await;
                assert_eq!(answer.status, StatusCode::OK);
                for word in words
                    .iter()
                    .copied()
                    .chain(["<svg", "/invitation?credential_offer_uri=", tx_code.as_str()])
                {
                    assert!(answer.body.contains(word), "{word}: {}", answer.body);
                }
            }
            let wallet_form = bench.page(&format!("{path}?link=wallet"), "fr").await;
            assert!(
                wallet_form
                    .body
                    .contains("openid-credential-offer://?credential_offer_uri=")
            );
            assert_eq!(
                bench
                    .page("/attestations/00000000000000000000000000", "fr")
                    .await
                    .status,
                StatusCode::NOT_FOUND
            );
        });
    }

    #[tokio::test]
    async fn taking_back_needs_a_reason_and_happens_once() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            let (_, people) = bench.signed(false).await;
            bench.collect(&people[0], &SigningKey::generate()).await;
            let revoke = urls::revoke_attestation(&people[0].signed.id);
            let empty = bench.submit(&revoke, &[("reason", "  ")]).await;
            assert_eq!(
                (empty.status, empty.body.contains("Dites pourquoi")),
                (StatusCode::UNPROCESSABLE_ENTITY, true)
            );
            let number = bench.submit(&revoke, &[("reason", "2 85 05 78 006 084 41")]).await;
            assert_eq!(number.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert_eq!(
                bench
                    .submit(&revoke, &[("reason", "heures comptées deux fois")])
                    .await
                    .status,
                StatusCode::SEE_OTHER
            );
            let shown = bench.page(&urls::attestation(&people[0].signed.id), "fr").await;
            assert!(shown.body.contains("Révoquée le") && shown.body.contains("heures comptées deux fois"));
            assert_eq!(
                bench.submit(&revoke, &[("reason", "encore")]).await.status,
                StatusCode::CONFLICT
            );
            let invite = bench.submit(&urls::invite(&people[0].signed.id), &[]).await;
            assert_eq!(invite.status, StatusCode::CONFLICT);
        });
    }

    #[tokio::test]
    async fn the_reason_is_kept_when_nothing_was_collected_too() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            let (_, people) = bench.signed(false).await;
            let id = &people[0].signed.id;
            let reason = [("reason", "heures comptées deux fois")];
            bench.submit(&urls::revoke_attestation(id), &reason).await;
            for (language, words) in [("fr", "Retirée le 15\u{a0}mars 2026"), ("en", "Withdrawn on")] {
                let shown = bench.page(&urls::attestation(id), language).await.body;
                assert!(
                    shown.contains(words) && shown.contains("heures comptées deux fois"),
                    "{shown}"
                );
            }
            assert_eq!(
                bench.followed(&people[0]).await.progress(bench.app.now()),
                Progress::Withdrawn
            );
        });
    }

    #[tokio::test]
    async fn a_new_invitation_replaces_the_old_one() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            let (_, people) = bench.signed(false).await;
            let invite = urls::invite(&people[0].signed.id);
            assert_eq!(bench.submit(&invite, &[]).await.status, StatusCode::SEE_OTHER);
            assert_eq!(
                bench.token(&bench.code(&people[0]), None).await.refusal(),
                (400, "invalid_grant".to_owned())
            );
            // A wallet that never finished does not keep the person from collecting.
            bench.access_token(&bench.followed(&people[0]).await).await;
            assert_eq!(bench.submit(&invite, &[]).await.status, StatusCode::SEE_OTHER);
            let current = bench.followed(&people[0]).await;
            assert_eq!(current.progress(bench.app.now()), Progress::Waiting);
            bench.collect(&current, &SigningKey::generate()).await;
            assert_eq!(bench.submit(&invite, &[]).await.status, StatusCode::CONFLICT);
        });
    }

    #[tokio::test]
    async fn taking_back_reaches_an_invitation_made_at_the_same_instant() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = std::sync::Arc::new(Bench::new(&db).await);
            let (_, people) = bench.signed(false).await;
            let id = people[0].signed.id.clone();
            let mut inviting = db.write().await.unwrap();
            super::super::invite(&bench.app, &mut inviting, bench.slug(), &id)
                .await
                .unwrap();
            let revoking = tokio::spawn({
                let (bench, path) = (bench.clone(), urls::revoke_attestation(&id));
                async move { bench.submit(&path, &[("reason", "erreur")]).await.status }
            });
            // It waits for the invitation, on the row or for the whole file.
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
            assert!(!revoking.is_finished());
            inviting.commit().await.unwrap();
            assert_eq!(revoking.await.unwrap(), StatusCode::SEE_OTHER);
            assert_eq!(
                bench.followed(&people[0]).await.progress(bench.app.now()),
                Progress::Withdrawn
            );
        });
    }

    #[tokio::test]
    async fn what_rests_in_the_database_names_nobody() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            let (_, people) = bench.signed(false).await;
            let mut tx = db.read().await.unwrap();
            let stored = super::super::store::find(&mut tx, bench.slug(), &people[0].signed.id)
                .await
                .unwrap()
                .unwrap();
            drop(tx);
            for name in ["Nadia", "Benali", "Comptes"] {
                assert!(
                    !stored
                        .sealed
                        .windows(name.len())
                        .any(|window| window == name.as_bytes()),
                    "{name}"
                );
            }
        });
    }
}
