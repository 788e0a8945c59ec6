//! `POST /credentials/verify` and `/presentations/verify`, below `/instances/{instance}` too; `GET /1.0/identifiers/{did}`.

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State, rejection::BytesRejection},
    http::{HeaderMap, StatusCode},
    response::Response,
    routing::{get, post},
};
use serde_json::Value;
use shared::{
    credential::StandardError,
    format::vc_jose::Content,
    service::vc_api::{Refusal, answer, body, resolve},
    vc_api::{MAX_BYTES, VerifyRequest, accepted, rejected},
    verification::w3c::W3cExpectation,
};

use crate::{App, inspection};

type Body = Result<Bytes, BytesRejection>;
/// The instance in the path.
type Named = Option<Path<String>>;

/// Its routes; none when it is off.
pub(crate) fn routes(app: &App) -> Router<App> {
    let Some(vc_api) = &app.vc_api else {
        return Router::new();
    };
    let routes = Router::new()
        .route("/credentials/verify", post(verify_credential))
        .route("/instances/{instance}/credentials/verify", post(verify_credential))
        .route("/presentations/verify", post(verify_presentation))
        .route("/instances/{instance}/presentations/verify", post(verify_presentation))
        .route("/1.0/identifiers/{did}", get(identifier))
        .layer(DefaultBodyLimit::max(MAX_BYTES));
    vc_api.access.guard(routes)
}

async fn verify_credential(State(app): State<App>, named: Named, read: Body) -> Result<Response, Refusal> {
    let request = VerifyRequest::parse_credential(&body(read)?)?;
    verify(&app, named, request, Content::Credential).await
}

async fn verify_presentation(State(app): State<App>, named: Named, read: Body) -> Result<Response, Refusal> {
    let request = VerifyRequest::parse_presentation(&body(read)?)?;
    verify(&app, named, request, Content::Presentation).await
}

async fn verify(app: &App, named: Named, request: VerifyRequest, content: Content) -> Result<Response, Refusal> {
    let name = named.as_ref().map(|Path(name)| name.as_str());
    let instance = app.vc_api.as_ref().and_then(|vc_api| vc_api.instance(name));
    let instance = instance.ok_or_else(|| {
        let standard = StandardError::Ours("not-found");
        Refusal::with_status(StatusCode::NOT_FOUND, standard, "no instance has this name")
    })?;
    let VerifyRequest {
        document,
        domain,
        challenge,
    } = request;
    if document.content() != content {
        let detail = match content {
            Content::Credential => "a credential is needed",
            Content::Presentation => "a presentation is needed",
        };
        return Err(Refusal::new(StandardError::MalformedValue, detail));
    }
    let expected = W3cExpectation {
        binding: instance.binding(),
        domain: domain.as_deref(),
        challenge: challenge.as_deref(),
    };
    let verdict = inspection::verify_w3c(&app.http, &app.lists, &document, &expected, app.now()).await;
    match rejected(&verdict, StatusCode::UNPROCESSABLE_ENTITY.as_u16()) {
        Some(Value::Object(problem)) => Err(Refusal::rejected(problem)),
        _ => Ok(answer(StatusCode::OK, &accepted(&document, &verdict))),
    }
}

async fn identifier(State(app): State<App>, Path(did): Path<String>, headers: HeaderMap) -> Response {
    resolve(&app.http, &did, &headers, app.now()).await
}
