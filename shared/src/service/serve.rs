//! Listening.

use std::{
    any::Any,
    future::poll_fn,
    io,
    net::SocketAddr,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::Poll,
    time::Duration,
};

use axum::{
    Router,
    extract::{MatchedPath, Request},
    http::{HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use tokio::{net::TcpListener, sync::oneshot, time};
use tracing::Instrument;

use super::{assets, body, config::ServiceConfig};

/// A request is answered within this; an answer that streams (server-sent events) may go on for as long as it likes.
const ANSWER_WITHIN: Duration = Duration::from_secs(30);
/// The same for a request that brings a file, perhaps over a poor line.
const ANSWER_UPLOAD_WITHIN: Duration = Duration::from_mins(2);
/// Open connections are given this long once asked to stop: streams would never end by themselves.
const STOP_WITHIN: Duration = Duration::from_secs(5);

/// Serves `router` until `shutdown` ends. One span a request, with the matched route and never the path or query.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let router = router
        .layer(middleware::from_fn(assets::revalidate))
        .layer(middleware::from_fn(observe));
    let (stopping, stop) = oneshot::channel();
    let serving = axum::serve(listener, router).with_graceful_shutdown(async move {
        shutdown.await;
        tracing::info!("stopping");
        let _ = stopping.send(());
    });
    tokio::select! {
        served = serving.into_future() => served,
        () = async { let _ = stop.await; time::sleep(STOP_WITHIN).await } => Ok(()),
    }
}

/// Why a service does not run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The address is taken, or not ours.
    #[error("cannot listen on {address}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// Serving failed.
    #[error(transparent)]
    Serve(#[from] io::Error),
}

/// Listens where `service` says and serves `router` until SIGINT or SIGTERM.
pub async fn run(service: &ServiceConfig, router: Router) -> Result<(), RunError> {
    let address = service.listen;
    let listener = TcpListener::bind(address)
        .await
        .map_err(|source| RunError::Listen { address, source })?;
    tracing::info!(listen = %listener.local_addr()?, public_url = %service.public_url, "listening");
    Ok(serve(listener, router, signal()).await?)
}

/// Ends at SIGINT or SIGTERM.
pub async fn signal() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

async fn observe(request: Request, next: Next) -> Response {
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("unknown", MatchedPath::as_str);
    let span = tracing::info_span!("request", http.method = %request.method(), http.route = route);
    let patience = if body::has_type(request.headers(), "multipart/form-data") {
        ANSWER_UPLOAD_WITHIN
    } else {
        ANSWER_WITHIN
    };
    async {
        let begun = time::Instant::now();
        let response = match time::timeout(patience, survive(next.run(request))).await {
            Ok(Ok(response)) => response,
            Ok(Err(_)) => {
                tracing::error!("the handler panicked");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
            Err(_) => {
                tracing::error!("no answer in time");
                let wait = [(header::RETRY_AFTER, HeaderValue::from_static("30"))];
                (StatusCode::SERVICE_UNAVAILABLE, wait).into_response()
            }
        };
        tracing::info!(http.status = response.status().as_u16(), elapsed = ?begun.elapsed(), "answered");
        response
    }
    .instrument(span)
    .await
}

/// Runs a future to its end, or to its panic.
pub(crate) async fn survive<F: Future>(future: F) -> Result<F::Output, Box<dyn Any + Send>> {
    let mut future = pin!(future);
    poll_fn(
        |context| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
            Err(panic) => Poll::Ready(Err(panic)),
        },
    )
    .await
}

#[cfg(test)]
mod tests {
    use axum::routing::get;

    use super::*;
    use crate::{service::security_headers, testing::Exchange};

    #[tokio::test]
    async fn a_handler_that_panics_answers_and_the_service_goes_on() {
        let router = Router::new().route("/panics", get(async || -> StatusCode { panic!("on purpose") }));
        let exchange = Exchange::with(router).await;
        assert_eq!(exchange.get("/panics").await.status, 500);
        assert_eq!(exchange.get("/absent").await.status, 404);
    }

    #[tokio::test]
    async fn assets_are_sent_once() {
        let exchange = Exchange::with(security_headers::layer(assets::routes(), false)).await;
        let first = exchange.get("/static/musette.css").await;
        assert_eq!(first.status, 200);
        let tag = first.header("etag").unwrap().to_owned();
        let again = exchange
            .send("GET", "/static/musette.css", &[("if-none-match", &tag)], "")
            .await;
        assert_eq!((again.status, again.body.as_str()), (304, ""));
        assert_eq!(
            exchange.get("/static/favicon.svg").await.header("content-type"),
            Some("image/svg+xml")
        );
    }

    #[tokio::test]
    async fn serving_ends_when_asked() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        serve(listener, Router::new(), async {}).await.unwrap();
    }
}
