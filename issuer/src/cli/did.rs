//! `issuer did`: the did:webvh of an organisation.

use anyhow::{Context, bail};
use clap::Subcommand;
use shared::{organisation::Slug, service::db::is_unique_violation};

use crate::{
    App,
    did_log::{self, DidLogError},
    organisations,
};

#[derive(Debug, Subcommand)]
pub(super) enum DidCommand {
    /// Begins the log of an organisation's did:webvh, and prints the DID. It is published at once.
    Create {
        /// Whose.
        slug: Slug,
    },
    /// Adds a version with the keys that the organisation has now, and changes the key of the log.
    Update {
        /// Whose.
        slug: Slug,
    },
    /// Ends the log: what was signed as this DID is no longer believed.
    Deactivate {
        /// Whose.
        slug: Slug,
        /// Says that you know: nothing can follow.
        #[arg(long, required = true)]
        for_good: bool,
    },
    /// Prints the log (did.jsonl), to be published elsewhere or kept.
    Log {
        /// Whose.
        slug: Slug,
    },
}

pub(super) async fn run(app: &App, command: DidCommand) -> anyhow::Result<String> {
    let (DidCommand::Create { slug }
    | DidCommand::Update { slug }
    | DidCommand::Deactivate { slug, .. }
    | DidCommand::Log { slug }) = &command;
    let mut tx = app.db.write().await?;
    if organisations::store::find(&mut tx, slug).await?.is_none() {
        bail!("no organisation {slug}");
    }
    let written = match command {
        DidCommand::Create { .. } => did_log::create(app, &mut tx, slug).await,
        DidCommand::Update { .. } => did_log::update(app, &mut tx, slug).await,
        DidCommand::Deactivate { .. } => did_log::deactivate(app, &mut tx, slug).await,
        DidCommand::Log { .. } => return did_log::text(&mut tx, slug).await?.context(DidLogError::None),
    };
    let did = match written {
        Err(DidLogError::Database(error)) if is_unique_violation(&error) => {
            bail!("another command wrote to this log at the same moment: try again")
        }
        written => written?,
    };
    tx.commit().await?;
    Ok(format!("{did}\n"))
}
