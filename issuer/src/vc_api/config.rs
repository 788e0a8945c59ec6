//! `[vc_api]`: which instances there are, and who may ask.

use std::{collections::BTreeMap, fmt, path::PathBuf};

use serde::Deserialize;
use shared::{
    credential::{issuance::Mechanism, vcdm::Version},
    keys::KeyKind,
    organisation::Slug,
    status_list::bitstring::Purpose,
};

/// The table `[vc_api]`. The VC-API is off without it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VcApiConfig {
    /// File of bearer tokens, one a line. Needed unless the service listens on loopback in development.
    pub token_file: Option<PathBuf>,
    /// The instance that answers without naming one: at `/credentials/issue`.
    pub default: Option<Slug>,
    /// By name.
    pub instances: BTreeMap<Slug, InstanceConfig>,
}

/// One issuer: how it signs, and what.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Unchecked")]
pub struct InstanceConfig {
    /// How it signs.
    pub mechanism: Mechanism,
    /// With which key.
    pub key: InstanceKey,
    /// The version of the data model it accepts; both when it is not said.
    pub data_model: Option<Version>,
    /// Whose key it is; absent, it is one of its own, and the issuer is its did:key.
    pub organisation: Option<Slug>,
    /// Which statuses its credentials have.
    pub status: Vec<Purpose>,
}

/// The kind of key of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstanceKey {
    /// It signs whole documents.
    Signing(KeyKind),
    /// It signs statements with BBS.
    Bbs,
}

impl InstanceKey {
    fn all() -> impl Iterator<Item = Self> {
        KeyKind::ALL.into_iter().map(Self::Signing).chain([Self::Bbs])
    }

    /// The name of its curve.
    pub fn name(self) -> &'static str {
        match self {
            Self::Signing(kind) => kind.curve(),
            Self::Bbs => "BLS12-381-G2",
        }
    }

    fn fits(self, mechanism: Mechanism) -> bool {
        match self {
            Self::Signing(kind) => mechanism.fits(kind),
            Self::Bbs => mechanism.fits_bbs(),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Unchecked {
    mechanism: String,
    key: Option<String>,
    data_model: Option<String>,
    organisation: Option<Slug>,
    #[serde(default)]
    status: Vec<String>,
}

/// What an instance must not say.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InstanceError {
    /// No mechanism is called so.
    #[error("mechanism must be one of {}", names(Mechanism::all()))]
    Mechanism,
    /// No such kind of key, or not one the mechanism signs with.
    #[error("key must be one of P-256, P-384, Ed25519, BLS12-381-G2, and one that the mechanism signs with")]
    Key,
    /// Neither of the two versions.
    #[error("data_model must be 1.1 or 2.0")]
    DataModel,
    /// VC-JOSE-COSE secures VCDM 2.0 alone.
    #[error("this mechanism is for data_model 2.0")]
    OldDataModel,
    /// Organisations sign with P-256.
    #[error("an organisation signs with a key on P-256")]
    OrganisationKey,
    /// A list that is signed for selective disclosure says nothing to a verifier.
    #[error("an instance for selective disclosure publishes no status")]
    SelectiveStatus,
    /// A status that cannot be set.
    #[error("status must be a list of revocation, suspension")]
    Status,
}

/// As `check` prints it: TOML.
impl fmt::Display for VcApiConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n[vc_api]")?;
        if let Some(path) = &self.token_file {
            writeln!(f, "token_file = \"{}\"", path.display())?;
        }
        if let Some(name) = &self.default {
            writeln!(f, "default = \"{name}\"")?;
        }
        for (name, instance) in &self.instances {
            writeln!(f, "\n[vc_api.instances.{name}]")?;
            writeln!(f, "mechanism = \"{}\"", instance.mechanism)?;
            writeln!(f, "key = \"{}\"", instance.key.name())?;
            if let Some(version) = instance.data_model {
                let version = if version == Version::V1 { "1.1" } else { "2.0" };
                writeln!(f, "data_model = \"{version}\"")?;
            }
            if let Some(organisation) = &instance.organisation {
                writeln!(f, "organisation = \"{organisation}\"")?;
            }
            let purposes: Vec<_> = instance.status.iter().map(Purpose::name).collect();
            writeln!(f, "status = {purposes:?}")?;
        }
        Ok(())
    }
}

