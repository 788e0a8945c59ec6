//! The VC-API as the conformance configuration opens it: the issuer and the verifier on real sockets, spoken to as the suites
//! of the W3C do.

#[cfg(test)]
#[path = "conformance/commands.rs"]
mod commands;

#[cfg(test)]
mod vc_api {
    use std::{path::Path, sync::Arc};

    use reqwest::{Client, StatusCode};
    use serde_json::{Value, json};
    use shared::{
        clock::SystemClock,
        entropy::SystemEntropy,
        service::{config::ServiceConfig, serve},
    };
    use tempfile::TempDir;
    use tests::fixtures;
    use tokio::{net::TcpListener, task::JoinHandle};
    use url::Url;

    const V2: &str = "https://www.w3.org/ns/credentials/v2";
    const V1: &str = "https://www.w3.org/2018/credentials/v1";

    pub(crate) struct Stage {
        pub(crate) issuer: Url,
        pub(crate) verifier: Url,
        pub(crate) client: Client,
        pub(crate) issuing: issuer::App,
        pub(crate) verifying: verifier::App,
        pub(crate) serving: Vec<JoinHandle<()>>,
        pub(crate) folder: TempDir,
    }

    impl Drop for Stage {
        fn drop(&mut self) {
            for server in &self.serving {
                server.abort();
            }
        }
    }

    /// The file as it is, but for where it listens and stores.
    async fn elsewhere(service: &mut ServiceConfig, folder: &Path, name: &str) -> TcpListener {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        service.public_url = format!("http://localhost:{port}").parse().unwrap();
        service.database = format!("sqlite:{}", folder.join(format!("{name}.sqlite")).display());
        service.key_file = folder.join(format!("{name}.key"));
        listener
    }

    impl Stage {
        #[expect(clippy::disallowed_methods, reason = "whoever asks is not us")]
        pub(crate) async fn start() -> Self {
            let folder = tempfile::tempdir().unwrap();
            let (clock, entropy) = (Arc::new(SystemClock), Arc::new(SystemEntropy));
            let file = |name: &str| fixtures::path(&format!("config/conformance-{name}.toml"));
            let mut config = issuer::Config::load(Some(&file("issuer"))).unwrap();
            let listener = elsewhere(&mut config.service, folder.path(), "issuer").await;
            let issuer_url = config.service.public_url.clone();
            let app = issuer::App::open(config, clock.clone(), entropy.clone()).await.unwrap();
            let issuing = app.clone();
            let issuer = tokio::spawn(async move {
                serve::serve(listener, issuer::router(app), std::future::pending())
                    .await
                    .unwrap();
            });
            let mut config = verifier::Config::load(Some(&file("verifier"))).unwrap();
            let listener = elsewhere(&mut config.service, folder.path(), "verifier").await;
            let verifier_url = config.service.public_url.clone();
            let app = verifier::App::open(config, clock, entropy).await.unwrap();
            let verifying = app.clone();
            let verifier = tokio::spawn(async move {
                serve::serve(listener, verifier::router(app), std::future::pending())
                    .await
                    .unwrap();
            });
            Self {
                issuer: issuer_url,
                verifier: verifier_url,
                client: Client::new(),
                issuing,
                verifying,
                serving: vec![issuer, verifier],
                folder,
            }
        }

        async fn post(&self, url: Url, body: &Value) -> (StatusCode, Value) {
            let answer = self.client.post(url).json(body).send().await.unwrap();
            let (status, media_type) = (answer.status(), answer.headers()["content-type"].clone());
            assert_eq!(
                media_type,
                if status.is_success() {
                    "application/json"
                } else {
                    "application/problem+json"
                }
            );
            (status, answer.json().await.unwrap())
        }

        pub(crate) async fn ask_issuer(&self, path: &str, body: &Value) -> (StatusCode, Value) {
            self.post(self.issuer.join(path).unwrap(), body).await
        }

        async fn issue(&self, instance: &str, credential: &Value) -> (StatusCode, Value) {
            let path = format!("/instances/{instance}/credentials/issue");
            self.ask_issuer(&path, &json!({"credential": credential, "options": {}}))
                .await
        }

