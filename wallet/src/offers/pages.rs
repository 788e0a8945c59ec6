//! Pages of an invitation: look, accept, refuse.

use axum::{
    extract::{Path, State as AxumState},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use shared::{
    oid4vci::{
        metadata::MetadataError,
        offer::{OfferError, OfferLink},
    },
    service::{
        form::{Form, TokenForm},
        page::{PageError, render},
    },
};

use super::{
    Ending, Offer, OfferId, Progress, State,
    collect::{self, CollectError},
    store::{self, NewOffer},
    views::{OfferPage, UnverifiedPage},
};
use crate::{
    app::App,
    credentials::{self, CredentialId, Kept, Secret},
    holder::Holder,
    urls,
};

/// More steps than a collection has: what another request does at the same time adds at most a few.
const MAX_STEPS: usize = 12;

#[derive(Deserialize)]
pub(crate) struct AcceptForm {
    csrf: String,
    #[serde(default)]
    tx_code: String,
}

/// A link that the person wants to look at: fetched, checked, stored, shown.
pub(crate) async fn arrive(app: &App, holder: &Holder, link: &OfferLink) -> Result<Response, Response> {
    let internal = |error: sqlx::Error| holder.internal(&error).into_response();
    if let OfferLink::Reference(address) = link {
        let fingerprint = super::link_fingerprint(&holder.vault, address);
        if let Some(offer) = known(app, holder, Fingerprint::Link(&fingerprint))
            .await
            .map_err(internal)?
            && !matches!(offer.state, State::Refused { spent: false } | State::Ended(_))
        {
            return Ok(Redirect::to(&urls::offer(&offer.id)).into_response());
        }
    }
    let (offer, terms) = collect::inspect(app, link, holder.page.language)
        .await
        .map_err(|error| refusal(holder, None, &error, urls::ADD))?;
    let id = keep(app, holder, &offer, terms).await.map_err(internal)?;
    Ok(Redirect::to(&urls::offer(&id)).into_response())
}

/// `GET /offers/{id}`
pub(crate) async fn show(
    AxumState(app): AxumState<App>,
    holder: Holder,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let mut offer = load(&app, &holder, &id).await?;
    if let State::Pending(progress) = &offer.state
        && progress.is_over(app.now())
    {
        end(&app, &holder, &offer, Ending::Token)
            .await
            .map_err(|error| holder.internal(&error))?;
        offer = load(&app, &holder, &id).await?;
    }
    Ok(render(&OfferPage::new(holder.page, &offer, None)))
}

/// `POST /offers/{id}/accept`
pub(crate) async fn accept(
    AxumState(app): AxumState<App>,
    holder: Holder,
    Path(id): Path<String>,
    Form(form): Form<AcceptForm>,
) -> Result<Response, Response> {
    holder.expect_token(&form.csrf).map_err(IntoResponse::into_response)?;
    // A browser that leaves, or sends the form again, drops its request; what the issuer gives must be stored all the same.
    let page = holder.page.clone();
    let collection = tokio::spawn(async move { collect_offer(&app, holder, &id, &form.tx_code).await });
    match collection.await {
        Ok(reply) => reply,
        Err(stopped) => Err(PageError::internal(&page, &stopped).into_response()),
    }
}

/// Goes as far as the collection can go.
async fn collect_offer(app: &App, holder: Holder, id: &str, typed: &str) -> Result<Response, Response> {
    for _ in 0..MAX_STEPS {
        let offer = load(app, &holder, id).await.map_err(IntoResponse::into_response)?;
        let progress = match &offer.state {
            State::Pending(progress) => progress,
            State::Collected(Some(credential)) => {
                return Ok(Redirect::to(&urls::credential(credential)).into_response());
            }
            State::Collected(None) | State::Refused { .. } | State::Ended(_) => {
                return Ok(Redirect::to(&urls::offer(&offer.id)).into_response());
            }
        };
        let stored = match step(app, &offer, progress, typed).await {
            // When another request came as far first, its token or attestation serves as well.
            Ok(Step::Further(next)) => advance(app, &holder, &offer, &next).await.map(drop),
            Ok(Step::Kept(kept)) => collected(app, &holder, &offer, &kept).await,
            Err(error) => {
                // Another tab may have gone further meanwhile: then its result counts, not this refusal.
                let now = load(app, &holder, id).await.map_err(IntoResponse::into_response)?;
                if now.revision == offer.revision {
                    return Err(refused_step(app, holder, offer, error).await);
                }
                Ok(())
            }
        };
        stored.map_err(|error| holder.internal(&error).into_response())?;
    }
    Err(holder
        .error(StatusCode::CONFLICT, "offer-interrupted", urls::offer(id))
        .into_response())
}

/// `POST /offers/{id}/refuse`
pub(crate) async fn refuse(
    AxumState(app): AxumState<App>,
    holder: Holder,
    Path(id): Path<String>,
    Form(form): Form<TokenForm>,
) -> Result<Response, PageError> {
    holder.expect_token(&form.csrf)?;
    let offer = load(&app, &holder, &id).await?;
    let refused = async {
        let mut tx = app.db.write().await?;
        // When it moved on since, the page shows where it stands.
        store::refuse(&mut tx, &holder.account, &holder.vault, &offer, &*app.entropy).await?;
        tx.commit().await
    };
    refused.await.map_err(|error| holder.internal(&error))?;
    Ok(Redirect::to(&urls::offer(&offer.id)).into_response())
}

/// What one step of a collection gave.
enum Step {
    Further(Progress),
    Kept(Kept),
}

async fn step(app: &App, offer: &Offer, progress: &Progress, typed: &str) -> Result<Step, CollectError> {
    let terms = &offer.terms;
    match progress {
        progress if progress.is_over(app.now()) => Err(CollectError::TokenEnded),
        Progress::Waiting { code, .. } => collect::redeem(app, terms, code, typed).await.map(Step::Further),
        Progress::Redeemed {
            token, key, identifier, ..
        } => {
            let text = collect::fetch(app, terms, token, key, identifier.as_deref()).await?;
            Ok(Step::Further(Progress::Received { key: key.clone(), text }))
        }
        Progress::Received { key, text } => collect::verify(app, terms, key, text.clone()).await.map(Step::Kept),
    }
}

/// The answer to a step that failed; a wrong code is counted first.
async fn refused_step(app: &App, holder: Holder, offer: Offer, error: CollectError) -> Response {
    let State::Pending(progress) = &offer.state else {
        return holder.not_found().into_response();
    };
    match (&error, progress) {
        (CollectError::WrongCode, Progress::Waiting { code, tries }) => {
            let counted = Progress::Waiting {
                code: code.clone(),
                tries: tries.saturating_add(1),
            };
            if let Err(error) = count(app, &holder, &offer, &counted).await {
                return holder.internal(&error).into_response();
            }
            let offer = Offer {
                state: State::Pending(counted),
                ..offer
            };
            unprocessable(&OfferPage::new(holder.page, &offer, Some("offer-code-wrong")))
        }
        (CollectError::CodeShape, _) => unprocessable(&OfferPage::new(holder.page, &offer, Some("offer-code-shape"))),
        (CollectError::WrongCodeOrEnded, _) => {
            unprocessable(&OfferPage::new(holder.page, &offer, Some("offer-code-doubtful")))
        }
        (_, progress) => {
            let back = urls::offer(&offer.id);
            if let Some(ending) = error.ending()
                && let Err(error) = end(app, &holder, &offer, ending).await
            {
                return holder.internal(&error).into_response();
            }
            if let CollectError::Unreachable(_) = &error {
                let key = match progress {
                    // The code may have arrived: only the answer is known to be missing.
                    Progress::Waiting { .. } => "offer-unconfirmed",
                    Progress::Redeemed { .. } | Progress::Received { .. } => "offer-interrupted",
                };
                return holder.error(StatusCode::BAD_GATEWAY, key, back).into_response();
            }
            refusal(&holder, Some(&offer), &error, &back)
        }
    }
}

fn unprocessable(page: &OfferPage) -> Response {
    (StatusCode::UNPROCESSABLE_ENTITY, render(page)).into_response()
}

/// The page of each way in which a collection ends badly.
fn refusal(holder: &Holder, offer: Option<&Offer>, error: &CollectError, back: &str) -> Response {
    let (status, key) = match error {
        CollectError::Refused(verdict) | CollectError::Unchecked(verdict) => {
            if let Some(offer) = offer {
                let retry = matches!(error, CollectError::Unchecked(_));
                let page = UnverifiedPage::new(holder.page.clone(), offer, verdict, retry);
                return (StatusCode::UNPROCESSABLE_ENTITY, render(&page)).into_response();
            }
            (StatusCode::UNPROCESSABLE_ENTITY, "offer-answer")
        }
        CollectError::Key(error) => return holder.internal(error).into_response(),
        CollectError::Offer(error) => (StatusCode::UNPROCESSABLE_ENTITY, offer_key(*error)),
        CollectError::Metadata(error) => (StatusCode::UNPROCESSABLE_ENTITY, metadata_key(*error)),
        CollectError::Unreachable(_) => (StatusCode::BAD_GATEWAY, "offer-unreachable"),
        CollectError::Forbidden => (StatusCode::UNPROCESSABLE_ENTITY, "offer-address"),
        CollectError::Answer(_) => (StatusCode::BAD_GATEWAY, "offer-answer"),
        CollectError::ForeignServer => (StatusCode::UNPROCESSABLE_ENTITY, "offer-foreign-server"),
        CollectError::EncryptionRequired => (StatusCode::UNPROCESSABLE_ENTITY, "offer-encryption"),
        CollectError::Ended => (StatusCode::GONE, "offer-ended"),
        CollectError::TokenEnded => (StatusCode::GONE, "offer-token-ended"),
        CollectError::Denied => (StatusCode::UNPROCESSABLE_ENTITY, "offer-denied"),
        CollectError::Deferred => (StatusCode::UNPROCESSABLE_ENTITY, "offer-deferred"),
        CollectError::CodeShape => (StatusCode::UNPROCESSABLE_ENTITY, "offer-answer"),
        CollectError::WrongCode | CollectError::WrongCodeOrEnded => (StatusCode::UNPROCESSABLE_ENTITY, "offer-ended"),
        CollectError::Unreadable(_) => (StatusCode::UNPROCESSABLE_ENTITY, "offer-unreadable"),
    };
    holder.error(status, key, back).into_response()
}

/// The page of each way in which an invitation itself is wrong.
pub(crate) fn offer_key(error: OfferError) -> &'static str {
    match error {
        OfferError::NotAnOffer | OfferError::Malformed => "offer-malformed",
        OfferError::Ambiguous => "offer-ambiguous",
        OfferError::ForbiddenAddress => "offer-address",
        OfferError::UnsupportedGrant => "offer-grant",
        OfferError::TooLarge => "offer-too-large",
    }
}

