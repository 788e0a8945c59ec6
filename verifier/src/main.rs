//! The service of who checks: a training body's counter.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    verifier::cli::run().await
}
