//! Who signs for an instance: an organisation, or a did:key of its own.

use shared::{
    credential::issuance::Signatory,
    entropy::Entropy,
    keys::{BbsSecretKey, KeyError, SigningKey},
    service::db::Tx,
};
use zeroize::Zeroizing;

use super::{Instance, InstanceError, config::InstanceKey, store};
use crate::{App, organisations};

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
    pub(super) fn signatory(&self) -> Signatory<'_> {
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
}
