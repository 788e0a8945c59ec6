//! The files under `fixtures/`, and small sheets made for one test.

use std::{
    collections::BTreeMap,
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use shared::{
    activity::{Activity, ActivityAttestation, ActivityKind, Assurance, Breakdown, Period, Person, Role},
    format::paper,
    organisation::Organisation as Legal,
    status_list::token::StatusReference,
    trust::{TrustList, TrustedIssuer},
};
use url::Url;

/// The large sheet of the story: 412 rows, Windows-1252, some of them wrong.
pub const PANIERS_SHEET: &str = "batches/heures-2025.csv";
/// The small one: UTF-8 with a byte order mark.
pub const CYCLO_SHEET: &str = "batches/heures-2025-cyclo.csv";

/// A sheet with one person, 130 hours as a leader.
pub const ONE_PERSON: &str = "Nom;Prénom;Date;Durée;Fonction;16 ans ou plus\n\
    Benali;Nadia;11/01/2025;10h;Dirigeante;oui\nBenali;Nadia;12/01/2025;10h;Dirigeante;oui\n\
    Benali;Nadia;18/01/2025;10h;Dirigeante;oui\nBenali;Nadia;19/01/2025;10h;Dirigeante;oui\n\
    Benali;Nadia;25/01/2025;10h;Dirigeante;oui\nBenali;Nadia;26/01/2025;10h;Dirigeante;oui\n\
    Benali;Nadia;01/02/2025;10h;Dirigeante;oui\nBenali;Nadia;02/02/2025;10h;Dirigeante;oui\n\
    Benali;Nadia;08/02/2025;10h;Dirigeante;oui\nBenali;Nadia;09/02/2025;10h;Dirigeante;oui\n\
    Benali;Nadia;15/02/2025;10h;Dirigeante;oui\nBenali;Nadia;16/02/2025;10h;Dirigeante;oui\n\
    Benali;Nadia;22/02/2025;10h;Dirigeante;oui\n";

/// The same person with 210 hours: enough for the right of most stories.
pub fn enough_hours() -> String {
    let days = ["23/02", "01/03", "02/03", "08/03", "09/03", "15/03", "16/03", "22/03"];
    let more = days.map(|day| format!("Benali;Nadia;{day}/2025;10h;Dirigeante;oui\n"));
    format!("{ONE_PERSON}{}", more.concat())
}

/// A file under `fixtures/`.
pub fn path(name: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures")).join(name)
}

/// A folder of official vectors (`MUSETTE_VECTORS`, else beside the project); `None` when there is none on this machine.
///
/// # Panics
/// When it is missing in CI, where the vectors must be there.
pub fn vectors(name: &str) -> Option<PathBuf> {
    let root = env::var_os("MUSETTE_VECTORS").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors"),
        PathBuf::from,
    );
    let folder = root.join(name);
    let is_there = folder.is_dir();
    assert!(
        is_there || env::var("CI").as_deref() != Ok("true"),
        "{} is missing: in CI the vectors must be there",
        folder.display()
    );
    is_there.then_some(folder)
}

/// What is in it.
pub fn read(name: &str) -> Result<Vec<u8>> {
    let path = path(name);
    fs::read(&path).with_context(|| format!("cannot read {}", path.display()))
}

/// An organisation of `organisations.json`.
#[derive(Debug, Clone)]
pub struct Organisation {
    /// In addresses.
    pub slug: String,
    /// In words.
    pub name: String,
    /// RNA.
    pub rna: Option<String>,
    /// SIREN.
    pub siren: Option<String>,
    /// `loi1901`…
    pub regime: String,
    /// Declared to the register.
    pub declared_on: NaiveDate,
    /// CGI art. 200-1-b.
    pub purposes: Vec<String>,
}

impl Organisation {
    /// The arguments of `issuer` that add it, with the passphrase in a file.
    pub fn creation<'a>(&'a self, passphrase_file: &'a str) -> Vec<&'a str> {
        let mut arguments = vec!["organisation", "add", "--name", &self.name, "--slug", &self.slug];
        for (option, value) in [("--rna", &self.rna), ("--siren", &self.siren)] {
            arguments.extend(value.iter().flat_map(|value| [option, value.as_str()]));
        }
        arguments.extend(["--regime", &self.regime, "--passphrase-file", passphrase_file]);
        arguments
    }
}

