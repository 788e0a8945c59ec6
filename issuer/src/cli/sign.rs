//! `issuer sign`: a document in any form, by an organisation or by an instance of the VC-API.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use clap::Args;
use serde_json::{Map, Value};
use shared::{
    credential::{
        ClaimPath, FORMAT_SD_JWT_VC,
        attested::attestation,
        issuance::{self, Mechanism, SigningOptions},
        members::has_type,
        vcdm,
    },
    format::{
        data_integrity::BaseKey,
        paper::{self, Envelope},
        sd_jwt_vc,
    },
    json,
    keys::SigningKey,
    many::on_every_core,
    organisation::Slug,
    status_list::token::StatusReference,
};

use crate::{
    App,
    vc_api::{Identity, Instance},
};

/// The form for paper, by the first letters of its code.
const PAPER: &str = "MU1";
/// The name OpenID4VCI has for documents with proofs, whatever the suite.
const LINKED: &str = "ldp_vc";
/// What nobody hides of an SD-JWT VC (SDVC-003), and what its validity is read from.
const IN_THE_OPEN: [&str; 9] = [
    "iss",
    "iat",
    "nbf",
    "exp",
    "cnf",
    "vct",
    "vct#integrity",
    "status",
    "sub",
];

#[derive(Debug, Args)]
pub(super) struct SignArguments {
    /// A cryptosuite (eddsa-rdfc-2022…), ldp_vc, vc+jwt, vc+sd-jwt, vc+cose, dc+sd-jwt, or MU1 (paper).
    #[arg(long)]
    format: String,
    /// Signs as this organisation.
    #[arg(long, conflicts_with = "instance")]
    organisation: Option<Slug>,
    /// Signs as this instance of the VC-API. Without either, as the first instance that signs in this form.
    #[arg(long)]
    instance: Option<Slug>,
    /// Claims of an SD-JWT that may be hidden, dotted: `activity.minutes`. Each at the top when none is said.
    #[arg(long)]
    disclosable: Vec<String>,
    /// What can never be hidden, as JSON Pointers, for ecdsa-sd-2023 and bbs-2023.
    #[arg(long)]
    mandatory: Vec<String>,
    /// Where to write: a file that is not there yet, or a folder. Printed when it is not said.
    #[arg(long)]
    out: Option<PathBuf>,
    /// The documents: credentials or presentations of the W3C data model without proof; for dc+sd-jwt and MU1, claims.
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// Signs all of them, on every core, or writes none.
pub(super) async fn run(app: &App, arguments: SignArguments) -> anyhow::Result<String> {
    let identity = identity(app, &arguments).await?;
    let signed = on_every_core(&arguments.files, |file| {
        let sign = || {
            let document = json::parse_object(&fs::read(file)?)?;
            sign(app, &arguments, document, &identity)
        };
        sign().with_context(|| format!("{}", file.display()))
    });
    let signed = signed.into_iter().collect::<anyhow::Result<Vec<String>>>()?;
    let Some(out) = &arguments.out else {
        return Ok(signed.join("\n") + "\n");
    };
    for (file, text) in arguments.files.iter().zip(&signed) {
        let path = if out.is_dir() {
            out.join(file.file_name().context("a folder cannot be signed")?)
        } else {
            out.clone()
        };
        write_new(&path, text).with_context(|| format!("{}", path.display()))?;
    }
    Ok(String::new())
}

fn write_new(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).open(path)?;
    Ok(writeln!(file, "{text}")?)
}

/// Who signs. A key of an instance is made when it is first needed.
async fn identity(app: &App, arguments: &SignArguments) -> anyhow::Result<Identity> {
    let mut tx = app.db.write().await?;
    let identity = if let Some(organisation) = &arguments.organisation {
        Identity::of_organisation(app, &mut tx, organisation).await?
    } else {
        instance(app, arguments)?.identity(app, &mut tx).await?
    };
    tx.commit().await?;
    Ok(identity)
}

fn instance<'a>(app: &'a App, arguments: &SignArguments) -> anyhow::Result<Instance<'a>> {
    let Some(vc_api) = &app.vc_api else {
        bail!("--organisation says who signs (no instance of the VC-API is configured)");
    };
    let fits = |instance: &Instance<'_>| match arguments.format.as_str() {
        LINKED => matches!(instance.config.mechanism, Mechanism::DataIntegrity(suite) if !suite.is_selective()),
        FORMAT_SD_JWT_VC | PAPER => instance.signs_with_p256(),
        format => instance.config.mechanism.name() == format,
    };
    let found = match &arguments.instance {
        Some(name) => vc_api.instance(Some(name.as_str())),
        None => vc_api.instances().find(fits),
    };
    found.context("no instance of the VC-API has this name or signs in this form: --organisation says who signs")
}