        async fn verify(&self, credential: &Value) -> (StatusCode, Value) {
            let url = self.verifier.join("/credentials/verify").unwrap();
            self.post(
                url,
                &json!({"verifiableCredential": credential, "options": {"checks": ["proof"]}}),
            )
            .await
        }

        async fn instances(&self) -> Vec<Value> {
            let answer = self.client.get(self.issuer.join("/instances").unwrap()).send().await;
            answer.unwrap().json().await.unwrap()
        }
    }

    fn credential() -> Value {
        json!({
            "@context": [V2],
            "type": ["VerifiableCredential"],
            "issuer": "did:example:whoever",
            "validFrom": "2020-03-16T22:37:26Z",
            "credentialSubject": {"id": "did:key:z6MkhTNL7i2etLerDK8Acz5t528giE5KA4p75T6ka1E1D74r"},
        })
    }

    #[tokio::test]
    async fn every_instance_issues_what_the_verifier_accepts_and_refuses_when_it_was_changed() {
        let stage = Stage::start().await;
        let instances = stage.instances().await;
        assert_eq!(instances.len(), 16);
        for instance in instances {
            let name = instance["name"].as_str().unwrap();
            let mut unsigned = credential();
            if name.ends_with("vcdm1") {
                unsigned["@context"] = json!([V1]);
                unsigned["issuanceDate"] = unsigned["validFrom"].take();
                unsigned.as_object_mut().unwrap().remove("validFrom");
            }
            let (status, mut issued) = stage.issue(name, &unsigned).await;
            assert_eq!(status, 201, "{name}: {issued}");
            if matches!(name, "ecdsa-sd-2023" | "bbs-2023") {
                let (status, problem) = stage.verify(&issued).await;
                assert_eq!(status, 422, "a base proof proves nothing: {problem}");
                let request = json!({
                    "verifiableCredential": issued,
                    "options": {"selectivePointers": ["/issuer", "/credentialSubject"]},
                });
                let (status, derived) = stage.ask_issuer("/credentials/derive", &request).await;
                assert_eq!(status, 201, "{name}: {derived}");
                issued = derived;
            }
            let (status, told) = stage.verify(&issued).await;
            assert_eq!(status, 200, "{name}: {told}");
            assert_eq!(told["verified"], true);
            assert_eq!(told["controller"], instance["issuer"]);

            let changed = if issued.get("proof").is_some() {
                let mut changed = issued.clone();
                changed["credentialSubject"]["id"] = json!("did:example:another");
                changed
            } else {
                let text = issued["id"].as_str().unwrap();
                let (start, end) = text.split_at(text.len() - 8);
                let swapped: String = end.chars().map(|c| if c == 'A' { 'B' } else { 'A' }).collect();
                let mut changed = issued.clone();
                changed["id"] = json!(format!("{start}{swapped}"));
                changed
            };
            let (status, problem) = stage.verify(&changed).await;
            assert!(status == 422 || status == 400, "{name}: {status} {problem}");
            let found = problem["type"].as_str().unwrap();
            let expected = [
                "PROOF_VERIFICATION_ERROR",
                "CRYPTOGRAPHIC_SECURITY_ERROR",
                "PARSING_ERROR",
            ];
            assert!(expected.iter().any(|name| found.ends_with(name)), "{name}: {problem}");
        }
    }

