//! `issuer batch`: an hours sheet from file to invitations.

use std::{
    fmt::Write as _,
    path::{Path, PathBuf},
};

use anyhow::Context;
use clap::Subcommand;
use serde_json::{Value, json};
use shared::{organisation::Slug, service::page::PageContext};

use crate::{
    App,
    batches::{self, sheet},
    organisations,
};

#[derive(Debug, Subcommand)]
pub(super) enum BatchCommand {
    /// Reads an hours sheet, signs what it holds and makes the invitations. Refused rows are listed, and do not stop it;
    /// when every row is refused, nothing is signed.
    Import {
        /// The sheet (CSV).
        file: PathBuf,
        /// Whose.
        #[arg(long)]
        organisation: Slug,
        /// Only says what would be signed.
        #[arg(long)]
        dry_run: bool,
        /// Asks people for a code besides the link.
        #[arg(long)]
        tx_code: bool,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
}

pub(super) async fn run(app: &App, page: &PageContext, command: BatchCommand) -> anyhow::Result<String> {
    let BatchCommand::Import {
        file,
        organisation,
        dry_run,
        tx_code,
        json,
    } = command;
    let import = Import {
        file: &file,
        organisation: &organisation,
        signs: !dry_run,
        asks_tx_code: tx_code,
        json,
    };
    import.run(app, page).await
}

struct Import<'a> {
    file: &'a Path,
    organisation: &'a Slug,
    signs: bool,
    asks_tx_code: bool,
    json: bool,
}

impl Import<'_> {
    async fn run(&self, app: &App, page: &PageContext) -> anyhow::Result<String> {
        let name = self
            .file
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        let bytes = std::fs::read(self.file).with_context(|| format!("cannot read {}", self.file.display()))?;
        let rows = sheet::read(&bytes, app.today())
            .map_err(|error| anyhow::anyhow!("{name}: {}", batches::words::sheet_error(page, &error)))?;
        let mut tx = app.db.write().await?;
        let organisation = organisations::store::find(&mut tx, self.organisation)
            .await?
            .with_context(|| format!("no organisation {}", self.organisation))?;
        let sheet = batches::gather(app, &mut tx, self.organisation, rows).await?;
        let mut batch = None;
        if self.signs && !sheet.drafts.is_empty() {
            let file_name = batches::words::file_name(page, &name);
            let draft = batches::draft(app, file_name, batches::digest(&bytes), &sheet)?;
            batches::keep(app, &mut tx, self.organisation, &draft).await?;
            batches::sign(app, &mut tx, &organisation, &draft.id, self.asks_tx_code).await?;
            tx.commit().await?;
            batch = Some(draft.id);
        }
        if self.json {
            let refused: Vec<Value> = sheet.refusals.iter().map(|refusal| {
                json!({"line": refusal.line, "column": refusal.column, "value": refusal.value, "reason": batches::words::reason(page, refusal)})
            }).collect();
            let summary = json!({
                "batch": batch.map(|id| id.to_string()), "rows": sheet.rows, "accepted_rows": sheet.accepted(),
                "attestations": sheet.drafts.len(), "refused": refused,
            });
            return Ok(format!("{summary:#}\n"));
        }
        let mut text = String::new();
        let _ = writeln!(
            text,
            "{name}: {}",
            page.t2(
                "cli-rows",
                "accepted",
                sheet.accepted(),
                "refused",
                sheet.refusals.len()
            )
        );
        for refusal in &sheet.refusals {
            let arguments = [
                ("line", refusal.line.to_string().into()),
                ("column", (&refusal.column).into()),
                ("value", (&refusal.value).into()),
                ("reason", batches::words::reason(page, refusal).into()),
            ];
            let _ = writeln!(text, "  {}", app.locale.text(page.language, "cli-refused", &arguments));
        }
        let key = if self.signs { "cli-signed" } else { "cli-would-sign" };
        let _ = writeln!(text, "{}", page.t1(key, "count", sheet.drafts.len()));
        Ok(text)
    }
}
