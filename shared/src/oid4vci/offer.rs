//! Credential offers (§4.1).

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};
use url::Url;

use super::PRE_AUTHORIZED_CODE;
use crate::{
    address, json,
    parameters::{Parameters, scheme_link},
    text::Text,
};

/// The largest link or offer that is read, in bytes.
const MAX_BYTES: usize = 16 * 1024;
/// The scheme of OpenID4VCI, and that of HAIP.
const SCHEMES: [&str; 2] = ["openid-credential-offer", "haip-vci"];
/// §4.1.1: `description` has 300 characters at most.
const MAX_DESCRIPTION: usize = 300;

/// Why an offer was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OfferError {
    /// Not a link we read: see [`OfferLink`].
    #[error("this is not an invitation to collect")]
    NotAnOffer,
    /// VCI-W-002, NEG-26: both or neither parameter, or one twice.
    #[error("the invitation is contradictory")]
    Ambiguous,
    /// Not https (or loopback in development).
    #[error("the invitation points to an address that is not accepted")]
    ForbiddenAddress,
    /// Not the JSON of an offer.
    #[error("the invitation is malformed")]
    Malformed,
    /// Only the pre-authorized code grant can be used for now.
    #[error("the invitation uses a way to collect that this wallet does not know")]
    UnsupportedGrant,
    /// Larger than 16 KiB.
    #[error("the invitation is too large")]
    TooLarge,
}

/// What a person brings: a link, the text of a QR code, or the page address. `openid-credential-offer://?…`,
/// `haip-vci://?…`, or any `https:` link that carries `credential_offer` or `credential_offer_uri`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfferLink {
    /// By reference: to be fetched, once the person agrees (VCI-W-003).
    Reference(Url),
    /// By value.
    Value(CredentialOffer),
}

impl OfferLink {
    /// Reads a link. `development` accepts `http` to loopback hosts.
    pub fn parse(text: &str, development: bool) -> Result<Self, OfferError> {
        let text = text.trim();
        if text.len() > MAX_BYTES {
            return Err(OfferError::TooLarge);
        }
        // The URL parser drops line ends and tabs: what a person sees would not be what is read.
        if text.chars().any(char::is_control) {
            return Err(OfferError::NotAnOffer);
        }
        let link = Url::parse(text).map_err(|_| OfferError::NotAnOffer)?;
        let is_ours = SCHEMES.contains(&link.scheme());
        if !is_ours && !address::is_accepted(&link, development) {
            return Err(OfferError::NotAnOffer);
        }
        let mut parameters = Parameters::from_query(&link).map_err(|_| OfferError::Ambiguous)?;
        match (
            parameters.take("credential_offer"),
            parameters.take("credential_offer_uri"),
        ) {
            (None, Some(reference)) => address::parse(&reference, development)
                .map(Self::Reference)
                .ok_or(OfferError::ForbiddenAddress),
            (Some(offer), None) => {
                let offer = json::parse(offer.as_bytes()).map_err(|_| OfferError::Malformed)?;
                CredentialOffer::from_value(&offer, development).map(Self::Value)
            }
            (None, None) if !is_ours => Err(OfferError::NotAnOffer),
            _ => Err(OfferError::Ambiguous),
        }
    }
}

/// A checked offer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CredentialOffer {
    /// Whose.
    pub credential_issuer: Url,
    /// What: non-empty, unique.
    pub configuration_ids: Vec<String>,
    /// The code.
    pub pre_authorized_code: String,
    /// Whether a code sent by another way is needed.
    pub tx_code: Option<TxCode>,
    /// `authorization_server` of the grant.
    pub authorization_server: Option<String>,
}

/// What the person must type (§4.1.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TxCode {
    /// Digits only.
    pub numeric: bool,
    /// How many characters.
    pub length: Option<u8>,
    /// Where to find it.
    pub description: Option<String>,
}

