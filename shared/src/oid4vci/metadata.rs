//! Issuer metadata (§12.2), authorization server metadata (RFC 8414), JWT VC issuer metadata (SD-JWT VC §4).

use serde_json::{Map, Value, json};
use url::Url;

use super::PRE_AUTHORIZED_CODE;
use crate::{
    address,
    credential::{
        ACTIVITY_CONFIGURATION, ACTIVITY_VCT, ClaimPath, FORMAT_SD_JWT_VC, PathElement, activity_claims::known_paths,
    },
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

/// What our issuer publishes (§12.2.4) for one organisation. `base` is its identifier.
pub fn publish_issuer_metadata(base: &Url, name: &str, logo: Option<&str>) -> Value {
    let issuer = address::identifier(base);
    let mut display = json!({ "name": name });
    if let Some(logo) = logo {
        display["logo"] = json!({ "uri": logo });
    }
    json!({
        "credential_issuer": issuer,
        "credential_endpoint": format!("{issuer}/credential"),
        "nonce_endpoint": format!("{issuer}/nonce"),
        "display": [display],
        "credential_configurations_supported": {
            ACTIVITY_CONFIGURATION: {
                "format": FORMAT_SD_JWT_VC,
                "vct": ACTIVITY_VCT,
                "cryptographic_binding_methods_supported": ["jwk"],
                "credential_signing_alg_values_supported": ["ES256"],
                "proof_types_supported": { "jwt": { "proof_signing_alg_values_supported": ["ES256"] } },
                "credential_metadata": {
                    "display": [
                        {
                            "name": "Attestation d’activité",
                            "locale": Language::French.tag(),
                            "description": "Ce que vous avez fait pour cet organisme, quand et combien de temps",
                        },
                        {
                            "name": "Activity attestation",
                            "locale": Language::English.tag(),
                            "description": "What you did for this organisation, when and for how long",
                        },
                    ],
                    "claims": known_paths().into_iter().map(describe).collect::<Vec<_>>(),
                },
            },
        },
    })
}

/// What our authorization server publishes (RFC 8414): token endpoint, grant, anonymous access. It lists
/// `openid_credential` because our configuration has no `scope` (VCI-I-012).
pub fn publish_authorization_server_metadata(base: &Url) -> Value {
    let issuer = address::identifier(base);
    json!({
        "issuer": issuer,
        "token_endpoint": format!("{issuer}/token"),
        "token_endpoint_auth_methods_supported": ["none"],
        "grant_types_supported": [PRE_AUTHORIZED_CODE],
        "response_types_supported": [],
        "authorization_details_types_supported": ["openid_credential"],
        "pre-authorized_grant_anonymous_access_supported": true,
    })
}

/// What our issuer publishes for its keys (SDVC-005): `issuer` and `jwks`.
pub fn publish_jwt_vc_issuer_metadata(base: &Url, keys: &JwkSet) -> Value {
    json!({ "issuer": address::identifier(base), "jwks": keys })
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

/// A claims description (App. B.2).
fn describe((path, key): (ClaimPath, &'static str)) -> Value {
    let mut description = json!({ "path": path });
    if let Some((french, english)) = label(key) {
        description["display"] = json!([
            { "name": french, "locale": Language::French.tag() },
            { "name": english, "locale": Language::English.tag() },
        ]);
    }
    description
}

/// The French and English label of a claim of ours.
fn label(key: &str) -> Option<(&'static str, &'static str)> {
    Some(match key {
        "given_name" => ("Prénom", "Given name"),
        "family_name" => ("Nom", "Family name"),
        "age_over_16" => ("16 ans ou plus", "16 or older"),
        "issuing_organization.legal_name" => ("Organisme", "Organisation"),
        "issuing_organization.rna" => ("Numéro RNA", "RNA number"),
        "issuing_organization.siren" => ("Numéro SIREN", "SIREN number"),
        "issuing_organization.siret" => ("Numéro SIRET", "SIRET number"),
        "activity.ref" => ("Référence de l’activité", "Reference of the activity"),
        "activity.kind" => ("Type d’activité", "Kind of activity"),
        "activity.role" => ("Fonction", "Role"),
        "activity.paid" => ("Rémunérée", "Paid"),
        "activity.start_date" => ("Premier jour", "First day"),
        "activity.end_date" => ("Dernier jour", "Last day"),
        "activity.minutes" => ("Durée en minutes", "Minutes"),
        "activity.breakdown" => ("Minutes par année", "Minutes by year"),
        "activity.mission" => ("Mission", "Mission"),
        "activity.assurance" => ("Niveau de preuve", "Level of evidence"),
        _ => return None,
    })
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
mod tests {
    use super::*;
    use crate::keys::SigningKey;

    const ISSUER: &str = "https://asso.example/o/les-paniers";

    fn base() -> Url {
        ISSUER.parse().unwrap()
    }

    fn published() -> Value {
        publish_issuer_metadata(&base(), "Les Paniers du vallon", Some("https://asso.example/logo.svg"))
    }

    fn read(document: Value) -> Result<IssuerMetadata, MetadataError> {
        IssuerMetadata::read(ISSUER, document)
    }

    #[test]
    fn vci_i_001_the_well_known_name_stands_between_host_and_path() {
        let at = |issuer: &str| well_known(&issuer.parse().unwrap(), CREDENTIAL_ISSUER).to_string();
        assert_eq!(
            at("https://h.example/tenant"),
            "https://h.example/.well-known/openid-credential-issuer/tenant"
        );
        assert_eq!(
            at("https://h.example:8443/"),
            "https://h.example:8443/.well-known/openid-credential-issuer"
        );
        assert_eq!(
            at("https://h.example/a/b/"),
            "https://h.example/.well-known/openid-credential-issuer/a/b"
        );
    }

    #[test]
    fn our_metadata_can_be_collected_from() {
        let metadata = read(published()).unwrap();
        assert_eq!(metadata.credential_issuer, ISSUER);
        assert_eq!(metadata.authorization_servers, [""; 0]);
        assert_eq!(metadata.credential_endpoint.as_str(), format!("{ISSUER}/credential"));
        assert_eq!(
            metadata.nonce_endpoint.as_ref().map(Url::as_str),
            Some(format!("{ISSUER}/nonce").as_str())
        );
        assert_eq!(
            metadata.display_name(Language::English).as_deref(),
            Some("Les Paniers du vallon")
        );
        let configuration = metadata
            .configuration(ACTIVITY_CONFIGURATION, Language::French)
            .unwrap();
        assert_eq!(configuration.vct, ACTIVITY_VCT);
        assert_eq!(configuration.name.as_deref(), Some("Attestation d’activité"));
    }

    #[test]
    fn vci_i_013_every_claim_has_a_label_in_both_languages() {
        let published = published();
        let claims =
            &published["credential_configurations_supported"][ACTIVITY_CONFIGURATION]["credential_metadata"]["claims"];
        let claims = claims.as_array().unwrap();
        assert_eq!(claims.len(), known_paths().len());
        for claim in claims {
            let names = claim["display"]
                .as_array()
                .unwrap_or_else(|| panic!("{claim} has no label"));
            assert_eq!(
                names.iter().map(|name| name["locale"].clone()).collect::<Vec<_>>(),
                [json!("fr"), json!("en")]
            );
        }
    }

    #[test]
    fn vci_i_012_without_scope_the_server_lists_openid_credential() {
        let document = publish_authorization_server_metadata(&base());
        assert_eq!(
            document["authorization_details_types_supported"],
            json!(["openid_credential"])
        );
        assert_eq!(
            token_endpoint(ISSUER, &document).unwrap().as_str(),
            format!("{ISSUER}/token")
        );
    }

    #[test]
    fn vci_w_004_metadata_of_another_issuer_is_refused() {
        for other in [
            "https://asso.example/o/les-paniers/",
            "https://asso.example/o/Les-Paniers",
            "https://asso.example",
        ] {
            assert_eq!(
                IssuerMetadata::read(other, published()),
                Err(MetadataError::OtherIssuer),
                "{other}"
            );
            let server = publish_authorization_server_metadata(&base());
            assert_eq!(
                token_endpoint(other, &server),
                Err(MetadataError::OtherIssuer),
                "{other}"
            );
        }
    }

    #[test]
    fn a_bare_host_is_the_same_issuer_with_the_slash_of_the_url_parser() {
        let issuer: Url = "https://asso.example".parse().unwrap();
        let document = publish_issuer_metadata(&issuer, "Asso", None);
        let metadata = IssuerMetadata::read(issuer.as_str(), document).unwrap();
        assert_eq!(metadata.credential_issuer, "https://asso.example");
    }

    #[test]
    fn vci_i_006_malformed_metadata_is_refused() {
        let cases = [
            ("credential_endpoint", json!(null)),
            ("credential_endpoint", json!("http://asso.example/credential")),
            ("credential_endpoint", json!("http://localhost/credential")),
            ("nonce_endpoint", json!(7)),
            ("authorization_servers", json!([])),
            ("authorization_servers", json!([1])),
            ("credential_configurations_supported", json!([])),
            ("credential_issuer", json!(null)),
        ];
        for (name, member) in cases {
            let mut document = published();
            document[name] = member.clone();
            assert_eq!(read(document), Err(MetadataError::Malformed), "{name}: {member}");
        }
        assert_eq!(read(json!([])), Err(MetadataError::Malformed));
    }

    #[test]
    fn what_we_cannot_collect_is_refused() {
        let with = |change: &dyn Fn(&mut Value)| {
            let mut document = published();
            change(&mut document["credential_configurations_supported"][ACTIVITY_CONFIGURATION]);
            read(document)
                .unwrap()
                .configuration(ACTIVITY_CONFIGURATION, Language::French)
        };
        let unsupported = Err(MetadataError::UnsupportedFormat);
        assert_eq!(
            with(&|configuration| configuration["format"] = json!("ldp_vc")),
            unsupported
        );
        assert_eq!(
            with(&|it| it["cryptographic_binding_methods_supported"] = json!(["did:key"])),
            unsupported
        );
        assert_eq!(
            with(&|it| it["credential_signing_alg_values_supported"] = json!(["EdDSA"])),
            unsupported
        );
        let eddsa = json!({ "jwt": { "proof_signing_alg_values_supported": ["EdDSA"] } });
        assert_eq!(with(&|it| it["proof_types_supported"] = eddsa.clone()), unsupported);
        assert_eq!(
            with(&|it| it["proof_types_supported"]["jwt"]["key_attestations_required"] = json!({})),
            unsupported
        );
        assert_eq!(with(&|it| it["vct"] = json!("")), Err(MetadataError::Malformed));
        let metadata = read(published()).unwrap();
        assert_eq!(
            metadata.configuration("other", Language::French),
            Err(MetadataError::UnknownConfiguration)
        );
    }

    #[test]
    fn vci_w_011_an_issuer_that_demands_encryption_is_not_collected_from() {
        let mut document = published();
        document["credential_response_encryption"] = json!({ "encryption_required": true });
        let refused = read(document)
            .unwrap()
            .configuration(ACTIVITY_CONFIGURATION, Language::French);
        assert_eq!(refused, Err(MetadataError::UnsupportedFormat));
    }

    #[test]
    fn vci_i_014_contradictory_claim_descriptions_are_refused() {
        let described = |paths: Value| {
            let paths = paths
                .as_array()
                .unwrap()
                .iter()
                .map(|path| json!({ "path": path }))
                .collect::<Vec<_>>();
            check_claims(&json!(paths))
        };
        assert_eq!(
            described(json!([["a"], ["a", "b"], ["a", "c"], ["d", 0], ["d", 1], ["e", null]])),
            Ok(())
        );
        for paths in [
            json!([["a"], ["a"]]),
            json!([["a", null], ["a", 0]]),
            json!([["a", "b"], ["a", 0]]),
            json!([["a", "b"], ["a", null, "c"]]),
            json!([[]]),
            json!([]),
        ] {
            assert_eq!(described(paths.clone()), Err(MetadataError::Malformed), "{paths}");
        }
    }

    #[test]
    fn a_name_is_in_the_best_language_and_hides_nothing() {
        let display = json!([{ "name": "Verein", "locale": "de" }, { "name": "Society", "locale": "en-GB" }]);
        assert_eq!(name_in(&display, Language::English).as_deref(), Some("Society"));
        assert_eq!(name_in(&display, Language::French).as_deref(), Some("Verein"));
        assert_eq!(name_in(&json!([{ "name": "ossa\u{202e}" }]), Language::French), None);
        assert_eq!(name_in(&json!([]), Language::French), None);
    }

    #[test]
    fn sdvc_005_keys_are_those_of_the_issuer_and_by_value() {
        let keys = JwkSet {
            keys: vec![SigningKey::generate().public().to_jwk()],
        };
        let document = publish_jwt_vc_issuer_metadata(&base(), &keys);
        assert_eq!(issuer_keys(ISSUER, document.clone()), Ok(keys));
        assert_eq!(
            issuer_keys("https://asso.example", document.clone()),
            Err(MetadataError::OtherIssuer)
        );
        let mut by_reference = document.clone();
        by_reference["jwks_uri"] = json!("https://asso.example/jwks");
        assert_eq!(issuer_keys(ISSUER, by_reference), Err(MetadataError::Malformed));
        let mut without = document;
        without["jwks"] = json!({ "keys": [] });
        assert_eq!(issuer_keys(ISSUER, without), Err(MetadataError::Malformed));
    }
}
