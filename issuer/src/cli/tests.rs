use serde_json::{Value, json};
use shared::{
    format::sd_jwt_vc::SdJwt,
    keys::{
        SigningKey,
        certificate::authority::{Authority, Leaf},
        jws::Jws,
    },
    service::{config::load, db::Database},
    status_list::token::StatusReference,
    testing::TemporaryDirectory,
};

use super::*;
use crate::{
    config::DEFAULTS,
    organisations,
    testing::{Bench, POSTGRES, SHEET, SQLITE},
};

#[test]
fn the_configuration_is_printed_without_passwords() {
    let mut config: Config = load(DEFAULTS, None, "ISSUER", []).unwrap();
    config.service.database = "postgres://musette:secret@db.example/issuer".to_owned();
    let printed = checked(&config);
    assert!(
        printed.contains("db.example/issuer") && !printed.contains("secret"),
        "{printed}"
    );
}

#[test]
fn the_commands_parse() {
    use clap::CommandFactory;
    Cli::command().debug_assert();
}

/// Runs commands on a bench, with files in a directory of its own.
struct Terminal {
    bench: Bench,
    directory: TemporaryDirectory,
}

impl Terminal {
    async fn new(db: &Database) -> Self {
        Self {
            bench: Bench::new(db).await,
            directory: TemporaryDirectory::new(),
        }
    }

    fn write(&self, name: &str, content: &str) -> String {
        let path = self.directory.path().join(name);
        std::fs::write(&path, content).unwrap();
        path.to_str().unwrap().to_owned()
    }

    /// Runs the words of a line; a file name with spaces would be two.
    async fn run(&self, line: &str) -> anyhow::Result<String> {
        execute(&self.bench.app, &line.split(' ').collect::<Vec<_>>()).await
    }

    async fn json(&self, line: &str) -> Value {
        serde_json::from_str(&self.run(line).await.unwrap()).unwrap()
    }
}

#[tokio::test]
async fn an_organisation_is_added_once_with_a_strong_passphrase() {
    shared::on_every_database!(SQLITE, POSTGRES, |db| {
        let terminal = Terminal::new(&db).await;
        let strong = terminal.write("phrase", "cinq courgettes bien mûres\n");
        let weak = terminal.write("courte", "court\n");
        let add = "organisation add --name Cyclo-Répar’ --rna W691999902 --siren 990000028 --regime loi1901 --passphrase-file";
        assert!(terminal.run(&format!("{add} {weak}")).await.is_err());
        assert_eq!(
            terminal.run(&format!("{add} {strong}")).await.unwrap(),
            "http://localhost:8081/o/cyclo-repar\ndid:web:localhost%3A8081:o:cyclo-repar\n"
        );
        assert!(terminal.run(&format!("{add} {strong}")).await.is_err());
        let wrong = terminal
            .run(&format!("{} {strong}", add.replace("990000028", "990000082")))
            .await;
        assert!(wrong.unwrap_err().to_string().contains("--siren"));
        assert!(
            terminal
                .run("organisation list")
                .await
                .unwrap()
                .contains("cyclo-repar\tCyclo-Répar’\n")
        );
    });
}

