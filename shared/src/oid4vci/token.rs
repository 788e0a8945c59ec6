//! Token endpoint messages (§6).

use serde::{Deserialize, Serialize};

use super::{ErrorCode, PRE_AUTHORIZED_CODE};
use crate::parameters::Parameters;

/// A token request of the pre-authorized flow.
#[derive(Clone, PartialEq, Eq)]
pub struct TokenRequest {
    /// The code.
    pub pre_authorized_code: String,
    /// What the person typed.
    pub tx_code: Option<String>,
}

impl TokenRequest {
    /// Reads a form body; repeated parameters are refused (RFC 6749 §3.2), unknown ones ignored.
    pub fn from_form(body: &[u8]) -> Result<Self, ErrorCode> {
        let mut parameters = Parameters::from_form(body).map_err(|_| ErrorCode::InvalidRequest)?;
        match parameters.take("grant_type").as_deref() {
            Some(PRE_AUTHORIZED_CODE) => Ok(Self {
                pre_authorized_code: parameters
                    .take("pre-authorized_code")
                    .ok_or(ErrorCode::InvalidRequest)?,
                tx_code: parameters.take("tx_code"),
            }),
            Some(_) => Err(ErrorCode::UnsupportedGrantType),
            None => Err(ErrorCode::InvalidRequest),
        }
    }

    /// The form to send.
    pub fn to_form(&self) -> Vec<(&'static str, String)> {
        let mut form = vec![
            ("grant_type", PRE_AUTHORIZED_CODE.to_owned()),
            ("pre-authorized_code", self.pre_authorized_code.clone()),
        ];
        form.extend(self.tx_code.clone().map(|code| ("tx_code", code)));
        form
    }
}

// By hand: codes are secrets and stay out of logs.
impl std::fmt::Debug for TokenRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenRequest")
            .field("tx_code", &self.tx_code.is_some())
            .finish_non_exhaustive()
    }
}

/// What our token endpoint answers (§6.2).
#[derive(Clone, Serialize)]
pub struct TokenResponse {
    /// Bearer token.
    pub access_token: String,
    /// `Bearer`.
    pub token_type: String,
    /// Seconds.
    pub expires_in: u64,
}

/// What a token endpoint answered (§6.2; RFC 6749 §5.1).
#[derive(Clone, Deserialize)]
pub struct ReceivedToken {
    /// The token.
    pub access_token: String,
    /// `Bearer`, in any case of letters.
    pub token_type: String,
    /// Seconds. Only recommended: without it, the server alone knows when the token ends.
    pub expires_in: Option<u64>,
}

// By hand: tokens are secrets and stay out of logs.
impl std::fmt::Debug for ReceivedToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReceivedToken")
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}

// By hand: tokens are secrets and stay out of logs.
impl std::fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenResponse")
            .field("expires_in", &self.expires_in)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRANT: &str = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Apre-authorized_code";

    #[test]
    fn vci_i_040_a_request_survives_its_form() {
        for tx_code in [None, Some("493536".to_owned())] {
            let request = TokenRequest {
                pre_authorized_code: "a.b+c/d=".into(),
                tx_code,
            };
            let body = serde_urlencoded::to_string(request.to_form()).unwrap();
            assert_eq!(TokenRequest::from_form(body.as_bytes()), Ok(request));
        }
    }

    #[test]
    fn vci_i_040_what_is_missing_or_repeated_is_an_invalid_request() {
        for body in [
            String::new(),
            "pre-authorized_code=a".to_owned(),
            GRANT.to_owned(),
            format!("{GRANT}&pre-authorized_code="),
            format!("{GRANT}&pre-authorized_code=a&pre-authorized_code=b"),
            format!("{GRANT}&pre-authorized_code=a&tx_code=1&tx_code=2"),
        ] {
            assert_eq!(
                TokenRequest::from_form(body.as_bytes()),
                Err(ErrorCode::InvalidRequest),
                "{body}"
            );
        }
        let body = b"grant_type=authorization_code&code=a";
        assert_eq!(TokenRequest::from_form(body), Err(ErrorCode::UnsupportedGrantType));
    }

    #[test]
    fn a_token_whose_lifetime_is_not_said_is_received() {
        let received: ReceivedToken =
            serde_json::from_str(r#"{"access_token":"t","token_type":"Bearer","scope":"x"}"#).unwrap();
        assert_eq!((received.access_token.as_str(), received.expires_in), ("t", None));
    }

    #[test]
    fn codes_and_tokens_are_not_written_to_logs() {
        let request = TokenRequest {
            pre_authorized_code: "secret-code".into(),
            tx_code: Some("493536".into()),
        };
        let response = TokenResponse {
            access_token: "secret-token".into(),
            token_type: "Bearer".into(),
            expires_in: 300,
        };
        let received: ReceivedToken = serde_json::from_value(serde_json::to_value(&response).unwrap()).unwrap();
        assert_eq!(received.expires_in, Some(300));
        let written = format!("{request:?} {response:?} {received:?}");
        assert!(!written.contains("secret") && !written.contains("493536"), "{written}");
    }
}
