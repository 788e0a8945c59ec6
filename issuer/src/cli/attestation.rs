//! `issuer attestation`: what becomes of one that is signed.

use clap::Subcommand;
use shared::{organisation::Slug, service::page::PageContext, text::Text};

use crate::{
    App,
    attestations::{self, AttestationId},
};

#[derive(Debug, Subcommand)]
pub(super) enum AttestationCommand {
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

pub(super) async fn run(app: &App, page: &PageContext, command: AttestationCommand) -> anyhow::Result<String> {
    let AttestationCommand::Revoke {
        id,
        organisation,
        reason,
    } = command;
    let id: AttestationId = id.parse()?;
    let mut tx = app.db.write().await?;
    attestations::revoke(app, &mut tx, &organisation, &id, &reason).await?;
    tx.commit().await?;
    Ok(format!("{}\n", page.t("cli-revoked")))
}
