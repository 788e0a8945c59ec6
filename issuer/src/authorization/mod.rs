//! The authorization server: the pre-authorized code becomes an access token (OpenID4VCI 1.0 §6); key-proof nonces (§7).
//!
//! Tokens and nonces are random and stored as digests only, so that the database alone opens nothing.

pub(crate) mod api;
pub(crate) mod store;

use chrono::Duration;
use shared::{
    keys::seal,
    oid4vci::{ErrorCode, token::TokenRequest},
    organisation::Slug,
    service::db::Tx,
};

use crate::{
    App,
    offers::{self, OfferId},
};

/// How long an access token lives: at most 5 minutes for a bearer token (VCI-I-045).
pub(crate) const TOKEN_LIFETIME: Duration = Duration::seconds(300);
/// How long a nonce lives (VCI-I-061).
const NONCE_LIFETIME: Duration = Duration::seconds(300);

/// What came of a token request. Both outcomes may have changed the offer: the transaction is to be committed.
pub(crate) enum Redemption {
    /// The access token.
    Granted(String),
    /// Refused.
    Refused(TokenRefusal),
}

/// Why a token request was refused (§6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TokenRefusal {
    /// Not a code of ours, or of an offer that was redeemed, has ended or expired.
    #[error("the code is unknown, used or expired")]
    Code,
    /// The offer asks for a transaction code and none was sent.
    #[error("a transaction code is required")]
    TxCodeMissing,
    /// The offer asks for none and one was sent.
    #[error("no transaction code is expected")]
    TxCodeUnexpected,
    /// A wrong transaction code. The fifth ends the offer.
    #[error("the transaction code is wrong")]
    TxCodeWrong,
}

impl From<TokenRefusal> for ErrorCode {
    fn from(refusal: TokenRefusal) -> Self {
        match refusal {
            TokenRefusal::Code | TokenRefusal::TxCodeWrong => Self::InvalidGrant,
            TokenRefusal::TxCodeMissing | TokenRefusal::TxCodeUnexpected => Self::InvalidRequest,
        }
    }
}

/// Redeems a pre-authorized code, once. The code, then its time, are checked before the transaction code is looked at.
pub(crate) async fn redeem(
    app: &App,
    tx: &mut Tx,
    organisation: &Slug,
    request: &TokenRequest,
) -> sqlx::Result<Redemption> {
    let offer = match offers::offer_of_code(&app.keys, &request.pre_authorized_code) {
        Some(offer) => offers::store::find(tx, organisation, &offer).await?,
        None => None,
    };
    let Some(offer) = offer.filter(|offer| offer.is_open(app.now())) else {
        return Ok(Redemption::Refused(TokenRefusal::Code));
    };
    match (offer.asks_tx_code, &request.tx_code) {
        (true, None) => return Ok(Redemption::Refused(TokenRefusal::TxCodeMissing)),
        (false, Some(_)) => return Ok(Redemption::Refused(TokenRefusal::TxCodeUnexpected)),
        (true, Some(typed)) if !seal::equal(typed.as_bytes(), offers::tx_code(&app.keys, &offer.id).as_bytes()) => {
            offers::store::count_wrong_code(tx, &offer.id).await?;
            return Ok(Redemption::Refused(TokenRefusal::TxCodeWrong));
        }
        (true, Some(_)) | (false, None) => {}
    }
    if !offers::store::redeem(tx, &offer.id, app.now()).await? {
        return Ok(Redemption::Refused(TokenRefusal::Code));
    }
    let token = app.entropy.token();
    store::insert_token(
        tx,
        &seal::digest(token.as_bytes()),
        &offer.id,
        organisation,
        app.now() + TOKEN_LIFETIME,
        app.now(),
    )
    .await?;
    Ok(Redemption::Granted(token))
}

/// The offer that an access token of this organisation was given for, while it lives.
pub(crate) async fn offer_of_token(
    app: &App,
    tx: &mut Tx,
    organisation: &Slug,
    token: &str,
) -> sqlx::Result<Option<OfferId>> {
    store::offer_of_token(tx, &seal::digest(token.as_bytes()), organisation, app.now()).await
}

/// Ends an access token.
pub(crate) async fn end_token(tx: &mut Tx, token: &str) -> sqlx::Result<()> {
    store::delete_token(tx, &seal::digest(token.as_bytes())).await
}

/// A fresh nonce for key proofs.
pub(crate) async fn nonce(app: &App, tx: &mut Tx, organisation: &Slug) -> sqlx::Result<String> {
    let nonce = app.entropy.token();
    store::insert_nonce(
        tx,
        &seal::digest(nonce.as_bytes()),
        organisation,
        app.now() + NONCE_LIFETIME,
        app.now(),
    )
    .await?;
    Ok(nonce)
}

/// Whether a nonce was ours, alive and unused; it is used now.
pub(crate) async fn consume_nonce(app: &App, tx: &mut Tx, organisation: &Slug, nonce: &str) -> sqlx::Result<bool> {
    store::consume_nonce(tx, &seal::digest(nonce.as_bytes()), organisation, app.now()).await
}
