use std::{collections::BTreeMap, fmt::Write as _};

use proptest::prelude::*;
use shared::activity::Role;

use super::*;

fn today() -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 3, 15).unwrap()
}

fn read(text: &str) -> Sheet {
    parse(text.as_bytes(), today()).unwrap()
}

/// The reason, column and value of the only refusal of a sheet with this row.
fn refused(row: &str) -> (Reason, String, String) {
    let sheet = read(&format!(
        "Nom;Prénom;Date;Début;Fin;Durée;Mission;Fonction;16 ans ou plus;E-mail;Note\n{row}\n"
    ));
    let [refusal] = sheet.refusals.as_slice() else {
        panic!("{row}: {:?}", sheet.refusals)
    };
    assert_eq!((refusal.line, sheet.drafts.len()), (2, 0), "{row}");
    (refusal.reason, refusal.column.clone(), refusal.value.clone())
}

#[test]
fn sessions_add_up_by_person_and_role() {
    let sheet = read(
        "Les Paniers du Vallon\n\nNom;Prénom;Date;Début;Fin;Durée;Mission;Fonction;16 ans ou plus\n\
         Benali;Nadia;12/03/2025;;;2h30;Comptes;Trésorière;oui\n\
         BENALI;nadia;13/03/2025;14:00;16:00;2 h;Comptes;trésorière;\n\
         Benali;Nadia;13/03/2025;;;150 min;Distribution;bénévole;\n\
         Diallo;Karim;01/04/2025;;;2,5;;;\n",
    );
    assert_eq!(
        (sheet.delimiter, sheet.rows, sheet.accepted(), sheet.refusals.len()),
        (';', 4, 4, 0)
    );
    let summary: Vec<_> = sheet
        .drafts
        .iter()
        .map(|draft| {
            (
                draft.person.given_name.as_str(),
                draft.role,
                draft.minutes(),
                draft.sessions,
                draft.person.age_over_16,
            )
        })
        .collect();
    assert_eq!(
        summary,
        [
            ("Nadia", Role::Dirigeant, 270, 2, true),
            ("Nadia", Role::Benevole, 150, 1, true),
            ("Karim", Role::Benevole, 150, 1, false)
        ]
    );
    assert_eq!(sheet.drafts[0].mission.as_ref().map(Text200::as_str), Some("Comptes"));
}

type Text200 = shared::text::Text<200>;

#[test]
fn a_file_that_crosses_the_year_gives_one_attestation_with_its_years() {
    let sheet = read("Nom;Prénom;Date;Durée\nA;B;30/12/2023;2h\nA;B;02/01/2026;3h\n");
    assert_eq!(
        sheet.drafts[0].minutes_by_year,
        BTreeMap::from([(2023, 120), (2024, 0), (2025, 0), (2026, 180)])
    );
}

