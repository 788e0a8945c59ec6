//! Sign-in of treasurers, and the home page.

use askama::Template;
use axum::{
    extract::{FromRequestParts, State},
    http::{HeaderMap, StatusCode, header::SET_COOKIE, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use shared::{
    organisation::Slug,
    service::{
        form::{Form, TokenForm},
        page::{PageContext, PageError, render},
        session::Session,
    },
};
use zeroize::Zeroizing;

use super::{HostedOrganisation, SignIn, store};
use crate::{
    App,
    batches::{self, Figures, Summary},
    urls,
};

/// A signed-in treasurer. Anyone else is sent to sign in.
pub(crate) struct Treasurer {
    pub(crate) organisation: HostedOrganisation,
    pub(crate) page: PageContext,
    session: Session,
}

impl Treasurer {
    /// Refuses a form that this session did not make.
    pub(crate) fn check(&self, csrf: &str) -> Result<(), PageError> {
        self.session.check_form(&self.page, csrf)
    }

    /// The page of something that this organisation does not have.
    pub(crate) fn unknown(&self) -> PageError {
        PageError::new(&self.page, StatusCode::NOT_FOUND, "error-unknown", urls::HOME)
    }

    /// The page of what was not foreseen.
    pub(crate) fn internal(&self, error: &dyn std::error::Error) -> PageError {
        PageError::internal(&self.page, error)
    }
}

impl FromRequestParts<App> for Treasurer {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Response> {
        let page = PageContext::from_request_parts(parts, app)
            .await
            .map_err(IntoResponse::into_response)?;
        let found = signed_in(app, &parts.headers)
            .await
            .map_err(|error| PageError::internal(&page, &error).into_response())?;
        let (session, organisation) = found.ok_or_else(|| Redirect::to(urls::SIGN_IN).into_response())?;
        let page = page.signed_in(organisation.legal.name.as_str(), session.csrf.clone());
        Ok(Self {
            organisation,
            page,
            session,
        })
    }
}

async fn signed_in(app: &App, headers: &HeaderMap) -> sqlx::Result<Option<(Session, HostedOrganisation)>> {
    if !app.sessions.is_named_by(headers) {
        return Ok(None);
    }
    let mut tx = app.db.write().await?;
    let session = app.sessions.find(&mut tx, headers, app.now()).await?;
    let found = match session {
        Some(session) => match session.account.parse::<Slug>() {
            Ok(slug) => store::find(&mut tx, &slug)
                .await?
                .map(|organisation| (session, organisation)),
            Err(_) => None,
        },
        None => None,
    };
    tx.commit().await?;
    Ok(found)
}

#[derive(Template)]
#[template(path = "sign_in.html")]
struct SignInPage {
    page: PageContext,
    organisation: String,
    error: Option<&'static str>,
}

/// `GET /sign-in`.
pub(crate) async fn sign_in_page(page: PageContext) -> Response {
    render(&SignInPage {
        page,
        organisation: String::new(),
        error: None,
    })
}

/// Fields of the sign-in form.
#[derive(Deserialize)]
pub(crate) struct SignInForm {
    organisation: String,
    passphrase: String,
}

/// `POST /sign-in`.
pub(crate) async fn sign_in(
    State(app): State<App>,
    page: PageContext,
    Form(form): Form<SignInForm>,
) -> Result<Response, PageError> {
    let internal = |error: sqlx::Error| PageError::internal(&page, &error);
    let outcome = super::sign_in(&app, &form.organisation, Zeroizing::new(form.passphrase))
        .await
        .map_err(internal)?;
    let (status, error) = match outcome {
        SignIn::Welcome(slug) => {
            let mut tx = app.db.write().await.map_err(internal)?;
            let cookie = app
                .sessions
                .open(&mut tx, slug.as_str(), None, app.entropy.as_ref(), app.now())
                .await
                .map_err(internal)?;
            tx.commit().await.map_err(internal)?;
            return Ok(([(SET_COOKIE, cookie)], Redirect::to(urls::HOME)).into_response());
        }
        SignIn::Refused => (StatusCode::UNPROCESSABLE_ENTITY, "sign-in-refused"),
        SignIn::TooMany => (StatusCode::TOO_MANY_REQUESTS, "sign-in-too-many"),
    };
    Ok((
        status,
        render(&SignInPage {
            page,
            organisation: form.organisation,
            error: Some(error),
        }),
    )
        .into_response())
}

/// `POST /sign-out`.
pub(crate) async fn sign_out(
    State(app): State<App>,
    treasurer: Treasurer,
    headers: HeaderMap,
    Form(form): Form<TokenForm>,
) -> Result<Response, PageError> {
    treasurer.check(&form.csrf)?;
    let internal = |error: sqlx::Error| treasurer.internal(&error);
    let mut tx = app.db.write().await.map_err(internal)?;
    let cookie = app.sessions.close(&mut tx, &headers).await.map_err(internal)?;
    tx.commit().await.map_err(internal)?;
    Ok(([(SET_COOKIE, cookie)], Redirect::to(urls::SIGN_IN)).into_response())
}

#[derive(Template)]
#[template(path = "home.html")]
struct HomePage {
    page: PageContext,
    batches: Vec<Summary>,
    figures: Figures,
}

/// `GET /`.
pub(crate) async fn home(State(app): State<App>, treasurer: Treasurer) -> Result<Response, PageError> {
    let internal = |error: sqlx::Error| treasurer.internal(&error);
    let mut tx = app.db.read().await.map_err(internal)?;
    let batches = batches::store::list(&mut tx, &treasurer.organisation.slug)
        .await
        .map_err(internal)?;
    let figures = batches::store::figures(&mut tx, &treasurer.organisation.slug)
        .await
        .map_err(internal)?;
    Ok(render(&HomePage {
        page: treasurer.page,
        batches,
        figures,
    }))
}

#[cfg(test)]
mod tests {
    use axum::{
        body::Body,
        http::{Request, StatusCode, header},
    };
    use shared::{organisation::Organisation, service::password};
    use zeroize::Zeroizing;

    use crate::{
        organisations::{self, NewOrganisation, Regime},
        testing::{Bench, FORM, POSTGRES, SQLITE, form},
        urls,
    };

    const PASSPHRASE: &str = "cinq courgettes bien mûres";

    async fn sign_in(bench: &Bench, organisation: &str, passphrase: &str) -> crate::testing::Answer {
        bench
            .send(
                "/sign-in",
                FORM,
                form(&[("organisation", organisation), ("passphrase", passphrase)]),
            )
            .await
    }

    #[tokio::test]
    async fn the_right_passphrase_opens_and_the_wrong_ones_are_slowed_down() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            let app = &bench.app;
            let passphrase = password::hash(Zeroizing::new(PASSPHRASE.to_owned()), app.entropy.as_ref()).await;
            let legal = Organisation {
                name: "Cyclo-Répar’".parse().unwrap(),
                rna: None,
                siren: None,
                siret: None,
            };
            let mut tx = db.write().await.unwrap();
            let new = NewOrganisation {
                slug: "cyclo-repar".parse().unwrap(),
                legal,
                regime: Regime::AlsaceMoselle,
                passphrase,
            };
            organisations::add(app, &mut tx, new).await.unwrap();
            tx.commit().await.unwrap();

            let welcome = sign_in(&bench, "cyclo-repar", PASSPHRASE).await;
            assert_eq!(
                (welcome.status, welcome.header(header::LOCATION)),
                (StatusCode::SEE_OTHER, "/")
            );
            let cookie = welcome.header(header::SET_COOKIE).split(';').next().unwrap().to_owned();
            let home = bench
                .call(
                    Request::get("/")
                        .header(header::COOKIE, cookie)
                        .body(Body::empty())
                        .unwrap(),
                )
                .await;
            assert!(home.status == StatusCode::OK && home.body.contains("Cyclo-Répar’"));

            for (organisation, passphrase) in [
                ("cyclo-repar", "mauvaise phrase de passe"),
                ("inconnue", PASSPHRASE),
                ("Pas Un Nom", PASSPHRASE),
            ] {
                let refused = sign_in(&bench, organisation, passphrase).await;
                assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
                assert!(refused.headers.get(header::SET_COOKIE).is_none() && !refused.body.contains(PASSPHRASE));
            }
            let mut tx = db.write().await.unwrap();
            for _ in 0..10 {
                shared::service::throttle::allow(
                    &mut tx,
                    "sign-in:cyclo-repar",
                    10,
                    chrono::Duration::minutes(15),
                    app.now(),
                )
                .await
                .unwrap();
            }
            tx.commit().await.unwrap();
            assert_eq!(
                sign_in(&bench, "cyclo-repar", PASSPHRASE).await.status,
                StatusCode::TOO_MANY_REQUESTS
            );
        });
    }

    #[tokio::test]
    async fn nobody_enters_without_a_session_and_no_form_without_its_token() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            for path in [
                "/",
                "/batches/new",
                "/batches/00000000000000000000000000",
                "/attestations/x",
                "/batches/x/refused.csv",
            ] {
                let answer = bench.get(path).await;
                assert_eq!(
                    (answer.status, answer.header(header::LOCATION)),
                    (StatusCode::SEE_OTHER, "/sign-in"),
                    "{path}"
                );
            }
            let (batch, _) = bench.signed(false).await;
            let forged = bench.send(&format!("/batches/{batch}/discard"), FORM, "csrf=x").await;
            assert_eq!(forged.status, StatusCode::FORBIDDEN);
            assert_eq!(bench.submit("/sign-out", &[]).await.status, StatusCode::SEE_OTHER);
            assert_eq!(bench.page("/", "fr").await.status, StatusCode::SEE_OTHER);
        });
    }

    #[tokio::test]
    async fn a_visitor_without_a_session_waits_for_no_writer() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            let writer = db.write().await.unwrap();
            let answer = bench.get("/").await;
            assert_eq!(
                (answer.status, answer.header(header::LOCATION)),
                (StatusCode::SEE_OTHER, "/sign-in")
            );
            drop(writer);
        });
    }

    #[tokio::test]
    async fn the_home_page_counts_what_was_signed_and_collected() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            let empty = bench.page("/", "fr").await;
            assert!(
                empty.body.contains("Aucune attestation encore") && empty.body.contains("/static/modele-heures.csv")
            );
            let (batch, people) = bench.signed(false).await;
            bench.collect(&people[0], &shared::keys::SigningKey::generate()).await;
            for (language, words) in [("fr", "1 sur 2"), ("en", "1 of 2")] {
                let home = bench.page("/", language).await;
                assert!(
                    home.body.contains(words) && home.body.contains(&format!("/batches/{batch}")),
                    "{}",
                    home.body
                );
            }
            assert!(
                bench
                    .page("/", "fr")
                    .await
                    .body
                    .contains("1</span> pas encore récupérée")
            );
            let revoke = urls::revoke_attestation(&people[1].signed.id);
            bench.submit(&revoke, &[("reason", "erreur")]).await;
            let home = bench.page("/", "fr").await.body;
            assert!(
                home.contains("2</span> attestations signées") && home.contains("0</span> pas encore récupérée"),
                "{home}"
            );
        });
    }
}
