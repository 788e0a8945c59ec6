//! Requests to present: made at the counter, fetched by a wallet, answered once (OpenID4VP 1.0 §5, §8.2).
//!
//! ```text
//! create ──► Waiting ──answer──► Answered        (one decision)
//!               ├────refuse───► Refused          (the person, or their wallet, said no)
//!               └─ 5 minutes ─► Expired
//! ```
//! Nonce, state and decryption key are made for one request, rest sealed, and are erased when it ends.

pub(crate) mod api;
pub(crate) mod landing;
pub(crate) mod live;
pub(crate) mod pages;
pub(crate) mod store;

use chrono::{DateTime, Duration, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use shared::{
    entitlement::{Rule, query_for},
    keys::{
        KeyError,
        jwe::{ContentEncryption, DecryptionKey},
        seal::{Unopenable, digest, equal},
    },
    language::Language,
    oid4vp::{RequestLink, RequestObject, request::Purpose},
    presentation::dcql::DcqlQuery,
    service::db::Tx,
};
use zeroize::Zeroizing;

use crate::{App, decisions::DecisionId};

shared::id! {
    /// A request.
    pub struct RequestId;
}

/// How long a request may be answered (VP-V-032).
pub(crate) fn lifetime() -> Duration {
    Duration::minutes(5)
}

/// How long a request that came to nothing is kept.
fn retention() -> Duration {
    Duration::days(1)
}

/// The predicate that a clerk may vouch for after seeing an identity card.
pub(crate) const AGE_OVER_16: &str = "age_over_16";
/// The longest `wallet_nonce` that is copied, in characters.
pub(crate) const MAX_WALLET_NONCE: usize = 512;

/// What the clerk asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Claimed {
    /// Id of the rule.
    pub(crate) rule: String,
    /// The calendar year, when the rule needs one.
    pub(crate) year: Option<i32>,
    /// The day of declaration, when the rule needs one.
    pub(crate) declared_on: Option<NaiveDate>,
    /// The clerk saw an identity card: 16 or over.
    pub(crate) age_seen: bool,
}

/// A request.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Request {
    pub(crate) id: RequestId,
    pub(crate) claimed: Claimed,
    pub(crate) query: DcqlQuery,
    pub(crate) created_at: DateTime<Utc>,
    pub(crate) expires_at: DateTime<Utc>,
    stage: Stage,
}

/// As stored: whether a waiting request has expired is for the clock to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Stage {
    Waiting {
        sealed: Vec<u8>,
    },
    Answered {
        at: DateTime<Utc>,
        decision: DecisionId,
        response_code: [u8; 32],
    },
    Refused {
        at: DateTime<Utc>,
        error: String,
    },
}

/// Where a request stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    /// It may be answered.
    Waiting,
    /// It was answered, and decided.
    Answered {
        /// When.
        at: DateTime<Utc>,
        /// The decision.
        decision: DecisionId,
    },
    /// The wallet answered with an error (OpenID4VP 1.0 §8.5).
    Refused {
        /// When.
        at: DateTime<Utc>,
        /// Its code.
        error: String,
    },
    /// Nobody answered in time.
    Expired,
}

/// What only a waiting request has.
pub(crate) struct Secrets {
    /// VP-V-002.
    pub(crate) nonce: String,
    /// VP-V-003.
    pub(crate) state: String,
    /// Opens the answer (VP-V-022).
    pub(crate) key: DecryptionKey,
}

#[derive(Serialize, Deserialize)]
struct SealedSecrets {
    nonce: String,
    state: String,
    key: serde_json::Value,
}

impl Drop for SealedSecrets {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.nonce);
        zeroize::Zeroize::zeroize(&mut self.state);
    }
}

