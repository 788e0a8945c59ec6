//! The W3C VC-API: others hand in credentials of the W3C data model, an instance of the configuration signs them.
//!
//! An instance is one issuer: a mechanism, a key, the statuses its credentials have. Who is named as the issuer of a
//! credential that comes in is replaced by the instance's own identifier.

pub(crate) mod api;
pub(crate) mod config;
mod identity;
mod statuses;
pub(crate) mod store;

use serde_json::{Map, Value};
use shared::{
    credential::{
        StandardError,
        issuance::{self, IssuanceError, Issued, Mechanism, SigningOptions},
        vcdm,
    },
    did::DidError,
    format::data_integrity::{Disclosure, derive},
    keys::{KeyError, seal::Unopenable},
    organisation::Slug,
    service::{
        config::ServiceConfig,
        db::Tx,
        http_client::HttpClient,
        vc_api::{Access, AccessError},
    },
    status_list::bitstring::BitstringError,
    vc_api::{DeriveRequest, IssueRequest, ProveRequest},
};

use self::config::{InstanceConfig, VcApiConfig};
pub(crate) use self::identity::Identity;
use crate::{App, organisations::KeyringError};

/// What is open.
pub(crate) struct VcApi {
    pub(crate) access: Access,
    pub(crate) http: HttpClient,
    config: VcApiConfig,
}

/// Why the VC-API cannot be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    #[error(transparent)]
    Access(#[from] AccessError),
    /// `default` names none.
    #[error("vc_api.default names no instance: {0}")]
    NoSuchDefault(Slug),
}

