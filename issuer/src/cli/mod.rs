//! The commands of `issuer`.

mod attestation;
mod badge;
mod bake;
mod batch;
mod did;
mod offer;
mod organisation;
mod sign;

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use anyhow::bail;
use clap::{Parser, Subcommand};
use shared::{
    clock::SystemClock,
    entropy::SystemEntropy,
    language::Language,
    service::{page::PageContext, serve, telemetry},
};

use crate::{App, Config, app, organisations, router};

/// Signs the hours of an association's volunteers, for them to collect.
#[derive(Debug, Parser)]
#[command(name = "issuer", version)]
struct Cli {
    /// Configuration file (TOML).
    #[arg(long, global = true)]
    config: Option<PathBuf>,
    /// Language of what is printed: fr or en.
    #[arg(long, global = true, default_value = "fr", value_parser = language)]
    lang: Language,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Listens until interrupted.
    Serve,
    /// Prints the configuration as understood, secrets left out.
    Check,
    /// Organisations of this service.
    #[command(subcommand)]
    Organisation(organisation::OrganisationCommand),
    /// The did:webvh of an organisation: a DID with a history.
    #[command(subcommand)]
    Did(did::DidCommand),
    /// Batches of attestations.
    #[command(subcommand)]
    Batch(batch::BatchCommand),
    /// Invitations to collect.
    #[command(subcommand)]
    Offer(offer::OfferCommand),
    /// Puts a badge into the picture that shows it.
    Bake(bake::BakeArguments),
    /// Signs a document in any form.
    Sign(sign::SignArguments),
    /// Signed attestations.
    #[command(subcommand)]
    Attestation(attestation::AttestationCommand),
}

/// Runs the command of the process's arguments.
pub async fn run() -> anyhow::Result<ExitCode> {
    let cli = Cli::parse();
    telemetry::start();
    if let Command::Bake(arguments) = &cli.command {
        let page = PageContext::new(cli.lang, Arc::new(app::locale()));
        print(&bake::run(&page, arguments)?);
        return Ok(ExitCode::SUCCESS);
    }
    let config = Config::load(cli.config.as_deref())?;
    if matches!(cli.command, Command::Check) {
        print(&checked(&config));
        return Ok(ExitCode::SUCCESS);
    }
    let app = App::open(config, Arc::new(SystemClock), Arc::new(SystemEntropy)).await?;
    match cli.command {
        Command::Serve => {
            organisations::warn_of_certificates(&app).await?;
            let (config, db) = (Arc::clone(&app.config), app.db.clone());
            serve::run(&config.service, router(app)).await?;
            db.close().await;
        }
        command => print(&obey(&app, command, cli.lang).await?),
    }
    Ok(ExitCode::SUCCESS)
}

/// Runs any command but `serve`, and gives what it prints. `args` are those after the program's name.
pub async fn execute(app: &App, args: &[&str]) -> anyhow::Result<String> {
    let cli = Cli::try_parse_from(std::iter::once("issuer").chain(args.iter().copied()))?;
    obey(app, cli.command, cli.lang).await
}

async fn obey(app: &App, command: Command, language: Language) -> anyhow::Result<String> {
    let page = PageContext::new(language, app.locale.clone());
    match command {
        Command::Serve => bail!("serve is not a command that ends"),
        Command::Check => Ok(checked(&app.config)),
        Command::Bake(arguments) => bake::run(&page, &arguments),
        Command::Organisation(command) => organisation::run(app, &page, command).await,
        Command::Did(command) => did::run(app, command).await,
        Command::Batch(command) => batch::run(app, &page, command).await,
        Command::Offer(command) => offer::run(app, command).await,
        Command::Sign(arguments) => sign::run(app, arguments).await,
        Command::Attestation(command) => attestation::run(app, &page, command).await,
    }
}

/// The configuration, without what opens anything.
fn checked(config: &Config) -> String {
    let Config {
        service,
        wallet_url,
        vc_api,
    } = config;
    let vc_api = vc_api.as_ref().map(ToString::to_string).unwrap_or_default();
    format!("wallet_url = \"{wallet_url}\"\n\n{service}{vc_api}")
}

fn language(tag: &str) -> Result<Language, &'static str> {
    Language::from_tag(tag).ok_or("fr or en")
}

#[expect(clippy::print_stdout, reason = "a command prints what it was asked for")]
fn print(text: &str) {
    print!("{text}");
}

#[cfg(test)]
mod tests;
