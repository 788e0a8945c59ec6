//! Logs: one line a failure, at the edge; never claims, tokens, codes or keys.
/// Starts logging to standard error at the level of `RUST_LOG` (default `info`).
pub fn start() { todo!() }
/// Logs a failure once, with its chain of causes, and gives the request id to show.
pub fn failure(error: &dyn std::error::Error) -> String { todo!() }
