//! A decision in JSON.

use axum::{
    Json,
    extract::{Path, State},
    http::{HeaderMap, StatusCode},
};
use shared::service::{page::PageContext, problem::Problem};

use super::{
    DecisionError, store,
    words::{Words, words},
};
use crate::{
    App, desk,
    requests::{self, RequestError, RequestId},
};

/// `GET /requests/{id}/decision` — for the clerk's session only (VP-V-025).
pub(crate) async fn decision(
    State(app): State<App>,
    Path(id): Path<String>,
    page: PageContext,
    headers: HeaderMap,
) -> Result<Json<Words>, Problem> {
    if desk::session(&app, &headers).await?.is_none() {
        return Err(Problem::new(
            StatusCode::UNAUTHORIZED,
            "sign-in-first",
            "decisions are shown to signed-in clerks",
        ));
    }
    let id: RequestId = id.parse().map_err(|_| Problem::from(RequestError::Unknown))?;
    let mut tx = app.db.read().await?;
    let request = requests::find(&mut tx, &id).await?;
    let requests::State::Answered { decision, .. } = request.state(app.now()) else {
        return Err(Problem::new(
            StatusCode::NOT_FOUND,
            "not-decided",
            "the request has no decision",
        ));
    };
    let decision = store::find(&mut tx, &decision, &app.keys).await?;
    Ok(Json(words(&decision, &page)))
}

impl From<RequestError> for Problem {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::Unknown => Self::new(StatusCode::NOT_FOUND, "unknown-request", "no such request"),
            other => Self::internal(&other),
        }
    }
}

impl From<DecisionError> for Problem {
    fn from(error: DecisionError) -> Self {
        Self::internal(&error)
    }
}
