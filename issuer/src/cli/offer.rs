//! `issuer offer`: who is invited to collect what, and the QR code of an invitation.

use anyhow::{Context, bail};
use clap::Subcommand;
use serde_json::{Value, json};
use shared::{organisation::Slug, service::qr};

use crate::{
    App,
    attestations::{self, Progress},
    offers, organisations,
};

#[derive(Debug, Subcommand)]
pub(super) enum OfferCommand {
    /// Lists the attestations with their invitations.
    List {
        /// Whose.
        #[arg(long)]
        organisation: Slug,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Draws the QR code of an invitation in the terminal.
    Show {
        /// Id of the attestation.
        attestation: String,
        /// Whose.
        #[arg(long)]
        organisation: Slug,
    },
}

pub(super) async fn run(app: &App, command: OfferCommand) -> anyhow::Result<String> {
    match command {
        OfferCommand::List { organisation, json } => {
            let offers = offers(app, &organisation).await?;
            if json {
                Ok(format!("{:#}\n", Value::from(offers)))
            } else {
                Ok(offers.iter().map(offer_line).collect())
            }
        }
        OfferCommand::Show {
            attestation,
            organisation,
        } => {
            let offers = offers(app, &organisation).await?;
            let offer = offers.iter().find(|offer| offer["attestation"] == attestation.as_str());
            let offer = offer.context("this organisation has no such attestation")?;
            let link = offer["link"]
                .as_str()
                .context("the attestation can no longer be collected")?;
            Ok(format!("{}\n{}", qr::terminal(link)?, offer_line(offer)))
        }
    }
}

/// What `offer list` prints, in the order of the batches.
async fn offers(app: &App, organisation: &Slug) -> anyhow::Result<Vec<Value>> {
    let mut tx = app.db.read().await?;
    if organisations::store::find(&mut tx, organisation).await?.is_none() {
        bail!("no organisation {organisation}");
    }
    let followed = attestations::of_organisation(app, &mut tx, organisation).await?;
    Ok(followed
        .iter()
        .map(|followed| {
            let (draft, offer) = (&followed.signed.draft, &followed.offer);
            let progress = followed.progress(app.now());
            let waiting = progress == Progress::Waiting;
            json!({
                "attestation": followed.signed.id.as_str(),
                "given_name": draft.person.given_name.as_str(),
                "family_name": draft.person.family_name.as_str(),
                "role": draft.role.code(),
                "minutes": draft.minutes(),
                "state": progress.code(),
                "link": waiting.then(|| String::from(app.urls.invitation(organisation, &offer.id))),
                "offer_uri": waiting.then(|| String::from(app.urls.offer(organisation, &offer.id))),
                "offer_by_value": waiting.then(|| offers::credential_offer(app, offer).link_by_value()),
                "tx_code": (waiting && offer.asks_tx_code).then(|| offers::tx_code(&app.keys, &offer.id)),
            })
        })
        .collect())
}

fn offer_line(offer: &Value) -> String {
    let text = |name: &str| offer[name].as_str().unwrap_or("-").to_owned();
    format!(
        "{}\t{} {}\t{}\t{}\t{}\t{}\t{}\n",
        text("attestation"),
        text("given_name"),
        text("family_name"),
        text("role"),
        offer["minutes"],
        text("state"),
        text("link"),
        text("tx_code"),
    )
}