impl CredentialOffer {
    /// Reads the JSON of an offer; unknown members and grants are ignored. `development` as above.
    pub fn from_value(value: &Value, development: bool) -> Result<Self, OfferError> {
        let members = value.as_object().ok_or(OfferError::Malformed)?;
        let issuer = text_member(members, "credential_issuer")?.ok_or(OfferError::Malformed)?;
        let issuer = address::parse(issuer, development).ok_or(OfferError::ForbiddenAddress)?;
        if issuer.query().is_some() || issuer.fragment().is_some() {
            return Err(OfferError::Malformed);
        }
        let ids = members
            .get("credential_configuration_ids")
            .and_then(Value::as_array)
            .ok_or(OfferError::Malformed)?;
        let ids: Vec<_> = ids
            .iter()
            .map(|id| {
                id.as_str()
                    .filter(|id| !id.is_empty())
                    .map(str::to_owned)
                    .ok_or(OfferError::Malformed)
            })
            .collect::<Result<_, _>>()?;
        if ids.is_empty() || ids.iter().collect::<BTreeSet<_>>().len() != ids.len() {
            return Err(OfferError::Malformed);
        }
        let no_grants = Map::new();
        let grants = match members.get("grants") {
            Some(grants) => grants.as_object().ok_or(OfferError::Malformed)?,
            None => &no_grants,
        };
        let grant = grants.get(PRE_AUTHORIZED_CODE).ok_or(OfferError::UnsupportedGrant)?;
        let grant = grant.as_object().ok_or(OfferError::Malformed)?;
        let code = text_member(grant, "pre-authorized_code")?.filter(|code| !code.is_empty());
        Ok(Self {
            credential_issuer: issuer,
            configuration_ids: ids,
            pre_authorized_code: code.ok_or(OfferError::Malformed)?.to_owned(),
            tx_code: grant.get("tx_code").map(TxCode::from_value).transpose()?,
            authorization_server: text_member(grant, "authorization_server")?.map(str::to_owned),
        })
    }

    /// The JSON of an offer.
    pub fn to_value(&self) -> Value {
        let mut grant = json!({ "pre-authorized_code": self.pre_authorized_code });
        if let Some(tx_code) = &self.tx_code {
            grant["tx_code"] = tx_code.to_value();
        }
        if let Some(server) = &self.authorization_server {
            grant["authorization_server"] = json!(server);
        }
        json!({
            "credential_issuer": address::identifier(&self.credential_issuer),
            "credential_configuration_ids": self.configuration_ids,
            "grants": { PRE_AUTHORIZED_CODE: grant },
        })
    }

    /// `openid-credential-offer://?credential_offer=…`.
    pub fn link_by_value(&self) -> String {
        scheme_link(SCHEMES[0], &[("credential_offer", &self.to_value().to_string())])
    }
}

impl TxCode {
    fn from_value(value: &Value) -> Result<Self, OfferError> {
        let members = value.as_object().ok_or(OfferError::Malformed)?;
        let numeric = match text_member(members, "input_mode")? {
            None | Some("numeric") => true,
            Some("text") => false,
            Some(_) => return Err(OfferError::Malformed),
        };
        let length = match members.get("length") {
            None => None,
            Some(length) => {
                let length = length
                    .as_u64()
                    .and_then(|length| u8::try_from(length).ok())
                    .filter(|length| *length > 0);
                Some(length.ok_or(OfferError::Malformed)?)
            }
        };
        // A description too long or with invisible characters is not shown: the code can be typed without it.
        let description = text_member(members, "description")?;
        let description = description
            .and_then(|text| text.parse::<Text<MAX_DESCRIPTION>>().ok())
            .map(String::from);
        Ok(Self {
            numeric,
            length,
            description,
        })
    }

    fn to_value(&self) -> Value {
        let mut members = json!({ "input_mode": if self.numeric { "numeric" } else { "text" } });
        if let Some(length) = self.length {
            members["length"] = json!(length);
        }
        if let Some(description) = &self.description {
            members["description"] = json!(description);
        }
        members
    }
}

/// `openid-credential-offer://?credential_offer_uri=…`.
pub fn link_by_reference(offer: &Url) -> String {
    scheme_link(SCHEMES[0], &[("credential_offer_uri", offer.as_str())])
}

/// An https page that also carries `credential_offer_uri`, for phone cameras: every reader finds what it understands.
pub fn page_link(page: &Url, offer: &Url) -> Url {
    let mut link = page.clone();
    link.query_pairs_mut()
        .append_pair("credential_offer_uri", offer.as_str());
    link
}