    /// w3c/vc-data-model-2.0-test-suite, over the wire: what is right is signed and verified, what is wrong is refused.
    #[tokio::test]
    async fn the_documents_of_the_data_model_are_issued_or_refused() {
        let mut files = Vec::new();
        for folder in [
            "vcdm20-test-suite/input",
            "vcdm20-test-suite/input/names-and-descriptions",
        ] {
            let Some(folder) = fixtures::vectors(folder) else {
                return;
            };
            files.extend(std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
        }
        files.sort();
        let stage = Stage::start().await;
        let (mut issued, mut refused, mut wrong) = (0, 0, Vec::new());
        for path in files {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if name.starts_with("presentation") || path.is_dir() || LEFT_ASIDE.contains(&name.as_str()) {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let mut document: Value = serde_json::from_str(&text).unwrap();
            // As the suite does: whoever is tested puts their name, and it writes dates.
            if document.get("issuer").is_none() && !name.contains("no-issuer") {
                document["issuer"] = json!("did:example:issuer");
            }
            if let Some(Value::Object(issuer)) = document.get_mut("issuer")
                && !name.contains("issuer-object-id")
            {
                issuer.entry("id").or_insert(json!("did:example:issuer"));
            }
            for member in ["validFrom", "validUntil"] {
                match document.get(member).and_then(Value::as_str) {
                    Some(text) if text.contains("PAST") => document[member] = json!("2020-01-01T00:00:00Z"),
                    Some(text) if text.contains("FUTURE") => document[member] = json!("2040-01-01T00:00:00Z"),
                    _ => {}
                }
            }
            for instance in ["eddsa-rdfc-2022", "eddsa-jcs-2022", "vc-jwt-p256"] {
                let (status, answer) = stage.issue(instance, &document).await;
                let is_right = name.ends_with("-ok.json");
                if status.is_success() != is_right {
                    wrong.push(format!("{instance} {name}: {status} {answer}"));
                } else if is_right {
                    issued += 1;
                } else {
                    assert!(status == 400 || status == 422, "{instance} {name}: {status}");
                    refused += 1;
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(issued >= 100 && refused >= 90, "{issued} issued, {refused} refused");
    }

    /// Inputs of the suite that are not for the endpoint that issues.
    const LEFT_ASIDE: &[&str] = &[
        // It has a proof already.
        "credential-proof-ok.json",
    ];

    #[tokio::test]
    async fn a_presentation_is_proven_and_verified_for_whom_it_answers() {
        let stage = Stage::start().await;
        for (issuing, proving) in [
            ("eddsa-rdfc-2022", "ecdsa-rdfc-2019-p256"),
            ("vc-jwt-p256", "vc-jwt-ed25519"),
        ] {
            let (_, issued) = stage.issue(issuing, &credential()).await;
            let request = json!({
                "presentation": {"@context": [V2], "type": ["VerifiablePresentation"], "verifiableCredential": [issued]},
                "options": {"challenge": "c-1", "domain": "counter.example"},
            });
            let path = format!("/instances/{proving}/presentations/prove");
            let (status, proven) = stage.ask_issuer(&path, &request).await;
            assert_eq!(status, 201, "{proven}");
            let verify = async |challenge: &str| {
                let url = stage.verifier.join("/presentations/verify").unwrap();
                let options = json!({"challenge": challenge, "domain": "counter.example"});
                stage
                    .post(url, &json!({"verifiablePresentation": proven, "options": options}))
                    .await
            };
            let (status, told) = verify("c-1").await;
            assert_eq!(status, 200, "{told}");
            let (status, problem) = verify("c-2").await;
            assert_eq!(status, 422);
            assert_eq!(problem["type"], "https://w3id.org/security#INVALID_CHALLENGE_ERROR");
            assert_eq!(problem["check"], "nonce");
        }
    }

    #[tokio::test]
    async fn a_status_is_published_and_counts_when_it_is_set() {
        let stage = Stage::start().await;
        let mut unsigned = credential();
        unsigned["id"] = json!("urn:uuid:7a6cafb9-11c3-41a8-98d8-8b5a45c2548f");
        let (status, issued) = stage.issue("status", &unsigned).await;
        assert_eq!(status, 201, "{issued}");
        assert_eq!(issued["credentialStatus"].as_array().map(Vec::len), Some(2));
        let (status, told) = stage.verify(&issued).await;
        assert_eq!(status, 200, "{told}");
        let change = async |purpose: &str, status: bool| {
            let request = json!({
                "credentialId": unsigned["id"],
                "credentialStatus": {"type": "BitstringStatusListEntry", "statusPurpose": purpose},
                "status": status,
            });
            stage.ask_issuer("/instances/status/credentials/status", &request).await
        };
        assert_eq!(change("revocation", true).await.0, 200);
        assert_eq!(change("revocation", false).await.0, 422, "a revocation is for good");
        assert_eq!(change("message", true).await.0, 404);
        // A verifier that has not read the list before.
        let fresh = Stage::start().await;
        let (status, problem) = fresh.verify(&issued).await;
        assert_eq!(
            (status.as_u16(), &problem["check"]),
            (422, &json!("status")),
            "{problem}"
        );
        assert_eq!(problem["type"], "urn:musette:problem:revoked");
    }

    #[tokio::test]
    async fn a_proof_alone_is_checked_by_the_instance_named_so() {
        let stage = Stage::start().await;
        let (_, mut issued) = stage.issue("eddsa-jcs-2022", &credential()).await;
        issued["validUntil"] = json!("2020-03-17T00:00:00Z");
        issued.as_object_mut().unwrap().remove("proof");
        let (_, expired) = stage.issue("eddsa-jcs-2022", &issued).await;
        let (status, problem) = stage.verify(&expired).await;
        assert_eq!((status.as_u16(), &problem["check"]), (422, &json!("time")));
        let url = stage.verifier.join("/instances/proof-only/credentials/verify").unwrap();
        let (status, _) = stage.post(url, &json!({"verifiableCredential": expired})).await;
        assert_eq!(status, 200);
        let url = stage.verifier.join("/instances/nothing/credentials/verify").unwrap();
        assert_eq!(stage.post(url, &json!({"verifiableCredential": expired})).await.0, 404);
    }

    #[tokio::test]
    async fn what_is_no_request_is_refused_by_name() {
        let stage = Stage::start().await;
        for (path, body) in [
            ("/credentials/issue", json!([])),
            ("/credentials/issue", json!({"credential": "a"})),
            ("/credentials/derive", json!({"verifiableCredential": {}})),
            ("/presentations/prove", json!({"presentation": {}})),
            ("/credentials/status", json!({"status": true})),
        ] {
            let (status, problem) = stage.ask_issuer(path, &body).await;
            assert!(status == 400 || status == 422, "{path}: {status}");
            assert!(problem["type"].as_str().unwrap().contains('#'), "{path}: {problem}");
        }
        let did = stage.instances().await[0]["issuer"].as_str().unwrap().to_owned();
        for base in [&stage.issuer, &stage.verifier] {
            let url = base.join(&format!("/1.0/identifiers/{did}")).unwrap();
            let resolved: Value = stage.client.get(url).send().await.unwrap().json().await.unwrap();
            assert_eq!(resolved["didDocument"]["id"], did);
        }
    }

    #[tokio::test]
    async fn what_the_command_signs_in_any_form_the_command_verifies() {
        let stage = Stage::start().await;
        let folder = stage.folder.path();
        let write = |name: &str, text: &str| {
            let path = folder.join(name);
            std::fs::write(&path, text).unwrap();
            path.to_str().unwrap().to_owned()
        };
        let passphrase = write("passphrase", "une longue phrase secrète");
        let add = ["organisation", "add", "--name", "Les Paniers", "--regime", "loi1901"];
        let add = [&add[..], &["--slug", "paniers", "--passphrase-file", &passphrase]].concat();
        issuer::cli::execute(&stage.issuing, &add).await.unwrap();

        let unsigned = write("unsigned.json", &credential().to_string());
        let claims = json!({"vct": "urn:example:hours", "given_name": "Nadia", "minutes": 90});
        let claims = write("claims.json", &claims.to_string());
        for (format, by, file) in [
            ("ldp_vc", None, &unsigned),
            ("eddsa-rdfc-2022", None, &unsigned),
            ("eddsa-jcs-2022", None, &unsigned),
            ("ecdsa-rdfc-2019", Some("paniers"), &unsigned),
            ("ecdsa-jcs-2019", None, &unsigned),
            ("vc+jwt", Some("paniers"), &unsigned),
            ("vc+sd-jwt", None, &unsigned),
            ("vc+cose", Some("paniers"), &unsigned),
            ("dc+sd-jwt", None, &claims),
            ("dc+sd-jwt", Some("paniers"), &claims),
        ] {
            let organisation = by.map(|slug| ["--organisation", slug]);
            let organisation = organisation.as_ref().map_or(&[][..], |option| &option[..]);
            let arguments = [&["sign", "--format", format][..], organisation, &[file.as_str()]].concat();
            let signed = issuer::cli::execute(&stage.issuing, &arguments).await.unwrap();
            let signed = write("signed", &signed);
            let told = verifier::cli::execute(&stage.verifying, &["verify", &signed]).await;
            let told = told.unwrap_or_else(|error| panic!("{format} {by:?}: {error:#}"));
            assert!(told.contains("✓ Signature"), "{format}: {told}");
            let changed = std::fs::read_to_string(&signed).unwrap();
            let at = changed.len() / 2;
            let other = if changed.as_bytes()[at] == b'e' { "f" } else { "e" };
            let changed = write("changed", &[&changed[..at], other, &changed[at + 1..]].concat());
            let told = verifier::cli::execute(&stage.verifying, &["verify", &changed]).await;
            assert!(told.is_err(), "{format}: {told:?}");
        }

        let several = folder.join("several");
        std::fs::create_dir(&several).unwrap();
        let arguments = [
            "sign",
            "--format",
            "vc+jwt",
            "--out",
            several.to_str().unwrap(),
            &unsigned,
            &unsigned,
        ];
        let twice = issuer::cli::execute(&stage.issuing, &arguments).await.unwrap_err();
        assert!(
            format!("{twice:#}").contains("unsigned.json"),
            "never over another file: {twice:#}"
        );
        let other = write("other.json", &credential().to_string());
        std::fs::remove_file(several.join("unsigned.json")).unwrap();
        let arguments = [
            "sign",
            "--format",
            "vc+jwt",
            "--out",
            several.to_str().unwrap(),
            &unsigned,
            &other,
        ];
        issuer::cli::execute(&stage.issuing, &arguments).await.unwrap();
        for name in ["unsigned.json", "other.json"] {
            let file = several.join(name);
            let told = verifier::cli::execute(&stage.verifying, &["verify", file.to_str().unwrap()]).await;
            assert!(told.unwrap().contains("vc+jwt"));
        }

        // The paper form, whose status list is not there: could not be checked, and so not accepted, but by this organisation.
        let sealed = json!({
            "given_name": "Nadia", "family_name": "Benali",
            "issuing_organization": {"legal_name": "Les Paniers"},
            "activity": {
                "ref": "0123456789abcdefghjkmnpqrs", "kind": "benevolat_associatif", "role": "benevole", "paid": false,
                "start_date": "2025-01-01", "end_date": "2025-03-31", "minutes": 600, "assurance": "attested",
            },
            "iat": 1_750_000_000, "exp": 1_900_000_000,
            "status": {"status_list": {"idx": 7, "uri": format!("{}o/paniers/status/absent", stage.issuer)}},
        });
        let sealed = write("sealed.json", &sealed.to_string());
        let arguments = ["sign", "--format", "MU1", "--organisation", "paniers", &sealed];
        let code = issuer::cli::execute(&stage.issuing, &arguments).await.unwrap();
        assert!(code.starts_with("MU1:"), "{code}");
        let code = write("code", &code);
        let told = verifier::cli::execute(&stage.verifying, &["verify", &code])
            .await
            .unwrap_err()
            .to_string();
        assert!(told.contains("✓ Signature") && told.contains("? "), "{told}");
        let arguments = ["sign", "--format", "MU1", "--organisation", "paniers", &unsigned];
        let refused = issuer::cli::execute(&stage.issuing, &arguments).await.unwrap_err();
        assert!(format!("{refused:#}").contains("/activity/start_date"), "{refused:#}");
        let arguments = ["sign", "--format", "jwt", &unsigned];
        let refused = issuer::cli::execute(&stage.issuing, &arguments).await.unwrap_err();
        assert!(format!("{refused:#}").contains("--organisation"), "{refused:#}");
    }
}