fn names(all: impl Iterator<Item = impl fmt::Display>) -> String {
    let names: Vec<String> = all.map(|name| name.to_string()).collect();
    names.join(", ")
}

impl TryFrom<Unchecked> for InstanceConfig {
    type Error = InstanceError;

    fn try_from(read: Unchecked) -> Result<Self, InstanceError> {
        let mechanism: Mechanism = read.mechanism.parse().map_err(|_| InstanceError::Mechanism)?;
        let mut fitting = InstanceKey::all().filter(|key| key.fits(mechanism));
        let key = match read.key.as_deref() {
            None => fitting.next(),
            Some(name) => fitting.find(|key| key.name() == name),
        };
        let key = key.ok_or(InstanceError::Key)?;
        let data_model = match read.data_model.as_deref() {
            None => None,
            Some("1.1") => Some(Version::V1),
            Some("2.0") => Some(Version::V2),
            Some(_) => return Err(InstanceError::DataModel),
        };
        if data_model == Some(Version::V1) && matches!(mechanism, Mechanism::Jose(_)) {
            return Err(InstanceError::OldDataModel);
        }
        if read.organisation.is_some() && key != InstanceKey::Signing(KeyKind::P256) {
            return Err(InstanceError::OrganisationKey);
        }
        let purpose = |name: &String| match Purpose::from_name(name) {
            purpose @ (Purpose::Revocation | Purpose::Suspension) => Ok(purpose),
            _ => Err(InstanceError::Status),
        };
        let status: Vec<Purpose> = read.status.iter().map(purpose).collect::<Result<_, _>>()?;
        if !status.is_empty() && mechanism.is_selective() {
            return Err(InstanceError::SelectiveStatus);
        }
        Ok(Self {
            mechanism,
            key,
            data_model,
            organisation: read.organisation,
            status,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Config, DEFAULTS};
    use shared::service::config::load;

    fn instance(text: &str) -> Result<InstanceConfig, String> {
        let config = format!("{DEFAULTS}\n[vc_api.instances.one]\n{text}");
        let config: Config = load(&config, None, "ISSUER", Vec::new()).map_err(|error| error.to_string())?;
        let instances = config.vc_api.unwrap().instances;
        Ok(instances.into_values().next().unwrap())
    }

    #[test]
    fn an_instance_says_how_it_signs() {
        let read = instance("mechanism = \"ecdsa-rdfc-2019\"\nkey = \"P-384\"\ndata_model = \"1.1\"").unwrap();
        assert_eq!(
            (read.key, read.data_model),
            (InstanceKey::Signing(KeyKind::P384), Some(Version::V1))
        );
        let read = instance("mechanism = \"vc+jwt\"\nstatus = [\"revocation\", \"suspension\"]").unwrap();
        assert_eq!((read.key, read.status.len()), (InstanceKey::Signing(KeyKind::P256), 2));
        assert_eq!(
            instance("mechanism = \"eddsa-jcs-2022\"").unwrap().key,
            InstanceKey::Signing(KeyKind::Ed25519)
        );
    }

    #[test]
    fn bbs_has_keys_of_its_own() {
        assert_eq!(instance("mechanism = \"bbs-2023\"").unwrap().key, InstanceKey::Bbs);
    }

    #[test]
    fn what_could_not_work_is_refused_when_it_is_read() {
        for (text, part) in [
            ("mechanism = \"Ed25519Signature2020\"", "eddsa-rdfc-2022, "),
            ("mechanism = \"eddsa-rdfc-2022\"\nkey = \"P-256\"", "key must be"),
            ("mechanism = \"eddsa-rdfc-2022\"\nkey = \"RSA\"", "key must be"),
            ("mechanism = \"vc+jwt\"\ndata_model = \"1.1\"", "2.0"),
            ("mechanism = \"vc+jwt\"\ndata_model = \"3\"", "1.1 or 2.0"),
            ("mechanism = \"eddsa-rdfc-2022\"\norganisation = \"a\"", "P-256"),
            (
                "mechanism = \"vc+jwt\"\nstatus = [\"refresh\"]",
                "revocation, suspension",
            ),
            ("mechanism = \"vc+jwt\"\nother = 1", "other"),
            ("mechanism = \"bbs-2023\"\nkey = \"P-256\"", "key must be"),
            ("mechanism = \"bbs-2023\"\nstatus = [\"revocation\"]", "no status"),
        ] {
            let error = instance(text).unwrap_err();
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
