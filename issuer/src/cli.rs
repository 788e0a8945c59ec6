//! The commands of `issuer`.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use anyhow::{Context, bail};
use clap::{Parser, Subcommand};
use serde_json::{Value, json};
use shared::{
    clock::SystemClock,
    entropy::SystemEntropy,
    language::Language,
    organisation::{Organisation, Rna, Siren, Siret, Slug},
    service::{config::ServiceConfig, page::PageContext, password, qr, serve, telemetry},
    text::Text,
};
use zeroize::Zeroizing;

use crate::{
    App, Config,
    attestations::{self, AttestationId, Progress},
    batches::{self, sheet},
    offers,
    organisations::{self, NewOrganisation, Regime},
    router,
};

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
    Organisation(OrganisationCommand),
    /// Batches of attestations.
    #[command(subcommand)]
    Batch(BatchCommand),
    /// Invitations to collect.
    #[command(subcommand)]
    Offer(OfferCommand),
    /// Signed attestations.
    #[command(subcommand)]
    Attestation(AttestationCommand),
}

#[derive(Debug, Subcommand)]
enum OrganisationCommand {
    /// Adds an organisation with a fresh key.
    Add {
        /// Its name.
        #[arg(long)]
        name: Text<200>,
        /// The last part of its addresses; made from the name when absent.
        #[arg(long)]
        slug: Option<Slug>,
        /// Number in the RNA: W and 9 digits.
        #[arg(long)]
        rna: Option<Rna>,
        /// SIREN.
        #[arg(long)]
        siren: Option<Siren>,
        /// SIRET.
        #[arg(long)]
        siret: Option<Siret>,
        /// What it is to the law.
        #[arg(long, value_enum, default_value_t = Regime::Loi1901)]
        regime: Regime,
        /// File whose first line is the treasurer's passphrase.
        #[arg(long)]
        passphrase_file: PathBuf,
    },
    /// Replaces the treasurer's passphrase, and ends their sessions.
    Passphrase {
        /// Whose.
        slug: Slug,
        /// File whose first line is the new passphrase.
        #[arg(long)]
        passphrase_file: PathBuf,
    },
    /// Lists the organisations.
    List,
}

#[derive(Debug, Subcommand)]
enum BatchCommand {
    /// Reads an hours sheet, signs what it holds and makes the invitations. Refused rows are listed, and do not stop it.
    Import {
        /// The sheet (CSV).
        file: PathBuf,
        /// Whose.
        #[arg(long)]
        organisation: Slug,
        /// Only says what would be signed.
        #[arg(long)]
        dry_run: bool,
        /// Asks people for a code besides the link.
        #[arg(long)]
        tx_code: bool,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Debug, Subcommand)]
