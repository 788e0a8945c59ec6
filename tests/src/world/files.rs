//! What the services of a world read and store in: configuration files, and databases.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};

use anyhow::{Context, Result};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use url::Url;

use super::Engine;

/// The configuration files.
pub(super) struct Files<'a> {
    pub(super) folder: &'a Path,
    pub(super) engine: Engine,
}

impl Files<'_> {
    pub(super) async fn write(
        &self,
        service: &str,
        public_url: &Url,
        databases: &mut Vec<String>,
        before: &str,
        after: &str,
    ) -> Result<PathBuf> {
        let database = match self.engine {
            Engine::Sqlite => format!("sqlite:{}", self.folder.join(format!("{service}.sqlite")).display()),
            Engine::Postgres => {
                let (name, url) = fresh_database(service).await?;
                databases.push(name);
                url
            }
        };
        let file = self.folder.join(format!("{service}.toml"));
        let contents = format!(
            "{before}\n[service]\nlisten = \"127.0.0.1:0\"\npublic_url = \"{public_url}\"\ndatabase = \"{database}\"\n\
             key_file = \"{}\"\ndevelopment = true\n{after}",
            self.folder.join(format!("{service}.key")).display()
        );
        fs::write(&file, contents).with_context(|| format!("cannot write {}", file.display()))?;
        Ok(file)
    }

    pub(super) fn verifier(&self) -> String {
        format!(
            "\n[trust]\nlist = \"{}\"\nauthority = \"{}\"\n",
            self.folder.join("trust.jwt").display(),
            self.folder.join("authority.json").display()
        )
    }
}

/// Whether tests may use PostgreSQL: says so loudly when they may not, and fails when nothing may be skipped.
#[expect(clippy::print_stderr, reason = "what is skipped must be seen")]
pub fn has_postgres() -> bool {
    let named = std::env::var_os("MUSETTE_TEST_POSTGRES").is_some();
    assert!(
        named || std::env::var("CI").as_deref() != Ok("true"),
        "MUSETTE_TEST_POSTGRES names no server, and CI=true"
    );
    if !named {
        eprintln!("NOT RUN on PostgreSQL: MUSETTE_TEST_POSTGRES names no server (`cargo xtask test` starts one)");
    }
    named
}

pub(super) async fn postgres() -> Result<PgConnection> {
    let url = std::env::var("MUSETTE_TEST_POSTGRES").context("MUSETTE_TEST_POSTGRES names no server")?;
    PgConnection::connect(&url).await.context("PostgreSQL does not answer")
}

async fn fresh_database(service: &str) -> Result<(String, String)> {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("world_{}_{number}_{service}", std::process::id());
    postgres()
        .await?
        .execute(AssertSqlSafe(format!("CREATE DATABASE {name}")))
        .await?;
    let mut url = Url::parse(&std::env::var("MUSETTE_TEST_POSTGRES")?).context("not a URL")?;
    url.set_path(&name);
    Ok((name, url.to_string()))
}
