//! Credential offers: the invitation a person collects with ([OpenID4VCI 1.0 §4.1]).
//!
//! ```text
//! Pending{wrong_codes} ──redeem──► Redeemed ──issue──► Issued
//!      └── 5 wrong codes, withdrawn, replaced ──► Ended ◄── withdrawn, replaced
//! ```
//! Every arrow is one conditional `UPDATE`: of two at the same instant, one wins. Neither the code nor the transaction
//! code is stored: both are derived from the offer's id and the service's key.
//!
//! [OpenID4VCI 1.0 §4.1]: https://openid.net/specs/openid-4-verifiable-credential-issuance-1_0.html#section-4.1

pub(crate) mod api;
pub(crate) mod pages;
pub(crate) mod store;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Days, Duration, NaiveDate, NaiveTime, Utc};
use shared::{
    credential::ACTIVITY_CONFIGURATION,
    keys::seal::{self, SealingKey},
    oid4vci::offer::{CredentialOffer, TxCode},
    organisation::Slug,
    service::db::Tx,
};

use crate::{App, attestations::AttestationId, register::CredentialId};

shared::id! {
    /// Names an offer.
    pub struct OfferId;
}

/// How many days a person has to collect, after the day of the invitation.
pub const DAYS: u64 = 30;
/// The wrong transaction code that ends the offer (VCI-I-042).
pub const MAX_WRONG_CODES: u32 = 5;
/// Digits of a transaction code.
const TX_CODE_DIGITS: u8 = 6;

/// An offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// Its name.
    pub id: OfferId,
    /// What it gives.
    pub attestation: AttestationId,
    /// Whose it is.
    pub organisation: Slug,
    /// Whether a code given by another way is asked for.
    pub asks_tx_code: bool,
    /// Where it stands.
    pub state: OfferState,
    /// Until when it can be redeemed.
    pub expires_at: DateTime<Utc>,
}

/// Where an offer stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfferState {
    /// It waits.
    Pending {
        /// Wrong transaction codes so far.
        wrong_codes: u32,
    },
    /// A wallet has an access token for it.
    Redeemed {
        /// Since.
        at: DateTime<Utc>,
    },
    /// The attestation was collected.
    Issued {
        /// When.
        at: DateTime<Utc>,
        /// As what.
        credential: CredentialId,
    },
    /// It can no longer be collected.
    Ended {
        /// Why.
        reason: EndReason,
    },
}

/// Why an offer ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, sqlx::Type)]
#[sqlx(type_name = "TEXT", rename_all = "snake_case")]
pub enum EndReason {
    /// [`MAX_WRONG_CODES`].
    WrongCodes,
    /// The organisation took the attestation back before it was collected.
    Withdrawn,
    /// A newer invitation took its place.
    Replaced,
}

impl Offer {
    /// Whether its time is over. Only waiting offers expire: one in a wallet's hands has its token's time.
    pub fn is_expired(&self, now: DateTime<Utc>) -> bool {
        matches!(self.state, OfferState::Pending { .. }) && now >= self.expires_at
    }

    /// The last day it can be redeemed.
    pub fn last_day(&self) -> NaiveDate {
        (self.expires_at - Duration::seconds(1)).date_naive()
    }

    /// Whether a wallet can redeem it.
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        matches!(self.state, OfferState::Pending { .. }) && now < self.expires_at
    }
}

/// Makes the offer of an attestation. The attestation must have no current one.
pub(crate) async fn create(
    app: &App,
    tx: &mut Tx,
    attestation: &AttestationId,
    organisation: &Slug,
    asks_tx_code: bool,
) -> sqlx::Result<Offer> {
    let offer = Offer {
        id: OfferId::random(app.entropy.as_ref()),
        attestation: attestation.clone(),
        organisation: organisation.clone(),
        asks_tx_code,
        state: OfferState::Pending { wrong_codes: 0 },
        expires_at: end(app.today()),
    };
    store::insert(tx, &offer, app.now()).await?;
    Ok(offer)
}

/// When an offer made on `day` ends: at the end of its last day, since pages say “until that day”.
fn end(day: NaiveDate) -> DateTime<Utc> {
    let after = day.checked_add_days(Days::new(DAYS + 1)).unwrap_or(NaiveDate::MAX);
    after.and_time(NaiveTime::MIN).and_utc()
}

