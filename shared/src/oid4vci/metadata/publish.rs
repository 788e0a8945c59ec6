//! What our own issuer publishes.

use serde_json::{Value, json};
use url::Url;

use crate::{
    address,
    credential::{ACTIVITY_CONFIGURATION, ACTIVITY_VCT, ClaimPath, FORMAT_SD_JWT_VC, activity_claims::known_paths},
    keys::JwkSet,
    language::Language,
    oid4vci::PRE_AUTHORIZED_CODE,
};

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