enum OfferCommand {
    /// Lists the attestations with their invitations.
    List {
        /// Whose.
        #[arg(long)]
        organisation: Slug,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Draws the QR code of an invitation in the terminal.
    Show {
        /// Id of the attestation.
        attestation: String,
        /// Whose.
        #[arg(long)]
        organisation: Slug,
    },
}

#[derive(Debug, Subcommand)]
enum AttestationCommand {
    /// Revokes an attestation, or takes it back before it is collected.
    Revoke {
        /// Its id.
        id: String,
        /// Whose.
        #[arg(long)]
        organisation: Slug,
        /// Why.
        #[arg(long)]
        reason: Text<200>,
    },
}

/// Runs the command of the process's arguments.
pub async fn run() -> anyhow::Result<ExitCode> {
    let cli = Cli::parse();
    telemetry::start();
    let config = Config::load(cli.config.as_deref())?;
    if matches!(cli.command, Command::Check) {
        print(&checked(&config));
        return Ok(ExitCode::SUCCESS);
    }
    let app = App::open(config, Arc::new(SystemClock), Arc::new(SystemEntropy)).await?;
    match cli.command {
        Command::Serve => {
            let listen = app.config.service.listen;
            let listener = tokio::net::TcpListener::bind(listen)
                .await
                .with_context(|| format!("cannot listen on {listen}"))?;
            tracing::info!(listen = %listener.local_addr()?, public_url = %app.config.service.public_url, "the issuer listens");
            let db = app.db.clone();
            serve::serve(listener, router(app), serve::signal()).await?;
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
        Command::Organisation(command) => organisation(app, command).await,
        Command::Batch(BatchCommand::Import {
            file,
            organisation,
            dry_run,
            tx_code,
            json,
        }) => {
            let import = Import {
                file: &file,
                organisation: &organisation,
                signs: !dry_run,
                asks_tx_code: tx_code,
                json,
            };
            import.run(app, &page).await
        }
        Command::Offer(command) => offer(app, command).await,
        Command::Attestation(AttestationCommand::Revoke {
            id,
            organisation,
            reason,
        }) => {
            let id: AttestationId = id.parse()?;
            let mut tx = app.db.write().await?;
            attestations::revoke(app, &mut tx, &organisation, &id, &reason).await?;
            tx.commit().await?;
            Ok(format!("{}\n", page.t("cli-revoked")))
        }
    }
}

async fn organisation(app: &App, command: OrganisationCommand) -> anyhow::Result<String> {
    match command {
        OrganisationCommand::Add {
            name,
            slug,
            rna,
            siren,
            siret,
            regime,
            passphrase_file,
        } => {
            let slug = match slug {
                Some(slug) => slug,
                None => {
                    Slug::from_name(name.as_str()).context("the name makes no address; hint: give one with --slug")?
                }
            };
            let passphrase = password::hash(passphrase(&passphrase_file)?, app.entropy.as_ref()).await;
            let legal = Organisation {
                name,
                rna,
                siren,
                siret,
            };
            let new = NewOrganisation {
                slug,
                legal,
                regime,
                passphrase,
            };
            let mut tx = app.db.write().await?;
            let organisation = organisations::add(app, &mut tx, new).await?;
            tx.commit().await?;
            Ok(format!(
                "{}\n{}\n",
                app.urls.issuer(&organisation.slug),
                app.urls.did(&organisation.slug)?
            ))
        }
        OrganisationCommand::Passphrase { slug, passphrase_file } => {
            let passphrase = password::hash(passphrase(&passphrase_file)?, app.entropy.as_ref()).await;
            let mut tx = app.db.write().await?;
            if !organisations::set_passphrase(app, &mut tx, &slug, &passphrase).await? {
                bail!("no organisation {slug}");
            }
            tx.commit().await?;
            Ok(String::new())
        }
        OrganisationCommand::List => {
            let mut tx = app.db.read().await?;
            let mut text = String::new();
            for organisation in organisations::store::list(&mut tx).await? {
                let _ = writeln!(text, "{}\t{}", organisation.slug, organisation.legal.name);
            }
            Ok(text)
        }
    }
}

async fn offer(app: &App, command: OfferCommand) -> anyhow::Result<String> {
    match command {
        OfferCommand::List { organisation, json } => {
            let offers = offers(app, &organisation).await?;
            if json {
                Ok(format!("{:#}\n", Value::from(offers)))
            } else {
                Ok(offers.iter().map(offer_line).collect())
            }
        }
        OfferCommand::Show {
            attestation,
            organisation,
        } => {
            let offers = offers(app, &organisation).await?;
            let offer = offers.iter().find(|offer| offer["attestation"] == attestation.as_str());
            let offer = offer.context("this organisation has no such attestation")?;
            let link = offer["link"]
                .as_str()
                .context("the attestation can no longer be collected")?;
            Ok(format!("{}\n{}", qr::terminal(link)?, offer_line(offer)))
        }
    }
}

struct Import<'a> {
    file: &'a Path,
    organisation: &'a Slug,
    signs: bool,
    asks_tx_code: bool,
    json: bool,
}

impl Import<'_> {
    async fn run(&self, app: &App, page: &PageContext) -> anyhow::Result<String> {
        let name = self
            .file
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let bytes = std::fs::read(self.file).with_context(|| format!("cannot read {}", self.file.display()))?;
        let sheet = sheet::parse(&bytes, app.today())
            .map_err(|error| anyhow::anyhow!("{name}: {}", batches::words::sheet_error(page, &error)))?;
        let mut tx = app.db.write().await?;
        let organisation = organisations::store::find(&mut tx, self.organisation)
            .await?
            .with_context(|| format!("no organisation {}", self.organisation))?;
        let mut batch = None;
        if self.signs {
            let file_name = batches::words::file_name(page, &name);
            let id = batches::draft(
                app,
                &mut tx,
                self.organisation,
                file_name,
                batches::digest(&bytes),
                &sheet,
            )
            .await?;
            batches::sign(app, &mut tx, &organisation, &id, self.asks_tx_code).await?;
            tx.commit().await?;
            batch = Some(id);
        }
        if self.json {
            let refused: Vec<Value> = sheet.refusals.iter().map(|refusal| {
                json!({"line": refusal.line, "column": refusal.column, "value": refusal.value, "reason": batches::words::reason(page, refusal)})
            }).collect();
            let summary = json!({
                "batch": batch.map(|id| id.to_string()), "rows": sheet.rows, "accepted_rows": sheet.accepted(),
                "attestations": sheet.drafts.len(), "refused": refused,
            });
            return Ok(format!("{summary:#}\n"));
        }
        let mut text = String::new();
        let _ = writeln!(
            text,
            "{name}: {}",
            page.t2(
                "cli-rows",
                "accepted",
                sheet.accepted(),
                "refused",
                sheet.refusals.len()
            )
        );
        for refusal in &sheet.refusals {
            let arguments = [
                ("line", refusal.line.to_string().into()),
                ("column", (&refusal.column).into()),
                ("value", (&refusal.value).into()),
                ("reason", batches::words::reason(page, refusal).into()),
            ];
            let _ = writeln!(text, "  {}", app.locale.text(page.language, "cli-refused", &arguments));
        }
        let key = if self.signs { "cli-signed" } else { "cli-would-sign" };
        let _ = writeln!(text, "{}", page.t1(key, "count", sheet.drafts.len()));
        Ok(text)
    }
}

