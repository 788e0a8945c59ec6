//! Issuer metadata (§12.2), authorization server metadata (RFC 8414), JWT VC issuer metadata (SD-JWT VC §4).

mod publish;

use serde_json::{Map, Value, json};
use url::Url;

pub use self::publish::{
    publish_authorization_server_metadata, publish_issuer_metadata, publish_jwt_vc_issuer_metadata,
};
use crate::{
    address,
    credential::{ClaimPath, FORMAT_SD_JWT_VC, PathElement},
    keys::JwkSet,
    language::Language,
    text::Text,
};

/// Well-known name of issuer metadata (§12.2.2).
pub const CREDENTIAL_ISSUER: &str = "openid-credential-issuer";
/// Well-known name of authorization server metadata (RFC 8414).
pub const AUTHORIZATION_SERVER: &str = "oauth-authorization-server";
/// Well-known name of JWT VC issuer metadata (SDVC-005).
pub const JWT_VC_ISSUER: &str = "jwt-vc-issuer";

/// The longest name that is shown, in characters.
const MAX_NAME: usize = 200;

/// Why metadata was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// Missing or malformed members.
    #[error("the issuer's description is malformed")]
    Malformed,
    /// VCI-W-004: `credential_issuer` (or `issuer`) is not the identifier it was fetched for.
    #[error("the issuer's description is of another issuer")]
    OtherIssuer,
    /// No configuration of that name.
    #[error("the issuer does not offer this credential")]
    UnknownConfiguration,
    /// A format or proof we cannot do.
    #[error("the credential is in a format this wallet does not know")]
    UnsupportedFormat,
}

/// Where a well-known document is: `/.well-known/NAME` inserted between host and path (VCI-I-001, RFC 8414 §3.1).
pub fn well_known(issuer: &Url, name: &str) -> Url {
    let mut url = issuer.clone();
    url.set_path(&format!("/.well-known/{name}{}", issuer.path().trim_end_matches('/')));
    url.set_query(None);
    url.set_fragment(None);
    url
}

/// Issuer metadata: what both sides use of it. `raw` keeps everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssuerMetadata {
    /// The whole document.
    pub raw: Value,
    /// `credential_issuer`, as the issuer writes it: the audience of proofs, and what `iss` must be.
    pub credential_issuer: String,
    /// `authorization_servers`: empty means the issuer itself.
    pub authorization_servers: Vec<String>,
    /// `credential_endpoint`.
    pub credential_endpoint: Url,
    /// `nonce_endpoint`.
    pub nonce_endpoint: Option<Url>,
}

/// One supported configuration, as a wallet needs it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configuration {
    /// `format`.
    pub format: String,
    /// `vct`.
    pub vct: String,
    /// Name for the person.
    pub name: Option<String>,
}

impl IssuerMetadata {
    /// Reads the metadata fetched for `issuer`. `credential_issuer` must be the same byte for byte (VCI-W-004); a bare host
    /// may be given as the URL parser writes it, with a slash.
    pub fn read(issuer: &str, document: Value) -> Result<Self, MetadataError> {
        let members = document.as_object().ok_or(MetadataError::Malformed)?;
        let credential_issuer = own_name(members, "credential_issuer", issuer)?.to_owned();
        let development = credential_issuer.starts_with("http:");
        let endpoint = |name: &str| match members.get(name) {
            None => Ok(None),
            Some(Value::String(url)) => address::parse(url, development)
                .map(Some)
                .ok_or(MetadataError::Malformed),
            Some(_) => Err(MetadataError::Malformed),
        };
        let authorization_servers = match members.get("authorization_servers") {
            None => Vec::new(),
            Some(servers) => texts(servers)
                .filter(|servers| !servers.is_empty())
                .ok_or(MetadataError::Malformed)?,
        };
        if !members
            .get("credential_configurations_supported")
            .is_some_and(Value::is_object)
        {
            return Err(MetadataError::Malformed);
        }
        Ok(Self {
            credential_issuer,
            authorization_servers: authorization_servers.into_iter().map(str::to_owned).collect(),
            credential_endpoint: endpoint("credential_endpoint")?.ok_or(MetadataError::Malformed)?,
            nonce_endpoint: endpoint("nonce_endpoint")?,
            raw: document,
        })
    }

    /// The configuration of this id, when we can collect it: `dc+sd-jwt`, `jwk` binding, `jwt` proof with ES256, neither
    /// key attestation nor encryption demanded (VCI-W-011).
    pub fn configuration(&self, id: &str, language: Language) -> Result<Configuration, MetadataError> {
        let configuration = &self.raw["credential_configurations_supported"][id];
        let members = configuration.as_object().ok_or(MetadataError::UnknownConfiguration)?;
        let format = members
            .get("format")
            .and_then(Value::as_str)
            .ok_or(MetadataError::Malformed)?;
        let has = |value: &Value, text: &str| texts(value).is_some_and(|texts| texts.contains(&text));
        let proof = &configuration["proof_types_supported"]["jwt"];
        let signature = &configuration["credential_signing_alg_values_supported"];
        let encrypts = ["credential_request_encryption", "credential_response_encryption"]
            .iter()
            .any(|name| self.raw[*name]["encryption_required"] == json!(true));
        let collectable = format == FORMAT_SD_JWT_VC
            && has(&configuration["cryptographic_binding_methods_supported"], "jwk")
            && has(&proof["proof_signing_alg_values_supported"], "ES256")
            && proof["key_attestations_required"].is_null()
            && (signature.is_null() || has(signature, "ES256"))
            && !encrypts;
        if !collectable {
            return Err(MetadataError::UnsupportedFormat);
        }
        let vct = members.get("vct").and_then(Value::as_str).filter(|vct| !vct.is_empty());
        check_claims(&configuration["credential_metadata"]["claims"])?;
        Ok(Configuration {
            format: format.to_owned(),
            vct: vct.ok_or(MetadataError::Malformed)?.to_owned(),
            name: name_in(&configuration["credential_metadata"]["display"], language),
        })
    }

