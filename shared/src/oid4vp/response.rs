//! The response, `direct_post.jwt` (§8).

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::RequestObject;
use crate::{
    json,
    keys::{
        jwe,
        jwe::{ContentEncryption, DecryptionKey, JweError},
    },
    parameters::Parameters,
};

/// What a wallet answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Response {
    /// Presentations by credential query id, each a non-empty list (VP-V-021), and `state`.
    Presented {
        /// By query id.
        vp_token: BTreeMap<String, Vec<String>>,
        /// As asked.
        state: Option<String>,
    },
    /// §8.5.
    Refused {
        /// `access_denied`…
        error: String,
        /// As asked.
        state: Option<String>,
    },
}

/// Why a response was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ResponseError {
    /// Neither `response` nor `error`, both, or one twice.
    #[error("the response is malformed")]
    Malformed,
    /// The JWE layer.
    #[error(transparent)]
    Jwe(#[from] JweError),
    /// VP-V-021: `vp_token` is not an object of non-empty arrays of strings.
    #[error("the presentations are malformed")]
    VpToken,
}

/// The form to post: `response=JWE`, or `error=…` in the clear (VP-W-012). A256GCM is preferred (HAIP-009).
pub fn to_form(response: &Response, request: &RequestObject) -> Result<Vec<(&'static str, String)>, ResponseError> {
    match response {
        Response::Presented { vp_token, state } => {
            let mut payload = json!({ "vp_token": vp_token });
            if let Some(state) = state {
                payload["state"] = json!(state);
            }
            let encryption = if request.encryptions.contains(&ContentEncryption::A256GCM) {
                ContentEncryption::A256GCM
            } else {
                ContentEncryption::A128GCM
            };
            let response = jwe::encrypt(payload.to_string().as_bytes(), &request.encryption_key, encryption)?;
            Ok(vec![("response", response)])
        }
        Response::Refused { error, state } => {
            let mut form = vec![("error", error.clone())];
            form.extend(state.clone().map(|state| ("state", state)));
            Ok(form)
        }
    }
}

/// Reads a posted form with the request's key. A clear `vp_token` is refused: the answer must be encrypted. Unknown
/// parameters are ignored (VP-V-029).
pub fn from_form(body: &[u8], key: &DecryptionKey) -> Result<Response, ResponseError> {
    let mut parameters = Parameters::from_form(body).map_err(|_| ResponseError::Malformed)?;
    if parameters.has("vp_token") {
        return Err(ResponseError::Malformed);
    }
    match (parameters.take("response"), parameters.take("error")) {
        (Some(response), None) => {
            let payload = key.decrypt(&response)?;
            from_payload(&json::parse_object(&payload).map_err(|_| ResponseError::Malformed)?)
        }
        (None, Some(error)) => Ok(Response::Refused {
            error,
            state: parameters.take("state"),
        }),
        _ => Err(ResponseError::Malformed),
    }
}

/// The response parameters, as members of the encrypted payload (VP-V-022).
fn from_payload(members: &Map<String, Value>) -> Result<Response, ResponseError> {
    let text = |name: &str| {
        let value = members
            .get(name)
            .map(|value| value.as_str().map(str::to_owned).ok_or(ResponseError::Malformed));
        value.transpose()
    };
    let state = text("state")?;
    match (members.get("vp_token"), text("error")?) {
        (Some(vp_token), None) => Ok(Response::Presented {
            vp_token: presentations(vp_token)?,
            state,
        }),
        (None, Some(error)) => Ok(Response::Refused { error, state }),
        _ => Err(ResponseError::Malformed),
    }
}

/// The most presentations that one response of ours carries, and that our verifier examines.
pub const MAX_PRESENTATIONS: usize = 64;

/// VP-V-021.
fn presentations(vp_token: &Value) -> Result<BTreeMap<String, Vec<String>>, ResponseError> {
    let texts = |list: &Value| {
        let list = list.as_array().filter(|list| !list.is_empty())?;
        list.iter()
            .map(|text| text.as_str().map(str::to_owned))
            .collect::<Option<Vec<_>>>()
    };
    let members = vp_token.as_object().ok_or(ResponseError::VpToken)?;
    members
        .iter()
        .map(|(id, list)| Some((id.clone(), texts(list)?)))
        .collect::<Option<_>>()
        .ok_or(ResponseError::VpToken)
}

