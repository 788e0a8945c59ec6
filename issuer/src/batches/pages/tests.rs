use axum::http::{StatusCode, header};
use encoding_rs::WINDOWS_1252;
use shared::keys::SigningKey;

use super::*;
use crate::testing::{Bench, POSTGRES, SHEET, SQLITE};

#[tokio::test]
async fn a_file_is_checked_then_signed_then_followed() {
    shared::on_every_database!(SQLITE, POSTGRES, |db| {
        let bench = Bench::new(&db).await;
        let uploaded = bench.upload("heures 2025.csv", &WINDOWS_1252.encode(SHEET).0).await;
        assert_eq!(uploaded.status, StatusCode::SEE_OTHER, "{uploaded:?}");
        let path = uploaded.header(header::LOCATION).to_owned();
        for (language, words) in [
            (
                "fr",
                ["Signer les 2 attestations", "Ce jour n’existe pas", "Windows-1252"],
            ),
            (
                "en",
                ["Sign the 2 attestations", "There is no such day", "Windows-1252"],
            ),
        ] {
            let draft = bench.page(&path, language).await;
            assert_eq!(draft.status, StatusCode::OK);
            for word in words.iter().chain(&["heures 2025.csv", "Nadia Benali", "31/02/2025"]) {
                assert!(draft.body.contains(word), "{word}: {}", draft.body);
            }
            assert!(!draft.body.contains("Yvonne"));
        }
        let refused = bench.page(&format!("{path}/refused.csv"), "fr").await;
        assert_eq!(refused.header(header::CONTENT_TYPE), "text/csv; charset=utf-8");
        assert!(
            refused
                .body
                .starts_with("\u{feff}Ligne;Colonne;Valeur;Raison\n5;Date;31/02/2025;"),
            "{}",
            refused.body
        );

        assert_eq!(
            bench.submit(&format!("{path}/sign"), &[("tx_code", "on")]).await.status,
            StatusCode::SEE_OTHER
        );
        for (language, words) in [("fr", "À récupérer"), ("en", "To be collected")] {
            let followed = bench.page(&path, language).await;
            assert!(
                followed.body.contains(words) && followed.body.contains("/invitation?credential_offer_uri="),
                "{}",
                followed.body
            );
        }
        assert_eq!(
            bench.submit(&format!("{path}/sign"), &[]).await.status,
            StatusCode::CONFLICT
        );
        assert_eq!(
            bench.submit(&format!("{path}/discard"), &[]).await.status,
            StatusCode::CONFLICT
        );
        let again = bench.upload("copie.csv", &WINDOWS_1252.encode(SHEET).0).await;
        assert_eq!((again.status, again.body.contains(&path)), (StatusCode::CONFLICT, true));
    });
}

#[tokio::test]
async fn of_many_drafts_of_the_same_file_one_is_signed() {
    shared::on_every_database!(SQLITE, POSTGRES, |db| {
        let bench = std::sync::Arc::new(Bench::new(&db).await);
        let mut drafts = Vec::new();
        for name in ["a.csv", "b.csv", "c.csv", "d.csv"] {
            let uploaded = bench.upload(name, SHEET.as_bytes()).await;
            drafts.push(uploaded.header(header::LOCATION).to_owned());
        }
        let tasks: Vec<_> = drafts
            .into_iter()
            .map(|path| {
                let bench = bench.clone();
                tokio::spawn(async move { bench.submit(&format!("{path}/sign"), &[]).await.status })
            })
            .collect();
        let mut signed = 0;
        for task in tasks {
            match task.await.unwrap() {
                StatusCode::SEE_OTHER => signed += 1,
                status => assert_eq!(status, StatusCode::CONFLICT),
            }
        }
        assert_eq!(signed, 1);
        let mut tx = db.read().await.unwrap();
        assert_eq!(
            attestations::of_organisation(&bench.app, &mut tx, bench.slug())
                .await
                .unwrap()
                .len(),
            2
        );
        drop(tx);
    });
}

