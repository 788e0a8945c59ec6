//! Listening.
use std::future::Future;
/// Serves `router` until `shutdown` ends. One span a request, with the matched route and never the path or query.
pub async fn serve(listener: tokio::net::TcpListener, router: axum::Router, shutdown: impl Future<Output = ()> + Send + 'static) -> std::io::Result<()> { todo!() }
/// Ends at SIGINT or SIGTERM.
pub async fn signal() { todo!() }