fn sign(
    app: &App,
    arguments: &SignArguments,
    document: Map<String, Value>,
    identity: &Identity,
) -> anyhow::Result<String> {
    match arguments.format.as_str() {
        FORMAT_SD_JWT_VC => sign_sd_jwt_vc(app, arguments, document, identity),
        PAPER => sign_paper(document, identity),
        LINKED => {
            let kind = match identity.signatory().key {
                BaseKey::Signing(key) => Some(key.public().kind()),
                BaseKey::Bbs(_) => None,
            };
            let fits = |mechanism: &Mechanism| {
                matches!(mechanism, Mechanism::DataIntegrity(_))
                    && !mechanism.is_selective()
                    && kind.is_some_and(|kind| mechanism.fits(kind))
            };
            let mechanism = Mechanism::all().find(fits).context("the key signs nothing whole")?;
            sign_w3c(app, arguments, document, identity, mechanism)
        }
        format => {
            let names: Vec<&str> = Mechanism::all().map(Mechanism::name).collect();
            let mechanism = format.parse().with_context(|| {
                let names = names.join(", ");
                format!("{format}: {names}, {LINKED}, {FORMAT_SD_JWT_VC}, {PAPER}")
            })?;
            sign_w3c(app, arguments, document, identity, mechanism)
        }
    }
}

/// Whoever is named as issuer or holder is replaced by who signs.
fn sign_w3c(
    app: &App,
    arguments: &SignArguments,
    mut document: Map<String, Value>,
    identity: &Identity,
    mechanism: Mechanism,
) -> anyhow::Result<String> {
    let options = SigningOptions {
        created: Some(app.now()),
        mandatory: arguments.mandatory.clone(),
        disclosable: paths(&arguments.disclosable),
        ..SigningOptions::default()
    };
    let (signatory, entropy) = (identity.signatory(), app.entropy.as_ref());
    let signed = if has_type(&document, "VerifiablePresentation") {
        vcdm::check_presentation(&Value::Object(document.clone()))?;
        identity.name_in(&mut document, "holder");
        issuance::prove(document, mechanism, &signatory, &options, entropy)?
    } else {
        vcdm::check_credential(&Value::Object(document.clone()))?;
        identity.name_in(&mut document, "issuer");
        issuance::issue(document, mechanism, &signatory, &options, entropy)?
    };
    Ok(signed.to_text())
}

fn sign_sd_jwt_vc(
    app: &App,
    arguments: &SignArguments,
    mut claims: Map<String, Value>,
    identity: &Identity,
) -> anyhow::Result<String> {
    if !claims.get("vct").is_some_and(Value::is_string) {
        bail!("vct says of what type it is (SD-JWT VC §3.2.2.1)");
    }
    claims.insert("iss".to_owned(), identity.issuer.as_str().into());
    let disclosable = if arguments.disclosable.is_empty() {
        let names = claims.keys().filter(|name| !IN_THE_OPEN.contains(&name.as_str()));
        names.map(|name| ClaimPath::of(&[name])).collect()
    } else {
        paths(&arguments.disclosable)
    };
    let key = p256(identity)?;
    Ok(sd_jwt_vc::issue(
        Value::Object(claims),
        &disclosable,
        &identity.kid,
        key,
        app.entropy.as_ref(),
    )?)
}

fn sign_paper(claims: Map<String, Value>, identity: &Identity) -> anyhow::Result<String> {
    let claims = Value::Object(claims);
    let attestation = attestation(&claims)?;
    let status = StatusReference::from_claims(&claims)?.context("/status/status_list is missing")?;
    let expires_at = claims
        .get("exp")
        .and_then(json::numeric_date)
        .and_then(|seconds| chrono::DateTime::from_timestamp(seconds, 0))
        .context("/exp is missing or malformed")?;
    let envelope = Envelope {
        issuer: identity.issuer.clone(),
        status,
        issued_on: attestation.signed_on(),
        expires_at,
    };
    Ok(paper::sign(&attestation, &envelope, p256(identity)?)?)
}

fn p256(identity: &Identity) -> anyhow::Result<&SigningKey> {
    match identity.signatory().key {
        BaseKey::Signing(key) => Ok(key),
        BaseKey::Bbs(_) => bail!("this form is signed with ES256"),
    }
}

fn paths(dotted: &[String]) -> Vec<ClaimPath> {
    let path = |dotted: &String| ClaimPath::of(&dotted.split('.').collect::<Vec<_>>());
    dotted.iter().map(path).collect()
}
