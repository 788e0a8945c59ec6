//! The main job, by the three real binaries, told step by step: `cargo xtask demo`.
#![expect(clippy::print_stdout, reason = "it tells a story to the person who started it")]

use std::{
    fs,
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use chrono::{Datelike, NaiveDate};
use shared::{
    clock::{Clock, SystemClock},
    entropy::{Entropy, SystemEntropy},
    service::{qr, serve},
};
use tempfile::TempDir;
use tests::{
    fixtures::{self, Organisation},
    people::{Clerk, Question, Volunteer},
    world::{Addresses, CYCLO, Offer, PANIERS},
};
use url::Url;

/// The three binaries, and the port each would like.
const SERVICES: [(&str, u16); 3] = [("issuer", 8081), ("wallet", 8082), ("verifier", 8083)];
/// How the name of the volunteer's wallet is typed.
const NADIA: &str = "nadia";

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let mut once = false;
    let mut teller = Teller { french: true };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--once" => once = true,
            "--lang" => match arguments.next().as_deref() {
                Some("fr") => teller.french = true,
                Some("en") => teller.french = false,
                _ => bail!("--lang is followed by fr or en"),
            },
            _ => bail!("usage: cargo xtask demo [--once] [--lang fr|en]"),
        }
    }
    let mut stage = Stage::new(teller)?;
    let told = tokio::select! {
        told = stage.tell() => told.with_context(|| stage.logs()),
        () = serve::signal() => return Ok(ExitCode::FAILURE),
    };
    let left = told?;
    if !once {
        stage.show_around(&left)?;
        serve::signal().await;
    }
    Ok(ExitCode::SUCCESS)
}

/// Says things in the language asked for.
#[derive(Clone, Copy)]
struct Teller {
    french: bool,
}

impl Teller {
    fn choose<'a>(self, french: &'a str, english: &'a str) -> &'a str {
        if self.french { french } else { english }
    }

    fn step(self, french: &str, english: &str) {
        println!("\n── {}", self.choose(french, english));
    }

    fn line(self, french: &str, english: &str) {
        println!("   {}", self.choose(french, english));
    }
}

/// The services, in a folder of their own. Both are gone when it is dropped.
struct Stage {
    teller: Teller,
    addresses: Addresses,
    /// The calendar year the story is about: the last one, because the law gives people until 30 June to declare it.
    year: i32,
    declared_on: NaiveDate,
    passphrases: Passphrases,
    services: Vec<Service>,
    folder: TempDir,
}

struct Passphrases {
    treasurers: String,
    volunteer: String,
    clerk: String,
}

impl Stage {
    fn new(teller: Teller) -> Result<Self> {
        let folder = tempfile::Builder::new()
            .prefix("musette-demo-")
            .tempdir()
            .context("no temporary folder")?;
        let [issuer, wallet, verifier] = SERVICES.map(|(_, wish)| free_address(wish));
        let today = SystemClock.now().date_naive();
        let year = today.year() - 1;
        let last_day = NaiveDate::from_ymd_opt(today.year(), 6, 30).context("no 30 June")?;
        let entropy: &dyn Entropy = &SystemEntropy;
        Ok(Self {
            teller,
            addresses: Addresses {
                issuer: issuer?,
                wallet: wallet?,
                verifier: verifier?,
            },
            year,
            declared_on: today.min(last_day),
            passphrases: Passphrases {
                treasurers: passphrase(entropy),
                volunteer: passphrase(entropy),
                clerk: passphrase(entropy),
            },
            services: Vec::new(),
            folder,
        })
    }