/// Uploads a sheet of [`HEADER`] and rows; gives the path of its draft.
async fn upload(bench: &Bench, rows: &str) -> String {
    let uploaded = bench.upload("heures.csv", format!("{HEADER}\n{rows}").as_bytes()).await;
    assert_eq!(uploaded.status, StatusCode::SEE_OTHER, "{uploaded:?}");
    uploaded.header(header::LOCATION).to_owned()
}

const HEADER: &str = "Nom;Prénom;Date;Début;Fin;Durée;Fonction";
const NADIA: &str = "Benali;Nadia;12/03/2025;;;2h30;Trésorière\n";
const KARIM: &str = "Diallo;Karim;15/03/2025;14:00;16:00;;bénévole\n";

/// Minutes of every attestation of the organisation that was not taken back.
async fn minutes(bench: &Bench) -> u64 {
    let mut tx = bench.app.db.read().await.unwrap();
    let all = attestations::of_organisation(&bench.app, &mut tx, bench.slug())
        .await
        .unwrap();
    all.iter()
        .filter(|followed| followed.revocation.is_none())
        .map(|followed| followed.signed.draft.minutes())
        .sum()
}

#[tokio::test]
async fn what_an_earlier_batch_signed_is_left_out_of_the_corrected_sheet() {
    shared::on_every_database!(SQLITE, POSTGRES, |db| {
        let bench = Bench::new(&db).await;
        let wrong = "Roy;Anne;31/02/2025;;;1h;bénévole\n";
        // A draft that is not signed counts for nothing.
        upload(&bench, &format!("{NADIA}{KARIM}{wrong}")).await;
        let first = upload(&bench, &format!("{NADIA}{KARIM}{wrong}")).await;
        assert_eq!(
            bench.submit(&format!("{first}/sign"), &[]).await.status,
            StatusCode::SEE_OTHER
        );
        assert_eq!(minutes(&bench).await, 270);

        // As a spreadsheet may write the same things, and one as another role.
        let corrected = "BENALI;nadia;12/3/2025;;;150 min;bénévole\nDiallo;Karim;15/03/2025;14h;16h;2h;bénévole\n\
                         Roy;Anne;28/02/2025;;;1h;bénévole\n";
        let second = upload(&bench, corrected).await;
        for (language, words) in [
            (
                "fr",
                [
                    "déjà été signée, dans une série du 15\u{a0}mars 2026",
                    "Signer l’attestation",
                ],
            ),
            (
                "en",
                [
                    "signed already, in a batch of 15\u{a0}March 2026",
                    "Sign the attestation",
                ],
            ),
        ] {
            let draft = bench.page(&second, language).await.body;
            assert!(words.iter().all(|words| draft.contains(words)), "{draft}");
        }
        let refused = bench.page(&format!("{second}/refused.csv"), "fr").await.body;
        assert!(
            refused.contains("\n2;Nom;nadia BENALI;Cette séance") && refused.contains("\n3;Nom;Karim Diallo;"),
            "{refused}"
        );
        bench.submit(&format!("{second}/sign"), &[]).await;
        assert_eq!(minutes(&bench).await, 330);
    });
}

#[tokio::test]
async fn of_two_drafts_with_the_same_session_one_is_signed_and_the_other_says_why() {
    shared::on_every_database!(SQLITE, POSTGRES, |db| {
        let bench = std::sync::Arc::new(Bench::new(&db).await);
        let other = "Roy;Anne;28/02/2025;;;1h;bénévole\n";
        let drafts = [
            upload(&bench, &format!("{NADIA}{KARIM}")).await,
            upload(&bench, &format!("{KARIM}{NADIA}{other}")).await,
            upload(&bench, &format!("{other}{KARIM}")).await,
        ];
        let signing: Vec<_> = drafts
            .into_iter()
            .map(|path| {
                let bench = bench.clone();
                tokio::spawn(async move { bench.submit(&format!("{path}/sign"), &[]).await })
            })
            .collect();
        let mut signed = 0;
        for answer in signing {
            let answer = answer.await.unwrap();
            match answer.status {
                StatusCode::SEE_OTHER => signed += 1,
                status => assert_eq!(
                    (status, answer.body.contains("signées entre-temps")),
                    (StatusCode::CONFLICT, true),
                    "{}",
                    answer.body
                ),
            }
        }
        assert_eq!(signed, 1);
    });
}

