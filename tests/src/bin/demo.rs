//! The main job, by the three real binaries, told step by step: `cargo xtask demo`.
#![expect(clippy::print_stdout, reason = "it tells a story to the person who started it")]

use std::{
    fs,
    net::{SocketAddr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, ExitCode, Stdio},
    sync::Arc,
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
    fixtures,
    html,
    people::{Clerk, Question, Volunteer},
    world::{Addresses, CYCLO, Offer, PANIERS},
};
use url::Url;

/// The three binaries, and the port each would like.
const SERVICES: [(&str, u16); 3] = [("issuer", 8081), ("wallet", 8082), ("verifier", 8083)];

#[tokio::main]
async fn main() -> Result<ExitCode> {
    let mut once = false;
    let mut french = true;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match (argument.as_str(), arguments.len()) {
            ("--once", _) => once = true,
            ("--lang", 1..) => french = arguments.next().as_deref() != Some("en"),
            _ => bail!("usage: cargo xtask demo [--once] [--lang fr|en]"),
        }
    }
    let stage = Stage::set(Teller { french })?;
    let story = tokio::select! {
        story = stage.tell() => story?,
        () = serve::signal() => return Ok(ExitCode::FAILURE),
    };
    if !once {
        stage.show_around(&story)?;
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

    fn step(self, number: u8, french: &str, english: &str) {
        println!("\n{number}. {}", self.choose(french, english));
    }

    fn line(self, french: &str, english: &str) {
        println!("   {}", self.choose(french, english));
    }
}

/// The services, running in a folder of their own. Ended when dropped.
struct Stage {
    teller: Teller,
    addresses: Addresses,
    /// The calendar year the story is about: the last one.
    year: i32,
    today: NaiveDate,
    passphrase: String,
    services: Vec<Service>,
    folder: TempDir,
}

/// What is still to be collected when the story ends.
struct Story {
    left: Offer,
}

impl Stage {
    fn set(teller: Teller) -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("musette-demo-").tempdir().context("no temporary folder")?;
        let [issuer, wallet, verifier] = SERVICES.map(|(_, wish)| free_port(wish));
        let addresses = Addresses { issuer: localhost(issuer?)?, wallet: localhost(wallet?)?, verifier: localhost(verifier?)? };
        let today = SystemClock.now().date_naive();
        let entropy: Arc<dyn Entropy> = Arc::new(SystemEntropy);
        Ok(Self {
            teller,
            addresses,
            year: today.year() - 1,
            today,
            passphrase: passphrase(entropy.as_ref()),
            services: Vec::new(),
            folder,
        })
    }

    /// Every step, each of which must hold.
    async fn tell(&self) -> Result<Story> {
        bail!("unfinished {}", self.folder.path().display())
    }

    fn show_around(&self, story: &Story) -> Result<()> {
        let _ = (story, &self.services, self.year, self.today, &self.passphrase, self.teller);
        Ok(())
    }
}

/// A running binary.
struct Service {
    name: &'static str,
    child: Child,
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = Command::new("sh").args(["-c", &format!("kill -TERM {}", self.child.id())]).status();
        let _ = self.child.wait();
    }
}

fn free_port(wish: u16) -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", wish)).or_else(|_| TcpListener::bind("127.0.0.1:0")).context("no free port")?;
    Ok(listener.local_addr().context("no local address")?.port())
}

fn localhost(port: u16) -> Result<Url> {
    Url::parse(&format!("http://localhost:{port}")).context("not a URL")
}

/// 80 bits, in groups that can be copied by hand.
fn passphrase(entropy: &dyn Entropy) -> String {
    let letters = shared::id::random(entropy);
    let groups: Vec<&str> = (0..4).map(|group| &letters[10 + 4 * group..14 + 4 * group]).collect();
    groups.join("-")
}