    /// Every step; each must hold. Gives an offer that is still to be collected.
    async fn tell(&mut self) -> Result<Offer> {
        let teller = self.teller;
        teller.step(
            "Trois services démarrent, chacun avec sa base SQLite",
            "Three services start, each with its SQLite database",
        );
        let organisations = fixtures::organisations()?;
        self.configure(&organisations)?;
        self.open_the_doors().await?;

        teller.step(
            "Deux associations lisent leur cahier d’heures",
            "Two associations read their sheet of hours",
        );
        let paniers = self.import(PANIERS, fixtures::PANIERS_SHEET, false)?;
        let cyclo = self.import(CYCLO, fixtures::CYCLO_SHEET, true)?;

        teller.step(
            "Nadia Benali ouvre sa musette et récupère deux attestations",
            "Nadia Benali opens her wallet and collects two attestations",
        );
        let started = Instant::now();
        let nadia = Volunteer::new(&self.addresses.wallet, NADIA, &self.passphrases.volunteer).await?;
        for (offers, slug) in [(&paniers, PANIERS), (&cyclo, CYCLO)] {
            let offer = of_nadia(offers)?;
            let organisation = organisations
                .iter()
                .find(|one| one.slug == slug)
                .context("an organisation is missing")?;
            if offer.tx_code.is_some() {
                teller.line(
                    "Un code est demandé, envoyé par un autre chemin que l’invitation",
                    "A code is asked for, sent by another way than the invitation",
                );
            }
            nadia.collect(&offer.invitation()).await?;
            println!("   ✓ {} — {}", organisation.name, hours(offer.minutes));
        }

        teller.step(
            "Inès, au guichet d’un organisme de formation, demande ce que la loi exige",
            "Inès, at the counter of a training body, asks for what the law needs",
        );
        let clerk = Clerk::sign_in(&self.addresses.verifier, &self.passphrases.clerk).await?;
        let (year, declared_on) = (self.year.to_string(), self.declared_on.to_string());
        let asked = clerk
            .ask(&Question {
                rule: "fr-cec-benevolat",
                year: &year,
                declared_on: &declared_on,
            })
            .await?;
        let request = nadia.bring(&asked.link).await?;
        teller.line(
            "✓ Nadia lit qui demande, pourquoi, et chaque valeur qui partirait ; ni son nom ni sa date de naissance",
            "✓ Nadia reads who asks, why, and each value that would leave; neither her name nor her birth date",
        );
        let receipt = nadia.share(&request).await?;
        ensure!(
            receipt.url.path().starts_with("/presentations/"),
            "sharing led to {}: {}",
            receipt.url.path(),
            receipt.text()
        );
        teller.line("✓ Elle partage, et garde un reçu", "✓ She shares, and keeps a receipt");

        let decision = clerk.decision_in(&asked, teller.choose("fr", "en")).await?;
        let took = started.elapsed();
        ensure!(
            decision["outcome"] == "granted" && decision["amount"] == 24_000,
            "the decision is {decision}"
        );
        teller.step("La décision", "The decision");
        self.read_out(&decision)?;
        println!();
        teller.line(
            &format!("De l’invitation à la décision : {:.1} s", took.as_secs_f32()),
            &format!("From the invitation to the decision: {:.1} s", took.as_secs_f32()),
        );
        let left = paniers.into_iter().find(|offer| offer.family_name != "Benali");
        left.context("nobody else is on the sheet")
    }

    /// Headline, reasons, and what it rests on.
    fn read_out(&self, decision: &serde_json::Value) -> Result<()> {
        let headline = decision["headline"].as_str().context("no headline")?;
        let plain = headline.replace(['\u{202f}', '\u{a0}'], " ");
        let wanted = "Droit ouvert : 240 € (compte d’engagement citoyen)";
        ensure!(!self.teller.french || plain == wanted, "the decision is « {plain} »");
        println!("   {headline}");
        for part in ["reasons", "used", "rejected"] {
            for line in decision[part].as_array().into_iter().flatten() {
                println!("   · {}", line["text"].as_str().context("a line without text")?);
            }
        }
        Ok(())
    }

    fn show_around(&self, left: &Offer) -> Result<()> {
        let Addresses {
            issuer,
            wallet,
            verifier,
        } = &self.addresses;
        let Passphrases {
            treasurers,
            volunteer,
            clerk,
        } = &self.passphrases;
        let teller = self.teller;
        teller.step("À vous", "Your turn");
        let link = left.link.as_deref().context("the invitation has ended")?;
        println!("{}", qr::terminal(link)?);
        teller.line("Une invitation encore à prendre :", "An invitation still to be taken:");
        println!("   {link}\n");
        let rows = [
            (
                teller.choose("la trésorière", "the treasurer"),
                issuer,
                format!("{PANIERS}  {treasurers}"),
            ),
            (
                teller.choose("la bénévole", "the volunteer"),
                wallet,
                format!("{NADIA}  {volunteer}"),
            ),
            (teller.choose("le guichet", "the counter"), verifier, clerk.clone()),
        ];
        for (who, address, secret) in rows {
            println!("   {who:<14} {address:<24} {secret}", address = address.as_str());
        }
        println!("\n   {}", self.folder.path().display());
        teller.line(
            "Ctrl-C arrête tout et efface ce dossier.",
            "Ctrl-C stops everything and removes this folder.",
        );
        Ok(())
    }

