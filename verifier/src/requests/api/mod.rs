//! What wallets call: the request object and the response (OpenID4VP 1.0 §5.10, §8.2).

use axum::{
    Json,
    body::Bytes,
    extract::{self, Path, State},
    http::{
        StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use serde_json::json;
use shared::{
    format::sd_jwt_vc::ExpectedBinding,
    keys::seal::equal,
    oid4vp::{
        request::MEDIA_TYPE,
        response::{Answer, Response as WalletResponse, ResponseError, from_form},
    },
    parameters::Parameters,
    service::{body, body::BodyError, telemetry},
};

use super::{Request, RequestError, RequestId};
use crate::{
    App,
    decisions::{self, DecisionError, DecisionId},
    trust, verification,
    verification::Rejection,
};

/// The largest answer, in bytes.
const MAX_RESPONSE: usize = 1024 * 1024;
/// The largest POST for a request object, in bytes: it may carry the wallet's metadata.
const MAX_OBJECT_REQUEST: usize = 64 * 1024;
const FORM: &str = "application/x-www-form-urlencoded";

/// Why a wallet was refused: `{"error": …, "error_description": …}`.
#[derive(Debug)]
pub(crate) struct WalletError {
    status: StatusCode,
    description: String,
}

impl WalletError {
    fn new(status: StatusCode, description: impl std::fmt::Display) -> Self {
        Self {
            status,
            description: description.to_string(),
        }
    }

    fn internal(error: &dyn std::error::Error) -> Self {
        let request_id = telemetry::failure(error);
        Self::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            format_args!("unexpected failure {request_id}"),
        )
    }
}

impl IntoResponse for WalletError {
    fn into_response(self) -> Response {
        let error = if self.status.is_server_error() {
            "server_error"
        } else {
            "invalid_request"
        };
        let body = json!({ "error": error, "error_description": self.description });
        (self.status, [(CACHE_CONTROL, "no-store")], Json(body)).into_response()
    }
}

impl From<RequestError> for WalletError {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::Unknown
            | RequestError::Ended
            | RequestError::Expired
            | RequestError::WalletNonce
            | RequestError::RuleGone => Self::new(StatusCode::BAD_REQUEST, error),
            RequestError::Sealed(_) | RequestError::Secrets(_) | RequestError::Key(_) | RequestError::Database(_) => {
                Self::internal(&error)
            }
        }
    }
}

impl From<sqlx::Error> for WalletError {
    fn from(error: sqlx::Error) -> Self {
        Self::internal(&error)
    }
}

impl From<DecisionError> for WalletError {
    fn from(error: DecisionError) -> Self {
        Self::internal(&error)
    }
}

impl From<ResponseError> for WalletError {
    fn from(error: ResponseError) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error)
    }
}

impl From<Rejection> for WalletError {
    fn from(rejection: Rejection) -> Self {
        Self::new(StatusCode::BAD_REQUEST, rejection)
    }
}

/// `GET /requests/{id}/object`. May be fetched several times: nothing changes until an answer comes.
pub(crate) async fn object(State(app): State<App>, Path(id): Path<String>) -> Result<Response, WalletError> {
    signed_object(&app, &id, None).await
}

/// `POST /requests/{id}/object` (VP-V-007): `wallet_nonce` is copied, `wallet_metadata` and anything else ignored.
pub(crate) async fn object_for_wallet(
    State(app): State<App>,
    Path(id): Path<String>,
    request: extract::Request,
) -> Result<Response, WalletError> {
    let form = read_form(request, MAX_OBJECT_REQUEST).await?;
    let mut parameters =
        Parameters::from_form(&form).map_err(|repeated| WalletError::new(StatusCode::BAD_REQUEST, repeated))?;
    let wallet_nonce = parameters.take("wallet_nonce");
    signed_object(&app, &id, wallet_nonce.as_deref()).await
}

