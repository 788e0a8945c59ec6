//! The statuses of an instance's credentials, in Bitstring status lists.

use serde_json::{Map, Value};
use shared::{
    credential::{
        issuance::{self, Issued, Mechanism},
        members,
        vcdm::Version,
    },
    format::vc_jose::Securing,
    service::db::Tx,
    status_list::bitstring::{Bitstring, Entry, MIN_ENTRIES, Purpose, StatusListTerms},
    vc_api::StatusRequest,
};

use super::{Instance, InstanceError, made_now, store};
use crate::{
    App,
    status::{LIFETIME, ListId, TRIES, TTL},
};

/// What VCDM 1.1 does not define of a status.
const STATUS_CONTEXT: &str = "https://www.w3.org/ns/credentials/status/v1";

impl Instance<'_> {
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
            &made_now(app),
            app.entropy.as_ref(),
        )?;
        Ok(Some(signed))
    }

    /// Whether its credentials can be revoked.
    pub(crate) fn revokes(&self) -> bool {
        self.config.status.contains(&Purpose::Revocation)
    }

    /// A place for the revocation of a credential of this name; `None` when this instance revokes none.
    pub(crate) async fn revocation(&self, app: &App, tx: &mut Tx, name: &str) -> sqlx::Result<Option<Entry>> {
        if !self.revokes() {
            return Ok(None);
        }
        let purpose = Purpose::Revocation;
        let (list, index) = self.allocate(app, tx, &purpose, name).await?;
        let address = app.urls.bitstring_list(self.name, &list);
        Ok(Some(Entry::new(purpose, index.into(), address.into())))
    }

    pub(super) async fn give_statuses(
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
            members::add_context(credential, STATUS_CONTEXT, &[]);
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
}
