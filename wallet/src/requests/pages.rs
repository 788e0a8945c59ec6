//! Pages of a request: who asks, what would be shared, share or refuse.

use axum::{
    extract::{Path, State as AxumState},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use shared::{
    oid4vp::{RequestError, RequestLink, RequestObject},
    service::{
        form::{Form, TokenForm},
        page::{PageError, render},
    },
};
use url::Url;

use super::{
    Choice, Request, RequestId, State,
    answer::{self, AnswerError},
    fetch::{self, FetchRequestError},
    matching::{self, ChoiceError, Fit},
    store,
    views::{LackingPage, RequestPage, SendingPage, View, Who},
};
use crate::{
    app::App,
    credentials::{self, Credential},
    holder::Holder,
    presentations::{self, Outcome, PresentationId, Receipt, Shared, Verifier},
    urls,
};

/// A link that the person wants to look at: fetched, checked, stored, shown.
pub(crate) async fn arrive(app: &App, holder: &Holder, link: &RequestLink) -> Result<Response, Response> {
    let known = async {
        let fingerprint = super::fingerprint(&holder.vault, &link.client_id, &link.request_uri);
        let mut tx = app.db.read().await?;
        store::find_by_fingerprint(&mut tx, &holder.account, &fingerprint).await
    };
    if let Some(id) = known.await.map_err(|error| holder.internal(&error).into_response())? {
        return Ok(Redirect::to(&urls::request(&id)).into_response());
    }
    let received = fetch::request(app, link)
        .await
        .map_err(|error| fetch_refusal(holder, &error).into_response())?;
    let kept = async {
        let mut tx = app.db.write().await?;
        let entropy = &*app.entropy;
        let id = store::insert(&mut tx, &holder.account, &holder.vault, received, entropy, app.now()).await?;
        tx.commit().await?;
        Ok::<_, sqlx::Error>(id)
    };
    let id = kept.await.map_err(|error| holder.internal(&error).into_response())?;
    Ok(Redirect::to(&urls::request(&id)).into_response())
}

/// `GET /requests/{id}`
pub(crate) async fn show(
    AxumState(app): AxumState<App>,
    holder: Holder,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    let (request, credentials) = load(&app, &holder, &id).await?;
    match &request.state {
        State::Shared(receipt) | State::Refused(receipt) => {
            Ok(Redirect::to(&urls::presentation(receipt)).into_response())
        }
        State::Sending(_, receipt) => {
            let receipt = urls::presentation(receipt);
            let who = Who::of(&app, &request, None);
            Ok(render(&SendingPage {
                id: request.id.to_string(),
                who,
                receipt,
                page: holder.page,
            }))
        }
        State::Pending => {
            let object = read(&app, &holder, &request)?;
            let asked = matching::asked(&app, &object, &credentials).map_err(|error| holder.internal(&error))?;
            if !matching::is_answerable(&object.query, &asked) {
                return Ok(render(&LackingPage::new(&app, holder.page, &request, &object, &asked)));
            }
            let proposed = matching::proposed(&object.query, &asked, &credentials);
            let view = View {
                request: &request,
                object: &object,
                asked: &asked,
                credentials: &credentials,
            };
            Ok(render(&RequestPage::new(&app, holder.page, &view, &proposed, None)))
        }
    }
}

/// `POST /requests/{id}/share`
pub(crate) async fn share(
    AxumState(app): AxumState<App>,
    holder: Holder,
    Path(id): Path<String>,
    Form(fields): Form<Vec<(String, String)>>,
) -> Result<Response, Response> {
    let (csrf, choices) = read_choices(fields);
    holder.expect_token(&csrf).map_err(IntoResponse::into_response)?;
    let (request, credentials) = load(&app, &holder, &id).await.map_err(IntoResponse::into_response)?;
    let (choices, agreed) = match &request.state {
        State::Shared(receipt) | State::Refused(receipt) => {
            return Ok(Redirect::to(&urls::presentation(receipt)).into_response());
        }
        State::Pending => (choices, None),
        // Already agreed to: what was ticked since does not count.
        State::Sending(consent, receipt) => (consent.clone(), Some(receipt.clone())),
    };
    let object = read(&app, &holder, &request).map_err(IntoResponse::into_response)?;
    let asked =
        matching::asked(&app, &object, &credentials).map_err(|error| holder.internal(&error).into_response())?;
    let chosen = match matching::choose(&object.query, &asked, &choices) {
        Ok(chosen) => chosen,
        Err(_) if agreed.is_some() => {
            // An attestation that was agreed to was deleted since.
            let back = urls::request(&request.id);
            return Err(holder.error(StatusCode::CONFLICT, "request-gone", back).into_response());
        }
        Err(error) => {
            let view = View {
                request: &request,
                object: &object,
                asked: &asked,
                credentials: &credentials,
            };
            let page = RequestPage::new(&app, holder.page, &view, &choices, Some(choice_key(error)));
            return Err((StatusCode::UNPROCESSABLE_ENTITY, render(&page)).into_response());
        }
    };
    let receipt = receipt(&app, &request, &object, &chosen, &credentials);
    let id = match agreed {
        Some(id) => id,
        None => match consent(&app, &holder, &request, choices, &receipt).await {
            Ok(Some(id)) => id,
            // Answered in another tab meanwhile.
            Ok(None) => return Ok(Redirect::to(&urls::request(&request.id)).into_response()),
            Err(error) => return Err(holder.internal(&error).into_response()),
        },
    };
    match answer::share(&app, &object, &chosen, &credentials).await {
        Ok(next) => {
            let receipt = Receipt {
                outcome: Outcome::Shared { next },
                ..receipt
            };
            conclude(&app, &holder, &request.id, &id, &receipt)
                .await
                .map_err(|error| holder.internal(&error).into_response())?;
            Ok(Redirect::to(&urls::presentation(&id)).into_response())
        }
        Err(error) => Err(answer_refusal(&holder, &request.id, &error).into_response()),
    }
}

/// `POST /requests/{id}/refuse`
pub(crate) async fn refuse(
    AxumState(app): AxumState<App>,
    holder: Holder,
    Path(id): Path<String>,
    Form(form): Form<TokenForm>,
) -> Result<Response, PageError> {
    holder.expect_token(&form.csrf)?;
    let (request, _) = load(&app, &holder, &id).await?;
    if !matches!(request.state, State::Pending) {
        return Ok(Redirect::to(&urls::request(&request.id)).into_response());
    }
    // A request that can no longer be read can still be refused: there is only nobody to tell.
    let object = request.received.read(app.now(), app.is_development()).ok();
    let receipt = refusal_receipt(&app, &request, object.as_ref(), None);
    let id = PresentationId::random(&*app.entropy);
    let refused = async {
        let mut tx = app.db.write().await?;
        let refused = store::refuse(&mut tx, &holder.account, &request.id, &id).await?;
        if refused {
            keep_receipt(&app, &mut tx, &holder, &id, &request.id, &receipt).await?;
            tx.commit().await?;
        }
        Ok::<_, sqlx::Error>(refused)
    };
    if !refused.await.map_err(|error| holder.internal(&error))? {
        return Ok(Redirect::to(&urls::request(&request.id)).into_response());
    }
    if let Some(object) = &object
        && let Ok(next @ Some(_)) = answer::refuse(&app, object).await
    {
        let receipt = refusal_receipt(&app, &request, Some(object), next);
        let told = async {
            let mut tx = app.db.write().await?;
            presentations::store::update(&mut tx, &holder.account, &holder.vault, &id, &receipt, &*app.entropy).await?;
            tx.commit().await
        };
        told.await.map_err(|error| holder.internal(&error))?;
    }
    Ok(Redirect::to(&urls::presentation(&id)).into_response())
}

/// The request and everything the person keeps.
async fn load(app: &App, holder: &Holder, id: &str) -> Result<(Request, Vec<Credential>), PageError> {
    let id: RequestId = holder.named(id)?;
    let found = async {
        let mut tx = app.db.read().await?;
        let request = store::find(&mut tx, &holder.account, &holder.vault, &id).await?;
        let credentials = credentials::store::list(&mut tx, &holder.account, &holder.vault).await?;
        Ok::<_, sqlx::Error>((request, credentials))
    };
    let (request, credentials) = found.await.map_err(|error| holder.internal(&error))?;
    Ok((request.ok_or_else(|| holder.not_found())?, credentials))
}

fn read(app: &App, holder: &Holder, request: &Request) -> Result<RequestObject, PageError> {
    request
        .received
        .read(app.now(), app.is_development())
        .map_err(|error| request_refusal(holder, error))
}

/// The token and the choices of a form: `choose` comes as often as there are choices.
fn read_choices(fields: Vec<(String, String)>) -> (String, Vec<Choice>) {
    let mut csrf = String::new();
    let mut choices = Vec::new();
    for (name, value) in fields {
        if name == "csrf" {
            csrf = value;
        } else if name == "choose" || name.starts_with("choose.") {
            choices.extend(Choice::read(&value));
        }
    }
    (csrf, choices)
}

/// Stores the consent and its receipt, before anything leaves. `None`: the request is no longer pending.
async fn consent(
    app: &App,
    holder: &Holder,
    request: &Request,
    choices: Vec<Choice>,
    receipt: &Receipt,
) -> Result<Option<PresentationId>, sqlx::Error> {
    let entropy = &*app.entropy;
    let id = PresentationId::random(entropy);
    let mut tx = app.db.write().await?;
    if !store::consent(&mut tx, &holder.account, &holder.vault, request, choices, &id, entropy).await? {
        return Ok(None);
    }
    keep_receipt(app, &mut tx, holder, &id, &request.id, receipt).await?;
    tx.commit().await?;
    Ok(Some(id))
}

async fn keep_receipt(
    app: &App,
    tx: &mut shared::service::db::Tx,
    holder: &Holder,
    id: &PresentationId,
    request: &RequestId,
    receipt: &Receipt,
) -> Result<(), sqlx::Error> {
    let keys = (id, request);
    presentations::store::insert(
        tx,
        &holder.account,
        &holder.vault,
        keys,
        receipt,
        &*app.entropy,
        app.now(),
    )
    .await
}

async fn conclude(
    app: &App,
    holder: &Holder,
    request: &RequestId,
    id: &PresentationId,
    receipt: &Receipt,
) -> Result<(), sqlx::Error> {
    let mut tx = app.db.write().await?;
    store::shared(&mut tx, &holder.account, request).await?;
    presentations::store::update(&mut tx, &holder.account, &holder.vault, id, receipt, &*app.entropy).await?;
    tx.commit().await
}

fn receipt(app: &App, request: &Request, object: &RequestObject, chosen: &[&Fit], kept: &[Credential]) -> Receipt {
    let who = Who::of(app, request, Some(object));
    let shared = chosen.iter().map(|fit| {
        let credential = &kept[fit.credential];
        Shared {
            credential: credential.id.to_string(),
            organisation: credential.organisation().to_owned(),
            facts: fit.shared.clone(),
        }
    });
    Receipt {
        verifier: Verifier {
            host: who.host,
            name: who.name,
        },
        purpose: object.purpose.as_ref().map(presentations::texts),
        outcome: Outcome::Unconfirmed,
        shared: shared.collect(),
    }
}

fn refusal_receipt(app: &App, request: &Request, object: Option<&RequestObject>, next: Option<Url>) -> Receipt {
    let who = Who::of(app, request, object);
    Receipt {
        verifier: Verifier {
            host: who.host,
            name: who.name,
        },
        purpose: object
            .and_then(|object| object.purpose.as_ref())
            .map(presentations::texts),
        outcome: Outcome::Refused { next },
        shared: Vec::new(),
    }
}

fn choice_key(error: ChoiceError) -> &'static str {
    match error {
        ChoiceError::Unfit => "request-choice-unfit",
        ChoiceError::Several => "request-choice-several",
        ChoiceError::TooMany => "request-choice-too-many",
        ChoiceError::Missing => "request-choice-missing",
    }
}