/// The organisations of the story.
pub fn organisations() -> Result<Vec<Organisation>> {
    let document: serde_json::Value = serde_json::from_slice(&read("organisations.json")?)?;
    let list = document["organisations"]
        .as_array()
        .or(document.as_array())
        .context("organisations.json holds no list")?;
    list.iter()
        .map(organisation)
        .collect::<Result<_>>()
        .context("organisations.json is malformed")
}

fn organisation(value: &serde_json::Value) -> Result<Organisation> {
    let optional = |name: &str| value[name].as_str().map(str::to_owned);
    let text = |name: &str| optional(name).with_context(|| format!("no {name} in {value}"));
    let purposes = value["purposes"].as_array().into_iter().flatten();
    Ok(Organisation {
        slug: text("slug")?,
        name: text("name")?,
        rna: optional("rna"),
        siren: optional("siren"),
        regime: text("regime")?,
        declared_on: text("declared_on")?.parse().context("declared_on is no date")?,
        purposes: purposes
            .filter_map(|purpose| purpose.as_str().map(str::to_owned))
            .collect(),
    })
}

/// The list that recognises all of them.
pub fn trust_list(
    organisations: &[Organisation],
    now: DateTime<Utc>,
    identifier: impl Fn(&str) -> Url,
) -> Result<TrustList> {
    let mut issuers = BTreeMap::new();
    for organisation in organisations {
        let issuer = TrustedIssuer {
            name: organisation.name.clone(),
            regime: organisation.regime.clone(),
            declared_on: organisation.declared_on,
            dissolved_on: None,
            purposes: organisation.purposes.clone(),
            rna: organisation.rna.as_deref().map(str::parse).transpose().context("rna")?,
            siren: organisation
                .siren
                .as_deref()
                .map(str::parse)
                .transpose()
                .context("siren")?,
            trusted_from: None,
            trusted_until: None,
        };
        issuers.insert(identifier(&organisation.slug).to_string(), issuer);
    }
    Ok(TrustList {
        format: "musette-trust-list/1".to_owned(),
        authority: "Registre de démonstration".to_owned(),
        sequence: 1,
        issued_at: now - Duration::hours(1),
        next_update: now + Duration::days(30),
        issuers,
    })
}

/// An attestation across two years, of somebody whose name has an accent.
#[expect(clippy::expect_used, reason = "what we write here is right")]
pub fn attestation() -> ActivityAttestation {
    let day = |text: &str| text.parse().expect("a day");
    ActivityAttestation::new(
        Legal {
            name: "Les Paniers du Vallon".parse().expect("a name"),
            rna: "W691999901".parse().ok(),
            siren: None,
            siret: None,
        },
        Person {
            given_name: "Nadia".parse().expect("a name"),
            family_name: "Benâli".parse().expect("a name"),
            age_over_16: true,
        },
        Activity {
            reference: "0123456789abcdefghjkmnpqrs".parse().expect("an identifier"),
            kind: ActivityKind::BenevolatAssociatif,
            role: Role::Dirigeant,
            paid: false,
            period: Period::new(day("2024-09-01"), day("2025-06-30")).expect("a period"),
            minutes: 18_000.try_into().expect("minutes"),
            mission: "Tenue des comptes".parse().ok(),
        },
        Some(Breakdown::new([(2024, 5_400), (2025, 12_600)].into())),
        Assurance::Attested,
        day("2026-01-12"),
    )
    .expect("an attestation")
}

/// What surrounds [`attestation`] on paper.
#[expect(clippy::expect_used, reason = "what we write here is right")]
pub fn paper_envelope(expires_at: DateTime<Utc>) -> paper::Envelope {
    paper::Envelope {
        issuer: "https://issuer.example/o/a".to_owned(),
        status: StatusReference {
            idx: 7,
            uri: "https://issuer.example/o/a/status/0123456789abcdefghjkmnpqrs".to_owned(),
        },
        issued_on: "2026-01-12".parse().expect("a day"),
        expires_at,
    }
}