#[test]
fn each_fault_is_refused_with_its_column_and_value() {
    for (row, reason, column, value) in [
        (";Nadia;12/03/2025;;;2h;;;", Reason::MissingName, "Nom", ""),
        ("Benali;…;12/03/2025;;;2h;;;", Reason::MissingName, "Prénom", "…"),
        ("Benali;Nadia;;;;2h;;;", Reason::MissingDate, "Date", ""),
        (
            "Benali;Nadia;31/02/2025;;;2h;;;",
            Reason::ImpossibleDate,
            "Date",
            "31/02/2025",
        ),
        (
            "Benali;Nadia;12/03/25;;;2h;;;",
            Reason::TwoDigitYear,
            "Date",
            "12/03/25",
        ),
        (
            "Benali;Nadia;12/03/2027;;;2h;;;",
            Reason::FutureDate,
            "Date",
            "12/03/2027",
        ),
        ("Benali;Nadia;12/03/2025;;;;;;", Reason::MissingDuration, "Durée", ""),
        ("Benali;Nadia;12/03/2025;;;0;;;", Reason::NotPositive, "Durée", "0"),
        ("Benali;Nadia;12/03/2025;;;-2h;;;", Reason::NotPositive, "Durée", "-2h"),
        ("Benali;Nadia;12/03/2025;;;26h;;;", Reason::OverADay, "Durée", "26h"),
        ("Benali;Nadia;12/03/2025;14:00;;2h;;;", Reason::MissingTime, "Fin", ""),
        (
            "Benali;Nadia;12/03/2025;14:00;13:00;;;;",
            Reason::EndBeforeStart,
            "Fin",
            "13:00",
        ),
        (
            "Benali;Nadia;12/03/2025;14:00;16:00;3h;;;",
            Reason::DurationMismatch { between: 120 },
            "Durée",
            "3h",
        ),
        (
            "Benali;Nadia;12/03/2025;;;2h;;animatrice;",
            Reason::UnknownRole,
            "Fonction",
            "animatrice",
        ),
        (
            "Benali;Nadia;12/03/2025;;;2h;;;17 ans",
            Reason::NotYesOrNo,
            "16 ans ou plus",
            "17 ans",
        ),
        (
            "Benali;Nadia;12/03/2025;;;2h;;;;nadia",
            Reason::NotAnEmail,
            "E-mail",
            "nadia",
        ),
        (
            "Benali;Nadia;12/03/2025;;;2h;;;;;;en trop",
            Reason::MoreCellsThanHeader,
            "#12",
            "en trop",
        ),
    ] {
        assert_eq!(refused(row), (reason, column.to_owned(), value.to_owned()), "{row}");
    }
}

#[test]
fn a_social_security_number_is_refused_wherever_it_is_and_never_shown() {
    for row in [
        "Benali;Nadia;12/03/2025;;;2h;n° 2 85 05 78 006 084 41;;",
        "Benali;Nadia;12/03/2025;;;2h;;;;;285057800608441",
    ] {
        let (reason, _, value) = refused(row);
        assert_eq!(
            (reason, value.contains("78")),
            (Reason::SocialSecurityNumber, false),
            "{row}"
        );
    }
}

#[test]
fn repeated_rows_and_overfull_days_are_refused() {
    let sheet =
        read("Nom;Prénom;Date;Durée\nA;B;01/02/2025;2h\na;b;1/2/2025;120 min\nA;B;01/02/2025;23h\nA;B;02/02/2025;2h\n");
    let reasons: Vec<_> = sheet
        .refusals
        .iter()
        .map(|refusal| (refusal.line, refusal.reason))
        .collect();
    assert_eq!(reasons, [(3, Reason::Duplicate { of: 2 }), (4, Reason::DayOverfull)]);
    assert_eq!(sheet.drafts[0].minutes(), 240);
}

#[test]
fn rows_between_two_stray_quotation_marks_are_not_lost_without_a_word() {
    let header = "Nom;Prénom;Date;Durée;Mission";
    let rows = "Benali;Nadia;12/03/2025;2h;\"Comptes\nDiallo;Karim;13/03/2025;2h;Distribution\nRoy;Anne;14/03/2025;1h;\"Tri\n\
                Perrin;Yvonne;15/03/2025;1h;\"Tri,\nsur deux lignes\"\n";
    let sheet = read(&format!("{header}\n{rows}"));
    assert_eq!(refusals(&sheet), [(2, "Mission", Reason::SwallowedRows { to: 4 })]);
    let [yvonne] = sheet.drafts.as_slice() else {
        panic!("{:?}", sheet.drafts)
    };
    assert_eq!(
        yvonne.mission.as_ref().map(Text200::as_str),
        Some("Tri, sur deux lignes")
    );
    let swallowed = format!("{header};\"Note\nBenali;Nadia;12/03/2025;2h;Comptes;\"\nRoy;Anne;14/03/2025;1h;Tri;\n");
    assert_eq!(
        parse(swallowed.as_bytes(), today()),
        Err(SheetError::UnclosedQuote { line: 1 })
    );
}

