//! A PostgreSQL server of our own: a free port of loopback, a temporary folder, no durability. Gone when dropped.

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::chown,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail};

use crate::machine;

/// The server refuses to run as root: it runs as one of these.
const OTHER_ACCOUNTS: [&str; 2] = ["postgres", "nobody"];

/// Our folders, before the id of the process that made them.
const FOLDER: &str = "musette-postgres-";

/// A running server.
pub(crate) struct Postgres {
    server: Child,
    folder: PathBuf,
    port: u16,
}

impl Postgres {
    /// Makes a cluster and starts it.
    pub(crate) fn start() -> Result<Self> {
        let programs = machine::postgres_programs().context("PostgreSQL's server is not installed")?;
        let account = if machine::is_root()? {
            Some(Account::find()?)
        } else {
            None
        };
        sweep();
        let folder = std::env::temp_dir().join(format!("{FOLDER}{}", std::process::id()));
        fs::create_dir(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        if let Some(account) = &account {
            chown(&folder, Some(account.user), Some(account.group)).context("cannot give the folder away")?;
        }
        let started = Self::start_in(&programs, account.as_ref(), &folder);
        if started.is_err() {
            let _ = fs::remove_dir_all(&folder);
        }
        started
    }

    fn start_in(programs: &Path, account: Option<&Account>, folder: &Path) -> Result<Self> {
        let cluster = folder.join("cluster");
        let made = as_account(account, &programs.join("initdb"))
            .args([
                "--auth=trust",
                "--username=musette",
                "--encoding=UTF8",
                "--no-locale",
                "--no-sync",
                "--pgdata",
            ])
            .arg(&cluster)
            .current_dir(folder)
            .stdin(Stdio::null())
            .output()
            .context("cannot start initdb")?;
        if !made.status.success() {
            bail!("initdb failed: {}", String::from_utf8_lossy(&made.stderr));
        }
        let port = TcpListener::bind("127.0.0.1:0")
            .and_then(|listener| listener.local_addr())
            .context("no free port")?
            .port();
        let log = fs::File::create(folder.join("server.log")).context("cannot make the server's log")?;
        let server = as_account(account, &programs.join("postgres"))
            .arg("-D")
            .arg(&cluster)
            .args(["-h", "127.0.0.1", "-p", &port.to_string()])
            // What is lost with the machine is a test's.
            .args([
                "-c",
                "fsync=off",
                "-c",
                "synchronous_commit=off",
                "-c",
                "full_page_writes=off",
            ])
            .args(["-c", "unix_socket_directories=", "-c", "max_connections=300"])
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(log.try_clone().context("cannot share the server's log")?)
            .stderr(log)
            .spawn()
            .context("cannot start postgres")?;
        let mut postgres = Self {
            server,
            folder: folder.to_owned(),
            port,
        };
        postgres.wait_until_ready(programs)?;
        Ok(postgres)
    }

    /// Where databases may be made.
    pub(crate) fn url(&self) -> String {
        format!("postgres://musette@127.0.0.1:{}/postgres", self.port)
    }

    /// Until it ends by itself.
    pub(crate) fn wait(mut self) -> Result<ExitStatus> {
        self.server.wait().context("cannot wait for the server")
    }

    fn wait_until_ready(&mut self, programs: &Path) -> Result<()> {
        for _ in 0..300 {
            let ready = Command::new(programs.join("pg_isready"))
                .args([
                    "--quiet",
                    "--host=127.0.0.1",
                    "--username=musette",
                    "--port",
                    &self.port.to_string(),
                ])
                .status()
                .context("cannot start pg_isready")?;
            if ready.success() {
                return Ok(());
            }
            if let Some(status) = self.server.try_wait().context("cannot look at the server")? {
                let log = fs::read_to_string(self.folder.join("server.log")).unwrap_or_default();
                bail!("PostgreSQL ended at once ({status}):\n{log}");
            }
            std::thread::sleep(Duration::from_millis(100));
        }
        bail!("PostgreSQL is not ready after 30 seconds")
    }
}

impl Drop for Postgres {
    /// SIGINT is PostgreSQL's fast shutdown: it ends its own children.
    fn drop(&mut self) {
        if matches!(self.server.try_wait(), Ok(None)) {
            let _ = Command::new("sh")
                .args(["-c", &format!("kill -INT {}", self.server.id())])
                .status();
        }
        let _ = self.server.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Removes the folders of runs that were killed: their servers ended with them.
fn sweep() {
    for folder in std::env::temp_dir().read_dir().into_iter().flatten().flatten() {
        let name = folder.file_name();
        let maker = name
            .to_str()
            .and_then(|name| name.strip_prefix(FOLDER))
            .and_then(|id| id.parse::<u32>().ok());
        if maker.is_some_and(|id| !Path::new("/proc").join(id.to_string()).exists()) {
            let _ = fs::remove_dir_all(folder.path());
        }
    }
}

/// An account that is not root's.
struct Account {
    user: u32,
    group: u32,
}

impl Account {
    fn find() -> Result<Self> {
        let accounts = fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
        OTHER_ACCOUNTS
            .iter()
            .find_map(|name| accounts.lines().find_map(|line| Self::read(line, name)))
            .with_context(|| format!("PostgreSQL refuses to run as root, and there is no account {OTHER_ACCOUNTS:?}"))
    }

    /// `name:password:uid:gid:…`
    fn read(line: &str, name: &str) -> Option<Self> {
        let fields: Vec<&str> = line.split(':').collect();
        match fields.as_slice() {
            [found, _, user, group, ..] if *found == name => Some(Self {
                user: user.parse().ok()?,
                group: group.parse().ok()?,
            }),
            _ => None,
        }
    }
}

/// A program that runs as `account` and ends when we do, however we end. `setpriv` becomes the program: its pid is ours
/// to signal.
fn as_account(account: Option<&Account>, program: &Path) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "INT"]);
    if let Some(Account { user, group }) = account {
        command.args([
            "--clear-groups",
            "--reuid",
            &user.to_string(),
            "--regid",
            &group.to_string(),
        ]);
    }
    command.arg("--").arg(program);
    command
}

#[cfg(test)]
mod tests {
    use super::Account;

    #[test]
    fn an_account_is_read_from_its_line_only() {
        let account = Account::read(
            "postgres:x:104:110:PostgreSQL:/var/lib/postgresql:/bin/bash",
            "postgres",
        )
        .unwrap();
        assert_eq!((account.user, account.group), (104, 110));
        assert!(Account::read("postgresql:x:104:110::/:/bin/sh", "postgres").is_none());
        assert!(Account::read("postgres:x", "postgres").is_none());
    }
}