    /// Writes the configuration files, signs the trust list, and introduces organisations and counter, by commands only.
    fn configure(&self, organisations: &[Organisation]) -> Result<()> {
        let Addresses {
            issuer,
            wallet,
            verifier,
        } = &self.addresses;
        let wallet_line = format!("wallet_url = \"{wallet}\"\n");
        let trust = format!(
            "[trust]\nlist = \"{}\"\nauthority = \"{}\"\n",
            self.path("trust.jwt"),
            self.path("authority.json")
        );
        self.write_configuration("issuer", issuer, &wallet_line, "")?;
        self.write_configuration("wallet", wallet, "", "")?;
        self.write_configuration("verifier", verifier, &wallet_line, &trust)?;

        let passphrase_file = self.file("passphrase");
        fs::write(&passphrase_file, &self.passphrases.treasurers)?;
        let passphrase_path = passphrase_file.to_string_lossy();
        for organisation in organisations {
            self.command("issuer", &organisation.creation(&passphrase_path))?;
        }
        fs::write(&passphrase_file, &self.passphrases.clerk)?;
        self.command(
            "verifier",
            &["desk", "passphrase", "--passphrase-file", &passphrase_path],
        )?;
        fs::remove_file(&passphrase_file)?;

        let [list, key, public, signed] =
            ["trust.json", "authority.key", "authority.json", "trust.jwt"].map(|name| self.file(name));
        let edition = fixtures::trust_list(organisations, SystemClock.now(), |slug| {
            self.addresses.organisation(slug)
        })?;
        fs::write(&list, serde_json::to_vec_pretty(&edition)?)?;
        let [list, key, public, signed] = [&list, &key, &public, &signed].map(|path| path.to_string_lossy());
        self.command("verifier", &["trust", "keygen", "--out", &key, "--public", &public])?;
        self.command("verifier", &["trust", "sign", &list, "--key", &key, "--out", &signed])?;
        Ok(())
    }

    fn write_configuration(&self, service: &str, address: &Url, before: &str, after: &str) -> Result<()> {
        let port = address.port().context("an address without a port")?;
        let contents = format!(
            "{before}\n[service]\nlisten = \"127.0.0.1:{port}\"\npublic_url = \"{address}\"\ndatabase = \"sqlite:{}\"\nkey_file = \"{}\"\n\
             development = true\n\n{after}",
            self.path(&format!("{service}.sqlite")),
            self.path(&format!("{service}.key")),
        );
        let file = self.file(&format!("{service}.toml"));
        fs::write(&file, contents).with_context(|| format!("cannot write {}", file.display()))
    }

    async fn open_the_doors(&mut self) -> Result<()> {
        for (name, _) in SERVICES {
            let log = fs::File::create(self.file(&format!("{name}.log"))).context("cannot make a log")?;
            let child = self
                .binary(name)?
                .arg("serve")
                .stdin(Stdio::null())
                .stdout(log.try_clone().context("cannot share a log")?)
                .stderr(log)
                .spawn()
                .with_context(|| format!("cannot start {name}"))?;
            self.services.push(Service { name, child });
        }
        let Addresses {
            issuer,
            wallet,
            verifier,
        } = self.addresses.clone();
        for (service, address) in [(0, issuer), (1, wallet), (2, verifier)] {
            self.wait_for(service, &address).await?;
            println!("   ✓ {:<9} {address}", self.services[service].name);
        }
        Ok(())
    }

