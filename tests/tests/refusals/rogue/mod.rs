//! Somebody else's issuer and verifier, which cheat in one way each.

use anyhow::{Context, Result};
use axum::Router;
use tokio::{net::TcpListener, task::JoinHandle};
use url::Url;

mod issuer;
mod verifier;

pub(crate) use issuer::{IssuerTrick, RogueIssuer};
pub(crate) use verifier::{RogueVerifier, VerifierTrick};

async fn listener() -> Result<(TcpListener, Url)> {
    let listener = TcpListener::bind("127.0.0.1:0").await.context("no free port")?;
    let url = Url::parse(&format!("http://localhost:{}", listener.local_addr()?.port()))?;
    Ok((listener, url))
}

/// A server, ended when dropped.
struct Server(JoinHandle<()>);

impl Drop for Server {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn serve(listener: TcpListener, router: Router) -> Server {
    Server(tokio::spawn(async move {
        let _ = axum::serve(listener, router).await;
    }))
}