/// A member that, when it is there, is text.
fn text_member<'a>(members: &'a Map<String, Value>, name: &str) -> Result<Option<&'a str>, OfferError> {
    members
        .get(name)
        .map(|value| value.as_str().ok_or(OfferError::Malformed))
        .transpose()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn offer() -> CredentialOffer {
        CredentialOffer {
            credential_issuer: "https://asso.example/o/les-paniers".parse().unwrap(),
            configuration_ids: vec!["activity".into()],
            pre_authorized_code: "01.abc".into(),
            tx_code: Some(TxCode {
                numeric: true,
                length: Some(6),
                description: Some("Code remis en main propre".into()),
            }),
            authorization_server: None,
        }
    }

    fn refusal(change: impl FnOnce(&mut Value)) -> OfferError {
        let mut value = offer().to_value();
        change(&mut value);
        CredentialOffer::from_value(&value, false).expect_err("a refusal")
    }

    #[test]
    fn an_offer_survives_json_and_its_link() {
        assert_eq!(CredentialOffer::from_value(&offer().to_value(), false), Ok(offer()));
        assert_eq!(
            OfferLink::parse(&offer().link_by_value(), false),
            Ok(OfferLink::Value(offer()))
        );
    }

    #[test]
    fn vci_i_028_links_by_reference_are_read_back() {
        let uri: Url = "https://asso.example/o/les-paniers/offers/01?a=b&c".parse().unwrap();
        let page: Url = "https://asso.example/o/les-paniers/invitation".parse().unwrap();
        let haip = link_by_reference(&uri).replace("openid-credential-offer", "haip-vci");
        for link in [link_by_reference(&uri), page_link(&page, &uri).into(), haip] {
            assert_eq!(
                OfferLink::parse(&format!(" {link}\n"), false),
                Ok(OfferLink::Reference(uri.clone())),
                "{link}"
            );
        }
    }

    #[test]
    fn vci_w_002_exactly_one_of_value_and_reference() {
        let by_value = offer().link_by_value();
        for link in [
            format!("{by_value}&credential_offer_uri=https%3A%2F%2Fa.example"),
            "openid-credential-offer://?".to_owned(),
            "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fa.example&credential_offer_uri=https%3A%2F%2Fb.example"
                .to_owned(),
        ] {
            assert_eq!(OfferLink::parse(&link, false), Err(OfferError::Ambiguous), "{link}");
        }
    }

    #[test]
    fn neg_26_tampered_links_are_refused() {
        let cases = [
            (
                "openid-credential-offer://?credential_offer_uri=http%3A%2F%2Fa.example%2F",
                OfferError::ForbiddenAddress,
            ),
            (
                "openid-credential-offer://?credential_offer_uri=file%3A%2F%2F%2Fetc%2Fpasswd",
                OfferError::ForbiddenAddress,
            ),
            (
                "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fa.example%00%2F",
                OfferError::ForbiddenAddress,
            ),
            (
                "openid-credential-offer://?credential_offer_uri=https%3A%2F%2Fa%40b.example%2F",
                OfferError::ForbiddenAddress,
            ),
            ("openid-credential-offer://?credential_offer=%7B", OfferError::Malformed),
            (
                "openid-credential-offer://?credential_offer=%7B%22a%22%3A1%2C%22a%22%3A2%7D",
                OfferError::Malformed,
            ),
            ("openid4vp://?client_id=x&request_uri=y", OfferError::NotAnOffer),
            (
                "javascript:alert(1)//?credential_offer_uri=https%3A%2F%2Fa.example",
                OfferError::NotAnOffer,
            ),
            (
                "http://a.example/?credential_offer_uri=https%3A%2F%2Fa.example",
                OfferError::NotAnOffer,
            ),
            ("https://a.example/", OfferError::NotAnOffer),
            (
                "https://a.exa\nmple/?credential_offer_uri=https%3A%2F%2Fa.example",
                OfferError::NotAnOffer,
            ),
            ("bonjour", OfferError::NotAnOffer),
            ("", OfferError::NotAnOffer),
        ];
        for (link, error) in cases {
            assert_eq!(OfferLink::parse(link, false), Err(error), "{link:?}");
        }
        assert_eq!(
            OfferLink::parse(&"a".repeat(MAX_BYTES + 1), false),
            Err(OfferError::TooLarge)
        );
    }

    #[test]
    fn plain_http_is_for_loopback_in_development() {
        let link = "openid-credential-offer://?credential_offer_uri=http%3A%2F%2Flocalhost%3A8001%2Foffers%2F1";
        assert!(OfferLink::parse(link, true).is_ok());
        assert_eq!(OfferLink::parse(link, false), Err(OfferError::ForbiddenAddress));
    }

    #[test]
    fn vci_i_021_an_offer_names_its_issuer_and_unique_configurations() {
        assert_eq!(
            refusal(|value| value["credential_configuration_ids"] = json!([])),
            OfferError::Malformed
        );
        assert_eq!(
            refusal(|value| value["credential_configuration_ids"] = json!(["a", "a"])),
            OfferError::Malformed
        );
        assert_eq!(
            refusal(|value| value["credential_configuration_ids"] = json!([1])),
            OfferError::Malformed
        );
        assert_eq!(
            refusal(|value| value["credential_issuer"] = json!(1)),
            OfferError::Malformed
        );
        assert_eq!(
            refusal(|value| value["credential_issuer"] = json!("https://a.example/?x")),
            OfferError::Malformed
        );
        assert_eq!(
            refusal(|value| value["credential_issuer"] = json!("http://a.example")),
            OfferError::ForbiddenAddress
        );
    }

    #[test]
    fn vci_w_006_only_the_pre_authorized_grant_can_be_used() {
        assert_eq!(
            refusal(|value| value["grants"] = json!({})),
            OfferError::UnsupportedGrant
        );
        let authorization_code = json!({ "authorization_code": { "issuer_state": "s" } });
        assert_eq!(
            refusal(|value| value["grants"] = authorization_code),
            OfferError::UnsupportedGrant
        );
        assert_eq!(refusal(|value| value["grants"] = json!([])), OfferError::Malformed);
    }

    #[test]
    fn vci_i_023_the_grant_has_a_code_and_a_well_formed_tx_code() {
        let with = |name: &str, member: Value| refusal(|value| value["grants"][PRE_AUTHORIZED_CODE][name] = member);
        assert_eq!(with("pre-authorized_code", json!("")), OfferError::Malformed);
        assert_eq!(with("pre-authorized_code", json!(7)), OfferError::Malformed);
        assert_eq!(with("tx_code", json!("493536")), OfferError::Malformed);
        assert_eq!(with("tx_code", json!({ "input_mode": "emoji" })), OfferError::Malformed);
        assert_eq!(with("tx_code", json!({ "length": -1 })), OfferError::Malformed);
        let mut value = offer().to_value();
        value["grants"][PRE_AUTHORIZED_CODE]["tx_code"] = json!({});
        let tx_code = CredentialOffer::from_value(&value, false).unwrap().tx_code;
        assert_eq!(
            tx_code,
            Some(TxCode {
                numeric: true,
                length: None,
                description: None
            })
        );
    }

    #[test]
    fn vci_i_023_a_description_that_hides_text_is_not_shown() {
        let mut value = offer().to_value();
        value["grants"][PRE_AUTHORIZED_CODE]["tx_code"]["description"] = json!("code\u{202e}edoc");
        assert_eq!(
            CredentialOffer::from_value(&value, false)
                .unwrap()
                .tx_code
                .unwrap()
                .description,
            None
        );
    }

    #[test]
    fn the_identifier_of_an_issuer_without_a_path_is_written_without_a_slash() {
        let offer = CredentialOffer {
            credential_issuer: "https://asso.example".parse().unwrap(),
            ..offer()
        };
        assert_eq!(offer.to_value()["credential_issuer"], json!("https://asso.example"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,80}") {
            let _outcome = OfferLink::parse(&text, true);
            let _outcome = OfferLink::parse(&format!("openid-credential-offer://?credential_offer={text}"), false);
        }
    }
}