#[tokio::test]
async fn a_sheet_is_imported_signed_and_listed() {
    shared::on_every_database!(SQLITE, POSTGRES, |db| {
        let terminal = Terminal::new(&db).await;
        let sheet = terminal.write("heures.csv", SHEET);
        let import = format!("batch import {sheet} --organisation les-paniers-du-vallon");
        let dry = terminal.json(&format!("{import} --dry-run --json")).await;
        assert_eq!(
            (&dry["batch"], &dry["rows"], &dry["attestations"]),
            (&Value::Null, &json!(4), &json!(2))
        );
        assert_eq!(
            (&dry["refused"][0]["line"], &dry["refused"][0]["column"]),
            (&json!(5), &json!("Date"))
        );
        let text = terminal.run(&format!("{import} --tx-code")).await.unwrap();
        assert!(
            text.contains("ligne 5, colonne") && text.contains("2 attestations signées"),
            "{text}"
        );
        let again = terminal.run(&import).await.unwrap();
        assert!(
            again.matches("Cette séance a déjà été signée").count() == 3 && again.contains("Aucune attestation signée"),
            "{again}"
        );

        let list = "offer list --organisation les-paniers-du-vallon";
        let offer = &terminal.json(&format!("{list} --json")).await[0];
        assert_eq!(
            (&offer["given_name"], &offer["minutes"], &offer["state"]),
            (&json!("Nadia"), &json!(270), &json!("pending"))
        );
        assert!(
            offer["link"]
                .as_str()
                .unwrap()
                .contains("/invitation?credential_offer_uri=")
        );
        assert_eq!(offer["tx_code"].as_str().map(str::len), Some(6));
        assert!(
            terminal
                .run(list)
                .await
                .unwrap()
                .contains("Karim Diallo\tbenevole\t150\tpending")
        );
        let id = offer["attestation"].as_str().unwrap();
        let shown = terminal
            .run(&format!("offer show {id} --organisation les-paniers-du-vallon"))
            .await
            .unwrap();
        assert!(shown.contains('█') && shown.contains("Nadia"));

        let revoke = format!("attestation revoke {id} --organisation les-paniers-du-vallon --reason erreur");
        assert!(terminal.run(&revoke).await.is_ok());
        assert!(terminal.run(&revoke).await.is_err());
        let offer = &terminal.json(&format!("{list} --json")).await[0];
        assert_eq!((&offer["state"], &offer["link"]), (&json!("withdrawn"), &Value::Null));
    });
}

#[tokio::test]
async fn a_sheet_whose_rows_are_all_refused_lists_them_and_signs_nothing() {
    shared::on_every_database!(SQLITE, POSTGRES, |db| {
        let terminal = Terminal::new(&db).await;
        let sheet = terminal.write(
            "heures.csv",
            "Nom;Prénom;Date;Durée\nPerrin;Yvonne;31/02/2025;2h\n;;;2h\n",
        );
        let import = format!("batch import {sheet} --organisation les-paniers-du-vallon");
        let text = terminal.run(&import).await.unwrap();
        for words in [
            "0 ligne comptée, 2 refusées",
            "31/02/2025",
            "Ce jour n’existe pas",
            "ligne 3",
            "Aucune attestation signée",
        ] {
            assert!(text.contains(words), "{words}: {text}");
        }
        let json = terminal.json(&format!("{import} --json")).await;
        assert_eq!(
            (&json["batch"], &json["attestations"], &json["refused"][1]["line"]),
            (&Value::Null, &json!(0), &json!(3))
        );
        let english = terminal.run(&format!("{import} --lang en")).await.unwrap();
        assert!(english.contains("No attestation signed."), "{english}");
        let mut tx = db.read().await.unwrap();
        assert_eq!(
            crate::batches::store::list(&mut tx, terminal.bench.slug())
                .await
                .unwrap(),
            []
        );
        drop(tx);
    });
}

#[tokio::test]
async fn what_cannot_be_done_says_why() {
    shared::on_every_database!(SQLITE, POSTGRES, |db| {
        let terminal = Terminal::new(&db).await;
        let broken = terminal.write("vide.csv", "Nom;Date\n");
        let import = format!("batch import {broken} --organisation");
        let error = terminal
            .run(&format!("{import} les-paniers-du-vallon"))
            .await
            .unwrap_err()
            .to_string();
        assert!(error.contains("vide.csv") && error.contains("Prénom"), "{error}");
        assert!(
            terminal
                .run("batch import absent.csv --organisation les-paniers-du-vallon")
                .await
                .is_err()
        );
        assert!(terminal.run("offer list --organisation inconnue").await.is_err());
        assert!(terminal.run("serve").await.is_err());
        assert!(
            terminal
                .run("check")
                .await
                .unwrap()
                .contains("public_url = \"http://localhost:8081/\"")
        );
    });
}

