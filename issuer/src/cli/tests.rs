use serde_json::{Value, json};
use shared::{
    service::{config::load, db::Database},
    testing::TemporaryDirectory,
};

use super::*;
use crate::{
    config::DEFAULTS,
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
