//! Every address of this service, written once. Absolute ones travel to wallets and verifiers; paths stay in our pages.

use shared::{
    did::{Did, DidError},
    oid4vci::offer::page_link,
    organisation::Slug,
};
use url::Url;

use crate::{attestations::AttestationId, batches::BatchId, offers::OfferId, status::ListId};

/// Absolute addresses, below the public URL of the service.
#[derive(Debug, Clone)]
pub struct Urls {
    base: String,
}

impl Urls {
    /// Addresses below `public_url`.
    pub fn new(public_url: &Url) -> Self {
        Self {
            base: public_url.as_str().trim_end_matches('/').to_owned(),
        }
    }

    /// The identifier of an organisation as issuer (`iss`, `credential_issuer`).
    pub fn issuer(&self, organisation: &Slug) -> Url {
        self.url(&format!("/o/{organisation}"))
    }

    /// The did:web of an organisation.
    pub fn did(&self, organisation: &Slug) -> Result<Did, DidError> {
        Did::web(&self.issuer(organisation))
    }

    /// An offer by reference.
    pub fn offer(&self, organisation: &Slug, offer: &OfferId) -> Url {
        self.url(&format!("/o/{organisation}/offers/{offer}"))
    }

    /// A status list.
    pub fn status_list(&self, organisation: &Slug, list: &ListId) -> Url {
        self.url(&format!("/o/{organisation}/status/{list}"))
    }

    /// A Bitstring status list of an instance of the VC-API.
    pub fn bitstring_list(&self, instance: &Slug, list: &ListId) -> Url {
        self.url(&format!("/instances/{instance}/status/{list}"))
    }

    /// The page that a phone's camera opens, with the offer in its query.
    pub fn invitation(&self, organisation: &Slug, offer: &OfferId) -> Url {
        page_link(
            &self.url(&format!("/o/{organisation}/invitation")),
            &self.offer(organisation, offer),
        )
    }

    /// The offer an invitation names, when it is one of this organisation.
    pub fn offer_of_invitation(&self, organisation: &Slug, credential_offer_uri: &str) -> Option<OfferId> {
        let prefix = self.url(&format!("/o/{organisation}/offers/"));
        credential_offer_uri.strip_prefix(prefix.as_str())?.parse().ok()
    }

    #[expect(
        clippy::expect_used,
        reason = "a base URL that parsed, followed by a path of slugs and identifiers, is a URL"
    )]
    fn url(&self, path: &str) -> Url {
        Url::parse(&format!("{}{path}", self.base)).expect("a URL")
    }
}

/// The wallet's page that receives an offer.
pub fn wallet_add(wallet: &Url, offer: &Url) -> Url {
    let mut url = wallet.clone();
    url.set_path(&format!("{}/add", wallet.path().trim_end_matches('/')));
    url.query_pairs_mut()
        .append_pair("credential_offer_uri", offer.as_str());
    url
}

/// Home of the treasurer.
pub const HOME: &str = "/";
/// Sign-in.
pub const SIGN_IN: &str = "/sign-in";
/// Sign-out.
pub const SIGN_OUT: &str = "/sign-out";
/// Batches: POST makes one.
pub const BATCHES: &str = "/batches";
/// The form for a new batch.
pub const NEW_BATCH: &str = "/batches/new";

/// The metadata of the type of our attestations. The type is a URN (decision 0008): it names no address, and this one is for those
/// who want the file.
pub const ACTIVITY_TYPE: &str = "/vct/activity-attestation/1";

/// A sheet to fill in.
pub const MODEL_SHEET: &str = "/static/modele-heures.csv";

/// A batch.
pub fn batch(batch: &BatchId) -> String {
    format!("/batches/{batch}")
}

/// A page of a batch.
pub fn batch_page(batch: &BatchId, number: usize) -> String {
    format!("/batches/{batch}?page={number}")
}

/// Signs a batch.
pub fn sign_batch(batch: &BatchId) -> String {
    format!("/batches/{batch}/sign")
}

/// Discards a draft.
pub fn discard_batch(batch: &BatchId) -> String {
    format!("/batches/{batch}/discard")
}

/// The refused rows of a batch, as a sheet.
pub fn refused_rows(batch: &BatchId) -> String {
    format!("/batches/{batch}/refused.csv")
}

/// An attestation.
pub fn attestation(attestation: &AttestationId) -> String {
    format!("/attestations/{attestation}")
}

/// Revokes it.
pub fn revoke_attestation(attestation: &AttestationId) -> String {
    format!("/attestations/{attestation}/revoke")
}

/// Makes a new invitation for it.
pub fn invite(attestation: &AttestationId) -> String {
    format!("/attestations/{attestation}/invite")
}

#[cfg(test)]
mod tests {
    use shared::testing::SeededEntropy;

    use super::*;

    #[test]
    fn addresses_hang_below_the_public_url_with_or_without_a_slash() {
        let slug: Slug = "les-paniers-du-vallon".parse().unwrap();
        let offer = OfferId::random(&SeededEntropy::new(1));
        for base in ["https://emetteur.example", "https://emetteur.example/"] {
            let urls = Urls::new(&base.parse().unwrap());
            assert_eq!(
                urls.issuer(&slug).as_str(),
                "https://emetteur.example/o/les-paniers-du-vallon"
            );
            let by_reference = urls.offer(&slug, &offer);
            assert_eq!(
                urls.offer_of_invitation(&slug, by_reference.as_str()),
                Some(offer.clone())
            );
            let link = urls.invitation(&slug, &offer);
            assert!(
                link.query_pairs()
                    .any(|(name, value)| name == "credential_offer_uri" && value == by_reference.as_str())
            );
        }
    }

    #[test]
    fn an_invitation_of_another_organisation_names_no_offer() {
        let urls = Urls::new(&"https://emetteur.example".parse().unwrap());
        let (ours, theirs): (Slug, Slug) = ("cyclo-repar".parse().unwrap(), "les-paniers".parse().unwrap());
        let offer = OfferId::random(&SeededEntropy::new(1));
        for foreign in [
            urls.offer(&theirs, &offer).to_string(),
            "https://evil.example/o/cyclo-repar/offers/x".to_owned(),
            String::new(),
        ] {
            assert_eq!(urls.offer_of_invitation(&ours, &foreign), None);
        }
    }

    #[test]
    fn the_wallet_receives_the_offer_by_reference() {
        let add = wallet_add(
            &"https://musette.example/".parse().unwrap(),
            &"https://e.example/o/a/offers/b".parse().unwrap(),
        );
        assert_eq!(
            add.as_str(),
            "https://musette.example/add?credential_offer_uri=https%3A%2F%2Fe.example%2Fo%2Fa%2Foffers%2Fb"
        );
    }
}
