//! `GET /o/{organisation}/offers/{offer}`: an offer by reference (OpenID4VCI 1.0 §4.1.3). Reading never consumes it.

use axum::{
    Json,
    extract::{Path, State},
    http::{StatusCode, header::CACHE_CONTROL},
    response::{IntoResponse, Response},
};
use shared::service::problem::Problem;

use super::{OfferId, store};
use crate::{App, organisations::api::Named};

/// The offer while it can be redeemed; 404 when unknown, 410 once it cannot.
pub(crate) async fn by_reference(
    State(app): State<App>,
    Named(organisation): Named,
    Path((_, offer)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let unknown = || {
        Problem::new(
            StatusCode::NOT_FOUND,
            "unknown-offer",
            "this organisation has no such offer",
        )
    };
    let offer: OfferId = offer.parse().map_err(|_| unknown())?;
    let mut tx = app.db.read().await?;
    let offer = store::find(&mut tx, &organisation.slug, &offer)
        .await?
        .ok_or_else(unknown)?;
    if !offer.is_open(app.now()) {
        return Err(Problem::new(
            StatusCode::GONE,
            "offer-over",
            "this offer was collected, or can no longer be",
        ));
    }
    Ok((
        [(CACHE_CONTROL, "no-store")],
        Json(super::credential_offer(&app, &offer).to_value()),
    )
        .into_response())
}

#[cfg(test)]
mod tests {
    use axum::http::{StatusCode, header};
    use shared::oid4vci::offer::CredentialOffer;

    use crate::testing::{Bench, POSTGRES, SQLITE};

    #[tokio::test]
    async fn vci_i_024_and_025_reading_an_offer_never_consumes_it() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            let (_, people) = bench.signed(true).await;
            let path = bench.path(&format!("offers/{}", people[0].offer.id));
            for _ in 0..3 {
                let answer = bench.get(&path).await;
                assert_eq!(
                    (
                        answer.status,
                        answer.header(header::CONTENT_TYPE),
                        answer.header(header::CACHE_CONTROL)
                    ),
                    (StatusCode::OK, "application/json", "no-store")
                );
                let offer = CredentialOffer::from_value(&answer.json(), true).unwrap();
                assert_eq!(offer.credential_issuer.as_str(), bench.issuer());
                assert_eq!(offer.pre_authorized_code, bench.code(&people[0]));
                assert_eq!(
                    offer.tx_code.map(|code| (code.numeric, code.length)),
                    Some((true, Some(6)))
                );
            }
        });
    }

    #[tokio::test]
    async fn vci_i_027_an_offer_says_nothing_of_the_person() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            let (_, people) = bench.signed(false).await;
            let answer = bench.get(&bench.path(&format!("offers/{}", people[0].offer.id))).await;
            for word in ["Nadia", "Benali", "dirigeant", "270", "Comptes"] {
                assert!(!answer.body.contains(word), "{word}");
            }
        });
    }

    #[tokio::test]
    async fn unknown_offers_are_404_and_those_that_are_over_410() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let bench = Bench::new(&db).await;
            let (_, people) = bench.signed(false).await;
            let path = |rest: &str| bench.path(&format!("offers/{rest}"));
            let (first, second) = (people[0].offer.id.as_str(), people[1].offer.id.as_str());
            for unknown in [
                path("x"),
                path("00000000000000000000000000"),
                format!("/o/autre/offers/{first}"),
                format!("/o/../offers/{first}"),
            ] {
                assert_eq!(bench.get(&unknown).await.status, StatusCode::NOT_FOUND, "{unknown}");
            }
            bench.access_token(&people[0]).await;
            assert_eq!(bench.get(&path(first)).await.status, StatusCode::GONE);
            assert_eq!(bench.get(&path(second)).await.status, StatusCode::OK);
            bench.outlive(&people[1].offer);
            assert_eq!(bench.get(&path(second)).await.status, StatusCode::GONE);
        });
    }
}
