//! Who signs for an instance: an organisation, or a did:key of its own.

use serde_json::{Map, Value};
use shared::{
    credential::issuance::Signatory,
    did::Did,
    entropy::Entropy,
    keys::{
        BbsSecretKey, KeyError, KeyKind, SigningKey,
        certificate::{CertificateChain, Unfit},
    },
    organisation::Slug,
    service::db::Tx,
};
use zeroize::Zeroizing;

use super::{Instance, InstanceError, config::InstanceKey, store};
use crate::{App, organisations};

/// Who signs.
pub(crate) struct Identity {
    /// The DID.
    pub(crate) controller: String,
    /// The verification method of the key, in the document of the DID.
    pub(crate) method: String,
    /// `iss` of an SD-JWT VC: where an organisation publishes its keys, else the DID.
    pub(crate) issuer: String,
    /// What names the key there.
    pub(crate) kid: String,
    /// Of an organisation, for `iss`; or why they no longer serve.
    pub(crate) certificates: Result<Option<CertificateChain>, Unfit>,
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
    /// An organisation, with the key that signs now.
    pub(crate) async fn of_organisation(app: &App, tx: &mut Tx, organisation: &Slug) -> Result<Self, InstanceError> {
        let signer = organisations::signer(app, tx, organisation).await?;
        let did = app.urls.did(organisation)?;
        let issuer: String = app.urls.issuer(organisation).into();
        let certificates = signer.certificates(&issuer, app.now()).map(Option::<&_>::cloned);
        Ok(Self {
            method: format!("{did}#{}", signer.kid),
            controller: did.into(),
            issuer,
            certificates,
            kid: signer.kid,
            key: Secret::Signing(signer.key),
        })
    }

    /// The same organisation under another DID of its own, whose document lists the same keys by the same names.
    pub(crate) fn known_as(self, did: Did) -> Self {
        Self {
            method: format!("{did}#{}", self.kid),
            controller: did.into(),
            ..self
        }
    }

    fn of_key(key: Secret) -> Self {
        let multikey = key.multikey();
        let did = format!("did:key:{multikey}");
        let method = format!("{did}#{multikey}");
        Self {
            controller: did.clone(),
            issuer: did,
            kid: method.clone(),
            certificates: Ok(None),
            method,
            key,
        }
    }

    pub(crate) fn signatory(&self) -> Signatory<'_> {
        Signatory {
            controller: &self.controller,
            method: &self.method,
            key: match &self.key {
                Secret::Signing(key) => key.into(),
                Secret::Bbs(key) => key.into(),
            },
        }
    }

    /// Puts our identifier where another's stands.
    pub(crate) fn name_in(&self, document: &mut Map<String, Value>, member: &str) {
        match document.get_mut(member) {
            Some(Value::Object(named)) => {
                named.insert("id".to_owned(), self.controller.as_str().into());
            }
            _ => {
                document.insert(member.to_owned(), self.controller.as_str().into());
            }
        }
    }
}

impl Instance<'_> {
    /// Whether its key is one of those that sign SD-JWT VC and paper.
    pub(crate) fn signs_with_p256(&self) -> bool {
        self.config.key == InstanceKey::Signing(KeyKind::P256)
    }

    /// Who signs. A key of its own is made when there is none yet: `tx` must be one that writes.
    pub(crate) async fn identity(&self, app: &App, tx: &mut Tx) -> Result<Identity, InstanceError> {
        if let Some(organisation) = &self.config.organisation {
            return Identity::of_organisation(app, tx, organisation).await;
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
        Ok(Identity::of_key(key))
    }
}
