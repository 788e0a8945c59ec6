//! The independent implementations that `tests/tests/interop.rs` checks ours against: installed as their lock files say, below
//! the target directory. Nothing here fails a run: registries may be out of reach, and then the test says what it could not do.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::machine::{self, Need};

/// Where the lock files are.
const SOURCES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../interop");

/// The oldest Node that the packages run on.
const OLDEST_NODE: u32 = 20;

/// What one language needs.
struct Language {
    /// Its folder, in the sources and below the target directory.
    folder: &'static str,
    needs: &'static [Need],
    /// Everything with its digest. Once it is all installed, a copy of it is left beside it.
    lock: &'static str,
    /// More files the installation reads.
    beside: &'static [&'static str],
    install: fn(&Path) -> Result<()>,
}

const LANGUAGES: [Language; 2] = [
    Language {
        folder: "node",
        needs: &[Need::Node],
        lock: "package-lock.json",
        beside: &["package.json"],
        install: install_packages,
    },
    Language {
        folder: "python",
        needs: &[Need::Venv],
        lock: "requirements.txt",
        beside: &[],
        install: install_wheels,
    },
];

/// Installs what is missing or of other versions. What cannot be installed is told.
pub(crate) fn prepare() {
    for language in LANGUAGES {
        if let Err(error) = language.prepare() {
            println!("!!! the libraries in {} are not installed: {error:#}", language.folder);
        }
    }
}

impl Language {
    fn prepare(&self) -> Result<()> {
        let sources = Path::new(SOURCES).join(self.folder);
        let folder = target()?.join("interop").join(self.folder);
        let (wanted, installed) = (sources.join(self.lock), folder.join(self.lock));
        let lock = fs::read(&wanted).with_context(|| format!("cannot read {}", wanted.display()))?;
        if fs::read(&installed).is_ok_and(|installed| installed == lock) {
            return Ok(());
        }
        machine::prepare(self.needs)?;
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("cannot empty {}", folder.display()))?;
        }
        // In a folder of another name until it is all there.
        let unfinished = folder.with_extension("unfinished");
        let _ = fs::remove_dir_all(&unfinished);
        fs::create_dir_all(&unfinished).with_context(|| format!("cannot make {}", unfinished.display()))?;
        for name in self.beside.iter().chain([&self.lock]) {
            fs::copy(sources.join(name), unfinished.join(name)).with_context(|| format!("cannot copy {name}"))?;
        }
        (self.install)(&unfinished)?;
        fs::rename(&unfinished, &folder).context("cannot rename what was installed")
    }
}

fn install_packages(folder: &Path) -> Result<()> {
    expect_node()?;
    machine::prepare(&[Need::Npm])?;
    let mut npm = Command::new("npm");
    // Nobody's script runs here.
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
    npm.args(["--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=5000"]);
    run(npm.current_dir(folder))
}

/// Debian 12 has an older one, and npm brings hundreds of packages there: better known before.
fn expect_node() -> Result<()> {
    let told = Command::new("node")
        .arg("--version")
        .output()
        .context("cannot start node")?;
    let told = String::from_utf8_lossy(&told.stdout);
    let version = told.trim().trim_start_matches('v').split('.').next();
    let version = version.and_then(|version| version.parse::<u32>().ok()).unwrap_or(0);
    if version < OLDEST_NODE {
        bail!("they need Node {OLDEST_NODE}, this is {}", told.trim());
    }
    Ok(())
}

fn install_wheels(folder: &Path) -> Result<()> {
    run(Command::new("python3").args(["-m", "venv", "venv"]).current_dir(folder))?;
    let mut pip = Command::new("venv/bin/python");
    pip.args(["-m", "pip", "install", "--quiet", "--retries", "2", "--timeout", "20"]);
    pip.args(["--require-hashes", "--only-binary", ":all:", "-r", "requirements.txt"]);
    run(pip.current_dir(folder))
}

fn run(command: &mut Command) -> Result<()> {
    let program = command.get_program().display().to_string();
    let status = command.status().with_context(|| format!("cannot start {program}"))?;
    if !status.success() {
        bail!("{program} failed");
    }
    Ok(())
}

/// The target directory: cargo puts us in a folder of it.
fn target() -> Result<PathBuf> {
    let ours = std::env::current_exe().context("cannot tell where xtask is")?;
    let target = ours.parent().and_then(Path::parent);
    Ok(target.context("xtask is in no target directory")?.to_owned())
}
