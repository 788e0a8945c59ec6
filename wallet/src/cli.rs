//! The command `wallet`: `serve` and `check`.

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use anyhow::{Context, bail};
use clap::{Parser, Subcommand};
use shared::{
    clock::SystemClock,
    entropy::SystemEntropy,
    service::{serve, telemetry},
};

use crate::{App, Config, routes};

/// Where people keep their attestations.
#[derive(Debug, Parser)]
#[command(name = "wallet", version)]
struct Arguments {
    /// Configuration file (TOML).
    #[arg(long, global = true, env = "WALLET_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Listens until interrupted.
    Serve,
    /// Prints the configuration as understood, secrets hidden, and opens the database.
    Check,
}

/// Runs the command of this program's arguments.
pub async fn run() -> anyhow::Result<ExitCode> {
    let arguments = Arguments::parse();
    telemetry::start();
    let config = Config::load(arguments.config.as_deref())
        .context("the configuration was refused\nhint: `wallet check --config FILE` prints what is understood")?;
    let app = App::open(config, Arc::new(SystemClock), Arc::new(SystemEntropy)).await?;
    match arguments.command {
        Command::Serve => {
            let config = Arc::clone(&app.config);
            serve::run(&config.service, routes::router(app)).await?;
        }
        Command::Check => print(&check(&app)),
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs any command but `serve` and gives what it would print. `args` come after the program's name.
#[expect(
    clippy::unused_async,
    reason = "the three services have one surface, and the commands of the others wait"
)]
pub async fn execute(app: &App, args: &[&str]) -> anyhow::Result<String> {
    match Arguments::try_parse_from(std::iter::once("wallet").chain(args.iter().copied()))?.command {
        Command::Check => Ok(check(app)),
        Command::Serve => bail!("`serve` does not end: run it by itself"),
    }
}

fn check(app: &App) -> String {
    format!("{}\n", app.config)
}

#[expect(clippy::print_stdout, reason = "what a command is asked for goes to standard output")]
fn print(text: &str) {
    print!("{text}");
}
