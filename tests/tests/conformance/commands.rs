//! What the commands sign, and what they make of it.

use serde_json::{Value, json};
use shared::{
    credential::{open_badge, schema},
    format::sd_jwt_vc::SdJwt,
    keys::{
        Jwk, PublicKey, SigningKey,
        certificate::authority::{Authority, Leaf},
    },
    verification::w3c::W3cDocument,
};
use tests::fixtures;

use crate::vc_api::Stage;

/// HAIP-011: the authority decides over what comes with certificates, and nobody is asked for keys.
#[tokio::test]
async fn haip_011_what_is_signed_with_certificates_is_worth_what_their_authority_is() {
    let stage = Stage::start().await;
    let write = |name: &str, text: &str| {
        let path = stage.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let issuer = async |arguments: &[&str]| issuer::cli::execute(&stage.issuing, arguments).await;
    let passphrase = write("passphrase", "une longue phrase secrète");
    let add = [
        "organisation",
        "add",
        "--name",
        "Les Paniers",
        "--passphrase-file",
        &passphrase,
    ];
    issuer(&add).await.unwrap();
    let address = stage.issuer.join("/o/les-paniers").unwrap();
    let did = stage.client.get(stage.issuer.join("/o/les-paniers/did.json").unwrap());
    let did: Value = did.send().await.unwrap().json().await.unwrap();
    let jwk: Jwk = serde_json::from_value(did["verificationMethod"][0]["publicKeyJwk"].clone()).unwrap();
    let key = PublicKey::from_jwk(&jwk).unwrap();

    let (root, other) = (Authority::root("Autorité"), Authority::root("Autre"));
    let leaf = Leaf {
        hosts: &[],
        uris: &[address.as_str()],
        years: (2020, 2039),
        ..Leaf::default()
    };
    let chain = write("chain.pem", &root.chain_of(&key, &leaf).unwrap().to_pem());
    let certify = async |file: &str| issuer(&["organisation", "certificates", "les-paniers", "--chain", file]).await;
    assert_eq!(certify(&chain).await.unwrap(), "");
    let claims = json!({"vct": "urn:example:hours", "given_name": "Nadia", "minutes": 90});
    let claims = write("claims.json", &claims.to_string());
    let sign = ["sign", "--format", "dc+sd-jwt", "--organisation", "les-paniers"];
    let signed = issuer(&[&sign[..], &[&claims]].concat()).await.unwrap();
    let sd_jwt = SdJwt::parse(signed.trim()).unwrap();
    let x5c = sd_jwt.jws().header()["x5c"].as_array().unwrap();
    assert_eq!(x5c.len(), 1, "without the root");
    let signed = write("signed", &signed);
    // Offline: nobody answers for the organisation any more.
    stage.serving[0].abort();
    let verify = async |authorities: Option<&str>| {
        let options = authorities.map(|file| ["--authorities", file]);
        let options = options.as_ref().map_or(&[][..], |options| &options[..]);
        verifier::cli::execute(
            &stage.verifying,
            &[&["verify", &signed, "--json"][..], options].concat(),
        )
        .await
    };
    let signature = |told: anyhow::Result<String>| {
        let told = told.unwrap_or_else(|error| error.to_string());
        let told: Value = serde_json::from_str(&told).unwrap();
        let checks = told["checks"].as_array().unwrap();
        let check = checks.iter().find(|check| check["id"] == "signature").unwrap();
        (
            told["accepted"].clone(),
            check["outcome"].clone(),
            check["reason"].clone(),
        )
    };
    let (root, other) = (
        write("root.pem", &root.root_pem()),
        write("other.pem", &other.root_pem()),
    );
    let expected = (json!(true), json!("passed"), Value::Null);
    assert_eq!(signature(verify(Some(&root)).await), expected);
    let expected = (json!(false), json!("failed"), json!("unknown_authority"));
    assert_eq!(signature(verify(Some(&other)).await), expected);
    let expected = (json!(false), json!("skipped"), json!("no_authority"));
    assert_eq!(signature(verify(None).await), expected, "could not check");
    let broken = write(
        "broken.pem",
        &(std::fs::read_to_string(&root).unwrap() + "-----BEGIN CERTIFICATE-----\n!\n"),
    );
    for (file, words) in [(broken.as_str(), "certificate 2"), ("absent.pem", "absent.pem")] {
        let error = verify(Some(file)).await.unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
}

/// What an organisation attests, as [`shared::credential::activity_claims`] writes it.
fn attested() -> Value {
    let holder = SigningKey::generate().public().to_jwk().to_value();
    json!({
        "vct": "urn:musette:activity-attestation:1",
        "iat": 1_768_176_000, "exp": 1_926_028_800,
        "cnf": {"jwk": holder},
        "given_name": "Nadia", "family_name": "Benali", "age_over_16": true,
        "issuing_organization": {"legal_name": "Les Paniers du Vallon", "rna": "W691999901"},
        "activity": {
            "ref": "0123456789abcdefghjkmnpqrs", "kind": "benevolat_associatif", "role": "dirigeant", "paid": false,
            "start_date": "2025-01-01", "end_date": "2025-12-31", "minutes": 7800, "assurance": "attested",
        },
    })
}

#[tokio::test]
async fn ob_007_claims_of_an_attestation_are_signed_as_its_badge_in_any_form_of_the_w3c() {
    let stage = Stage::start().await;
    let write = |name: &str, text: &str| {
        let path = stage.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let sign = async |format: &str, options: &[&str], file: &str| {
        let arguments = [&["sign", "--format", format], options, &[file]].concat();
        issuer::cli::execute(&stage.issuing, &arguments).await
    };
    let claims = write("claims.json", &attested().to_string());
    let schemas = fixtures::vectors("open-badges-3.0/schema");
    for format in ["ldp_vc", "eddsa-rdfc-2022", "eddsa-jcs-2022", "vc+jwt", "vc+cose"] {
        let signed = sign(format, &["--instance", "status"], &claims).await.unwrap();
        let file = write("signed", &signed);
        let told = verifier::cli::execute(&stage.verifying, &["verify", &file]).await;
        let told = told.unwrap_or_else(|error| panic!("{format}: {error:#}"));
        assert!(
            told.contains("✓ Signature") && told.contains("✓ Attestation non révoquée"),
            "{format}: {told}"
        );
        let document = W3cDocument::parse(signed.trim().as_bytes()).unwrap();
        let badge = document.document();
        let text = badge.to_string();
        assert!(open_badge::is_activity(badge), "{format}");
        assert!(!text.contains("Nadia") && !text.contains("Benali"), "{format}: {text}");
        let read = open_badge::claims_of(badge).unwrap();
        assert_eq!(read["activity"]["minutes"], 7800, "{format}");
        if let Some(schemas) = &schemas {
            let schema = std::fs::read(schemas.join("achievementcredential.json")).unwrap();
            assert_eq!(schema::check_text(&schema, badge), Ok(()), "{format}");
        }
        let at = signed.len() / 2;
        let other = if signed.as_bytes()[at] == b'e' { "f" } else { "e" };
        let changed = write("changed", &[&signed[..at], other, &signed[at + 1..]].concat());
        let told = verifier::cli::execute(&stage.verifying, &["verify", &changed]).await;
        assert!(told.is_err(), "{format}: {told:?}");
    }

    // Revoked like whatever the instance issues.
    let signed = sign("ldp_vc", &["--instance", "status"], &claims).await.unwrap();
    let badge: Value = serde_json::from_str(&signed).unwrap();
    assert_eq!(badge["proof"].as_array().map(Vec::len), Some(1), "OB-005: a list");
    let revoked = json!({
        "credentialId": badge["id"], "credentialStatus": {"statusPurpose": "revocation"}, "status": true,
    });
    let url = "/instances/status/credentials/status";
    assert_eq!(stage.ask_issuer(url, &revoked).await.0, 200);
    let told = verifier::cli::execute(&stage.verifying, &["verify", &write("signed", &signed)]).await;
    let told = told.unwrap_err().to_string();
    assert!(told.contains("✗ Attestation non révoquée"), "{told}");

    // What would be no badge says why, with the name of the file.
    let without = |pointer: &str| {
        let mut claims = attested();
        let (above, name) = pointer.rsplit_once('/').unwrap();
        claims.pointer_mut(above).unwrap().as_object_mut().unwrap().remove(name);
        claims
    };
    for (claims, options, words) in [
        (attested(), &[][..], "where the badge could be revoked"),
        (without("/cnf"), &["--instance", "status"], "whose badge"),
        (without("/exp"), &["--instance", "status"], "/exp"),
        (
            without("/activity/minutes"),
            &["--instance", "status"],
            "/activity/minutes",
        ),
        (
            without("/issuing_organization/rna"),
            &["--instance", "status"],
            "RNA, SIREN or SIRET",
        ),
    ] {
        let file = write("wrong.json", &claims.to_string());
        let error = format!("{:#}", sign("ldp_vc", options, &file).await.unwrap_err());
        assert!(error.contains(words) && error.contains("wrong.json"), "{error}");
    }
    let mut given = attested();
    given["credentialStatus"] = badge["credentialStatus"].clone();
    given["sub"] = json!("did:example:nadia");
    let given = sign("ldp_vc", &[], &write("given.json", &given.to_string()))
        .await
        .unwrap();
    let given: Value = serde_json::from_str(&given).unwrap();
    assert_eq!(given["credentialStatus"], badge["credentialStatus"]);
    assert_eq!(given["credentialSubject"]["id"], "did:example:nadia");
}