#[test]
fn the_age_is_of_the_person_and_is_said_once() {
    let sheet = read(
        "Nom;Prénom;Date;Durée;Fonction;16 ans ou plus\nA;B;01/02/2025;2h;bénévole;\nA;B;02/02/2025;2h;trésorière;oui\n\
         a;b;03/02/2025;2h;bénévole;non\nC;D;01/02/2025;2h;bénévole;non\nC;D;02/02/2025;2h;trésorière;\n",
    );
    let ages: Vec<_> = sheet.drafts.iter().map(|draft| draft.person.age_over_16).collect();
    assert_eq!(ages, [true, true, false, false]);
    let [refusal] = sheet.refusals.as_slice() else {
        panic!("{:?}", sheet.refusals)
    };
    assert_eq!(
        (
            refusal.line,
            refusal.column.as_str(),
            refusal.value.as_str(),
            refusal.reason
        ),
        (4, "16 ans ou plus", "non", Reason::AgeContradicted { by: 3 })
    );
}

#[test]
fn namesakes_are_told_apart_by_address_or_refused() {
    let sheet = read(
        "Nom;Prénom;Date;Durée;E-mail\nA;B;01/02/2025;2h;b@un.example\nA;B;01/02/2025;2h;b@deux.example\nA;B;03/02/2025;2h;\n",
    );
    assert_eq!(sheet.drafts.len(), 2);
    assert_eq!(
        sheet
            .refusals
            .iter()
            .map(|refusal| (refusal.line, refusal.reason))
            .collect::<Vec<_>>(),
        [(4, Reason::Homonym)]
    );
}

#[test]
fn files_that_cannot_be_read_say_why() {
    assert_eq!(parse(b"", today()), Err(SheetError::Empty));
    assert_eq!(
        parse(b"Nom;Pr\xE9nom;Date;Dur\xE9e\n;;;\n", today()),
        Err(SheetError::NoRows)
    );
    assert_eq!(parse(&vec![b'a'; MAX_BYTES + 1], today()), Err(SheetError::TooLarge));
    let wide = format!("Nom;Prénom;Date;Durée\n{}\n", "a;".repeat(MAX_COLUMNS + 1));
    assert_eq!(
        parse(wide.as_bytes(), today()),
        Err(SheetError::TooManyColumns { line: 2 })
    );
    let long = format!("Nom;Prénom;Date;Durée\n{}", "A;B;01/02/2025;2h\n".repeat(MAX_ROWS + 1));
    assert_eq!(parse(long.as_bytes(), today()), Err(SheetError::TooManyRows));
}

/// A fixture of the repository, read on the day of the story.
fn fixture(name: &str) -> Result<Sheet, SheetError> {
    let path = format!("{}/../fixtures/batches/{name}", env!("CARGO_MANIFEST_DIR"));
    parse(
        &std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}")),
        today(),
    )
}

/// Lines, headers and reasons of what was refused.
fn refusals(sheet: &Sheet) -> Vec<(u64, &str, Reason)> {
    sheet
        .refusals
        .iter()
        .map(|refusal| (refusal.line, refusal.column.as_str(), refusal.reason))
        .collect()
}

/// Role, minutes and whether 16 or older, of the one draft of a person.
fn person(sheet: &Sheet, given_name: &str, family_name: &str) -> (Role, u64, bool) {
    let named = |draft: &&Draft| {
        draft.person.given_name.as_str() == given_name && draft.person.family_name.as_str() == family_name
    };
    let found: Vec<&Draft> = sheet.drafts.iter().filter(named).collect();
    let [draft] = found.as_slice() else {
        panic!("{given_name} {family_name}: {found:?}")
    };
    (draft.role, draft.minutes(), draft.person.age_over_16)
}