    /// Name of the issuer for people, from `display`, in the best language; `None` when there is none that can be shown
    /// safely.
    pub fn display_name(&self, language: Language) -> Option<String> {
        name_in(&self.raw["display"], language)
    }
}

/// The token endpoint in authorization server metadata fetched for `server`.
pub fn token_endpoint(server: &str, document: &Value) -> Result<Url, MetadataError> {
    let members = document.as_object().ok_or(MetadataError::Malformed)?;
    let issuer = own_name(members, "issuer", server)?;
    let endpoint = members
        .get("token_endpoint")
        .and_then(Value::as_str)
        .ok_or(MetadataError::Malformed)?;
    address::parse(endpoint, issuer.starts_with("http:")).ok_or(MetadataError::Malformed)
}

/// The keys in JWT VC issuer metadata fetched for `issuer` (`jwks` by value only).
pub fn issuer_keys(issuer: &str, mut document: Value) -> Result<JwkSet, MetadataError> {
    let members = document.as_object_mut().ok_or(MetadataError::Malformed)?;
    match members.get("issuer") {
        Some(Value::String(name)) if name == issuer => {}
        Some(Value::String(_)) => return Err(MetadataError::OtherIssuer),
        _ => return Err(MetadataError::Malformed),
    }
    if members.contains_key("jwks_uri") {
        return Err(MetadataError::Malformed);
    }
    let keys = members.remove("jwks").ok_or(MetadataError::Malformed)?;
    let keys: JwkSet = serde_json::from_value(keys).map_err(|_| MetadataError::Malformed)?;
    if keys.keys.is_empty() {
        Err(MetadataError::Malformed)
    } else {
        Ok(keys)
    }
}

/// VCI-I-014: a claim described twice, or as an object here and an array there, makes the description worthless.
fn check_claims(claims: &Value) -> Result<(), MetadataError> {
    if claims.is_null() {
        return Ok(());
    }
    let claims = claims
        .as_array()
        .filter(|claims| !claims.is_empty())
        .ok_or(MetadataError::Malformed)?;
    let paths: Vec<ClaimPath> = claims
        .iter()
        .map(|claim| serde_json::from_value(claim["path"].clone()).map_err(|_| MetadataError::Malformed))
        .collect::<Result<_, _>>()?;
    for (position, path) in paths.iter().enumerate() {
        if paths[..position].iter().any(|other| contradict(path, other)) {
            return Err(MetadataError::Malformed);
        }
    }
    Ok(())
}

fn contradict(a: &ClaimPath, b: &ClaimPath) -> bool {
    match a.elements().iter().zip(b.elements()).find(|(a, b)| a != b) {
        None => a.elements().len() == b.elements().len(),
        Some((PathElement::Key(_), PathElement::Key(_)) | (PathElement::Index(_), PathElement::Index(_))) => false,
        Some(_) => true,
    }
}

/// The name in a `display` array: of this language, else without a language, else the first. One that hides or reverses
/// text is not shown.
fn name_in(display: &Value, language: Language) -> Option<String> {
    let entries = display.as_array()?;
    let locale_of = |entry: &Value| entry["locale"].as_str().map(str::to_owned);
    let spoken = |entry: &&Value| locale_of(entry).and_then(|locale| Language::from_tag(&locale)) == Some(language);
    let entry = entries
        .iter()
        .find(spoken)
        .or_else(|| entries.iter().find(|entry| locale_of(entry).is_none()))
        .or_else(|| entries.first())?;
    entry["name"].as_str()?.parse::<Text<MAX_NAME>>().ok().map(String::from)
}

/// The member in which a document says whose it is; refused when it is not `expected`. The URL parser writes a bare host
/// with a slash that identifiers do not have.
fn own_name<'a>(members: &'a Map<String, Value>, name: &str, expected: &str) -> Result<&'a str, MetadataError> {
    let own = members
        .get(name)
        .and_then(Value::as_str)
        .ok_or(MetadataError::Malformed)?;
    let bare =
        || Url::parse(expected).is_ok_and(|url| address::identifier(&url) == own && expected == format!("{own}/"));
    if own == expected || bare() {
        Ok(own)
    } else {
        Err(MetadataError::OtherIssuer)
    }
}

fn texts(value: &Value) -> Option<Vec<&str>> {
    value.as_array()?.iter().map(Value::as_str).collect()
}

#[cfg(test)]
mod tests;
