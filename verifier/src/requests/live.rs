//! The live result of a request: server-sent events, for the page that waits.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::{Path, State},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::stream;
use shared::service::page::{PageContext, PageError};

use super::{
    Request, RequestError, RequestId, State as RequestState,
    pages::{load, time_left},
};
use crate::{App, desk::pages::Clerk, urls};

/// How often a live result looks at the database: another process may have taken the answer.
const PACE: Duration = Duration::from_secs(1);

/// `GET /requests/{id}/events`: says `ended` once the request has ended in any way, and the time left until then.
pub(crate) async fn events(
    State(app): State<App>,
    Path(id): Path<String>,
    clerk: Clerk,
) -> Result<Response, PageError> {
    let request = load(&app, &clerk.page, &id, urls::COUNTER).await?;
    let watch = Watch {
        app,
        page: clerk.page,
        id: request.id,
        told: None,
    };
    let events = stream::unfold(Some(watch), |watch| async { Some(watch?.next().await) });
    Ok(Sse::new(events).keep_alive(KeepAlive::default()).into_response())
}

/// A page that waits for an answer.
struct Watch {
    app: App,
    page: PageContext,
    id: RequestId,
    told: Option<String>,
}

impl Watch {
    /// The next thing to tell; no watch comes back when it was the last.
    async fn next(mut self) -> (Result<Event, Infallible>, Option<Self>) {
        loop {
            let now = self.app.now();
            let Ok(request) = self.look().await else {
                return (Ok(ended()), None);
            };
            if request.state(now) != RequestState::Waiting {
                return (Ok(ended()), None);
            }
            let time_left = time_left(&self.page, &request, now);
            if self.told.as_ref() != Some(&time_left) {
                self.told = Some(time_left.clone());
                return (Ok(Event::default().event("time").data(time_left)), Some(self));
            }
            tokio::time::sleep(PACE).await;
        }
    }

    async fn look(&self) -> Result<Request, RequestError> {
        let mut tx = self.app.db.read().await?;
        super::find(&mut tx, &self.id).await
    }
}

/// The last thing to tell. It says something: an event without data is not dispatched.
fn ended() -> Event {
    Event::default().event("ended").data("ended")
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;
    use shared::oid4vp::response::Response as WalletResponse;

    use super::*;
    use crate::testing::stage;

    #[tokio::test]
    async fn the_live_result_tells_the_time_left_and_ends_with_the_request() {
        let stage = stage().await;
        let (clerk, _) = stage.clerk().await;
        let id = stage.ask().await;
        let path = urls::path(urls::EVENTS, &id);
        let watching = tokio::spawn({
            let request = crate::testing::browser().get(stage.url(&path)).headers(clerk.clone());
            async move { crate::testing::answer(request).await }
        });
        let request = stage.object(&id).await;
        let refusal = WalletResponse::Refused {
            error: "access_denied".to_owned(),
            state: request.state.clone(),
        };
        stage.respond(&id, &request, &refusal).await;
        let (status, headers, told) = watching.await.unwrap();
        assert_eq!(status, StatusCode::OK);
        assert_eq!(headers["content-type"], "text/event-stream");
        assert!(told.contains("event: ended"), "{told}");
    }
}
