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

/// A file of the stage; its path.
fn write(stage: &Stage, name: &str, text: &str) -> String {
    let path = stage.folder.path().join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

/// HAIP-011: the authority decides over what comes with certificates, and nobody is asked for keys.
#[tokio::test]
async fn haip_011_what_is_signed_with_certificates_is_worth_what_their_authority_is() {
    let stage = Stage::start().await;
    let write = |name: &str, text: &str| write(&stage, name, text);
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
    let write = |name: &str, text: &str| write(&stage, name, text);
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

/// DID-004: the log of an organisation, from its first version to its last.
#[tokio::test]
async fn did_004_an_organisation_has_a_did_with_a_history() {
    let stage = Stage::start().await;
    let write = |name: &str, text: &str| write(&stage, name, text);
    let issuer = async |line: &str| issuer::cli::execute(&stage.issuing, &line.split(' ').collect::<Vec<_>>()).await;
    let passphrase = write("passphrase", "une longue phrase secrète");
    issuer(&format!(
        "organisation add --name Paniers --passphrase-file {passphrase}"
    ))
    .await
    .unwrap();
    let published = async || {
        let address = stage.issuer.join("/o/paniers/did.jsonl").unwrap();
        stage.client.get(address).send().await.unwrap()
    };
    assert_eq!(published().await.status(), 404);
    let unsigned = json!({
        "@context": ["https://www.w3.org/ns/credentials/v2"], "type": ["VerifiableCredential"],
        "issuer": "did:example:whoever", "credentialSubject": {"id": "did:example:subject"},
    });
    let unsigned = write("unsigned.json", &unsigned.to_string());
    let sign = format!("sign --format ecdsa-jcs-2019 --organisation paniers --did webvh {unsigned}");
    for early in [
        "did update paniers",
        "did log paniers",
        "did deactivate paniers --for-good",
        &sign,
    ] {
        let error = format!("{:#}", issuer(early).await.unwrap_err());
        assert!(error.contains("has no did:webvh"), "{early}: {error}");
    }
    assert!(issuer("did create inconnue").await.is_err());

    let did = issuer("did create paniers").await.unwrap().trim().to_owned();
    let port = stage.issuer.port().unwrap();
    assert!(
        did.starts_with("did:webvh:Qm") && did.ends_with(&format!(":localhost%3A{port}:o:paniers")),
        "{did}"
    );
    let again = issuer("did create paniers").await.unwrap_err().to_string();
    assert!(again.contains(&did), "{again}");
    let answer = published().await;
    assert_eq!(
        (
            answer.status().as_u16(),
            answer.headers()["content-type"].to_str().unwrap()
        ),
        (200, "text/jsonl")
    );
    let log = answer.text().await.unwrap();
    assert_eq!(issuer("did log paniers").await.unwrap(), log);
    assert!(!log.contains("\"d\":") && !log.contains("{SCID}"), "{log}");

    let resolve = async || {
        let address = stage
            .verifier
            .join(&format!("/1.0/identifiers/{}", did.replace('%', "%25")))
            .unwrap();
        let resolved: Value = stage.client.get(address).send().await.unwrap().json().await.unwrap();
        resolved
    };
    let resolved = resolve().await;
    assert_eq!(resolved["didDocument"]["id"], json!(did), "{resolved}");
    assert_eq!(
        resolved["didDocument"]["alsoKnownAs"],
        json!([format!("did:web:localhost%3A{port}:o:paniers")])
    );
    let signed = issuer(&sign).await.unwrap();
    assert_eq!(serde_json::from_str::<Value>(&signed).unwrap()["issuer"], json!(did));
    let signed = write("signed.json", &signed);
    let verify = async || verifier::cli::execute(&stage.verifying, &["verify", &signed]).await;
    verify().await.unwrap();

    // Another version, by the key that was announced; what was signed before still holds.
    for entries in [2, 3] {
        assert_eq!(issuer("did update paniers").await.unwrap().trim(), did);
        let log = issuer("did log paniers").await.unwrap();
        assert_eq!(log.lines().count(), entries);
        let keys = log.lines().map(|line| {
            let entry: Value = serde_json::from_str(line).unwrap();
            let parameters = &entry["parameters"];
            assert_eq!(parameters["nextKeyHashes"].as_array().map(Vec::len), Some(1), "{line}");
            parameters["updateKeys"][0].as_str().unwrap().to_owned()
        });
        assert_eq!(
            keys.collect::<std::collections::BTreeSet<_>>().len(),
            entries,
            "a key serves once"
        );
    }
    verify().await.unwrap();

    // The end.
    assert!(issuer("did deactivate paniers").await.is_err(), "not without saying so");
    issuer("did deactivate paniers --for-good").await.unwrap();
    assert_eq!(resolve().await["didDocumentMetadata"]["deactivated"], true);
    let told = verify().await.unwrap_err().to_string();
    assert!(
        told.contains("Signature de l’organisme") && !told.contains("✓ Signature"),
        "{told}"
    );
    for late in ["did update paniers", "did deactivate paniers --for-good", &sign] {
        let error = format!("{:#}", issuer(late).await.unwrap_err());
        assert!(error.contains("for good"), "{late}: {error}");
    }
}
