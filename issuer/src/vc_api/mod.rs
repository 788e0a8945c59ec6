//! The W3C VC-API: others hand in credentials of the W3C data model, an instance of the configuration signs them.
//!
//! An instance is one issuer: a mechanism, a key, the statuses its credentials have. Who is named as the issuer of a
//! credential that comes in is replaced by the instance's own identifier.

pub(crate) mod api;
pub(crate) mod config;
pub(crate) mod store;

use chrono::Duration;
use serde_json::{Map, Value};
use shared::{
    credential::{
        StandardError,
        issuance::{self, IssuanceError, Issued, Mechanism, Signatory, SigningOptions},
        vcdm::{self, Version},
    },
    did::DidError,
    entropy::Entropy,
    format::{
        data_integrity::{Disclosure, derive},
        vc_jose::Securing,
    },
    keys::{BbsSecretKey, KeyError, SigningKey, seal::Unopenable},
    organisation::Slug,
    service::{
        config::ServiceConfig,
        db::Tx,
        http_client::HttpClient,
        vc_api::{Access, AccessError},
    },
    status_list::bitstring::{Bitstring, BitstringError, Entry, MIN_ENTRIES, Purpose, StatusListTerms},
    vc_api::{DeriveRequest, IssueRequest, ProveRequest, StatusRequest},
};

use zeroize::Zeroizing;

use self::config::{InstanceConfig, InstanceKey, VcApiConfig};
use crate::{
    App,
    organisations::{self, KeyringError},
    status::ListId,
};

/// How long a verifier may keep a list.
const TTL: Duration = Duration::seconds(300);
/// How long a list is valid.
const LIFETIME: Duration = Duration::days(1);
/// Random places tried before a list counts as full: with half of it taken, one in four thousand million misses them all.
const TRIES: usize = 32;
/// What VCDM 1.1 does not define of a status.
const STATUS_CONTEXT: &str = "https://www.w3.org/ns/credentials/status/v1";

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

/// Who signs for an instance.
pub(crate) struct Identity {
    pub(crate) controller: String,
    pub(crate) method: String,
    key: Secret,
}

enum Secret {
    Signing(SigningKey),
    Bbs(BbsSecretKey),
}

impl Secret {
    fn generate(kind: InstanceKey, entropy: &dyn Entropy) -> Self {
        match kind {
            InstanceKey::Signing(kind) => Self::Signing(SigningKey::generate_of(kind)),
            InstanceKey::Bbs => Self::Bbs(BbsSecretKey::generate(entropy)),
        }
    }

    fn from_bytes(kind: InstanceKey, bytes: &[u8]) -> Result<Self, KeyError> {
        Ok(match kind {
            InstanceKey::Signing(_) => Self::Signing(SigningKey::from_pkcs8(bytes)?),
            InstanceKey::Bbs => Self::Bbs(BbsSecretKey::from_bytes(bytes)?),
        })
    }

    fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        match self {
            Self::Signing(key) => key.to_pkcs8(),
            Self::Bbs(key) => Zeroizing::new(key.to_bytes().to_vec()),
        }
    }

    fn multikey(&self) -> String {
        match self {
            Self::Signing(key) => key.public().to_multikey(),
            Self::Bbs(key) => key.public().to_multikey(),
        }
    }
}

impl Identity {
    fn signatory(&self) -> Signatory<'_> {
        Signatory {
            controller: &self.controller,
            method: &self.method,
            key: match &self.key {
                Secret::Signing(key) => key.into(),
                Secret::Bbs(key) => key.into(),
            },
        }
    }
}