/// What `offer list` prints, in the order of the batches.
async fn offers(app: &App, organisation: &Slug) -> anyhow::Result<Vec<Value>> {
    let mut tx = app.db.read().await?;
    if organisations::store::find(&mut tx, organisation).await?.is_none() {
        bail!("no organisation {organisation}");
    }
    let followed = attestations::of_organisation(app, &mut tx, organisation).await?;
    Ok(followed
        .iter()
        .map(|followed| {
            let (draft, offer) = (&followed.signed.draft, &followed.offer);
            let progress = followed.progress(app.now());
            let waiting = progress == Progress::Waiting;
            json!({
                "attestation": followed.signed.id.as_str(),
                "given_name": draft.person.given_name.as_str(),
                "family_name": draft.person.family_name.as_str(),
                "role": draft.role.code(),
                "minutes": draft.minutes(),
                "state": progress.code(),
                "link": waiting.then(|| String::from(app.urls.invitation(organisation, &offer.id))),
                "offer_uri": waiting.then(|| String::from(app.urls.offer(organisation, &offer.id))),
                "offer_by_value": waiting.then(|| offers::credential_offer(app, offer).link_by_value()),
                "tx_code": (waiting && offer.asks_tx_code).then(|| offers::tx_code(&app.keys, &offer.id)),
            })
        })
        .collect())
}

