//! `POST /credentials/issue`, `/credentials/derive`, `/credentials/status`, `/presentations/prove`, for the default instance and below
//! `/instances/{instance}`; the lists of the statuses; `GET /1.0/identifiers/{did}`.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};
use shared::{
    credential::StandardError,
    service::vc_api::{Refusal, answer, body, resolve},
    vc_api::{DeriveRequest, IssueRequest, MAX_BYTES, ProveRequest, StatusRequest},
};

use super::{Instance, InstanceError, VcApi};
use crate::App;

type Body = Result<Bytes, BytesRejection>;

/// Its routes; none when it is off.
pub(crate) fn routes(app: &App) -> Router<App> {
    let Some(vc_api) = &app.vc_api else {
        return Router::new();
    };
    let asked = Router::new()
        .route("/instances", get(instances))
        .route("/instances/{instance}", get(instance))
        .route("/credentials/issue", post(issue))
        .route("/instances/{instance}/credentials/issue", post(issue))
        .route("/credentials/derive", post(derive))
        .route("/instances/{instance}/credentials/derive", post(derive))
        .route("/credentials/status", post(change_status))
        .route("/instances/{instance}/credentials/status", post(change_status))
        .route("/presentations/prove", post(prove))
        .route("/instances/{instance}/presentations/prove", post(prove))
        .route("/1.0/identifiers/{did}", get(identifier))
        .layer(DefaultBodyLimit::max(MAX_BYTES));
    // Whoever verifies a credential reads its list.
    let published = Router::new().route("/instances/{instance}/status/{list}", get(status_list));
    vc_api.access.guard(asked).merge(published)
}

/// The instance in the path, or the default.
type Named = Option<Path<String>>;

async fn instances(State(app): State<App>) -> Result<Response, Refusal> {
    let vc_api = opened(&app)?;
    let mut all = Vec::new();
    for instance in vc_api.instances() {
        all.push(described(&app, &instance).await?);
    }
    Ok(answer(StatusCode::OK, &all.into()))
}

async fn instance(State(app): State<App>, named: Path<String>) -> Result<Response, Refusal> {
    let vc_api = opened(&app)?;
    let instance = find(&vc_api, &Some(named))?;
    Ok(answer(StatusCode::OK, &described(&app, &instance).await?))
}

async fn described(app: &App, instance: &Instance<'_>) -> Result<Value, Refusal> {
    let mut tx = app.db.write().await?;
    let identity = instance.identity(app, &mut tx).await?;
    tx.commit().await?;
    Ok(json!({
        "name": instance.name,
        "issuer": identity.controller,
        "verificationMethod": identity.method,
        "mechanism": instance.config.mechanism.name(),
        "key": instance.config.key.name(),
    }))
}

async fn issue(State(app): State<App>, named: Named, read: Body) -> Result<Response, Refusal> {
    let vc_api = opened(&app)?;
    let instance = find(&vc_api, &named)?;
    let request = IssueRequest::parse(&body(read)?)?;
    let mut tx = app.db.write().await?;
    let issued = instance.issue(&app, &mut tx, request).await?;
    tx.commit().await?;
    Ok(answer(StatusCode::CREATED, &issued.to_value()))
}

async fn derive(State(app): State<App>, named: Named, read: Body) -> Result<Response, Refusal> {
    let vc_api = opened(&app)?;
    let request = DeriveRequest::parse(&body(read)?)?;
    let instance = match named {
        None => vc_api.deriving(&request),
        named => Some(find(&vc_api, &named)?),
    };
    let derived = instance.ok_or(InstanceError::NotSelective)?.derive(&request)?;
    Ok(answer(StatusCode::CREATED, &derived.to_value()))
}

async fn prove(State(app): State<App>, named: Named, read: Body) -> Result<Response, Refusal> {
    let vc_api = opened(&app)?;
    let instance = find(&vc_api, &named)?;
    let request = ProveRequest::parse(&body(read)?)?;
    let mut tx = app.db.write().await?;
    let proven = instance.prove(&app, &mut tx, request).await?;
    tx.commit().await?;
    Ok(answer(StatusCode::CREATED, &proven.to_value()))
}

async fn change_status(State(app): State<App>, named: Named, read: Body) -> Result<Response, Refusal> {
    let vc_api = opened(&app)?;
    let instance = find(&vc_api, &named)?;
    let request = StatusRequest::parse(&body(read)?)?;
    let mut tx = app.db.write().await?;
    instance.change_status(&mut tx, &request).await?;
    tx.commit().await?;
    Ok(answer(StatusCode::OK, &json!({})))
}

async fn status_list(State(app): State<App>, Path((name, list)): Path<(String, String)>) -> Result<Response, Refusal> {
    let vc_api = opened(&app)?;
    let instance = find(&vc_api, &Some(Path(name)))?;
    let unknown = || absent("no status list has this address");
    let list = list.parse().map_err(|_| unknown())?;
    let mut tx = app.db.write().await?;
    let signed = instance.status_list(&app, &mut tx, &list).await?.ok_or_else(unknown)?;
    tx.commit().await?;
    let headers = [
        (header::CONTENT_TYPE, signed.media_type()),
        (header::CACHE_CONTROL, "max-age=60".to_owned()),
    ];
    Ok((headers, signed.to_text()).into_response())
}

async fn identifier(State(app): State<App>, Path(did): Path<String>, headers: HeaderMap) -> Result<Response, Refusal> {
    Ok(resolve(&opened(&app)?.http, &did, &headers, app.now()).await)
}

fn opened(app: &App) -> Result<Arc<VcApi>, Refusal> {
    app.vc_api.clone().ok_or_else(|| absent("the VC-API is off"))
}

fn find<'a>(vc_api: &'a VcApi, named: &Named) -> Result<Instance<'a>, Refusal> {
    vc_api
        .instance(named.as_ref().map(|Path(name)| name.as_str()))
        .ok_or_else(|| absent("no instance has this name"))
}

fn absent(detail: &str) -> Refusal {
    Refusal::with_status(StatusCode::NOT_FOUND, StandardError::Ours("not-found"), detail)
}

impl From<InstanceError> for Refusal {
    fn from(error: InstanceError) -> Self {
        match (&error, error.standard()) {
            (InstanceError::UnknownCredential, Some(standard)) => {
                Self::with_status(StatusCode::NOT_FOUND, standard, &error.to_string())
            }
            (_, Some(standard)) => Self::new(standard, &error.to_string()),
            (_, None) => Self::internal(&error),
        }
    }
}
