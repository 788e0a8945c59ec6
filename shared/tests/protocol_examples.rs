//! The examples of OpenID4VCI 1.0, OpenID4VP 1.0 and HAIP 1.0, and the metadata of the OpenID Foundation's conformance
//! suite: what our types must read, and what they must refuse by name.
//!
//! `MUSETTE_VECTORS` says where the vectors are (`../shared/vectors` beside the repository by default). Without them this
//! suite says so and does not run; with `CI=true` it fails.
#![expect(clippy::print_stderr, reason = "a suite that does not run says so")]

use std::{env, fs, path::PathBuf};

use serde_json::{Value, json};
use shared::{
    credential::{ACTIVITY_VCT, FORMAT_SD_JWT_VC},
    format::sd_jwt_vc::SdJwt,
    language::Language,
    oid4vci::{
        CredentialRequest, CredentialResponse, ErrorCode,
        metadata::{IssuerMetadata, MetadataError, token_endpoint},
        offer::{CredentialOffer, OfferError, OfferLink},
    },
    presentation::dcql::{Candidate, DcqlQuery},
};

/// The folder of the vectors; `None`, said aloud, when they are not there.
fn vectors() -> Option<PathBuf> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vectors");
    let folder = PathBuf::from(env::var("MUSETTE_VECTORS").unwrap_or_else(|_| default.to_owned()));
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(
        env::var("CI").as_deref() != Ok("true"),
        "no vectors in {}",
        folder.display()
    );
    eprintln!(
        "NOT RUN: 1 suite of protocol examples, no vectors in {} (set MUSETTE_VECTORS)",
        folder.display()
    );
    None
}

/// An example; the HTTP head that some carry is left out.
fn example(folder: &std::path::Path, name: &str) -> Value {
    let text = fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    let body = &text[text.find(['{', '[']).unwrap_or_default()..];
    serde_json::from_str(body).unwrap_or_else(|error| panic!("{name}: {error}"))
}

#[test]
fn offers_of_the_specification_are_read() {
    let Some(folder) = vectors().map(|folder| folder.join("oid4vci-1.0/examples")) else {
        return;
    };
    let read = |name: &str| CredentialOffer::from_value(&example(&folder, name), false);

    let by_reference = read("credential_offer_by_reference.json").unwrap();
    assert_eq!(by_reference.configuration_ids, ["UniversityDegree_LDP_VC"]);
    assert_eq!(by_reference.pre_authorized_code, "adhjhdjajkdkhjhdj");
    let tx_code = by_reference.tx_code.unwrap();
    assert!(tx_code.numeric && tx_code.length.is_none());

    let several = read("credential_offer_multiple_credentials.json").unwrap();
    assert_eq!(several.configuration_ids.len(), 2);
    let tx_code = several.tx_code.unwrap();
    assert_eq!(tx_code.length, Some(4));
    assert!(tx_code.description.unwrap().starts_with("Please provide"));

    let offer = read("credential_offer_pre-authz_code.json").unwrap();
    assert_eq!(
        OfferLink::parse(&offer.link_by_value(), false),
        Ok(OfferLink::Value(offer.clone()))
    );
    assert_eq!(
        offer.to_value()["credential_issuer"],
        json!("https://credential-issuer.example.com")
    );

    assert_eq!(
        read("credential_offer_authz_code.txt"),
        Err(OfferError::UnsupportedGrant)
    );
}

#[test]
fn an_offer_of_an_old_draft_is_refused() {
    let Some(folder) = vectors().map(|folder| folder.join("haip-1.0/examples")) else {
        return;
    };
    let offer = example(&folder, "credential_offer_sd_jwt_vc.json");
    assert_eq!(CredentialOffer::from_value(&offer, false), Err(OfferError::Malformed));
}

#[test]
fn credential_messages_of_the_specification_are_read() {
    let Some(folder) = vectors().map(|folder| folder.join("oid4vci-1.0/examples")) else {
        return;
    };
    // The request of an older draft names a format instead of a configuration.
    let request = CredentialRequest::from_value(&example(&folder, "credential_request_iso_mdl.json"));
    assert_eq!(request, Err(ErrorCode::InvalidCredentialRequest));

    // Line breaks inside the credential are for the page only.
    let issued = |name: &str| {
        let text = fs::read_to_string(folder.join(name)).unwrap();
        let body: String = text[text.find('{').unwrap()..].lines().map(str::trim_start).collect();
        let response: CredentialResponse = serde_json::from_str(&body).unwrap();
        let [issued] = response.credentials.try_into().expect("one credential");
        issued.credential
    };
    assert!(issued("credential_response_jwt_vc_json.txt").starts_with("eyJ"));
    let revealed = SdJwt::parse(&issued("credential_response_sd_jwt_vc.txt"))
        .unwrap()
        .reveal()
        .unwrap();
    assert_eq!(revealed.disclosed.len(), 9);
    assert_eq!(revealed.claims["address"]["locality"], json!("Anytown"));
}