#[test]
fn the_sheet_of_the_story_reads_as_written() {
    let sheet = fixture("heures-2025.csv").unwrap();
    assert_eq!(
        (sheet.encoding, sheet.delimiter, sheet.rows, sheet.accepted()),
        (Encoding::Windows1252, ';', 412, 406)
    );
    assert_eq!(
        refusals(&sheet),
        [
            (35, "Date", Reason::ImpossibleDate),
            (103, "Durée", Reason::NotADuration),
            (168, "Fonction", Reason::UnknownRole),
            (243, "Mission", Reason::SocialSecurityNumber),
            (304, "Prénom", Reason::MissingName),
            (380, "Nom", Reason::Duplicate { of: 74 }),
        ]
    );
    assert_eq!(person(&sheet, "Nadia", "Benali"), (Role::Dirigeant, 130 * 60, true));
    assert_eq!(person(&sheet, "Marc", "Tissot"), (Role::Dirigeant, 96 * 60, true));
    assert_eq!(person(&sheet, "Yvonne", "Perrin").1, 186 * 60);
    let cyclo = fixture("heures-2025-cyclo.csv").unwrap();
    assert_eq!(
        (cyclo.encoding, cyclo.rows, cyclo.refusals.len()),
        (Encoding::Utf8, 20, 0)
    );
    assert_eq!(
        person(&cyclo, "Nadia", "Benali"),
        (Role::EncadrantBenevoles, 75 * 60, true)
    );
}

#[test]
fn the_refused_sheets_are_refused_by_name() {
    use Reason::{
        DurationMismatch, EndBeforeStart, FutureDate, ImpossibleDate, MissingDuration, NotADate, NotADuration,
        NotPositive, OverADay, TwoDigitYear,
    };

    assert_eq!(fixture("refused/vide.csv"), Err(SheetError::Empty));
    assert_eq!(fixture("refused/entete-seul.csv"), Err(SheetError::NoRows));
    assert_eq!(fixture("refused/pas-un-tableau.csv"), Err(SheetError::NotText));
    assert!(
        matches!(fixture("refused/sans-duree.csv"), Err(SheetError::MissingColumns { missing, .. }) if missing == [Column::Duration])
    );
    let secu = fixture("refused/colonne-securite-sociale.csv").unwrap();
    assert_eq!(refusals(&secu), [(2, "N° sécu", Reason::SocialSecurityNumber)]);
    let reasons = |name: &str| {
        refusals(&fixture(name).unwrap())
            .into_iter()
            .map(|(_, _, reason)| reason)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        reasons("refused/dates.csv"),
        [ImpossibleDate, ImpossibleDate, TwoDigitYear, NotADate, FutureDate]
    );
    let durations = reasons("refused/durees.csv");
    assert_eq!(durations[..4], [NotPositive, NotPositive, OverADay, NotADuration]);
    assert!(
        matches!(
            durations[4..],
            [DurationMismatch { .. }, EndBeforeStart, MissingDuration]
        ),
        "{durations:?}"
    );
    let crossing = fixture("refused/deux-annees.csv").unwrap();
    assert_eq!(
        crossing.drafts[0].minutes_by_year,
        BTreeMap::from([(2024, 120), (2025, 180)])
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = parse(&bytes, today());
    }

    #[test]
    fn every_row_is_counted_or_refused(rows in proptest::collection::vec(
        ("[ABc]{0,2}", "[Dé]{0,1}", "(0[1-9]/01/2025|x|)", "(2h30|2,5|0|150 min|)", "(oui|non|\\?|)", "(trésorière|bénévole|animateur|)"), 0..60)) {
        let mut text = "Nom;Prénom;Date;Durée;16 ans ou plus;Fonction\n".to_owned();
        let mut filled = 0;
        for (family, given, date, duration, over, role) in &rows {
            writeln!(text, "{family};{given};{date};{duration};{over};{role}").unwrap();
            filled += usize::from([family, given, date, duration, over, role].iter().any(|cell| !cell.is_empty()));
        }
        match parse(text.as_bytes(), today()) {
            Ok(sheet) => {
                prop_assert_eq!(sheet.rows, filled);
                let sessions: u32 = sheet.drafts.iter().map(|draft| draft.sessions).sum();
                prop_assert_eq!(usize::try_from(sessions).unwrap() + sheet.refusals.len(), filled);
                for draft in &sheet.drafts {
                    let days = u64::try_from((draft.last_day - draft.first_day).num_days()).unwrap() + 1;
                    prop_assert!(draft.minutes() >= 1 && draft.minutes() <= days * 1440);
                }
            }
            Err(error) => { prop_assert_eq!(error, SheetError::NoRows); prop_assert_eq!(filled, 0); }
        }
    }
}