#[tokio::test]
async fn the_sessions_of_what_is_taken_back_may_be_signed_again() {
    shared::on_every_database!(SQLITE, POSTGRES, |db| {
        let bench = Bench::new(&db).await;
        let rows = format!("{NADIA}{KARIM}");
        let first = upload(&bench, &rows).await;
        bench.submit(&format!("{first}/sign"), &[]).await;
        let mut tx = db.read().await.unwrap();
        let people = attestations::of_organisation(&bench.app, &mut tx, bench.slug())
            .await
            .unwrap();
        drop(tx);
        bench.collect(&people[0], &SigningKey::generate()).await;
        for followed in &people {
            let revoke = urls::revoke_attestation(&followed.signed.id);
            assert_eq!(
                bench.submit(&revoke, &[("reason", "erreur")]).await.status,
                StatusCode::SEE_OTHER
            );
        }
        assert_eq!(minutes(&bench).await, 0);
        // The same file, byte for byte.
        let again = upload(&bench, &rows).await;
        assert_eq!(
            bench.submit(&format!("{again}/sign"), &[]).await.status,
            StatusCode::SEE_OTHER
        );
        assert_eq!(minutes(&bench).await, 270);
    });
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_explained_beside_the_field() {
    shared::on_every_database!(SQLITE, POSTGRES, |db| {
        let bench = Bench::new(&db).await;
        for (content, words) in [
            ("", "rien à lire"),
            ("PK\u{3}\u{4}", "classeur"),
            ("a;b\nc;d", "ligne d’en-tête"),
            ("Nom;Date;Durée\n", "Prénom"),
            ("Nom;Prénom;Date;Durée\n", "aucune ligne ne suit"),
        ] {
            let answer = bench.upload("x.csv", content.as_bytes()).await;
            assert_eq!(
                (answer.status, answer.body.contains(words)),
                (StatusCode::UNPROCESSABLE_ENTITY, true),
                "{words}: {}",
                answer.body
            );
        }
        let none = bench.upload("x.csv", "Nom;Prénom;Date;Durée\n;;;2h\n".as_bytes()).await;
        let path = none.header(header::LOCATION).to_owned();
        let draft = bench.page(&path, "fr").await;
        assert!(draft.body.contains("Aucune ligne n’a pu être comptée") && !draft.body.contains("/sign\""));
        assert_eq!(
            bench.submit(&format!("{path}/sign"), &[]).await.status,
            StatusCode::CONFLICT
        );
    });
}

#[tokio::test]
async fn a_discarded_draft_leaves_nothing() {
    shared::on_every_database!(SQLITE, POSTGRES, |db| {
        let bench = Bench::new(&db).await;
        let path = bench
            .upload("x.csv", SHEET.as_bytes())
            .await
            .header(header::LOCATION)
            .to_owned();
        assert_eq!(
            bench.submit(&format!("{path}/discard"), &[]).await.status,
            StatusCode::SEE_OTHER
        );
        assert_eq!(bench.page(&path, "fr").await.status, StatusCode::GONE);
        assert!(bench.page("/", "fr").await.body.contains("Aucune attestation encore"));
        let id: BatchId = path.trim_start_matches("/batches/").parse().unwrap();
        let mut tx = db.read().await.unwrap();
        assert_eq!(
            store::find(&mut tx, bench.slug(), &id).await.unwrap().unwrap().state,
            BatchState::Discarded
        );
        drop(tx);
    });
}
