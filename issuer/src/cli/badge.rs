//! The badge of an attestation whose claims are given (`shared/docs/open-badges.md`).

use anyhow::{Context, bail};
use serde_json::{Map, Value};
use shared::{
    credential::{
        ACTIVITY_VCT,
        attested::attestation,
        open_badge::{BadgeEnvelope, to_badge},
    },
    did::Did,
    keys::Jwk,
    organisation::Slug,
    service::db::Tx,
    status_list::bitstring::Entry,
};
use url::Url;

use super::sign::expiry;
use crate::{
    App,
    vc_api::{self, Identity, Instance},
};

/// Whether a document is claims of our attestation, rather than a document of the W3C data model.
pub(super) fn is_attestation(document: &Map<String, Value>) -> bool {
    let is_ours = document.get("vct").is_none_or(|vct| vct == ACTIVITY_VCT);
    is_ours && !document.contains_key("@context") && document.contains_key("activity")
}

/// Who signs badges, and where they can be revoked.
pub(super) struct Badger<'a> {
    pub(super) identity: &'a Identity,
    /// Whose status lists the badges are in.
    pub(super) instance: Option<Instance<'a>>,
}

impl<'a> Badger<'a> {
    /// The instance that signs, or one of the organisation that does.
    pub(super) fn new(
        app: &'a App,
        identity: &'a Identity,
        instance: Option<Instance<'a>>,
        organisation: Option<&Slug>,
    ) -> Self {
        let revokes = |instance: &Instance<'_>| {
            organisation.is_some() && instance.config.organisation.as_ref() == organisation && instance.revokes()
        };
        let instance = instance.or_else(|| app.vc_api.as_deref()?.instances().find(revokes));
        Self { identity, instance }
    }

    /// The unsigned badge.
    pub(super) async fn badge(
        &self,
        app: &App,
        tx: &mut Tx,
        claims: Map<String, Value>,
    ) -> anyhow::Result<Map<String, Value>> {
        let claims = Value::Object(claims);
        let attestation = attestation(&claims)?;
        let (holder, expires_at) = (holder(&claims)?, expiry(&claims)?);
        let id = vc_api::fresh_name(app);
        let envelope = BadgeEnvelope {
            issuer: self.identity.controller.parse()?,
            page: self.page(app),
            holder,
            status: self.status(app, tx, &claims, &id).await?,
            issued_on: attestation.signed_on(),
            expires_at,
            id,
        };
        match to_badge(&attestation, &envelope)? {
            Value::Object(badge) => Ok(badge),
            _ => bail!("a badge is an object"),
        }
    }

    /// Where whoever signs presents itself; at our address when it is known by its key alone.
    fn page(&self, app: &App) -> Url {
        let page = Url::parse(&self.identity.issuer).ok();
        let page = page.filter(|url| matches!(url.scheme(), "https" | "http"));
        page.unwrap_or_else(|| app.config.service.public_url.clone())
    }

    /// The status of a badge: the schema of ours wants one.
    async fn status(&self, app: &App, tx: &mut Tx, claims: &Value, name: &str) -> anyhow::Result<Entry> {
        if let Some(status) = claims.get("credentialStatus") {
            return Ok(Entry::from_value(status)?);
        }
        let allocated = match &self.instance {
            Some(instance) => instance.revocation(app, tx, name).await?,
            None => None,
        };
        allocated.context(
            "nothing says where the badge could be revoked: sign as an instance with status = [\"revocation\"] (--instance), \
             or put a credentialStatus into the claims",
        )
    }
}

/// Whose badge it is: `sub`, when it is a DID, or the key of `cnf`.
fn holder(claims: &Value) -> anyhow::Result<Did> {
    if let Some(Ok(did)) = claims.get("sub").and_then(Value::as_str).map(str::parse) {
        return Ok(did);
    }
    let jwk = claims
        .pointer("/cnf/jwk")
        .context("/cnf/jwk, or a DID in /sub, must say whose badge it is")?;
    let jwk: Jwk = serde_json::from_value(jwk.clone()).context("/cnf/jwk is no public key")?;
    Ok(Did::jwk(&jwk))
}
