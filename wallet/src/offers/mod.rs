//! Pending offers: an invitation looked at, then collected or refused.
//!
//! ```text
//! link ─ collect::inspect ─► Pending(Waiting) ─ redeem ─► Redeemed ─ fetch ─► Received ─ verify ─► Collected
//!                                 └─► Refused        └──────────┴──► Ended
//! ```
//! Each step is stored sealed before the next one asks anything of the network, so that a retry goes on where the last
//! try stopped: a code is never redeemed twice, a credential never lost. Two requests at once may race: what one of them
//! got of the issuer stays, whatever the other wrote meanwhile.

pub(crate) mod collect;
pub(crate) mod pages;
pub(crate) mod store;
mod views;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use shared::oid4vci::offer::{CredentialOffer, TxCode};
use url::Url;

use crate::{
    credentials::{CredentialId, HolderKey, Issuer, Secret},
    vault::{Place, Vault},
};

shared::id! {
    /// Names a pending offer in this wallet.
    pub(crate) struct OfferId;
}

/// An offer of this person.
pub(crate) struct Offer {
    pub(crate) id: OfferId,
    pub(crate) state: State,
    pub(crate) terms: Terms,
    /// Grows with each change: tells whether what was read is still so.
    revision: i64,
}

/// Where an offer stands.
pub(crate) enum State {
    Pending(Progress),
    /// Kept; `None` once the attestation was deleted.
    Collected(Option<CredentialId>),
    /// The person said no. `spent`: the issuer had given something already, and its code serves no more.
    Refused {
        spent: bool,
    },
    /// Nothing more can come of it.
    Ended(Ending),
}

/// Why nothing more can come of an invitation. All of them ask for a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Ending {
    /// The issuer takes its code no more.
    Invitation,
    /// The code is spent, and the token ended before the attestation came.
    Token,
    /// The issuer will not issue.
    Denied,
    /// The issuer gives it later, which this wallet cannot wait for.
    Deferred,
    /// What came is no attestation of this issuer.
    Unreadable,
    /// What came did not pass its checks.
    Checks,
}

/// What was read of the offer and of its issuer's description. Rests sealed.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Terms {
    pub(crate) issuer: Issuer,
    /// Where the offer is published, when it came by reference.
    pub(crate) link: Option<Url>,
    pub(crate) configuration: String,
    pub(crate) vct: String,
    pub(crate) title: Option<String>,
    pub(crate) code: Option<CodeShape>,
    pub(crate) token_endpoint: Url,
    pub(crate) nonce_endpoint: Option<Url>,
    pub(crate) credential_endpoint: Url,
}

/// What the person must type (OpenID4VCI 1.0 §4.1.1).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct CodeShape {
    pub(crate) numeric: bool,
    pub(crate) length: Option<u8>,
    pub(crate) description: Option<String>,
}

/// How far the collection went.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) enum Progress {
    /// The code is not redeemed. `tries`: wrong codes typed so far.
    Waiting { code: Secret, tries: u32 },
    /// The code is spent; this token fetches the credential, for this key.
    Redeemed {
        token: Secret,
        key: HolderKey,
        identifier: Option<String>,
        /// When the token ends, when the issuer said so.
        ends_at: Option<DateTime<Utc>>,
    },
    /// It came; it is not checked yet.
    Received { key: HolderKey, text: String },
}

/// What rests sealed in one column: the terms, the progress while pending and nothing of it afterwards, why it ended.
#[derive(Serialize, Deserialize)]
struct Sealed {
    terms: Terms,
    progress: Option<Progress>,
    ending: Option<Ending>,
}

impl Sealed {
    fn pending(terms: Terms, progress: Progress) -> Self {
        Self {
            terms,
            progress: Some(progress),
            ending: None,
        }
    }

    /// Without any code, token, key or attestation.
    fn over(terms: Terms, ending: Option<Ending>) -> Self {
        Self {
            terms,
            progress: None,
            ending,
        }
    }
}

impl Progress {
    /// What the issuer gave so far, as a number that grows.
    fn stage(&self) -> i64 {
        match self {
            Self::Waiting { .. } => 0,
            Self::Redeemed { .. } => 1,
            Self::Received { .. } => 2,
        }
    }

    /// Whether it waits for an attestation that its token can no longer fetch.
    pub(crate) fn is_over(&self, now: DateTime<Utc>) -> bool {
        matches!(self, Self::Redeemed { ends_at: Some(end), .. } if *end <= now)
    }
}

impl Offer {
    fn place(id: &OfferId) -> Place<'_> {
        Place {
            table: "offers",
            column: "sealed",
            id: id.as_str(),
        }
    }
}

/// What finds an offer again: its issuer and code, whatever link they came by.
pub(crate) fn fingerprint(vault: &Vault, offer: &CredentialOffer) -> Vec<u8> {
    vault.fingerprint("offer", &[offer.credential_issuer.as_str(), &offer.pre_authorized_code])
}

/// What finds an offer again before it is fetched.
pub(crate) fn link_fingerprint(vault: &Vault, link: &Url) -> Vec<u8> {
    vault.fingerprint("offer link", &[link.as_str()])
}

impl From<&TxCode> for CodeShape {
    fn from(code: &TxCode) -> Self {
        Self {
            numeric: code.numeric,
            length: code.length,
            description: code.description.clone(),
        }
    }
}

#[cfg(test)]
mod tests;