/// Why nothing was signed or changed.
#[derive(Debug, thiserror::Error)]
pub(crate) enum InstanceError {
    /// It does not hold as a credential or presentation, or cannot be signed.
    #[error(transparent)]
    Issuance(#[from] IssuanceError),
    /// The instance is for the other version of the data model.
    #[error("this instance signs another version of the data model")]
    OtherDataModel,
    /// The instance derives nothing.
    #[error("this instance is not for selective disclosure")]
    NotSelective,
    /// No credential of this name has such a status here.
    #[error("no credential of this name has such a status here")]
    UnknownCredential,
    /// BSL-001: a revocation is for good.
    #[error("a revocation cannot be lifted")]
    Irreversible,
    /// The instance's key.
    #[error(transparent)]
    Unopenable(#[from] Unopenable),
    /// The instance's key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The organisation's key.
    #[error(transparent)]
    Keyring(#[from] KeyringError),
    /// The organisation's DID.
    #[error(transparent)]
    Did(#[from] DidError),
    /// A status list.
    #[error(transparent)]
    List(#[from] BitstringError),
    /// The database.
    #[error(transparent)]
    Database(#[from] sqlx::Error),
}

impl InstanceError {
    /// How the specifications call it; None when it is a failure of ours.
    pub(crate) fn standard(&self) -> Option<StandardError> {
        match self {
            Self::Issuance(error) => Some(error.standard()),
            Self::OtherDataModel => Some(StandardError::MalformedValue),
            Self::NotSelective => Some(StandardError::ProofGeneration),
            Self::UnknownCredential => Some(StandardError::Ours("unknown-credential")),
            Self::Irreversible => Some(StandardError::Ours("irreversible")),
            _ => None,
        }
    }
}

impl VcApi {
    /// Reads who may ask, and makes sure that the default is there.
    pub(crate) fn open(service: &ServiceConfig, config: &VcApiConfig) -> Result<Self, OpenError> {
        if let Some(default) = config
            .default
            .as_ref()
            .filter(|name| !config.instances.contains_key(*name))
        {
            return Err(OpenError::NoSuchDefault(default.clone()));
        }
        Ok(Self {
            access: Access::open(service, config.token_file.as_deref())?,
            http: HttpClient::new(service.development),
            config: config.clone(),
        })
    }

    /// Every instance.
    pub(crate) fn instances(&self) -> impl Iterator<Item = Instance<'_>> {
        let instances = self.config.instances.iter();
        instances.map(|(name, config)| Instance { name, config })
    }

    /// The instance of this name; without one, the default.
    pub(crate) fn instance(&self, name: Option<&str>) -> Option<Instance<'_>> {
        let name = name.or(self.config.default.as_ref().map(Slug::as_str))?;
        self.instances().find(|instance| instance.name.as_str() == name)
    }

    /// The first instance for the suite of a credential with a base proof.
    pub(crate) fn deriving(&self, request: &DeriveRequest) -> Option<Instance<'_>> {
        let suite = match request.credential.get("proof") {
            Some(Value::Array(proofs)) => proofs.iter().find_map(|proof| proof.get("cryptosuite")),
            proof => proof.and_then(|proof| proof.get("cryptosuite")),
        };
        let suite = suite?.as_str()?;
        self.instances()
            .find(|instance| instance.config.mechanism.is_selective() && instance.config.mechanism.name() == suite)
    }
}

/// One issuer.
#[derive(Clone, Copy)]
pub(crate) struct Instance<'a> {
    pub(crate) name: &'a Slug,
    pub(crate) config: &'a InstanceConfig,
}

impl Instance<'_> {
    /// Signs a credential, with the statuses this instance gives.
    pub(crate) async fn issue(&self, app: &App, tx: &mut Tx, request: IssueRequest) -> Result<Issued, InstanceError> {
        let mut credential = request.credential;
        // What came in must be right by itself, its issuer too, before anything of it is replaced.
        let version = vcdm::check_credential(&Value::Object(credential.clone())).map_err(IssuanceError::from)?;
        if self.config.data_model.is_some_and(|expected| expected != version) {
            return Err(InstanceError::OtherDataModel);
        }
        let identity = self.identity(app, tx).await?;
        identity.name_in(&mut credential, "issuer");
        if !self.config.status.is_empty() {
            let name = match request.credential_id {
                Some(name) => name,
                None => named(app, &mut credential),
            };
            self.give_statuses(app, tx, &mut credential, &name, version).await?;
        }
        let options = SigningOptions {
            mandatory: request.mandatory_pointers,
            ..made_now(app)
        };
        Ok(issuance::issue(
            credential,
            self.config.mechanism,
            &identity.signatory(),
            &options,
            app.entropy.as_ref(),
        )?)
    }

    /// From a credential for selective disclosure, the one that shows what was chosen. Whoever issued it: its holder asks.
    pub(crate) fn derive(&self, request: &DeriveRequest) -> Result<Issued, InstanceError> {
        let Mechanism::DataIntegrity(suite) = self.config.mechanism else {
            return Err(InstanceError::NotSelective);
        };
        if !suite.is_selective() {
            return Err(InstanceError::NotSelective);
        }
        let pointers: Vec<&str> = request.selective_pointers.iter().map(String::as_str).collect();
        let disclosure = Disclosure {
            suite,
            pointers: &pointers,
            presentation_header: request.presentation_header.as_deref().unwrap_or_default().as_bytes(),
        };
        let text = Value::Object(request.credential.clone()).to_string();
        Ok(Issued::Proven(derive(&text, &disclosure).map_err(IssuanceError::from)?))
    }

    /// Proves a presentation as its holder.
    pub(crate) async fn prove(&self, app: &App, tx: &mut Tx, request: ProveRequest) -> Result<Issued, InstanceError> {
        let mut presentation = request.presentation;
        let version = vcdm::check_presentation(&Value::Object(presentation.clone())).map_err(IssuanceError::from)?;
        if self.config.data_model.is_some_and(|expected| expected != version) {
            return Err(InstanceError::OtherDataModel);
        }
        let identity = self.identity(app, tx).await?;
        identity.name_in(&mut presentation, "holder");
        let options = SigningOptions {
            domain: request.domain,
            challenge: request.challenge,
            ..made_now(app)
        };
        Ok(issuance::prove(
            presentation,
            self.config.mechanism,
            &identity.signatory(),
            &options,
            app.entropy.as_ref(),
        )?)
    }
}

fn made_now(app: &App) -> SigningOptions {
    SigningOptions {
        created: Some(app.now()),
        ..SigningOptions::default()
    }
}

/// The name of a credential; one that has none is given one.
fn named(app: &App, credential: &mut Map<String, Value>) -> String {
    if let Some(id) = credential.get("id").and_then(Value::as_str) {
        return id.to_owned();
    }
    let name = fresh_name(app);
    credential.insert("id".to_owned(), name.as_str().into());
    name
}

/// A name that nothing else has: `urn:uuid:…`.
pub(crate) fn fresh_name(app: &App) -> String {
    let random = u128::from_be_bytes(app.entropy.bytes());
    // RFC 9562 §5.4: version 4, variant 10.
    let bits = random & !(0xf << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let digits = format!("{bits:032x}");
    format!(
        "urn:uuid:{}-{}-{}-{}-{}",
        &digits[..8],
        &digits[8..12],
        &digits[12..16],
        &digits[16..20],
        &digits[20..]
    )
}