#[tokio::test]
async fn haip_011_certificates_that_nobody_would_believe_are_not_registered() {
    shared::on_every_database!(SQLITE, POSTGRES, |db| {
        let terminal = Terminal::new(&db).await;
        let mut tx = db.read().await.unwrap();
        let signer = organisations::signer(&terminal.bench.app, &mut tx, terminal.bench.slug())
            .await
            .unwrap();
        drop(tx);
        let request = terminal
            .run("organisation certificate-request les-paniers-du-vallon")
            .await
            .unwrap();
        assert!(
            request.starts_with("-----BEGIN CERTIFICATE REQUEST-----\n"),
            "{request}"
        );
        assert!(terminal.run("organisation certificate-request inconnue").await.is_err());
        let host = terminal
            .run("organisation certificate-request les-paniers-du-vallon --host")
            .await;
        assert!(
            host.unwrap_err().to_string().contains("certificate"),
            "not of an http address"
        );

        let authority = Authority::root("Autorité");
        let issuer = terminal.bench.issuer();
        let chain = |key: &SigningKey, issuer: &str, years| {
            let leaf = Leaf {
                hosts: &[],
                uris: &[issuer],
                years,
                ..Leaf::default()
            };
            authority.chain(key, &leaf).unwrap().to_pem()
        };
        let certify = async |text: &str| {
            let file = terminal.write("chain.pem", text);
            terminal
                .run(&format!(
                    "organisation certificates les-paniers-du-vallon --chain {file}"
                ))
                .await
        };
        for (text, words) in [
            (String::new(), "no certificate"),
            (authority.root_pem(), "signed by itself"),
            (chain(&SigningKey::generate(), &issuer, (2026, 2032)), "another key"),
            (
                chain(&signer.key, "http://localhost:8081/o/cyclo-repar", (2026, 2032)),
                "alternative names",
            ),
            (chain(&signer.key, &issuer, (2020, 2021)), "expired"),
        ] {
            let error = format!("{:#}", certify(&text).await.unwrap_err());
            assert!(error.contains(words) && error.contains("chain.pem"), "{error}");
        }
        let short = certify(&chain(&signer.key, &issuer, (2026, 2027))).await.unwrap();
        assert!(short.contains("finissent avant"), "{short}");
        assert_eq!(certify(&chain(&signer.key, &issuer, (2026, 2032))).await.unwrap(), "");
        for wrong in ["--none --chain x.pem", "", "--chain absent.pem"] {
            let line = format!("organisation certificates les-paniers-du-vallon {wrong}");
            assert!(terminal.run(line.trim()).await.is_err(), "{wrong}");
        }
        assert!(terminal.run("organisation certificates inconnue --none").await.is_err());

        let claims = terminal.write("claims.json", r#"{"vct":"urn:example:hours"}"#);
        let sign = format!("sign --format dc+sd-jwt --organisation les-paniers-du-vallon {claims}");
        let has_certificates = |text: String| SdJwt::parse(text.trim()).unwrap().jws().header().contains_key("x5c");
        assert!(has_certificates(terminal.run(&sign).await.unwrap()));
        // What is asked for counts before what is registered; and must be as right.
        let other = terminal.write("other.pem", &chain(&SigningKey::generate(), &issuer, (2026, 2032)));
        let error = terminal
            .run(&format!("{sign} --certificates {other}"))
            .await
            .unwrap_err();
        assert!(format!("{error:#}").contains("another key"), "{error:#}");
        let paper = format!("sign --format MU1 --organisation les-paniers-du-vallon {claims} --certificates {other}");
        assert!(terminal.run(&paper).await.is_err());

        let (_, people) = terminal.bench.signed(false).await;
        let collected = terminal.bench.collect(&people[0], &SigningKey::generate()).await;
        let claims_of = SdJwt::parse(&collected).unwrap().reveal().unwrap().claims;
        assert!(has_certificates(collected));
        let list = StatusReference::from_claims(&claims_of).unwrap().unwrap().uri;
        let path = list.parse::<url::Url>().unwrap().path().to_owned();
        let list_has_certificates = async || {
            let token = terminal.bench.get(&path).await.body;
            Jws::parse(&token).unwrap().header().contains_key("x5c")
        };
        assert!(list_has_certificates().await, "so does its status list");
        // They end: nothing is signed without what was promised, and statuses are told all the same.
        terminal.bench.clock.advance(chrono::Duration::days(365 * 7));
        let error = terminal.run(&sign).await.unwrap_err();
        assert!(format!("{error:#}").contains("expired"), "{error:#}");
        assert!(!list_has_certificates().await);
        terminal
            .run("organisation certificates les-paniers-du-vallon --none")
            .await
            .unwrap();
        assert!(!has_certificates(terminal.run(&sign).await.unwrap()));
    });
}