impl Instance<'_> {
    /// Who signs. A key of its own is made when there is none yet: `tx` must be one that writes.
    pub(crate) async fn identity(&self, app: &App, tx: &mut Tx) -> Result<Identity, InstanceError> {
        if let Some(organisation) = &self.config.organisation {
            let (kid, key) = organisations::signing_key(app, tx, organisation).await?;
            let did = app.urls.did(organisation)?;
            return Ok(Identity {
                method: format!("{did}#{kid}"),
                controller: did.into(),
                key: Secret::Signing(key),
            });
        }
        let kind = self.config.key;
        let place = format!("vc_api_keys.sealed/{}/{}", self.name, kind.name());
        let sealed = if let Some(sealed) = store::key(tx, self.name, kind).await? {
            sealed
        } else {
            let secret = Secret::generate(kind, app.entropy.as_ref()).to_bytes();
            let sealed = app.keys.seal(&secret, &place, app.entropy.as_ref());
            store::insert_key(tx, self.name, kind, &sealed, app.now()).await?;
            // Another process may have been first.
            store::key(tx, self.name, kind).await?.unwrap_or(sealed)
        };
        let key = Secret::from_bytes(kind, &app.keys.open(&sealed, &place)?)?;
        let multikey = key.multikey();
        let controller = format!("did:key:{multikey}");
        Ok(Identity {
            method: format!("{controller}#{multikey}"),
            controller,
            key,
        })
    }

    /// Signs a credential, with the statuses this instance gives.
    pub(crate) async fn issue(&self, app: &App, tx: &mut Tx, request: IssueRequest) -> Result<Issued, InstanceError> {
        let mut credential = request.credential;
        // What came in must be right by itself, its issuer too, before anything of it is replaced.
        let version = vcdm::check_credential(&Value::Object(credential.clone())).map_err(IssuanceError::from)?;
        if self.config.data_model.is_some_and(|expected| expected != version) {
            return Err(InstanceError::OtherDataModel);
        }
        let identity = self.identity(app, tx).await?;
        name_as(&mut credential, "issuer", &identity.controller);
        if !self.config.status.is_empty() {
            let name = match request.credential_id {
                Some(name) => name,
                None => named(app, &mut credential),
            };
            self.give_statuses(app, tx, &mut credential, &name, version).await?;
        }
        let options = SigningOptions {
            mandatory: request.mandatory_pointers,
            ..self.options(app)
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
        name_as(&mut presentation, "holder", &identity.controller);
        let options = SigningOptions {
            domain: request.domain,
            challenge: request.challenge,
            ..self.options(app)
        };
        Ok(issuance::prove(
            presentation,
            self.config.mechanism,
            &identity.signatory(),
            &options,
            app.entropy.as_ref(),
        )?)
    }

    /// Sets or lifts a status of a credential.
    pub(crate) async fn change_status(&self, tx: &mut Tx, request: &StatusRequest) -> Result<(), InstanceError> {
        if request.purpose == Purpose::Revocation && !request.status {
            return Err(InstanceError::Irreversible);
        }
        let StatusRequest {
            credential_id,
            purpose,
            status,
        } = request;
        match store::set(tx, self.name, purpose, credential_id, *status).await? {
            0 => Err(InstanceError::UnknownCredential),
            _ => Ok(()),
        }
    }

    /// A list of this instance as a signed credential; None when it has no such list.
    pub(crate) async fn status_list(
        &self,
        app: &App,
        tx: &mut Tx,
        list: &ListId,
    ) -> Result<Option<Issued>, InstanceError> {
        let Some(purpose) = store::purpose(tx, self.name, list).await? else {
            return Ok(None);
        };
        let mut bits = Bitstring::new(1, MIN_ENTRIES)?;
        for entry in store::are_set(tx, list).await? {
            bits.set(entry, 1, 1)?;
        }
        let identity = self.identity(app, tx).await?;
        let address = app.urls.bitstring_list(self.name, list);
        let terms = StatusListTerms {
            id: address.as_str(),
            issuer: &identity.controller,
            purposes: &[purpose],
            valid_from: app.now(),
            valid_until: Some(app.now() + LIFETIME),
            ttl: Some(TTL),
        };
        let Value::Object(credential) = terms.unsigned(&bits) else {
            unreachable!("a list credential is an object")
        };
        // As its credentials are, but in text: verifiers fetch it as a file.
        let mechanism = match self.config.mechanism {
            Mechanism::Jose(Securing::Cose) => Mechanism::Jose(Securing::Jwt),
            mechanism => mechanism,
        };
        let signed = issuance::issue(
            credential,
            mechanism,
            &identity.signatory(),
            &self.options(app),
            app.entropy.as_ref(),
        )?;
        Ok(Some(signed))
    }

    async fn give_statuses(
        &self,
        app: &App,
        tx: &mut Tx,
        credential: &mut Map<String, Value>,
        name: &str,
        version: Version,
    ) -> Result<(), InstanceError> {
        let mut entries = match credential.remove("credentialStatus") {
            None => Vec::new(),
            Some(Value::Array(entries)) => entries,
            Some(entry) => vec![entry],
        };
        for purpose in &self.config.status {
            let (list, index) = self.allocate(app, tx, purpose, name).await?;
            let address = app.urls.bitstring_list(self.name, &list);
            entries.push(Entry::new(purpose.clone(), index.into(), address.into()).to_value());
        }
        let status = match <[Value; 1]>::try_from(entries) {
            Ok([only]) => only,
            Err(several) => several.into(),
        };
        credential.insert("credentialStatus".to_owned(), status);
        if version == Version::V1 {
            let mut contexts = match credential.remove("@context") {
                Some(Value::Array(contexts)) => contexts,
                only => Vec::from_iter(only),
            };
            if !contexts.iter().any(|context| context == STATUS_CONTEXT) {
                contexts.push(STATUS_CONTEXT.into());
            }
            credential.insert("@context".to_owned(), contexts.into());
        }
        Ok(())
    }

    /// Takes a free place at random, in the newest list or in a new one (BSL-006).
    async fn allocate(&self, app: &App, tx: &mut Tx, purpose: &Purpose, name: &str) -> sqlx::Result<(ListId, u32)> {
        let entries = u32::try_from(MIN_ENTRIES).unwrap_or(u32::MAX);
        let mut list = store::newest_list(tx, self.name, purpose).await?;
        for _ in 0..2 {
            if let Some(list) = list {
                for _ in 0..TRIES {
                    let entry = app.entropy.below(entries);
                    if store::take(tx, &list, entry, name).await? {
                        return Ok((list, entry));
                    }
                }
            }
            let fresh = ListId::random(app.entropy.as_ref());
            store::insert_list(tx, &fresh, self.name, purpose, app.now()).await?;
            list = Some(fresh);
        }
        Err(sqlx::Error::RowNotFound)
    }

    fn options(&self, app: &App) -> SigningOptions {
        SigningOptions {
            created: Some(app.now()),
            ..SigningOptions::default()
        }
    }
}

/// Puts our identifier where another's stands.
fn name_as(document: &mut Map<String, Value>, member: &str, controller: &str) {
    match document.get_mut(member) {
        Some(Value::Object(named)) => {
            named.insert("id".to_owned(), controller.into());
        }
        _ => {
            document.insert(member.to_owned(), controller.into());
        }
    }
}

/// The name of a credential; one that has none is given one.
fn named(app: &App, credential: &mut Map<String, Value>) -> String {
    if let Some(id) = credential.get("id").and_then(Value::as_str) {
        return id.to_owned();
    }
    let random = u128::from_be_bytes(app.entropy.bytes());
    // RFC 9562 §5.4: version 4, variant 10.
    let bits = random & !(0xf << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let digits = format!("{bits:032x}");
    let name = format!(
        "urn:uuid:{}-{}-{}-{}-{}",
        &digits[..8],
        &digits[8..12],
        &digits[12..16],
        &digits[16..20],
        &digits[20..]
    );
    credential.insert("id".to_owned(), name.as_str().into());
    name
}
