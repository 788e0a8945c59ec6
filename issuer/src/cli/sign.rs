//! `issuer sign`: a document in any form, by an organisation or by an instance of the VC-API.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, bail};
use chrono::{DateTime, Utc};
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
    keys::{SigningKey, certificate::CertificateChain},
    many::on_every_core,
    organisation::Slug,
    service::db::Tx,
    status_list::token::StatusReference,
};

use super::{
    badge::{Badger, is_attestation},
    organisation::chain,
};
use crate::{
    App, did_log,
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
    /// By which DID the organisation is named, where it is named by one.
    #[arg(long, value_enum, requires = "organisation", default_value_t = OwnDid::Web)]
    did: OwnDid,
    /// Signs as this instance of the VC-API. Without either, as the first instance that signs in this form.
    #[arg(long)]
    instance: Option<Slug>,
    /// Claims of an SD-JWT that may be hidden, dotted: `activity.minutes`. Each at the top when none is said.
    #[arg(long)]
    disclosable: Vec<String>,
    /// Certificates (PEM, the signer's first) that go into a dc+sd-jwt, in the place of those of the organisation.
    #[arg(long)]
    certificates: Option<PathBuf>,
    /// What can never be hidden, as JSON Pointers, for ecdsa-sd-2023 and bbs-2023.
    #[arg(long)]
    mandatory: Vec<String>,
    /// Where to write: a file that is not there yet, or a folder. Printed when it is not said.
    #[arg(long)]
    out: Option<PathBuf>,
    /// The documents: credentials or presentations of the W3C data model without proof; for dc+sd-jwt and MU1, claims. From the
    /// claims of an attestation, other forms make its badge.
    #[arg(required = true)]
    files: Vec<PathBuf>,
}

/// The DIDs that an organisation may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum OwnDid {
    /// did:web.
    Web,
    /// did:webvh, once `issuer did create` made it.
    Webvh,
}

/// Signs all of them, on every core, or writes none.
pub(super) async fn run(app: &App, arguments: SignArguments) -> anyhow::Result<String> {
    let mut tx = app.db.write().await?;
    let (identity, instance) = identity(app, &mut tx, &arguments).await?;
    let certificates = certificates(app, &arguments, &identity)?;
    let takes_claims = [FORMAT_SD_JWT_VC, PAPER].contains(&arguments.format.as_str());
    let badger = Badger::new(app, &identity, instance, arguments.organisation.as_ref());
    let mut documents = Vec::new();
    for file in &arguments.files {
        let named = || file.display().to_string();
        let read = fs::read(file).with_context(named)?;
        let document = json::parse_object(&read).with_context(named)?;
        documents.push(if !takes_claims && is_attestation(&document) {
            badger.badge(app, &mut tx, document).await.with_context(named)?
        } else {
            document
        });
    }
    // A place in a status list that is then not used stays empty.
    tx.commit().await?;
    let numbered: Vec<(&PathBuf, Map<String, Value>)> = arguments.files.iter().zip(documents).collect();
    let signed = on_every_core(&numbered, |(file, document)| {
        let signed = sign(app, &arguments, document.clone(), &identity, certificates.as_ref());
        signed.with_context(|| format!("{}", file.display()))
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
async fn identity<'a>(
    app: &'a App,
    tx: &mut Tx,
    arguments: &SignArguments,
) -> anyhow::Result<(Identity, Option<Instance<'a>>)> {
    if let Some(organisation) = &arguments.organisation {
        let identity = Identity::of_organisation(app, tx, organisation).await?;
        let identity = match arguments.did {
            OwnDid::Web => identity,
            OwnDid::Webvh => identity.known_as(did_log::active(app, tx, organisation).await?),
        };
        return Ok((identity, None));
    }
    let instance = instance(app, arguments)?;
    Ok((instance.identity(app, tx).await?, Some(instance)))
}

/// The certificates that go with a dc+sd-jwt.
fn certificates(app: &App, arguments: &SignArguments, identity: &Identity) -> anyhow::Result<Option<CertificateChain>> {
    if arguments.format != FORMAT_SD_JWT_VC {
        return match arguments.certificates {
            Some(_) => bail!("--certificates is for {FORMAT_SD_JWT_VC}"),
            None => Ok(None),
        };
    }
    let Some(file) = &arguments.certificates else {
        let certificates = identity.certificates.clone();
        return certificates.context("the organisation's certificates no longer serve");
    };
    let chain = chain(file)?;
    let fit = chain.fit(p256(identity)?.public(), &identity.issuer, app.now());
    fit.with_context(|| format!("{}, as {}", file.display(), identity.issuer))?;
    Ok(Some(chain))
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
    certificates: Option<&CertificateChain>,
) -> anyhow::Result<String> {
    match arguments.format.as_str() {
        FORMAT_SD_JWT_VC => sign_sd_jwt_vc(app, arguments, document, identity, certificates),
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
    certificates: Option<&CertificateChain>,
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
    Ok(sd_jwt_vc::issue_certified(
        Value::Object(claims),
        &disclosable,
        &identity.kid,
        certificates,
        key,
        app.entropy.as_ref(),
    )?)
}

fn sign_paper(claims: Map<String, Value>, identity: &Identity) -> anyhow::Result<String> {
    let claims = Value::Object(claims);
    let attestation = attestation(&claims)?;
    let status = StatusReference::from_claims(&claims)?.context("/status/status_list is missing")?;
    let envelope = Envelope {
        issuer: identity.issuer.clone(),
        status,
        issued_on: attestation.signed_on(),
        expires_at: expiry(&claims)?,
    };
    Ok(paper::sign(&attestation, &envelope, p256(identity)?)?)
}

/// Until when claims of an attestation say that it is valid.
pub(super) fn expiry(claims: &Value) -> anyhow::Result<DateTime<Utc>> {
    let seconds = claims.get("exp").and_then(json::numeric_date);
    seconds
        .and_then(|seconds| DateTime::from_timestamp(seconds, 0))
        .context("/exp is missing or malformed")
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
