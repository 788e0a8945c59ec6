//! `issuer organisation`: adding one, changing a passphrase, listing them.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use clap::Subcommand;
use shared::{
    organisation::{Organisation, Rna, Siren, Siret, Slug},
    service::password,
    text::Text,
};
use zeroize::Zeroizing;

use crate::{
    App,
    organisations::{self, NewOrganisation, Regime},
};

#[derive(Debug, Subcommand)]
pub(super) enum OrganisationCommand {
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

pub(super) async fn run(app: &App, command: OrganisationCommand) -> anyhow::Result<String> {
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

fn passphrase(file: &Path) -> anyhow::Result<Zeroizing<String>> {
    let passphrase = password::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    password::check(&passphrase)?;
    Ok(passphrase)
}