async fn signed_object(app: &App, id: &str, wallet_nonce: Option<&str>) -> Result<Response, WalletError> {
    let request = find(app, id).await.map_err(|error| match error {
        RequestError::Unknown => WalletError::new(StatusCode::NOT_FOUND, error),
        other => other.into(),
    })?;
    let object = super::object(app, &request, wallet_nonce, app.now()).map_err(|error| match error {
        RequestError::Ended | RequestError::Expired | RequestError::RuleGone => {
            WalletError::new(StatusCode::GONE, error)
        }
        other => other.into(),
    })?;
    Ok(([(CONTENT_TYPE, MEDIA_TYPE), (CACHE_CONTROL, "no-store")], object).into_response())
}

/// `POST /requests/{id}/response` (`response_uri`, §8.2). An answer that does not read, does not decrypt or was made for
/// another request changes nothing. One that reads ends the request, with a decision that explains what does not hold.
pub(crate) async fn response(
    State(app): State<App>,
    Path(id): Path<String>,
    request: extract::Request,
) -> Result<Response, WalletError> {
    let form = read_form(request, MAX_RESPONSE).await?;
    let now = app.now();
    let request = find(&app, &id).await?;
    let secrets = request.secrets(&app, now)?;
    let (vp_token, state, refusal) = match from_form(&form, &secrets.key)? {
        WalletResponse::Presented { vp_token, state } => (vp_token, state, None),
        WalletResponse::Refused { error, state } => (std::collections::BTreeMap::new(), state, Some(error)),
    };
    // VP-V-024.
    if !state.is_some_and(|state| equal(state.as_bytes(), secrets.state.as_bytes())) {
        return Err(WalletError::new(
            StatusCode::BAD_REQUEST,
            "state is not the one of the request",
        ));
    }
    if let Some(error) = refusal {
        let mut tx = app.db.write().await?;
        super::refuse(&mut tx, &request.id, &error, now).await?;
        tx.commit().await?;
        return Ok(answered(&Answer::default()));
    }

    let rule = app.rules.rule(&request.claimed.rule).ok_or(RequestError::RuleGone)?;
    let trust = trust::read(app.config.trust.as_ref(), now)
        .await
        .inspect_err(|error| tracing::warn!(error = error as &dyn std::error::Error, "no trust list to rely on"))
        .ok();
    let audience = app.identity.client_id().to_string();
    let binding = ExpectedBinding {
        audience: &audience,
        nonce: &secrets.nonce,
    };
    let answer = verification::Answer::read(&request.query, &vp_token, binding, now)?;
    let gathered = answer.fetch(&app.http, &app.editions, trust.as_ref(), now).await;
    let examined = answer.examine(&app.verification_rules(), &gathered, trust.as_ref(), now)?;
    let id = DecisionId::random(app.entropy.as_ref());
    let decision = decisions::decide(
        id,
        rule,
        &request.claimed,
        &examined,
        trust.as_ref(),
        app.config.policy.into(),
        now,
    );

    let mut tx = app.db.write().await?;
    let response_code = super::answer(&app, &mut tx, &request.id, &decision.id, now).await?;
    decisions::store::insert(&mut tx, &request.id, &decision, &app.keys, app.entropy.as_ref()).await?;
    tx.commit().await?;
    tracing::info!(request.id = %request.id, decision.id = %decision.id, decision.outcome = decision.outcome.code(), "request decided");
    Ok(answered(&Answer {
        redirect_uri: Some(app.urls.done(&request.id, &response_code)),
    }))
}

fn answered(answer: &Answer) -> Response {
    ([(CACHE_CONTROL, "no-store")], Json(answer)).into_response()
}

async fn find(app: &App, id: &str) -> Result<Request, RequestError> {
    let id: RequestId = id.parse().map_err(|_| RequestError::Unknown)?;
    let mut tx = app.db.read().await?;
    super::find(&mut tx, &id).await
}

/// The body of a form, of at most `limit` bytes.
async fn read_form(request: extract::Request, limit: usize) -> Result<Bytes, WalletError> {
    if !body::has_type(request.headers(), FORM) {
        return Err(WalletError::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            format_args!("the body must be {FORM}"),
        ));
    }
    body::limited(request, limit).await.map_err(|error| match error {
        BodyError::TooLarge => WalletError::new(StatusCode::PAYLOAD_TOO_LARGE, error),
        BodyError::Broken => WalletError::new(StatusCode::BAD_REQUEST, error),
    })
}

#[cfg(test)]
mod tests;
