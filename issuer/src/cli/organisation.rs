//! `issuer organisation`: adding one, changing a passphrase, listing them.

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use clap::Subcommand;
use shared::{
    keys::certificate::{self, CertificateChain, CertifiedNames},
    organisation::{Organisation, Rna, Siren, Siret, Slug},
    service::{page::PageContext, password},
    text::Text,
};
use zeroize::Zeroizing;

use crate::{
    App,
    issuance::expiry,
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
    /// Asks an authority for a certificate: prints a request (PKCS#10, PEM), signed with the organisation's key.
    CertificateRequest {
        /// Whose.
        slug: Slug,
        /// Names the host too, and so every organisation there: for authorities that know no other names.
        #[arg(long)]
        host: bool,
    },
    /// Replaces the certificates that go with what the organisation signs.
    Certificates {
        /// Whose.
        slug: Slug,
        /// File of the certificates (PEM): the organisation's first, then that of who gave it, and so on. A root at the end is
        /// left out.
        #[arg(long, required_unless_present = "none", conflicts_with = "none")]
        chain: Option<PathBuf>,
        /// No certificates any more.
        #[arg(long)]
        none: bool,
    },
    /// Lists the organisations.
    List,
}

pub(super) async fn run(app: &App, page: &PageContext, command: OrganisationCommand) -> anyhow::Result<String> {
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
        OrganisationCommand::CertificateRequest { slug, host } => {
            let mut tx = app.db.read().await?;
            let Some(organisation) = organisations::store::find(&mut tx, &slug).await? else {
                bail!("no organisation {slug}");
            };
            let signer = organisations::signer(app, &mut tx, &slug).await?;
            let issuer = app.urls.issuer(&slug);
            let names = if host {
                CertifiedNames::AddressAndHost
            } else {
                CertifiedNames::Address
            };
            let organisation = organisation.legal.name.as_str();
            Ok(certificate::request(&signer.key, &issuer, names, organisation)?)
        }
        OrganisationCommand::Certificates { slug, chain: file, .. } => {
            let certificates = file.as_deref().map(chain).transpose()?;
            let outlives = certificates
                .as_ref()
                .is_none_or(|chain| chain.lasts(expiry(app.today())));
            let mut tx = app.db.write().await?;
            if organisations::store::find(&mut tx, &slug).await?.is_none() {
                bail!("no organisation {slug}");
            }
            let named = || file.as_deref().unwrap_or(Path::new("")).display().to_string();
            let set = organisations::set_certificates(app, &mut tx, &slug, certificates).await;
            set.with_context(|| format!("{}, as {}", named(), app.urls.issuer(&slug)))?;
            tx.commit().await?;
            Ok(if outlives {
                String::new()
            } else {
                format!("{}\n", page.t("cli-certificates-short"))
            })
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

/// Reads certificates, the signer's first.
pub(super) fn chain(file: &Path) -> anyhow::Result<CertificateChain> {
    let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
    CertificateChain::from_pem(&text).with_context(|| format!("the certificates in {}", file.display()))
}

fn passphrase(file: &Path) -> anyhow::Result<Zeroizing<String>> {
    let passphrase = password::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    password::check(&passphrase)?;
    Ok(passphrase)
}