fn fetch_refusal(holder: &Holder, error: &FetchRequestError) -> PageError {
    let (status, key) = match error {
        FetchRequestError::Unreachable(_) | FetchRequestError::KeysUnreachable => {
            (StatusCode::BAD_GATEWAY, "request-unreachable")
        }
        FetchRequestError::Forbidden => (StatusCode::UNPROCESSABLE_ENTITY, "request-address"),
        FetchRequestError::Ended(_) => (StatusCode::GONE, "request-ended"),
        FetchRequestError::Answer(_) => (StatusCode::BAD_GATEWAY, "request-answer"),
        FetchRequestError::Did(_) => (StatusCode::UNPROCESSABLE_ENTITY, "request-identity"),
        FetchRequestError::Request(error) => return request_refusal(holder, *error),
    };
    holder.error(status, key, urls::PRESENT)
}

fn request_refusal(holder: &Holder, error: RequestError) -> PageError {
    let key = match error {
        RequestError::Malformed | RequestError::Query => "request-malformed",
        RequestError::OtherClient => "request-other-client",
        RequestError::BadSignature => "request-signature",
        RequestError::WalletNonce => "request-replayed",
        RequestError::RedirectUri => "request-ambiguous",
        RequestError::ResponseUri => "request-leak",
        RequestError::TransactionData => "request-transaction",
        RequestError::Encryption => "request-encryption",
        RequestError::Expired => return holder.error(StatusCode::GONE, "request-expired", urls::PRESENT),
    };
    holder.error(StatusCode::UNPROCESSABLE_ENTITY, key, urls::PRESENT)
}

fn answer_refusal(holder: &Holder, request: &RequestId, error: &AnswerError) -> PageError {
    let back = urls::request(request);
    match error {
        AnswerError::Unreachable(_) => holder.error(StatusCode::BAD_GATEWAY, "answer-unconfirmed", back),
        AnswerError::NotTaken(_) => holder.error(StatusCode::BAD_GATEWAY, "answer-not-taken", back),
        AnswerError::Present(error) => holder.internal(error),
        AnswerError::Response(error) => holder.internal(error),
    }
}