/// Why a request was not served or not ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RequestError {
    /// No such request.
    #[error("the request is unknown")]
    Unknown,
    /// VP-V-030: answered or refused before.
    #[error("the request was answered already")]
    Ended,
    /// VP-V-024.
    #[error("the request has expired")]
    Expired,
    /// VP-V-007: too long, or not printable ASCII.
    #[error("wallet_nonce is malformed")]
    WalletNonce,
    /// The rule it was made for is not there any more.
    #[error("the request is not supported any more")]
    RuleGone,
    /// The key file changed.
    #[error(transparent)]
    Sealed(#[from] Unopenable),
    /// The sealed bytes are not what we sealed.
    #[error("the sealed secrets are malformed")]
    Secrets(#[from] serde_json::Error),
    /// The sealed key is no key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The database failed.
    #[error("the database failed")]
    Database(#[from] sqlx::Error),
}

impl Request {
    /// Where it stands at `now`. Valid to the very second of its end, excluded.
    pub(crate) fn state(&self, now: DateTime<Utc>) -> State {
        match &self.stage {
            Stage::Waiting { .. } if now < self.expires_at => State::Waiting,
            Stage::Waiting { .. } => State::Expired,
            Stage::Answered { at, decision, .. } => State::Answered {
                at: *at,
                decision: decision.clone(),
            },
            Stage::Refused { at, error } => State::Refused {
                at: *at,
                error: error.clone(),
            },
        }
    }

    /// Whether this is the code given with its answer (VP-V-023).
    pub(crate) fn accepts_response_code(&self, code: &str) -> bool {
        matches!(&self.stage, Stage::Answered { response_code, .. } if equal(&digest(code.as_bytes()), response_code))
    }

    /// Nonce, state and key, while it may be answered.
    pub(crate) fn secrets(&self, app: &App, now: DateTime<Utc>) -> Result<Secrets, RequestError> {
        let Stage::Waiting { sealed } = &self.stage else {
            return Err(RequestError::Ended);
        };
        if now >= self.expires_at {
            return Err(RequestError::Expired);
        }
        let opened = app.keys.open(sealed, &place(&self.id))?;
        let secrets: SealedSecrets = serde_json::from_slice(&opened)?;
        let key = Zeroizing::new(serde_json::to_vec(&secrets.key)?);
        Ok(Secrets {
            nonce: secrets.nonce.clone(),
            state: secrets.state.clone(),
            key: DecryptionKey::from_bytes(&key)?,
        })
    }

    /// The link of its QR code: our page, with the standard parameters (`screens.md` §1.3).
    pub(crate) fn link(&self, app: &App) -> RequestLink {
        RequestLink {
            client_id: app.identity.client_id().to_string(),
            request_uri: app.urls.object(&self.id),
            post: false,
        }
    }
}

/// Makes a request for a rule, and forgets old ones that came to nothing.
pub(crate) async fn create(app: &App, tx: &mut Tx, rule: &Rule, claimed: Claimed) -> Result<RequestId, RequestError> {
    let now = app.now();
    let entropy = app.entropy.as_ref();
    let id = RequestId::random(entropy);
    let key = DecryptionKey::generate().to_bytes();
    let secrets = SealedSecrets {
        nonce: entropy.token(),
        state: entropy.token(),
        key: serde_json::from_slice(&key)?,
    };
    let sealed = app
        .keys
        .seal(&Zeroizing::new(serde_json::to_vec(&secrets)?), &place(&id), entropy);
    let request = Request {
        query: query_for(rule, !claimed.age_seen),
        id: id.clone(),
        claimed,
        created_at: now,
        expires_at: now + lifetime(),
        stage: Stage::Waiting { sealed },
    };
    store::forget_expired(tx, now - retention()).await?;
    store::insert(tx, &request).await?;
    Ok(id)
}

/// A request.
pub(crate) async fn find(tx: &mut Tx, id: &RequestId) -> Result<Request, RequestError> {
    store::find(tx, id).await?.ok_or(RequestError::Unknown)
}

/// The signed request object. May be made several times (VP-V-007: with the `wallet_nonce` of each).
pub(crate) fn object(
    app: &App,
    request: &Request,
    wallet_nonce: Option<&str>,
    now: DateTime<Utc>,
) -> Result<String, RequestError> {
    if wallet_nonce.is_some_and(|nonce| {
        nonce.is_empty() || nonce.len() > MAX_WALLET_NONCE || !nonce.bytes().all(|byte| byte.is_ascii_graphic())
    }) {
        return Err(RequestError::WalletNonce);
    }
    let secrets = request.secrets(app, now)?;
    let rule = app.rules.rule(&request.claimed.rule).ok_or(RequestError::RuleGone)?;
    let purpose = |language| {
        app.locale
            .text(language, "request-purpose", &[("right", rule.title().into())])
    };
    let object = RequestObject {
        client_id: app.identity.client_id(),
        client_name: Some(app.config.name.clone()),
        response_uri: app.urls.response(&request.id),
        nonce: secrets.nonce,
        state: Some(secrets.state),
        query: request.query.clone(),
        purpose: Some(Purpose {
            french: purpose(Language::French),
            english: purpose(Language::English),
        }),
        encryption_key: secrets.key.public(),
        encryptions: vec![ContentEncryption::A128GCM, ContentEncryption::A256GCM],
        issued_at: now,
        expires_at: request.expires_at,
    };
    Ok(object.sign(app.identity.kid(), app.identity.key(), wallet_nonce))
}

/// Ends a request with a decision; once, whoever asks at the same time (VP-V-030). Gives the response code.
pub(crate) async fn answer(
    app: &App,
    tx: &mut Tx,
    id: &RequestId,
    decision: &DecisionId,
    now: DateTime<Utc>,
) -> Result<String, RequestError> {
    let code = app.entropy.token();
    if store::answer(tx, id, decision, &digest(code.as_bytes()), now).await? {
        Ok(code)
    } else {
        Err(RequestError::Ended)
    }
}

/// Ends a request because the wallet said no.
pub(crate) async fn refuse(tx: &mut Tx, id: &RequestId, error: &str, now: DateTime<Utc>) -> Result<(), RequestError> {
    if store::refuse(tx, id, known_error(error), now).await? {
        Ok(())
    } else {
        Err(RequestError::Ended)
    }
}

/// The codes of OpenID4VP 1.0 §8.5. What a stranger writes besides is not kept.
fn known_error(error: &str) -> &'static str {
    const KNOWN: &[&str] = &[
        "access_denied",
        "invalid_request",
        "invalid_scope",
        "invalid_client",
        "vp_formats_not_supported",
        "invalid_request_uri_method",
        "invalid_transaction_data",
        "wallet_unavailable",
    ];
    KNOWN
        .iter()
        .find(|known| **known == error)
        .copied()
        .unwrap_or("unknown")
}

/// Where the secrets of a request rest, as authenticated by their seal.
fn place(id: &RequestId) -> String {
    format!("requests.sealed.{id}")
}