/// What the verifier answers (§8.2): `{}` or `{"redirect_uri": …}`.
#[derive(Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Answer {
    /// Where the person goes next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub redirect_uri: Option<url::Url>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{keys::SigningKey, oid4vp::ClientId, presentation::dcql::DcqlQuery};

    fn request(key: &DecryptionKey, encryptions: &[ContentEncryption]) -> RequestObject {
        let query =
            json!({ "credentials": [{ "id": "q", "format": "dc+sd-jwt", "meta": { "vct_values": ["urn:x"] } }] });
        let did = crate::did::Did::jwk(&SigningKey::generate().public().to_jwk());
        RequestObject {
            client_id: ClientId::DecentralizedIdentifier(did),
            client_name: None,
            response_uri: "https://verif.example/".parse().unwrap(),
            nonce: "n".into(),
            state: Some("s".into()),
            query: DcqlQuery::from_value(&query).unwrap(),
            purpose: None,
            encryption_key: key.public(),
            encryptions: encryptions.to_vec(),
            issued_at: chrono::DateTime::UNIX_EPOCH,
            expires_at: chrono::DateTime::UNIX_EPOCH,
        }
    }

    fn presented() -> Response {
        let vp_token = BTreeMap::from([("q".to_owned(), vec!["a~b~c".to_owned(), "d~".to_owned()])]);
        Response::Presented {
            vp_token,
            state: Some("s".into()),
        }
    }

    fn posted(form: &[(&str, String)]) -> Vec<u8> {
        serde_urlencoded::to_string(form).unwrap().into_bytes()
    }

    /// What the verifier reads of a payload encrypted to it.
    fn read_payload(payload: &Value) -> Result<Response, ResponseError> {
        let key = DecryptionKey::generate();
        let response = jwe::encrypt(
            payload.to_string().as_bytes(),
            &key.public(),
            ContentEncryption::A128GCM,
        )?;
        from_form(&posted(&[("response", response)]), &key)
    }

    #[test]
    fn vp_v_022_an_answer_arrives_encrypted_as_it_was_given() {
        let key = DecryptionKey::generate();
        for (offered, used) in [
            (&[ContentEncryption::A128GCM][..], "A128GCM"),
            (&[ContentEncryption::A128GCM, ContentEncryption::A256GCM], "A256GCM"),
        ] {
            use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
            let form = to_form(&presented(), &request(&key, offered)).unwrap();
            let header = URL_SAFE_NO_PAD.decode(form[0].1.split('.').next().unwrap()).unwrap();
            let header: Value = serde_json::from_slice(&header).unwrap();
            assert_eq!(header["enc"], json!(used));
            assert_eq!(header["kid"], json!(key.public().kid()));
            assert_eq!(from_form(&posted(&form), &key), Ok(presented()));
        }
    }

    #[test]
    fn vp_w_012_a_refusal_is_sent_in_the_clear() {
        let key = DecryptionKey::generate();
        let refused = Response::Refused {
            error: "access_denied".into(),
            state: Some("s".into()),
        };
        let form = to_form(&refused, &request(&key, &[ContentEncryption::A256GCM])).unwrap();
        assert_eq!(form, [("error", "access_denied".to_owned()), ("state", "s".to_owned())]);
        assert_eq!(from_form(&posted(&form), &key), Ok(refused));
    }

    #[test]
    fn an_answer_for_another_request_does_not_decrypt() {
        let form = to_form(
            &presented(),
            &request(&DecryptionKey::generate(), &[ContentEncryption::A256GCM]),
        )
        .unwrap();
        let refused = from_form(&posted(&form), &DecryptionKey::generate());
        assert!(matches!(refused, Err(ResponseError::Jwe(_))), "{refused:?}");
    }

    #[test]
    fn vp_v_022_a_clear_or_contradictory_answer_is_refused() {
        let key = DecryptionKey::generate();
        for body in [
            "",
            "vp_token=%7B%7D",
            "state=s",
            "error=a&error=b",
            "error=a&response=b",
            "error=a&vp_token=b",
        ] {
            assert_eq!(
                from_form(body.as_bytes(), &key),
                Err(ResponseError::Malformed),
                "{body}"
            );
        }
        assert!(matches!(
            from_form(b"response=a.b.c.d.e", &key),
            Err(ResponseError::Jwe(_))
        ));
    }

    #[test]
    fn vp_v_021_presentations_are_non_empty_lists_of_texts() {
        for vp_token in [
            json!("a"),
            json!([]),
            json!({ "q": "a" }),
            json!({ "q": [] }),
            json!({ "q": [{}] }),
        ] {
            assert_eq!(
                read_payload(&json!({ "vp_token": vp_token })),
                Err(ResponseError::VpToken),
                "{vp_token}"
            );
        }
        let nothing = Response::Presented {
            vp_token: BTreeMap::new(),
            state: None,
        };
        assert_eq!(read_payload(&json!({ "vp_token": {} })), Ok(nothing));
    }

    #[test]
    fn an_encrypted_payload_says_one_thing() {
        for payload in [
            json!({}),
            json!([]),
            json!({ "vp_token": {}, "error": "x" }),
            json!({ "vp_token": {}, "state": 7 }),
        ] {
            assert_eq!(read_payload(&payload), Err(ResponseError::Malformed), "{payload}");
        }
        let refused = Response::Refused {
            error: "access_denied".into(),
            state: None,
        };
        assert_eq!(read_payload(&json!({ "error": "access_denied" })), Ok(refused));
    }

    #[test]
    fn vp_v_029_unknown_parameters_are_ignored() {
        let payload = json!({ "vp_token": { "q": ["a"] }, "iss": "x", "presentation_submission": {} });
        assert!(read_payload(&payload).is_ok());
    }

    #[test]
    fn neg_28_a_payload_with_a_repeated_name_is_refused() {
        let key = DecryptionKey::generate();
        let payload = br#"{"vp_token":{"q":["a"]},"vp_token":{"q":["b"]}}"#;
        let response = jwe::encrypt(payload, &key.public(), ContentEncryption::A128GCM).unwrap();
        assert_eq!(
            from_form(&posted(&[("response", response)]), &key),
            Err(ResponseError::Malformed)
        );
    }

    #[test]
    fn vp_v_020_an_answer_without_a_page_is_an_empty_object() {
        assert_eq!(serde_json::to_value(Answer::default()).unwrap(), json!({}));
    }
}
