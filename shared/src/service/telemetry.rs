//! Logs: one line a failure, at the edge; never claims, tokens, codes or keys.

use std::fmt::Write;

use tracing_subscriber::EnvFilter;

use crate::{entropy::SystemEntropy, id};

/// Starts logging to standard error at the level of `RUST_LOG` (default `info`). A second call changes nothing.
pub fn start() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    let started = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .try_init();
    if started.is_err() {
        tracing::debug!("logging had already started");
    }
}

/// Logs a failure once, with its chain of causes, and gives the request id to show.
pub fn failure(error: &dyn std::error::Error) -> String {
    // The id only joins a page to a line of the log: no fact depends on it, so that tests need not hold it still.
    let mut id = id::random(&SystemEntropy);
    id.truncate(10);
    tracing::error!(request.id = id, "{}", chain(error));
    id
}

/// An error and its causes on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        // Some errors already repeat their cause in their own message.
        let text = error.to_string();
        if !line.ends_with(&text) {
            let _ = write!(line, ": {text}");
        }
        cause = error.source();
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("outer")]
    struct Outer(#[source] Inner);
    #[derive(Debug, thiserror::Error)]
    #[error("inner")]
    struct Inner;

    #[test]
    fn the_chain_of_causes_is_one_line() {
        assert_eq!(chain(&Outer(Inner)), "outer: inner");
    }

    #[test]
    fn every_failure_has_an_id_of_its_own() {
        assert_ne!(failure(&Inner), failure(&Inner));
    }
}
