//! `issuer`: see [`issuer::cli`].

use std::process::ExitCode;

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    issuer::cli::run().await
}
