//! What the machine must have, installed when it can be.

use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

/// Something that is not built by cargo.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Need {
    Make,
    Perl,
    Postgres,
    Chromium,
    Chromedriver,
    Node,
    Npm,
    Venv,
}

impl Need {
    fn is_met(self) -> bool {
        match self {
            Self::Make => is_installed("make"),
            // Debian's `perl-base` lacks the modules that OpenSSL's Configure loads.
            Self::Perl => ["FindBin", "IPC::Cmd", "Time::Piece"]
                .iter()
                .all(|module| succeeds("perl", &[&format!("-M{module}"), "-e1"])),
            Self::Postgres => postgres_programs().is_some(),
            Self::Chromium => is_installed("chromium"),
            Self::Chromedriver => is_installed("chromedriver"),
            Self::Node => is_installed("node"),
            Self::Npm => is_installed("npm"),
            // Debian keeps what `venv` needs in a package of its own.
            Self::Venv => succeeds("python3", &["-c", "import ensurepip, venv"]),
        }
    }

    fn package(self) -> &'static str {
        match self {
            Self::Make => "make",
            Self::Perl => "perl",
            Self::Postgres => "postgresql",
            Self::Chromium => "chromium",
            Self::Chromedriver => "chromium-driver",
            Self::Node => "nodejs",
            Self::Npm => "npm",
            Self::Venv => "python3-venv",
        }
    }

    fn reason(self) -> &'static str {
        match self {
            Self::Make | Self::Perl => "builds OpenSSL, which josekit needs",
            Self::Postgres => "every statement is tested on a real PostgreSQL",
            Self::Chromium | Self::Chromedriver => "the pages are walked in a real browser",
            Self::Node | Self::Npm | Self::Venv => "our formats are checked against other implementations",
        }
    }
}

/// Sees to it that every need is met: installs Debian packages as root, else says the exact command.
pub(crate) fn prepare(needs: &[Need]) -> Result<()> {
    let missing: Vec<Need> = needs.iter().copied().filter(|need| !need.is_met()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    for need in &missing {
        println!("missing: {} ({})", need.package(), need.reason());
    }
    let packages: Vec<&str> = missing.iter().map(|need| need.package()).collect();
    let install = format!(
        "apt-get update && apt-get install --yes --no-install-recommends {}",
        packages.join(" ")
    );
    if !is_root()? {
        bail!("some programs are missing; install them with\n\n    sudo sh -c '{install}'\n");
    }
    if !is_installed("apt-get") {
        bail!(
            "some programs are missing, and this is no Debian: install {} by hand",
            packages.join(", ")
        );
    }
    println!("installing: {install}");
    let status = Command::new("sh")
        .args(["-c", &install])
        .env("DEBIAN_FRONTEND", "noninteractive")
        .status()
        .context("cannot start apt-get")?;
    if !status.success() {
        bail!("apt-get failed: {install}");
    }
    match missing.iter().find(|need| !need.is_met()) {
        Some(need) => bail!("{} was installed and still is not found", need.package()),
        None => Ok(()),
    }
}

/// Whether a program is on the path.
pub(crate) fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// The folder of `initdb` and `postgres`: Debian keeps them off the path, one folder a version. The newest.
pub(crate) fn postgres_programs() -> Option<PathBuf> {
    let debian = Path::new("/usr/lib/postgresql")
        .read_dir()
        .into_iter()
        .flatten()
        .flatten();
    let mut versions: Vec<(u32, PathBuf)> = debian
        .filter_map(|version| Some((version.file_name().to_str()?.parse().ok()?, version.path().join("bin"))))
        .filter(|(_, programs)| programs.join("initdb").is_file() && programs.join("postgres").is_file())
        .collect();
    versions.sort();
    versions.pop().map(|(_, programs)| programs)
}

/// Whether we are root, as `id` says.
pub(crate) fn is_root() -> Result<bool> {
    let id = Command::new("id").arg("-u").output().context("cannot start id")?;
    Ok(id.stdout.trim_ascii() == b"0")
}

fn succeeds(program: &str, arguments: &[&str]) -> bool {
    Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