fn offer_line(offer: &Value) -> String {
    let text = |name: &str| offer[name].as_str().unwrap_or("-").to_owned();
    format!(
        "{}\t{} {}\t{}\t{}\t{}\t{}\t{}\n",
        text("attestation"),
        text("given_name"),
        text("family_name"),
        text("role"),
        offer["minutes"],
        text("state"),
        text("link"),
        text("tx_code"),
    )
}

/// The configuration, without what opens anything.
fn checked(config: &Config) -> String {
    let Config { service, wallet_url } = config;
    let ServiceConfig {
        listen,
        public_url,
        database,
        key_file,
        development,
    } = service;
    let key_file = key_file.display();
    let database = redacted(database);
    format!(
        "wallet_url = \"{wallet_url}\"\n\n[service]\nlisten = \"{listen}\"\npublic_url = \"{public_url}\"\ndatabase = \"{database}\"\nkey_file = \"{key_file}\"\ndevelopment = {development}\n"
    )
}

/// A database address without its password.
fn redacted(database: &str) -> String {
    match url::Url::parse(database) {
        Ok(mut url) if url.password().is_some() => {
            // A URL with a password has a host, the one thing `set_password` asks for.
            let _ = url.set_password(Some("…"));
            url.into()
        }
        _ => database.to_owned(),
    }
}

fn passphrase(file: &Path) -> anyhow::Result<Zeroizing<String>> {
    let content =
        Zeroizing::new(std::fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?);
    let passphrase = Zeroizing::new(content.lines().next().unwrap_or_default().to_owned());
    password::check(&passphrase)?;
    Ok(passphrase)
}

fn language(tag: &str) -> Result<Language, &'static str> {
    Language::from_tag(tag).ok_or("fr or en")
}

#[expect(clippy::print_stdout, reason = "a command prints what it was asked for")]
fn print(text: &str) {
    print!("{text}");
}

#[cfg(test)]
mod tests {
    use shared::{service::db::Database, testing::TemporaryDirectory};

    use super::*;
    use crate::testing::{Bench, POSTGRES, SHEET, SQLITE};

    #[test]
    fn the_configuration_is_printed_without_passwords() {
        assert_eq!(
            redacted("postgres://musette:secret@db.example/issuer"),
            "postgres://musette:%E2%80%A6@db.example/issuer"
        );
        assert_eq!(redacted("sqlite:issuer.sqlite"), "sqlite:issuer.sqlite");
    }

    #[test]
    fn the_commands_parse() {
        use clap::CommandFactory;
        Cli::command().debug_assert();
    }

    /// Runs commands on a bench, with files in a directory of its own.
    struct Terminal {
        bench: Bench,
        directory: TemporaryDirectory,
    }

    impl Terminal {
        async fn new(db: &Database) -> Self {
            Self {
                bench: Bench::new(db).await,
                directory: TemporaryDirectory::new(),
            }
        }

        fn write(&self, name: &str, content: &str) -> String {
            let path = self.directory.path().join(name);
            std::fs::write(&path, content).unwrap();
            path.to_str().unwrap().to_owned()
        }

        /// Runs the words of a line; a file name with spaces would be two.
        async fn run(&self, line: &str) -> anyhow::Result<String> {
            execute(&self.bench.app, &line.split(' ').collect::<Vec<_>>()).await
        }

        async fn json(&self, line: &str) -> Value {
            serde_json::from_str(&self.run(line).await.unwrap()).unwrap()
        }
    }