/// What a wallet is given (§4.1.1).
pub fn credential_offer(app: &App, offer: &Offer) -> CredentialOffer {
    CredentialOffer {
        credential_issuer: app.urls.issuer(&offer.organisation),
        configuration_ids: vec![ACTIVITY_CONFIGURATION.to_owned()],
        pre_authorized_code: pre_authorized_code(&app.keys, &offer.id),
        tx_code: offer.asks_tx_code.then(|| TxCode {
            numeric: true,
            length: Some(TX_CODE_DIGITS),
            description: Some("Code remis par l’organisme · Code given by the organisation".to_owned()),
        }),
        authorization_server: None,
    }
}

/// The code that a wallet redeems: the offer's id and its authentication code.
fn pre_authorized_code(keys: &SealingKey, offer: &OfferId) -> String {
    let mac = keys.mac("offers: pre-authorized code", &[offer.as_str().as_bytes()]);
    format!("{offer}.{}", URL_SAFE_NO_PAD.encode(mac))
}

/// The offer of a code that this service made.
pub(crate) fn offer_of_code(keys: &SealingKey, code: &str) -> Option<OfferId> {
    let offer: OfferId = code.split_once('.')?.0.parse().ok()?;
    seal::equal(pre_authorized_code(keys, &offer).as_bytes(), code.as_bytes()).then_some(offer)
}

/// The code a person types: six digits, given by another way than the link (VCI-I-026).
pub fn tx_code(keys: &SealingKey, offer: &OfferId) -> String {
    let mac = keys.mac("offers: transaction code", &[offer.as_str().as_bytes()]);
    // 64 bits over a million: the bias is below 2⁻⁴⁴.
    let number = mac
        .iter()
        .take(8)
        .fold(0u64, |number, byte| number << 8 | u64::from(*byte))
        % 1_000_000;
    format!("{number:0width$}", width = usize::from(TX_CODE_DIGITS))
}

#[cfg(test)]
mod tests {
    use shared::testing::SeededEntropy;

    use super::*;

    fn offer(state: OfferState) -> Offer {
        let entropy = SeededEntropy::new(7);
        Offer {
            id: OfferId::random(&entropy),
            attestation: AttestationId::random(&entropy),
            organisation: "cyclo-repar".parse().unwrap(),
            asks_tx_code: false,
            state,
            expires_at: end(DateTime::UNIX_EPOCH.date_naive()),
        }
    }

    #[test]
    fn only_waiting_offers_expire_at_the_very_second() {
        let last = DateTime::UNIX_EPOCH + Duration::days(31);
        let waiting = offer(OfferState::Pending { wrong_codes: 4 });
        assert_eq!(waiting.last_day().to_string(), "1970-01-31");
        assert!(waiting.is_open(last - Duration::seconds(1)) && !waiting.is_expired(last - Duration::seconds(1)));
        assert!(!waiting.is_open(last) && waiting.is_expired(last));
        let redeemed = offer(OfferState::Redeemed {
            at: DateTime::UNIX_EPOCH,
        });
        assert!(!redeemed.is_open(DateTime::UNIX_EPOCH) && !redeemed.is_expired(last));
    }

    #[test]
    fn a_code_is_ours_or_nothing() {
        let entropy = SeededEntropy::new(1);
        let (ours, theirs) = (SealingKey::random(&entropy), SealingKey::random(&entropy));
        let (first, second) = (OfferId::random(&entropy), OfferId::random(&entropy));
        let code = pre_authorized_code(&ours, &first);
        assert_eq!(offer_of_code(&ours, &code), Some(first.clone()));
        assert_eq!(offer_of_code(&theirs, &code), None);
        let swapped = code.replace(first.as_str(), second.as_str());
        for wrong in [
            swapped.as_str(),
            first.as_str(),
            "",
            ".",
            &code[..code.len() - 1],
            &format!("{code}="),
        ] {
            assert_eq!(offer_of_code(&ours, wrong), None, "{wrong}");
        }
    }

    #[test]
    fn transaction_codes_are_six_digits_and_differ() {
        let entropy = SeededEntropy::new(2);
        let key = SealingKey::random(&entropy);
        let codes: std::collections::BTreeSet<String> =
            (0..200).map(|_| tx_code(&key, &OfferId::random(&entropy))).collect();
        assert!(
            codes
                .iter()
                .all(|code| code.len() == 6 && code.bytes().all(|byte| byte.is_ascii_digit()))
        );
        assert!(codes.len() > 195);
    }
}
