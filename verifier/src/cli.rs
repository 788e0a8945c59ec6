//! Commands.

use std::{
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use anyhow::{Context, bail};
use chrono::{DateTime, Utc};
use clap::{Parser, Subcommand};
use shared::{
    clock::{Clock, SystemClock},
    entropy::SystemEntropy,
    service::{authorities, http_client::HttpClient, password, serve, telemetry},
    verification::{Policy, Rules},
};
use zeroize::Zeroizing;

use crate::{App, Config, app, desk, inspection, router, rules, trust};

/// Le guichet qui contrôle des attestations et décide de droits.
#[derive(Parser)]
#[command(name = "verifier", version)]
struct Arguments {
    /// Fichier de configuration (TOML)
    #[arg(long, global = true, env = "VERIFIER_CONFIG")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Ouvre le guichet
    Serve,
    /// Montre la configuration comprise, sans les secrets
    Check,
    /// Contrôle une attestation ou une présentation rangée dans un fichier, quelle que soit sa forme : un badge aussi, dans
    /// une image PNG ou SVG
    Verify {
        /// Le fichier ; « - » pour l’entrée standard
        file: PathBuf,
        /// Dit le résultat en JSON
        #[arg(long)]
        json: bool,
        /// Autorités de certification crues (PEM), à la place de celles de la configuration
        #[arg(long)]
        authorities: Option<PathBuf>,
    },
    /// L’accès au guichet
    #[command(subcommand)]
    Desk(DeskCommand),
    /// La liste de confiance
    #[command(subcommand)]
    Trust(TrustCommand),
    /// Les règles
    #[command(subcommand)]
    Rule(RuleCommand),
}

#[derive(Subcommand)]
enum DeskCommand {
    /// Choisit la phrase secrète du guichet
    Passphrase {
        /// Fichier qui la contient (première ligne)
        #[arg(long)]
        passphrase_file: PathBuf,
    },
}

#[derive(Subcommand)]
enum TrustCommand {
    /// Fabrique la clé d’une autorité
    Keygen {
        /// Où écrire la clé privée (PEM)
        #[arg(long)]
        out: PathBuf,
        /// Où écrire la clé publique (JWK)
        #[arg(long)]
        public: PathBuf,
    },
    /// Signe une liste
    Sign {
        /// La liste (JSON)
        list: PathBuf,
        /// La clé privée de l’autorité
        #[arg(long)]
        key: PathBuf,
        /// Où écrire la liste signée
        #[arg(long)]
        out: PathBuf,
    },
    /// Montre la liste en vigueur
    Show,
}

#[derive(Subcommand)]
enum RuleCommand {
    /// Joue des cas et compare chaque résultat attendu
    Check {
        /// Les cas
        cases: PathBuf,
        /// Les règles
        #[arg(long)]
        rules: PathBuf,
    },
}

/// Runs the command of the process's arguments.
#[expect(clippy::print_stdout, reason = "a command prints its result")]
pub async fn run() -> anyhow::Result<ExitCode> {
    telemetry::start();
    let arguments = Arguments::parse();
    let told = match arguments.command {
        Command::Trust(TrustCommand::Keygen { out, public }) => trust::cli::keygen(&out, &public)?,
        Command::Trust(TrustCommand::Sign { list, key, out }) => {
            trust::cli::sign(&list, &key, &out, SystemClock.now())?
        }
        Command::Verify {
            file,
            json,
            authorities,
        } => {
            let config = Config::load(arguments.config.as_deref())?;
            let http = HttpClient::new(config.service.development);
            let authorities = authorities.or(config.authorities).as_deref().map(authorities::read);
            let authorities = authorities.transpose()?;
            let rules = app::believing(authorities.as_ref());
            let (text, accepted) = verify(&http, &rules, SystemClock.now(), &file, json).await?;
            print!("{text}");
            return Ok(if accepted { ExitCode::SUCCESS } else { ExitCode::FAILURE });
        }
        Command::Rule(RuleCommand::Check { cases, rules }) => {
            let report = rules::cases::check(&cases, &rules)?;
            print!("{}", report.text);
            return Ok(if report.failed == 0 {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            });
        }
        command => {
            let config = Config::load(arguments.config.as_deref())?;
            if matches!(command, Command::Check) {
                describe(&config)
            } else {
                let app = App::open(config, Arc::new(SystemClock), Arc::new(SystemEntropy)).await?;
                if matches!(command, Command::Serve) {
                    let config = Arc::clone(&app.config);
                    serve::run(&config.service, router(app)).await?;
                    return Ok(ExitCode::SUCCESS);
                }
                perform(&app, command).await?
            }
        }
    };
    print!("{told}");
    Ok(ExitCode::SUCCESS)
}

/// Runs any command but `serve` on an open app; gives what it would print. `--config` is ignored: the app has its own.
pub async fn execute(app: &App, args: &[&str]) -> anyhow::Result<String> {
    let arguments = Arguments::try_parse_from(std::iter::once("verifier").chain(args.iter().copied()))?;
    perform(app, arguments.command).await
}

async fn perform(app: &App, command: Command) -> anyhow::Result<String> {
    match command {
        Command::Serve => bail!("serve runs on its own"),
        Command::Check => Ok(describe(&app.config)),
        Command::Verify {
            file,
            json,
            authorities,
        } => {
            let authorities = authorities.as_deref().map(authorities::read).transpose()?;
            let rules = app::believing(authorities.as_ref().or(app.authorities.as_deref()));
            let (text, accepted) = verify(&app.http, &rules, app.now(), &file, json).await?;
            if !accepted {
                bail!("{text}");
            }
            Ok(text)
        }
        Command::Desk(DeskCommand::Passphrase { passphrase_file }) => {
            let passphrase = password::read(&passphrase_file)
                .with_context(|| format!("cannot read {}", passphrase_file.display()))?;
            desk::set_passphrase(app, Zeroizing::new(passphrase.trim().to_owned())).await?;
            Ok("phrase secrète du guichet enregistrée\n".to_owned())
        }
        Command::Trust(TrustCommand::Keygen { out, public }) => trust::cli::keygen(&out, &public),
        Command::Trust(TrustCommand::Sign { list, key, out }) => trust::cli::sign(&list, &key, &out, app.now()),
        Command::Trust(TrustCommand::Show) => trust::cli::show(app).await,
        Command::Rule(RuleCommand::Check { cases, rules }) => {
            let report = rules::cases::check(&cases, &rules)?;
            if report.failed > 0 {
                bail!("{}", report.text);
            }
            Ok(report.text)
        }
    }
}

/// What `verify` prints, and whether every check passed.
async fn verify(
    http: &HttpClient,
    rules: &Rules<'_>,
    now: DateTime<Utc>,
    file: &Path,
    json: bool,
) -> anyhow::Result<(String, bool)> {
    let inspected = inspection::inspect(http, rules, &inspection::cli::read(file)?, now).await?;
    let text = if json {
        inspection::cli::in_json(&inspected)
    } else {
        inspection::cli::in_words(&inspected, &app::locale())
    };
    Ok((text, inspected.verdict.accepted(Policy::Strict)))
}

/// The configuration in words. The only secret it may hold is in the database's address.
fn describe(config: &Config) -> String {
    let service = &config.service;
    let trust = config.trust.as_ref().map_or_else(
        || "aucune (aucun organisme ne sera reconnu)".to_owned(),
        |files| {
            format!(
                "{}, signée par la clé de {}",
                files.list.display(),
                files.authority.display()
            )
        },
    );
    let rules = config.rules.as_ref().map_or_else(
        || "celles de cette version".to_owned(),
        |folder| folder.display().to_string(),
    );
    let authorities = config.authorities.as_ref().map_or_else(
        || "aucune (un certificat ne peut pas être contrôlé)".to_owned(),
        |file| file.display().to_string(),
    );
    format!(
        "écoute : {}\nadresse publique : {}\nbase de données : {}\nfichier de clé : {}\ndéveloppement : {}\nnom : {}\n\
         portefeuille : {}\nrègles : {rules}\nliste de confiance : {trust}\nautorités de certification : {authorities}\npolitique : {}\n",
        service.listen,
        service.public_url,
        service.redacted_database(),
        service.key_file.display(),
        if service.development { "oui" } else { "non" },
        config.name,
        config.wallet_url,
        match config.policy {
            crate::Policy::Strict => "stricte",
            crate::Policy::AcceptUncheckedStatus => "un état non consultable est accepté avec un avertissement",
        },
    )
}

#[cfg(test)]
mod tests {
    use shared::service::config::load;

    use super::*;
    use crate::{config::DEFAULTS, testing};

    #[test]
    fn the_command_line_is_sound() {
        <Arguments as clap::CommandFactory>::command().debug_assert();
    }

    #[test]
    fn passwords_are_not_shown() {
        let mut config: Config = load(DEFAULTS, None, "VERIFIER", []).unwrap();
        config.service.database = "postgres://musette:secret@db.example/verifier".to_owned();
        let told = describe(&config);
        assert!(
            told.contains("db.example/verifier") && !told.contains("secret"),
            "{told}"
        );
    }

    #[tokio::test]
    async fn check_and_show_say_what_was_understood() {
        let stage = testing::stage().await;
        let told = execute(&stage.app, &["check"]).await.unwrap();
        assert!(told.contains("politique : stricte"), "{told}");
        assert!(execute(&stage.app, &["serve"]).await.is_err());
        assert!(execute(&stage.app, &["nonsense"]).await.is_err());

        assert!(told.contains("autorités de certification : aucune"), "{told}");

        let told = execute(&stage.app, &["trust", "show"]).await.unwrap();
        assert!(told.contains("liste n° 1"), "{told}");
    }
}
