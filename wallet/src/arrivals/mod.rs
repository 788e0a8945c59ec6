//! What a person brings: a link, the text of a QR code, or a picture of one. It is an invitation to collect or a request
//! to present; reading it asks nothing of the network.

pub(crate) mod pages;

use shared::{
    oid4vci::offer::{OfferError, OfferLink},
    oid4vp::{ClientId, LinkError, RequestLink},
};
use url::Url;

use crate::urls;

/// What was recognised.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Arrival {
    Offer(OfferLink),
    Request(RequestLink),
}

/// Why nothing was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ArrivalError {
    /// An invitation, and wrong.
    #[error(transparent)]
    Offer(OfferError),
    /// A request, and wrong.
    #[error(transparent)]
    Request(LinkError),
    /// Neither.
    #[error("this is neither an invitation nor a request")]
    Unrecognised,
}

/// The longest text that is looked at, in bytes: a QR code holds less.
const MAX_TEXT: usize = 16 * 1024;

impl Arrival {
    /// Recognises a link. Fetches nothing.
    pub(crate) fn read(text: &str, development: bool) -> Result<Self, ArrivalError> {
        let text = text.trim();
        if text.len() > MAX_TEXT || text.contains(char::is_control) {
            return Err(ArrivalError::Unrecognised);
        }
        match OfferLink::parse(text, development) {
            Ok(link) => return Ok(Self::Offer(link)),
            Err(OfferError::NotAnOffer) => {}
            Err(error) => return Err(ArrivalError::Offer(error)),
        }
        match RequestLink::parse(text, development) {
            Ok(link) => Ok(Self::Request(link)),
            Err(LinkError::NotARequest) => Err(ArrivalError::Unrecognised),
            Err(error) => Err(ArrivalError::Request(error)),
        }
    }

    /// The host that continuing would contact first, in ASCII.
    pub(crate) fn host(&self) -> String {
        match self {
            Self::Offer(OfferLink::Reference(address)) => urls::host(address),
            Self::Offer(OfferLink::Value(offer)) => urls::host(&offer.credential_issuer),
            Self::Request(link) => urls::host(&link.request_uri),
        }
    }
}

/// The host of a verifier that presents itself by did:web or did:webvh, in ASCII.
pub(crate) fn client_host(client: &ClientId, development: bool) -> Option<String> {
    let ClientId::DecentralizedIdentifier(did) = client;
    did.publication_url(development).ok().as_ref().map(urls::host)
}

/// The address of one of our own pages, with the query it was opened with: such a page is itself a link.
pub(crate) fn page_link(public_url: &Url, path: &str, query: &str) -> String {
    let mut link = public_url.clone();
    link.set_path(path);
    link.set_query(Some(query));
    link.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const OFFER: &str = "https://issuer.example/o/paniers/invitation?credential_offer_uri=https%3A%2F%2Fissuer.example%2Fo%2Fpaniers%2Foffers%2F1";
    const REQUEST: &str = "openid4vp://?client_id=decentralized_identifier%3Adid%3Aweb%3Averifier.example&request_uri=https%3A%2F%2Fverifier.example%2Frequests%2F1%2Fobject";

    #[test]
    fn both_kinds_are_recognised_and_show_their_host() {
        let offer = Arrival::read(&format!("  {OFFER}\n"), false).unwrap();
        assert!(matches!(offer, Arrival::Offer(OfferLink::Reference(_))));
        assert_eq!(offer.host(), "issuer.example");
        let request = Arrival::read(REQUEST, false).unwrap();
        assert!(matches!(request, Arrival::Request(_)));
        assert_eq!(request.host(), "verifier.example");
    }

    #[test]
    fn a_page_of_ours_opened_with_an_invitation_is_that_invitation() {
        let own = page_link(
            &"https://musette.example/".parse().unwrap(),
            "/add",
            OFFER.split_once('?').unwrap().1,
        );
        assert_eq!(Arrival::read(&own, false), Arrival::read(OFFER, false));
    }

    #[test]
    fn neg_26_contradictory_foreign_and_hidden_text_is_refused() {
        let both = format!("{OFFER}&credential_offer=%7B%7D");
        assert_eq!(
            Arrival::read(&both, false),
            Err(ArrivalError::Offer(OfferError::Ambiguous))
        );
        let plain = OFFER.replace("https%3A", "http%3A");
        assert_eq!(
            Arrival::read(&plain, false),
            Err(ArrivalError::Offer(OfferError::ForbiddenAddress))
        );
        for text in [
            "",
            "bonjour",
            "mailto:nadia@example.org",
            "https://example.org/",
            "openid4vp://?\u{0}client_id=x",
        ] {
            assert_eq!(Arrival::read(text, false), Err(ArrivalError::Unrecognised), "{text}");
        }
        let other = REQUEST.replace(
            "decentralized_identifier%3Adid%3Aweb%3Averifier.example",
            "x509_san_dns%3Averifier.example",
        );
        assert_eq!(
            Arrival::read(&other, false),
            Err(ArrivalError::Request(LinkError::UnsupportedClientId))
        );
    }
}