#[test]
fn issuer_metadata_of_the_specification_is_read() {
    let Some(folder) = vectors().map(|folder| folder.join("oid4vci-1.0/examples")) else {
        return;
    };
    let document = example(&folder, "credential_issuer_metadata_sd_jwt_long.json");
    let metadata = IssuerMetadata::read("https://credential-issuer.example.com", document).unwrap();
    assert_eq!(metadata.authorization_servers, ["https://server.example.com"]);
    assert_eq!(metadata.nonce_endpoint.as_ref().unwrap().path(), "/nonce");
    assert_eq!(
        metadata.display_name(Language::French).as_deref(),
        Some("Example Université")
    );
    assert_eq!(
        metadata.display_name(Language::English).as_deref(),
        Some("Example University")
    );
    // It demands key attestations and encryption, which we cannot give.
    let configuration = metadata.configuration("SD_JWT_VC_example_in_OpenID4VCI", Language::English);
    assert_eq!(configuration, Err(MetadataError::UnsupportedFormat));
}

#[test]
fn metadata_of_the_conformance_suite_is_read_or_refused() {
    let folder = "oidf-conformance-json-schemas/test/resources/metadata/openid4vci-1_0";
    let Some(folder) = vectors().map(|vectors| vectors.join(folder)) else {
        return;
    };
    let of = |name: &str| {
        let document = example(&folder, name);
        let issuer = document["credential_issuer"].as_str().expect("an issuer").to_owned();
        IssuerMetadata::read(&issuer, document)
    };
    for name in [
        "valid-openid-credential-issuer-metadata-mock-minimal.json",
        "valid-openid-credential-issuer-metadata-mock-full.json",
        "valid-openid-credential-issuer-metadata-eudiw.json",
        "valid-openid-credential-issuer-metadata-claims-path-pointer-null.json",
        "valid-openid-credential-issuer-metadata-spec-appendix-example.json",
    ] {
        assert!(of(name).is_ok(), "{name}: {:?}", of(name));
    }
    for name in [
        "invalid-openid-credential-issuer-metadata-invalid-type-for-authorization-servers.json",
        "invalid-openid-credential-issuer-metadata-missing-required-property.json",
    ] {
        assert_eq!(of(name), Err(MetadataError::Malformed), "{name}");
    }
    let server = example(&folder, "valid-oauth-authorization-server-metadata-mock-full.json");
    assert!(token_endpoint("https://auth.example.com", &server).is_ok());
    assert_eq!(
        token_endpoint("https://other.example.com", &server),
        Err(MetadataError::OtherIssuer)
    );
}

#[test]
fn queries_of_the_specification_are_read_and_evaluated() {
    let Some(folder) = vectors().map(|folder| folder.join("oid4vp-1.0/examples/query_lang")) else {
        return;
    };
    let query =
        |name: &str| DcqlQuery::from_value(&example(&folder, name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    for name in ["simple_mdoc.json", "complex_mdoc.json", "multi_credentials.json"] {
        let query = query(name);
        assert!(!query.credentials.is_empty());
        // We hold nothing in these formats.
        let held = query.matches(&[]);
        assert!(held.iter().all(|matches| matches.matches.is_empty()), "{name}");
    }

    let claims = json!({
        "given_name": "Jane", "family_name": "Doe", "postal_code": "90210", "locality": "Beverly Hills",
        "date_of_birth": "1990-01-01", "address": { "street_address": "42 Market Street", "country": "US" },
    });
    let vct = "https://credentials.example.com/identity_credential";
    let pid = Candidate {
        id: "mine",
        format: FORMAT_SD_JWT_VC,
        vct,
        claims: &claims,
    };
    let disclosed = |name: &str| {
        let matches = query(name).matches(std::slice::from_ref(&pid));
        let disclose = matches[0].matches.first().map(|found| found.disclose.clone());
        disclose.map(|paths| paths.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    let simple = ["family_name", "given_name", "address.street_address"]
        .map(str::to_owned)
        .to_vec();
    assert_eq!(disclosed("simple.json"), Some(simple));
    // The first set wants `region`, which is not there: the second is taken.
    let alternative = ["family_name", "postal_code", "date_of_birth"]
        .map(str::to_owned)
        .to_vec();
    assert_eq!(disclosed("claims_alternatives.json"), Some(alternative));
    let by_value = ["family_name", "given_name", "address.street_address", "postal_code"]
        .map(str::to_owned)
        .to_vec();
    assert_eq!(disclosed("value_matching_simple.json"), Some(by_value));

    let alternatives = query("credentials_alternatives.json");
    assert!(alternatives.is_satisfied_by(&["pid"]));
    assert!(alternatives.is_satisfied_by(&["pid_reduced_cred_1", "pid_reduced_cred_2", "nice_to_have"]));
    assert!(!alternatives.is_satisfied_by(&["pid_reduced_cred_1", "nice_to_have"]));
    assert!(
        alternatives
            .matches(std::slice::from_ref(&pid))
            .iter()
            .all(|matches| !matches.required)
    );
}

#[test]
fn queries_for_formats_we_do_not_hold_are_read() {
    let Some(folder) = vectors().map(|folder| folder.join("oid4vp-1.0/examples/request")) else {
        return;
    };
    let claims = json!({ "credentialSubject": { "family_name": "Doe", "given_name": "Jane" } });
    let held = Candidate {
        id: "mine",
        format: FORMAT_SD_JWT_VC,
        vct: ACTIVITY_VCT,
        claims: &claims,
    };
    for name in ["dcql_jwt_vc.json", "dcql_ldp_vc.json"] {
        let query = DcqlQuery::from_value(&example(&folder, name)).unwrap();
        assert!(
            query.matches(std::slice::from_ref(&held))[0].matches.is_empty(),
            "{name}"
        );
    }
}