    async fn wait_for(&mut self, service: usize, address: &Url) -> Result<()> {
        let port = address.port().context("an address without a port")?;
        for _ in 0..300 {
            let Service { name, child } = &mut self.services[service];
            if let Some(status) = child.try_wait()? {
                bail!("{name} ended at once: {status}");
            }
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Ok(());
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        bail!("{} does not listen after 30 seconds", self.services[service].name)
    }

    /// Imports a sheet of the fixtures, moved to last year, and lists what is offered.
    fn import(&self, organisation: &str, sheet: &str, with_codes: bool) -> Result<Vec<Offer>> {
        let name = sheet
            .rsplit('/')
            .next()
            .unwrap_or(sheet)
            .replace("2025", &self.year.to_string());
        let file = self.file(&name);
        fs::write(&file, moved_to(self.year, &fixtures::read(sheet)?))
            .with_context(|| format!("cannot write {}", file.display()))?;
        let file = file.to_string_lossy();
        let mut arguments = vec![
            "--lang",
            self.teller.choose("fr", "en"),
            "batch",
            "import",
            &file,
            "--organisation",
            organisation,
        ];
        arguments.extend(with_codes.then_some("--tx-code"));
        for line in self.command("issuer", &arguments)?.lines() {
            println!("   {line}");
        }
        let listed = self.command("issuer", &["offer", "list", "--organisation", organisation, "--json"])?;
        let listed: Vec<serde_json::Value> = serde_json::from_str(&listed).context("the list of offers is not JSON")?;
        ensure!(!listed.is_empty(), "no offer was made");
        listed.iter().map(Offer::read).collect()
    }

    fn command(&self, binary: &str, arguments: &[&str]) -> Result<String> {
        let output = self
            .binary(binary)?
            .args(arguments)
            .output()
            .with_context(|| format!("cannot start {binary}"))?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let complained = String::from_utf8_lossy(&output.stderr);
        ensure!(
            output.status.success(),
            "{binary} {} failed:\n{said}{complained}",
            arguments.join(" ")
        );
        Ok(said)
    }

    /// A binary of the workspace, with its configuration: cargo puts it beside ours. Our own environment does not reach
    /// its configuration.
    fn binary(&self, name: &str) -> Result<Command> {
        let ours = std::env::current_exe().context("cannot tell where the binaries are")?;
        let mut command = Command::new(ours.with_file_name(name));
        for (variable, _) in std::env::vars_os() {
            let ours = variable
                .to_string_lossy()
                .starts_with(&format!("{}_", name.to_uppercase()));
            if ours {
                command.env_remove(variable);
            }
        }
        command
            .arg("--config")
            .arg(self.file(&format!("{name}.toml")))
            .current_dir(self.folder.path());
        Ok(command)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The same, as written in configuration files.
    fn path(&self, name: &str) -> String {
        self.file(name).display().to_string()
    }

    /// What the services said, for when a step does not hold.
    fn logs(&self) -> String {
        let logs = SERVICES.iter().map(|(name, _)| {
            let log = fs::read_to_string(self.file(&format!("{name}.log"))).unwrap_or_default();
            let last: Vec<&str> = log.lines().rev().take(10).collect();
            format!("{name}:\n{}\n", last.into_iter().rev().collect::<Vec<_>>().join("\n"))
        });
        format!("a step of the demonstration did not hold\n{}", logs.collect::<String>())
    }
}

/// A running binary.
struct Service {
    name: &'static str,
    child: Child,
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = Command::new("sh")
            .args(["-c", &format!("kill -TERM {}", self.child.id())])
            .status();
        let _ = self.child.wait();
    }
}

fn of_nadia(offers: &[Offer]) -> Result<&Offer> {
    let counted = |offer: &&Offer| {
        offer.family_name == "Benali" && matches!(offer.role.as_str(), "dirigeant" | "encadrant_benevoles")
    };
    offers.iter().find(counted).context("Nadia Benali is not on the sheet")
}

fn hours(minutes: u64) -> String {
    format!("{} h {:02}", minutes / 60, minutes % 60)
}

/// The fixtures tell of 2025: every date of that year becomes one of `year`. Bytes, because the file is in Windows-1252.
fn moved_to(year: i32, sheet: &[u8]) -> Vec<u8> {
    let (from, to) = (b"/2025", format!("/{year}"));
    let mut moved = Vec::with_capacity(sheet.len());
    let mut rest = sheet;
    while let Some(at) = rest.windows(from.len()).position(|window| window == from) {
        moved.extend_from_slice(&rest[..at]);
        moved.extend_from_slice(to.as_bytes());
        rest = &rest[at + from.len()..];
    }
    moved.extend_from_slice(rest);
    moved
}

fn free_address(wish: u16) -> Result<Url> {
    let listener = TcpListener::bind(("127.0.0.1", wish))
        .or_else(|_| TcpListener::bind("127.0.0.1:0"))
        .context("no free port")?;
    let port = listener.local_addr().context("no local address")?.port();
    Url::parse(&format!("http://localhost:{port}")).context("not a URL")
}

/// 80 bits, in groups that can be copied by hand.
fn passphrase(entropy: &dyn Entropy) -> String {
    let letters = shared::id::random(entropy);
    let groups: Vec<&str> = (0..4).map(|group| &letters[10 + 4 * group..14 + 4 * group]).collect();
    groups.join("-")
}
