use super::*;
use crate::{
    credential::{ACTIVITY_CONFIGURATION, ACTIVITY_VCT, activity_claims::known_paths},
    keys::SigningKey,
};

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
