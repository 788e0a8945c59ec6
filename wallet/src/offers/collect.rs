//! Collecting over OpenID4VCI 1.0, one network step at a time. Nothing here is stored and no transaction is open.
//!
//! Everything an offer says is untrusted (VCI-W-001): the issuer's description is fetched from its own address and
//! must name itself (VCI-W-004), and the credential is checked before it is kept (VCI-W-015).

use chrono::Duration;
use serde_json::{Value, json};
use shared::{
    keys::{KeyError, SigningKey},
    language::Language,
    oid4vci::{
        CredentialRequest, CredentialResponse, ErrorCode, NonceResponse,
        metadata::{self, IssuerMetadata, MetadataError},
        offer::{CredentialOffer, OfferError, OfferLink},
        proof,
        token::{ReceivedToken, TokenRequest},
    },
    service::http_client::FetchError,
    verification::{Policy, Verdict},
};
use url::Url;

use super::{CodeShape, Ending, Progress, Terms};
use crate::{
    app::App,
    credentials::{self, CheckError, HolderKey, Issuer, Kept, Secret, Standing},
    urls,
};

/// Why an attestation could not be collected.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CollectError {
    /// The invitation itself (§4.1).
    #[error(transparent)]
    Offer(#[from] OfferError),
    /// The issuer's description (§12.2).
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    /// Nobody answered.
    #[error("the issuer does not answer")]
    Unreachable(#[source] FetchError),
    /// The address is not one we fetch.
    #[error("an address of the issuer is not accepted")]
    Forbidden,
    /// What the issuer answered cannot be read, or is a refusal that fits no rule.
    #[error("the issuer answered something that cannot be used")]
    Answer(#[source] FetchError),
    /// VCI-W-006: the offer names an authorization server that the issuer does not.
    #[error("the invitation sends its code to a server that is not the issuer's")]
    ForeignServer,
    /// The issuer wants encrypted messages (VCI-W-011), which this wallet cannot send: it stops there.
    #[error("the issuer asks for an encryption that this wallet does not have")]
    EncryptionRequired,
    /// The invitation was collected before, or its time is over.
    #[error("the invitation has ended")]
    Ended,
    /// A code is needed and none of the right shape was typed.
    #[error("the code does not have the right shape")]
    CodeShape,
    /// Another code than the one sent.
    #[error("the code is wrong")]
    WrongCode,
    /// The code was refused, and nothing tells whether it is wrong or the invitation over.
    #[error("the code is wrong or the invitation has ended")]
    WrongCodeOrEnded,
    /// The token of an interrupted collection is over, and its code is spent.
    #[error("the collection was interrupted for too long")]
    TokenEnded,
    /// The issuer will not issue (§8.3.1.2).
    #[error("the issuer refuses to issue")]
    Denied,
    /// §8.3, 202: it will come later, which this wallet cannot wait for.
    #[error("the issuer gives the credential later")]
    Deferred,
    /// VCI-W-015: a check failed. Nothing is kept.
    #[error("the credential did not pass its checks")]
    Refused(Box<Verdict>),
    /// A check could not be made for want of an answer. Nothing is kept yet.
    #[error("the credential could not be checked yet")]
    Unchecked(Box<Verdict>),
    /// It is not one at all, or of another issuer.
    #[error(transparent)]
    Unreadable(#[from] CheckError),
    /// The key kept for this offer does not read.
    #[error(transparent)]
    Key(#[from] KeyError),
}

/// Fetches and checks what an invitation offers. Call it only once the person wants to see it (VCI-W-003).
pub(crate) async fn inspect(
    app: &App,
    link: &OfferLink,
    language: Language,
) -> Result<(CredentialOffer, Terms), CollectError> {
    let (offer, link) = match link {
        OfferLink::Value(offer) => (offer.clone(), None),
        OfferLink::Reference(address) => (fetch_offer(app, address).await?, Some(address.clone())),
    };
    let issuer = fetch_metadata(app, &offer).await?;
    let server = authorization_server(&offer, &issuer)?;
    let document = app
        .http
        .fetch_json(&metadata::well_known(&server, metadata::AUTHORIZATION_SERVER))
        .await
        .map_err(CollectError::fetch)?;
    let token_endpoint = metadata::token_endpoint(server_identifier(&offer, &issuer), &document)?;
    let (id, configuration) = choose(&offer, &issuer, language)?;
    let terms = Terms {
        issuer: Issuer {
            host: urls::host(&offer.credential_issuer),
            name: issuer
                .display_name(language)
                .unwrap_or_else(|| urls::host(&offer.credential_issuer)),
            identifier: issuer.credential_issuer.clone(),
        },
        link,
        configuration: id,
        vct: configuration.vct,
        title: configuration.name,
        code: offer.tx_code.as_ref().map(CodeShape::from),
        token_endpoint,
        nonce_endpoint: issuer.nonce_endpoint.clone(),
        credential_endpoint: issuer.credential_endpoint.clone(),
    };
    Ok((offer, terms))
}

/// Redeems the code of an offer (§6), with what the person typed when it needs a code.
pub(crate) async fn redeem(app: &App, terms: &Terms, code: &Secret, typed: &str) -> Result<Progress, CollectError> {
    let tx_code = match &terms.code {
        None => None,
        Some(shape) => Some(shape.read(typed).ok_or(CollectError::CodeShape)?),
    };
    let with_code = tx_code.is_some();
    let request = TokenRequest {
        pre_authorized_code: code.expose().to_owned(),
        tx_code,
    };
    let answer = match app.http.post_form(&terms.token_endpoint, &request.to_form()).await {
        Ok(answer) => answer,
        Err(error) => return Err(token_refusal(app, terms, error, with_code).await),
    };
    let identifier = credential_identifier(&answer, &terms.configuration);
    let token: ReceivedToken =
        serde_json::from_value(answer).map_err(|_| CollectError::Answer(FetchError::Malformed))?;
    if !token.token_type.eq_ignore_ascii_case("Bearer") {
        return Err(CollectError::Answer(FetchError::Malformed));
    }
    // Not said, or said as nothing: the issuer alone knows.
    let lifetime = token
        .expires_in
        .filter(|seconds| *seconds > 0)
        .map(|seconds| Duration::seconds(i64::try_from(seconds.min(86_400)).unwrap_or(86_400)));
    Ok(Progress::Redeemed {
        token: Secret::new(token.access_token),
        key: HolderKey::generate(),
        identifier,
        ends_at: lifetime.map(|lifetime| app.now() + lifetime),
    })
}

/// Fetches the credential (§8) for `key`, with a fresh nonce; once more when the nonce was too old (VCI-W-009).
pub(crate) async fn fetch(
    app: &App,
    terms: &Terms,
    token: &Secret,
    key: &HolderKey,
    identifier: Option<&str>,
) -> Result<String, CollectError> {
    let key = key.open()?;
    let mut answer = request_credential(app, terms, token, &key, identifier).await;
    if let Err(FetchError::Status { body, .. }) = &answer
        && error_code(body) == Some(ErrorCode::InvalidNonce)
    {
        answer = request_credential(app, terms, token, &key, identifier).await;
    }
    let answer = answer.map_err(credential_refusal)?;
    if answer.get("transaction_id").is_some() {
        return Err(CollectError::Deferred);
    }
    let response: CredentialResponse =
        serde_json::from_value(answer).map_err(|_| CollectError::Answer(FetchError::Malformed))?;
    match <[_; 1]>::try_from(response.credentials) {
        Ok([issued]) => Ok(issued.credential),
        // One key was proven: one credential is due (VCI-I-079).
        Err(_) => Err(CollectError::Answer(FetchError::Malformed)),
    }
}

/// Checks what came before it is kept (VCI-W-015): a status out of reach is tolerated, nothing else is.
pub(crate) async fn verify(app: &App, terms: &Terms, key: &HolderKey, text: String) -> Result<Kept, CollectError> {
    let thumbprint = key.open()?.public().thumbprint();
    let verdict = credentials::check(app, &text, &terms.issuer.identifier, &terms.vct, &thumbprint).await?;
    if !verdict.accepted(Policy::AcceptUncheckedStatus) {
        let failed = verdict.has_failed();
        let verdict = Box::new(verdict);
        return Err(if failed {
            CollectError::Refused(verdict)
        } else {
            CollectError::Unchecked(verdict)
        });
    }
    Ok(Kept {
        text,
        key: key.clone(),
        issuer: terms.issuer.clone(),
        title: terms.title.clone(),
        vct: terms.vct.clone(),
        standing: Standing::of(&verdict),
        checked_at: app.now(),
    })
}

async fn fetch_offer(app: &App, address: &Url) -> Result<CredentialOffer, CollectError> {
    let document = app.http.fetch_json(address).await.map_err(|error| match error {
        FetchError::Status { status: 404 | 410, .. } => CollectError::Ended,
        error => CollectError::fetch(error),
    })?;
    Ok(CredentialOffer::from_value(&document, app.is_development())?)
}

async fn fetch_metadata(app: &App, offer: &CredentialOffer) -> Result<IssuerMetadata, CollectError> {
    let address = metadata::well_known(&offer.credential_issuer, metadata::CREDENTIAL_ISSUER);
    let document = app.http.fetch_json(&address).await.map_err(CollectError::fetch)?;
    if requires_encryption(&document) {
        return Err(CollectError::EncryptionRequired);
    }
    Ok(IssuerMetadata::read(offer.credential_issuer.as_str(), document)?)
}

/// VCI-W-006.
fn authorization_server(offer: &CredentialOffer, issuer: &IssuerMetadata) -> Result<Url, CollectError> {
    if let Some(server) = &offer.authorization_server
        && !issuer.authorization_servers.contains(server)
    {
        return Err(CollectError::ForeignServer);
    }
    server_identifier(offer, issuer)
        .parse()
        .map_err(|_| MetadataError::Malformed.into())
}

fn server_identifier<'a>(offer: &'a CredentialOffer, issuer: &'a IssuerMetadata) -> &'a str {
    offer
        .authorization_server
        .as_ref()
        .or(issuer.authorization_servers.first())
        .unwrap_or(&issuer.credential_issuer)
}

/// The first configuration of the offer that this wallet can collect.
fn choose(
    offer: &CredentialOffer,
    issuer: &IssuerMetadata,
    language: Language,
) -> Result<(String, metadata::Configuration), MetadataError> {
    let mut refusal = MetadataError::UnknownConfiguration;
    for id in &offer.configuration_ids {
        match issuer.configuration(id, language) {
            Ok(configuration) => return Ok((id.clone(), configuration)),
            Err(error) => refusal = error,
        }
    }
    Err(refusal)
}

fn requires_encryption(document: &Value) -> bool {
    ["credential_request_encryption", "credential_response_encryption"]
        .iter()
        .any(|name| document[*name]["encryption_required"] == Value::Bool(true))
}

async fn request_credential(
    app: &App,
    terms: &Terms,
    token: &Secret,
    key: &SigningKey,
    identifier: Option<&str>,
) -> Result<Value, FetchError> {
    let nonce = match &terms.nonce_endpoint {
        None => None,
        Some(endpoint) => {
            let answer = app.http.post_json(endpoint, None, None).await?;
            let nonce: NonceResponse = serde_json::from_value(answer).map_err(|_| FetchError::Malformed)?;
            Some(nonce.c_nonce)
        }
    };
    let proof = proof::sign(key, &terms.issuer.identifier, nonce.as_deref(), app.now());
    let body = match identifier {
        // VCI-W-008: an identifier given with the token takes the place of the configuration.
        Some(identifier) => json!({ "credential_identifier": identifier, "proofs": { "jwt": [proof] } }),
        None => CredentialRequest {
            configuration: terms.configuration.clone(),
            proofs: vec![proof],
        }
        .to_value(),
    };
    app.http
        .post_json(&terms.credential_endpoint, Some(&body), Some(token.expose()))
        .await
}

/// The `credential_identifiers` given for our configuration with the token (§6.2).
fn credential_identifier(answer: &Value, configuration: &str) -> Option<String> {
    let details = answer.get("authorization_details")?.as_array()?;
    let ours = details
        .iter()
        .find(|detail| detail["credential_configuration_id"] == configuration)?;
    ours["credential_identifiers"].get(0)?.as_str().map(ToOwned::to_owned)
}

/// What a refusal of the token endpoint means. `invalid_grant` says both "wrong code" and "ended": whether the offer is
/// still published tells them apart.
async fn token_refusal(app: &App, terms: &Terms, error: FetchError, with_code: bool) -> CollectError {
    let FetchError::Status { body, .. } = &error else {
        return CollectError::fetch(error);
    };
    match error_code(body) {
        Some(ErrorCode::InvalidGrant) if with_code => match &terms.link {
            Some(link) => match fetch_offer(app, link).await {
                Ok(_) => CollectError::WrongCode,
                Err(CollectError::Ended) => CollectError::Ended,
                Err(_) => CollectError::WrongCodeOrEnded,
            },
            None => CollectError::WrongCode,
        },
        Some(ErrorCode::InvalidGrant) => CollectError::Ended,
        _ => CollectError::fetch(error),
    }
}

fn credential_refusal(error: FetchError) -> CollectError {
    let FetchError::Status { status, body } = &error else {
        return CollectError::fetch(error);
    };
    match error_code(body) {
        Some(ErrorCode::InvalidToken) => CollectError::TokenEnded,
        Some(ErrorCode::CredentialRequestDenied) => CollectError::Denied,
        None if *status == 401 => CollectError::TokenEnded,
        _ => CollectError::fetch(error),
    }
}

/// `error` of an OAuth error body.
fn error_code(body: &str) -> Option<ErrorCode> {
    let body: Value = serde_json::from_str(body).ok()?;
    serde_json::from_value(body.get("error")?.clone()).ok()
}

impl CollectError {
    /// What this makes of an invitation that was accepted, when nothing more can come of it.
    pub(super) fn ending(&self) -> Option<Ending> {
        match self {
            Self::Ended => Some(Ending::Invitation),
            Self::TokenEnded => Some(Ending::Token),
            Self::Denied => Some(Ending::Denied),
            Self::Deferred => Some(Ending::Deferred),
            Self::Unreadable(_) => Some(Ending::Unreadable),
            Self::Refused(_) => Some(Ending::Checks),
            Self::Offer(_)
            | Self::Metadata(_)
            | Self::Unreachable(_)
            | Self::Forbidden
            | Self::Answer(_)
            | Self::ForeignServer
            | Self::EncryptionRequired
            | Self::CodeShape
            | Self::WrongCode
            | Self::WrongCodeOrEnded
            | Self::Unchecked(_)
            | Self::Key(_) => None,
        }
    }

    fn fetch(error: FetchError) -> Self {
        match error {
            FetchError::Forbidden => Self::Forbidden,
            FetchError::Unreachable(_) => Self::Unreachable(error),
            FetchError::Status { status, .. } if status >= 500 => Self::Unreachable(error),
            error => Self::Answer(error),
        }
    }
}

impl CodeShape {
    /// What was typed, without the spaces people put in codes; `None` when it cannot be the code.
    fn read(&self, typed: &str) -> Option<String> {
        let code: String = typed.chars().filter(|character| !character.is_whitespace()).collect();
        let numeric = !self.numeric || code.bytes().all(|byte| byte.is_ascii_digit());
        let length = match self.length {
            Some(length) => code.chars().count() == usize::from(length),
            None => (1..=64).contains(&code.chars().count()),
        };
        (numeric && length).then_some(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typed_code_forgives_spaces_and_nothing_else() {
        let shape = CodeShape {
            numeric: true,
            length: Some(6),
            description: None,
        };
        assert_eq!(shape.read(" 123 456 ").as_deref(), Some("123456"));
        assert_eq!(shape.read("12345"), None);
        assert_eq!(shape.read("12345a"), None);
        let free = CodeShape {
            numeric: false,
            length: None,
            description: None,
        };
        assert_eq!(free.read("a-7").as_deref(), Some("a-7"));
        assert_eq!(free.read(" "), None);
    }

    #[test]
    fn vci_w_008_the_identifier_of_our_configuration_is_used() {
        let answer = json!({ "access_token": "t", "authorization_details": [
            { "type": "openid_credential", "credential_configuration_id": "other", "credential_identifiers": ["no"] },
            { "type": "openid_credential", "credential_configuration_id": "ours", "credential_identifiers": ["yes"] },
        ] });
        assert_eq!(credential_identifier(&answer, "ours").as_deref(), Some("yes"));
        assert_eq!(credential_identifier(&answer, "absent"), None);
        assert_eq!(credential_identifier(&json!({ "access_token": "t" }), "ours"), None);
    }

    #[test]
    fn an_encryption_that_is_required_is_noticed_on_either_side() {
        assert!(requires_encryption(
            &json!({ "credential_response_encryption": { "encryption_required": true } })
        ));
        assert!(requires_encryption(
            &json!({ "credential_request_encryption": { "encryption_required": true } })
        ));
        assert!(!requires_encryption(
            &json!({ "credential_response_encryption": { "encryption_required": false } })
        ));
        assert!(!requires_encryption(&json!({})));
    }
}
