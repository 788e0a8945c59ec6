//! Messages of the protocols, and lists.

use shared::{
    keys::{SigningKey, jwe::DecryptionKey},
    oid4vci::{
        CredentialRequest,
        metadata::IssuerMetadata,
        offer::{CredentialOffer, OfferLink},
        proof,
        token::TokenRequest,
    },
    oid4vp::{RequestLink, RequestObject, response},
    presentation::dcql::DcqlQuery,
    trust::TrustList,
    vc_api::{DeriveRequest, IssueRequest, ProveRequest, StatusRequest, VerifyRequest},
};

use super::{json, now, text};

/// Offers as links and as JSON: what is accepted reads back as itself.
pub fn offer(bytes: &[u8]) {
    if let Some(text) = text(bytes)
        && let Ok(OfferLink::Value(offer)) = OfferLink::parse(text, false)
    {
        same_offer(&offer);
    }
    if let Some(value) = json(bytes)
        && let Ok(offer) = CredentialOffer::from_value(&value, false)
    {
        same_offer(&offer);
    }
}

/// Requests as links and as objects: nothing is believed unsigned, nothing leads to plain http.
pub fn request(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    if let Ok(link) = RequestLink::parse(text, false) {
        assert_eq!(link.request_uri.scheme(), "https");
        assert_eq!(RequestLink::parse(&link.to_scheme_link(), false), Ok(link));
    }
    let _ = RequestObject::unverified_client(text, "decentralized_identifier:did:web:verifier.example");
}

/// Queries: what is accepted reads back as itself, and matches nothing in an empty wallet.
pub fn dcql(bytes: &[u8]) {
    let Some(value) = json(bytes) else { return };
    if let Ok(query) = DcqlQuery::from_value(&value) {
        assert!(query.matches(&[]).iter().all(|query| query.matches.is_empty()));
        if let Ok(written) = serde_json::to_value(&query) {
            assert_eq!(DcqlQuery::from_value(&written), Ok(query));
        }
    }
}

/// Credential requests: what is accepted holds a proof.
pub fn credential_request(bytes: &[u8]) {
    let Some(value) = json(bytes) else { return };
    if let Ok(request) = CredentialRequest::from_value(&value) {
        assert!(!request.proofs.is_empty());
        assert_eq!(CredentialRequest::from_value(&request.to_value()), Ok(request));
    }
}

/// Key proofs: `jws` says what is refused before; nothing panics after.
pub fn key_proof(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    let _ = proof::check(text, "https://issuer.example", now());
}

/// Requests of the VC-API.
pub fn vc_api_request(bytes: &[u8]) {
    let _ = IssueRequest::parse(bytes);
    let _ = DeriveRequest::parse(bytes);
    let _ = StatusRequest::parse(bytes);
    let _ = ProveRequest::parse(bytes);
    let _ = VerifyRequest::parse_credential(bytes);
    let _ = VerifyRequest::parse_presentation(bytes);
}

/// Token requests.
pub fn token_form(bytes: &[u8]) {
    let _ = TokenRequest::from_form(bytes);
}

/// Responses of wallets: no clear presentation gets through.
pub fn response_form(bytes: &[u8]) {
    let answer = response::from_form(bytes, &DecryptionKey::generate());
    assert!(
        !matches!(answer, Ok(response::Response::Presented { .. })),
        "a presentation for a fresh key was read"
    );
}

/// Issuer metadata.
pub fn metadata(bytes: &[u8]) {
    let Some(value) = json(bytes) else { return };
    if let Ok(metadata) = IssuerMetadata::read("https://issuer.example", value) {
        assert_eq!(metadata.credential_issuer, "https://issuer.example");
    }
}

/// Trust lists: nobody's signature fits.
pub fn trust_list(bytes: &[u8]) {
    let Some(text) = text(bytes) else { return };
    assert!(TrustList::verify(text, SigningKey::generate().public(), now()).is_err());
}

fn same_offer(offer: &CredentialOffer) {
    assert!(!offer.configuration_ids.is_empty());
    assert_eq!(offer.credential_issuer.scheme(), "https");
    assert_eq!(
        CredentialOffer::from_value(&offer.to_value(), false).as_ref(),
        Ok(offer)
    );
}