    #[tokio::test]
    async fn an_organisation_is_added_once_with_a_strong_passphrase() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let terminal = Terminal::new(&db).await;
            let strong = terminal.write("phrase", "cinq courgettes bien mûres\n");
            let weak = terminal.write("courte", "court\n");
            let add = "organisation add --name Cyclo-Répar’ --rna W691999902 --siren 990000028 --regime loi1901 --passphrase-file";
            assert!(terminal.run(&format!("{add} {weak}")).await.is_err());
            assert_eq!(
                terminal.run(&format!("{add} {strong}")).await.unwrap(),
                "http://localhost:8081/o/cyclo-repar\ndid:web:localhost%3A8081:o:cyclo-repar\n"
            );
            assert!(terminal.run(&format!("{add} {strong}")).await.is_err());
            let wrong = terminal
                .run(&format!("{} {strong}", add.replace("990000028", "990000082")))
                .await;
            assert!(wrong.unwrap_err().to_string().contains("--siren"));
            assert!(
                terminal
                    .run("organisation list")
                    .await
                    .unwrap()
                    .contains("cyclo-repar\tCyclo-Répar’\n")
            );
        });
    }

    #[tokio::test]
    async fn a_sheet_is_imported_signed_and_listed() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let terminal = Terminal::new(&db).await;
            let sheet = terminal.write("heures.csv", SHEET);
            let import = format!("batch import {sheet} --organisation les-paniers-du-vallon");
            let dry = terminal.json(&format!("{import} --dry-run --json")).await;
            assert_eq!(
                (&dry["batch"], &dry["rows"], &dry["attestations"]),
                (&Value::Null, &json!(4), &json!(2))
            );
            assert_eq!(
                (&dry["refused"][0]["line"], &dry["refused"][0]["column"]),
                (&json!(5), &json!("Date"))
            );
            let text = terminal.run(&format!("{import} --tx-code")).await.unwrap();
            assert!(
                text.contains("ligne 5, colonne") && text.contains("2 attestations signées"),
                "{text}"
            );
            assert!(
                terminal
                    .run(&import)
                    .await
                    .unwrap_err()
                    .to_string()
                    .contains("signed already")
            );

            let list = "offer list --organisation les-paniers-du-vallon";
            let offer = &terminal.json(&format!("{list} --json")).await[0];
            assert_eq!(
                (&offer["given_name"], &offer["minutes"], &offer["state"]),
                (&json!("Nadia"), &json!(270), &json!("pending"))
            );
            assert!(
                offer["link"]
                    .as_str()
                    .unwrap()
                    .contains("/invitation?credential_offer_uri=")
            );
            assert_eq!(offer["tx_code"].as_str().map(str::len), Some(6));
            assert!(
                terminal
                    .run(list)
                    .await
                    .unwrap()
                    .contains("Karim Diallo\tbenevole\t150\tpending")
            );
            let id = offer["attestation"].as_str().unwrap();
            let shown = terminal
                .run(&format!("offer show {id} --organisation les-paniers-du-vallon"))
                .await
                .unwrap();
            assert!(shown.contains('█') && shown.contains("Nadia"));

            let revoke = format!("attestation revoke {id} --organisation les-paniers-du-vallon --reason erreur");
            assert!(terminal.run(&revoke).await.is_ok());
            assert!(terminal.run(&revoke).await.is_err());
            let offer = &terminal.json(&format!("{list} --json")).await[0];
            assert_eq!((&offer["state"], &offer["link"]), (&json!("withdrawn"), &Value::Null));
        });
    }

    #[tokio::test]
    async fn what_cannot_be_done_says_why() {
        shared::on_every_database!(SQLITE, POSTGRES, |db| {
            let terminal = Terminal::new(&db).await;
            let broken = terminal.write("vide.csv", "Nom;Date\n");
            let import = format!("batch import {broken} --organisation");
            let error = terminal
                .run(&format!("{import} les-paniers-du-vallon"))
                .await
                .unwrap_err()
                .to_string();
            assert!(error.contains("vide.csv") && error.contains("Prénom"), "{error}");
            assert!(
                terminal
                    .run("batch import absent.csv --organisation les-paniers-du-vallon")
                    .await
                    .is_err()
            );
            assert!(terminal.run("offer list --organisation inconnue").await.is_err());
            assert!(terminal.run("serve").await.is_err());
            assert!(
                terminal
                    .run("check")
                    .await
                    .unwrap()
                    .contains("public_url = \"http://localhost:8081/\"")
            );
        });
    }
}
