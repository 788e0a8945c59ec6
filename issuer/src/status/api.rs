//! `GET /o/{organisation}/status/{list}` (TSL-005) and `GET /o/{organisation}/status` (TSL-009).

use axum::{
    Json,
    extract::{Path, RawQuery, State},
    http::{
        StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use serde_json::json;
use shared::{service::problem::Problem, status_list::token::MEDIA_TYPE};
use url::form_urlencoded;

use super::{ListId, store};
use crate::{App, organisations::api::Named};

/// Every list of the organisation, for those who fetch ahead of need (draft §9.3).
pub(crate) async fn all(State(app): State<App>, Named(organisation): Named) -> Result<Response, Problem> {
    let mut tx = app.db.read().await?;
    let lists = store::of_organisation(&mut tx, &organisation.slug).await?;
    let lists = lists.iter().map(|list| app.urls.status_list(&organisation.slug, list));
    let aggregation = json!({ "status_lists": lists.collect::<Vec<_>>() });
    Ok(([(CACHE_CONTROL, "public, max-age=60")], Json(aggregation)).into_response())
}

/// The list as it is now. Its `ttl` says how long it may be kept (TSL-007).
pub(crate) async fn list(
    State(app): State<App>,
    Named(organisation): Named,
    Path((_, list)): Path<(String, String)>,
    RawQuery(query): RawQuery,
) -> Result<Response, Problem> {
    let query = query.unwrap_or_default();
    if form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "time") {
        return Err(Problem::new(
            StatusCode::NOT_IMPLEMENTED,
            "no-historical-status",
            "past states of a status list are not published",
        ));
    }
    let unknown = || {
        Problem::new(
            StatusCode::NOT_FOUND,
            "unknown-status-list",
            "this organisation has no such status list",
        )
    };
    let list: ListId = list.parse().map_err(|_| unknown())?;
    let mut tx = app.db.read().await?;
    let token = super::token(&app, &mut tx, &organisation.slug, &list)
        .await
        .map_err(|error| Problem::internal(&error))?;
    let headers = [(CONTENT_TYPE, MEDIA_TYPE), (CACHE_CONTROL, "public, max-age=60")];
    Ok((headers, token.ok_or_else(unknown)?.to_string()).into_response())
}

#[cfg(test)]
mod tests {
    use axum::{
        body::Body,
        http::{Request, StatusCode, header},
    };
    use shared::{
        format::sd_jwt_vc::SdJwt,
        keys::SigningKey,
        status_list::token::{MEDIA_TYPE, Status, StatusList, StatusReference},
    };
    use url::Url;

    use crate::{
        attestations, organisations,
        status::{self, SIZE, TTL},
        testing::{Bench, POSTGRES, SQLITE},
    };

    #[tokio::test]
    async fn tsl_006_the_published_list_says_valid_then_revoked() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            let (_, people) = bench.signed(false).await;
            let mut references = Vec::new();
            for person in &people {
                let text = bench.collect(person, &SigningKey::generate()).await;
                let claims = SdJwt::parse(&text).unwrap().reveal().unwrap().claims;
                references.push(StatusReference::from_claims(&claims).unwrap().unwrap());
            }
            assert_eq!(references[0].uri, references[1].uri);
            assert_ne!(references[0].idx, references[1].idx);
            let path = references[0].uri.parse::<Url>().unwrap().path().to_owned();
            let mut tx = db.read().await.unwrap();
            let signer = organisations::signer(&bench.app, &mut tx, bench.slug()).await.unwrap();
            drop(tx);
            let statuses = async || {
                let answer = bench.get(&path).await;
                assert_eq!(
                    (
                        answer.status,
                        answer.header(header::CONTENT_TYPE),
                        answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN)
                    ),
                    (StatusCode::OK, MEDIA_TYPE, "*")
                );
                let list =
                    StatusList::verify(&answer.body, &references[0].uri, signer.key.public(), bench.app.now()).unwrap();
                [
                    list.status(references[0].idx).unwrap(),
                    list.status(references[1].idx).unwrap(),
                ]
            };
            assert_eq!(statuses().await, [Status::Valid, Status::Valid]);
            let mut tx = db.write().await.unwrap();
            attestations::revoke(
                &bench.app,
                &mut tx,
                bench.slug(),
                &people[0].signed.id,
                &"heures comptées deux fois".parse().unwrap(),
            )
            .await
            .unwrap();
            let again = attestations::revoke(
                &bench.app,
                &mut tx,
                bench.slug(),
                &people[0].signed.id,
                &"encore".parse().unwrap(),
            )
            .await;
            assert!(matches!(again, Err(attestations::ChangeError::Revoked)));
            tx.commit().await.unwrap();
            assert_eq!(statuses().await, [Status::Invalid, Status::Valid]);
        });
    }

    #[tokio::test]
    async fn a_list_is_signed_again_only_when_it_changed_or_its_ttl_is_over() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            // Another process of the same service, with a memory of its own.
            let other = bench.beside();
            let mut tx = db.write().await.unwrap();
            let place = status::allocate(&bench.app, &mut tx, bench.slug()).await.unwrap();
            tx.commit().await.unwrap();
            let path = bench.path(&format!("status/{}", place.list));
            // ECDSA signatures differ each time: the same text was signed once.
            let first = bench.get(&path).await.body;
            assert_eq!(bench.get(&path).await.body, first);
            let elsewhere = other.get(&path).await.body;
            assert_ne!(elsewhere, first);
            assert_eq!(other.get(&path).await.body, elsewhere);

            bench.clock.advance(TTL);
            let later = bench.get(&path).await.body;
            assert_ne!(later, first);

            let mut tx = db.write().await.unwrap();
            status::store::revoke(&mut tx, &place).await.unwrap();
            assert_eq!(bench.get(&path).await.body, later, "not committed");
            tx.commit().await.unwrap();
            for process in [&bench, &other] {
                let body = process.get(&path).await.body;
                let mut tx = db.read().await.unwrap();
                let signer = organisations::signer(&bench.app, &mut tx, bench.slug()).await.unwrap();
                let uri = bench.app.urls.status_list(bench.slug(), &place.list);
                let list = StatusList::verify(&body, uri.as_str(), signer.key.public(), bench.app.now()).unwrap();
                assert_eq!(list.status(place.entry.into()), Ok(Status::Invalid));
                assert_eq!(process.get(&path).await.body, body);
            }
        });
    }

    #[tokio::test]
    async fn tsl_008_past_states_are_not_published() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            let answer = bench.get(&bench.path("status/x?time=1686925000")).await;
            assert_eq!(answer.status, StatusCode::NOT_IMPLEMENTED);
        });
    }

    #[tokio::test]
    async fn tsl_009_every_list_of_an_organisation_is_named() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            let named = async || bench.get(&bench.path("status")).await.json()["status_lists"].clone();
            assert_eq!(named().await, serde_json::json!([]));
            let mut tx = db.write().await.unwrap();
            let place = status::allocate(&bench.app, &mut tx, bench.slug()).await.unwrap();
            tx.commit().await.unwrap();
            let uri = bench.app.urls.status_list(bench.slug(), &place.list);
            assert_eq!(named().await, serde_json::json!([uri]));
        });
    }

    #[tokio::test]
    async fn unknown_lists_are_404_and_browsers_may_ask() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            for rest in ["status/x", "status/00000000000000000000000000"] {
                assert_eq!(bench.get(&bench.path(rest)).await.status, StatusCode::NOT_FOUND);
            }
            let preflight = Request::options(bench.path("status/x")).body(Body::empty()).unwrap();
            let answer = bench.call(preflight).await;
            assert_eq!(
                (answer.status, answer.header(header::ACCESS_CONTROL_ALLOW_ORIGIN)),
                (StatusCode::NO_CONTENT, "*")
            );
        });
    }

    #[tokio::test]
    async fn tsl_010_no_place_is_given_twice() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            let mut tx = db.write().await.unwrap();
            let first = status::allocate(&bench.app, &mut tx, bench.slug()).await.unwrap();
            assert!(!status::store::take(&mut tx, &first.list, first.entry).await.unwrap());
            let mut places = std::collections::BTreeSet::from([first.entry]);
            for _ in 0..200 {
                let place = status::allocate(&bench.app, &mut tx, bench.slug()).await.unwrap();
                assert!(place.list == first.list && place.entry < SIZE && places.insert(place.entry));
            }
            drop(tx);
        });
    }
}