fn metadata_key(error: MetadataError) -> &'static str {
    match error {
        MetadataError::Malformed => "offer-metadata",
        MetadataError::OtherIssuer => "offer-other-issuer",
        MetadataError::UnknownConfiguration => "offer-unknown-kind",
        MetadataError::UnsupportedFormat => "offer-format",
    }
}

enum Fingerprint<'a> {
    Offer(&'a [u8]),
    Link(&'a [u8]),
}

async fn known(app: &App, holder: &Holder, fingerprint: Fingerprint<'_>) -> Result<Option<Offer>, sqlx::Error> {
    let mut tx = app.db.read().await?;
    let id = match fingerprint {
        Fingerprint::Offer(fingerprint) => store::find_by_fingerprint(&mut tx, &holder.account, fingerprint).await?,
        Fingerprint::Link(fingerprint) => store::find_by_link(&mut tx, &holder.account, fingerprint).await?,
    };
    match id {
        Some(id) => store::find(&mut tx, &holder.account, &holder.vault, &id).await,
        None => Ok(None),
    }
}

/// Stores what was inspected, or finds that this person has it already.
async fn keep(
    app: &App,
    holder: &Holder,
    offer: &shared::oid4vci::offer::CredentialOffer,
    terms: super::Terms,
) -> Result<OfferId, sqlx::Error> {
    let entropy = &*app.entropy;
    let fingerprint = super::fingerprint(&holder.vault, offer);
    let progress = Progress::Waiting {
        code: Secret::new(offer.pre_authorized_code.clone()),
        tries: 0,
    };
    if let Some(known) = known(app, holder, Fingerprint::Offer(&fingerprint)).await? {
        let mut tx = app.db.write().await?;
        store::reopen(
            &mut tx,
            &holder.account,
            &holder.vault,
            &known.id,
            terms,
            progress,
            entropy,
        )
        .await?;
        tx.commit().await?;
        return Ok(known.id);
    }
    let id = OfferId::random(entropy);
    let link_fingerprint = terms
        .link
        .as_ref()
        .map(|link| super::link_fingerprint(&holder.vault, link));
    let new = NewOffer {
        id: id.clone(),
        fingerprint: fingerprint.clone(),
        link_fingerprint,
        terms,
        progress,
    };
    let mut tx = app.db.write().await?;
    let inserted = store::insert(&mut tx, &holder.account, &holder.vault, new, entropy, app.now()).await?;
    let id = if inserted {
        id
    } else {
        // The same invitation came twice at the same instant.
        store::find_by_fingerprint(&mut tx, &holder.account, &fingerprint)
            .await?
            .ok_or(sqlx::Error::RowNotFound)?
    };
    tx.commit().await?;
    Ok(id)
}

async fn advance(app: &App, holder: &Holder, offer: &Offer, progress: &Progress) -> Result<bool, sqlx::Error> {
    let mut tx = app.db.write().await?;
    let stored = store::advance(&mut tx, &holder.account, &holder.vault, offer, progress, &*app.entropy).await?;
    tx.commit().await?;
    Ok(stored)
}

async fn end(app: &App, holder: &Holder, offer: &Offer, ending: Ending) -> Result<bool, sqlx::Error> {
    let mut tx = app.db.write().await?;
    let stored = store::end(&mut tx, &holder.account, &holder.vault, offer, ending, &*app.entropy).await?;
    tx.commit().await?;
    Ok(stored)
}

async fn count(app: &App, holder: &Holder, offer: &Offer, waiting: &Progress) -> Result<bool, sqlx::Error> {
    let mut tx = app.db.write().await?;
    let stored = store::count(&mut tx, &holder.account, &holder.vault, offer, waiting, &*app.entropy).await?;
    tx.commit().await?;
    Ok(stored)
}

/// Keeps the attestation and ends the offer, both or neither.
async fn collected(app: &App, holder: &Holder, offer: &Offer, kept: &Kept) -> Result<(), sqlx::Error> {
    let entropy = &*app.entropy;
    let id = CredentialId::random(entropy);
    let mut tx = app.db.write().await?;
    credentials::store::insert(&mut tx, &holder.account, &holder.vault, &id, kept, entropy, app.now()).await?;
    if store::collect(&mut tx, &holder.account, &holder.vault, offer, &id, entropy).await? {
        tx.commit().await?;
    }
    Ok(())
}

async fn load(app: &App, holder: &Holder, id: &str) -> Result<Offer, PageError> {
    let id: OfferId = holder.named(id)?;
    let found = async {
        let mut tx = app.db.read().await?;
        store::find(&mut tx, &holder.account, &holder.vault, &id).await
    };
    holder.found(found.await)
}
